#include "lab/command.h"
#include "lab/scenario.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = 4 };

static const struct {
	const char *word;
	size_t values;
} commands[] = {
#define X(name, word, most, values, meaning) [name] = {word, most},
        LAB_COMMANDS(X)
#undef X
};

bool lab_command_byte(struct lab_command_lines *lines, char byte, size_t *length)
{
	if (byte != '\n') {
		if (lines->used == LAB_COMMAND_BYTES - 1)
			lines->too_long = true;
		else
			lines->line[lines->used++] = byte;
		return false;
	}
	*length = lines->too_long ? LAB_COMMAND_BYTES : lines->used;
	lines->used = 0;
	lines->too_long = false;
	return true;
}

static bool fail_unknown(const char *word, struct ws_error *error)
{
	char names[120];
	size_t used = 0;
	for (size_t i = 0; i < LAB_COMMAND_COUNT; i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "", commands[i].word);
	return ws_fail(error, WS_ERROR_OPTION, "no command is called '%s'; there are: %s", word, names);
}

static bool read_number(const char *text, uint64_t *number)
{
	uint64_t value = 0;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > UINT32_MAX)
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	if (value)
		*number = value;
	return value;
}

/* The words after the verb. */
static bool read_values(char *const *word, size_t count, struct lab_command *command, struct ws_error *error)
{
	const char *name = commands[command->verb].word;
	size_t at = 0;
	if (count > commands[command->verb].values)
		return ws_fail(error, WS_ERROR_OPTION, "%s takes %zu values at most", name,
		               commands[command->verb].values);
	if (at < count && read_number(word[at], &command->number))
		at++;
	if (at < count && command->verb == LAB_COMMAND_DELAY && lab_read_time(word[at], &command->time))
		at++;
	return at == count || ws_fail(error, WS_ERROR_OPTION, "%s: '%s' is not the number of a packet%s", name,
	                              word[at], command->verb == LAB_COMMAND_DELAY ? ", or a time such as 300ms" : "");
}

bool lab_command_parse(const char *line, size_t length, struct lab_command *command, struct ws_error *error)
{
	char text[LAB_COMMAND_BYTES], *word[WORDS], *rest = text;
	size_t count = 0;
	if (length >= sizeof(text))
		return ws_fail(error, WS_ERROR_OPTION, "a command has at most %d bytes", LAB_COMMAND_BYTES - 1);
	memcpy(text, line, length);
	text[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return ws_fail(error, WS_ERROR_OPTION, "a command is words of letters and digits");
	for (char *next; count < WORDS && (next = strsep(&rest, " "));)
		if (*next)
			word[count++] = next;
	*command = (struct lab_command){.time = WS_SECOND};
	for (size_t i = 0; count && i < LAB_COMMAND_COUNT; i++)
		if (strcmp(word[0], commands[i].word) == 0) {
			command->verb = (uint8_t)i;
			return read_values(word + 1, count - 1, command, error);
		}
	return fail_unknown(count ? word[0] : "", error);
}
