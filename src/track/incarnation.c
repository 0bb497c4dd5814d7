/* Decides which connection a segment belongs to when the same addresses and ports are used again.
 *
 * The index leads to the newest connection of a 4-tuple. A SYN with another initial sequence number starts a new one,
 * but until it is answered, the old one may go on: an old ESTABLISHED socket of Linux answers such a SYN with a
 * challenge ACK, which causes a RST that ends the old connection (RFC 5961 §4.2). So until a SYN-ACK accepts the new
 * SYN, a segment that does not acknowledge it belongs to the old connection. With the SYN-ACK the old connection is
 * superseded. */
#include "track/elsewhere.h"
#include "track/stall.h"
#include "track/tracker.h"

#define MANY_INCARNATIONS 8 /* no more are searched for the one that answers */

/* Applies an input that is not a segment to a connection, at the time of `s`. */
static void apply_input(struct ws_tracker *tracker, struct ws_conn *conn, enum ws_input_kind kind, unsigned direction,
                        uint16_t flags, const struct ws_segment *s)
{
	struct ws_segment input = *s;
	input.kind = (uint8_t)kind;
	input.direction = (uint8_t)direction;
	input.flags = flags;
	ws_tracker_apply(tracker, conn, &input, s->frame);
}

/* The endpoint of a connection of this tuple that is its source. */
static inline unsigned direction_in(const struct ws_conn *conn, const struct ws_tuple *tuple)
{
	if (conn->port[0] != conn->port[1])
		return conn->port[0] != tuple->source_port;
	return ws_conn_is(conn, 0, tuple->source, tuple->source_port) ? 0 : 1;
}

/* True for an unanswered attempt, which endpoint `opener` made. */
static bool is_candidate(const struct ws_conn *conn, unsigned *opener)
{
	int client = ws_machine_client(&conn->machine);
	if (client < 0 || conn->machine.saw_syn_ack)
		return false;
	*opener = (unsigned)client;
	return conn->machine.endpoint[client].active && !conn->machine.endpoint[1 - client].active;
}

static bool acknowledges_syn(const struct ws_endpoint *opener, uint32_t ack)
{
	return ws_seq_before(opener->iss, ack) && !ws_seq_before(opener->snd_max, ack);
}

/* True for a SYN-ACK that answers the SYN of an unanswered attempt. */
static bool answers(const struct ws_conn *conn, const struct ws_segment *s)
{
	unsigned opener;
	return is_candidate(conn, &opener) && acknowledges_syn(&conn->machine.endpoint[opener], s->acknowledgment);
}

#define NEAR 65536 /* how far an acknowledgment may lie below what was sent, and still belong to it */

/* True when a segment acknowledges what the other endpoint of a connection has sent lately. A new connection has other
 * numbers. */
static bool fits_numbers(const struct ws_conn *conn, unsigned sender, const struct ws_segment *s)
{
	const struct ws_endpoint *peer = &conn->machine.endpoint[1 - sender];
	return s->flags & WS_TCP_ACK && peer->sent_any && peer->snd_max - s->acknowledgment < NEAR &&
	       !(peer->iss_known && !peer->iss_passed && ws_seq_before(s->acknowledgment, peer->iss));
}

/* True when a RST that did not arrive, or was not taken, seemed to end the sender, which goes on. */
static bool survived_reset(const struct ws_conn *conn, const struct ws_tuple *tuple, const struct ws_segment *s)
{
	const unsigned sender = direction_in(conn, tuple);
	const struct ws_endpoint *e = &conn->machine.endpoint[sender];
	const bool own = s->sequence == e->snd_max || (s->flags & WS_TCP_SYN && s->sequence == e->iss) ||
	                 (e->fin_sent && s->sequence + s->length + 1 == e->fin_end);
	return e->dead == WS_DEAD_GOT_RST && own && !(s->flags & WS_TCP_RST) && fits_numbers(conn, sender, s);
}

