/* See feeder.h. The helper says what it has to say in lines of at most PIPE_BUF bytes, which a pipe never mixes: a
 * digit for the status and a text. A line of a READY alone means that packets may be read. */
#include "app/feeder.h"
#include "app/child.h"
#include "app/report.h"

#include <wirestate/capture.h>
#include <wirestate/text.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { READY = '+', FIRST_STATUS = 'A', BATCH = 1024 };

/* ---- In the helper */

void feed_say(const struct feed *feed, enum ws_status status, const char *format, ...)
{
	char line[sizeof(((struct feeder *)NULL)->text)];
	va_list args;
	line[0] = (char)(FIRST_STATUS + status);
	va_start(args, format);
	vsnprintf(line + 1, sizeof(line) - 2, format, args);
	va_end(args);
	strcat(line, "\n");
	(void)!write(feed->messages, line, strlen(line));
}

struct ws_dump *feed_begin(struct feed *feed, struct ws_capture *capture)
{
	static const char ready[] = {READY, '\n'};
	const struct ws_dump_options pcapng = {.format = WS_DUMP_PCAPNG};
	struct ws_error error;
	if (!feed->ready && write(feed->messages, ready, sizeof(ready)) != (ssize_t)sizeof(ready))
		return NULL;
	feed->ready = true;
	return ws_dump_open_fd(capture, fcntl(feed->packets, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "packets", &pcapng,
	                       &error);
}

struct copy {
	struct ws_capture *capture;
	struct ws_dump *dump;
	uint64_t packets;
	bool unread;
};

static void copy_frame(void *context, const struct ws_frame *frame)
{
	struct copy *copy = context;
	struct ws_error error;
	copy->packets++;
	if (copy->unread || ws_dump_write(copy->dump, frame, &error))
		return;
	copy->unread = true;
	ws_capture_break(copy->capture);
}

int feed_copy(struct ws_capture *capture, struct ws_dump *dump, uint64_t *packets, struct ws_error *error)
{
	struct copy copy = {.capture = capture, .dump = dump};
	const enum ws_read result = ws_capture_read(capture, BATCH, copy_frame, &copy, error);
	*packets = copy.packets;
	return copy.unread ? FEED_UNREAD : (int)result;
}

bool feed_sleep(const struct feed *feed, int milliseconds)
{
	struct pollfd reader = {.fd = feed->packets}; /* without events, only a pipe that nobody reads wakes it */
	return poll(&reader, 1, milliseconds) == 0;
}

static void run_helper(struct feed *feed)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	fcntl(feed->messages, F_SETFL, O_NONBLOCK); /* the program may be stopped */
	if (feed->options->follow)
		feed_followed(feed);
	else
		feed_folder(feed);
}

/* ---- In the program */

/* Takes the next line out of what has been read: false when it is not whole. */
static bool line_read(struct feeder *feeder)
{
	size_t length = 0;
	for (; length < sizeof(feeder->text) - 1; length++) {
		if (read(feeder->messages, feeder->text + length, 1) != 1)
			return false;
		if (feeder->text[length] == '\n')
			break;
	}
	feeder->text[length] = '\0';
	return length > 0;
}

static enum ws_status line_status(const struct feeder *feeder)
{
	return (enum ws_status)(feeder->text[0] - FIRST_STATUS);
}

/* Until something can be read, what is said is printed. */
static bool wait_until_ready(struct feeder *feeder, struct ws_error *error)
{
	while (line_read(feeder)) {
		if (feeder->text[0] == READY)
			return fcntl(feeder->messages, F_SETFL, O_NONBLOCK) == 0;
		if (line_status(feeder) != WS_OK)
			return ws_fail(error, line_status(feeder), "%s", feeder->text + 1);
		fputs("wirestate: ", stderr);
		print_clean(stderr, feeder->text + 1);
		fputc('\n', stderr);
	}
	return ws_fail(error, WS_ERROR_SYSTEM, "the process that reads the files has ended");
}

bool feeder_start(struct feeder *feeder, const struct feeder_options *options, struct ws_error *error)
{
	int packets[2], messages[2];
	*feeder = (struct feeder){.packets = -1, .messages = -1};
	if (pipe2(packets, O_CLOEXEC) < 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "no pipe: %s", strerror(errno));
	if (pipe2(messages, O_CLOEXEC) < 0) {
		close(packets[0]);
		close(packets[1]);
		return ws_fail(error, WS_ERROR_SYSTEM, "no pipe: %s", strerror(errno));
	}
	fflush(NULL); /* or the child would write it again */
	const pid_t child = fork();
	if (child == 0) {
		struct feed feed = {.options = options, .packets = packets[1], .messages = messages[1]};
		close(packets[0]);
		close(messages[0]);
		run_helper(&feed);
		_exit(0);
	}
	close(packets[1]);
	close(messages[1]);
	feeder->packets = packets[0];
	feeder->messages = messages[0];
	if (child > 0 && wait_until_ready(feeder, error))
		return true;
	if (child < 0)
		ws_fail(error, WS_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
	close(feeder->packets);
	feeder_stop(feeder);
	return false;
}

const char *feeder_message(struct feeder *feeder, enum ws_status *status)
{
	if (feeder->messages < 0 || !line_read(feeder))
		return NULL;
	*status = line_status(feeder);
	return feeder->text + 1;
}

void feeder_stop(struct feeder *feeder)
{
	if (feeder->messages >= 0)
		close(feeder->messages);
	feeder->messages = -1;
}
