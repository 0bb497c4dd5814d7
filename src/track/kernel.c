/* A table of the own host's sockets, by their addresses and ports.
 *
 * Its memory is bounded. An entry whose socket is gone is kept, since its connection may still be looked at; when room is
 * needed, such entries go first. Strangers choose addresses and ports, so the hash has a key. */
#include "track/kernel.h"
#include "track/tracker.h"

#include "base/hash.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKETS_LEAST = 256, LOOK = 64, OWN_MOST = 512 };

struct ws_kernel *ws_kernel_create(uint64_t memory)
{
	struct ws_kernel *kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return NULL;
	if (getrandom(kernel->key, sizeof(kernel->key), 0) != (ssize_t)sizeof(kernel->key))
		memcpy(kernel->key, &kernel, sizeof(kernel));
	kernel->limit = (size_t)(memory / (sizeof(struct ws_kernel_entry) + 2 * sizeof(uint32_t)));
	kernel->limit = kernel->limit < WS_KERNEL_CHUNK  ? WS_KERNEL_CHUNK
	                : kernel->limit > UINT32_MAX / 2 ? UINT32_MAX / 2
	                                                 : kernel->limit;
	kernel->bucket_count = BUCKETS_LEAST;
	kernel->buckets = calloc(kernel->bucket_count, sizeof(*kernel->buckets));
	kernel->own = calloc(OWN_MOST, sizeof(*kernel->own));
	if (kernel->buckets && kernel->own)
		return kernel;
	ws_kernel_free(kernel);
	return NULL;
}

void ws_kernel_free(struct ws_kernel *kernel)
{
	if (!kernel)
		return;
	for (size_t i = 0; i < kernel->chunk_count; i++)
		free(kernel->chunks[i]);
	free(kernel->chunks);
	free(kernel->buckets);
	free(kernel->own);
	ws_kernel_owners_free(&kernel->owners);
	free(kernel);
}

static uint32_t *bucket_of(const struct ws_kernel *kernel, const struct ws_addr *local, uint16_t local_port,
                           const struct ws_addr *peer, uint16_t peer_port)
{
	uint8_t bytes[36];
	memcpy(bytes, local, 16);
	memcpy(bytes + 16, peer, 16);
	memcpy(bytes + 32, &local_port, 2);
	memcpy(bytes + 34, &peer_port, 2);
	return &kernel->buckets[ws_siphash(kernel->key, bytes, sizeof(bytes)) & (kernel->bucket_count - 1)];
}

static uint32_t *bucket_of_socket(const struct ws_kernel *kernel, const struct ws_socket *socket)
{
	return bucket_of(kernel, &socket->local, socket->local_port, &socket->peer, socket->peer_port);
}

struct ws_kernel_entry *ws_kernel_entry_find(const struct ws_kernel *kernel, const struct ws_addr *local,
                                             uint16_t local_port, const struct ws_addr *peer, uint16_t peer_port)
{
	uint32_t next = *bucket_of(kernel, local, local_port, peer, peer_port);
	while (next) {
		struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, next - 1);
		const struct ws_socket *socket = &entry->end.socket;
		if (socket->local_port == local_port && socket->peer_port == peer_port &&
		    memcmp(&socket->local, local, sizeof(*local)) == 0 &&
		    memcmp(&socket->peer, peer, sizeof(*peer)) == 0)
			return entry;
		next = entry->next;
	}
	return NULL;
}

/* ---- Making room */

static void buckets_grow(struct ws_kernel *kernel)
{
	const size_t count = 2 * kernel->bucket_count;
	uint32_t *buckets = kernel->used < kernel->bucket_count ? NULL : calloc(count, sizeof(*buckets));
	if (!buckets)
		return;
	free(kernel->buckets);
	kernel->buckets = buckets;
	kernel->bucket_count = count;
	for (uint32_t i = 0; i < kernel->used; i++) {
		struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, i);
		if (!entry->used)
			continue;
		uint32_t *bucket = bucket_of_socket(kernel, &entry->end.socket);
		entry->next = *bucket;
		*bucket = i + 1;
	}
}

static void entry_remove(struct ws_kernel *kernel, uint32_t number)
{
	struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, number);
	uint32_t *link = bucket_of_socket(kernel, &entry->end.socket);
	while (*link != number + 1)
		link = &ws_kernel_entry_at(kernel, *link - 1)->next;
	*link = entry->next;
	kernel->live -= entry->end.socket.state != 0;
	kernel->untold -= entry->captured ? entry->untold : 0;
	entry->used = false;
	entry->next = kernel->unused;
	kernel->unused = number + 1;
}

