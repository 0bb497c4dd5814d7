/* The points of graphs: what a segment adds, and that ranges and searches say the same as all points one by one, also
 * for absurd numbers and times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "segments.h"

#include <wirestate/graph.h>
#include <wirestate/plot.h>

enum { CLIENT = 1, SERVER = 2, MEMORY = 64 << 20 };
#define START (1700000000 * WS_SECOND)

struct rig {
	struct ws_tracker *tracker;
	uint64_t frames;
};

static void rig_open(struct rig *rig)
{
	const struct ws_tracker_config config = {
	        .hash_key = "a key for tests", .history = true, .max_memory = 256 << 20};
	struct ws_error error;
	*rig = (struct rig){.tracker = ws_tracker_create(&config, &error)};
	assert_non_null(rig->tracker);
}

static void put(struct rig *rig, ws_time time, unsigned from, unsigned flags, uint32_t sequence,
                uint32_t acknowledgment, unsigned window, const char *payload, const char *options,
                uint32_t options_length)
{
	static struct frame_bytes bytes;
	struct ws_packet packet;
	struct ws_track_result result;
	bytes.length = 0;
	put_tcp(&bytes, &(struct tcp_frame){.from = from,
	                                    .to = from == CLIENT ? SERVER : CLIENT,
	                                    .source_port = from == CLIENT ? 40000 : 80,
	                                    .destination_port = from == CLIENT ? 80 : 40000,
	                                    .flags = flags,
	                                    .window = window,
	                                    .sequence = sequence,
	                                    .acknowledgment = acknowledgment,
	                                    .payload = payload,
	                                    .options = options,
	                                    .options_length = options_length});
	uint8_t *ip = bytes.data + 14; /* each has an identification of its own: it is no copy of the one before */
	ip[4] = (uint8_t)(rig->frames >> 8);
	ip[5] = (uint8_t)rig->frames;
	ip[10] = ip[11] = 0;
	set_checksum(ip + 10, sum_words(0, ip, 20));
	const struct ws_frame frame = frame_of(&bytes, time, ++rig->frames);
	ws_decode(&frame, &packet);
	while (ws_tracker_advance(rig->tracker, time, &result))
		;
	ws_tracker_packet(rig->tracker, &packet, &result);
}

static struct ws_graph *graph_of(const struct rig *rig)
{
	struct ws_graph *graph = ws_graph_open(rig->tracker, ws_tracker_conn_at(rig->tracker, 0), MEMORY);
	assert_non_null(graph);
	while (ws_graph_work(graph, 1000))
		;
	return graph;
}

static struct ws_graph_point point_at(const struct ws_graph *graph, enum ws_curve curve, size_t index)
{
	struct ws_graph_point point;
	assert_true(ws_graph_point(graph, 0, curve, index, &point));
	return point;
}

