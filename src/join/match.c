/* Which segments of one direction are the same at two places on their way.
 *
 * Headers that are the same at both places are the key, the most telling first: with the IP ID, then without. What has
 * a key of its own at both places is a pair. Several segments with one key (an ACK that was sent again within a tick of
 * the timestamps' clock, a retransmission without timestamps) are paired in their order, and such that the delays are
 * as usual: which of three equal ACKs was lost can then be told by the time, unless they left closer to each other than
 * delays vary. Then nothing that was captured tells, but how many were lost is right all the same. What is left was cut or merged by a
 * network card, and ranges.c compares its bytes. Lengths and options are never compared beyond that, nor TTL, DSCP,
 * ECN and checksums, which change on the way. Selective acknowledgments, which a short snapshot length cuts, count only where
 * there is no IP ID. */
#include "base/hash.h"
#include "join/internal.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COMPARED = 64 }; /* segments with one key at one place whose order is weighed */
enum { MOST_DELAYS = 1024 }; /* that are looked at for a median */
#define UNPAIRED_COST (10 * (double)WS_SECOND)
#define SACK_COST ((double)WS_MILLISECOND)

enum level { BY_ID, BY_HEADER, LEVELS, WITHOUT_OPTIONS = LEVELS };

struct join_group {
	uint64_t key;
	uint32_t a_first, a_last, b_first, b_last; /* lists by next_a and next_b, in order of time */
	uint32_t a_count, b_count;
};

bool join_room(void *array, size_t *room, size_t count, size_t size)
{
	void **at = array;
	if (count <= *room)
		return true;
	size_t grown = *room + *room / 2;
	grown = grown < count ? count : grown;
	void *memory = realloc(*at, grown * size);
	if (!memory)
		return false;
	*at = memory;
	*room = grown;
	return true;
}

void join_match_free(struct join_match *match)
{
	free(match->pair_a);
	free(match->pair_b);
	free(match->next_a);
	free(match->next_b);
	free(match->again);
	free(match->group);
	free(match->slot);
	free(match->delay);
	free(match->part);
	free(match->leftover[0]);
	free(match->leftover[1]);
	free(match->piece);
	*match = (struct join_match){0};
}

/* ---- Keys */

static uint64_t key_of(const struct join_match *match, const struct ws_join_segment *s, enum level level)
{
	enum { KEPT_FLAGS = WS_TCP_FIN | WS_TCP_SYN | WS_TCP_RST | WS_TCP_PSH | WS_TCP_ACK | WS_TCP_URG };
	uint64_t key =
	        ws_hash_mix(level + 1, (uint64_t)s->sequence << 32 | (s->flags & WS_TCP_ACK ? s->acknowledgment : 0));
	key = ws_hash_mix(key, (uint64_t)s->length << 32 | (uint32_t)(s->flags & KEPT_FLAGS) << 16 | s->window);
	if (level == WITHOUT_OPTIONS)
		return key;
	if (match->timestamps && s->timestamps)
		key = ws_hash_mix(key, (uint64_t)s->tsval << 32 | s->tsecr);
	return ws_hash_mix(key, level == BY_ID ? s->identification : match->rules.without_sack ? 0 : s->sack_right);
}

/* Whoever writes a capture chooses the keys, but not which of them share a slot (Dietzfelbinger et al. 1997). */
static struct join_group *group_of(struct join_match *match, uint64_t key)
{
	const size_t mask = ((size_t)1 << match->slot_bits) - 1;
	size_t slot = key * match->multiplier >> (64 - match->slot_bits);
	while (match->slot[slot] && match->group[match->slot[slot] - 1].key != key)
		slot = (slot + 1) & mask;
	if (!match->slot[slot]) {
		match->group[match->group_count++] =
		        (struct join_group){.key = key, .a_first = JOIN_NONE, .b_first = JOIN_NONE};
		match->slot[slot] = (uint32_t)match->group_count;
	}
	return &match->group[match->slot[slot] - 1];
}

static void list_append(uint32_t *first, uint32_t *last, uint32_t *count, uint32_t *next, uint32_t index)
{
	next[index] = JOIN_NONE;
	if (*first == JOIN_NONE)
		*first = index;
	else
		next[*last] = index;
	*last = index;
	(*count)++;
}

