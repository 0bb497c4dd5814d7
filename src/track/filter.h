/* Inside the display filter: fields and their values. Private to src/track/filter*.c. */
#ifndef TRACK_FILTER_H
#define TRACK_FILTER_H

#include "track/info.h"

#include <wirestate/filter.h>

enum filter_kind {
	FILTER_ADDRESS,
	FILTER_NUMBER,
	FILTER_SIZE, /* a number that may end in K, M or G */
	FILTER_TIME,
	FILTER_WORD, /* one of a list: no order */
};

enum filter_scope {
	FILTER_EITHER,     /* of an endpoint: one that fits is enough */
	FILTER_SUM,        /* of an endpoint: the sum of both */
	FILTER_CONNECTION, /* of the connection */
};

#define FILTER_ABSENT INT64_MIN /* below every value, so that no range holds it */

/* The connection that is asked about. */
struct filter_subject {
	const struct ws_conn_info *info;
	const struct ws_judgement *judgement; /* NULL: to be made from `info` */
};

#define FILTER_PART_VERDICT (1u << WS_PART_COUNT) /* beside enum ws_part */

struct filter_field {
	const char *name;
	enum filter_kind kind;
	enum filter_scope scope;
	int64_t (*get)(const struct filter_subject *subject, unsigned endpoint); /* NULL: an address */
	const char *(*word)(unsigned value);                                     /* of WORD: NULL behind the last */
	const char *(*alias)(unsigned value);                                    /* another spelling, or NULL */
	int64_t max;
	unsigned parts; /* of a connection that `get` reads: enum ws_part, FILTER_PART_VERDICT */
	const char *meaning;
};

extern const struct filter_field filter_fields[];
extern const unsigned filter_field_count;
enum { FILTER_FIELD_ADDRESS, FILTER_FIELD_PORT, FILTER_FIELD_STATE, FILTER_FIELD_VERDICT }; /* the first rows */

/* From `low` to `high`, or an address and how many of its bits count. */
struct filter_value {
	int64_t low, high;
	struct ws_addr address;
	uint8_t bits, ip_version;
};

/* Reads one value of the field. False: it is none. */
bool filter_value(const struct filter_field *field, const char *text, size_t length, struct filter_value *value);
/* What the field takes, in words. */
void filter_takes(const struct filter_field *field, struct ws_text *text);
/* The word of the field's list, or the field's name, that is spelled nearly like this; NULL: none is. */
const char *filter_similar_word(const struct filter_field *field, const char *text, size_t length);
const char *filter_similar_field(const char *text, size_t length);
/* The field that is called so, or NULL. */
const struct filter_field *filter_find(const char *name, size_t length);
bool filter_same_word(const char *word, const char *text, size_t length);

#endif
