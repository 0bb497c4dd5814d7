#include <wirestate/flights.h>

#include "base/search.h"

#include <wirestate/packet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Packets leave in the order of their numbers, so flight i is packet i + 1, and the frames ascend. A packet whose
 * departure has not been seen has the number 0. */
struct line {
	struct ws_evidence evidence;
	char *text;  /* owned: the evidence's */
	bool remark; /* no frame's comment has said it yet */
	uint64_t frame;
};

struct ws_flights {
	struct ws_flight *flight;
	size_t count, room;
	struct line *line; /* in the order of their times */
	size_t line_count, line_room, bytes;
	uint64_t last_frame;
};

struct ws_flights *ws_flights_create(void)
{
	return calloc(1, sizeof(struct ws_flights));
}

void ws_flights_free(struct ws_flights *flights)
{
	if (!flights)
		return;
	for (size_t i = 0; i < flights->line_count; i++)
		free(flights->line[i].text);
	free(flights->line);
	free(flights->flight);
	free(flights);
}

/* ---- Lines */

/* What was said after the last frame is said again with the next one. */
static void remarks_remove(struct ws_flights *flights)
{
	size_t kept = 0;
	for (size_t i = 0; i < flights->line_count; i++) {
		if (flights->line[i].remark) {
			flights->bytes -= flights->line[i].evidence.length;
			free(flights->line[i].text);
		} else {
			flights->line[kept++] = flights->line[i];
		}
	}
	flights->line_count = kept;
}

static bool line_room(struct ws_flights *flights)
{
	if (flights->line_count < flights->line_room)
		return true;
	const size_t room = flights->line_room ? 2 * flights->line_room : 256;
	struct line *line = room <= WS_FLIGHT_LINES_MOST ? realloc(flights->line, room * sizeof(*line)) : NULL;
	if (!line)
		return false;
	flights->line = line;
	flights->line_room = room;
	return true;
}

static void line_add(struct ws_flights *flights, const struct ws_evidence *evidence, uint64_t frame, bool remark)
{
	if (!line_room(flights) || flights->bytes + evidence->length > WS_FLIGHT_BYTES_MOST)
		return;
	char *text = malloc(evidence->length);
	if (!text)
		return;
	memcpy(text, evidence->text, evidence->length);
	size_t place = flights->line_count;
	while (place && flights->line[place - 1].evidence.time > evidence->time) {
		flights->line[place] = flights->line[place - 1];
		place--;
	}
	flights->line[place] = (struct line){.evidence = *evidence, .text = text, .remark = remark, .frame = frame};
	flights->line[place].evidence.text = text;
	flights->line_count++;
	flights->bytes += evidence->length;
}

size_t ws_flights_lines(const struct ws_flights *flights)
{
	return flights ? flights->line_count : 0;
}

uint64_t ws_flights_line(const struct ws_flights *flights, size_t index, struct ws_evidence *evidence)
{
	*evidence = flights->line[index].evidence;
	return flights->line[index].frame;
}

/* The frames of lines ascend, but where a packet left while another one was written. */
bool ws_flights_next_of(const struct ws_flights *flights, uint64_t frame, size_t *at, struct ws_evidence *evidence)
{
	enum { DISORDER = 64 };
	if (!*at) {
		const size_t low = SEARCH_FIRST(ws_flights_lines(flights), i, flights->line[i].frame < frame);
		*at = low > DISORDER ? low - DISORDER : 0;
	}
	size_t beyond = 0;
	for (; *at < ws_flights_lines(flights) && beyond < DISORDER; ++*at) {
		if (flights->line[*at].frame == frame) {
			ws_flights_line(flights, (*at)++, evidence);
			return true;
		}
		beyond += flights->line[*at].frame > frame;
	}
	return false;
}

size_t ws_flights_line_at(const struct ws_flights *flights, ws_time time)
{
	return SEARCH_FIRST(ws_flights_lines(flights), i, flights->line[i].evidence.time < time);
}

/* ---- Packets */

/* Room for one more, up to this number. NULL: there are too many, or memory is short. */
static struct ws_flight *flight_add(struct ws_flights *flights, uint64_t number)
{
	if (number > WS_FLIGHTS_MOST)
		return NULL;
	if (number > flights->room) {
		const size_t room = number < 64 ? 64 : 2 * number;
		struct ws_flight *flight = realloc(flights->flight, room * sizeof(*flight));
		if (!flight)
			return NULL;
		flights->flight = flight;
		flights->room = room;
	}
	while (flights->count < number)
		flights->flight[flights->count++] = (struct ws_flight){.ended = WS_TIME_NEVER};
	return &flights->flight[number - 1];
}

static void put_words(struct ws_flight *flight, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_text text = WS_TEXT_OVER(flight->words);
	ws_decode(frame, &packet);
	if (packet.tcp_complete)
		ws_tcp_flags_text(&text, packet.flags, false);
	else
		ws_text_puts(&text, packet.transport == WS_TRANSPORT_UDP ? "UDP" : "ICMP");
	if (packet.transport != WS_TRANSPORT_NONE && packet.payload_length)
		ws_text_printf(&text, " len %u", (unsigned)packet.payload_length);
	ws_text_cstr(&text);
}

