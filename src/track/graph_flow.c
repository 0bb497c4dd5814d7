/* What each segment of a connection adds to the graphs of one direction.
 *
 * The walk runs over the history with an analysis of its own, so that marks and bytes in flight are tshark's. Rates are
 * the difference of two sums: one at the segment, and one at a second place in the history that follows at the distance
 * of the span. So nothing is stored for them. */
#include "base/search.h"
#include "track/graph.h"

#include <stdlib.h>
#include <string.h>

#define MARK(name) (1u << WS_POINT_##name)
#define ANALYSIS(name) (1u << WS_ANALYSIS_##name)

enum { SCALE_OFFSET = 2 }; /* of ws_flow.scale */

/* ---- The walk */

static bool counts(const struct ws_segment *segment)
{
	return segment->kind == WS_INPUT_SEGMENT && !segment->repeated && !segment->duplicate;
}

const struct ws_segment *graph_peek(const struct graph_flow *flow, struct graph_cursor *cursor)
{
	const struct ws_conn *conn = flow->conn;
	if (!conn->used || conn->number != flow->number || !conn->history)
		return NULL;
	while (!cursor->peeked) {
		if (!ws_history_read(conn, &cursor->next, &cursor->segment))
			return NULL;
		cursor->peeked = counts(&cursor->segment);
		cursor->step += !cursor->peeked;
	}
	return &cursor->segment;
}

static void cursor_advance(struct graph_cursor *cursor)
{
	cursor->peeked = false;
	cursor->step++;
}

ws_time graph_time(const struct graph_flow *flow, const struct ws_segment *segment)
{
	return ws_clock_here(flow->clock, segment->time);
}

/* Times of a capture may be any; differences must not overflow. */
static ws_time since(ws_time now, ws_time then)
{
	ws_time passed;
	return __builtin_sub_overflow(now, then, &passed) ? (now > then ? INT64_MAX : INT64_MIN) : passed;
}

/* ---- Numbers */

/* The number that is nearest to the last one. */
static int64_t unwrap(const struct graph_flow *flow, uint32_t relative)
{
	return flow->last + (int32_t)(relative - (uint32_t)flow->last);
}

static void sent_add_gap(struct graph_sent *sent, int64_t low, int64_t high)
{
	if (sent->gaps == GRAPH_GAPS) {
		memmove(sent->gap, sent->gap + 1, sizeof(sent->gap) - sizeof(sent->gap[0]));
		sent->gaps--;
	}
	sent->gap[sent->gaps].low = low;
	sent->gap[sent->gaps++].high = high;
}

/* Closes the gaps between `low` and `high`. Returns how many numbers of them were missing. */
static int64_t sent_fill(struct graph_sent *sent, int64_t low, int64_t high)
{
	struct graph_sent left = {.gaps = 0};
	int64_t filled = 0;
	if (!sent->gaps || sent->gap[sent->gaps - 1].high <= low)
		return 0;
	for (unsigned i = 0; i < sent->gaps; i++) {
		const int64_t from = sent->gap[i].low, to = sent->gap[i].high;
		if (to <= low || from >= high) {
			sent_add_gap(&left, from, to);
			continue;
		}
		filled += (to < high ? to : high) - (from > low ? from : low);
		if (from < low)
			sent_add_gap(&left, from, low);
		if (to > high)
			sent_add_gap(&left, high, to);
	}
	sent->gaps = left.gaps;
	memcpy(sent->gap, left.gap, left.gaps * sizeof(left.gap[0]));
	return filled;
}

/* Adds numbers that were sent. Returns the mark that says whether that was so before. */
static uint32_t sent_add(struct graph_sent *sent, int64_t low, int64_t high)
{
	if (low == high)
		return 0;
	if (!sent->known) {
		*sent = (struct graph_sent){.known = true, .start = low, .end = high};
		return 0;
	}
	const int64_t end = sent->end, below = high < end ? high : end;
	int64_t missing = low < end ? sent_fill(sent, low, below) : 0;
	if (low < sent->start) { /* from before the capture's first segment */
		missing += (below < sent->start ? below : sent->start) - low;
		sent->start = low;
	}
	if (low > end)
		sent_add_gap(sent, end, low);
	if (high > end)
		sent->end = high;
	if (low >= end)
		return 0;
	return below - low > missing ? MARK(RETRANSMISSION) : MARK(OUT_OF_ORDER);
}

