/* What a connection waited for, by its shares of time, where the capture has only a part of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "share_shots.h"

/* The capture lacks what came between two segments, so it may lack the first one's ACK, too: the second one is timed. */
static void longest_trip(uint32_t ack, bool gap, ws_time longest)
{
	const struct shot shots[] = {
	        {SERVER, A, 501, 101, 100, 0, .bad = 0},
	        {SERVER, A, gap ? 701 : 601, 101, 100, 1000, .bad = 0},
	        {CLIENT, A, 101, ack, 0, 1001, .bad = 0},
	};
	const struct ws_tracker_config config = {.hash_key = "a key for tests"};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct ws_conn_info info;
	assert_non_null(tracker);
	PLAY(tracker, shots);
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, 0), &info));
	assert_true(info.endpoint[0].rtt_max == longest);
	ws_tracker_free(tracker);
}

static void test_no_round_trip_over_a_gap(void **state)
{
	(void)state;
	longest_trip(801, true, WS_MILLISECOND);
	longest_trip(601, true, -1);
	longest_trip(701, false, 1001 * WS_MILLISECOND);
}

/* In milliseconds. */
/* The NAT of a virtual machine acknowledges at once what its host has yet to send: only the handshake and the answers take the way
 * of 100 ms. The server's program takes 10 and 30 ms. */
static void test_somebody_near_acknowledges(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENS(100),
	        {CLIENT, A, 101, 501, 0, 100, .bad = 0},
	        {CLIENT, A, 101, 501, 14, 100, .bad = 0},
	        {SERVER, A, 501, 115, 0, 101, .bad = 0},
	        {SERVER, A, 501, 115, 200, 210, .bad = 0},
	        {CLIENT, A, 115, 701, 0, 210, .bad = 0},
	        {CLIENT, A, 115, 701, 14, 250, .bad = 0},
	        {SERVER, A, 701, 129, 0, 251, .bad = 0},
	        {SERVER, A, 701, 129, 200, 380, .bad = 0},
	        {CLIENT, A, 129, 901, 0, 380, .bad = 0},
	        {CLIENT, F, 129, 901, 0, 400, .bad = 0},
	        {SERVER, A, 901, 130, 0, 401, .bad = 0},
	        {SERVER, F, 901, 130, 0, 500, .bad = 0},
	        {CLIENT, A, 130, 902, 0, 500, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 40);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][CLIENT]), 200);
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSING][0]), 100);
}

/* An answer that comes sooner than the handshake's shows that only that was slow: from then on the ACKs tell of the way. */
static void test_only_the_handshake_was_slow(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENS(100),
	        {CLIENT, A, 101, 501, 0, 100, .bad = 0},
	        {CLIENT, A, 101, 501, 14, 100, .bad = 0},
	        {SERVER, A, 501, 115, 0, 101, .bad = 0},
	        {SERVER, A, 501, 115, 200, 105, .bad = 0},
	        {CLIENT, A, 115, 701, 0, 105, .bad = 0},
	        {CLIENT, A, 115, 701, 14, 150, .bad = 0},
	        {SERVER, A, 701, 129, 0, 151, .bad = 0},
	        {SERVER, A, 701, 129, 200, 240, .bad = 0},
	        {CLIENT, A, 129, 901, 0, 240, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 89);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][CLIENT]), 6);
}

/* Eleven requests are written at once, of which ten may be under way at first: the last one waits for an ACK, and its
 * answer for the way there and back, though the other answers have come before it. The capture is at the client. */
static void test_requests_wait_for_the_congestion_window(void **state)
{
	enum { ALL = 24 };
	struct shot shots[ALL] = {OPENS(100), {CLIENT, A, 101, 501, 0, 100, .bad = 0}};
	size_t count = 3;
	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		shots[count++] = (struct shot){CLIENT, A, 101 + 60 * i, 501, 60, 100, .bad = 0};
	shots[count++] = (struct shot){SERVER, A, 501, 701, 0, 200, .bad = 0};
	shots[count++] = (struct shot){CLIENT, A, 701, 501, 60, 200, .bad = 0};
	shots[count++] = (struct shot){SERVER, A, 501, 701, 200, 205, .bad = 0};
	shots[count++] = (struct shot){SERVER, A, 701, 701, 200, 210, .bad = 0};
	shots[count++] = (struct shot){SERVER, A, 901, 761, 200, 310, .bad = 0};
	const struct ws_time_shares shares = shares_of(shots, count);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]),
	                 15); /* not 20: at 205, the last request is on its way */
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][CLIENT]), 195);
}

/* Data of both has crossed; then the client's next small segment waits for the ACK of the one before it, as Nagle's
 * algorithm wants. The capture is at the client. */
