/* What two or three points captured of one connection, written down segment by segment, and joined. */
#ifndef TESTS_JOIN_CAPTURES_H
#define TESTS_JOIN_CAPTURES_H

#include "join_connection.h"

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

static inline struct ws_join_segment *add(struct capture *c, ws_time time, unsigned direction, unsigned flags,
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
static inline void both(struct capture *c, ws_time time, unsigned direction, unsigned flags, uint32_t sequence,
                        uint32_t acknowledgment, uint32_t length)
{
	const uint16_t id = (uint16_t)(c[0].count + c[1].count + 1);
	add(&c[direction], time, direction, flags, sequence, acknowledgment, length)->identification = id;
	add(&c[!direction], time + 20 * MS, direction, flags, sequence, acknowledgment, length)->identification = id;
}

static inline void open_both(struct capture *c)
{
	memset(c, 0, 2 * sizeof(*c));
	both(c, 0, 0, SYN, 100, 0, 0);
	both(c, 20 * MS, 1, SYN | ACK, 500, 101, 0);
	both(c, 40 * MS, 0, ACK, 101, 501, 0);
	c[0].connection = c[1].connection = connection(1, 1000, 100, 500);
}

/* `one_clock`: the points are interfaces of one host. */
static inline struct ws_joiner *run_during(const struct capture *c, bool one_clock,
                                           const struct ws_join_period period[2], struct ws_join_agreement *agreement,
                                           struct ws_clock_info *info, struct ws_join_result *result)
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

static inline struct ws_joiner *run_passed(const struct capture *c, bool one_clock, bool passed_by_all,
                                           struct ws_join_agreement *agreement, struct ws_clock_info *info,
                                           struct ws_join_result *result)
{
	const struct ws_join_period period = {-WS_SECOND, 10 * WS_SECOND, false, passed_by_all};
	return run_during(c, one_clock, (struct ws_join_period[]){period, period}, agreement, info, result);
}

static inline struct ws_joiner *run_points(const struct capture *c, bool one_clock, struct ws_join_agreement *agreement,
                                           struct ws_clock_info *info, struct ws_join_result *result)
{
	return run_passed(c, one_clock, false, agreement, info, result);
}

static inline struct ws_joiner *run(const struct capture *c, struct ws_join_result *result)
{
	struct ws_join_agreement agreement;
	struct ws_clock_info info;
	struct ws_joiner *joiner = run_points(c, false, &agreement, &info, result);
	assert_int_equal(agreement.order, 1);
	assert_false(agreement.doubtful);
	return joiner;
}

/* The only transit with this outcome. */
static inline struct ws_transit only(const struct ws_joiner *joiner, const struct ws_join_result *result,
                                     unsigned outcome)
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

static inline struct ws_joiner *run_three(const struct capture *c, struct ws_join_result *result)
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

#endif
