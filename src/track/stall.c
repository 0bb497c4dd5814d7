/* See stall.h. */
#include "track/stall.h"
#include "track/transfer.h"

/* When the lowest number that the peer has not acknowledged was first sent, as far as it is known: the latest new data,
 * and the segment that is timed, which is not acknowledged either, were sent then or later. */
static ws_time first_sent(const struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_flow *flow = &conn->analyser.flow[s->direction];
	const struct ws_rtt_timer *timer = &conn->traffic[s->direction].timer;
	ws_time first = flow->next_time && flow->next_time < s->time ? flow->next_time : s->time;
	if (timer->runs && timer->sent < first)
		first = timer->sent;
	return first;
}

/* The peer's ACK of all that the segment has was captured so long before that it would have stopped a timer. */
static bool is_needless(const struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *peer = &conn->machine.endpoint[!s->direction];
	const uint32_t end = s->sequence + s->length + !!(s->flags & WS_TCP_FIN);
	const ws_time rtt = ws_analyser_initial_rtt(&conn->analyser);
	return peer->acked_any && !ws_seq_before(peer->last_ack_sent, end) &&
	       s->time - conn->analyser.flow[!s->direction].last_time >= WS_SHORTEST_TIMEOUT + (rtt > 0 ? rtt : 0);
}

/* `first`: since the peer has acknowledged something new. */
static void note_retransmission(struct ws_conn *conn, const struct ws_segment *s, bool first)
{
	const unsigned there = s->direction ^ 1u;
	struct ws_marks *marks = &conn->rare->marks[s->direction];
	const uint32_t repeats = ws_stall_repeats(&conn->rare->marks[there]);
	if (first) {
		const ws_time heard = conn->analyser.flow[there].last_time;
		marks->stalled_since = s->time;
		marks->stalled_sent = first_sent(conn, s);
		marks->stalled_pause = heard && heard < marks->stalled_sent ? marks->stalled_sent - heard : 0;
		marks->stalled_answers = marks->stalled_acked = marks->stalled_misplaced = 0;
		marks->stalled_echoed = marks->stalled_heard = false;
	} else {
		marks->stalled_answers += repeats != marks->stalled_repeats;
	}
	if (is_needless(conn, s)) {
		const uint32_t sent = conn->machine.endpoint[there].snd_max;
		if (!marks->stalled_acked++)
			marks->stalled_peer = sent;
		marks->stalled_heard = s->flags & WS_TCP_ACK && ws_seq_before(marks->stalled_peer, s->acknowledgment);
	}
	marks->stalled_repeats = repeats;
	marks->stalled_unstamped =
	        !s->timestamps && conn->machine.endpoint[0].stamped && conn->machine.endpoint[1].stamped;
	marks->stalled_old_stamp =
	        !first && marks->stalled_echoed && s->timestamps && ws_seq_before(s->tsval, marks->stalled_echo);
	if (first || s->length < marks->stalled_least)
		marks->stalled_least = s->length;
}

/* RFC 9293 §3.10.7.4: an ACK that lies outside the window is dropped, so what it acknowledges is sent again. */
static void note_ack_of_stalled(struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[s->direction];
	const struct ws_endpoint *peer = &conn->machine.endpoint[!s->direction];
	if (!conn->rare || !(s->flags & WS_TCP_ACK) || !peer->acked_any)
		return;
	conn->rare->marks[!s->direction].stalled_misplaced +=
	        !s->length && (ws_seq_before(s->sequence, peer->last_ack_sent) ||
	                       ws_beyond_window(&conn->machine, self, peer, s->sequence));
}

/* What was sent again is settled: something follows it that the peer has not acknowledged. Where no ACK of the peer is
 * captured, one may have come before anything else is sent. */
static bool goes_on(const struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *peer = &conn->machine.endpoint[!s->direction];
	if (!conn->traffic[!s->direction].packets)
		return !(s->flags & WS_TCP_RST);
	return (s->length || s->flags & WS_TCP_FIN) && !ws_seq_before(peer->last_ack_sent, s->sequence);
}

