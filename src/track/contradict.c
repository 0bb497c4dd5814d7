/* Presumptions that a segment without SYN and RST shows to be wrong: what was presumed received is sent again, or what
 * its sender says was sent before it came. They are taken back before the segment is applied. (Those that a RST shows
 * to be wrong are in reset.c.) */
#include "track/machine.h"

bool ws_ack_crosses(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	return self->fin_acked == WS_RECEIPT_PRESUMED && !self->dead && x->machine->rtt_us &&
	       ws_micros(x->segment->time) - self->ended_us <= ws_under_way_us(x->machine);
}

/* Data that was presumed received is sent again, so it had not arrived, and neither had a FIN after it; or the ACK of
 * it had not. */
static void contradict_data(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	bool again = x->segment->length && self->sent_any && !ws_seq_before(self->snd_max, x->end);
	bool acked = peer->acked_any && !ws_seq_before(peer->last_ack_sent, x->end);
	if (!again || !self->fin_sent || self->fin_implied || (acked && ws_ack_crosses(x) && !ws_acknowledges_fin(x)))
		return;
	if (acked && self->fin_acked == WS_RECEIPT_PRESUMED) {
		/* The ACK of it, and of the FIN, had not arrived. If it was under way, the peer will repeat it. */
		self->fin_acked = WS_NOT_RECEIVED;
		if (peer->fin_carries_ack && self->fin_received == WS_RECEIPT_PRESUMED && !ws_acknowledges_fin(x))
			self->fin_received = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_UNACKED);
	}
	if (acked)
		return;
	if (peer->fin_pending) {
		peer->fin_pending = 0;
		peer->fin_doubted = 1;
	}
	if (peer->fin_received == WS_RECEIPT_PRESUMED) {
		peer->fin_received = WS_NOT_RECEIVED;
		peer->fin_doubted = 1;
		ws_publish(x, peer, WS_BASIS_RETRACTION, WS_WHY_FIN_AGAIN);
	}
}

void ws_note_copy(struct ws_endpoint *receiver, const struct ws_segment *fin)
{
	if (receiver->fin_order != WS_ORDER_FIN_FIRST || receiver->fin_copied)
		return;
	receiver->fin_copied = 1;
	receiver->fin_again = fin->tsval;
}

static void contradict_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	bool fin = s->flags & WS_TCP_FIN;
	ws_contradict_implied_fin(x);
	if (!fin)
		return;
	if (self->fin_received == WS_RECEIPT_PRESUMED && peer->fin_sent &&
	    ws_seq_before(s->acknowledgment, peer->fin_end)) {
		/* The peer's FIN was under way when this one left; if this one is sent again, it was lost. */
		self->fin_received = WS_NOT_RECEIVED;
		self->fin_pending = !self->fin_sent;
		self->fin_doubted = self->fin_sent;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_NOT_YET_FIN);
	}
	if (!self->fin_sent || self->fin_implied || self->fin_end != x->end)
		return;
	ws_note_copy(peer, s);
	/* The same FIN is sent again: the peer did not get it, or its sender did not get the ACK. */
	if (peer->fin_received == WS_RECEIPT_PRESUMED) {
		peer->fin_received = WS_NOT_RECEIVED;
		peer->fin_doubted = 1;
		peer->fin_pending = 0;
		ws_publish(x, peer, WS_BASIS_RETRACTION, WS_WHY_FIN_AGAIN);
	}
	if (self->fin_acked == WS_RECEIPT_PRESUMED) {
		self->fin_acked = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_UNACKED);
	}
}

/* After a fast open the server may send data in SYN_RECEIVED, or a RST. If the timestamp it echoes is older than the
 * handshake's ACK, that ACK had not arrived when it sent this segment. */
bool ws_contradict_open(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!self->syn_acked || self->open_proven || !x->receiver->fast_open || !self->opening_known ||
	    !x->segment->timestamps || !ws_seq_before(x->segment->tsecr, self->opening))
		return false;
	self->syn_acked = 0;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_ECHO_OLD);
	return true;
}

/* When both sent a bare SYN, an endpoint that goes on without sending a SYN-ACK never got the other's SYN. That SYN was
 * lost, and the other's SYN-ACK took the endpoint from SYN_SENT to ESTABLISHED. */
void ws_contradict_crossing(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (self == x->receiver || !self->active || !self->syn_received || self->syn_ack_sent || !self->syn_acked ||
	    self->open_proven)
		return;
	self->syn_received = self->syn_acked = 0;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_SYN_LOST);
	self->got_syn_ack = 1;
	ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, WS_WHY_SYN_ACK_ARRIVES);
}

void ws_contradict(struct ws_step_context *x)
{
	ws_contradict_before_reset(x);
	contradict_data(x);
	contradict_fin(x);
	ws_contradict_crossing(x);
	(void)ws_contradict_open(x);
}
