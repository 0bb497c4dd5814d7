/* Joining points: a segment that one point has and another has not was lost in between, or missed by the other point, which
 * what comes around it shows. */
#include "join_captures.h"

/* The receiver has acknowledged what its own point has not seen: that point has missed it. */
static void acknowledged_and_not_captured(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	add(&c[0], 100 * MS, 0, ACK | PSH, 101, 501, 50)->identification = 900;
	both(c, 120 * MS, 1, ACK, 501, 151, 0);
	both(c, 200 * MS, 0, ACK | PSH, 151, 501, 50);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(only(joiner, &result, WS_OUTCOME_NOT_CAPTURED).frame[0], 4);
	assert_int_equal(result.direction[0].lost, 0);
	ws_joiner_free(joiner);
}

/* The sender's point has a gap, and does not say so. What came of its end was sent all the same. */
static void missed_at_the_sender(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	add(&c[1], 200 * MS, 0, ACK | PSH, 151, 501, 50)->identification = 77;
	add(&c[1], 200 * MS, 0, FIN | ACK, 201, 501, 0)->identification = 78;
	both(c, 900 * MS, 1, ACK, 501, 202, 0);
	both(c, 1900 * MS, 1, FIN | ACK, 501, 202, 0);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(result.direction[0].injected, 0);
	assert_int_equal(result.direction[0].not_captured, 2);
	assert_int_equal(result.direction[0].unseen, 2);
	assert_int_equal(result.direction[0].unseen_bytes, 50);
	assert_int_equal(result.unseen[0].count, 2);
	assert_int_equal(result.unseen[1].count, 0);
	ws_joiner_free(joiner);
}

/* The sender's point has missed data, so it may have missed the RST, too. */
static void reset_beside_a_gap(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	add(&c[1], 120 * MS, 0, ACK | PSH, 101, 501, 50)->identification = 77;
	both(c, 200 * MS, 0, ACK | PSH, 151, 501, 50);
	add(&c[1], 300 * MS, 0, RST, 201, 0, 0)->identification = 78;
	both(c, 400 * MS, 1, ACK, 501, 201, 0);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(result.direction[0].injected, 0);
	assert_int_equal(result.direction[0].not_captured, 2);
	ws_joiner_free(joiner);
}

/* An ACK leaves for the server and is not seen there. Its point may have missed it: it has missed data of the server around that
 * time (`missed`), and has captured nothing in between, or something (`between`). */
static void missed_in_a_silence(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		const bool missed = kind & 1, between = kind & 2;
		struct capture c[2];
		struct ws_join_result result;
		open_both(c);
		both(c, 100 * MS, 1, ACK | PSH, 501, 101, 50);
		if (!missed)
			add(&c[1], 200 * MS, 1, ACK | PSH, 551, 101, 50)->identification = 77;
		add(&c[0], 220 * MS, 1, ACK | PSH, 551, 101, 50)->identification = 77;
		if (between)
			add(&c[1], 210 * MS, 1, ACK | PSH, 501, 101, 50)->identification = 78;
		add(&c[0], 221 * MS, 0, ACK, 101, 601, 0)->identification = 79;
		both(c, 400 * MS, 1, ACK | PSH, 601, 101, 50);
		both(c, 440 * MS, 0, ACK, 101, 651, 0);
		struct ws_joiner *joiner = run(c, &result);
		assert_int_equal(result.direction[0].lost, missed && !between ? 0 : 1);
		assert_int_equal(result.direction[0].lost_after[0], missed && !between ? 0 : 1);
		assert_int_equal(result.direction[0].not_captured, missed && !between ? 1 : 0);
		ws_joiner_free(joiner);
	}
}

/* The client's point has missed data and its ACK, which only the server's has. */
static void missed_with_its_acknowledgment(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 1, ACK | PSH, 501, 101, 50);
	both(c, 120 * MS, 0, ACK, 101, 551, 0);
	add(&c[1], 200 * MS, 1, ACK | PSH, 551, 101, 50)->identification = 77;
	both(c, 210 * MS, 0, ACK | PSH, 101, 551, 10);
	add(&c[1], 241 * MS, 0, ACK, 111, 601, 0)->identification = 79;
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(result.direction[1].lost, 0);
	assert_int_equal(result.direction[1].not_captured, 1);
	ws_joiner_free(joiner);
}

/* The middle point of three has missed something that the point beyond it captured, but not in its silence: it came there
 * after that. */
static void missed_after_a_silence(void **state)
{
	enum { LOST = 900, MISSED = 901 };
	(void)state;
	struct capture c[3];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	both(c, 130 * MS, 1, ACK, 501, 151, 0);
	add(&c[0], 200 * MS, 0, ACK | PSH, 151, 501, 50)->identification = LOST;
	both(c, 205 * MS, 0, ACK | PSH, 201, 501, 50);
	add(&c[1], 205 * MS, 1, ACK | PSH, 501, 151, 30)->identification = MISSED;
	add(&c[0], 225 * MS, 1, ACK | PSH, 501, 151, 30)->identification = MISSED;
	both(c, 500 * MS, 0, ACK | PSH, 151, 531, 50);
	both(c, 540 * MS, 1, ACK, 531, 251, 0);
	c[2] = c[0]; /* the middle, 5 ms from the client */
	c[2].count = 0;
	for (size_t i = 0; i < c[0].count; i++) {
		struct ws_join_segment segment = c[0].segment[i];
		segment.time += segment.direction ? -5 * MS : 5 * MS;
		if (segment.identification < LOST)
			c[2].segment[c[2].count++] = segment;
	}
	struct ws_joiner *joiner = run_three(c, &result);
	assert_int_equal(result.direction[0].lost, 1);
	assert_int_equal(result.direction[0].lost_after[0], 1);
	assert_int_equal(result.direction[0].not_captured, 0);
	ws_joiner_free(joiner);
}

