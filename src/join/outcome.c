/* What became of segments that one point saw and the next did not.
 *
 * `lost` and `injected` are said only where the other point would have captured the segment: it captured at that time,
 * has no drops, and captured other segments of that direction. An acknowledgment that covers the segment outranks: when
 * the receiver has acknowledged bytes that its point has not seen at all, the segment has arrived and was not captured,
 * and so were those beside it.
 *
 * Neither is said of a direction whose segments pass the points against their order, as when both directions of a
 * connection pass one mirror port and then another: which of the two points should have seen it first is not known.
 * Where the order is proven, it is a clock that is wrong, such as one that was given by hand.
 *
 * Where nothing of one direction came, the delay is not known, and it might go another way. Where that is known to be
 * impossible, as on the lab's wire, the delay of the other direction is taken, with a wider margin.
 *
 * Of datagrams, nothing is acknowledged. Where one came that had not left, a device on the way may have changed it, so that
 * none of its direction is said to be lost. */
#include "base/search.h"
#include "join/joiner.h"

#include <stdlib.h>

enum { MOST_COVERS = 256 };

/* ---- What a point has seen, and what was acknowledged there */

static int cover_order(const void *left, const void *right)
{
	const struct join_cover *a = left, *b = right;
	return a->start < b->start ? -1 : a->start > b->start;
}

bool join_build_cover(struct ws_joiner *joiner, unsigned point, const struct join_row *row, size_t count)
{
	bool sorted = true;
	joiner->cover_count = 0;
	joiner->longest_cover = 0;
	if (!join_room(&joiner->cover, &joiner->cover_room, count + 1, sizeof(*joiner->cover)))
		return false;
	for (size_t i = 0; i < count; i++) {
		const int64_t span = join_span(&row[i]);
		if (row[i].seen[point] == JOIN_NONE || !span || join_is_damaged(joiner, &row[i], point))
			continue;
		joiner->cover[joiner->cover_count++] =
		        (struct join_cover){row[i].position, row[i].position + span, join_time(joiner, &row[i], point)};
		sorted = sorted &&
		         (joiner->cover_count < 2 || joiner->cover[joiner->cover_count - 2].start <= row[i].position);
		joiner->longest_cover = span > joiner->longest_cover ? span : joiner->longest_cover;
	}
	if (!sorted)
		qsort(joiner->cover, joiner->cover_count, sizeof(*joiner->cover), cover_order);
	return true;
}

/* Adds the acknowledgments that the receiver sent, as this point saw them: each is higher than those before it. */
static void add_acked(struct ws_joiner *joiner, unsigned point, unsigned direction, uint32_t origin)
{
	const struct ws_join_segment *s = joiner->segment[point][!direction];
	const size_t count = joiner->count[point][!direction];
	int64_t position = 0;
	int64_t highest = joiner->acked_count ? joiner->acked[joiner->acked_count - 1].position : INT64_MIN;
	uint32_t before = origin;
	for (size_t i = 0; i < count; i++) {
		if (!(s[i].flags & WS_TCP_ACK) || s[i].flags & WS_TCP_RST)
			continue;
		position += (int32_t)(s[i].acknowledgment - before);
		before = s[i].acknowledgment;
		if (position <= highest)
			continue;
		highest = position;
		joiner->acked[joiner->acked_count++] = (struct join_acked){position, s[i].time};
	}
}

/* Those that only the point `from` saw came to it later. */
bool join_build_acked(struct ws_joiner *joiner, unsigned to, unsigned from, unsigned direction, uint32_t origin)
{
	const size_t count = joiner->count[to][!direction] + joiner->count[from][!direction];
	joiner->acked_count = 0;
	if (!join_room(&joiner->acked, &joiner->acked_room, count + 1, sizeof(*joiner->acked)))
		return false;
	add_acked(joiner, to, direction, origin);
	add_acked(joiner, from, direction, origin);
	return true;
}

