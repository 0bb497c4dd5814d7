/* Joining points: what became of segments, on cases small enough to read. test_join_connections.c has which connections are
 * the same, test_join_random.c random ones, and test_join_clock.c the clocks. */
#include "join_connection.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <wirestate/join.h>
#include <wirestate/packet.h>

enum { SYN = WS_TCP_SYN, ACK = WS_TCP_ACK, FIN = WS_TCP_FIN, RST = WS_TCP_RST, PSH = WS_TCP_PSH };
#define MS WS_MILLISECOND

struct capture {
	struct ws_join_segment segment[64];
	size_t count;
	struct ws_join_connection connection;
};

static struct ws_join_segment *add(struct capture *c, ws_time time, unsigned direction, unsigned flags,
                                   uint32_t sequence, uint32_t acknowledgment, uint32_t length)
{
	struct ws_join_segment *s = &c->segment[c->count++];
	*s = (struct ws_join_segment){.time = time,
	                              .frame = c->count,
	                              .sequence = sequence,
	                              .acknowledgment = acknowledgment,
	                              .length = length,
	                              .flags = (uint16_t)flags,
	                              .window = 1000,
	                              .direction = (uint8_t)direction};
	return s;
}

/* The same segment at both points, with an IP ID of its own. */
static void both(struct capture *c, ws_time time, unsigned direction, unsigned flags, uint32_t sequence,
                 uint32_t acknowledgment, uint32_t length)
{
	const uint16_t id = (uint16_t)(c[0].count + c[1].count + 1);
	add(&c[direction], time, direction, flags, sequence, acknowledgment, length)->identification = id;
	add(&c[!direction], time + 20 * MS, direction, flags, sequence, acknowledgment, length)->identification = id;
}

static void open_both(struct capture *c)
{
	memset(c, 0, 2 * sizeof(*c));
	both(c, 0, 0, SYN, 100, 0, 0);
	both(c, 20 * MS, 1, SYN | ACK, 500, 101, 0);
	both(c, 40 * MS, 0, ACK, 101, 501, 0);
	c[0].connection = c[1].connection = connection(1, 1000, 100, 500);
}

/* `one_clock`: the points are interfaces of one host. */
static struct ws_joiner *run_during(const struct capture *c, bool one_clock, const struct ws_join_period period[2],
                                    struct ws_join_agreement *agreement, struct ws_clock_info *info,
                                    struct ws_join_result *result)
{
	struct ws_error error;
	struct ws_joiner *joiner = ws_joiner_create(100000, 1, &error);
	struct ws_clock *clock = ws_clock_create(1024);
	struct ws_join_point point[2] = {{.period = period[0]}, {.period = period[1]}};
	assert_non_null(joiner);
	assert_non_null(clock);
	for (unsigned i = 0; i < 2; i++)
		point[i].side = (struct ws_join_side){
		        .segment = c[i].segment, .count = c[i].count, .connection = &c[i].connection};
	if (one_clock)
		ws_clock_fix(clock, 0);
	assert_true(ws_joiner_observe(joiner, &point[0].side, &point[1].side, clock, agreement));
	ws_clock_solve(clock);
	ws_clock_info(clock, info);
	point[1].clock = clock;
	assert_true(ws_joiner_run(joiner, point, 2, result));
	ws_clock_free(clock);
	return joiner;
}

static struct ws_joiner *run_passed(const struct capture *c, bool one_clock, bool passed_by_all,
                                    struct ws_join_agreement *agreement, struct ws_clock_info *info,
                                    struct ws_join_result *result)
{
	const struct ws_join_period period = {-WS_SECOND, 10 * WS_SECOND, false, passed_by_all};
	return run_during(c, one_clock, (struct ws_join_period[]){period, period}, agreement, info, result);
}

static struct ws_joiner *run_points(const struct capture *c, bool one_clock, struct ws_join_agreement *agreement,
                                    struct ws_clock_info *info, struct ws_join_result *result)
{
	return run_passed(c, one_clock, false, agreement, info, result);
}

static struct ws_joiner *run(const struct capture *c, struct ws_join_result *result)
{
	struct ws_join_agreement agreement;
	struct ws_clock_info info;
	struct ws_joiner *joiner = run_points(c, false, &agreement, &info, result);
	assert_int_equal(agreement.order, 1);
	assert_false(agreement.doubtful);
	return joiner;
}

/* The only transit with this outcome. */
static struct ws_transit only(const struct ws_joiner *joiner, const struct ws_join_result *result, unsigned outcome)
{
	struct ws_transit found = {.first = -1}, transit;
	unsigned count = 0;
	for (size_t i = 0; i < result->transits; i++) {
		ws_joiner_transit(joiner, i, &transit);
		if (transit.outcome != outcome)
			continue;
		found = transit;
		count++;
	}
	assert_int_equal(count, 1);
	return found;
}

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

static struct ws_joiner *run_three(const struct capture *c, struct ws_join_result *result)
{
	struct ws_error error;
	struct ws_join_point point[3];
	for (unsigned i = 0; i < 3; i++)
		point[i] = (struct ws_join_point){
		        .side = {.segment = c[i].segment, .count = c[i].count, .connection = &c[i].connection},
		        .period = {.first = -WS_SECOND, .last = 10 * WS_SECOND}};
	struct ws_joiner *joiner = ws_joiner_create(1000, 1, &error);
	assert_non_null(joiner);
	assert_true(ws_joiner_run(joiner, point, 3, result));
	return joiner;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lost_segment),
	        cmocka_unit_test(acknowledged_and_not_captured),
	        cmocka_unit_test(nothing_comes),
	        cmocka_unit_test(outside_the_other_capture),
	        cmocka_unit_test(forged_reset),
	        cmocka_unit_test(forged_data),
	        cmocka_unit_test(missed_at_the_sender),
	        cmocka_unit_test(reset_beside_a_gap),
	        cmocka_unit_test(acknowledged_on_the_way),
	        cmocka_unit_test(dropped_by_a_point),
	        cmocka_unit_test(mirrored),
	        cmocka_unit_test(missed_by_a_mirror),
	        cmocka_unit_test(duplicated_by_the_network),
	        cmocka_unit_test(cut_and_merged),
	        cmocka_unit_test(equal_acks),
	        cmocka_unit_test(other_acks),
	        cmocka_unit_test(three_points),
	        cmocka_unit_test(missed_in_a_silence),
	        cmocka_unit_test(missed_after_a_silence),
	        cmocka_unit_test(missed_with_its_acknowledgment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
