/* What a played connection waited for, by its shares of time. */
#ifndef TEST_SHARE_SHOTS_H
#define TEST_SHARE_SHOTS_H

#include "shots.h"

static inline struct ws_time_shares shares_of(const struct shot *shots, size_t count)
{
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .shares = true};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	assert_non_null(tracker);
	play(tracker, shots, count);
	const struct ws_conn_info info = conn(tracker, 1);
	assert_true(info.shares_known);
	ws_tracker_free(tracker);
	return info.shares;
}

/* The SYN and the SYN-ACK, which comes `after` so many milliseconds, and what both have: OPENS(20, .mss = 1000). */
#define OPENS(after, ...)                                                                                              \
	{.from = CLIENT, .flags = S, .sequence = 100, __VA_ARGS__},                                                    \
	{                                                                                                              \
		.from = SERVER, .flags = S | A, .sequence = 500, .acknowledgment = 101, .milliseconds = after,         \
		__VA_ARGS__                                                                                            \
	}

#define SHARES_OF(shots) shares_of(shots, sizeof(shots) / sizeof(*(shots)))

/* In milliseconds. */
static inline ws_time rounded(ws_time time)
{
	return (time + WS_MILLISECOND / 2) / WS_MILLISECOND;
}

#endif
