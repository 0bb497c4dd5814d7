/* JSON records of all kinds except packets: the columns of the kind, in order, grouped into objects. */
#include "output/json_column.h"

#include <stdlib.h>
#include <string.h>

static void write_list(struct ws_text *text, const struct value *value)
{
	ws_text_putc(text, '[');
	for (size_t i = 0; i < value->list_count; i++) {
		if (i)
			ws_text_putc(text, ',');
		if (value->kind == VALUE_NAMES) {
			ws_text_putc(text, '"');
			ws_text_json(text, value->names[i], strlen(value->names[i]));
			ws_text_putc(text, '"');
		} else if (value->numbers[i]) {
			ws_text_u64(text, value->numbers[i]);
		} else {
			ws_text_puts(text, "null");
		}
	}
	ws_text_putc(text, ']');
}

char *json_long_value(struct ws_text *text, char *out, const struct value *value, size_t need)
{
	text->length = (size_t)(out - text->data);
	if (value->kind == VALUE_RAW) {
		ws_text_append(text, value->string, value->length);
	} else if (value->kind == VALUE_DECIMAL) {
		ws_text_printf(text, "%.3f", value->decimal);
	} else if (value->kind == VALUE_NAMES || value->kind == VALUE_NUMBERS) {
		write_list(text, value);
	} else {
		ws_text_putc(text, '"');
		ws_text_json(text, value->string, value->length);
		ws_text_putc(text, '"');
	}
	return output_make_room(text, need);
}

/* The type of a record is the word that --only takes. */
static const char *kind_name(enum ws_record kind)
{
	static const char *const names[] = {
#define X(name, word) word,
	        WS_RECORDS(X)
#undef X
	};
	return names[kind];
}

static void make_column(struct json_column *out, const char *before, const struct column *column)
{
	struct ws_text text = WS_TEXT_OVER(out->text);
	const char *group = column->group;
	const bool same = before == group || (before && group && strcmp(before, group) == 0);
	if (before && !same)
		ws_text_putc(&text, '}');
	ws_text_putc(&text, ',');
	if (group && !same)
		ws_text_printf(&text, "\"%s\":{", group);
	ws_text_printf(&text, "\"%s\":", column->name);
	out->length = (uint8_t)text.length;
}

bool json_create_records(struct output_tables *tables, struct ws_error *error)
{
	size_t count = 0;
	for (enum ws_record kind = 0; kind < WS_RECORD_COUNT; kind++)
		count += output_columns(kind)->several_count + output_columns(kind)->sensor;
	struct json_column *next = calloc(count, sizeof(*next));
	if (!next)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	for (enum ws_record kind = 0; kind < WS_RECORD_COUNT; kind++) {
		const struct columns *columns = output_columns(kind);
		const char *group = NULL;
		tables->column[kind] = next;
		for (size_t i = 0; i < columns->several_count + columns->sensor; group = columns->column[i++].group)
			make_column(next++, group, &columns->column[i]);
	}
	return json_usual_columns(tables) || ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
}

/* Returns where `need` bytes can be written after `out`. */
static inline char *json_room(struct ws_text *text, char *out, size_t need)
{
	text->length = (size_t)(out - text->data);
	return output_make_room(text, need);
}

/* Writes one column: what is in front of its value, and the value. */
static inline char *put_column(struct ws_text *text, char *out, const struct json_column *prefix,
                               const struct value *value)
{
	enum { SHORT = 32 }; /* most are; longer ones are copied in full */
	if (value->kind == VALUE_ABSENT)
		return out;
	out = json_room(text, out, sizeof(prefix->text) + JSON_VALUE_MOST);
	memcpy(out, prefix->text, SHORT);
	if (prefix->length > SHORT)
		memcpy(out + SHORT, prefix->text + SHORT, sizeof(prefix->text) - SHORT);
	return json_put_value(text, out + prefix->length, value, 0);
}

void json_record(struct ws_output *output, const struct subject *subject)
{
	const struct columns *columns = output_columns(subject->kind);
	const struct json_column *prefixes = output->tables->column[subject->kind];
	struct ws_text *text = &output->text;
	ws_text_append(text, "{\"type\":\"", 9);
	ws_text_puts(text, kind_name(subject->kind));
	ws_text_putc(text, '"');
	const size_t count = output_column_count(output, subject->kind);
	size_t place = 0;
	/* Some values of a connection of records are passed on. */
	if (subject->kind == WS_RECORD_CONNECTION && !subject->conn->stated.sensor) {
		json_connection(output, subject);
		place = columns->count;
	}
	struct value value;
	char *out = text->data + text->length;
	for (; place < count; place++) {
		const size_t index = output_column_index(output, columns, place);
		output_value(subject, columns, index, &value);
		out = put_column(text, out, &prefixes[index], &value);
	}
	text->length = (size_t)(out - text->data);
	ws_text_puts(text, columns->column[output_column_index(output, columns, count - 1)].group ? "}}\n" : "}\n");
}