/* ---- Round trips */

static bool waiting_has_room(struct graph_waiting *waiting)
{
	if (waiting->first + waiting->count < waiting->room)
		return true;
	if (waiting->first > waiting->room / 2) {
		memmove(waiting->segment, waiting->segment + waiting->first,
		        waiting->count * sizeof(*waiting->segment));
		waiting->first = 0;
		return true;
	}
	const size_t room = waiting->room ? 2 * waiting->room : 16;
	struct graph_waiting_segment *grown = realloc(waiting->segment, room * sizeof(*grown));
	if (!grown)
		return false;
	waiting->segment = grown;
	waiting->room = room;
	return true;
}

/* A segment that comes late or again makes the round trips of all that wait from its numbers on ambiguous: their ACK
 * may answer either copy, or may have come late because of the gap. Without memory, its round trip is not measured. */
static void waiting_add(struct graph_waiting *waiting, int64_t low, int64_t end, ws_time time, bool again)
{
	struct graph_waiting_segment *segment = waiting->count ? waiting->segment + waiting->first : NULL;
	bool known = false;
	size_t at = waiting->count;
	while (again && at && segment[at - 1].end > low) {
		segment[--at].again = true;
		if (segment[at].end != end)
			continue;
		segment[at].low = low < segment[at].low ? low : segment[at].low;
		known = true; /* it counts from the first time */
	}
	if (known)
		return;
	if (waiting->count >= GRAPH_WAITING || !waiting_has_room(waiting))
		return;
	segment = waiting->segment + waiting->first;
	at = waiting->count;
	while (at && segment[at - 1].end > end)
		at--;
	memmove(segment + at + 1, segment + at, (waiting->count - at) * sizeof(*segment));
	segment[at] = (struct graph_waiting_segment){.low = low, .end = end, .sent = time, .again = again};
	waiting->count++;
}

/* The numbers from the first one that waits to the last; 0: none. A long segment may begin before those that are due
 * earlier; it is looked for among the first ones only. */
static int64_t waiting_numbers(const struct graph_waiting *waiting)
{
	enum { LOOK = 16 };
	if (!waiting->count)
		return 0;
	const struct graph_waiting_segment *segment = waiting->segment + waiting->first;
	int64_t low = segment[0].low;
	for (size_t i = 1; i < waiting->count && i < LOOK; i++)
		low = segment[i].low < low ? segment[i].low : low;
	return segment[waiting->count - 1].end - low;
}

/* Ends the wait of all that an ACK covers. True: one of them ends there. */
static bool waiting_end(struct graph_waiting *waiting, int64_t number, ws_time time, struct ws_graph_news *news)
{
	bool found = false;
	while (waiting->count && waiting->segment[waiting->first].end <= number) {
		const struct graph_waiting_segment *segment = &waiting->segment[waiting->first++];
		waiting->count--;
		if (segment->end == number) {
			found = true;
			news->rtt = since(time, segment->sent);
			news->ambiguous = segment->again;
		}
	}
	if (!waiting->count)
		waiting->first = 0;
	for (size_t i = 0; i < waiting->count && waiting->segment[waiting->first + i].low < number; i++)
		waiting->segment[waiting->first + i].low = number; /* a part of it is acknowledged */
	return found;
}

/* ---- Rates */

static void sums_take(struct graph_sums *sums, const struct ws_segment *segment, unsigned own)
{
	if (segment->direction == own) {
		sums->sent += segment->length;
		sums->known = sums->known && !(segment->flags & WS_TCP_SYN);
	} else if (segment->flags & WS_TCP_ACK && !(segment->flags & WS_TCP_RST)) {
		const int32_t more = (int32_t)(segment->acknowledgment - sums->highest);
		if (sums->known && more > 0)
			sums->acknowledged += more;
		if (!sums->known || more > 0)
			sums->highest = segment->acknowledgment;
		sums->known = true;
	}
}

