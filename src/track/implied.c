/* What a segment implies about others that the capture missed. Such states are shown with the mark `!`.
 *
 * An endpoint that sends data or ACKs has completed its handshake, whether that was captured or not. A sequence number
 * one past what was captured, or an acknowledgment of it, stands for a FIN. (Rarely it stands for a lost byte; then
 * data or a FIN past that number retracts the FIN.) */
#include "track/machine.h"

/* The handshake went on, so `passive` had sent a SYN-ACK, which was not captured. */
static void imply_syn_ack(struct ws_step_context *x, struct ws_endpoint *passive, uint32_t iss)
{
	passive->syn_received = 1;
	if (!passive->iss_known) {
		if (!passive->early)
			passive->iss = iss;
		passive->early = 0;
		passive->iss_known = 1;
		passive->window_scale = 255;
	}
	passive->snd_max = passive->sent_any ? ws_seq_max(passive->snd_max, iss + 1) : iss + 1;
	passive->sent_any = 1;
	ws_publish(x, passive, WS_BASIS_IMPLIED, WS_WHY_SYN_ACK_MISSED);
}

/* After its SYN an endpoint sends a bare ACK of the peer's SYN. When that SYN was captured, the two SYNs crossed: it
 * has answered with a SYN-ACK that was missed, and acknowledges a copy of that SYN. It need not be open yet. */
static bool answers_again(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	return self != peer && peer->active && !peer->syn_missed && !s->length && !(s->flags & WS_TCP_FIN) &&
	       s->sequence == self->iss + 1 && s->acknowledgment == peer->iss + 1;
}

/* After a fast open an endpoint may talk before its SYN is acknowledged, but takes no more than the SYN's data. */
static bool took_more(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return self->acked_any && ws_seq_before(self->last_ack_sent, x->segment->acknowledgment);
}

static bool echoes_opening(const struct ws_step_context *x)
{
	const struct ws_segment *s = x->segment;
	return x->sender->opening_known && s->timestamps && !ws_seq_before(s->tsecr, x->sender->opening);
}

bool ws_opened_by_then(const struct ws_step_context *x)
{
	return took_more(x) || echoes_opening(x);
}

/* A sender whose state is before ESTABLISHED sends what only an established endpoint sends. */
void ws_imply_open(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (ws_is_open(self))
		return;
	if (self->active && !self->syn_received && answers_again(x)) {
		self->syn_received = 1;
		ws_publish(x, self, WS_BASIS_IMPLIED, WS_WHY_SYN_CROSSED);
		return;
	}
	if (self->active && !self->syn_received) {
		if (!peer->iss_known)
			imply_syn_ack(x, peer, s->acknowledgment - 1);
		self->got_syn_ack = 1;
		ws_publish(x, self, WS_BASIS_IMPLIED, WS_WHY_SYN_ACK_MISSED);
		return;
	}
	if (!self->syn_received && peer->active) {
		/* It is in LISTEN: its SYN-ACK was not captured, and this segment follows that. */
		imply_syn_ack(x, self, s->sequence - 1);
		if (!peer->got_syn_ack) {
			peer->got_syn_ack = 1;
			ws_presume(x, peer);
			ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_SYN_ACK_MISSED);
		}
	}
	bool beyond = (peer->iss_known && ws_seq_before(peer->iss + 1, s->acknowledgment)) ||
	              (self->iss_known && ws_seq_before(self->iss + 1, s->sequence));
	/* After a simultaneous open a program may close before its SYN is acknowledged. */
	bool fin = s->flags & WS_TCP_FIN && !self->active;
	if (self->syn_received && (peer->fast_open ? ws_opened_by_then(x) : s->length || fin || beyond)) {
		const bool acked = peer->fast_open ? !took_more(x) : echoes_opening(x);
		self->syn_acked = 1;
		ws_publish(x, self, WS_BASIS_IMPLIED, acked ? WS_WHY_SYN_ACKED : WS_WHY_TALKS);
	}
}

static bool was_captured(const struct ws_endpoint *e)
{
	return e->talks || ws_syn_captured(e);
}

static bool refuses_sack(const struct ws_endpoint *e)
{
	return ws_syn_captured(e) && !e->syn_sack;
}

/* An ACK that follows a repeated FIN, or repeated data before it, came after an earlier copy of the FIN. A D-SACK (RFC 2883)
 * says so. Where SACK is not in use, that its own FIN was lost explains the ACK, and otherwise two segments were lost. */
static bool answers_copy(const struct ws_step_context *x)
{
	const struct ws_segment *s = x->segment;
	if (refuses_sack(x->sender) || refuses_sack(x->receiver))
		return x->sender->fin_doubted;
	return s->sack && !ws_seq_before(s->acknowledgment, s->sack_right);
}

