/* SYN and SYN-ACK: RFC 9293 §3.5, fast open (RFC 7413), simultaneous open.
 *
 * A bare SYN from X makes X active. The other end is in LISTEN until its SYN-ACK, which is assumed, because no packet
 * shows it. When both have sent a bare SYN, each goes to SYN_RECEIVED when the other's arrives. A repeated SYN or
 * SYN-ACK means that the answer to it had not arrived, and retracts what was presumed of its sender. */
#include "track/machine.h"

#define SOONEST_AGAIN (200 * WS_MILLISECOND) /* no TCP repeats a SYN earlier */

static void note_options(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	self->mss = s->mss;
	self->window = s->window;
	self->window_scale = s->window_scale;
	self->syn_sack = s->sack_permitted;
	self->syn_stamp = s->timestamps;
	self->early = 0; /* segments before any SYN do not belong to it, except after a fast open */
	self->fin_held &= x->has_ack && x->receiver->fast_open;
}

/* A SYN has the first timestamp that comes to its receiver. */
static void note_first_stamp(struct ws_endpoint *receiver, const struct ws_segment *s)
{
	if (!s->timestamps)
		return;
	receiver->stamped = 1;
	receiver->ts_recent = s->tsval;
}

static void first_syn(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (self->listening) {
		/* The assumption was wrong, because it opens actively itself. */
		self->listening = 0;
		ws_start_in(self, WS_CLOSED);
	}
	self->active = 1;
	self->iss_known = self->sent_any = 1;
	self->iss = s->sequence;
	self->snd_max = x->end;
	note_options(x);
	if (!x->machine->saw_syn) {
		x->machine->saw_syn = 1;
		x->machine->syn_time = s->time;
		if (!x->machine->client_plus_one)
			x->machine->client_plus_one = (int8_t)(s->direction + 1);
	}
	if (self == peer) {
		/* In a self-connect, the SYN that is sent is also the SYN that is received. */
		ws_publish(x, self, WS_BASIS_SENT, WS_WHY_SYN_SENT);
		self->rcv_nxt = x->end;
		self->rcv_known = 1;
		return;
	}
	if (!peer->depth) {
		peer->listening = 1;
		ws_start_in(peer, WS_LISTEN);
	}
	ws_publish(x, self, WS_BASIS_SENT, WS_WHY_SYN_SENT);
	if (peer->active && !peer->got_syn_ack && !peer->syn_received) {
		peer->syn_received = 1;
		peer->rcv_nxt = s->sequence + 1; /* SYN_SENT takes no data and no FIN */
		peer->rcv_known = 1;
		ws_presume(x, peer);
		ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_SYN_CROSSED);
	}
	note_first_stamp(peer, s);
}

/* A SYN that was recorded after the SYN-ACK that answers it, which happens when each direction is captured separately.
 * A repeated SYN comes a timeout later. */
static bool was_overtaken(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return self->syn_missed && x->segment->sequence == self->iss &&
	       x->segment->time - x->machine->syn_time < SOONEST_AGAIN;
}

static void late_syn(struct ws_step_context *x)
{
	x->sender->syn_missed = 0;
	x->machine->saw_syn = 1;
	x->machine->syn_time = x->segment->time;
	note_options(x);
	ws_publish(x, x->sender, WS_BASIS_SENT, WS_WHY_SYN_SENT);
}

void ws_handle_syn(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!x->receiver->syn_ack_sent || !x->receiver->syn_acked)
		x->machine->syn_us = ws_micros(x->segment->time);
	if (!self->active && !self->sent_any) {
		first_syn(x);
		return;
	}
	if (!self->active || x->segment->sequence != self->iss)
		return; /* an old duplicate, or a new connection: the tracker has already decided that it is not this
		           one */
	if (was_overtaken(x)) {
		late_syn(x);
		return;
	}
	x->machine->syn_after_reset |= x->machine->refused;
	x->receiver->early = 0; /* what came early was dropped; but the FIN of a fast open has been sent */
	x->receiver->fin_held &= self->fast_open;
	self->snd_max = ws_seq_max(self->snd_max, x->end);
	if (self->fin_sent && !self->fin_implied)
		return; /* an old duplicate, because it has closed since */
	if (!self->open_proven && (self->got_syn_ack || self->syn_acked)) {
		if (self->fin_implied)
			ws_retract_fin(x, self, WS_WHY_NOT_FIN);
		self->got_syn_ack = self->syn_acked = 0;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_SYN_AGAIN);
	}
}

/* The SYN that this SYN-ACK answers was not captured. */
static void imply_syn(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	if (peer->listening)
		ws_start_in(peer, WS_CLOSED); /* it was assumed to be in LISTEN */
	peer->active = peer->syn_missed = 1;
	peer->listening = peer->early = peer->fin_held = 0;
	x->machine->syn_time = x->segment->time;
	peer->iss_known = peer->sent_any = 1;
	peer->iss = x->segment->acknowledgment - 1;
	peer->snd_max = x->segment->acknowledgment;
	peer->window_scale = 255;
	if (!x->machine->client_plus_one)
		x->machine->client_plus_one = (int8_t)((peer - x->machine->endpoint) + 1);
	ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_SYN_MISSED);
}

