#include "track/absent.h"

#include <wirestate/points.h>

/* Whether the point captured from the first to the last segment of the connection, and has not missed any. */
static bool was_capturing(const struct ws_points *points, unsigned own, unsigned point, const struct ws_conn *conn)
{
	const struct ws_join_period *period = &points->period[point];
	return !period->drops && ws_clock_here(points->clock[own], conn->first_time) >= period->first &&
	       ws_clock_here(points->clock[own], conn->last_time) <= period->last;
}

/* Whether what goes from the point `own` to the server's port passes `point`, with the addresses and numbers that it has. */
static bool passes(const struct ws_points *points, unsigned own, unsigned point, const struct ws_conn *conn,
                   unsigned server)
{
	const unsigned bit = 1u << point;
	return points->later[own] & bit && !(points->changed[own] & bit) &&
	       ws_surroundings_answers(&points->tracker[point]->surroundings, &conn->address[server],
	                               conn->port[server]);
}

const char *ws_absent_at(const struct ws_tracker *tracker, const struct ws_conn *conn, const struct ws_conn_path *path,
                         unsigned server)
{
	const struct ws_points *points = tracker->points;
	const unsigned own = tracker->point;
	int found = -1;
	if (!points || conn->number > points->compared[own] || !ws_clock_bounded(points->clock[own]))
		return NULL;
	for (unsigned i = 0; i < points->count; i++) {
		const bool has = i == own || (path && ws_path_place(path, i) < path->points);
		if (has || !ws_clock_bounded(points->clock[i]) || !passes(points, own, i, conn, server) ||
		    !was_capturing(points, own, i, conn))
			continue;
		if (found < 0 || points->later[i] >> found & 1)
			found = (int)i;
	}
	return found < 0 ? NULL : points->name[found];
}
