/* The state machines of a connection's two endpoints, as a pure function: (machine, input) → machine + transitions.
 *
 * An endpoint's state is a function of facts and not of the order in which segments were captured. Facts are gathered
 * from each segment, the state is derived from them, and a change of the state is a transition. Zeroed memory is a
 * machine without any input. Sequence numbers are compared modulo 2^32 (RFC 9293 §3.4). */
#ifndef WS_TRACK_MACHINE_H
#define WS_TRACK_MACHINE_H

#include "track/facts.h"
#include "track/sequence.h"
#include "track/why.h"

#include <wirestate/track.h>

#include <stddef.h>

/* Whether something that was sent towards an endpoint has reached it. */
enum ws_receipt { WS_NOT_RECEIVED, WS_RECEIPT_PRESUMED, WS_RECEIPT_PROVEN };

/* Which of these passed first on their way to an endpoint: the peer's FIN, or the first ACK of its own. */
enum ws_fin_order { WS_ORDER_FIN_FIRST = 1, WS_ORDER_ACK_FIRST };

/* So many segments acknowledge a FIN, or more, or nobody knows how many. */
enum { WS_FIN_ACKS = 15 };

/* What ended an endpoint that is `dead`. */
enum ws_death {
	WS_ALIVE,
	WS_DEAD_SENT_RST,
	WS_DEAD_GOT_RST,
	WS_DEAD_TIMER,
	WS_DEAD_ASSUMED,
	WS_DEAD_ICMP,
	WS_DEAD_FORGED, /* by a RST that its apparent sender did not send */
};

/* What has been seen of one endpoint, and the state that follows from it. */
struct ws_endpoint {
#define X(type, member, space, meaning) type member;
	WS_ENDPOINT_NUMBERS(X)
#undef X
#define X(member, width, invariant, sets) uint32_t member : width;
	WS_ENDPOINT_BITS(X)
#undef X
	/* Kept by ws_publish() and ws_start_in(). */
	uint32_t path; /* its states, four bits each, the latest in the lowest bits; retracted ones are removed */
	uint8_t depth; /* how many states `path` holds */
	uint8_t state, certainty; /* as last published */
};

struct ws_machine {
	struct ws_endpoint endpoint[2];
	ws_time syn_time;       /* the time of the first bare SYN */
	uint32_t syn_us;        /* the time of the latest one, in microseconds modulo 2^32 */
	uint32_t rtt_us;        /* the time from then to the handshake's ACK; 0: not measured */
	uint32_t doubted_sent;  /* `snd_max` of the doubted endpoint before that */
	uint32_t doubted_ack;   /* what its peer had acknowledged before that */
	int8_t client_plus_one; /* the endpoint that opened the connection, plus one; 0: not known */
	uint8_t doubt;          /* the endpoint of which more was acknowledged than was seen, plus one; 0: none */
	uint8_t self : 1;       /* a self-connect, in which both endpoints are the same */
	uint8_t started : 1;
	uint8_t saw_syn : 1, saw_syn_ack : 1, saw_handshake_ack : 1;
	uint8_t refused : 1;         /* a RST answered the SYN */
	uint8_t stray_reset : 1;     /* a RST came that does not answer the SYN */
	uint8_t syn_after_reset : 1; /* the SYN was sent again after a RST had answered it */
	uint8_t syn_after_end : 1;   /* the SYN was sent again after both endpoints had closed */
	uint8_t answered_old : 1; /* something answered the SYN that does not acknowledge it: an older connection's ACK
	                           */
	uint8_t misanswered : 1;  /* a SYN-ACK came that does not acknowledge the SYN */
	uint8_t misacked : 1;     /* an ACK that cannot complete the handshake came in its place */
	uint8_t unreachable : 1;  /* an ICMP error quoted one of its segments */
	uint8_t superseded : 1;
	uint8_t disowned : 1;       /* its only SYN belongs to another connection, so it has no segment */
	uint8_t forged : 2;         /* a bit for each apparent sender of a RST that did not send it */
	uint8_t misanswered_by : 4; /* the number too many that the SYN-ACK acknowledges; 0: it is not near */
	uint8_t plain : 2;          /* a bit for each sender for whose segments ws_machine_plain_step() may be tried */
};

struct ws_outcome {
	uint8_t count;
	struct ws_transition transition[WS_MAX_TRANSITIONS];
};

/* Takes one input. `outcome` is overwritten. Never fails: what makes no sense changes nothing. */
void ws_machine_step(struct ws_machine *machine, const struct ws_segment *input, struct ws_outcome *outcome);
/* Does the same at less cost for a segment that cannot change a state, like most segments of an established connection.
 * Returns false, and does nothing, when the segment may be another. */
