/* Packets that wait for a command, and the commands: see command.h. */
#include "lab/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define PATIENCE (5 * WS_SECOND) /* so long a command waits for its packet */

/* When nobody can ask for anything any more, nothing may wait for it. */
static void let_all_go(struct lab_run *run)
{
	struct lab_frame *frame;
	ws_time due = real_time();
	while ((frame = lab_wire_held(&run->wire, 0)))
		lab_wire_release(frame, due++); /* in this order */
}

static void drop(struct lab_run *run, struct lab_frame *frame)
{
	const ws_time now = real_time();
	lab_evidence_wire(&run->evidence, now, frame->number, WS_SAYS_DROPPED_BY_HAND, 0);
	lab_wire_drop(&run->wire, frame, now);
}

static void copy(struct lab_run *run, const struct lab_frame *frame)
{
	if (!lab_wire_copy(&run->wire, frame, real_time()))
		lab_evidence_wire(&run->evidence, real_time(), 0, WS_SAYS_TOO_MANY, 0);
}

/* The next one of its direction goes first: now, or when it leaves. */
static void pass(struct lab_run *run, struct lab_frame *frame)
{
	struct lab_frame *next = lab_wire_follower(&run->wire, frame);
	lab_evidence_wire(&run->evidence, real_time(), frame->number, WS_SAYS_PASSED, 0);
	if (next)
		lab_wire_release(next, real_time());
	else
		frame->lets_pass = true;
}

static void apply(struct lab_run *run, const struct lab_command *command, struct lab_frame *frame)
{
	switch ((enum lab_command_verb)command->verb) {
	case LAB_COMMAND_DELIVER:
		lab_wire_release(frame, real_time());
		break;
	case LAB_COMMAND_DROP:
		drop(run, frame);
		break;
	case LAB_COMMAND_COPY:
		copy(run, frame);
		break;
	case LAB_COMMAND_DELAY:
		lab_evidence_wire(&run->evidence, real_time(), frame->number, WS_SAYS_DELAYED_BY_HAND,
		                  (uint64_t)command->time);
		lab_wire_release(frame, real_time() + command->time);
		break;
	case LAB_COMMAND_PASS:
		pass(run, frame);
		break;
	case LAB_COMMAND_ALL:
		let_all_go(run);
		break;
	case LAB_COMMAND_AUTO:
		run->wire.holding = false;
		let_all_go(run);
		break;
	case LAB_COMMAND_HOLD:
		run->wire.holding = true;
		break;
	case LAB_COMMAND_COUNT:
		break;
	}
	run->last_change = real_time();
}

static bool is_about_a_packet(const struct lab_command *command)
{
	return command->verb < LAB_COMMAND_ALL;
}

/* False: the packet that it is about has not left yet, and may still do so. */
static bool try_command(struct lab_run *run, const struct lab_command *command)
{
	struct lab_frame *frame = is_about_a_packet(command) ? lab_wire_held(&run->wire, command->number) : NULL;
	const bool comes = !command->number || command->number > run->wire.number;
	if (is_about_a_packet(command) && !frame && comes && real_time() < run->asked + PATIENCE)
		return false;
	if (is_about_a_packet(command) && !frame) {
		lab_evidence_wire(&run->evidence, real_time(), command->number,
		                  comes ? WS_SAYS_DOES_NOT_COME : WS_SAYS_NO_LONGER_WAITS, 0);
	} else {
		apply(run, command, frame);
	}
	return true;
}

static void take_line(struct lab_run *run, size_t length)
{
	struct ws_error error;
	run->asked = real_time();
	run->has_command = lab_command_parse(run->lines.line, length, &run->command, &error);
	if (!run->has_command && length)
		lab_evidence_refusal(&run->evidence, real_time(), error.text);
}

/* True: a line was taken. Bytes are read one by one, since what follows a command that waits stays in the pipe. */
static bool read_line(struct lab_run *run)
{
	size_t length;
	char byte;
	for (;;) {
		struct pollfd descriptor = {.fd = run->commands, .events = POLLIN};
		if (poll(&descriptor, 1, 0) != 1)
			return false;
		const ssize_t got = read(run->commands, &byte, 1);
		if (got == 1 && lab_command_byte(&run->lines, byte, &length)) {
			take_line(run, length);
			return true;
		}
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			return false;
		if (got <= 0) {
			close(run->commands);
			run->commands = -1;
			return false;
		}
	}
}

void lab_commands_take(struct lab_run *run)
{
	for (;;) {
		if (run->has_command && !try_command(run, &run->command))
			return;
		run->has_command = false;
		if (run->commands < 0 || !read_line(run))
			break;
	}
	if (run->commands < 0 && (run->wire.holding || run->wire.keep)) {
		run->wire.holding = false;
		run->wire.keep = NULL;
		let_all_go(run);
	}
}
