/* --subscribe: the records of all sensors come from wirestate-nats, which is started first and owns the connection to
 * the server. A child process shows them, confined like any other session. A third one gets the packets of a connection
 * when the user opens it (remote.h). This process waits, and ends the others. */
#include "app/child.h"
#include "app/program.h"
#include "app/remote.h"
#include "app/report.h"
#include "app/run.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct subscription {
	struct options options;
	int records[2]; /* a pipe from wirestate-nats */
};

static int show(void *context)
{
	struct subscription *subscription = context;
	struct options *options = &subscription->options;
	if (dup2(subscription->records[0], STDIN_FILENO) < 0)
		return 1;
	close(subscription->records[0]);
	options->read = options->reads.word[0] = "-";
	options->reads.count = 1;
	return run_session(options, options->show == SHOW_TUI ? MODE_VIEW : MODE_LINES);
}

static pid_t start_program(const struct subscription *subscription, int errors, struct ws_error *error)
{
	const struct options *options = &subscription->options;
	const struct program_streams streams = {.input = -1, .output = subscription->records[1], .errors = errors};
	struct program program;
	program_init(&program, "subscribe");
	program_option(&program, "--site", options->site);
	program_option(&program, "--sensor", options->sensor);
	program_option(&program, "--user", options->user);
	return program_start(&program, options->subscribe, &streams, error);
}

/* What wirestate-nats says would disturb the view, so it goes to a file, whose first line is waited for a moment. */
static void await_connection(int errors)
{
	enum { ROUNDS = 60, ROUND = 50 * 1000 /* us */ };
	char byte;
	for (int i = 0; i < ROUNDS && pread(errors, &byte, 1, 0) <= 0; i++)
		usleep(ROUND);
}

static void print_errors(int errors)
{
	char text[4096];
	const ssize_t length = pread(errors, text, sizeof(text), 0);
	if (length > 0)
		fwrite(text, 1, (size_t)length, stderr);
}

/* What comes through a pipe is recognized by its first bytes, which are waited for, and a server may have no record
 * yet. So the first line is one of a kind that is passed over. */
static bool begin_records(const struct subscription *subscription)
{
	static const char line[] = "{\"type\":\"packet\",\"note\":\"the records of a server follow\"}\n";
	return write(subscription->records[1], line, sizeof(line) - 1) == sizeof(line) - 1;
}

/* Runs the session while wirestate-nats writes records to it. */
static int show_records(struct subscription *subscription, int errors)
{
	struct ws_error error;
	if (pipe2(subscription->records, O_CLOEXEC) < 0 || !begin_records(subscription)) {
		ws_fail(&error, WS_ERROR_SYSTEM, "no pipe from wirestate-nats: %s", strerror(errno));
		return report_error(&error);
	}
	const pid_t program = start_program(subscription, errors, &error);
	if (errors >= 0)
		await_connection(errors);
	close(subscription->records[1]); /* so that the records end when wirestate-nats does */
	if (program < 0)
		return report_error(&error);
	const int status = child_run(show, subscription);
	close(subscription->records[0]);
	kill(program, SIGTERM);
	const int ended = program_wait(program);
	if (errors >= 0)
		print_errors(errors);
	return status ? status : ended;
}

int run_subscribe(const struct options *options)
{
	struct ws_error error;
	struct subscription subscription = {.options = *options};
	struct options *own = &subscription.options;
	const char *at = strrchr(options->subscribe, '@'); /* a password may stand before it */
	own->source = at ? at + 1 : options->subscribe;
	own->advice = _("No record has come yet: no sensor has published, or the server cannot be reached.");
	if (!options_want_view(own))
		return show_records(&subscription, -1);
	const pid_t remote = remote_start(own, &own->remote_socket, &error);
	FILE *errors = tmpfile();
	if (remote < 0 || !errors) {
		if (!errors)
			ws_fail(&error, WS_ERROR_SYSTEM, "no temporary file: %s", strerror(errno));
		return report_error(&error);
	}
	const int status = show_records(&subscription, fileno(errors));
	fclose(errors);
	close(own->remote_socket); /* which ends it */
	program_wait(remote);
	return status;
}