WS_SELDOM static void note_after_stall(struct ws_conn *conn, const struct ws_segment *s, bool probe, bool again)
{
	struct ws_traffic *self = &conn->traffic[s->direction];
	if (conn->traffic[!s->direction].stalled && !probe)
		note_ack_of_stalled(conn, s);
	if (self->stalled &&
	    (self->stalled_ack != conn->machine.endpoint[!s->direction].last_ack_sent || (!again && goes_on(conn, s))))
		self->stalled = 0;
}

static bool is_syn_ack(const struct ws_segment *s)
{
	const unsigned both = WS_TCP_SYN | WS_TCP_ACK;
	return (s->flags & both) == both;
}

void ws_stall_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis)
{
	struct ws_traffic *self = &conn->traffic[s->direction], *peer = &conn->traffic[s->direction ^ 1];
	const struct ws_endpoint *other = &conn->machine.endpoint[s->direction ^ 1];
	bool probe = analysis & (1u << WS_ANALYSIS_ZERO_WINDOW_PROBE | 1u << WS_ANALYSIS_KEEP_ALIVE);
	if (probe && peer->closed_since)
		peer->closed_probes++;
	const bool closed = analysis & 1u << WS_ANALYSIS_ZERO_WINDOW || (!s->window && is_syn_ack(s));
	if (closed && !self->closed_since) {
		self->closed_since = s->time;
		self->closed_probes = 0;
	} else if (s->window && s->flags & WS_TCP_ACK) {
		self->closed_since = 0;
	}
	const bool again = analysis & 1u << WS_ANALYSIS_RETRANSMISSION && (s->length || s->flags & WS_TCP_FIN);
	if (self->stalled | peer->stalled)
		note_after_stall(conn, s, probe, again);
	if (!again)
		return;
	const bool first = !self->stalled++;
	if (first)
		self->stalled_ack = other->last_ack_sent;
	if (conn->rare)
		note_retransmission(conn, s, first);
}

unsigned ws_syn_extras(const struct ws_segment *s)
{
	const unsigned ecn = WS_TCP_ECE | WS_TCP_CWR;
	if ((s->flags & (WS_TCP_SYN | WS_TCP_ACK)) != WS_TCP_SYN)
		return 0;
	return (s->length ? WS_SYN_DATA : 0u) | ((s->flags & ecn) == ecn ? WS_SYN_ECN : 0u) |
	       (s->timestamps || s->sack_permitted || s->window_scale < WS_SCALE_CUT_OFF ? WS_SYN_OPTIONS : 0u);
}

/* They lie past what the peer has sent and past the window, or before its SYN. Of a long stream every number may have been sent. */
void ws_sack_judge(struct ws_table *table, struct ws_conn *conn, struct ws_segment *s)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[s->direction];
	const struct ws_endpoint *peer = &conn->machine.endpoint[!s->direction];
	const uint32_t long_stream = 1u << 30;
	if (!peer->iss_known || !peer->sent_any || conn->machine.self || conn->renumbered ||
	    conn->traffic[!s->direction].bytes > long_stream || peer->snd_max - peer->iss > long_stream)
		return;
	const bool after = ws_seq_before(peer->snd_max, s->sack_right) &&
	                   ws_beyond_window(&conn->machine, peer, self, s->sack_right);
	if (!after && ws_seq_before(peer->iss, s->sack_right))
		return;
	struct ws_rare *rare = ws_table_rare(table, conn);
	if (rare)
		rare->marks[s->direction].wrong_sacks++;
	s->sack = false;
	s->sack_right = 0;
}

/* A SYN of an endpoint that has been open: it was started again and begins with the same number, or it is an old duplicate. */
static void note_late_syn(const struct ws_conn *conn, const struct ws_segment *s, struct ws_marks *marks)
{
	const uint64_t packets = conn->traffic[s->direction].packets;
	if (!marks->late_syns || marks->late_packets + 1 != packets) {
		marks->late_syns = 0;
		marks->late_since = s->time;
	}
	marks->late_syns++;
	marks->late_packets = packets;
	marks->late_latest = s->time;
}

/* Nothing has been sent since the first one, so the flow has the time of that, unless it goes on from an older
 * connection; a number of 0 means for it that nothing is known. */