/* Nothing of one direction comes: it may go another way, unless there is none; or was missed, as an ACK of it shows. */
static void nothing_comes(void **state)
{
	(void)state;
	enum { BY_ALL = 1, ACKNOWLEDGED = 2, AT_THE_END = 4 };
	for (unsigned kind = 0; kind < 8; kind++) {
		struct capture c[2] = {0};
		struct ws_join_agreement agreement;
		struct ws_clock_info info;
		struct ws_join_result result;
		const ws_time left = kind & AT_THE_END ? 9980 * MS : 30 * MS;
		both(c, 0, 0, SYN, 100, 0, 0);
		add(&c[1], left, 1, SYN | ACK, 500, 101, 0)->identification = 77;
		if (kind & ACKNOWLEDGED)
			both(c, left + 40 * MS, 0, ACK, 101, 501, 0);
		c[0].connection = c[1].connection = connection(1, 1000, 100, 500);
		struct ws_joiner *joiner = run_passed(c, true, kind & BY_ALL, &agreement, &info, &result);
		const bool lost = kind == BY_ALL;
		assert_int_equal(result.direction[1].lost, lost);
		assert_int_equal(result.direction[1].not_captured, !lost);
		assert_int_equal(result.direction[1].lost_after[1], lost);
		assert_int_equal(only(joiner, &result, lost ? WS_OUTCOME_LOST : WS_OUTCOME_NOT_CAPTURED).next, 0);
		ws_joiner_free(joiner);
	}
}

/* The server's capture begins with the SYN, 2 ms before the handshake's ACK would come, which is lost: what came before and after
 * it shows that the capture was running. With nothing after it, that is not known. */
static void lost_right_after_the_beginning(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		const struct ws_join_period period[2] = {{0, 10 * MS, false, false}, {2 * MS, 10 * MS, false, false}};
		struct capture c[2] = {0};
		struct ws_join_agreement agreement;
		struct ws_clock_info info;
		struct ws_join_result result;
		for (unsigned i = 0; i < 2; i++) {
			add(&c[i], (i ? 2 : 0) * MS, 0, SYN, 100, 0, 0)->identification = 1;
			add(&c[i], (i ? 2 : 4) * MS, 1, SYN | ACK, 500, 101, 0)->identification = 2;
			if (!i)
				add(&c[i], 4 * MS, 0, ACK, 101, 501, 0)->identification = 3;
			if (more)
				add(&c[i], (i ? 7 : 5) * MS, 0, ACK | PSH, 101, 501, 50)->identification = 4;
			c[i].connection = connection(1, 1000, 100, 500);
		}
		struct ws_joiner *joiner = run_during(c, true, period, &agreement, &info, &result);
		assert_int_equal(result.direction[0].lost, more);
		assert_int_equal(result.direction[0].not_captured, !more);
		ws_joiner_free(joiner);
	}
}

/* A listener whose queue is full drops SYNs that its point has seen; once it has answered one, the next was needless. */
static void dropped_by_the_listener(void **state)
{
	(void)state;
	for (unsigned answers = 0; answers < 2; answers++) {
		struct capture c[2] = {0};
		struct ws_join_result result;
		both(c, 0, 0, SYN, 100, 0, 0);
		if (answers)
			add(&c[1], 25 * MS, 1, SYN | ACK, 500, 101, 0)->identification = 77; /* lost */
		both(c, 1000 * MS, 0, SYN, 100, 0, 0);
		both(c, 1020 * MS, 1, SYN | ACK, 500, 101, 0);
		both(c, 1040 * MS, 0, ACK, 101, 501, 0);
		both(c, 1100 * MS, 0, ACK | PSH, 101, 501, 50);
		both(c, 1120 * MS, 1, ACK, 501, 151, 0);
		c[0].connection = c[1].connection = connection(1, 1000, 100, 500);
		struct ws_joiner *joiner = run(c, &result);
		assert_int_equal(result.direction[0].needless, answers);
		assert_int_equal(result.direction[0].lost, 0);
		ws_joiner_free(joiner);
	}
}

/* What comes damaged is dropped by the host, so sending it again is not needless. */
static void damaged_on_the_way(void **state)
{
	(void)state;
	for (unsigned damaged = 0; damaged < 2; damaged++) {
		struct capture c[2];
		struct ws_join_result result;
		open_both(c);
		both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
		c[1].segment[c[1].count - 1].damaged = damaged;
		both(c, 400 * MS, 0, ACK | PSH, 101, 501, 50);
		both(c, 421 * MS, 1, ACK, 501, 151, 0);
		struct ws_joiner *joiner = run(c, &result);
		assert_int_equal(result.direction[0].needless, !damaged);
		assert_int_equal(result.direction[0].lost, 0);
		ws_joiner_free(joiner);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(acknowledged_and_not_captured),
	        cmocka_unit_test(nothing_comes),
	        cmocka_unit_test(lost_right_after_the_beginning),
	        cmocka_unit_test(dropped_by_the_listener),
	        cmocka_unit_test(damaged_on_the_way),
	        cmocka_unit_test(missed_at_the_sender),
	        cmocka_unit_test(reset_beside_a_gap),
	        cmocka_unit_test(missed_in_a_silence),
	        cmocka_unit_test(missed_after_a_silence),
	        cmocka_unit_test(missed_with_its_acknowledgment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
