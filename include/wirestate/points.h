/* What a tracker gives to, and takes from, the joining of several points: see wirestate/join.h. */
#ifndef WIRESTATE_POINTS_H
#define WIRESTATE_POINTS_H

#include <wirestate/track.h>

/* Which path a connection has; by ws_conn_id. The array is borrowed, and valid until it is set again; NULL: none. */
struct ws_path_of {
	const struct ws_conn_path *path;
	bool swapped;
};
void ws_tracker_set_paths(struct ws_tracker *tracker, const struct ws_path_of *paths, size_t count);

typedef bool ws_segment_fn(void *context, const struct ws_segment *segment);
/* Calls `fn` for each segment, also for those that change nothing, until it returns false. False: it did, or the
 * history does not have all of them. */
bool ws_tracker_segments(const struct ws_tracker *tracker, ws_conn_id conn, ws_segment_fn *fn,
                         void *context) WS_CHECKED;

#endif
