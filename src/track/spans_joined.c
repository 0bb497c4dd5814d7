/* Where the time of a connection went that several points captured.
 *
 * What an endpoint decides shows best at the point nearest to it: when its program writes, how long it waits for a timer,
 * and which window it knows of. So there are two lanes, one for each endpoint: the segments of the point nearest to it, in
 * order, go once more through the division of time of shares.c. What a lane says of its own endpoint is a claim. What it
 * says of the other one rests on the shortest way there, and does not count, because the other lane knows it: where no
 * lane claims the time, the data of the endpoint that acted last was under way, and where both do, the connection waits for
 * what comes first in current() of shares.c.
 *
 * A lane is made complete: of what its point did not capture though it must have passed there, the segments of the other
 * point stand in, earlier or later by the shortest time that segments took in between. All times are by the clock of the
 * lane of the client, whichever point is the reference, so that the order of the points does not matter. */
#include "track/closing.h"
#include "track/info.h"
#include "track/merged.h"
#include "track/spans.h"

#include <wirestate/points.h>

#include <stdlib.h>

enum { PIECES = 16, NOBODY = 2 };

/* A stretch as one lane has it. */
struct piece {
	ws_time start, end; /* by the point's clock; in the first one, by that of the client's lane */
	uint64_t first_frame, last_frame;
	uint32_t segments, again;
	uint8_t cause, side; /* as the path counts endpoints */
	bool claim;
};

/* A segment of the other point, and when it was here, by this point's clock. */
struct filler {
	ws_time time;
	uint64_t frame;            /* of the other point */
	struct ws_segment segment; /* valid when `found` */
	bool leaves;               /* the endpoint of this lane has sent it */
	bool lacks, found;         /* this point has not captured it; and the other one's history has it */
};

struct lane {
	struct ws_spans_run run; /* the first member */
	const struct ws_conn *conn;
	const struct ws_clock *clock, *client_clock; /* of this point, and of the client's lane */
	unsigned index;                              /* of the point, in the path's arrays */
	unsigned end;                                /* the endpoint that it is for, as the path counts */
	bool flipped, other_flipped; /* endpoint 0 of the point, and of the other lane's, is endpoint 1 of the path */
	struct ws_history_cursor cursor;
	struct ws_segment own, filled; /* own: the next of the history, when has_own */
	bool has_own;
	unsigned sender;  /* of the segment that is looked at, as the point counts; NOBODY: it has ended */
	uint32_t mss;     /* the payload of a full segment without timestamps */
	int64_t timeouts; /* of its endpoint */
	struct filler *filler;
	size_t filler_count, filler_next;
	struct piece piece[PIECES];
	unsigned first, count;
	ws_time latest; /* the end of the last piece that was a head */
	bool has_head, ended;
};

struct merge {
	const struct ws_conn_path *path;
	unsigned client;     /* as the path counts */
	struct lane lane[2]; /* of the client, and of the server */
	unsigned acted;      /* whose data is under way */
	struct ws_time_shares shares;
	struct ws_span span; /* is being made; end 0: none */
	ws_span_fn *fn;      /* NULL: only the shares are asked for */
	void *context;
	bool stopped;
};

/* ---- A lane */

static ws_time by_client(const struct lane *lane, ws_time time)
{
	if (lane->clock == lane->client_clock)
		return time;
	return ws_clock_there(lane->client_clock, ws_clock_here(lane->clock, time));
}

/* Whether the lane says this of its own endpoint. While a program is waited for and the other endpoint ends the wait, the
 * way there is a guess. Nobody waits until a FIN: that is up to its sender, and the handshake to the client. */
static bool is_claim(const struct lane *lane, enum ws_cause cause, unsigned side)
{
	const unsigned own = lane->end ^ lane->flipped;
	const struct ws_shares *shares = &lane->run.recorder.shares;
	if (cause == WS_CAUSE_CONNECTING)
		return shares->opener == (int)own + 1;
	if (cause == WS_CAUSE_IDLE)
		return lane->sender == own;
	if (!ws_cause_is_sided(cause) || side != own)
		return false;
	return cause != WS_CAUSE_NETWORK || lane->sender == own || !ws_shares_wait(shares);
}

