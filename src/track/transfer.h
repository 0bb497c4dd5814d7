/* What an accepted segment changes at the two endpoints, which the full step and those for ordinary segments have in
 * common. Private to machine.c and ordinary.c. */
#ifndef WS_TRACK_TRANSFER_H
#define WS_TRACK_TRANSFER_H

#include "track/machine.h"

/* Records what a segment says that its sender has received. */
static inline void ws_acknowledge(struct ws_endpoint *self, const struct ws_segment *s)
{
	uint32_t ack = s->acknowledgment;
	self->last_ack_sent = self->acked_any ? ws_seq_max(self->last_ack_sent, ack) : ack;
	self->acked_any = 1;
	if (!self->rcv_known || ws_seq_before(self->rcv_nxt, ack))
		self->rcv_nxt = ack;
	self->rcv_known = 1;
	if (s->sack) {
		self->sack_right = self->sack_known ? ws_seq_max(self->sack_right, s->sack_right) : s->sack_right;
		self->sack_known = 1;
	}
}

/* An ordinary segment of an open endpoint, the first of which proves that it is open. */
static inline void ws_talk(struct ws_endpoint *self)
{
	if (self->talks && self->open_proven)
		return;
	self->talks = self->open_proven = 1;
	self->certainty = WS_CONFIRMED;
}

/* True when the window of `receiver` has never included this sequence number. When the handshake was not captured, or
 * its options were cut off, its window is not known either. */
static inline bool ws_beyond_window(const struct ws_machine *machine, const struct ws_endpoint *sender,
                                    const struct ws_endpoint *receiver, uint32_t sequence)
{
	if (!machine->saw_syn || !machine->saw_syn_ack || !receiver->acked_any || !receiver->rcv_known)
		return false;
	if (receiver->window_scale == WS_SCALE_CUT_OFF || sender->window_scale == WS_SCALE_CUT_OFF)
		return false;
	/* After a simultaneous open Linux scales also without the peer's option. */
	bool crossed = receiver->active && receiver->syn_received;
	bool scaled = receiver->talks && receiver->window_scale != 255 && (sender->window_scale != 255 || crossed);
	uint32_t window = (uint32_t)receiver->window << (scaled ? receiver->window_scale & 15 : 0);
	uint32_t from = ws_seq_max(receiver->last_ack_sent, receiver->rcv_nxt);
	return ws_seq_before(from + window, sequence);
}

/* Advances the receiver's presumed rcv_nxt by a segment from `left` to `right`. One range that arrived early is
 * remembered. */
static inline void ws_receive(struct ws_endpoint *peer, uint32_t left, uint32_t right)
{
	if (!peer->rcv_known) {
		peer->rcv_known = 1;
		peer->rcv_nxt = right;
		return;
	}
	if (!ws_seq_before(left, right))
		return;
	if (ws_seq_before(peer->rcv_nxt, left)) {
		if (peer->gap_left == peer->gap_right) {
			peer->gap_left = left;
			peer->gap_right = right;
		} else if (!ws_seq_before(right, peer->gap_left) && !ws_seq_before(peer->gap_right, left)) {
			peer->gap_left = ws_seq_before(left, peer->gap_left) ? left : peer->gap_left;
			peer->gap_right = ws_seq_max(right, peer->gap_right);
		}
		return;
	}
	peer->rcv_nxt = ws_seq_max(peer->rcv_nxt, right);
	if (peer->gap_left != peer->gap_right && !ws_seq_before(peer->rcv_nxt, peer->gap_left)) {
		peer->rcv_nxt = ws_seq_max(peer->rcv_nxt, peer->gap_right);
		peer->gap_left = peer->gap_right = 0;
	}
}

/* The next segment is not older than this one (RFC 7323 §4.3). */
static inline void ws_note_stamp(struct ws_endpoint *peer, const struct ws_segment *s)
{
	if (!s->timestamps || (peer->stamped && peer->acked_any && ws_seq_before(peer->last_ack_sent, s->sequence)))
		return;
	peer->stamped = 1;
	peer->ts_recent = s->tsval;
}

#endif