/* For an unanswered attempt and a connection before it: true when the segment belongs to the older one. */
static bool belongs_to_older(const struct ws_conn *newest, const struct ws_conn *older, const struct ws_tuple *tuple,
                             const struct ws_segment *s)
{
	unsigned opener;
	if (!older || !is_candidate(newest, &opener))
		return false;
	const struct ws_endpoint *e = &newest->machine.endpoint[opener];
	bool syn = s->flags & WS_TCP_SYN, ack = s->flags & WS_TCP_ACK;
	if (older->ended) /* its SYN may still be answered, although its sender has given up */
		return (syn && ack && answers(older, s) && !acknowledges_syn(e, s->acknowledgment)) ||
		       (direction_in(newest, tuple) != opener && survived_reset(older, tuple, s));
	if (direction_in(newest, tuple) == opener)
		return syn ? ack : s->sequence != e->snd_max || fits_numbers(older, direction_in(older, tuple), s);
	if (s->flags & WS_TCP_RST && !ack)
		return true; /* only a RST with ACK answers a SYN */
	const unsigned here = direction_in(older, tuple);
	const bool last = !syn && s->sequence == older->machine.endpoint[here].snd_max && fits_numbers(older, here, s);
	return ack && (last || !acknowledges_syn(e, s->acknowledgment));
}

/* The connection before an attempt, past attempts that were not answered either. */
static struct ws_conn *before_attempts(struct ws_tracker *tracker, const struct ws_conn *newest)
{
	struct ws_conn *conn = ws_table_conn(&tracker->table, newest->older);
	unsigned opener;
	for (unsigned i = 0; i < MANY_INCARNATIONS && conn && is_candidate(conn, &opener); i++)
		conn = ws_table_conn(&tracker->table, conn->older);
	return conn;
}

/* The connection, of an attempt and those before it, that the segment belongs to. */
static struct ws_conn *by_answer(struct ws_tracker *tracker, struct ws_conn *newest, const struct ws_tuple *tuple,
                                 const struct ws_segment *s)
{
	struct ws_conn *older = ws_table_conn(&tracker->table, newest->older);
	if (belongs_to_older(newest, older, tuple, s))
		return older;
	older = before_attempts(tracker, newest);
	return belongs_to_older(newest, older, tuple, s) ? older : newest;
}

/* The opener of an unanswered attempt goes on with the connection before it. A host that has opened a new connection
 * does not do that, so the SYN was an old duplicate, or another host sent it. */
static void disown(struct ws_tracker *tracker, struct ws_conn *newest, struct ws_conn *older,
                   const struct ws_tuple *tuple, const struct ws_segment *s)
{
	const struct ws_endpoint *e = &older->machine.endpoint[direction_in(older, tuple)];
	bool goes_on = s->length || s->flags & WS_TCP_FIN || ws_seq_before(e->last_ack_sent, s->acknowledgment);
	if (s->flags & WS_TCP_RST || direction_in(newest, tuple) != (unsigned)ws_machine_client(&newest->machine) ||
	    !goes_on || s->sequence != e->snd_max)
		return;
	apply_input(tracker, newest, WS_INPUT_DISOWNED, direction_in(newest, tuple), s->flags, s);
	ws_table_promote(&tracker->table, older);
}

static struct ws_conn *by_link_id(struct ws_tracker *tracker, struct ws_conn *newest, const struct ws_tuple *tuple,
                                  uint32_t link_id)
{
	for (struct ws_conn *conn = newest; conn; conn = ws_table_conn(&tracker->table, conn->older)) {
		uint32_t seen = conn->link_id[direction_in(conn, tuple)];
		if (seen == link_id || (seen == WS_NO_LINK && conn->link_id[1 - direction_in(conn, tuple)] == link_id))
			return conn;
	}
	return newest;
}

/* ---- One connection that is seen twice */

#define TWIN_TIME (20 * WS_MILLISECOND) /* the longest way from one side of the device to the other */

/* True for a SYN that is the last one again, after a device (a firewall that randomizes initial sequence numbers) has
 * changed its number: at nearly the same time, with the same identification or after another hop. */
static bool is_twin(const struct ws_conn *conn, unsigned sender, const struct ws_segment *s)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[sender];
	const bool same_packet = s->identification && s->identification == conn->syn_identification;
	return !conn->ended && !conn->twin && e->state == WS_SYN_SENT && s->time - conn->first_time <= TWIN_TIME &&
	       (same_packet || s->ttl != conn->syn_ttl);
}

/* How far a segment's numbers are from those of a connection. */
static uint32_t distance_to(const struct ws_conn *conn, const struct ws_tuple *tuple, const struct ws_segment *s)
{
	const unsigned sender = direction_in(conn, tuple);
	const struct ws_endpoint *self = &conn->machine.endpoint[sender], *peer = &conn->machine.endpoint[1 - sender];
	int32_t distance = INT32_MAX;
	if (self->sent_any)
		distance = (int32_t)(s->sequence - self->snd_max);
	else if (peer->sent_any && s->flags & WS_TCP_ACK)
		distance = (int32_t)(s->acknowledgment - peer->snd_max);
	return distance < 0 ? 0 - (uint32_t)distance : (uint32_t)distance;
}

