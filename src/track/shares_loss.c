/* Losses before the capture, which the numbers of packets show, and the timers that repaired them; and the round trip of
 * a handshake whose segments were sent again. */
#include "track/shares.h"

/* What that timer adds to a round trip (RFC 6298 has 1 s, and says that less may do). */
#define TIMER_MARGIN (200 * WS_MILLISECOND)
#define TIMER_TOLERANCE (15 * WS_MILLISECOND)
/* A delayed ACK comes later than the way by 40 ms or more. */
#define JITTER_MOST (30 * WS_MILLISECOND)

/* A host without timestamps may count the packets of all its connections together, of which some may pass in between. */
static bool counts_surely(const struct ws_share_side *self, const struct ws_segment *s)
{
	return s->timestamps || self->counted >= WS_SHARE_COUNTED;
}

unsigned ws_shares_lost_packets(struct ws_share_side *self, const struct ws_segment *s, uint32_t mss)
{
	enum { BURST = 64, BACK = 0x8000 };
	if (self->counted == WS_SHARE_UNCOUNTED || s->flags & WS_TCP_RST)
		return 0;
	const unsigned lost = (uint16_t)(s->identification - self->next_identification);
	const bool numbered = self->numbered;
	if (numbered && lost >= BACK)
		return 0;
	self->numbered = s->identification && (mss || s->length < 1000);
	self->next_identification = (uint16_t)(s->identification + ws_shares_parts(s, mss));
	if (!self->numbered || !numbered) {
		const bool linux_syn = s->flags & WS_TCP_SYN && s->flags & WS_TCP_ACK && !s->identification;
		self->counted = linux_syn ? WS_SHARE_COUNTED : self->numbered ? self->counted : 0;
		return 0;
	}
	if (lost > BURST)
		self->counted = WS_SHARE_UNCOUNTED;
	else if (!lost && self->counted < WS_SHARE_UNCOUNTED - 1)
		self->counted++;
	return self->counted && self->counted != WS_SHARE_UNCOUNTED ? lost : 0;
}

ws_time ws_shares_way_left(const struct ws_shares *shares, unsigned self)
{
	const struct ws_share_side *peer = &shares->side[!self];
	const ws_time passed = peer->sent ? shares->since - peer->sent_time : 0;
	/* The shortest way, or that of the ACK of this data, which takes longer on a way with jitter; much longer, and it
	 * was delayed. */
	ws_time way = shares->time.way_to[self];
	const ws_time took = peer->all_acked - peer->sent_time;
	if (peer->sent && took > way && took - way < JITTER_MOST && took - way <= way / 2)
		way = took;
	return passed < way ? way - (passed > 0 ? passed : 0) : 0;
}

void ws_shares_answered_soon(struct ws_shares *shares, unsigned self, ws_time wait)
{
	const struct ws_share_side *peer = &shares->side[!self];
	const ws_time way = shares->time.way_to[self], acked = peer->all_acked - peer->sent_time;
	const ws_time answered = shares->since + wait - peer->sent_time;
	if (peer->sent && way >= WS_SHARE_FAR && acked >= 0 && acked < way / WS_SHARE_NEARER && answered < way)
		shares->time.way_to[self] = answered;
}

ws_time ws_shares_timer(const struct ws_shares *shares, unsigned self)
{
	const ws_time trip = shares->time.way_to[0] + shares->time.way_to[1];
	ws_time most = 2 * trip, margin = most, deviation = most;
	const struct ws_share_side *side = &shares->side[self];
	const unsigned trips =
	        side->trips + (side->sent_time && !ws_shares_in_flight(side)); /* the latest one is not counted yet */
	if (margin < TIMER_MARGIN)
		return trip + TIMER_MARGIN;
	for (unsigned i = 0; i < trips; i++) {
		deviation -= deviation / 4;
		most = deviation > most ? deviation : most;
		margin -= (margin - most) / 4;
		most = TIMER_MARGIN;
	}
	return trip + margin;
}

/* Before what `self` sends, the same was lost `lost` times on its way to the capture. Then its timer was waited for:
 * once as it is set, once more after its probe (RFC 8985 §7), of which Linux has none without SACK, nor for the data after
 * that which a probe has repaired, and then twice as long each time. Returns the end of the wait that this took; 0 when it
 * would have taken longer than it did: then it does not count the identifications of this connection alone. `unsure`:
 * what was lost may have been an ACK, so the time must be just that of the timer. */
static ws_time lost_time(struct ws_shares *shares, unsigned self, ws_time wait, unsigned lost, bool unsure)
{
	enum { MOST_TIMES = 4 };
	if (lost > MOST_TIMES) {
		shares->side[self].counted = WS_SHARE_UNCOUNTED;
		return 0;
	}
	ws_time way = 0;
	if (shares->speaker == (int)self + 1) /* the ACKs of what it had sent with it set the timer again */
		way = shares->side[self].full ? shares->time.way_to[self] : 0;
	else if (shares->speaker || !ws_shares_is_opener(shares, self))
		way = ws_shares_way_left(shares, self);
	const ws_time first = ws_shares_timer(shares, self), unprobed = first * ((1 << lost) - 1);
	const bool probes = !shares->unprobed && (!(shares->probed >> self & 1) || lost == 1 || wait - way <= unprobed);
	const ws_time timer = probes ? first * (1 << (lost - 1)) : unprobed;
	const ws_time rest = wait - way - timer;
	if (unsure && (lost > 1 || rest < -TIMER_TOLERANCE - timer / 16 || rest > WS_SHARE_TIMER_TICK + timer / 16))
		return 0;
	if (rest < -timer / 4) {
		shares->side[self].counted = WS_SHARE_UNCOUNTED;
		return 0;
	}
	shares->time.timeouts += lost;
	shares->side[self].repaired = true;
	ws_shares_note_probe(shares, self, lost == 1);
	return rest > WS_SHARE_TIMER_TICK ? timer : timer + rest;
}

ws_time ws_shares_lost_before(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis, ws_time now,
                              unsigned lost)
{
	const struct ws_share_side *self = &shares->side[s->direction];
	/* Of other data that was lost, the numbers tell. */
	const bool next = !ws_shares_in_flight(self) && !(analysis & WS_SHARE_MARK(LOST_SEGMENT)) &&
	                  (!self->sent || self->end == s->sequence);
	lost = self->missing ? self->missing : next ? lost : 0;
	const bool resent = !lost && ws_shares_is_resent(analysis);
	const bool unsure = resent || !counts_surely(self, s) ||
	                    (ws_shares_in_flight(&shares->side[!s->direction]) && !self->missing);
	lost += resent;
	return lost ? lost_time(shares, s->direction, now - shares->since, lost, unsure) : 0;
}

bool ws_shares_fills_gap_late(const struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis)
{
	return shares->side[s->direction].gap &&
	       (s->timestamps ? !ws_seq_before(shares->repeat_tsval[s->direction], s->tsval)
	                      : analysis & WS_SHARE_MARK(OUT_OF_ORDER));
}

void ws_shares_measure_handshake(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	struct ws_share_side *self = &shares->side[s->direction];
	const struct ws_share_side *peer = &shares->side[!s->direction];
	if (s->flags & WS_TCP_ACK && s->timestamps && peer->acked_time &&
	    s->tsecr == shares->repeat_tsval[!s->direction] && !shares->time.way_to[s->direction])
		shares->time.way_to[s->direction] = now - ws_shares_time_before(shares, now, peer->acked_time);
	if (s->flags & WS_TCP_SYN) {
		self->acked_time = ws_shares_microseconds(shares, now);
		shares->repeat_tsval[s->direction] = s->tsval;
	}
}
