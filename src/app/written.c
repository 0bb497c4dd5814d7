/* See written.h. */
#include "app/written.h"
#include "base/clock.h"

#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* To the helper, and back from it together with the descriptor. */
struct request {
	int64_t seconds; /* for strftime() */
	uint64_t part;
};

struct answer {
	int error; /* errno; 0: the descriptor comes with it */
	char name[2 * PATH_MAX];
};

/* ---- In the helper */

struct opener {
	const struct options *options;
	int channel, directory;
	char directory_name[PATH_MAX], file_name[NAME_MAX + 1];
};

/* How many digits tcpdump gives the number of a file: as many as the highest one has. */
static int digits(uint64_t files)
{
	int count = 0;
	for (uint64_t highest = files ? files - 1 : 0; highest > 0; highest /= 10)
		count++;
	return count;
}

static bool make_name(const struct opener *opener, const struct request *request, char *name, size_t size)
{
	const struct options *options = opener->options;
	const int width = digits(options->rotate_count);
	const time_t seconds = (time_t)request->seconds;
	struct tm local;
	size_t length = 0;
	if (options->rotate_time && localtime_r(&seconds, &local))
		length = strftime(name, size, opener->file_name, &local);
	else
		length = (size_t)snprintf(name, size, "%s", opener->file_name);
	if (length && options->rotate_size && (request->part || width))
		length += (size_t)snprintf(name + length, size - length, "%0*llu", width,
		                           (unsigned long long)request->part);
	return length && length < size && !strchr(name, '/');
}

static void hand_over(const struct opener *opener, const struct answer *answer, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	struct iovec part = {.iov_base = (void *)answer, .iov_len = sizeof(*answer)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(int));
	}
	(void)!sendmsg(opener->channel, &message, 0);
	if (fd >= 0)
		close(fd);
}

static void run_opener(struct opener *opener)
{
	const struct ws_sandbox sandbox = {
	        .directory = opener->directory, .flags = WS_WRITE_FLAGS, .source = -1, .channel = opener->channel};
	struct ws_protections protections = {0};
	struct ws_error error;
	struct request request;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGINT, SIG_IGN); /* the program still needs it when it ends; its end of the socket says when */
	signal(SIGPIPE, SIG_IGN);
	tzset();
	if (!opener->options->no_sandbox) {
		if (!ws_privileges_keep(CAP_DAC_OVERRIDE, &error))
			return;
		ws_sandbox_enter(&sandbox, &protections);
	}
	while (read(opener->channel, &request, sizeof(request)) == (ssize_t)sizeof(request)) {
		struct answer answer = {0};
		char name[NAME_MAX + 64];
		int fd = -1;
		if (!make_name(opener, &request, name, sizeof(name)))
			answer.error = EINVAL;
		else if ((fd = openat(opener->directory, name, WS_WRITE_FLAGS, WS_SAVE_MODE)) < 0)
			answer.error = errno;
		snprintf(answer.name, sizeof(answer.name), "%s%s", opener->directory_name,
		         answer.error == EINVAL ? opener->file_name : name);
		hand_over(opener, &answer, fd);
	}
}

