/* Scripts for the endpoint machines: segments, and the states after each.
 *
 * A line of a script:  WHO FLAGS seq ack length [tsval tsecr] [sack RIGHT] [sackOK] : CLIENT SERVER
 * WHO is c or s; FLAGS of S F R P A (- for none); numbers count from the initial sequence numbers; `ack` - means no ACK
 * field; states carry the mark of their certainty; `after STATE...` says which ones the sender was in before, the latest first. @N in front
 * sets the step's time to N seconds. Other lines: `icmp WHO seq`, `expire WHO`, `superseded WHO [A]`. */
#ifndef WS_TESTS_MACHINE_SCRIPT_H
#define WS_TESTS_MACHINE_SCRIPT_H

#include "track/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CLIENT_ISS 0xfffffff0u /* so that sequence numbers wrap in the middle of every script */
#define SERVER_ISS 0x7ffffff0u

struct script {
	const char *name;
	const char *lines[24];
};

static inline uint16_t flags_of(const char *word)
{
	static const char letters[] = "FSRPA";
	uint16_t flags = 0;
	for (; *word; word++) {
		const char *at = strchr(letters, *word);
		if (at && *at)
			flags |= (uint16_t)(1u << (at - letters));
	}
	return flags;
}

static inline bool parse_special(const char *line, struct ws_segment *s)
{
	char who, flag = 0;
	unsigned sequence;
	if (sscanf(line, "icmp %c %u", &who, &sequence) == 2) {
		s->kind = WS_INPUT_UNREACHABLE;
		s->sequence = sequence + (who == 'c' ? CLIENT_ISS : SERVER_ISS);
	} else if (sscanf(line, "expire %c", &who) == 1) {
		s->kind = WS_INPUT_EXPIRY;
	} else if (sscanf(line, "disowned %c", &who) == 1) {
		s->kind = WS_INPUT_DISOWNED;
	} else if (sscanf(line, "superseded %c %c", &who, &flag) >= 1) {
		s->kind = WS_INPUT_SUPERSEDED;
		s->flags = flag == 'A' ? WS_TCP_ACK : 0;
	} else {
		return false;
	}
	s->direction = who == 's';
	return true;
}

static inline void parse(const char *line, struct ws_segment *s)
{
	char who, flags[8], ack[16];
	unsigned sequence, length, tsval, tsecr;
	*s = (struct ws_segment){.window = 1000, .window_scale = 255, .position = WS_POSITION_NONE};
	if (parse_special(line, s))
		return;
	int fields = sscanf(line, "%c %7s %u %15s %u %u %u", &who, flags, &sequence, ack, &length, &tsval, &tsecr);
	assert_true(fields == 5 || fields == 7);
	s->direction = who == 's';
	s->flags = flags_of(flags);
	s->sequence = sequence + (who == 'c' ? CLIENT_ISS : SERVER_ISS);
	s->acknowledgment =
	        strcmp(ack, "-") ? (uint32_t)strtoul(ack, NULL, 10) + (who == 'c' ? SERVER_ISS : CLIENT_ISS) : 0;
	s->length = length;
	s->timestamps = fields == 7;
	if (fields == 7) {
		s->tsval = tsval;
		s->tsecr = tsecr;
	}
	s->sack_permitted = strstr(line, " sackOK ") != NULL;
	const char *sack = strstr(line, " sack ");
	s->sack = sack != NULL;
	if (sack)
		s->sack_right =
		        (uint32_t)strtoul(sack + strlen(" sack "), NULL, 10) + (who == 'c' ? SERVER_ISS : CLIENT_ISS);
}

static inline void state_text(const struct ws_endpoint *e, char *text, size_t size)
{
	char mark = ws_certainty_mark(e->certainty);
	snprintf(text, size, "%s%.*s", ws_state_name(e->state), mark != ' ', &mark);
}

/* Checks what every transition must satisfy: it starts in the endpoint's state, and a retraction goes back
 * to a state that it was in. */
struct walk {
	enum ws_state path[2][64];
	size_t depth[2];
};

