/* The programs of both sides: scripts, which report their calls themselves, and a user's own programs, whose calls
 * strace reports. */
#include "lab/internal.h"

#include <wirestate/text.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPORTS = 200 }; /* the descriptor in a child */

/* ---- Starting */

/* Leaves the child, in its host, with nothing open but the standard streams and `keep`, which becomes REPORTS. */
static void child_prepare(const struct lab_run *run, enum lab_side side, int keep, int output)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	const int null = open("/dev/null", O_RDONLY);
	if (!lab_host_enter(&run->hosts.host[side]) || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(keep, REPORTS) < 0 || (output >= 0 && dup2(output, STDERR_FILENO) < 0))
		_exit(127);
	syscall(SYS_close_range, STDERR_FILENO + 1, REPORTS - 1, 0); /* musl has no function for it */
	syscall(SYS_close_range, REPORTS + 1, ~0u, 0);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* standard output carries records */
}

static uint32_t address_of_other(const struct lab_run *run, enum lab_side side)
{
	return lab_address(lab_other_side(side), run->hosts.one);
}

static _Noreturn void run_script(const struct lab_run *run, enum lab_side side, int reports)
{
	child_prepare(run, side, reports, -1);
	lab_actor_run(run->options->scenario, side, address_of_other(run, side), REPORTS);
}

bool lab_has_strace(void)
{
	static const char program[] = "strace";
	char path[512];
	const char *folders = getenv("PATH");
	for (const char *at = folders ? folders : "/usr/bin:/bin"; *at; at += *at == ':') {
		const size_t length = strcspn(at, ":");
		snprintf(path, sizeof(path), "%.*s/%s", (int)length, at, program);
		if (access(path, X_OK) == 0)
			return true;
		at += length;
	}
	return false;
}

