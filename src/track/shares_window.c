/* The edges of a peer's window: which of them a sender knew when, seen from where the capture was taken. */
#include "track/shares.h"

#include <string.h>

enum { PART = 64 }; /* of the way to a sender and back: edges that are closer in time are one */
enum { ALL = (1 << WS_SHARE_EDGES) - 1 };

/* All edges of a window, the newest first. */
struct edges {
	struct ws_share_edge edge[WS_SHARE_EDGES];
};

static inline struct edges edges_of(const struct ws_share_side *side, const struct ws_share_edge *older)
{
	struct edges all;
	all.edge[0] = side->edge;
	memcpy(all.edge + 1, older, (WS_SHARE_EDGES - 1) * sizeof(*older));
	return all;
}

/* Twice the area between the edge `at` and a straight line from the one before it to the one after it. */
static uint64_t bend(const struct ws_share_edge *edge, unsigned at)
{
	const uint32_t right = edge[at + 1].right, time = edge[at + 1].time;
	const int64_t here = (int32_t)(edge[at].right - right), next = (int32_t)(edge[at - 1].right - right);
	const uint64_t area = (uint64_t)here * (edge[at - 1].time - time) - (uint64_t)next * (edge[at].time - time);
	return area >> 63 ? -area : area;
}

/* The edge without which the others tell most nearly the same, of those between the newest and the oldest. */
static unsigned least_bend(const struct ws_share_side *side, const struct ws_share_edge *older)
{
	const struct edges all = edges_of(side, older);
	unsigned least = 1;
	uint64_t area = bend(all.edge, 1);
	for (unsigned i = 2; i < WS_SHARE_EDGES - 1; i++) {
		const uint64_t other = bend(all.edge, i);
		least = other < area ? i : least;
		area = other < area ? other : area;
	}
	return least;
}

/* Makes room for a new edge in place of the one that tells least, which is then reached evenly from the next older one. It
 * is no part of its caller, which would save registers for it. */
__attribute__((noinline)) static void make_room(struct ws_share_side *side, struct ws_share_edge *older)
{
	const unsigned at = least_bend(side, older);
	const unsigned after = side->edge_even & ((1u << at) - 1), before = side->edge_even >> (at + 1);
	side->edge_even = (uint8_t)(after << 1 | before << (at + 1) | 1u << at) & ALL;
	memmove(older + 1, older, (at - 1) * sizeof(*older));
	older[0] = side->edge;
}

/* Whether `time` < `way` / `unit`, without a division. */
static inline bool is_within(uint32_t time, ws_time way, ws_time unit)
{
	return (time + INT64_C(1)) * unit <= way;
}

void ws_shares_note_edge(struct ws_share_side *side, struct ws_share_edge *older, uint32_t right, uint32_t time,
                         ws_time way)
{
	if (side->edges &&
	    (right == side->edge.right || is_within(time - side->edge.time, way, WS_SHARE_MICROSECOND * PART))) {
		side->edge.right = right;
		return;
	}
	if (side->edges == WS_SHARE_EDGES &&
	    is_within(time - older[WS_SHARE_EDGES - 3].time, way, WS_SHARE_MICROSECOND)) {
		make_room(side, older);
	} else { /* in place of the oldest one, or of none */
		_Static_assert(WS_SHARE_EDGES == 5, "all of them");
		older[3] = older[2];
		older[2] = older[1];
		older[1] = older[0];
		older[0] = side->edge;
		if (side->edge_even)
			side->edge_even = (uint8_t)(side->edge_even << 1) & ALL;
		if (side->edges < WS_SHARE_EDGES)
			side->edges++;
	}
	side->edge = (struct ws_share_edge){time, right};
}

void ws_shares_renew_edges(struct ws_shares *shares, ws_time now)
{
	enum { OLD = WS_SHARE_LONG / WS_SHARE_MICROSECOND };
	const bool all = now - shares->latest > WS_SHARE_LONG;
	const uint32_t newest = ws_shares_microseconds(shares, now);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < WS_SHARE_EDGES; i++) {
			struct ws_share_edge *edge = i ? &shares->older[side][i - 1] : &shares->side[side].edge;
			if (all || newest - edge->time > OLD)
				edge->time = newest - OLD;
		}
}

