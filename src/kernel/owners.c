/* The helper looks at /proc/PID/fd of every process for links to sockets. That is one walk for all inodes, so it waits a
 * moment for more of them, keeps what it has found, and walks again only for an inode that it does not know. */
#include "kernel/owners.h"
#include "base/clock.h"
#include "base/search.h"

#include <wirestate/privileges.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	INODES_MOST = 256, /* of a request */
	ANSWERS_MOST = 64, /* of an answer */
	QUEUE_MOST = 4096, /* inodes that wait to be asked for */
	UNANSWERED_MOST = 2 * INODES_MOST,
	FOUND_MOST = 1 << 20, /* sockets of all processes that are kept */
	WALK_PAUSE = 200,     /* milliseconds between two walks over all processes */
	LINK_ROOM = 64,
};

enum kind { KIND_INODES, KIND_GROUP };

struct request {
	uint32_t kind, count;
	union {
		uint32_t inode[INODES_MOST];
		uint64_t group;
	};
};

struct answer {
	uint32_t kind, count;
	union {
		struct kernel_owner owner[ANSWERS_MOST];
		struct kernel_group group;
	};
};

#define REQUEST_SIZE(count) (offsetof(struct request, inode) + (count) * sizeof(uint32_t))

/* ---- In the helper */

struct helper {
	int channel, proc, groups;
	struct kernel_owner *found; /* in the order of inodes */
	size_t count, room;
	ws_time walked; /* of monotonic(): when that was last done */
};

static void found_add(struct helper *helper, uint32_t inode, uint32_t pid, const char name[16])
{
	if (helper->count == helper->room) {
		const size_t room = helper->room ? 2 * helper->room : 1024;
		struct kernel_owner *found = room <= FOUND_MOST ? realloc(helper->found, room * sizeof(*found)) : NULL;
		if (!found)
			return;
		helper->found = found;
		helper->room = room;
	}
	struct kernel_owner *owner = &helper->found[helper->count++];
	*owner = (struct kernel_owner){.inode = inode, .pid = pid};
	memcpy(owner->name, name, sizeof(owner->name));
}

/* Reads the name of a process; false: it has ended. */
static bool read_name(int process, char name[16])
{
	char bytes[32];
	const int file = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	const ssize_t length = file >= 0 ? read(file, bytes, sizeof(bytes)) : -1;
	if (file >= 0)
		close(file);
	memset(name, 0, 16);
	for (ssize_t i = 0; i < length && i < 16 && bytes[i] != '\n'; i++)
		name[i] = bytes[i];
	return length > 0;
}

static bool socket_of_link(int folder, const char *name, uint32_t *inode)
{
	static const char start[] = "socket:[";
	char link[LINK_ROOM];
	const ssize_t length = readlinkat(folder, name, link, sizeof(link) - 1);
	if (length <= 0)
		return false;
	link[length] = '\0';
	if (strncmp(link, start, sizeof(start) - 1) != 0)
		return false;
	*inode = (uint32_t)strtoul(link + sizeof(start) - 1, NULL, 10);
	return *inode;
}

