/* A tracker that shows several points as one: each connection and each UDP conversation once, as the first point has it
 * that keeps it, with times by the reference's clock.
 *
 * It keeps nothing but the order: four bytes for each connection and each conversation, its id or index at its point with
 * the point in the highest bits. All else is read from the point's own tracker, so that a screen which reads one tracker
 * can read this one. The order is made again when packets have come, in slices, and the one before is in use meanwhile:
 * the points' own orders, in each of which times ascend, are merged by the time of the first packet. */
#include "track/merged.h"
#include "track/ahead.h"
#include "track/info.h"

#include <wirestate/details.h>

#include <stdlib.h>
#include <string.h>

enum { HEADS = 64 };

/* The next connections, or conversations, of one point. */
struct heads {
	size_t rank; /* in the point's own order, after these */
	uint32_t row[HEADS];
	ws_time time[HEADS];
	uint16_t states[HEADS]; /* see ws_states() */
	unsigned count, at;
	bool ended;
};

struct order {
	uint32_t *row;
	size_t count, room;
};

struct ws_merged {
	struct ws_points points;
	struct order conns, udp;           /* in use */
	struct order next_conns, next_udp; /* in the making */
	struct heads heads[WS_JOIN_POINTS];
	uint64_t state[WS_STATE_COUNT], next_state[WS_STATE_COUNT];
	uint64_t inputs, next_inputs; /* of all points, when the order was begun */
	uint64_t versions;            /* how many orders there have been */
	ws_time withhold;
	bool stale; /* the order was made of what the points knew before */
	bool making, making_udp;
	bool withheld, next_withheld; /* some are to be shown later */
};

/* ---- The parts */

const struct ws_tracker *ws_merged_part(const struct ws_merged *merged, unsigned point)
{
	static const struct ws_tracker none;
	return point < merged->points.count && merged->points.tracker[point] ? merged->points.tracker[point] : &none;
}

const struct ws_tracker *ws_tracker_part(const struct ws_tracker *tracker, unsigned point)
{
	return tracker->merged ? ws_merged_part(tracker->merged, point) : tracker;
}

bool ws_tracker_is_merged(const struct ws_tracker *tracker)
{
	return tracker->merged;
}

void ws_points_names(struct ws_text *text, const struct ws_points *points, size_t shown)
{
	for (size_t i = 0; i < points->count; i++)
		ws_text_printf(text, i == shown ? "%s[%s]" : "%s%s", i ? ", " : "", points->name[i]);
}

static ws_time here(const struct ws_merged *merged, unsigned point, ws_time time)
{
	return ws_clock_here(merged->points.clock[point], time);
}

const struct ws_clock *ws_merged_clock(const struct ws_merged *merged, ws_conn_id id)
{
	return merged->points.clock[ws_merged_point(id)];
}

bool ws_merged_any(const struct ws_merged *merged, bool (*asks)(const struct ws_tracker *tracker))
{
	for (unsigned point = 0; point < merged->points.count; point++)
		if (asks(merged->points.tracker[point]))
			return true;
	return false;
}

/* ---- Making the order */

const struct ws_path_of *ws_path_find(const struct ws_tracker *tracker, ws_conn_id id, uint64_t number)
{
	const struct ws_path_of *of = id < tracker->path_count ? &tracker->paths[id] : NULL;
	if (!of || !of->path)
		return NULL;
	const unsigned place = ws_path_place(of->path, tracker->point);
	return place < of->path->points && of->path->number[place] == number ? of : NULL;
}

const struct ws_conn_path *ws_tracker_conn_path(const struct ws_tracker *tracker, ws_conn_id id)
{
	const struct ws_conn *conn = tracker->path_count ? ws_table_awake(&tracker->table, id) : NULL;
	const struct ws_path_of *of = conn ? ws_path_find(tracker, id, conn->number) : NULL;
	return of ? of->path : NULL;
}

const struct ws_joined_shares *ws_path_shares(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                              const struct ws_path_of **of)
{
	const struct ws_points *points = tracker->points;
	*of = tracker->config.joins ? ws_path_find(tracker, conn->id, conn->number) : NULL;
	if (!*of || !(*of)->path->shares)
		return NULL;
	return points->earlier ? points->earlier(points->earlier_context, (*of)->path) : (*of)->path->shares;
}

ws_time ws_points_moved(const struct ws_tracker *asked, const struct ws_tracker *tracker, unsigned point, ws_time time)
{
	const struct ws_points *points = tracker->points;
	if (!points || (asked == tracker && point == tracker->point))
		return time;
	const struct ws_clock *clock = asked->merged ? NULL : points->clock[tracker->point];
	return ws_clock_there(clock, ws_clock_here(points->clock[point], time));
}

