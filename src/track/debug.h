/* --debug-connection: what each input of one connection changed in the facts of both endpoints, and by which rules. */
#ifndef WS_TRACK_DEBUG_H
#define WS_TRACK_DEBUG_H

#include "track/conn.h"

#include <wirestate/text.h>

struct ws_debug {
	uint64_t number; /* of the connection */
	struct ws_text text;
	char buffer[32768]; /* the lines of one call of the tracker; what does not fit is cut */
};

/* Returns NULL without memory. The caller frees it with free(). */
struct ws_debug *ws_debug_create(uint64_t number) WS_CHECKED;
/* Forgets the lines of the last call. */
void ws_debug_begin(struct ws_debug *debug);
/* Returns the line about `input`, which changed the connection's machine from `before` to what it is. The line is
 * NUL-terminated, has no newline, and is valid until ws_debug_begin(). Transitions are those among `events`. */
const char *ws_debug_line(struct ws_debug *debug, const struct ws_conn *conn, const struct ws_machine *before,
                          const struct ws_segment *input, const struct ws_event *events, size_t event_count);

#endif
