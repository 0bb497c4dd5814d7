/* The loop of the lab's process: packets from the hosts into the air and out of it, reports of the programs, and both
 * kernels' own words about it. */
#include "lab/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };
#define TICK (20 * WS_MILLISECOND)   /* how often the kernels are asked when nothing passes */
#define SETTLE (60 * WS_MILLISECOND) /* what happens so soon after a packet is written with it */
#define QUIET (400 * WS_MILLISECOND) /* nothing has happened for so long: it is over */
#define PATIENCE (3 * WS_SECOND)
#define BEGINS_LATEST (20 * WS_SECOND) /* so long it may take until a program first uses the network */
#define START_LATEST (3 * WS_SECOND)   /* a server that is not ready by then is not waited for */
#define DEFAULT_LENGTH (10 * WS_SECOND)

/* ---- Kernels */

/* True: one of its sockets waits for something to come back, and will send again. */
static bool sends_again(const struct lab_sockets *sockets)
{
	enum { RETRANSMISSION = 1, WINDOW_PROBE = 4 };
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->socket[i].timer == RETRANSMISSION || sockets->socket[i].timer == WINDOW_PROBE)
			return true;
	return false;
}

/* One host has the listening sockets of both sides. */
static void keep_own(struct lab_run *run, enum lab_side side, struct lab_sockets *sockets)
{
	size_t kept = 0;
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->socket[i].peer_port || lab_owner_of_listener(run, &sockets->socket[i]) == side)
			sockets->socket[kept++] = sockets->socket[i];
	sockets->count = kept;
}

/* The time is that of the answer, so that a program that acts meanwhile has done so before it. */
static void ask_kernel(struct lab_run *run, enum lab_side side)
{
	struct lab_sockets sockets;
	struct ws_error error;
	const size_t before = run->evidence.length;
	const bool good = lab_kernel_ask(run->hosts.host[side].kernel, &sockets, &error);
	if (good && run->hosts.one)
		keep_own(run, side, &sockets);
	if (good)
		lab_evidence_kernel(&run->evidence, real_time(), side, &sockets);
	if (run->evidence.length != before)
		run->last_change = real_time();
}

static void ask_kernels(struct lab_run *run)
{
	for (enum lab_side side = 0; side < LAB_SIDES; side++)
		ask_kernel(run, side);
}

/* ---- Writing */

static void write_record(struct lab_run *run, const struct lab_frame *frame, bool arrives, ws_time time, size_t length)
{
	const uint8_t to = (uint8_t)lab_other_side((enum lab_side)frame->from);
	const struct lab_record record = {.time = time,
	                                  .side = arrives ? to : frame->from,
	                                  .arrives = arrives,
	                                  .length = frame->length,
	                                  .data = frame->data};
	if (run->options->one_point && record.side == LAB_SERVER)
		return; /* the next record of the client has the lines */
	lab_stream_packet(&run->stream, &record, run->evidence.text, length);
	lab_evidence_remove(&run->evidence, length);
	run->told = 0;
}

/* Writes the packet that waits, with the first `length` bytes of the evidence. */
static void write_waiting(struct lab_run *run, size_t length)
{
	if (run->has_waiting)
		write_record(run, &run->waiting, run->waiting_arrives, run->waiting_time,
		             lab_evidence_hold_back(&run->evidence, length, run->waiting_time));
	run->has_waiting = false;
}

static void write_if_due(struct lab_run *run, ws_time now)
{
	if (run->has_waiting && now >= run->write_at)
		write_waiting(run, run->evidence.length);
	if (!run->options->viewed || run->has_waiting || run->told == run->evidence.length)
		return;
	lab_stream_remark(&run->stream, now, run->evidence.text, run->evidence.length);
	run->told = run->evidence.length;
}

/* ---- Reports of the programs */

static void read_reports(struct lab_run *run, enum lab_side side)
{
	struct lab_report report;
	struct lab_program *program = &run->program[side];
	if (program->process > 0)
		lab_program_output(run, side);
	while (program->process > 0 && lab_program_take(program, &report)) {
		lab_evidence_report(&run->evidence, side, &report);
		run->last_change = real_time();
	}
}

/* ---- Packets */

static void say_fate(struct lab_run *run, const struct lab_frame *frame, const struct lab_fate *fate)
{
	const struct lab_rule *rule = fate->rule;
	const uint64_t number = frame->number;
	lab_evidence_wire(&run->evidence, frame->left, number,
	                  frame->from == LAB_CLIENT ? WS_SAYS_LEFT_CLIENT : WS_SAYS_LEFT_SERVER, 0);
	const ws_time after = frame->left + 1;
	if (fate->full)
		lab_evidence_wire(&run->evidence, after, number, WS_SAYS_DROPPED_FOR_ROOM, 0);
	else if (fate->dropped && !rule)
		lab_evidence_wire(&run->evidence, after, number, WS_SAYS_DROPPED_BY_CHANCE, 0);
	else if (rule)
		lab_evidence_wire(&run->evidence, after, number,
		                  lab_act_saying(fate->dropped ? LAB_DROP : (enum lab_act)rule->act), rule->line);
	if (lab_wire_held(&run->wire, number))
		lab_evidence_wire(&run->evidence, after, number, WS_SAYS_HELD, 0);
}