/* A handshake, five bytes, five that are lost, five more that are acknowledged selectively, and the lost ones again. */
static void test_points(void **state)
{
	static const char sack[] = "\x01\x01\x05\x0a\x00\x00\x00\x6f\x00\x00\x00\x74"; /* 111 to 116 */
	struct rig rig;
	(void)state;
	rig_open(&rig);
	put(&rig, START, CLIENT, WS_TCP_SYN, 100, 0, 1000, NULL, "\x03\x03\x02\x01", 4);
	put(&rig, START + 10 * WS_MILLISECOND, SERVER, WS_TCP_SYN | WS_TCP_ACK, 500, 101, 1000, NULL,
	    "\x03\x03\x03\x01", 4);
	put(&rig, START + 11 * WS_MILLISECOND, CLIENT, WS_TCP_ACK, 101, 501, 1000, NULL, NULL, 0);
	put(&rig, START + 12 * WS_MILLISECOND, CLIENT, WS_TCP_ACK | WS_TCP_PSH, 101, 501, 1000, "first", NULL, 0);
	put(&rig, START + 13 * WS_MILLISECOND, CLIENT, WS_TCP_ACK, 106, 501, 1000, "secon", NULL, 0);
	put(&rig, START + 14 * WS_MILLISECOND, CLIENT, WS_TCP_ACK, 111, 501, 1000, "third", NULL, 0);
	put(&rig, START + 22 * WS_MILLISECOND, SERVER, WS_TCP_ACK, 501, 106, 100, NULL, NULL, 0);
	put(&rig, START + 24 * WS_MILLISECOND, SERVER, WS_TCP_ACK, 501, 106, 100, NULL, sack, 12);
	put(&rig, START + 300 * WS_MILLISECOND, CLIENT, WS_TCP_ACK, 106, 501, 1000, "secon", NULL, 0);
	put(&rig, START + 310 * WS_MILLISECOND, SERVER, WS_TCP_ACK, 501, 116, 0, NULL, NULL, 0);
	struct ws_graph *graph = graph_of(&rig);
	struct ws_graph_point point;
	ws_time before;
	assert_int_equal(ws_graph_count(graph, 0, WS_CURVE_SEGMENT), 5);
	point = point_at(graph, WS_CURVE_SEGMENT, 0);
	assert_true(point.low == 0 && point.high == 1 && point.marks == 1u << WS_POINT_SYN);
	point = point_at(graph, WS_CURVE_SEGMENT, 1);
	assert_true(point.low == 1 && point.high == 6 && point.length == 5 && point.marks == 1u << WS_POINT_PUSH);
	point = point_at(graph, WS_CURVE_SEGMENT, 4);
	assert_true(point.low == 6 && point.high == 11 && point.marks == 1u << WS_POINT_RETRANSMISSION);
	assert_true(ws_graph_sent_before(graph, 0, 4, &before) && before == START + 13 * WS_MILLISECOND);
	assert_false(ws_graph_sent_before(graph, 0, 3, &before));
	assert_int_equal(point_at(graph, WS_CURVE_ACK, 1).low, 6);
	assert_int_equal(point_at(graph, WS_CURVE_ACK, 2).marks, 1u << WS_POINT_DUPLICATE_ACK);
	assert_int_equal(point_at(graph, WS_CURVE_WINDOW, 1).low, 6 + 800);  /* scaled by 3 bits */
	assert_int_equal(point_at(graph, WS_CURVE_WINDOW, 0).low, 1 + 1000); /* that of a SYN is not */
	assert_int_equal(point_at(graph, WS_CURVE_ACK, 3).marks, 1u << WS_POINT_ZERO_WINDOW);
	assert_int_equal(ws_graph_count(graph, 0, WS_CURVE_SACK), 1);
	point = point_at(graph, WS_CURVE_SACK, 0);
	assert_true(point.low == 11 && point.high == 16);
	assert_int_equal(ws_graph_count(graph, 0, WS_CURVE_RTT), 3);
	assert_true(point_at(graph, WS_CURVE_RTT, 0).low == 10 * WS_MILLISECOND);
	assert_true(point_at(graph, WS_CURVE_RTT, 1).low == 10 * WS_MILLISECOND);
	assert_int_equal(point_at(graph, WS_CURVE_RTT, 2).marks, 1u << WS_POINT_AMBIGUOUS);
	/* It rises with data, and falls with ACKs: none, five more each, one acknowledged, one selectively, again, all. */
	static const int64_t in_flight[] = {0, 5, 10, 15, 10, 5, 5, 0};
	assert_int_equal(ws_graph_count(graph, 0, WS_CURVE_FLIGHT), WS_ARRAY_SIZE(in_flight));
	for (size_t i = 0; i < WS_ARRAY_SIZE(in_flight); i++)
		assert_int_equal(point_at(graph, WS_CURVE_FLIGHT, i).low, in_flight[i]);
	assert_true(ws_graph_span(graph) == 20 * WS_MILLISECOND);
	assert_int_equal(point_at(graph, WS_CURVE_THROUGHPUT, 3).low, 15 * 50);
	assert_int_equal(point_at(graph, WS_CURVE_THROUGHPUT, 4).low, 5 * 50);
	ws_graph_close(graph);
	ws_tracker_free(rig.tracker);
}

