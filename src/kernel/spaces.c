/* A namespace is named by a process in it (/proc/PID/ns/net), or by `ip netns` (/run/netns/NAME). To open a socket there,
 * the thread enters it and comes back; sockets belong to the namespace in which they were opened. */
#include "kernel/spaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEEN_MOST = 64, LOOKED_AT_MOST = 32768 };

struct search {
	struct kernel_sockets **sockets;
	size_t count, most;
	kernel_address_fn *fn;
	void *context;
	ino_t seen[SEEN_MOST];
	size_t seen_count;
	int home;
};

static void hand_over_addresses(const struct search *search)
{
	struct ifaddrs *list;
	if (getifaddrs(&list) != 0)
		return;
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		struct ws_addr address = {{[10] = 0xff, 0xff}};
		if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET) {
			memcpy(address.byte + 12, &((const struct sockaddr_in *)(const void *)at->ifa_addr)->sin_addr,
			       4);
			search->fn(search->context, (unsigned)search->count, &address, 4);
		} else if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET6) {
			memcpy(address.byte, &((const struct sockaddr_in6 *)(const void *)at->ifa_addr)->sin6_addr, 16);
			search->fn(search->context, (unsigned)search->count, &address, 6);
		}
	}
	freeifaddrs(list);
}

/* Of the namespace that the thread is in. */
static bool space_open(struct search *search, struct ws_error *error)
{
	struct kernel_sockets *sockets = kernel_sockets_open((uint8_t)search->count, error);
	if (!sockets)
		return false;
	hand_over_addresses(search);
	search->sockets[search->count++] = sockets;
	return true;
}

static bool was_seen(struct search *search, int fd)
{
	struct stat status;
	if (fstat(fd, &status) != 0 || search->seen_count == SEEN_MOST)
		return true;
	for (size_t i = 0; i < search->seen_count; i++)
		if (search->seen[i] == status.st_ino)
			return true;
	search->seen[search->seen_count++] = status.st_ino;
	return false;
}

/* False: the thread could not come back, which must not happen. */
static bool space_enter(struct search *search, const char *path)
{
	struct ws_error ignored;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	bool back = true;
	if (!was_seen(search, fd) && search->count < search->most && setns(fd, CLONE_NEWNET) == 0) {
		(void)space_open(search, &ignored);
		back = setns(search->home, CLONE_NEWNET) == 0;
	}
	close(fd);
	return back;
}

/* Looks at the entries of a folder: `tail` is what follows a name. */
static bool spaces_below(struct search *search, const char *folder, const char *tail, bool numbers)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	unsigned looked = 0;
	bool good = true;
	while (directory && good && search->count < search->most && looked++ < LOOKED_AT_MOST &&
	       (entry = readdir(directory))) {
		char path[PATH_MAX];
		if (entry->d_name[0] == '.' || (numbers && (entry->d_name[0] < '0' || entry->d_name[0] > '9')))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", folder, entry->d_name, tail);
		good = space_enter(search, path);
	}
	if (directory)
		closedir(directory);
	return good;
}

size_t kernel_spaces_open(struct kernel_sockets **sockets, size_t most, bool others, kernel_address_fn *fn,
                          void *context, struct ws_error *error)
{
	struct search search = {.sockets = sockets, .most = most, .fn = fn, .context = context};
	if (!space_open(&search, error))
		return 0;
	search.home = others ? open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC) : -1;
	if (search.home < 0)
		return search.count;
	(void)was_seen(&search, search.home);
	const bool back =
	        spaces_below(&search, "/run/netns", "", false) && spaces_below(&search, "/proc", "/ns/net", true);
	close(search.home);
	if (back)
		return search.count;
	while (search.count)
		kernel_sockets_close(sockets[--search.count]);
	ws_fail(error, WS_ERROR_SYSTEM, "cannot come back from another network namespace");
	return 0;
}
