/* Which connections are given up when memory is short. Unanswered attempts go first, the oldest of them first, then
 * connections that have ended, then those that look as if they would not be missed; see ws_eviction_class(). */
#include "track/history.h"
#include "track/rest.h"

#include <stdlib.h>

#define QUEUE_SHARE 8 /* the queue holds a candidate for each so many connections of the pool */
enum { SWEEP_STEP = 1024 };

/* A connection that may be evicted, and its class when that was decided. */
struct ws_eviction_candidate {
	struct ws_table_entry entry;
	uint8_t class;
};

enum { HALF_OPEN }; /* the lowest class */

unsigned ws_eviction_class(const struct ws_conn *conn)
{
	const struct ws_endpoint *e = conn->machine.endpoint;
	if (conn->half_open)
		return HALF_OPEN;
	if (conn->ended)
		return 1;
	if (e[0].state == WS_TIME_WAIT || e[1].state == WS_TIME_WAIT)
		return 2;
	if (e[0].mid && ws_conn_packets(conn) == 1)
		return 3;
	bool closing = e[0].state != WS_ESTABLISHED || e[1].state != WS_ESTABLISHED;
	return closing ? 5 : 4;
}

/* The connection, if it is still unanswered, or 0. */
static ws_conn_id attempt(const struct ws_table *table, size_t place_in_ring)
{
	const size_t at = (table->attempt_first + place_in_ring) % table->attempt_capacity;
	const struct ws_table_entry *entry = &table->attempts[at];
	const uintptr_t place = ws_table_place(table, entry->id);
	const struct ws_conn *conn = ws_table_awake(table, entry->id);
	if (conn)
		return conn->half_open && conn->number == entry->number ? entry->id : 0;
	if ((place & WS_PLACE_BITS) != WS_PLACE_AT_REST || ws_rested_at(place)->eviction_class != HALF_OPEN)
		return 0;
	const size_t rank = ws_table_rank(table, entry->number); /* the id may belong to another connection now */
	const bool same = rank < table->order_count && table->order[rank].number == entry->number;
	return same && table->order[rank].id == entry->id ? entry->id : 0;
}

/* When there may be attempts to remove from the ring: so seldom that each is looked at a few times. */
static bool sweep_is_due(const struct ws_table *table)
{
	return table->attempt_count == table->attempt_capacity ||
	       (table->attempt_count > 4 * table->half_open && table->attempt_count % SWEEP_STEP == 0);
}

/* Removes attempts that were answered or evicted from the ring. */
static void sweep_attempts(struct ws_table *table)
{
	size_t kept = 0;
	for (size_t i = 0; i < table->attempt_count; i++) {
		if (!attempt(table, i))
			continue;
		size_t from = (table->attempt_first + i) % table->attempt_capacity;
		size_t to = (table->attempt_first + kept++) % table->attempt_capacity;
		table->attempts[to] = table->attempts[from];
	}
	table->attempt_count = kept;
}

void ws_table_set_half_open(struct ws_table *table, struct ws_conn *conn, bool half_open)
{
	if (conn->half_open == half_open)
		return;
	conn->half_open = half_open;
	table->half_open += half_open ? 1 : (size_t)-1;
	if (!half_open)
		return;
	if (!table->attempts) {
		table->attempt_capacity = table->limit / 4 + WS_TABLE_LEAST;
		table->attempts = malloc(table->attempt_capacity * sizeof(*table->attempts));
	}
	if (table->attempts && sweep_is_due(table))
		sweep_attempts(table);
	if (!table->attempts || table->attempt_count == table->attempt_capacity)
		return;
	size_t at = (table->attempt_first + table->attempt_count++) % table->attempt_capacity;
	table->attempts[at] = (struct ws_table_entry){conn->number, conn->id};
}

static size_t half_open_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = 0;
	while (found < count && table->attempt_count) {
		const ws_conn_id id = attempt(table, 0);
		if (id)
			candidates[found++] = id;
		table->attempt_first = (table->attempt_first + 1) % table->attempt_capacity;
		table->attempt_count--;
	}
	return found;
}

/* ---- A larger pool */