static void test_small_segment_waits_after_data_has_crossed(void **state)
{
	static const struct shot shots[] = {
	        OPENS(100),
	        {CLIENT, A, 101, 501, 0, 100, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 100, .bad = 0},
	        {SERVER, A, 501, 101, 200, 110, .bad = 0},
	        {CLIENT, A, 161, 701, 0, 110, .bad = 0},
	        {SERVER, A, 701, 161, 0, 200, .bad = 0},
	        {CLIENT, A, 161, 701, 60, 200, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][CLIENT]), 100);
}

/* A segment that another one has overtaken a millisecond before is not sent again by a timer, though no ACK has come
 * meanwhile. The capture is in the middle. */
static void test_overtaken_segment_is_no_loss(void **state)
{
	static const struct shot shots[] = {
	        OPENS(50, .window = 60000, .tsval = 1),
	        {CLIENT, A, 101, 501, 0, 100, .window = 60000, .tsval = 2},
	        {CLIENT, A, 101, 501, 60, 100, .window = 60000, .tsval = 2},
	        {SERVER, A, 501, 161, 1000, 150, .window = 60000, .tsval = 3},
	        {SERVER, A, 2501, 161, 1000, 150, .window = 60000, .tsval = 3},
	        {SERVER, A, 1501, 161, 1000, 151, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 3501, 0, 200, .window = 60000, .tsval = 4},
	        {SERVER, A, 3501, 161, 1000, 250, .window = 60000, .tsval = 5},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 100);
}

/* The client closes as soon as it has the server's data, which was still on its way when the server received the last
 * data of the client. The capture is at the server. */
static void test_close_waits_for_data_under_way(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0),
	        {CLIENT, A, 101, 501, 0, 100, .bad = 0},
	        {SERVER, A, 501, 101, 200, 100, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 110, .bad = 0},
	        {CLIENT, A, 161, 701, 0, 200, .bad = 0},
	        {CLIENT, F, 161, 701, 0, 200, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 100);
}

/* What comes after a RST waits for no program and no window: data that was under way, and the RST that answers it. */
static void test_nobody_is_waited_for_after_a_reset(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .mss = 1460),         {CLIENT, A, 101, 501, 0, 0, .window = 60000},
	        {CLIENT, A, 101, 501, 60, 0, .window = 60000},  {SERVER, R | A, 501, 161, 0, 50, .closed = true},
	        {CLIENT, A, 161, 501, 60, 52, .window = 60000}, {SERVER, R, 501, 0, 0, 1052, .closed = true},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 50);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 1002);
}

/* A RST was forged: the server goes on, and its program is waited for again. */
static void test_program_is_waited_for_after_a_forged_reset(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0),
	        {CLIENT, A, 101, 501, 0, 0, .bad = 0},
	        {SERVER, R, 501, 0, 0, 1, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 10, .bad = 0},
	        {SERVER, A, 501, 161, 0, 10, .bad = 0},
	        {SERVER, A, 501, 161, 60, 310, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 300);
}

/* The answer to a fast open has the server's data and its FIN. When both sides have closed, nobody waits. */
static void test_fin_with_the_syn_ack(void **state)
{
	static const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .length = 40},
	        {SERVER, S | F, 500, 141, 60, 10, .bad = 0},
	        {CLIENT, A, 141, 562, 0, 10, .bad = 0},
	        {CLIENT, F, 141, 562, 0, 30, .bad = 0},
	        {SERVER, A, 562, 142, 0, 40, .bad = 0},
	        {SERVER, R | A, 562, 142, 0, 1040, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT] + shares.time[WS_CAUSE_CLOSING][0]), 30);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 1000);
}

/* Only the client was captured: its silence may be the server's, of which the ACKs show only that it has sent. */
static void test_one_direction_has_no_shares(void **state)
{
	static const struct shot shots[] = {
	        {CLIENT, A, 101, 501, 60, 0, .bad = 0},
	        {CLIENT, A, 161, 701, 60, 1000, .bad = 0},
	};
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .shares = true};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct ws_conn_info info;
	(void)state;
	assert_non_null(tracker);
	play(tracker, shots, 2);
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, 0), &info));
	assert_true(info.one_direction);
	assert_false(info.shares_known);
	ws_tracker_free(tracker);
}

/* Data of both was not captured: nobody knows who was waited for. Then the request of which an ACK tells is answered. */
static void test_gap_in_the_capture_blames_nobody(void **state)
{
	static const struct shot shots[] = {
	        {CLIENT, A, 101, 501, 60, 0, .bad = 0},   {SERVER, A, 501, 161, 100, 1, .bad = 0},
	        {CLIENT, A, 161, 601, 0, 1, .bad = 0},    {SERVER, A, 701, 261, 100, 1001, .bad = 0},
	        {CLIENT, A, 261, 801, 0, 1001, .bad = 0}, {CLIENT, A, 261, 801, 60, 1101, .bad = 0},
	        {SERVER, A, 901, 421, 0, 2101, .bad = 0}, {SERVER, A, 901, 421, 100, 2401, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 2000);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 100);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 300, 301);
}