static bool keeps(const struct ws_tracker *tracker, const struct ws_conn_path *path, unsigned i)
{
	const struct ws_conn *conn = ws_table_awake(&tracker->table, path->id[i]);
	return path->kind != WS_JOIN_TCP || (conn && conn->number == path->number[i]);
}

/* An earlier point shows it. */
static bool is_shown_elsewhere(const struct ws_merged *merged, unsigned point, const struct ws_conn_path *path)
{
	for (unsigned i = 0; path && i < path->points && path->point[i] < point; i++)
		if (keeps(ws_merged_part(merged, path->point[i]), path, i))
			return true;
	return false;
}

/* It has not been compared with other points yet, and may turn out to be theirs, too. */
static bool is_withheld(struct ws_merged *merged, unsigned point, uint64_t number, uint64_t compared, ws_time first)
{
	const struct ws_tracker *tracker = ws_merged_part(merged, point);
	const bool withheld = point && number > compared && tracker->now - first < merged->withhold;
	merged->next_withheld = merged->next_withheld || withheld;
	return withheld;
}

static void take_head(struct heads *heads, uint32_t row, ws_time time, uint16_t states)
{
	heads->row[heads->count] = row;
	heads->states[heads->count] = states;
	heads->time[heads->count++] = time;
}

static void read_conns(struct ws_merged *merged, unsigned point)
{
	const unsigned parts = WS_PART_FIRST | WS_PART_STATES;
	const struct ws_tracker *tracker = ws_merged_part(merged, point);
	struct heads *heads = &merged->heads[point];
	ws_conn_id ids[HEADS];
	struct ws_conn_info info = {.id = 0};
	struct ws_conn_copy copy;
	const size_t count = ws_tracker_conn_ids(tracker, heads->rank, HEADS, ids);
	heads->rank += count;
	heads->ended = !count;
	for (size_t i = 0; i < count; i++)
		ws_ahead_of(tracker, ids[i], ws_lines_of(parts));
	for (size_t i = 0; i < count; i++) {
		const struct ws_conn *conn = ws_table_read(&tracker->table, ids[i], &copy);
		if (!conn || is_withheld(merged, point, conn->number, merged->points.compared[point], conn->first_time))
			continue;
		const struct ws_path_of *of = ws_path_find(tracker, ids[i], conn->number);
		if (is_shown_elsewhere(merged, point, of ? of->path : NULL))
			continue;
		ws_conn_fill(tracker, conn, parts, &info);
		take_head(heads, ws_merged_id(point, ids[i]), here(merged, point, conn->first_time),
		          ws_states(info.endpoint[0].state + 1u, conn->machine.self ? 0 : info.endpoint[1].state + 1u));
	}
}

static void read_udp(struct ws_merged *merged, unsigned point)
{
	const struct ws_tracker *tracker = ws_merged_part(merged, point);
	struct heads *heads = &merged->heads[point];
	const size_t count = ws_tracker_udp_count(tracker);
	heads->ended = heads->rank >= count;
	for (unsigned i = 0; i < HEADS && heads->rank < count; i++) {
		struct ws_udp_info udp;
		const size_t index = heads->rank++;
		if (!ws_tracker_udp(tracker, index, &udp) || is_shown_elsewhere(merged, point, udp.path) ||
		    is_withheld(merged, point, udp.number, merged->points.compared_udp[point], udp.first_time))
			continue;
		take_head(heads, ws_merged_id(point, (uint32_t)index + 1), here(merged, point, udp.first_time), 0);
	}
}

/* The point whose next one is the earliest; WS_JOIN_POINTS: there is none any more. */
static unsigned earliest(struct ws_merged *merged)
{
	unsigned found = WS_JOIN_POINTS;
	for (unsigned point = 0; point < merged->points.count; point++) {
		struct heads *heads = &merged->heads[point];
		while (heads->at == heads->count && !heads->ended) {
			heads->at = heads->count = 0;
			if (merged->making_udp)
				read_udp(merged, point);
			else
				read_conns(merged, point);
		}
		if (heads->at < heads->count &&
		    (found == WS_JOIN_POINTS ||
		     heads->time[heads->at] < merged->heads[found].time[merged->heads[found].at]))
			found = point;
	}
	return found;
}

static bool order_add(struct order *order, uint32_t row)
{
	if (order->count == order->room) {
		const size_t room = order->room ? 2 * order->room : 1024;
		uint32_t *grown = realloc(order->row, room * sizeof(*grown));
		if (!grown)
			return false;
		order->row = grown;
		order->room = room;
	}
	order->row[order->count++] = row;
	return true;
}

