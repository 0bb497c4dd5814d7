/* The two lanes of a connection that several points captured: see lanes.h. */
#include "track/lanes.h"
#include "track/closing.h"

#include <stdlib.h>

/* A segment of the other point, and when it was here, by this point's clock. */
struct ws_lane_filler {
	ws_time time;
	uint64_t frame;            /* of the other point */
	struct ws_segment segment; /* valid when `found` */
	bool leaves;               /* the endpoint of this lane has sent it */
	bool lacks, found;         /* this point has not captured it; and the other one's history has it */
};

/* ---- Reading */

/* The next segment of its point that has not been read yet; NULL: there is none any more. */
static const struct ws_segment *own_segment(struct ws_lane *lane)
{
	while (!lane->has_own && ws_history_read(lane->conn, &lane->cursor, &lane->own)) {
		lane->own_accepted = ws_suspects_replay(lane->kept, &lane->own, &lane->suspect);
		if (lane->own_accepted)
			lane->own = lane->suspect.segment;
		lane->has_own = (lane->own.kind == WS_INPUT_SEGMENT && !lane->own.repeated) ||
		                lane->own.kind == WS_INPUT_TOO_LARGE;
	}
	return lane->has_own ? &lane->own : NULL;
}

const struct ws_segment *ws_lane_next(struct ws_lane *lane)
{
	const struct ws_segment *own = own_segment(lane);
	const struct ws_lane_filler *filler =
	        lane->filler_next < lane->filler_count ? &lane->filler[lane->filler_next] : NULL;
	if (!filler || (own && own->time <= filler->time)) {
		lane->has_own = false;
		lane->accepted = lane->own_accepted;
		return own;
	}
	lane->filler_next++;
	lane->accepted = false;
	lane->filled = filler->segment;
	lane->filled.time = filler->time;
	lane->filled.direction ^= lane->flipped ^ lane->other_flipped;
	lane->filled.sequence += lane->shift[lane->filled.direction & 1];
	if (lane->filled.flags & WS_TCP_ACK)
		lane->filled.acknowledgment += lane->shift[!(lane->filled.direction & 1)];
	if (lane->filled.sack)
		lane->filled.sack_right += lane->shift[!(lane->filled.direction & 1)];
	lane->filled.frame = lane->filled.position = 0;
	return &lane->filled;
}

/* ---- What a point has not captured */

