/* Connections and their histories share one budget: how many connections fit does not depend on how it is divided at first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shots.h"

enum { MEMORY = 16 << 20, MOST = 60000, SEGMENTS = 4 };

/* One after the other, each from an address and port of its own. */
static void open_one(struct ws_tracker *tracker, unsigned number, unsigned segments)
{
	const uint16_t port = (uint16_t)(1024 + number % 60000);
	const uint8_t network = (uint8_t)(number / 60000);
	const struct shot shots[SEGMENTS] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .port = port, .network = network},
	        {.from = SERVER,
	         .flags = S | A,
	         .sequence = 500,
	         .acknowledgment = 101,
	         .port = port,
	         .network = network},
	        {.from = CLIENT, .flags = A, .sequence = 101, .acknowledgment = 501, .port = port, .network = network},
	        {.from = CLIENT,
	         .flags = A,
	         .sequence = 101,
	         .acknowledgment = 501,
	         .length = 60,
	         .port = port,
	         .network = network},
	};
	for (unsigned i = 0; i < segments; i++) {
		struct ws_track_result result;
		fire(tracker, &shots[i], (uint64_t)number * SEGMENTS + i + 1, &result);
	}
}

static struct ws_tracker_stats stats_of(const struct ws_tracker *tracker)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	return stats;
}

static void give_up(struct ws_tracker *tracker)
{
	struct ws_track_result result;
	while (ws_tracker_advance(tracker, 1000 * WS_SECOND, &result))
		;
}

/* How many connections there are before the first one is given up. */
static unsigned fitting(struct ws_tracker_config config, unsigned segments)
{
	struct ws_error error;
	config.max_memory = MEMORY;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	unsigned count = 0;
	assert_non_null(tracker);
	for (; count < MOST && !stats_of(tracker).evicted; count++) {
		open_one(tracker, count, segments);
		give_up(tracker);
	}
	assert_true(count < MOST);
	assert_int_equal(stats_of(tracker).history_dropped, 0);
	assert_true(stats_of(tracker).memory <= MEMORY + MEMORY / 8); /* its tables grow by doubling */
	/* It goes on, and stays within it. */
	for (unsigned more = 0; more < count; more++) {
		open_one(tracker, count + more, segments);
		give_up(tracker);
	}
	assert_true(stats_of(tracker).memory <= MEMORY + MEMORY / 8);
	ws_tracker_free(tracker);
	return count;
}

static void test_one_budget(void **state)
{
	(void)state;
	const unsigned alone = fitting((struct ws_tracker_config){.history = true, .shares = true}, SEGMENTS);
	const unsigned joined =
	        fitting((struct ws_tracker_config){.history = true, .shares = true, .joins = true}, SEGMENTS);
	assert_in_range(joined, alone - alone / 8, alone + alone / 8);
}

/* A quarter of the pool is for attempts that nobody answered; the others do not pay for them. */
static void test_attempts(void **state)
{
	const struct ws_tracker_config config = {.history = true, .joins = true, .max_memory = MEMORY};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct ws_conn_info info;
	(void)state;
	assert_non_null(tracker);
	open_one(tracker, 0, SEGMENTS);
	for (unsigned i = 1; i < MOST; i++) {
		open_one(tracker, i, 1);
		give_up(tracker);
	}
	assert_true(stats_of(tracker).evicted > 0);
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_find(tracker, 1), &info));
	ws_tracker_free(tracker);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_one_budget),
	        cmocka_unit_test(test_attempts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
