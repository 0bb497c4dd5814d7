/* Sequence analysis with the rules of tshark 4.0 in tshark's order, so that every mark can be compared with tshark's
 * tcp.analysis.* frame by frame.
 *
 * A segment is analysed in four steps. First it is compared with what its sender sent before (probe, zero window, lost
 * segment, keep-alive, window update, window full) and with the peer's last segment (acknowledgment of a keep-alive or
 * a probe, duplicate ACK). Then: does it acknowledge data that was not captured? Third, if it repeats sequence space:
 * why (spurious, fast, out of order, plain retransmission)? Only then is it remembered, because each test must see the
 * flows as they were before the segment.
 *
 * One rule is our own. A probe of a closed window without a byte has a sequence number one below the next one, like a
 * keep-alive, and tshark calls it one. They are told apart by the peer's window, which is zero, and by their timing:
 * probes back off (RFC 9293 §3.8.6.1), and keep-alives have a constant interval (RFC 9293 §3.8.4). */
#include "track/analysis.h"

#define FAST_RETRANSMISSION_WITHIN (20 * WS_MILLISECOND)
#define OUT_OF_ORDER_WITHIN (3 * WS_MILLISECOND) /* while no initial RTT is known */
#define FIRST_ACK_UNIT 64                        /* nanoseconds */
#define PROBE_LATEST (125 * WS_SECOND)           /* the longest back-off is 120 s */
#define PROBE_INTERVAL_UNIT (10 * WS_MILLISECOND)
#define MAX_WINDOW_SCALE 14 /* RFC 7323 §2.3 */

enum { SCALE_UNKNOWN = 0, SCALE_OFF = 1, SCALE_FIRST = 2 };

/* ws_flow.bits */
enum {
	BASE_KNOWN = 1 << 0,
	SENT = 1 << 1,            /* `window`, `ack` and `last_time` are valid */
	UNSCALED = 1 << 2,        /* no ACK was sent since the SYN, whose window is never scaled */
	LAST_KEEP_ALIVE = 1 << 3, /* the last segment was a keep-alive */
	LAST_PROBE = 1 << 4,      /* the last segment was a probe of a closed window */
	LAST_BYTELESS = 1 << 5,   /* the last segment was a probe or a keep-alive without a byte, at a closed window */
	IN_FLIGHT_KNOWN = 1 << 6, /* the peer has acknowledged something since the last gap */
	UNSEEN_REPORTED = 1 << 7, /* an acknowledgment of data that was not captured has been reported */
};

/* ws_analyser.bits */
enum {
	SYN_TIMED = 1 << 0,
	RTT_KNOWN = 1 << 1,
	SYN_OF_FIRST = 1 << 2, /* endpoint 0 has sent a SYN, or a SYN-ACK */
	SYN_OF_SECOND = 1 << 3,
	FIRST_ACK_KNOWN = 1 << 4,
};

_Static_assert(WS_FLOW_GOES_ON == (BASE_KNOWN | SENT | IN_FLIGHT_KNOWN) && (int)WS_FLOW_UNSCALED == (int)UNSCALED,
               "the bits of analysis.h");
_Static_assert((int)WS_ANALYSER_SYN_TIMED == (int)SYN_TIMED && SCALE_UNKNOWN == 0 && SCALE_FIRST == 2, "likewise");

#define MARK(name) (1u << WS_ANALYSIS_##name)

static inline bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(b - a) < 0;
}

static inline bool before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* Times in captures sometimes go back; such an interval counts as a very long one. */
static inline uint64_t since(ws_time now, ws_time then)
{
	return (uint64_t)now - (uint64_t)then;
}

static inline bool is_control(const struct ws_segment *s)
{
	return s->flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST);
}

void ws_analyser_init(struct ws_analyser *analyser)
{
	*analyser = (struct ws_analyser){0};
}

void ws_analyser_follow(struct ws_analyser *analyser, const struct ws_analyser *previous, bool swapped)
{
	struct ws_analyser copy = *previous;
	if (swapped) {
		copy.flow[0] = previous->flow[1];
		copy.flow[1] = previous->flow[0];
		copy.bits = (uint8_t)((copy.bits & ~(SYN_OF_FIRST | SYN_OF_SECOND)) |
		                      (copy.bits & SYN_OF_FIRST ? SYN_OF_SECOND : 0) |
		                      (copy.bits & SYN_OF_SECOND ? SYN_OF_FIRST : 0));
	}
	*analyser = copy;
}

