/* The states of an endpoint, how certain they are and what they follow from; what a segment has that matters to them; and the
 * marks that a segment gets. */
#ifndef WIRESTATE_STATES_H
#define WIRESTATE_STATES_H

#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, name in records, short name for narrow columns). RFC 9293 §3.3.2. */
#define WS_STATES(X)                                                                                                   \
	X(WS_CLOSED, "CLOSED", "CLOSED")                                                                               \
	X(WS_LISTEN, "LISTEN", "LISTEN")                                                                               \
	X(WS_SYN_SENT, "SYN_SENT", "SYN_SENT")                                                                         \
	X(WS_SYN_RECEIVED, "SYN_RECEIVED", "SYN_RCVD")                                                                 \
	X(WS_ESTABLISHED, "ESTABLISHED", "ESTAB")                                                                      \
	X(WS_FIN_WAIT_1, "FIN_WAIT_1", "FIN_W_1")                                                                      \
	X(WS_FIN_WAIT_2, "FIN_WAIT_2", "FIN_W_2")                                                                      \
	X(WS_CLOSE_WAIT, "CLOSE_WAIT", "CLOSE_W")                                                                      \
	X(WS_CLOSING, "CLOSING", "CLOSING")                                                                            \
	X(WS_LAST_ACK, "LAST_ACK", "LAST_ACK")                                                                         \
	X(WS_TIME_WAIT, "TIME_WAIT", "TIME_W")

enum ws_state {
#define X(name, text, brief) name,
	WS_STATES(X)
#undef X
	        WS_STATE_COUNT
};
const char *ws_state_name(enum ws_state state);
const char *ws_state_brief(enum ws_state state);

/* X(enumerator, name in records): what the evidence for a transition is. */
#define WS_BASES(X)                                                                                                    \
	X(WS_BASIS_SENT, "sent")                 /* the endpoint sent the segment itself */                            \
	X(WS_BASIS_ACKNOWLEDGED, "acknowledged") /* its own acknowledgment proves receipt */                           \
	X(WS_BASIS_PRESUMED, "presumed")         /* a segment was on its way to it; receipt is not proven */           \
	X(WS_BASIS_ARRIVED, "arrived")           /* a segment was captured arriving at its own host */                 \
	X(WS_BASIS_IMPLIED, "implied")           /* later segments show it; the capture lost the segment */            \
	X(WS_BASIS_ASSUMED, "assumed")       /* no packet shows it: LISTEN, or a connection seen from its middle */    \
	X(WS_BASIS_TIMER, "timer")           /* TIME_WAIT expired */                                                   \
	X(WS_BASIS_RETRACTION, "retraction") /* later evidence contradicts a presumed state */

enum ws_basis {
#define X(name, text) name,
	WS_BASES(X)
#undef X
};
const char *ws_basis_name(enum ws_basis basis);

/* X(enumerator, name in records, mark beside the state): how certain a state is. */
#define WS_CERTAINTIES(X)                                                                                              \
	X(WS_CONFIRMED, "confirmed", ' ')                                                                              \
	X(WS_PRESUMED, "presumed", '~')                                                                                \
	X(WS_ASSUMED, "assumed", '?')                                                                                  \
	X(WS_IMPLIED, "implied", '!')

enum ws_certainty {
#define X(name, text, mark) name,
	WS_CERTAINTIES(X)
#undef X
};
const char *ws_certainty_name(enum ws_certainty certainty);
char ws_certainty_mark(enum ws_certainty certainty);

/* One input of the endpoint machine, with everything the machine reads of it. The history keeps these, so that a
 * connection can be replayed. */
enum ws_input_kind {
	WS_INPUT_SEGMENT,
	WS_INPUT_ACCEPTED,    /* a segment whose checksum is wrong, or several in a row as one, turned out to be good */
	WS_INPUT_UNREACHABLE, /* an ICMP error; `direction` is that of the segment it quotes */
	WS_INPUT_EXPIRY,      /* at `time`, TIME_WAIT of endpoint `direction` expired */
	WS_INPUT_SUPERSEDED,  /* a new incarnation took over the addresses and ports */
	WS_INPUT_DISOWNED,    /* the SYN of endpoint `direction` belongs to the previous or the next incarnation */
	WS_INPUT_TOO_LARGE, /* an ICMP error: the segment that `direction` sent exceeds `window`, a link's MTU (0: which
	                         is not known) */
};

