/* RST, and segments after one: RFC 9293 §3.10.7, RFC 5961 §3, measured with Linux.
 *
 * A RST ends its receiver only if the receiver accepts it: in SYN_SENT by its acknowledgment number, later only with
 * exactly the expected sequence number (another one in the window gets a challenge ACK). Its sender is presumed gone,
 * unless the RST only answers a stray segment. When an endpoint that was presumed dead goes on sending, it was alive,
 * and its state returns, because being dead is only one of its facts. */
#include "track/machine.h"

#define CLOCKS_US 1000u /* microseconds by which packets may be recorded in the wrong order */
#define LATE_US 100000u /* microseconds by which a segment that was sent before another one may be the later one */

static bool acceptable_in_syn_sent(const struct ws_step_context *x)
{
	const struct ws_endpoint *peer = x->receiver;
	uint32_t ack = x->segment->acknowledgment;
	return x->has_ack && ws_seq_before(peer->iss, ack) && !ws_seq_before(peer->snd_max, ack);
}

static bool exact(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	uint32_t sequence = x->segment->sequence;
	if (!peer->rcv_known && !peer->acked_any && !self->sent_any)
		return true; /* there is nothing to compare it with */
	if (peer->state == WS_TIME_WAIT && ws_stamp_is_old(peer, x->segment))
		return false;
	if (peer->rcv_known && sequence == peer->rcv_nxt)
		return true;
	if (peer->acked_any && sequence == peer->last_ack_sent)
		return true;
	if (peer->state == WS_TIME_WAIT)
		return false;
	if (self->sent_any && sequence == self->snd_max && !peer->fin_received)
		return true; /* nothing is received past a FIN */
	if (peer->sack_known && sequence == peer->sack_right && ws_seq_before(peer->last_ack_sent, sequence))
		return true; /* a D-SACK (RFC 2883) lies below */
	bool behind_fin = peer->state == WS_CLOSE_WAIT || peer->state == WS_LAST_ACK || peer->state == WS_CLOSING;
	return behind_fin && peer->rcv_known && sequence == peer->rcv_nxt - 1;
}

static bool accepts(const struct ws_step_context *x)
{
	const struct ws_endpoint *peer = x->receiver;
	switch ((enum ws_state)peer->state) {
	case WS_CLOSED:
	case WS_LISTEN:
		return false;
	case WS_SYN_SENT:
		return acceptable_in_syn_sent(x);
	case WS_SYN_RECEIVED:
		/* Linux has a socket after a simultaneous open, otherwise only a request. */
		return exact(x) || (!peer->active && x->segment->sequence - peer->rcv_nxt < 65536);
	case WS_FIN_WAIT_2:
		/* Without a program Linux keeps it as a timewait socket, which takes any RST in the window. */
		return exact(x) || (peer->rcv_known && x->segment->sequence - peer->rcv_nxt < 65536);
	default:
		return exact(x);
	}
}

/* True when the RST only answers a stray segment, and so says nothing about its sender. */
static bool answers_stray(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	if (x->has_ack || !self->sent_any || x->segment->sequence == self->snd_max)
		return false;
	const bool half_open = self->state == WS_SYN_RECEIVED ||
	                       (self->state == WS_ESTABLISHED && ws_may_be_half_open(self, x->receiver));
	const bool own = x->segment->sequence == self->iss && !x->machine->answered_old;
	return (self->state == WS_SYN_SENT && !own) || half_open;
}

/* True when nothing was captured of the RST's sender and the RST does not answer the SYN. Then it changes nothing (RFC
 * 9293 §3.10.7.3). */
static bool is_ignored(const struct ws_step_context *x)
{
	return !x->sender->sent_any && x->receiver->active && !acceptable_in_syn_sent(x);
}

/* True when the timestamp that is echoed is older than the segment that acknowledged the sender's FIN. */
static bool echoes_older(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return x->segment->timestamps && self->proof_known && self->stamped &&
	       !ws_seq_before(self->ts_recent, self->proof) && ws_seq_before(x->segment->tsecr, self->proof);
}

/* By its acknowledgment number or its timestamp echo, the sender had not got the segment that acknowledges its FIN. Both stay as
 * they are (RFC 7323 §4.3) when something is received past a gap. */
static bool lacks_ack_of_fin(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	const uint32_t ack = s->acknowledgment;
	const bool gap = (self->sack_known && ws_seq_before(ack, self->sack_right)) ||
	                 (s->sack && ws_seq_before(ack, s->sack_right));
	return !gap && (ws_seq_before(ack, self->fin_acked_end) || echoes_older(x));
}

