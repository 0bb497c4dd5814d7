/* Joining points: what became of segments, on cases small enough to read. test_join_missed.c has segments that a point may
 * have missed, test_join_connections.c which connections are the same, test_join_random.c random ones, and
 * test_join_clock.c the clocks. */
#include "join_captures.h"
#include "random.h"

static void lost_segment(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	add(&c[0], 100 * MS, 0, ACK | PSH, 101, 501, 50)->identification = 900;
	both(c, 400 * MS, 0, ACK | PSH, 101, 501, 50); /* sent again */
	both(c, 420 * MS, 1, ACK, 501, 151, 0);
	struct ws_joiner *joiner = run(c, &result);
	const struct ws_transit lost = only(joiner, &result, WS_OUTCOME_LOST);
	assert_int_equal(lost.frame[0], 4);
	assert_int_equal(lost.sequence, 101);
	assert_int_equal(lost.last, 0);
	assert_int_equal(lost.next, 1);
	assert_int_equal(result.direction[0].lost, 1);
	assert_int_equal(result.direction[0].sent, 4);
	assert_int_equal(result.direction[0].lost_after[0], 1);
	assert_int_equal(result.direction[1].lost, 0);
	assert_in_range(result.direction[0].delay_median, 0, 40 * MS);
	ws_joiner_free(joiner);
}

static void outside_the_other_capture(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	add(&c[0], 10 * WS_SECOND, 0, FIN | ACK, 101, 501, 0)->identification = 900;
	struct ws_joiner *joiner = run(c, &result);
	only(joiner, &result, WS_OUTCOME_NOT_CAPTURED);
	ws_joiner_free(joiner);
}

static void forged_reset(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	add(&c[1], 200 * MS, 0, RST, 151, 0, 0)->identification = 1;
	both(c, 300 * MS, 0, ACK | PSH, 151, 501, 50);
	struct ws_joiner *joiner = run(c, &result);
	const struct ws_transit reset = only(joiner, &result, WS_OUTCOME_INJECTED);
	assert_int_equal(reset.frame[0], 0);
	assert_true(reset.flags & RST);
	assert_int_equal(result.direction[0].injected, 1);
	ws_joiner_free(joiner);
}

/* Other bytes than those that the sender sent at these numbers. */
static void forged_data(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	add(&c[1], 200 * MS, 0, ACK | PSH, 151, 501, 50)->identification = 1;
	both(c, 300 * MS, 0, ACK | PSH, 151, 501, 50);
	both(c, 900 * MS, 0, ACK | PSH, 201, 501, 50);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(only(joiner, &result, WS_OUTCOME_INJECTED).sequence, 151);
	ws_joiner_free(joiner);
}

/* A point that has dropped packets may have missed this one, too: nothing is said to be lost before it, or injected after it. */
static void dropped_by_a_point(void **state)
{
	(void)state;
	for (unsigned drops = 0; drops < 4; drops++) {
		struct capture c[2];
		struct ws_join_agreement agreement;
		struct ws_clock_info info;
		struct ws_join_result result;
		const struct ws_join_period period[2] = {{-WS_SECOND, 10 * WS_SECOND, drops & 1, false},
		                                         {-WS_SECOND, 10 * WS_SECOND, drops & 2, false}};
		open_both(c);
		add(&c[0], 100 * MS, 0, ACK | PSH, 101, 501, 50)->identification = 77;
		both(c, 400 * MS, 0, ACK | PSH, 101, 501, 50);
		both(c, 500 * MS, 1, ACK, 501, 151, 0);
		add(&c[1], 600 * MS, 0, RST, 151, 0, 0)->identification = 1;
		ws_joiner_free(run_during(c, false, period, &agreement, &info, &result));
		assert_int_equal(result.direction[0].lost, !(drops & 2));
		assert_int_equal(result.direction[0].injected, !(drops & 1));
		assert_int_equal(result.direction[0].not_captured, !!(drops & 1) + !!(drops & 2));
	}
}

/* A pure ACK that came and was not seen to leave may be a device's on the way, unless its sender's point captured nothing after it. */
static void acknowledged_on_the_way(void **state)
{
	(void)state;
	for (unsigned after = 0; after < 2; after++) {
		struct capture c[2];
		struct ws_join_result result;
		open_both(c);
		both(c, 100 * MS, 1, ACK | PSH, 501, 101, 50);
		add(&c[1], 500 * MS, 0, ACK, 101, 551, 0)->identification = 77;
		if (!after)
			both(c, 900 * MS, 0, ACK, 101, 551, 0);
		ws_joiner_free(run(c, &result));
		assert_int_equal(result.direction[0].not_captured, 1);
		assert_int_equal(result.direction[0].unseen, after);
	}
}