/* Groups what is not paired yet by its key. */
static void build_groups(struct join_match *match, enum level level)
{
	memset(match->slot, 0, sizeof(*match->slot) << match->slot_bits);
	match->group_count = 0;
	for (uint32_t i = 0; i < match->a_count; i++) {
		if (match->pair_a[i] != JOIN_NONE || (level == BY_ID && !match->a[i].identification))
			continue;
		struct join_group *g = group_of(match, key_of(match, &match->a[i], level));
		list_append(&g->a_first, &g->a_last, &g->a_count, match->next_a, i);
	}
	for (uint32_t i = 0; i < match->b_count; i++) {
		if (match->pair_b[i] != JOIN_NONE || (level == BY_ID && !match->b[i].identification))
			continue;
		struct join_group *g = group_of(match, key_of(match, &match->b[i], level));
		list_append(&g->b_first, &g->b_last, &g->b_count, match->next_b, i);
	}
}

/* ---- Pairs */

static bool other_packets(const struct join_match *match, enum level level, uint32_t a, uint32_t b)
{
	const uint16_t left = match->a[a].identification, right = match->b[b].identification;
	return level != BY_ID && match->ids_kept && left && right && left != right;
}

static bool may_pair(const struct join_match *match, enum level level, uint32_t a, uint32_t b)
{
	return !other_packets(match, level, a, b) && join_in_time(match, &match->a[a], &match->b[b]);
}

static void pair(struct join_match *match, uint32_t a, uint32_t b)
{
	match->pair_a[a] = b;
	match->pair_b[b] = a;
}

/* The key has a number that other copies of the segment do not have, so that it is believed whatever the clocks say. */
static bool telling(const struct join_match *match, enum level level, const struct ws_join_segment *s)
{
	return level == BY_ID || (match->timestamps && s->timestamps);
}

/* A pure ACK without an IP ID and a timestamp looks like many others. */
static bool clear_enough(const struct join_match *match, enum level level, const struct ws_join_segment *s)
{
	return telling(match, level, s) || s->length || s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST);
}

/* Hoare's selection: only the part that has the middle is divided on. */
ws_time join_median(ws_time *time, size_t count)
{
	size_t low = 0, high = count - 1;
	const size_t middle = count / 2;
	while (low < high) {
		const ws_time pivot = time[low + (high - low) / 2];
		size_t i = low, k = high;
		for (;;) {
			while (time[i] < pivot)
				i++;
			while (time[k] > pivot)
				k--;
			if (i >= k)
				break;
			const ws_time swapped = time[i];
			time[i++] = time[k];
			time[k--] = swapped;
		}
		if (middle <= k)
			high = k;
		else
			low = k + 1;
	}
	return time[middle];
}

/* Finds whether the segments of this direction were at b first, as when both directions of a connection pass one mirror
 * port and then another. The segments that are clear by their headers say it, whatever their times are. */
static void find_early(struct join_match *match, enum level level)
{
	size_t count = 0;
	for (uint32_t i = 0; i < match->a_count && count < MOST_DELAYS / 2; i++)
		if (match->pair_a[i] != JOIN_NONE)
			match->delay[count++] = match->b[match->pair_a[i]].time - match->a[i].time;
	for (size_t i = 0; i < match->group_count && count < MOST_DELAYS; i++) {
		const struct join_group *g = &match->group[i];
		if (g->a_count == 1 && g->b_count == 1 && !other_packets(match, level, g->a_first, g->b_first) &&
		    clear_enough(match, level, &match->a[g->a_first]))
			match->delay[count++] = match->b[g->b_first].time - match->a[g->a_first].time;
	}
	if (!count)
		return;
	match->early = join_median(match->delay, count) < -match->rules.slack;
}

static size_t pair_unique(struct join_match *match, enum level level)
{
	size_t pairs = 0;
	for (size_t i = 0; i < match->group_count; i++) {
		const struct join_group *g = &match->group[i];
		if (g->a_count != 1 || g->b_count != 1 || other_packets(match, level, g->a_first, g->b_first))
			continue;
		const struct ws_join_segment *a = &match->a[g->a_first];
		if (match->rules.only_clear
		            ? !clear_enough(match, level, a)
		            : !telling(match, level, a) && !join_in_time(match, a, &match->b[g->b_first]))
			continue;
		pair(match, g->a_first, g->b_first);
		pairs++;
	}
	return pairs;
}

