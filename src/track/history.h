/* The inputs of every connection, which are kept for replay. Their memory is bounded; when it is used up, the history
 * of the oldest connections is dropped first. */
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
	uint64_t dropped;     /* inputs that were dropped */
};

/* Appends an input. Returns false when the limit is reached; then drop the history of others and try again. */
bool ws_history_add(struct ws_history *history, struct ws_conn *conn, const struct ws_segment *input) WS_CHECKED;
/* Drops a connection's history, and keeps nothing of it from then on. */
void ws_history_drop(struct ws_history *history, struct ws_conn *conn);
/* Frees a connection's history when the connection is removed. */
void ws_history_free(struct ws_history *history, struct ws_conn *conn);

#endif
