/* The fields of the display filter and their values. Private to src/track/filter*.c. */
#ifndef TRACK_FILTER_H
#define TRACK_FILTER_H

#include "track/info.h"

#include <wirestate/filter.h>

enum filter_kind {
	FILTER_ADDRESS,
	FILTER_NUMBER,
	FILTER_SIZE, /* a number that may end in K, M or G */
	FILTER_TIME,
	FILTER_WORD, /* a word of a list, which has no order */
	FILTER_TEXT, /* any text; ~ asks whether it contains another one */
};

enum filter_scope {
	FILTER_EITHER,     /* of an endpoint; one that matches is enough */
	FILTER_SUM,        /* of an endpoint; without a side, the sum of both */
	FILTER_CONNECTION, /* of the connection */
};

#define FILTER_ABSENT INT64_MIN /* less than every value, so that it is in no range */

/* The connection that a filter is run on. */
struct filter_subject {
	const struct ws_conn_info *info;
	const struct ws_judgement *judgement; /* NULL when it has to be computed from `info` */
};

/* Beside enum ws_part: the verdict; and what is known only where several points captured the connection. */
#define FILTER_PART_VERDICT (1u << WS_PART_COUNT)
#define FILTER_PART_POINTS (1u << (WS_PART_COUNT + 1))
/* Of a field that says where the time went. */
#define FILTER_PARTS_OF_SHARES (WS_PART_SHARES | WS_PART_OPENING)

struct filter_field {
	const char *name;
	enum filter_kind kind;
	enum filter_scope scope;
	int64_t (*get)(const struct filter_subject *subject, unsigned endpoint); /* NULL: an address */
	const char *(*word)(unsigned value);                                     /* of WORD; NULL after the last */
	const char *(*alias)(unsigned value);                                    /* another spelling, or NULL */
	int64_t max;
	unsigned parts; /* what `get` reads of a connection: enum ws_part, and the two above */
	const char *meaning;
	const char *(*text)(const struct filter_subject *subject, unsigned endpoint); /* of TEXT; may return NULL */
};

extern const struct filter_field filter_fields[];
extern const unsigned filter_field_count;
enum { FILTER_FIELD_ADDRESS, FILTER_FIELD_PORT, FILTER_FIELD_STATE, FILTER_FIELD_VERDICT }; /* the first rows */

enum { FILTER_LONGEST_VALUE = 64 };

/* A range from `low` to `high`, an address and how many of its bits are compared, or a text. */
struct filter_value {
	int64_t low, high;
	struct ws_addr address;
	uint8_t bits, ip_version;
	char text[FILTER_LONGEST_VALUE];
};

/* Appends which values the field can be compared with. */
void filter_takes(const struct filter_field *field, struct ws_text *text);
/* Returns the word of the field's list, or the field's name, that is spelled almost like this, or NULL. */
const char *filter_similar_word(const struct filter_field *field, const char *text, size_t length);
const char *filter_similar_field(const char *text, size_t length);
/* Returns the field with this name, or NULL. */
const struct filter_field *filter_find(const char *name, size_t length);
bool filter_same_word(const char *word, const char *text, size_t length);

/* filter_values.c: parses a value of the field. Returns false when the text is not one. */
bool filter_value(const struct filter_field *field, const char *text, size_t length, struct filter_value *value);

#endif
