/* What the files that join the points of a session share: see joined.c. */
#ifndef APP_JOINED_PARTS_H
#define APP_JOINED_PARTS_H

#include "app/joined.h"
#include "app/session.h"
#include "app/workers.h"

/* What a tracker knows: its connections, and after them its conversations of datagrams. */
struct known {
	struct ws_join_connection *connection;
	size_t count;
	size_t connections, looked_at; /* of the tracker */
	size_t datagrams;
	size_t tcp;       /* so many of them are connections, and only these have the following */
	uint64_t seen[2]; /* how many connections, and conversations of UDP, the tracker had seen */
	ws_conn_id *id;
	uint64_t *number; /* tells when the tracker has given an id to another connection */
	uint16_t (*mss)[2];
	struct flow {
		uint64_t number;     /* of the conversation; 0: an ICMP echo */
		size_t first, count; /* its datagrams, in `datagram` */
		bool cut;            /* too little of some was captured */
	} * flow;
	struct datagram_key {
		uint64_t key;    /* of the conversation */
		uint64_t number; /* for ws_tracker_join_datagram() */
	} * datagram;
};

/* One connection, or conversation, and what it is at each point. */
struct group {
	uint32_t member[WS_JOIN_POINTS]; /* index into known[point], or NONE */
	uint8_t swapped, doubtful;       /* a bit for each point, relative to the group's first */
	uint8_t kind;                    /* enum ws_join_kind */
	bool left_out;
	bool order_doubtful, order_proven; /* of the last point that was compared with the first; so is: */
	int8_t order;
};

enum { NONE = -1 };

/* What is found out of a group. */
struct followed {
	struct ws_conn_path path; /* without shares: they are here */
	struct ws_joined_shares shares;
	bool shares_known;
};

/* Both ends of the lab's wire, which go by one clock. */
bool joined_is_of_lab(const struct session *session);

struct loaded {
	struct ws_join_segment *segment;
	size_t count, room, most;
	bool damaged; /* some of them */
};

/* What it takes to compare the segments of one group, which each thread has for itself. */
struct join_memory {
	struct loaded loaded[WS_JOIN_POINTS];
	struct ws_joiner *joiner;
};

struct join_slices;   /* see joined_slices.c */
struct join_grouping; /* see joined_groups.c */

enum join_stage { JOIN_KNOW, JOIN_OBSERVE, JOIN_FOLLOW, JOINED };

struct joined {
	struct session *session;
	size_t points;
	size_t most_segments;
	size_t most_datagrams; /* of a point; where there are more, none is compared */
	unsigned stage;        /* enum join_stage */
	size_t at;             /* the point, or the group, that is next in this stage */
	size_t first_groups;   /* before some were separated again */
	struct known known[WS_JOIN_POINTS];
	struct group *group;
	size_t group_count, group_room;
	struct ws_conn_path *path;       /* of the groups with several points; group i has path[path_of[i]] */
	struct ws_joined_shares *shares; /* of the same index; NULL: they are not asked for */
	uint32_t *path_of, *group_of;    /* the reverse */
	size_t path_count;
	struct ws_path_of *paths[WS_JOIN_POINTS]; /* for the trackers, as the next two */
	size_t path_ids[WS_JOIN_POINTS];
	struct ws_udp_paths udp_paths[WS_JOIN_POINTS];
	struct ws_points shared;
	struct ws_clock *clock[WS_JOIN_POINTS];          /* of the first point: NULL */
	struct ws_join_period period[WS_JOIN_POINTS][2]; /* when each captured; and datagrams that are still kept */
	struct join_memory memory;                       /* of the session's own thread, for groups of any size */
	struct join_slices *slices;
	bool known_all; /* of the point that is next: its connections are known, and grouped next */
	struct join_grouping *grouping;
	struct joined_totals totals;
};

/* joined_known.c: takes what the tracker of a point knows, in slices until it is done. False, as from all functions here:
 * out of memory. */
bool joined_know(struct joined *joined, size_t point, bool *done) WS_CHECKED;
void joined_forget(struct known *known);
/* The connection as a point has it. False: its history is gone, or it is too long. */
bool joined_load_side(const struct joined *joined, struct join_memory *memory, const struct group *group, size_t point,
                      struct ws_join_side *side) WS_CHECKED;
bool join_memory_init(struct join_memory *memory, size_t most_segments, struct ws_error *error) WS_CHECKED;
void join_memory_free(struct join_memory *memory);

/* The datagrams of a conversation; 0: it is a connection. */
size_t joined_flow_length(const struct joined *joined, size_t point, uint32_t member);
/* Writes those that can be compared, and returns how many; `index` is what the conversation is to be called. */
size_t joined_contents(const struct joined *joined, size_t point, uint32_t member, uint32_t index,
                       struct ws_join_content *content);

/* The payload of a datagram of the group, by its frame at the point; 0: it is no longer kept. */
uint32_t joined_datagram_length(const struct joined *joined, const struct group *group, size_t point, uint64_t frame);

/* joined_groups.c: adds the connections of a point to the groups of those before it, or as groups of their own, in slices
 * until it is done. */
bool joined_group_point(struct joined *joined, size_t point, bool *done) WS_CHECKED;
void joined_grouping_free(struct joined *joined);
size_t joined_first_point(const struct group *group);
bool joined_has_several(const struct joined *joined, const struct group *group);
/* What the points of a group agree on about their clocks, which is added to `clock`. Points at which only addresses
 * suggest that it is the same connection leave the group when no segment agrees: `left` has what they had there. False:
 * it cannot be compared with this memory. */
bool joined_observe(const struct joined *joined, struct join_memory *memory, struct group *group,
                    struct ws_clock *const *clock, uint32_t *left) WS_CHECKED;
/* Makes groups of what has left one; there is room for all. */
void joined_separate(struct joined *joined, const struct group *group, const uint32_t *left);
bool joined_group_room(struct joined *joined) WS_CHECKED;

/* joined_paths.c */
bool joined_path_room(struct joined *joined) WS_CHECKED;
/* What became of the segments of a group; the transits are the joiner's. `points` has room for all, and is zeroed. */
bool joined_run_group(const struct joined *joined, struct join_memory *memory, const struct group *group,
                      struct ws_join_point *points, struct ws_join_result *result) WS_CHECKED;
/* The same, and the whole path. */
bool joined_follow(const struct joined *joined, struct join_memory *memory, const struct group *group,
                   struct followed *followed) WS_CHECKED;
/* Keeps the path of a group, in the order of groups. */
void joined_keep_path(struct joined *joined, size_t group, const struct followed *followed);
/* When all have been followed. */
void joined_sort_paths(struct joined *joined);

/* joined_slices.c: goes on with the next groups of a stage, up to `groups`: joined->at. With `workers`, which may be
 * NULL, they are compared by several threads. The result does not depend on that. */
bool joined_slices_work(struct joined *joined, struct workers *workers, size_t groups) WS_CHECKED;
void joined_slices_free(struct joined *joined);

#endif
