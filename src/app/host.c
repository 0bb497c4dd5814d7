/* When the kernel is asked:
 *
 *   all sockets       at the start, and every 2 s as long as there are less than 10,000 and something has happened
 *   one connection    when an endpoint has changed its state, and while it is on the screen once a second
 *   without asking    the kernel says by itself which sockets die; what becomes of these is asked for
 *
 * Whose a socket is, is asked of a helper process (see kernel/owners.h), once for each inode.
 *
 * One socket costs 10 to 40 µs, and at most a fifth of the time is spent on these. All together cost up to 10 µs each,
 * and are read in parts of some 40, between packets. */
#include "app/host.h"
#include "app/point.h"
#include "kernel/spaces.h"

#include <wirestate/language.h>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MANY_SOCKETS = 10000,
	CREDIT_SHARE = 5, /* one part of so many of the time may be spent on requests for one socket */
	TIME_SHARE = 20,  /* of the time, at most one part of so many is spent on asking for all */
	MEMORY_SHARE = 32,
};
#define ALL_AGAIN (2 * WS_SECOND)
#define ALL_AGAIN_QUIET (10 * WS_SECOND)
#define SHOWN_AGAIN WS_SECOND
#define ACCEPT_SOON (50 * WS_MILLISECOND)
#define ACCEPT_LATE (8 * WS_SECOND)
#define SHOWN_SOON (100 * WS_MILLISECOND)
#define CREDIT_MOST (50 * WS_MILLISECOND)
#define REQUEST_LEAST 2000 /* nanoseconds that a request is taken to cost at least */
#define SLICE (2 * WS_MILLISECOND)
#define LAST_WAIT (2 * WS_SECOND)

static ws_time now_of(const struct host *host)
{
	return monotonic() + host->clock_offset;
}

static void take_address(void *context, unsigned space, const struct ws_addr *address, unsigned ip_version)
{
	struct host *host = context;
	ws_kernel_address(host->kernel, space, address, ip_version);
}

/* Sockets of other namespaces cannot be at the ends of what the loopback interface carries. */
static bool wants_other_spaces(const struct options *options)
{
	for (size_t i = 0; i < options->interfaces.count; i++)
		if (strcmp(options->interfaces.word[i], "lo") != 0)
			return true;
	return false;
}

static bool take_group(void *context, const struct kernel_group *group)
{
	struct host *host = context;
	ws_kernel_group(host->kernel, group->id, group->service, group->container);
	return true;
}

/* Users, services and containers as they are now, and the helper for what comes later. */
static void read_names(struct host *host, const struct options *options)
{
	struct ws_error error;
	char root[256];
	FILE *users = fopen("/etc/passwd", "re");
	const struct passwd *user;
	while (users && (user = fgetpwent(users)))
		ws_kernel_user(host->kernel, user->pw_uid, user->pw_name);
	if (users)
		fclose(users);
	const int groups = kernel_groups_root(root, sizeof(root)) ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (groups >= 0) {
		kernel_groups_walk(groups, take_group, host);
		close(groups);
	}
	if (options->no_process)
		return;
	host->own_only = geteuid() != 0;
	host->owners = kernel_owners_start(options->user, options->no_sandbox, &error);
	if (!host->owners) {
		snprintf(host->missing_text, sizeof(host->missing_text), _("processes are not named: %.120s"),
		         error.text);
		host->missing = host->missing_text;
	}
}

void host_open(struct host *host, const struct options *options)
{
	struct ws_error error;
	*host = (struct host){.credit = CREDIT_MOST};
	if (!options->interface || options->no_kernel || options->anonymize)
		return;
	host->clock_offset = real_time() - monotonic();
	host->kernel = ws_kernel_create(options->max_memory / MEMORY_SHARE);
	if (!host->kernel) {
		host->missing = _("out of memory");
		return;
	}
	host->space_count = kernel_spaces_open(host->space, WS_KERNEL_SPACES, wants_other_spaces(options), take_address,
	                                       host, &error);
	for (size_t i = 0; i < host->space_count; i++)
		host->descriptor[i] = kernel_sockets_fd(host->space[i]);
	if (host->space_count) {
		read_names(host, options);
		return;
	}
	snprintf(host->missing_text, sizeof(host->missing_text), "%.150s", error.text);
	host->missing = host->missing_text;
	ws_kernel_free(host->kernel);
	host->kernel = NULL;
}

void host_words(const struct host *host, struct ws_text *text)
{
	if (!host->space_count) {
		ws_text_puts(text, host->missing ? host->missing : _("not asked"));
		return;
	}
	ws_text_printf(text,
	               ws_translate_plural("asked in %zu network namespace, ", "asked in %zu network namespaces, ",
	                                   host->space_count),
	               host->space_count);
	if (!host->owners)
		ws_text_puts(text, host->missing ? host->missing : _("names no process"));
	else
		ws_text_puts(text, host->own_only ? _("names only processes of your own") : _("names the processes"));
}

