/* Where the time of a connection went that several points captured.
 *
 * What an endpoint decides shows best at the point nearest to it: when its program writes, how long it waits for a timer,
 * and which window it knows of. So there are two lanes, one for each endpoint: the segments of the point nearest to it, in
 * order, go once more through the division of time of shares.c. What a lane says of its own endpoint is a claim. What it
 * says of the other one rests on the shortest way there, and does not count, because the other lane knows it: where no
 * lane claims the time, the data of the endpoint that acted last was under way, and where both do, the connection waits for
 * what comes first in current() of shares.c.
 *
 * A lane is made complete: see lanes.h. All times are by the clock of the lane of the client, whichever point is the
 * reference, so that the order of the points does not matter. */
#include "track/info.h"
#include "track/lanes.h"
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

struct lane {
	struct ws_spans_run run;             /* the first member */
	struct ws_lane of;                   /* its segments */
	const struct ws_clock *client_clock; /* of the client's lane */
	unsigned sender;  /* of the segment that is looked at, as the point counts; NOBODY: it has ended */
	uint32_t mss;     /* the payload of a full segment without timestamps */
	int64_t timeouts; /* of its endpoint */
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
	if (lane->of.clock == lane->client_clock)
		return time;
	return ws_clock_there(lane->client_clock, ws_clock_here(lane->of.clock, time));
}

/* Whether the lane says this of its own endpoint. While a program is waited for and the other endpoint ends the wait, the
 * way there is a guess. Nobody waits until a FIN: that is up to its sender, and the handshake to the client. */
