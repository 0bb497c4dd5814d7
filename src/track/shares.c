/* Divides a connection's time between its causes.
 *
 * Theory of operation. Every segment ends an interval, and the interval belongs to what kept the connection from going
 * on until then. While data is on its way and its sender has more, that is the network, the receiver's window or the
 * recovery of a loss. Otherwise somebody's program is waited for, and only the next segment with data shows whose: the
 * interval stays open over ACKs until then, see settle(). Of a wait for the other side, the way there and back is the
 * network's, as long as it takes at least from where the capture was taken. So the same connection has the same shares
 * wherever it is captured.
 *
 * A sender has more to send after a full segment; a smaller one is the end of what its program has written (unless
 * Nagle's algorithm holds back the rest, which an ACK then releases). */
#include "track/shares.h"
#include "track/machine.h"
#include "track/shares_news.h"

#include <string.h>

/* What follows an ACK within this was waiting for it. */
#define RELEASED_WITHIN (5 * WS_MILLISECOND)
/* By so much at most an ACK is delayed (RFC 1122 §4.2.3.2, with what timers take). */
#define LONGEST_DELAY (600 * WS_MILLISECOND)

/* ---- What keeps the connection from going on */

struct state {
	enum ws_cause cause;
	unsigned side;
	bool waits; /* for a program: only what comes next shows whose */
};

static bool is_unusual(const struct ws_shares *shares)
{
	return ws_shares_is_unusual(&shares->side[0]) || ws_shares_is_unusual(&shares->side[1]);
}

/* What keeps a sender from going on that could. WS_CAUSE_COUNT: nothing. */
WS_SELDOM static struct state stopped(const struct ws_shares *shares)
{
	const struct ws_share_side *sides = shares->side;
	for (unsigned i = 0; i < 2; i++)
		if (sides[i].recovery)
			return (struct state){(enum ws_cause)sides[i].recovery, i, false};
	for (unsigned i = 0; i < 2; i++)
		if (sides[!i].closed && (sides[i].sent || sides[i].unseen) && !sides[i].fin)
			return (struct state){WS_CAUSE_CLOSED_WINDOW, i, false};
	return (struct state){WS_CAUSE_COUNT, 0, false};
}

static inline struct state current(const struct ws_shares *shares)
{
	const struct ws_share_side *sides = shares->side;
	if (!shares->open)
		return (struct state){WS_CAUSE_CONNECTING, 0, false};
	if (shares->resetter || shares->gone)
		return (struct state){WS_CAUSE_IDLE, 0, false};
	if (is_unusual(shares)) {
		const struct state state = stopped(shares);
		if (state.cause != WS_CAUSE_COUNT)
			return state;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (sides[i].fin || (!sides[i].small && (!sides[i].full || !ws_shares_in_flight(&sides[i]))))
			continue;
		const bool window = sides[i].small || sides[i].filled;
		return (struct state){window ? WS_CAUSE_WINDOW : WS_CAUSE_NETWORK, i, false};
	}
	if (sides[0].fin && sides[1].fin && (ws_shares_in_flight(&sides[0]) || ws_shares_in_flight(&sides[1])))
		return (struct state){WS_CAUSE_CLOSING, 0, false};
	return (struct state){WS_CAUSE_IDLE, 0, true};
}

bool ws_shares_wait(const struct ws_shares *shares)
{
	return current(shares).waits;
}

/* ---- A wait for a program has ended at `now` */

/* What passes the capture `after` something went to `self` answers it. The shortest way that was measured until now may
 * be that of the handshake, which takes longer than the next ones. */
static bool comes_after(const struct ws_shares *shares, unsigned self, ws_time after)
{
	const ws_time way = shares->time.way_to[self];
	return after >= way - way / 4 - WS_MILLISECOND && after <= way + way / 8 + RELEASED_WITHIN;
}