/* The newest piece goes on as long as the same is said, so it is not handed out before another one is begun. */
static void add_piece(struct ws_span_recorder *recorder, enum ws_cause cause, unsigned side, ws_time time)
{
	struct lane *lane = (struct lane *)recorder;
	struct ws_spans_run *run = &lane->run;
	const bool repaired = cause == WS_CAUSE_DUPLICATE_ACKS || cause == WS_CAUSE_TIMEOUT;
	const uint8_t whose = ws_cause_is_sided(cause) ? (uint8_t)((side ^ lane->flipped) & 1) : 0;
	const bool claim = is_claim(lane, cause, side);
	struct piece *piece = &lane->piece[(lane->first + lane->count - 1) % PIECES];
	if (!lane->count || piece->cause != cause || piece->side != whose || piece->claim != claim) {
		if (lane->count == PIECES)
			return;
		piece = &lane->piece[(lane->first + lane->count++) % PIECES];
		*piece = (struct piece){.start = run->at,
		                        .first_frame = run->before,
		                        .cause = (uint8_t)cause,
		                        .side = whose,
		                        .claim = claim};
	}
	piece->end = run->at += time;
	piece->last_frame = run->current;
	piece->segments += run->segments;
	piece->again += repaired ? run->again : 0;
	run->segments = 0;
	run->again = repaired ? 0 : run->again;
}

/* The next segment of its point that it has not run yet; NULL: there is none any more. */
static const struct ws_segment *own_segment(struct lane *lane)
{
	while (!lane->has_own && ws_history_read(lane->conn, &lane->cursor, &lane->own))
		lane->has_own = lane->own.kind == WS_INPUT_SEGMENT && !lane->own.repeated;
	return lane->has_own ? &lane->own : NULL;
}

/* The next segment in the order of time, valid until the next call. */
static const struct ws_segment *next_segment(struct lane *lane)
{
	const struct ws_segment *own = own_segment(lane);
	const struct filler *filler = lane->filler_next < lane->filler_count ? &lane->filler[lane->filler_next] : NULL;
	if (!filler || (own && own->time <= filler->time)) {
		lane->has_own = false;
		return own;
	}
	lane->filler_next++;
	lane->filled = filler->segment;
	lane->filled.time = filler->time;
	lane->filled.direction ^= lane->flipped ^ lane->other_flipped;
	lane->filled.frame = lane->run.current; /* its number is the other point's */
	return &lane->filled;
}

/* How often a timer of its own endpoint has sent something again. */
static void count_timeouts(struct lane *lane, uint32_t before)
{
	const int32_t more = (int32_t)(lane->run.recorder.shares.time.timeouts - before);
	const unsigned whose = more > 0 ? lane->sender : !lane->sender;
	if (whose == (lane->end ^ lane->flipped))
		lane->timeouts += more;
}

static void run_segment(struct lane *lane, const struct ws_segment *s)
{
	const uint32_t timeouts = lane->run.recorder.shares.time.timeouts;
	lane->sender = s->direction;
	if (!lane->run.recorder.shares.opener)
		lane->latest = by_client(lane, s->time);
	const bool whole = ws_spans_segment(&lane->run, s, ws_shares_full_segment(lane->mss, s));
	if (lane->run.recorder.shares.time.timeouts != timeouts)
		count_timeouts(lane, timeouts);
	if (whole && lane->count) {
		lane->piece[(lane->first + lane->count - 1) % PIECES].again += lane->run.again;
		lane->run.again = 0;
	}
}

/* The first piece, until drop_head(); NULL: there is none any more. */
static struct piece *head(struct lane *lane)
{
	while (lane->count < 2 && !lane->ended) {
		const struct ws_segment *s = next_segment(lane);
		if (s) {
			run_segment(lane, s);
			continue;
		}
		lane->ended = true;
		lane->sender = NOBODY;
		if (lane->run.recorder.shares.opener)
			ws_shares_end(&lane->run.recorder.shares);
	}
	struct piece *piece = lane->count ? &lane->piece[lane->first] : NULL;
	if (!piece || lane->has_head)
		return piece;
	const ws_time end = by_client(lane, piece->end);
	piece->start = lane->latest;
	piece->end = end > lane->latest ? end : lane->latest;
	lane->latest = piece->end;
	lane->has_head = true;
	return piece;
}

static void drop_head(struct lane *lane)
{
	lane->first = (lane->first + 1) % PIECES;
	lane->count--;
	lane->has_head = false;
}

/* ---- What a point has not captured */

