#include "lab/evidence.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t lab_evidence_split(const struct lab_evidence *evidence, enum lab_side from, bool caused, ws_time since,
                          ws_time now)
{
	size_t split = evidence->length;
	for (size_t i = evidence->line_count; i-- > 0 && evidence->lines[i].time > since;) {
		if (evidence->lines[i].time > now)
			split = evidence->lines[i].start;
		else if (evidence->lines[i].caller == 1 + from && (caused || !evidence->lines[i].sends))
			return evidence->lines[i].start;
	}
	return split;
}

size_t lab_evidence_until(const struct lab_evidence *evidence, ws_time time)
{
	size_t i = 0;
	while (i < evidence->line_count && evidence->lines[i].time < time)
		i++;
	return i < evidence->line_count ? evidence->lines[i].start : evidence->length;
}

void lab_evidence_caused(struct lab_evidence *evidence, enum lab_side from, ws_time now)
{
	for (size_t i = 0; i < evidence->line_count; i++)
		if (evidence->lines[i].caller == 1 + from && evidence->lines[i].time <= now)
			evidence->lines[i].sends = false;
}

/* Makes a line the last of those before `end`. */
static void line_move(struct lab_evidence *evidence, size_t place, size_t end)
{
	char text[400];
	struct lab_evidence_line moved = evidence->lines[place];
	const size_t after = end < evidence->line_count ? evidence->lines[end].start : evidence->length;
	const size_t next = place + 1 < evidence->line_count ? evidence->lines[place + 1].start : evidence->length;
	const size_t length = next - moved.start;
	memcpy(text, evidence->text + moved.start, length);
	memmove(evidence->text + moved.start, evidence->text + next, after - next);
	memcpy(evidence->text + after - length, text, length);
	for (size_t i = place; i + 1 < end; i++) {
		evidence->lines[i] = evidence->lines[i + 1];
		evidence->lines[i].start -= length;
	}
	moved.start = after - length;
	evidence->lines[end - 1] = moved;
}

/* The first of the lines before `end` that begins the call of a return. NULL: there is none. */
static const struct lab_evidence_line *begin_of(const struct lab_evidence *evidence,
                                                const struct lab_evidence_line *returned, size_t end)
{
	for (size_t i = 0; i < end && returned->callee; i++)
		if (evidence->lines[i].caller == returned->callee && evidence->lines[i].call == returned->call)
			return &evidence->lines[i];
	return NULL;
}

/* One of the lines before `end` says that the call of another one has returned, at `written` at the latest. */
static bool has_returned(const struct lab_evidence *evidence, const struct lab_evidence_line *begun, size_t end,
                         ws_time written)
{
	for (size_t i = 0; i < end; i++)
		if (evidence->lines[i].callee == begun->caller && evidence->lines[i].call == begun->call)
			return evidence->lines[i].time <= written;
	return false;
}

static bool is_held_back(const struct lab_evidence *evidence, const struct lab_evidence_line *line, size_t end,
                         ws_time written)
{
	const struct lab_evidence_line *begun = line->time > written ? begin_of(evidence, line, end) : NULL;
	return line->sends ? !has_returned(evidence, line, end, written) : begun && begun->sends;
}

size_t lab_evidence_hold_back(struct lab_evidence *evidence, size_t length, ws_time written)
{
	size_t end = 0;
	while (end < evidence->line_count && evidence->lines[end].start < length)
		end++;
	const size_t all = end;
	for (size_t i = all; i-- > 0;)
		if (is_held_back(evidence, &evidence->lines[i], all, written))
			line_move(evidence, i, end--);
	return end < evidence->line_count ? evidence->lines[end].start : evidence->length;
}

void lab_evidence_remove(struct lab_evidence *evidence, size_t length)
{
	size_t kept = 0;
	for (size_t i = 0; i < evidence->line_count; i++)
		if (evidence->lines[i].start >= length) {
			evidence->lines[kept] = evidence->lines[i];
			evidence->lines[kept++].start -= length;
		}
	memmove(evidence->text, evidence->text + length, evidence->length - length);
	evidence->length -= length;
	evidence->line_count = kept;
	evidence->full = evidence->full && kept;
}

/* Puts a line, which ends in a newline, after those that are not later: a program's report may be read late. */
static void line_insert(struct lab_evidence *evidence, const struct lab_evidence_line *wanted, const char *text,
                        size_t length)
{
	size_t place = evidence->line_count;
	while (place && evidence->lines[place - 1].time > wanted->time)
		place--;
	const size_t at = place < evidence->line_count ? evidence->lines[place].start : evidence->length;
	memmove(evidence->text + at + length, evidence->text + at, evidence->length - at);
	memcpy(evidence->text + at, text, length);
	for (size_t i = evidence->line_count; i > place; i--) {
		evidence->lines[i] = evidence->lines[i - 1];
		evidence->lines[i].start += length;
	}
	evidence->lines[place] = *wanted;
	evidence->lines[place].start = at;
	evidence->line_count++;
	evidence->length += length;
}

static void line_add(struct lab_evidence *evidence, const struct lab_evidence_line *wanted, const char *format,
                     va_list arguments)
{
	static const struct lab_evidence_line last = {.time = WS_TIME_NEVER};
	char text[400];
	const ws_time time = wanted->time;
	const size_t room = sizeof(text) - 1;
	int used = snprintf(text, room, "wirestate: %lld.%09lld ", (long long)(time / WS_SECOND),
	                    (long long)(time % WS_SECOND));
	used += vsnprintf(text + used, room - (size_t)used, format, arguments);
	size_t length = (size_t)used < room ? (size_t)used : room - 1;
	text[length++] = '\n';
	if (evidence->full)
		return;
	evidence->full = evidence->line_count == LAB_EVIDENCE_LINES - 1 ||
	                 evidence->length + length > sizeof(evidence->text) - sizeof(text);
	if (evidence->full)
		length = (size_t)snprintf(text, sizeof(text), "wirestate: more is left out\n");
	line_insert(evidence, evidence->full ? &last : wanted, text, length);
}