/* An ACK has released what `self` sends at `now`: it comes as soon after it as the way to `self` and back allows. */
static bool is_released(const struct ws_shares *shares, unsigned self, ws_time now)
{
	const struct ws_share_side *side = &shares->side[self];
	return !side->eager && side->all_acked > side->sent_time && comes_after(shares, self, now - side->all_acked);
}

/* So many segments were under way, however small, that its congestion window had no room until the ACK that has just
 * reached it. */
static bool was_throttled(const struct ws_shares *shares, unsigned self, ws_time now)
{
	const struct ws_share_side *side = &shares->side[self];
	return side->burst == WS_SHARE_THROTTLED &&
	       comes_after(shares, self, now - ws_shares_time_before(shares, now, side->acked_time));
}

/* `self` sends data after data of its own. Either its program has written again, or the data had to wait for an ACK;
 * after a small segment only another small one has to. */
WS_SELDOM static void settle_same_sender(struct ws_shares *shares, const struct ws_segment *s, ws_time now,
                                         uint32_t mss)
{
	const unsigned self = s->direction;
	const ws_time wait = now - shares->since;
	const struct ws_share_side *side = &shares->side[self], *peer = &shares->side[!self];
	const enum ws_cause cause = side->filled ? WS_CAUSE_WINDOW : WS_CAUSE_NETWORK;
	const ws_time probe = ws_shares_probe_wait(shares, s, now, mss);
	if (probe) { /* until the ACK with the small window came, it waited as before */
		ws_shares_split(shares, wait, wait - probe, side->full ? cause : WS_CAUSE_PROGRAM, self,
		                WS_CAUSE_WINDOW, self);
		return;
	}
	if (side->full) { /* it had more to send, which was on its way, or had to wait for an ACK that had passed */
		ws_shares_split(shares, wait,
		                shares->time.way_to[self] + shares->time.way_to[self] / 4 + RELEASED_WITHIN, cause,
		                self, WS_CAUSE_PROGRAM, self);
		return;
	}
	if (was_throttled(shares, self, now)) {
		ws_shares_spend(shares, cause, self, wait);
		return;
	}
	if ((mss && s->length >= mss) || !is_released(shares, self, now)) {
		/* It may have waited for what it acknowledges: that was on its way. */
		const bool asked = s->flags & WS_TCP_ACK && ws_shares_in_flight(peer) &&
		                   ws_seq_before(peer->acknowledged, s->acknowledgment);
		ws_shares_split(shares, wait, asked ? ws_shares_way_left(shares, self) : 0, WS_CAUSE_NETWORK, !self,
		                WS_CAUSE_PROGRAM, self);
		return;
	}
	const ws_time delay = side->all_acked - side->sent_time, way = shares->time.way_to[!self];
	const bool nagle = delay > way + WS_SHARE_DELAYED_AFTER && delay <= way + LONGEST_DELAY && side->little;
	ws_shares_split(shares, wait, nagle ? way + shares->time.way_to[self] : wait, cause, self, WS_CAUSE_NAGLE,
	                self);
}

/* The server speaks first. Until it sent its SYN-ACK for the last time, it had not taken the ACK of the client. */
WS_SELDOM static void settle_greeting(struct ws_shares *shares, unsigned self, ws_time now)
{
	const uint32_t opened = shares->side[self].acked_time;
	const ws_time time = ws_shares_time_before(shares, now, opened);
	if (opened && time > shares->since && now - shares->since < WS_SHARE_MICROSECOND << 32) {
		ws_shares_spend(shares, WS_CAUSE_CONNECTING, 0, time - shares->since);
		shares->since = time;
	}
	ws_shares_split(shares, now - shares->since, ws_shares_way_left(shares, self), WS_CAUSE_NETWORK, !self,
	                WS_CAUSE_PROGRAM, self);
}

