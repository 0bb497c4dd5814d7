/* The replay of a connection that several points captured.
 *
 * Each point has its own tracker, and the one nearest to an endpoint knows best what that endpoint sent and received,
 * and when. So this runs two replays: one of the point nearest to endpoint 0, from which the states of endpoint 0 are
 * taken, and one of the point nearest to endpoint 1. What they captured is merged in the order of time by the
 * reference's clock. A segment is two events, its departure and its arrival; the joiner's transits say which belong
 * together, and what became of a segment that did not arrive.
 *
 * Where no router is between a point and its endpoint, a segment that the point captured on its way to the endpoint has
 * arrived: nothing is presumed any more.
 *
 * A point that began late, or ended early, knows nothing of its endpoint before and after. What the endpoint sent then was
 * captured at the other end, whose replay presumes its states as one capture does. */
#include "track/ways.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct event {
	ws_time time;
	uint32_t step;    /* of the replay of the point that captured it */
	uint32_t peer;    /* how many steps of the other replay are before it */
	uint32_t transit; /* NONE: not known */
	uint32_t other;   /* the event at the other end of its way, or NONE */
	uint8_t end;      /* the endpoint whose replay it is of, as the path counts */
	uint8_t way;
};

struct end {
	const struct ws_tracker *tracker;
	const struct ws_clock *clock;
	struct ws_replay *replay;
	unsigned index; /* of the point, in the path's arrays */
	bool flipped;   /* its endpoint 0 is endpoint 1 of the path */
	bool late;      /* it began after some of the connection's segments, or */
	bool early;     /* ended before the last that its endpoint sent */
};

struct ws_ways {
	const struct ws_conn_path *path;
	bool swapped;      /* endpoint 0 of the path is endpoint 1 of what is shown */
	unsigned shown;    /* the point that shows it, in the path's arrays */
	struct end end[2]; /* by endpoint, as the path counts */
	struct ws_transit *transit;
	size_t transit_count;
	struct event *event;
	size_t count, room;
};

/* ---- Events */

/* What an endpoint's own point says about the other endpoint is left out, unless it is a segment on its way. */
static bool is_of_end(const struct ws_segment *input, unsigned own)
{
	switch ((enum ws_input_kind)input->kind) {
	case WS_INPUT_SEGMENT:
		return !input->duplicate && (!input->repeated || input->direction == own);
	case WS_INPUT_ACCEPTED:
	case WS_INPUT_SUPERSEDED:
		return true;
	case WS_INPUT_UNREACHABLE:
	case WS_INPUT_EXPIRY:
	case WS_INPUT_DISOWNED:
	case WS_INPUT_TOO_LARGE:
		break;
	}
	return input->direction == own;
}

static bool add_event(struct ws_ways *ways, const struct event *event)
{
	if (ways->count == ways->room) {
		const size_t room = ways->room ? 2 * ways->room : 64;
		struct event *grown = realloc(ways->event, room * sizeof(*grown));
		if (!grown)
			return false;
		ways->event = grown;
		ways->room = room;
	}
	ways->event[ways->count++] = *event;
	return true;
}

static bool list_events(struct ws_ways *ways, unsigned e)
{
	const struct end *end = &ways->end[e];
	const unsigned own = e ^ end->flipped;
	const struct ws_conn *conn = ws_table_awake(&end->tracker->table, ways->path->id[end->index]);
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment input;
	for (uint32_t step = 0; ws_history_read(conn, &cursor, &input); step++) {
		struct event event = {.time = ws_clock_here(end->clock, input.time),
		                      .step = step,
		                      .transit = NONE,
		                      .other = NONE,
		                      .end = (uint8_t)e,
		                      .way = WS_WAY_WHOLE};
		if (!is_of_end(&input, own))
			continue;
		if (input.kind == WS_INPUT_SEGMENT)
			event.way = input.direction == own ? WS_WAY_DEPARTURE : WS_WAY_ARRIVAL;
		if (!add_event(ways, &event))
			return false;
	}
	return true;
}

