#include "lab/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEFAULT_DELAY = 5 /* ms */ };

/* What the lab's process says to the program once: an error, or that everything is made (status WS_OK). */
static void say(int answer, const struct ws_error *error)
{
	(void)!write(answer, error, sizeof(*error));
	close(answer);
}

/* ---- Process 1 */

static ws_time delay_of(const struct lab_options *options)
{
	if (options->delay >= 0)
		return options->delay;
	return options->scenario && options->scenario->delay >= 0 ? options->scenario->delay
	                                                          : DEFAULT_DELAY * WS_MILLISECOND;
}

static double loss_of(const struct lab_options *options)
{
	if (options->loss >= 0)
		return options->loss;
	return options->scenario ? options->scenario->loss : 0;
}

/* `since`: what the hosts send has been captured since then. */
static void stream_begin(struct lab_run *run, ws_time since)
{
	const struct lab_scenario *scenario = run->options->scenario;
	char comment[600];
	snprintf(comment, sizeof(comment), "wirestate: lab %s\nwirestate: points %s %s",
	         scenario ? scenario->title : "with programs of its own", lab_side_word(LAB_CLIENT),
	         lab_side_word(LAB_SERVER));
	if (run->options->one_point)
		comment[strcspn(comment, "\n")] = '\0';
	lab_stream_begin(&run->stream, since, comment);
}

static _Noreturn void lab_process(const struct lab_options *options, int stream, int answer)
{
	static const struct lab_scenario empty;
	struct ws_error error = {.status = WS_OK};
	struct lab_run *run = calloc(1, sizeof(*run));
	if (!run) {
		ws_fail(&error, WS_ERROR_SYSTEM, "out of memory");
		say(answer, &error);
		_exit(1);
	}
	run->options = options;
	run->program[LAB_CLIENT].reports = run->program[LAB_SERVER].reports = -1;
	run->program[LAB_CLIENT].output = run->program[LAB_SERVER].output = -1;
	run->stream.output[0] = stream;
	run->stream.output[1] = options->file;
	run->commands = options->commands;
	lab_mounts_prepare(options->one_host);
	if (!lab_hosts_open(&run->hosts, options->scenario, options->hold || options->keep, options->one_host,
	                    &error)) {
		say(answer, &error);
		_exit(1);
	}
	const ws_time opened = real_time();
	lab_wire_begin(&run->wire, options->scenario ? options->scenario : &empty, delay_of(options), loss_of(options),
	               options->seed);
	run->wire.holding = options->hold;
	run->wire.keep = options->keep;
	if (!lab_program_start(run, LAB_SERVER, &error)) {
		say(answer, &error);
		_exit(1);
	}
	stream_begin(run, opened);
	say(answer, &error);
	lab_run(run);
	lab_stream_free(&run->stream);
	lab_wire_free(&run->wire);
	lab_hosts_close(&run->hosts);
	free(run->program[LAB_CLIENT].trace);
	free(run->program[LAB_SERVER].trace);
	free(run);
	_exit(0); /* and the kernel ends the programs */
}

/* ---- The keeper: process 1's parent, outside its namespace of processes */

/* Waits for the lab's end, or kills it when it is asked to. SIGTERM and SIGCHLD are blocked, so that none is missed. */
static _Noreturn void wait_for_lab(pid_t lab, const sigset_t *awaited)
{
	int status, signal_number;
	for (;;) {
		if (waitpid(lab, &status, WNOHANG) == lab)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
		if (sigwait(awaited, &signal_number) == 0 && signal_number == SIGTERM)
			kill(lab, SIGKILL);
	}
}

/* A process that outlives the one that has started it is killed, at the start too. */
static void end_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (parent && getppid() != parent)
		_exit(1);
}

