/* Requests and answers: see wirestate/exchange.h.
 *
 * Theory of operation. New payload of the client begins a request, or goes on with it; new payload of the server is its
 * answer. When the client then sends again, that is the next request, if it acknowledges all that the server has sent: the
 * client had the answer. Otherwise both sides talk at once, as in HTTP/2, and the exchange goes on as `interleaved`. What
 * the server says unasked, before the first request, is no answer. */
#include "track/exchange.h"
#include "track/info.h"
#include "track/merged.h"
#include "track/together.h"
#include "track/tracker.h"

#include <stdlib.h>

/* ---- One exchange */

ws_time ws_exchange_first_byte(const struct ws_exchange *exchange)
{
	return exchange->answered ? exchange->answer_first - exchange->request_first : -1;
}

ws_time ws_exchange_think(const struct ws_exchange *exchange)
{
	if (!exchange->answered)
		return -1;
	if (exchange->both_ends)
		return exchange->think;
	const ws_time time = exchange->answer_first - exchange->request_last - exchange->way[1];
	return time > 0 ? time : 0;
}

const char *ws_exchange_vantage(const struct ws_exchange *exchange)
{
	const struct ws_time_shares shares = {.both_ends = exchange->both_ends,
	                                      .opened = exchange->opened,
	                                      .way_to = {exchange->way[0], exchange->way[1]}};
	return ws_shares_vantage(&shares, 0);
}

ws_time ws_exchange_transfer(const struct ws_exchange *exchange)
{
	return exchange->answered ? exchange->answer_last - exchange->answer_first : -1;
}

ws_time ws_exchange_measure(const struct ws_exchange *exchange, enum ws_measure measure)
{
	switch (measure) {
	case WS_MEASURE_THINK:
		return ws_exchange_think(exchange);
	case WS_MEASURE_TRANSFER:
		return ws_exchange_transfer(exchange);
	default:
		return ws_exchange_first_byte(exchange);
	}
}

const char *ws_measure_words(enum ws_measure measure)
{
	static const char *const words[] = {
#define X(name, word, text) [name] = (text),
	        WS_MEASURES(X)
#undef X
	};
	return words[measure];
}

/* ---- Segment by segment */

bool ws_exchanger_finish(struct ws_exchanger *exchanger, struct ws_exchange *done)
{
	const bool open = exchanger->open;
	exchanger->now.opened = exchanger->opened;
	if (open)
		*done = exchanger->now;
	exchanger->open = false;
	return open;
}

/* How many of its bytes had been sent before, but had not been captured. Only where the first gap begins is known: what
 * lies above that, and was captured, is taken for a part of a later gap, as long as so many bytes are missing. */
static uint32_t fill_gap(struct ws_exchanger *exchanger, const struct ws_segment *s, uint32_t end)
{
	const unsigned self = s->direction & 1;
	const uint32_t gap = exchanger->gap[self];
	const uint32_t from = ws_seq_before(s->sequence, gap) ? gap : s->sequence;
	if (!exchanger->missing[self] || !ws_seq_before(from, end))
		return 0;
	const uint32_t size = end - from, missing = exchanger->missing[self];
	const uint32_t filled = size < missing ? size : missing;
	if (from == gap)
		exchanger->gap[self] = end;
	exchanger->missing[self] = missing - filled;
	return filled;
}

/* How many of its bytes are new: `sent` for the first time, and `filled`, which were lost before they were captured. */
static uint32_t take_new(struct ws_exchanger *exchanger, const struct ws_segment *s, uint32_t *filled)
{
	const unsigned self = s->direction & 1;
	const uint32_t end = s->sequence + s->length;
	if (!exchanger->known[self]) {
		exchanger->known[self] = true;
		exchanger->end[self] = s->sequence;
	}
	const uint32_t before = exchanger->end[self];
	*filled = fill_gap(exchanger, s, ws_seq_before(before, end) ? before : end);
	if (!ws_seq_before(before, end))
		return 0;
	if (ws_seq_before(before, s->sequence)) {
		if (!exchanger->missing[self])
			exchanger->gap[self] = before;
		exchanger->missing[self] += s->sequence - before;
	}
	exchanger->end[self] = end;
	return end - before < s->length ? end - before : s->length;
}