static void line(struct lab_evidence *evidence, ws_time time, const char *format, ...) WS_PRINTF(3, 4);

static void line(struct lab_evidence *evidence, ws_time time, const char *format, ...)
{
	const struct lab_evidence_line wanted = {.time = time};
	va_list arguments;
	va_start(arguments, format);
	line_add(evidence, &wanted, format, arguments);
	va_end(arguments);
}

/* ---- Kernels */

static void endpoint_text(char *out, size_t size, uint32_t address, uint16_t port)
{
	char host[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, &address, host, sizeof(host));
	snprintf(out, size, "%s:%u", host, port);
}

static void socket_line(struct lab_evidence *evidence, ws_time time, enum lab_side side,
                        const struct lab_socket *socket, const char *state)
{
	char local[32], peer[32];
	if (socket->state == TCP_LISTEN) {
		line(evidence, time, "%s kernel %s %u accept-queue %u of %u", lab_side_word(side), state,
		     socket->local_port, socket->receive_queue, socket->send_queue);
		return;
	}
	endpoint_text(local, sizeof(local), socket->local, socket->local_port);
	endpoint_text(peer, sizeof(peer), socket->peer, socket->peer_port);
	line(evidence, time, "%s kernel %s %s %s send-queue %u receive-queue %u", lab_side_word(side), state, local,
	     peer, socket->send_queue, socket->receive_queue);
}

static const struct lab_socket *find(const struct lab_sockets *sockets, const struct lab_socket *wanted)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct lab_socket *socket = &sockets->socket[i];
		if (socket->local_port == wanted->local_port && socket->peer_port == wanted->peer_port)
			return socket;
	}
	return NULL;
}

void lab_evidence_kernel(struct lab_evidence *evidence, ws_time time, enum lab_side side,
                         const struct lab_sockets *sockets)
{
	struct lab_sockets *known = &evidence->known[side];
	for (size_t i = 0; i < known->count; i++)
		if (!find(sockets, &known->socket[i]))
			socket_line(evidence, time, side, &known->socket[i], "CLOSED");
	for (size_t i = 0; i < sockets->count; i++) {
		const struct lab_socket *socket = &sockets->socket[i], *before = find(known, socket);
		if (!before || before->state != socket->state || before->send_queue != socket->send_queue ||
		    before->receive_queue != socket->receive_queue)
			socket_line(evidence, time, side, socket, lab_state_word(socket->state));
	}
	*known = *sockets;
}

/* ---- Programs and the wire */

static void call_line(struct lab_evidence *evidence, const struct lab_evidence_line *wanted, const char *format, ...)
        WS_PRINTF(3, 4);

static void call_line(struct lab_evidence *evidence, const struct lab_evidence_line *wanted, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	line_add(evidence, wanted, format, arguments);
	va_end(arguments);
}

/* "send(4, 5 bytes)" may cause a packet, "recv(4, 16)" not before it has returned. */
static bool may_send(const char *call)
{
	static const char *const names[] = {"connect", "send", "write", "shutdown", "close"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(names); i++)
		if (strncmp(call, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

void lab_evidence_report(struct lab_evidence *evidence, enum lab_side side, const struct lab_report *report)
{
	const char *who = lab_side_word(side);
	const bool begins = report->kind == LAB_CALL_BEGINS;
	const struct lab_evidence_line wanted = {.time = report->time,
	                                         .caller = begins ? 1 + side : 0,
	                                         .callee = begins ? 0 : 1 + side,
	                                         .call = report->call,
	                                         .sends = begins && may_send(report->text)};
	if (report->kind == LAB_PROGRAM_ENDS)
		line(evidence, report->time, "%s program %s", who, report->text);
	else
		call_line(evidence, &wanted, "%s %s %u %s", who, begins ? "call" : "return", report->call,
		          report->text);
}

void lab_evidence_program(struct lab_evidence *evidence, ws_time time, enum lab_side side, const char *how)
{
	line(evidence, time, "%s program %s", lab_side_word(side), how);
}

static void say(struct lab_evidence *evidence, ws_time time, const struct ws_evidence_said *said, const char *why)
{
	char words[400];
	struct ws_text text = WS_TEXT_OVER(words);
	ws_evidence_write(&text, said, why);
	line(evidence, time, "wire %s", ws_text_cstr(&text));
}

void lab_evidence_wire(struct lab_evidence *evidence, ws_time time, uint64_t packet, enum ws_saying what,
                       uint64_t number)
{
	const struct ws_evidence_said said = {.what = (uint8_t)what, .packet = (uint32_t)packet, .number = number};
	say(evidence, time, &said, "");
}

void lab_evidence_not_sent(struct lab_evidence *evidence, ws_time time, uint64_t packet, const char *why)
{
	const struct ws_evidence_said said = {.what = WS_SAYS_DROPPED_BY_SYSTEM, .packet = (uint32_t)packet};
	say(evidence, time, &said, why);
}

void lab_evidence_refusal(struct lab_evidence *evidence, ws_time time, const char *why)
{
	const struct ws_evidence_said said = {.what = WS_SAYS_REFUSES};
	say(evidence, time, &said, why);
}