void ws_shares_settle_data(struct ws_shares *shares, const struct ws_segment *s, ws_time now, uint32_t mss,
                           ws_time lost)
{
	const unsigned self = s->direction;
	const ws_time wait = now - shares->since - lost;
	if (!lost)
		ws_shares_note_probe(shares, self, false);
	/* Data of both has crossed, and then the ACK has come for which a small segment had to wait. */
	const bool crossed = !lost && s->length < (mss ? mss : 1000) && shares->side[self].all_acked > shares->since &&
	                     !shares->side[self].full && is_released(shares, self, now);
	if (shares->speaker == (int)self + 1 || crossed)
		settle_same_sender(shares, s, now - lost, mss);
	else if (shares->speaker)
		ws_shares_settle_answer(shares, self, wait);
	else if (!ws_shares_is_opener(shares, self))
		settle_greeting(shares, self, now - lost);
	else
		ws_shares_spend(shares, WS_CAUSE_PROGRAM, self, wait);
	ws_shares_spend(shares, WS_CAUSE_TIMEOUT, self, lost);
}

/* The server has been asked, and has neither answered nor closed. */
static bool owes_answer(const struct ws_shares *shares, unsigned self)
{
	return !ws_shares_is_opener(shares, self) && shares->speaker == !self + 1 && !shares->side[self].fin;
}

/* The client, which closes, has asked once, and the server has never sent anything. One that has gone on without an
 * answer needs none. */
static bool was_never_answered(const struct ws_shares *shares, unsigned client)
{
	return owes_answer(shares, !client) && !shares->side[!client].sent && !shares->side[client].trips;
}

/* A FIN or RST without data ends the wait. After the peer's FIN, close() was waited for; before it, an answer may be
 * owed, and otherwise nobody wanted anything. */
WS_SELDOM static void settle_end(struct ws_shares *shares, const struct ws_segment *s, ws_time now, ws_time lost)
{
	const unsigned self = s->direction;
	const ws_time wait = now - shares->since - lost;
	if (shares->side[!self].fin)
		ws_shares_split(shares, wait, shares->time.way_to[self], WS_CAUSE_CLOSING, 0, WS_CAUSE_PROGRAM, self);
	else if (owes_answer(shares, self))
		ws_shares_split(shares, wait, ws_shares_way_left(shares, self), WS_CAUSE_NETWORK, !self,
		                WS_CAUSE_PROGRAM, self);
	else if (was_never_answered(shares, self))
		ws_shares_split(shares, wait, ws_shares_way_left(shares, !self), WS_CAUSE_NETWORK, self,
		                WS_CAUSE_PROGRAM, !self);
	else
		ws_shares_split(shares, wait, shares->side[!self].sent ? ws_shares_way_left(shares, self) : 0,
		                WS_CAUSE_NETWORK, !self, WS_CAUSE_IDLE, 0);
	ws_shares_spend(shares, WS_CAUSE_TIMEOUT, self, lost);
}

/* ---- What a segment changes */

/* Data that had been sent before, or fills a gap. */
static bool is_repair(const struct ws_share_side *self, const struct ws_segment *s, uint32_t analysis)
{
	const uint32_t fin = !!(s->flags & WS_TCP_FIN), end = s->sequence + s->length + fin;
	if (!s->length && (!fin || !self->fin || !ws_seq_before(self->acknowledged, end)))
		return false;
	if (!self->sent || ws_seq_before(self->end, end) ||
	    analysis & (WS_SHARE_MARK(KEEP_ALIVE) | WS_SHARE_MARK(ZERO_WINDOW_PROBE)))
		return false;
	return !(analysis & WS_SHARE_MARK(SPURIOUS_RETRANSMISSION)) || self->recovery; /* else it had arrived */
}

/* The window of a RST says nothing, and that of an ACK which a newer one has overtaken is out of date (RFC 9293 §3.10.7.4). */
static inline bool announces_window(const struct ws_share_side *peer, const struct ws_segment *s)
{
	return !(s->flags & WS_TCP_RST) && !(s->flags & WS_TCP_ACK && (peer->sent || peer->awaited) &&
	                                     ws_seq_before(s->acknowledgment, peer->acknowledged));
}

