/* A stop at which the user tries something in the lab: its scenario, the packet that waits for a key, and what may come
 * of it. Which of these has come is read from the lab's evidence: what became of the packet, and what both kernels and
 * programs did after that. */
#include "lesson/internal.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(enumerator, word): the packets that a side may send, as the rules of a scenario name them. */
#define KINDS(X)                                                                                                       \
	X(KIND_SYN, "SYN")                                                                                             \
	X(KIND_SYN_ACK, "SYN-ACK")                                                                                     \
	X(KIND_ACK, "ACK")                                                                                             \
	X(KIND_DATA, "DATA")                                                                                           \
	X(KIND_FIN, "FIN")                                                                                             \
	X(KIND_RST, "RST")                                                                                             \
	X(KIND_UDP, "UDP")                                                                                             \
	X(KIND_ICMP, "ICMP")

enum kind {
#define X(name, word) name,
	KINDS(X)
#undef X
	        KIND_COUNT
};

static const char *const kind_words[] = {
#define X(name, word) [name] = word,
        KINDS(X)
#undef X
};

/* What the user can do with the packet, with the word that the evidence has for it. */
static const struct {
	const char *word, *told;
	enum ws_flight_word flight;
} acts[] = {{"delivered", N_("If it is delivered: %s"), WS_FLIGHT_DELIVERED},
            {"dropped", N_("If it is dropped: %s"), WS_FLIGHT_DROPPED},
            {"copied", N_("If it is copied: %s"), WS_FLIGHT_COPIED},
            {"delayed", N_("If it is delayed: %s"), WS_FLIGHT_DELAYED},
            {"passed", N_("If it is passed: %s"), WS_FLIGHT_PASSED}};

/* ---- Reading */

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

static int kind_find(const char *text, size_t length)
{
	for (int i = 0; i < KIND_COUNT; i++)
		if (is_word(text, length, kind_words[i]))
			return i;
	return -1;
}

/* Reads "client TIME_WAIT", "server sends FIN" or "client returns ECONNREFUSED". */
static bool read_sign(const char *text, size_t length, struct ws_lesson_sign *sign)
{
	static const char *const sides[] = {"client ", "server "};
	static const char sends[] = "sends ", returns[] = "returns ";
	char mark;
	*sign = (struct ws_lesson_sign){.server = strncmp(text, sides[1], strlen(sides[1])) == 0};
	const size_t side = strlen(sides[sign->server]);
	if (length <= side || strncmp(text, sides[sign->server], side) != 0)
		return false;
	text += side;
	length -= side;
	if (length > strlen(sends) && strncmp(text, sends, strlen(sends)) == 0) {
		const int kind = kind_find(text + strlen(sends), length - strlen(sends));
		sign->what = WS_SIGN_SENDS;
		sign->value = (uint8_t)kind;
		return kind >= 0;
	}
	if (length > strlen(returns) && strncmp(text, returns, strlen(returns)) == 0) {
		sign->what = WS_SIGN_RETURNS;
		snprintf(sign->text, sizeof(sign->text), "%.*s", (int)(length - strlen(returns)),
		         text + strlen(returns));
		return length - strlen(returns) < sizeof(sign->text);
	}
	sign->what = WS_SIGN_STATE;
	return lesson_state_read(text, length, &sign->value, &mark) && mark == ' ';
}

static bool read_act(const char *text, size_t length, uint8_t *act)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(acts); i++)
		if (is_word(text, length, acts[i].word)) {
			*act = (uint8_t)acts[i].flight;
			return true;
		}
	return false;
}

