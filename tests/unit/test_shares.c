/* What a connection waited for, by its shares of time, where the capture has only a part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shots.h"

static struct ws_time_shares shares_of(const struct shot *shots, size_t count)
{
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .shares = true};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct ws_conn_info info;
	assert_non_null(tracker);
	play(tracker, shots, count);
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, 0), &info));
	assert_true(info.shares_known);
	ws_tracker_free(tracker);
	return info.shares;
}

#define SHARES_OF(shots) shares_of(shots, sizeof(shots) / sizeof(*(shots)))

/* The capture begins in the middle of a transfer: ACKs of the data are there before any of the data. */
static void test_window_closed_before_data_is_seen(void **state)
{
	static const struct shot shots[] = {
	        {CLIENT, A, 101, 2000, 0, 0, .window = 3000},   {CLIENT, A, 101, 3000, 0, 1, .window = 2000},
	        {CLIENT, A, 101, 5000, 0, 2, .closed = true},   {CLIENT, A, 101, 5000, 0, 102, .window = 0},
	        {SERVER, A, 5000, 101, 1000, 103, .window = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_true(shares.time[WS_CAUSE_CLOSED_WINDOW][SERVER] == 100 * WS_MILLISECOND);
	assert_true(shares.time[WS_CAUSE_PROGRAM][SERVER] <= WS_MILLISECOND);
}

/* Nothing shows that the server had anything to send: its program is waited for. */
static void test_window_closed_before_anything_is_sent(void **state)
{
	static const struct shot shots[] = {
	        {CLIENT, A, 101, 2000, 0, 0, .window = 3000},
	        {CLIENT, A, 101, 2000, 0, 2, .closed = true},
	        {CLIENT, A, 101, 2000, 0, 102, .window = 0},
	        {SERVER, A, 2000, 101, 1000, 103, .window = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_true(shares.time[WS_CAUSE_CLOSED_WINDOW][SERVER] == 0);
	assert_true(shares.time[WS_CAUSE_PROGRAM][SERVER] >= 100 * WS_MILLISECOND);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_window_closed_before_data_is_seen),
	        cmocka_unit_test(test_window_closed_before_anything_is_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
