/* Deadlines of connections, in packet time: a hashed wheel, so that setting one costs the same however many there are.
 */
#ifndef WS_TRACK_TIMERS_H
#define WS_TRACK_TIMERS_H

#include "track/conn.h"

#define WS_WHEEL_SLOTS 1024
#define WS_WHEEL_TICK (250 * WS_MILLISECOND)

struct ws_timers {
	ws_conn_id slot[WS_WHEEL_SLOTS]; /* heads of doubly linked lists */
	int64_t tick;                    /* the slot being looked at, in ticks since the epoch */
	ws_time due;                     /* when the slot behind it comes */
	bool running;                    /* `tick` and `due` are valid */
};

/* With the first packet's time. */
void ws_timers_start(struct ws_timers *timers, ws_time now);

/* Sets, moves or (WS_TIME_NEVER) takes away a connection's deadline. One further away than the wheel reaches, or
 * already past, lands in the slot that is looked at soonest: who takes it out looks at the real deadline. */
void ws_timers_set(struct ws_timers *timers, struct ws_table *table, struct ws_conn *conn, ws_time deadline);

/* The next connection whose slot has come by `now`, taken out of the wheel; NULL when the wheel has caught up.
 * `*budget` is how many steps may be taken; when it is used up NULL is returned and ws_timers_behind() stays true. */
struct ws_conn *ws_timers_next(struct ws_timers *timers, struct ws_table *table, ws_time now, unsigned *budget);
static inline bool ws_timers_behind(const struct ws_timers *timers, ws_time now)
{
	return timers->running && now >= timers->due;
}

#endif