ws_time join_acked_at(const struct ws_joiner *joiner, int64_t end)
{
	const size_t low = SEARCH_FIRST(joiner->acked_count, i, joiner->acked[i].position < end);
	return low < joiner->acked_count ? joiner->acked[low].time : WS_TIME_NEVER;
}

ws_time join_covered_at(const struct ws_joiner *joiner, int64_t byte, ws_time by)
{
	const size_t end = SEARCH_FIRST(joiner->cover_count, i, joiner->cover[i].start <= byte);
	ws_time earliest = WS_TIME_NEVER;
	for (size_t i = end, looked = 0; i-- > 0 && looked < MOST_COVERS; looked++) {
		const struct join_cover *cover = &joiner->cover[i];
		if (cover->start + joiner->longest_cover <= byte)
			break;
		if (cover->end > byte && cover->time <= by && cover->time < earliest)
			earliest = cover->time;
	}
	return earliest;
}

/* Whether the point had seen this byte by then. */
static bool covered(const struct ws_joiner *joiner, int64_t byte, ws_time by)
{
	return join_covered_at(joiner, byte, by) != WS_TIME_NEVER;
}

/* ---- One stretch of the path, from point `from` to point `to` */

struct stretch {
	unsigned from, to;
	bool known;          /* some segment was seen at both, in the order of the points */
	bool ordered;        /* so that what did not leave was injected */
	ws_time least, most; /* delay */
};

/* The stretch that begins at this place of the path. */
static struct stretch measure(const struct ws_joiner *joiner, const struct join_row *row, size_t count, size_t place)
{
	const unsigned from = joiner->path[place], to = joiner->path[place + 1];
	struct stretch stretch = {.from = from, .to = to, .ordered = !joiner->doubtful};
	if (joiner->early[place + 1] && !joiner->proven)
		return stretch;
	for (size_t i = 0; i < count; i++) {
		if (row[i].seen[from] == JOIN_NONE || row[i].seen[to] == JOIN_NONE)
			continue;
		const ws_time delay = join_time(joiner, &row[i], to) - join_time(joiner, &row[i], from);
		if (!stretch.known || delay < stretch.least)
			stretch.least = delay;
		if (!stretch.known || delay > stretch.most)
			stretch.most = delay;
		stretch.known = true;
	}
	return stretch;
}

/* Sums of times that a damaged capture may have made absurd: they end at the largest and the smallest time. */
static ws_time sum(ws_time a, ws_time b)
{
	ws_time result;
	return __builtin_add_overflow(a, b, &result) ? (b > 0 ? INT64_MAX : INT64_MIN) : result;
}

static ws_time difference(ws_time a, ws_time b)
{
	ws_time result;
	return __builtin_sub_overflow(a, b, &result) ? (b < 0 ? INT64_MAX : INT64_MIN) : result;
}

/* The few segments of one connection do not show the whole range of delays. */
static ws_time margin(const struct stretch *stretch)
{
	return sum(WS_JOIN_MARGIN, difference(stretch->most, stretch->least));
}

/* When the segment would have come at the earliest: never before it left, by clocks that other segments agree with. */
static ws_time earliest_arrival(struct ws_joiner *joiner, const struct stretch *stretch, ws_time left)
{
	const ws_time by_others = difference(sum(left, stretch->least), margin(stretch));
	if (stretch->least < 0)
		return by_others;
	const ws_time slack = sum(join_slack_of(joiner, stretch->from, left), join_slack_of(joiner, stretch->to, left));
	const ws_time by_itself = difference(left, slack);
	return by_itself > by_others ? by_itself : by_others;
}

/* Whether the point at the end of the stretch was capturing when the segment would have come. */
static bool would_arrive(struct ws_joiner *joiner, const struct stretch *stretch, ws_time left)
{
	const struct ws_join_period *period = &joiner->point[stretch->to].period;
	return stretch->known && !period->drops && earliest_arrival(joiner, stretch, left) >= period->first &&
	       sum(sum(left, stretch->most), margin(stretch)) <= period->last;
}

