/* The pool of connections: found from both sides, by number, and given up in the right order at its limit. */
#include "track/conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define PLACES 1024
#define VICTIMS 48

static const uint8_t hash_key[16] = "a key of 16 byte";

struct pool {
	struct ws_table table;
	struct ws_addr host, server;
};

static int setup(void **state)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	assert_non_null(pool);
	assert_true(ws_table_init(&pool->table, hash_key, 1, false));
	pool->table.limit = PLACES;
	pool->server = (struct ws_addr){{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1}};
	pool->host = pool->server;
	*state = pool;
	return 0;
}

static int teardown(void **state)
{
	struct pool *pool = *state;
	ws_table_free(&pool->table);
	free(pool);
	return 0;
}

static struct ws_tuple tuple_of(struct pool *pool, uint32_t host, bool back)
{
	memcpy(pool->host.byte + 12, &host, sizeof(host));
	struct ws_tuple tuple = {&pool->host, &pool->server, 4000, 80, 4, 0, 0};
	if (back)
		tuple = (struct ws_tuple){&pool->server, &pool->host, 80, 4000, 4, 0, 0};
	tuple.hash = ws_table_hash(&pool->table, &tuple);
	return tuple;
}

static struct ws_conn *add(struct pool *pool, uint32_t host, enum ws_state state)
{
	struct ws_tuple tuple = tuple_of(pool, host, false);
	struct ws_conn *conn = ws_table_add(&pool->table, &tuple);
	assert_non_null(conn);
	conn->machine.endpoint[0].state = conn->machine.endpoint[1].state = (uint8_t)state;
	return conn;
}

static struct ws_conn *find(struct pool *pool, uint32_t host, bool back)
{
	struct ws_tuple tuple = tuple_of(pool, host, back);
	return ws_table_find(&pool->table, &tuple);
}

static void both_directions_meet(void **state)
{
	struct pool *pool = *state;
	for (uint32_t host = 1; host <= PLACES; host++)
		assert_int_equal(add(pool, host, WS_ESTABLISHED)->number, host);
	for (uint32_t host = 1; host <= PLACES; host++) {
		assert_ptr_equal(find(pool, host, false), find(pool, host, true));
		assert_int_equal(find(pool, host, false)->number, host);
	}
	assert_null(find(pool, PLACES + 1, false));
	struct ws_tuple tuple = tuple_of(pool, PLACES + 1, false);
	assert_null(ws_table_add(&pool->table, &tuple));
}

static void numbers_are_found_around_holes(void **state)
{
	struct pool *pool = *state;
	for (uint32_t host = 1; host <= PLACES; host++)
		(void)add(pool, host, WS_ESTABLISHED);
	for (uint32_t host = 2; host <= PLACES; host += 2)
		ws_table_remove(&pool->table, find(pool, host, false));
	for (uint32_t host = 1; host <= PLACES; host++) {
		assert_int_equal(find(pool, host, true) != NULL, host % 2);
		const struct ws_table_entry *entry = &pool->table.order[ws_table_rank(&pool->table, host)];
		assert_int_equal(entry->number, host);
		assert_int_equal(entry->id != 0, host % 2);
	}
	ws_table_compact(&pool->table);
	assert_int_equal(pool->table.order_count, PLACES / 2);
	assert_int_equal(pool->table.order[ws_table_rank(&pool->table, 2)].number, 3);
}

static void fill(struct pool *pool)
{
	while (pool->table.used < PLACES)
		(void)add(pool, (uint32_t)pool->table.numbers + 1, WS_ESTABLISHED);
}

static size_t make_room(struct pool *pool, ws_conn_id candidates[VICTIMS])
{
	assert_true(ws_table_crowded(&pool->table));
	size_t count = ws_table_eviction_candidates(&pool->table, candidates, VICTIMS);
	assert_in_range(count, 1, VICTIMS);
	return count;
}

static void attempts_make_room_first_and_the_oldest_of_them(void **state)
{
	struct pool *pool = *state;
	for (uint32_t host = 1; host <= 10; host++)
		ws_table_set_half_open(&pool->table, add(pool, host, WS_SYN_SENT), true);
	ws_table_set_half_open(&pool->table, find(pool, 3, false), false);
	fill(pool);
	ws_conn_id candidates[VICTIMS];
	assert_int_equal(make_room(pool, candidates), 9);
	const uint64_t numbers[] = {1, 2, 4, 5, 6, 7, 8, 9, 10};
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(ws_table_conn(&pool->table, candidates[i])->number, numbers[i]);
}

static void attempts_may_take_a_quarter(void **state)
{
	struct pool *pool = *state;
	uint32_t host = 0;
	while (!ws_table_crowded(&pool->table))
		ws_table_set_half_open(&pool->table, add(pool, ++host, WS_SYN_SENT), true);
	assert_int_equal(host, PLACES / 4 + 1);
	ws_conn_id candidates[VICTIMS];
	size_t count = make_room(pool, candidates);
	for (size_t i = 0; i < count; i++)
		ws_table_remove(&pool->table, ws_table_conn(&pool->table, candidates[i]));
	assert_false(ws_table_crowded(&pool->table));
	assert_int_equal(pool->table.half_open, host - count);
}

