/* Slots are a millisecond wide at first. When all are full, each two become one and the width doubles. So a capture of
 * any length fits, and uses at least half of the slots. When two slots become one, the counts are added, and the states
 * are those of the later slot. */
#include "track/series.h"

#include <string.h>

#define FIRST_WIDTH WS_MILLISECOND

static void halve(struct ws_series *series)
{
	for (size_t i = 0; i < WS_SERIES_SLOTS / 2; i++) {
		const struct ws_series_slot *a = &series->slot[2 * i], *b = a + 1;
		struct ws_series_slot both = *b;
		for (size_t kind = 0; kind < WS_TRAFFIC_COUNT; kind++) {
			both.packets[kind] += a->packets[kind];
			both.bytes[kind] += a->bytes[kind];
		}
		series->slot[i] = both;
	}
	memset(series->slot + WS_SERIES_SLOTS / 2, 0, sizeof(series->slot) / 2);
	series->count = WS_SERIES_SLOTS / 2;
	series->width *= 2;
}

void ws_series_advance(struct ws_series *series, ws_time now, const uint64_t state[WS_STATE_COUNT])
{
	if (!series->kept || (series->count && now < series->end))
		return;
	if (!series->count) {
		series->count = 1;
		series->start = now;
		series->width = FIRST_WIDTH;
		series->end = now > WS_TIME_NEVER - FIRST_WIDTH ? WS_TIME_NEVER : now + FIRST_WIDTH;
	}
	while (now >= series->end && series->end != WS_TIME_NEVER) {
		memcpy(series->slot[series->count - 1].state, state, sizeof(series->slot[0].state));
		if (series->count == WS_SERIES_SLOTS)
			halve(series);
		else
			series->count++;
		ws_time length;
		if (__builtin_mul_overflow(series->width, (ws_time)series->count, &length) ||
		    __builtin_add_overflow(series->start, length, &series->end))
			series->end = WS_TIME_NEVER;
	}
}

void ws_series_count(struct ws_series *series, enum ws_traffic_kind kind, uint32_t bytes)
{
	if (!series->count)
		return;
	struct ws_series_slot *slot = &series->slot[series->count - 1];
	slot->packets[kind]++;
	slot->bytes[kind] += bytes;
}
