/* The ends of a line are all that is read: its "type" at the front, and what publishing has added at the back. */
#include "relay/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	bool step;
} kinds[] = {
#define X(name, word, step) {word, step},
        RELAY_KINDS(X)
#undef X
};

const char *relay_kind_word(enum relay_kind kind)
{
	return kind < RELAY_KIND_COUNT ? kinds[kind].word : "";
}

bool relay_kind_is_step(enum relay_kind kind)
{
	return kind < RELAY_KIND_COUNT && kinds[kind].step;
}

enum relay_kind relay_line_kind(const char *line, size_t length)
{
	static const char front[] = "{\"type\":\"";
	const size_t start = sizeof(front) - 1;
	if (length <= start || length > RELAY_LINE_MOST || memcmp(line, front, start) != 0 || line[length - 1] != '}' ||
	    memchr(line, 0, length))
		return RELAY_GARBAGE;
	const char *word = line + start, *end = memchr(word, '"', length - start);
	if (!end)
		return RELAY_GARBAGE;
	for (size_t kind = 0; kind < RELAY_KIND_COUNT; kind++)
		if (strlen(kinds[kind].word) == (size_t)(end - word) &&
		    memcmp(word, kinds[kind].word, (size_t)(end - word)) == 0)
			return (enum relay_kind)kind;
	return RELAY_OTHER;
}

enum relay_class relay_line_class(enum relay_kind kind, const char *line, size_t length)
{
	static const char unanswered[] = "\"verdict_tag\":\"SILENT\"";
	if (relay_kind_is_step(kind))
		return RELAY_SHED_STEPS;
	return kind == RELAY_CONNECTION && memmem(line, length, unanswered, sizeof(unanswered) - 1)
	               ? RELAY_SHED_UNANSWERED
	               : RELAY_SHED_OTHERS;
}

size_t relay_line_add(char *out, const char *line, size_t length, const struct relay_id *id)
{
	memcpy(out, line, length - 1);
	const int added =
	        snprintf(out + length - 1, RELAY_ADDED_MOST, ",\"sensor\":\"%s\",\"boot\":\"%s\",\"seq\":%" PRIu64 "}",
	                 id->sensor, id->boot, id->sequence);
	return length - 1 + (size_t)added;
}

/* ---- Names */

static bool name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void relay_name_clean(char out[RELAY_NAME_MOST + 1], const char *name)
{
	size_t length = 0;
	for (; *name && length < RELAY_NAME_MOST; name++)
		out[length++] = name_character(*name) ? *name : '-';
	out[length] = '\0';
}

bool relay_name_valid(const char *name)
{
	size_t length = 0;
	while (name_character(name[length]))
		length++;
	return length && length <= RELAY_NAME_MOST && !name[length];
}

/* ---- What was added */

/* Takes `before`, a name and `after` off the text at `*at`. */
static bool take_name(const char **at, const char *end, const char *before, char out[RELAY_NAME_MOST + 1])
{
	const size_t front = strlen(before);
	if ((size_t)(end - *at) < front || memcmp(*at, before, front) != 0)
		return false;
	const char *name = *at + front;
	size_t length = 0;
	while (name + length < end && name_character(name[length]))
		length++;
	if (!length || length > RELAY_NAME_MOST || name + length == end || name[length] != '"')
		return false;
	memcpy(out, name, length);
	out[length] = '\0';
	*at = name + length + 1;
	return true;
}

/* Takes `"seq":N}`, which ends the text. */
static bool take_sequence(const char *at, const char *end, uint64_t *sequence)
{
	static const char before[] = ",\"seq\":";
	if ((size_t)(end - at) < sizeof(before) || memcmp(at, before, sizeof(before) - 1) != 0)
		return false;
	at += sizeof(before) - 1;
	uint64_t value = 0;
	int digits = 0;
	for (; at < end && *at >= '0' && *at <= '9' && digits < 19; at++, digits++)
		value = value * 10 + (uint64_t)(*at - '0');
	*sequence = value;
	return digits && end - at == 1 && *at == '}';
}

bool relay_line_id(const char *line, size_t length, struct relay_id *id)
{
	static const char front[] = ",\"sensor\":\"";
	const size_t look = length < RELAY_ADDED_MOST ? length : RELAY_ADDED_MOST;
	const char *end = line + length, *at = end - look, *found = NULL;
	/* Texts have their quotation marks escaped, so only a member's name can look like this; the last one counts. */
	while (at < end && (at = memmem(at, (size_t)(end - at), front, sizeof(front) - 1)))
		found = at++;
	return found && take_name(&found, end, front, id->sensor) && take_name(&found, end, ",\"boot\":\"", id->boot) &&
	       take_sequence(found, end, &id->sequence);
}
