/* Reads evidence from comments, which may hold anything: whatever is not a whole line of the grammar is passed over. */
#include <wirestate/evidence.h>

#include "base/line.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
#define X(name, word) [name] = word,
        WS_EVIDENCE_KINDS(X)
#undef X
};
static const char *const flights[] = {
#define X(name, word) [name] = word,
        WS_FLIGHTS(X)
#undef X
};
static const struct {
	uint8_t kind;
	const char *words;
} sayings[] = {
#define X(name, kind, words) [name] = {kind, words},
        WS_SAYINGS(X)
#undef X
};

/* ---- Parts */

/* What comes before `stop`, or up to the line's end; its length is 0 where there is nothing. */
static struct ws_evidence_part take_part(struct line_rest *rest, const struct ws_evidence *evidence, char stop)
{
	const char *start = rest->at, *end = memchr(start, stop, (size_t)(rest->end - start));
	rest->at = end ? end : rest->end;
	return (struct ws_evidence_part){(uint32_t)(start - evidence->text), (uint32_t)(rest->at - start)};
}

/* Takes a number that is no longer than another one may be. */
static bool take_u32(struct line_rest *rest, uint32_t *number)
{
	uint64_t value;
	const bool taken = line_take_number(rest, UINT32_MAX, &value);
	*number = taken ? (uint32_t)value : 0;
	return taken;
}

/* "0.5", "1e-05" */
static bool take_seconds(struct line_rest *rest, uint64_t *time)
{
	char digits[32];
	size_t length = (size_t)(rest->end - rest->at);
	length = length < sizeof(digits) ? length : sizeof(digits) - 1;
	memcpy(digits, rest->at, length);
	digits[length] = '\0';
	char *end = digits;
	const double seconds = *digits >= '0' && *digits <= '9' ? strtod(digits, &end) : 0;
	if (end == digits || !(seconds < 1e9))
		return false;
	*time = (uint64_t)(seconds * WS_SECOND + 0.5);
	rest->at += end - digits;
	return true;
}

bool ws_evidence_is(const struct ws_evidence *evidence, struct ws_evidence_part part, const char *text)
{
	return part.length == strlen(text) && memcmp(evidence->text + part.start, text, part.length) == 0;
}

/* ---- Kernels and calls */

/* True: the line has this form to its end. */
static bool take_listener(struct line_rest rest, struct ws_evidence_socket *socket)
{
	uint64_t port;
	uint32_t most;
	socket->listens = line_take(&rest, " ") && line_take_number(&rest, UINT16_MAX, &port) &&
	                  line_take(&rest, " accept-queue ") && take_u32(&rest, &socket->receive_queue) &&
	                  line_take(&rest, " of ") && take_u32(&rest, &most) && rest.at == rest.end;
	socket->port = socket->listens ? (uint16_t)port : 0;
	return socket->listens;
}

static bool take_connection(struct line_rest rest, const struct ws_evidence *evidence,
                            struct ws_evidence_socket *socket)
{
	if (!line_take(&rest, " "))
		return false;
	socket->local = take_part(&rest, evidence, ' ');
	if (!line_take(&rest, " "))
		return false;
	socket->peer = take_part(&rest, evidence, ' ');
	return line_take(&rest, " send-queue ") && take_u32(&rest, &socket->send_queue) &&
	       line_take(&rest, " receive-queue ") && take_u32(&rest, &socket->receive_queue) && rest.at == rest.end;
}

static void take_socket(struct line_rest rest, struct ws_evidence *evidence)
{
	struct ws_evidence_socket socket = {.port = 0};
	socket.state = take_part(&rest, evidence, ' ');
	socket.closed = ws_evidence_is(evidence, socket.state, "CLOSED");
	if (!take_listener(rest, &socket) && !take_connection(rest, evidence, &socket))
		socket = (struct ws_evidence_socket){.port = 0};
	evidence->socket = socket;
}

static void take_result(struct line_rest rest, struct ws_evidence *evidence)
{
	static const char sign[] = " = ", in_use[] = "-1 EADDRINUSE";
	const char *result = memmem(rest.at, (size_t)(rest.end - rest.at), sign, strlen(sign));
	if (!result || evidence->kind != WS_EVIDENCE_RETURN)
		return;
	rest.at = result + strlen(sign);
	evidence->call.failed = line_take(&(struct line_rest){rest.at, rest.end}, "-");
	evidence->call.address_in_use = line_take(&(struct line_rest){rest.at, rest.end}, in_use);
	evidence->call.result = take_part(&rest, evidence, ' ');
}

