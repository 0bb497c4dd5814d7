/* Requests and answers of a connection that several points captured.
 *
 * The point nearest to the client has when the client asked, and when it had its answer: the exchanges are those of its
 * lane. How long the server's program took shows at the point nearest to the server, between the request's last byte that
 * came there and the answer's first byte that left: a request that was lost before it came is no longer the server's time.
 * Both are found there by their sequence numbers. Each time is a difference by one clock. */
#include "track/exchange.h"
#include "track/lanes.h"
#include "track/merged.h"

#include <stdlib.h>

enum { RANGES = 8 };

/* Bytes of the client that have come to the server's point: all before `next`, and those of the ranges. */
struct arrived {
	bool known;
	uint32_t next;
	unsigned count;
	struct {
		uint32_t from, to;
	} range[RANGES];
	ws_time last; /* when the latest came */
};

struct joined_exchanges {
	struct ws_exchange *exchange;
	size_t count, room;
	size_t came, left; /* so many have come to the server's point, and of so many the answer has left it */
	ws_time *request;  /* when they came, for each exchange */
	struct arrived arrived;
	uint32_t sent; /* one past the highest byte of the server; valid when any_sent */
	bool any_sent;
};

static bool keep_exchange(struct joined_exchanges *all, const struct ws_exchange *exchange)
{
	if (all->count == all->room) {
		const size_t room = all->room ? 2 * all->room : 16;
		struct ws_exchange *grown = realloc(all->exchange, room * sizeof(*grown));
		if (!grown)
			return false;
		all->exchange = grown;
		all->room = room;
	}
	all->exchange[all->count++] = *exchange;
	return true;
}

static bool read_client(struct joined_exchanges *all, struct ws_lane *lane)
{
	struct ws_exchanger exchanger = {.count = 0};
	const unsigned client = lane->end ^ lane->flipped;
	const ws_time way = ws_exchange_way(lane->conn, client);
	const struct ws_segment *s;
	struct ws_exchange done;
	while ((s = ws_lane_next(lane))) {
		if (s->kind != WS_INPUT_SEGMENT)
			continue;
		const bool over =
		        lane->accepted ? ws_exchanger_accept(&exchanger, &lane->suspect, client, way, &done)
		                       : ws_exchange_counts(s) && ws_exchanger_note(&exchanger, s, client, way, &done);
		if (over && !keep_exchange(all, &done))
			return false;
	}
	return !ws_exchanger_finish(&exchanger, &done) || keep_exchange(all, &done);
}

/* ---- The server's point */

/* Takes in the ranges that follow what has come without a gap. */
static void join_ranges(struct arrived *arrived)
{
	for (unsigned i = 0; i < arrived->count;) {
		if (ws_seq_before(arrived->next, arrived->range[i].from)) {
			i++;
			continue;
		}
		if (ws_seq_before(arrived->next, arrived->range[i].to))
			arrived->next = arrived->range[i].to;
		arrived->range[i] = arrived->range[--arrived->count];
		i = 0;
	}
}

static void arrive(struct arrived *arrived, const struct ws_segment *s)
{
	const uint32_t end = s->sequence + s->length;
	if (!arrived->known)
		arrived->next = s->sequence;
	arrived->known = true;
	if (!ws_seq_before(arrived->next, end))
		return;
	arrived->last = s->time;
	if (!ws_seq_before(arrived->next, s->sequence))
		arrived->next = end;
	else if (arrived->count < RANGES) {
		arrived->range[arrived->count].from = s->sequence;
		arrived->range[arrived->count++].to = end;
	}
	join_ranges(arrived);
}

static void note_request(struct joined_exchanges *all, const struct ws_segment *s, uint32_t shift)
{
	struct arrived *arrived = &all->arrived;
	arrive(arrived, s);
	while (all->came < all->count && !ws_seq_before(arrived->next, all->exchange[all->came].request_end + shift))
		all->request[all->came++] = arrived->last;
}

