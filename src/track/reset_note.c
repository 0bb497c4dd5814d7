/* Hosts send RSTs with properties of their own: Linux sends those without a socket with identification 0 and its
 * default TTL, other systems start with another TTL. So a RST looks foreign only if it has come another way, as far as
 * its TTL tells (hosts start with 64, 128 or 255), or if its identification is none that its sender counts up to. */
#include "track/reset_note.h"
#include "track/stall.h"

#include <string.h>

#define STEADY 3 /* packets in a row whose identifications are counted up */
#define FAR 1024 /* identifications that the sender does not use within LATELY */
#define LATELY WS_SECOND
#define JITTER (20 * WS_MILLISECOND)
#define OTHER_WAY 2 /* hops by which ways within a network may differ */
#define AGAIN 2     /* times that something is sent again before its sender gives up */

static unsigned hops(uint8_t ttl)
{
	return (ttl <= 64 ? 64u : ttl <= 128 ? 128u : 255u) - ttl;
}

static enum ws_reset_look look_of(const struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_traffic *traffic = &conn->traffic[s->direction];
	if (!traffic->packets)
		return WS_RESET_LOOKS_LIKE_SENDER;
	const unsigned own = hops(traffic->ttl), here = hops(s->ttl);
	const bool next_to_it = own && !here; /* no router has passed it on, but all that its sender had sent before */
	if (next_to_it || (own > here ? own - here : here - own) >= OTHER_WAY)
		return WS_RESET_OTHER_TTL;
	const uint16_t step = (uint16_t)(s->identification - traffic->identification);
	const bool far = step > FAR && step < UINT16_MAX - FAR;
	const bool lately = s->time - conn->analyser.flow[s->direction].last_time < LATELY;
	if (s->identification && traffic->steady >= STEADY && far && lately)
		return WS_RESET_OTHER_IDENTIFICATION;
	return WS_RESET_LOOKS_LIKE_SENDER;
}

/* Bytes of the peer that the sender has not acknowledged. */
static uint32_t unacknowledged_of(const struct ws_endpoint *peer, const struct ws_endpoint *self)
{
	if (!peer->sent_any || !self->acked_any || !ws_seq_before(self->last_ack_sent, peer->snd_max))
		return 0;
	return peer->snd_max - self->last_ack_sent - (peer->fin_sent && peer->fin_end == peer->snd_max);
}

/* What the sender had sent again and again without an answer. */
static bool gave_up(const struct ws_conn *conn, const struct ws_segment *s, struct ws_reset *reset)
{
	const unsigned here = s->direction, there = 1 - here;
	const struct ws_endpoint *self = &conn->machine.endpoint[here], *peer = &conn->machine.endpoint[there];
	const struct ws_traffic *traffic = &conn->traffic[here];
	const struct ws_marks *marks = &ws_conn_rare(conn)->marks[here];
	if (marks->unanswered_keep_alives && marks->peer_packets == (uint32_t)conn->traffic[there].packets) {
		reset->trigger = WS_RESET_PROBES_UNANSWERED;
		reset->times = marks->unanswered_keep_alives;
		reset->tried = s->time - marks->unanswered_since;
		return true;
	}
	if (marks->hasty_keep_alives >= AGAIN && marks->probed_packets + 1 == ws_conn_packets(conn)) {
		reset->trigger = WS_RESET_PROBES_UNHEARD;
		reset->times = marks->hasty_keep_alives;
		reset->tried = s->time - marks->hasty_since;
		return true;
	}
	if (traffic->stalled < AGAIN || traffic->stalled_ack != peer->last_ack_sent)
		return false;
	reset->bytes = self->snd_max - peer->last_ack_sent;
	if (!reset->bytes && marks->stalled_acked < AGAIN)
		return false;
	reset->trigger = !reset->bytes                         ? WS_RESET_ACKS_UNHEARD
	                 : self->fin_sent && reset->bytes == 1 ? WS_RESET_FIN_UNANSWERED
	                                                       : WS_RESET_DATA_UNANSWERED;
	reset->times = traffic->stalled;
	reset->rejected =
	        ws_stall_is_rejected(traffic->stalled, ws_stall_answers(marks, &ws_conn_rare(conn)->marks[there]));
	reset->tried = s->time - marks->stalled_sent;
	return true;
}