/* Gives up an entry whose socket is gone, of those that come next. */
static void give_up(struct ws_kernel *kernel)
{
	for (unsigned looked = 0; looked < LOOK && kernel->used && !kernel->unused; looked++) {
		const uint32_t number = (uint32_t)(kernel->cursor++ % kernel->used);
		if (ws_kernel_entry_at(kernel, number)->used && !ws_kernel_entry_at(kernel, number)->end.socket.state)
			entry_remove(kernel, number);
	}
}

static bool chunk_add(struct ws_kernel *kernel)
{
	struct ws_kernel_entry **chunks = realloc(kernel->chunks, (kernel->chunk_count + 1) * sizeof(*chunks));
	if (!chunks)
		return false;
	kernel->chunks = chunks;
	struct ws_kernel_entry *chunk = calloc(WS_KERNEL_CHUNK, sizeof(*chunk));
	if (chunk)
		kernel->chunks[kernel->chunk_count++] = chunk;
	return chunk;
}

/* Returns the number of a free entry plus 1; 0: there is no room. */
static uint32_t entry_take(struct ws_kernel *kernel)
{
	if (!kernel->unused && kernel->used >= kernel->limit)
		give_up(kernel);
	if (kernel->unused) {
		const uint32_t number = kernel->unused;
		kernel->unused = ws_kernel_entry_at(kernel, number - 1)->next;
		return number;
	}
	if (kernel->used >= kernel->limit ||
	    (kernel->used == kernel->chunk_count * WS_KERNEL_CHUNK && !chunk_add(kernel)))
		return 0;
	buckets_grow(kernel);
	return (uint32_t)++kernel->used;
}

static struct ws_kernel_entry *entry_add(struct ws_kernel *kernel, const struct ws_socket *socket)
{
	const uint32_t number = entry_take(kernel);
	if (!number)
		return NULL;
	struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, number - 1);
	uint32_t *bucket = bucket_of_socket(kernel, socket);
	*entry = (struct ws_kernel_entry){.used = true, .next = *bucket, .end.state = WS_STATE_COUNT};
	entry->end.socket = *socket;
	entry->end.socket.state = 0;
	*bucket = number;
	return entry;
}

/* ---- Taking in */