/* ---- Which events are of one transit */

struct link {
	uint64_t frame;
	uint32_t index; /* of an event, or of a transit */
};

static int link_order(const void *left, const void *right)
{
	const struct link *a = left, *b = right;
	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static struct link *links_of_events(struct ws_ways *ways, unsigned e, size_t *count)
{
	struct link *link = malloc((ways->count + 1) * sizeof(*link));
	const struct end *end = &ways->end[e];
	const struct ws_conn *conn = ws_table_awake(&end->tracker->table, ways->path->id[end->index]);
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment input = {.frame = 0};
	uint32_t next = 0; /* the step that the cursor comes to next; those of an end are in order */
	*count = 0;
	for (uint32_t i = 0; link && i < ways->count; i++) {
		if (ways->event[i].end != e || ways->event[i].way == WS_WAY_WHOLE)
			continue;
		while (next <= ways->event[i].step && ws_history_read(conn, &cursor, &input))
			next++;
		link[(*count)++] = (struct link){input.frame, i};
	}
	if (link)
		qsort(link, *count, sizeof(*link), link_order);
	return link;
}

static uint32_t find_link(const struct link *link, size_t count, uint64_t frame)
{
	const size_t low = SEARCH_FIRST(count, i, link[i].frame < frame);
	return low < count && link[low].frame == frame ? link[low].index : NONE;
}

/* A segment that was cut on its way has several transits. It arrives with the last of its pieces; where one of them was
 * lost, that is what is said of it. */
static void take_transit(struct ws_ways *ways, uint32_t index, uint32_t departure, uint32_t arrival)
{
	const struct ws_transit *transit = &ways->transit[index];
	if (departure != NONE) {
		struct event *event = &ways->event[departure];
		const bool first = event->transit == NONE;
		const bool worse = !first && transit->outcome != WS_OUTCOME_DELIVERED &&
		                   ways->transit[event->transit].outcome == WS_OUTCOME_DELIVERED;
		if (transit->outcome != WS_OUTCOME_DUPLICATED || first) {
			event->transit = first || worse ? index : event->transit;
			if (arrival != NONE && (event->other == NONE || arrival > event->other))
				event->other = arrival;
		}
	}
	if (arrival != NONE && ways->event[arrival].transit == NONE) {
		ways->event[arrival].transit = index;
		ways->event[arrival].other = departure;
	}
}

static bool link_events(struct ws_ways *ways)
{
	size_t count[2] = {0};
	struct link *link[2] = {links_of_events(ways, 0, &count[0]), links_of_events(ways, 1, &count[1])};
	const bool done = link[0] && link[1];
	for (uint32_t i = 0; done && i < ways->transit_count; i++) {
		const struct ws_transit *transit = &ways->transit[i];
		const unsigned from = transit->direction & 1, to = !from;
		const uint64_t left = transit->frame[ways->end[from].index], came = transit->frame[ways->end[to].index];
		take_transit(ways, i, left ? find_link(link[from], count[from], left) : NONE,
		             came ? find_link(link[to], count[to], came) : NONE);
	}
	free(link[0]);
	free(link[1]);
	return done;
}

/* ---- The order */

/* Nothing arrives before it left, and within each end the order is that of its capture. */
static void correct_times(struct ws_ways *ways)
{
	ws_time latest[2] = {INT64_MIN, INT64_MIN};
	for (size_t i = 0; i < ways->count; i++) {
		struct event *event = &ways->event[i];
		const struct event *left =
		        event->way == WS_WAY_ARRIVAL && event->other != NONE ? &ways->event[event->other] : event;
		event->time = event->time < left->time ? left->time : event->time;
		event->time = event->time < latest[event->end] ? latest[event->end] : event->time;
		latest[event->end] = event->time;
	}
}

/* Merges the events of both ends, which are in order and one after the other, and gives `other` the new indices. */
static bool merge_events(struct ws_ways *ways)
{
	size_t half = 0;
	while (half < ways->count && ways->event[half].end == 0)
		half++;
	struct event *merged = malloc((ways->count + 1) * sizeof(*merged));
	uint32_t *place = malloc((ways->count + 1) * sizeof(*place));
	size_t a = 0, b = half;
	for (size_t i = 0; merged && place && i < ways->count; i++) {
		bool first = b == ways->count || (a < half && ways->event[a].time <= ways->event[b].time);
		/* At the same time, a departure comes before its arrival. */
		if (first && b < ways->count && ways->event[a].way == WS_WAY_ARRIVAL && ways->event[a].other != NONE &&
		    ways->event[a].other >= b)
			first = false;
		const size_t from = first ? a++ : b++;
		merged[i] = ways->event[from];
		merged[i].peer = first ? (b > half ? ways->event[b - 1].step + 1 : 0)
		                       : (a > 0 ? ways->event[a - 1].step + 1 : 0);
		place[from] = (uint32_t)i;
	}
	const bool done = merged && place;
	for (size_t i = 0; done && i < ways->count; i++)
		if (merged[i].other != NONE)
			merged[i].other = place[merged[i].other];
	free(place);
	if (!done) {
		free(merged);
		return false;
	}
	free(ways->event);
	ways->event = merged;
	return true;
}

/* ---- The whole */

static bool open_end(struct ws_ways *ways, const struct ws_points *points, unsigned e)
{
	const struct ws_conn_path *path = ways->path;
	const unsigned near = ws_path_near(path, e);
	struct end *end = &ways->end[e];
	*end = (struct end){.tracker = points->tracker[path->point[near]],
	                    .clock = points->clock[path->point[near]],
	                    .index = near,
	                    .flipped = path->swapped[near]};
	const struct ws_conn *conn = ws_table_awake(&end->tracker->table, path->id[near]);
	if (!conn || conn->number != path->number[near] || conn->history_full)
		return false;
	end->late = path->result.unseen[near].count &&
	            path->result.unseen[near].first < ws_clock_here(end->clock, conn->first_time);
	end->early = path->result.direction[e].late;
	end->replay = ws_replay_open(end->tracker, path->id[near]);
	return end->replay && list_events(ways, e);
}

struct ws_ways *ws_ways_open(const struct ws_tracker *tracker, const struct ws_conn_path *path, bool swapped)
{
	const struct ws_points *points = tracker->points;
	struct ws_ways *ways = calloc(1, sizeof(*ways));
	if (!ways)
		return NULL;
	ways->path = path;
	ways->swapped = swapped;
	ways->shown = ws_path_place(path, tracker->point);
	if (open_end(ways, points, 0) && open_end(ways, points, 1) && ways->count < NONE &&
	    points->transits(points->context, path, &ways->transit, &ways->transit_count) && link_events(ways)) {
		correct_times(ways);
		if (merge_events(ways))
			return ways;
	}
	ws_ways_close(ways);
	return NULL;
}

void ws_ways_close(struct ws_ways *ways)
{
	if (!ways)
		return;
	ws_replay_close(ways->end[0].replay);
	ws_replay_close(ways->end[1].replay);
	free(ways->transit);
	free(ways->event);
	free(ways);
}

const struct ws_conn_path *ws_ways_path(const struct ws_ways *ways)
{
	return ways->path;
}

size_t ws_ways_count(const struct ws_ways *ways)
{
	return ways->count;
}

/* ---- One step */

static uint8_t certain(const struct ws_ways *ways, unsigned e, uint8_t certainty)
{
	return certainty == WS_PRESUMED && ways->path->at_host[e] ? WS_CONFIRMED : certainty;
}

static ws_time here(const struct end *end, ws_time time)
{
	return time ? ws_clock_here(end->clock, time) : 0;
}

/* Marks of an arriving segment say how it arrived; everything else is said where it left. At its sender's own host no segment
 * can have been overtaken, whatever tshark's rule says of it: it was sent again. */
static uint32_t marks_of(const struct ws_ways *ways, const struct event *event, uint32_t analysis)
{
	const uint32_t overtaken = 1u << WS_ANALYSIS_OUT_OF_ORDER,
	               arriving = overtaken | 1u << WS_ANALYSIS_LOST_SEGMENT;
	if (event->way == WS_WAY_DEPARTURE && ways->path->at_host[event->end] && analysis & overtaken)
		return (analysis & ~overtaken) | 1u << WS_ANALYSIS_RETRANSMISSION;
	return event->way == WS_WAY_ARRIVAL && event->other != NONE ? analysis & arriving : analysis;
}

/* Puts what an end's own replay says about its endpoint into the step. */
static void take_own(const struct ws_ways *ways, unsigned e, const struct ws_step *from, struct ws_step *step)
{
	const struct end *end = &ways->end[e];
	const unsigned own = e ^ end->flipped, shown = e ^ ways->swapped;
	step->before[shown] = from->before[own];
	step->certainty_before[shown] = certain(ways, e, from->certainty_before[own]);
	step->after[shown] = from->after[own];
	step->certainty[shown] = certain(ways, e, from->certainty[own]);
	step->time_wait_end[shown] = here(end, from->time_wait_end[own]);
	for (unsigned i = 0; i < from->transition_count; i++) {
		struct ws_transition change = from->transition[i];
		if (change.endpoint != own)
			continue;
		change.endpoint = (uint8_t)shown;
		if (change.basis == WS_BASIS_PRESUMED && ways->path->at_host[e])
			change.basis = WS_BASIS_ARRIVED;
		change.certainty = certain(ways, e, change.certainty);
		step->transition[step->transition_count++] = change;
	}
}

/* The endpoint's own point had not begun, or had ended. */
static bool knows_nothing(const struct end *end, uint32_t done)
{
	return (!done && end->late) || (end->early && done == ws_replay_count(end->replay));
}

/* As the other end's point presumes it, whose step is `from`. */
static void take_presumed(const struct ws_ways *ways, unsigned e, const struct ws_step *from, struct ws_step *step)
{
	const unsigned theirs = e ^ ways->end[!e].flipped, shown = e ^ ways->swapped;
	step->before[shown] = from->before[theirs];
	step->certainty_before[shown] = from->certainty_before[theirs];
	step->after[shown] = from->after[theirs];
	step->certainty[shown] = from->certainty[theirs];
	step->time_wait_end[shown] = here(&ways->end[!e], from->time_wait_end[theirs]);
	for (unsigned i = 0; i < from->transition_count && step->transition_count < WS_MAX_TRANSITIONS; i++) {
		if (from->transition[i].endpoint != theirs)
			continue;
		step->transition[step->transition_count] = from->transition[i];
		step->transition[step->transition_count++].endpoint = (uint8_t)shown;
	}
}

/* A point that began in the middle of the connection assumes a state that the other one has seen come about. */
static void take_certainty(const struct ws_ways *ways, unsigned e, const struct ws_step *there, struct ws_step *step)
{
	const unsigned theirs = e ^ ways->end[!e].flipped, shown = e ^ ways->swapped;
	const uint8_t state = there->after[theirs], certainty = there->certainty[theirs];
	if (step->certainty[shown] == WS_ASSUMED && step->after[shown] == state)
		step->certainty[shown] = certainty;
	if (step->certainty_before[shown] == WS_ASSUMED && step->before[shown] == state)
		step->certainty_before[shown] = certainty;
}

/* The other endpoint stays as it is. Before anything has come to it, it is as it was before its first step. `from`: what the
 * point of the end whose step it is says. */
static bool take_peer(struct ws_ways *ways, unsigned e, uint32_t done, const struct ws_step *from, struct ws_step *step)
{
	const struct end *end = &ways->end[e];
	const unsigned own = e ^ end->flipped, shown = e ^ ways->swapped;
	struct ws_step there = {0};
	if (knows_nothing(end, done)) {
		take_presumed(ways, e, from, step);
		return true;
	}
	if (ws_replay_count(end->replay) && !ws_replay_step(end->replay, done ? done - 1 : 0, &there))
		return false;
	const bool began = there.before[own] == WS_CLOSED && there.after[own] == WS_LISTEN;
	const bool after = done || began;
	step->before[shown] = step->after[shown] = after ? there.after[own] : there.before[own];
	step->certainty_before[shown] = step->certainty[shown] =
	        certain(ways, e, after ? there.certainty[own] : there.certainty_before[own]);
	step->time_wait_end[shown] = here(end, after ? there.time_wait_end[own] : 0);
	take_certainty(ways, e, from, step);
	if (done)
		take_certainty(ways, !e, &there, step);
	return true;
}

/* It has not arrived, and the point where it would has not captured long enough to tell. */
static bool may_come(const struct ws_ways *ways, const struct event *event)
{
	const struct end *there = &ways->end[!event->end];
	const struct ws_join_direction *delays = &ways->path->result.direction[event->end];
	const ws_time longest = 2 * delays->delay_max - delays->delay_min;
	struct ws_tracker_stats stats;
	if (event->way != WS_WAY_DEPARTURE || event->other != NONE ||
	    (event->transit != NONE && ways->transit[event->transit].outcome == WS_OUTCOME_LOST))
		return false;
	ws_tracker_stats(there->tracker, &stats);
	return delays->delay_max < 0 || event->time + longest + WS_JOIN_MARGIN > here(there, stats.last_time);
}

bool ws_ways_step(struct ws_ways *ways, size_t index, struct ws_step *step)
{
	struct ws_step own;
	if (index >= ways->count)
		return false;
	const struct event *event = &ways->event[index];
	const struct end *end = &ways->end[event->end];
	if (!ws_replay_step(end->replay, event->step, &own))
		return false;
	*step = (struct ws_step){.input = own.input,
	                         .way = event->way,
	                         .point = ways->path->point[end->index],
	                         .other = event->other == NONE ? WS_STEP_NONE : event->other,
	                         .other_time = event->other == NONE ? 0 : ways->event[event->other].time,
	                         .relative_sequence = own.relative_sequence,
	                         .relative_acknowledgment = own.relative_acknowledgment,
	                         .client = own.client};
	const bool flipped = end->flipped ^ ways->swapped;
	step->input.time = event->time;
	step->input.direction ^= flipped;
	step->client = own.client < 0 ? own.client : (int8_t)(own.client ^ flipped);
	step->analysis = marks_of(ways, event, own.analysis);
	step->in_air = may_come(ways, event);
	step->outcome = event->transit == NONE ? WS_OUTCOME_NOT_CAPTURED : ways->transit[event->transit].outcome;
	take_own(ways, event->end, &own, step);
	return take_peer(ways, !event->end, event->peer, &own, step);
}

/* By the frames of a point; there is none where it has not captured the connection. */
size_t ws_ways_find_frame(const struct ws_ways *ways, unsigned point, uint64_t frame)
{
	const unsigned shown = ws_path_place(ways->path, point);
	if (shown == ways->path->points)
		return ways->count;
	size_t best = ways->count;
	uint64_t nearest = UINT64_MAX;
	for (size_t i = 0; i < ways->count; i++) {
		const struct event *event = &ways->event[i];
		const uint64_t at = event->transit != NONE ? ways->transit[event->transit].frame[shown] : 0;
		const bool own = ways->end[event->end].index == shown;
		if (at < frame || at > nearest || (at == nearest && !own))
			continue;
		nearest = at;
		best = i;
	}
	return best;
}

bool ws_ways_transit(const struct ws_ways *ways, size_t index, struct ws_transit *transit)
{
	if (index >= ways->count || ways->event[index].transit == NONE)
		return false;
	*transit = ways->transit[ways->event[index].transit];
	return true;
}
