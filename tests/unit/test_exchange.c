/* Requests and answers that no bundled capture has, and the quantiles of their times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <wirestate/exchange.h>

#include <locale.h>

enum { PORT = 4010, MOST = 8 };

struct found {
	struct ws_exchange exchange[MOST];
	unsigned count;
};

static bool take(void *context, const struct ws_exchange *exchange)
{
	struct found *found = context;
	assert_in_range(found->count, 0, MOST - 1);
	found->exchange[found->count++] = *exchange;
	return true;
}

/* The connection that the test has made is the latest one. */
static struct found find(struct world *world)
{
	struct found found = {.count = 0};
	const size_t count = ws_tracker_conn_count(world->tracker);
	assert_true(ws_tracker_exchanges(world->tracker, ws_tracker_conn_at(world->tracker, count - 1), take, &found));
	return found;
}

static void open_connection(struct world *world)
{
	send_segment(world, false, PORT, WS_TCP_SYN, 100, 0, 0, WS_SECOND);
	send_segment(world, true, PORT, WS_TCP_SYN | WS_TCP_ACK, 500, 101, 0, 10 * WS_MILLISECOND);
	send_segment(world, false, PORT, WS_TCP_ACK, 101, 501, 0, 0);
}

static void client(struct world *world, uint32_t sequence, uint32_t acknowledgment, uint32_t length, int after)
{
	send_segment(world, false, PORT, WS_TCP_ACK, 101 + sequence, 501 + acknowledgment, length,
	             after * WS_MILLISECOND);
}

static void server(struct world *world, uint32_t sequence, uint32_t acknowledgment, uint32_t length, int after)
{
	send_segment(world, true, PORT, WS_TCP_ACK, 501 + sequence, 101 + acknowledgment, length,
	             after * WS_MILLISECOND);
}

static void test_times(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, 0, 0, 4, 5);
	client(world, 4, 0, 4, 20); /* the request takes 20 ms to send */
	server(world, 0, 8, 0, 12);
	server(world, 0, 8, 6, 100);
	server(world, 6, 8, 6, 30);
	client(world, 8, 12, 2, 7);
	const struct found found = find(world);
	const struct ws_exchange *first = &found.exchange[0];
	assert_int_equal(found.count, 2);
	assert_int_equal(ws_exchange_first_byte(first), 132 * WS_MILLISECOND);
	assert_int_equal(first->way[1], 10 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_think(first), 102 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_transfer(first), 30 * WS_MILLISECOND);
	assert_int_equal(first->request_bytes, 8);
	assert_int_equal(first->answer_bytes, 12);
	assert_false(found.exchange[1].answered);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[1]), -1);
}

static void test_greeting_is_no_answer(void **state)
{
	struct world *world = *state;
	open_connection(world);
	server(world, 0, 0, 6, 50);
	client(world, 0, 6, 4, 5);
	server(world, 6, 4, 6, 20);
	const struct found found = find(world);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.exchange[0].answer_bytes, 6);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 20 * WS_MILLISECOND);
}

/* The client sends on without having the answer: that is no request of its own. */
static void test_both_at_once(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, 0, 0, 4, 5);
	server(world, 0, 4, 6, 20);
	client(world, 4, 0, 2, 1); /* acknowledges nothing of it */
	server(world, 6, 6, 6, 20);
	client(world, 6, 12, 4, 1);
	const struct found found = find(world);
	assert_int_equal(found.count, 2);
	assert_true(found.exchange[0].interleaved);
	assert_int_equal(found.exchange[0].request_bytes, 6);
	assert_int_equal(found.exchange[0].answer_bytes, 12);
}

/* What is sent again begins nothing and counts once. */
static void test_sent_again(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, 0, 0, 4, 5);
	client(world, 0, 0, 4, 200);
	server(world, 0, 4, 6, 20);
	client(world, 0, 6, 4, 200);
	const struct found found = find(world);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.exchange[0].request_bytes, 4);
	assert_int_equal(found.exchange[0].again[0] + found.exchange[0].again[1], 2);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 220 * WS_MILLISECOND);
}

