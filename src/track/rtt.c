#include "track/rtt.h"

enum { FIRST_OCTAVE = 12, HALVE_AT = UINT8_MAX };

static unsigned range_of(ws_time time)
{
	const uint64_t ns = time > 0 ? (uint64_t)time : 0;
	if (ns >> FIRST_OCTAVE == 0)
		return 0;
	const unsigned octave = 63 - (unsigned)__builtin_clzll(ns);
	const unsigned fraction = (unsigned)(ns >> (octave - 8)) & 0xff; /* of 256; a third of an octave is 1.26 */
	const unsigned index = 3 * (octave - FIRST_OCTAVE) + (fraction >= 67) + (fraction >= 150);
	return index < WS_RTT_RANGES ? index : WS_RTT_RANGES - 1;
}

/* The middle of a range, as its ends are multiplied and not added. */
static ws_time range_middle(unsigned index)
{
	static const unsigned thousandths[] = {1122, 1414, 1782};
	return (ws_time)((UINT64_C(1) << (FIRST_OCTAVE + index / 3)) * thousandths[index % 3] / 1000);
}

static int few_of(const struct ws_rtt *rtt, unsigned range)
{
	for (int i = 0; i < rtt->ranges; i++)
		if (rtt->few[i].range == range)
			return i;
	return -1;
}

/* False: there is no room for this range. */
static bool count_few(struct ws_rtt *rtt, unsigned range)
{
	int at = few_of(rtt, range);
	if (at < 0 && rtt->ranges == WS_RTT_FEW)
		return false;
	if (at < 0) {
		at = rtt->ranges++;
		rtt->few[at].range = (uint8_t)range;
		rtt->few[at].count = 0;
	}
	if (rtt->few[at].count == HALVE_AT)
		for (unsigned i = 0; i < rtt->ranges; i++)
			rtt->few[i].count /= 2;
	rtt->few[at].count++;
	return true;
}

static void count_many(struct ws_rtt *rtt, struct ws_rtt_counters *counters, unsigned range)
{
	for (unsigned i = 0; i < rtt->ranges && !rtt->many; i++)
		counters->range[rtt->few[i].range] = rtt->few[i].count;
	rtt->many = true;
	if (counters->range[range] == HALVE_AT)
		for (unsigned i = 0; i < WS_RTT_RANGES; i++)
			counters->range[i] /= 2;
	counters->range[range]++;
}

static void add_extremes(struct ws_rtt *rtt, ws_time time)
{
	if (!rtt->count || time < rtt->least)
		rtt->least = time;
	if (!rtt->count || time > rtt->most)
		rtt->most = time;
	rtt->count += rtt->count < UINT32_MAX;
}

bool ws_rtt_add_here(struct ws_rtt *rtt, ws_time time)
{
	if (rtt->many || !count_few(rtt, range_of(time)))
		return false;
	add_extremes(rtt, time);
	return true;
}

void ws_rtt_add(struct ws_rtt *rtt, struct ws_rtt_counters *counters, ws_time time)
{
	if (ws_rtt_add_here(rtt, time))
		return;
	add_extremes(rtt, time);
	if (counters)
		count_many(rtt, counters, range_of(time));
}

/* The lowest range with which half of the round trips are counted. */
static unsigned median_of_few(const struct ws_rtt *rtt)
{
	uint32_t sum = 0;
	unsigned lowest = WS_RTT_RANGES - 1;
	for (unsigned i = 0; i < rtt->ranges; i++)
		sum += rtt->few[i].count;
	for (unsigned i = 0; i < rtt->ranges; i++) {
		uint32_t passed = 0;
		for (unsigned j = 0; j < rtt->ranges; j++)
			passed += rtt->few[j].range <= rtt->few[i].range ? rtt->few[j].count : 0;
		if (passed * 2 >= sum && rtt->few[i].range < lowest)
			lowest = rtt->few[i].range;
	}
	return lowest;
}

static unsigned median_of_many(const struct ws_rtt_counters *counters)
{
	uint32_t sum = 0, passed = 0;
	unsigned index = 0;
	for (unsigned i = 0; i < WS_RTT_RANGES; i++)
		sum += counters->range[i];
	while (index < WS_RTT_RANGES - 1 && (passed += counters->range[index]) * 2 < sum)
		index++;
	return index;
}

ws_time ws_rtt_median(const struct ws_rtt *rtt, const struct ws_rtt_counters *counters)
{
	if (!rtt->count)
		return -1;
	const ws_time middle = range_middle(rtt->many && counters ? median_of_many(counters) : median_of_few(rtt));
	return middle < rtt->least ? rtt->least : middle > rtt->most ? rtt->most : middle;
}