ws_time ws_analyser_initial_rtt(const struct ws_analyser *analyser)
{
	return analyser->bits & RTT_KNOWN ? analyser->handshake : -1;
}

/* A SYN on a known 4-tuple is either a repetition or a new connection. A repetition resets what a RST in between may
 * have changed for the sender, because the sequence number of a RST need not be the sender's own (RFC 9293 §3.5.2). */
static uint32_t check_reuse(struct ws_analyser *a, const struct ws_segment *s)
{
	struct ws_flow *self = &a->flow[s->direction];
	if (!(s->flags & WS_TCP_SYN) || !(self->bits & BASE_KNOWN))
		return 0;
	if (s->sequence == self->base) {
		if (!(s->flags & WS_TCP_ACK))
			self->next = self->gapless;
		return 0;
	}
	if (s->flags & WS_TCP_ACK) {
		self->base = s->sequence;
	} else {
		ws_analyser_init(a);
	}
	return MARK(REUSED_PORTS);
}

/* Sets where relative numbers start. Without a SYN the first number seen is number 1. */
static void set_bases(struct ws_flow *self, struct ws_flow *peer, const struct ws_segment *s)
{
	if (!(self->bits & BASE_KNOWN)) {
		self->base = s->sequence - !(s->flags & WS_TCP_SYN);
		self->bits |= BASE_KNOWN;
	}
	if (!(s->flags & WS_TCP_ACK))
		return;
	if (!(peer->bits & BASE_KNOWN)) {
		peer->base = s->acknowledgment - 1;
		peer->bits |= BASE_KNOWN;
	}
	peer->bits |= IN_FLIGHT_KNOWN;
}

/* Returns whether a segment without a byte, one below the next sequence number, probes the peer's closed window. The
 * third such segment after equal intervals is recognised as a keep-alive. */
static bool is_byteless_probe(struct ws_flow *self, const struct ws_flow *peer, const struct ws_segment *s)
{
	if (s->length || !(peer->bits & SENT) || peer->window || !(self->bits & SENT))
		return false;
	uint64_t interval = since(s->time, self->last_time);
	if (interval > PROBE_LATEST)
		return false;
	uint32_t now = (uint32_t)(interval / PROBE_INTERVAL_UNIT), last = self->probe_interval;
	if (!(self->bits & LAST_BYTELESS))
		now = last = 0;
	self->probe_interval = (uint16_t)now;
	bool constant = last && now * 4 < last * 5 && now * 5 > last * 4;
	return !constant;
}

static bool fills_window(const struct ws_flow *peer, uint32_t end)
{
	return peer->bits & SENT && ws_flow_fills_window(peer, end);
}

/* Compares a segment, unless it is a probe with a byte, with what its sender sent before. */
static uint32_t compare_with_past(struct ws_flow *self, const struct ws_flow *peer, const struct ws_segment *s)
{
	uint32_t marks = 0;
	bool plain = !is_control(s);
	if (s->window == 0 && plain)
		marks |= MARK(ZERO_WINDOW);
	if (self->next && after(s->sequence, self->next) && !(s->flags & WS_TCP_RST)) {
		marks |= MARK(LOST_SEGMENT);
		self->bits &= (uint8_t)~IN_FLIGHT_KNOWN;
	}
	if (s->length <= 1 && s->sequence == self->next - 1 && plain)
		marks |= is_byteless_probe(self, peer, s) ? MARK(ZERO_WINDOW_PROBE) : MARK(KEEP_ALIVE);
	if (s->length == 0 && s->window && !(self->bits & SENT && s->window == self->window) &&
	    s->sequence == self->next && s->acknowledgment == self->ack && plain)
		marks |= MARK(WINDOW_UPDATE);
	if (s->length > 0 && plain && fills_window(peer, s->sequence + s->length))
		marks |= MARK(WINDOW_FULL);
	return marks;
}

