/* Segments that are not the same size at both places: a sender's network card has cut a large one at the MSS after the
 * capture (TSO), or a receiver's has merged several before it (GRO). Their bytes are compared instead. Pieces have the
 * timestamp of the large segment, and piece k the IP ID plus k. */
#include "join/internal.h"

#include <stdlib.h>

enum { MOST_CANDIDATES = 128 }; /* departures that are looked at for one arrival */

/* A segment that is left, by where its first byte is in the stream. */
struct join_leftover {
	int64_t start;
	uint32_t index, length;
};

/* Bytes of a that arrived in b, and where they are in each, counted from its first byte. */
struct join_part {
	uint32_t a, b, a_offset, b_offset, length;
};

static int leftover_order(const void *left, const void *right)
{
	const struct join_leftover *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static int part_order(const void *left, const void *right)
{
	const struct join_part *a = left, *b = right;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	if (a->a_offset != b->a_offset)
		return a->a_offset < b->a_offset ? -1 : 1;
	return a->b < b->b ? -1 : a->b > b->b;
}

static int part_order_b(const void *left, const void *right)
{
	const struct join_part *a = left, *b = right;
	if (a->b != b->b)
		return a->b < b->b ? -1 : 1;
	return a->b_offset < b->b_offset ? -1 : a->b_offset > b->b_offset;
}

/* Lists what is not paired and has data. Positions count from the sequence number `origin`, and follow the stream past
 * 4 GiB. */
static bool list_leftovers(struct join_match *match, unsigned side, uint32_t origin, size_t *count)
{
	const struct ws_join_segment *s = side ? match->b : match->a;
	const uint32_t total = side ? match->b_count : match->a_count;
	const uint32_t *paired = side ? match->pair_b : match->pair_a;
	int64_t position = 0;
	uint32_t before = origin;
	*count = 0;
	for (uint32_t i = 0; i < total; i++) {
		position += (int32_t)(s[i].sequence - before);
		before = s[i].sequence;
		if (paired[i] != JOIN_NONE || !s[i].length)
			continue;
		if (!join_room(&match->leftover[side], &match->leftover_room[side], *count + 1,
		               sizeof(*match->leftover[side])))
			return false;
		const int64_t start = position + (s[i].flags & WS_TCP_SYN ? 1 : 0);
		match->leftover[side][(*count)++] = (struct join_leftover){start, i, s[i].length};
	}
	if (*count)
		qsort(match->leftover[side], *count, sizeof(*match->leftover[side]), leftover_order);
	return true;
}

static bool may_be_part(const struct join_match *match, uint32_t a, uint32_t b)
{
	const struct ws_join_segment *left = &match->a[a], *right = &match->b[b];
	if (match->timestamps && left->timestamps && right->timestamps && left->tsval != right->tsval)
		return false;
	return join_in_time(match, left, right);
}

/* A piece that starts in the middle of a has an IP ID above a's. */
static bool id_fits(const struct join_match *match, const struct join_leftover *a, const struct join_leftover *b)
{
	const uint16_t left = match->a[a->index].identification, right = match->b[b->index].identification;
	const uint32_t cut = a->length < b->length ? a->length : b->length;
	if (!left || !right || b->start < a->start)
		return false;
	return (uint16_t)(right - left) == (uint16_t)((b->start - a->start) / cut);
}

/* Of the departures from `first` on, the one of which the byte at `position` of b is most likely a part; or the first
 * that begins after it and before b's end. */
static const struct join_leftover *best_part(const struct join_match *match, size_t first, size_t count,
                                             const struct join_leftover *b, int64_t position)
{
	const struct join_leftover *best = NULL;
	bool best_fits = false;
	const size_t most = first + MOST_CANDIDATES < count ? first + MOST_CANDIDATES : count;
	for (size_t i = first; i < most && match->leftover[0][i].start < b->start + b->length; i++) {
		const struct join_leftover *a = &match->leftover[0][i];
		if (a->start + a->length <= position || !may_be_part(match, a->index, b->index))
			continue;
		if (a->start > position && best)
			break;
		const bool fits = id_fits(match, a, b);
		const ws_time delay = match->b[b->index].time - match->a[a->index].time;
		const bool better = !best || (fits && !best_fits) ||
		                    (fits == best_fits && match->rules.timed &&
		                     join_unusual(match, delay) <
		                             join_unusual(match, match->b[b->index].time - match->a[best->index].time));
		if (better) {
			best = a;
			best_fits = fits;
		}
		if (a->start > position)
			break;
	}
	return best;
}

static bool find_parts(struct join_match *match, size_t a_count, size_t b_count)
{
	size_t first = 0;
	int64_t longest = 0;
	for (size_t i = 0; i < a_count; i++)
		longest = match->leftover[0][i].length > longest ? match->leftover[0][i].length : longest;
	for (size_t i = 0; i < b_count; i++) {
		const struct join_leftover *b = &match->leftover[1][i];
		while (first < a_count && match->leftover[0][first].start + longest <= b->start)
			first++;
		const int64_t end = b->start + b->length;
		for (int64_t position = b->start; position < end;) {
			const struct join_leftover *a = best_part(match, first, a_count, b, position);
			if (!a)
				break;
			const int64_t from = a->start > position ? a->start : position;
			const int64_t to = a->start + a->length < end ? a->start + a->length : end;
			if (!join_room(&match->part, &match->part_room, match->part_count + 1, sizeof(*match->part)))
				return false;
			match->part[match->part_count++] = (struct join_part){
			        .a = a->index,
			        .b = b->index,
			        .a_offset = (uint32_t)(from - a->start),
			        .b_offset = (uint32_t)(from - b->start),
			        .length = (uint32_t)(to - from),
			};
			position = to;
		}
	}
	return true;
}

/* ---- The list of pieces */

static bool add_piece(struct join_match *match, struct join_piece piece)
{
	if (!join_room(&match->piece, &match->piece_room, match->piece_count + 1, sizeof(*match->piece)))
		return false;
	match->piece[match->piece_count++] = piece;
	return true;
}

/* Bytes [from, to) of a that did not arrive, counted from its first byte, as the card would have cut them. */
static bool add_missing(struct join_match *match, uint32_t a, uint32_t from, uint32_t to, uint32_t cut)
{
	const struct ws_join_segment *s = &match->a[a];
	const uint32_t data = s->sequence + (s->flags & WS_TCP_SYN ? 1 : 0);
	do {
		uint32_t end = cut ? (from / cut + 1) * cut : to;
		end = end > to || end < from ? to : end;
		const struct join_piece piece = {.a = a,
		                                 .b = JOIN_NONE,
		                                 .sequence = from ? data + from : s->sequence,
		                                 .length = end - from,
		                                 .last = end == s->length};
		if (!add_piece(match, piece))
			return false;
		from = end;
	} while (from < to);
	return true;
}

/* The size at which the sender's card cuts: the MSS, or less where whole packets that are not the last of their segment
 * show it. */
static uint32_t cut_size(const struct join_match *match)
{
	uint32_t cut = match->rules.mss;
	for (size_t i = 0; i < match->part_count; i++) {
		const struct join_part *p = &match->part[i];
		const bool whole = p->length == match->b[p->b].length;
		const bool inside = p->a_offset + p->length < match->a[p->a].length;
		if (whole && inside && (!cut || p->length < cut))
			cut = p->length;
	}
	return cut;
}

/* The pieces of departure a, whose parts begin at *next. Bytes that arrived twice are a duplicate. */
static bool list_departure(struct join_match *match, uint32_t a, size_t *next, uint32_t cut)
{
	const struct ws_join_segment *s = &match->a[a];
	const uint32_t data = s->sequence + (s->flags & WS_TCP_SYN ? 1 : 0);
	if (match->pair_a[a] != JOIN_NONE)
		return add_piece(match, (struct join_piece){a, match->pair_a[a], s->sequence, s->length, false, true});
	uint32_t done = 0;
	bool any = false;
	for (; *next < match->part_count && match->part[*next].a == a; (*next)++, any = true) {
		const struct join_part *p = &match->part[*next];
		const uint32_t end = p->a_offset + p->length;
		const struct join_piece piece = {
		        .a = a,
		        .b = p->b,
		        .sequence = p->a_offset ? data + p->a_offset : s->sequence,
		        .length = p->length,
		        .duplicate = end <= done,
		        .last = end == s->length,
		};
		if (p->a_offset > done && !add_missing(match, a, done, p->a_offset, cut))
			return false;
		if (!add_piece(match, piece))
			return false;
		done = end > done ? end : done;
	}
	return (any && done == s->length) || add_missing(match, a, done, s->length, cut);
}

/* What arrived in b and is part of no departure; the parts of b begin at *next, in the order of b. */
static bool list_arrival(struct join_match *match, uint32_t b, size_t *next)
{
	const struct ws_join_segment *s = &match->b[b];
	const uint32_t data = s->sequence + (s->flags & WS_TCP_SYN ? 1 : 0);
	if (match->pair_b[b] != JOIN_NONE)
		return !match->again[b] ||
		       add_piece(match, (struct join_piece){match->pair_b[b], b, s->sequence, s->length, true, true});
	uint32_t done = 0;
	bool any = false;
	for (; *next < match->part_count && match->part[*next].b == b; (*next)++, any = true) {
		const struct join_part *p = &match->part[*next];
		const struct join_piece piece = {JOIN_NONE,          b,     done ? data + done : s->sequence,
		                                 p->b_offset - done, false, false};
		if (p->b_offset > done && !add_piece(match, piece))
			return false;
		done = p->b_offset + p->length;
	}
	if (any && done >= s->length)
		return true;
	return add_piece(match, (struct join_piece){JOIN_NONE, b, done ? data + done : s->sequence, s->length - done,
	                                            false, true});
}

bool join_ranges(struct join_match *match)
{
	size_t count[2], next = 0;
	const uint32_t origin = match->a_count ? match->a[0].sequence : match->b_count ? match->b[0].sequence : 0;
	if (!list_leftovers(match, 0, origin, &count[0]) || !list_leftovers(match, 1, origin, &count[1]))
		return false;
	if (count[0] && count[1] && !find_parts(match, count[0], count[1]))
		return false;
	const uint32_t cut = cut_size(match);
	if (match->part_count)
		qsort(match->part, match->part_count, sizeof(*match->part), part_order);
	for (uint32_t a = 0; a < match->a_count; a++)
		if (!list_departure(match, a, &next, cut))
			return false;
	next = 0;
	if (match->part_count)
		qsort(match->part, match->part_count, sizeof(*match->part), part_order_b);
	for (uint32_t b = 0; b < match->b_count; b++)
		if (!list_arrival(match, b, &next))
			return false;
	return true;
}
