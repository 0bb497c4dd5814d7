/* Private to src/track: a tracker that shows what the trackers of several points have, see merged.c. */
#ifndef WS_TRACK_MERGED_H
#define WS_TRACK_MERGED_H

#include "track/tracker.h"

/* Where a connection is kept: in a tracker of a point, with its id there. */
struct ws_home {
	const struct ws_tracker *tracker;
	ws_conn_id id;
};

const struct ws_tracker *ws_merged_part(const struct ws_merged *merged, unsigned point);

/* Of a tracker that is not merged, itself. */
static inline struct ws_home ws_home_of(const struct ws_tracker *tracker, ws_conn_id id)
{
	if (!tracker->merged)
		return (struct ws_home){tracker, id};
	return (struct ws_home){ws_merged_part(tracker->merged, ws_merged_point(id)), ws_merged_own(id)};
}

/* The path of a connection that the tracker keeps, if it has one. */
const struct ws_path_of *ws_path_find(const struct ws_tracker *tracker, ws_conn_id id, uint64_t number);
/* What the connection's points say together of its time, valid until the next call, with its path. NULL: nothing. */
const struct ws_joined_shares *ws_path_shares(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                              const struct ws_path_of **of);

/* What the clock of the tracker that is asked showed, when that of a point showed `time`; `asked` is `tracker`, or the merged
 * one whose part it is. */
ws_time ws_points_moved(const struct ws_tracker *asked, const struct ws_tracker *tracker, unsigned point, ws_time time);

size_t ws_merged_count(const struct ws_merged *merged);
size_t ws_merged_ids(const struct ws_merged *merged, size_t rank, size_t count, ws_conn_id *ids);
bool ws_merged_conn(const struct ws_merged *merged, ws_conn_id id, struct ws_conn_info *info) WS_CHECKED;
ws_conn_id ws_merged_find(const struct ws_merged *merged, uint64_t key);
/* Makes the key of a point's connection, where it depends on the point's clock, one by the reference's. */
void ws_merged_order_key(const struct ws_merged *merged, enum ws_order order, ws_conn_id id, struct ws_order_key *key);
/* The point's time when the reference's clock shows `now`. */
ws_time ws_merged_there(const struct ws_merged *merged, ws_conn_id id, ws_time now);
size_t ws_merged_udp_count(const struct ws_merged *merged);
bool ws_merged_udp(const struct ws_merged *merged, size_t index, struct ws_udp_info *info) WS_CHECKED;
/* The number of a datagram of a point, and which point it is of. */
bool ws_merged_datagram(const struct ws_merged *merged, uint64_t number, struct ws_datagram_info *datagram) WS_CHECKED;
void ws_merged_stats(const struct ws_merged *merged, struct ws_tracker_stats *stats);
/* The clock of the connection's point; NULL: the reference's. */
const struct ws_clock *ws_merged_clock(const struct ws_merged *merged, ws_conn_id id);
/* True when `asks` is of some point. */
bool ws_merged_any(const struct ws_merged *merged, bool (*asks)(const struct ws_tracker *tracker));
void ws_merged_free(struct ws_merged *merged);

#endif