struct ws_segment {
	ws_time time;
	uint64_t frame, position;                  /* as in struct ws_frame */
	uint32_t sequence, acknowledgment, length; /* length: payload bytes, from the IP length */
	uint32_t tsval, tsecr;                     /* valid when `timestamps` */
	uint32_t sack_right;                       /* the highest right edge; valid when `sack` */
	uint32_t interface;
	uint16_t flags;          /* 12 bits, WS_TCP_* */
	uint16_t window;         /* raw */
	uint16_t identification; /* of IPv4; 0 for IPv6 */
	uint16_t mss;            /* 0: none */
	uint16_t vlan;
	uint8_t kind;         /* enum ws_input_kind */
	uint8_t direction;    /* endpoint that sent it, 0 or 1 */
	uint8_t window_scale; /* 255: none; WS_SCALE_CUT_OFF */
	uint8_t ttl;
	uint8_t timestamps : 1, sack : 1, sack_permitted : 1, fast_open : 1;
	uint8_t duplicate : 1; /* the packet was captured before, on another interface of `any`; it changes nothing */
	uint8_t checksum_ignored : 1; /* the checksum is wrong and says nothing: the segment counts */
	uint8_t bad_checksum : 1;     /* counted, otherwise ignored */
	uint8_t repeated : 1;         /* not a packet of this connection: the SYN of the attempt that it goes on with */
	uint8_t keyed : 1;            /* has TCP MD5 or TCP-AO; false in a segment that was kept, such as a step's */
};

/* X(enumerator of a bit's number, tshark's name after "tcp.analysis."). The marks of one segment are a set of bits. */
#define WS_ANALYSES(X)                                                                                                 \
	X(WS_ANALYSIS_RETRANSMISSION, "retransmission")                                                                \
	X(WS_ANALYSIS_FAST_RETRANSMISSION, "fast_retransmission")                                                      \
	X(WS_ANALYSIS_SPURIOUS_RETRANSMISSION, "spurious_retransmission")                                              \
	X(WS_ANALYSIS_OUT_OF_ORDER, "out_of_order")                                                                    \
	X(WS_ANALYSIS_LOST_SEGMENT, "lost_segment")                                                                    \
	X(WS_ANALYSIS_ACK_LOST_SEGMENT, "ack_lost_segment")                                                            \
	X(WS_ANALYSIS_KEEP_ALIVE, "keep_alive")                                                                        \
	X(WS_ANALYSIS_KEEP_ALIVE_ACK, "keep_alive_ack")                                                                \
	X(WS_ANALYSIS_DUPLICATE_ACK, "duplicate_ack")                                                                  \
	X(WS_ANALYSIS_ZERO_WINDOW, "zero_window")                                                                      \
	X(WS_ANALYSIS_ZERO_WINDOW_PROBE, "zero_window_probe")                                                          \
	X(WS_ANALYSIS_ZERO_WINDOW_PROBE_ACK, "zero_window_probe_ack")                                                  \
	X(WS_ANALYSIS_WINDOW_UPDATE, "window_update")                                                                  \
	X(WS_ANALYSIS_WINDOW_FULL, "window_full")                                                                      \
	X(WS_ANALYSIS_REUSED_PORTS, "reused_ports")

enum ws_analysis {
#define X(name, text) name,
	WS_ANALYSES(X)
#undef X
	        WS_ANALYSIS_COUNT
};
const char *ws_analysis_name(enum ws_analysis analysis);

/* A change of state of one endpoint. */
struct ws_transition {
	uint8_t endpoint;  /* 0 or 1 */
	uint8_t from, to;  /* enum ws_state */
	uint8_t basis;     /* enum ws_basis */
	uint8_t certainty; /* of state `to` */
	uint8_t why;       /* enum ws_why, see ws_why_text() */
};

/* The word for the rule `why` in records, a sentence for it in the language, and the section of the RFC that it is based
 * on; all are static. */
const char *ws_why_word(unsigned why);
const char *ws_why_text(unsigned why);
const char *ws_why_reference(unsigned why);
/* Appends "SYN_SENT→ESTABLISHED~ (retraction)", with the states' short names when `brief`. LISTEN is always assumed;
 * where it is taken back, nothing has changed from it: "CLOSED (not LISTEN)". */
void ws_transition_words(struct ws_text *text, const struct ws_transition *transition, bool brief);

#define WS_MAX_TRANSITIONS 24 /* the most that one segment can cause */

#endif
