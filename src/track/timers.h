/* Deadlines of connections, in packet time. With a hashed wheel, setting one takes the same time however many there
 * are.
 */
#ifndef WS_TRACK_TIMERS_H
#define WS_TRACK_TIMERS_H

#include "track/conn.h"

#define WS_WHEEL_SLOTS 1024
#define WS_WHEEL_TICK (250 * WS_MILLISECOND)

struct ws_timers {
	ws_conn_id slot[WS_WHEEL_SLOTS]; /* heads of doubly linked lists */
	int64_t tick;                    /* the current slot, in ticks since the epoch */
	ws_time due;                     /* when the next slot starts */
	bool running;                    /* `tick` and `due` are valid */
};

/* Starts the wheel at the first packet's time. */
void ws_timers_start(struct ws_timers *timers, ws_time now);

/* Sets, moves or (with WS_TIME_NEVER) removes a connection's deadline. A deadline that is past, or exceeds the wheel,
 * is put into the slot that is visited first; the caller of ws_timers_next() checks the real deadline and sets it
 * again. */
void ws_timers_set(struct ws_timers *timers, struct ws_table *table, struct ws_conn *conn, ws_time deadline);
/* Removes the deadline of a connection that is about to be removed. */
void ws_timers_stop(struct ws_timers *timers, struct ws_table *table, const struct ws_conn *conn);

/* Removes and returns the next connection whose slot has started by `now`, or returns 0 when there is none. `*budget` is
 * how many steps may be taken; when it is used up, 0 is returned, and ws_timers_due() is still true. The connection is
 * awake, or waits at rest for the end of TIME_WAIT, which has come (see rest.h); with `wake` always the former. */
ws_conn_id ws_timers_next(struct ws_timers *timers, struct ws_table *table, ws_time now, bool wake, unsigned *budget);
static inline bool ws_timers_due(const struct ws_timers *timers, ws_time now)
{
	return timers->running && now >= timers->due;
}

#endif
