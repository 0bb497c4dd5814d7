/* The configuration file, and the value of every option. A value that is accepted is in the range of the option's row;
 * an error has a text that a terminal can show. */
#include "cli/config.h"
#include "target.h"

#include <wirestate/text.h>

#include <stdlib.h>
#include <string.h>

static void check_error(const struct ws_error *error)
{
	if (error->status == WS_OK || !error->text[0])
		abort();
	check_shown(error->text);
}

static void check_options(const struct options *options)
{
	for (int action = 0; action < WS_ACTION_COUNT; action++)
		if (options->keymap.name[action])
			check_shown(options->keymap.name[action]);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *row = &option_rows[i];
		const void *field = (const char *)options + row->offset;
		double value;
		if (row->kind == OPTION_SPEED)
			value = *(const double *)field;
		else if (row->kind == OPTION_SECONDS)
			value = (double)*(const ws_time *)field / (double)WS_SECOND;
		else if (row->kind == OPTION_NUMBER || row->kind == OPTION_SIZE)
			value = (double)*(const uint64_t *)field;
		else
			continue;
		if (row->kind == OPTION_SPEED && value == WS_SPEED_GUIDED)
			continue;
		if (value != 0 && !(value >= row->min && value <= row->max))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_error error = {0};
	struct options options = {.help = false};
	char *text = malloc(size + 1), *value = calloc(1, size + 1);
	ws_keymap_init(&options.keymap);
	if (text && value) {
		memcpy(text, data, size);
		memcpy(value, data, size);
		if (config_parse(&options, "configuration", text, size, &error))
			check_options(&options);
		else
			check_error(&error);
		for (size_t i = 0; i < option_row_count && size < 100; i++) {
			options = (struct options){.help = false};
			error = (struct ws_error){0};
			if (option_rows[i].kind == OPTION_SWITCH)
				continue;
			if (option_value(&option_rows[i], value, &options, &error))
				check_options(&options);
			else
				check_error(&error);
		}
	}
	free(text);
	free(value);
	return 0;
}