/* A pure ACK is one past everything its sender was seen to send, so it has sent a FIN that the capture missed. */
static void imply_lost_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	const bool covers = ws_acknowledges_fin(x);
	const bool covered = ws_acked_fin_of(self, peer) || (covers && answers_copy(x));
	if (covers && !covered && self->fin_received == WS_RECEIPT_PRESUMED) {
		self->fin_received = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_MISSED);
	}
	self->fin_held = 0;
	self->fin_sent = self->fin_implied = 1;
	self->fin_end = self->snd_max = s->sequence;
	self->fin_ack = self->last_ack_sent;
	self->fin_first = !covered;
	ws_publish(x, self, WS_BASIS_IMPLIED, WS_WHY_FIN_MISSED);
}

/* `closer` has sent a FIN that the capture missed, because `other` has acknowledged one past what was captured of it.
 * If `other`'s own FIN had that acknowledgment, `other` was the second to close. */
static void imply_missed_fin(struct ws_step_context *x, struct ws_endpoint *closer, struct ws_endpoint *other)
{
	bool second = other->fin_sent && !ws_seq_before(other->fin_ack, closer->snd_max);
	unsigned received = closer->fin_received;
	if (second && received) {
		/* Its own FIN was sent before what it is presumed to have received. */
		closer->fin_received = WS_NOT_RECEIVED;
		ws_publish(x, closer, WS_BASIS_RETRACTION, WS_WHY_FIN_MISSED);
	}
	closer->fin_held = 0;
	closer->fin_sent = closer->fin_implied = 1;
	closer->fin_end = closer->snd_max;
	closer->fin_ack = closer->last_ack_sent;
	closer->fin_acks = WS_FIN_ACKS; /* some may have passed before it was known */
	closer->fin_first = second || !ws_acked_fin_of(closer, other);
	closer->overacked = 0;
	ws_publish(x, closer, WS_BASIS_IMPLIED, WS_WHY_FIN_MISSED);
	other->fin_received = WS_RECEIPT_PROVEN;
	other->fin_pending = other->fin_doubted = 0;
	if (second && other->fin_first) {
		other->fin_first = 0;
		other->fin_carries_ack = 1;
		ws_publish(x, other, WS_BASIS_RETRACTION, WS_WHY_FIN_MISSED);
	} else {
		ws_publish(x, other, WS_BASIS_ACKNOWLEDGED, WS_WHY_FIN_ACKED_BY_IT);
	}
	ws_ack_of_fin_arrives(x, closer);
	closer->fin_received = received & 3;
	ws_publish(x, closer, WS_BASIS_PRESUMED, WS_WHY_FIN_BOTH);
}

void ws_retract_fin(struct ws_step_context *x, struct ws_endpoint *self, enum ws_why why)
{
	struct ws_endpoint *peer = self == x->sender ? x->receiver : x->sender;
	self->fin_sent = self->fin_implied = self->fin_first = self->fin_carries_ack = self->fin_acked_bare = 0;
	self->fin_acks = self->fin_refusals = 0;
	self->fin_acked_less = self->fin_other = self->fin_order = self->fin_copied = 0;
	self->fin_acked = WS_NOT_RECEIVED;
	peer->fin_received = WS_NOT_RECEIVED;
	peer->fin_pending = peer->fin_doubted = peer->fin_carries_ack = 0;
	peer->fin_first = peer->fin_sent;
	ws_publish(x, self, WS_BASIS_RETRACTION, why);
	ws_publish(x, peer, WS_BASIS_RETRACTION, why);
}

void ws_contradict_implied_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	bool data = x->segment->length && ws_seq_before(self->fin_end - 1, x->end);
	bool fin = x->segment->flags & WS_TCP_FIN && ws_seq_before(self->fin_end, x->end);
	if (self->fin_implied && (data || fin))
		ws_retract_fin(x, self, WS_WHY_NOT_FIN);
}

/* Called before the acknowledgment of this segment is applied. */
void ws_imply_fin_of_sender(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (s->length || s->flags & WS_TCP_FIN || !self->sent_any || self->fin_sent || !ws_is_open(self))
		return;
	if (s->sequence == self->snd_max + 1)
		imply_lost_fin(x);
	else if (self->overacked && s->sequence == self->snd_max)
		imply_missed_fin(x, self, peer);
}

/* Called after it is applied. The number past what was captured may also be a byte that the capture missed. It is taken
 * for a FIN when the other endpoint has closed, or when nothing of this endpoint was ever captured. */
void ws_imply_fin_of_receiver(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (!peer->overacked || peer->fin_sent || !ws_is_open(peer) || x->segment->length ||
	    x->segment->acknowledgment != peer->snd_max)
		return;
	bool captured = was_captured(peer);
	if (!self->fin_sent && (captured || !(x->segment->flags & WS_TCP_FIN)))
		return;
	if (!captured && self->fin_sent && !self->fin_acked) {
		self->fin_acked = WS_RECEIPT_PRESUMED;
		ws_publish(x, self, WS_BASIS_IMPLIED, WS_WHY_FIN_ACKED);
	}
	imply_missed_fin(x, peer, self);
}
