/* Identifiers and measures of records. */
#include "output/community.h"
#include "output/meanings.h"
#include "track/rtt.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The values are published with the specification's own implementation and with Zeek. */
static void community_ids_are_those_of_others(void **state)
{
	(void)state;
	static const struct {
		uint8_t protocol;
		int version;
		const char *address[2];
		uint16_t port[2];
		const char *id;
	} cases[] = {
	        {6, 4, {"128.232.110.120", "66.35.250.204"}, {34855, 80}, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	        {17, 4, {"192.168.1.52", "8.8.8.8"}, {54585, 53}, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	        {6,
	         6,
	         {"2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a"},
	         {63943, 25},
	         "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
	        {6, 4, {"1.2.3.4", "5.6.7.8"}, {1122, 3344}, "1:wCb3OG7yAFWelaUydu0D+125CLM="},
	        {17, 4, {"1.2.3.4", "5.6.7.8"}, {1122, 3344}, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg="},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		for (int turned = 0; turned < 2; turned++) {
			struct ws_addr address[2] = {{{0}}};
			uint16_t port[2];
			char buffer[64];
			struct ws_text text = WS_TEXT_OVER(buffer);
			for (int end = 0; end < 2; end++) {
				const int from = end ^ turned, v4 = cases[i].version == 4;
				inet_pton(v4 ? AF_INET : AF_INET6, cases[i].address[from],
				          address[end].byte + (v4 ? 12 : 0));
				port[end] = cases[i].port[from];
			}
			community_id(&text, cases[i].protocol, (unsigned)cases[i].version, address, port);
			assert_string_equal(ws_text_cstr(&text), cases[i].id);
		}
	}
}

struct round_trips {
	struct ws_rtt rtt[2];
	struct ws_rtt_counters counters[2];
};

static void note(struct round_trips *all, struct ws_rtt_timer timer[2], const struct ws_segment *s, uint32_t analysis)
{
	const unsigned other = 1u - s->direction;
	const ws_time time = ws_rtt_note(&timer[s->direction], &timer[other], s, analysis);
	if (time < 0)
		return;
	if (!ws_rtt_add_here(&all->rtt[other], time))
		ws_rtt_add(&all->rtt[other], &all->counters[other], time);
}

static void round_trip(struct round_trips *all, struct ws_rtt_timer timer[2], ws_time *now, uint32_t *sequence,
                       ws_time time)
{
	const struct ws_segment data = {
	        .time = *now, .sequence = *sequence, .length = 10, .flags = WS_TCP_ACK, .window = 100};
	const struct ws_segment ack = {.time = *now + time,
	                               .acknowledgment = *sequence + 10,
	                               .flags = WS_TCP_ACK,
	                               .direction = 1,
	                               .window = 50};
	note(all, timer, &data, 0);
	note(all, timer, &ack, 0);
	*now += time + 1;
	*sequence += 10;
}

/* Against the sorted times, over seven orders of magnitude. */
static void medians_are_right_within_their_precision(void **state)
{
	(void)state;
	enum { COUNT = 1001 };
	for (ws_time scale = 10000; scale <= WS_SECOND; scale *= 10) {
		struct round_trips all = {0};
		const struct ws_rtt *rtt = all.rtt;
		struct ws_rtt_timer timer[2] = {0};
		ws_time now = WS_SECOND;
		uint32_t sequence = UINT32_MAX - 1000; /* numbers wrap */
		assert_int_equal(ws_rtt_median(&rtt[0], &all.counters[0]), -1);
		for (int i = 0; i < COUNT;
		     i++) /* each once, in a mixed order; the 501st of 1001 is scale + 500 steps */
			round_trip(&all, timer, &now, &sequence, scale + scale / 1000 * (i * 389 % COUNT));
		const double right = (double)(scale + scale / 1000 * 500),
		             median = (double)ws_rtt_median(&rtt[0], &all.counters[0]);
		assert_true(median > right / 1.13 && median < right * 1.13);
		assert_int_equal(rtt[0].least, scale);
		assert_int_equal(rtt[0].most, scale + scale / 1000 * 1000);
		assert_int_equal(rtt[0].count, COUNT);
		assert_int_equal(rtt[1].count, 0);
		assert_int_equal(UINT16_MAX - timer[1].window_below, 50);
	}
}

/* As long as there are few ranges, no counters are needed, and the median is the same as with them. */
static void few_round_trips_need_no_counters(void **state)
{
	(void)state;
	struct ws_rtt few = {.count = 0}, many = {.count = 0};
	struct ws_rtt_counters counters = {{0}};
	for (unsigned i = 0; i < 4 * WS_RTT_FEW; i++) {
		const ws_time time = WS_MILLISECOND << i % WS_RTT_FEW;
		assert_true(ws_rtt_add_here(&few, time));
		ws_rtt_add(&many, &counters, time);
	}
	assert_false(ws_rtt_add_here(&few, WS_SECOND));
	ws_rtt_add(&few, NULL, WS_SECOND); /* without memory it counts, but not for the median */
	assert_int_equal(few.most, WS_SECOND);
	assert_int_equal(ws_rtt_median(&few, NULL), ws_rtt_median(&many, &counters));
	ws_rtt_add(&many, &counters, WS_SECOND);
	assert_true(many.many);
	assert_false(ws_rtt_add_here(&many, WS_MILLISECOND));
	for (unsigned i = 0; i < 1000; i++)
		ws_rtt_add(&many, &counters, WS_SECOND);
	const double median = (double)ws_rtt_median(&many, &counters);
	assert_true(median > WS_SECOND / 1.13 && median < WS_SECOND * 1.13);
}

static void a_segment_that_was_sent_twice_is_not_timed(void **state)
{
	(void)state;
	struct round_trips all = {0};
	const struct ws_rtt *rtt = all.rtt;
	struct ws_rtt_timer timer[2] = {0};
	struct ws_segment data = {.time = 1, .sequence = 1, .length = 10, .flags = WS_TCP_ACK};
	const struct ws_segment ack = {.time = 500, .acknowledgment = 11, .flags = WS_TCP_ACK, .direction = 1};
	note(&all, timer, &data, 0);
	data.time = 400;
	note(&all, timer, &data, 1u << WS_ANALYSIS_RETRANSMISSION);
	note(&all, timer, &ack, 0);
	assert_int_equal(rtt[0].count, 0);
	struct ws_segment next = {.time = 600, .sequence = 11, .length = 1, .flags = WS_TCP_ACK};
	const struct ws_segment reset = {
	        .time = 700, .acknowledgment = 12, .flags = WS_TCP_ACK | WS_TCP_RST, .direction = 1};
	note(&all, timer, &next, 0);
	note(&all, timer, &reset, 0);
	assert_int_equal(rtt[0].count, 0);
}

static void each_field_has_a_meaning(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < WS_RECORD_COUNT; kind++) {
		const struct columns *columns = output_columns(kind);
		for (size_t i = 0; i < columns->count; i++)
			if (!field_has_meaning(columns->column[i].group, columns->column[i].name))
				fail_msg("%s has no row in meanings.c", columns->column[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(community_ids_are_those_of_others),
	        cmocka_unit_test(medians_are_right_within_their_precision),
	        cmocka_unit_test(few_round_trips_need_no_counters),
	        cmocka_unit_test(a_segment_that_was_sent_twice_is_not_timed),
	        cmocka_unit_test(each_field_has_a_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