bool ws_machine_plain_step(struct ws_machine *machine, const struct ws_segment *segment) WS_CHECKED;

/* The endpoint that opened the connection, or WS_ROLE_UNKNOWN. */
static inline int ws_machine_client(const struct ws_machine *machine)
{
	return machine->client_plus_one - 1;
}

/* Checks the invariants of one endpoint's facts, see facts.h. Returns a text about the one that is broken, or NULL. In
 * builds with WS_CHECKS each step of a machine checks both endpoints and aborts when one is. */
const char *ws_endpoint_check(const struct ws_endpoint *endpoint, const struct ws_endpoint *peer);

/* The earliest deadline at which a state changes without a packet, or WS_TIME_NEVER, and the endpoint that has it. */
ws_time ws_machine_deadline(const struct ws_machine *machine, ws_time time_wait, unsigned *endpoint);

/* The input that says so. */
static inline struct ws_segment ws_expiry(ws_time deadline, unsigned endpoint)
{
	return (struct ws_segment){.kind = WS_INPUT_EXPIRY,
	                           .time = deadline,
	                           .direction = (uint8_t)endpoint,
	                           .window_scale = 255,
	                           .position = WS_POSITION_NONE};
}

/* How long after a segment another one may come that its receiver sent before. The handshake's round trip is among the
 * shortest. */
static inline uint32_t ws_under_way_us(const struct ws_machine *machine)
{
	return machine->rtt_us + machine->rtt_us / 4;
}

/* ---- Between the machine's own files */

struct ws_step_context {
	struct ws_machine *machine;
	const struct ws_segment *segment;
	struct ws_outcome *outcome;
	struct ws_endpoint *sender, *receiver; /* the same in a self-connect */
	uint32_t end;                          /* the end of the segment: sequence + length + SYN + FIN */
	bool has_ack;
};

/* Derives the endpoint's state from its facts. If it has changed, records the transitions that lead there, each of
 * which is one of RFC 9293. A state is set only here. With WS_BASIS_RETRACTION the first transition goes back to a
 * state that the endpoint was in before. */
void ws_publish(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_basis basis, enum ws_why why);
/* early.c. A segment without SYN from an endpoint that has not answered the peer's SYN yet: the peer drops it. */
bool ws_is_early(const struct ws_step_context *x);
void ws_note_early(struct ws_step_context *x);
/* Nothing of the receiver is known but what this segment acknowledges, and what came early. */
void ws_meet_receiver(struct ws_step_context *x);
/* The segment acknowledges a FIN of the receiver that came early. */
void ws_release_fin(struct ws_step_context *x);
/* Publishes what follows from the peer's facts, when one of the two is ws_is_unseen(), or was. */
void ws_publish_unseen(struct ws_step_context *x, struct ws_endpoint *endpoint);
/* acceptable.c. True for a segment that its receiver drops with its ACK, see there. */
bool ws_is_old(const struct ws_step_context *x);
/* Returns false when the receiver cannot have sent what is acknowledged, so the segment belongs to another connection. */
bool ws_ack_is_acceptable(struct ws_step_context *x);
/* The sender shows whether it has sent the data, not captured, that its peer has acknowledged. */
void ws_settle_doubt(struct ws_step_context *x);

static inline bool ws_is_doubted(const struct ws_machine *machine, const struct ws_endpoint *e)
{
	return machine->doubt && machine->doubt == e - machine->endpoint + 1;
}

/* contradict.c. An ACK of the sender's FIN has passed so lately that the sender did not have it when it sent this segment, and
 * it may still arrive. */
bool ws_ack_crosses(const struct ws_step_context *x);
void ws_handle_syn(struct ws_step_context *x);
void ws_handle_syn_ack(struct ws_step_context *x);
/* Presumes that an ACK of the endpoint's FIN reaches it. */
void ws_ack_of_fin_arrives(struct ws_step_context *x, struct ws_endpoint *e);
/* Handles the FIN of a segment at its sender. */
void ws_fin_leaves(struct ws_step_context *x);
void ws_handle_reset(struct ws_step_context *x);
/* Sets the first state of an endpoint when no packet shows how it came there; records no transition. */
void ws_start_in(struct ws_endpoint *endpoint, enum ws_state state);
/* Handles a segment from a dead endpoint. Returns true when the endpoint is alive after all; then the segment is
 * applied. */
