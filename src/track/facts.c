/* Derives states from facts: the table of states, the certainty of each, and the only function that changes a state.
 *
 * RFC 9293 §3.3.2 names the states. The tests below are in the order of precedence. A dead endpoint is CLOSED, whatever
 * it did before. An endpoint that has not completed its handshake cannot have closed (except after a fast open, RFC
 * 7413, when a server may send FIN in SYN_RECEIVED). After that only FINs and their acknowledgments count. */
#include "track/machine.h"

static enum ws_state closing_state(const struct ws_endpoint *e)
{
	if (!e->fin_first)
		return e->fin_acked ? WS_CLOSED : WS_LAST_ACK;
	if (e->fin_received)
		return e->fin_acked ? WS_TIME_WAIT : WS_CLOSING;
	return e->fin_acked ? WS_FIN_WAIT_2 : WS_FIN_WAIT_1;
}

static bool is_over(const struct ws_endpoint *e)
{
	enum ws_state state = e->fin_sent ? closing_state(e) : WS_ESTABLISHED;
	return e->dead || state == WS_CLOSED || state == WS_TIME_WAIT;
}

static enum ws_state state_of(const struct ws_endpoint *e, const struct ws_endpoint *peer)
{
	if (e->dead)
		return WS_CLOSED;
	if (ws_is_unseen(e))
		return e->fin_sent && is_over(peer) ? WS_CLOSED : WS_ESTABLISHED;
	if (!ws_is_open(e)) {
		if (e->syn_received)
			return !e->fin_sent ? WS_SYN_RECEIVED : e->fin_first ? WS_FIN_WAIT_1 : closing_state(e);
		if (e->active)
			return WS_SYN_SENT;
		return e->listening ? WS_LISTEN : WS_CLOSED;
	}
	if (e->fin_sent)
		return closing_state(e);
	return e->fin_received ? WS_CLOSE_WAIT : WS_ESTABLISHED;
}

static enum ws_certainty receipt_certainty(unsigned receipt)
{
	return receipt == WS_RECEIPT_PROVEN ? WS_CONFIRMED : WS_PRESUMED;
}

static enum ws_certainty certainty_of(const struct ws_endpoint *e, const struct ws_endpoint *peer, enum ws_state state)
{
	/* An endpoint that was not captured may have closed, and its peer may be the first or the second to close. */
	bool closing = e->fin_sent || (ws_is_unseen(e) && peer->fin_sent);
	if (closing && !e->dead && (ws_is_unseen(e) || ws_is_unseen(peer)))
		return WS_ASSUMED;
	switch (state) {
	case WS_CLOSED:
		if (e->dead == WS_DEAD_TIMER || e->dead == WS_DEAD_ASSUMED)
			return WS_ASSUMED;
		return e->sent_any ? WS_PRESUMED : WS_CONFIRMED;
	case WS_LISTEN:
		return WS_ASSUMED;
	case WS_SYN_SENT:
		return e->syn_missed ? WS_IMPLIED : WS_CONFIRMED;
	case WS_SYN_RECEIVED:
		return e->syn_ack_sent ? WS_CONFIRMED : WS_PRESUMED;
	case WS_ESTABLISHED:
		if (e->mid)
			return WS_ASSUMED;
		return e->open_proven ? WS_CONFIRMED : WS_PRESUMED;
	case WS_CLOSE_WAIT:
		return receipt_certainty(e->fin_received);
	case WS_FIN_WAIT_1:
	case WS_LAST_ACK:
		return e->fin_implied ? WS_IMPLIED : WS_CONFIRMED;
	case WS_FIN_WAIT_2:
		return receipt_certainty(e->fin_acked);
	case WS_CLOSING:
		return receipt_certainty(e->fin_received);
	case WS_TIME_WAIT:
		return receipt_certainty(e->fin_received < e->fin_acked ? e->fin_received : e->fin_acked);
	case WS_STATE_COUNT:
		break;
	}
	return WS_ASSUMED;
}

/* ---- The successors of each state: RFC 9293 figure 5, without the calls that no packet shows */