static void note_answer(struct joined_exchanges *all, const struct ws_segment *s, const uint32_t shift[2], ws_time way)
{
	const unsigned server = s->direction & 1;
	struct arrived *arrived = &all->arrived;
	const uint32_t end = s->sequence + s->length;
	const bool sends_new = !all->any_sent || ws_seq_before(all->sent, end);
	while (all->left < all->count && ws_seq_before(all->exchange[all->left].answer_start + shift[server], end)) {
		struct ws_exchange *exchange = &all->exchange[all->left];
		if (!exchange->answered || !arrived->known)
			break;
		if (all->left == all->came) { /* it is the answer to what has come, though some was not captured */
			all->request[all->came++] = arrived->last;
			if (ws_seq_before(arrived->next, exchange->request_end + shift[!server]))
				arrived->next = exchange->request_end + shift[!server];
			join_ranges(arrived);
		}
		const ws_time took = s->time - all->request[all->left++] - way;
		exchange->think = took > 0 ? took : 0;
		exchange->both_ends = true;
		exchange->again[1] = 0;
	}
	if (sends_new)
		all->sent = end;
	else if (all->left)
		all->exchange[all->left - 1].again[1]++;
	all->any_sent = true;
}

/* From the server's point to the server and back: the shortest that it measured, or what is left of the client's point's, less
 * the way between both. */
static ws_time way_to_server(const struct ws_lane lane[2], const struct ws_conn_path *path)
{
	const struct ws_join_direction *of = path->result.direction;
	const ws_time measured = ws_exchange_way(lane[1].conn, !(lane[1].end ^ lane[1].flipped));
	const ws_time whole = ws_exchange_way(lane[0].conn, lane[0].end ^ lane[0].flipped);
	if (!whole || of[0].delay_min < 0 || of[1].delay_min < 0)
		return measured;
	const ws_time rest = whole - of[0].delay_min - of[1].delay_min, least = rest > 0 ? rest : 0;
	return least < measured ? least : measured;
}

/* What the server sent again is known where it left. */
static void read_server(struct joined_exchanges *all, struct ws_lane *lane, ws_time way)
{
	const unsigned server = lane->end ^ lane->flipped;
	const struct ws_segment *s;
	while ((s = ws_lane_next(lane))) {
		if (s->kind != WS_INPUT_SEGMENT || !s->length || s->flags & WS_TCP_SYN || !ws_exchange_counts(s))
			continue;
		if (s->direction != server) {
			note_request(all, s, lane->shift[!server]);
			continue;
		}
		struct ws_segment answer = *s;
		if (lane->accepted) /* it stands for several */
			answer.time = lane->suspect.first_time;
		note_answer(all, &answer, lane->shift, way);
	}
}

/* ---- The whole */

static bool open_lanes(struct ws_lane lane[2], const struct ws_points *points, const struct ws_conn_path *path)
{
	struct ws_transit *transit = NULL;
	size_t count = 0;
	if (!ws_path_lacks_segments(path))
		return ws_lanes_open_own(lane, points, path);
	const bool opened = points->transits(points->context, path, &transit, &count) &&
	                    ws_lanes_open(lane, points, path, transit, count);
	free(transit);
	return opened;
}

static bool hand_over(const struct joined_exchanges *all, const struct ws_exchange_shown *shown)
{
	for (size_t i = 0; i < all->count; i++) {
		struct ws_exchange exchange = all->exchange[i];
		if (!ws_exchange_show(shown, &exchange))
			return false;
	}
	return true;
}

bool ws_exchanges_joined(const struct ws_tracker *asked, const struct ws_tracker *tracker, const struct ws_path_of *of,
                         ws_exchange_fn *fn, void *context, bool *went_through)
{
	struct ws_lane lane[2] = {{.conn = NULL}, {.conn = NULL}};
	struct joined_exchanges all = {.count = 0};
	bool found = open_lanes(lane, tracker->points, of->path) && read_client(&all, &lane[0]);
	all.request = found ? calloc(all.count + 1, sizeof(*all.request)) : NULL;
	found = found && all.request;
	if (found) {
		const struct ws_exchange_shown shown = {asked, tracker, of->path->point[lane[0].index], fn, context};
		read_server(&all, &lane[1], way_to_server(lane, of->path));
		*went_through = hand_over(&all, &shown);
	}
	free(all.exchange);
	free(all.request);
	ws_lanes_close(lane);
	return found;
}