static int filler_order(const void *left, const void *right)
{
	const struct ws_lane_filler *a = left, *b = right;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static int frame_order(const void *left, const void *right)
{
	const struct ws_lane_filler *a = left, *b = right;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* What the other lane has, and when this one had it; also of what this one lacks, if it was not lost. */
static size_t list_fillers(struct ws_lane *to, const struct ws_lane *from, const struct ws_transit *transit,
                           size_t count)
{
	size_t listed = 0;
	for (size_t i = 0; i < count; i++) {
		const bool lacks = transit[i].outcome == WS_OUTCOME_NOT_CAPTURED && !transit[i].frame[to->index];
		if (!transit[i].frame[from->index] || (!lacks && !transit[i].frame[to->index]))
			continue;
		to->filler[listed++] = (struct ws_lane_filler){
		        .time = lacks ? 0 : ws_clock_there(to->clock, transit[i].time[to->index]),
		        .frame = transit[i].frame[from->index],
		        .leaves = transit[i].direction == to->end,
		        .lacks = lacks,
		};
	}
	if (listed)
		qsort(to->filler, listed, sizeof(*to->filler), frame_order);
	return listed;
}

ws_time ws_path_way(const struct ws_conn_path *path, unsigned direction)
{
	const struct ws_join_direction *of = path->result.direction;
	const ws_time way = of[direction].delay_min >= 0 ? of[direction].delay_min : of[!direction].delay_min;
	return way >= 0 ? way : 0;
}

/* Finds the segments of those that this lane lacks, and when they were here if they took the shortest time. */
static void find_segments(const struct ws_conn_path *path, struct ws_lane *to, const struct ws_lane *from, size_t count)
{
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment s;
	for (size_t at = 0; at < count && ws_history_read(from->conn, &cursor, &s);) {
		while (at < count && to->filler[at].frame < s.frame)
			at++;
		if (at == count || to->filler[at].frame != s.frame || !to->filler[at].lacks || to->filler[at].found ||
		    s.kind != WS_INPUT_SEGMENT || s.repeated || s.duplicate)
			continue; /* further ones with this frame are pieces of it */
		struct ws_lane_filler *filler = &to->filler[at];
		const ws_time way = ws_path_way(path, (s.direction ^ from->flipped) & 1);
		const ws_time there = ws_clock_here(from->clock, s.time);
		filler->segment = s;
		filler->found = true;
		filler->time = ws_clock_there(to->clock, filler->leaves ? there - way : there + way);
	}
}

/* Segments of one sender stay in their order: it left no later than the next one, and came no earlier than the one
 * before. */
static void keep_order(struct ws_lane_filler *filler, size_t count)
{
	ws_time next = WS_TIME_NEVER, previous = INT64_MIN;
	for (size_t i = count; i-- > 0;)
		if (filler[i].leaves && (!filler[i].lacks || filler[i].found))
			next = filler[i].time = filler[i].time < next ? filler[i].time : next;
	for (size_t i = 0; i < count; i++)
		if (!filler[i].leaves && (!filler[i].lacks || filler[i].found))
			previous = filler[i].time = filler[i].time > previous ? filler[i].time : previous;
}

static bool fill(const struct ws_conn_path *path, struct ws_lane *to, const struct ws_lane *from,
                 const struct ws_transit *transit, size_t count)
{
	to->filler = malloc((count + 1) * sizeof(*to->filler));
	if (!to->filler)
		return false;
	const size_t listed = list_fillers(to, from, transit, count);
	find_segments(path, to, from, listed);
	keep_order(to->filler, listed);
	for (size_t i = 0; i < listed; i++)
		if (to->filler[i].found)
			to->filler[to->filler_count++] = to->filler[i];
	if (to->filler_count)
		qsort(to->filler, to->filler_count, sizeof(*to->filler), filler_order);
	return true;
}

/* ---- Opening */

unsigned ws_points_nearest(const struct ws_points *points, const struct ws_conn_path *path, unsigned endpoint)
{
	const unsigned last = path->result.points - 1u;
	for (unsigned i = 0; i <= last; i++) {
		const unsigned at = path->result.path[endpoint ? last - i : i];
		if (ws_clock_bounded(points->clock[path->point[at]]))
			return at;
	}
	return ws_path_near(path, endpoint);
}

static bool open_lane(struct ws_lane *lane, const struct ws_points *points, const struct ws_conn_path *path,
                      unsigned end, unsigned index)
{
	const struct ws_tracker *tracker = points->tracker[path->point[index]];
	const struct ws_conn *conn = ws_table_awake(&tracker->table, path->id[index]);
	if (!tracker->config.history || !conn || conn->number != path->number[index] || conn->history_full ||
	    conn->machine.self)
		return false;
	lane->index = index;
	lane->end = end;
	lane->flipped = path->swapped[index];
	lane->clock = points->clock[path->point[index]];
	lane->conn = conn;
	return true;
}

/* Otherwise nothing shows when what the captured endpoint has waited for came. */
static bool has_both_directions(const struct ws_lane *a, const struct ws_lane *b)
{
	for (unsigned end = 0; end < 2; end++)
		if (!a->conn->machine.endpoint[end ^ a->flipped].captured &&
		    !b->conn->machine.endpoint[end ^ b->flipped].captured)
			return !a->conn->machine.endpoint[end ^ a->flipped].sent_any &&
			       !b->conn->machine.endpoint[end ^ b->flipped].sent_any;
	return true;
}

/* A device between the points may have changed the numbers. */
static void find_shifts(struct ws_lane *to, const struct ws_lane *from)
{
	to->other_flipped = from->flipped;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint *here = &to->conn->machine.endpoint[i];
		const struct ws_endpoint *there = &from->conn->machine.endpoint[i ^ to->flipped ^ from->flipped];
		to->shift[i] = here->iss_known && there->iss_known ? here->iss - there->iss : 0;
	}
}

static bool open_lanes(struct ws_lane lane[2], const struct ws_points *points, const struct ws_conn_path *path,
                       const unsigned index[2])
{
	const unsigned client = (unsigned)path->client & 1;
	if (index[0] == index[1] || !open_lane(&lane[0], points, path, client, index[0]) ||
	    !open_lane(&lane[1], points, path, !client, index[1]))
		return false;
	find_shifts(&lane[0], &lane[1]);
	find_shifts(&lane[1], &lane[0]);
	return has_both_directions(&lane[0], &lane[1]);
}

bool ws_lanes_open(struct ws_lane lane[2], const struct ws_points *points, const struct ws_conn_path *path,
                   const struct ws_transit *transit, size_t count)
{
	const unsigned client = (unsigned)path->client & 1;
	const unsigned index[2] = {ws_points_nearest(points, path, client), ws_points_nearest(points, path, !client)};
	if (!open_lanes(lane, points, path, index))
		return false;
	if (!count)
		return true;
	return fill(path, &lane[0], &lane[1], transit, count) && fill(path, &lane[1], &lane[0], transit, count);
}

bool ws_lanes_open_own(struct ws_lane lane[2], const struct ws_points *points, const struct ws_conn_path *path)
{
	const unsigned client = (unsigned)path->client & 1;
	const unsigned index[2] = {ws_path_near(path, client), ws_path_near(path, !client)};
	return open_lanes(lane, points, path, index);
}

void ws_lanes_close(struct ws_lane lane[2])
{
	free(lane[0].filler);
	free(lane[1].filler);
}

bool ws_path_lacks_segments(const struct ws_conn_path *path)
{
	return path->result.direction[0].not_captured || path->result.direction[1].not_captured;
}
