/* What a tracker gives to, and takes from, the joining of several points: see wirestate/join.h. */
#ifndef WIRESTATE_POINTS_H
#define WIRESTATE_POINTS_H

#include <wirestate/track.h>

/* What the points of a session know together. All of their trackers share it. */
struct ws_points {
	size_t count;
	const struct ws_tracker *tracker[WS_JOIN_POINTS];
	const struct ws_clock *clock[WS_JOIN_POINTS]; /* NULL: the reference's */
	const char *name[WS_JOIN_POINTS];
	/* Finds the transits of a connection, in an array that the caller has to free. False: out of memory. */
	bool (*transits)(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count);
	void *context;
};

/* Which path a connection has; by ws_conn_id. */
struct ws_path_of {
	const struct ws_conn_path *path;
	bool swapped;
};
/* Tells the tracker of `point` the paths of its connections. All is borrowed, and valid until it is set again; NULL:
 * none. From then on ws_tracker_conn() says of each end what the point nearest to it knows. */
void ws_tracker_set_paths(struct ws_tracker *tracker, const struct ws_points *points, unsigned point,
                          const struct ws_path_of *paths, size_t count);

/* As set; NULL: none. */
const struct ws_points *ws_tracker_points(const struct ws_tracker *tracker);

/* The name of a point of the path, as the session counts points. */
static inline const char *ws_path_name(const struct ws_conn_path *path, unsigned point)
{
	unsigned i = 0;
	while (i + 1u < path->points && path->point[i] != point)
		i++;
	return path->name[i];
}

/* The point nearest to an endpoint of the path's first point, as an index into the path's arrays. */
static inline unsigned ws_path_near(const struct ws_conn_path *path, unsigned endpoint)
{
	return path->result.path[endpoint ? path->result.points - 1u : 0];
}

typedef bool ws_segment_fn(void *context, const struct ws_segment *segment);
/* Calls `fn` for each segment, also for those that change nothing, until it returns false. False: it did, or the
 * history does not have all of them. */
bool ws_tracker_segments(const struct ws_tracker *tracker, ws_conn_id conn, ws_segment_fn *fn,
                         void *context) WS_CHECKED;

#endif
