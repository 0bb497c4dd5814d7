/* Shares of time in losses, and in what looks like them: reordered segments, needless repetitions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "share_shots.h"

#include <wirestate/spans.h>

/* Three segments are overtaken by a fourth, and come in another order: a router delays each by a time of its own, and
 * nothing was sent again. The capture is in the middle. */
static void test_several_segments_are_overtaken(void **state)
{
	static const struct shot shots[] = {
	        OPENS(50, .window = 60000, .tsval = 1),
	        {CLIENT, A, 101, 501, 0, 100, .window = 60000, .tsval = 2},
	        {CLIENT, A, 101, 501, 60, 100, .window = 60000, .tsval = 2},
	        {SERVER, A, 3501, 161, 1000, 150, .window = 60000, .tsval = 3},
	        {SERVER, A, 2501, 161, 1000, 152, .window = 60000, .tsval = 3},
	        {SERVER, A, 501, 161, 1000, 155, .window = 60000, .tsval = 2},
	        {SERVER, A, 1501, 161, 1000, 158, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 4501, 0, 208, .window = 60000, .tsval = 4},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_DUPLICATE_ACKS][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 58);
}

/* One segment is lost, and another one after it has only come late: the loss is repaired from the first repeated ACK on.
 * The capture is at the client. */
static void test_late_segment_ends_no_repair_of_another(void **state)
{
	static const struct shot shots[] = {
	        OPENS(40, .window = 60000, .tsval = 1),
	        {CLIENT, A, 101, 501, 0, 41, .window = 60000, .tsval = 2},
	        {CLIENT, A, 101, 501, 60, 41, .window = 60000, .tsval = 2},
	        {SERVER, A, 501, 161, 1000, 80, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 1501, 0, 81, .window = 60000, .tsval = 4},
	        {SERVER, A, 2501, 161, 1000, 81, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 1501, 0, 82, .window = 60000, .tsval = 4, .sack_right = 3501},
	        {SERVER, A, 4501, 161, 1000, 82, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 1501, 0, 83, .window = 60000, .tsval = 4, .sack_right = 5501},
	        {SERVER, A, 3501, 161, 1000, 86, .window = 60000, .tsval = 3},
	        {CLIENT, A, 161, 1501, 0, 87, .window = 60000, .tsval = 5, .sack_right = 5501},
	        {SERVER, A, 1501, 161, 1000, 122, .window = 60000, .tsval = 44},
	        {CLIENT, A, 161, 5501, 0, 123, .window = 60000, .tsval = 45, .tsecr = 44},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_DUPLICATE_ACKS][SERVER]), 41);
}

/* The way to the client takes 600 ms for once, so the server's timer sends again what arrives after all. Only then nobody
 * has anything to say. The capture is at the server. */
static void test_what_is_late_was_on_its_way(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000, .tsval = 1),
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000, .tsval = 40, .tsecr = 1},
	        {SERVER, A, 501, 161, 1000, 40, .window = 60000, .tsval = 41, .tsecr = 40},
	        {SERVER, A, 501, 161, 1000, 300, .window = 60000, .tsval = 301, .tsecr = 40},
	        {CLIENT, A, 161, 1501, 0, 640, .window = 60000, .tsval = 640, .tsecr = 41},
	        {CLIENT, F, 161, 1501, 0, 1640, .window = 60000, .tsval = 1640, .tsecr = 41},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 600);
	assert_int_equal(rounded(shares.time[WS_CAUSE_IDLE][0]), 1000);
}

/* Without timestamps: an ACK that comes sooner after a repetition than a round trip takes answers what was sent first.
 * The capture is at the server. */
static void test_ack_comes_too_soon_for_the_repetition(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000),
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000},
	        {SERVER, A, 501, 161, 1000, 40, .window = 60000},
	        {SERVER, A, 1501, 161, 1000, 40, .window = 60000},
	        {SERVER, A, 2501, 161, 1000, 40, .window = 60000},
	        {CLIENT, A, 161, 501, 0, 80, .window = 60000, .sack_right = 2501},
	        {CLIENT, A, 161, 501, 0, 81, .window = 60000, .sack_right = 3501},
	        {SERVER, A, 501, 161, 1000, 81, .window = 60000},
	        {CLIENT, A, 161, 3501, 0, 90, .window = 60000},
	        {SERVER, A, 3501, 161, 1000, 90, .window = 60000},
	        {CLIENT, A, 161, 4501, 0, 130, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_DUPLICATE_ACKS][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 90);
}

