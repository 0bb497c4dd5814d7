/* Losses that the capture shows: what is sent again, why, and whether it had been lost; and what has only come late. */
#include "track/shares.h"

/* A retransmission this soon after a repeated ACK could reach its sender answers it. */
#define ANSWERS_WITHIN (20 * WS_MILLISECOND)
/* In a recovery, a silence before another retransmission that only a timer ends: Linux's shortest is 200 ms. */
#define TIMER_LEAST (150 * WS_MILLISECOND)
/* Hosts delay an ACK by less than this; Linux by up to 200 ms. */
#define LATE_AFTER (250 * WS_MILLISECOND)

/* What was sent again had been lost, so it was waited for until then. */
static void settle_doubt(struct ws_shares *shares, unsigned self, const struct ws_segment *s, ws_time now)
{
	struct ws_share_side *side = &shares->side[self];
	const bool all = s->flags & WS_TCP_RST || !ws_seq_before(s->acknowledgment, side->recovery_end);
	side->doubtful = false;
	side->sent_time = ws_shares_time_before(shares, now, side->acked_time);
	if (side->sent_time > shares->since) {
		ws_shares_spend(shares, (enum ws_cause)side->recovery, self, side->sent_time - shares->since);
		shares->since = side->sent_time;
	}
	if (side->recovery == WS_CAUSE_TIMEOUT && all)
		side->recovery = 0; /* once it was sent again, it had its way as all data */
}

/* Without timestamps: the ACK from `self` has come sooner after what was sent again than the way there and back takes. */
static bool comes_before(const struct ws_shares *shares, unsigned self, ws_time now)
{
	const ws_time way = shares->time.way_to[self];
	return now - ws_shares_time_before(shares, now, shares->side[!self].acked_time) <
	       way - way / 4 - WS_MILLISECOND;
}

/* A timer has sent again what was only late: it was on its way until its ACK came, and no program was waited for. */
static void settle_late(struct ws_shares *shares, unsigned self, ws_time now)
{
	const ws_time took = now - shares->side[self].sent_time;
	if (!ws_shares_wait(shares) || took <= shares->time.way_to[!self] + LATE_AFTER)
		return;
	ws_shares_spend(shares, WS_CAUSE_NETWORK, self, now - shares->since);
	shares->since = now;
}

void ws_shares_judge_repeat(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	struct ws_share_side *peer = &shares->side[!s->direction];
	if (!peer->suspected && !peer->doubtful)
		return;
	const bool news = s->flags & WS_TCP_ACK && ws_seq_before(peer->acknowledged, s->acknowledgment);
	if (peer->suspected && news) { /* nothing was sent again, so it has come late */
		peer->suspected = false;
		peer->recovery = 0;
	}
	if (!peer->doubtful || (!news && !ws_shares_came_twice(s)))
		return;
	const bool timed = peer->recovery == WS_CAUSE_TIMEOUT;
	const bool earlier = s->timestamps ? ws_seq_before(s->tsecr, shares->repeat_tsval[!s->direction])
	                                   : comes_before(shares, s->direction, now);
	if (!ws_shares_came_twice(s) && earlier && timed && ws_seq_before(s->acknowledgment, peer->recovery_end))
		return;
	peer->doubtful = false;
	if (earlier || ws_shares_came_twice(s)) {
		peer->recovery = 0;
		shares->time.timeouts -= timed;
		if (earlier && timed)
			settle_late(shares, !s->direction, now);
		return;
	}
	settle_doubt(shares, !s->direction, s, now);
}

void ws_shares_judge_before_reset(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	for (unsigned i = 0; i < 2; i++)
		if (shares->side[i].doubtful)
			settle_doubt(shares, i, s, now);
}

/* Whether a timer has sent it, or a repeated ACK of the peer. */
static bool is_timed(const struct ws_shares *shares, unsigned self, ws_time now)
{
	const struct ws_share_side *side = &shares->side[self];
	if (side->recovery)
		return now - shares->latest > 2 * shares->time.way_to[self] + shares->time.way_to[!self] + TIMER_LEAST;
	const ws_time repeated = ws_shares_time_before(shares, now, shares->repeated[self]);
	return repeated <= side->sent_time || now - repeated > shares->time.way_to[self] + ANSWERS_WITHIN;
}

void ws_shares_note_too_large(struct ws_shares *shares, const struct ws_segment *s)
{
	const unsigned self = s->direction & 1;
	const struct ws_share_side *side = &shares->side[self];
	/* As its sender does, which takes another one for forged or out of date. */
	if (!ws_shares_in_flight(side) || ws_seq_before(s->sequence, side->acknowledged) ||
	    !ws_seq_before(s->sequence, side->end))
		return;
	shares->told = (self + 1) & 3;
	shares->time.too_large = ws_shares_microseconds(shares, s->time > shares->latest ? s->time : shares->latest);
}

/* The segment answers an ICMP error that said that what was under way is too large. */
static bool is_made_smaller(struct ws_shares *shares, unsigned self, ws_time now)
{
	if (shares->told != self + 1)
		return false;
	if (now - ws_shares_time_before(shares, now, shares->time.too_large) <=
	    shares->time.way_to[self] + ANSWERS_WITHIN)
		return true;
	shares->told = 0;
	return false;
}

