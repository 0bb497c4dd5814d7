/* Joining points: whatever the segments are, every one of them is in a transit, no transit is seen at a point before
 * the point that it comes from, and what is proven about a clock contains what is said of it. */
#include "target.h"

#include <wirestate/join.h>
#include <wirestate/packet.h>

#include <stdlib.h>
#include <string.h>

enum { POINTS = 3, MOST = 512, RECORD = 8 };

struct world {
	struct ws_join_segment segment[POINTS][MOST];
	struct ws_join_connection connection[POINTS];
	bool seen[POINTS][MOST];
	size_t count[POINTS];
};

/* Small numbers, so that segments collide. */
static void read_segments(struct world *w, const uint8_t *data, size_t size, bool datagrams)
{
	ws_time time[POINTS] = {0, WS_SECOND, 0};
	for (; size >= RECORD; data += RECORD, size -= RECORD) {
		const unsigned point = data[0] % POINTS;
		if (w->count[point] == MOST)
			continue;
		time[point] += (data[1] & 0x0f) * (WS_TIME_NEVER >> (data[1] >> 4 == 15 ? 5 : 50));
		time[point] %= WS_TIME_NEVER / 4;
		const struct ws_join_segment s = {
		        .time = time[point],
		        .frame = w->count[point] + 1,
		        .sequence = (uint32_t)((data[2] & 0x3f) * 500) - (data[2] & 0x40 ? UINT32_C(1) << 31 : 0),
		        .acknowledgment = data[3] * 500u,
		        .length = datagrams ? 0 : (data[4] & 0x1f) * 500u,
		        .tsval = data[5] >> 4,
		        .identification = data[5] & 0x0f,
		        .flags = datagrams ? WS_TCP_RST | WS_TCP_ACK : data[6],
		        .window = data[7] & 3,
		        .direction = data[0] >> 7,
		        .timestamps = data[0] & 0x40,
		        .sack_right = data[0] & 0x20 ? data[3] : 0,
		        .vague = data[4] & 0x80,
		};
		w->segment[point][w->count[point]++] = s;
	}
}

static void check_transit(struct world *w, const struct ws_joiner *joiner, const struct ws_join_result *result,
                          size_t i)
{
	struct ws_transit t;
	ws_joiner_transit(joiner, i, &t);
	ws_time before = INT64_MIN;
	const bool datagrams = w->connection[0].kind != WS_JOIN_TCP;
	if (datagrams && (t.outcome == WS_OUTCOME_INJECTED || t.needless))
		abort();
	if (t.first < 0 || t.last < 0 || t.outcome >= WS_OUTCOME_COUNT || (t.outcome == WS_OUTCOME_LOST && t.next < 0))
		abort();
	for (unsigned k = 0; k < result->points; k++) {
		const unsigned point = result->path[t.direction ? result->points - 1u - k : k];
		if (!t.frame[point])
			continue;
		if (t.time[point] < before || t.frame[point] > w->count[point])
			abort();
		before = t.time[point];
		w->seen[point][t.frame[point] - 1] = true;
	}
}

static void check_clock(const struct ws_clock *clock)
{
	struct ws_clock_info info;
	ws_time low, high;
	ws_clock_info(clock, &info);
	if (ws_clock_bounds(clock, WS_SECOND, &low, &high) && low > high)
		abort();
	ws_clock_here(clock, info.offset);
}

/* The same bytes as datagrams of a few conversations at two points: no conversation is in two pairs. */
static void pair_flows(const uint8_t *data, size_t size)
{
	enum { FLOWS = 8 };
	static struct ws_join_content content[2][MOST];
	struct ws_join_connection connection[2][FLOWS] = {0};
	struct ws_join_contents side[2] = {{connection[0], FLOWS, content[0], 0},
	                                   {connection[1], FLOWS, content[1], 0}};
	struct ws_join_pair pair[FLOWS] = {{.a = 1, .b = 2}};
	size_t pairs = data[0] & 1;
	bool taken[2][FLOWS] = {0};
	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 0; k < FLOWS; k++)
			connection[i][k].kind = (data[0] >> (i + 1) & 1) + (k & 1);
	for (; size >= RECORD; data += RECORD, size -= RECORD) {
		struct ws_join_contents *at = &side[data[0] & 1];
		if (at->count == MOST)
			continue;
		content[data[0] & 1][at->count++] = (struct ws_join_content){
		        .time = data[1] == 255 ? INT64_MIN + data[2] : (ws_time)data[1] << (data[2] & 63) / 2,
		        .digest = 1u + (data[3] & 15),
		        .connection = data[4] % FLOWS,
		        .identification = data[5] & 3,
		        .direction = data[6] & 1,
		};
	}
	if (!ws_join_flows(&side[0], &side[1], pair, &pairs) || pairs > FLOWS)
		abort();
	for (size_t i = 0; i < pairs; i++) {
		if (taken[0][pair[i].a] || taken[1][pair[i].b])
			abort();
		taken[0][pair[i].a] = taken[1][pair[i].b] = true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_error error;
	struct ws_joiner *joiner = ws_joiner_create(POINTS * MOST, 1, &error);
	struct ws_clock *clock[POINTS] = {NULL, ws_clock_create(0), ws_clock_create(0)};
	struct world *w = calloc(1, sizeof(*w));
	struct ws_join_point point[POINTS] = {0};
	struct ws_join_result result;
	if (joiner && clock[1] && clock[2] && w && size) {
		read_segments(w, data + 1, size - 1, data[0] & 64);
		const size_t points = 2 + (data[0] & 1);
		for (unsigned i = 0; i < points; i++) {
			w->connection[i].kind = data[0] & 64 ? WS_JOIN_UDP : WS_JOIN_TCP;
			w->connection[i].iss_known[0] = data[0] & 2;
			w->connection[i].iss[0] = data[0] & 4 ? i * 1000 : 0;
			point[i].side = (struct ws_join_side){.segment = w->segment[i],
			                                      .count = w->count[i],
			                                      .connection = &w->connection[i],
			                                      .swapped = i && data[0] & 8,
			                                      .mss = {data[0] & 16 ? 1000 : 0, 0}};
			point[i].period = (struct ws_join_period){0, WS_TIME_NEVER / 4, data[0] & 32, data[0] & 128};
			struct ws_join_agreement agreement;
			if (i && !ws_joiner_observe(joiner, &point[0].side, &point[i].side, clock[i], &agreement))
				abort();
			if (i)
				ws_clock_solve(clock[i]);
			if (i)
				check_clock(clock[i]);
			point[i].clock = clock[i];
		}
		if (!ws_joiner_run(joiner, point, points, &result))
			abort();
		for (size_t i = 0; i < result.transits; i++)
			check_transit(w, joiner, &result, i);
		for (unsigned i = 0; i < points; i++)
			for (size_t k = 0; k < w->count[i]; k++)
				if (!w->seen[i][k])
					abort();
	}
	if (size)
		pair_flows(data, size);
	free(w);
	ws_clock_free(clock[1]);
	ws_clock_free(clock[2]);
	ws_joiner_free(joiner);
	return 0;
}
