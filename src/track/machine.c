/* Applies one segment to the two endpoints: RFC 9293 §3.10.7 as an observer sees it.
 *
 * A segment is handled in this order: what it contradicts, then its ACK, then its data and FIN. So a FIN with ACK takes
 * the receiver through FIN_WAIT_2 to TIME_WAIT, as the order of checks in RFC 9293 §3.10.7.4 does. What an endpoint
 * sends is certain. What was sent to it is presumed received, in order, until its own acknowledgment proves that, or
 * something it sends contradicts it. Every rule is idempotent, so a duplicate changes nothing.
 *
 * What is dropped with its ACK is in acceptable.c, contradictions are in contradict.c, reset and revival in reset.c, the
 * handshake in handshake.c, the table of states in facts.c. */
#include "track/machine.h"
#include "track/check.h"
#include "track/transfer.h"

/* ---- Proofs: what the sender must have received to send this */

static void prove(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	bool echoes = self->proof_known && s->timestamps && !ws_seq_before(s->tsecr, self->proof);
	if (ws_is_open(self) && (!self->syn_received || !peer->fast_open || echoes))
		self->open_proven = 1;
	if (self->fin_acked == WS_RECEIPT_PRESUMED &&
	    (echoes || (peer->fin_carries_ack && !ws_seq_before(s->acknowledgment, peer->fin_end))))
		self->fin_acked = WS_RECEIPT_PROVEN;
}

/* ---- The ACK */

/* The peer's FIN passed before the ACK of the sender's own, and nothing before it was missing. If it did not pass again, or the
 * sender echoes a timestamp from before that, it is that one which has arrived, and before the ACK. */
static bool first_copy_arrived(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender;
	const struct ws_segment *s = x->segment;
	return self->fin_order == WS_ORDER_FIN_FIRST && self->fin_ack == x->receiver->fin_end - 1 &&
	       (!self->fin_copied || (s->timestamps && ws_seq_before(s->tsecr, self->fin_again)));
}

/* Both go from the sender to the receiver, whose state depends on which of them comes first. */
static void note_order(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (peer->fin_order)
		return;
	peer->fin_order = self->fin_sent && !self->fin_implied ? WS_ORDER_FIN_FIRST : WS_ORDER_ACK_FIRST;
	if (x->segment->flags & WS_TCP_FIN)
		ws_note_copy(peer, x->segment);
}

void ws_prove_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (self->fin_received == WS_RECEIPT_PROVEN)
		return;
	unsigned acked = self->fin_acked;
	if (acked && !self->fin_received && first_copy_arrived(x)) {
		self->fin_received = self->fin_acked = WS_NOT_RECEIVED;
		ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_FIN_MISSED);
		self->fin_received = WS_RECEIPT_PROVEN;
		ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, WS_WHY_FIN_ACKED_BY_IT);
		self->fin_acked = acked & 3;
	}
	if (self->fin_sent && !self->fin_acked && peer->fin_carries_ack) {
		/* Each copy of that FIN acknowledged its own FIN, and a segment's ACK is handled before its FIN. */
		self->fin_acked = WS_RECEIPT_PROVEN;
		ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, WS_WHY_FIN_ACKED);
	}
	self->fin_received = WS_RECEIPT_PROVEN;
	self->fin_pending = self->fin_doubted = 0;
	ws_publish(x, self, WS_BASIS_ACKNOWLEDGED, self->fin_acked ? WS_WHY_FIN_BOTH : WS_WHY_FIN_ACKED_BY_IT);
}

/* Of two FINs the one counts that is acknowledged; the other one lay past a gap, or was dropped. */
static void another_fin_counts(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (!peer->fin_other || x->segment->acknowledgment != peer->other_fin ||
	    self->fin_received == WS_RECEIPT_PROVEN)
		return;
	peer->fin_other = 0;
	peer->fin_end = peer->snd_max = self->rcv_nxt = peer->other_fin;
	self->gap_left = self->gap_right = 0;
}

static void ack_at_sender(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	uint32_t ack = x->segment->acknowledgment;
	ws_acknowledge(x->sender, x->segment);
	another_fin_counts(x);
	if (!ws_acknowledges_fin(x))
		return;
	/* Nothing past a received FIN is ever acknowledged, so the receiver dropped the whole segment with this FIN. */
	if (ack != peer->fin_end && !peer->fin_implied && x->sender->fin_received != WS_RECEIPT_PROVEN)
		ws_retract_fin(x, x->receiver, WS_WHY_FIN_DROPPED);
	else
		ws_prove_fin(x);
}