static void duplicated_by_the_network(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	struct ws_join_segment again = c[1].segment[c[1].count - 1];
	again.time += MS;
	again.frame++;
	c[1].segment[c[1].count++] = again;
	struct ws_joiner *joiner = run(c, &result);
	const struct ws_transit twice = only(joiner, &result, WS_OUTCOME_DUPLICATED);
	assert_int_equal(twice.frame[0], 4);
	assert_int_equal(twice.frame[1], again.frame);
	assert_int_equal(result.direction[0].delivered, 3);
	ws_joiner_free(joiner);
}

/* A card sends 3000 bytes as three packets, of which the second is lost, and the other card merges the rest of what
 * follows. */
static void cut_and_merged(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	add(&c[0], 100 * MS, 0, ACK | PSH, 101, 501, 3000)->identification = 700;
	add(&c[1], 120 * MS, 0, ACK, 101, 501, 1000)->identification = 700;
	add(&c[1], 120 * MS + 2000, 0, ACK | PSH, 2101, 501, 1000)->identification = 702;
	add(&c[0], 200 * MS, 0, ACK, 3101, 501, 1000)->identification = 710;
	add(&c[0], 200 * MS + 1000, 0, ACK | PSH, 4101, 501, 1000)->identification = 711;
	add(&c[1], 220 * MS, 0, ACK | PSH, 3101, 501, 2000)->identification = 710;
	both(c, 300 * MS, 1, ACK, 501, 1101, 0);
	struct ws_joiner *joiner = run(c, &result);
	const struct ws_transit lost = only(joiner, &result, WS_OUTCOME_LOST);
	assert_int_equal(lost.sequence, 1101);
	assert_int_equal(lost.length, 1000);
	assert_int_equal(lost.frame[0], 4);
	assert_int_equal(result.direction[0].sent, 2 + 3 + 2);
	assert_int_equal(result.direction[0].delivered, 6);
	ws_joiner_free(joiner);
}

/* Of three equal ACKs without IP ID the second was lost: the time tells. */
static void equal_acks(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	for (unsigned i = 0; i < 3; i++) {
		add(&c[0], (100 + i * 100) * MS, 0, ACK, 101, 501, 0)->window = 7;
		if (i != 1)
			add(&c[1], (120 + i * 100) * MS, 0, ACK, 101, 501, 0)->window = 7;
	}
	both(c, 500 * MS, 0, ACK | PSH, 101, 501, 50);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(only(joiner, &result, WS_OUTCOME_LOST).frame[0], 5);
	ws_joiner_free(joiner);
}

/* Where IP IDs stay the same on the way, ACKs with different ones are different ACKs, though they say the same. */
static void other_acks(void **state)
{
	(void)state;
	struct capture c[2];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 1, ACK | PSH, 501, 101, 50);
	add(&c[0], 200 * MS, 0, ACK, 101, 551, 0)->identification = 77;
	add(&c[1], 220 * MS, 0, ACK, 101, 551, 0)->identification = 78;
	both(c, 900 * MS, 0, ACK | PSH, 101, 551, 50);
	struct ws_joiner *joiner = run(c, &result);
	assert_int_equal(only(joiner, &result, WS_OUTCOME_LOST).frame[0], 5);
	assert_int_equal(only(joiner, &result, WS_OUTCOME_NOT_CAPTURED).frame[1], 5);
	ws_joiner_free(joiner);
}

/* Three points: what the middle one saw and the last did not was lost after it. */
static void three_points(void **state)
{
	(void)state;
	struct capture c[3];
	struct ws_join_result result;
	open_both(c);
	both(c, 100 * MS, 0, ACK | PSH, 101, 501, 50);
	c[2] = c[0]; /* the middle, 5 ms from the client; listed last */
	for (size_t i = 0; i < c[2].count; i++)
		c[2].segment[i].time += c[2].segment[i].direction ? -5 * MS : 5 * MS;
	add(&c[0], 200 * MS, 0, ACK | PSH, 151, 501, 50)->identification = 900;
	add(&c[2], 205 * MS, 0, ACK | PSH, 151, 501, 50)->identification = 900;
	struct ws_joiner *joiner = run_three(c, &result);
	assert_int_equal(result.points, 3);
	assert_int_equal(result.path[0], 0);
	assert_int_equal(result.path[1], 2);
	assert_int_equal(result.path[2], 1);
	const struct ws_transit lost = only(joiner, &result, WS_OUTCOME_LOST);
	assert_int_equal(lost.last, 2);
	assert_int_equal(lost.next, 1);
	assert_int_equal(result.direction[0].lost_after[2], 1);
	assert_int_equal(result.direction[0].delay_median, 20 * MS);
	ws_joiner_free(joiner);
}