/* The SYN-ACK comes again after its ACK. When the client speaks next, its program was waited for, and when the server
 * does, the handshake was not done. */
static void test_repeated_syn_ack(void **state)
{
	static struct shot shots[] = {
	        OPENS(10),
	        {CLIENT, A, 101, 501, 0, 10, .bad = 0},
	        {SERVER, S | A, 500, 101, 0, 1010, .bad = 0},
	        {CLIENT, A, 101, 501, 0, 1010, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 1510, .bad = 0},
	};
	struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CONNECTING][0]), 10);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 1500);
	shots[5] = (struct shot){SERVER, A, 501, 101, 60, 1510, .bad = 0};
	shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_CONNECTING][0]), 1010);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 490, 500);
	shots[5] = (struct shot){CLIENT, F, 101, 501, 0, 1510, .bad = 0};
	shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_CONNECTING][0]), 10);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 1500);
}

/* A client that asks once and closes without an answer has waited for the server, unless it has gone on without one. */
static void test_close_without_an_answer(void **state)
{
	static struct shot shots[] = {
	        OPENS(10),
	        {CLIENT, A, 101, 501, 0, 10, .bad = 0},
	        {CLIENT, A, 101, 501, 10, 10, .bad = 0},
	        {SERVER, A, 501, 111, 0, 20, .bad = 0},
	        {CLIENT, F, 111, 501, 0, 1020, .bad = 0},
	        {SERVER, A, 501, 112, 0, 1030, .bad = 0},
	};
	struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 1000, 1010);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 0);
	shots[5].flags = R;
	shares = SHARES_OF(shots);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 1000, 1010);
	shots[5] = (struct shot){CLIENT, A, 111, 501, 10, 520, .bad = 0};
	shots[6] = (struct shot){CLIENT, F, 121, 501, 0, 1020, .bad = 0};
	shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 0);
	assert_in_range(rounded(shares.time[WS_CAUSE_IDLE][0]), 490, 500);
}

/* The server answers a first keep-alive, and no further one: it has been waited for until the first of these. A RST that
 * follows them, and a capture that ends before it, say the same. */
static void test_keep_alives_without_an_answer(void **state)
{
	static struct shot shots[] = {
	        OPENS(10),
	        {CLIENT, A, 101, 501, 0, 10, .bad = 0},
	        {CLIENT, A, 101, 501, 10, 10, .bad = 0},
	        {SERVER, A, 501, 111, 0, 20, .bad = 0},
	        {CLIENT, A, 110, 501, 0, 1020, .bad = 0},
	        {SERVER, A, 501, 111, 0, 1030, .bad = 0},
	        {CLIENT, A, 110, 501, 0, 2020, .bad = 0},
	        {CLIENT, A, 110, 501, 0, 3020, .bad = 0},
	        {CLIENT, A, 110, 501, 0, 4020, .bad = 0},
	        {CLIENT, R | A, 111, 501, 0, 5020, .bad = 0},
	};
	const size_t count = WS_ARRAY_SIZE(shots);
	(void)state;
	for (size_t shown = count - 1; shown <= count; shown++) {
		const struct ws_time_shares shares = shares_of(shots, shown);
		assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 2000, 2010);
		assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), shown == count ? 3000 : 2000);
	}
	/* Only one is unanswered yet. */
	struct ws_time_shares shares = shares_of(shots, 8);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 2000, 2010);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 0);
	/* It answers after all: it is waited for again from the last keep-alive on. */
	shots[count - 1] = (struct shot){SERVER, A, 501, 111, 10, 5020, .bad = 0};
	shares = SHARES_OF(shots);
	assert_in_range(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 3000, 3010);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 2000);
}

/* After the close, what comes again shows that its ACK was lost: until then the close was not done. */
static void test_fin_that_comes_again_was_closing(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0),
	        {CLIENT, A, 101, 501, 0, 0, .bad = 0},
	        {CLIENT, F, 101, 501, 0, 0, .bad = 0},
	        {SERVER, F, 501, 102, 0, 1, .bad = 0},
	        {CLIENT, A, 102, 502, 0, 1, .bad = 0},
	        {SERVER, F, 501, 102, 0, 201, .bad = 0},
	        {CLIENT, A, 102, 502, 0, 201, .bad = 0},
	        {SERVER, R | A, 502, 102, 0, 1201, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSING][0]), 200);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 1000);
}