static bool would_have_left(const struct ws_joiner *joiner, const struct stretch *stretch, ws_time arrived)
{
	const struct ws_join_period *period = &joiner->point[stretch->from].period;
	return stretch->known && !period->drops &&
	       difference(difference(arrived, stretch->most), margin(stretch)) >= period->first &&
	       sum(difference(arrived, stretch->least), margin(stretch)) <= period->last;
}

/* The receiver has acknowledged bytes of this row that `point` has not seen. */
static bool acknowledged_unseen(const struct ws_joiner *joiner, const struct join_row *row)
{
	const int64_t span = join_span(row);
	if (!span)
		return false;
	const ws_time when = join_acked_at(joiner, row->position + span);
	return when != WS_TIME_NEVER &&
	       (!covered(joiner, row->position, when) || !covered(joiner, row->position + span - 1, when));
}

/* Whether datagrams came that had not left, while the point where they should have left was capturing. */
static bool changes(const struct ws_joiner *joiner, const struct stretch *stretch, const struct join_row *row,
                    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (row[i].first == (int)stretch->to && !row[i].duplicate &&
		    would_have_left(joiner, stretch, join_time(joiner, &row[i], stretch->to)))
			return true;
	return false;
}

static bool is_vague(const struct ws_joiner *joiner, const struct join_row *row, unsigned point)
{
	return joiner->segment[point][row->direction][row->seen[point]].vague;
}

static bool seen_at_both(const struct stretch *stretch, const struct join_row *row)
{
	return row->seen[stretch->from] != JOIN_NONE && row->seen[stretch->to] != JOIN_NONE;
}

/* The first and the last row that both points have seen: what left in between came while `to` was capturing, however near the
 * beginning and the end of its capture are. Without one, `*first` is `count`. */
static void find_bracket(const struct stretch *stretch, const struct join_row *row, size_t count, size_t *first,
                         size_t *last)
{
	*first = 0;
	*last = count;
	while (*first < count && !seen_at_both(stretch, &row[*first]))
		++*first;
	while (*last > *first && !seen_at_both(stretch, &row[*last - 1]))
		--*last;
}

/* Rows that were seen at `from` and not at `to`. Those beside one that was not captured were not captured either. */
static void judge_departures(struct ws_joiner *joiner, const struct stretch *stretch, struct join_row *row,
                             size_t count)
{
	const bool changed = joiner->datagrams && changes(joiner, stretch, row, count);
	const bool drops = joiner->point[stretch->to].period.drops;
	size_t run = 0, first, last;
	bool missed = false;
	find_bracket(stretch, row, count, &first, &last);
	for (size_t i = 0; i <= count; i++) {
		const bool ends = i == count || row[i].seen[stretch->to] != JOIN_NONE;
		if (ends) {
			for (; missed && run < i; run++)
				if (row[run].last == (int)stretch->from)
					row[run].outcome = WS_OUTCOME_NOT_CAPTURED;
			run = i + 1;
			missed = false;
			continue;
		}
		if (row[i].last != (int)stretch->from)
			continue;
		row[i].next = (int8_t)stretch->to;
		row[i].outcome = WS_OUTCOME_NOT_CAPTURED;
		if (acknowledged_unseen(joiner, &row[i]))
			missed = true;
		else if (!changed && !is_vague(joiner, &row[i], stretch->from) &&
		         ((stretch->known && !drops && i > first && i < last) ||
		          would_arrive(joiner, stretch, join_time(joiner, &row[i], stretch->from))))
			row[i].outcome = WS_OUTCOME_LOST;
	}
}

