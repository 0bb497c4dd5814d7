/* Shares of time in which the window of the receiver counts, or seems to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "share_shots.h"

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

/* The window has grown before a long pause, and an answer after it fits into what was open before that. `milliseconds`: from the
 * request to the answer; `way`: to the server. */
static void check_window_after_pause(uint32_t milliseconds, uint32_t way)
{
	const uint32_t asked = 60, answered = asked + milliseconds;
	const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 3000, .mss = 1000},
	        {SERVER, S | A, 500, 101, 0, way, .window = 60000, .mss = 1000},
	        {CLIENT, A, 101, 501, 0, 40, .window = 3000},
	        {CLIENT, A, 101, 501, 14, asked, .window = 60000},
	        {SERVER, A, 501, 115, 1000, answered, .window = 60000},
	        {SERVER, A, 1501, 115, 1000, answered, .window = 60000},
	        {SERVER, A, 2501, 115, 1000, answered, .window = 60000},
	        {CLIENT, A, 115, 3501, 0, answered + 40, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_true(shares.time[WS_CAUSE_WINDOW][SERVER] == 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), milliseconds - way);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 40);
}

static void test_window_after_long_pause(void **state)
{
	static const uint32_t minute = 60 * 1000,
	                      turn = (uint32_t)(((uint64_t)1 << 32) / 1000); /* the microseconds come round */
	const uint32_t pauses[] = {100,       10 * minute, 30 * minute, 40 * minute,   70 * minute,
	                           turn - 30, turn,        turn + 20,   2 * turn + 20, 1000 * minute};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(pauses); i++) {
		check_window_after_pause(pauses[i], 0);
		check_window_after_pause(pauses[i], 40);
	}
}

/* On the loopback interface a window never has room for a full segment, and yet a small answer does not fill it. */
static void test_small_answer_does_not_fill_a_window_below_one_segment(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 43690, .mss = 65495),       {CLIENT, A, 101, 501, 0, 0, .window = 43690},
	        {CLIENT, A, 101, 501, 14, 0, .window = 43690}, {SERVER, A, 501, 115, 7, 50, .window = 43690},
	        {CLIENT, A, 115, 508, 0, 90, .window = 43690}, {CLIENT, F, 115, 508, 0, 100, .window = 43690},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_true(shares.time[WS_CAUSE_WINDOW][SERVER] == 0 && shares.time[WS_CAUSE_WINDOW][CLIENT] == 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 50);
}

/* Half of such a window is what a sender of much data waits for (RFC 9293 §3.8.6.2.1). */
static void test_much_data_fills_a_window_below_one_segment(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 43690, .mss = 65495),
	        {CLIENT, A, 101, 501, 0, 0, .window = 43690},
	        {CLIENT, A, 101, 501, 14, 0, .window = 43690},
	        {SERVER, A, 501, 115, 21845, 0, .window = 43690},
	        {SERVER, A, 22346, 115, 21845, 0, .window = 43690},
	        {CLIENT, A, 115, 44191, 0, 90, .window = 43690},
	        {SERVER, A, 44191, 115, 21845, 90, .window = 43690},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][SERVER]), 90);
}

/* 48 bytes of the window are left for 512 that the client has written: its timer sends what has room. A timer that would
 * have taken longer has not: the client's program has written 48 bytes. */
static void test_timer_fills_a_window_below_one_segment(void **state)
{
	static struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .mss = 1460, .unnumbered = true},
	        {SERVER, S | A, 500, 101, 0, 10, .window = 560, .mss = 1460},
	        {CLIENT, A, 101, 501, 0, 10, .unnumbered = true},
	        {CLIENT, A | WS_TCP_PSH, 101, 501, 512, 10, .unnumbered = true},
	        {SERVER, A, 501, 613, 0, 20, .window = 48},
	        {CLIENT, A | WS_TCP_PSH, 613, 501, 48, 240, .unnumbered = true},
	        {SERVER, A, 501, 661, 0, 250, .closed = true},
	};
	struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][CLIENT]), 220 + 10);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 10, 11);
	shots[5].milliseconds = 120;
	shots[6].milliseconds = 130;
	shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][CLIENT]), 10);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 100, 110);
}

/* The client's window scale was lost on the way, so the server's window of 78,848 bytes is one of 77 to it. It has more to
 * send, and each time a timer of 200 ms sends what has room. */