#define BIT(state) (1u << (state))
static const uint16_t successors[WS_STATE_COUNT] = {
        [WS_CLOSED] = BIT(WS_SYN_SENT) | BIT(WS_LISTEN) | BIT(WS_ESTABLISHED),
        [WS_LISTEN] = BIT(WS_CLOSED) | BIT(WS_SYN_RECEIVED) | BIT(WS_SYN_SENT),
        [WS_SYN_SENT] = BIT(WS_CLOSED) | BIT(WS_SYN_RECEIVED) | BIT(WS_ESTABLISHED),
        [WS_SYN_RECEIVED] = BIT(WS_CLOSED) | BIT(WS_ESTABLISHED) | BIT(WS_FIN_WAIT_1),
        [WS_ESTABLISHED] = BIT(WS_CLOSED) | BIT(WS_FIN_WAIT_1) | BIT(WS_CLOSE_WAIT),
        [WS_FIN_WAIT_1] = BIT(WS_CLOSED) | BIT(WS_FIN_WAIT_2) | BIT(WS_CLOSING),
        [WS_FIN_WAIT_2] = BIT(WS_CLOSED) | BIT(WS_TIME_WAIT),
        [WS_CLOSE_WAIT] = BIT(WS_CLOSED) | BIT(WS_LAST_ACK),
        [WS_CLOSING] = BIT(WS_CLOSED) | BIT(WS_TIME_WAIT),
        [WS_LAST_ACK] = BIT(WS_CLOSED),
        [WS_TIME_WAIT] = BIT(WS_CLOSED),
};

bool ws_state_follows(enum ws_state from, enum ws_state to)
{
	return successors[from] & BIT(to);
}

/* Returns the first step of a shortest path from one state to another that does not go through CLOSED, or
 * WS_STATE_COUNT when there is none. */
static enum ws_state next_hop(enum ws_state from, enum ws_state to)
{
	if (ws_state_follows(from, to))
		return to;
	/* Searches back from `to`, one step at a time, until a successor of `from` is reached. */
	unsigned reached = BIT(to);
	for (unsigned round = 0; round < WS_STATE_COUNT; round++) {
		unsigned wider = reached;
		for (unsigned s = 0; s < WS_STATE_COUNT; s++) {
			if (s == WS_CLOSED || !(successors[s] & reached))
				continue;
			if (ws_state_follows(from, s))
				return (enum ws_state)s;
			wider |= BIT(s);
		}
		reached = wider;
	}
	return WS_STATE_COUNT;
}

/* ---- The path */

static const struct ws_endpoint *other(const struct ws_step_context *x, const struct ws_endpoint *endpoint)
{
	return endpoint == x->sender ? x->receiver : x->sender;
}

/* Its certainty in the state `to` is known. */
static inline void record_known(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_state to,
                                enum ws_basis basis, enum ws_why why)
{
	if (to == WS_TIME_WAIT)
		endpoint->time_wait_start = x->segment->time;
	if (x->outcome->count < WS_MAX_TRANSITIONS)
		x->outcome->transition[x->outcome->count++] = (struct ws_transition){
		        .endpoint = endpoint != x->machine->endpoint,
		        .from = endpoint->state,
		        .to = (uint8_t)to,
		        .basis = (uint8_t)basis,
		        .certainty = endpoint->certainty,
		        .why = (uint8_t)why,
		};
	endpoint->state = (uint8_t)to;
}

static void record_transition(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_state to,
                              enum ws_basis basis, enum ws_why why)
{
	endpoint->certainty = (uint8_t)certainty_of(endpoint, other(x, endpoint), to);
	record_known(x, endpoint, to, basis, why);
}

static void path_push(struct ws_endpoint *endpoint, enum ws_state state)
{
	endpoint->path = endpoint->path << 4 | state;
	if (endpoint->depth < 8)
		endpoint->depth++;
}

/* How many of the latest states must be removed from the path so that it ends in `to`, or else in a predecessor of
 * `to`. */
static unsigned way_back(const struct ws_endpoint *endpoint, enum ws_state to)
{
	for (unsigned back = 1; back < endpoint->depth; back++)
		if ((endpoint->path >> 4 * back & 15) == to)
			return back;
	for (unsigned back = endpoint->state == WS_CLOSED; back < endpoint->depth; back++)
		if (next_hop(endpoint->path >> 4 * back & 15, to) != WS_STATE_COUNT)
			return back;
	return 0;
}

