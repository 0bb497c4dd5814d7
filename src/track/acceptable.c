/* Segments that their receiver drops with their ACK: RFC 9293 §3.10.7.4 and RFC 5961 §5. They are old, or acknowledge what it
 * cannot have sent. What an ACK says of data that was not captured is doubted until the receiver sends on. */
#include "track/machine.h"
#include "track/transfer.h"

/* The sender acknowledges data that was not captured. If the receiver goes on sending below it, it never sent that
 * data. */
static void doubt_ack(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (!peer->talks && !peer->syn_ack_sent)
		return;
	x->machine->doubt = (uint8_t)(peer - x->machine->endpoint + 1);
	x->machine->doubted_sent = peer->snd_max;
	x->machine->doubted_ack = self->acked_any ? self->last_ack_sent : peer->snd_max;
}

/* A bare ACK has the sequence number of the next byte that its sender will send. */
void ws_settle_doubt(struct ws_step_context *x)
{
	struct ws_machine *machine = x->machine;
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (!ws_is_doubted(machine, self))
		return;
	if (ws_seq_before(machine->doubted_sent, s->sequence))
		machine->doubt = 0;
	if (s->sequence != machine->doubted_sent || s->length || s->flags & WS_TCP_FIN)
		return;
	machine->doubt = 0;
	self->overacked = 0;
	self->snd_max = peer->rcv_nxt = machine->doubted_sent;
	peer->last_ack_sent = machine->doubted_ack;
	if (self->fin_implied)
		ws_retract_fin(x, self, WS_WHY_NOT_FIN);
}

/* True for a segment that was sent before what its receiver has acknowledged since, or before another one that has come
 * already; the receiver drops it with its ACK. */
bool ws_is_old(const struct ws_step_context *x)
{
	const struct ws_endpoint *peer = x->receiver;
	if (ws_stamp_is_old(peer, x->segment))
		return true;
	if (!peer->acked_any || !peer->rcv_known)
		return false;
	/* Before the handshake is complete Linux also drops what ends exactly there, but for what begins there. */
	const bool half_open = peer->syn_received && !peer->syn_acked && !peer->active;
	return ws_seq_before(x->end, peer->last_ack_sent) ||
	       (half_open && x->end == peer->last_ack_sent && x->segment->sequence != x->end);
}

/* The peer's sequence numbers have gone half round since its SYN: what is acknowledged follows what was acknowledged before,
 * by no more than a window of the largest size (RFC 7323 §2.3). Linux compares with its snd_una for the same reason. */
static bool has_gone_half_round(const struct ws_endpoint *self, const struct ws_endpoint *peer, uint32_t ack)
{
	return self->acked_any && ws_seq_before(peer->iss, self->last_ack_sent) &&
	       ack - self->last_ack_sent <= UINT32_C(1) << 30;
}

bool ws_ack_is_acceptable(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	uint32_t ack = x->segment->acknowledgment;
	if (!peer->sent_any) {
		ws_meet_receiver(x);
		peer->max_told = 1;
		return true;
	}
	if (ws_is_before_iss(peer, ack) && has_gone_half_round(x->sender, peer, ack)) {
		peer->iss_passed = 1;
	} else if (ws_is_before_iss(peer, ack)) {
		/* An endpoint whose SYN was acknowledged takes old acknowledgments down to that of nothing. After a
		 * simultaneous open Linux takes that also for the ACK of its SYN. */
		return ack == peer->iss && peer->active && peer->state != WS_SYN_SENT && peer != x->sender;
	}
	if (ws_seq_before(peer->snd_max, ack)) {
		/* Nothing can follow a FIN or an unanswered SYN-ACK, and nothing can exceed the window. */
		bool fin_last = peer->fin_sent && !peer->fin_implied && peer->fin_end == peer->snd_max;
		bool half_open = peer->state == WS_SYN_RECEIVED && peer->syn_ack_sent && !peer->fast_open;
		if (ack - peer->snd_max > UINT32_C(1) << 30 || fin_last || half_open ||
		    ws_beyond_window(x->machine, peer, x->sender, ack - 1))
			return false;
		/* What this acknowledges is missing from the capture, or was never sent. */
		doubt_ack(x);
		peer->overacked = ack - peer->snd_max == 1;
		peer->max_told = 1;
		peer->snd_max = ack;
	}
	return true;
}