void host_close(struct host *host)
{
	for (size_t i = 0; i < host->space_count; i++)
		kernel_sockets_close(host->space[i]);
	kernel_owners_stop(host->owners);
	host->owners = NULL;
	host->space_count = 0;
	ws_kernel_free(host->kernel);
	host->kernel = NULL;
	free(host->notes);
	host->notes = NULL;
}

/* ---- One socket */

/* False: too much time has gone into this in the last moments. */
static bool credit_take(struct host *host)
{
	const ws_time now = monotonic(), earned = (now - host->credit_time) / CREDIT_SHARE;
	host->credit = host->credit + earned > CREDIT_MOST ? CREDIT_MOST : host->credit + earned;
	host->credit_time = now;
	return host->credit > 0;
}

/* Sends one request, which the kernel answers at once. */
static void ask_one(struct host *host, size_t space, const struct ws_socket *which)
{
	if (!credit_take(host))
		return;
	const ws_time begun = monotonic();
	(void)kernel_sockets_ask(host->space[space], which);
	const ws_time took = monotonic() - begun;
	host->credit -= took > REQUEST_LEAST ? took : REQUEST_LEAST;
}

static void ask_spaces(struct host *host, const struct ws_socket *which, uint64_t spaces)
{
	for (size_t i = 0; i < host->space_count && spaces >> i; i++)
		if (spaces >> i & 1)
			ask_one(host, i, which);
}

static void wait_for_accept(struct host *host, const struct ws_socket *socket)
{
	for (size_t i = 0; i < host->unaccepted_count; i++) {
		const struct ws_socket *other = &host->unaccepted[i].which;
		if (other->local_port == socket->local_port && other->peer_port == socket->peer_port &&
		    memcmp(&other->peer, &socket->peer, sizeof(other->peer)) == 0)
			return;
	}
	if (host->unaccepted_count < WS_ARRAY_SIZE(host->unaccepted))
		host->unaccepted[host->unaccepted_count++] =
		        (struct unaccepted){.which = *socket, .due = monotonic() + ACCEPT_SOON, .pause = ACCEPT_SOON};
}

/* Asks for whose socket it is, where that is not known. What has been asked for counts as known until it is answered.
 */
static void ask_owner(struct host *host, const struct ws_socket *socket)
{
	const bool open = socket->state == TCP_ESTABLISHED || socket->state == TCP_CLOSE_WAIT;
	if (!host->owners || !socket->has_owner)
		return;
	if (!socket->inode && open)
		wait_for_accept(host, socket);
	if (socket->inode && !ws_kernel_knows_process(host->kernel, socket->inode) &&
	    kernel_owners_ask(host->owners, socket->inode))
		ws_kernel_process(host->kernel, socket->inode, 0, "", 0);
	if (socket->cgroup && !ws_kernel_knows_group(host->kernel, socket->cgroup) &&
	    kernel_owners_ask_group(host->owners, socket->cgroup))
		ws_kernel_group(host->kernel, socket->cgroup, "", "");
}

static void on_socket(void *context, const struct ws_socket *socket, bool died)
{
	struct host *host = context;
	const bool changed = ws_kernel_take(host->kernel, socket, died);
	ask_owner(host, socket);
	host->changed = host->changed || changed;
	if (!died || !changed)
		return;
	host->stirred = true;
	if (socket->space < host->space_count)
		ask_one(host, socket->space, socket);
}

/* ---- Reading */

/* All sockets have been asked for, and that is over. */
static void all_read(struct host *host, size_t space, ws_time now)
{
	ws_kernel_swept(host->kernel, (uint8_t)space, host->begun, now);
	host->took = monotonic() - host->asked_all;
	host->changed = true;
}

/* Reads until there is nothing more, or `end` of monotonic(). */
static void read_space(struct host *host, size_t space, ws_time end)
{
	do {
		const ws_time now = now_of(host);
		switch (kernel_sockets_read(host->space[space], now, on_socket, host)) {
		case KERNEL_READ_NOTHING:
			return;
		case KERNEL_READ_ALL:
			all_read(host, space, now);
			break;
		case KERNEL_READ_LOST:
			host->lost = true;
			break;
		case KERNEL_READ_SOME:
			break;
		}
	} while (monotonic() < end);
}

bool host_is_busy(const struct host *host)
{
	for (size_t i = 0; i < host->space_count; i++)
		if (kernel_sockets_asks_all(host->space[i]))
			return true;
	return false;
}

bool host_waits(const struct host *host)
{
	return host->owners && (host->unaccepted_count || kernel_owners_wait(host->owners));
}

static void ask_all(struct host *host)
{
	host->asked_all = monotonic();
	host->begun = now_of(host);
	host->lost = host->stirred = false;
	for (size_t i = 0; i < host->space_count; i++)
		(void)kernel_sockets_ask_all(host->space[i]);
}

