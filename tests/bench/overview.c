/* overview CONNECTIONS flood|open|ended keep|rest [SERVERS] makes so many connections in a tracker: SYNs without an answer,
 * connections with data that stay open, or that close; with `keep` as the view does, which keeps all segments, with `rest`
 * as records do. Prints the CPU milliseconds of an overview of them, of another one, of one without their times, of one
 * after a packet of every tenth connection, and the bytes that the tracker takes for a connection. */
#include "segments.h"

#include <wirestate/overview.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
	struct ws_tracker *tracker;
	uint64_t frames;
	unsigned servers;
};

/* A different number of 24 bits for each host, in no order. */
static uint32_t shuffle(uint32_t host)
{
	return (host * 0x9e3779b1) & 0xffffff;
}

static void put(struct world *world, uint32_t number, const struct bench_segment *segment)
{
	const uint32_t host = shuffle(number);
	const struct bench_ends ends = {{bench_address(11, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host),
	                                 bench_address(10, 0, 0, (uint8_t)(1 + host % world->servers))},
	                                {(uint16_t)(1024 + host % 60000), 80}};
	bench_put(world->tracker, ++world->frames, &ends, segment);
}

/* All connections take their steps in turn, as they do in a capture of many clients. */
static void fill(struct world *world, uint32_t count, const char *kind)
{
	static const struct bench_segment step[] = {
	        {false, WS_TCP_SYN, 1000, 0, 0},
	        {true, WS_TCP_SYN | WS_TCP_ACK, 2000, 1001, 0},
	        {false, WS_TCP_ACK, 1001, 2001, 200},
	        {true, WS_TCP_ACK, 2001, 1201, 900},
	        {false, WS_TCP_ACK | WS_TCP_FIN, 1201, 2901, 0},
	        {true, WS_TCP_ACK | WS_TCP_FIN, 2901, 1202, 0},
	        {false, WS_TCP_ACK, 1202, 2902, 0},
	};
	const unsigned steps = strcmp(kind, "flood") == 0 ? 1 : strcmp(kind, "open") == 0 ? 4 : WS_ARRAY_SIZE(step);
	enum { TOGETHER = 20000 };
	for (uint32_t first = 0; first < count; first += TOGETHER)
		for (unsigned i = 0; i < steps; i++)
			for (uint32_t n = first; n < count && n < first + TOGETHER; n++)
				put(world, n, &step[i]);
}

static double overview(struct ws_overview *overview, const struct ws_tracker *tracker, bool times, uint64_t count)
{
	const double begun = cpu_time();
	ws_overview_begin(overview, times);
	while (!ws_overview_work(overview, tracker, NULL, 20000))
		;
	if (ws_overview_connections(overview) != count)
		exit(1);
	return 1e3 * (cpu_time() - begun);
}

int main(int count, char **arguments)
{
	if (count < 4)
		return 1;
	const uint32_t connections = (uint32_t)strtoul(arguments[1], NULL, 10);
	const bool keep = strcmp(arguments[3], "keep") == 0;
	const struct ws_tracker_config config = {.hash_key = "bench",
	                                         .history = keep,
	                                         .shares = true,
	                                         .overview = !keep,
	                                         .max_memory = UINT64_C(16) << 30};
	struct ws_error error;
	struct ws_tracker_stats stats;
	struct world world = {.tracker = ws_tracker_create(&config, &error),
	                      .servers = count > 4 ? (unsigned)strtoul(arguments[4], NULL, 10) : 1};
	if (!world.tracker)
		return 1;
	fill(&world, connections, arguments[2]);
	struct ws_overview *made = ws_overview_create(world.tracker);
	if (!made)
		return 1;
	ws_tracker_stats(world.tracker, &stats);
	const double first = overview(made, world.tracker, true, connections),
	             second = overview(made, world.tracker, true, connections),
	             counts = overview(made, world.tracker, false, connections);
	static const struct bench_segment data = {false, WS_TCP_ACK, 1201, 2901, 10};
	for (uint32_t n = 0; n < connections; n += 10)
		put(&world, n, &data);
	const double changed = overview(made, world.tracker, false, connections);
	printf("%.1f %.1f %.1f %.1f %.0f\n", first, second, counts, changed, (double)stats.memory / connections);
	ws_overview_free(made);
	ws_tracker_free(world.tracker);
	return 0;
}