static void test_timer_fills_a_tiny_window_again_and_again(void **state)
{
	static const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .mss = 1460, .unnumbered = true},
	        {SERVER, S | A, 500, 101, 0, 1, .window = 65160, .mss = 1460},
	        {CLIENT, A, 101, 501, 0, 1, .unnumbered = true},
	        {CLIENT, A, 101, 501, 1460, 2, .unnumbered = true},
	        {CLIENT, A | WS_TCP_PSH, 1561, 501, 1460, 2, .unnumbered = true},
	        {SERVER, A, 501, 3021, 0, 3, .window = 77},
	        {CLIENT, A | WS_TCP_PSH, 3021, 501, 77, 210, .unnumbered = true},
	        {SERVER, A, 501, 3098, 0, 211, .window = 77},
	        {CLIENT, A | WS_TCP_PSH, 3098, 501, 77, 419, .unnumbered = true},
	        {SERVER, A, 501, 3175, 0, 420, .window = 77},
	        {CLIENT, A | WS_TCP_PSH, 3175, 501, 77, 628, .unnumbered = true},
	        {SERVER, A, 501, 3252, 0, 629, .window = 77},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][CLIENT]), 629 - 3);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 1);
}

/* The server has written 3,600 bytes and has room for 4,000: its data, and not the window, has ended. Of 3,500 bytes of
 * room it can only use those. The capture is at the server. */
static struct ws_time_shares shares_of_four_segments(uint16_t room, uint32_t last)
{
	const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = room, .mss = 1000},
	        {SERVER, S | A, 500, 101, 0, 0, .mss = 1000},
	        {CLIENT, A, 101, 501, 0, 100, .window = room},
	        {CLIENT, A, 101, 501, 60, 100, .window = room},
	        {SERVER, A, 501, 161, 1000, 100, .bad = 0},
	        {SERVER, A, 1501, 161, 1000, 100, .bad = 0},
	        {SERVER, A, 2501, 161, 1000, 100, .bad = 0},
	        {SERVER, A | WS_TCP_PSH, 3501, 161, last, 100, .bad = 0},
	        {CLIENT, A, 161, 3501 + last, 0, 200, .window = room},
	        {SERVER, A, 3501 + last, 161, 200, 200, .bad = 0},
	        {CLIENT, A, 161, 3701 + last, 60, 300, .window = room},
	};
	return SHARES_OF(shots);
}

static void test_small_segment_that_does_not_fill_the_window(void **state)
{
	(void)state;
	const struct ws_time_shares ended = shares_of_four_segments(4000, 600);
	assert_int_equal(rounded(ended.time[WS_CAUSE_WINDOW][SERVER]), 0);
	const struct ws_time_shares cut = shares_of_four_segments(3600, 600);
	assert_int_equal(rounded(cut.time[WS_CAUSE_WINDOW][SERVER]), 100);
}

/* At the server, which takes a millisecond to answer, an ACK widens the window for the last 700 bytes and 100 more: the
 * server knows of it at once, and its data has ended. */
static void test_last_segment_for_which_an_ack_opens_the_window(void **state)
{
	static const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 3700, .mss = 1000},
	        {SERVER, S | A, 500, 101, 0, 1, .mss = 1000},
	        {CLIENT, A, 101, 501, 0, 101, .window = 3700},
	        {CLIENT, A, 101, 501, 60, 101, .window = 3700},
	        {SERVER, A, 501, 161, 1000, 102, .bad = 0},
	        {SERVER, A, 1501, 161, 1000, 102, .bad = 0},
	        {SERVER, A, 2501, 161, 1000, 102, .bad = 0},
	        {CLIENT, A, 161, 1501, 0, 202, .window = 2800},
	        {SERVER, A | WS_TCP_PSH, 3501, 161, 700, 202, .bad = 0},
	        {CLIENT, A, 161, 4201, 0, 302, .window = 3700},
	        {SERVER, A, 4201, 161, 200, 302, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][SERVER]), 100);
}

/* The window is always full, and moves on in several bursts in each round trip of 300 ms. The capture is at the client.
 */