static void know_connection(struct lab_run *run, const struct lab_frame *frame)
{
	struct lab_connection connection;
	const enum lab_side from = (enum lab_side)frame->from;
	if (!lab_frame_connection(frame, &connection))
		return;
	const struct lab_connection other = {.local = connection.peer,
	                                     .peer = connection.local,
	                                     .local_port = connection.peer_port,
	                                     .peer_port = connection.local_port};
	lab_kernel_know(run->hosts.host[from].kernel, &connection);
	lab_kernel_know(run->hosts.host[lab_other_side(from)].kernel, &other);
}

static void wait_to_write(struct lab_run *run, const struct lab_frame *frame, bool arrives, ws_time time)
{
	run->waiting = *frame;
	run->waiting_arrives = arrives;
	run->waiting_time = time;
	run->has_waiting = true;
	run->write_at = run->options->viewed ? time : time + SETTLE;
}

static void packet_left(struct lab_run *run, enum lab_side from, const uint8_t *data, size_t length, ws_time time)
{
	struct lab_fate fate;
	/* A call that has caused this packet was reported before it left. */
	read_reports(run, LAB_CLIENT);
	read_reports(run, LAB_SERVER);
	/* It may have left while another one was delivered. */
	const bool early = run->has_waiting && time < run->waiting_time;
	const bool caused = lab_wire_may_be_caused(data, length);
	if (!early)
		write_waiting(run, lab_evidence_split(&run->evidence, from, caused, run->waiting_time, time));
	const struct lab_frame *frame = lab_wire_take(&run->wire, from, data, length, time, &fate);
	if (caused)
		lab_evidence_caused(&run->evidence, from, time);
	if (fate.again)
		lab_evidence_wire(&run->evidence, time, fate.again, WS_SAYS_AGAIN, 0);
	if (fate.awaited)
		lab_evidence_wire(&run->evidence, time, fate.awaited, WS_SAYS_AWAITED, 0);
	if (!frame)
		return;
	know_connection(run, frame);
	ask_kernels(run);
	say_fate(run, frame, &fate);
	if (early)
		write_record(run, frame, false, time, lab_evidence_until(&run->evidence, run->waiting_time));
	else
		wait_to_write(run, frame, false, time);
	run->last_change = time;
}

static void packet_arrives(struct lab_run *run, struct lab_frame *frame)
{
	const enum lab_side to = lab_other_side((enum lab_side)frame->from);
	const ws_time now = real_time();
	if (send(run->hosts.host[to].wire, frame->data, frame->length, MSG_NOSIGNAL) < 0) {
		lab_evidence_not_sent(&run->evidence, now, frame->number, strerror(errno));
	} else {
		write_waiting(run, lab_evidence_until(&run->evidence, now));
		if (frame->copy)
			lab_evidence_wire(&run->evidence, now, frame->number, WS_SAYS_COPIED, 0);
		lab_evidence_wire(&run->evidence, now, frame->number, WS_SAYS_DELIVERED, 0);
		wait_to_write(run, frame, true, now);
	}
	ask_kernel(run, to);
	run->last_change = now;
	free(frame);
}

static ws_time stamp_of(struct msghdr *message)
{
	for (struct cmsghdr *entry = CMSG_FIRSTHDR(message); entry; entry = CMSG_NXTHDR(message, entry)) {
		struct timespec time;
		if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&time, CMSG_DATA(entry), sizeof(time));
		return (ws_time)time.tv_sec * WS_SECOND + time.tv_nsec;
	}
	return real_time();
}

