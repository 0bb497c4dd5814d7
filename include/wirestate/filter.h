/* The display filter: a question about a connection, compiled once and asked of many. A pure function of its text.
 *
 *   expression: term { or term }            or, ||      weakest
 *   term:       factor { and factor }       and, &&
 *   factor:     not factor | ( expression ) | test      not, !
 *   test:       field operator value | field in { value, value } | field in value | value
 *
 * Operators: == != < <= > >= in; a value may be a range, 10..20. An address, a port, a state or a verdict alone is a
 * test too. A field of an endpoint may have client. or server. in front. Without it, one endpoint that fits is enough
 * for address, port and state, and counts are those of both together. `a != b` is `not a == b`. */
#ifndef WIRESTATE_FILTER_H
#define WIRESTATE_FILTER_H

#include <wirestate/track.h>

struct ws_filter; /* opaque */

/* What is wrong and what would be right, and the bytes of the text that it is about; a length of 0: the place behind
 * its end. */
struct ws_filter_error {
	char text[256];
	size_t start, length;
};

/* NULL: the text is no filter, or memory is short. A text of nothing but spaces fits every connection. */
struct ws_filter *ws_filter_compile(const char *text, struct ws_filter_error *error) WS_CHECKED;
void ws_filter_free(struct ws_filter *filter);
bool ws_filter_match(const struct ws_filter *filter, const struct ws_conn_info *info);
/* The same asked of at most `count` connections from `rank` on, of each only what the filter names: the ids of those
 * that fit go to `ids`, in order, with room for `count`. How many fit. */
size_t ws_filter_pick(const struct ws_filter *filter, const struct ws_tracker *tracker, size_t rank, size_t count,
                      ws_conn_id *ids);

/* The fields, for help and the manual. False: `index` is behind the last. */
struct ws_filter_field {
	const char *name, *meaning;
	bool of_endpoint; /* takes client. and server. in front */
	char takes[256];  /* what may be compared with it */
};
bool ws_filter_field(size_t index, struct ws_filter_field *field) WS_CHECKED;

#endif
