/* What the files of src/join share. */
#ifndef JOIN_INTERNAL_H
#define JOIN_INTERNAL_H

#include <wirestate/join.h>
#include <wirestate/packet.h>

#define JOIN_NONE UINT32_MAX
/* Interfaces note a segment's time when their drivers get round to it, which may be out of the order of its way. */
#define JOIN_NOISE WS_MILLISECOND

/* A piece of a segment's way between two places: `a` left, `b` arrived; JOIN_NONE: it was not seen there. The bytes are
 * all of the segment's, or those that are in one piece on both sides. */
struct join_piece {
	uint32_t a, b;
	uint32_t sequence, length;
	bool duplicate; /* a second arrival of `a` */
	bool last;      /* it has the segment's last byte, and with it FIN and PSH */
};

struct join_rules {
	bool timed;        /* the times of both sides are by one clock */
	ws_time slack;     /* how much earlier than its departure a segment may seem to arrive */
	bool only_clear;   /* pair only what is unique on both sides, for clocks */
	bool without_sack; /* selective acknowledgments may be changed on the way, or cut */
	uint32_t mss;      /* payload of the largest segment on the wire, 0: not known */
};

/* Memory for comparing the segments of one direction at two places; it grows and is used again. */
struct join_match {
	const struct ws_join_segment *a, *b; /* in order of time, sequence numbers made comparable */
	uint32_t a_count, b_count;
	struct join_rules rules;
	bool timestamps; /* both sides have them */
	bool ids_kept;   /* segments with the same IP ID were found, so that those with another ID are other packets */
	bool early;      /* most segments that are paired without doubt were at b before they were at a */
	ws_time typical; /* delay of what is paired without doubt; valid when typical_known */
	bool typical_known;
	uint32_t *pair_a, *pair_b; /* the other side's index, or JOIN_NONE */
	uint32_t *next_a, *next_b; /* the next one with the same key */
	bool *again;               /* b is a second arrival of pair_b */
	struct join_group *group;
	uint32_t *slot;
	ws_time *delay;
	uint64_t multiplier; /* odd and secret, see group_of() */
	size_t group_count;
	unsigned slot_bits;
	size_t a_room, b_room, group_room, slot_room, delay_room;
	struct join_part *part; /* ranges.c */
	struct join_leftover *leftover[2];
	size_t part_count, part_room, leftover_room[2];
	struct join_piece *piece; /* the result */
	size_t piece_count, piece_room;
};

/* The time in the middle of them, which changes their order; `count` is not 0. */
ws_time join_median(ws_time *time, size_t count);

/* Finds the pieces; false: out of memory. */
bool join_match(struct join_match *match, const struct ws_join_segment *a, size_t a_count,
                const struct ws_join_segment *b, size_t b_count, const struct join_rules *rules) WS_CHECKED;
void join_match_free(struct join_match *match);

/* Makes room for `count` elements of `size` bytes; *array keeps its content. */
bool join_room(void *array, size_t *room, size_t count, size_t size) WS_CHECKED;

/* ranges.c: compares what is left by byte ranges, and lists all pieces. */
bool join_ranges(struct join_match *match) WS_CHECKED;

/* Whether b may be a's arrival by what is known about clocks. Where the segments of this direction pass b first,
 * against the order of the points, times cannot tell. */
static inline bool join_in_time(const struct join_match *match, const struct ws_join_segment *a,
                                const struct ws_join_segment *b)
{
	return !match->rules.timed || match->early || b->time - a->time >= -match->rules.slack - JOIN_NOISE;
}

/* How far apart the delay from a to b is from what is usual. */
static inline ws_time join_unusual(const struct join_match *match, ws_time delay)
{
	const ws_time difference = delay - (match->typical_known ? match->typical : 0);
	return difference < 0 ? -difference : difference;
}

#endif
