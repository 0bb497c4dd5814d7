/* Reads evidence from comments, which may hold anything: whatever is not a whole line of the grammar is passed over. */
#include <wirestate/evidence.h>

#include "base/line.h"

#include <string.h>

static const char *const kinds[] = {
#define X(name, word) [name] = word,
        WS_EVIDENCE_KINDS(X)
#undef X
};

static bool take_kind(struct line_rest *rest, struct ws_evidence *evidence)
{
	const bool client = line_take(rest, "client "), side = client || line_take(rest, "server ");
	evidence->server = side && !client;
	for (unsigned kind = 0; kind < WS_EVIDENCE_KIND_COUNT; kind++)
		if (side == (kind != WS_EVIDENCE_WIRE) && line_take(rest, kinds[kind])) {
			evidence->kind = (uint8_t)kind;
			return line_take(rest, " ");
		}
	return false;
}

static bool take_line(struct line_rest *rest, struct ws_evidence *evidence)
{
	uint64_t number = 0;
	*evidence = (struct ws_evidence){.call = 0};
	if (!line_take(rest, "wirestate: ") || !line_take_time(rest, &evidence->time) || !line_take(rest, " ") ||
	    !take_kind(rest, evidence))
		return false;
	if ((evidence->kind == WS_EVIDENCE_CALL || evidence->kind == WS_EVIDENCE_RETURN) &&
	    (!line_take_number(rest, UINT32_MAX, &number) || !line_take(rest, " ")))
		return false;
	evidence->call = (uint32_t)number;
	evidence->text = rest->at;
	evidence->length = (size_t)(rest->end - rest->at);
	return evidence->length;
}

bool ws_evidence_next(const char *comment, size_t length, size_t *at, struct ws_evidence *evidence)
{
	while (comment && *at < length) {
		const char *line = comment + *at, *newline = memchr(line, '\n', length - *at);
		struct line_rest rest = {.at = line, .end = newline ? newline : comment + length};
		*at = (size_t)(rest.end - comment) + 1;
		if (take_line(&rest, evidence))
			return true;
	}
	return false;
}

const char *ws_evidence_word(const struct ws_evidence *evidence, size_t place, size_t *length)
{
	const char *at = evidence->text, *const end = evidence->text + evidence->length;
	for (;; place--) {
		const char *space = memchr(at, ' ', (size_t)(end - at));
		if (!place || !space) {
			*length = place ? 0 : (size_t)((space ? space : end) - at);
			return at;
		}
		at = space + 1;
	}
}

bool ws_evidence_flight(const struct ws_evidence *evidence, uint64_t *packet, enum ws_flight_word *word)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
	        WS_FLIGHTS(X)
#undef X
	};
	struct line_rest rest = {.at = evidence->text, .end = evidence->text + evidence->length};
	if (evidence->kind != WS_EVIDENCE_WIRE || !line_take(&rest, "packet ") ||
	    !line_take_number(&rest, UINT32_MAX, packet) || !line_take(&rest, " "))
		return false;
	size_t length = (size_t)(rest.end - rest.at);
	const char *end = memchr(rest.at, ' ', length), *colon = memchr(rest.at, ':', length);
	if (end)
		length = (size_t)(end - rest.at);
	if (colon && (size_t)(colon - rest.at) < length)
		length = (size_t)(colon - rest.at);
	for (int i = 0; i < WS_FLIGHT_WORD_COUNT; i++)
		if (strlen(words[i]) == length && memcmp(words[i], rest.at, length) == 0) {
			*word = (enum ws_flight_word)i;
			return true;
		}
	return false;
}

/* ---- In words */

static void put_word(struct ws_text *text, const struct ws_evidence *evidence, size_t place)
{
	size_t length;
	const char *word = ws_evidence_word(evidence, place, &length);
	ws_text_clean(text, word, length);
}

static void put_queue(struct ws_text *text, const struct ws_evidence *evidence, size_t place, const char *name)
{
	size_t length;
	const char *word = ws_evidence_word(evidence, place, &length);
	if (!length || (length == 1 && *word == '0'))
		return;
	ws_text_printf(text, ", %s ", name);
	ws_text_clean(text, word, length);
}

static void put_kernel(struct ws_text *text, const struct ws_evidence *evidence)
{
	size_t length, where_length;
	const char *state = ws_evidence_word(evidence, 0, &length);
	const char *where = ws_evidence_word(evidence, 1, &where_length);
	const bool closed = length == 6 && memcmp(state, "CLOSED", 6) == 0;
	ws_text_puts(text, evidence->server ? "server's kernel: " : "client's kernel: ");
	if (!memchr(where, ':', where_length)) { /* a port: a listening socket */
		ws_text_puts(text, closed ? "no longer LISTEN on port " : "LISTEN on port ");
		put_word(text, evidence, 1);
		put_queue(text, evidence, 3, "waiting for accept():");
		return;
	}
	ws_text_clean(text, state, length);
	ws_text_puts(text, ", ");
	ws_text_clean(text, where, where_length);
	if (closed)
		return;
	put_queue(text, evidence, 4, "send queue");
	put_queue(text, evidence, 6, "receive queue");
}

void ws_evidence_words(struct ws_text *text, const struct ws_evidence *evidence)
{
	static const char *const before[] = {[WS_EVIDENCE_CALL] = " calls ",
	                                     [WS_EVIDENCE_RETURN] = ": ",
	                                     [WS_EVIDENCE_PROGRAM] = "'s program ",
	                                     [WS_EVIDENCE_WIRE] = ""};
	if (evidence->kind == WS_EVIDENCE_KERNEL) {
		put_kernel(text, evidence);
		return;
	}
	ws_text_puts(text, evidence->kind == WS_EVIDENCE_WIRE ? "wire: " : evidence->server ? "server" : "client");
	ws_text_puts(text, before[evidence->kind]);
	ws_text_clean(text, evidence->text, evidence->length);
	if (evidence->kind == WS_EVIDENCE_RETURN && memmem(evidence->text, evidence->length, "= -1 EADDRINUSE", 15))
		ws_text_puts(text, ": another socket has this port, or a connection in TIME_WAIT still holds it, which "
		                   "SO_REUSEADDR on the old and on the new socket allows");
}

/* The names of one line, which begins at `at`. */
static size_t point_names(const char *at, const char **name, size_t *length, size_t most)
{
	size_t count = 0;
	for (;;) {
		at += strspn(at, " ");
		const size_t word = strcspn(at, " \n");
		if (!word)
			return count;
		if (count == most)
			return 0;
		name[count] = at;
		length[count++] = word;
		at += word;
	}
}

size_t ws_evidence_points(const char *comment, const char **name, size_t *length, size_t most)
{
	static const char start[] = "wirestate: points ";
	for (const char *line = comment; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, start, sizeof(start) - 1) == 0)
			return point_names(line + sizeof(start) - 1, name, length, most);
	}
	return 0;
}
