/* A joiner follows the segments of one connection over all points that captured it: see wirestate/join.h. */
#include "join/joiner.h"

#include <stdlib.h>
#include <string.h>

struct ws_joiner *ws_joiner_create(size_t most_segments, uint64_t secret, struct ws_error *error)
{
	struct ws_joiner *joiner = calloc(1, sizeof(*joiner));
	if (!joiner) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	joiner->most = most_segments < UINT32_MAX / 4 ? most_segments : UINT32_MAX / 4;
	joiner->match.multiplier = secret | 1;
	return joiner;
}

void ws_joiner_free(struct ws_joiner *joiner)
{
	if (!joiner)
		return;
	join_match_free(&joiner->match);
	for (unsigned i = 0; i < WS_JOIN_POINTS; i++) {
		free(joiner->segment[i][0]);
		free(joiner->segment[i][1]);
	}
	free(joiner->departed);
	free(joiner->row);
	free(joiner->new_row);
	free(joiner->old_row);
	free(joiner->agreed[0]);
	free(joiner->agreed[1]);
	free(joiner->cover);
	free(joiner->acked);
	free(joiner->delay);
	free(joiner);
}

/* ---- Loading, so that numbers of all points can be compared */

/* What to add to the numbers of endpoint `e` (as the first side counts endpoints), which a firewall may have changed.
 */
static uint32_t shift_of(const struct ws_join_side *first, const struct ws_join_side *side, unsigned e)
{
	const struct ws_join_connection *to = first->connection, *from = side->connection;
	const unsigned own = e ^ side->swapped;
	return to->kind == WS_JOIN_TCP && to->iss_known[e] && from->iss_known[own] ? to->iss[e] - from->iss[own] : 0;
}

static bool has_sack(const struct ws_join_side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->segment[i].sack_right)
			return true;
	return false;
}

/* Not every firewall that changes numbers also changes those of selective acknowledgments, and a device on the way may strip
 * them, or a short snapshot length cut them. */
static bool without_sacks(const struct ws_join_side *first, const struct ws_join_side *side)
{
	return shift_of(first, side, 0) || shift_of(first, side, 1) || has_sack(first) != has_sack(side);
}

static bool load_side(struct ws_joiner *joiner, unsigned point, const struct ws_join_side *first,
                      const struct ws_join_side *side, const struct ws_clock *clock)
{
	const uint32_t shift[2] = {shift_of(first, side, 0), shift_of(first, side, 1)};
	size_t count[2] = {0};
	for (size_t i = 0; i < side->count; i++)
		count[(side->segment[i].direction ^ side->swapped) & 1]++;
	for (unsigned d = 0; d < 2; d++) {
		if (!join_room(&joiner->segment[point][d], &joiner->room[point][d], count[d] + 1,
		               sizeof(struct ws_join_segment)))
			return false;
		joiner->count[point][d] = 0;
	}
	for (size_t i = 0; i < side->count; i++) {
		struct ws_join_segment s = side->segment[i];
		s.direction = (s.direction ^ side->swapped) & 1;
		s.sequence += shift[s.direction];
		if (s.flags & WS_TCP_ACK)
			s.acknowledgment += shift[!s.direction];
		s.time = ws_clock_here_of(clock, s.time, s.frame);
		joiner->segment[point][s.direction][joiner->count[point][s.direction]++] = s;
	}
	return true;
}

/* ---- What two points agree on */

static size_t list_agreed(const struct join_match *match, struct join_agreed *agreed)
{
	size_t count = 0;
	for (uint32_t i = 0; i < match->a_count; i++) {
		if (match->pair_a[i] == JOIN_NONE)
			continue;
		const struct ws_join_segment *a = &match->a[i], *b = &match->b[match->pair_a[i]];
		agreed[count++] = (struct join_agreed){a->time, b->time, a->frame, b->frame};
	}
	return count;
}

/* Votes on which of two points is nearer to endpoint 0. The difference of the clocks is larger by both delays when
 * segments of endpoint 0 come to the first point first than when those of endpoint 1 do; neighbours in time are
 * compared, so that drift does not matter. The order is in doubt unless most differences show it, as where both
 * directions pass one point and then the other. */