/* Time never runs backwards here, even where the capture's clock was set back. */
static ws_time later(ws_time time, ws_time before)
{
	return time > before ? time : before;
}

/* True: an exchange ends before this. */
static bool take_request(struct ws_exchanger *exchanger, const struct ws_segment *s, uint32_t bytes,
                         struct ws_exchange *done)
{
	const unsigned server = !(s->direction & 1);
	struct ws_exchange *now = &exchanger->now;
	bool over = false;
	if (exchanger->open && now->answered) {
		if (!(s->flags & WS_TCP_ACK) || ws_seq_before(s->acknowledgment, exchanger->end[server])) {
			now->interleaved = true;
			now->request_bytes += bytes;
			return false;
		}
		over = ws_exchanger_finish(exchanger, done);
	}
	if (!exchanger->open) {
		*now = (struct ws_exchange){
		        .number = ++exchanger->count, .request_first = s->time, .request_frame = s->frame};
		now->answer_start = s->flags & WS_TCP_ACK ? s->acknowledgment : exchanger->end[server];
		if (exchanger->known[server] && ws_seq_before(now->answer_start, exchanger->end[server]))
			now->answer_start = exchanger->end[server];
		exchanger->open = true;
		exchanger->missing[server] = 0; /* what is still missing of the server's is no answer to this */
	}
	now->request_last = later(s->time, now->request_first);
	now->request_end = exchanger->end[!server];
	now->request_bytes += bytes;
	return over;
}

/* A part of a request that was lost on its way to the capture: no new request. */
static void fill_request(struct ws_exchanger *exchanger, const struct ws_segment *s, uint32_t bytes)
{
	struct ws_exchange *now = &exchanger->now;
	if (!exchanger->open)
		return;
	if (!now->answered)
		now->request_last = later(s->time, now->request_last);
	now->request_bytes += bytes;
}

static void take_answer(struct ws_exchanger *exchanger, const struct ws_segment *s, uint32_t bytes, ws_time way)
{
	struct ws_exchange *now = &exchanger->now;
	if (!exchanger->open)
		return;
	if (!now->answered) {
		now->answered = true;
		now->answer_first = later(s->time, now->request_last);
		now->answer_frame = s->frame;
		now->way[1] = way;
		exchanger->longest = later(now->answer_first - now->request_first, exchanger->longest);
	}
	now->answer_last = later(s->time, now->answer_first);
	now->last_frame = s->frame;
	now->answer_bytes += bytes;
}

/* Some carry a byte, which had been sent before or means nothing (RFC 9293 §3.8.4). */
static bool is_keep_alive(const struct ws_exchanger *exchanger, const struct ws_segment *s)
{
	return s->length == 1 && exchanger->known[s->direction & 1] &&
	       s->sequence + 1 == exchanger->end[s->direction & 1] &&
	       !(s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST));
}

bool ws_exchanger_note(struct ws_exchanger *exchanger, const struct ws_segment *s, unsigned client, ws_time way,
                       struct ws_exchange *done)
{
	bool over = false;
	if (s->flags & WS_TCP_SYN) {
		if (!exchanger->known[s->direction & 1])
			exchanger->end[s->direction & 1] = s->sequence + 1;
		exchanger->known[s->direction & 1] = exchanger->opened = true;
		return false;
	}
	if (s->length) {
		uint32_t filled;
		if (is_keep_alive(exchanger, s))
			return false;
		const uint32_t sent = take_new(exchanger, s, &filled);
		if (!sent && !filled)
			exchanger->now.again[s->direction != client] += exchanger->open;
		else if (s->direction != client)
			take_answer(exchanger, s, sent + filled, way);
		else if (sent)
			over = take_request(exchanger, s, sent + filled, done);
		else
			fill_request(exchanger, s, filled);
	}
	if (over || !(s->flags & WS_TCP_RST || (s->flags & WS_TCP_FIN && s->direction != client)))
		return over;
	return ws_exchanger_finish(exchanger, done);
}

