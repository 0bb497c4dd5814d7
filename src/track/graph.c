/* The points of a connection's graphs, and fast answers about ranges of them.
 *
 * Points that come from the same kind of segment share one array: data with their rates, ACKs with their windows, round
 * trips, SACK blocks, and bytes in flight, which both data and ACKs change. For each curve there are levels above its
 * points: an entry of a level has the least and the greatest value and all marks of 16 entries below it. A column of a
 * picture asks for a range of points, however many there are, and gets its answer from a few entries of each level. So
 * drawing takes as long for ten million points as for a thousand. */
#include "track/graph.h"
#include "base/search.h"
#include "track/merged.h"

#include <stdlib.h>
#include <string.h>

enum { FAN = 16, LEVELS = 8, LOOK_BACK = 1 << 20, SPAN_PARTS = 20 };

struct data_item {
	ws_time time;
	int64_t low;
	uint32_t size, length, step, marks; /* size: numbers */
	float throughput, average;
};

struct ack_item {
	ws_time time;
	int64_t acknowledged;
	uint32_t window, step, marks;
	float goodput;
};

struct round_item {
	ws_time time, rtt;
	uint32_t step, marks;
};

struct sack_item {
	ws_time time;
	int64_t low;
	uint32_t size, step;
};

struct flight_item {
	ws_time time;
	uint32_t in_flight, step;
};

enum group { GROUP_DATA, GROUP_ACK, GROUP_ROUND, GROUP_SACK, GROUP_FLIGHT, GROUPS };

static const size_t item_size[GROUPS] = {
        [GROUP_DATA] = sizeof(struct data_item),     [GROUP_ACK] = sizeof(struct ack_item),
        [GROUP_ROUND] = sizeof(struct round_item),   [GROUP_SACK] = sizeof(struct sack_item),
        [GROUP_FLIGHT] = sizeof(struct flight_item),
};

static const enum group group_of[WS_CURVE_COUNT] = {
        [WS_CURVE_SEGMENT] = GROUP_DATA,   [WS_CURVE_ACK] = GROUP_ACK,         [WS_CURVE_WINDOW] = GROUP_ACK,
        [WS_CURVE_SACK] = GROUP_SACK,      [WS_CURVE_THROUGHPUT] = GROUP_DATA, [WS_CURVE_GOODPUT] = GROUP_ACK,
        [WS_CURVE_AVERAGE] = GROUP_DATA,   [WS_CURVE_RTT] = GROUP_ROUND,       [WS_CURVE_FLIGHT] = GROUP_FLIGHT,
        [WS_CURVE_ADVERTISED] = GROUP_ACK,
};

/* An array that grows. */
struct array {
	char *items;
	size_t count, room;
};

struct side {
	struct array group[GROUPS];
	struct array latest[GROUPS]; /* ws_time: the latest time up to each whole block of 16 points */
	struct array level[WS_CURVE_COUNT][LEVELS];
};

struct ws_graph {
	struct graph_flow flow[2];
	struct side side[2];
	ws_time span, first, last;
	uint64_t used, limit;
	bool any, cut;
};

/* ---- Names */

static const struct {
	const char *word, *unit, *meaning;
} curves[] = {
#define X(name, word, unit, meaning) [name] = {word, unit, meaning},
        WS_CURVES(X)
#undef X
};

static const struct {
	const char *word, *meaning;
} point_marks[] = {
#define X(name, word, meaning) [name] = {word, meaning},
        WS_POINT_MARKS(X)
#undef X
};

const char *ws_curve_word(enum ws_curve curve)
{
	return curves[curve].word;
}

const char *ws_curve_unit(enum ws_curve curve)
{
	return curves[curve].unit;
}

const char *ws_curve_meaning(enum ws_curve curve)
{
	return curves[curve].meaning;
}

const char *ws_point_mark_word(enum ws_point_mark mark)
{
	return point_marks[mark].word;
}

const char *ws_point_mark_meaning(enum ws_point_mark mark)
{
	return point_marks[mark].meaning;
}

/* ---- Opening */

static int frame_order(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return a < b ? -1 : a > b;
}

