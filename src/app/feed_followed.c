/* --follow: reads a file as it grows, and goes on when it is emptied or when another file has its name, as tail -F
 * does. The helper may open files for reading in the file's folder, and nowhere else. */
#include "app/feeder.h"

#include <wirestate/capture.h>
#include <wirestate/language.h>
#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_AGAIN = 100 }; /* milliseconds */

struct followed {
	struct feed *feed;
	const char *path;
	char name[256];
	int directory;
	int fd; /* of the file that is read; -1: there is none */
	bool emptied;
	struct ws_capture *capture;
	struct ws_dump *dump;
	char said[300]; /* the reason for waiting that was said last; empty: it does not wait */
};

/* Says why nothing can be read, once. */
static void say_waiting(struct followed *followed, const char *why)
{
	if (strcmp(followed->said, why) == 0)
		return;
	snprintf(followed->said, sizeof(followed->said), "%s", why);
	feed_say(followed->feed, WS_OK, E_("%s; waits for it"), why);
}

static bool open_folder(struct followed *followed)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s", followed->path);
	snprintf(followed->name, sizeof(followed->name), "%s", basename(path));
	snprintf(path, sizeof(path), "%s", followed->path);
	followed->directory = open(dirname(path), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (followed->directory < 0)
		feed_say(followed->feed, WS_ERROR_FILE, E_("%s: its folder cannot be opened: %s"), followed->path,
		         strerror(errno));
	return followed->directory >= 0;
}

static bool confine(const struct followed *followed)
{
	const struct ws_sandbox sandbox = {
	        .directory = followed->directory, .flags = WS_READ_FLAGS, .source = -1, .channel = -1};
	struct ws_protections protections = {0};
	struct ws_error error;
	if (followed->feed->options->no_sandbox)
		return true;
	if (!ws_privileges_keep(CAP_DAC_READ_SEARCH, &error)) {
		feed_say(followed->feed, error.status, "%s", error.text);
		return false;
	}
	ws_sandbox_enter(&sandbox, &protections);
	return true;
}

/* ---- One file */

static bool file_open(struct followed *followed)
{
	const struct ws_capture_options options = {.follow = true, .fcs_length = followed->feed->options->fcs_length};
	struct ws_error error;
	struct stat status;
	char why[300];
	followed->fd = openat(followed->directory, followed->name, WS_READ_FLAGS);
	if (followed->fd < 0) {
		snprintf(why, sizeof(why), E_("%.200s: cannot be opened: %s"), followed->path, strerror(errno));
		say_waiting(followed, why);
		return false;
	}
	const bool regular = fstat(followed->fd, &status) == 0 && S_ISREG(status.st_mode);
	const int copy = regular ? fcntl(followed->fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (copy >= 0)
		followed->capture = ws_capture_open_descriptor(copy, followed->path, &options, &error);
	if (followed->capture)
		return true;
	if (copy < 0)
		ws_fail(&error, WS_ERROR_FILE, "%.200s: not a regular file, so it cannot be followed", followed->path);
	/* Later, the file's header may still have to be written. Nobody waits for what is not a capture from the start.
	 */
	if (!followed->feed->ready && status.st_size > 0)
		feed_say(followed->feed, WS_ERROR_FILE, "%s", error.text);
	else
		say_waiting(followed, error.text);
	close(followed->fd);
	followed->fd = -1;
	return false;
}

/* False: nobody reads the packets. */
static bool file_close(struct followed *followed)
{
	struct ws_error error;
	const bool read = !followed->dump || ws_dump_close(followed->dump, &error);
	ws_capture_close(followed->capture);
	if (followed->fd >= 0)
		close(followed->fd);
	followed->dump = NULL;
	followed->capture = NULL;
	followed->fd = -1;
	return read;
}

/* Bytes at the end of the file that are no whole packet. */
static uint64_t rest(const struct followed *followed)
{
	struct stat status;
	uint64_t done, total;
	ws_capture_progress(followed->capture, &done, &total);
	return fstat(followed->fd, &status) == 0 && (uint64_t)status.st_size > done ? (uint64_t)status.st_size - done
	                                                                            : 0;
}

/* What has become of the file that is read, and of its name: true when it is over. */
static bool file_is_over(struct followed *followed)
{
	struct stat named, open_file;
	uint64_t done, total;
	ws_capture_progress(followed->capture, &done, &total);
	if (fstat(followed->fd, &open_file) == 0 && (uint64_t)open_file.st_size < done)
		return followed->emptied = true;
	if (fstatat(followed->directory, followed->name, &named, 0) != 0) {
		char why[300];
		snprintf(why, sizeof(why), E_("%.200s: is gone: %s"), followed->path, strerror(errno));
		say_waiting(followed, why);
		return false;
	}
	return named.st_dev != open_file.st_dev || named.st_ino != open_file.st_ino;
}

/* Copies what is there. False: nobody reads it. */
static bool file_copy(struct followed *followed, bool *failed)
{
	struct ws_error error;
	uint64_t packets;
	int result;
	do {
		result = feed_copy(followed->capture, followed->dump, &packets, &error);
		if (result == FEED_UNREAD)
			return false;
	} while (packets && result == WS_READ_MORE);
	if (result == WS_READ_ERROR && !*failed)
		feed_say(followed->feed, error.status, "%s", error.text);
	*failed = result != WS_READ_MORE;
	return ws_dump_flush(followed->dump, &error);
}

/* Reads one file until it is over. False: nobody reads the packets. */
static bool file_follow(struct followed *followed)
{
	bool failed = false, over = false;
	followed->said[0] = '\0';
	followed->dump = feed_begin(followed->feed, followed->capture);
	if (!followed->dump)
		return false;
	while (!over) {
		over = file_is_over(followed); /* afterwards the file is read once more, to its end */
		if (!file_copy(followed, &failed) || (!over && !feed_sleep(followed->feed, LOOK_AGAIN)))
			return false;
	}
	const unsigned long long left = failed || followed->emptied ? 0 : rest(followed);
	if (followed->emptied)
		feed_say(followed->feed, WS_OK, E_("%s: was emptied, and is read from its start"), followed->path);
	else if (left)
		feed_say(followed->feed, WS_OK,
		         E_("%s: was replaced; %llu bytes at the end of the older file were no whole packet"),
		         followed->path, left);
	else
		feed_say(followed->feed, WS_OK, E_("%s: was replaced, and the new file is read"), followed->path);
	followed->emptied = false;
	return file_close(followed);
}

void feed_followed(struct feed *feed)
{
	struct followed followed = {.feed = feed, .path = feed->options->path, .directory = -1, .fd = -1};
	if (!open_folder(&followed) || !confine(&followed))
		return;
	bool read = true;
	while (read) {
		const bool first = !feed->ready;
		if (file_open(&followed))
			read = file_follow(&followed);
		else if (first && followed.said[0] == '\0')
			break; /* an error was said */
		else
			read = feed_sleep(feed, LOOK_AGAIN);
	}
}