/* The point that was nearer to the sender has missed bytes below what it saw the sender send: it was not captured. */
static bool has_holes(const struct ws_joiner *joiner, const struct stretch *stretch, const struct join_row *row,
                      size_t count)
{
	int64_t highest = INT64_MIN;
	for (size_t i = 0; i < count; i++)
		if (row[i].seen[stretch->from] != JOIN_NONE && row[i].position + join_span(&row[i]) > highest)
			highest = row[i].position + join_span(&row[i]);
	for (size_t i = 0; i < count; i++)
		if (row[i].first == (int)stretch->to && join_span(&row[i]) && row[i].position < highest &&
		    !covered(joiner, row[i].position, WS_TIME_NEVER))
			return true;
	return false;
}

/* A RST, or other bytes than those that the sender itself has sent at these numbers. Bytes that it was never seen to send were
 * rather missed there: somebody else cannot keep it from sending its own. */
static bool would_be_foreign(const struct ws_joiner *joiner, const struct join_row *row)
{
	const int64_t span = join_span(row);
	return row->flags & WS_TCP_RST || (span && covered(joiner, row->position, WS_TIME_NEVER) &&
	                                   covered(joiner, row->position + span - 1, WS_TIME_NEVER));
}

/* Rows that were seen at `to` first. A pure ACK that the other point has not seen proves little, and a point that has
 * missed some may have missed others. */
static void judge_arrivals(const struct ws_joiner *joiner, const struct stretch *stretch, struct join_row *row,
                           size_t count)
{
	const bool holes = has_holes(joiner, stretch, row, count);
	for (size_t i = 0; i < count; i++) {
		struct join_row *at = &row[i];
		if (at->first != (int)stretch->to || at->duplicate)
			continue;
		const bool says = !joiner->datagrams && would_be_foreign(joiner, at);
		const ws_time arrived = join_time(joiner, at, stretch->to);
		at->next = at->next >= 0 ? at->next : (int8_t)stretch->from;
		const bool injected = says && !holes && stretch->ordered && would_have_left(joiner, stretch, arrived);
		at->outcome = injected ? WS_OUTCOME_INJECTED : WS_OUTCOME_NOT_CAPTURED;
	}
}

static void find_ends(const struct ws_joiner *joiner, struct join_row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool gap = false;
		for (size_t k = 0; k < joiner->points; k++) {
			const unsigned point = joiner->path[k];
			if (row[i].seen[point] == JOIN_NONE) {
				gap = gap || row[i].first >= 0;
				continue;
			}
			if (row[i].first < 0)
				row[i].first = (int8_t)point;
			else if (gap && joiner->path[k - 1] != (unsigned)row[i].last)
				row[i].next = (int8_t)joiner->path[k - 1]; /* seen before and after this point */
			row[i].last = (int8_t)point;
		}
		row[i].outcome = row[i].duplicate   ? WS_OUTCOME_DUPLICATED
		                 : row[i].next >= 0 ? WS_OUTCOME_NOT_CAPTURED
		                                    : WS_OUTCOME_DELIVERED;
	}
}

/* ---- Counting */

static void find_reordered(const struct ws_joiner *joiner, struct join_row *row, size_t count, unsigned last)
{
	ws_time earliest = WS_TIME_NEVER;
	for (size_t i = count; i-- > 0;) {
		if (row[i].outcome != WS_OUTCOME_DELIVERED)
			continue;
		const ws_time arrived = join_time(joiner, &row[i], last);
		row[i].reordered = arrived > earliest && row[i].departure < earliest;
		earliest = arrived < earliest ? arrived : earliest;
	}
}