static void note_pauses(const struct ws_conn *conn, const struct ws_segment *s, struct ws_reset *reset)
{
	const struct ws_flow *self = &conn->analyser.flow[s->direction], *peer = &conn->analyser.flow[!s->direction];
	const struct ws_marks *marks = ws_conn_rare(conn)->marks;
	const ws_time latest = self->next_time > peer->next_time ? self->next_time : peer->next_time;
	if (conn->traffic[s->direction].packets)
		reset->silent = s->time - self->last_time;
	if (latest && marks[0].keep_alives + marks[1].keep_alives)
		reset->kept = s->time - latest;
}

/* A server's socket has answered, and aborts soon after instead of sending its FIN, while nobody else has closed. */
static bool aborts_after_answer(const struct ws_conn *conn, const struct ws_segment *s, const struct ws_reset *reset)
{
	const unsigned here = s->direction, there = 1 - here;
	const struct ws_endpoint *self = &conn->machine.endpoint[here], *peer = &conn->machine.endpoint[there];
	return s->flags & WS_TCP_ACK && !self->active && !self->fin_sent && !peer->fin_sent &&
	       conn->traffic[here].bytes && conn->traffic[there].bytes && s->sequence == self->snd_max &&
	       reset->idle < LATELY && reset->look == WS_RESET_LOOKS_LIKE_SENDER;
}

/* Whether a RST that comes so long after the latest segment may be the answer to it. */
static bool answers_at_once(const struct ws_conn *conn, const struct ws_reset *reset)
{
	const ws_time rtt = ws_analyser_initial_rtt(&conn->analyser);
	return reset->idle < LATELY && (rtt < 0 || reset->idle <= 2 * rtt + JITTER);
}

/* RFC 9293 §3.10.7.1: where there is no socket, the RST has the number that the segment acknowledged, and no ACK. Those of
 * programs that abort mostly have one. */
static enum ws_reset_trigger socket_lacking(const struct ws_conn *conn, const struct ws_segment *s,
                                            const struct ws_reset *reset)
{
	const unsigned here = s->direction, there = 1 - here;
	const struct ws_endpoint *self = &conn->machine.endpoint[here], *peer = &conn->machine.endpoint[there];
	const ws_time latest = conn->analyser.flow[there].last_time;
	if (s->flags & WS_TCP_ACK || self->fin_sent || !self->sent_any || !peer->acked_any ||
	    s->sequence != peer->last_ack_sent || latest < conn->analyser.flow[here].last_time ||
	    !answers_at_once(conn, reset))
		return WS_RESET_PLAIN;
	const bool taken = self->acked_any && self->last_ack_sent != peer->iss + 1;
	return !taken && self->syn_ack_sent && !conn->traffic[here].bytes && reset->silent < LATELY
	               ? WS_RESET_NOT_TAKEN
	               : WS_RESET_NO_SOCKET;
}