/* A segment that was lost before the capture arrives when it is sent again: it is as new as those before it. */
/* A byte that comes with a keep-alive is no data, also before any other. */
static void test_keep_alives_of_one_byte(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, UINT32_MAX, 0, 1, 1000);
	server(world, 0, 0, 0, 10);
	client(world, 0, 0, 20, 1000);
	server(world, 0, 20, 30, 10);
	client(world, 19, 30, 1, 1000);
	server(world, 30, 20, 0, 10);
	client(world, 20, 30, 20, 1000);
	server(world, 30, 40, 30, 10);
	const struct found found = find(world);
	assert_int_equal(found.count, 2);
	for (unsigned i = 0; i < found.count; i++) {
		assert_int_equal(found.exchange[i].request_bytes, 20);
		assert_int_equal(found.exchange[i].answer_bytes, 30);
		assert_int_equal(found.exchange[i].again[0] + found.exchange[i].again[1], 0);
	}
}

static void test_lost_before_the_capture(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, 4, 0, 4, 5); /* the first four bytes are lost */
	client(world, 0, 0, 4, 200);
	server(world, 0, 8, 10, 20);
	server(world, 20, 8, 10, 1); /* ten bytes before it are lost */
	server(world, 30, 8, 10, 1);
	server(world, 0, 8, 10, 1);    /* captured before */
	server(world, 5, 8, 20, 200);  /* five of these were captured before */
	server(world, 20, 8, 20, 100); /* all were */
	client(world, 8, 40, 4, 10);
	client(world, 0, 40, 4, 1);
	const struct found found = find(world);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.exchange[0].request_bytes, 8);
	assert_int_equal(found.exchange[0].answer_bytes, 40);
	assert_int_equal(found.exchange[0].again[0] + found.exchange[0].again[1], 2);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 220 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_think(&found.exchange[0]), 10 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_transfer(&found.exchange[0]), 203 * WS_MILLISECOND);
	assert_int_equal(found.exchange[1].request_bytes, 4);
}

/* A gap in the answer before is nothing of the next answer, even where it is filled late. */
static void test_gap_of_the_answer_before(void **state)
{
	struct world *world = *state;
	open_connection(world);
	client(world, 0, 0, 4, 5);
	server(world, 10, 4, 10, 20); /* ten bytes before it passed by the capture */
	client(world, 4, 20, 4, 10);
	server(world, 0, 4, 10, 1);
	server(world, 20, 8, 6, 30);
	const struct found found = find(world);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.exchange[0].answer_bytes, 10);
	assert_int_equal(found.exchange[1].answer_bytes, 6);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[1]), 31 * WS_MILLISECOND);
}

static int compare(const void *left, const void *right)
{
	const ws_time a = *(const ws_time *)left, b = *(const ws_time *)right;
	return a < b ? -1 : a > b;
}

/* Times between a microsecond and some minutes: exact while there are few, and near after that. */
static void test_quantiles(void **state)
{
	enum { COUNT = 20000 };
	static ws_time values[COUNT];
	struct ws_quantile quantile = {.count = 0};
	uint64_t chance = 1;
	(void)state;
	assert_int_equal(ws_quantile_value(&quantile, 50), -1);
	for (size_t i = 0; i < COUNT; i++) {
		chance = chance * 6364136223846793005u + 1442695040888963407u;
		values[i] = (ws_time)((chance >> 33) + 1024) << (chance >> 61);
		ws_quantile_add(&quantile, values[i]);
		if (i + 1 != WS_QUANTILE_EXACT && i + 1 != WS_QUANTILE_EXACT + 1 && i + 1 != COUNT && i != 0)
			continue;
		qsort(values, i + 1, sizeof(*values), compare);
		for (unsigned percent = 0; percent <= 100; percent += 5) {
			const size_t rank = ((i + 1) * percent + 99) / 100;
			const ws_time want = values[rank ? rank - 1 : 0], got = ws_quantile_value(&quantile, percent);
			const ws_time most = i < WS_QUANTILE_EXACT ? 0 : want * 33 / 1000;
			if (got < want - most || got > want + most)
				fail_msg("%u %% of %zu values: %lld, not %lld", percent, i + 1, (long long)got,
				         (long long)want);
		}
		assert_int_equal(quantile.least, values[0]);
		assert_int_equal(quantile.most, values[i]);
	}
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_times),
	        SCENE_TEST(test_greeting_is_no_answer),
	        SCENE_TEST(test_both_at_once),
	        SCENE_TEST(test_sent_again),
	        SCENE_TEST(test_lost_before_the_capture),
	        SCENE_TEST(test_keep_alives_of_one_byte),
	        SCENE_TEST(test_gap_of_the_answer_before),
	        cmocka_unit_test(test_quantiles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
