/* Values of columns as JSON: what json.c and the JSON of a connection in columns_conn.c share. */
#ifndef WS_OUTPUT_JSON_COLUMN_H
#define WS_OUTPUT_JSON_COLUMN_H

#include "base/put.h"
#include "output/columns.h"

enum {
	/* The most bytes of any value that json_value() writes. */
	JSON_VALUE_MOST = 2 + sizeof(((struct value *)0)->composed),
	JSON_LIST_MOST = 16384, /* of the columns of a connection, without values that json_long_value() writes */
};

/* Writes a value for which json_value() does not know the length. After it there is room for `need` bytes. */
char *json_long_value(struct ws_text *text, char *out, const struct value *value, size_t need);

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

/* Writes a value of at most JSON_VALUE_MOST bytes. NULL: it may be longer, and nothing is written. */
COLUMN_INLINE char *json_value(char *out, const struct value *value)
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
	case VALUE_SHORT:
		*out++ = '"';
		memcpy(out, value->string, sizeof(struct word));
		out += value->length;
		*out++ = '"';
		return out;
	case VALUE_WORD:
		return value->length <= sizeof(value->composed) ? json_put_quoted(out, value->string, value->length)
		                                                : NULL;
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

/* Writes any value, where there is room for JSON_VALUE_MOST bytes. After a longer one there is room for `need`. */
COLUMN_INLINE char *json_put_value(struct ws_text *text, char *out, const struct value *value, size_t need)
{
	char *end = json_value(out, value);
	return end ? end : json_long_value(text, out, value, need);
}

/* ---- columns_conn.c */

/* Formats what the columns of a connection usually are, once. False: there is no room for them. */
bool json_usual_columns(struct output_tables *tables) WS_CHECKED;
/* Writes the columns of a connection that was tracked here, but for those of several points. */
void json_connection(struct ws_output *output, const struct subject *subject);

#endif