static void walk_process(struct helper *helper, const char *number)
{
	char name[16];
	bool named = false;
	const int process = openat(helper->proc, number, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int folder = process >= 0 ? openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *directory = folder >= 0 ? fdopendir(folder) : NULL;
	const struct dirent *entry;
	uint32_t inode;
	while (directory && (entry = readdir(directory))) {
		if (!socket_of_link(folder, entry->d_name, &inode))
			continue;
		named = named || read_name(process, name);
		if (named)
			found_add(helper, inode, (uint32_t)strtoul(number, NULL, 10), name);
	}
	if (directory)
		closedir(directory);
	else if (folder >= 0)
		close(folder);
	if (process >= 0)
		close(process);
}

/* Where several processes have a socket, the first one is taken: the others have inherited it. */
static int owner_compare(const void *left, const void *right)
{
	const struct kernel_owner *a = left, *b = right;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static void walk_all(struct helper *helper)
{
	const ws_time passed = (monotonic() - helper->walked) / WS_MILLISECOND;
	if (passed < WALK_PAUSE)
		(void)poll(NULL, 0, (int)(WALK_PAUSE - passed));
	helper->count = 0;
	const int proc = openat(helper->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = proc >= 0 ? fdopendir(proc) : NULL;
	const struct dirent *entry;
	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			walk_process(helper, entry->d_name);
	if (directory)
		closedir(directory);
	if (helper->count)
		qsort(helper->found, helper->count, sizeof(*helper->found), owner_compare);
	helper->walked = monotonic();
}

static const struct kernel_owner *found_look_up(const struct helper *helper, uint32_t inode)
{
	const size_t low = SEARCH_FIRST(helper->count, i, helper->found[i].inode < inode);
	return low < helper->count && helper->found[low].inode == inode ? &helper->found[low] : NULL;
}

static bool answer_send(const struct helper *helper, const struct answer *answer)
{
	const size_t size = answer->kind == KIND_GROUP
	                            ? offsetof(struct answer, group) + sizeof(answer->group)
	                            : offsetof(struct answer, owner) + answer->count * sizeof(answer->owner[0]);
	return write(helper->channel, answer, size) == (ssize_t)size;
}

static bool answer_inodes(struct helper *helper, const struct request *request)
{
	bool walked = false;
	for (uint32_t i = 0; i < request->count; i += ANSWERS_MOST) {
		struct answer answer = {.kind = KIND_INODES};
		for (uint32_t k = i; k < request->count && k < i + ANSWERS_MOST; k++) {
			const struct kernel_owner *owner = found_look_up(helper, request->inode[k]);
			if (!owner && !walked) {
				walked = true;
				walk_all(helper);
				owner = found_look_up(helper, request->inode[k]);
			}
			answer.owner[answer.count++] =
			        owner ? *owner : (struct kernel_owner){.inode = request->inode[k]};
		}
		if (!answer_send(helper, &answer))
			return false;
	}
	return true;
}

static bool is_group(void *context, const struct kernel_group *group)
{
	struct kernel_group *wanted = context;
	if (group->id != wanted->id)
		return true;
	*wanted = *group;
	return false;
}

static bool answer_group(const struct helper *helper, const struct request *request)
{
	struct answer answer = {.kind = KIND_GROUP, .count = 1, .group.id = request->group};
	if (helper->groups >= 0)
		kernel_groups_walk(helper->groups, is_group, &answer.group);
	return answer_send(helper, &answer);
}

bool kernel_owners_confine(const char *user, int channel, struct ws_error *error)
{
	struct ws_protections protections = {0};
	if (!ws_privileges_look(user, error))
		return false;
	ws_sandbox_look(channel, &protections);
	return true;
}

/* Leaves the channel and what has been opened here, and no descriptor of the program. */
static void close_others(const struct helper *helper)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const long most = sysconf(_SC_OPEN_MAX);
	for (int fd = 0; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	for (int fd = STDERR_FILENO + 1; fd < (most > 0 && most < 65536 ? most : 65536); fd++)
		if (fd != helper->channel && fd != helper->proc && fd != helper->groups)
			close(fd);
}

static void run_helper(struct helper *helper, const char *user, bool no_sandbox)
{
	char root[256];
	struct ws_error error;
	struct request request;
	ssize_t size;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_NAME, "wirestate-procs");
	signal(SIGINT, SIG_IGN); /* its end of the channel says when the program ends */
	signal(SIGPIPE, SIG_IGN);
	helper->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	helper->groups = kernel_groups_root(root, sizeof(root)) ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	close_others(helper);
	if (!no_sandbox && !kernel_owners_confine(user, helper->channel, &error))
		return;
	while ((size = read(helper->channel, &request, sizeof(request))) >= (ssize_t)REQUEST_SIZE(1)) {
		if (request.kind == KIND_GROUP ? !answer_group(helper, &request)
		    : request.count <= INODES_MOST && (size_t)size == REQUEST_SIZE(request.count)
		            ? !answer_inodes(helper, &request)
		            : true)
			return;
	}
}

/* ---- In the program */

struct kernel_owners {
	int channel;
	uint32_t queue[QUEUE_MOST]; /* inodes to be asked for */
	size_t queued;
	size_t unanswered; /* inodes that have been asked for */
	uint64_t groups[ANSWERS_MOST];
	size_t groups_queued, groups_unanswered;
};

struct kernel_owners *kernel_owners_start(const char *user, bool no_sandbox, struct ws_error *error)
{
	int pair[2];
	struct kernel_owners *owners = calloc(1, sizeof(*owners));
	if (!owners || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		free(owners);
		ws_fail(error, WS_ERROR_SYSTEM, "no socket: %s", strerror(errno));
		return NULL;
	}
	fflush(NULL); /* or the child would write it again */
	const pid_t child = fork();
	if (child == 0) {
		struct helper helper = {.channel = pair[1]};
		run_helper(&helper, user, no_sandbox);
		_exit(0);
	}
	close(pair[1]);
	owners->channel = pair[0];
	fcntl(owners->channel, F_SETFL, O_NONBLOCK);
	if (child > 0)
		return owners;
	ws_fail(error, WS_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
	kernel_owners_stop(owners);
	return NULL;
}

void kernel_owners_stop(struct kernel_owners *owners)
{
	if (owners)
		close(owners->channel);
	free(owners);
}

bool kernel_owners_ask(struct kernel_owners *owners, uint32_t inode)
{
	if (owners->queued == QUEUE_MOST)
		return false;
	owners->queue[owners->queued++] = inode;
	return true;
}

bool kernel_owners_ask_group(struct kernel_owners *owners, uint64_t cgroup)
{
	for (size_t i = 0; i < owners->groups_queued; i++)
		if (owners->groups[i] == cgroup)
			return true;
	if (owners->groups_queued == WS_ARRAY_SIZE(owners->groups))
		return false;
	owners->groups[owners->groups_queued++] = cgroup;
	return true;
}

bool kernel_owners_wait(const struct kernel_owners *owners)
{
	return owners->queued || owners->unanswered || owners->groups_queued || owners->groups_unanswered;
}

static void requests_send(struct kernel_owners *owners)
{
	struct request request;
	while (owners->queued && owners->unanswered + INODES_MOST <= UNANSWERED_MOST) {
		request.kind = KIND_INODES;
		request.count = (uint32_t)(owners->queued < INODES_MOST ? owners->queued : INODES_MOST);
		memcpy(request.inode, owners->queue, request.count * sizeof(request.inode[0]));
		if (write(owners->channel, &request, REQUEST_SIZE(request.count)) < 0)
			return;
		owners->queued -= request.count;
		owners->unanswered += request.count;
		memmove(owners->queue, owners->queue + request.count, owners->queued * sizeof(owners->queue[0]));
	}
	while (owners->groups_queued && !owners->groups_unanswered) {
		request.kind = KIND_GROUP;
		request.count = 1;
		request.group = owners->groups[owners->groups_queued - 1];
		if (write(owners->channel, &request, offsetof(struct request, group) + sizeof(request.group)) < 0)
			return;
		owners->groups_queued--;
		owners->groups_unanswered++;
	}
}

void kernel_owners_work(struct kernel_owners *owners, void (*owner)(void *context, const struct kernel_owner *owner),
                        void (*group)(void *context, const struct kernel_group *group), void *context)
{
	struct answer answer;
	ssize_t size;
	while ((owners->unanswered || owners->groups_unanswered) &&
	       (size = read(owners->channel, &answer, sizeof(answer))) > 0) {
		if (answer.kind == KIND_GROUP) {
			answer.group.service[KERNEL_GROUP_NAME - 1] = answer.group.container[KERNEL_GROUP_NAME - 1] =
			        '\0';
			owners->groups_unanswered = 0;
			group(context, &answer.group);
			continue;
		}
		for (uint32_t i = 0; i < answer.count && i < ANSWERS_MOST; i++)
			owner(context, &answer.owner[i]);
		owners->unanswered -= answer.count < owners->unanswered ? answer.count : owners->unanswered;
	}
	requests_send(owners);
}
