/* Reads one connection of so many segments and ACKs as the view does, and lays out and asks for all columns of each
 * kind of graph, whole and zoomed. Prints the points, the CPU seconds that reading them took, and the longest CPU time
 * of one picture of 1840 columns, in milliseconds. */
#include "segments.h"

#include <wirestate/plot.h>

#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 1840 };

static void put(struct ws_tracker *tracker, uint64_t number, bool server, uint32_t sequence, uint32_t acknowledgment,
                uint32_t length, uint16_t flags)
{
	const struct bench_ends ends = {{bench_address(10, 0, 0, 1), bench_address(10, 0, 0, 2)}, {40000, 80}};
	const struct bench_segment segment = {server, flags, sequence, acknowledgment, length};
	bench_put(tracker, number, &ends, &segment);
}

static double draw(const struct ws_graph *graph, const struct ws_conn_info *info, enum ws_plot_kind kind, ws_time from,
                   ws_time to)
{
	struct ws_plot plot;
	struct ws_plot_column column;
	const double begun = cpu_time();
	ws_plot_make(&plot, graph, info, kind, 0, from, to, 10, 8);
	for (unsigned i = 0; i < plot.count; i++)
		for (int x = 0; x < COLUMNS; x++)
			ws_plot_column(&plot, graph, plot.curve[i].curve, x, COLUMNS, &column);
	return cpu_time() - begun;
}

int main(int count, char **arguments)
{
	const uint64_t pairs = count > 1 ? strtoull(arguments[1], NULL, 10) : 1000000;
	const struct ws_tracker_config config = {
	        .hash_key = "bench", .history = true, .max_memory = UINT64_C(16) << 30};
	struct ws_error error;
	struct ws_conn_info info;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	if (!tracker)
		return 1;
	put(tracker, 1, false, 100, 0, 0, WS_TCP_SYN);
	put(tracker, 2, true, 500, 101, 0, WS_TCP_SYN | WS_TCP_ACK);
	for (uint64_t i = 0; i < pairs; i++) {
		const uint32_t next = 101 + (uint32_t)i * 1000, acknowledged = i > 50 ? next - 40000 : 101;
		put(tracker, 3 + 2 * i, false, i % 500 == 7 ? next - 3000 : next, 501, 1000, WS_TCP_ACK);
		put(tracker, 4 + 2 * i, true, 501, acknowledged, 0, WS_TCP_ACK);
	}
	const double begun = cpu_time();
	struct ws_graph *graph = ws_graph_open(tracker, ws_tracker_conn_at(tracker, 0), UINT64_C(8) << 30);
	if (!graph || !ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, 0), &info))
		return 1;
	while (ws_graph_work(graph, 1000000))
		;
	const double read = cpu_time() - begun;
	size_t points = 0;
	for (unsigned curve = 0; curve < WS_CURVE_COUNT; curve++)
		points += ws_graph_count(graph, 0, (enum ws_curve)curve);
	ws_time first, last;
	double longest = 0;
	ws_graph_times(graph, &first, &last);
	for (int kind = 0; kind < WS_PLOT_COUNT; kind++)
		for (int zoom = 0; zoom < 20; zoom++) {
			const ws_time size = (last - first) >> zoom;
			const double took = draw(graph, &info, (enum ws_plot_kind)kind, last - size, last - size / 3);
			longest = took > longest ? took : longest;
		}
	printf("%zu %.3f %.2f\n", points, read, longest * 1e3);
	ws_graph_close(graph);
	ws_tracker_free(tracker);
	return 0;
}
