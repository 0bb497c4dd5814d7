/* Reads evidence from comments, which may hold anything: whatever is not a whole line of the grammar is passed over. */
#include <wirestate/evidence.h>

#include "base/line.h"

#include <wirestate/language.h>

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

static void put_english(struct ws_text *text, const struct ws_evidence *evidence)
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

/* The sentences of put_english(); the first part of those that begin with one is the side. What is not among them, such as the
 * words of another version's lab, is shown as it stands. */
static const char *const sentences[] = {
        N_("wire: packet %s left the client"),
        N_("wire: packet %s left the server"),
        N_("wire: packet %s held"),
        N_("wire: packet %s again: its host has sent it once more"),
        N_("wire: packet %s awaited: its receiver has sent again what it acknowledges"),
        N_("wire: packet %s delivered"),
        N_("wire: packet %s dropped by hand"),
        N_("wire: packet %s dropped by chance"),
        N_("wire: packet %s dropped by the rule in line %s"),
        N_("wire: packet %s dropped: %s"),
        N_("wire: packet %s copied"),
        N_("wire: packet %s copied by the rule in line %s"),
        N_("wire: packet %s delayed by %s s by hand"),
        N_("wire: packet %s delayed by the rule in line %s"),
        N_("wire: packet %s passed: the next one overtakes it"),
        N_("wire: packet %s passed by the next one by the rule in line %s"),
        N_("wire: refuses: too many packets are in the air"),
        N_("wire: refuses: packet %s does not come"),
        N_("wire: refuses: packet %s no longer waits"),
        N_("%s's kernel: no longer LISTEN on port %s"),
        N_("%s's kernel: LISTEN on port %s, waiting for accept(): %s"),
        N_("%s's kernel: LISTEN on port %s"),
        N_("%s's kernel: %s, %s, send queue %s, receive queue %s"),
        N_("%s's kernel: %s, %s, send queue %s"),
        N_("%s's kernel: %s, %s, receive queue %s"),
        N_("%s's kernel: %s, %s"),
        N_("%s's program prints: %s"),
        N_("%s's program ends with exit status %s"),
        N_("%s's program is killed by signal %s"),
        N_("%s's program is killed by %s"),
        N_("%s's program %s"),
        N_("%s calls %s"),
        N_("%s: %s: another socket has this port, or a connection in TIME_WAIT still holds it, which SO_REUSEADDR on the "
           "old and on the new socket allows"),
        N_("%s: %s"),
};

enum { PARTS = 5, PART_ROOM = 512 };

struct parts {
	char part[PARTS][PART_ROOM];
	unsigned count;
};

/* A part goes on to what follows it in the sentence. */
static bool take_part(struct parts *parts, const char *follows, const char **at, const char *end)
{
	const size_t length = strcspn(follows, "%");
	const char *until = length ? memmem(*at, (size_t)(end - *at), follows, length) : end;
	if (!until || until == *at || until - *at >= PART_ROOM || parts->count == PARTS)
		return false;
	memcpy(parts->part[parts->count], *at, (size_t)(until - *at));
	parts->part[parts->count++][until - *at] = '\0';
	*at = until;
	return true;
}

/* False: the text is another sentence. */
static bool take_sentence(const char *sentence, const char *at, const char *end, struct parts *parts)
{
	parts->count = 0;
	for (; *sentence; sentence++) {
		if (*sentence == '%') {
			sentence++; /* to the s */
			if (!take_part(parts, sentence + 1, &at, end))
				return false;
		} else if (at == end || *at++ != *sentence) {
			return false;
		}
	}
	return at == end;
}

/* False: it is none. */
static bool take_side(const struct parts *parts, const char **side)
{
	const bool client = strcmp(parts->part[0], "client") == 0;
	*side = client ? C_("side of a connection", "client") : C_("side of a connection", "server");
	return client || strcmp(parts->part[0], "server") == 0;
}

void ws_evidence_words(struct ws_text *text, const struct ws_evidence *evidence)
{
	const size_t start = text->length;
	struct parts parts;
	put_english(text, evidence);
	for (size_t i = 0; i < WS_ARRAY_SIZE(sentences); i++) {
		const char *translated = _(sentences[i]), *first = parts.part[0];
		if (translated == sentences[i] || text->length < start) /* it is shown in English, or written already */
			continue;
		if (!take_sentence(sentences[i], text->data + start, text->data + text->length, &parts) ||
		    (sentences[i][0] == '%' && !take_side(&parts, &first)))
			continue;
		text->length = start;
		ws_text_parts(text, translated, first, parts.part[1], parts.part[2], parts.part[3], parts.part[4]);
		return;
	}
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