/* The frames at the sender's point of segments that did not arrive. */
static bool find_lost(struct graph_flow *flow, const struct ws_conn_path *path, unsigned near, unsigned sender)
{
	const struct ws_points *points = flow->tracker->points;
	struct ws_transit *transit = NULL;
	size_t count = 0;
	if (!points->transits(points->context, path, &transit, &count))
		return false;
	flow->lost = malloc((count + 1) * sizeof(*flow->lost));
	for (size_t i = 0; flow->lost && i < count; i++)
		if (transit[i].outcome == WS_OUTCOME_LOST && transit[i].direction == sender && transit[i].frame[near])
			flow->lost[flow->lost_count++] = transit[i].frame[near];
	free(transit);
	if (!flow->lost)
		return false;
	qsort(flow->lost, flow->lost_count, sizeof(*flow->lost), frame_order);
	return true;
}

/* Of several points, a direction is shown as the point nearest to its sender has captured it. */
static bool flow_open(struct graph_flow *flow, const struct ws_tracker *tracker, const struct ws_conn_info *info,
                      unsigned direction)
{
	*flow = (struct graph_flow){.tracker = tracker, .own = direction, .direction = direction, .source = -1};
	ws_conn_id id = info->id;
	flow->number = info->number;
	if (info->path && tracker->points) {
		const struct ws_conn_path *path = info->path;
		const unsigned sender = direction ^ info->path_swapped, near = ws_path_near(path, sender);
		flow->tracker = tracker->points->tracker[path->point[near]];
		flow->clock = tracker->points->clock[path->point[near]];
		flow->own = sender ^ path->swapped[near];
		flow->source = path->point[near];
		flow->number = path->number[near];
		id = path->id[near];
		if (!find_lost(flow, path, near, sender))
			return false;
	}
	flow->conn = ws_table_awake(&flow->tracker->table, id);
	return flow->conn && flow->conn->number == flow->number;
}

static ws_time wanted_span(const struct ws_conn *conn)
{
	ws_time length, span = WS_MILLISECOND;
	static const int steps[] = {2, 5, 10};
	if (__builtin_sub_overflow(conn->last_time, conn->first_time, &length))
		return WS_SECOND;
	for (ws_time unit = WS_MILLISECOND; span < length / SPAN_PARTS && span < WS_SECOND; unit *= 10)
		for (unsigned i = 0; i < WS_ARRAY_SIZE(steps) && span < length / SPAN_PARTS; i++)
			span = unit * steps[i];
	return span < WS_SECOND ? span : WS_SECOND;
}

bool ws_graph_possible(const struct ws_tracker *tracker)
{
	return tracker->config.history;
}

struct ws_graph *ws_graph_open(const struct ws_tracker *tracker, ws_conn_id conn, uint64_t limit)
{
	const struct ws_home home = ws_home_of(tracker, conn);
	struct ws_conn_info info;
	const struct ws_clock *clock = tracker->merged ? ws_merged_clock(tracker->merged, conn) : NULL;
	tracker = home.tracker;
	if (!tracker->config.history || !ws_tracker_conn(tracker, home.id, &info))
		return NULL;
	struct ws_graph *graph = calloc(1, sizeof(*graph));
	if (!graph)
		return NULL;
	graph->limit = limit > WS_GRAPH_LEAST_MEMORY ? limit : WS_GRAPH_LEAST_MEMORY;
	if (!flow_open(&graph->flow[0], tracker, &info, 0) || !flow_open(&graph->flow[1], tracker, &info, 1)) {
		ws_graph_close(graph);
		return NULL;
	}
	for (unsigned d = 0; d < 2 && !info.path; d++)
		graph->flow[d].clock = clock;
	graph->span = wanted_span(graph->flow[0].conn);
	return graph;
}

void ws_graph_close(struct ws_graph *graph)
{
	for (unsigned d = 0; graph && d < 2; d++) {
		free(graph->flow[d].lost);
		free(graph->flow[d].waiting.segment);
		for (unsigned i = 0; i < GROUPS; i++) {
			free(graph->side[d].group[i].items);
			free(graph->side[d].latest[i].items);
		}
		for (unsigned curve = 0; curve < WS_CURVE_COUNT; curve++)
			for (unsigned level = 0; level < LEVELS; level++)
				free(graph->side[d].level[curve][level].items);
	}
	free(graph);
}

ws_time ws_graph_span(const struct ws_graph *graph)
{
	return graph->span;
}