/* ---- The wire, and how programs do */

static bool take_value(struct line_rest *rest, char value, const struct ws_evidence *evidence,
                       struct ws_evidence_said *said)
{
	switch (value) {
	case 'p':
		return take_u32(rest, &said->packet);
	case 'n':
		return line_take_number(rest, UINT32_MAX, &said->number);
	case 't':
		return take_seconds(rest, &said->number);
	default:
		said->text = take_part(rest, evidence, '\n');
		return said->text.length;
	}
}

/* False: the line says something else. */
static bool take_saying(struct line_rest rest, const char *words, const struct ws_evidence *evidence,
                        struct ws_evidence_said *said)
{
	for (; *words; words++) {
		if (*words == '%') {
			if (!take_value(&rest, *++words, evidence, said))
				return false;
		} else if (rest.at == rest.end || *rest.at++ != *words) {
			return false;
		}
	}
	return rest.at == rest.end;
}

/* A word ends with a space, with a colon, or with the line. */
static void take_flight(struct line_rest rest, struct ws_evidence_said *said)
{
	uint32_t packet;
	if (!line_take(&rest, "packet ") || !take_u32(&rest, &packet) || !line_take(&rest, " "))
		return;
	for (uint8_t word = 0; word < WS_FLIGHT_WORD_COUNT; word++) {
		struct line_rest after = rest;
		if (line_take(&after, flights[word]) &&
		    (after.at == after.end || *after.at == ' ' || *after.at == ':')) {
			said->flight = word;
			said->packet = packet;
		}
	}
}

static void take_said(struct line_rest rest, struct ws_evidence *evidence)
{
	struct ws_evidence_said said = {.what = WS_SAYS_OTHER, .flight = WS_FLIGHT_NONE};
	for (uint8_t what = 0; what < WS_SAYING_COUNT; what++) {
		struct ws_evidence_said read = {.what = what, .flight = WS_FLIGHT_NONE};
		if (sayings[what].kind != evidence->kind || !take_saying(rest, sayings[what].words, evidence, &read))
			continue;
		said = read;
		break;
	}
	if (evidence->kind == WS_EVIDENCE_WIRE)
		take_flight(rest, &said);
	evidence->said = said;
}

void ws_evidence_write(struct ws_text *out, const struct ws_evidence_said *said, const char *text)
{
	for (const char *words = sayings[said->what].words; *words; words++) {
		if (*words != '%')
			ws_text_putc(out, *words);
		else if (*++words == 'p')
			ws_text_u64(out, said->packet);
		else if (*words == 'n')
			ws_text_u64(out, said->number);
		else if (*words == 't')
			ws_text_printf(out, "%g", (double)said->number / WS_SECOND);
		else
			ws_text_puts(out, text);
	}
}

/* ---- Lines */

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

static void take_text(struct line_rest rest, struct ws_evidence *evidence)
{
	switch ((enum ws_evidence_kind)evidence->kind) {
	case WS_EVIDENCE_KERNEL:
		take_socket(rest, evidence);
		break;
	case WS_EVIDENCE_CALL:
	case WS_EVIDENCE_RETURN:
		take_result(rest, evidence);
		break;
	case WS_EVIDENCE_PROGRAM:
	case WS_EVIDENCE_WIRE:
		take_said(rest, evidence);
		break;
	case WS_EVIDENCE_KIND_COUNT:
		break;
	}
}

static bool take_line(struct line_rest *rest, struct ws_evidence *evidence)
{
	*evidence = (struct ws_evidence){.time = 0};
	if (!line_take(rest, "wirestate: ") || !line_take_time(rest, &evidence->time) || !line_take(rest, " ") ||
	    !take_kind(rest, evidence))
		return false;
	if ((evidence->kind == WS_EVIDENCE_CALL || evidence->kind == WS_EVIDENCE_RETURN) &&
	    (!take_u32(rest, &evidence->call.number) || !line_take(rest, " ")))
		return false;
	evidence->text = rest->at;
	evidence->length = (size_t)(rest->end - rest->at);
	take_text(*rest, evidence);
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