/* `peer` sends into the window. */
static inline void take_window(struct ws_shares *shares, struct ws_share_side *peer, const struct ws_segment *s,
                               const struct ws_flow *flow, uint32_t microseconds, uint32_t mss)
{
	if (!flow->scale)
		return;
	const uint32_t window = ws_shares_window(s, flow);
	ws_shares_note_edge(peer, shares->older[!s->direction], s->acknowledgment + window, microseconds,
	                    shares->time.way_to[!s->direction]);
	if (mss && window > 2 * mss)
		peer->wide = true;
	const bool small = window < mss && peer->wide;
	if (peer->small != small)
		peer->small = small;
}

static bool repeats_ack(const struct ws_share_side *peer, const struct ws_segment *s, uint32_t analysis)
{
	return (analysis & WS_SHARE_MARK(DUPLICATE_ACK) || (s->sack && s->acknowledgment == peer->acknowledged)) &&
	       ws_shares_in_flight(peer) && !ws_shares_came_twice(s);
}

static inline void take_ack(struct ws_shares *shares, struct ws_share_side *peer, const struct ws_segment *s,
                            uint32_t analysis, ws_time now, uint32_t microseconds, uint32_t mss)
{
	if (!peer->sent) {
		peer->unseen = peer->unseen || (peer->awaited && ws_seq_before(peer->acknowledged, s->acknowledgment));
		peer->acknowledged = s->acknowledgment;
		peer->awaited = true;
		return;
	}
	if (ws_seq_before(peer->acknowledged, s->acknowledgment)) {
		ws_shares_take_acknowledged(peer, s, now, microseconds, mss);
		if (peer->recovery && !ws_seq_before(s->acknowledgment, peer->recovery_end))
			peer->recovery = 0;
	}
	if (!repeats_ack(peer, s, analysis))
		return;
	shares->repeated[!s->direction] = microseconds;
	/* Where what had no room is being sent again, the ACK lacks what was sent again with room. */
	if (!peer->recovery || (peer->recovery == WS_CAUSE_CLOSED_WINDOW &&
	                        ws_seq_before(peer->acknowledged, shares->roomy_end[!s->direction]))) {
		ws_shares_begin_recovery(peer, WS_CAUSE_DUPLICATE_ACKS);
		peer->suspected = true;
	}
}

/* Data before it has not come. What the peer has acknowledged has only not been captured. */
static inline bool is_gap(const struct ws_share_side *self, const struct ws_segment *s, uint32_t analysis)
{
	return analysis & WS_SHARE_MARK(LOST_SEGMENT) &&
	       (!(self->sent || self->awaited) || ws_seq_before(self->acknowledged, s->sequence));
}

/* Data that does not follow what came before it. */
WS_SELDOM static void take_gap(struct ws_shares *shares, struct ws_share_side *self, const struct ws_segment *s)
{
	self->gap = true; /* of which the peer's ACKs will tell, if they are captured */
	shares->repeat_tsval[s->direction] = s->tsval;
	if (!shares->time.way_to[!s->direction] && !self->recovery)
		ws_shares_begin_recovery(self, WS_CAUSE_DUPLICATE_ACKS);
}

static inline void take_data(struct ws_shares *shares, struct ws_share_side *self, const struct ws_segment *s,
                             uint32_t analysis, ws_time now, uint32_t mss)
{
	const uint32_t fin = !!(s->flags & WS_TCP_FIN), end = s->sequence + s->length + fin;
	ws_shares_begin_data(self, s->sequence);
	if (ws_seq_before(self->end, end))
		ws_shares_take_news(shares, self, s, now, mss, end);
	if (fin)
		self->fin = true;
	if (is_gap(self, s, analysis) && (!self->recovery || self->suspected))
		take_gap(shares, self, s);
}

/* It acknowledges data of the peer that was not captured, and is the first to do so. */
static inline bool acknowledges_unseen(const struct ws_share_side *peer, const struct ws_segment *s)
{
	if (!(s->flags & WS_TCP_ACK) || (peer->sent && !ws_seq_before(peer->end, s->acknowledgment)))
		return false;
	return (peer->sent || peer->awaited) && ws_seq_before(peer->acknowledged, s->acknowledgment);
}