/* The same where a probe (RFC 8985 §7.3) has sent the last segment again, because the ACK was delayed. */
static void test_ack_comes_too_soon_for_the_probe(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000),
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000},
	        {SERVER, A, 501, 161, 1000, 40, .window = 60000},
	        {SERVER, A, 1501, 161, 1000, 40, .window = 60000},
	        {SERVER, A, 1501, 161, 1000, 128, .window = 60000},
	        {CLIENT, A, 161, 2501, 0, 129, .window = 60000},
	        {SERVER, A, 2501, 161, 1000, 129, .window = 60000},
	        {CLIENT, A, 161, 3501, 0, 169, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_NETWORK][SERVER]), 129);
}

/* Without timestamps: the ACK of an answer was lost, and what a timer sends again had arrived, as the ACK says that it
 * has come twice (RFC 2883). Nobody waited for it. The capture is at the server. */
static void test_ack_says_that_data_came_twice(void **state)
{
	static const struct shot shots[] = {
	        OPENS(0, .window = 60000),
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000},
	        {SERVER, A, 501, 161, 100, 40, .window = 60000},
	        {SERVER, A, 501, 161, 100, 290, .window = 60000},
	        {CLIENT, A, 161, 601, 0, 330, .window = 60000, .sack_right = 601},
	        {CLIENT, A, 161, 601, 60, 500, .window = 60000},
	        {SERVER, A, 601, 221, 100, 500, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][CLIENT]), 420);
}

/* Without timestamps: the identifications of a server whose SYN-ACK has 0, as Linux's has, say that an answer was lost
 * before the capture, which is at the client, and that its timer was waited for. */
static void answer_lost_before(uint16_t identification, ws_time timeout, ws_time program)
{
	const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 60000},
	        {SERVER, S | A, 500, 101, 0, 40, .window = 60000, .unnumbered = true},
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000},
	        {SERVER, A, 501, 161, 0, 80, .window = 60000, .identification = 7000},
	        {SERVER, A, 501, 161, 100, 420, .window = 60000, .identification = identification},
	        {CLIENT, A, 161, 601, 0, 420, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(shares.timeouts, timeout != 0);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), timeout);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), program);
}

static void test_identifications_without_timestamps(void **state)
{
	(void)state;
	answer_lost_before(7001, 0, 340);
	answer_lost_before(7002, 240, 100);
}

/* A timer sends a FIN again, and no ACK comes any more: it was lost, or nobody is there. The sender gives up. */
static void test_reset_after_an_unanswered_repetition(void **state)
{
	static const struct shot shots[] = {
	        OPENS(40, .window = 60000, .tsval = 1),
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000, .tsval = 2},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000, .tsval = 2},
	        {SERVER, F, 501, 161, 100, 80, .window = 60000, .tsval = 3},
	        {CLIENT, F, 161, 602, 0, 80, .window = 60000, .tsval = 4},
	        {CLIENT, F, 161, 602, 0, 320, .window = 60000, .tsval = 5},
	        {CLIENT, R | A, 162, 602, 0, 1320, .window = 60000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 1);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][CLIENT]), 1240);
	assert_int_equal(rounded(shares.time[WS_CAUSE_CLOSING][0]), 0);
}

/* The server's data, or its FIN, is sent again three times without an ACK; then comes a RST of `resetter`. */
static void give_up(uint16_t flags, uint32_t length, bool closed, unsigned resetter, ws_time timeout)
{
	const uint32_t client = 101u + closed, server = 501 + length + (flags == F);
	const struct shot shots[] = {
	        OPENS(20),
	        {CLIENT, closed ? F : A, 101, 501, 0, 21, .window = 1000},
	        {SERVER, flags, 501, client, length, 100, .window = 1000},
	        {SERVER, flags, 501, client, length, 300, .window = 1000},
	        {SERVER, flags, 501, client, length, 700, .window = 1000},
	        {SERVER, flags, 501, client, length, 1500, .window = 1000},
	        {resetter, R | A, resetter == SERVER ? server : client, resetter == SERVER ? client : 501, 0, 3100,
	         .window = 1000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), timeout);
}

static void test_sender_gives_up(void **state)
{
	(void)state;
	give_up(A, 50, false, SERVER, 3000);
	give_up(F, 0, false, SERVER, 3000);
	give_up(F, 0, true, SERVER, 3000);
	give_up(A, 50, false, CLIENT, 1400); /* its RST says nothing about what the server waited for */
}

/* What was sent again has been acknowledged, and newer data was sent only once: the RST gives nothing up. */
static void test_reset_after_newer_data(void **state)
{
	static const struct shot shots[] = {
	        OPENS(20),
	        {CLIENT, A, 101, 501, 0, 21, .window = 1000},
	        {SERVER, A, 501, 101, 50, 100, .window = 1000},
	        {SERVER, A, 501, 101, 50, 300, .window = 1000},
	        {CLIENT, A, 101, 551, 0, 320, .window = 1000},
	        {SERVER, A, 551, 101, 50, 1000, .window = 1000},
	        {SERVER, R | A, 601, 101, 0, 3000, .window = 1000},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 200);
}