/* The one of two twins whose numbers the segment fits. */
static struct ws_conn *by_numbers(struct ws_conn *newer, struct ws_conn *older, const struct ws_tuple *tuple,
                                  const struct ws_segment *s)
{
	return older && distance_to(older, tuple, s) < distance_to(newer, tuple, s) ? older : newer;
}

/* A Fast Open SYN with data may have PSH (RFC 7413). */
static bool has_odd_flags(const struct ws_segment *syn)
{
	return syn->flags & (WS_TCP_FIN | WS_TCP_URG | (syn->length ? 0 : WS_TCP_PSH));
}

static struct ws_conn *begin_conn(struct ws_tracker *tracker, const struct ws_tuple *tuple, struct ws_segment *s,
                                  struct ws_conn *older)
{
	struct ws_conn *conn = ws_table_add(&tracker->table, tuple);
	tracker->stats.connections++;
	if (!conn) {
		tracker->stats.evicted++;
		return NULL;
	}
	const bool syn = (s->flags & (WS_TCP_SYN | WS_TCP_ACK)) == WS_TCP_SYN;
	ws_analyser_init(&conn->analyser);
	conn->vlan = s->vlan;
	conn->syn_ttl = s->ttl;
	conn->odd_syn = syn && has_odd_flags(s);
	conn->syn_extras = ws_syn_extras(s) & 7;
	conn->keyed_syn = syn && s->keyed;
	conn->old_stamp = syn && s->timestamps &&
	                  ws_surroundings_stamp_is_old(&tracker->surroundings, s, tuple->source, tuple->destination);
	conn->syn_identification = s->identification;
	conn->first_time = s->time;
	conn->first_frame = s->frame;
	if (older) {
		struct ws_rare *rare = ws_table_rare(&tracker->table, conn);
		struct ws_rare *older_rare = ws_table_rare(&tracker->table, older);
		if (rare)
			rare->previous = older->number;
		if (older_rare)
			older_rare->next = conn->number;
		ws_analyser_follow(&conn->analyser, &older->analyser,
		                   !ws_conn_is(older, 0, tuple->source, tuple->source_port));
		ws_tracker_keep_start(tracker, conn);
	}
	if (s->flags & WS_TCP_SYN && !s->bad_checksum)
		ws_elsewhere_note(tracker, conn, tuple, s);
	s->direction = 0;
	return conn;
}

/* Opens a new connection with the addresses and ports of `conn`. */
static struct ws_conn *reopen(struct ws_tracker *tracker, const struct ws_tuple *tuple, struct ws_segment *s,
                              struct ws_conn *conn, uint32_t link_id)
{
	unsigned sender = direction_in(conn, tuple);
	if (is_twin(conn, sender, s)) {
		struct ws_conn *twin = begin_conn(tracker, tuple, s, conn);
		if (twin) {
			ws_analyser_init(&twin->analyser);
			twin->twin = WS_TWIN_NEWER;
			conn->twin = WS_TWIN_OLDER;
		}
		return twin;
	}
	enum ws_state state = conn->machine.endpoint[sender].state;
	bool elsewhere = conn->link_id[sender] != WS_NO_LINK && conn->link_id[sender] != link_id;
	bool alive = !conn->ended && state != WS_SYN_SENT && state != WS_TIME_WAIT;
	if (!elsewhere && !conn->ended && (state == WS_SYN_SENT || state == WS_TIME_WAIT)) {
		/* The opener's old socket must be gone, or it could not have opened this connection. */
		apply_input(tracker, conn, WS_INPUT_SUPERSEDED, sender, 0, s);
	}
	struct ws_conn *fresh = begin_conn(tracker, tuple, s, conn);
	if (fresh && elsewhere && alive)
		fresh->bound = conn->bound = 1;
	struct ws_rare *rare = fresh && !elsewhere ? fresh->rare : NULL;
	if (rare && conn->machine.endpoint[0].sent_any && conn->machine.endpoint[1].sent_any)
		rare->reused_after = s->time - conn->last_time;
	return fresh;
}

static void supersede_older(struct ws_tracker *tracker, struct ws_conn *newest, const struct ws_tuple *tuple,
                            const struct ws_segment *s)
{
	struct ws_conn *older = ws_table_conn(&tracker->table, newest->older);
	if (!older || older->ended || newest->bound || newest->twin)
		return;
	unsigned opener = 1 - direction_in(older, tuple); /* the sender of the SYN that this answers */
	apply_input(tracker, older, WS_INPUT_SUPERSEDED, opener, WS_TCP_ACK, s);
}

