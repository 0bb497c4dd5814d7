/* What a tracker gives to, and takes from, the joining of several points: see wirestate/join.h. */
#ifndef WIRESTATE_POINTS_H
#define WIRESTATE_POINTS_H

#include <wirestate/details.h>
#include <wirestate/join.h>
#include <wirestate/track.h>

/* What the points of a session know together. All of their trackers share it. */
struct ws_points {
	size_t count;
	const struct ws_tracker *tracker[WS_JOIN_POINTS];
	const struct ws_clock *clock[WS_JOIN_POINTS]; /* NULL: the reference's */
	const char *name[WS_JOIN_POINTS];
	/* Up to these numbers, connections and UDP conversations have been compared with those of the other points. */
	uint64_t compared[WS_JOIN_POINTS], compared_udp[WS_JOIN_POINTS];
	struct ws_join_period period[WS_JOIN_POINTS];
	/* By point: those that what clients sent passed after it, a bit each; and those where a connection of it has other
	 * addresses, ports or numbers, so that one of its connections may be there without being known. */
	uint8_t later[WS_JOIN_POINTS], changed[WS_JOIN_POINTS];
	/* Finds the transits of a connection, in an array that the caller has to free. False: out of memory. */
	bool (*transits)(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count);
	void *context;
	/* Where the trackers have been fed up to an earlier time only, finds what stands in the place of path->shares, which
	 * is of the whole capture. It is valid until the next call. NULL: they have been fed all. */
	const struct ws_joined_shares *(*earlier)(void *earlier_context, const struct ws_conn_path *path);
	void *earlier_context;
};

/* Where the time of a connection went, as its points tell together: what each endpoint decided from the point nearest to
 * it, and in between the way that segments took by the corrected clocks. Endpoints are those of the path. */
struct ws_joined_shares {
	ws_time first_time; /* of its first packet at any of these points, by the reference's clock */
	ws_time duration; /* until the last one, by the clock of the point nearest to the client: the sum of the shares */
	struct ws_time_shares shares;
};
/* It reads the histories of two points: those nearest to each endpoint whose clocks are known in both directions. `transit`
 * are the connection's, if ws_path_lacks_segments(); else it may be NULL, with a count of 0. Several threads may do this
 * at a time. False: there are no two such points, or their histories are gone, or out of memory. */
bool ws_points_shares(const struct ws_points *points, const struct ws_conn_path *path, const struct ws_transit *transit,
                      size_t count, struct ws_joined_shares *joined) WS_CHECKED;
/* Of the points whose clocks are known in both directions, the nearest to an endpoint of the path, as an index into the
 * path's arrays. */
unsigned ws_points_nearest(const struct ws_points *points, const struct ws_conn_path *path, unsigned endpoint);
/* Where the time of each connection goes is asked for. */
bool ws_tracker_finds_shares(const struct ws_tracker *tracker);
/* Some point has not captured what must have passed it. */
bool ws_path_lacks_segments(const struct ws_conn_path *path);

/* Which path a connection has; by ws_conn_id. */
struct ws_path_of {
	const struct ws_conn_path *path;
	bool swapped;
};
/* The paths of UDP conversations, in the order of their numbers. */
struct ws_udp_paths {
	struct ws_udp_path {
		uint64_t number;
		struct ws_path_of of;
	} * path;
	size_t count;
};
/* Tells the tracker of `point` the paths of its connections and conversations. All is borrowed, and valid until it is set
 * again; NULL: none. From then on ws_tracker_conn() says of each end what the point nearest to it knows. */
void ws_tracker_set_paths(struct ws_tracker *tracker, const struct ws_points *points, unsigned point,
                          const struct ws_path_of *paths, size_t count, const struct ws_udp_paths *udp);

/* Datagrams that were captured, the newest of them: UDP but what goes to many, and ICMP echoes. The second returns NULL
 * where one is no longer kept, and is valid until the next packet. */
struct ws_range ws_tracker_datagrams(const struct ws_tracker *tracker);
const struct ws_join_datagram *ws_tracker_join_datagram(const struct ws_tracker *tracker, uint64_t number);

/* Appends the points' names, that of `shown` in brackets: "[client], server". From `count` on, none is in brackets. */
void ws_points_names(struct ws_text *text, const struct ws_points *points, size_t shown);

/* ---- All points as one tracker */

