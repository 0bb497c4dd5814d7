/* What differs between two trackers that took the same packets in two ways. Records of connections are compared as bytes, but
 * for their pointers. */
#ifndef TESTS_SAME_TRACKER_H
#define TESTS_SAME_TRACKER_H

#include "track/tracker.h"

#include <string.h>

/* What no pointer is in. */
static inline void copy_without_pointers(const struct ws_conn *conn, struct ws_conn_slot *copy)
{
	memcpy(copy, conn, sizeof(*copy));
	copy->conn.rare = NULL;
	copy->conn.history = NULL;
	copy->conn.history_at = NULL;
	copy->conn.history_extra = NULL;
}

static inline bool rare_differs(const struct ws_rare *a, const struct ws_rare *b)
{
	struct ws_rare one, other;
	memcpy(&one, a, sizeof(one));
	memcpy(&other, b, sizeof(other));
	memset(one.process, 0, sizeof(one.process));
	memset(other.process, 0, sizeof(other.process));
	return memcmp(&one, &other, sizeof(one)) != 0;
}

/* What differs of a connection, in trackers with shares; NULL: nothing. */
static inline const char *connection_difference(struct ws_tracker *first, struct ws_tracker *second, ws_conn_id id)
{
	const struct ws_conn *a = ws_table_awake(&first->table, id), *b = ws_table_awake(&second->table, id);
	struct ws_conn_slot one, other;
	if (!a || !b)
		return a == b ? NULL : "a connection that only one has";
	copy_without_pointers(a, &one);
	copy_without_pointers(b, &other);
	if (memcmp(&one.conn.machine, &other.conn.machine, sizeof(one.conn.machine)) != 0)
		return "the machine";
	if (memcmp(&one.conn.analyser, &other.conn.analyser, sizeof(one.conn.analyser)) != 0)
		return "the analyser";
	if (memcmp(&one.conn, &other.conn, sizeof(one.conn)) != 0)
		return "the connection";
	if (memcmp(&one.shares, &other.shares, sizeof(one.shares)) != 0)
		return "the shares";
	if (!a->rare != !b->rare || (a->rare && rare_differs(a->rare, b->rare)))
		return "what few connections have";
	return NULL;
}

#define RESULTS(X)                                                                                                     \
	X(conn)                                                                                                        \
	X(conn_number)                                                                                                 \
	X(direction)                                                                                                   \
	X(duplicate)                                                                                                   \
	X(checksum_ignored)                                                                                            \
	X(analysis)                                                                                                    \
	X(relative_sequence)                                                                                           \
	X(relative_acknowledgment)                                                                                     \
	X(duplicate_ack_number)                                                                                        \
	X(event_count)

static inline bool event_differs(const struct ws_event *a, const struct ws_event *b)
{
	if (a->kind != b->kind || a->time != b->time || a->frame != b->frame || a->conn != b->conn)
		return true;
	if (a->kind == WS_EVENT_TRANSITION)
		return memcmp(&a->transition, &b->transition, sizeof(a->transition)) != 0;
	return a->kind == WS_EVENT_EXCHANGE && memcmp(a->exchange, b->exchange, sizeof(*a->exchange)) != 0;
}

/* The first member that differs, or NULL. */
static inline const char *result_difference(const struct ws_track_result *a, const struct ws_track_result *b)
{
#define COMPARE(member)                                                                                                \
	if (a->member != b->member)                                                                                    \
		return #member;
	RESULTS(COMPARE)
#undef COMPARE
	for (size_t i = 0; i < a->event_count; i++)
		if (event_differs(&a->events[i], &b->events[i]))
			return "an event";
	return NULL;
}

#undef RESULTS

#endif
