/* JSON records of all kinds except packets: the columns of the kind, in order, grouped into objects. */
#include "base/put.h"
#include "output/internal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_MOST = 64 }; /* the most bytes of any value except a long string */

static inline char *json_put(char *out, const char *bytes, size_t length)
{
	memcpy(out, bytes, length);
	return out + length;
}

static char *put_value(char *out, const struct value *value)
{
	bool quoted = value->kind == VALUE_ADDRESS || value->kind == VALUE_MAC || value->kind == VALUE_WORD;
	if (quoted)
		*out++ = '"';
	switch (value->kind) {
	case VALUE_NUMBER:
		out = ws_put_u64(out, value->number);
		break;
	case VALUE_BOOLEAN:
		out = value->number ? json_put(out, "true", 4) : json_put(out, "false", 5);
		break;
	case VALUE_SIGNED:
		if (value->time < 0)
			*out++ = '-';
		out = ws_put_u64(out, value->time < 0 ? -(uint64_t)value->time : (uint64_t)value->time);
		break;
	case VALUE_TIME:
		out = ws_put_time(out, value->time, 9);
		break;
	case VALUE_ADDRESS:
		out = ws_put_addr(out, value->address, value->ip_version);
		break;
	case VALUE_MAC:
		out = ws_put_mac(out, value->mac);
		break;
	case VALUE_WORD:
		out = json_put(out, value->string, value->length);
		break;
	case VALUE_ABSENT:
	case VALUE_NULL:
	case VALUE_STRING:
	case VALUE_DECIMAL:
	case VALUE_NAMES:
	case VALUE_NUMBERS:
	case VALUE_RAW:
		out = json_put(out, "null", 4);
		break;
	}
	if (quoted)
		*out++ = '"';
	return out;
}

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

static void write_value(struct ws_text *text, char *out, const struct value *value)
{
	if (value->kind == VALUE_RAW) {
		text->length = (size_t)(out - text->data);
		ws_text_append(text, value->string, value->length);
		return;
	}
	if (value->kind == VALUE_DECIMAL || value->kind == VALUE_NAMES || value->kind == VALUE_NUMBERS) {
		text->length = (size_t)(out - text->data);
		if (value->kind == VALUE_DECIMAL)
			ws_text_printf(text, "%.3f", value->decimal);
		else
			write_list(text, value);
		return;
	}
	bool string = value->kind == VALUE_STRING || (value->kind == VALUE_WORD && value->length + 2 > VALUE_MOST);
	if (!string) {
		text->length = (size_t)(put_value(out, value) - text->data);
		return;
	}
	*out++ = '"';
	text->length = (size_t)(out - text->data);
	ws_text_json(text, value->string, value->length);
	ws_text_putc(text, '"');
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
	return true;
}

void json_record(struct ws_output *output, const struct subject *subject)
{
	const struct columns *columns = output_columns(subject->kind);
	const struct json_column *prefix = output->tables->column[subject->kind];
	struct ws_text *text = &output->text;
	struct value value;
	ws_text_append(text, "{\"type\":\"", 9);
	ws_text_puts(text, kind_name(subject->kind));
	ws_text_putc(text, '"');
	const size_t count = output_column_count(output, subject->kind);
	for (size_t i = 0; i < count; i++) {
		const size_t index = output_column_index(output, columns, i);
		output_value(subject, columns, index, &value);
		if (value.kind == VALUE_ABSENT)
			continue;
		char *out = output_make_room(text, sizeof(prefix->text) + VALUE_MOST);
		memcpy(out, prefix[index].text, sizeof(prefix[index].text));
		write_value(text, out + prefix[index].length, &value);
	}
	ws_text_puts(text, columns->column[output_column_index(output, columns, count - 1)].group ? "}}\n" : "}\n");
}