/* A request is lost once before the capture at the server, as the numbers of packets say, and a later one twice. Linux
 * probes before its timer ends (RFC 8985 §7), and has no probe for the data that follows one which such a probe repaired:
 * the second loss takes three timers of 210 ms after the first, and two when a request has come in between. */
static ws_time timeouts_of_two_losses(bool between)
{
	const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .tsval = 1, .identification = 1},
	        {SERVER, S | A, 500, 101, 0, 0, .tsval = 1, .unnumbered = true},
	        {CLIENT, A, 101, 501, 0, 10, .tsval = 10, .identification = 2},
	        {CLIENT, A, 101, 501, 60, 310, .tsval = 310, .identification = 4},
	        {SERVER, A, 501, 161, 100, 310, .tsval = 310, .identification = 1},
	        {CLIENT, A, 161, 601, 0, 320, .tsval = 320, .identification = 5},
	        {CLIENT, A, 161, 601, 60, between ? 400 : 1320, .tsval = 400, .identification = between ? 6 : 8},
	        {SERVER, A, 601, 221, 100, between ? 400 : 1320, .tsval = 400, .identification = 2},
	        {CLIENT, A, 221, 701, 0, between ? 410 : 1330, .tsval = 410, .identification = between ? 7 : 9},
	        {CLIENT, A, 221, 701, 60, 1410, .tsval = 1410, .identification = 10},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(shares.timeouts, 3);
	return rounded(shares.time[WS_CAUSE_TIMEOUT][CLIENT]);
}

static void test_no_probe_follows_a_probe(void **state)
{
	(void)state;
	assert_int_equal(timeouts_of_two_losses(false), 210 + 3 * 210);
	assert_int_equal(timeouts_of_two_losses(true), 210 + 2 * 210);
}

/* Two answers were lost before the capture, which is at the client. Linux sends a probe when the timer ends for the first
 * time, and no probe without SACK: then the second wait is twice as long. */
static void lost_twice(bool no_sack, uint32_t wait, ws_time timeout)
{
	const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 60000, .tsval = 1, .no_sack = no_sack},
	        {SERVER, S | A, 500, 101, 0, 40, .unnumbered = true, .tsval = 1, .no_sack = no_sack},
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000, .tsval = 2},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000, .tsval = 2},
	        {SERVER, A, 501, 161, 0, 80, .window = 60000, .tsval = 2, .identification = 7000},
	        {SERVER, A, 501, 161, 100, wait, .window = 60000, .tsval = 2, .identification = 7003},
	        {CLIENT, A, 161, 601, 0, wait, .window = 60000, .tsval = 2},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	assert_int_equal(shares.timeouts, 2);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), timeout);
}

static void test_no_probe_without_sack(void **state)
{
	(void)state;
	lost_twice(false, 80 + 100 + 480, 480);
	lost_twice(true, 80 + 100 + 720, 720);
}

/* Path MTU discovery. The client's first flight is too large for a link 10 ms away; it sends the data again in smaller
 * segments as soon as the ICMP error comes, 2 of them at once and the last one with the next ACK. `error`: when the error comes;
 * `again`: when data is sent again. */
static void send_too_large(uint32_t error, uint32_t quoted, uint32_t again, struct ws_tracker_config config,
                           void (*check)(const struct ws_tracker *tracker))
{
	const struct shot shots[] = {
	        OPENS(40, .window = 60000, .mss = 1000),
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000},
	        {CLIENT, A, 101, 501, 500, 40, .window = 60000},
	        {SERVER, A, 501, 601, 0, 80, .window = 60000},
	        {CLIENT, A, 601, 501, 1000, 100, .window = 60000},
	        {CLIENT, A, 1601, 501, 1000, 100, .window = 60000},
	        {.from = CLIENT, .sequence = quoted, .milliseconds = error, .mtu = 840},
	        {CLIENT, A, 601, 501, 800, again, .window = 60000},
	        {CLIENT, A, 1401, 501, 200, again, .window = 60000},
	        {SERVER, A, 501, 1601, 0, again + 40, .window = 60000},
	        {CLIENT, A, 1601, 501, 800, again + 40, .window = 60000},
	        {CLIENT, A, 2401, 501, 200, again + 40, .window = 60000},
	        {SERVER, A, 501, 2601, 0, again + 80, .window = 60000},
	};
	struct ws_error reason;
	struct ws_tracker *tracker = ws_tracker_create(&config, &reason);
	assert_non_null(tracker);
	PLAY(tracker, shots);
	check(tracker);
	ws_tracker_free(tracker);
}