/* A short snapshot length cuts the timestamps of a SYN, which has the most options, at one of the points. */
static void pair_cut(struct join_match *match)
{
	build_groups(match, WITHOUT_OPTIONS);
	for (size_t i = 0; i < match->group_count; i++) {
		const struct join_group *g = &match->group[i];
		if (g->a_count == 1 && g->b_count == 1 && may_pair(match, WITHOUT_OPTIONS, g->a_first, g->b_first) &&
		    match->a[g->a_first].timestamps != match->b[g->b_first].timestamps)
			pair(match, g->a_first, g->b_first);
	}
}

static void find_typical(struct join_match *match)
{
	size_t count = 0;
	for (uint32_t i = 0; i < match->a_count && match->rules.timed && count < MOST_DELAYS; i++)
		if (match->pair_a[i] != JOIN_NONE)
			match->delay[count++] = match->b[match->pair_a[i]].time - match->a[i].time;
	match->typical_known = count;
	if (!count)
		return;
	match->typical = join_median(match->delay, count);
}

/* Several segments with one key: without clocks, or too many of them, in their order. */
static void pair_in_order(struct join_match *match, enum level level, const struct join_group *g)
{
	uint32_t a = g->a_first;
	for (uint32_t b = g->b_first; b != JOIN_NONE && a != JOIN_NONE; b = match->next_b[b]) {
		if (!may_pair(match, level, a, b))
			continue;
		pair(match, a, b);
		a = match->next_a[a];
	}
}

/* Where selective acknowledgments may be missing at one of the places, one that has them at one place only is less likely the
 * same. That decides only between ACKs that were sent nearly at once. */
static double sack_cost(const struct join_match *match, uint32_t a, uint32_t b)
{
	return match->rules.without_sack && !match->a[a].sack_right != !match->b[b].sack_right ? SACK_COST : 0;
}

/* The cheapest pairing that keeps the order: pairs cost how unusual their delay is, and an arrival without a departure
 * costs much. */
static void pair_by_delay(struct join_match *match, enum level level, const struct join_group *g)
{
	uint32_t a[MOST_COMPARED], b[MOST_COMPARED];
	double cost[MOST_COMPARED + 1][MOST_COMPARED + 1];
	size_t rows = 0, columns = 0;
	for (uint32_t i = g->a_first; i != JOIN_NONE; i = match->next_a[i])
		a[rows++] = i;
	for (uint32_t i = g->b_first; i != JOIN_NONE; i = match->next_b[i])
		b[columns++] = i;
	for (size_t r = 0; r <= rows; r++) {
		for (size_t c = 0; c <= columns; c++) {
			double best = !c ? 0 : cost[r][c - 1] + UNPAIRED_COST;
			if (r && (!c || cost[r - 1][c] < best))
				best = cost[r - 1][c];
			if (r && c && may_pair(match, level, a[r - 1], b[c - 1])) {
				const ws_time delay = match->b[b[c - 1]].time - match->a[a[r - 1]].time;
				const double paired = cost[r - 1][c - 1] + (double)join_unusual(match, delay) +
				                      sack_cost(match, a[r - 1], b[c - 1]);
				best = paired < best ? paired : best;
			}
			cost[r][c] = best;
		}
	}
	for (size_t r = rows, c = columns; r && c;) {
		if (cost[r][c] == cost[r - 1][c]) {
			r--;
		} else if (cost[r][c] == cost[r][c - 1] + UNPAIRED_COST) {
			c--;
		} else {
			pair(match, a[--r], b[--c]);
		}
	}
}

