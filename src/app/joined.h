/* What the points of a session know together: their clocks, and the path of every connection that several captured. */
#ifndef APP_JOINED_H
#define APP_JOINED_H

#include <wirestate/join.h>
#include <wirestate/points.h>

struct session;
struct joined; /* opaque */

/* Begins to join the connections of all points, as they are now; those with more segments are left out. NULL with
 * `error`: out of memory. The points must outlive it. */
struct joined *joined_begin(struct session *session, size_t most_segments, struct ws_error *error) WS_CHECKED;
/* Goes on until it is done, or monotonic() is `end`. False with `error`: out of memory. */
bool joined_work(struct joined *joined, ws_time end, struct ws_error *error) WS_CHECKED;
bool joined_is_done(const struct joined *joined);
/* Tells the points' trackers what is known. It must then outlive every replay that is open. */
void joined_use(struct joined *joined);
void joined_free(struct joined *joined); /* NULL allowed */
/* joins.c */
struct joins;
void joins_free(struct joins *joins);

/* Tells other trackers of the same packets, those of `points`, whose times are by the reference's clock. */
void joined_share(const struct joined *joined, const struct ws_points *points);

/* What the points' trackers have been told; the trackers in it are theirs. */
const struct ws_points *joined_points(const struct joined *joined);

/* The clock of a point relative to the first one's. */
const struct ws_clock *joined_clock(const struct joined *joined, size_t point);

/* Calls `fn` for every transit of every connection, in the order of the first point's connections; and then of datagrams,
 * of which `conn` is NULL. False: `fn` did, or out of memory. */
typedef bool joined_transit_fn(void *context, const struct ws_conn_path *path, const struct ws_conn_info *conn,
                               const struct ws_transit *transit);
bool joined_transits(struct joined *joined, joined_transit_fn *fn, void *context) WS_CHECKED;

struct joined_totals {
	/* By kind: that several points captured; and their segments or datagrams. */
	uint64_t connections[WS_JOIN_KINDS], sent[WS_JOIN_KINDS], lost[WS_JOIN_KINDS];
	uint64_t left_out; /* not compared: their history is gone, or memory is short */
};
void joined_totals(const struct joined *joined, struct joined_totals *totals);

#endif