static bool count_rows(struct ws_joiner *joiner, const struct join_row *row, size_t count,
                       struct ws_join_direction *result)
{
	const unsigned first = joiner->path[0], last = joiner->path[joiner->points - 1];
	size_t delays = 0;
	*result = (struct ws_join_direction){.delay_min = -1, .delay_median = -1, .delay_max = -1};
	if (!join_room(&joiner->delay, &joiner->delay_room, count + 1, sizeof(*joiner->delay)))
		return false;
	for (size_t i = 0; i < count; i++) {
		result->sent += row[i].seen[first] != JOIN_NONE && !row[i].duplicate;
		result->delivered += row[i].outcome == WS_OUTCOME_DELIVERED;
		result->lost += row[i].outcome == WS_OUTCOME_LOST;
		result->not_captured += row[i].outcome == WS_OUTCOME_NOT_CAPTURED;
		result->injected += row[i].outcome == WS_OUTCOME_INJECTED;
		result->duplicated += row[i].outcome == WS_OUTCOME_DUPLICATED;
		result->reordered += row[i].reordered;
		if (row[i].outcome == WS_OUTCOME_LOST)
			result->lost_after[row[i].last]++;
		if (row[i].outcome == WS_OUTCOME_DELIVERED) {
			const ws_time between = join_time(joiner, &row[i], last) - join_time(joiner, &row[i], first);
			const ws_time delay = between > 0 ? between : 0;
			result->delay_min = !delays || delay < result->delay_min ? delay : result->delay_min;
			result->delay_max = delay > result->delay_max ? delay : result->delay_max;
			joiner->delay[delays++] = delay;
		}
	}
	if (delays)
		result->delay_median = join_median(joiner->delay, delays);
	return true;
}

bool join_outcomes(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                   struct ws_join_direction *result)
{
	find_ends(joiner, row, count);
	for (size_t k = 0; k + 1 < joiner->points; k++) {
		const struct stretch stretch = measure(joiner, row, count, k);
		joiner->delays[direction][k] = (struct join_delays){
		        stretch.known, joiner->early[k + 1] && !joiner->proven, stretch.least, stretch.most};
		if (!join_build_cover(joiner, stretch.to, row, count) ||
		    !join_build_acked(joiner, stretch.to, stretch.from, direction, count ? row[0].sequence : 0))
			return false;
		judge_departures(joiner, &stretch, row, count);
		if (!join_build_cover(joiner, stretch.from, row, count))
			return false;
		judge_arrivals(joiner, &stretch, row, count);
	}
	find_reordered(joiner, row, count, joiner->path[joiner->points - 1]);
	return count_rows(joiner, row, count, result);
}

/* The rows from one place to the next, when all of them ended there. */
static void judge_unseen(struct ws_joiner *joiner, const struct stretch *stretch, struct join_row *row, size_t count,
                         struct ws_join_direction *result)
{
	for (size_t i = 0; i < count; i++) {
		struct join_row *at = &row[i];
		if (at->outcome != WS_OUTCOME_NOT_CAPTURED || at->last != (int)stretch->from ||
		    at->next != (int)stretch->to || acknowledged_unseen(joiner, at) ||
		    is_vague(joiner, at, stretch->from) ||
		    !would_arrive(joiner, stretch, join_time(joiner, at, stretch->from)))
			continue;
		at->outcome = WS_OUTCOME_LOST;
		result->not_captured--;
		result->lost++;
		result->lost_after[stretch->from]++;
	}
}

bool join_outcomes_unseen(struct ws_joiner *joiner, unsigned direction, struct join_row *row, size_t count,
                          struct ws_join_direction *result)
{
	const size_t places = joiner->points - 1;
	for (size_t k = 0; k < places && count; k++) {
		const struct join_delays *own = &joiner->delays[direction][k],
		                         *back = &joiner->delays[!direction][places - 1 - k];
		const unsigned from = joiner->path[k], to = joiner->path[k + 1];
		if (own->known || own->misordered || !back->known || !joiner->point[from].period.passed_by_all ||
		    !joiner->point[to].period.passed_by_all)
			continue;
		const struct stretch stretch = {
		        .from = from, .to = to, .known = true, .most = sum(back->most, back->most)};
		if (!join_build_cover(joiner, to, row, count) ||
		    !join_build_acked(joiner, to, from, direction, row[0].sequence))
			return false;
		judge_unseen(joiner, &stretch, row, count, result);
	}
	return true;
}
