/* --publish: the records go to wirestate-nats, which is started first and owns the connection to the server. A child
 * process captures, confined like any other session; this process, which reads no packet, waits for both. */
#include "app/child.h"
#include "app/program.h"
#include "app/report.h"
#include "app/run.h"
#include "relay/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct publishing {
	struct options options;
	int records[2];  /* a pipe to wirestate-nats */
	int requests[2]; /* a pair of sockets: of this program, and of wirestate-nats */
};

static int capture(void *context)
{
	struct publishing *publishing = context;
	if (dup2(publishing->records[1], STDOUT_FILENO) < 0)
		return 1;
	close(publishing->records[0]);
	close(publishing->records[1]);
	close(publishing->requests[1]);
	return run_session(&publishing->options, MODE_LINES);
}

static pid_t start_program(const struct publishing *publishing, struct ws_error *error)
{
	const struct options *options = &publishing->options;
	const struct program_streams streams = {.input = publishing->records[0], .output = -1, .errors = -1};
	struct program program;
	char descriptor[16];
	snprintf(descriptor, sizeof(descriptor), "%d", publishing->requests[1]);
	program_init(&program, "publish");
	program_option(&program, "--site", options->site);
	program_option(&program, "--sensor", options->sensor);
	program_option(&program, "--user", options->user);
	program_option(&program, "--requests", options->no_packets ? NULL : descriptor);
	return program_start(&program, options->publish, &streams, error);
}

/* The pipe's and this program's ends are not for wirestate-nats, whose input would never end. */
static bool open_pipes(struct publishing *publishing, struct ws_error *error)
{
	if (pipe2(publishing->records, O_CLOEXEC) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, publishing->requests) < 0)
		return ws_fail(error, WS_ERROR_SYSTEM, "no pipe to wirestate-nats: %s", strerror(errno));
	fcntl(publishing->records[1], F_SETPIPE_SZ, 1 << 20);
	fcntl(publishing->requests[1], F_SETFD, 0);
	return true;
}

/* What is left to do needs no rights: the child opens the interfaces with its own. */
static int capture_and_wait(struct publishing *publishing)
{
	struct ws_protections protections = {0};
	struct ws_error error;
	const pid_t child = child_start(capture, publishing);
	close(publishing->records[0]);
	close(publishing->records[1]);
	close(publishing->requests[0]);
	if (child < 0)
		return 1;
	if (!publishing->options.no_sandbox && !ws_privileges_drop(publishing->options.user, &protections, &error))
		report_error(&error);
	return child_wait(child);
}

/* The kinds that wirestate-nats publishes, as bits; records of packets are none of them. */
static uint32_t published_records(void)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
	        WS_RECORDS(X)
#undef X
	};
	uint32_t records = 0;
	for (unsigned record = 0; record < WS_RECORD_COUNT; record++)
		for (unsigned kind = 0; kind < RELAY_KIND_COUNT; kind++)
			if (strcmp(words[record], relay_kind_word(kind)) == 0)
				records |= 1u << record;
	return records;
}

int run_publish(const struct options *options)
{
	struct ws_error error;
	struct publishing publishing = {.options = *options};
	struct options *own = &publishing.options;
	own->show = SHOW_JSON;
	own->records = (own->records ? own->records : UINT32_MAX) & published_records();
	if (!open_pipes(&publishing, &error))
		return report_error(&error);
	own->request_socket = publishing.requests[0];
	const pid_t program = start_program(&publishing, &error);
	if (program < 0)
		return report_error(&error);
	close(publishing.requests[1]);
	publishing.requests[1] = -1;
	const int status = capture_and_wait(&publishing);
	const int published = program_wait(program);
	return status ? status : published;
}