/* Compares a segment without data, which repeats its sender's last ACK, with the peer's last segment. */
static uint32_t compare_with_peer(struct ws_flow *self, const struct ws_flow *peer, const struct ws_segment *s)
{
	if (s->length || is_control(s) || !(self->bits & SENT) || s->window != self->window ||
	    s->sequence != self->next || s->acknowledgment != self->ack)
		return 0;
	if (s->window == 0)
		return peer->bits & LAST_PROBE ? MARK(ZERO_WINDOW_PROBE_ACK) : 0;
	if (peer->bits & (LAST_KEEP_ALIVE | LAST_BYTELESS))
		return MARK(KEEP_ALIVE_ACK);
	self->bits &= (uint8_t)~UNSEEN_REPORTED;
	if (self->duplicate_acks < UINT16_MAX)
		self->duplicate_acks++;
	return MARK(DUPLICATE_ACK);
}

/* Checks for an acknowledgment of data that was not captured. After it, everything sent so far may be acknowledged. If
 * that is nothing new, the peer stays marked until its own acknowledgment numbers advance, so that a gap is reported
 * only once. */
static uint32_t check_unseen(struct ws_flow *peer, const struct ws_segment *s)
{
	if (!peer->gapless || !after(s->acknowledgment, peer->gapless) || !(s->flags & WS_TCP_ACK))
		return 0;
	if (before(peer->gapless, peer->next)) {
		peer->gapless = peer->next;
		return MARK(ACK_LOST_SEGMENT);
	}
	bool reported = peer->duplicate_acks || peer->bits & UNSEEN_REPORTED;
	peer->duplicate_acks = 0;
	peer->bits |= UNSEEN_REPORTED;
	return reported ? 0 : MARK(ACK_LOST_SEGMENT);
}

/* Checks whether a segment repeats sequence space, and why. The first rule that matches counts. */
static uint32_t check_repetition(const struct ws_analyser *a, const struct ws_segment *s)
{
	const struct ws_flow *self = &a->flow[s->direction], *peer = &a->flow[!s->direction];
	uint32_t end = s->sequence + s->length;
	bool virtual_byte = s->flags & (WS_TCP_SYN | WS_TCP_FIN);
	if (s->length == 0 && !virtual_byte)
		return 0;
	if (s->length > 0 && peer->ack && !after(end, peer->ack))
		return MARK(SPURIOUS_RETRANSMISSION) | MARK(RETRANSMISSION);
	if (!self->next || !before(s->sequence, self->next) || (s->length > 1 && s->sequence == self->next - 1))
		return 0;
	if (peer->duplicate_acks >= 2 && peer->ack == s->sequence &&
	    since(s->time, peer->last_time) < FAST_RETRANSMISSION_WITHIN)
		return MARK(FAST_RETRANSMISSION) | MARK(RETRANSMISSION);
	uint64_t within = a->bits & FIRST_ACK_KNOWN ? (uint64_t)a->first_ack * FIRST_ACK_UNIT : OUT_OF_ORDER_WITHIN;
	if (since(s->time, self->next_time) < within && self->next != end + virtual_byte)
		return MARK(OUT_OF_ORDER);
	return MARK(RETRANSMISSION);
}

static void flow_remember(struct ws_flow *self, const struct ws_flow *peer, const struct ws_segment *s, uint32_t marks)
{
	bool probe = marks & MARK(ZERO_WINDOW_PROBE);
	uint32_t end = s->sequence + s->length + !!(s->flags & (WS_TCP_SYN | WS_TCP_FIN));
	if (!probe || s->length == 0) {
		if (!self->next || after(end, self->next)) {
			self->next = end;
			self->next_time = s->time;
		}
		if (!self->gapless || s->sequence == self->gapless)
			self->gapless = self->next;
	}
	bool byteless = s->length == 0 && marks & (MARK(ZERO_WINDOW_PROBE) | MARK(KEEP_ALIVE)) && peer->bits & SENT &&
	                peer->window == 0;
	self->bits &= (uint8_t) ~(LAST_KEEP_ALIVE | LAST_PROBE | LAST_BYTELESS);
	self->bits |= SENT | (marks & MARK(KEEP_ALIVE) ? LAST_KEEP_ALIVE : 0) | (probe ? LAST_PROBE : 0) |
	              (byteless ? LAST_BYTELESS : 0);
	self->window = s->window;
	if (!(s->flags & WS_TCP_RST) || s->flags & WS_TCP_ACK)
		self->ack = s->acknowledgment; /* a RST without ACK acknowledges nothing */
	self->last_time = s->time;
}