/* A half-open endpoint that gets another SYN inside its window answers it with RST and forgets both (RFC 9293
 * §3.10.7.4, fourth; outside the window it sends a challenge ACK and stays). */
static void reset_half_open(struct ws_tracker *tracker, struct ws_conn *newest, struct ws_conn *older,
                            const struct ws_tuple *tuple, const struct ws_segment *s)
{
	unsigned here = direction_in(older, tuple), opener;
	const struct ws_endpoint *half_open = &older->machine.endpoint[here];
	if (older->ended || half_open->state != WS_SYN_RECEIVED || !(s->flags & WS_TCP_ACK) ||
	    !is_candidate(newest, &opener) || opener == direction_in(newest, tuple))
		return;
	const struct ws_endpoint *fresh = &newest->machine.endpoint[opener];
	if (acknowledges_syn(fresh, s->acknowledgment) && fresh->iss - half_open->rcv_nxt < half_open->window)
		apply_input(tracker, older, WS_INPUT_SUPERSEDED, 1 - here, WS_TCP_ACK, s);
}

/* The old attempt's SYN was answered by RST, but that RST was lost. Then the other side opened, too. This SYN-ACK or
 * SYN has the number of the old SYN, so the attempt is still the same, and what seemed a new connection is a
 * simultaneous open. */
static void take_over_attempt(struct ws_tracker *tracker, struct ws_conn *newest, struct ws_conn *older,
                              const struct ws_tuple *tuple, const struct ws_segment *s)
{
	unsigned there = direction_in(older, tuple), here = direction_in(newest, tuple);
	const struct ws_endpoint *attempt = &older->machine.endpoint[there];
	if (!older->ended || !attempt->active || attempt->iss != s->sequence || newest->machine.endpoint[here].active)
		return;
	if (!(s->flags & WS_TCP_ACK)) {
		apply_input(tracker, older, WS_INPUT_DISOWNED, there, WS_TCP_SYN, s);
		return; /* the SYN itself has come again, and belongs to the newest */
	}
	struct ws_segment syn = *s;
	syn.flags = WS_TCP_SYN;
	syn.frame = older->first_frame;
	syn.position = WS_POSITION_NONE;
	syn.acknowledgment = 0;
	apply_input(tracker, older, WS_INPUT_DISOWNED, there, WS_TCP_SYN, s);
	syn.direction = (uint8_t)here;
	syn.repeated = 1;
	ws_tracker_apply(tracker, newest, &syn, s->frame);
}

/* True when a segment acknowledges as much as its sender has acknowledged already. A new connection's SYN-ACK
 * acknowledges a SYN, which may be an old one that has come again. */
static bool acknowledges_no_less(const struct ws_conn *conn, unsigned sender, const struct ws_segment *s)
{
	const struct ws_endpoint *self = &conn->machine.endpoint[sender];
	return self->acked_any && !ws_seq_before(s->acknowledgment, self->last_ack_sent) &&
	       fits_numbers(conn, sender, s);
}

/* True for a SYN-ACK whose SYN the capture missed, after the old connection has ended. One that acknowledges what was
 * sent in the old connection answers no new SYN; but it may answer a copy of the old SYN. */
static bool opens_by_syn_ack(const struct ws_conn *conn, unsigned sender, const struct ws_segment *s)
{
	const struct ws_endpoint *e = &conn->machine.endpoint[sender];
	if ((s->flags & (WS_TCP_SYN | WS_TCP_ACK)) != (WS_TCP_SYN | WS_TCP_ACK) || !e->iss_known ||
	    e->iss == s->sequence)
		return false;
	const struct ws_endpoint *other = &conn->machine.endpoint[1 - sender];
	const bool over = (conn->ended && !other->syn_missed) || conn->machine.syn_after_end;
	const bool same_syn = over && other->active && s->acknowledgment == other->iss + 1;
	if (!same_syn && acknowledges_no_less(conn, sender, s))
		return false;
	return conn->ended || same_syn ||
	       (e->state == WS_TIME_WAIT && e->fin_acked &&
	        (other->state == WS_CLOSED || other->state == WS_TIME_WAIT));
}

/* A SYN of `newest` is answered by a segment that does not acknowledge it: the other side still has an older
 * connection, which may be in TIME_WAIT, and answers with the ACK of that one. */
