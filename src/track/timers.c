/* A hashed timing wheel with 1024 slots of 250 ms. That is 256 s, which only a very long --time-wait exceeds; such a
 * timer goes round more than once. After a jump in packet time each slot is visited once. */
#include "track/timers.h"
#include "track/rest.h"

/* The connection's slot remains the same. */
static void unlink_timer(struct ws_timers *timers, struct ws_table *table, ws_conn_id id, uint16_t slot)
{
	const struct ws_timer_link link = table->timers[id - 1];
	if (link.next)
		table->timers[link.next - 1].previous = link.previous;
	if (link.previous)
		table->timers[link.previous - 1].next = link.next;
	else
		timers->slot[slot] = link.next;
}

void ws_timers_stop(struct ws_timers *timers, struct ws_table *table, const struct ws_conn *conn)
{
	if (conn->timer_slot != WS_NO_TIMER)
		unlink_timer(timers, table, conn->id, conn->timer_slot);
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
		ws_timers_stop(timers, table, conn);
		conn->timer_slot = WS_NO_TIMER;
		return;
	}
	uint16_t slot = slot_of(timers, deadline);
	if (conn->timer_slot == slot)
		return;
	ws_timers_stop(timers, table, conn);
	conn->timer_slot = slot;
	table->timers[conn->id - 1] = (struct ws_timer_link){.next = timers->slot[slot]};
	if (timers->slot[slot])
		table->timers[timers->slot[slot] - 1].previous = conn->id;
	timers->slot[slot] = conn->id;
}

/* Whether it need not be woken up. */
static bool ends_at_rest(const struct ws_table *table, ws_conn_id id, ws_time now)
{
	const uintptr_t place = ws_table_place(table, id);
	struct ws_rested_wait wait;
	return (place & WS_PLACE_BITS) == WS_PLACE_AT_REST && ws_rested_wait(ws_rested_at(place), &wait) &&
	       wait.deadline <= now;
}

ws_conn_id ws_timers_next(struct ws_timers *timers, struct ws_table *table, ws_time now, bool wake, unsigned *budget)
{
	if (!ws_timers_due(timers, now))
		return 0;
	int64_t target = now / WS_WHEEL_TICK;
	if (target - timers->tick > WS_WHEEL_SLOTS)
		set_tick(timers, target - WS_WHEEL_SLOTS);
	while (ws_timers_due(timers, now) && *budget) {
		(*budget)--;
		const uint16_t slot = (uint16_t)((uint64_t)(timers->tick + 1) % WS_WHEEL_SLOTS);
		const ws_conn_id id = timers->slot[slot];
		if (!wake && id && ends_at_rest(table, id, now)) {
			unlink_timer(timers, table, id, slot);
			/* The next one is in nobody's cache. */
			__builtin_prefetch((const void *)ws_table_place(table, timers->slot[slot]));
			return id;
		}
		struct ws_conn *conn = ws_table_conn(table, id);
		if (conn) {
			unlink_timer(timers, table, id, slot);
			conn->timer_slot = WS_NO_TIMER;
			return id;
		}
		set_tick(timers, timers->tick + 1);
	}
	return 0;
}
