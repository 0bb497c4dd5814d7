/* What the points of a session know together: their clocks, and the path of every connection that several captured. */
#ifndef APP_JOINED_H
#define APP_JOINED_H

#include <wirestate/join.h>
#include <wirestate/points.h>

struct session;
struct joined; /* opaque */

/* Joins the connections of all points, when no more packets come, and tells the points' trackers. NULL with `error`:
 * out of memory. The points must outlive it. */
struct joined *joined_create(struct session *session, struct ws_error *error) WS_CHECKED;
void joined_free(struct joined *joined); /* NULL allowed */

/* The clock of a point relative to the first one's. */
const struct ws_clock *joined_clock(const struct joined *joined, size_t point);

/* Calls `fn` for every transit of every connection, in the order of the first point's connections. False: `fn` did, or
 * out of memory. */
typedef bool joined_transit_fn(void *context, const struct ws_conn_path *path, const struct ws_conn_info *conn,
                               const struct ws_transit *transit);
bool joined_transits(struct joined *joined, joined_transit_fn *fn, void *context) WS_CHECKED;

struct joined_totals {
	uint64_t connections; /* that several points captured */
	uint64_t left_out;    /* of these, not compared: their history is gone, or memory is short */
	uint64_t sent, lost;  /* segments */
};
void joined_totals(const struct joined *joined, struct joined_totals *totals);

#endif