bool lesson_came_take(struct ws_lesson *lesson, struct ws_lesson_stop *stop, const char *value, unsigned line,
                      struct ws_error *error)
{
	struct ws_lesson_attempt *attempt = &stop->attempt;
	size_t width = 1;
	const char *colon = lesson_colon(value, strlen(value), ":", &width);
	if (attempt->outcome_count == WS_LESSON_OUTCOMES_MOST)
		return lesson_fail(lesson, line, error, "came: a stop has at most %d", WS_LESSON_OUTCOMES_MOST);
	struct ws_lesson_outcome *outcome = &attempt->outcome[attempt->outcome_count];
	*outcome = (struct ws_lesson_outcome){.line = line};
	const char *told = colon ? colon + width + strspn(colon + width, " ") : "";
	if (!*told || colon == value)
		return lesson_fail(
		        lesson, line, error,
		        "came: write what has come of it, a colon and what it means: dropped, server sends FIN: "
		        "The FIN comes again.");
	bool first = true;
	for (const char *at = value; at < colon; first = false) {
		size_t length = strcspn(at, ",");
		length = length < (size_t)(colon - at) ? length : (size_t)(colon - at);
		const size_t step = length + (at[length] == ',');
		while (length && at[length - 1] == ' ')
			length--;
		if (first && !read_act(at, length, &outcome->act))
			return lesson_fail(lesson, line, error,
			                   "came: '%.*s' is not what becomes of a packet; first write delivered, "
			                   "dropped, copied, delayed or passed",
			                   ws_utf8_cut(at, length, 40), at);
		if (!first && outcome->sign_count == WS_LESSON_SIGNS_MOST)
			return lesson_fail(lesson, line, error, "came: at most %d things that are seen after it",
			                   WS_LESSON_SIGNS_MOST);
		if (!first && !read_sign(at, length, &outcome->sign[outcome->sign_count++]))
			return lesson_fail(
			        lesson, line, error,
			        "came: '%.*s' is nothing that is seen; write it like server LAST_ACK, server "
			        "sends FIN, or client returns ECONNREFUSED",
			        ws_utf8_cut(at, length, 40), at);
		at += step;
		at += strspn(at, " ");
	}
	outcome->text = strdup(told);
	attempt->outcome_count += outcome->text != NULL;
	return outcome->text || ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

bool lesson_attempt_check(const struct ws_lesson *lesson, const struct ws_lesson_stop *stop, struct ws_error *error)
{
	const struct ws_lesson_attempt *attempt = &stop->attempt;
	const unsigned line = attempt->scenario        ? attempt->scenario_line
	                      : attempt->hold          ? attempt->hold_line
	                      : attempt->outcome_count ? attempt->outcome[0].line
	                                               : 0;
	if (!line)
		return true;
	if (!attempt->scenario || !attempt->hold || !attempt->outcome_count)
		return lesson_fail(lesson, line, error,
		                   "a stop at which something is tried has lab:, the scenario, hold:, the packet that "
		                   "waits for a key, and came:, what may come of it");
	return stop->question.kind == WS_ANSWER_NONE ||
	       lesson_fail(lesson, stop->question.line, error,
	                   "expect: at this stop something is tried in the lab, and no answer is typed");
}

void lesson_attempt_free(struct ws_lesson_attempt *attempt)
{
	for (size_t i = 0; i < attempt->outcome_count; i++)
		free(attempt->outcome[i].text);
	free(attempt->scenario);
	free(attempt->hold);
}

/* ---- What has come */

static bool is_of_kind(const struct ws_flight *flight, enum kind kind)
{
	const char *words = flight->words;
	switch (kind) {
	case KIND_SYN:
		return strstr(words, "SYN") && !strstr(words, "ACK");
	case KIND_SYN_ACK:
		return strstr(words, "SYN") && strstr(words, "ACK");
	case KIND_ACK:
		return strcmp(words, "ACK") == 0;
	case KIND_DATA:
		return strstr(words, "ACK") && strstr(words, " len ");
	case KIND_FIN:
	case KIND_RST:
	case KIND_UDP:
	case KIND_ICMP:
		return strstr(words, kind_words[kind]);
	case KIND_COUNT:
		break;
	}
	return false;
}

static bool has_text(const struct ws_evidence *evidence, const char *wanted)
{
	const size_t length = strlen(wanted);
	for (size_t i = 0; i + length <= evidence->length; i++)
		if (memcmp(evidence->text + i, wanted, length) == 0)
			return true;
	return false;
}

/* The line of the first packet that was held, and the line that says what the user did with it. Copying and letting
 * pass go on to something else, which comes first when it is there. 0: it is not there; else 1 + its index. */
static size_t find_act(const struct ws_flights *flights, uint8_t *act)
{
	uint32_t held = 0;
	size_t found = 0;
	struct ws_evidence evidence;
	for (size_t i = 0; i < ws_flights_lines(flights); i++) {
		ws_flights_line(flights, i, &evidence);
		const enum ws_flight_word word = ws_evidence_flight(&evidence);
		const uint32_t number = evidence.said.packet;
		if (word == WS_FLIGHT_NONE)
			continue;
		if (word == WS_FLIGHT_HELD && !held)
			held = number;
		const bool own = held && number == held && word != WS_FLIGHT_HELD && word != WS_FLIGHT_AGAIN &&
		                 word != WS_FLIGHT_AWAITED && word != WS_FLIGHT_LEFT;
		/* Of a copy and of a packet that is delayed, the delivery follows. */
		if (own && !found) {
			found = 1 + i;
			*act = (uint8_t)word;
		}
	}
	return found;
}

/* True: the kernel's line names a state at the time of the act, or later. */
static bool sees_state(const struct ws_flights *flights, size_t since, const struct ws_lesson_sign *sign)
{
	struct ws_evidence evidence;
	bool seen = false;
	for (size_t i = 0; i < ws_flights_lines(flights); i++) {
		ws_flights_line(flights, i, &evidence);
		if (evidence.kind != WS_EVIDENCE_KERNEL || evidence.server != sign->server ||
		    evidence.socket.listens != (sign->value == WS_LISTEN))
			continue;
		const bool same =
		        ws_evidence_is(&evidence, evidence.socket.state, ws_state_name((enum ws_state)sign->value));
		if (same && i >= since)
			return true;
		if (i < since)
			seen = same; /* the last one before the act is the state at that time */
	}
	return seen;
}

static bool sees_return(const struct ws_flights *flights, size_t since, const struct ws_lesson_sign *sign)
{
	struct ws_evidence evidence;
	for (size_t i = since; i < ws_flights_lines(flights); i++) {
		ws_flights_line(flights, i, &evidence);
		if (evidence.kind == WS_EVIDENCE_RETURN && evidence.server == sign->server &&
		    has_text(&evidence, sign->text))
			return true;
	}
	return false;
}

static bool sees_packet(const struct ws_flights *flights, ws_time since, const struct ws_lesson_sign *sign)
{
	const struct ws_flight *flight;
	for (uint64_t number = 1; (flight = ws_flights_number(flights, number)); number++)
		if (flight->number && flight->left > since && flight->server == sign->server &&
		    is_of_kind(flight, (enum kind)sign->value))
			return true;
	return false;
}

static bool is_true(const struct ws_flights *flights, const struct ws_lesson_outcome *outcome, size_t since)
{
	struct ws_evidence act;
	ws_flights_line(flights, since, &act);
	for (size_t i = 0; i < outcome->sign_count; i++) {
		const struct ws_lesson_sign *sign = &outcome->sign[i];
		const bool seen = sign->what == WS_SIGN_STATE   ? sees_state(flights, since, sign)
		                  : sign->what == WS_SIGN_SENDS ? sees_packet(flights, act.time, sign)
		                                                : sees_return(flights, since, sign);
		if (!seen)
			return false;
	}
	return true;
}

void ws_lesson_tell(const struct ws_lesson_outcome *outcome, struct ws_text *text)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(acts); i++)
		if (acts[i].flight == outcome->act)
			ws_text_printf(text, _(acts[i].told), outcome->text);
}

bool ws_lesson_attempt_acted(const struct ws_flights *flights)
{
	uint8_t act;
	return find_act(flights, &act);
}

size_t ws_lesson_attempt_came(const struct ws_lesson_attempt *attempt, const struct ws_flights *flights)
{
	uint8_t act = 0;
	const size_t since = find_act(flights, &act);
	for (size_t i = 0; since && i < attempt->outcome_count; i++)
		if (attempt->outcome[i].act == act && is_true(flights, &attempt->outcome[i], since - 1))
			return 1 + i;
	return 0;
}