bool ws_exchanger_accept(struct ws_exchanger *exchanger, const struct ws_suspect *suspect, unsigned client, ws_time way,
                         struct ws_exchange *done)
{
	struct ws_segment first = suspect->segment, rest = suspect->segment;
	if (suspect->count == 1)
		return ws_exchanger_note(exchanger, &suspect->segment, client, way, done);
	first.time = suspect->first_time;
	first.frame = suspect->first_frame;
	first.length = suspect->first_length;
	first.flags &= (uint16_t)~WS_TCP_FIN;
	rest.sequence += first.length + !!(first.flags & WS_TCP_SYN);
	rest.length -= first.length;
	rest.flags &= (uint16_t)~WS_TCP_SYN;
	/* Of one endpoint, only one of both ends an exchange: a client's new data, or a server's FIN. */
	const bool over = ws_exchanger_note(exchanger, &first, client, way, done);
	return ws_exchanger_note(exchanger, &rest, client, way, done) || over;
}

ws_time ws_exchange_way(const struct ws_conn *conn, unsigned client)
{
	return conn->rtt[client & 1].count ? conn->rtt[client & 1].least : 0;
}

bool ws_exchange_show(const struct ws_exchange_shown *shown, struct ws_exchange *exchange)
{
	const ws_time moved = ws_points_moved(shown->asked, shown->tracker, shown->point, exchange->request_first) -
	                      exchange->request_first;
	exchange->point = (uint8_t)shown->point;
	exchange->request_first += moved;
	exchange->request_last += moved;
	if (exchange->answered) {
		exchange->answer_first += moved;
		exchange->answer_last += moved;
	}
	return shown->fn(shown->context, exchange);
}

static bool exchanges_of(const struct ws_exchange_shown *shown, const struct ws_conn *conn, unsigned client)
{
	struct ws_exchanger exchanger = {.count = 0};
	struct ws_suspect kept[2] = {{.count = 0}}, accepted;
	struct ws_exchange done;
	const ws_time way = ws_exchange_way(conn, client), back = ws_exchange_way(conn, !client);
	struct ws_history_cursor cursor = {.chunk = NULL};
	struct ws_segment s;
	while (ws_history_read(conn, &cursor, &s)) {
		bool over = false;
		if (ws_suspects_replay(kept, &s, &accepted))
			over = ws_exchanger_accept(&exchanger, &accepted, client, way, &done);
		else if (s.kind == WS_INPUT_SEGMENT && !s.repeated && ws_exchange_counts(&s))
			over = ws_exchanger_note(&exchanger, &s, client, way, &done);
		if (!over)
			continue;
		done.way[0] = back;
		if (!ws_exchange_show(shown, &done))
			return false;
	}
	if (!ws_exchanger_finish(&exchanger, &done))
		return true;
	done.way[0] = back;
	return ws_exchange_show(shown, &done);
}

bool ws_tracker_exchanges(const struct ws_tracker *tracker, ws_conn_id id, ws_exchange_fn *fn, void *context)
{
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_conn *conn = ws_table_awake(&home.tracker->table, home.id);
	struct ws_divided divided;
	struct ws_conn_copy copy;
	bool went_through;
	if (!home.tracker->config.history || !conn)
		return false;
	const struct ws_path_of *of =
	        home.tracker->config.joins ? ws_path_find(home.tracker, conn->id, conn->number) : NULL;
	if (of && ws_exchanges_joined(tracker, home.tracker, of, fn, context, &went_through))
		return went_through;
	/* Where one direction is missing, another point may have it. */
	unsigned client = (unsigned)ws_shown_client(home.tracker, conn) & 1;
	const struct ws_conn *one = ws_conn_divided(home.tracker, conn, &copy, &divided);
	if (one && one != &copy.slot.conn) {
		conn = one;
		client ^= divided.swapped;
	}
	const struct ws_exchange_shown shown = {tracker, home.tracker, divided.point, fn, context};
	return !conn->history_full && exchanges_of(&shown, conn, client);
}

static bool find_longest(void *context, const struct ws_exchange *exchange)
{
	ws_time *longest = context;
	*longest = later(ws_exchange_first_byte(exchange), *longest);
	return true;
}