/* The third segment is sent again `after` the ACK that repeats. A way takes 300 ms, and the capture is at the client. */
static struct ws_time_shares shares_of_late_repair(uint32_t after)
{
	const struct shot shots[] = {
	        OPENS(300),
	        {CLIENT, A, 101, 501, 0, 300, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 300, .bad = 0},
	        {SERVER, A, 501, 161, 100, 600, .bad = 0},
	        {CLIENT, A, 161, 601, 0, 600, .bad = 0},
	        {SERVER, A, 701, 161, 100, 600, .bad = 0},
	        {CLIENT, A, 161, 601, 0, 600, .bad = 0},
	        {SERVER, A, 601, 161, 100, 600 + after, .bad = 0},
	        {CLIENT, A, 161, 801, 0, 600 + after, .bad = 0},
	};
	return SHARES_OF(shots);
}

/* A sender that has seen segments overtake others waits for up to a round trip before it takes one for lost (RFC 8985
 * §6.2). A timer takes longer. */
static void test_repair_waits_for_reordering(void **state)
{
	(void)state;
	const struct ws_time_shares patient = shares_of_late_repair(470);
	assert_int_equal(rounded(patient.time[WS_CAUSE_DUPLICATE_ACKS][SERVER]), 470);
	assert_int_equal(rounded(patient.time[WS_CAUSE_TIMEOUT][SERVER]), 0);
	const struct ws_time_shares timed = shares_of_late_repair(1100);
	assert_int_equal(rounded(timed.time[WS_CAUSE_TIMEOUT][SERVER]), 1100);
}

/* The way of a request took longer than the shortest one, as its ACK shows; one that comes much later was delayed. The
 * capture is at the client. */
static void answer_after(uint32_t ack, ws_time network)
{
	const struct shot shots[] = {
	        OPENS(40),
	        {CLIENT, A, 101, 501, 0, 40, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 40, .bad = 0},
	        {SERVER, A, 501, 161, 0, ack, .bad = 0},
	        {SERVER, A, 501, 161, 60, 240, .bad = 0},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][CLIENT]), network);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 200 - network);
}

static void test_ack_shows_the_way_of_a_request(void **state)
{
	(void)state;
	answer_after(80, 40);
	answer_after(98, 58);
	answer_after(102, 40);
}

/* The shortest time to either end, as ACKs measured it, is that of a delayed one: then the capture may be at that end. A
 * handshake's answer is never delayed. */
static void captured_at(bool opened, uint32_t ack, const char *vantage)
{
	const struct shot shots[] = {
	        OPENS(60),
	        {CLIENT, A, 101, 501, 0, 60 + ack, .bad = 0},
	        {CLIENT, A, 101, 501, 60, 200, .bad = 0},
	        {SERVER, A, 501, 161, 60, 260, .bad = 0},
	        {CLIENT, A, 161, 561, 0, 260 + ack, .bad = 0},
	};
	const unsigned first = opened ? 0 : 3;
	const struct ws_time_shares shares = shares_of(shots + first, WS_ARRAY_SIZE(shots) - first);
	const char *found = ws_shares_vantage(&shares, CLIENT);
	if (vantage)
		assert_string_equal(found, vantage);
	else
		assert_null(found);
}

static void test_end_of_the_capture_without_a_handshake(void **state)
{
	(void)state;
	captured_at(false, 42, NULL);
	captured_at(true, 42, "middle");
	captured_at(false, 30, "middle");
	captured_at(false, 50, "middle");
	captured_at(false, 5, "client");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_no_round_trip_over_a_gap),
	        cmocka_unit_test(test_end_of_the_capture_without_a_handshake),
	        cmocka_unit_test(test_ack_shows_the_way_of_a_request),
	        cmocka_unit_test(test_somebody_near_acknowledges),
	        cmocka_unit_test(test_only_the_handshake_was_slow),
	        cmocka_unit_test(test_requests_wait_for_the_congestion_window),
	        cmocka_unit_test(test_gap_in_the_capture_blames_nobody),
	        cmocka_unit_test(test_repeated_syn_ack),
	        cmocka_unit_test(test_close_without_an_answer),
	        cmocka_unit_test(test_keep_alives_without_an_answer),
	        cmocka_unit_test(test_one_direction_has_no_shares),
	        cmocka_unit_test(test_overtaken_segment_is_no_loss),
	        cmocka_unit_test(test_close_waits_for_data_under_way),
	        cmocka_unit_test(test_small_segment_waits_after_data_has_crossed),
	        cmocka_unit_test(test_nobody_is_waited_for_after_a_reset),
	        cmocka_unit_test(test_program_is_waited_for_after_a_forged_reset),
	        cmocka_unit_test(test_fin_with_the_syn_ack),
	        cmocka_unit_test(test_fin_that_comes_again_was_closing),
	        cmocka_unit_test(test_repair_waits_for_reordering),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
