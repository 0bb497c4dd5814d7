/* The edges of a peer's window: which of them a sender knew when, seen from where the capture was taken. */
#include "track/shares.h"

void ws_shares_note_edge(struct ws_share_side *side, uint32_t right, uint32_t time, ws_time way)
{
	const unsigned last = (side->edge_next + WS_SHARE_EDGES - 1u) % WS_SHARE_EDGES;
	const unsigned before = (last + WS_SHARE_EDGES - 1u) % WS_SHARE_EDGES;
	const bool close =
	        side->edges > 1 && time - side->edge[before].time < way / WS_SHARE_MICROSECOND / (WS_SHARE_EDGES / 2);
	const unsigned at = close ? last : side->edge_next;
	side->edge[at].time = time;
	side->edge[at].right = right;
	if (close) {
		side->edge_merged = (uint8_t)((side->edge_merged | 1u << at) & 15);
		return;
	}
	side->edge_merged = (uint8_t)(side->edge_merged & ~(1u << at) & 15);
	side->edge_next = (uint8_t)((side->edge_next + 1) % WS_SHARE_EDGES & 3);
	if (side->edges < WS_SHARE_EDGES)
		side->edges = (uint8_t)((side->edges + 1) & 7);
}

/* The place in the ring of the `i`th edge, counted back from the newest, which is 1. */
static unsigned edge_at(const struct ws_share_side *side, unsigned i)
{
	return (side->edge_next + WS_SHARE_EDGES - i) % WS_SHARE_EDGES;
}

/* Between an edge that has replaced others and the one before it, the way is taken to be even. Returns the part of
 * `whole` that `part` of `of` is. */
static uint32_t proportion(uint32_t whole, uint32_t part, uint32_t of)
{
	return part < of ? (uint32_t)((uint64_t)whole * part / of) : whole;
}

/* The room without which a sender waits, in a window that ends at `right`: that of a full segment, or half of a window
 * which never had room for several, such as those of the loopback interface (RFC 9293 §3.8.6.2.1). */
static uint32_t least_room(const struct ws_share_side *side, uint32_t right, uint32_t mss)
{
	const uint32_t half = (right - side->acknowledged) / 2;
	return side->wide || half >= mss ? mss : half + !half;
}

bool ws_shares_fill(const struct ws_share_side *side, uint32_t end, uint32_t mss, uint32_t time)
{
	for (unsigned i = 1; i <= side->edges; i++) {
		const unsigned at = edge_at(side, i), next = edge_at(side, i - 1);
		if (ws_seq_before(time, side->edge[at].time) && i < side->edges)
			continue;
		uint32_t right = side->edge[at].right;
		const uint32_t between = side->edge[next].time - side->edge[at].time;
		if (i > 1 && side->edge_merged & 1u << next && ws_seq_before(right, side->edge[next].right))
			right += proportion(side->edge[next].right - right, time - side->edge[at].time, between);
		/* It was sent, so its sender knew of room for it, where the way back was a little shorter. */
		for (unsigned j = i; j > 1 && ws_seq_before(right, end); j--)
			right = side->edge[edge_at(side, j - 1)].right;
		return ws_seq_before(right, end + least_room(side, right, mss));
	}
	return false;
}

ws_time ws_shares_opened_after(const struct ws_shares *shares, unsigned self, ws_time now, uint32_t mss)
{
	const struct ws_share_side *side = &shares->side[self];
	const ws_time way = shares->time.way_to[self];
	const uint32_t newest = side->edge[edge_at(side, 1)].right;
	const uint32_t time = ws_shares_microseconds(shares, now), right = side->end + least_room(side, newest, mss);
	for (unsigned i = side->edges; i >= 1; i--) {
		const unsigned at = edge_at(side, i), before = edge_at(side, i + 1);
		if (ws_seq_before(side->edge[at].right, right))
			continue;
		uint32_t age = time - side->edge[at].time;
		const uint32_t between = side->edge[at].time - side->edge[before].time;
		if (i < side->edges && side->edge_merged & 1u << at)
			age += proportion(between, side->edge[at].right - right,
			                  side->edge[at].right - side->edge[before].right);
		const ws_time opened = now - age * WS_SHARE_MICROSECOND + way;
		return opened > shares->since ? opened - shares->since : 0;
	}
	return now - shares->since;
}