/* What arrived more often than it left. The first arrival is the original. */
static void find_duplicates(struct join_match *match, enum level level, const struct join_group *g)
{
	for (uint32_t b = g->b_first; b != JOIN_NONE; b = match->next_b[b]) {
		if (match->pair_b[b] != JOIN_NONE)
			continue;
		for (uint32_t a = g->a_first; a != JOIN_NONE; a = match->next_a[a]) {
			const uint32_t other = match->pair_a[a];
			if (other == JOIN_NONE || other_packets(match, level, a, b))
				continue;
			if (match->b[other].time <= match->b[b].time) {
				match->pair_b[b] = a;
				match->again[b] = true;
			} else if (join_in_time(match, &match->a[a], &match->b[b])) {
				pair(match, a, b);
				match->again[other] = true;
				break;
			}
		}
	}
}

static void pair_several(struct join_match *match, enum level level)
{
	for (size_t i = 0; i < match->group_count; i++) {
		const struct join_group *g = &match->group[i];
		if (!g->a_count || !g->b_count || match->pair_a[g->a_first] != JOIN_NONE)
			continue;
		const bool many = g->a_count > MOST_COMPARED || g->b_count > MOST_COMPARED;
		if (match->rules.timed && !many)
			pair_by_delay(match, level, g);
		else
			pair_in_order(match, level, g);
		if (g->b_count > 1 && g->b_count <= 2 * MOST_COMPARED && g->a_count <= 2 * MOST_COMPARED)
			find_duplicates(match, level, g);
	}
}

/* ---- Everything */

static bool match_room(struct join_match *match)
{
	const size_t a = match->a_count, b = match->b_count, all = a + b;
	size_t room;
	match->slot_bits = 4;
	while ((size_t)1 << match->slot_bits < 2 * all)
		match->slot_bits++;
	room = match->a_room;
	if (!join_room(&match->pair_a, &room, a + 1, sizeof(*match->pair_a)) ||
	    !join_room(&match->next_a, &match->a_room, a + 1, sizeof(*match->next_a)))
		return false;
	room = match->b_room;
	if (!join_room(&match->pair_b, &room, b + 1, sizeof(*match->pair_b)))
		return false;
	room = match->b_room;
	if (!join_room(&match->next_b, &room, b + 1, sizeof(*match->next_b)) ||
	    !join_room(&match->again, &match->b_room, b + 1, sizeof(*match->again)))
		return false;
	return join_room(&match->group, &match->group_room, all + 1, sizeof(*match->group)) &&
	       join_room(&match->slot, &match->slot_room, (size_t)1 << match->slot_bits, sizeof(*match->slot)) &&
	       join_room(&match->delay, &match->delay_room, MOST_DELAYS, sizeof(*match->delay));
}

static uint32_t count_timestamps(const struct ws_join_segment *s, uint32_t count)
{
	uint32_t with = 0;
	for (uint32_t i = 0; i < count; i++)
		with += s[i].timestamps;
	return with;
}

bool join_match(struct join_match *match, const struct ws_join_segment *a, size_t a_count,
                const struct ws_join_segment *b, size_t b_count, const struct join_rules *rules)
{
	match->a = a;
	match->b = b;
	match->a_count = (uint32_t)a_count;
	match->b_count = (uint32_t)b_count;
	match->rules = *rules;
	match->piece_count = match->part_count = 0;
	match->typical_known = match->ids_kept = match->early = false;
	if (!match_room(match))
		return false;
	memset(match->pair_a, 0xff, a_count * sizeof(*match->pair_a));
	memset(match->pair_b, 0xff, b_count * sizeof(*match->pair_b));
	memset(match->again, 0, b_count * sizeof(*match->again));
	const uint32_t with[2] = {count_timestamps(a, match->a_count), count_timestamps(b, match->b_count)};
	match->timestamps = with[0] > match->a_count / 2 && with[1] > match->b_count / 2;
	for (enum level level = 0; level < LEVELS; level++) {
		build_groups(match, level);
		if (rules->timed)
			find_early(match, level);
		if (pair_unique(match, level) && level == BY_ID)
			match->ids_kept = true;
	}
	if (rules->only_clear)
		return true;
	find_typical(match);
	for (enum level level = 0; level < LEVELS; level++) {
		build_groups(match, level);
		pair_several(match, level);
	}
	if (match->timestamps && (with[0] < match->a_count || with[1] < match->b_count))
		pair_cut(match);
	return join_ranges(match);
}