static void begin(struct ws_merged *merged, uint64_t inputs)
{
	memset(merged->heads, 0, sizeof(merged->heads));
	memset(merged->next_state, 0, sizeof(merged->next_state));
	merged->next_conns.count = merged->next_udp.count = 0;
	merged->next_inputs = inputs;
	merged->making = true;
	merged->stale = merged->making_udp = merged->next_withheld = false;
}

/* Without memory for all, the first of them are shown. */
static void use(struct ws_merged *merged)
{
	const struct order conns = merged->conns, udp = merged->udp;
	merged->conns = merged->next_conns;
	merged->udp = merged->next_udp;
	merged->next_conns = conns;
	merged->next_udp = udp;
	memcpy(merged->state, merged->next_state, sizeof(merged->state));
	merged->inputs = merged->next_inputs;
	merged->withheld = merged->next_withheld;
	merged->making = false;
	merged->versions++;
}

/* Adds so many at most. True: the order is whole. */
static bool add_some(struct ws_merged *merged, size_t limit)
{
	for (; limit; limit--) {
		const unsigned point = earliest(merged);
		struct heads *heads = point < WS_JOIN_POINTS ? &merged->heads[point] : NULL;
		struct order *order = merged->making_udp ? &merged->next_udp : &merged->next_conns;
		if (heads && order_add(order, heads->row[heads->at])) {
			ws_states_count(merged->next_state, heads->states[heads->at++], 1);
			continue;
		}
		if (merged->making_udp)
			return true;
		merged->making_udp = true;
		memset(merged->heads, 0, sizeof(merged->heads));
	}
	return false;
}

static uint64_t inputs_of(const struct ws_points *points)
{
	uint64_t inputs = 0;
	for (size_t i = 0; i < points->count; i++) {
		struct ws_tracker_stats stats;
		ws_tracker_stats(points->tracker[i], &stats);
		inputs += stats.inputs;
	}
	return inputs;
}

static bool same_points(const struct ws_points *a, const struct ws_points *b)
{
	if (a->count != b->count || a->context != b->context)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->tracker[i] != b->tracker[i] || a->clock[i] != b->clock[i] || a->compared[i] != b->compared[i])
			return false;
	return true;
}

struct ws_tracker *ws_tracker_merged(struct ws_error *error)
{
	struct ws_tracker *tracker = calloc(1, sizeof(*tracker));
	if (tracker)
		tracker->merged = calloc(1, sizeof(*tracker->merged));
	if (tracker && tracker->merged)
		return tracker;
	free(tracker);
	ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	return NULL;
}

void ws_tracker_merge_use(struct ws_tracker *tracker, const struct ws_points *points)
{
	struct ws_merged *merged = tracker->merged;
	if (same_points(&merged->points, points))
		return;
	merged->points = *points;
	merged->stale = true;
	merged->making = false;
	tracker->points = &merged->points;
	tracker->config = points->tracker[0]->config;
	tracker->kernel = points->tracker[0]->kernel;
}

bool ws_tracker_merge_due(const struct ws_tracker *tracker, const struct ws_points *points, ws_time withhold)
{
	const struct ws_merged *merged = tracker->merged;
	return merged->making || merged->stale || !same_points(&merged->points, points) ||
	       merged->inputs != inputs_of(points) || (merged->withheld && withhold != WS_TIME_NEVER);
}

bool ws_tracker_merge(struct ws_tracker *tracker, const struct ws_points *points, ws_time withhold, size_t limit)
{
	struct ws_merged *merged = tracker->merged;
	ws_tracker_merge_use(tracker, points);
	if (!merged->making) {
		merged->withhold = withhold;
		begin(merged, inputs_of(points));
	}
	if (!add_some(merged, limit))
		return false;
	use(merged);
	return true;
}

void ws_merged_free(struct ws_merged *merged)
{
	if (!merged)
		return;
	free(merged->conns.row);
	free(merged->udp.row);
	free(merged->next_conns.row);
	free(merged->next_udp.row);
	free(merged);
}

/* ---- Reading */

size_t ws_merged_count(const struct ws_merged *merged)
{
	return merged->conns.count;
}

size_t ws_merged_ids(const struct ws_merged *merged, size_t rank, size_t count, ws_conn_id *ids)
{
	const size_t left = rank < merged->conns.count ? merged->conns.count - rank : 0;
	count = count < left ? count : left;
	memcpy(ids, merged->conns.row + rank, count * sizeof(*ids));
	return count;
}

static void move(const struct ws_merged *merged, unsigned point, ws_time *time)
{
	if (*time)
		*time = here(merged, point, *time);
}