/* Answered attempts pass through the queue by the thousand, and it does not grow. */
static void answered_attempts_take_no_room(void **state)
{
	struct pool *pool = *state;
	for (uint32_t host = 1; host <= 50 * PLACES; host++) {
		struct ws_conn *conn = add(pool, host, WS_SYN_SENT);
		ws_table_set_half_open(&pool->table, conn, true);
		if (host % 1000)
			ws_table_set_half_open(&pool->table, conn, false);
		if (host % 1000)
			ws_table_remove(&pool->table, conn);
	}
	assert_int_equal(pool->table.half_open, 50 * PLACES / 1000);
	assert_in_range(pool->table.attempt_count, 51, pool->table.attempt_capacity);
	fill(pool);
	ws_conn_id candidates[VICTIMS];
	assert_int_equal(make_room(pool, candidates), VICTIMS);
	for (size_t i = 0; i < VICTIMS; i++)
		assert_int_equal(ws_table_conn(&pool->table, candidates[i])->number, 1000 * (i + 1));
}

static void what_is_over_goes_before_what_lives(void **state)
{
	struct pool *pool = *state;
	for (uint32_t host = 1; host <= 40; host++)
		(void)add(pool, host, WS_CLOSE_WAIT);
	fill(pool);
	for (uint32_t host = 700; host < 710; host++)
		find(pool, host, false)->ended = 1;
	for (uint32_t host = 600; host < 605; host++)
		find(pool, host, false)->machine.endpoint[0].state = WS_TIME_WAIT;
	ws_conn_id candidates[VICTIMS];
	size_t count = make_room(pool, candidates);
	assert_int_equal(count, VICTIMS);
	for (size_t i = 0; i < count; i++) {
		uint64_t number = ws_table_conn(&pool->table, candidates[i])->number;
		if (i < 10)
			assert_int_equal(number, 700 + i);
		else if (i < 15)
			assert_int_equal(number, 600 + i - 10);
		else
			assert_int_equal(number, 41 + i - 15); /* idle ones, oldest first; never CLOSE_WAIT */
	}
}

/* Between being picked and having to go, a connection may become worth more. */
static void a_victim_that_lives_up_stays(void **state)
{
	struct pool *pool = *state;
	fill(pool);
	ws_conn_id candidates[VICTIMS];
	size_t count = make_room(pool, candidates);
	assert_int_equal(ws_table_conn(&pool->table, candidates[0])->number, 1);
	uint32_t next = (uint32_t)count + 1;
	find(pool, next, false)->machine.endpoint[0].state = WS_CLOSE_WAIT;
	(void)make_room(pool, candidates);
	assert_int_equal(ws_table_conn(&pool->table, candidates[0])->number, next + 1);
}

/* Flows of which one number counts up, a port or two bytes of an address, spread with every key. */
static void flows_spread(void **state)
{
	enum { FLOWS = 1 << 14, BUCKETS = 2 * FLOWS, KEYS = 32, MOST = 12, PORT = 16 };
	static const uint8_t counted[] = {PORT, 14, 12, 0};
	struct pool *pool = *state;
	for (unsigned k = 0; k < KEYS * WS_ARRAY_SIZE(counted); k++) {
		const struct ws_flow_key key = ws_flow_key((const uint8_t[16]){(uint8_t)k});
		const unsigned at = counted[k % WS_ARRAY_SIZE(counted)];
		uint8_t bucket[BUCKETS] = {0};
		for (uint16_t i = 0; i < FLOWS; i++) {
			struct ws_addr host = pool->server;
			if (at != PORT)
				memcpy(host.byte + at, &i, sizeof(i));
			const uint16_t port = at == PORT ? i : 4000;
			const uint32_t hash = ws_flow_hash(&key, &host, port, &pool->server, 80, 0);
			assert_int_equal(hash, ws_flow_hash(&key, &pool->server, 80, &host, port, 0));
			assert_int_not_equal(hash, ws_flow_hash(&key, &host, port, &pool->server, 80, 1));
			assert_true(++bucket[hash % BUCKETS] <= MOST);
		}
	}
}

/* Memory that was asked for before it is needed is what the pool grows by, whether another thread has populated it or not. */
static void memory_is_populated_before_it_is_needed(void **state)
{
	struct pool *pool = *state;
	struct ws_table *table = &pool->table;
	uint8_t *expected = NULL;
	uint32_t host = 0;
	table->limit = 1 << 20;
	for (size_t chunks = 1; chunks <= 6; chunks++) {
		while (table->chunk_count < chunks)
			(void)add(pool, ++host, WS_ESTABLISHED);
		assert_true(!expected || table->chunks[chunks - 1] == expected);
		assert_true(!table->next_chunk == (chunks == 1));
		assert_ptr_equal(table->unpopulated, table->next_chunk);
		expected = table->next_chunk;
		if (chunks % 2)
			continue;
		ws_table_populate(table);
		assert_null(table->unpopulated);
		assert_ptr_equal(table->next_chunk, expected);
#ifdef MADV_POPULATE_WRITE
		uint8_t resident[WS_CHUNK_BYTES / 4096];
		assert_int_equal(mincore(expected, WS_CHUNK_BYTES, resident), 0);
		assert_true(resident[0] & resident[sizeof(resident) - 1] & 1);
#endif
	}
	for (uint32_t known = 1; known <= host; known++)
		assert_int_equal(find(pool, known, false)->number, known);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(both_directions_meet),
	        TEST(numbers_are_found_around_holes),
	        TEST(attempts_make_room_first_and_the_oldest_of_them),
	        TEST(attempts_may_take_a_quarter),
	        TEST(answered_attempts_take_no_room),
	        TEST(what_is_over_goes_before_what_lives),
	        TEST(a_victim_that_lives_up_stays),
	        TEST(flows_spread),
	        TEST(memory_is_populated_before_it_is_needed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