/* A program has been waited for. False: the wait goes on. */
static inline bool end_wait(struct ws_shares *shares, const struct ws_share_side *self, const struct ws_segment *s,
                            uint32_t analysis, ws_time now, uint32_t mss, unsigned lost)
{
	if (acknowledges_unseen(&shares->side[!s->direction], s)) {
		/* Nobody knows when it was sent, nor what was waited for until then and since. */
		ws_shares_spend(shares, WS_CAUSE_IDLE, 0, now - shares->since);
		shares->speaker = (int8_t)(!s->direction + 1);
		return true;
	}
	const bool news = s->length && (!self->sent || ws_seq_before(self->end, s->sequence + s->length));
	const bool gap = lost || self->missing || ws_shares_is_resent(analysis);
	if (news) {
		ws_shares_settle_data(shares, s, now, mss,
		                      gap ? ws_shares_lost_before(shares, s, analysis, now, lost) : 0);
		return true;
	}
	if (s->flags & WS_TCP_FIN && self->fin && shares->side[!s->direction].fin) {
		ws_shares_spend(shares, WS_CAUSE_CLOSING, 0, now - shares->since); /* the ACK of its FIN was lost */
		return true;
	}
	if (!(s->flags & (WS_TCP_FIN | WS_TCP_RST)) || self->fin)
		return false;
	settle_end(shares, s, now,
	           gap && s->flags & WS_TCP_FIN ? ws_shares_lost_before(shares, s, analysis, now, lost) : 0);
	return true;
}

/* The RST of a sender whose timer has sent all that is under way again, and that nothing has answered since: it waited for an
 * ACK until it gave up. */
static bool gives_up(const struct ws_shares *shares, const struct ws_segment *s)
{
	const struct ws_share_side *self = &shares->side[s->direction];
	return s->flags & WS_TCP_RST && self->repaired && ws_shares_in_flight(self) &&
	       self->recovery_end == self->end && self->sent_time >= shares->since;
}

/* The interval that ends with a segment belongs to a cause; or goes on, when a program is waited for and nothing of it
 * has come. */
static inline void end_interval(struct ws_shares *shares, const struct ws_share_side *self, const struct ws_segment *s,
                                uint32_t analysis, struct state state, ws_time now, uint32_t mss, unsigned lost)
{
	const struct ws_share_side *sides = shares->side;
	if (is_unusual(shares) && (sides[0].doubtful || sides[1].doubtful || sides[0].suspected || sides[1].suspected))
		return;
	if ((state.waits || state.cause == WS_CAUSE_CLOSING) && gives_up(shares, s))
		ws_shares_spend(shares, WS_CAUSE_TIMEOUT, s->direction, now - shares->since);
	else if (state.cause == WS_CAUSE_WINDOW && !sides[state.side].small)
		ws_shares_split(shares, now - shares->since, ws_shares_opened_after(shares, state.side, now, mss),
		                WS_CAUSE_WINDOW, state.side, WS_CAUSE_NETWORK, state.side);
	else if (!state.waits)
		ws_shares_spend(shares, state.cause, state.side, now - shares->since);
	else if (!end_wait(shares, self, s, analysis, now, mss, lost))
		return;
	shares->since = now;
}

/* A wait for a program ends because a window was closed or an ACK repeated, and not by data: it was for an ACK. */
static inline void end_wait_without_data(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	const struct ws_share_side *sides = shares->side;
	if (shares->since == now || current(shares).waits || sides[0].doubtful || sides[1].doubtful)
		return;
	ws_shares_spend(shares, WS_CAUSE_NETWORK, !s->direction, now - shares->since);
	shares->since = now;
}