bool ws_handle_revival(struct ws_step_context *x);
/* reset.c. The segment answers a RST, and says that what was sent before that RST had not arrived. */
void ws_contradict_before_reset(struct ws_step_context *x);
/* contradict.c. Takes back what was presumed and the segment shows to be wrong. */
void ws_contradict(struct ws_step_context *x);
/* The part of it that a RST with ACK shows, too: its sender was not open yet. Returns true when that was taken back. */
bool ws_contradict_open(struct ws_step_context *x);
/* And this part: the SYNs did not cross, if its sender has sent no SYN-ACK. */
void ws_contradict_crossing(struct ws_step_context *x);
/* The FIN of the receiver's peer passes. If it did so before the ACK of the receiver's own, this is a copy. */
void ws_note_copy(struct ws_endpoint *receiver, const struct ws_segment *fin);
/* True when a RST ended the sender, but can hardly have reached it when it sent this segment. */
bool ws_left_before_reset(const struct ws_step_context *x);
/* Called after such a segment: the RST ends the sender now. */
void ws_reset_arrives_after_all(struct ws_step_context *x);
void ws_handle_unreachable(struct ws_step_context *x);
/* Apply what a segment implies about others that the capture missed: a SYN-ACK, the handshake's ACK, a FIN. */
void ws_imply_open(struct ws_step_context *x);
/* After a fast open: true when the sender was open when it sent this. */
bool ws_opened_by_then(const struct ws_step_context *x);
void ws_imply_fin_of_sender(struct ws_step_context *x);   /* before the segment's acknowledgment is applied */
void ws_imply_fin_of_receiver(struct ws_step_context *x); /* after it */
/* The endpoint has sent no FIN, or none that counts. Facts that depend on the FIN are reset, too: that the peer has it
 * or acknowledged it, and that the peer was the second to close. */
void ws_retract_fin(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_why why);
/* Does the same for an implied FIN of the sender when the segment has data or a FIN past it. */
void ws_contradict_implied_fin(struct ws_step_context *x);
/* The sender acknowledges the FIN of the receiver, which proves that it has it. */
void ws_prove_fin(struct ws_step_context *x);
/* True when figure 5 of RFC 9293 has this transition, or when it is an abort. */
bool ws_state_follows(enum ws_state from, enum ws_state to);
/* Records on which of the peer's segments a presumption about `endpoint` is based. */
void ws_presume(struct ws_step_context *x, struct ws_endpoint *endpoint);

/* Microseconds modulo 2^32, which are enough to compare times in one exchange. */
static inline uint32_t ws_micros(ws_time time)
{
	return (uint32_t)((uint64_t)time / 1000);
}

/* PAWS, RFC 7323 §5: an older segment than what has come, which its receiver drops. As in Linux a step of one back is
 * no proof of that; nor is half the clock's range, which long idleness looks like. */
static inline bool ws_stamp_is_old(const struct ws_endpoint *receiver, const struct ws_segment *s)
{
	return receiver->stamped && s->timestamps && receiver->ts_recent - s->tsval - 2 < UINT32_C(1) << 30;
}

/* True when this acknowledges nothing of `peer`, not even its SYN. */
static inline bool ws_is_before_iss(const struct ws_endpoint *peer, uint32_t ack)
{
	return peer->iss_known && !ws_seq_before(peer->iss, ack) && !peer->iss_passed;
}

/* True when `self` has acknowledged the FIN of `peer`. */
static inline bool ws_acked_fin_of(const struct ws_endpoint *self, const struct ws_endpoint *peer)
{
	return peer->fin_sent && self->acked_any && !ws_seq_before(self->last_ack_sent, peer->fin_end);
}

/* True when the segment acknowledges the FIN of its receiver. */
static inline bool ws_acknowledges_fin(const struct ws_step_context *x)
{
	const struct ws_endpoint *peer = x->receiver;
	return peer->fin_sent && !ws_seq_before(x->segment->acknowledgment, peer->fin_end);
}

/* True when its SYN or SYN-ACK was captured. */
static inline bool ws_syn_captured(const struct ws_endpoint *e)
{
	return e->syn_ack_sent || (e->active && !e->syn_missed);
}

/* True when the endpoint has completed the three-way handshake, as far as its facts say. */
static inline bool ws_is_open(const struct ws_endpoint *e)
{
	return e->mid || (e->syn_received ? e->syn_acked : e->got_syn_ack);
}

/* When only the peer's direction was captured, it is not known what an open endpoint does until both are over. */
static inline bool ws_is_unseen(const struct ws_endpoint *e)
{
	return !e->captured && ws_is_open(e);
}

/* True when all that an open endpoint has sent since its SYN-ACK is bare ACKs of the SYN. In SYN_RECEIVED a host sends
 * these, too, in answer to what it cannot take (RFC 9293 §3.10.7.4). */
static inline bool ws_may_be_half_open(const struct ws_endpoint *e, const struct ws_endpoint *peer)
{
	return e->syn_ack_sent && !e->active && !e->fin_sent && e->snd_max == e->iss + 1 &&
	       e->last_ack_sent == peer->iss + 1;
}

#endif
