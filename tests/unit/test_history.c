/* track/history.h: what is added is read again exactly, whatever the inputs are, while others are still being added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "random.h"
#include "track/history.h"

static void assert_same(const struct ws_segment *a, const struct ws_segment *b)
{
#define SAME(member) assert_true(a->member == b->member)
	SAME(time);
	SAME(frame);
	SAME(position);
	SAME(sequence);
	SAME(acknowledgment);
	SAME(length);
	SAME(tsval);
	SAME(tsecr);
	SAME(sack_right);
	SAME(interface);
	SAME(flags);
	SAME(window);
	SAME(identification);
	SAME(mss);
	SAME(vlan);
	SAME(kind);
	SAME(direction);
	SAME(window_scale);
	SAME(ttl);
	SAME(timestamps);
	SAME(sack);
	SAME(sack_permitted);
	SAME(fast_open);
	SAME(duplicate);
	SAME(checksum_ignored);
	SAME(bad_checksum);
	SAME(repeated);
#undef SAME
}

/* One in so many cases. */
static bool seldom(uint64_t *seed, unsigned cases)
{
	return below(seed, cases) == 0;
}

static uint64_t any64(uint64_t *seed)
{
	const unsigned bits = below(seed, 65);
	const uint64_t number = (uint64_t)below(seed, UINT32_MAX) << 32 ^ below(seed, UINT32_MAX);
	return bits ? number >> (64 - bits) : 0;
}

/* Mostly a segment as it follows the one before; now and then any value in any member. */
static struct ws_segment next_input(uint64_t *seed, const struct ws_segment *before)
{
	struct ws_segment s = *before;
	s.kind = seldom(seed, 12) ? (uint8_t)below(seed, 4) : WS_INPUT_SEGMENT;
	s.direction = (uint8_t)below(seed, 2);
	s.time = (ws_time)((uint64_t)s.time + (any64(seed) >> below(seed, 40)) -
	                   (any64(seed) >> (seldom(seed, 9) ? 1 : 30)));
	s.frame += below(seed, 1000);
	s.position = seldom(seed, 10) ? UINT64_MAX : s.position + any64(seed);
	s.sequence += below(seed, 3000);
	s.acknowledgment = seldom(seed, 4) ? (uint32_t)any64(seed) : s.sequence;
	s.length = seldom(seed, 2) ? 0 : below(seed, 100000);
	s.flags = (uint16_t)(seldom(seed, 20) ? below(seed, 4096) : below(seed, 256));
	s.window = seldom(seed, 2) ? s.window : (uint16_t)any64(seed);
	s.identification = (uint16_t)(s.identification + below(seed, 3));
	s.timestamps = seldom(seed, 2);
	s.tsval = s.timestamps || seldom(seed, 50) ? (uint32_t)any64(seed) : 0;
	s.tsecr = s.timestamps ? (uint32_t)any64(seed) : 0;
	s.sack = seldom(seed, 5);
	s.sack_right = s.sack ? (uint32_t)any64(seed) : 0;
	s.mss = (uint16_t)(seldom(seed, 20) ? any64(seed) : 0);
	s.window_scale = seldom(seed, 20) ? (uint8_t)any64(seed) : 255;
	s.ttl = seldom(seed, 20) ? (uint8_t)any64(seed) : 64;
	s.vlan = seldom(seed, 20) ? (uint16_t)any64(seed) : UINT16_MAX;
	s.interface = seldom(seed, 20) ? (uint32_t)any64(seed) : 0;
	s.sack_permitted = seldom(seed, 20);
	s.fast_open = seldom(seed, 20);
	s.duplicate = seldom(seed, 20);
	s.checksum_ignored = seldom(seed, 20);
	s.bad_checksum = seldom(seed, 20);
	s.repeated = seldom(seed, 20);
	return s;
}

enum { INPUTS = 5000 };