/* A RST without ACK answers one segment, and has that one's acknowledgment number. This one answers an ACK of its sender's FIN.
 */
static bool answers_ack_of_fin(const struct ws_step_context *x)
{
	return !x->has_ack && x->sender->fin_sent && x->segment->sequence == x->sender->fin_end;
}

/* As many as acknowledged the FIN were answered so: there was no socket any more when the first of them came. */
static bool refused_all(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return answers_ack_of_fin(x) && self->fin_acked_bare && self->fin_acks < WS_FIN_ACKS &&
	       self->fin_refusals == self->fin_acks;
}

/* The RST was sent before the segment came that acknowledges its sender's FIN. Returns true when that was taken back. */
static bool contradict_own_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	/* With ACK it says what had arrived; without, its number is the acknowledgment number of the segment it answers. */
	const bool crossed = x->has_ack ? lacks_ack_of_fin(x)
	                                : refused_all(x) || (ws_seq_before(x->segment->sequence, self->fin_end) &&
	                                                     !self->fin_acked_less);
	if (!self->fin_sent || self->fin_acked != WS_RECEIPT_PRESUMED || !crossed)
		return false;
	self->fin_acked = WS_NOT_RECEIVED;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_UNACKED);
	return true;
}

static bool acknowledges_fin(const struct ws_step_context *x)
{
	return x->receiver->fin_sent && x->has_ack && x->segment->acknowledgment == x->receiver->fin_end;
}

/* The same of the peer's FIN, which the RST does not acknowledge. */
static bool contradict_peers_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!x->receiver->fin_sent || self->fin_received != WS_RECEIPT_PRESUMED || acknowledges_fin(x))
		return false;
	self->fin_received = WS_NOT_RECEIVED;
	ws_publish(x, self, WS_BASIS_RETRACTION, x->has_ack ? WS_WHY_NOT_YET_FIN : WS_WHY_NO_SOCKET);
	return true;
}

/* A RST with ACK comes from a socket, and acknowledges what that socket had received. A RST without ACK answers a
 * segment for which there was no socket, so what that segment was presumed to have caused did not happen. */
static void contradict_receipt(struct ws_step_context *x)
{
	(void)contradict_own_fin(x);
	if (acknowledges_fin(x))
		ws_prove_fin(x);
	else
		(void)contradict_peers_fin(x);
}

static void contradict_by_answer(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	/* Its number is the one that the SYN-ACK acknowledged, which after a fast open includes the SYN's data. */
	bool answers = x->segment->sequence == self->iss + 1 ||
	               (self->got_syn_ack && peer->acked_any && x->segment->sequence == peer->last_ack_sent);
	if (x->has_ack || self->open_proven || self->talks || (self->fin_sent && !self->fin_implied) || !answers)
		return;
	if (self->got_syn_ack) {
		if (self->fin_implied)
			ws_retract_fin(x, self, WS_WHY_NOT_FIN);
		self->got_syn_ack = 0;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NOT_OPEN);
	} else if (self->syn_acked && peer->snd_max == peer->iss + 1) {
		/* It answers the bare ACK of the handshake. An answer to data may come after a FIN that was lost. */
		self->syn_acked = 0;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NO_SOCKET);
	}
}

/* The SYN was never answered, so the conclusion from the other side's segments that a SYN-ACK was missed was wrong. */
static bool never_answered(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (x->has_ack || self->active || self->talks || self->syn_ack_sent || self->fin_sent || !self->syn_received)
		return false;
	self->syn_received = self->syn_acked = self->opening_known = self->iss_known = 0;
	self->listening = 1;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NO_SOCKET);
	return true;
}

/* Its SYN crossed the peer's, but it answers that with a number that is not its own: it had no socket any more. With its own
 * number it goes on, see ws_contradict_crossing(). */
static void contradict_crossed_syn(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!x->has_ack || !self->active || !self->syn_received || self->syn_ack_sent || self->talks || self->fin_sent)
		return;
	if (x->segment->sequence - self->iss <= 1) {
		ws_contradict_crossing(x);
		return;
	}
	self->syn_received = self->syn_acked = self->opening_known = 0;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NO_SOCKET);
}

