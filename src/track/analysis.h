/* Sequence analysis of one connection: what each segment looks like beside those before it, in the terms (and, field by
 * field, with the results) of tshark's tcp.analysis.*. Pure arithmetic: O(1) a segment, no allocation, no clock. */
#ifndef WS_TRACK_ANALYSIS_H
#define WS_TRACK_ANALYSIS_H

#include <wirestate/track.h>

/* tcp.completeness: what has been seen of a connection. */
enum {
	WS_SEEN_SYN = 1,
	WS_SEEN_SYN_ACK = 2,
	WS_SEEN_ACK = 4,
	WS_SEEN_DATA = 8,
	WS_SEEN_FIN = 16,
	WS_SEEN_RST = 32,
};

/* What one endpoint has sent so far. Zeroed memory is a valid start. A sequence or acknowledgment number of exactly 0
 * stands for "not known", as it does in tshark. */
struct ws_flow {
	ws_time next_time; /* when `next` last advanced */
	ws_time last_time; /* of the last segment */
	uint32_t base;     /* the initial sequence number, or the best guess at it: where relative numbers start */
	uint32_t next;     /* the highest end sent: sequence + length + SYN or FIN */
	uint32_t gapless;  /* the highest end sent without a hole before it: what the peer may acknowledge */
	uint32_t ack;      /* acknowledgment number of the last segment */
	uint16_t window;   /* raw, of the last segment */
	uint16_t duplicate_acks; /* repetitions of `ack` */
	uint16_t probe_interval; /* hundredths of a second between the last two byteless probes of a closed window */
	uint8_t scale;           /* window scale plus 2; 1: scaling is off; 0: unknown */
	uint8_t bits;            /* private to analysis.c */
};

struct ws_analyser {
	struct ws_flow flow[2];
	ws_time handshake;    /* the initial RTT once it is known, until then the time of the last SYN without ACK */
	uint8_t completeness; /* WS_SEEN_* of the segments so far */
	uint8_t bits;         /* private to analysis.c */
};

struct ws_analysis_result {
	uint32_t analysis; /* bit set of 1u << enum ws_analysis */
	uint32_t relative_sequence, relative_acknowledgment;
	uint32_t duplicate_ack_number; /* 0: not a duplicate ACK */
	uint32_t bytes_in_flight; /* of the sender, this segment included: sent and not yet acknowledged; 0: not known,
	                             or the segment carries no data */
};

void ws_analyser_init(struct ws_analyser *analyser);

/* For a connection that takes over the 4-tuple of another: starts with the other's state, so that the SYN that comes
 * next is recognised as a reuse of the ports (and then clears that state). `swapped`: endpoint 0 of this connection is
 * the other's endpoint 1. The two may be the same object when not swapped. */
void ws_analyser_follow(struct ws_analyser *analyser, const struct ws_analyser *previous, bool swapped);

/* Takes every captured segment in order, those with a bad checksum too (who sent them did send them). A segment marked
 * `duplicate` changes nothing and has no marks. A SYN with another sequence number than the sender's known one begins a
 * new connection: everything known of the old one is forgotten. */
void ws_analyse(struct ws_analyser *analyser, const struct ws_segment *segment, struct ws_analysis_result *out);

/* From the last SYN to the first ACK that is not a SYN; -1: not measured. */
ws_time ws_analyser_initial_rtt(const struct ws_analyser *analyser);

#endif
