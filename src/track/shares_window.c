/* The edges of a peer's window: which of them a sender knew when, seen from where the capture was taken. */
#include "track/shares.h"

#include <string.h>

enum { PART = 64 }; /* of the way to a sender and back: edges that are closer in time are one */
enum { ALL = (1 << WS_SHARE_EDGES) - 1 };

/* Twice the area between the edge `at` and a straight line from the one before it to the one after it. */
static uint64_t bend(const struct ws_share_side *side, unsigned at)
{
	const uint32_t right = side->edge[at + 1].right, time = side->edge[at + 1].time;
	const int64_t here = (int32_t)(side->edge[at].right - right),
	              next = (int32_t)(side->edge[at - 1].right - right);
	const uint64_t area =
	        (uint64_t)here * (side->edge[at - 1].time - time) - (uint64_t)next * (side->edge[at].time - time);
	return area >> 63 ? -area : area;
}

/* The edge without which the others tell most nearly the same, of those between the newest and the oldest. */
static unsigned least_bend(const struct ws_share_side *side)
{
	unsigned least = 1;
	uint64_t area = bend(side, 1);
	for (unsigned i = 2; i < WS_SHARE_EDGES - 1; i++) {
		const uint64_t other = bend(side, i);
		least = other < area ? i : least;
		area = other < area ? other : area;
	}
	return least;
}

/* Makes room for a new edge, in place of the one at `at`, which is then reached evenly from the next older one. */
static inline void shift(struct ws_share_side *side, unsigned at)
{
	const unsigned newer = side->edge_even & ((1u << at) - 1), older = side->edge_even >> (at + 1);
	side->edge_even = (uint8_t)(newer << 1 | older << (at + 1) | 1u << at) & ALL;
	memmove(side->edge + 1, side->edge, at * sizeof(*side->edge));
}

/* Whether `time` < `way` / `unit`, without a division. */
static inline bool is_within(uint32_t time, ws_time way, ws_time unit)
{
	return (time + INT64_C(1)) * unit <= way;
}

void ws_shares_note_edge(struct ws_share_side *side, uint32_t right, uint32_t time, ws_time way)
{
	if (side->edges &&
	    (right == side->edge[0].right || is_within(time - side->edge[0].time, way, WS_SHARE_MICROSECOND * PART))) {
		side->edge[0].right = right;
		return;
	}
	if (side->edges == WS_SHARE_EDGES &&
	    is_within(time - side->edge[WS_SHARE_EDGES - 2].time, way, WS_SHARE_MICROSECOND)) {
		shift(side, least_bend(side));
	} else { /* in place of the oldest one, or of none */
		_Static_assert(WS_SHARE_EDGES == 5, "all of them");
		side->edge[4] = side->edge[3];
		side->edge[3] = side->edge[2];
		side->edge[2] = side->edge[1];
		side->edge[1] = side->edge[0];
		side->edge_even = (uint8_t)(side->edge_even << 1) & ALL;
		side->edges += side->edges < WS_SHARE_EDGES;
	}
	side->edge[0].time = time;
	side->edge[0].right = right;
}

/* Where the way between two edges is taken to be even. Returns the part of `whole` that `part` of `of` is. */
static uint32_t proportion(uint32_t whole, uint32_t part, uint32_t of)
{
	return part < of ? (uint32_t)((uint64_t)whole * part / of) : whole;
}

/* Whether the edge grew evenly from the one before it to `at`. */
static bool is_even(const struct ws_share_side *side, unsigned at)
{
	return side->edge_even >> at & 1 && at + 1u < side->edges &&
	       ws_seq_before(side->edge[at + 1].right, side->edge[at].right);
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
	const uint32_t end = side->end, time = ws_shares_microseconds(shares, own ? now : now - way + way / PART);
	unsigned at = 0;
	if (!side->edges)
		return false;
	while (at + 1u < side->edges && ws_seq_before(time, side->edge[at].time))
		at++;
	uint32_t right = side->edge[at].right;
	if (at && is_even(side, at - 1))
		right += proportion(side->edge[at - 1].right - right, time - side->edge[at].time,
		                    side->edge[at - 1].time - side->edge[at].time);
	/* It was sent, so its sender knew of room for it, where the way back was a little shorter. */
	while (at && ws_seq_before(right, end))
		right = side->edge[--at].right;
	if (!ws_seq_before(right, end + least_room(side, right, mss)))
		return false;
	const bool known = own || (!at && (int32_t)(time - side->edge[0].time) >= way / WS_SHARE_MICROSECOND / NEAR);
	return !known || right == end || s->length >= mss || !(s->flags & WS_TCP_PSH);
}

ws_time ws_shares_opened_after(const struct ws_shares *shares, unsigned self, ws_time now, uint32_t mss)
{
	const struct ws_share_side *side = &shares->side[self];
	const ws_time way = shares->time.way_to[self];
	const uint32_t time = ws_shares_microseconds(shares, now);
	const uint32_t right = side->end + least_room(side, side->edge[0].right, mss);
	for (unsigned at = side->edges; at-- > 0;) {
		if (ws_seq_before(side->edge[at].right, right))
			continue;
		uint32_t age = time - side->edge[at].time;
		if (is_even(side, at))
			age += proportion(side->edge[at].time - side->edge[at + 1].time, side->edge[at].right - right,
			                  side->edge[at].right - side->edge[at + 1].right);
		const ws_time opened = now - age * WS_SHARE_MICROSECOND + way;
		return opened > shares->since ? opened - shares->since : 0;
	}
	return now - shares->since;
}

ws_time ws_shares_probe_wait(const struct ws_shares *shares, const struct ws_segment *s, ws_time now, uint32_t mss)
{
	const unsigned self = s->direction;
	const struct ws_share_side *side = &shares->side[self];
	if (!side->edges || side->edge[0].right != s->sequence + s->length || s->length >= mss ||
	    side->all_acked <= side->sent_time)
		return 0;
	const ws_time timer = ws_shares_timer(shares, self);
	const ws_time wait = now - side->all_acked - shares->time.way_to[self], rest = wait - timer;
	const ws_time known =
	        (uint32_t)(ws_shares_microseconds(shares, now) - side->edge[0].time) * WS_SHARE_MICROSECOND;
	if (rest < -timer / 4 || rest > WS_SHARE_TIMER_TICK + timer / 16 || known < wait)
		return 0;
	return wait;
}