static inline void check_transitions(struct walk *walk, const struct ws_machine *machine,
                                     const struct ws_outcome *outcome)
{
	assert_true(outcome->count < WS_MAX_TRANSITIONS);
	for (unsigned i = 0; i < outcome->count; i++) {
		const struct ws_transition *t = &outcome->transition[i];
		enum ws_state *path = walk->path[t->endpoint];
		size_t *depth = &walk->depth[t->endpoint];
		/* Its first transition gives its first state; one that opens actively was never in LISTEN. */
		if (*depth <= 1) {
			path[0] = t->from;
			*depth = 1;
		}
		assert_int_equal(path[*depth - 1], t->from);
		assert_int_not_equal(t->from, t->to);
		if (t->basis == WS_BASIS_RETRACTION && *depth == 1) {
			path[0] = t->to; /* where it begins was only assumed */
		} else if (t->basis == WS_BASIS_RETRACTION) {
			while (*depth && path[*depth - 1] != t->to)
				(*depth)--;
			assert_true(*depth > 0);
		} else {
			assert_true(*depth < 64);
			if (!ws_state_follows(t->from, t->to))
				fail_msg("%s cannot follow %s", ws_state_name(t->to), ws_state_name(t->from));
			path[(*depth)++] = t->to;
		}
		assert_true(t->why != WS_WHY_NONE && t->why < WS_WHY_COUNT);
	}
	for (unsigned i = 0; i < 2; i++)
		if (walk->depth[i] > 1)
			assert_int_equal(walk->path[i][walk->depth[i] - 1], machine->endpoint[i].state);
}

/* Adds as many states as `after` has. */
static inline void add_earlier(char *text, size_t size, const char *after, uint32_t path)
{
	snprintf(text + strlen(text), size - strlen(text), " after");
	for (; (after = strchr(after, ' ')); after++) {
		path >>= 4;
		snprintf(text + strlen(text), size - strlen(text), " %s", ws_state_name(path & 15));
	}
}

static inline void run_script(void **state)
{
	const struct script *script = *state;
	struct ws_machine machine = {0};
	struct walk walk = {0};
	for (unsigned i = 0; i < 24 && script->lines[i]; i++) {
		const char *line = script->lines[i], *expected = strchr(line, ':');
		assert_non_null(expected);
		struct ws_segment s;
		struct ws_outcome outcome;
		parse(line[0] == '@' ? strchr(line, ' ') + 1 : line, &s);
		s.time = (ws_time)(i + 1) * (i + 1) * WS_SECOND; /* later steps are more than a round trip apart */
		if (line[0] == '@')
			s.time = (ws_time)(strtod(line + 1, NULL) * WS_SECOND);
		ws_machine_step(&machine, &s, &outcome);
		check_transitions(&walk, &machine, &outcome);
		char client[32], server[32], got[120], want[120];
		state_text(&machine.endpoint[0], client, sizeof(client));
		state_text(&machine.endpoint[1], server, sizeof(server));
		snprintf(got, sizeof(got), "%s %s", client, server);
		const char *after = strstr(expected, " after ");
		if (after)
			add_earlier(got, sizeof(got), after + 1, machine.endpoint[s.direction].path);
		snprintf(want, sizeof(want), "%s", expected + 2);
		if (strcmp(got, want))
			fail_msg("%s, line %u: %s\n  got  %s\n  want %s", script->name, i + 1, line, got, want);
	}
}

#define OPEN                                                                                                           \
	"c S 0 - 0 : SYN_SENT LISTEN?", "s SA 0 1 0 : ESTABLISHED~ SYN_RECEIVED",                                      \
	        "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED ESTABLISHED"
#define OPEN_WITH_SACK                                                                                                 \
	"c S 0 - 0 sackOK : SYN_SENT LISTEN?", "s SA 0 1 0 sackOK : ESTABLISHED~ SYN_RECEIVED",                        \
	        "c A 1 1 0 : ESTABLISHED ESTABLISHED~", "s A 1 1 0 : ESTABLISHED ESTABLISHED"

#endif
