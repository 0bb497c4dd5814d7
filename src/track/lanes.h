/* The segments of a connection as the two points nearest to its endpoints have them, each made complete. Private to
 * src/track.
 *
 * Of what a point did not capture though it must have passed there, the segments of the other point stand in, earlier or
 * later by the shortest time that segments took in between. */
#ifndef WS_TRACK_LANES_H
#define WS_TRACK_LANES_H

#include "track/checksums.h"
#include "track/conn.h"
#include "track/history.h"

#include <wirestate/points.h>

struct ws_lane_filler; /* see lanes.c */

struct ws_lane {
	const struct ws_conn *conn;   /* as the point has it */
	const struct ws_clock *clock; /* of the point */
	unsigned index;               /* of the point, in the path's arrays */
	unsigned end;                 /* the endpoint that it is for, as the path counts */
	bool flipped, other_flipped;  /* endpoint 0 of the point, and of the other lane's, is endpoint 1 of the path */
	uint32_t shift[2]; /* what a device adds to the other point's numbers, by direction, as this one counts */
	struct ws_history_cursor cursor;
	struct ws_segment own, filled; /* own: the next of the history, when has_own */
	bool has_own, own_accepted;
	/* The latest segment was passed with a wrong checksum before, and was good after all: it is suspect.segment. */
	bool accepted;
	struct ws_suspect kept[2], suspect;
	struct ws_lane_filler *filler;
	size_t filler_count, filler_next;
};

/* Opens lane[0] for the client and lane[1] for the server, at those points whose clocks are known in both directions.
 * `transit` as for ws_points_shares(). False: there are no two such points, or their histories are gone, or both have
 * captured the same direction alone, or out of memory. ws_lanes_close() is due in any case. */
bool ws_lanes_open(struct ws_lane lane[2], const struct ws_points *points, const struct ws_conn_path *path,
                   const struct ws_transit *transit, size_t count) WS_CHECKED;
/* The same at the nearest points of all, whatever is known of their clocks: nothing stands in for what they lack. */
bool ws_lanes_open_own(struct ws_lane lane[2], const struct ws_points *points,
                       const struct ws_conn_path *path) WS_CHECKED;
/* The shortest time between the points of what endpoint `sender` sends, which is not known where one of them has captured
 * nothing of it: then that of the other direction. */
ws_time ws_path_way(const struct ws_conn_path *path, unsigned sender);
void ws_lanes_close(struct ws_lane lane[2]);
/* The next segment, or WS_INPUT_TOO_LARGE, in the order of time, by the point's clock and as the point counts endpoints, valid
 * until the next call; NULL: there is none any more. One that stands in has no frame. */
const struct ws_segment *ws_lane_next(struct ws_lane *lane);

#endif
