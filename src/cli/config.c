/* The configuration file. A line is `name = value`, `key.ACTION = KEY`, a # with a comment, or empty.
 *
 * The names are the long forms of options, and the values are what those options accept; a switch takes yes or no. The
 * command line is read later and therefore takes precedence. Options that request one action, like -r or --export, are
 * not allowed in a file that is read every time. */
#include "cli/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool may_be_set(const struct option_row *row)
{
	static const char *const also[] = {"numeric", "time-wait", "max-memory", "buffer-size", "snapshot-length"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(also); i++)
		if (strcmp(row->name, also[i]) == 0)
			return true;
	return row->group == GROUP_VIEW && strcmp(row->name, "config") != 0;
}

static bool set_option(struct options *options, const char *name, const char *value, struct ws_error *error)
{
	const struct option_row *row = NULL;
	for (size_t i = 0; i < option_row_count; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			row = &option_rows[i];
	if (!row)
		return ws_fail(error, WS_ERROR_OPTION, "no option is called '%s'", name);
	if (!may_be_set(row))
		return ws_fail(error, WS_ERROR_OPTION, "%s is for the command line only", name);
	if (row->kind != OPTION_SWITCH)
		return option_value(row, value, options, error);
	const bool yes = strcmp(value, "yes") == 0;
	if (!yes && strcmp(value, "no") != 0)
		return ws_fail(error, WS_ERROR_OPTION, "%s takes yes or no", name);
	*(bool *)((char *)options + row->offset) = yes;
	return true;
}

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);
	while (length && strchr(" \t\r", text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool line_read(struct options *options, char *line, struct ws_error *error)
{
	line = trim(line);
	if (!*line || *line == '#')
		return true;
	char *equals = strchr(line, '=');
	if (!equals)
		return ws_fail(error, WS_ERROR_OPTION, "a line is 'name = value', 'key.ACTION = KEY' or a # comment");
	*equals = '\0';
	const char *name = trim(line), *value = trim(equals + 1);
	if (strncmp(name, "key.", 4) == 0)
		return ws_keymap_bind(&options->keymap, name + 4, value, error);
	return set_option(options, name, value, error);
}

bool config_parse(struct options *options, const char *name, char *text, size_t length, struct ws_error *error)
{
	struct ws_error wrong;
	if (length > CONFIG_MAX || memchr(text, '\0', length))
		return ws_fail(error, WS_ERROR_OPTION, "%s is not a configuration of wirestate", name);
	text[length] = '\0';
	for (int number = 1; text; number++) {
		char *line = text;
		text = strchr(text, '\n');
		if (text)
			*text++ = '\0';
		if (!line_read(options, line, &wrong))
			return ws_fail(error, wrong.status, "%s:%d: %s", name, number, wrong.text);
	}
	return true;
}

/* Returns false when there is no folder for a configuration. */
static bool default_path(char *path, size_t size)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int length = -1;
	if (folder && folder[0] == '/') /* relative paths are to be ignored */
		length = snprintf(path, size, "%s/wirestate/config", folder);
	else if (home && home[0])
		length = snprintf(path, size, "%s/.config/wirestate/config", home);
	return length > 0 && (size_t)length < size;
}

bool config_read(struct options *options, struct ws_error *error)
{
	char standard[4096];
	const char *path = options->config_file ? options->config_file : standard;
	if (!options->config_file && !default_path(standard, sizeof(standard)))
		return true;
	FILE *file = fopen(path, "r");
	/* HOME may belong to another user, as under sudo. */
	if (!file && !options->config_file && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
		return true;
	if (!file)
		return ws_fail(error, WS_ERROR_OPTION, "cannot open %s: %s", path, strerror(errno));
	char *text = options->config =
	        malloc(CONFIG_MAX + 2); /* one more byte than is allowed, to see that there is more, and the NUL */
	const size_t length = text ? fread(text, 1, CONFIG_MAX + 1, file) : 0;
	const int reason = ferror(file) ? errno : 0;
	fclose(file);
	if (!text)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (reason)
		return ws_fail(error, WS_ERROR_OPTION, "cannot read %s: %s", path, strerror(reason));
	return config_parse(options, path, text, length, error);
}
