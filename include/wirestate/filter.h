/* The display filter: a condition on connections, compiled once and tested often. Its result depends on its text alone.
 *
 *   expression: term { or term }            or, ||      weakest
 *   term:       factor { and factor }       and, &&
 *   factor:     not factor | ( expression ) | test      not, !
 *   test:       field operator value | field in { value, value } | field in value | value
 *
 * Operators are == != < <= > >= and in; a value may be a range, 10..20. A text is compared in upper or lower case, with
 * ==,
 * != or in, and `field ~ text` asks whether it contains the other; quotation marks may be around it. An address, a
 * port, a state or a verdict alone is a test too. A field of an endpoint may have client. or server. in front. Without
 * the prefix, an address, port or state test is true when one endpoint matches, and counts are the sum of both
 * endpoints. `a != b` is `not a == b`. */
#ifndef WIRESTATE_FILTER_H
#define WIRESTATE_FILTER_H

#include <wirestate/track.h>

struct ws_filter; /* opaque */

/* What is wrong and what would be right, and which bytes of the text that concerns. A `length` of 0 means the end of
 * the text. */
struct ws_filter_error {
	char text[256];
	size_t start, length;
};

/* Returns NULL when the text is not a filter, or memory is short. A text of only spaces matches every connection. */
struct ws_filter *ws_filter_compile(const char *text, struct ws_filter_error *error) WS_CHECKED;
void ws_filter_free(struct ws_filter *filter);
bool ws_filter_match(const struct ws_filter *filter, const struct ws_conn_info *info);
/* It names times of exchanges, so a tracker without history needs the configuration's `exchanges`. */
bool ws_filter_asks_for_exchanges(const struct ws_filter *filter);
/* The first field that it names of those that are known only where several points captured a connection; NULL: none. */
const char *ws_filter_of_points(const struct ws_filter *filter);
/* Appends why it matches nothing where one point has captured: "lost is known only …". */
void ws_filter_of_points_words(struct ws_text *text, const char *field);
/* The first field that it names of those that say where the time went; NULL: none. */
const char *ws_filter_of_shares(const struct ws_filter *filter);
/* Tests at most `count` connections from `rank` on, and reads of each only what the filter names. The ids of those that
 * match go to `ids`, in order; it has room for `count`. Returns how many match. */
size_t ws_filter_pick(const struct ws_filter *filter, const struct ws_tracker *tracker, size_t rank, size_t count,
                      ws_conn_id *ids);

/* The fields, for help and the manual. Returns false when there is no field with this index. */
struct ws_filter_field {
	const char *name, *meaning;
	bool of_endpoint; /* takes client. and server. in front */
	char takes[256];  /* what it may be compared with */
};
bool ws_filter_field(size_t index, struct ws_filter_field *field) WS_CHECKED;

#endif
