/* The whole capture as a row of slots of equal length, for plots over time. */
#ifndef WS_TRACK_SERIES_H
#define WS_TRACK_SERIES_H

#include <wirestate/track.h>

struct ws_series {
	bool kept;
	size_t count;              /* slots begun; the last one is being filled */
	ws_time start, width, end; /* `end`: of the last slot */
	struct ws_series_slot slot[WS_SERIES_SLOTS];
};

/* Goes on to the slot of `now`: those that end before it had `state` at their end. */
void ws_series_advance(struct ws_series *series, ws_time now, const uint64_t state[WS_STATE_COUNT]);
/* Counts a frame into the slot that ws_series_advance() went to. */
void ws_series_count(struct ws_series *series, enum ws_traffic_kind kind, uint32_t bytes);

#endif