static bool start_opener(struct written *written, struct ws_error *error)
{
	struct opener opener = {.options = written->options};
	char path[PATH_MAX];
	int pair[2];
	const char *slash = strrchr(written->options->write, '/');
	const char *name = slash ? slash + 1 : written->options->write;
	if (strlen(name) >= sizeof(opener.file_name) || strlen(written->options->write) >= sizeof(path))
		return ws_fail(error, WS_ERROR_OUTPUT, "%.60s...: the name is too long", written->options->write);
	snprintf(opener.file_name, sizeof(opener.file_name), "%s", name);
	snprintf(opener.directory_name, sizeof(opener.directory_name), "%.*s", (int)(name - written->options->write),
	         written->options->write);
	snprintf(path, sizeof(path), "%s", written->options->write);
	opener.directory = open(dirname(path), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (opener.directory < 0)
		return ws_fail(error, WS_ERROR_OUTPUT, "%s: cannot be opened for writing: %s", written->options->write,
		               strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		close(opener.directory);
		return ws_fail(error, WS_ERROR_SYSTEM, "no socket: %s", strerror(errno));
	}
	fflush(NULL); /* or the child would write it again */
	const pid_t child = fork();
	if (child == 0) {
		close(pair[0]);
		opener.channel = pair[1];
		run_opener(&opener);
		_exit(0);
	}
	close(pair[1]);
	close(opener.directory);
	written->channel = pair[0];
	return child > 0 || ws_fail(error, WS_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
}

/* ---- In the program */

/* The descriptor of the next file, or -1 with errno set; `answer` has its name. */
static int receive_file(const struct written *written, struct answer *answer)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	struct iovec part = {.iov_base = answer, .iov_len = sizeof(*answer)};
	struct msghdr message = {.msg_iov = &part,
	                         .msg_iovlen = 1,
	                         .msg_control = control.bytes,
	                         .msg_controllen = sizeof(control.bytes)};
	ssize_t count;
	do
		count = recvmsg(written->channel, &message, MSG_CMSG_CLOEXEC);
	while (count < 0 && errno == EINTR);
	const struct cmsghdr *head = count == (ssize_t)sizeof(*answer) ? CMSG_FIRSTHDR(&message) : NULL;
	int fd = -1;
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	else
		errno = count == (ssize_t)sizeof(*answer) ? answer->error : EPIPE;
	return fd;
}

static bool open_next(struct written *written, struct ws_error *error)
{
	const struct options *options = written->options;
	const struct ws_dump_options dump = {.format = ws_dump_format_of(options->write),
	                                     .without_texts = options->anonymize};
	const struct request request = {.seconds = written->began / WS_SECOND, .part = written->part};
	struct answer answer;
	snprintf(answer.name, sizeof(answer.name), "%s", options->write);
	int fd = -1;
	if (write(written->channel, &request, sizeof(request)) == (ssize_t)sizeof(request))
		fd = receive_file(written, &answer);
	answer.name[sizeof(answer.name) - 1] = '\0';
	if (fd < 0 && errno == EINVAL)
		return ws_fail(error, WS_ERROR_OUTPUT,
		               "%.300s: is no name of a file when the time has been put in; a folder's name takes none",
		               options->write);
	written->dump = ws_dump_open_fd(written->capture, fd, answer.name, &dump, error);
	return written->dump;
}

bool written_open(struct written *written, const struct options *options, struct ws_capture *capture, bool points,
                  struct ws_error *error)
{
	const bool rotates = options->rotate_size || options->rotate_time;
	*written = (struct written){
	        .options = options, .capture = capture, .points = points, .channel = -1, .began = INT64_MIN};
	if (!rotates) {
		const struct ws_dump_options dump = {.format = ws_dump_format_of(options->write),
		                                     .points = written->points,
		                                     .without_texts = options->anonymize};
		written->dump = ws_dump_open(capture, options->write, &dump, error);
		return written->dump;
	}
	if (!start_opener(written, error))
		return false;
	if (options->rotate_time && !options->interface) {
		written->waits = true;
		return true;
	}
	written->began = real_time();
	return open_next(written, error);
}

/* Called when writing has failed. Errors from closing are not reported again. */
static bool give_up(struct written *written)
{
	struct ws_error ignored;
	(void)!ws_dump_close(written->dump, &ignored);
	written->dump = NULL;
	return false;
}

/* A packet of that time opens a file of the next period; false: no file may follow. */
static bool next_period(struct written *written, ws_time time)
{
	const struct options *options = written->options;
	written->began = time;
	written->part = 0;
	written->periods++;
	written->full = !options->rotate_size && options->rotate_count && written->periods >= options->rotate_count;
	return !written->full;
}

/* Goes on with the next file if it is time to. */
static bool rotate(struct written *written, ws_time time, struct ws_error *error)
{
	const struct options *options = written->options;
	/* As tcpdump does, in whole seconds. */
	const ws_time age = time / WS_SECOND - written->began / WS_SECOND;
	if (options->rotate_time && age >= options->rotate_time / WS_SECOND) {
		if (!next_period(written, time))
			return give_up(written);
	} else if (options->rotate_size && ws_dump_size(written->dump) > options->rotate_size) {
		written->part++;
		if (options->rotate_count && written->part >= options->rotate_count)
			written->part = 0;
	} else {
		return true;
	}
	struct ws_dump *finished = written->dump;
	written->dump = NULL;
	return ws_dump_close(finished, error) && open_next(written, error);
}

bool written_points(struct written *written, const char *const *name, size_t count, struct ws_error *error)
{
	return !written->dump || ws_dump_points(written->dump, name, count, error) || give_up(written);
}

bool written_frame(struct written *written, size_t point, const struct ws_frame *frame, struct ws_error *error)
{
	if (written->waits) {
		written->waits = false;
		written->began = frame->time;
		if (!open_next(written, error))
			return false;
	}
	if (!written->dump)
		return true;
	if (written->channel >= 0 && !rotate(written, frame->time, error))
		return false;
	const bool good = (written->points ? ws_dump_write_of(written->dump, point, frame, error)
	                                   : ws_dump_write(written->dump, frame, error)) &&
	                  (!written->options->packet_buffered || ws_dump_flush(written->dump, error));
	return good || give_up(written);
}

bool written_flush(struct written *written, struct ws_error *error)
{
	return !written->dump || ws_dump_flush(written->dump, error) || give_up(written);
}

bool written_close(struct written *written, struct ws_error *error)
{
	const bool good = !written->dump || ws_dump_close(written->dump, error);
	written->dump = NULL;
	if (written->options && written->channel >= 0)
		close(written->channel);
	written->channel = -1;
	return good;
}