/* A FIN that was under way when the receiver sent its own arrives before the sender's next segment. */
static void pending_fin_arrives(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	if (!x->sender->fin_sent || !peer->fin_pending || x->segment->flags & WS_TCP_FIN)
		return;
	peer->fin_pending = 0;
	peer->fin_received = WS_RECEIPT_PRESUMED;
	if (!peer->fin_acked)
		ws_presume(x, peer);
	ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_FIN_ARRIVES);
}

/* If it answers a SYN-ACK that came again, only one end's part of the way there and back was measured. */
static void note_handshake(struct ws_machine *machine, const struct ws_segment *ack)
{
	const uint32_t rtt_us = ws_micros(ack->time) - machine->syn_us;
	if (machine->rtt_us < rtt_us)
		machine->rtt_us = rtt_us;
}

void ws_ack_of_fin_arrives(struct ws_step_context *x, struct ws_endpoint *e)
{
	e->fin_acked = WS_RECEIPT_PRESUMED;
	ws_publish(x, e, WS_BASIS_PRESUMED, e->fin_first ? WS_WHY_FIN_ACKED : WS_WHY_LAST_ACK);
}

static void ack_at_receiver(struct ws_step_context *x, bool old)
{
	struct ws_endpoint *peer = x->receiver;
	if (!old && peer->syn_received && !peer->syn_acked) {
		peer->syn_acked = 1;
		if (!peer->opening_known) { /* what was sent before the first one came only seemed to contradict it */
			peer->opening_known = x->segment->timestamps;
			peer->opening = x->segment->tsval;
		}
		x->machine->saw_handshake_ack = 1;
		if (x->machine->saw_syn && x->machine->saw_syn_ack)
			note_handshake(x->machine, x->segment);
		ws_presume(x, peer);
		ws_publish(x, peer, WS_BASIS_PRESUMED, WS_WHY_SYN_ACKED);
	}
	pending_fin_arrives(x);
	if (peer->dead == WS_DEAD_SENT_RST)
		return; /* it had no socket any more when the segment came */
	if (!old && !peer->fin_acked && ws_acknowledges_fin(x)) {
		note_order(x);
		/* The acknowledgment number of its RST shows whether it had received a segment that is next in order,
		 * and takes sequence space or follows its sender's FIN. */
		const bool after_fin = x->sender->fin_sent && x->segment->sequence == x->sender->fin_end;
		bool tells = (x->segment->length || x->segment->flags & WS_TCP_FIN || after_fin) && peer->rcv_known &&
		             !ws_seq_before(peer->rcv_nxt, x->segment->sequence);
		peer->fin_acked_end = tells ? x->end : peer->last_ack_sent;
		ws_presume(x, peer);
		ws_ack_of_fin_arrives(x, peer);
	}
}

/* ---- Data and FIN */

/* Nothing is received past a FIN. */
static uint32_t up_to_fin(const struct ws_endpoint *sender, uint32_t end)
{
	bool past = sender->fin_sent && !sender->fin_implied && ws_seq_before(sender->fin_end, end);
	return past ? sender->fin_end : end;
}

/* A FIN inside data that was sent before counts only if it is acknowledged. */
static void hold_fin(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (self->fin_sent)
		return;
	self->fin_held = 1;
	self->fin_end = x->end;
}

void ws_fin_leaves(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	/* A FIN that is next in order for a receiver without a FIN counts, whatever was sent past it. */
	bool in_order = peer->rcv_known && peer->rcv_nxt == x->end && !peer->fin_received;
	if (self->fin_sent && !self->fin_implied) {
		if (in_order)
			self->snd_max = self->fin_end = x->end;
		const bool news = !peer->acked_any || ws_seq_before(peer->last_ack_sent, x->end);
		if (news && x->end != self->fin_end) {
			self->fin_other = 1;
			self->other_fin = x->end;
		}
		return;
	}
	/* A FIN with an old number, or one inside data that was sent before, does not count. */
	if (!in_order && ws_is_old(x))
		return;
	if (!in_order && ws_seq_before(x->end, self->snd_max)) {
		hold_fin(x);
		return;
	}
	self->snd_max = x->end;
	bool covers = ws_acked_fin_of(self, peer);
	if (!self->fin_implied)
		self->fin_first = !covers;
	self->fin_implied = self->fin_held = 0;
	self->fin_sent = 1;
	self->fin_carries_ack = covers;
	self->fin_end = x->end;
	self->fin_ack = self->last_ack_sent;
	ws_publish(x, self, WS_BASIS_SENT, self->fin_first ? WS_WHY_FIN_SENT : WS_WHY_FIN_SENT_LAST);
}

