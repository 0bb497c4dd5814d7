/* Ordinary segments: their way through the division of time, which does for them just what ws_shares_note_any() does. As in
 * Van Jacobson's header prediction, a few tests at the beginning say that nothing is lost, repeated, closed or beginning to
 * be, that new data comes, or an ACK of what was sent, and that no packet is missing by its number. */
#include "track/shares.h"
#include "track/shares_news.h"

#ifdef WS_CHECKS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#endif

/* The marks that the shares depend on. */
static inline bool is_marked(uint32_t analysis)
{
	return analysis & (WS_SHARE_MARK(LOST_SEGMENT) | WS_SHARE_MARK(DUPLICATE_ACK) | WS_SHARE_MARK(KEEP_ALIVE) |
	                   WS_SHARE_MARK(ZERO_WINDOW_PROBE) | WS_SHARE_MARK(SPURIOUS_RETRANSMISSION) |
	                   WS_SHARE_MARK(RETRANSMISSION) | WS_SHARE_MARK(OUT_OF_ORDER));
}

/* It has acknowledged what was sent, and not less than before. Numbers that are more than 2^31 apart have no order, so what is
 * under way is looked at first. */
static inline bool is_ordinary_ack(const struct ws_share_side *peer, uint32_t ack)
{
	if (!peer->sent)
		return peer->awaited && ack == peer->acknowledged;
	const uint32_t under_way = peer->end - peer->acknowledged;
	return under_way <= INT32_MAX && ack - peer->acknowledged <= under_way;
}

/* Its number is the next one, or its sender does not count: does what ws_shares_lost_packets() does then. Returns false, and
 * does nothing, for another one. */
static inline bool take_number(struct ws_share_side *self, const struct ws_segment *s, uint32_t mss)
{
	const unsigned counted = self->counted, identification = s->identification;
	if (counted == WS_SHARE_UNCOUNTED)
		return true;
	if (!self->numbered) {
		if (identification)
			return false;
		self->counted = 0;
	} else {
		if (!identification || identification != self->next_identification || (!mss && s->length >= 1000))
			return false;
		self->counted = (uint8_t)(counted + (counted < WS_SHARE_UNCOUNTED - 1));
	}
	self->next_identification = (uint16_t)(identification + ws_shares_parts(s, mss));
	return true;
}

/* Its data is under way, and it has more. */
static inline bool is_busy(const struct ws_share_side *side)
{
	return side->full && ws_seq_before(side->acknowledged, side->end) && !side->fin;
}

/* The endpoint of which this is true; 2: neither. */
static inline unsigned busy_side(const struct ws_shares *shares)
{
	return is_busy(&shares->side[0]) ? 0 : is_busy(&shares->side[1]) ? 1 : 2;
}

/* Both have sent their FIN, and one of them is on its way. */
static inline bool is_closing(const struct ws_share_side *self, const struct ws_share_side *peer)
{
	return self->fin && peer->fin && (ws_shares_in_flight(self) || ws_shares_in_flight(peer));
}

/* Data has ended a wait. Mostly it is the other endpoint's turn, which ws_shares_settle_data() has among other cases. */
static inline void settle(struct ws_shares *shares, const struct ws_share_side *self, const struct ws_segment *s,
                          ws_time now, uint32_t mss)
{
	if (shares->speaker != !s->direction + 1 || self->all_acked > shares->since) {
		ws_shares_settle_data(shares, s, now, mss, 0);
		return;
	}
	ws_shares_note_probe(shares, s->direction, false);
	ws_shares_settle_answer(shares, s->direction, now - shares->since);
}

/* Returns false, and does nothing, when the segment may be no ordinary one. */
static inline bool note_ordinary(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                                 const struct ws_analyser *analyser, const struct ws_rtt *rtt, uint32_t mss)
{
	struct ws_share_side *sides = shares->side, *self = s->direction ? sides + 1 : sides;
	struct ws_share_side *peer = s->direction ? sides : sides + 1;
	const struct ws_flow *flow = &analyser->flow[s->direction];
	ws_shares_keep(self, peer);
	if ((s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK)) != WS_TCP_ACK || is_marked(analysis) ||
	    s->sack || !s->window || !shares->open || shares->resetter || shares->keeper ||
	    self->unusual | peer->unusual)
		return false;
	const bool fin = self->fin || peer->fin;
	if (fin && s->length)
		return false;
	const uint32_t end = s->sequence + s->length, window = ws_shares_window(s, flow);
	if (!is_ordinary_ack(peer, s->acknowledgment) || (window < mss && flow->scale && peer->wide) ||
	    (s->length && (self->missing || (self->sent && !ws_seq_before(self->end, end)))))
		return false;
	const unsigned busy = busy_side(shares);
	if ((busy < 2 && shares->side[busy].filled) || !take_number(self, s, mss))
		return false;

	const ws_time now = s->time > shares->latest ? s->time : shares->latest;
	const uint32_t microseconds = ws_shares_microseconds(shares, now);
	if (rtt)
		ws_shares_take_ways(shares, rtt);
	if (busy < 2) {
		ws_shares_spend(shares, WS_CAUSE_NETWORK, busy, now - shares->since);
		shares->since = now;
	} else if (s->length) {
		settle(shares, self, s, now, mss);
		shares->since = now;
	} else if (fin && is_closing(self, peer)) {
		ws_shares_spend(shares, WS_CAUSE_CLOSING, 0, now - shares->since);
		shares->since = now;
	}
	if (flow->scale) {
		if (!peer->edges || s->acknowledgment + window != peer->edge.right)
			ws_shares_note_edge(peer, shares->older[!s->direction], s->acknowledgment + window,
			                    microseconds, shares->time.way_to[!s->direction]);
		if (!peer->wide && mss && window > 2 * mss)
			peer->wide = true;
	}
	if (s->acknowledgment != peer->acknowledged)
		ws_shares_take_acknowledged(peer, s, now, microseconds, mss);
	if (s->length) {
		ws_shares_begin_data(self, s->sequence);
		ws_shares_take_news(shares, self, s, now, mss, end);
	}
	shares->latest = now;
	return true;
}

/* In builds for tests, which define WS_CHECKS, every segment that goes this way also goes the other one. */
bool ws_shares_note(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                    const struct ws_analyser *analyser, const struct ws_rtt *rtt, uint32_t mss)
{
#ifdef WS_CHECKS
	struct ws_shares other;
	memcpy(&other, shares, sizeof(other));
	other.recorded = false; /* it is in no struct ws_shares_recorder */
#endif
	if (note_ordinary(shares, s, analysis, analyser, rtt, mss)) {
#ifdef WS_CHECKS
		ws_shares_note_any(&other, s, analysis, analyser, rtt, mss);
		other.recorded = shares->recorded;
		if (memcmp(&other, shares, sizeof(other)) != 0) {
			fputs("an ordinary segment changes the shares of time otherwise than any segment\n", stderr);
			abort();
		}
#endif
		return true;
	}
	ws_shares_note_any(shares, s, analysis, analyser, rtt, mss);
	return false;
}