static void note_old_answer(struct ws_tracker *tracker, struct ws_conn *newest, const struct ws_tuple *tuple,
                            const struct ws_segment *s)
{
	unsigned opener;
	if (!(s->flags & WS_TCP_ACK) || s->flags & (WS_TCP_SYN | WS_TCP_RST) || s->bad_checksum ||
	    !is_candidate(newest, &opener) || direction_in(newest, tuple) == opener ||
	    acknowledges_syn(&newest->machine.endpoint[opener], s->acknowledgment))
		return;
	struct ws_rare *rare = ws_table_rare(&tracker->table, newest);
	if (!rare)
		return;
	newest->judgement = 0;
	rare->old_answer = WS_OLD_ANSWER;
	rare->answered_by = 0;
	const struct ws_conn *older = newest;
	for (unsigned i = 0; i < MANY_INCARNATIONS && (older = ws_table_conn(&tracker->table, older->older)); i++) {
		const unsigned here = direction_in(older, tuple);
		const struct ws_endpoint *e = &older->machine.endpoint[here],
		                         *peer = &older->machine.endpoint[1 - here];
		if (!e->sent_any || e->snd_max != s->sequence || !e->acked_any || e->last_ack_sent != s->acknowledgment)
			continue;
		bool closed_first = e->fin_first && (e->fin_received || ws_acked_fin_of(e, peer));
		rare->old_answer = closed_first ? WS_OLD_ANSWER_TIME_WAIT : WS_OLD_ANSWER;
		rare->answered_by = (uint32_t)(newest->number - older->number);
		return;
	}
}

/* True for the only connection of its addresses and ports, to which every segment without SYN belongs. */
static bool is_settled(const struct ws_conn *conn)
{
	return !conn->older && !conn->half_open && !conn->bound && !conn->twin;
}

struct ws_conn *ws_tracker_assign(struct ws_tracker *tracker, const struct ws_tuple *tuple, struct ws_conn *newest,
                                  struct ws_segment *segment, uint32_t link_id)
{
	struct ws_conn *conn = newest;
	if (!newest) {
		bool counts = !(segment->flags & WS_TCP_RST) && !segment->bad_checksum;
		return counts ? begin_conn(tracker, tuple, segment, NULL) : NULL;
	}
	if (is_settled(newest) && !(segment->flags & (WS_TCP_SYN | WS_TCP_RST)) && !segment->bad_checksum) {
		segment->direction = (uint8_t)direction_in(newest, tuple);
		return newest;
	}
	const bool syn = segment->flags & WS_TCP_SYN, ack = segment->flags & WS_TCP_ACK;
	struct ws_conn *older = ws_table_conn(&tracker->table, newest->older);
	if (newest->half_open)
		note_old_answer(tracker, newest, tuple, segment);
	if (newest->bound)
		conn = by_link_id(tracker, newest, tuple, link_id);
	else if (newest->twin == WS_TWIN_NEWER)
		conn = by_numbers(newest, older, tuple, segment);
	else if ((conn = by_answer(tracker, newest, tuple, segment)) != newest && !segment->bad_checksum)
		disown(tracker, newest, conn, tuple, segment);
	unsigned sender = direction_in(conn, tuple), opener;
	const struct ws_endpoint *e = &conn->machine.endpoint[sender];
	segment->direction = (uint8_t)sender;
	if (!segment->bad_checksum && segment->flags & WS_TCP_RST && older && conn == newest)
		reset_half_open(tracker, newest, older, tuple, segment);
	if (segment->bad_checksum || segment->flags & WS_TCP_RST)
		return conn;
	if (syn && !ack && (e->sent_any || conn->machine.started) && !(e->iss_known && e->iss == segment->sequence) &&
	    !(conn == newest && !conn->ended && !e->sent_any && is_candidate(newest, &opener)))
		return reopen(tracker, tuple, segment, newest, link_id);
	if (syn && !ack && older && conn == newest && is_candidate(newest, &opener) && opener != sender)
		take_over_attempt(tracker, newest, older, tuple, segment);
	if (opens_by_syn_ack(conn, sender, segment))
		return begin_conn(tracker, tuple, segment, newest);
	if (syn && ack && conn == newest && is_candidate(newest, &opener) && opener != sender &&
	    acknowledges_syn(&newest->machine.endpoint[opener], segment->acknowledgment)) {
		if (older)
			take_over_attempt(tracker, newest, older, tuple, segment);
		supersede_older(tracker, newest, tuple, segment);
	}
	return conn;
}