static void fin_arrives(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (!self->fin_sent || self->fin_implied || peer->fin_received || peer->fin_doubted || peer->fin_pending ||
	    !peer->rcv_known || ws_seq_before(peer->rcv_nxt, self->fin_end))
		return;
	peer->fin_received = WS_RECEIPT_PRESUMED;
	if (!peer->fin_acked) /* else the proof is that of the ACK; the FIN's own is what is acknowledged */
		ws_presume(x, peer);
	ws_publish(x, peer, WS_BASIS_PRESUMED, peer->fin_acked ? WS_WHY_FIN_BOTH : WS_WHY_FIN_ARRIVES);
}

/* Linux restarts TIME_WAIT at any segment with ACK and without RST. */
static void restart_time_wait(struct ws_step_context *x, enum ws_state before)
{
	struct ws_endpoint *peer = x->receiver;
	if (before == WS_TIME_WAIT && peer->state == WS_TIME_WAIT)
		peer->time_wait_start = x->segment->time;
}

/* ---- The middle of a connection */

static void pick_up(struct ws_step_context *x)
{
	struct ws_endpoint *const both[] = {x->sender, x->receiver};
	for (unsigned i = 0; i < 2; i++) {
		struct ws_endpoint *e = both[i];
		e->mid = 1;
		e->window_scale = 255;
		ws_start_in(e, WS_ESTABLISHED);
	}
}

/* Starts the machine at the first segment that is not a RST, because a RST before it says nothing about this
 * connection. */
static void machine_start(struct ws_machine *machine)
{
	machine->started = 1;
	machine->endpoint[0].dead = machine->endpoint[1].dead = WS_ALIVE;
}

/* The FIN has a number that was another byte's, which was captured and presumably received. */
static bool fin_is_old(const struct ws_step_context *x)
{
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	return self->sent_any && !self->max_told && !self->fin_sent && !ws_seq_before(self->snd_max, x->end) &&
	       peer->rcv_known && !ws_seq_before(peer->rcv_nxt, x->end);
}

static void handle_segment(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	enum ws_state before = peer->state;
	if (ws_beyond_window(x->machine, self, peer, s->sequence) || !ws_ack_is_acceptable(x)) {
		x->machine->misacked |= peer->state == WS_SYN_RECEIVED;
		return;
	}
	bool old = ws_is_old(x);
	x->machine->misacked |= old && peer->state == WS_SYN_RECEIVED;
	ws_settle_doubt(x);
	const bool crosses = ws_ack_crosses(x);
	ws_contradict(x);
	ws_imply_open(x);
	ws_imply_fin_of_sender(x);
	ws_release_fin(x);
	ack_at_sender(x);
	ack_at_receiver(x, old);
	ws_imply_fin_of_receiver(x);
	bool fin = s->flags & WS_TCP_FIN && !fin_is_old(x);
	if (s->flags & WS_TCP_FIN && !fin && !old)
		hold_fin(x);
	bool doubted = ws_is_doubted(x->machine, peer);
	self->talks = 1;
	self->window = s->window;
	if (!self->sent_any || ws_seq_before(self->snd_max, x->end)) {
		self->max_told = self->sent_any && x->end == s->sequence;
		self->snd_max = x->end;
		self->overacked = 0;
	} else if (s->length && x->end == self->snd_max) {
		self->max_told = 0;
	}
	self->sent_any = 1;
	if (!doubted && !old)
		ws_receive(peer, s->sequence, up_to_fin(self, x->end));
	if (fin) {
		ws_fin_leaves(x);
		peer->fin_doubted |= doubted && self->fin_sent && !peer->fin_received && !peer->fin_pending;
	}
	prove(x);
	ws_publish(x, self, WS_BASIS_SENT, WS_WHY_NONE);
	fin_arrives(x);
	if (crosses && self->fin_sent && !self->fin_acked)
		ws_ack_of_fin_arrives(x, self); /* what says that it did not have it was sent before */
	restart_time_wait(x, before);
	if (!doubted && !old)
		ws_note_stamp(peer, s); /* after ws_presume(), which compares with the stamp before */
}