ws_time ws_graph_wanted_span(const struct ws_graph *graph)
{
	const struct graph_flow *flow = &graph->flow[0];
	return flow->conn->used && flow->conn->number == flow->number ? wanted_span(flow->conn) : graph->span;
}

int ws_graph_source(const struct ws_graph *graph, unsigned direction)
{
	return graph->flow[direction].source;
}

/* ---- Values of points */

static void *item_at(const struct array *array, size_t index, size_t size)
{
	return array->items + index * size;
}

static void data_value(const struct data_item *item, enum ws_curve curve, struct ws_graph_point *point)
{
	*point = (struct ws_graph_point){
	        .time = item->time, .step = item->step, .marks = item->marks, .length = item->length};
	point->low = curve == WS_CURVE_SEGMENT      ? item->low
	             : curve == WS_CURVE_THROUGHPUT ? (int64_t)item->throughput
	                                            : (int64_t)item->average;
	point->high = point->low + (curve == WS_CURVE_SEGMENT ? item->size : 0);
}

static void ack_value(const struct ack_item *item, enum ws_curve curve, struct ws_graph_point *point)
{
	*point = (struct ws_graph_point){.time = item->time, .step = item->step, .marks = item->marks};
	point->low = curve == WS_CURVE_ACK       ? item->acknowledged
	             : curve == WS_CURVE_WINDOW  ? item->acknowledged + item->window
	             : curve == WS_CURVE_GOODPUT ? (int64_t)item->goodput
	                                         : item->window;
	point->high = point->low;
}

static void value_at(const struct side *side, enum ws_curve curve, size_t index, struct ws_graph_point *point)
{
	const enum group group = group_of[curve];
	const void *item = item_at(&side->group[group], index, item_size[group]);
	const struct round_item *round = item;
	const struct sack_item *sack = item;
	const struct flight_item *flight = item;
	*point = (struct ws_graph_point){.time = 0};
	switch (group) {
	case GROUP_DATA:
		data_value(item, curve, point);
		break;
	case GROUP_ACK:
		ack_value(item, curve, point);
		break;
	case GROUP_ROUND:
		*point = (struct ws_graph_point){.time = round->time,
		                                 .low = round->rtt,
		                                 .high = round->rtt,
		                                 .step = round->step,
		                                 .marks = round->marks};
		break;
	case GROUP_FLIGHT:
		*point = (struct ws_graph_point){.time = flight->time,
		                                 .low = flight->in_flight,
		                                 .high = flight->in_flight,
		                                 .step = flight->step};
		break;
	case GROUP_SACK:
	case GROUPS:
		*point = (struct ws_graph_point){
		        .time = sack->time, .low = sack->low, .high = sack->low + sack->size, .step = sack->step};
		break;
	}
}

/* ---- Storing */

static bool array_add(struct ws_graph *graph, struct array *array, const void *item, size_t size)
{
	if (array->count == array->room) {
		const size_t more = array->room ? array->room / 2 : 16;
		if (graph->used + more * size > graph->limit)
			return false;
		char *grown = realloc(array->items, (array->room + more) * size);
		if (!grown)
			return false;
		array->items = grown;
		array->room += more;
		graph->used += more * size;
	}
	memcpy(array->items + array->count++ * size, item, size);
	return true;
}

static void range_add(struct ws_graph_range *all, int64_t low, int64_t high, uint32_t marks, bool first)
{
	all->low = first || low < all->low ? low : all->low;
	all->high = first || high > all->high ? high : all->high;
	all->marks = (first ? 0 : all->marks) | marks;
}

/* The range of the last 16 entries of a level, or of the points below the first level. */
static struct ws_graph_range last_block(const struct side *side, enum ws_curve curve, unsigned level)
{
	struct ws_graph_range all = {0, 0, 0};
	for (size_t i = 0; i < FAN; i++) {
		if (level) {
			const struct array *below = &side->level[curve][level - 1];
			const struct ws_graph_range *range = item_at(below, below->count - FAN + i, sizeof(*range));
			range_add(&all, range->low, range->high, range->marks, i == 0);
		} else {
			struct ws_graph_point point;
			value_at(side, curve, side->group[group_of[curve]].count - FAN + i, &point);
			range_add(&all, point.low, point.high, point.marks, i == 0);
		}
	}
	return all;
}