static void vote(const struct join_agreed *forward, size_t forward_count, const struct join_agreed *backward,
                 size_t backward_count, struct ws_join_agreement *agreement)
{
	enum { ENOUGH_VOTES = 8 };
	size_t f = 0, b = 0;
	int64_t first = 0, second = 0, equal = 0;
	int before = -1;
	ws_time difference = 0;
	while (f < forward_count || b < backward_count) {
		const bool is_forward = b == backward_count || (f < forward_count && forward[f].a <= backward[b].a);
		const struct join_agreed *at = is_forward ? &forward[f++] : &backward[b++];
		const ws_time now = (ws_time)((uint64_t)at->b - (uint64_t)at->a);
		if (before == !is_forward) {
			const ws_time more = is_forward ? now - difference : difference - now;
			first += more > 0;
			second += more < 0;
			equal += !more;
		}
		before = is_forward;
		difference = now;
	}
	const int64_t all = first + second + equal;
	agreement->order = all ? (first + equal >= second ? 1 : -1) : 0;
	agreement->doubtful = 4 * (first > second ? first : second) < 3 * all;
	agreement->proven = all >= ENOUGH_VOTES && !agreement->doubtful;
}

static void add_agreed(struct ws_clock *clock, const struct join_agreed *agreed, bool upper)
{
	const struct ws_clock_pair pair = {agreed->a, agreed->b, agreed->frame_a, agreed->frame_b, upper};
	ws_clock_add_pair(clock, &pair);
}

static bool compare_points(struct ws_joiner *joiner, unsigned a, unsigned b, struct ws_clock *clock,
                           struct ws_join_agreement *agreement)
{
	const struct join_rules rules = {.only_clear = true, .without_sack = joiner->without_sack};
	*agreement = (struct ws_join_agreement){0};
	for (unsigned d = 0; d < 2; d++) {
		if (!join_match(&joiner->match, joiner->segment[a][d], joiner->count[a][d], joiner->segment[b][d],
		                joiner->count[b][d], &rules) ||
		    !join_room(&joiner->agreed[d], &joiner->agreed_room[d], joiner->count[a][d] + 1,
		               sizeof(*joiner->agreed[d])))
			return false;
		agreement->matched[d] = list_agreed(&joiner->match, joiner->agreed[d]);
	}
	vote(joiner->agreed[0], agreement->matched[0], joiner->agreed[1], agreement->matched[1], agreement);
	for (unsigned d = 0; d < 2 && clock && agreement->order; d++)
		for (size_t i = 0; i < agreement->matched[d]; i++)
			add_agreed(clock, &joiner->agreed[d][i], (d == 0) == (agreement->order > 0));
	return true;
}

bool ws_joiner_observe(struct ws_joiner *joiner, const struct ws_join_side *a, const struct ws_join_side *b,
                       struct ws_clock *clock, struct ws_join_agreement *agreement)
{
	joiner->without_sack = without_sacks(a, b);
	return a->count + b->count <= joiner->most && load_side(joiner, 0, a, a, NULL) &&
	       load_side(joiner, 1, a, b, NULL) && compare_points(joiner, 0, 1, clock, agreement);
}

/* ---- The order of the points */

/* By corrected times, where only one direction was captured at both. */
static int order_by_time(struct ws_joiner *joiner, unsigned a, unsigned b, bool *done)
{
	int64_t votes = 0;
	for (unsigned d = 0; d < 2 && *done; d++) {
		const struct join_rules rules = {.only_clear = true, .without_sack = joiner->without_sack};
		*done = join_match(&joiner->match, joiner->segment[a][d], joiner->count[a][d], joiner->segment[b][d],
		                   joiner->count[b][d], &rules);
		for (uint32_t i = 0; *done && i < joiner->match.a_count; i++) {
			if (joiner->match.pair_a[i] == JOIN_NONE)
				continue;
			const ws_time delay = joiner->match.b[joiner->match.pair_a[i]].time - joiner->match.a[i].time;
			votes += (delay >= 0) == (d == 0) ? 1 : -1;
		}
	}
	return votes < 0 ? -1 : 1;
}

/* Two points that have been compared before need not be again. */
static bool order_known(struct ws_joiner *joiner, struct ws_join_result *result)
{
	const struct ws_join_agreement *known = joiner->points == 2 ? joiner->point[1].agreement : NULL;
	if (!known || !known->order)
		return false;
	joiner->doubtful = known->doubtful;
	joiner->proven = known->proven;
	result->path[0] = known->order < 0;
	result->path[1] = known->order > 0;
	result->points = 2;
	return true;
}

