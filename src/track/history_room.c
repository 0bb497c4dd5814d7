/* Room for the histories: when their memory is used up, the oldest of them is dropped for what comes. */
#include "track/tracker.h"

/* Returns the oldest connection, other than `but`, that still has a history. A connection whose history was dropped
 * never gets one again, so the search continues where the last one ended. It goes round once, because it skips `but`.
 */
static struct ws_conn *oldest_history(struct ws_tracker *tracker, const struct ws_conn *but)
{
	struct ws_table *table = &tracker->table;
	for (size_t left = table->order_count; left; left--, table->history_cursor++) {
		if (table->history_cursor >= table->order_count)
			table->history_cursor = 0;
		struct ws_conn *conn = ws_table_awake(table, table->order[table->history_cursor].id);
		if (conn && conn != but && conn->history)
			return conn;
	}
	return NULL;
}

/* Drops the oldest history but that of `conn`. False: no other connection has one. */
static bool drop_oldest_history(struct ws_tracker *tracker, const struct ws_conn *conn)
{
	struct ws_conn *oldest = oldest_history(tracker, conn);
	if (oldest)
		ws_history_drop(&tracker->history, oldest);
	return oldest;
}

void ws_tracker_add_to_history(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *input)
{
	while (!ws_history_add(&tracker->history, conn, input)) {
		if (!drop_oldest_history(tracker, conn)) {
			tracker->history.dropped++;
			conn->history_full = 1;
			return;
		}
	}
}

void ws_tracker_keep_start(struct ws_tracker *tracker, struct ws_conn *conn)
{
	while (tracker->config.history && !ws_history_add_start(&tracker->history, conn, &conn->analyser))
		if (!drop_oldest_history(tracker, conn)) {
			ws_history_drop(&tracker->history, conn);
			return;
		}
}

void ws_tracker_keep_clock(struct ws_tracker *tracker, struct ws_conn *conn)
{
	while (tracker->config.history && !ws_history_add_clock(&tracker->history, conn, tracker->now))
		if (!drop_oldest_history(tracker, conn)) {
			ws_history_drop(&tracker->history, conn);
			return;
		}
}

void ws_tracker_keep_sack(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_packet *packet)
{
	while (!ws_history_add_sack(&tracker->history, conn, packet->frame->number, &packet->tcp) &&
	       drop_oldest_history(tracker, conn))
		; /* without room, graphs lack its blocks */
}