/* Why it was dropped. */
static void put_reason(struct ws_flight *flight, const struct ws_evidence *evidence)
{
	const struct ws_evidence_said *said = &evidence->said;
	struct ws_text text = WS_TEXT_OVER(flight->error);
	ws_text_clean(&text, evidence->text + said->text.start, said->text.length);
	ws_text_cstr(&text);
	flight->reason = said->what;
	flight->rule = (uint32_t)said->number;
}

static void take_word(struct ws_flight *flight, const struct ws_evidence *evidence)
{
	const enum ws_flight_word word = ws_evidence_flight(evidence);
	const uint8_t what = evidence->said.what;
	switch (word) {
	case WS_FLIGHT_HELD:
		flight->held = flight->ended == WS_TIME_NEVER;
		break;
	case WS_FLIGHT_AGAIN:
		flight->again += evidence->time > flight->again_time;
		flight->again_time = evidence->time > flight->again_time ? evidence->time : flight->again_time;
		break;
	case WS_FLIGHT_DELIVERED:
	case WS_FLIGHT_DROPPED:
		if (flight->ended == WS_TIME_NEVER)
			flight->ended = evidence->time;
		flight->held = false;
		flight->dropped = word == WS_FLIGHT_DROPPED;
		if (flight->dropped)
			put_reason(flight, evidence);
		break;
	case WS_FLIGHT_DELAYED:
	case WS_FLIGHT_PASSED:
		flight->later = flight->later || what == WS_SAYS_DELAYED_BY_RULE || what == WS_SAYS_PASSED_BY_RULE;
		flight->held = flight->held && word == WS_FLIGHT_PASSED;
		break;
	case WS_FLIGHT_AWAITED:
	case WS_FLIGHT_LEFT:
	case WS_FLIGHT_COPIED:
	case WS_FLIGHT_WORD_COUNT:
		break;
	}
}

/* Where the lines begin that belong to the packet of the comment, and not to the one before: with the last call of its
 * sender before it left, or else with the first line that is not before it. */
static ws_time own_since(const char *comment, size_t length, const struct ws_frame *frame)
{
	struct ws_evidence evidence;
	ws_time call[2] = {frame->time, frame->time};
	size_t at = 0;
	int sender = -1;
	while (ws_evidence_next(comment, length, &at, &evidence)) {
		if (evidence.kind == WS_EVIDENCE_CALL && evidence.time <= frame->time)
			call[evidence.server] = evidence.time;
		if (ws_evidence_flight(&evidence) == WS_FLIGHT_LEFT)
			sender = evidence.said.what == WS_SAYS_LEFT_SERVER;
	}
	return sender < 0 ? frame->time : call[sender];
}

static void flight_begin(struct ws_flights *flights, const struct ws_evidence *evidence, const struct ws_frame *frame)
{
	const uint64_t number = evidence->said.packet;
	struct ws_flight *flight = flight_add(flights, number);
	if (!flight)
		return;
	*flight = (struct ws_flight){.number = number,
	                             .frame = frame->number,
	                             .left = evidence->time,
	                             .ended = WS_TIME_NEVER,
	                             .server = evidence->said.what == WS_SAYS_LEFT_SERVER};
	put_words(flight, frame);
}

/* `frame`: NULL where the comment is none of a frame. */
static void take(struct ws_flights *flights, const char *comment, size_t length, const struct ws_frame *frame)
{
	struct ws_evidence evidence;
	const ws_time since = frame && flights->last_frame ? own_since(comment, length, frame) : 0;
	size_t at = 0;
	bool copy = false;
	remarks_remove(flights);
	while (ws_evidence_next(comment, length, &at, &evidence)) {
		const bool own = frame && evidence.time >= since;
		line_add(flights, &evidence, own ? frame->number : flights->last_frame, !frame);
		const enum ws_flight_word word = ws_evidence_flight(&evidence);
		if (word == WS_FLIGHT_NONE || !evidence.said.packet)
			continue;
		const uint64_t number = evidence.said.packet;
		/* What becomes of a copy that arrives says nothing of the packet itself. */
		copy = copy || evidence.said.what == WS_SAYS_COPIED;
		if (frame && word == WS_FLIGHT_LEFT && number > flights->count)
			flight_begin(flights, &evidence, frame);
		if (number <= flights->count && !copy)
			take_word(&flights->flight[number - 1], &evidence);
	}
	if (frame)
		flights->last_frame = frame->number;
}

void ws_flights_take(struct ws_flights *flights, const struct ws_frame *frame)
{
	if (frame->comment_length)
		take(flights, frame->comment, frame->comment_length, frame);
}

void ws_flights_remark(struct ws_flights *flights, const char *comment, size_t length)
{
	take(flights, comment, length, NULL);
}

const struct ws_flight *ws_flights_find(const struct ws_flights *flights, uint64_t frame)
{
	const size_t low = SEARCH_FIRST(flights ? flights->count : 0, i, flights->flight[i].frame < frame);
	return flights && low < flights->count && flights->flight[low].frame == frame ? &flights->flight[low] : NULL;
}

const struct ws_flight *ws_flights_number(const struct ws_flights *flights, uint64_t number)
{
	return flights && number && number <= flights->count ? &flights->flight[number - 1] : NULL;
}

const struct ws_flight *ws_flights_held(const struct ws_flights *flights, size_t index)
{
	for (size_t i = 0; flights && i < flights->count; i++)
		if (flights->flight[i].held && index-- == 0)
			return &flights->flight[i];
	return NULL;
}