static int64_t rate(int64_t bytes, ws_time time)
{
	const double value = (double)bytes * (double)WS_SECOND / (double)time;
	return value < 9e18 ? (int64_t)value : INT64_MAX;
}

/* The tail goes to where the span begins. */
static void follow(struct graph_flow *flow, ws_time now, ws_time span)
{
	const struct ws_segment *segment;
	while (flow->tail.step < flow->cursor.step && (segment = graph_peek(flow, &flow->tail)) &&
	       flow->tail.step < flow->cursor.step && since(now, graph_time(flow, segment)) >= span) {
		sums_take(&flow->tail_sums, segment, flow->own);
		cursor_advance(&flow->tail);
	}
}

/* ---- One segment */

static bool is_lost(const struct graph_flow *flow, uint64_t frame)
{
	const size_t low = SEARCH_FIRST(flow->lost_count, i, flow->lost[i] < frame);
	return low < flow->lost_count && flow->lost[low] == frame;
}

static uint32_t marks_of_flags(const struct ws_segment *s)
{
	return (s->flags & WS_TCP_SYN ? MARK(SYN) : 0) | (s->flags & WS_TCP_FIN ? MARK(FIN) : 0) |
	       (s->flags & WS_TCP_RST ? MARK(RST) : 0) | (s->flags & WS_TCP_PSH ? MARK(PUSH) : 0) |
	       (s->flags & WS_TCP_URG ? MARK(URGENT) : 0);
}

static void take_data(struct graph_flow *flow, const struct ws_segment *s, const struct ws_analysis_result *result,
                      struct ws_graph_news *news)
{
	const bool reset = s->flags & WS_TCP_RST;
	const unsigned controls = !!(s->flags & WS_TCP_SYN) + !!(s->flags & WS_TCP_FIN);
	flow->in_flight_unknown |= (result->analysis & ANALYSIS(LOST_SEGMENT)) != 0;
	if (!s->length && !controls && !reset)
		return;
	news->data = true;
	news->resets = reset;
	news->length = s->length;
	news->low = unwrap(flow, result->relative_sequence);
	news->high = news->low + s->length + controls;
	news->marks = marks_of_flags(s) | (is_lost(flow, s->frame) ? MARK(LOST) : 0);
	if (result->analysis & ANALYSIS(ZERO_WINDOW_PROBE))
		news->marks |= MARK(PROBE);
	if (result->analysis & ANALYSIS(KEEP_ALIVE))
		news->marks |= MARK(KEEP_ALIVE);
	if (result->analysis & ANALYSIS(WINDOW_FULL))
		news->marks |= MARK(WINDOW_FULL);
	if (!reset) {
		news->marks |= sent_add(&flow->sent, news->low, news->high);
		flow->last = flow->sent.end;
		waiting_add(&flow->waiting, news->low, news->high, news->time,
		            news->marks & (MARK(RETRANSMISSION) | MARK(OUT_OF_ORDER)));
	}
	const ws_time passed = flow->begins ? since(news->time, flow->begun) : 0;
	news->average = passed > 0 ? rate(flow->sums.sent, passed) : 0;
	const int64_t in_flight = waiting_numbers(&flow->waiting) - flow->sacked - controls;
	flow->fin = s->flags & WS_TCP_FIN ? news->high : flow->fin;
	news->flight = s->length && !flow->in_flight_unknown && in_flight > 0 && in_flight <= INT32_MAX;
	news->in_flight = news->flight ? (uint32_t)in_flight : 0;
}