/* Every namespace has the loopback addresses; those of the captured one are meant. */
static bool is_loopback(const struct ws_addr *address, unsigned ip_version)
{
	static const uint8_t loopback4[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
	static const uint8_t loopback6[16] = {[15] = 1};
	return ip_version == 4 ? memcmp(address, loopback4, sizeof(loopback4)) == 0
	                       : memcmp(address, loopback6, sizeof(loopback6)) == 0;
}

uint64_t ws_kernel_spaces(const struct ws_kernel *kernel, const struct ws_addr *address, unsigned ip_version)
{
	if (is_loopback(address, ip_version))
		return 1;
	for (size_t i = 0; i < kernel->own_count; i++)
		if (memcmp(&kernel->own[i].address, address, sizeof(*address)) == 0)
			return kernel->own[i].spaces;
	return 0;
}

void ws_kernel_address(struct ws_kernel *kernel, unsigned space, const struct ws_addr *address, unsigned ip_version)
{
	if (space >= WS_KERNEL_SPACES || is_loopback(address, ip_version))
		return;
	for (size_t i = 0; i < kernel->own_count; i++)
		if (memcmp(&kernel->own[i].address, address, sizeof(*address)) == 0) {
			kernel->own[i].spaces |= UINT64_C(1) << space;
			return;
		}
	if (kernel->own_count < OWN_MOST)
		kernel->own[kernel->own_count++] =
		        (struct own_address){.address = *address, .spaces = UINT64_C(1) << space};
}

enum ws_state ws_kernel_state(unsigned number)
{
	static const uint8_t states[] = {
#define X(number, state) [number] = WS_##state,
	        WS_KERNEL_STATES(X)
#undef X
	};
	return number < WS_ARRAY_SIZE(states) ? (enum ws_state)states[number] : WS_CLOSED;
}

static void note_change(struct ws_kernel_end *end, uint8_t state, ws_time time)
{
	if (end->change_count == WS_KERNEL_CHANGES) {
		memmove(&end->change[0], &end->change[1], sizeof(end->change) - sizeof(end->change[0]));
		end->change_count--;
	}
	end->change[end->change_count].time = time;
	end->change[end->change_count++].state = state;
	end->state = state;
	end->since = time;
}

static void count_change(struct ws_kernel *kernel, struct ws_kernel_entry *entry)
{
	if (entry->untold == entry->end.change_count)
		return;
	entry->untold++;
	kernel->untold += entry->captured;
}

/* What only a whole socket has, a later answer may lack: TIME_WAIT has no owner any more. */
static void keep_what_is_gone(struct ws_socket *now, const struct ws_socket *before)
{
	const bool orphan = now->has_owner && !now->inode;
	if ((!now->has_owner || orphan) && before->has_owner) {
		now->uid = before->uid;
		now->cgroup = before->cgroup ? before->cgroup : now->cgroup;
		now->inode = orphan ? 0 : before->inode;
		now->has_owner = true;
	}
	if (!now->has_info && before->has_info) {
		now->has_info = true;
		now->rtt = before->rtt;
		now->rtt_deviation = before->rtt_deviation;
		now->busy = before->busy;
		now->window_limited = before->window_limited;
		now->send_buffer_limited = before->send_buffer_limited;
		now->congestion_window = before->congestion_window;
		now->retransmissions = before->retransmissions;
	}
}

/* A socket that began again with the same addresses and ports is another one. */
static bool begins_anew(const struct ws_kernel_end *end, enum ws_state state)
{
	return (end->state == WS_CLOSED || end->state == WS_TIME_WAIT) &&
	       (state == WS_SYN_SENT || state == WS_SYN_RECEIVED || state == WS_ESTABLISHED);
}

static void entry_set(struct ws_kernel *kernel, struct ws_kernel_entry *entry, const struct ws_socket *socket)
{
	struct ws_socket next = *socket;
	const enum ws_state state = ws_kernel_state(socket->state);
	const bool begins = begins_anew(&entry->end, state);
	const enum ws_state before = (enum ws_state)entry->end.state;
	if (begins) {
		entry->end.change_count = 0;
		kernel->untold -= entry->captured ? entry->untold : 0;
		entry->untold = 0;
	} else {
		keep_what_is_gone(&next, &entry->end.socket);
	}
	entry->end.inode = next.inode ? next.inode : begins ? 0 : entry->end.inode;
	kernel->live += (size_t)(next.state != 0) - (size_t)(entry->end.socket.state != 0);
	entry->end.socket = next;
	if (state != entry->end.state)
		note_change(&entry->end, (uint8_t)state, socket->asked);
	if (entry->end.since == socket->asked && state != before)
		count_change(kernel, entry);
}

/* A socket that dies leaves its figures; whether TIME_WAIT follows is not known yet. */
static bool entry_died(struct ws_kernel_entry *entry, const struct ws_socket *socket)
{
	if (!socket->has_info)
		return false;
	const struct ws_socket before = entry->end.socket;
	struct ws_socket *now = &entry->end.socket;
	*now = *socket;
	now->state = before.state;
	now->timer = before.timer;
	now->expires = before.expires;
	now->send_queue = before.send_queue;
	now->receive_queue = before.receive_queue;
	now->inode = now->inode ? now->inode : before.inode;
	entry->end.inode = now->inode ? now->inode : entry->end.inode;
	now->cgroup = now->cgroup ? now->cgroup : before.cgroup;
	now->uid = before.uid;
	now->has_owner = before.has_owner;
	return true;
}

bool ws_kernel_take(struct ws_kernel *kernel, const struct ws_socket *socket, bool died)
{
	if (socket->space && is_loopback(&socket->local, socket->ip_version))
		return false;
	struct ws_kernel_entry *entry =
	        ws_kernel_entry_find(kernel, &socket->local, socket->local_port, &socket->peer, socket->peer_port);
	if (died && !entry)
		entry = entry_add(kernel, socket);
	if (died)
		return entry && entry_died(entry, socket);
	/* The own namespace counts where another one has the same addresses. */
	if (entry && socket->space != entry->end.socket.space && entry->end.socket.state &&
	    (entry->end.socket.space == 0 || !socket->state))
		return false;
	if (!entry)
		entry = entry_add(kernel, socket);
	if (!entry)
		return false;
	const uint8_t before = entry->end.state;
	const uint32_t queue = entry->end.socket.send_queue;
	if (socket->state && socket->state != TCP_LISTEN)
		ws_kernel_address(kernel, socket->space, &socket->local, socket->ip_version);
	entry_set(kernel, entry, socket);
	return before != entry->end.state || queue != socket->send_queue;
}

void ws_kernel_swept(struct ws_kernel *kernel, uint8_t space, ws_time begun, ws_time now)
{
	for (uint32_t i = 0; i < kernel->used; i++) {
		struct ws_kernel_entry *entry = ws_kernel_entry_at(kernel, i);
		const bool unknown = entry->end.state == WS_STATE_COUNT; /* it has died, and was not asked for */
		if (!entry->used || (!entry->end.socket.state && !unknown) || entry->end.socket.space != space ||
		    entry->end.socket.asked >= begun)
			continue;
		struct ws_socket gone = entry->end.socket;
		gone.state = 0;
		gone.asked = now;
		entry_set(kernel, entry, &gone);
	}
}

/* ---- Whose they are */

void ws_kernel_process(struct ws_kernel *kernel, uint32_t inode, uint32_t pid, const char *name, size_t length)
{
	ws_kernel_owners_process(&kernel->owners, inode, pid, name, length);
}

void ws_kernel_group(struct ws_kernel *kernel, uint64_t cgroup, const char *service, const char *container)
{
	ws_kernel_owners_group(&kernel->owners, cgroup, service, container);
}

void ws_kernel_user(struct ws_kernel *kernel, uint32_t uid, const char *name)
{
	ws_kernel_owners_user(&kernel->owners, uid, name);
}

bool ws_kernel_knows_process(const struct ws_kernel *kernel, uint32_t inode)
{
	return ws_kernel_owned(&kernel->owners, inode);
}

bool ws_kernel_knows_group(const struct ws_kernel *kernel, uint64_t cgroup)
{
	return ws_kernel_grouped(&kernel->owners, cgroup);
}

bool ws_kernel_names_processes(const struct ws_kernel *kernel)
{
	return kernel->owners.process_count;
}

void ws_kernel_owner_of(const struct ws_kernel *kernel, const struct ws_kernel_end *end, struct ws_kernel_owner *owner)
{
	const struct ws_kernel_owners *owners = &kernel->owners;
	const struct owned *owned = ws_kernel_owned(owners, end->inode);
	const struct grouped *group = ws_kernel_grouped(owners, end->socket.cgroup);
	*owner = (struct ws_kernel_owner){
	        .process = owned && owned->process ? owners->processes[owned->process - 1] : NULL,
	        .service = group ? group->service : NULL,
	        .container = group ? group->container : NULL,
	        .user = end->socket.has_owner ? ws_kernel_user_name(owners, end->socket.uid) : NULL,
	};
}

/* ---- Looking up */

const struct ws_kernel_end *ws_kernel_find(const struct ws_kernel *kernel, const struct ws_addr *local,
                                           uint16_t local_port, const struct ws_addr *peer, uint16_t peer_port)
{
	const struct ws_kernel_entry *entry = ws_kernel_entry_find(kernel, local, local_port, peer, peer_port);
	return entry ? &entry->end : NULL;
}

const struct ws_socket *ws_kernel_listener(const struct ws_kernel *kernel, const struct ws_addr *local, uint16_t port,
                                           unsigned ip_version)
{
	static const struct ws_addr any6 = {{0}}, any4 = {{[10] = 0xff, 0xff}};
	const struct ws_addr *places[] = {local, ip_version == 4 ? &any4 : &any6, &any6};
	for (size_t i = 0; i < WS_ARRAY_SIZE(places); i++)
		for (unsigned peer = 0; peer < 2; peer++) {
			const struct ws_kernel_entry *entry =
			        ws_kernel_entry_find(kernel, places[i], port, peer ? &any6 : &any4, 0);
			if (entry && entry->end.state == WS_LISTEN)
				return &entry->end.socket;
		}
	return NULL;
}

unsigned ws_kernel_state_at(const struct ws_kernel_end *end, ws_time time)
{
	unsigned state = WS_STATE_COUNT;
	for (unsigned i = 0; i < end->change_count && end->change[i].time <= time; i++)
		state = end->change[i].state;
	return state;
}

size_t ws_kernel_sockets(const struct ws_kernel *kernel)
{
	return kernel->live;
}

const char *ws_socket_timer_name(unsigned timer)
{
	static const char *const names[] = {
#define X(name, word) [name] = word,
	        WS_SOCKET_TIMERS(X)
#undef X
	};
	return timer < WS_ARRAY_SIZE(names) ? names[timer] : names[0];
}

void ws_tracker_set_kernel(struct ws_tracker *tracker, const struct ws_kernel *kernel)
{
	tracker->kernel = kernel;
}

const struct ws_kernel *ws_tracker_kernel(const struct ws_tracker *tracker)
{
	return tracker->kernel;
}

void ws_tracker_set_latest(struct ws_tracker *tracker, const struct ws_tracker *latest)
{
	tracker->latest = latest;
}

/* Of endpoint `i`; NULL: nothing is known. An answer from before the connection's first packet is about another one with the
 * same addresses and ports, and so is every answer once a newer connection has taken them over. */
static const struct ws_kernel_end *end_of(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned i)
{
	const struct ws_kernel_end *end = ws_kernel_find(tracker->kernel, &conn->address[i], conn->port[i],
	                                                 &conn->address[1 - i], conn->port[1 - i]);
	if (!end || end->socket.asked < conn->first_time || conn->machine.superseded)
		return NULL;
	return conn->ended && ws_table_newest(&tracker->table, conn) != conn->id ? NULL : end;
}

/* `states`: what the kernel says of the sockets, too, and not only whose they are. */
static void fill_ends(const struct ws_tracker *tracker, const struct ws_conn *conn, bool states,
                      struct ws_conn_info *info)
{
	struct ws_kernel_owner owner;
	for (unsigned i = 0; i < 2; i++) {
		struct ws_endpoint_info *e = &info->endpoint[i];
		const struct ws_kernel_end *end = end_of(tracker, conn, i);
		if (!end)
			continue;
		if (states)
			e->kernel = end;
		ws_kernel_owner_of(tracker->kernel, end, &owner);
		e->service = owner.service;
		e->container = owner.container;
		e->user = owner.user;
		if (owner.process) {
			e->process = owner.process;
			e->process_guessed = false;
		}
	}
}

/* For a tracker at an earlier time. What has been asked since may be about another connection with the same addresses and
 * ports, which the latest tracker knows. */
static void fill_latest_owners(const struct ws_tracker *latest, const struct ws_conn *conn, struct ws_conn_info *info)
{
	struct ws_conn_copy copy;
	const ws_conn_id id = latest->kernel ? ws_tracker_conn_find(latest, conn->number) : 0;
	const struct ws_conn *now = id ? ws_table_read(&latest->table, id, &copy) : NULL;
	if (now && now->first_time == conn->first_time && memcmp(now->port, conn->port, sizeof(now->port)) == 0 &&
	    memcmp(now->address, conn->address, sizeof(now->address)) == 0)
		fill_ends(latest, now, false, info);
}

void ws_kernel_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_conn_info *info)
{
	if (tracker->latest)
		fill_latest_owners(tracker->latest, conn, info);
	if (tracker->kernel)
		fill_ends(tracker, conn, true, info);
}