static void handle_expiry(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (self->state == WS_TIME_WAIT) {
		self->dead = WS_DEAD_TIMER;
		ws_publish(x, self, WS_BASIS_TIMER, WS_WHY_TIMER);
	} else if (self->state == WS_SYN_SENT) {
		self->dead = WS_DEAD_ASSUMED;
		ws_publish(x, self, WS_BASIS_ASSUMED, WS_WHY_SYN_TIMEOUT);
	}
}

/* From now on the addresses and ports belong to a new connection, which endpoint `direction` opened. With an ACK flag
 * the other side has accepted it; without, only the opener's own old socket is known to be gone (it was in TIME_WAIT).
 */
static void handle_superseded(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (self->state != WS_CLOSED) {
		self->dead = WS_DEAD_ASSUMED;
		ws_publish(x, self, WS_BASIS_IMPLIED, WS_WHY_REUSED);
	}
	if (x->has_ack && peer->state != WS_CLOSED) {
		peer->dead = WS_DEAD_ASSUMED;
		ws_publish(x, peer, WS_BASIS_IMPLIED, WS_WHY_SUPERSEDED);
	}
	/* If only the opener is gone, the other side may still answer with a challenge ACK, which causes a RST. */
	if (x->has_ack || peer->state == WS_CLOSED)
		x->machine->superseded = 1;
}

static void handle_disowned(struct ws_step_context *x)
{
	struct ws_endpoint *self = x->sender;
	if (!self->active || ws_is_open(self) || x->receiver->syn_received)
		return; /* only an unanswered SYN can be disowned */
	self->dead = WS_ALIVE;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_ALIVE);
	self->active = self->syn_missed = 0;
	x->machine->disowned = x->machine->superseded = 1;
	ws_publish(x, self, WS_BASIS_RETRACTION, WS_WHY_OLD_SYN);
}

/* The first segment of an endpoint is captured, so both directions are: what was sent to the endpoint before is
 * presumed received. */
static void meet_sender(struct ws_step_context *x)
{
	x->sender->captured = 1;
	ws_publish(x, x->sender, WS_BASIS_PRESUMED, WS_WHY_FIRST_CAPTURED);
}

/* Where there is no socket any more, a RST answers the segment. */
static void note_ack_of_fin(struct ws_step_context *x)
{
	struct ws_endpoint *peer = x->receiver;
	const struct ws_segment *s = x->segment;
	if (!x->has_ack || !(peer->fin_sent || peer->fin_held) || s->acknowledgment != peer->fin_end)
		return;
	if (!peer->dead)
		peer->ended_us = ws_micros(s->time);
	if (!peer->fin_acks)
		peer->fin_acked_bare = !s->length && !(s->flags & WS_TCP_FIN);
	if (peer->fin_acks < WS_FIN_ACKS)
		peer->fin_acks = (peer->fin_acks + 1) & WS_FIN_ACKS;
}

static void handle_tcp(struct ws_step_context *x)
{
	uint16_t flags = x->segment->flags;
	if (x->segment->duplicate || x->segment->bad_checksum || x->machine->disowned)
		return;
	if (!x->sender->captured)
		meet_sender(x);
	if (flags & WS_TCP_RST) {
		ws_handle_reset(x);
		return;
	}
	note_ack_of_fin(x);
	x->receiver->fin_acked_less = x->receiver->fin_sent && x->receiver->fin_acked && x->has_ack &&
	                              ws_seq_before(x->segment->acknowledgment, x->receiver->fin_end);
	if (!(flags & (WS_TCP_SYN | WS_TCP_ACK)))
		return; /* every receiver drops it (RFC 9293 §3.10.7.4): it comes from a scan, or is damaged */
	if (!(flags & WS_TCP_SYN) && ws_is_early(x)) {
		ws_note_early(x);
		return;
	}
	if (!x->machine->started) {
		machine_start(x->machine);
		if (!(flags & WS_TCP_SYN))
			pick_up(x);
	}
	if ((flags & (WS_TCP_SYN | WS_TCP_ACK)) == WS_TCP_SYN && x->sender->active &&
	    x->segment->sequence == x->sender->iss)
		x->machine->syn_after_end |= x->sender->dead && x->receiver->dead;
	bool overtaken = ws_left_before_reset(x);
	if (x->sender->dead && !ws_handle_revival(x))
		return;
	if (!(flags & WS_TCP_SYN))
		handle_segment(x);
	else if (flags & WS_TCP_ACK)
		ws_handle_syn_ack(x);
	else
		ws_handle_syn(x);
	if (overtaken)
		ws_reset_arrives_after_all(x);
}