static void take_sacks(struct graph_flow *flow, const struct ws_segment *s, struct ws_graph_news *news)
{
	const uint32_t base = flow->analyser.flow[flow->own].base;
	const struct ws_history_extra *extra = flow->conn->history_extra;
	flow->sacked = 0;
	if (!s->sack || !extra)
		return;
	while (flow->sack < extra->sack_count && extra->sack[flow->sack].frame < s->frame)
		flow->sack++;
	if (flow->sack == extra->sack_count || extra->sack[flow->sack].frame != s->frame)
		return;
	const struct ws_history_sack *sack = &extra->sack[flow->sack];
	for (; news->sack_count < sack->count; news->sack_count++) {
		const struct ws_sack_block *block = &sack->block[news->sack_count];
		const int64_t low = unwrap(flow, block->left - base);
		news->sack_low[news->sack_count] = low;
		news->sack_high[news->sack_count] = low + (int32_t)(block->right - block->left);
		if (low > news->acknowledged) /* else it says what came twice (RFC 2883) */
			flow->sacked += (int32_t)(block->right - block->left);
	}
}

static void take_ack(struct graph_flow *flow, const struct ws_segment *s, const struct ws_analysis_result *result,
                     struct ws_graph_news *news)
{
	const uint8_t scale = flow->analyser.flow[!flow->own].scale;
	const bool scaled = scale > SCALE_OFFSET && !(s->flags & WS_TCP_SYN);
	if (!(s->flags & WS_TCP_ACK))
		return;
	news->ack = true;
	flow->in_flight_unknown = false;
	news->resets = s->flags & WS_TCP_RST;
	news->acknowledged = unwrap(flow, result->relative_acknowledgment);
	news->window = (uint32_t)s->window << (scaled ? scale - SCALE_OFFSET : 0);
	news->ack_marks = marks_of_flags(s) & (MARK(RST) | MARK(SYN) | MARK(FIN));
	if (!scale)
		news->ack_marks |= MARK(UNSCALED);
	if (result->analysis & ANALYSIS(DUPLICATE_ACK))
		news->ack_marks |= MARK(DUPLICATE_ACK);
	if (result->analysis & ANALYSIS(ZERO_WINDOW))
		news->ack_marks |= MARK(ZERO_WINDOW);
	take_sacks(flow, s, news);
	news->round = waiting_end(&flow->waiting, news->acknowledged, news->time, news);
	const int64_t left = waiting_numbers(&flow->waiting) - flow->sacked - (flow->fin > news->acknowledged);
	news->left = flow->sent.known && !news->resets && left <= INT32_MAX;
	news->in_flight = news->left && left > 0 ? (uint32_t)left : 0;
	if (!flow->sent.known)
		flow->last = news->acknowledged;
}

bool graph_flow_next(struct graph_flow *flow, ws_time span, struct ws_graph_news *news)
{
	struct ws_analysis_result result;
	const struct ws_segment *segment = graph_peek(flow, &flow->cursor);
	*news = (struct ws_graph_news){.direction = (uint8_t)flow->direction};
	if (!segment)
		return false;
	if (!flow->cursor.step && flow->conn->history_extra)
		flow->analyser = flow->conn->history_extra->start;
	news->time = graph_time(flow, segment);
	news->frame = segment->frame;
	news->step = flow->cursor.step;
	if (!flow->begins)
		flow->begun = news->time;
	flow->begins = true;
	ws_analyse(&flow->analyser, segment, &result);
	if (result.analysis & ANALYSIS(REUSED_PORTS)) {
		flow->sent.known = false;
		flow->waiting.count = 0;
		flow->fin = 0;
		flow->last = 0;
	}
	sums_take(&flow->sums, segment, flow->own);
	if (segment->direction == flow->own)
		take_data(flow, segment, &result, news);
	else
		take_ack(flow, segment, &result, news);
	cursor_advance(&flow->cursor);
	if (news->data || news->ack) {
		follow(flow, news->time, span);
		news->throughput = rate(flow->sums.sent - flow->tail_sums.sent, span);
		news->goodput = rate(flow->sums.acknowledged - flow->tail_sums.acknowledged, span);
	}
	return true;
}