static _Noreturn void keep(const struct lab_options *options, pid_t parent, int stream, int answer)
{
	struct ws_error error = {.status = WS_OK};
	sigset_t awaited, before;
	setsid(); /* the keys of the terminal are the program's */
	sigemptyset(&awaited);
	sigaddset(&awaited, SIGTERM);
	sigaddset(&awaited, SIGCHLD);
	sigprocmask(SIG_BLOCK, &awaited, &before);
	signal(SIGTERM, SIG_DFL);
	if (!lab_namespaces_enter(&error)) {
		say(answer, &error);
		_exit(1);
	}
	end_with_parent(parent); /* a new user namespace has cleared it */
	const pid_t lab = fork();
	if (lab == 0) {
		end_with_parent(0); /* outside its namespace of processes, a parent has no number there */
		prctl(PR_SET_NAME, "wirestate-lab");
		sigprocmask(SIG_SETMASK, &before, NULL);
		lab_process(options, stream, answer);
	}
	if (lab < 0) {
		ws_fail(&error, WS_ERROR_SYSTEM, "the lab cannot start: %s", strerror(errno));
		say(answer, &error);
		_exit(1);
	}
	close(stream);
	close(answer);
	wait_for_lab(lab, &awaited);
}

/* ---- The program's side */

static void close_both(const int ends[2])
{
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

/* What connects the two: the stream, the lab's one answer, and commands, which are not always needed. */
struct pipes {
	int stream[2], answer[2], commands[2];
};

static bool pipes_open(struct pipes *pipes, bool commands)
{
	*pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
	if (pipe2(pipes->stream, O_CLOEXEC) == 0 && pipe2(pipes->answer, O_CLOEXEC) == 0 &&
	    (!commands || pipe2(pipes->commands, O_CLOEXEC) == 0))
		return true;
	close_both(pipes->stream);
	close_both(pipes->answer);
	return false;
}

/* In the child. */
static _Noreturn void start_keeper(struct pipes *pipes, const struct lab_options *options, pid_t parent)
{
	struct lab_options own = *options;
	close(pipes->stream[0]);
	close(pipes->answer[0]);
	if (pipes->commands[0] >= 0) {
		close(pipes->commands[1]);
		own.commands = pipes->commands[0];
	}
	keep(&own, parent, pipes->stream[1], pipes->answer[1]);
}

bool lab_open(struct lab *lab, const struct lab_options *options, struct ws_error *error)
{
	struct pipes pipes;
	*lab = (struct lab){.stream = -1, .commands = -1};
	if (!pipes_open(&pipes, options->viewed))
		return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot start: %s", strerror(errno));
	fflush(NULL);
	const pid_t parent = getpid();
	lab->keeper = fork();
	if (lab->keeper == 0)
		start_keeper(&pipes, options, parent);
	close(pipes.stream[1]);
	close(pipes.answer[1]);
	if (pipes.commands[0] >= 0)
		close(pipes.commands[0]);
	lab->stream = pipes.stream[0];
	lab->commands = pipes.commands[1];
	if (lab->commands >= 0)
		fcntl(lab->commands, F_SETFL, O_NONBLOCK); /* a viewer does not wait for the lab */
	struct ws_error said = {.status = WS_OK};
	ssize_t length = -1;
	if (lab->keeper > 0)
		while ((length = read(pipes.answer[0], &said, sizeof(said))) < 0 && errno == EINTR)
			;
	close(pipes.answer[0]);
	if (length == (ssize_t)sizeof(said) && said.status == WS_OK)
		return true;
	if (length == (ssize_t)sizeof(said))
		*error = said;
	else
		ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot start: its process has ended");
	lab_close(lab);
	return false;
}

void lab_close(struct lab *lab)
{
	if (lab->stream >= 0)
		close(lab->stream);
	if (lab->commands >= 0)
		close(lab->commands);
	if (lab->keeper > 0) {
		kill(lab->keeper, SIGTERM);
		while (waitpid(lab->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*lab = (struct lab){.stream = -1, .commands = -1};
}