/* Nobody waits for anything after a RST, unless its sender goes on: then it was forged, or was not accepted. */
static inline void take_reset(struct ws_shares *shares, const struct ws_segment *s)
{
	if (s->flags & WS_TCP_RST) {
		shares->resetter = (int8_t)(s->direction + 1);
		shares->keeper = shares->gone = 0;
	} else if (shares->resetter == (int)s->direction + 1) {
		shares->resetter = 0;
	}
}

WS_SELDOM static void take_syn(struct ws_shares *shares, struct ws_share_side *self, const struct ws_segment *s,
                               ws_time now)
{
	/* Once data has been sent, a SYN opens nothing: its sender was started again, or it is an old duplicate. */
	if (shares->open && !(s->flags & WS_TCP_ACK) && (self->sent || shares->side[!s->direction].sent)) {
		shares->latest = now;
		return;
	}
	/* The client has acknowledged the SYN-ACK before, and has nothing to say: who speaks next shows what was
	 * waited for. */
	const bool again = shares->open && s->flags & WS_TCP_ACK && self->awaited &&
	                   self->acknowledged == s->sequence + 1 && !self->sent && !shares->side[!s->direction].sent &&
	                   current(shares).waits;
	if (again)
		self->acked_time = ws_shares_microseconds(shares, now);
	else
		ws_shares_spend(shares, WS_CAUSE_CONNECTING, 0, now - shares->since);
	shares->since = again ? shares->since : now;
	shares->latest = now;
	shares->unprobed = shares->unprobed || !s->sack_permitted;
	shares->opened = true;
	take_reset(shares, s);
	if (!(s->flags & WS_TCP_FIN) || !(s->flags & WS_TCP_ACK) || self->sent)
		return;
	self->sent = self->fin = true; /* as in the answer to a fast open, which has all that the server sends */
	self->acknowledged = s->sequence;
	self->end = s->sequence + s->length + 2;
}

WS_SELDOM static void begin(struct ws_shares *shares, const struct ws_segment *s, ws_time now)
{
	shares->opener = (int8_t)(s->direction + 1);
	shares->since = now;
	shares->phase = (uint16_t)(now % WS_SHARE_MICROSECOND);
}

/* Keep-alives that nothing answers tell that the peer is gone, or the way to it: after the first of them nobody waits for
 * a program any more, until the peer is heard again or new data is sent. */
WS_SELDOM static void note_keep_alive(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis)
{
	const bool probes = analysis & WS_SHARE_MARK(KEEP_ALIVE);
	if (shares->keeper != s->direction + 1 || !(probes || s->flags & WS_TCP_RST)) {
		shares->keeper = probes ? (s->direction + 1) & 3 : 0;
		shares->gone = false;
	} else if (!shares->gone) {
		ws_shares_end(shares);
		shares->since = shares->latest;
		shares->gone = true;
	}
}