/* A tracker that shows what the trackers of several points have: each connection and each UDP conversation once, as the
 * first point has it that keeps it, in the order of their first packets, with times by the reference's clock. It takes no
 * packets. Functions that read a connection or a conversation read it as any other tracker; what the points have in their
 * own way (ARP, fragments, hops, the series) is read from ws_tracker_part(). NULL with `error`: out of memory. */
struct ws_tracker *ws_tracker_merged(struct ws_error *error) WS_CHECKED;
/* From now on it reads what the points know of each other from here. Call it before what it read from before is freed. */
void ws_tracker_merge_use(struct ws_tracker *merged, const struct ws_points *points);
/* There is something that it does not show yet. */
bool ws_tracker_merge_due(const struct ws_tracker *merged, const struct ws_points *points, ws_time withhold);
/* Takes in what has come, at most so many connections and conversations, and goes on where it was before. True: it is
 * done; until then, it shows what it did before. A connection of a later point that has not been compared with the earlier
 * ones is not shown before it is `withhold` old; WS_TIME_NEVER: not before it has been compared. The trackers of `points`
 * must outlive it. */
bool ws_tracker_merge(struct ws_tracker *merged, const struct ws_points *points, ws_time withhold, size_t limit);

bool ws_tracker_is_merged(const struct ws_tracker *tracker);
/* The tracker of a point; of a tracker that is not merged, itself. */
const struct ws_tracker *ws_tracker_part(const struct ws_tracker *tracker, unsigned point);

/* The ids of a merged tracker have the point in their highest bits. Those of the first point are its own. */
enum { WS_MERGED_SHIFT = 29 };
static inline ws_conn_id ws_merged_id(unsigned point, ws_conn_id own)
{
	return own ? own | point << WS_MERGED_SHIFT : 0;
}
static inline unsigned ws_merged_point(ws_conn_id id)
{
	return id >> WS_MERGED_SHIFT;
}
static inline ws_conn_id ws_merged_own(ws_conn_id id)
{
	return id & ((UINT32_C(1) << WS_MERGED_SHIFT) - 1);
}

/* As set; NULL: none. */
const struct ws_points *ws_tracker_points(const struct ws_tracker *tracker);

/* The place in the path's arrays of a point, as the session counts points; path->points: it has not captured this. */
static inline unsigned ws_path_place(const struct ws_conn_path *path, unsigned point)
{
	unsigned place = 0;
	while (place < path->points && path->point[place] != point)
		place++;
	return place;
}

/* The name of a point of the path, as the session counts points. */
static inline const char *ws_path_name(const struct ws_conn_path *path, unsigned point)
{
	const unsigned place = ws_path_place(path, point);
	return path->name[place < path->points ? place : path->points - 1u];
}

/* The point nearest to an endpoint of the path's first point, as an index into the path's arrays. */
static inline unsigned ws_path_near(const struct ws_conn_path *path, unsigned endpoint)
{
	return path->result.path[endpoint ? path->result.points - 1u : 0];
}

/* Appends, after `before`, what was lost of a UDP conversation that several points captured, and how long its datagrams were
 * under way: "lost between client and server: 2 of 9 datagrams to the peer; network 30 ms, peer 4.2 ms". Nothing where it was
 * captured at one point. */
void ws_udp_path_words(struct ws_text *text, const struct ws_udp_info *udp, const char *before);

/* A connection as this tracker's packets have shown it, the MSS option of each endpoint's SYN (0: none), and its number.
 * False: there is no such connection. */
bool ws_tracker_join_connection(const struct ws_tracker *tracker, ws_conn_id id, struct ws_join_connection *connection,
                                uint16_t mss[2], uint64_t *number) WS_CHECKED;

/* What several points know of a connection; NULL: it was captured at one only, or they have not been joined. */
const struct ws_conn_path *ws_tracker_conn_path(const struct ws_tracker *tracker, ws_conn_id id);

typedef bool ws_segment_fn(void *context, const struct ws_segment *segment);
/* Calls `fn` for each segment, also for those that change nothing, until it returns false. False: it did, or the
 * history does not have all of them. */
bool ws_tracker_segments(const struct ws_tracker *tracker, ws_conn_id conn, ws_segment_fn *fn,
                         void *context) WS_CHECKED;
/* The same for what was accepted late: segments that follow each other, whose wrong checksums meant nothing. */
bool ws_tracker_accepted(const struct ws_tracker *tracker, ws_conn_id conn, ws_segment_fn *fn,
                         void *context) WS_CHECKED;

#endif