/* ---- Any input */

/* True for an endpoint that is established, and towards which only data and acknowledgments are expected. An ACK of a FIN that
 * is held would close it, see early.c. */
static bool is_only_open(const struct ws_endpoint *e)
{
	bool heard = e->captured && e->sent_any && e->acked_any && e->rcv_known;
	bool closing = e->dead || e->fin_sent || e->fin_implied || e->fin_received || e->fin_acked || e->fin_pending ||
	               e->fin_held || e->fin_doubted || e->overacked;
	return heard && !closing && e->state == WS_ESTABLISHED && ws_is_open(e);
}

/* A segment shows nothing about its sender that is not known when that has sent one before and is certainly open; and
 * nothing but that after a SYN-ACK, see ws_talk(). */
static unsigned is_plain_sender(const struct ws_endpoint *e, const struct ws_endpoint *peer)
{
	return (e->talks & e->open_proven) | (e->syn_ack_sent & !e->active & !peer->fast_open);
}

static unsigned plain_senders(const struct ws_step_context *x)
{
	const struct ws_machine *machine = x->machine;
	const struct ws_endpoint *self = x->sender, *peer = x->receiver;
	if (machine->superseded || machine->doubt || !is_only_open(self) || !is_only_open(peer))
		return 0;
	return is_plain_sender(self, peer) << (self - machine->endpoint) | is_plain_sender(peer, self)
	                                                                           << (peer - machine->endpoint);
}

static bool has_unseen(const struct ws_step_context *x)
{
	return (!x->sender->captured || !x->receiver->captured) &&
	       (ws_is_unseen(x->sender) || ws_is_unseen(x->receiver));
}

void ws_machine_step(struct ws_machine *machine, const struct ws_segment *input, struct ws_outcome *outcome)
{
	unsigned sender = input->direction & 1, receiver = machine->self ? sender : 1 - sender;
	struct ws_step_context x = {
	        .machine = machine,
	        .segment = input,
	        .outcome = outcome,
	        .sender = &machine->endpoint[sender],
	        .receiver = &machine->endpoint[receiver],
	        .end = input->sequence + input->length + !!(input->flags & WS_TCP_SYN) + !!(input->flags & WS_TCP_FIN),
	        .has_ack = input->flags & WS_TCP_ACK,
	};
	const bool unseen = has_unseen(&x);
	outcome->count = 0;
	machine->plain = 0;
	switch ((enum ws_input_kind)input->kind) {
	case WS_INPUT_SEGMENT:
	case WS_INPUT_ACCEPTED:
		handle_tcp(&x);
		break;
	case WS_INPUT_UNREACHABLE:
		ws_handle_unreachable(&x);
		break;
	case WS_INPUT_EXPIRY:
		handle_expiry(&x);
		break;
	case WS_INPUT_SUPERSEDED:
		handle_superseded(&x);
		break;
	case WS_INPUT_DISOWNED:
		handle_disowned(&x);
		break;
	case WS_INPUT_TOO_LARGE: /* the sender makes its segments smaller, and stays in its state */
		break;
	}
	if (unseen || has_unseen(&x)) {
		ws_publish_unseen(&x, x.sender);
		ws_publish_unseen(&x, x.receiver);
	}
	machine->plain = plain_senders(&x) & 3;
	check_step(machine, outcome);
}

/* With its defaults Linux gives up about 131 s after the first SYN; no packet shows when. */
#define SYN_TIMEOUT (131 * WS_SECOND)

static ws_time add_time(ws_time a, ws_time b)
{
	ws_time sum;
	return __builtin_add_overflow(a, b, &sum) ? WS_TIME_NEVER : sum;
}

ws_time ws_machine_deadline(const struct ws_machine *machine, ws_time time_wait, unsigned *endpoint)
{
	ws_time earliest = WS_TIME_NEVER;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_endpoint *e = &machine->endpoint[i];
		ws_time deadline = WS_TIME_NEVER;
		if (e->state == WS_TIME_WAIT)
			deadline = add_time(e->time_wait_start, time_wait);
		else if (e->state == WS_SYN_SENT)
			deadline = add_time(machine->syn_time, SYN_TIMEOUT);
		if (deadline < earliest) {
			earliest = deadline;
			*endpoint = i;
		}
	}
	return earliest;
}
