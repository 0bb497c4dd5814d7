/* A replay over all points of a connection: see ways.c. */
#ifndef WS_TRACK_WAYS_H
#define WS_TRACK_WAYS_H

#include "track/tracker.h"

#include <wirestate/replay.h>

struct ws_ways; /* opaque */

/* NULL: out of memory. The path must have been found. */
struct ws_ways *ws_ways_open(const struct ws_tracker *tracker, const struct ws_conn_path *path, bool swapped);
void ws_ways_close(struct ws_ways *ways); /* NULL allowed */
const struct ws_conn_path *ws_ways_path(const struct ws_ways *ways);
size_t ws_ways_count(const struct ws_ways *ways);
bool ws_ways_step(struct ws_ways *ways, size_t index, struct ws_step *step) WS_CHECKED;
size_t ws_ways_find_frame(const struct ws_ways *ways, unsigned point, uint64_t frame);
bool ws_ways_transit(const struct ws_ways *ways, size_t index, struct ws_transit *transit) WS_CHECKED;

#endif