static void syn_ack_leaves(struct ws_step_context *x, bool again)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	const bool answers_again = ws_micros(s->time) - x->machine->syn_us < ws_micros(SOONEST_AGAIN);
	if (again && !answers_again)
		x->machine->syn_us = ws_micros(s->time); /* the SYN's own answer was lost; the ACK answers this one */
	/* One that answers a SYN that came again may have left before the ACK of another one came. */
	if (again && !answers_again && self->syn_acked && (!self->open_proven || ws_may_be_half_open(self, peer))) {
		self->syn_acked = self->open_proven = 0;
		self->rcv_nxt = self->last_ack_sent; /* nor had what came with it */
		self->gap_left = self->gap_right = 0;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_SYN_ACK_AGAIN);
	}
	self->syn_received = self->syn_ack_sent = 1;
	self->got_syn_ack = 0; /* after SYN_RECEIVED, syn_acked says whether it is open */
	self->snd_max = self->sent_any ? ws_seq_max(self->snd_max, x->end) : x->end;
	self->iss_known = self->sent_any = 1;
	self->iss = s->sequence;
	self->last_ack_sent = self->acked_any ? ws_seq_max(self->last_ack_sent, s->acknowledgment) : s->acknowledgment;
	self->acked_any = 1;
	if (!self->rcv_known || ws_seq_before(self->rcv_nxt, s->acknowledgment))
		self->rcv_nxt = s->acknowledgment;
	self->rcv_known = 1;
	if (!again || s->acknowledgment != peer->iss + 1)
		peer->fast_open = s->acknowledgment != peer->iss + 1;
	if (!again)
		note_options(x);
	ws_publish(x, self, WS_BASIS_SENT, WS_WHY_SYN_ACK_SENT);
	if (self->fin_held && !self->fin_sent) {
		/* After a fast open it closed in SYN_RECEIVED (RFC 7413); its first SYN-ACK was not captured. */
		self->fin_held = 0;
		self->fin_sent = self->fin_first = 1;
		self->fin_ack = self->last_ack_sent;
		self->snd_max = ws_seq_max(self->snd_max, self->fin_end);
		ws_publish(x, self, WS_BASIS_SENT, WS_WHY_FIN_SENT);
	}
}

static void syn_ack_opens(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (self->active && self != peer && !peer->syn_received) {
		/* The two SYNs crossed, and the other's SYN arrives before this answer. */
		peer->syn_received = 1;
		ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_SYN_CROSSED);
	}
	if (peer->syn_received) {
		peer->syn_acked = 1;
		/* Of the way there and back only one end's part was measured. */
		if (x->machine->saw_syn && self != peer)
			x->machine->rtt_us = 2 * (ws_micros(x->segment->time) - x->machine->syn_us);
	} else
		peer->got_syn_ack = 1;
	ws_presume(x, peer);
	ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_SYN_ACK_ARRIVES);
}

static void syn_ack_arrives(struct ws_step_context *x, bool again)
{
	struct ws_endpoint *peer = x->receiver;
	/* Whatever was sent before the first SYN-ACK met SYN_SENT, which takes no data. */
	bool first = !again && !peer->acked_any && peer->active && !peer->syn_received;
	if (first || !peer->rcv_known || ws_seq_before(peer->rcv_nxt, x->segment->sequence + 1))
		peer->rcv_nxt = x->segment->sequence + 1;
	peer->rcv_known = 1;
	if (!peer->got_syn_ack && !peer->syn_acked)
		syn_ack_opens(x);
	note_first_stamp(peer, x->segment);
}

/* It does not acknowledge the SYN. One that acknowledges a little more is of a faulty server: initial numbers are random. */
static void note_misanswer(struct ws_step_context *x)
{
	enum { NEAR = 15 };
	const struct ws_endpoint *peer = x->receiver;
	const uint32_t more = x->segment->acknowledgment - peer->snd_max;
	x->machine->misanswered = 1;
	x->machine->misanswered_by = peer->iss_known && more <= NEAR ? more & NEAR : 0;
}

void ws_handle_syn_ack(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (!peer->iss_known && !peer->mid && !peer->sent_any)
		imply_syn(x);
	/* It answers another SYN, so it is an old duplicate, which the other end will answer with RST. */
	if (!peer->iss_known || !ws_seq_before(peer->iss, s->acknowledgment) ||
	    ws_seq_before(peer->snd_max, s->acknowledgment)) {
		if (peer->state == WS_SYN_SENT)
			note_misanswer(x);
		return;
	}
	/* An endpoint that has another initial number, or has been open for long, does not answer a SYN either. */
	bool again = self->syn_ack_sent && self->iss == s->sequence;
	if ((self->iss_known && self->iss != s->sequence) || (self->active && self->open_proven))
		return;
	if (!self->active)
		self->listening = 1;
	if (!self->depth && !self->active)
		ws_start_in(self, WS_LISTEN);
	x->machine->saw_syn_ack = 1;
	syn_ack_leaves(x, again);
	syn_ack_arrives(x, again);
	if (s->flags & WS_TCP_FIN) {
		/* RFC 9293 §3.10.7.3 accepts its data, Linux only after a fast open. The answer shows which. */
		ws_fin_leaves(x);
		peer->fin_doubted = self->fin_sent && !peer->fin_received && !peer->fin_pending;
	}
}