static void test_window_that_moves_in_bursts(void **state)
{
	enum { ROUNDS = 10, BURSTS = 4, TRIP = 300, START = 2 * TRIP, SEGMENTS = 12, MSS = 1000 };
	enum { ROOM = SEGMENTS * MSS + MSS / 2, ALL = 4 + ROUNDS * 2 * SEGMENTS };
	static const struct {
		uint32_t at, segments;
	} bursts[BURSTS] = {{0, 4}, {90, 2}, {150, 3}, {240, 3}};
	struct shot shots[ALL] = {{.from = CLIENT, .flags = S, .sequence = 100, .window = ROOM, .mss = MSS},
	                          {SERVER, S | A, 500, 101, 0, TRIP, .mss = MSS},
	                          {CLIENT, A, 101, 501, 0, TRIP, .window = ROOM},
	                          {CLIENT, A, 101, 501, 60, TRIP, .window = ROOM}};
	size_t count = 4;
	uint32_t end = 501;
	(void)state;
	for (unsigned i = 0; i < ROUNDS * BURSTS; i++) {
		const uint32_t now = START + i / BURSTS * TRIP + bursts[i % BURSTS].at;
		for (unsigned j = 0; j < bursts[i % BURSTS].segments; j++, end += MSS) {
			shots[count++] = (struct shot){SERVER, A, end, 161, MSS, now + j, .bad = 0};
			shots[count++] = (struct shot){CLIENT, A, 161, end + MSS, 0, now + j, .window = ROOM};
		}
	}
	const struct ws_time_shares shares = shares_of(shots, count);
	/* In the first round, not all of the window is used. */
	assert_in_range(rounded(shares.time[WS_CAUSE_WINDOW][SERVER]), (ROUNDS - 2) * TRIP, ROUNDS * TRIP);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 0, 1);
}

/* A router with jitter delivers an ACK with a window of 0 after the newer one that has opened the window again. */
static void test_window_of_an_overtaken_ack(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 60, 40, .window = 2000},
	        {SERVER, A, 501, 161, 1000, 40, .window = 60000},
	        {SERVER, A, 1501, 161, 1000, 40, .window = 60000},
	        {CLIENT, A, 161, 2501, 0, 85, .window = 8000},
	        {CLIENT, A, 161, 1501, 0, 88, .closed = true},
	        {SERVER, A, 2501, 161, 500, 385, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSED_WINDOW][SERVER]), 0);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 290, 300);
}

/* A capture of the first 64 bytes of each packet has not all options of the SYNs: what the windows of 60 mean is not
 * known, so they hold up nobody. Nor is it known that a segment of 1448 bytes is a full one. */
static void test_options_that_are_cut_off(void **state)
{
	static const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 60000, .mss = 1460, .cut_off = true},
	        {.from = SERVER, .flags = S | A, .sequence = 500, .acknowledgment = 101, .mss = 1460, .cut_off = true},
	        {CLIENT, A, 101, 501, 60, 0, .window = 60},
	        {SERVER, A, 501, 161, 1448, 1, .window = 60},
	        {SERVER, A, 1949, 161, 1448, 1, .window = 60},
	        {CLIENT, A, 161, 3397, 0, 41, .window = 60},
	        {SERVER, A, 3397, 161, 1448, 41, .window = 60},
	        {SERVER, A, 4845, 161, 1448, 41, .window = 60},
	        {CLIENT, A, 161, 6293, 0, 81, .window = 60},
	        {SERVER, A, 6293, 161, 1448, 81, .window = 60},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_WINDOW][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 80);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 1);
}

/* The server has taken back what its window had room for, and so drops what was under way; the client's timer sends it again
 * and again, also once more after there is room: nothing was lost on the way. */
static void test_timer_sends_again_what_had_no_room(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 2101, 501, 1000, 10, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 10, .closed = true},
	        {SERVER, A, 501, 1101, 0, 10, .closed = true},
	        {CLIENT, A, 1101, 501, 1000, 220, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 220, .closed = true},
	        {CLIENT, A, 1101, 501, 1000, 640, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 640, .closed = true},
	        {SERVER, A, 501, 1101, 0, 1000, .window = 3000},
	        {CLIENT, A, 1101, 501, 1000, 1480, .window = 60000},
	        {SERVER, A, 501, 2101, 0, 1480, .window = 3000},
	        {CLIENT, A, 2101, 501, 1000, 1480, .window = 60000},
	        {SERVER, A, 501, 3101, 0, 1480, .window = 3000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSED_WINDOW][CLIENT]), 1470);
	assert_int_equal(shares.time[WS_CAUSE_TIMEOUT][CLIENT], 0);
	assert_int_equal(shares.timeouts, 0);
}

/* Once there is room again, the segment that had none is sent again, and lost twice on the way: that is no matter of the window
 * any more. Its timer had been set before, so the first one belongs to the window. */