/* Two segments of ten bytes with a second of nothing between them and after them. */
static void test_silence(void **state)
{
	const ws_time second = START + WS_SECOND + 10 * WS_MILLISECOND, end = START + 2 * WS_SECOND;
	struct rig rig;
	struct ws_conn_info info;
	struct ws_plot plot;
	struct ws_plot_column column;
	(void)state;
	rig_open(&rig);
	put(&rig, START, CLIENT, WS_TCP_ACK, 101, 501, 1000, NULL, NULL, 0);
	put(&rig, START + 10 * WS_MILLISECOND, CLIENT, WS_TCP_ACK, 101, 501, 1000, "ten bytes.", NULL, 0);
	put(&rig, second, CLIENT, WS_TCP_ACK, 111, 501, 1000, "ten bytes.", NULL, 0);
	put(&rig, end, SERVER, WS_TCP_ACK, 501, 121, 1000, NULL, NULL, 0);
	struct ws_graph *graph = graph_of(&rig);
	assert_true(ws_graph_span(graph) == 100 * WS_MILLISECOND);
	const struct ws_graph_point point = point_at(graph, WS_CURVE_THROUGHPUT, 0);
	const ws_time falls = point.time + ws_graph_span(graph);
	assert_int_equal(point.high, 100);
	assert_int_equal(ws_graph_value_after(graph, 0, WS_CURVE_THROUGHPUT, &point, falls - 1), 100);
	assert_int_equal(ws_graph_value_after(graph, 0, WS_CURVE_THROUGHPUT, &point, falls), 0);
	/* Ten bytes in 10 ms, and in half a second. */
	const struct ws_graph_point average = point_at(graph, WS_CURVE_AVERAGE, 0);
	assert_int_equal(average.high, 1000);
	assert_int_equal(ws_graph_value_after(graph, 0, WS_CURVE_AVERAGE, &average, START + 500 * WS_MILLISECOND), 20);
	assert_true(ws_tracker_conn(rig.tracker, ws_tracker_conn_at(rig.tracker, 0), &info));
	ws_plot_make(&plot, graph, &info, WS_PLOT_RATE, 0, START, end, 8, 4);
	for (unsigned i = 0; i < plot.count; i++)
		assert_int_equal(plot.curve[i].shape, WS_PLOT_STAIRS);
	ws_plot_column(&plot, graph, WS_CURVE_THROUGHPUT, 5, 20, &column); /* from 500 to 600 ms */
	assert_true(!column.any && column.before && column.enter == 0 && column.leave == 0);
	ws_plot_column(&plot, graph, WS_CURVE_THROUGHPUT, 1, 20, &column); /* it falls within */
	assert_true(!column.any && column.enter == 100 && column.leave == 0);
	ws_plot_column(&plot, graph, WS_CURVE_THROUGHPUT, 0, 1, &column); /* all in one */
	assert_true(column.any && column.low == 0 && column.high == 100 && column.leave == 0);
	ws_graph_close(graph);
	ws_tracker_free(rig.tracker);
}

/* ---- Ranges and searches */

/* A connection with random numbers and, where `absurd`, times that may be any. */
static void put_random(struct rig *rig, unsigned count, bool absurd, uint64_t *random)
{
	uint32_t next = 0xfffff000, acknowledged = next;
	ws_time time = START;
	put(rig, time, CLIENT, WS_TCP_SYN, next++, 0, 1000, NULL, NULL, 0);
	put(rig, time, SERVER, WS_TCP_SYN | WS_TCP_ACK, 500, next, 1000, NULL, NULL, 0);
	for (unsigned i = 0; i < count; i++) {
		const unsigned what = below(random, 100);
		time += below(random, 1000000);
		if (absurd && what < 3)
			time = (ws_time)((uint64_t)below(random, UINT32_MAX) << 31 ^ below(random, UINT32_MAX)) *
			       (below(random, 2) ? 1 : -1);
		const bool strange = absurd && below(random, 20) == 0;
		if (what < 60) {
			const uint32_t number = strange ? below(random, UINT32_MAX) : what < 6 ? next - 20 : next;
			put(rig, time, CLIENT, WS_TCP_ACK | (what == 59 ? WS_TCP_RST : 0), number, 501, 1000,
			    "ten bytes!", NULL, 0);
			next = number == next ? next + 10 : next;
		} else {
			acknowledged = strange ? below(random, UINT32_MAX) : next - below(random, 40);
			put(rig, time, SERVER, WS_TCP_ACK, 501, acknowledged, below(random, 65536), NULL, NULL, 0);
		}
	}
}

