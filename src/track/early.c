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
	/* No endpoint sends more than the SYN's window (which is not scaled) without an answer. */
	bool goes_on =
	        self->early && s->length && s->sequence == self->snd_max && x->end - self->iss - 1 > peer->window;
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
	struct ws_endpoint *peer = x->receiver;
	peer->fast_open |= s->acknowledgment == peer->snd_max && peer->snd_max != peer->iss + 1;
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

/* A FIN inside data that was sent before counts when its receiver acknowledges it and nothing past it, although that
 * has come, too. */
static bool ends_there(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	return peer->captured && peer->talks && self->rcv_known && ws_seq_before(peer->fin_end, self->rcv_nxt);
}

void ws_release_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (!peer->fin_held || x->segment->acknowledgment != peer->fin_end)
		return;
	const bool inside = ends_there(x);
	if (!peer->syn_received && !inside)
		return;
	if (inside) {
		self->rcv_nxt = peer->snd_max = peer->fin_end;
		self->gap_left = self->gap_right = 0;
	}
	if (peer->syn_received)
		peer->syn_acked = 1;
	ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_TALKS);
	peer->fin_held = 0;
	peer->fin_sent = peer->fin_first = 1;
	peer->fin_ack = peer->last_ack_sent;
	ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_FIN_SENT);
}