static bool all_is_due(const struct host *host, uint64_t packets, ws_time now)
{
	if (!host->asked_all)
		return true;
	if (host_is_busy(host) || ws_kernel_sockets(host->kernel) >= MANY_SOCKETS)
		return false;
	const bool quiet = packets == host->packets && !host->stirred && !host->lost;
	const ws_time pause = quiet ? ALL_AGAIN_QUIET : ALL_AGAIN;
	return now - host->asked_all >= (host->took * TIME_SHARE > pause ? host->took * TIME_SHARE : pause);
}

static void on_owner(void *context, const struct kernel_owner *owner)
{
	struct host *host = context;
	ws_kernel_process(host->kernel, owner->inode, owner->pid, owner->name, sizeof(owner->name));
	host->changed = true;
}

static void on_group(void *context, const struct kernel_group *group)
{
	struct host *host = context;
	take_group(host, group);
	host->changed = true;
}

/* Each is asked for again after growing pauses, until it has been accepted, or for some seconds. */
static void ask_unaccepted(struct host *host, ws_time now)
{
	for (size_t i = 0; i < host->unaccepted_count;) {
		struct unaccepted *one = &host->unaccepted[i];
		const struct ws_kernel_end *end = ws_kernel_find(host->kernel, &one->which.local, one->which.local_port,
		                                                 &one->which.peer, one->which.peer_port);
		if (now < one->due) {
			i++;
		} else if (!end || end->inode || one->pause > ACCEPT_LATE) {
			*one = host->unaccepted[--host->unaccepted_count];
		} else {
			ask_spaces(host, &one->which, UINT64_C(1) << one->which.space);
			one->pause *= 2;
			one->due = now + one->pause;
			i++;
		}
	}
}

static void work_on_owners(struct host *host, ws_time now)
{
	if (!host->owners)
		return;
	ask_unaccepted(host, now);
	kernel_owners_work(host->owners, on_owner, on_group, host);
}

void host_work(struct host *host, uint64_t packets)
{
	if (!host->space_count)
		return;
	const ws_time now = monotonic();
	work_on_owners(host, now);
	for (size_t i = 0; i < host->space_count; i++)
		read_space(host, i, now + SLICE / (ws_time)host->space_count);
	if (all_is_due(host, packets, now)) {
		host->packets = packets;
		ask_all(host);
	}
}

/* ---- Connections */

static void ask_end(struct host *host, const struct ws_conn_info *info, unsigned i)
{
	const struct ws_endpoint_info *own = &info->endpoint[i], *peer = &info->endpoint[1 - i];
	const uint64_t spaces = ws_kernel_spaces(host->kernel, &own->address, info->ip_version);
	const struct ws_socket which = {.local = own->address,
	                                .peer = peer->address,
	                                .local_port = own->port,
	                                .peer_port = peer->port,
	                                .ip_version = info->ip_version};
	ask_spaces(host, &which, own->kernel ? UINT64_C(1) << own->kernel->socket.space : spaces);
}

static void read_answers(struct host *host)
{
	const ws_time end = monotonic() + SLICE;
	for (size_t i = 0; i < host->space_count; i++)
		read_space(host, i, end);
}

/* False of nearly all connections where others' packets are captured, and then nothing is to cost much: neither system
 * calls, nor finding out all that is known of the connection. */
static bool may_be_own(const struct host *host, const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_ends ends;
	if (!ws_tracker_conn_ends(tracker, id, &ends))
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (ws_kernel_spaces(host->kernel, &ends.address[i], ends.ip_version) ||
		    ws_kernel_find(host->kernel, &ends.address[i], ends.port[i], &ends.address[1 - i],
		                   ends.port[1 - i]))
			return true;
	return false;
}

void host_ask(struct host *host, const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_info info;
	if (!host->space_count || !may_be_own(host, tracker, id) || !ws_tracker_conn(tracker, id, &info))
		return;
	ask_end(host, &info, 0);
	ask_end(host, &info, 1);
	read_answers(host);
}

void host_show(struct host *host, const struct ws_tracker *tracker, const ws_conn_id *ids, size_t count)
{
	const ws_time clock = monotonic(), now = now_of(host);
	if (!host->space_count || clock - host->looked < SHOWN_SOON)
		return;
	host->looked = clock;
	for (size_t i = 0; i < count; i++) {
		struct ws_conn_info info;
		if (!ws_tracker_conn(tracker, ids[i], &info) || info.superseded)
			continue;
		for (unsigned e = 0; e < 2; e++) {
			const struct ws_kernel_end *end = info.endpoint[e].kernel;
			if (!end || end->socket.asked < info.last_time || now - end->socket.asked >= SHOWN_AGAIN)
				ask_end(host, &info, e);
		}
	}
	read_answers(host);
}

void host_finish(struct host *host)
{
	const ws_time end = monotonic() + LAST_WAIT;
	if (!host->space_count)
		return;
	ask_all(host);
	while ((host_is_busy(host) || (host->owners && kernel_owners_wait(host->owners))) && monotonic() < end) {
		for (size_t i = 0; i < host->space_count; i++)
			read_space(host, i, monotonic() + SLICE);
		work_on_owners(host, monotonic());
		if (!host_is_busy(host))
			(void)poll(NULL, 0, 2);
	}
}