static void check_range(const struct ws_graph *graph, enum ws_curve curve, size_t from, size_t to)
{
	struct ws_graph_range range, all = {0, 0, 0};
	struct ws_graph_point point;
	bool any = false;
	for (size_t i = from; i < to && ws_graph_point(graph, 0, curve, i, &point); i++, any = true) {
		all.low = !any || point.low < all.low ? point.low : all.low;
		all.high = !any || point.high > all.high ? point.high : all.high;
		all.marks |= point.marks;
	}
	assert_int_equal(ws_graph_range(graph, 0, curve, from, to, &range), any);
	if (any)
		assert_true(range.low == all.low && range.high == all.high && range.marks == all.marks);
}

static void check_find(const struct ws_graph *graph, enum ws_curve curve, ws_time time)
{
	struct ws_graph_point point;
	size_t index = 0;
	while (ws_graph_point(graph, 0, curve, index, &point) && point.time < time)
		index++;
	assert_int_equal(ws_graph_find(graph, 0, curve, time), index);
}

static void check_plots(const struct rig *rig, const struct ws_graph *graph, uint64_t *random)
{
	struct ws_conn_info info;
	ws_time first, last;
	assert_true(ws_tracker_conn(rig->tracker, ws_tracker_conn_at(rig->tracker, 0), &info));
	assert_true(ws_graph_times(graph, &first, &last));
	for (unsigned i = 0; i < 40; i++) {
		struct ws_plot plot;
		struct ws_plot_column column;
		const double size = (double)last - (double)first, at = below(random, 1000) / 1000.0;
		const ws_time from = i ? first + (ws_time)(size * at / 4) : first;
		const ws_time to = i % 3 ? last : from + (ws_time)below(random, 1000000);
		ws_plot_make(&plot, graph, &info, (enum ws_plot_kind)(i % WS_PLOT_COUNT), i / 4 % 2, from, to, 8, 8);
		assert_true(plot.x.low < plot.x.high && plot.y.low < plot.y.high);
		for (unsigned tick = 0; tick < plot.x.count; tick++)
			assert_true(plot.x.tick[tick].at > -0.001 && plot.x.tick[tick].at < 1.001);
		for (int x = 0; x < 50; x++)
			ws_plot_column(&plot, graph, plot.curve[0].curve, x, 50, &column);
	}
}

static void test_ranges(void **state)
{
	uint64_t random = 19;
	(void)state;
	for (unsigned round = 0; round < 6; round++) {
		struct rig rig;
		rig_open(&rig);
		put_random(&rig, 500 + 700 * round, round % 2, &random);
		struct ws_graph *graph = graph_of(&rig);
		assert_false(ws_graph_is_cut(graph));
		for (unsigned i = 0; i < 300; i++) {
			const enum ws_curve curve = (enum ws_curve)below(&random, WS_CURVE_COUNT);
			const size_t count = ws_graph_count(graph, 0, curve);
			const size_t from = below(&random, (uint32_t)count + 1);
			struct ws_graph_point point;
			check_range(graph, curve, from, from + below(&random, (uint32_t)count + 20));
			if (ws_graph_point(graph, 0, curve, from, &point))
				check_find(graph, curve, point.time + below(&random, 2));
		}
		check_plots(&rig, graph, &random);
		ws_graph_close(graph);
		ws_tracker_free(rig.tracker);
	}
}

static void test_bounds(void **state)
{
	struct rig rig;
	uint64_t random = 7;
	struct ws_graph_point point;
	struct ws_graph_range range;
	(void)state;
	rig_open(&rig);
	put_random(&rig, 40000, false, &random);
	struct ws_graph *graph = ws_graph_open(rig.tracker, ws_tracker_conn_at(rig.tracker, 0), 0);
	assert_non_null(graph);
	while (ws_graph_work(graph, 100))
		;
	assert_true(ws_graph_is_cut(graph)); /* the least memory holds fewer points */
	const size_t count = ws_graph_count(graph, 0, WS_CURVE_SEGMENT);
	assert_in_range(count, 3000, 30000);
	assert_false(ws_graph_point(graph, 0, WS_CURVE_SEGMENT, count, &point));
	assert_false(ws_graph_range(graph, 0, WS_CURVE_SEGMENT, count, SIZE_MAX, &range));
	ws_graph_close(graph);
	assert_null(ws_graph_open(rig.tracker, 12345, MEMORY));
	ws_tracker_free(rig.tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_points), cmocka_unit_test(test_silence),
	                                   cmocka_unit_test(test_ranges), cmocka_unit_test(test_bounds)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
