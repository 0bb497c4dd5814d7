/* Reads JSON (RFC 8259) without building a tree: each string, number, true, false and null is handed over with the keys
 * that lead to it. Nothing is allocated, nesting is bounded, and a number is handed over as it is written, because a
 * time in nanoseconds does not fit a double. */
#ifndef WS_BASE_JSON_READER_H
#define WS_BASE_JSON_READER_H

#include <wirestate/types.h>

#include <stddef.h>

enum { WS_JSON_DEPTH = 16 }; /* objects and arrays inside each other */

enum ws_json_kind { WS_JSON_NULL, WS_JSON_FALSE, WS_JSON_TRUE, WS_JSON_NUMBER, WS_JSON_STRING };

struct ws_json_key {
	const char *text; /* as it is written, without quotation marks; NULL: an element of an array */
	size_t length;
	size_t index; /* of that element */
};

struct ws_json_value {
	enum ws_json_kind kind;
	const char *text; /* of a string, decoded, and of a number; terminated by a NUL, and never with one inside */
	size_t length;    /* of `text` */
	const char *raw;  /* as it is written */
	size_t raw_length;
	const struct ws_json_key *key; /* from the outside inwards */
	unsigned depth;                /* how many keys */
};

struct ws_json_problem {
	size_t offset;     /* in bytes, of what is wrong */
	const char *words; /* "a string does not end"; static */
};

/* Returns false to stop. */
typedef bool ws_json_fn(void *context, const struct ws_json_value *value);

/* Reads one object from exactly these bytes. `room` takes length + 1 bytes, and what `text` points to stays valid as
 * long as it. False: the bytes are no object, and `problem` says why; or `fn` has stopped, and problem->words is NULL. */
bool ws_json_read(const char *bytes, size_t length, char *room, ws_json_fn *fn, void *context,
                  struct ws_json_problem *problem) WS_CHECKED;

/* A number without fraction, and a time in seconds; false: it is none, or too large. More than nine decimals are cut. */
bool ws_json_u64(const struct ws_json_value *value, uint64_t *number) WS_CHECKED;
bool ws_json_time(const struct ws_json_value *value, ws_time *time) WS_CHECKED;

#endif