static void test_loss_after_the_window_has_opened(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 2101, 501, 1000, 10, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 10, .closed = true},
	        {CLIENT, A, 1101, 501, 1000, 220, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 220, .closed = true},
	        {SERVER, A, 501, 1101, 0, 500, .window = 3000},
	        {CLIENT, A, 1101, 501, 1000, 640, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 1480, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 3160, .window = 60000},
	        {SERVER, A, 501, 2101, 0, 3160, .window = 3000},
	        {CLIENT, A, 2101, 501, 1000, 3160, .window = 60000},
	        {SERVER, A, 501, 3101, 0, 3160, .window = 3000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSED_WINDOW][CLIENT]), 640 - 10);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][CLIENT]), 3160 - 640);
	assert_int_equal(shares.timeouts, 2);
}

/* Once there is room again, the first of three segments that had none is lost on the way, as repeated ACKs tell. */
static void test_repeated_acks_after_the_window_has_opened(void **state)
{
	static const struct shot shots[] = {
	        OPENS(20, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 1000, 20, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 20, .window = 60000},
	        {CLIENT, A, 2101, 501, 1000, 20, .window = 60000},
	        {CLIENT, A, 3101, 501, 1000, 20, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 40, .closed = true},
	        {CLIENT, A, 1101, 501, 1000, 240, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 260, .closed = true},
	        {SERVER, A, 501, 1101, 0, 500, .window = 5000},
	        {CLIENT, A, 1101, 501, 1000, 640, .window = 60000},
	        {CLIENT, A, 2101, 501, 1000, 640, .window = 60000},
	        {CLIENT, A, 3101, 501, 1000, 640, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 660, .window = 5000, .sack_right = 3101},
	        {SERVER, A, 501, 1101, 0, 660, .window = 5000, .sack_right = 4101},
	        {CLIENT, A, 1101, 501, 1000, 660, .window = 60000},
	        {SERVER, A, 501, 4101, 0, 680, .window = 5000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSED_WINDOW][CLIENT]), 660 - 40);
	assert_int_equal(rounded(shares.time[WS_CAUSE_DUPLICATE_ACKS][CLIENT]), 20);
	assert_int_equal(shares.timeouts, 0);
}

/* A window that shrinks may leave too little room for what is sent again. */
static void test_timer_sends_again_what_had_too_little_room(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 10, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 10, .window = 400},
	        {CLIENT, A, 1101, 501, 1000, 220, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 220, .window = 400},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.time[WS_CAUSE_TIMEOUT][CLIENT], 0);
	assert_int_equal(shares.timeouts, 0);
}

/* A window scale rounds down what the last segment needs, and that one is lost. */
static void test_window_that_is_rounded_down_explains_no_loss(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 1000, 10, .window = 60000},
	        {CLIENT, A, 1101, 501, 1000, 10, .window = 60000},
	        {SERVER, A, 501, 1101, 0, 10, .window = 896},
	        {CLIENT, A, 1101, 501, 1000, 220, .window = 60000},
	        {SERVER, A, 501, 2101, 0, 220, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.time[WS_CAUSE_CLOSED_WINDOW][CLIENT], 0);
	assert_int_equal(shares.timeouts, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_window_closed_before_data_is_seen),
	        cmocka_unit_test(test_window_of_an_overtaken_ack),
	        cmocka_unit_test(test_timer_sends_again_what_had_no_room),
	        cmocka_unit_test(test_timer_sends_again_what_had_too_little_room),
	        cmocka_unit_test(test_loss_after_the_window_has_opened),
	        cmocka_unit_test(test_repeated_acks_after_the_window_has_opened),
	        cmocka_unit_test(test_window_that_is_rounded_down_explains_no_loss),
	        cmocka_unit_test(test_options_that_are_cut_off),
	        cmocka_unit_test(test_window_closed_before_anything_is_sent),
	        cmocka_unit_test(test_timer_fills_a_window_below_one_segment),
	        cmocka_unit_test(test_timer_fills_a_tiny_window_again_and_again),
	        cmocka_unit_test(test_window_after_long_pause),
	        cmocka_unit_test(test_small_answer_does_not_fill_a_window_below_one_segment),
	        cmocka_unit_test(test_much_data_fills_a_window_below_one_segment),
	        cmocka_unit_test(test_small_segment_that_does_not_fill_the_window),
	        cmocka_unit_test(test_last_segment_for_which_an_ack_opens_the_window),
	        cmocka_unit_test(test_window_that_moves_in_bursts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