/* Without strace, the shell runs the command, and its calls are not known. */
static _Noreturn void run_program(const struct lab_run *run, enum lab_side side, int trace, int prints)
{
	const char *command = run->options->program[side];
	char output[32];
	child_prepare(run, side, trace, prints);
	for (enum lab_side any = 0; any < LAB_SIDES; any++) {
		const struct in_addr address = {.s_addr = lab_address(any, run->hosts.one)};
		setenv(lab_side_word(any), inet_ntoa(address), 1);
	}
	setenv("PYTHONUNBUFFERED", "1", 0);
	snprintf(output, sizeof(output), "/proc/self/fd/%d", REPORTS);
	if (lab_has_strace())
		execlp("strace", "strace", "-f", "-q", "-ttt", "-yy", "-e",
		       "trace=%network,read,write,readv,writev,close,dup,dup2,exit_group", "-e", "signal=none", "-o",
		       output, "sh", "-c", command, (char *)NULL);
	else
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

bool lab_program_start(struct lab_run *run, enum lab_side side, struct ws_error *error)
{
	struct lab_program *program = &run->program[side];
	const bool own = run->options->program[side];
	int ends[2], prints[2] = {-1, -1};
	*program = (struct lab_program){.reports = -1, .output = -1};
	if ((own ? pipe2(ends, O_CLOEXEC) : socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) != 0 ||
	    (own && pipe2(prints, O_CLOEXEC) != 0))
		return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot start the %s: %s", lab_side_word(side),
		               strerror(errno));
	program->process = fork();
	if (program->process == 0) {
		close(ends[0]);
		if (!own)
			run_script(run, side, ends[1]);
		run_program(run, side, ends[1], prints[1]);
	}
	close(ends[1]);
	if (own) {
		close(prints[1]);
		fcntl(prints[0], F_SETFL, O_NONBLOCK);
		program->output = prints[0];
	}
	if (program->process < 0) {
		close(ends[0]);
		return ws_fail(error, WS_ERROR_SYSTEM, "the lab cannot start the %s: %s", lab_side_word(side),
		               strerror(errno));
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	program->reports = ends[0];
	program->trace = own ? calloc(1, sizeof(*program->trace)) : NULL;
	return !own || program->trace || ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

/* ---- What a program prints */

static void line_end(struct lab_run *run, enum lab_side side)
{
	struct lab_program *program = &run->program[side];
	char words[sizeof(program->printed) + 16], clean[sizeof(program->printed)];
	struct ws_text text = WS_TEXT_OVER(clean);
	ws_text_clean(&text, program->printed, program->printed_used);
	snprintf(words, sizeof(words), "prints: %s", ws_text_cstr(&text));
	if (program->printed_used)
		lab_evidence_program(&run->evidence, real_time(), side, words);
	program->printed_used = 0;
}

void lab_program_output(struct lab_run *run, enum lab_side side)
{
	struct lab_program *program = &run->program[side];
	char bytes[1024];
	ssize_t length = -1;
	while (program->output >= 0 && (length = read(program->output, bytes, sizeof(bytes))) > 0) {
		if (!run->options->viewed)
			(void)!write(STDERR_FILENO, bytes, (size_t)length);
		for (ssize_t i = 0; i < length; i++) {
			if (bytes[i] == '\n')
				line_end(run, side);
			else if (program->printed_used < sizeof(program->printed))
				program->printed[program->printed_used++] = bytes[i];
		}
	}
	if (program->output < 0 || (length < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	line_end(run, side);
	close(program->output);
	program->output = -1;
}

/* ---- Reports */

static bool waits_for_other(const char *call)
{
	static const char *const waiting[] = {"accept", "recv", "connect"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(waiting); i++)
		if (strncmp(call, waiting[i], strlen(waiting[i])) == 0)
			return true;
	return false;
}

static void note(struct lab_program *program, const struct lab_report *report)
{
	program->waits = report->kind == LAB_CALL_BEGINS && waits_for_other(report->text);
	program->ended = program->ended || report->kind == LAB_PROGRAM_ENDS;
}

static void reports_end(struct lab_program *program)
{
	close(program->reports);
	program->reports = -1;
}

/* The program has ended without a word: a script that was killed, or a command that did not come to use the network. */
static void report_end(struct lab_program *program, struct lab_report *report)
{
	int status = 0;
	*report = (struct lab_report){.time = real_time(), .kind = LAB_PROGRAM_ENDS};
	if (waitpid(program->process, &status, 0) == program->process && WIFEXITED(status))
		snprintf(report->text, sizeof(report->text), "ends with exit status %d%s", WEXITSTATUS(status),
		         program->trace && WEXITSTATUS(status) == 127 ? " (the shell has not found its command)" : "");
	else
		snprintf(report->text, sizeof(report->text), "is killed by signal %d", WTERMSIG(status));
	note(program, report);
}

static bool is_broken(ssize_t length)
{
	return length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR);
}

static bool take_message(struct lab_program *program, struct lab_report *report)
{
	const ssize_t length = read(program->reports, report, sizeof(*report));
	if (length == (ssize_t)sizeof(*report)) {
		report->text[sizeof(report->text) - 1] = '\0';
		return true;
	}
	if (is_broken(length))
		reports_end(program);
	return false;
}

/* strace writes what it knows of a call when the call begins, so a pause within a line is a call that waits. */
static void read_trace(struct lab_program *program)
{
	program->due_count = program->due_taken = 0;
	while (!program->due_count) {
		if (program->read_at < program->read_used) {
			const char byte = program->read[program->read_at++];
			program->due_count = lab_trace_byte(program->trace, byte, real_time(), program->due);
			continue;
		}
		const ssize_t length = read(program->reports, program->read, sizeof(program->read));
		program->read_at = 0;
		program->read_used = length > 0 ? (size_t)length : 0;
		if (length > 0)
			continue;
		program->due_count = lab_trace_pause(program->trace, program->due);
		if (is_broken(length))
			reports_end(program);
		return;
	}
}

bool lab_program_take(struct lab_program *program, struct lab_report *report)
{
	if (program->trace && program->due_taken == program->due_count && program->reports >= 0)
		read_trace(program);
	const bool due = program->due_taken < program->due_count;
	if (due)
		*report = program->due[program->due_taken++];
	if (due || (!program->trace && program->reports >= 0 && take_message(program, report))) {
		note(program, report);
		return true;
	}
	if (program->reports >= 0 || program->ended)
		return false;
	report_end(program, report);
	return true;
}
