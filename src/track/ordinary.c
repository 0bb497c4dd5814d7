/* Ordinary segments of open connections. They are nearly all segments, so each part of the tracker has little to do for
 * them, and they have a way of their own.
 *
 * ws_machine_plain_step() is the way through the state machine for a segment that cannot change a state.
 * ws_tracker_take_ordinary() is the way through the whole tracker for one that was predicted, as in Van Jacobson's
 * header prediction: one test says that it is the next of its sender and acknowledges nothing but what was sent, that
 * both endpoints are open, and that nothing is to be told of them. Then no state, no mark and no rare counter can
 * change, and what remains are the numbers, the counts, and the time. The result is the same as the full way's, which
 * tests compare. */
#include "track/ordinary.h"
#include "track/check.h"
#include "track/transfer.h"

bool ws_machine_plain_step(struct ws_machine *machine, const struct ws_segment *s)
{
	const uint16_t kind = s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK);
	if (!(machine->plain >> (s->direction & 1) & 1) || s->kind != WS_INPUT_SEGMENT || kind != WS_TCP_ACK ||
	    s->duplicate || s->bad_checksum)
		return false;
	unsigned sender = s->direction & 1;
	struct ws_endpoint *self = &machine->endpoint[sender];
	struct ws_endpoint *peer = machine->self ? self : &machine->endpoint[1 - sender];
	uint32_t ack = s->acknowledgment, end = s->sequence + s->length;
	bool foreign = ws_is_before_iss(peer, ack);
	if (foreign || ws_seq_before(peer->snd_max, ack) || (!s->length && s->sequence == self->snd_max + 1) ||
	    ws_seq_before(end, peer->last_ack_sent) || ws_beyond_window(machine, self, peer, s->sequence) ||
	    ws_stamp_is_old(peer, s))
		return false;
	ws_acknowledge(self, s);
	ws_talk(self);
	self->window = s->window;
	if (ws_seq_before(self->snd_max, end)) {
		self->snd_max = end;
		self->max_told = !s->length;
	} else if (s->length && end == self->snd_max) {
		self->max_told = 0;
	}
	ws_receive(peer, s->sequence, end);
	ws_note_stamp(peer, s);
	check_step(machine, NULL);
	return true;
}

/* ---- Segments that were predicted */

/* The parts of a connection, seen from a segment. */
struct view {
	const struct ws_segment *s;
	uint32_t end;                          /* one past its last byte */
	struct ws_flow *self_flow, *peer_flow; /* what analysis.c knows */
	struct ws_endpoint *self, *peer;       /* what the machine knows */
	struct ws_traffic *traffic, *peer_traffic;
};

/* No mark: it is next, and something is new in it, as analysis.c has it. */
static inline bool is_unmarked(const struct ws_analyser *analyser, const struct view *v)
{
	const struct ws_segment *s = v->s;
	const struct ws_flow *self = v->self_flow, *peer = v->peer_flow;
	if (((self->bits ^ WS_FLOW_GOES_ON) | (peer->bits ^ WS_FLOW_GOES_ON)) & ~WS_FLOW_UNSCALED ||
	    analyser->bits & WS_ANALYSER_SYN_TIMED)
		return false;
	if (s->sequence != self->next || self->next != self->gapless || !self->next || !s->window || !peer->window ||
	    ws_seq_before(peer->gapless, s->acknowledgment))
		return false;
	if (!s->length)
		return s->acknowledgment != self->ack;
	return (!peer->ack || ws_seq_before(peer->ack, v->end)) && !ws_flow_fills_window(peer, v->end);
}

/* No state changes, and the receiver takes it as it comes, as the machine has it. The window of the receiver reaches
 * beyond its rcv_nxt. */
static inline bool is_in_order(const struct ws_machine *machine, const struct view *v)
{
	const struct ws_segment *s = v->s;
	const struct ws_endpoint *self = v->self, *peer = v->peer;
	if (!(machine->plain >> s->direction & 1) || machine->self || ws_is_before_iss(peer, s->acknowledgment))
		return false;
	return s->sequence == self->snd_max && s->sequence == peer->rcv_nxt && peer->gap_left == peer->gap_right &&
	       !ws_seq_before(s->sequence, peer->last_ack_sent) &&
	       !ws_seq_before(s->acknowledgment, self->last_ack_sent) &&
	       !ws_seq_before(peer->snd_max, s->acknowledgment) && !ws_stamp_is_old(peer, s);
}