ws_time ws_longest_first_byte(const struct ws_tracker *tracker, const struct ws_conn *conn)
{
	const struct ws_exchanger *exchanger = ws_exchange_pool_find(&tracker->requests, conn->id);
	ws_time longest = -1;
	if (exchanger && !(tracker->config.joins && ws_path_find(tracker, conn->id, conn->number)))
		return exchanger->count ? exchanger->longest : -1;
	ws_tracker_exchanges(tracker, conn->id, find_longest, &longest);
	return longest;
}

/* ---- Those of all connections */

enum { POOL_CHUNK = 4096 };

void ws_exchange_pool_free(struct ws_exchange_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		free(pool->chunk[i]);
	free(pool->chunk);
	*pool = (struct ws_exchange_pool){.on = false};
}

uint64_t ws_exchange_pool_rest(uint64_t memory, bool shares)
{
	const uint64_t conn = shares ? sizeof(struct ws_conn_slot) : sizeof(struct ws_conn);
	return memory / (conn + sizeof(struct ws_exchanger)) * conn;
}

uint64_t ws_exchange_pool_memory(const struct ws_exchange_pool *pool)
{
	return pool->count * (POOL_CHUNK * sizeof(struct ws_exchanger) + sizeof(*pool->chunk));
}

static struct ws_exchanger *find(const struct ws_exchange_pool *pool, ws_conn_id id)
{
	const size_t chunk = (id - 1) / POOL_CHUNK;
	return id && chunk < pool->count ? &pool->chunk[chunk][(id - 1) % POOL_CHUNK] : NULL;
}

const struct ws_exchanger *ws_exchange_pool_find(const struct ws_exchange_pool *pool, ws_conn_id id)
{
	return find(pool, id);
}

static bool grow(struct ws_exchange_pool *pool)
{
	struct ws_exchanger **list = realloc(pool->chunk, (pool->count + 1) * sizeof(*list));
	if (!list)
		return false;
	pool->chunk = list;
	list[pool->count] = malloc(POOL_CHUNK * sizeof(**list));
	if (!list[pool->count])
		return false;
	pool->count++;
	return true;
}

void ws_exchange_pool_begin(struct ws_exchange_pool *pool, ws_conn_id id)
{
	while (pool->on && (id - 1) / POOL_CHUNK >= pool->count)
		if (!grow(pool))
			pool->on = false;
	struct ws_exchanger *exchanger = find(pool, id);
	if (exchanger)
		*exchanger = (struct ws_exchanger){.count = 0};
}

static struct ws_exchange *room_for_done(struct ws_exchange_pool *pool)
{
	return &pool->done[pool->next % WS_ARRAY_SIZE(pool->done)];
}

const struct ws_exchange *ws_exchange_pool_note(struct ws_exchange_pool *pool, const struct ws_conn *conn,
                                                const struct ws_segment *s)
{
	struct ws_exchanger *exchanger = find(pool, conn->id);
	if (!exchanger || !ws_exchange_counts(s))
		return NULL;
	const unsigned client = (unsigned)ws_conn_likely_client(conn) & 1;
	struct ws_exchange *done = room_for_done(pool);
	if (!ws_exchanger_note(exchanger, s, client, ws_exchange_way(conn, client), done))
		return NULL;
	pool->next++;
	return done;
}

const struct ws_exchange *ws_exchange_pool_accept(struct ws_exchange_pool *pool, const struct ws_conn *conn,
                                                  const struct ws_suspect *suspect)
{
	struct ws_exchanger *exchanger = find(pool, conn->id);
	if (!exchanger)
		return NULL;
	const unsigned client = (unsigned)ws_conn_likely_client(conn) & 1;
	struct ws_exchange *done = room_for_done(pool);
	if (!ws_exchanger_accept(exchanger, suspect, client, ws_exchange_way(conn, client), done))
		return NULL;
	pool->next++;
	return done;
}

bool ws_tracker_open_exchange(const struct ws_tracker *tracker, ws_conn_id id, struct ws_exchange *exchange)
{
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_exchanger *exchanger = find(&home.tracker->requests, home.id);
	if (!exchanger || !exchanger->open)
		return false;
	*exchange = exchanger->now;
	return true;
}