/* Window scaling is used only when both SYNs offer it. One whose options the capture has cut off may have offered it. */
static void learn_scale(struct ws_flow *self, struct ws_flow *peer, const struct ws_segment *s)
{
	if (!(s->flags & WS_TCP_SYN))
		return;
	if (s->window_scale == WS_SCALE_CUT_OFF) {
		self->scale = peer->scale = SCALE_UNKNOWN;
		return;
	}
	if (s->window_scale != 255) {
		unsigned shift = s->window_scale > MAX_WINDOW_SCALE ? MAX_WINDOW_SCALE : s->window_scale;
		self->scale = (uint8_t)(SCALE_FIRST + shift);
	}
	if (self->scale == SCALE_UNKNOWN)
		self->scale = peer->scale = SCALE_OFF;
	else if (s->flags & WS_TCP_ACK && peer->scale == SCALE_OFF)
		self->scale = SCALE_OFF;
}

/* True when an ACK acknowledges something that the peer has sent on this connection, or may have sent unseen. An ACK of
 * an endpoint that has sent no SYN does not answer one, and a RST measures no round trip, because it may come at any
 * time, and from the sender of the SYN itself. */
static bool answers_handshake(const struct ws_analyser *a, const struct ws_segment *s)
{
	const struct ws_flow *self = &a->flow[s->direction], *peer = &a->flow[!s->direction];
	/* The window of a SYN or SYN-ACK is not scaled; where it is not the last one that was seen, more may be open.
	 */
	bool outside = peer->bits & SENT && peer->bits & UNSCALED && s->sequence - self->base - 1 > peer->window;
	if (s->flags & WS_TCP_RST || outside || !(a->bits & SYN_OF_FIRST << s->direction))
		return false;
	return !(peer->bits & SENT) || (after(s->acknowledgment, peer->base) && !after(s->acknowledgment, peer->next));
}

/* Learns from the handshake its round trip time, and from when on windows are scaled. */
static void learn_handshake(struct ws_analyser *a, const struct ws_segment *s)
{
	struct ws_flow *self = &a->flow[s->direction];
	uint16_t kind = s->flags & (WS_TCP_SYN | WS_TCP_ACK);
	if (s->flags & WS_TCP_SYN) {
		self->bits |= UNSCALED;
		a->bits |= (uint8_t)(SYN_OF_FIRST << s->direction);
	}
	if (kind == WS_TCP_SYN && !(a->bits & RTT_KNOWN)) {
		a->handshake = s->time;
		a->bits |= SYN_TIMED;
	}
	if (kind != WS_TCP_ACK)
		return;
	self->bits &= (uint8_t)~UNSCALED;
	if (!(a->bits & SYN_TIMED) || s->time == a->handshake)
		return;
	if (!(a->bits & FIRST_ACK_KNOWN)) {
		uint64_t units = since(s->time, a->handshake) / FIRST_ACK_UNIT;
		a->first_ack = units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
		a->bits |= FIRST_ACK_KNOWN;
	}
	const bool answers = answers_handshake(a, s);
	if (!answers && a->bits & SYN_OF_FIRST << s->direction)
		a->bits &= (uint8_t)~SYN_TIMED; /* the right one will not come first any more */
	if (answers) {
		a->handshake = (ws_time)since(s->time, a->handshake);
		a->bits = (uint8_t)((a->bits & ~SYN_TIMED) | RTT_KNOWN);
	}
}

static void learn_completeness(struct ws_analyser *a, const struct ws_segment *s)
{
	uint16_t kind = s->flags & (WS_TCP_SYN | WS_TCP_ACK);
	if (kind == WS_TCP_SYN)
		a->completeness |= WS_SEEN_SYN | (s->length ? WS_SEEN_DATA : 0);
	if (kind == (WS_TCP_SYN | WS_TCP_ACK))
		a->completeness |= WS_SEEN_SYN_ACK;
	if (kind == WS_TCP_ACK)
		a->completeness |= s->length ? WS_SEEN_DATA : WS_SEEN_ACK;
	if ((s->flags & (WS_TCP_FIN | WS_TCP_ACK)) == (WS_TCP_FIN | WS_TCP_ACK))
		a->completeness |= WS_SEEN_FIN;
	if (s->flags & WS_TCP_RST)
		a->completeness |= WS_SEEN_RST;
}