bool ws_merged_conn(const struct ws_merged *merged, ws_conn_id id, struct ws_conn_info *info)
{
	const unsigned point = ws_merged_point(id);
	if (!ws_tracker_conn(ws_merged_part(merged, point), ws_merged_own(id), info))
		return false;
	info->id = id;
	const ws_time duration = info->last_time - info->first_time;
	info->first_time = here(merged, point, info->first_time);
	info->last_time = info->shares.both_ends ? info->first_time + duration : here(merged, point, info->last_time);
	for (unsigned e = 0; e < 2; e++) {
		struct ws_endpoint_info *end = &info->endpoint[e];
		move(merged, point, &end->closed_since);
		move(merged, point, &end->stalled_since);
		move(merged, point, &end->stalled_sent);
		move(merged, point, &end->unanswered_since);
		move(merged, point, &end->time_wait_end);
	}
	return true;
}

ws_conn_id ws_merged_find(const struct ws_merged *merged, uint64_t key)
{
	const unsigned point = (unsigned)(key >> WS_CONN_KEY_SHIFT);
	const ws_conn_id id = ws_tracker_conn_find(ws_merged_part(merged, point), key);
	return id ? ws_merged_id(point, id) : 0;
}

void ws_merged_order_key(const struct ws_merged *merged, enum ws_order order, ws_conn_id id, struct ws_order_key *key)
{
	if (order == WS_ORDER_START)
		key->high = (uint64_t)here(merged, ws_merged_point(id), (ws_time)key->high);
}

ws_time ws_merged_there(const struct ws_merged *merged, ws_conn_id id, ws_time now)
{
	const unsigned point = ws_merged_point(id);
	const ws_time latest = ws_merged_part(merged, point)->now;
	return now + (latest - here(merged, point, latest));
}

size_t ws_merged_udp_count(const struct ws_merged *merged)
{
	return merged->udp.count;
}

bool ws_merged_udp(const struct ws_merged *merged, size_t index, struct ws_udp_info *info)
{
	if (index >= merged->udp.count)
		return false;
	const uint32_t row = merged->udp.row[index];
	const unsigned point = ws_merged_point(row);
	if (!ws_tracker_udp(ws_merged_part(merged, point), ws_merged_own(row) - 1, info))
		return false;
	info->first_time = here(merged, point, info->first_time);
	info->last_time = here(merged, point, info->last_time);
	info->newest = info->newest ? info->newest | (uint64_t)point << WS_CONN_KEY_SHIFT : 0;
	return true;
}

bool ws_merged_datagram(const struct ws_merged *merged, uint64_t number, struct ws_datagram_info *datagram)
{
	const unsigned index = (unsigned)(number >> WS_CONN_KEY_SHIFT);
	const uint64_t point = (uint64_t)index << WS_CONN_KEY_SHIFT;
	if (!ws_tracker_datagram(ws_merged_part(merged, index), ws_conn_key_number(number), datagram))
		return false;
	datagram->previous = datagram->previous ? datagram->previous | point : 0;
	datagram->time = here(merged, index, datagram->time);
	return true;
}

/* Sums what the points have counted. */
static void add_stats(struct ws_tracker_stats *sum, const struct ws_tracker_stats *one)
{
	sum->packets += one->packets;
	sum->bytes += one->bytes;
	sum->tcp += one->tcp;
	sum->udp += one->udp;
	sum->icmp += one->icmp;
	sum->arp += one->arp;
	sum->other += one->other;
	sum->fragments += one->fragments;
	sum->malformed += one->malformed;
	sum->bad_checksums += one->bad_checksums;
	sum->duplicates += one->duplicates;
	sum->checksums_ignored += one->checksums_ignored;
	sum->headless += one->headless;
	sum->lone_resets += one->lone_resets;
	sum->damaged += one->damaged;
	sum->evicted += one->evicted;
	sum->udp_evicted += one->udp_evicted;
	sum->fragments_evicted += one->fragments_evicted;
	sum->history_dropped += one->history_dropped;
	sum->memory += one->memory;
}

void ws_merged_stats(const struct ws_merged *merged, struct ws_tracker_stats *stats)
{
	*stats = (struct ws_tracker_stats){.inputs = merged->inputs + merged->versions};
	for (unsigned point = 0; point < merged->points.count; point++) {
		struct ws_tracker_stats one;
		ws_tracker_stats(merged->points.tracker[point], &one);
		if (!one.packets)
			continue;
		const ws_time first = here(merged, point, one.first_time), last = here(merged, point, one.last_time);
		stats->first_time = !stats->packets || first < stats->first_time ? first : stats->first_time;
		stats->last_time = !stats->packets || last > stats->last_time ? last : stats->last_time;
		add_stats(stats, &one);
	}
	stats->connections = merged->conns.count + stats->evicted;
	stats->udp_conversations = merged->udp.count + stats->udp_evicted;
	memcpy(stats->state, merged->state, sizeof(stats->state));
}
