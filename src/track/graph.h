/* Private to the graphs: the walk over a connection's history, and what each segment adds to one direction. */
#ifndef WS_TRACK_GRAPH_H
#define WS_TRACK_GRAPH_H

#include "track/analysis.h"
#include "track/history.h"
#include "track/tracker.h"

#include <wirestate/graph.h>

/* A place in a connection's history. Zeroed memory is its beginning. */
struct graph_cursor {
	struct ws_history_cursor next; /* after `segment` */
	struct ws_segment segment;
	bool peeked; /* `segment` is the one at `step` */
	uint32_t step;
};

/* Which numbers have been sent: all below `end` but the gaps, in order. When there are too many gaps, the lowest are
 * forgotten. */
enum { GRAPH_GAPS = 64 };
struct graph_sent {
	bool known;
	int64_t start, end;
	unsigned gaps;
	struct {
		int64_t low, high;
	} gap[GRAPH_GAPS];
};

/* Segments that wait for their ACK, in the order of their ends; at most as many as tshark remembers. */
enum { GRAPH_WAITING = 10000 };
struct graph_waiting {
	struct graph_waiting_segment {
		int64_t low, end;
		ws_time sent;
		bool again; /* some of it was sent more than once */
	} * segment;
	size_t first, count, room; /* the used ones are [first, first + count) */
};

/* What is summed for rates: payload that was sent, and numbers that were acknowledged. */
struct graph_sums {
	int64_t sent, acknowledged;
	uint32_t highest; /* acknowledgment number, raw */
	bool known;
};

/* One direction: the data of endpoint `own`, as a point has captured it. */
struct graph_flow {
	const struct ws_tracker *tracker;
	const struct ws_conn *conn;
	uint64_t number;
	const struct ws_clock *clock; /* NULL: its time is the one that is shown */
	unsigned own, direction;      /* that endpoint, as the point counts, and as the graph does */
	int source;                   /* the point; -1: there is only one */
	uint64_t *lost;               /* the frames of segments that did not arrive, in order */
	size_t lost_count;
	struct graph_cursor cursor, tail; /* the tail is `span` before the cursor */
	struct graph_sums sums, tail_sums;
	struct ws_analyser analyser;
	struct graph_sent sent;
	struct graph_waiting waiting;
	int64_t last; /* the number that was seen last, from which the next one is unwrapped */
	ws_time begun;
	bool begins;            /* `begun` is valid */
	int64_t sacked;         /* numbers that the latest ACK acknowledged selectively */
	int64_t fin;            /* one past the sender's FIN, which is no byte; 0: it has sent none */
	bool in_flight_unknown; /* there is a gap, and nothing was acknowledged since */
	size_t sack;            /* of the history's SACK blocks, the next */
};

/* The next segment that counts, without going there. NULL: there is none yet. */
const struct ws_segment *graph_peek(const struct graph_flow *flow, struct graph_cursor *cursor);
ws_time graph_time(const struct graph_flow *flow, const struct ws_segment *segment);
/* Takes the next segment. False: there is none, yet. */
bool graph_flow_next(struct graph_flow *flow, ws_time span, struct ws_graph_news *news);

#endif
