/* What an HTML page of a connection is made from: tables of strings that occur many times, and the fields of packets.
 * Private to src/export. */
#ifndef EXPORT_HTML_DATA_H
#define EXPORT_HTML_DATA_H

#include <wirestate/packet.h>

#include <stdio.h>

/* Strings in order of first use; each is kept once. */
struct string_table {
	char **string; /* owned */
	size_t count, capacity;
};
void string_table_free(struct string_table *table);
/* The number of a string, which is added when it is new. Returns false when there is no memory. */
bool string_table_add(struct string_table *table, const char *text, size_t *number) WS_CHECKED;

/* Writes text as a JSON string that may stand in a script element: no `<`, `>` or `&` of the text is left in it. */
void html_json_string(FILE *out, const char *text);
/* Writes text as HTML, between tags or in a quoted attribute. */
void html_text(FILE *out, const char *text);

/* A text with numerals is written as [template, numeral, ...], where the template has U+0001 for each numeral, and a
 * text without them as the template's number. Texts that differ only in numbers are kept once. */
bool html_sentence(FILE *out, struct string_table *templates, const char *text) WS_CHECKED;

/* The header fields of the latest packet of one direction, by field number; NULL where it has none. */
struct html_fields {
	struct string_table layers, fields; /* a field is "LAYER\tLABEL", LAYER its number */
	char **value[2];                    /* by direction */
	size_t capacity;
};
void html_fields_free(struct html_fields *fields);
/* Forgets the values of the latest packets: those of another connection follow. */
void html_fields_restart(struct html_fields *fields);
/* Writes [field, value, field, value, ...]: what differs from the packet before in the same direction; a field that
 * this packet lacks has the value null. */
bool html_fields_write(FILE *out, struct html_fields *fields, const struct ws_packet *packet, int direction) WS_CHECKED;

#endif
