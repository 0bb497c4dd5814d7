/* A hashed timing wheel with 1024 slots of 250 ms. That is 256 s, which only a very long --time-wait exceeds; such a
 * timer goes round more than once. After a jump in packet time each slot is visited once. */
#include "track/timers.h"

static void unlink_timer(struct ws_timers *timers, struct ws_table *table, struct ws_conn *conn)
{
	struct ws_conn *next = ws_table_conn(table, conn->timer_next);
	struct ws_conn *previous = ws_table_conn(table, conn->timer_previous);
	if (next)
		next->timer_previous = conn->timer_previous;
	if (previous)
		previous->timer_next = conn->timer_next;
	else
		timers->slot[conn->timer_slot] = conn->timer_next;
	conn->timer_slot = WS_NO_TIMER;
	conn->timer_next = conn->timer_previous = 0;
}

static uint16_t slot_of(const struct ws_timers *timers, ws_time deadline)
{
	int64_t tick = deadline / WS_WHEEL_TICK + 1;
	if (tick <= timers->tick)
		tick = timers->tick + 1;
	if (tick >= timers->tick + WS_WHEEL_SLOTS)
		tick = timers->tick + WS_WHEEL_SLOTS - 1;
	return (uint16_t)((uint64_t)tick % WS_WHEEL_SLOTS);
}

static void set_tick(struct ws_timers *timers, int64_t tick)
{
	timers->tick = tick;
	timers->due = (tick + 1) * WS_WHEEL_TICK;
}

void ws_timers_start(struct ws_timers *timers, ws_time now)
{
	if (timers->running)
		return;
	timers->running = true;
	set_tick(timers, now / WS_WHEEL_TICK);
}

void ws_timers_set(struct ws_timers *timers, struct ws_table *table, struct ws_conn *conn, ws_time deadline)
{
	if (deadline == WS_TIME_NEVER) {
		if (conn->timer_slot != WS_NO_TIMER)
			unlink_timer(timers, table, conn);
		return;
	}
	uint16_t slot = slot_of(timers, deadline);
	if (conn->timer_slot == slot)
		return;
	if (conn->timer_slot != WS_NO_TIMER)
		unlink_timer(timers, table, conn);
	conn->timer_slot = slot;
	conn->timer_previous = 0;
	conn->timer_next = timers->slot[slot];
	struct ws_conn *next = ws_table_conn(table, conn->timer_next);
	if (next)
		next->timer_previous = conn->id;
	timers->slot[slot] = conn->id;
}

struct ws_conn *ws_timers_next(struct ws_timers *timers, struct ws_table *table, ws_time now, unsigned *budget)
{
	if (!ws_timers_due(timers, now))
		return NULL;
	int64_t target = now / WS_WHEEL_TICK;
	if (target - timers->tick > WS_WHEEL_SLOTS)
		set_tick(timers, target - WS_WHEEL_SLOTS);
	while (ws_timers_due(timers, now) && *budget) {
		(*budget)--;
		struct ws_conn *conn =
		        ws_table_conn(table, timers->slot[(uint64_t)(timers->tick + 1) % WS_WHEEL_SLOTS]);
		if (conn) {
			unlink_timer(timers, table, conn);
			return conn;
		}
		set_tick(timers, timers->tick + 1);
	}
	return NULL;
}