/* The sender was not waiting for anything. */
static inline bool is_quiet(const struct view *v)
{
	return !v->traffic->closed_since && !v->traffic->stalled;
}

static inline void analyse(struct ws_analyser *analyser, const struct view *v)
{
	const struct ws_segment *s = v->s;
	struct ws_flow *self = v->self_flow;
	if (s->acknowledgment != self->ack)
		self->duplicate_acks = 0;
	if (s->length) {
		self->next = self->gapless = v->end;
		self->next_time = s->time;
	}
	self->bits = WS_FLOW_GOES_ON;
	self->window = s->window;
	self->ack = s->acknowledgment;
	self->last_time = s->time;
	analyser->completeness |= s->length ? WS_SEEN_DATA : WS_SEEN_ACK;
}

static inline void count(struct ws_tracker *tracker, struct ws_conn *conn, const struct view *v)
{
	const struct ws_segment *s = v->s;
	const uint32_t in_flight = v->end - v->peer_flow->ack;
	if (s->length && (int32_t)in_flight > 0 && in_flight > v->traffic->most_in_flight)
		v->traffic->most_in_flight = in_flight;
	if (!ws_zeek_has(&conn->zeek, s, 0))
		ws_zeek_note(&conn->zeek, NULL, s, 0);
	const ws_time time = ws_rtt_note(&v->traffic->timer, &v->peer_traffic->timer, s, 0);
	if (time >= 0)
		ws_tracker_count_round_trip(tracker, conn, s->direction ^ 1, time);
	if (tracker->table.shares)
		ws_tracker_note_share(conn, s, 0, time >= 0);
}

static inline void step(struct ws_machine *machine, const struct view *v)
{
	const struct ws_segment *s = v->s;
	struct ws_endpoint *self = v->self, *peer = v->peer;
	ws_talk(self);
	self->last_ack_sent = s->acknowledgment;
	if (ws_seq_before(self->rcv_nxt, s->acknowledgment))
		self->rcv_nxt = s->acknowledgment;
	self->window = s->window;
	if (s->length) {
		self->snd_max = peer->rcv_nxt = v->end;
		self->max_told = 0;
	}
	ws_note_stamp(peer, s);
	check_step(machine, NULL);
}

bool ws_tracker_take_ordinary(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *s,
                              struct ws_track_result *result)
{
	const unsigned here = s->direction, there = !here;
	const struct view v = {.s = s,
	                       .end = s->sequence + s->length,
	                       .self_flow = &conn->analyser.flow[here],
	                       .peer_flow = &conn->analyser.flow[there],
	                       .self = &conn->machine.endpoint[here],
	                       .peer = &conn->machine.endpoint[there],
	                       .traffic = &conn->traffic[here],
	                       .peer_traffic = &conn->traffic[there]};
	if (s->duplicate || s->bad_checksum || s->sack ||
	    (s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK)) != WS_TCP_ACK)
		return false;
	if (!is_in_order(&conn->machine, &v) || !is_unmarked(&conn->analyser, &v) || !is_quiet(&v))
		return false;
	tracker->ordinary++;
	analyse(&conn->analyser, &v);
	count(tracker, conn, &v);
	const struct ws_exchange *done = ws_exchange_pool_note(&tracker->requests, conn, s);
	if (conn->judgement) /* it is seldom set, and a write would make a clean cache line dirty */
		conn->judgement = 0;
	step(&conn->machine, &v);
	ws_tracker_keep_input(tracker, conn, s);
	if (done)
		ws_tracker_end_exchange(tracker, conn, done, s);
	result->relative_sequence = s->sequence - v.self_flow->base;
	result->relative_acknowledgment = s->acknowledgment - v.peer_flow->base;
	return true;
}