static bool retract_path(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_state to, enum ws_why why)
{
	unsigned back = way_back(endpoint, to);
	if (!back)
		return false;
	endpoint->path >>= 4 * back;
	endpoint->depth -= (uint8_t)back;
	if ((endpoint->path & 15) != endpoint->state)
		record_transition(x, endpoint, endpoint->path & 15, WS_BASIS_RETRACTION, why);
	return true;
}

void ws_start_in(struct ws_endpoint *endpoint, enum ws_state state)
{
	endpoint->state = (uint8_t)state;
	endpoint->certainty = WS_ASSUMED;
	endpoint->path = state;
	endpoint->depth = 1;
}

/* Takes the endpoint to the state `to`, in as many steps as that needs. */
WS_SELDOM static void go_far(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_state to,
                             enum ws_basis basis, enum ws_why why)
{
	if (!endpoint->depth)
		ws_start_in(endpoint, endpoint->state);
	if (basis == WS_BASIS_RETRACTION) {
		retract_path(x, endpoint, to, why);
		bool begins = endpoint->depth == 1 && (to == WS_CLOSED || to == WS_LISTEN);
		if (begins && endpoint->state != to) {
			/* It never was where it was assumed to begin. */
			endpoint->path = to;
			record_transition(x, endpoint, to, basis, why);
		}
		basis = WS_BASIS_PRESUMED;
	}
	while (endpoint->state != to) {
		enum ws_state hop = next_hop(endpoint->state, to);
		/* The facts give a state that no step leads to, so the last published state was wrong. */
		if (hop == WS_STATE_COUNT && retract_path(x, endpoint, to, why))
			continue;
		if (hop == WS_STATE_COUNT)
			hop = to;
		record_transition(x, endpoint, hop, basis, why);
		path_push(endpoint, hop);
	}
}

/* The same; nearly always one step is enough. Its certainty there is known. */
static __attribute__((noinline)) void go_to(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_state to,
                                            enum ws_basis basis, enum ws_why why)
{
	if (!endpoint->depth || basis == WS_BASIS_RETRACTION || !ws_state_follows(endpoint->state, to)) {
		go_far(x, endpoint, to, basis, why);
		return;
	}
	record_known(x, endpoint, to, basis, why);
	path_push(endpoint, to);
}

void ws_publish(struct ws_step_context *x, struct ws_endpoint *endpoint, enum ws_basis basis, enum ws_why why)
{
	const struct ws_endpoint *peer = other(x, endpoint);
	const enum ws_state to = state_of(endpoint, peer);
	endpoint->certainty = (uint8_t)certainty_of(endpoint, peer, to);
	if (to != endpoint->state)
		go_to(x, endpoint, to, basis, why);
}

void ws_publish_unseen(struct ws_step_context *x, struct ws_endpoint *endpoint)
{
	if (!endpoint->depth)
		return;
	if (endpoint->state == WS_CLOSED)
		ws_publish(x, endpoint, WS_BASIS_RETRACTION, WS_WHY_ALIVE);
	else
		ws_publish(x, endpoint, WS_BASIS_ASSUMED, WS_WHY_UNSEEN);
}

void ws_presume(struct ws_step_context *x, struct ws_endpoint *endpoint)
{
	/* The echo of a timestamp that has come before proves nothing. */
	endpoint->proof_known = x->segment->timestamps &&
	                        !(endpoint->stamped && !ws_seq_before(endpoint->ts_recent, x->segment->tsval));
	endpoint->proof = x->segment->tsval;
}

/* ---- Invariants after every input */

const char *ws_endpoint_check(const struct ws_endpoint *e, const struct ws_endpoint *peer)
{
#define X(member, width, invariant, sets)                                                                              \
	if (e->member && !(invariant))                                                                                 \
		return #member " is set, but not: " #invariant;
	WS_ENDPOINT_BITS(X)
#undef X
	if (e->depth ? (e->path & 15) != e->state : e->state != WS_CLOSED)
		return "the path does not end in the state";
	if (e->depth && e->state != state_of(e, peer))
		return "the state is not the one that the facts lead to";
	if (e->depth && e->certainty != certainty_of(e, peer, state_of(e, peer)))
		return "the certainty is not the one that the facts lead to";
	return NULL;
}
