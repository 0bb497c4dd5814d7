/* JSON records of all kinds except packets: the columns of the kind, in order, grouped into objects. */
#include "base/put.h"
#include "output/columns.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_MOST = 64 }; /* the most bytes of any value except a long string */

static inline char *json_put(char *out, const char *bytes, size_t length)
{
	memcpy(out, bytes, length);
	return out + length;
}

static inline char *json_put_quoted(char *out, const char *bytes, size_t length)
{
	*out++ = '"';
	out = json_put(out, bytes, length);
	*out++ = '"';
	return out;
}

/* Writes a value of at most VALUE_MOST bytes. NULL: it may be longer, and nothing is written. */
static inline char *put_value(char *out, const struct value *value)
{
	switch (value->kind) {
	case VALUE_NUMBER:
		return ws_put_u64(out, value->number);
	case VALUE_BOOLEAN:
		return value->number ? json_put(out, "true", 4) : json_put(out, "false", 5);
	case VALUE_SIGNED:
		if (value->time < 0)
			*out++ = '-';
		return ws_put_u64(out, value->time < 0 ? -(uint64_t)value->time : (uint64_t)value->time);
	case VALUE_TIME:
		return value->time ? ws_put_time(out, value->time, 9) : json_put(out, "0.000000000", 11);
	case VALUE_ADDRESS:
		*out++ = '"';
		out = ws_put_addr(out, value->address, value->ip_version);
		*out++ = '"';
		return out;
	case VALUE_MAC:
		*out++ = '"';
		out = ws_put_mac(out, value->mac);
		*out++ = '"';
		return out;
	case VALUE_WORD:
		return value->length + 2 <= VALUE_MOST ? json_put_quoted(out, value->string, value->length) : NULL;
	case VALUE_ABSENT:
	case VALUE_NULL:
		return json_put(out, "null", 4);
	case VALUE_STRING:
	case VALUE_DECIMAL:
	case VALUE_NAMES:
	case VALUE_NUMBERS:
	case VALUE_RAW:
		break;
	}
	return NULL;
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

/* Writes a value for which put_value() does not know the length. */
static void write_value(struct ws_text *text, const struct value *value)
{
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

/* Makes the text of the columns from `first` on that have the same test, as in a record in which it is true. */
static void make_run(struct json_column *out, const struct columns *columns, size_t first, struct ws_text *text)
{
	const struct column *column = &columns->column[first], *end = &columns->column[columns->count];
	const struct subject *subject = &output_usual_connection;
	const size_t start = text->length;
	struct value value;
	size_t count = 0;
	for (; &column[count] < end && column[count].usual == column->usual; count++) {
		value.kind = VALUE_ABSENT;
		column[count].get(subject, column[count].index, &value);
		if (value.kind == VALUE_ABSENT)
			continue;
		char made[VALUE_MOST], *made_end = put_value(made, &value);
		ws_text_append(text, out[count].text, out[count].length);
		ws_text_append(text, made, made_end ? (size_t)(made_end - made) : 0);
	}
	out->run_text = text->data + start;
	out->run_length = (uint16_t)(text->length - start);
	out->run = (uint8_t)count;
}

/* The texts of the runs are after the columns, in the same memory. */
bool json_create_records(struct output_tables *tables, struct ws_error *error)
{
	enum { RUNS = 4096 };
	size_t count = 0;
	for (enum ws_record kind = 0; kind < WS_RECORD_COUNT; kind++)
		count += output_columns(kind)->several_count + output_columns(kind)->sensor;
	struct json_column *next = calloc(1, count * sizeof(*next) + RUNS);
	if (!next)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	struct ws_text runs = {.data = (char *)(next + count), .capacity = RUNS};
	for (enum ws_record kind = 0; kind < WS_RECORD_COUNT; kind++) {
		const struct columns *columns = output_columns(kind);
		const char *group = NULL;
		tables->column[kind] = next;
		for (size_t i = 0; i < columns->several_count + columns->sensor; group = columns->column[i++].group)
			make_column(next++, group, &columns->column[i]);
		for (size_t i = 0; i < columns->count; i++) {
			const struct column *column = &columns->column[i];
			if (column->usual && (!i || column[-1].usual != column->usual))
				make_run(&tables->column[kind][i], columns, i, &runs);
		}
	}
	return !runs.overflow || ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
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
	out = json_room(text, out, sizeof(prefix->text) + VALUE_MOST);
	memcpy(out, prefix->text, SHORT);
	if (prefix->length > SHORT)
		memcpy(out + SHORT, prefix->text + SHORT, sizeof(prefix->text) - SHORT);
	out += prefix->length;
	char *end = put_value(out, value);
	if (end)
		return end;
	text->length = (size_t)(out - text->data);
	write_value(text, value);
	return text->data + text->length;
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
	const size_t most = output->options.several ? columns->several_count : columns->count;
	const struct column *column = columns->column, *const end = column + most;
	/* Some values of a connection of records are passed on. */
	const bool passed_on = subject->kind == WS_RECORD_CONNECTION && subject->conn->stated.sensor;
	const bool runs = subject->kind == WS_RECORD_CONNECTION && !passed_on;
	struct value value;
	char *out = text->data + text->length;
	for (const struct json_column *prefix = prefixes; column < end; column++, prefix++) {
		if (prefix->run && runs && column->usual(subject, column->index)) {
			const unsigned skipped = prefix->run - 1u;
			out = json_room(text, out, prefix->run_length);
			memcpy(out, prefix->run_text, prefix->run_length);
			out += prefix->run_length;
			column += skipped;
			prefix += skipped;
			continue;
		}
		if (passed_on) {
			output_value(subject, columns, (size_t)(column - columns->column), &value);
		} else {
			value.kind = VALUE_ABSENT;
			column->get(subject, column->index, &value);
		}
		out = put_column(text, out, prefix, &value);
	}
	if (count > most) {
		output_value(subject, columns, columns->several_count, &value);
		out = put_column(text, out, &prefixes[columns->several_count], &value);
	}
	text->length = (size_t)(out - text->data);
	ws_text_puts(text, columns->column[output_column_index(output, columns, count - 1)].group ? "}}\n" : "}\n");
}
