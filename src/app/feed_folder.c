/* -r FOLDER: the capture files in it, in the order of their first packets. All are opened before the helper gives up
 * the right to open files. */
#include "app/feeder.h"

#include <wirestate/capture.h>
#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MOST = 256 };

struct part {
	char name[NAME_MOST];
	int fd;
	ws_time first; /* of its first packet; WS_TIME_NEVER: it has none */
};

struct folder {
	struct feed *feed;
	struct part *parts;
	size_t count, capacity;
};

static bool part_add(struct folder *folder, int fd, const char *name)
{
	if (folder->count == folder->capacity) {
		const size_t capacity = folder->capacity ? 2 * folder->capacity : 64;
		struct part *parts = realloc(folder->parts, capacity * sizeof(*parts));
		if (!parts)
			return false;
		folder->parts = parts;
		folder->capacity = capacity;
	}
	struct part *part = &folder->parts[folder->count++];
	*part = (struct part){.fd = fd, .first = WS_TIME_NEVER};
	snprintf(part->name, sizeof(part->name), "%s", name);
	return true;
}

/* The first bytes of pcap in its four forms, of pcapng, and of what gzip and zstd pack. */
static bool is_capture(int fd)
{
	static const uint8_t magic[][4] = {{0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0x3c, 0x4d},
	                                   {0x4d, 0x3c, 0xb2, 0xa1}, {0x0a, 0x0d, 0x0d, 0x0a}, {0x28, 0xb5, 0x2f, 0xfd},
	                                   {0x1f, 0x8b, 0x08, 0x00}};
	uint8_t head[4];
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head))
		return false;
	for (size_t i = 0; i < WS_ARRAY_SIZE(magic); i++)
		if (memcmp(head, magic[i], magic[i][0] == 0x1f ? 3 : 4) == 0)
			return true;
	return false;
}

static bool open_parts(struct folder *folder)
{
	const char *path = folder->feed->options->path;
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	DIR *stream = opendir(path);
	const struct dirent *entry;
	bool good = stream;
	while (good && (entry = readdir(stream))) {
		struct stat status;
		if (entry->d_name[0] == '.')
			continue;
		const int fd = openat(dirfd(stream), entry->d_name, WS_READ_FLAGS);
		if (fd < 0 && (errno == EMFILE || errno == ENFILE))
			good = false;
		else if (fd < 0)
			feed_say(folder->feed, WS_OK, E_("%s: left out, since it cannot be opened: %s"), entry->d_name,
			         strerror(errno));
		else if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && is_capture(fd))
			good = part_add(folder, fd, entry->d_name);
		else
			close(fd);
	}
	if (!good)
		feed_say(folder->feed, WS_ERROR_FILE,
		         folder->count ? E_("%s: cannot be opened with all its files: %s")
		                       : E_("%s: cannot be opened: %s"),
		         path, strerror(errno));
	if (stream)
		closedir(stream);
	return good;
}

static bool confine(const struct folder *folder)
{
	const struct feeder_options *options = folder->feed->options;
	const struct ws_sandbox sandbox = {.directory = -1, .source = -1, .channel = -1};
	struct ws_protections protections;
	struct ws_error error;
	if (options->no_sandbox)
		return true;
	if (!ws_privileges_drop(options->user, &protections, &error)) {
		feed_say(folder->feed, error.status, "%s", error.text);
		return false;
	}
	ws_sandbox_enter(&sandbox, &protections);
	return true;
}

static struct ws_capture *part_open(const struct folder *folder, const struct part *part, struct ws_error *error)
{
	const struct ws_capture_options options = {.fcs_length = folder->feed->options->fcs_length};
	const int fd = fcntl(part->fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0)
		return ws_capture_open_descriptor(fd, part->name, &options, error);
	ws_fail(error, WS_ERROR_SYSTEM, "%s: cannot be opened: %s", part->name, strerror(errno));
	return NULL;
}

static void first_frame(void *context, const struct ws_frame *frame)
{
	struct part *part = context;
	if (part->first == WS_TIME_NEVER)
		part->first = frame->time;
}

/* Learns when each begins; what cannot be read is left out. */
static void find_times(struct folder *folder)
{
	size_t kept = 0;
	for (size_t i = 0; i < folder->count; i++) {
		struct part *part = &folder->parts[i];
		struct ws_error error;
		struct ws_capture *capture = part_open(folder, part, &error);
		if (!capture) {
			feed_say(folder->feed, WS_OK, E_("left out: %s"), error.text);
			close(part->fd);
			continue;
		}
		while (part->first == WS_TIME_NEVER &&
		       ws_capture_read(capture, 1, first_frame, part, &error) == WS_READ_MORE)
			;
		ws_capture_close(capture);
		folder->parts[kept++] = *part;
	}
	folder->count = kept;
}

/* Files that begin at the same time are in the order of their names, of which a number is a number. */
static int compare(const void *left, const void *right)
{
	const struct part *a = left, *b = right;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return strverscmp(a->name, b->name);
}

/* False: nobody reads the packets. */
static bool part_copy(struct folder *folder, const struct part *part)
{
	struct ws_error error;
	uint64_t packets;
	int result = FEED_UNREAD;
	struct ws_capture *capture = part_open(folder, part, &error);
	struct ws_dump *dump = capture ? feed_begin(folder->feed, capture) : NULL;
	while (dump && (result = feed_copy(capture, dump, &packets, &error)) == WS_READ_MORE)
		;
	if (result == WS_READ_ERROR)
		feed_say(folder->feed, error.status, "%s", error.text);
	struct ws_error closing;
	const bool read = ws_dump_close(dump, &closing);
	ws_capture_close(capture);
	return read && result != FEED_UNREAD;
}

void feed_folder(struct feed *feed)
{
	struct folder folder = {.feed = feed};
	if (!open_parts(&folder) || !confine(&folder))
		return;
	find_times(&folder);
	if (!folder.count) {
		feed_say(feed, WS_ERROR_FILE, E_("%s: a folder without a capture in it"), feed->options->path);
		return;
	}
	qsort(folder.parts, folder.count, sizeof(*folder.parts), compare);
	for (size_t i = 0; i < folder.count && part_copy(&folder, &folder.parts[i]); i++)
		;
}