void ws_syn_note(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[s->direction];
	const struct ws_flow *flow = &conn->analyser.flow[s->direction];
	const bool sent = s->flags & WS_TCP_ACK ? e->syn_ack_sent : e->active && !e->syn_missed;
	struct ws_rare *rare = sent && e->iss == s->sequence ? ws_table_rare(table, conn) : NULL;
	if (!rare)
		return;
	struct ws_marks *marks = &rare->marks[s->direction];
	const bool bare = !(s->flags & WS_TCP_ACK);
	if (bare && e->talks && e->open_proven) {
		note_late_syn(conn, s, marks);
		return;
	}
	marks->syns_answered += bare && conn->machine.saw_syn_ack && !conn->machine.saw_handshake_ack;
	const ws_time first = flow->next ? flow->next_time : flow->last_time;
	if (!marks->syns_again++)
		marks->syn_since = conn->first_time > first ? conn->first_time : first;
	marks->syn_latest = s->time;
	if (!(s->flags & WS_TCP_ACK) && !conn->machine.saw_syn_ack)
		rare->plainer_syn = (uint8_t)(conn->syn_extras & ~ws_syn_extras(s));
}

/* Who hears no answer probes sooner than who waits until the connection has been idle again (RFC 1122 §4.2.3.6). */
static void note_probe(const struct ws_conn *conn, const struct ws_segment *s, struct ws_marks *marks)
{
	const uint64_t packets = ws_conn_packets(conn);
	const ws_time pause = s->time - marks->probed;
	const bool answered = marks->probed && packets == marks->probed_packets + 2 &&
	                      marks->peer_packets != (uint32_t)conn->traffic[!s->direction].packets;
	if (!answered || pause >= marks->probe_pause / 2)
		marks->hasty_keep_alives = 0;
	else if (!marks->hasty_keep_alives++)
		marks->hasty_since = s->time;
	if (answered && pause > marks->probe_pause)
		marks->probe_pause = pause;
	marks->probed = s->time;
	marks->probed_packets = packets;
}

void ws_syn_ack_note(struct ws_conn *conn, const struct ws_segment *s)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[s->direction];
	const bool again = ws_conn_rare(conn)->marks[!s->direction].syns_again;
	const bool plain = conn->keyed_syn && !s->keyed;
	const bool echoes = s->timestamps && s->tsecr && self->stamped && !again && s->tsecr != self->ts_recent;
	if (!conn->machine.endpoint[!s->direction].active || conn->machine.saw_syn_ack)
		return;
	conn->answer_unsigned = plain;
	conn->answer_echoes = echoes;
}

void ws_silence_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis)
{
	struct ws_marks *marks = &conn->rare->marks[s->direction];
	const uint32_t peer_packets = (uint32_t)conn->traffic[s->direction ^ 1].packets;
	if (analysis & 1u << WS_ANALYSIS_KEEP_ALIVE) {
		note_probe(conn, s, marks);
		if (!marks->unanswered_keep_alives || marks->peer_packets != peer_packets) {
			marks->unanswered_keep_alives = 0;
			marks->peer_packets = peer_packets;
			marks->unanswered_since = s->time;
		}
		marks->unanswered_keep_alives++;
	}
	if (analysis & 1u << WS_ANALYSIS_DUPLICATE_ACK && s->timestamps) {
		struct ws_marks *peer = &conn->rare->marks[!s->direction];
		peer->stalled_echoed = true;
		peer->stalled_echo = s->tsecr;
	}
	const struct ws_endpoint *ends = conn->machine.endpoint;
	if (conn->rare->marks[!s->direction].syn_ack_repeats && !s->timestamps &&
	    !(s->flags & (WS_TCP_SYN | WS_TCP_RST)))
		marks->lacks_timestamps = ends[0].stamped && ends[1].stamped;
	if (!is_syn_ack(s))
		return;
	const struct ws_endpoint *e = &conn->machine.endpoint[s->direction];
	/* After a RST or its FIN, it answers another SYN, or a copy of the old one. */
	if (e->syn_ack_sent && e->iss != s->sequence && !e->dead && !e->fin_sent)
		conn->renumbered = 1;
	else if (conn->machine.saw_handshake_ack)
		marks->syn_ack_repeats++;
}