/* Where the way between two edges is taken to be even. Returns the part of `whole` that `part` of `of` is. */
static uint32_t proportion(uint32_t whole, uint32_t part, uint32_t of)
{
	return part < of ? (uint32_t)((uint64_t)whole * part / of) : whole;
}

/* Whether the edge grew evenly from the one before it to `at`. */
static bool is_even(const struct ws_share_side *side, const struct ws_share_edge *edge, unsigned at)
{
	return side->edge_even >> at & 1 && at + 1u < side->edges && ws_seq_before(edge[at + 1].right, edge[at].right);
}

/* The room without which a sender waits, in a window that ends at `right`: that of a full segment, or half of a window
 * which never had room for several, such as those of the loopback interface (RFC 9293 §3.8.6.2.1). */
static uint32_t least_room(const struct ws_share_side *side, uint32_t right, uint32_t mss)
{
	const uint32_t half = (right - side->acknowledged) / 2;
	return side->wide || half >= mss ? mss : half + !half;
}

bool ws_shares_fill(const struct ws_shares *shares, const struct ws_segment *s, uint32_t mss, ws_time now)
{
	enum { NEAR = 8 };
	const struct ws_share_side *side = &shares->side[s->direction];
	const ws_time way = shares->time.way_to[s->direction];
	const bool own =
	        way < shares->time.way_to[!s->direction] / NEAR; /* it knows what has just passed the capture */
	const uint32_t end = side->end, newest = ws_shares_microseconds(shares, now);
	const uint32_t lag = own ? 0 : newest - ws_shares_microseconds(shares, now - way + way / PART);
	const struct edges all = edges_of(side, shares->older[s->direction]);
	const struct ws_share_edge *edge = all.edge;
	unsigned at = 0;
	if (!side->edges)
		return false;
	while (at + 1u < side->edges && newest - edge[at].time < lag)
		at++;
	uint32_t right = edge[at].right;
	if (at && is_even(side, edge, at - 1))
		right += proportion(edge[at - 1].right - right, newest - lag - edge[at].time,
		                    edge[at - 1].time - edge[at].time);
	/* It was sent, so its sender knew of room for it, where the way back was a little shorter. */
	while (at && ws_seq_before(right, end))
		right = edge[--at].right;
	if (!ws_seq_before(right, end + least_room(side, right, mss)))
		return false;
	const bool known = own || (!at && newest - edge[0].time >= lag + way / WS_SHARE_MICROSECOND / NEAR);
	return !known || right == end || s->length >= mss || !(s->flags & WS_TCP_PSH);
}

ws_time ws_shares_opened_after(const struct ws_shares *shares, unsigned self, ws_time now, uint32_t mss)
{
	const struct ws_share_side *side = &shares->side[self];
	const struct edges all = edges_of(side, shares->older[self]);
	const struct ws_share_edge *edge = all.edge;
	const ws_time way = shares->time.way_to[self];
	const uint32_t time = ws_shares_microseconds(shares, now);
	const uint32_t right = side->end + least_room(side, edge[0].right, mss);
	for (unsigned at = side->edges; at-- > 0;) {
		if (ws_seq_before(edge[at].right, right))
			continue;
		uint32_t age = time - edge[at].time;
		if (is_even(side, edge, at))
			age += proportion(edge[at].time - edge[at + 1].time, edge[at].right - right,
			                  edge[at].right - edge[at + 1].right);
		const ws_time opened = now - age * WS_SHARE_MICROSECOND + way;
		return opened > shares->since ? opened - shares->since : 0;
	}
	return now - shares->since;
}

ws_time ws_shares_probe_wait(const struct ws_shares *shares, const struct ws_segment *s, ws_time now, uint32_t mss)
{
	const unsigned self = s->direction;
	const struct ws_share_side *side = &shares->side[self];
	if (!side->edges || side->edge.right != s->sequence + s->length || s->length >= mss ||
	    side->all_acked <= side->sent_time)
		return 0;
	const ws_time timer = ws_shares_timer(shares, self);
	const ws_time wait = now - side->all_acked - shares->time.way_to[self], rest = wait - timer;
	const ws_time known = (uint32_t)(ws_shares_microseconds(shares, now) - side->edge.time) * WS_SHARE_MICROSECOND;
	if (rest < -timer / 4 || rest > WS_SHARE_TIMER_TICK + timer / 16 || known < wait)
		return 0;
	return wait;
}