/* In SYN_SENT no RST is sent but in answer to a SYN-ACK that is not acceptable, and that RST has no ACK. */
static void opened_by_syn_ack(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (!x->has_ack || self->state != WS_SYN_SENT || !peer->syn_ack_sent || s->sequence != self->iss + 1 ||
	    s->acknowledgment != peer->iss + 1)
		return;
	self->got_syn_ack = 1;
	ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, WS_WHY_SYN_ACK_ARRIVES);
}

/* A RST without ACK follows one that ended its sender or seemed to: there was no socket when the ACK of its FIN came.
 */
static void contradict_last_ack(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	const bool reset = self->dead == WS_DEAD_SENT_RST || self->dead == WS_DEAD_GOT_RST;
	const bool answers_ack = reset && refused_all(x);
	const bool answers_earlier = self->dead == WS_DEAD_GOT_RST && self->fin_sent && !self->fin_acked_less &&
	                             ws_seq_before(x->segment->sequence, self->fin_end);
	if (x->has_ack || self->fin_acked != WS_RECEIPT_PRESUMED || (!answers_ack && !answers_earlier))
		return;
	self->dead = WS_ALIVE;
	self->fin_acked = WS_NOT_RECEIVED;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NO_SOCKET);
	self->dead = WS_DEAD_SENT_RST;
	ws_publish(x, self, WS_BASIS_SENT, WS_WHY_RST_SENT);
}

/* After a fast open, a RST with ACK says whether its sender was open: whether it had received more than the SYN. */
static bool opened(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!x->has_ack || !self->syn_received || ws_is_open(self) || !x->receiver->fast_open || !ws_opened_by_then(x))
		return false;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_ALIVE); /* if a RST had seemed to end it before */
	ws_imply_open(x);
	return true;
}

/* That an ACK of its FIN had come was taken back, because it sent the FIN again. A RST without ACK now answers a segment with
 * that acknowledgment number, and an ACK alone causes none: so the FIN and what the RST answers crossed. */
static void ack_came_after_all(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!answers_ack_of_fin(x) || refused_all(x) || self->fin_acked || !self->fin_order ||
	    self->dead == WS_DEAD_SENT_RST)
		return;
	const unsigned dead = self->dead;
	self->dead = WS_ALIVE;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_ALIVE); /* if a RST had ended it before that came */
	ws_ack_of_fin_arrives(x, self);
	self->dead = dead & 7;
	if (dead)
		ws_publish(x, self, WS_BASIS_PRESUMED, WS_WHY_RST_ARRIVES);
}

/* A RST with ACK, after the peer's RST, comes from a socket that this one had not reached yet. Nor had what was sent
 * before that one, as far as it says so. */
static void contradict_crossed_reset(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (self->dead != WS_DEAD_GOT_RST || !x->has_ack)
		return;
	self->dead = WS_ALIVE;
	const bool own = contradict_own_fin(x), peers = contradict_peers_fin(x),
	           open = ws_contradict_open(x) || opened(x);
	self->dead = own || peers || open ? WS_DEAD_SENT_RST : WS_DEAD_GOT_RST;
	if (self->dead == WS_DEAD_SENT_RST)
		ws_publish(x, self, WS_BASIS_SENT, WS_WHY_RST_SENT);
}

static void note_refusal(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (answers_ack_of_fin(x) && self->fin_refusals < WS_FIN_ACKS)
		self->fin_refusals = (self->fin_refusals + 1) & WS_FIN_ACKS;
}

static void reset_leaves(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	note_refusal(x);
	contradict_last_ack(x);
	contradict_crossed_reset(x);
	ack_came_after_all(x);
	if (self->dead || answers_stray(x) || never_answered(x))
		return;
	contradict_receipt(x);
	contradict_crossed_syn(x);
	opened_by_syn_ack(x);
	contradict_by_answer(x);
	if (!ws_contradict_open(x))
		(void)opened(x);
	bool refuses = self->state == WS_LISTEN;
	/* Nothing was captured of it, and a RST without ACK answers a segment for which there is no socket. That may be
	 * a SYN-ACK that answers no SYN, or a forged one. */
	bool unseen = self->mid || (self->syn_missed && !self->syn_ack_sent && !self->fin_sent);
	bool no_socket = unseen && !self->talks && !x->has_ack;
	self->dead = WS_DEAD_SENT_RST;
	self->ended_us = ws_micros(x->segment->time);
	if (refuses)
		x->machine->refused = 1;
	if (refuses || no_socket)
		ws_publish(x, self, WS_BASIS_RETRACTION, refuses ? WS_WHY_REFUSED : WS_WHY_NO_SOCKET);
	else
		ws_publish(x, self, WS_BASIS_SENT, WS_WHY_RST_SENT);
}

