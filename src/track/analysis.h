/* Sequence analysis of a connection: compares each segment with those before it, in the terms of tshark's
 * tcp.analysis.* and with the same results. It takes constant time per segment, and uses no allocation and no clock. */
#ifndef WS_TRACK_ANALYSIS_H
#define WS_TRACK_ANALYSIS_H

#include <wirestate/track.h>

/* tshark's tcp.completeness: what was captured of a connection. */
enum {
	WS_SEEN_SYN = 1,
	WS_SEEN_SYN_ACK = 2,
	WS_SEEN_ACK = 4,
	WS_SEEN_DATA = 8,
	WS_SEEN_FIN = 16,
	WS_SEEN_RST = 32,
};

/* What an endpoint has sent until now. Zeroed memory is a valid start. A sequence or acknowledgment number of exactly 0
 * means "not known", as in tshark. */
struct ws_flow {
	ws_time next_time; /* when `next` last advanced */
	ws_time last_time; /* of the last segment */
	uint32_t base;     /* the initial sequence number, or the best guess at it; relative numbers start there */
	uint32_t next;     /* the highest end sent: sequence + length + SYN or FIN */
	uint32_t gapless;  /* the highest end sent without a gap before it, which the peer may acknowledge */
	uint32_t ack;      /* acknowledgment number of the last segment */
	uint16_t window;   /* raw, of the last segment */
	uint16_t duplicate_acks; /* repetitions of `ack` */
	uint16_t probe_interval; /* hundredths of a second between the last two byteless probes of a closed window */
	uint8_t scale;           /* the window scale plus 2; 1: scaling is off; 0: unknown */
	uint8_t bits;            /* private to analysis.c */
};

struct ws_analyser {
	struct ws_flow flow[2];
	ws_time handshake;  /* the initial RTT when it is known, before that the time of the last SYN without ACK */
	uint32_t first_ack; /* how long after the last SYN the first ACK came, in units of 64 ns; tshark's initial RTT,
	                       by which it judges what is out of order */
	uint8_t completeness; /* WS_SEEN_* of the segments so far */
	uint8_t bits;         /* private to analysis.c */
};

struct ws_analysis_result {
	uint32_t analysis; /* bit set of 1u << enum ws_analysis */
	uint32_t relative_sequence, relative_acknowledgment;
	uint32_t duplicate_ack_number; /* 0: not a duplicate ACK */
	uint32_t bytes_in_flight; /* bytes that the sender has sent, with this segment, and that are not acknowledged;
	                             0: not known, or the segment has no data */
};

/* Of the private bits: those of an endpoint that sends in order and has been answered, when there is nothing else to
 * remember; the one of an endpoint that has only sent its SYN; and the one that is set while the round trip of the
 * handshake is measured. */
enum {
	WS_FLOW_GOES_ON = 1 << 0 | 1 << 1 | 1 << 6,
	WS_FLOW_UNSCALED = 1 << 2,
	WS_ANALYSER_SYN_TIMED = 1 << 0,
};

/* True when the segment that ends there fills the window that `peer`, which goes on, has offered with its last segment. */
static inline bool ws_flow_fills_window(const struct ws_flow *peer, uint32_t end)
{
	if (!peer->scale)
		return false;
	const unsigned shift = peer->scale > 2 && !(peer->bits & WS_FLOW_UNSCALED) ? peer->scale - 2u : 0;
	return end == peer->ack + ((uint32_t)peer->window << shift);
}

void ws_analyser_init(struct ws_analyser *analyser);

/* Starts a connection that takes over the 4-tuple of another. It begins with the other's state, so that the SYN that
 * comes next is recognised as a reuse of the ports, which clears that state. `swapped` means that endpoint 0 of this
 * connection is endpoint 1 of the other. When not swapped, the two may be the same object. */
void ws_analyser_follow(struct ws_analyser *analyser, const struct ws_analyser *previous, bool swapped);

/* Call this for every captured segment in order, also for those with a bad checksum, because they were sent. A segment
 * marked `duplicate` changes nothing and has no marks. A SYN with a sequence number other than the sender's initial one
 * starts a new connection, and everything about the old one is forgotten. */
void ws_analyse(struct ws_analyser *analyser, const struct ws_segment *segment, struct ws_analysis_result *out);

/* The time from the last SYN to the first ACK without SYN and RST that acknowledges what was sent; -1 when not
 * measured. */
ws_time ws_analyser_initial_rtt(const struct ws_analyser *analyser);

#endif
