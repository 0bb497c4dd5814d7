/* The joiner's own parts, which join.c and outcome.c share. */
#ifndef JOIN_JOINER_H
#define JOIN_JOINER_H

#include "join/internal.h"

/* A transit while it is being made. seen[] has, by point, the index of the segment there, or JOIN_NONE. */
struct join_row {
	int64_t position; /* of its first byte in the stream, unwrapped */
	ws_time departure;
	uint32_t sequence, length;
	uint16_t flags;
	uint8_t direction, outcome;
	int8_t first, last, next;
	bool needless; /* the receiver's point had seen all its bytes before; */
	uint32_t ack;  /* then the row of an acknowledgment that was lost, or JOIN_NONE */
	bool reordered, duplicate;
	uint32_t seen[WS_JOIN_POINTS];
};

/* When two points captured the same segment. */
struct join_agreed {
	ws_time a, b;
	uint64_t frame_a, frame_b;
};

/* Bytes that a point has seen, in order of `start`. */
struct join_cover {
	int64_t start, end;
	ws_time time;
};

struct join_acked {
	int64_t position; /* everything below has been acknowledged */
	ws_time time;
};

/* How long segments took from one place of the path to the next. */
struct join_delays {
	bool known, misordered; /* misordered: they passed the points against their order */
	ws_time least, most;
};

enum { JOIN_SLACKS = 512 }; /* seconds; connections that are not long apart need the same ones */
/* How wrong a clock may be from `from` on, for a second. */
struct join_slack {
	const struct ws_clock *clock;
	ws_time from, most;
};

struct ws_joiner {
	size_t most;
	struct join_match match;
	struct ws_join_segment *segment[WS_JOIN_POINTS][2], *departed;
	size_t count[WS_JOIN_POINTS][2], room[WS_JOIN_POINTS][2], departed_room;
	struct join_row *row, *new_row, *old_row; /* the last two: of the direction that is being followed */
	size_t row_count, row_room, new_count, new_room, old_room;
	struct join_agreed *agreed[2];
	size_t agreed_room[2];
	struct join_cover *cover;
	struct join_acked *acked;
	ws_time *delay;
	size_t cover_room, acked_room, delay_room;
	size_t cover_count, acked_count;
	int64_t longest_cover;
	const struct ws_join_point *point;
	uint8_t path[WS_JOIN_POINTS]; /* of the direction that is being followed */
	bool early[WS_JOIN_POINTS];   /* by place: its segments were there before they were at the place before it */
	bool doubtful, proven;        /* the order of the points is: see struct ws_join_agreement */
	size_t points;
	/* What was found out last, by point and second; a clock does not change while it is followed. */
	struct join_slack slack[WS_JOIN_POINTS][JOIN_SLACKS];
	struct join_delays delays[2][WS_JOIN_POINTS]; /* by direction and place, as that direction passes them */
	bool datagrams, without_sack;                 /* see struct join_rules */
};

static inline ws_time join_time(const struct ws_joiner *joiner, const struct join_row *row, unsigned point)
{
	return joiner->segment[point][row->direction][row->seen[point]].time;
}

/* Bytes of sequence space: data, SYN and FIN. */
static inline int64_t join_span(const struct join_row *row)
{
	return (int64_t)row->length + !!(row->flags & WS_TCP_SYN) + !!(row->flags & WS_TCP_FIN);
}

/* Whether it was damaged when it came to the point, which has captured it. */
static inline bool join_is_damaged(const struct ws_joiner *joiner, const struct join_row *row, unsigned point)
{
	return joiner->segment[point][row->direction][row->seen[point]].damaged;
}

/* How wrong the clock of a point may be in the middle of its interval. */
ws_time join_slack_of(struct ws_joiner *joiner, unsigned point, ws_time when);

/* outcome.c: says of the rows of one direction, in order of departure, what became of them, and counts it. */
bool join_outcomes(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                   struct ws_join_direction *result) WS_CHECKED;

/* The same where no segment of this direction came from one place to the next, though all pass both, when the delay of the
 * other direction is known. joiner->path is that of the direction. */
bool join_outcomes_unseen(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                          struct ws_join_direction *result) WS_CHECKED;

/* silence.c: takes losses back that may be gaps of a capture. The rows are those of one direction; `back`: of the other one.
 * joiner->path is that of the direction. */
void join_silences(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                   const struct join_row *back, size_t back_count, struct ws_join_direction *result);

bool join_build_cover(struct ws_joiner *joiner, unsigned point, const struct join_row *row, size_t count) WS_CHECKED;
/* When the point that the cover was built for saw this byte first, if that was by then; else WS_TIME_NEVER. */
ws_time join_covered_at(const struct ws_joiner *joiner, int64_t byte, ws_time by);

/* What the receiver of `direction` acknowledged, as the point `to` saw it, and where that saw less, `from`. `origin`: the
 * sequence number of the first row. */
bool join_build_acked(struct ws_joiner *joiner, unsigned to, unsigned from, unsigned direction,
                      uint32_t origin) WS_CHECKED;
/* When everything before `end` had been acknowledged; WS_TIME_NEVER: it was not. */
ws_time join_acked_at(const struct ws_joiner *joiner, int64_t end);

/* needless.c: marks the retransmissions among the rows of one direction that were needless. `back`: the other
 * direction's. joiner->path is that of the direction. */
bool join_needless(struct ws_joiner *joiner, struct join_row *row, size_t count, const struct join_row *back,
                   size_t back_count, struct ws_join_direction *result) WS_CHECKED;

/* unseen.c: what the points have not captured though others have. The first `forward` rows are of direction 0. */
void join_unseen(const struct ws_joiner *joiner, size_t forward, struct ws_join_result *result);

#endif