/* A FIN that was under way when `endpoint` sent its own FIN arrives before the RST that follows it. */
static void fin_arrives_first(struct ws_step_context *x, struct ws_endpoint *endpoint)
{
	if (!endpoint->fin_pending)
		return;
	endpoint->fin_pending = 0;
	endpoint->fin_received = WS_RECEIPT_PRESUMED;
	ws_publish(x, endpoint, WS_BASIS_PRESUMED, WS_WHY_FIN_ARRIVES);
}

static void reset_arrives(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	enum ws_state before = peer->state;
	if (peer->dead || !accepts(x) || (before == WS_TIME_WAIT && peer->keeps_time_wait))
		return;
	const bool certain = before != WS_FIN_WAIT_2 || exact(x);
	fin_arrives_first(x, peer);
	peer->dead = WS_DEAD_GOT_RST;
	peer->ended_us = ws_micros(x->segment->time);
	if (!certain)
		peer->ended_us -=
		        ws_under_way_us(x->machine) + 1; /* an ACK that follows, however soon, is a challenge */
	ws_publish(x, peer, WS_BASIS_PRESUMED,
	           before == WS_SYN_SENT    ? WS_WHY_RST_REFUSES
	           : before == WS_TIME_WAIT ? WS_WHY_RST_ENDS_TIME_WAIT
	                                    : WS_WHY_RST_ARRIVES);
}

void ws_handle_reset(struct ws_step_context *x)
{
	if (is_ignored(x)) {
		x->machine->stray_reset = 1;
		return;
	}
	reset_leaves(x);
	if (x->sender != x->receiver)
		reset_arrives(x);
}

static bool goes_on(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	const bool in_order = x->receiver->rcv_known && s->sequence == x->receiver->rcv_nxt;
	if (s->flags & WS_TCP_SYN || (s->sequence != self->snd_max && !in_order))
		return false;
	return s->length || s->flags & WS_TCP_FIN ||
	       (x->has_ack && (!self->acked_any || ws_seq_before(self->last_ack_sent, s->acknowledgment)));
}

/* True when the RST of the sender did not end its receiver, and is older than what may arrive late. A host without a
 * socket sends nothing but RST, so the sender has one. */
static bool outlives_reset(const struct ws_step_context *x)
{
	return x->has_ack && !(x->segment->flags & WS_TCP_SYN) && !x->receiver->dead &&
	       (x->receiver->talks || x->receiver->syn_ack_sent) &&
	       ws_micros(x->segment->time) - x->sender->ended_us > LATE_US;
}

/* In SYN_SENT a RST without ACK answers a SYN-ACK that was not acceptable; its sender may still open. */
static bool only_declined(const struct ws_endpoint *e)
{
	return e->active && !e->talks && !e->acked_any;
}

/* True for an ACK that says nothing new, and less than what the peer has sent. It answers a segment out of order, which
 * after a RST is that RST. */
static bool is_challenge(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	return x->receiver->dead == WS_DEAD_SENT_RST && x->has_ack && !s->length &&
	       !(s->flags & (WS_TCP_SYN | WS_TCP_FIN)) && (s->window == self->window || !self->talks) &&
	       self->acked_any && s->acknowledgment == self->last_ack_sent &&
	       ws_seq_before(s->acknowledgment, x->receiver->snd_max);
}

bool ws_left_before_reset(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	if (self->dead != WS_DEAD_GOT_RST || !x->machine->rtt_us)
		return false;
	/* The RST was not the next in order either, nor did it follow what was acknowledged selectively (RFC 2018): Linux accepts
	 * that. */
	const bool follows = x->segment->sack && x->segment->sack_right == x->receiver->snd_max;
	if (self->rcv_known && ws_seq_before(self->rcv_nxt, x->receiver->snd_max) && !follows && is_challenge(x))
		return false;
	const uint32_t after = ws_micros(x->segment->time) - self->ended_us;
	return after <= ws_under_way_us(x->machine) || after > UINT32_MAX - CLOCKS_US;
}

void ws_reset_arrives_after_all(struct ws_step_context *x)
{
	fin_arrives_first(x, x->sender);
	x->sender->dead = WS_DEAD_GOT_RST;
	ws_publish(x, x->sender, WS_BASIS_PRESUMED, WS_WHY_RST_ARRIVES);
}