static bool order_points(struct ws_joiner *joiner, struct ws_join_result *result)
{
	bool done = true;
	if (order_known(joiner, result))
		return true;
	for (unsigned i = 0; i < joiner->points && done; i++) {
		unsigned at = i;
		for (; at > 0 && done; at--) {
			struct ws_join_agreement agreement;
			done = compare_points(joiner, result->path[at - 1], i, NULL, &agreement);
			int order = agreement.order;
			joiner->doubtful = joiner->doubtful || agreement.doubtful;
			joiner->proven = joiner->proven && agreement.proven;
			if (done && !order && agreement.matched[0] + agreement.matched[1])
				order = order_by_time(joiner, result->path[at - 1], i, &done);
			if (order >= 0)
				break;
			result->path[at] = result->path[at - 1];
		}
		result->path[at] = (uint8_t)i;
	}
	result->points = (uint8_t)joiner->points;
	return done;
}

/* ---- Rows */

static struct join_row *row_add(struct ws_joiner *joiner)
{
	if (!join_room(&joiner->new_row, &joiner->new_room, joiner->new_count + 1, sizeof(*joiner->new_row)))
		return NULL;
	struct join_row *row = &joiner->new_row[joiner->new_count++];
	*row = (struct join_row){.first = -1, .last = -1, .next = -1, .ack = JOIN_NONE};
	memset(row->seen, 0xff, sizeof(row->seen));
	return row;
}

static bool rows_begin(struct ws_joiner *joiner, unsigned direction)
{
	const unsigned point = joiner->path[0];
	joiner->new_count = 0;
	for (uint32_t i = 0; i < joiner->count[point][direction]; i++) {
		const struct ws_join_segment *s = &joiner->segment[point][direction][i];
		struct join_row *row = row_add(joiner);
		if (!row)
			return false;
		row->sequence = s->sequence;
		row->length = s->length;
		row->flags = s->flags;
		row->direction = (uint8_t)direction;
		row->departure = s->time;
		row->seen[point] = i;
	}
	return true;
}

/* The rows as segments that have left the last point that saw them. Those that arrived only as a second copy are
 * followed no further. */
static bool list_departed(struct ws_joiner *joiner, size_t place)
{
	if (!join_room(&joiner->departed, &joiner->departed_room, joiner->new_count + 1, sizeof(*joiner->departed)))
		return false;
	for (size_t i = 0; i < joiner->new_count; i++) {
		const struct join_row *row = &joiner->new_row[i];
		for (size_t k = place; k-- > 0;) {
			const unsigned point = joiner->path[k];
			if (row->seen[point] == JOIN_NONE)
				continue;
			struct ws_join_segment *s = &joiner->departed[i];
			*s = joiner->segment[point][row->direction][row->seen[point]];
			s->sequence = row->sequence;
			s->length = row->length;
			s->flags = row->flags;
			break;
		}
	}
	return true;
}

static int row_order(const void *left, const void *right)
{
	const struct join_row *a = left, *b = right;
	if (a->departure != b->departure)
		return a->departure < b->departure ? -1 : 1;
	return a->position < b->position ? -1 : a->position > b->position;
}

/* Rows that one point added are in order, and so are the others; a merge by insertion would be as good, but sorting is
 * done only when there are some. */
static void sort_rows(struct join_row *row, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (row_order(&row[i - 1], &row[i]) > 0) {
			qsort(row, count, sizeof(*row), row_order);
			return;
		}
	}
}

/* Makes new rows of the pieces that the match found between the rows so far and a point. */
static bool take_pieces(struct ws_joiner *joiner, unsigned direction, unsigned point)
{
	const struct join_match *match = &joiner->match;
	struct join_row *old = joiner->new_row;
	const size_t old_room = joiner->new_room;
	joiner->new_row = joiner->old_row;
	joiner->new_room = joiner->old_room;
	joiner->old_row = old;
	joiner->old_room = old_room;
	joiner->new_count = 0;
	for (size_t i = 0; i < match->piece_count; i++) {
		const struct join_piece *piece = &match->piece[i];
		const struct ws_join_segment *s = piece->a != JOIN_NONE ? &match->a[piece->a] : &match->b[piece->b];
		struct join_row *row = row_add(joiner);
		if (!row)
			return false;
		if (piece->a != JOIN_NONE)
			*row = old[piece->a];
		else
			row->departure = s->time;
		row->duplicate = row->duplicate || piece->duplicate;
		row->direction = (uint8_t)direction;
		row->sequence = piece->sequence;
		row->length = piece->length;
		row->flags = piece->last ? s->flags : s->flags & (uint16_t) ~(WS_TCP_FIN | WS_TCP_PSH);
		if (piece->sequence != s->sequence)
			row->flags &= (uint16_t)~WS_TCP_SYN;
		if (piece->b != JOIN_NONE)
			row->seen[point] = piece->b;
	}
	return true;
}

