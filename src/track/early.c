/* Segments before the SYN-ACK (RFC 9293 §3.10.7.3): in SYN_SENT a segment without SYN or RST is dropped, so it does not
 * open the connection, and its FIN does not close it.
 *
 * The capture may have missed the SYN-ACK, so such a segment is remembered. It counts after all if the endpoint that
 * sent the SYN behaves as an open one, or if the other endpoint goes on sending data. */
#include "track/machine.h"

#define FAR (UINT32_C(1) << 30)

static bool acknowledges_syn(const struct ws_step_context *x)
{
	const struct ws_endpoint *peer = x->receiver;
	uint32_t ack = x->segment->acknowledgment;
	return ws_seq_before(peer->iss, ack) && !ws_seq_before(peer->snd_max, ack);
}

bool ws_is_early(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (self->sent_any || self == peer || !peer->active || peer->got_syn_ack || peer->syn_received)
		return false;
	/* No endpoint goes on sending data without an answer; but after a SYN with data a server may start before the
	 * handshake is complete (RFC 7413). */
	bool goes_on = self->early && s->length && s->sequence == self->snd_max && peer->snd_max == peer->iss + 1;
	return !goes_on || !acknowledges_syn(x);
}

void ws_note_early(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	if (!acknowledges_syn(x)) {
		x->machine->answered_old = 1;
		return;
	}
	if (!self->early) {
		self->early = 1;
		self->iss = s->sequence - 1;
		self->snd_max = x->end;
	} else if (s->sequence == self->snd_max) {
		self->snd_max = x->end;
	}
	if (s->flags & WS_TCP_FIN) {
		self->fin_held = 1;
		self->fin_end = x->end;
	}
}

void ws_meet_receiver(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	const uint32_t ack = x->segment->acknowledgment;
	if (peer->early && ack - peer->iss - 1 > FAR)
		peer->early = peer->fin_held = 0; /* it belonged to another connection, or was forged */
	peer->snd_max = peer->early ? ws_seq_max(peer->snd_max, ack) : ack;
	peer->sent_any = 1;
	peer->window_scale = 255;
}

void ws_release_fin(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	if (!peer->fin_held || !peer->syn_received || x->segment->acknowledgment != peer->fin_end)
		return;
	peer->syn_acked = 1;
	ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_TALKS);
	peer->fin_held = 0;
	peer->fin_sent = peer->fin_first = 1;
	peer->fin_ack = peer->last_ack_sent;
	ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_FIN_SENT);
}
