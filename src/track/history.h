/* Every connection's inputs, kept so that its past can be played again. Bounded: when memory is short, the oldest
 * connections' pasts are given up first. */
#ifndef WS_TRACK_HISTORY_H
#define WS_TRACK_HISTORY_H

#include "track/conn.h"

#define WS_HISTORY_CHUNK 32 /* inputs in a chunk; the first chunk of a connection is smaller */

struct ws_history_chunk {
	struct ws_history_chunk *next;
	uint16_t count, capacity;
	struct ws_segment input[];
};

struct ws_history {
	uint64_t limit, used; /* bytes */
	uint64_t dropped;     /* inputs no longer kept */
};

/* Appends; false when there is no room within the limit: then ws_history_drop() others and try again. */
bool ws_history_add(struct ws_history *history, struct ws_conn *conn, const struct ws_segment *input) WS_CHECKED;
/* Gives up a connection's past, and keeps nothing of it from then on. */
void ws_history_drop(struct ws_history *history, struct ws_conn *conn);
/* Frees it when the connection itself goes. */
void ws_history_free(struct ws_history *history, struct ws_conn *conn);

#endif