static void what_is_added_is_read(void **state)
{
	(void)state;
	static struct ws_segment input[INPUTS];
	for (uint64_t seed = 1; seed <= 8; seed++) {
		uint64_t random = seed;
		struct ws_history history = {.limit = 4 << 20};
		struct ws_conn conn = {.number = 1};
		struct ws_history_cursor along = {.chunk = NULL}, cursor = {.chunk = NULL};
		struct ws_segment before = {.time = 0}, read;
		assert_false(ws_history_read(&conn, &along, &read));
		for (size_t i = 0; i < INPUTS; i++) {
			before = input[i] = next_input(&random, &before);
			ws_history_prefetch(&conn);
			assert_true(ws_history_add(&history, &conn, &input[i]));
			/* A view that is open reads each input as it comes. */
			assert_true(ws_history_read(&conn, &along, &read));
			assert_same(&read, &input[i]);
			assert_false(ws_history_read(&conn, &along, &read));
		}
		assert_int_equal(conn.history_count, INPUTS);
		struct ws_history_cursor half = cursor;
		for (size_t i = 0; i < INPUTS; i++) {
			if (i == INPUTS / 2)
				half = cursor;
			assert_true(ws_history_read(&conn, &cursor, &read));
			assert_same(&read, &input[i]);
		}
		assert_false(ws_history_read(&conn, &cursor, &read));
		/* A copy of a cursor goes on from its place. */
		for (size_t i = INPUTS / 2; i < INPUTS; i++) {
			assert_true(ws_history_read(&conn, &half, &read));
			assert_same(&read, &input[i]);
		}
		ws_history_free(&history, &conn);
		assert_int_equal(history.used, 0);
	}
}

/* Segments of an ordinary transfer: the packing is worth it. */
static void a_transfer_takes_little(void **state)
{
	(void)state;
	struct ws_history history = {.limit = 1 << 20};
	struct ws_conn conn = {.number = 1};
	struct ws_segment s = {.time = INT64_C(1700000000) * WS_SECOND,
	                       .position = 24,
	                       .kind = WS_INPUT_SEGMENT,
	                       .window_scale = 255,
	                       .timestamps = 1,
	                       .vlan = UINT16_MAX,
	                       .ttl = 64,
	                       .flags = WS_TCP_ACK,
	                       .window = 501};
	for (unsigned i = 0; i < 3000; i++) {
		s.direction = i % 3 == 2;
		s.time += WS_MILLISECOND / 10;
		s.frame += 7;
		s.position += 7 * 1000;
		s.length = s.direction ? 0 : 1448;
		assert_true(ws_history_add(&history, &conn, &s));
	}
	assert_true(history.used < 3000 * 30);
	ws_history_free(&history, &conn);
}

static void without_room_nothing_is_added(void **state)
{
	(void)state;
	struct ws_history history = {.limit = 1000};
	struct ws_conn conn = {.number = 1};
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment s = {.kind = WS_INPUT_SEGMENT, .window_scale = 255}, read;
	size_t added = 0;
	while (ws_history_add(&history, &conn, &s)) {
		s.frame = ++added;
		assert_true(added < 1000);
	}
	assert_true(added > 5);
	assert_true(history.used <= 1000);
	assert_int_equal(conn.history_count, added);
	for (size_t i = 0; i < added; i++) {
		assert_true(ws_history_read(&conn, &cursor, &read));
		assert_int_equal(read.frame, i);
	}
	assert_false(ws_history_read(&conn, &cursor, &read));
	ws_history_drop(&history, &conn);
	assert_int_equal(history.used, 0);
	assert_int_equal(history.dropped, added);
	assert_true(ws_history_add(&history, &conn, &s)); /* it is not kept */
	assert_int_equal(conn.history_count, 0);
	assert_false(ws_history_read(&conn, &(struct ws_history_cursor){.chunk = NULL}, &read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_is_added_is_read),
	        cmocka_unit_test(a_transfer_takes_little),
	        cmocka_unit_test(without_room_nothing_is_added),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
