/* See html_data.h. A page should stay small enough to be sent by mail: at most 300 bytes a segment. So a sentence is
 * kept once for all numbers in it, and a header field is written only where it changes. */
#include "export/html_data.h"

#include <wirestate/language.h>
#include <wirestate/text.h>

#include <stdlib.h>
#include <string.h>

enum { TEXT = 512 };

static bool array_reserve(void *array, size_t *capacity, size_t count, size_t size)
{
	void **const at = array;
	if (count <= *capacity)
		return true;
	const size_t more = count < 32 ? 64 : 2 * count;
	char *bytes = realloc(*at, more * size);
	if (!bytes)
		return false;
	memset(bytes + *capacity * size, 0, (more - *capacity) * size);
	*at = bytes;
	*capacity = more;
	return true;
}

void string_table_free(struct string_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->string[i]);
	free(table->string);
	*table = (struct string_table){0};
}

bool string_table_add(struct string_table *table, const char *text, size_t *number)
{
	for (*number = 0; *number < table->count; ++*number)
		if (strcmp(table->string[*number], text) == 0)
			return true;
	char *copy = array_reserve(&table->string, &table->capacity, table->count + 1, sizeof(*table->string))
	                     ? strdup(text)
	                     : NULL;
	if (!copy)
		return false;
	table->string[table->count++] = copy;
	return true;
}

void html_json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (size_t length; *text; text += length) {
		char buffer[4 * TEXT];
		struct ws_text json = WS_TEXT_OVER(buffer);
		length = strnlen(text, TEXT / 2);
		while (length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--; /* not in the middle of a character */
		ws_text_json(&json, text, length);
		for (size_t i = 0; i < json.length; i++) {
			const char byte = json.data[i];
			if (byte == '<' || byte == '>' || byte == '&')
				fprintf(out, "\\u%04x", (unsigned)byte);
			else
				fputc(byte, out);
		}
	}
	fputc('"', out);
}

void html_text(FILE *out, const char *text)
{
	char buffer[4 * TEXT];
	struct ws_text clean = WS_TEXT_OVER(buffer);
	ws_text_clean(&clean, text, strlen(text));
	for (size_t i = 0; i < clean.length; i++) {
		const char byte = clean.data[i];
		if (strchr("<>&\"'", byte))
			fprintf(out, "&#%d;", byte);
		else
			fputc(byte, out);
	}
}

static size_t numeral_length(const char *text)
{
	return strspn(text, "0123456789");
}

/* As a JSON number where that keeps all digits, else as a string. */
static void write_numeral(FILE *out, const char *digits, size_t length)
{
	const bool plain = length <= 15 && (digits[0] != '0' || length == 1);
	fprintf(out, plain ? ",%.*s" : ",\"%.*s\"", (int)length, digits);
}

bool html_sentence(FILE *out, struct string_table *templates, const char *text)
{
	char template[TEXT + 1];
	size_t length = 0, numerals = 0, number;
	for (const char *at = text; *at && length < TEXT;) {
		const size_t digits = numeral_length(at);
		template[length++] = digits ? '\1' : *at;
		numerals += digits > 0;
		at += digits ? digits : 1;
	}
	template[length] = '\0';
	if (!string_table_add(templates, template, &number))
		return false;
	fprintf(out, numerals ? "[%zu" : "%zu", number);
	for (const char *at = text; numerals; at++) {
		const size_t digits = numeral_length(at);
		if (!digits)
			continue;
		write_numeral(out, at, digits);
		at += digits - 1;
		if (--numerals == 0)
			fputc(']', out);
	}
	return true;
}

/* ---- Fields */

void html_fields_free(struct html_fields *fields)
{
	string_table_free(&fields->layers);
	string_table_free(&fields->fields);
	for (int direction = 0; direction < 2; direction++) {
		for (size_t i = 0; fields->value[direction] && i < fields->capacity; i++)
			free(fields->value[direction][i]);
		free(fields->value[direction]);
	}
	*fields = (struct html_fields){0};
}

void html_fields_restart(struct html_fields *fields)
{
	for (int direction = 0; direction < 2; direction++) {
		for (size_t i = 0; fields->value[direction] && i < fields->capacity; i++) {
			free(fields->value[direction][i]);
			fields->value[direction][i] = NULL;
		}
	}
}

/* One packet's fields while they are written. */
struct field_writer {
	FILE *out;
	struct html_fields *fields;
	char **value; /* of the direction */
	bool *seen;   /* by field number */
	size_t layer;
	bool first, failed;
};

static bool writer_reserve(struct field_writer *writer, int direction, size_t count)
{
	struct html_fields *fields = writer->fields;
	size_t one = fields->capacity, other = fields->capacity, marks = fields->capacity;
	if (count <= fields->capacity)
		return true;
	if (!array_reserve(&fields->value[direction], &one, count, sizeof(char *)) ||
	    !array_reserve(&fields->value[!direction], &other, count, sizeof(char *)) ||
	    !array_reserve(&writer->seen, &marks, count, sizeof(bool)))
		return false;
	fields->capacity = one;
	writer->value = fields->value[direction];
	return true;
}