static void place_rows(struct ws_joiner *joiner)
{
	int64_t position = 0;
	uint32_t before = joiner->new_count ? joiner->new_row[0].sequence : 0;
	for (size_t i = 0; i < joiner->new_count; i++) {
		struct join_row *row = &joiner->new_row[i];
		position += (int32_t)(row->sequence - before);
		before = row->sequence;
		row->position = position;
	}
}

static bool keep_rows(struct ws_joiner *joiner)
{
	if (!join_room(&joiner->row, &joiner->row_room, joiner->row_count + joiner->new_count + 1,
	               sizeof(*joiner->row)))
		return false;
	if (joiner->new_count)
		memcpy(joiner->row + joiner->row_count, joiner->new_row, joiner->new_count * sizeof(*joiner->row));
	joiner->row_count += joiner->new_count;
	return true;
}

/* The wire's payload per segment in one direction: the smallest MSS that any point saw of the receiver, less the
 * timestamp option. */
static uint32_t wire_mss(const struct ws_joiner *joiner, unsigned direction)
{
	uint32_t mss = 0;
	for (size_t i = 0; i < joiner->points; i++) {
		const struct ws_join_side *side = &joiner->point[i].side;
		const uint16_t own = side->mss[!direction ^ side->swapped];
		if (own && (!mss || own < mss))
			mss = own;
	}
	const unsigned first = joiner->path[0];
	const size_t count = joiner->count[first][direction];
	const bool timestamps = count && joiner->segment[first][direction][count - 1].timestamps;
	return mss > 12 && timestamps ? mss - 12 : mss;
}

static ws_time width_at(const struct ws_clock *clock, ws_time when)
{
	ws_time low, high;
	return ws_clock_bounds(clock, when, &low, &high) ? (high - low) / 2 + 1 : 0;
}

/* That is costly to find out, so it is done for the ends of a second, between which it is never more, since the interval is
 * convex. */
ws_time join_slack_of(struct ws_joiner *joiner, unsigned point, ws_time when)
{
	const struct ws_clock *clock = joiner->point[point].clock;
	if (!clock || !ws_clock_known(clock))
		return 0;
	if (when < INT64_MIN / 2 || when > INT64_MAX / 2)
		return width_at(clock, when);
	const ws_time from = when - (when % WS_SECOND + WS_SECOND) % WS_SECOND;
	struct join_slack *slack = &joiner->slack[point][(uint64_t)(from / WS_SECOND) % JOIN_SLACKS];
	if (slack->clock == clock && slack->from == from)
		return slack->most;
	const ws_time first = width_at(clock, from), last = width_at(clock, from + WS_SECOND);
	*slack = (struct join_slack){clock, from, first > last ? first : last};
	return slack->most;
}

static bool follow(struct ws_joiner *joiner, unsigned direction, struct ws_join_direction *result)
{
	if (!rows_begin(joiner, direction))
		return false;
	for (size_t place = 1; place < joiner->points; place++) {
		const unsigned point = joiner->path[place];
		ws_time slack = 0;
		for (size_t i = 0; i <= place; i++) {
			const size_t count = joiner->count[point][direction];
			const ws_time when = count ? joiner->segment[point][direction][count / 2].time : 0;
			slack += join_slack_of(joiner, joiner->path[i], when);
		}
		const struct join_rules rules = {
		        .timed = (!joiner->point[0].clock || ws_clock_known(joiner->point[0].clock)) &&
		                 (!joiner->point[point].clock || ws_clock_known(joiner->point[point].clock)),
		        .slack = slack,
		        .mss = wire_mss(joiner, direction),
		        .without_sack = joiner->without_sack,
		};
		if (!list_departed(joiner, place) ||
		    !join_match(&joiner->match, joiner->departed, joiner->new_count, joiner->segment[point][direction],
		                joiner->count[point][direction], &rules) ||
		    !take_pieces(joiner, direction, point))
			return false;
		joiner->early[place] = joiner->match.early;
		sort_rows(joiner->new_row, joiner->new_count);
	}
	place_rows(joiner);
	return join_outcomes(joiner, direction, joiner->new_row, joiner->new_count, result) && keep_rows(joiner);
}