void ws_shares_note_any(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                        const struct ws_analyser *analyser, const struct ws_rtt *rtt, uint32_t mss)
{
	enum { MOST_MISSING = 3 };
	struct ws_share_side *self = &shares->side[s->direction], *peer = &shares->side[!s->direction];
	ws_shares_keep(self, peer);
	/* Never before 1970, so that no difference overflows. */
	const ws_time now = s->time > shares->latest ? s->time : shares->latest;
	if (!shares->opener)
		begin(shares, s, now);
	if (rtt)
		ws_shares_take_ways(shares, rtt);
	const unsigned lost = ws_shares_lost_packets(self, s, mss);
	if (!shares->open)
		ws_shares_measure_handshake(shares, s, now);
	if (s->flags & WS_TCP_SYN) {
		take_syn(shares, self, s, now);
		return;
	}
	if (s->flags & WS_TCP_RST && is_unusual(shares))
		ws_shares_judge_before_reset(shares, s, now);
	if (ws_shares_is_unusual(peer)) {
		ws_shares_judge_repeat(shares, s, now);
		ws_shares_end_recovery(shares, s, now);
	}
	if (shares->keeper || (!shares->resetter && analysis & WS_SHARE_MARK(KEEP_ALIVE)))
		note_keep_alive(shares, s, analysis);
	if (shares->keeper) /* they are all that comes, for as long as they like */
		ws_shares_renew_edges(shares, now);
	const struct state state = current(shares);
	if (shares->open && is_repair(self, s, analysis))
		ws_shares_note_repair(shares, s, analysis, state.waits, now);
	else
		end_interval(shares, self, s, analysis, state, now, mss, lost);
	if (!shares->open) {
		shares->open = true;
		shares->repeat_tsval[0] = shares->repeat_tsval[1] = 0; /* those of SYNs, which nothing reads any more */
	}
	const bool announces = announces_window(peer, s), closed = s->window == 0;
	if (self->closed != closed && announces)
		self->closed = closed;
	if (s->flags & WS_TCP_ACK) {
		const uint32_t microseconds = ws_shares_microseconds(shares, now);
		if (announces)
			take_window(shares, peer, s, &analyser->flow[s->direction], microseconds, mss);
		take_ack(shares, peer, s, analysis, now, microseconds, mss);
	}
	if (s->length || s->flags & WS_TCP_FIN)
		take_data(shares, self, s, analysis, now, mss);
	else if (is_gap(self, s, analysis)) /* as the number of an ACK says */
		self->missing = lost < MOST_MISSING ? lost + !lost : MOST_MISSING;
	if (state.waits)
		end_wait_without_data(shares, s, now);
	take_reset(shares, s);
	shares->latest = now;
}

void ws_shares_pass(struct ws_shares *shares, ws_time time)
{
	if (shares->opener && time > shares->latest)
		shares->latest = time;
}

/* What a wait that has not ended adds: up to two parts. Returns how many. */
struct part {
	enum ws_cause cause;
	unsigned side;
	ws_time time;
};

static unsigned left_over(const struct ws_shares *shares, struct part part[2])
{
	const struct state state = current(shares);
	const ws_time wait = shares->latest - shares->since;
	const unsigned server = shares->opener == 1;
	part[0] = (struct part){state.waits ? WS_CAUSE_IDLE : state.cause, state.waits ? 0 : state.side, wait};
	if (!state.waits || !owes_answer(shares, server))
		return 1;
	const ws_time way = ws_shares_way_left(shares, server), network = way < wait ? way : wait;
	part[0] = (struct part){WS_CAUSE_NETWORK, !server, network};
	part[1] = (struct part){WS_CAUSE_PROGRAM, server, wait - network};
	return 2;
}

void ws_shares_end(struct ws_shares *shares)
{
	struct part part[2];
	const unsigned parts = left_over(shares, part);
	for (unsigned i = 0; i < parts; i++)
		ws_shares_spend(shares, part[i].cause, part[i].side, part[i].time);
}

/* Does not read the line of rare causes that have had no time. */
static void copy_times(const struct ws_shares *shares, struct ws_time_shares *sum)
{
	enum { ALL = WS_CAUSE_COUNT };
	const struct ws_share_times *time = &shares->time;
	*sum = (struct ws_time_shares){.way_to = {time->way_to[0], time->way_to[1]}, .timeouts = time->timeouts};
#pragma GCC unroll ALL
	for (enum ws_cause cause = 0; cause < WS_CAUSE_COUNT; cause++) {
		if (ws_shares_is_seldom(cause) && !shares->seldom)
			continue;
		sum->time[cause][0] = time->slot[ws_share_slot(cause, 0)];
		if (ws_cause_is_sided(cause))
			sum->time[cause][1] = time->slot[ws_share_slot(cause, 1)];
	}
}

void ws_shares_sum(const struct ws_shares *shares, struct ws_time_shares *sum)
{
	struct part part[2];
	const unsigned parts = left_over(shares, part);
	copy_times(shares, sum);
	sum->opened = shares->opened;
	for (unsigned i = 0; i < parts; i++)
		if (part[i].time > 0)
			sum->time[part[i].cause][ws_cause_is_sided(part[i].cause) ? part[i].side : 0] += part[i].time;
}