static bool add_levels(struct ws_graph *graph, struct side *side, enum ws_curve curve)
{
	size_t count = side->group[group_of[curve]].count;
	for (unsigned level = 0; level < LEVELS && count % FAN == 0; level++, count /= FAN) {
		const struct ws_graph_range range = last_block(side, curve, level);
		if (!array_add(graph, &side->level[curve][level], &range, sizeof(range)))
			return false;
	}
	return true;
}

static ws_time item_time(const struct side *side, enum group group, size_t index)
{
	return *(const ws_time *)item_at(&side->group[group], index, item_size[group]);
}

static bool add_latest(struct ws_graph *graph, struct side *side, enum group group)
{
	struct array *latest = &side->latest[group];
	const size_t count = side->group[group].count;
	if (count % FAN)
		return true;
	ws_time time = latest->count ? *(ws_time *)item_at(latest, latest->count - 1, sizeof(time)) : INT64_MIN;
	for (size_t i = count - FAN; i < count; i++)
		if (item_time(side, group, i) > time)
			time = item_time(side, group, i);
	return array_add(graph, latest, &time, sizeof(time));
}

/* Every item begins with its time. */
static bool store(struct ws_graph *graph, unsigned direction, enum group group, const void *item)
{
	struct side *side = &graph->side[direction];
	const ws_time time = *(const ws_time *)item;
	if (!array_add(graph, &side->group[group], item, item_size[group]) || !add_latest(graph, side, group))
		return false;
	for (unsigned curve = 0; curve < WS_CURVE_COUNT; curve++)
		if (group_of[curve] == group && !add_levels(graph, side, (enum ws_curve)curve))
			return false;
	graph->first = !graph->any || time < graph->first ? time : graph->first;
	graph->last = !graph->any || time > graph->last ? time : graph->last;
	graph->any = true;
	return true;
}

/* The number of a RST need not be its sender's (RFC 9293 §3.5.2), and would spoil the scale of a picture. */
static int64_t number_to_draw(const struct graph_flow *flow, const struct ws_graph_news *news)
{
	const struct graph_sent *sent = &flow->sent;
	if (!news->resets || !sent->known)
		return news->low;
	return news->low < sent->start ? sent->start : news->low > sent->end ? sent->end : news->low;
}

static bool store_news(struct ws_graph *graph, const struct ws_graph_news *news)
{
	const struct data_item data = {.time = news->time,
	                               .low = number_to_draw(&graph->flow[news->direction], news),
	                               .size = (uint32_t)(news->high - news->low),
	                               .length = news->length,
	                               .step = news->step,
	                               .marks = news->marks,
	                               .throughput = (float)news->throughput,
	                               .average = (float)news->average};
	const struct ack_item ack = {.time = news->time,
	                             .acknowledged = news->acknowledged,
	                             .window = news->window,
	                             .step = news->step,
	                             .marks = news->ack_marks,
	                             .goodput = (float)news->goodput};
	const struct round_item round = {.time = news->time,
	                                 .rtt = news->rtt,
	                                 .step = news->step,
	                                 .marks = news->ambiguous ? 1u << WS_POINT_AMBIGUOUS : 0};
	const struct flight_item flight = {.time = news->time, .in_flight = news->in_flight, .step = news->step};
	bool good = (!news->data || store(graph, news->direction, GROUP_DATA, &data)) &&
	            (!news->ack || news->resets || store(graph, news->direction, GROUP_ACK, &ack)) &&
	            (!news->round || store(graph, news->direction, GROUP_ROUND, &round)) &&
	            (!(news->flight || news->left) || store(graph, news->direction, GROUP_FLIGHT, &flight));
	for (unsigned i = 0; good && i < news->sack_count; i++) {
		const int64_t size = news->sack_high[i] - news->sack_low[i];
		const struct sack_item sack = {.time = news->time,
		                               .low = news->sack_low[i],
		                               .size = size > 0 ? (uint32_t)size : 0,
		                               .step = news->step};
		good = store(graph, news->direction, GROUP_SACK, &sack);
	}
	return good;
}

/* ---- Reading the history */