/* Both directions pass the first point and 5 to 50 us later the second, as at two mirror ports. Nothing but sequence
 * numbers and flags tells the segments apart, and some at the end are equal. Some times are equal or the other way round.
 */
static void mirror_add(struct capture *c, uint64_t *random, ws_time time, unsigned direction, unsigned flags,
                       uint32_t sequence, uint32_t acknowledgment, uint32_t length)
{
	const ws_time later = c[0].count % 7 == 6   ? -10000
	                      : c[0].count % 7 == 3 ? 0
	                                            : 5000 + (ws_time)below(random, 45000);
	add(&c[0], time, direction, flags, sequence, acknowledgment, length);
	add(&c[1], time + later, direction, flags, sequence, acknowledgment, length);
}

static void mirror(struct capture *c, uint64_t seed)
{
	uint64_t random = seed;
	memset(c, 0, 2 * sizeof(*c));
	mirror_add(c, &random, 0, 0, SYN, 100, 0, 0);
	mirror_add(c, &random, 1 * MS, 1, SYN | ACK, 500, 101, 0);
	mirror_add(c, &random, 2 * MS, 0, ACK, 101, 501, 0);
	for (uint32_t i = 0; i < 10; i++) {
		const ws_time time = (3 + 3 * i) * MS;
		mirror_add(c, &random, time, 0, ACK | PSH, 101 + 50 * i, 501 + 80 * i, 50);
		mirror_add(c, &random, time + MS, 1, ACK | PSH, 501 + 80 * i, 151 + 50 * i, 80);
		mirror_add(c, &random, time + 2 * MS, 0, ACK, 151 + 50 * i, 581 + 80 * i, 0);
	}
	for (uint32_t i = 0; i < 4; i++)
		mirror_add(c, &random, 40 * MS + 100000 * i, 1, RST | ACK, 1301, 601, 0);
	c[0].connection = c[1].connection = connection(1, 1000, 100, 500);
}

static void mirrored(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		for (unsigned one_clock = 0; one_clock < 2; one_clock++) {
			struct capture c[2];
			struct ws_join_agreement agreement;
			struct ws_clock_info info;
			struct ws_join_result result;
			mirror(c, seed);
			struct ws_joiner *joiner = run_points(c, one_clock, &agreement, &info, &result);
			assert_int_equal(result.transits, c[0].count);
			for (unsigned d = 0; d < 2; d++)
				assert_int_equal(result.direction[d].delivered, result.direction[d].sent);
			if (!one_clock) {
				assert_int_equal(info.steps, 0);
				assert_in_range(info.bound, 0, 100000);
			}
			ws_joiner_free(joiner);
		}
	}
}

/* A segment that the second point has missed looks as if it had arrived at the first, and had not left the second. */
static void missed_by_a_mirror(void **state)
{
	(void)state;
	unsigned doubtful = 0;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct capture c[2];
		struct ws_join_agreement agreement;
		struct ws_clock_info info;
		struct ws_join_result result;
		mirror(c, seed);
		c[1].count--;
		struct ws_joiner *joiner = run_points(c, true, &agreement, &info, &result);
		doubtful += agreement.doubtful;
		assert_int_equal(result.direction[1].injected, 0);
		assert_int_equal(result.direction[1].delivered, result.direction[1].sent - result.direction[1].lost);
		ws_joiner_free(joiner);
	}
	assert_true(doubtful > 180);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lost_segment),
	        cmocka_unit_test(outside_the_other_capture),
	        cmocka_unit_test(forged_reset),
	        cmocka_unit_test(forged_data),
	        cmocka_unit_test(acknowledged_on_the_way),
	        cmocka_unit_test(dropped_by_a_point),
	        cmocka_unit_test(mirrored),
	        cmocka_unit_test(missed_by_a_mirror),
	        cmocka_unit_test(duplicated_by_the_network),
	        cmocka_unit_test(cut_and_merged),
	        cmocka_unit_test(equal_acks),
	        cmocka_unit_test(other_acks),
	        cmocka_unit_test(three_points),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