/* As find_needless() below. */
static bool find_unseen(struct ws_joiner *joiner, size_t forward, struct ws_join_result *result)
{
	const size_t points = joiner->points;
	for (unsigned d = 0; d < 2; d++) {
		for (size_t i = 0; i < points; i++)
			joiner->path[i] = result->path[d ? points - 1 - i : i];
		if (!join_outcomes_unseen(joiner, d, joiner->row + (d ? forward : 0),
		                          d ? joiner->row_count - forward : forward, &result->direction[d]))
			return false;
	}
	return true;
}

/* As find_needless() below. */
static void find_silences(struct ws_joiner *joiner, size_t forward, struct ws_join_result *result)
{
	struct join_row *row = joiner->row;
	const size_t back = joiner->row_count - forward, points = joiner->points;
	for (unsigned d = 0; d < 2; d++) {
		for (size_t i = 0; i < points; i++)
			joiner->path[i] = result->path[d ? points - 1 - i : i];
		join_silences(joiner, d, d ? row + forward : row, d ? back : forward, d ? row : row + forward,
		              d ? forward : back, &result->direction[d]);
	}
}

/* The first `forward` rows are of direction 0. joiner->path is left as that of direction 1. */
static bool find_needless(struct ws_joiner *joiner, size_t forward, struct ws_join_result *result)
{
	struct join_row *row = joiner->row;
	const size_t back = joiner->row_count - forward, points = joiner->points;
	for (unsigned d = 0; d < 2; d++) {
		for (size_t i = 0; i < points; i++)
			joiner->path[i] = result->path[d ? points - 1 - i : i];
		if (!join_needless(joiner, d ? row + forward : row, d ? back : forward, d ? row : row + forward,
		                   d ? forward : back, &result->direction[d]))
			return false;
	}
	return true;
}

bool ws_joiner_run(struct ws_joiner *joiner, const struct ws_join_point *points, size_t count,
                   struct ws_join_result *result)
{
	size_t total = 0, forward = 0;
	*result = (struct ws_join_result){0};
	joiner->point = points;
	joiner->points = count;
	joiner->row_count = 0;
	joiner->doubtful = false;
	joiner->datagrams = points[0].side.connection->kind != WS_JOIN_TCP;
	joiner->proven = true;
	joiner->without_sack = false;
	for (size_t i = 0; i < count; i++) {
		total += points[i].side.count;
		joiner->without_sack = joiner->without_sack || without_sacks(&points[0].side, &points[i].side);
	}
	if (total > joiner->most || count > WS_JOIN_POINTS)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!load_side(joiner, i, &points[0].side, &points[i].side, points[i].clock))
			return false;
	if (!order_points(joiner, result))
		return false;
	for (unsigned d = 0; d < 2; d++) {
		for (size_t i = 0; i < count; i++)
			joiner->path[i] = result->path[d ? count - 1 - i : i];
		if (!follow(joiner, d, &result->direction[d]))
			return false;
		forward = d ? forward : joiner->row_count;
	}
	result->transits = joiner->row_count;
	if (!find_unseen(joiner, forward, result))
		return false;
	if (!joiner->datagrams) {
		find_silences(joiner, forward, result);
		if (!find_needless(joiner, forward, result))
			return false;
	}
	join_unseen(joiner, forward, result);
	return true;
}

void ws_joiner_transit(const struct ws_joiner *joiner, size_t index, struct ws_transit *transit)
{
	const struct join_row *row = &joiner->row[index];
	*transit = (struct ws_transit){
	        .sequence = row->sequence,
	        .length = row->length,
	        .flags = row->flags,
	        .direction = row->direction,
	        .outcome = row->outcome,
	        .reordered = row->reordered,
	        .first = row->first,
	        .last = row->last,
	        .next = row->next,
	        .needless = row->needless,
	        .ack_last = -1,
	        .ack_next = -1,
	};
	if (row->ack != JOIN_NONE) {
		const struct join_row *ack = &joiner->row[row->ack];
		const unsigned last = (unsigned)ack->last;
		transit->ack_last = ack->last;
		transit->ack_next = ack->next;
		transit->ack_frame = joiner->segment[last][ack->direction][ack->seen[last]].frame;
	}
	ws_time latest = INT64_MIN;
	for (size_t i = 0; i < joiner->points; i++) {
		/* joiner->path is that of direction 1, which was followed last. */
		const unsigned point = joiner->path[row->direction ? i : joiner->points - 1 - i];
		if (row->seen[point] == JOIN_NONE)
			continue;
		const ws_time time = join_time(joiner, row, point);
		latest = time > latest ? time : latest;
		transit->frame[point] = joiner->segment[point][row->direction][row->seen[point]].frame;
		transit->time[point] = latest;
	}
}
