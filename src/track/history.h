/* The inputs of every connection, which are kept for replay, packed. Their memory is bounded; when it is used up, the
 * history of the oldest connections is dropped first. */
#ifndef WS_TRACK_HISTORY_H
#define WS_TRACK_HISTORY_H

#include "track/conn.h"

/* What the inputs so far say of the next one, which is kept as its difference from that. */
struct ws_history_past {
	ws_time time;
	uint64_t frame, position;
	uint32_t next[2]; /* by sender: the number after its last segment */
	uint32_t tsval[2];
	uint32_t interface;
	uint16_t window[2], identification[2];
	uint16_t vlan;
	uint8_t ttl[2];
};

struct ws_history_chunk {
	struct ws_history_chunk *next;
	uint32_t used; /* bytes; 0 while inputs are added */
	uint32_t capacity;
	uint8_t bytes[];
};

/* The inputs of one connection. */
struct ws_history_log {
	struct ws_history_past past; /* of the next input that is added */
	const uint8_t *end;          /* of the last chunk; up to here is what adding an input mostly needs */
	struct ws_history_chunk *tail;
	struct ws_history_chunk first;
};

/* A place in a connection's history. Zeroed memory is its beginning. */
struct ws_history_cursor {
	const struct ws_history_chunk *chunk;
	uint32_t offset; /* of the next input in it */
	struct ws_history_past past;
};

/* What a replay cannot know from a connection's inputs. Most connections have none of it. */
struct ws_history_extra {
	struct ws_analyser
	        start; /* the analysis before the first input: that of the connection before on these ports */
	/* Where the capture's clock had been set back, so that a deadline counts from `now` and not from the stamp of
	 * the input with this number. In order of the inputs. */
	struct ws_history_clock {
		size_t input;
		ws_time now;
	} * clock;
	size_t clock_count;
	/* The blocks that segments acknowledged selectively, in order; the inputs have only the highest edge. */
	struct ws_history_sack {
		uint64_t frame;
		uint32_t count;
		struct ws_sack_block block[4];
	} * sack;
	size_t sack_count, sack_room;
};

struct ws_history {
	uint64_t limit, used; /* bytes */
	uint64_t dropped;     /* inputs that were dropped */
};

/* Appends an input. Returns false when the limit is reached; then drop the history of others and try again. */
bool ws_history_add(struct ws_history *history, struct ws_conn *conn, const struct ws_segment *input) WS_CHECKED;
/* Begins to load what ws_history_add() will write to. */
void ws_history_prefetch(const struct ws_conn *conn);
/* Reads the input at the cursor, and moves the cursor to the next one. False: there are no more so far. */
bool ws_history_read(const struct ws_conn *conn, struct ws_history_cursor *cursor, struct ws_segment *input);
/* Notes with what the analysis of a new connection starts; or, for its next input, from which time its deadlines count.
 * False when there is no room: drop others and try again. */
bool ws_history_add_start(struct ws_history *history, struct ws_conn *conn, const struct ws_analyser *start) WS_CHECKED;
bool ws_history_add_clock(struct ws_history *history, struct ws_conn *conn, ws_time now) WS_CHECKED;
/* Notes the blocks of a segment that acknowledges selectively, likewise. */
bool ws_history_add_sack(struct ws_history *history, struct ws_conn *conn, uint64_t frame,
                         const struct ws_tcp_summary *tcp) WS_CHECKED;
/* The time that was noted for the connection's input with this number. False: none. */
bool ws_history_find_clock(const struct ws_conn *conn, size_t input, ws_time *now);
/* Drops a connection's history, and keeps nothing of it from then on. */
void ws_history_drop(struct ws_history *history, struct ws_conn *conn);
/* Frees a connection's history when the connection is removed. */
void ws_history_free(struct ws_history *history, struct ws_conn *conn);

#endif
