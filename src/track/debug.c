/* A line for each input: the input, the facts that it changed in each endpoint, the rules that changed a state, and the
 * states after it. Facts are printed by the names that they have in facts.h, so that a line leads to the code. Sequence
 * numbers count from the initial ones, as in other lines. */
#include "track/debug.h"

#include <wirestate/packet.h>

#include <stdlib.h>

#define ARROW "\xe2\x86\x92"

/* What the numbers of facts.h are compared with. */
enum space { OWN, PEER, TSVAL, MICROS, TIME, PLAIN };

struct ws_debug *ws_debug_create(uint64_t number)
{
	struct ws_debug *debug = calloc(1, sizeof(*debug));
	if (debug)
		debug->number = number;
	return debug;
}

void ws_debug_begin(struct ws_debug *debug)
{
	debug->text = WS_TEXT_OVER(debug->buffer);
}

/* ---- The input */

/* Where the relative sequence numbers of an endpoint begin. */
static uint32_t base_of(const struct ws_conn *conn, unsigned endpoint)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[endpoint];
	return e->iss_known ? e->iss : conn->analyser.flow[endpoint].base;
}

static void put_role(struct ws_text *text, const struct ws_conn *conn, unsigned endpoint)
{
	int client = ws_machine_client(&conn->machine);
	if (client == WS_ROLE_UNKNOWN)
		ws_text_printf(text, "endpoint %u", endpoint);
	else
		ws_text_puts(text, endpoint == (unsigned)client ? "client" : "server");
}

static void put_segment(struct ws_text *text, const struct ws_conn *conn, const struct ws_segment *s)
{
	unsigned sender = s->direction & 1, receiver = conn->machine.self ? sender : 1 - sender;
	put_role(text, conn, sender);
	ws_text_puts(text, " sends ");
	if (s->flags)
		ws_tcp_flags_text(text, s->flags, false);
	else
		ws_text_puts(text, "no flags");
	ws_text_printf(text, " seq %u", s->sequence - base_of(conn, sender));
	if (s->flags & WS_TCP_ACK)
		ws_text_printf(text, " ack %u", s->acknowledgment - base_of(conn, receiver));
	if (s->length)
		ws_text_printf(text, " len %u", s->length);
	if (s->timestamps)
		ws_text_printf(text, " tsval %u tsecr %u", s->tsval, s->tsecr);
	if (s->duplicate)
		ws_text_puts(text, " (seen before: ignored)");
	else if (s->bad_checksum)
		ws_text_puts(text, " (wrong checksum: ignored)");
}

static void put_input(struct ws_text *text, const struct ws_conn *conn, const struct ws_segment *input)
{
	static const char *const texts[] = {
	        [WS_INPUT_UNREACHABLE] = "an ICMP error quotes the ",
	        [WS_INPUT_EXPIRY] = "a timer expires of the ",
	        [WS_INPUT_SUPERSEDED] = "a new connection takes over the ports from the ",
	        [WS_INPUT_TOO_LARGE] = "an ICMP error says that the path is too narrow for a segment of the ",
	        [WS_INPUT_DISOWNED] = "another connection takes over the SYN of the ",
	};
	if (input->kind == WS_INPUT_SEGMENT || input->kind == WS_INPUT_ACCEPTED) {
		put_segment(text, conn, input);
		if (input->kind == WS_INPUT_ACCEPTED)
			ws_text_puts(text, " (wrong checksum, but it was good: applied late)");
		return;
	}
	ws_text_puts(text, texts[input->kind]);
	put_role(text, conn, input->direction & 1);
}

/* ---- What it changed */

static void put_number(struct ws_text *text, enum space space, int64_t value, uint32_t own, uint32_t peer)
{
	switch (space) {
	case OWN:
		ws_text_printf(text, "%u", (uint32_t)value - own);
		break;
	case PEER:
		ws_text_printf(text, "%u", (uint32_t)value - peer);
		break;
	case TIME:
		ws_text_time(text, value, 6);
		break;
	case TSVAL:
	case MICROS:
	case PLAIN:
		ws_text_u64(text, (uint64_t)value);
		break;
	}
}

/* Writes what differs between two versions of an endpoint, with its name in front of the first change. A number of 0
 * before the endpoint had one is written as it is. */
static void put_changes(struct ws_text *text, const struct ws_conn *conn, unsigned endpoint,
                        const struct ws_endpoint *before)
{
	const struct ws_endpoint *after = &conn->machine.endpoint[endpoint];
	const uint32_t own = base_of(conn, endpoint);
	const uint32_t peer = base_of(conn, conn->machine.self ? endpoint : 1 - endpoint);
	bool first = true;
#define BEGIN(member)                                                                                                  \
	if (first) {                                                                                                   \
		ws_text_puts(text, "  ");                                                                              \
		put_role(text, conn, endpoint);                                                                        \
		ws_text_putc(text, ':');                                                                               \
	}                                                                                                              \
	first = false;                                                                                                 \
	ws_text_puts(text, " " #member " ")
#define X(type, member, space, meaning)                                                                                \
	if (before->member != after->member) {                                                                         \
		BEGIN(member);                                                                                         \
		put_number(text, before->member ? space : PLAIN, (int64_t)before->member, own, peer);                  \
		ws_text_puts(text, ARROW);                                                                             \
		put_number(text, space, (int64_t)after->member, own, peer);                                            \
	}
	WS_ENDPOINT_NUMBERS(X)
#undef X
#define X(member, width, invariant, sets)                                                                              \
	if (before->member != after->member) {                                                                         \
		BEGIN(member);                                                                                         \
		ws_text_printf(text, "%u" ARROW "%u", before->member, after->member);                                  \
	}
	WS_ENDPOINT_BITS(X)
#undef X
#undef BEGIN
}

static void put_transition(struct ws_text *text, const struct ws_conn *conn, const struct ws_transition *transition)
{
	ws_text_printf(text, "  %s: ", ws_why_word(transition->why));
	put_role(text, conn, transition->endpoint);
	ws_text_putc(text, ' ');
	ws_transition_words(text, transition, false);
}

static void put_states(struct ws_text *text, const struct ws_conn *conn)
{
	ws_text_puts(text, "  now ");
	for (unsigned i = 0; i < (conn->machine.self ? 1 : 2); i++) {
		const struct ws_endpoint *e = &conn->machine.endpoint[i];
		ws_text_puts(text, i ? ", " : "");
		put_role(text, conn, i);
		ws_text_putc(text, ' ');
		ws_text_puts(text, ws_state_name(e->state));
		if (e->certainty != WS_CONFIRMED)
			ws_text_putc(text, ws_certainty_mark(e->certainty));
	}
}

const char *ws_debug_line(struct ws_debug *debug, const struct ws_conn *conn, const struct ws_machine *before,
                          const struct ws_segment *input, const struct ws_event *events, size_t event_count)
{
	/* The next line begins after this one's NUL. */
	struct ws_text *all = &debug->text;
	struct ws_text text = {.data = all->data + all->length, .capacity = all->capacity - all->length};
	if (text.capacity < 256)
		return "the rest is cut";
	put_input(&text, conn, input);
	for (unsigned i = 0; i < (conn->machine.self ? 1 : 2); i++)
		put_changes(&text, conn, i, &before->endpoint[i]);
	for (size_t i = 0; i < event_count; i++)
		if (events[i].kind == WS_EVENT_TRANSITION)
			put_transition(&text, conn, &events[i].transition);
	put_states(&text, conn);
	ws_text_cstr(&text);
	all->length += text.length + 1;
	return text.data;
}
