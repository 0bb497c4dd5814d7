/* CSV (RFC 4180) of one kind of record. The first line has the names of the columns. A cell is quoted only when it must
 * be; lines end with a bare newline, as Unix tools expect. */
#include "output/internal.h"

#include <string.h>

void csv_header(struct ws_output *output)
{
	for (unsigned kind = 0; kind < WS_RECORD_COUNT; kind++) {
		if (!output_wants(output, kind))
			continue;
		const struct columns *columns = output_columns(kind);
		for (size_t i = 0; i < output_column_count(output, kind); i++) {
			const struct column *column = &columns->column[output_column_index(output, columns, i)];
			if (i)
				ws_text_putc(&output->text, ',');
			if (column->group) {
				ws_text_puts(&output->text, column->group);
				ws_text_putc(&output->text, '_');
			}
			ws_text_puts(&output->text, column->name);
		}
		ws_text_putc(&output->text, '\n');
	}
}

/* Whether a cell must be quoted can be told before it is cleaned: the escapes of ws_text_clean() have neither commas
 * nor quotes, and line breaks become escapes. */
void csv_string(struct ws_text *text, const char *string, size_t length)
{
	if (!memchr(string, ',', length) && !memchr(string, '"', length)) {
		ws_text_clean(text, string, length);
		return;
	}
	ws_text_putc(text, '"');
	for (const char *quote; (quote = memchr(string, '"', length));) {
		const size_t before = (size_t)(quote - string);
		ws_text_clean(text, string, before);
		ws_text_puts(text, "\"\"");
		string += before + 1;
		length -= before + 1;
	}
	ws_text_clean(text, string, length);
	ws_text_putc(text, '"');
}

/* Words; names of points have no spaces, commas and quotes. */
static void csv_list(struct ws_text *text, const struct value *value)
{
	for (size_t i = 0; i < value->list_count; i++) {
		if (i)
			ws_text_putc(text, ' ');
		if (value->kind == VALUE_NAMES)
			ws_text_puts(text, value->names[i]);
		else if (value->numbers[i])
			ws_text_u64(text, value->numbers[i]);
		else
			ws_text_putc(text, '-');
	}
}

void csv_record(struct ws_output *output, const struct subject *subject)
{
	const struct columns *columns = output_columns(subject->kind);
	struct ws_text *text = &output->text;
	struct value value;
	const size_t count = output_column_count(output, subject->kind);
	for (size_t i = 0; i < count; i++) {
		if (i)
			ws_text_putc(text, ',');
		output_value(subject, columns, output_column_index(output, columns, i), &value);
		switch (value.kind) {
		case VALUE_ABSENT:
		case VALUE_NULL:
			break;
		case VALUE_NUMBER:
		case VALUE_BOOLEAN:
			ws_text_u64(text, value.number);
			break;
		case VALUE_SIGNED:
			ws_text_printf(text, "%jd", (intmax_t)value.time);
			break;
		case VALUE_TIME:
			ws_text_time(text, value.time, 9);
			break;
		case VALUE_STRING:
		case VALUE_WORD:
		case VALUE_SHORT:
			csv_string(text, value.string, value.length);
			break;
		case VALUE_ADDRESS:
			ws_text_addr(text, value.address, value.ip_version);
			break;
		case VALUE_MAC:
			ws_text_mac(text, value.mac);
			break;
		case VALUE_DECIMAL:
			ws_text_printf(text, "%.3f", value.decimal);
			break;
		case VALUE_NAMES:
		case VALUE_NUMBERS:
			csv_list(text, &value);
			break;
		case VALUE_RAW: /* without the quotation marks of JSON */
			csv_string(text, value.string + (*value.string == '"'),
			           value.length - (*value.string == '"' ? 2 : 0));
			break;
		}
	}
	ws_text_putc(text, '\n');
}