/* The next packet that has left a host, read ahead to be put in the order of time. */
static bool read_ahead(struct lab_run *run, enum lab_side from)
{
	struct lab_arrival *ahead = &run->ahead[from];
	char control[128];
	struct iovec part = {.iov_base = ahead->data, .iov_len = sizeof(ahead->data)};
	struct msghdr message = {
	        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	if (ahead->length)
		return true;
	if (run->hosts.one && from == LAB_SERVER) /* all come out of one cable */
		return false;
	const ssize_t length = recvmsg(run->hosts.host[from].wire, &message, 0);
	if (length <= 0)
		return false;
	ahead->length = (size_t)length;
	ahead->time = stamp_of(&message);
	return true;
}

static void read_packets(struct lab_run *run)
{
	for (int i = 0; i < BATCH; i++) {
		const bool client = read_ahead(run, LAB_CLIENT), server = read_ahead(run, LAB_SERVER);
		if (!client && !server)
			return;
		const bool client_first =
		        client && (!server || run->ahead[LAB_CLIENT].time <= run->ahead[LAB_SERVER].time);
		struct lab_arrival *ahead = &run->ahead[client_first ? LAB_CLIENT : LAB_SERVER];
		enum lab_side from = client_first ? LAB_CLIENT : LAB_SERVER;
		if (run->hosts.one)
			from = lab_owner_of_packet(run, ahead->data, ahead->length);
		packet_left(run, from, ahead->data, ahead->length, ahead->time);
		ahead->length = 0;
	}
}

static void deliver(struct lab_run *run)
{
	struct lab_frame *frame;
	while ((frame = lab_wire_due(&run->wire, real_time()))) {
		read_packets(run);
		packet_arrives(run, frame);
	}
}

/* ---- Programs */

static bool has_listener(struct lab_run *run)
{
	const struct lab_sockets *sockets = &run->evidence.known[LAB_SERVER];
	for (size_t i = 0; i < sockets->count; i++)
		if (!sockets->socket[i].peer_port)
			return true;
	return false;
}

/* The client begins when the server waits for it. */
static void start_client(struct lab_run *run, ws_time begun)
{
	const struct lab_program *server = &run->program[LAB_SERVER];
	struct ws_error error;
	if (run->program[LAB_CLIENT].process)
		return;
	const bool ready = server->waits || (server->trace && has_listener(run));
	if (!ready && !server->ended && real_time() < begun + START_LATEST)
		return;
	if (!lab_program_start(run, LAB_CLIENT, &error)) {
		lab_evidence_program(&run->evidence, real_time(), LAB_CLIENT, error.text);
		run->program[LAB_CLIENT] =
		        (struct lab_program){.process = -1, .reports = -1, .output = -1, .ended = true};
	}
}

/* ---- The loop */

/* Nothing more is to be expected of a program: it has ended, or waits for the other side. A user's own program may
 * wait for something else: it is not waited for once the other one has ended. */
static bool is_at_rest(const struct lab_run *run, enum lab_side side, ws_time now)
{
	const struct lab_program *program = &run->program[side];
	const struct lab_program *other = &run->program[lab_other_side(side)];
	const ws_time patience = program->trace && !program->trace->calls ? BEGINS_LATEST : PATIENCE;
	return program->ended || program->waits ||
	       (program->trace && other->ended && now > run->last_change + patience);
}

static bool is_over(struct lab_run *run, ws_time now)
{
	const struct lab_scenario *scenario = run->options->scenario;
	const ws_time length = scenario && scenario->length >= 0 ? scenario->length : DEFAULT_LENGTH;
	const bool own = run->options->program[LAB_CLIENT] || run->options->program[LAB_SERVER];
	if (run->stream.failed)
		return true;
	if (lab_wire_held(&run->wire, 0) || !is_at_rest(run, LAB_CLIENT, now) || !is_at_rest(run, LAB_SERVER, now)) {
		run->ended_at = WS_TIME_NEVER;
		return false;
	}
	if (run->ended_at == WS_TIME_NEVER)
		run->ended_at = now;
	if (now > run->ended_at + length)
		return true;
	return !run->wire.count && now > run->last_change + (own ? 4 * QUIET : QUIET) &&
	       !sends_again(&run->evidence.known[LAB_CLIENT]) && !sends_again(&run->evidence.known[LAB_SERVER]);
}

static int time_to_wait(const struct lab_run *run, ws_time now)
{
	ws_time until = now + TICK;
	const ws_time next = lab_wire_next(&run->wire);
	if (next < until)
		until = next;
	if (run->has_waiting && run->write_at < until)
		until = run->write_at;
	return until > now ? (int)((until - now + WS_MILLISECOND - 1) / WS_MILLISECOND) : 0;
}

void lab_run(struct lab_run *run)
{
	const ws_time begun = real_time();
	run->last_change = begun;
	run->ended_at = WS_TIME_NEVER;
	for (;;) {
		struct pollfd descriptors[3 * LAB_SIDES + 1];
		for (enum lab_side side = 0; side < LAB_SIDES; side++) {
			descriptors[side] = (struct pollfd){.fd = run->hosts.host[side].wire, .events = POLLIN};
			descriptors[LAB_SIDES + side] =
			        (struct pollfd){.fd = run->program[side].reports, .events = POLLIN};
			descriptors[2 * LAB_SIDES + side] =
			        (struct pollfd){.fd = run->program[side].output, .events = POLLIN};
		}
		descriptors[3 * LAB_SIDES] =
		        (struct pollfd){.fd = run->has_command ? -1 : run->commands, .events = POLLIN};
		poll(descriptors, WS_ARRAY_SIZE(descriptors), time_to_wait(run, real_time()));
		/* What happens from now on may not be read below. Where this process is not scheduled for a while, that
		 * would pass for silence. */
		const ws_time before = real_time();
		for (enum lab_side side = 0; side < LAB_SIDES; side++)
			read_reports(run, side);
		read_packets(run);
		lab_commands_take(run);
		deliver(run);
		ask_kernels(run);
		start_client(run, begun);
		write_if_due(run, real_time());
		if (is_over(run, before))
			break;
	}
	write_waiting(run, run->evidence.length);
	lab_stream_end(&run->stream, real_time(), run->evidence.text, run->evidence.length);
}