static void write_pair(struct field_writer *writer, size_t number, const char *value)
{
	fprintf(writer->out, writer->first ? "%zu," : ",%zu,", number);
	writer->first = false;
	if (!value)
		fputs("null", writer->out);
	else if (value[0] && strlen(value) <= 15 && (value[0] != '0' || !value[1]) && !value[numeral_length(value)])
		fputs(value, writer->out);
	else
		html_json_string(writer->out, value);
}

static void write_field(struct field_writer *writer, int direction, const char *label, const char *value)
{
	char key[TEXT];
	size_t number;
	snprintf(key, sizeof(key), "%zu\t%s", writer->layer, label);
	if (!string_table_add(&writer->fields->fields, key, &number) ||
	    !writer_reserve(writer, direction, number + 1)) {
		writer->failed = true;
		return;
	}
	char **kept = &writer->value[number];
	writer->seen[number] = true;
	if (*kept && strcmp(*kept, value) == 0)
		return;
	free(*kept);
	*kept = strdup(value);
	writer->failed = writer->failed || !*kept;
	write_pair(writer, number, value);
}

static void write_options(struct field_writer *writer, int direction, const struct ws_packet *packet,
                          const struct ws_layer *layer)
{
	struct ws_option option;
	uint32_t cursor = 0;
	unsigned count = 0;
	while (ws_option_next(packet, layer, &cursor, &option)) {
		char label[64], words[TEXT];
		struct ws_text text = WS_TEXT_OVER(words);
		snprintf(label, sizeof(label), _("option %u"), ++count);
		ws_text_puts(&text, _(option.label));
		ws_text_putc(&text, ' ');
		ws_option_text(&text, layer, &option);
		write_field(writer, direction, label, ws_text_cstr(&text));
	}
}

/* "IPv4", "quoted IPv4", and for a header that stands in a packet more than once "802.1Q tag (2)". */
static void write_layer_label(char *label, size_t size, const struct ws_packet *packet, unsigned index)
{
	const struct ws_layer *layer = &packet->layer[index];
	unsigned number = 1;
	for (unsigned i = 0; i < index; i++)
		number += packet->layer[i].header == layer->header && packet->layer[i].quoted == layer->quoted;
	const int length =
	        snprintf(label, size, layer->quoted ? _("quoted %s") : "%s", _(ws_header_info(layer->header)->label));
	if (number > 1)
		snprintf(label + length, size - (size_t)length, " (%u)", number);
}

static void write_layer(struct field_writer *writer, int direction, const struct ws_packet *packet, unsigned index)
{
	const struct ws_layer *layer = &packet->layer[index];
	const struct ws_header_info *info = ws_header_info(layer->header);
	char label[96], words[TEXT];
	struct ws_value value;
	write_layer_label(label, sizeof(label), packet, index);
	if (!string_table_add(&writer->fields->layers, label, &writer->layer)) {
		writer->failed = true;
		return;
	}
	snprintf(words, sizeof(words), ws_translate_plural("%u byte", "%u bytes", layer->length), layer->length);
	write_field(writer, direction, _("length"), words);
	if (layer->header == WS_HEADER_PAYLOAD || layer->header == WS_HEADER_PADDING)
		return;
	for (size_t i = 0; i < info->field_count; i++) {
		const struct ws_field *field = &info->fields[i];
		struct ws_text text = WS_TEXT_OVER(words);
		if (!ws_field_value(packet, layer, field, &value))
			continue;
		if (field->kind == WS_FIELD_OPTIONS) {
			write_options(writer, direction, packet, layer);
			continue;
		}
		ws_field_text(&text, packet, layer, field, &value);
		write_field(writer, direction, _(field->label), ws_text_cstr(&text));
	}
}

bool html_fields_write(FILE *out, struct html_fields *fields, const struct ws_packet *packet, int direction)
{
	struct field_writer writer = {.out = out, .fields = fields, .value = fields->value[direction], .first = true};
	if (fields->capacity && !(writer.seen = calloc(fields->capacity, sizeof(bool))))
		return false;
	fputc('[', out);
	for (unsigned i = 0; i < packet->layer_count && !writer.failed; i++)
		write_layer(&writer, direction, packet, i);
	for (size_t i = 0; i < fields->fields.count && !writer.failed; i++) {
		if (!writer.value[i] || writer.seen[i])
			continue;
		free(writer.value[i]);
		writer.value[i] = NULL;
		write_pair(&writer, i, NULL);
	}
	fputc(']', out);
	free(writer.seen);
	return !writer.failed;
}