bool ws_graph_next(struct ws_graph *graph, struct ws_graph_news *news)
{
	struct graph_flow *flow = graph->flow;
	const struct ws_segment *next[2] = {graph_peek(&flow[0], &flow[0].cursor),
	                                    graph_peek(&flow[1], &flow[1].cursor)};
	if (!next[0] && !next[1])
		return false;
	unsigned first = !next[0];
	if (next[0] && next[1])
		first = flow[0].conn == flow[1].conn ? flow[0].cursor.step > flow[1].cursor.step
		                                     : graph_time(&flow[0], next[0]) > graph_time(&flow[1], next[1]);
	return graph_flow_next(&flow[first], graph->span, news);
}

bool ws_graph_work(struct ws_graph *graph, size_t count)
{
	struct ws_graph_news news;
	for (; count && !graph->cut; count--) {
		if (!ws_graph_next(graph, &news))
			return false;
		graph->cut = !store_news(graph, &news);
	}
	return !graph->cut;
}

bool ws_graph_is_cut(const struct ws_graph *graph)
{
	return graph->cut || graph->flow[0].conn->history_full || graph->flow[1].conn->history_full;
}

/* ---- Asking */

bool ws_graph_times(const struct ws_graph *graph, ws_time *first, ws_time *last)
{
	*first = graph->first;
	*last = graph->last;
	return graph->any;
}

size_t ws_graph_count(const struct ws_graph *graph, unsigned direction, enum ws_curve curve)
{
	return graph->side[direction & 1].group[group_of[curve]].count;
}

bool ws_graph_point(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, size_t index,
                    struct ws_graph_point *point)
{
	if (index >= ws_graph_count(graph, direction, curve))
		return false;
	value_at(&graph->side[direction & 1], curve, index, point);
	return true;
}

size_t ws_graph_find(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, ws_time time)
{
	const struct side *side = &graph->side[direction & 1];
	const enum group group = group_of[curve];
	const ws_time *latest = (const ws_time *)side->latest[group].items;
	const size_t low = SEARCH_FIRST(side->latest[group].count, i, latest[i] < time);
	size_t index = low * FAN;
	while (index < side->group[group].count && item_time(side, group, index) < time)
		index++;
	return index;
}

bool ws_graph_range(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, size_t from, size_t to,
                    struct ws_graph_range *range)
{
	const struct side *side = &graph->side[direction & 1];
	const size_t count = ws_graph_count(graph, direction, curve);
	bool first = true;
	to = to < count ? to : count;
	while (from < to) {
		size_t size = 1;
		unsigned level = 0;
		while (level < LEVELS && from % (size * FAN) == 0 && from + size * FAN <= to) {
			size *= FAN;
			level++;
		}
		if (level) {
			const struct ws_graph_range *part =
			        item_at(&side->level[curve][level - 1], from / size, sizeof(*part));
			range_add(range, part->low, part->high, part->marks, first);
		} else {
			struct ws_graph_point point;
			value_at(side, curve, from, &point);
			range_add(range, point.low, point.high, point.marks, first);
		}
		first = false;
		from += size;
	}
	return !first;
}

int64_t ws_graph_value_after(const struct ws_graph *graph, unsigned direction, enum ws_curve curve,
                             const struct ws_graph_point *point, ws_time time)
{
	const ws_time begun = graph->flow[direction & 1].begun;
	ws_time passed, until, all;
	if (curve == WS_CURVE_AVERAGE && begun < point->time && point->time < time &&
	    !__builtin_sub_overflow(point->time, begun, &until) && !__builtin_sub_overflow(time, begun, &all))
		return (int64_t)((double)point->high * (double)until / (double)all);
	if (curve == WS_CURVE_THROUGHPUT || curve == WS_CURVE_GOODPUT)
		return __builtin_sub_overflow(time, point->time, &passed) || passed >= graph->span ? 0 : point->high;
	return point->high;
}

bool ws_graph_sent_before(const struct ws_graph *graph, unsigned direction, size_t index, ws_time *time)
{
	const struct data_item *items = (const struct data_item *)graph->side[direction & 1].group[GROUP_DATA].items;
	if (index >= ws_graph_count(graph, direction, WS_CURVE_SEGMENT))
		return false;
	const int64_t low = items[index].low, high = low + items[index].size;
	const size_t end = index > LOOK_BACK ? index - LOOK_BACK : 0;
	for (size_t i = index; i-- > end;) {
		if (items[i].low < high && items[i].low + items[i].size > low) {
			*time = items[i].time;
			return true;
		}
	}
	return false;
}