/* ---- Comparing */

enum ws_agreement ws_kernel_compare(const struct ws_kernel_end *end, enum ws_state state, enum ws_certainty certainty)
{
	if (!end || end->state == WS_STATE_COUNT)
		return WS_AGREEMENT_UNKNOWN;
	if ((enum ws_state)end->state == state || (state == WS_LISTEN && end->state == WS_CLOSED))
		return WS_AGREEMENT_EQUAL;
	return certainty == WS_CONFIRMED ? WS_AGREEMENT_DIFFERS : WS_AGREEMENT_EARLY;
}

enum ws_agreement ws_kernel_agreement(const struct ws_conn_info *info, unsigned endpoint)
{
	const struct ws_endpoint_info *e = &info->endpoint[endpoint];
	if (!e->kernel || e->kernel->socket.asked < info->last_time)
		return WS_AGREEMENT_UNKNOWN;
	return ws_kernel_compare(e->kernel, (enum ws_state)e->state, (enum ws_certainty)e->certainty);
}

void ws_kernel_count(const struct ws_conn_info *info, struct ws_agreements *agreements)
{
	for (unsigned i = 0; i < 2; i++) {
		const enum ws_agreement agreement = ws_kernel_agreement(info, i);
		agreements->compared += agreement != WS_AGREEMENT_UNKNOWN;
		agreements->equal += agreement == WS_AGREEMENT_EQUAL;
	}
}