static void flow_report(const struct ws_flow *self, const struct ws_flow *peer, const struct ws_segment *s,
                        struct ws_analysis_result *out)
{
	out->relative_sequence = s->sequence - self->base;
	out->relative_acknowledgment = s->flags & WS_TCP_ACK ? s->acknowledgment - peer->base : s->acknowledgment;
	if (out->analysis & MARK(DUPLICATE_ACK))
		out->duplicate_ack_number = self->duplicate_acks;
	uint32_t in_flight = self->next - peer->ack;
	if (s->length && self->bits & IN_FLIGHT_KNOWN && peer->bits & SENT && (int32_t)in_flight > 0)
		out->bytes_in_flight = in_flight - !!(s->flags & (WS_TCP_SYN | WS_TCP_FIN));
}

/* True for the next segment of a stream without a gap that has something new for the peer, which nearly every segment
 * is. Of all marks, only "window full" is possible for it. */
static bool is_plain(const struct ws_analyser *a, const struct ws_flow *self, const struct ws_flow *peer,
                     const struct ws_segment *s)
{
	if (is_control(s))
		return false;
	bool known = (self->bits & peer->bits & (BASE_KNOWN | SENT)) == (BASE_KNOWN | SENT) && self->next;
	bool next = s->sequence == self->next && self->next == self->gapless;
	bool news =
	        s->length ? !peer->ack || after(s->sequence + s->length, peer->ack) : s->acknowledgment != self->ack;
	return known && next && news && s->flags & WS_TCP_ACK && s->window && peer->window && !(a->bits & SYN_TIMED) &&
	       !after(s->acknowledgment, peer->gapless);
}

static uint32_t analyse_plain(struct ws_analyser *a, struct ws_flow *self, struct ws_flow *peer,
                              const struct ws_segment *s)
{
	uint32_t end = s->sequence + s->length;
	uint32_t marks = s->length && fills_window(peer, end) ? MARK(WINDOW_FULL) : 0;
	uint8_t past = LAST_KEEP_ALIVE | LAST_PROBE | LAST_BYTELESS | UNSCALED;
	if (s->acknowledgment != self->ack) {
		self->duplicate_acks = 0;
		past |= UNSEEN_REPORTED;
	}
	peer->bits |= IN_FLIGHT_KNOWN;
	self->bits &= (uint8_t)~past;
	if (s->length) {
		self->next = self->gapless = end;
		self->next_time = s->time;
	}
	self->window = s->window;
	self->ack = s->acknowledgment;
	self->last_time = s->time;
	a->completeness |= s->length ? WS_SEEN_DATA : WS_SEEN_ACK;
	return marks;
}

static __attribute__((noinline)) uint32_t analyse_any(struct ws_analyser *a, struct ws_flow *self, struct ws_flow *peer,
                                                      const struct ws_segment *s)
{
	uint32_t marks = check_reuse(a, s);
	set_bases(self, peer, s);
	if (s->length == 1 && s->sequence == self->next && peer->bits & SENT && peer->window == 0) {
		marks |= MARK(ZERO_WINDOW_PROBE);
	} else {
		marks |= compare_with_past(self, peer, s);
		marks |= compare_with_peer(self, peer, s);
	}
	if (s->acknowledgment != self->ack) {
		self->duplicate_acks = 0;
		self->bits &= (uint8_t)~UNSEEN_REPORTED;
	}
	marks |= check_unseen(peer, s);
	if (!(marks & MARK(KEEP_ALIVE)))
		marks |= check_repetition(a, s);
	flow_remember(self, peer, s, marks);
	learn_handshake(a, s);
	learn_scale(self, peer, s);
	learn_completeness(a, s);
	return marks;
}

void ws_analyse(struct ws_analyser *a, const struct ws_segment *s, struct ws_analysis_result *out)
{
	*out = (struct ws_analysis_result){0};
	struct ws_flow *self = &a->flow[s->direction], *peer = &a->flow[!s->direction];
	if (s->duplicate) {
		flow_report(self, peer, s, out);
		out->bytes_in_flight = 0;
		return;
	}
	out->analysis = is_plain(a, self, peer, s) ? analyse_plain(a, self, peer, s) : analyse_any(a, self, peer, s);
	flow_report(self, peer, s, out);
}