static void check_too_large(const struct ws_tracker *tracker)
{
	const struct ws_conn_info info = conn(tracker, 1);
	assert_int_equal(info.shares.timeouts, 0);
	assert_int_equal(info.shares.time[WS_CAUSE_TIMEOUT][CLIENT], 0);
	assert_int_equal(rounded(info.shares.time[WS_CAUSE_PATH_MTU][CLIENT]), 20 + 40);
	assert_int_equal(rounded(info.shares.time[WS_CAUSE_NETWORK][CLIENT]), 40);
}

static bool add_span(void *context, const struct ws_span *span)
{
	((struct ws_time_shares *)context)->time[span->cause][span->side] += span->end - span->start;
	return true;
}

static void check_replay_of_too_large(const struct ws_tracker *tracker)
{
	const struct ws_conn_info info = conn(tracker, 1);
	struct ws_time_shares sum = {.timeouts = 0};
	check_too_large(tracker);
	assert_true(ws_tracker_spans(tracker, info.id, add_span, &sum));
	assert_memory_equal(sum.time, info.shares.time, sizeof(sum.time));
}

static void check_timeout(const struct ws_tracker *tracker)
{
	const struct ws_conn_info info = conn(tracker, 1);
	assert_int_equal(info.shares.timeouts, 1);
	assert_true(info.shares.time[WS_CAUSE_TIMEOUT][CLIENT] > 0);
	assert_int_equal(info.shares.time[WS_CAUSE_PATH_MTU][CLIENT], 0);
}

static void test_segments_are_too_large(void **state)
{
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .shares = true};
	const struct ws_tracker_config kept = {
	        .hash_key = "a key for tests", .shares = true, .history = true, .max_memory = 1 << 24};
	(void)state;
	send_too_large(120, 1601, 120, config, check_too_large);
	send_too_large(120, 601, 120, kept, check_replay_of_too_large);
	send_too_large(120, 601, 340, config, check_timeout);  /* its sender has not heeded the error */
	send_too_large(120, 101, 120, config, check_timeout);  /* a forged one, of what had arrived */
	send_too_large(120, 2601, 120, config, check_timeout); /* or of what was never sent */
}

/* The end of an answer is lost before the capture, which is at the client, and the ACK after it shows that it was sent, though
 * it overtakes data before that. */
static void test_overtaking_ack_shows_a_loss(void **state)
{
	static const struct shot shots[] = {
	        {.from = CLIENT, .flags = S, .sequence = 100, .window = 60000, .tsval = 1},
	        {SERVER, S | A, 500, 101, 0, 40, .window = 60000, .unnumbered = true, .tsval = 1},
	        {CLIENT, A, 101, 501, 0, 40, .window = 60000, .tsval = 40},
	        {CLIENT, A, 101, 501, 60, 40, .window = 60000, .tsval = 40},
	        {SERVER, A, 501, 161, 1000, 80, .window = 60000, .tsval = 60, .identification = 7000},
	        {SERVER, A, 2601, 161, 0, 81, .window = 60000, .tsval = 61, .identification = 7003},
	        {SERVER, A, 1501, 161, 1000, 82, .window = 60000, .tsval = 60, .identification = 7001},
	        {CLIENT, A, 161, 2501, 0, 82, .window = 60000, .tsval = 82},
	        {SERVER, A, 2501, 161, 100, 362, .window = 60000, .tsval = 342, .identification = 7004},
	        {CLIENT, A, 161, 2601, 0, 362, .window = 60000, .tsval = 362},
	};
	const struct ws_time_shares shares = SHARES_OF(shots);
	(void)state;
	assert_int_equal(shares.timeouts, 1);
	assert_int_equal(rounded(shares.time[WS_CAUSE_TIMEOUT][SERVER]), 240);
	assert_int_equal(rounded(shares.time[WS_CAUSE_PROGRAM][SERVER]), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_overtaking_ack_shows_a_loss),
	        cmocka_unit_test(test_several_segments_are_overtaken),
	        cmocka_unit_test(test_late_segment_ends_no_repair_of_another),
	        cmocka_unit_test(test_what_is_late_was_on_its_way),
	        cmocka_unit_test(test_ack_comes_too_soon_for_the_repetition),
	        cmocka_unit_test(test_ack_comes_too_soon_for_the_probe),
	        cmocka_unit_test(test_ack_says_that_data_came_twice),
	        cmocka_unit_test(test_identifications_without_timestamps),
	        cmocka_unit_test(test_reset_after_an_unanswered_repetition),
	        cmocka_unit_test(test_sender_gives_up),
	        cmocka_unit_test(test_reset_after_newer_data),
	        cmocka_unit_test(test_no_probe_follows_a_probe),
	        cmocka_unit_test(test_no_probe_without_sack),
	        cmocka_unit_test(test_segments_are_too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