/* In the same order, with room for more. */
static bool grow_attempts(struct ws_table *table, size_t capacity)
{
	/* It may be larger already: the limit is lower after the system has refused memory. */
	if (!table->attempts || capacity <= table->attempt_capacity)
		return true;
	struct ws_table_entry *grown = malloc(capacity * sizeof(*grown));
	if (!grown)
		return false;
	for (size_t i = 0; i < table->attempt_count; i++)
		grown[i] = table->attempts[(table->attempt_first + i) % table->attempt_capacity];
	free(table->attempts);
	table->attempts = grown;
	table->attempt_first = 0;
	table->attempt_capacity = capacity;
	return true;
}

void ws_table_share(struct ws_table *table, struct ws_history *history)
{
	if (!table->never_rest || !table->used || !ws_table_full(table, WS_TABLE_RESERVE) || table->out_of_memory)
		return;
	const uint64_t each = ws_table_each(table), all = table->limit * each + history->limit;
	/* Half as much again as now, because connections that are open go on. */
	const uint64_t most = all / (each + 3 * history->used / table->used / 2 + 1);
	const uint64_t limit = most > INT32_MAX ? INT32_MAX : most;
	if (limit < table->limit + WS_TABLE_RESERVE || !grow_attempts(table, limit / 4 + WS_TABLE_LEAST))
		return;
	table->limit = limit;
	history->limit = all - limit * each;
	free(table->queue); /* its size depends on the limit */
	table->queue = NULL;
	table->queue_count = table->queue_next = 0;
}

/* ---- Candidates */

/* Picks many candidates in one walk over all connections: first those of the lowest class, and of higher classes while
 * they are few. Returns false when there is no memory for the choice. */
static bool fill_queue(struct ws_table *table)
{
	size_t capacity = table->limit / QUEUE_SHARE;
	uint8_t *classes = malloc(table->order_count);
	table->queue_count = table->queue_next = 0;
	if (!table->queue)
		table->queue = malloc(capacity * sizeof(*table->queue));
	for (size_t i = 0; classes && i < table->order_count; i++) {
		const uintptr_t place = ws_table_place(table, table->order[i].id);
		if ((place & WS_PLACE_BITS) == WS_PLACE_AT_REST)
			classes[i] = ws_rested_at(place)->eviction_class;
		else
			classes[i] = place ? (uint8_t)ws_eviction_class((const struct ws_conn *)place) : 0;
	}
	bool able = classes && table->queue;
	for (uint8_t class = 1; able && class <= 5 && table->queue_count < WS_TABLE_RESERVE; class ++)
		for (size_t i = 0; i < table->order_count && table->queue_count < capacity; i++)
			if (classes[i] == class)
				table->queue[table->queue_count++] =
				        (struct ws_eviction_candidate){table->order[i], class};
	free(classes);
	return able;
}

/* Takes candidates from the queue, except those whose class has risen since. */
static size_t queued_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	struct ws_conn_copy copy;
	size_t found = 0;
	while (found < count && table->queue_next < table->queue_count) {
		const struct ws_eviction_candidate *candidate = &table->queue[table->queue_next++];
		const struct ws_conn *conn = ws_table_read(table, candidate->entry.id, &copy);
		if (conn && conn->number == candidate->entry.number && ws_eviction_class(conn) <= candidate->class)
			candidates[found++] = conn->id;
	}
	return found;
}

/* Takes the oldest connections, whatever their class. */
static size_t oldest_candidates(const struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = 0;
	for (size_t i = 0; i < table->order_count && found < count; i++)
		if (table->order[i].id)
			candidates[found++] = table->order[i].id;
	return found;
}

size_t ws_table_eviction_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count)
{
	size_t found = table->half_open ? half_open_candidates(table, candidates, count) : 0;
	/* Unanswered SYNs may use a quarter of the pool; when they exceed it, only they are evicted. */
	if (found || !ws_table_full(table, WS_TABLE_RESERVE))
		return found;
	found = queued_candidates(table, candidates, count);
	if (found)
		return found;
	return fill_queue(table) ? queued_candidates(table, candidates, count)
	                         : oldest_candidates(table, candidates, count);
}
