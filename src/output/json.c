/* JSON records of everything but packets: the columns of the kind, in order, grouped into objects. */
#include "internal.h"

#include <string.h>

static void json_value(struct ws_text *text, const struct value *value)
{
	bool quoted = value->kind == VALUE_STRING || value->kind == VALUE_ADDRESS || value->kind == VALUE_MAC;
	if (quoted)
		ws_text_putc(text, '"');
	switch (value->kind) {
	case VALUE_ABSENT:
	case VALUE_NULL:
		ws_text_append(text, "null", 4);
		break;
	case VALUE_NUMBER:
		ws_text_u64(text, value->number);
		break;
	case VALUE_BOOLEAN:
		ws_text_puts(text, value->number ? "true" : "false");
		break;
	case VALUE_TIME:
		ws_text_time(text, value->time, 9);
		break;
	case VALUE_STRING:
		ws_text_json(text, value->string, value->length);
		break;
	case VALUE_ADDRESS:
		ws_text_addr(text, value->address, value->ip_version);
		break;
	case VALUE_MAC:
		ws_text_mac(text, value->mac);
		break;
	}
	if (quoted)
		ws_text_putc(text, '"');
}

static void json_name(struct ws_text *text, const char *name)
{
	ws_text_putc(text, '"');
	ws_text_puts(text, name);
	ws_text_append(text, "\":", 2);
}

/* The names that --only takes are the types of the records. */
static const char *kind_name(enum ws_record kind)
{
	static const char *const names[] = {
#define X(name, word) word,
	        WS_RECORDS(X)
#undef X
	};
	return names[kind];
}

void json_record(struct ws_output *output, const struct subject *subject)
{
	const struct columns *columns = output_columns(subject->kind);
	struct ws_text *text = &output->text;
	const char *group = NULL;
	struct value value;
	ws_text_append(text, "{\"type\":\"", 9);
	ws_text_puts(text, kind_name(subject->kind));
	ws_text_putc(text, '"');
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->column[i];
		value.kind = VALUE_ABSENT;
		column->get(subject, column->index, &value);
		if (value.kind == VALUE_ABSENT)
			continue;
		bool same = group && column->group && strcmp(group, column->group) == 0;
		if (group && !same)
			ws_text_putc(text, '}');
		ws_text_putc(text, ',');
		if (column->group && !same) {
			json_name(text, column->group);
			ws_text_putc(text, '{');
		}
		group = column->group;
		json_name(text, column->name);
		json_value(text, &value);
	}
	ws_text_puts(text, group ? "}}\n" : "}\n");
}