static void note_trigger(const struct ws_conn *conn, const struct ws_segment *s, struct ws_reset *reset)
{
	const unsigned here = s->direction, there = 1 - here;
	const struct ws_endpoint *self = &conn->machine.endpoint[here], *peer = &conn->machine.endpoint[there];
	if (self->active && !peer->sent_any && !(s->flags & WS_TCP_ACK) && s->sequence == self->iss + 1) {
		reset->trigger = WS_RESET_UNSEEN_SYN_ACK;
		return;
	}
	if (gave_up(conn, s, reset))
		return;
	reset->bytes = unacknowledged_of(peer, self);
	if (self->fin_sent && self->fin_acked && peer->fin_sent && !reset->bytes && !(s->flags & WS_TCP_ACK) &&
	    s->sequence == self->fin_end && self->acked_any && ws_seq_before(self->last_ack_sent, peer->fin_end)) {
		reset->trigger = WS_RESET_FORGOTTEN;
		return;
	}
	const bool latest = conn->analyser.flow[there].next_time > conn->analyser.flow[here].next_time;
	if (self->fin_sent && reset->bytes)
		reset->trigger = ws_seq_before(peer->last_ack_sent, self->fin_end) && peer->acked_any
		                         ? WS_RESET_DATA_CROSSED_FIN
		                         : WS_RESET_DATA_AFTER_CLOSE;
	else if (s->flags & WS_TCP_ACK && !self->fin_sent && !peer->fin_sent && conn->traffic[there].bytes && latest &&
	         s->acknowledgment == peer->snd_max && reset->kept < LATELY &&
	         reset->look == WS_RESET_LOOKS_LIKE_SENDER)
		reset->trigger = WS_RESET_UNREAD;
	else if (aborts_after_answer(conn, s, reset))
		reset->trigger = WS_RESET_ANSWERED;
	else
		reset->trigger = (uint8_t)socket_lacking(conn, s, reset);
}

/* Text without its end of line or NUL. Anything else is no text, but may be data that a faulty sender has left there. */
static void note_text(char text[WS_RESET_TEXT], const uint8_t *payload, size_t length)
{
	while (length && (payload[length - 1] == '\0' || strchr("\r\n ", payload[length - 1])))
		length--;
	for (size_t i = 0; i < length; i++)
		if (payload[i] < ' ' || payload[i] > '~')
			return;
	const size_t kept = length < WS_RESET_TEXT ? length : WS_RESET_TEXT - 1;
	memcpy(text, payload, kept);
	text[kept] = '\0';
	if (kept < length)
		memcpy(text + kept - 3, "...", 3);
}

void ws_reset_note_packet(struct ws_conn *conn, const struct ws_packet *packet)
{
	if (!conn->rare || conn->machine.endpoint[0].dead || conn->machine.endpoint[1].dead)
		return;
	struct ws_reset *reset = &conn->rare->reset;
	if (packet->may_name)
		note_text(reset->text, packet->frame->data + packet->payload_offset, packet->payload_captured);
	reset->multipath_end = packet->tcp.multipath_end;
	reset->multipath_reason = packet->tcp.multipath_reason;
}

/* Whether what `self` acknowledges includes the FIN of `peer`, and so all data before it. */
static bool acknowledges_fin(const struct ws_endpoint *self, const struct ws_endpoint *peer)
{
	return peer->fin_sent && !peer->fin_implied && self->acked_any &&
	       !ws_seq_before(self->last_ack_sent, peer->fin_end);
}

static bool is_finished(const struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[s->direction],
	                         *peer = &conn->machine.endpoint[!s->direction];
	const bool now =
	        s->flags & WS_TCP_ACK && peer->fin_sent && !peer->fin_implied && s->acknowledgment == peer->fin_end;
	return (now || acknowledges_fin(self, peer)) && acknowledges_fin(peer, self);
}

void ws_reset_note_take(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s)
{
	if (conn->machine.endpoint[0].dead || conn->machine.endpoint[1].dead)
		return;
	struct ws_rare *rare = ws_table_rare(table, conn);
	if (!rare)
		return;
	struct ws_reset *reset = &rare->reset;
	*reset = (struct ws_reset){.idle = conn->last_time ? s->time - conn->last_time : 0};
	note_pauses(conn, s, reset);
	reset->look = (uint8_t)look_of(conn, s);
	note_trigger(conn, s, reset);
	reset->finished = is_finished(conn, s);
	reset->ttl = s->ttl;
	reset->own_ttl = conn->traffic[s->direction].ttl;
	reset->identification = s->identification;
	reset->own_identification = conn->traffic[s->direction].identification;
}