/* The apparent sender of that RST did not send it, so the connection did not end. */
static enum ws_why note_forgery(struct ws_step_context *x)
{
	x->machine->forged |= (uint8_t)(x->sender == x->machine->endpoint ? 1 : 2);
	if (x->receiver->dead == WS_DEAD_GOT_RST)
		x->receiver->dead = WS_DEAD_FORGED;
	return WS_WHY_FORGED;
}

/* True for an ACK of a FIN that was not presumed received. */
static bool first_covers_fin(const struct ws_step_context *x)
{
	return x->has_ack && x->receiver->fin_sent && !x->sender->fin_received &&
	       x->segment->acknowledgment == x->receiver->fin_end;
}

/* If the segment that acknowledged its FIN lies past what such an ACK says, or has a newer timestamp than the one that
 * is echoed, it had not arrived by then. */
static bool misses_ack_of_fin(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return is_challenge(x) && self->fin_acked == WS_RECEIPT_PRESUMED && lacks_ack_of_fin(x);
}

/* Nor had the peer's FIN. */
static bool misses_fin(const struct ws_step_context *x)
{
	return is_challenge(x) && x->sender->fin_received == WS_RECEIPT_PRESUMED &&
	       ws_seq_before(x->segment->acknowledgment, x->receiver->fin_end);
}

void ws_contradict_before_reset(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (misses_ack_of_fin(x)) {
		self->fin_acked = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_UNACKED);
	}
	if (misses_fin(x)) {
		self->fin_received = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NO_SOCKET);
	}
}

bool ws_handle_revival(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	enum ws_why why = WS_WHY_ALIVE;
	if (x->segment->flags & WS_TCP_SYN && !x->has_ack && self->talks)
		return false; /* an old duplicate, or a new attempt with the same number */
	/* Within a round trip of the RST the segment may have been under way already; then only a FIN proves something,
	 * or the ACK of one, or an ACK that says what had not arrived. */
	if (ws_left_before_reset(x) && !(x->segment->flags & WS_TCP_FIN) && !first_covers_fin(x) &&
	    !misses_ack_of_fin(x) && !misses_fin(x))
		return false;
	if (self->dead == WS_DEAD_SENT_RST && !self->sent_any) {
		/* It answers after all: it listens by now, or another host forged the refusal. */
		x->machine->refused = 0;
		if (!x->has_ack && self->listening) {
			self->listening = 0; /* it opens itself */
			ws_start_in(self, WS_CLOSED);
		}
		why = x->machine->syn_after_reset ? WS_WHY_LISTENS_NOW : note_forgery(x);
	} else if (self->dead == WS_DEAD_SENT_RST) {
		if (!goes_on(x) && !outlives_reset(x))
			return false; /* it was sent before the RST and arrives late */
		why = only_declined(self) ? WS_WHY_ONLY_ANSWERED : note_forgery(x);
	}
	ws_contradict_implied_fin(x); /* first, or its states would be reported and retracted at once */
	const bool got_reset = self->dead == WS_DEAD_GOT_RST;
	const bool answers_syn_ack = why == WS_WHY_ONLY_ANSWERED && x->receiver->syn_ack_sent && !self->syn_received;
	self->dead = WS_ALIVE;
	ws_publish(x, self, WS_BASIS_RETRACTION, why);
	if (answers_syn_ack && x->has_ack && x->segment->acknowledgment == x->receiver->iss + 1) {
		/* The peer's SYN came before it had a socket, and caused that RST; so its SYNs did not cross. */
		self->got_syn_ack = 1;
		ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, WS_WHY_SYN_ACK_ARRIVES);
	}
	self->keeps_time_wait |= got_reset && self->state == WS_TIME_WAIT;
	return true;
}

/* Handles an ICMP error that quotes a segment of `sender`. It ends a connection attempt; for an open connection it is
 * only recorded (RFC 1122 §4.2.3.9, RFC 5927). The quoted sequence number must be in flight. */
void ws_handle_unreachable(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!self->sent_any)
		return;
	x->machine->unreachable = 1;
	if (self->state != WS_SYN_SENT || ws_seq_before(x->segment->sequence, self->iss) ||
	    ws_seq_before(self->snd_max, x->segment->sequence))
		return;
	self->dead = WS_DEAD_ICMP;
	ws_publish(x, self, WS_BASIS_PRESUMED, WS_WHY_ICMP);
}