static bool is_claim(const struct lane *lane, enum ws_cause cause, unsigned side)
{
	const unsigned own = lane->of.end ^ lane->of.flipped;
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
	const bool repaired = ws_shares_repairs(cause);
	const uint8_t whose = ws_cause_is_sided(cause) ? (uint8_t)((side ^ lane->of.flipped) & 1) : 0;
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

/* How often a timer of its own endpoint has sent something again. */
static void count_timeouts(struct lane *lane, uint32_t before)
{
	const int32_t more = (int32_t)(lane->run.recorder.shares.time.timeouts - before);
	const unsigned whose = more > 0 ? lane->sender : !lane->sender;
	if (whose == (lane->of.end ^ lane->of.flipped))
		lane->timeouts += more;
}

static void run_segment(struct lane *lane, const struct ws_segment *s)
{
	const uint32_t timeouts = lane->run.recorder.shares.time.timeouts;
	if (s->kind == WS_INPUT_TOO_LARGE) {
		ws_shares_note_too_large(&lane->run.recorder.shares, s);
		return;
	}
	struct ws_segment filled;
	if (!s->frame) { /* its number is the other point's */
		filled = *s;
		filled.frame = lane->run.current;
		s = &filled;
	}
	lane->sender = s->direction;
	if (!lane->run.recorder.shares.opener)
		lane->latest = by_client(lane, s->time);
	const uint32_t mss = ws_shares_full_segment(lane->mss, s);
	const bool whole =
	        lane->of.accepted ? ws_spans_accepted(&lane->run, s, mss) : ws_spans_segment(&lane->run, s, mss);
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
		const struct ws_segment *s = ws_lane_next(&lane->of);
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

/* Where the clocks leave nothing of a piece, the next one has its segments. */
static void drop_head(struct lane *lane)
{
	const struct piece *dropped = &lane->piece[lane->first];
	struct piece *next = &lane->piece[(lane->first + 1) % PIECES];
	if (lane->count > 1 && dropped->start == dropped->end) {
		next->segments += dropped->segments;
		next->again += dropped->again;
	}
	lane->first = (lane->first + 1) % PIECES;
	lane->count--;
	lane->has_head = false;
}

/* ---- Which lane is right */

/* What counts where both lanes claim the time: as current() in shares.c has it, and a program before data that is only
 * under way, as it has sent meanwhile. */
static unsigned rank(enum ws_cause cause)
{
	static const uint8_t ranks[WS_CAUSE_COUNT] = {
	        [WS_CAUSE_CONNECTING] = 0, [WS_CAUSE_DUPLICATE_ACKS] = 1, [WS_CAUSE_TIMEOUT] = 1,
	        [WS_CAUSE_PATH_MTU] = 1,   [WS_CAUSE_CLOSED_WINDOW] = 2,  [WS_CAUSE_NAGLE] = 3,
	        [WS_CAUSE_WINDOW] = 3,     [WS_CAUSE_NETWORK] = 3,        [WS_CAUSE_PROGRAM] = 4,
	        [WS_CAUSE_CLOSING] = 5,    [WS_CAUSE_IDLE] = 6,
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

/* What `piece` is when nobody claims the time: the data of the endpoint that acted last is under way. */
static struct piece under_way(const struct merge *merge, const struct piece *client, const struct piece *server,
                              const struct piece *piece)
{
	struct piece way = *piece;
	const bool closing = client->cause == WS_CAUSE_CLOSING || server->cause == WS_CAUSE_CLOSING;
	const bool idle = client->cause == WS_CAUSE_IDLE && server->cause == WS_CAUSE_IDLE;
	way.cause = closing ? WS_CAUSE_CLOSING : idle ? WS_CAUSE_IDLE : WS_CAUSE_NETWORK;
	way.side = closing || idle ? 0 : (uint8_t)merge->acted;
	return way;
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
	return under_way(merge, client, server, *lane ? server : client);
}

/* Where one lane alone goes on. What it says of the other endpoint does not count while that one's last segment may be under
 * way still; the time until then is not more than `until`. */
static struct piece decide_alone(const struct merge *merge, unsigned lane, const struct piece *piece, ws_time now,
                                 ws_time *until)
{
	const struct lane *other = &merge->lane[!lane];
	if (piece->claim || !other->ended || !other->run.recorder.shares.opener)
		return *piece;
	const ws_time arrived = other->latest + ws_path_way(merge->path, other->of.end);
	if (now >= arrived)
		return *piece;
	*until = arrived < *until ? arrived : *until;
	return under_way(merge, piece, piece, piece);
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
	const uint8_t point = merge->path->point[merge->lane[lane].of.index];
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

/* So each piece that is left lasts. */
static void drop_ended(struct merge *merge, ws_time now)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct piece *piece;
		while ((piece = head(&merge->lane[i])) && piece->end <= now)
			drop_head(&merge->lane[i]);
	}
}

/* Returns when the last of both ends. */
static ws_time merge_lanes(struct merge *merge, ws_time now)
{
	struct lane *client = &merge->lane[0], *server = &merge->lane[1];
	while (!merge->stopped) {
		drop_ended(merge, now);
		struct piece *a = head(client), *b = head(server);
		if (!a && !b)
			break;
		const bool has_a = a && a->start <= now, has_b = b && b->start <= now;
		const ws_time bound_a = next_bound(a, now), bound_b = next_bound(b, now);
		ws_time until = bound_a < bound_b ? bound_a : bound_b;
		unsigned lane = !has_a;
		struct piece is = {.cause = WS_CAUSE_IDLE}; /* where no point has captured */
		if (has_a && has_b)
			is = decide(merge, a, b, &lane);
		else if (has_a || has_b)
			is = decide_alone(merge, lane, has_a ? a : b, now, &until);
		emit(merge, &is, lane, now, until);
		struct piece *counted = lane ? b : a;
		if (counted) /* its segments count once */
			counted->segments = counted->again = 0;
		now = until;
	}
	hand_over(merge);
	return now;
}

/* ---- The whole */

static bool open_merge(struct merge *merge, const struct ws_points *points, const struct ws_transit *transit,
                       size_t count)
{
	struct lane *client = &merge->lane[0], *server = &merge->lane[1];
	struct ws_lane lanes[2] = {{.conn = NULL}, {.conn = NULL}};
	const bool opened = ws_lanes_open(lanes, points, merge->path, transit, count);
	merge->client = merge->acted = (unsigned)merge->path->client & 1;
	for (unsigned i = 0; i < 2; i++) {
		struct lane *lane = &merge->lane[i];
		lane->of = lanes[i];
		lane->client_clock = lanes[0].clock;
		if (!opened)
			continue;
		lane->run.recorder = (struct ws_span_recorder){.shares = {.recorded = true}, .add = add_piece};
		lane->mss = ws_shares_mss(&lane->of.conn->machine);
		if (lane->of.conn->history_extra)
			lane->run.analyser = lane->of.conn->history_extra->start;
	}
	client->mss = client->mss ? client->mss : server->mss;
	server->mss = server->mss ? server->mss : client->mss;
	return opened;
}

static void close_merge(struct merge *merge)
{
	struct ws_lane lanes[2] = {merge->lane[0].of, merge->lane[1].of};
	ws_lanes_close(lanes);
}

bool ws_tracker_finds_shares(const struct ws_tracker *tracker)
{
	return tracker->table.shares;
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
	joined->first_time = ws_clock_here(merge.lane[0].of.clock, first);
	joined->shares = merge.shares;
	joined->shares.both_ends = true;
	for (unsigned i = 0; i < 2; i++) {
		const struct lane *lane = &merge.lane[i];
		const unsigned end = i ? !client : client;
		joined->shares.way_to[end] = lane->run.recorder.shares.time.way_to[end ^ lane->of.flipped];
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
		shown.moved = ws_clock_there(clock, ws_clock_here(merge.lane[0].of.clock, first)) - first;
		merge_lanes(&merge, first);
	} else {
		merge.stopped = true;
	}
	close_merge(&merge);
	free(transit);
	return !merge.stopped;
}