static int filler_order(const void *left, const void *right)
{
	const struct filler *a = left, *b = right;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static int frame_order(const void *left, const void *right)
{
	const struct filler *a = left, *b = right;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* What the other lane has, and when this one had it; also of what this one lacks, if it was not lost. */
static size_t list_fillers(struct lane *to, const struct lane *from, const struct ws_transit *transit, size_t count)
{
	size_t listed = 0;
	for (size_t i = 0; i < count; i++) {
		const bool lacks = transit[i].outcome == WS_OUTCOME_NOT_CAPTURED && !transit[i].frame[to->index];
		if (!transit[i].frame[from->index] || (!lacks && !transit[i].frame[to->index]))
			continue;
		to->filler[listed++] = (struct filler){
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

/* The shortest time between the points, which may not be known where one of them has captured nothing of a direction: then
 * that of the other direction. */
static ws_time way_of(const struct ws_conn_path *path, unsigned direction)
{
	const struct ws_join_direction *of = path->result.direction;
	const ws_time way = of[direction].delay_min >= 0 ? of[direction].delay_min : of[!direction].delay_min;
	return way >= 0 ? way : 0;
}

/* Finds the segments of those that this lane lacks, and when they were here if they took the shortest time. */
static void find_segments(const struct merge *merge, struct lane *to, const struct lane *from, size_t count)
{
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment s;
	for (size_t at = 0; at < count && ws_history_read(from->conn, &cursor, &s);) {
		while (at < count && to->filler[at].frame < s.frame)
			at++;
		if (at == count || to->filler[at].frame != s.frame || !to->filler[at].lacks || to->filler[at].found ||
		    s.kind != WS_INPUT_SEGMENT || s.repeated || s.duplicate)
			continue; /* further ones with this frame are pieces of it */
		struct filler *filler = &to->filler[at];
		const ws_time way = way_of(merge->path, (s.direction ^ from->flipped) & 1);
		const ws_time there = ws_clock_here(from->clock, s.time);
		filler->segment = s;
		filler->found = true;
		filler->time = ws_clock_there(to->clock, filler->leaves ? there - way : there + way);
	}
}

/* Segments of one sender stay in their order: it left no later than the next one, and came no earlier than the one
 * before. */
static void keep_order(struct filler *filler, size_t count)
{
	ws_time next = WS_TIME_NEVER, previous = INT64_MIN;
	for (size_t i = count; i-- > 0;)
		if (filler[i].leaves && (!filler[i].lacks || filler[i].found))
			next = filler[i].time = filler[i].time < next ? filler[i].time : next;
	for (size_t i = 0; i < count; i++)
		if (!filler[i].leaves && (!filler[i].lacks || filler[i].found))
			previous = filler[i].time = filler[i].time > previous ? filler[i].time : previous;
}

static bool fill(const struct merge *merge, struct lane *to, const struct lane *from, const struct ws_transit *transit,
                 size_t count)
{
	to->filler = malloc((count + 1) * sizeof(*to->filler));
	if (!to->filler)
		return false;
	const size_t listed = list_fillers(to, from, transit, count);
	find_segments(merge, to, from, listed);
	keep_order(to->filler, listed);
	for (size_t i = 0; i < listed; i++)
		if (to->filler[i].found)
			to->filler[to->filler_count++] = to->filler[i];
	if (to->filler_count)
		qsort(to->filler, to->filler_count, sizeof(*to->filler), filler_order);
	return true;
}

/* ---- Which lane is right */

/* What counts where both lanes claim the time: as current() in shares.c has it, and a program before data that is only
 * under way, as it has sent meanwhile. */
static unsigned rank(enum ws_cause cause)
{
	static const uint8_t ranks[WS_CAUSE_COUNT] = {
	        [WS_CAUSE_CONNECTING] = 0,    [WS_CAUSE_DUPLICATE_ACKS] = 1, [WS_CAUSE_TIMEOUT] = 1,
	        [WS_CAUSE_CLOSED_WINDOW] = 2, [WS_CAUSE_NAGLE] = 3,          [WS_CAUSE_WINDOW] = 3,
	        [WS_CAUSE_NETWORK] = 3,       [WS_CAUSE_PROGRAM] = 4,        [WS_CAUSE_CLOSING] = 5,
	        [WS_CAUSE_IDLE] = 6,
	};
	return ranks[cause];
}

/* Of two that both claim the time. When two programs were waited for, the one that wrote first ended the wait. */
static unsigned first_claim(const struct piece *client, const struct piece *server)
{
	if (client->cause == WS_CAUSE_PROGRAM && server->cause == WS_CAUSE_PROGRAM)
		return server->end < client->end;
	return rank((enum ws_cause)server->cause) < rank((enum ws_cause)client->cause);
}

/* What the time belongs to in which both lanes go on: a lane that claims it, or the way between the points. */
static struct piece decide(const struct merge *merge, const struct piece *client, const struct piece *server,
                           unsigned *lane)
{
	if (client->claim || server->claim) {
		*lane = !client->claim ? 1 : server->claim ? first_claim(client, server) : 0;
		return *lane ? *server : *client;
	}
	*lane = merge->acted != merge->client;
	struct piece way = *lane ? *server : *client;
	const bool closing = client->cause == WS_CAUSE_CLOSING || server->cause == WS_CAUSE_CLOSING;
	const bool idle = client->cause == WS_CAUSE_IDLE && server->cause == WS_CAUSE_IDLE;
	way.cause = closing ? WS_CAUSE_CLOSING : idle ? WS_CAUSE_IDLE : WS_CAUSE_NETWORK;
	way.side = closing || idle ? 0 : (uint8_t)merge->acted;
	return way;
}

/* ---- The merged stretches */

static void hand_over(struct merge *merge)
{
	if (merge->fn && merge->span.end && !merge->stopped)
		merge->stopped = !merge->fn(merge->context, &merge->span);
}

static void emit(struct merge *merge, const struct piece *is, unsigned lane, ws_time from, ws_time to)
{
	struct ws_span *span = &merge->span;
	const uint8_t point = merge->path->point[merge->lane[lane].index];
	merge->shares.time[is->cause][is->side] += to - from;
	if (is->claim && ws_cause_is_sided((enum ws_cause)is->cause))
		merge->acted = is->side;
	if (!span->end || span->cause != is->cause || span->side != is->side || span->point != point) {
		hand_over(merge);
		*span = (struct ws_span){.start = from,
		                         .first_frame = is->first_frame,
		                         .cause = is->cause,
		                         .side = is->side,
		                         .point = point};
	}
	span->end = to;
	span->last_frame = is->last_frame;
	span->segments += is->segments;
	span->again += is->again;
}

/* When the first of both begins. */
static ws_time first_of(struct merge *merge)
{
	struct lane *client = &merge->lane[0], *server = &merge->lane[1];
	const struct piece *a = head(client), *b = head(server);
	return a && (!b || a->start <= b->start) ? a->start : b ? b->start : client->latest;
}

static ws_time next_bound(const struct piece *piece, ws_time now)
{
	return !piece ? WS_TIME_NEVER : piece->start <= now ? piece->end : piece->start;
}

/* Returns when the last of both ends. */
static ws_time merge_lanes(struct merge *merge, ws_time now)
{
	struct lane *client = &merge->lane[0], *server = &merge->lane[1];
	while (!merge->stopped) {
		struct piece *a = head(client), *b = head(server);
		if (!a && !b)
			break;
		const bool has_a = a && a->start <= now, has_b = b && b->start <= now;
		const ws_time bound_a = next_bound(a, now), bound_b = next_bound(b, now);
		const ws_time until = bound_a < bound_b ? bound_a : bound_b;
		unsigned lane = !has_a;
		struct piece is = {.cause = WS_CAUSE_IDLE}; /* where no point has captured */
		if (has_a && has_b)
			is = decide(merge, a, b, &lane);
		else if (has_a || has_b)
			is = has_a ? *a : *b;
		emit(merge, &is, lane, now, until);
		struct piece *counted = lane ? b : a;
		if (counted) /* its segments count once */
			counted->segments = counted->again = 0;
		now = until;
		for (unsigned i = 0; i < 2; i++) {
			struct lane *of = &merge->lane[i];
			if (of->has_head && of->piece[of->first].end <= now)
				drop_head(of);
		}
	}
	hand_over(merge);
	return now;
}

/* ---- The whole */

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

static bool open_lane(struct lane *lane, const struct ws_points *points, const struct ws_conn_path *path, unsigned end)
{
	lane->index = ws_points_nearest(points, path, end);
	lane->end = end;
	lane->flipped = path->swapped[lane->index];
	lane->clock = points->clock[path->point[lane->index]];
	const struct ws_tracker *tracker = points->tracker[path->point[lane->index]];
	const struct ws_conn *conn = ws_table_awake(&tracker->table, path->id[lane->index]);
	if (!tracker->config.history || !conn || conn->number != path->number[lane->index] || conn->history_full ||
	    conn->machine.self)
		return false;
	lane->conn = conn;
	lane->run.recorder = (struct ws_span_recorder){.shares = {.recorded = true}, .add = add_piece};
	if (conn->history_extra)
		lane->run.analyser = conn->history_extra->start;
	lane->mss = ws_shares_mss(&conn->machine);
	return true;
}

/* Otherwise nothing shows when what the captured endpoint has waited for came. */
static bool has_both_directions(const struct lane *a, const struct lane *b)
{
	for (unsigned end = 0; end < 2; end++)
		if (!a->conn->machine.endpoint[end ^ a->flipped].captured &&
		    !b->conn->machine.endpoint[end ^ b->flipped].captured)
			return !a->conn->machine.endpoint[end ^ a->flipped].sent_any &&
			       !b->conn->machine.endpoint[end ^ b->flipped].sent_any;
	return true;
}

static bool open_merge(struct merge *merge, const struct ws_points *points, const struct ws_transit *transit,
                       size_t count)
{
	merge->client = (unsigned)merge->path->client & 1;
	merge->acted = merge->client;
	struct lane *client = &merge->lane[0], *server = &merge->lane[1];
	if (!open_lane(client, points, merge->path, merge->client) ||
	    !open_lane(server, points, merge->path, !merge->client) || client->index == server->index)
		return false;
	client->client_clock = server->client_clock = client->clock;
	client->other_flipped = server->flipped;
	server->other_flipped = client->flipped;
	client->mss = client->mss ? client->mss : server->mss;
	server->mss = server->mss ? server->mss : client->mss;
	if (!has_both_directions(client, server))
		return false;
	if (!count)
		return true;
	return fill(merge, client, server, transit, count) && fill(merge, server, client, transit, count);
}

static void close_merge(struct merge *merge)
{
	free(merge->lane[0].filler);
	free(merge->lane[1].filler);
}

bool ws_tracker_finds_shares(const struct ws_tracker *tracker)
{
	return tracker->table.shares;
}

bool ws_path_lacks_segments(const struct ws_conn_path *path)
{
	return path->result.direction[0].not_captured || path->result.direction[1].not_captured;
}

bool ws_points_shares(const struct ws_points *points, const struct ws_conn_path *path, const struct ws_transit *transit,
                      size_t count, struct ws_joined_shares *joined)
{
	struct merge merge = {.path = path};
	const bool done = open_merge(&merge, points, transit, count);
	const ws_time first = done ? first_of(&merge) : 0;
	if (done)
		joined->duration = merge_lanes(&merge, first) - first;
	close_merge(&merge);
	if (!done)
		return false;
	const unsigned client = merge.client;
	joined->first_time = ws_clock_here(merge.lane[0].clock, first);
	joined->shares = merge.shares;
	joined->shares.both_ends = true;
	for (unsigned i = 0; i < 2; i++) {
		const struct lane *lane = &merge.lane[i];
		const unsigned end = i ? !client : client;
		joined->shares.way_to[end] = lane->run.recorder.shares.time.way_to[end ^ lane->flipped];
		joined->shares.timeouts += lane->timeouts > 0 ? (uint32_t)lane->timeouts : 0;
	}
	return true;
}

/* ---- Of one connection, for a screen or its records */

struct shown {
	ws_span_fn *fn;
	void *context;
	ws_time moved; /* from the clock of the client's lane to that of the tracker that is asked */
	bool swapped;
};

static bool show_span(void *context, const struct ws_span *span)
{
	const struct shown *shown = context;
	struct ws_span moved = *span;
	moved.start += shown->moved;
	moved.end += shown->moved;
	if (ws_cause_is_sided((enum ws_cause)span->cause))
		moved.side ^= shown->swapped;
	return shown->fn(shown->context, &moved);
}

bool ws_spans_joined(const struct ws_tracker *asked, const struct ws_tracker *tracker, const struct ws_path_of *of,
                     ws_span_fn *fn, void *context)
{
	const struct ws_points *points = tracker->points;
	const struct ws_clock *clock = asked->merged ? NULL : points->clock[tracker->point];
	struct shown shown = {.fn = fn, .context = context, .swapped = of->swapped};
	struct merge merge = {.path = of->path, .fn = show_span, .context = &shown};
	struct ws_transit *transit = NULL;
	size_t count = 0;
	ws_time first;
	if (ws_path_lacks_segments(of->path) && !points->transits(points->context, of->path, &transit, &count))
		return false;
	if (open_merge(&merge, points, transit, count)) {
		first = first_of(&merge);
		shown.moved = ws_clock_there(clock, of->path->shares->first_time) - first;
		merge_lanes(&merge, first);
	} else {
		merge.stopped = true;
	}
	close_merge(&merge);
	free(transit);
	return !merge.stopped;
}
