/* The whole capture in slots of equal length, for plots over time. */
#ifndef WS_TRACK_SERIES_H
#define WS_TRACK_SERIES_H

#include <wirestate/details.h>
#include <wirestate/track.h>

struct ws_series {
	bool kept;
	size_t count;              /* slots so far; the last one is being filled */
	ws_time start, width, end; /* `end` is that of the last slot */
	struct ws_series_slot slot[WS_SERIES_SLOTS];
};

/* Advances to the slot of `now`. The slots before it had `state` at their end. */
void ws_series_advance(struct ws_series *series, ws_time now, const uint64_t state[WS_STATE_COUNT]);
/* Counts a frame in the slot to which ws_series_advance() has advanced. */
void ws_series_count(struct ws_series *series, enum ws_traffic_kind kind, uint32_t bytes);

#endif