void ws_shares_end_recovery(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	struct ws_share_side *peer = &shares->side[!s->direction];
	const ws_time way = shares->time.way_to[s->direction];
	if (!peer->recovery || peer->full || !(s->flags & WS_TCP_ACK) ||
	    ws_seq_before(s->acknowledgment, peer->recovery_end) || now - shares->since <= way + WS_SHARE_DELAYED_AFTER)
		return;
	ws_shares_spend(shares, (enum ws_cause)peer->recovery, !s->direction, way);
	shares->since += way;
	peer->recovery = 0;
}

/* A timer was set again by the latest ACK, until which data was under way. */
static void settle_until_acked(struct ws_shares *shares, unsigned self, ws_time now)
{
	const ws_time until = ws_shares_time_before(shares, now, shares->side[self].acked_time);
	if (until > shares->since) {
		ws_shares_spend(shares, WS_CAUSE_NETWORK, self, until - shares->since);
		shares->since = until;
	}
}

/* The peer has taken back the room for it: nobody was to deliver it, and nothing need be lost. What is sent again then tells
 * when there is room, as probes do (RFC 9293 §3.8.6.1); until all of it has arrived, it was the window. With a window scale,
 * a window that is rounded down ends a few bytes earlier than the one before, which is no reason to drop a segment. */
static bool has_no_room(const struct ws_shares *shares, const struct ws_segment *s)
{
	const struct ws_share_side *side = &shares->side[s->direction];
	return shares->side[!s->direction].closed ||
	       (side->edges && ws_seq_before(side->edge.right, s->sequence + (s->length + 1) / 2));
}

/* What had no room before was sent again with room for it, and once more now, or was never without: it was lost on the way. */
static bool is_lost_with_room(const struct ws_shares *shares, const struct ws_segment *s)
{
	const struct ws_share_side *side = &shares->side[s->direction];
	const uint32_t first = ws_seq_before(s->sequence, side->acknowledged) ? side->acknowledged : s->sequence;
	return !has_no_room(shares, s) && (ws_seq_before(first, shares->roomy_end[s->direction]) ||
	                                   !ws_seq_before(s->sequence, side->recovery_end));
}

static void note_without_room(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	struct ws_share_side *side = &shares->side[s->direction];
	shares->roomy_end[s->direction] = has_no_room(shares, s) ? s->sequence : s->sequence + s->length;
	if (side->doubtful)
		settle_doubt(shares, s->direction, s, now);
	side->suspected = side->gap = false;
	ws_shares_begin_recovery(side, WS_CAUSE_CLOSED_WINDOW);
	ws_shares_spend(shares, WS_CAUSE_CLOSED_WINDOW, s->direction, now - shares->since);
	shares->since = now;
}

void ws_shares_note_repair(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis, bool waited,
                           ws_time now)
{
	const unsigned self = s->direction;
	struct ws_share_side *side = &shares->side[self];
	if (ws_shares_fills_gap_late(shares, s, analysis)) {
		side->gap = s->timestamps; /* there may be more of them */
		if (side->suspected && ws_seq_before(side->acknowledged, s->sequence))
			return; /* the ACKs lack something else */
		side->suspected = false;
		side->recovery = 0;
		ws_shares_spend(shares, WS_CAUSE_NETWORK, self, now - shares->since);
		shares->since = now;
		return;
	}
	if (side->recovery == WS_CAUSE_CLOSED_WINDOW && is_lost_with_room(shares, s))
		side->recovery = 0;
	if (side->recovery == WS_CAUSE_CLOSED_WINDOW || has_no_room(shares, s)) {
		note_without_room(shares, s, now);
		return;
	}
	const bool first = !side->recovery || side->suspected, smaller = is_made_smaller(shares, self, now);
	const bool timed = !smaller && is_timed(shares, self, now);
	if (timed) {
		shares->time.timeouts++;
		side->repaired = true;
		ws_shares_note_probe(shares, self, first);
	}
	if ((timed || smaller) && waited)
		settle_until_acked(shares, self, now);
	if (timed || first || smaller)
		ws_shares_begin_recovery(side, smaller ? WS_CAUSE_PATH_MTU
		                               : timed ? WS_CAUSE_TIMEOUT
		                                       : WS_CAUSE_DUPLICATE_ACKS);
	side->suspected = side->gap = false;
	shares->repeat_tsval[self] = s->tsval;
	side->doubtful = first && !smaller;
	if (side->doubtful) {
		side->acked_time = ws_shares_microseconds(shares, now);
		return;
	}
	side->sent_time = now;
	ws_shares_spend(shares, (enum ws_cause)side->recovery, self, now - shares->since);
	shares->since = now;
	if ((timed || side->recovery == WS_CAUSE_PATH_MTU) &&
	    s->sequence + s->length + !!(s->flags & WS_TCP_FIN) == side->end)
		side->recovery = 0;
}
