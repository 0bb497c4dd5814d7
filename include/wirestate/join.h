/* Joins what several points on a path have captured of the same connections: which segments are the same, how the
 * points' clocks differ, and what became of each segment between the points.
 *
 * A point is a place where packets were captured. The module is pure: it takes segments with their times, and gives
 * pairs, clocks and outcomes; it does no I/O and reads no clock. A caller first pairs the connections of two points
 * with ws_join_connections(), hands the segments of each pair to ws_joiner_observe(), which collects what they say
 * about the clocks, solves the clocks with ws_clock_solve(), and then asks with ws_joiner_run() what became of the
 * segments.
 *
 * All times are in nanoseconds. `Here` is the reference point, whose clock is taken as true; an offset is another
 * point's clock minus the reference's. */
#ifndef WIRESTATE_JOIN_H
#define WIRESTATE_JOIN_H

#include <wirestate/error.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

#define WS_JOIN_POINTS 8 /* the most points of one path */
/* How much later one may come than the range of delays so far would have it. */
#define WS_JOIN_MARGIN (10 * WS_MILLISECOND)

/* X(enumerator, word in records): what became of a segment between two points. */
#define WS_OUTCOMES(X)                                                                                                 \
	X(WS_OUTCOME_DELIVERED, "delivered")       /* captured at every point of its path */                           \
	X(WS_OUTCOME_LOST, "lost")                 /* it left one point and did not come to the next */                \
	X(WS_OUTCOME_NOT_CAPTURED, "not_captured") /* a point has not seen it, and nothing shows that it was lost */   \
	X(WS_OUTCOME_INJECTED, "injected")     /* it arrived and never left: somebody between the points sent it */    \
	X(WS_OUTCOME_DUPLICATED, "duplicated") /* a second arrival of one departure */

enum ws_join_outcome {
#define X(name, word) name,
	WS_OUTCOMES(X)
#undef X
	        WS_OUTCOME_COUNT
};
const char *ws_outcome_word(enum ws_join_outcome outcome);

/* A TCP segment as one point has captured it. */
struct ws_join_segment {
	ws_time time; /* by the point's own clock */
	uint64_t frame;
	uint32_t sequence, acknowledgment, length; /* payload bytes */
	uint32_t tsval, tsecr;                     /* valid when `timestamps` */
	uint32_t sack_right;                       /* the highest edge that it acknowledges selectively; 0: none */
	uint16_t flags, window;                    /* WS_TCP_*, raw window */
	uint16_t identification;                   /* of IPv4; 0: none */
	uint8_t direction;                         /* the endpoint that sent it, 0 or 1, as the point numbers them */
	bool timestamps;
	bool damaged; /* its checksum is wrong, so that a host drops it */
	bool vague;   /* a datagram: that another point does not have it shows nothing */
};

/* A datagram of UDP, or an ICMP echo, as one point has captured it. Datagrams of one conversation are compared as
 * segments without a length, see ws_join_datagram_segment(). */
struct ws_join_datagram {
	ws_time time; /* by the point's own clock */
	uint64_t frame;
	uint64_t digest;            /* of what does not change on the way; 0: not known */
	uint64_t conversation;      /* its number at the point; 0: an ICMP echo */
	struct ws_addr address[2];  /* of the conversation: index 0 sent first, or sends the requests of echoes */
	uint16_t port[2];           /* of echoes: the identifier, and 0 */
	uint32_t length, interface; /* payload bytes; where it was captured: see struct ws_packet */
	uint16_t identification;    /* of IPv4; 0: none */
	uint8_t direction;          /* index of the sender */
	uint8_t ttl, ip_version;
	bool fragmented;
};
/* `cut`: of some datagrams of the conversation, at some point, too little was captured to compare it. */
struct ws_join_segment ws_join_datagram_segment(const struct ws_join_datagram *datagram, bool cut);
/* The second is another copy of the first, which the point captured on another interface or another link. */
bool ws_join_datagram_again(const struct ws_join_datagram *first, const struct ws_join_datagram *second);

/* ---- Which connections are the same */

/* What a connection may be: a conversation of datagrams is compared like a connection. */
enum ws_join_kind { WS_JOIN_TCP, WS_JOIN_UDP, WS_JOIN_ECHO, WS_JOIN_KINDS };

/* A connection as one point knows it. */
struct ws_join_connection {
	uint8_t kind; /* enum ws_join_kind */
	struct ws_addr address[2];
	uint16_t port[2];
	/* Initial sequence numbers, valid where iss_known; of datagrams there are none. */
	uint32_t iss[2];
	bool iss_known[2];
	bool syn_timestamp; /* the SYN of endpoint `opener` was captured with a timestamp: syn_tsval */
	uint8_t opener;     /* the endpoint that sent the first SYN */
	uint32_t syn_tsval;
	ws_time first_time;
};

struct ws_join_pair {
	uint32_t a, b;
	bool swapped;  /* endpoint 0 of one is endpoint 1 of the other */
	bool doubtful; /* the initial sequence numbers say nothing: the pair counts only if segments agree, too */
};

/* Pairs the connections of two points, those of one kind. Pairs whose initial sequence numbers agree come first, which holds through NAT;
 * then those that a firewall has given other numbers, by one side's number, addresses and the SYN's timestamp; then, as
 * doubtful, those without a SYN, by addresses and ports. No connection is in two pairs. `pairs` has room for the
 * smaller of the two counts. False: out of memory. */
bool ws_join_connections(const struct ws_join_connection *a, size_t a_count, const struct ws_join_connection *b,
                         size_t b_count, struct ws_join_pair *pairs, size_t *count) WS_CHECKED;

struct ws_join_pairing; /* opaque */

/* The same in slices, for a caller that has other things to do: the arrays must stay until the end. NULL: out of memory. */
struct ws_join_pairing *ws_join_pairing_begin(const struct ws_join_connection *a, size_t a_count,
                                              const struct ws_join_connection *b, size_t b_count,
                                              struct ws_join_pair *pairs) WS_CHECKED;
/* Goes on for about a millisecond. True: all that can be paired are. */
bool ws_join_pairing_work(struct ws_join_pairing *pairing);
/* Returns how many pairs there are, and frees it. NULL allowed. */
size_t ws_join_pairing_end(struct ws_join_pairing *pairing);

/* A datagram of a conversation, by what a NAT does not change. */
struct ws_join_content {
	ws_time time;            /* by the point's own clock */
	uint64_t digest;         /* see struct ws_join_datagram; not 0 */
	uint32_t connection;     /* index of the conversation */
	uint16_t identification; /* of IPv4; 0: none */
	uint8_t direction;       /* index of the sender */
};

/* What one point knows. */
struct ws_join_contents {
	const struct ws_join_connection *connection; /* those that ws_join_connections() was given */
	size_t connections;
	const struct ws_join_content *content;
	size_t count;
};

/* Pairs the conversations that ws_join_connections() has not paired, by the datagrams that they carry, and appends them
 * to its pairs. False: out of memory. */
bool ws_join_flows(const struct ws_join_contents *a, const struct ws_join_contents *b, struct ws_join_pair *pairs,
                   size_t *count) WS_CHECKED;

/* ---- Clocks */

struct ws_clock; /* how another point's clock differs from the reference's; opaque */

/* At most so many samples are kept, those that bound the offset. NULL: out of memory. */
struct ws_clock *ws_clock_create(size_t samples) WS_CHECKED;
void ws_clock_free(struct ws_clock *clock); /* NULL allowed */
/* A segment was captured at `here` at the reference and at `there` at the other point. `upper`: it went from the
 * reference to the other point, so that the difference is at least the offset; otherwise it is at most the offset. */
void ws_clock_add(struct ws_clock *clock, ws_time here, ws_time there, bool upper);
/* The same with the packet's number at each point, in the order of capture, which shows where a clock was set back. */
struct ws_clock_pair {
	ws_time here, there;
	uint64_t frame_here, frame_there;
	bool upper;
};
void ws_clock_add_pair(struct ws_clock *clock, const struct ws_clock_pair *pair);
/* Drops samples that bound nothing. */
void ws_clock_thin(struct ws_clock *clock);
/* Adds the samples of another clock, which is empty then. */
void ws_clock_take(struct ws_clock *clock, struct ws_clock *from);
/* Finds the offset, drift and steps from the samples so far. The other functions need it first. */
void ws_clock_solve(struct ws_clock *clock);
/* Sets the offset, as --offset does: nothing is estimated. */
void ws_clock_fix(struct ws_clock *clock, ws_time offset);
/* False: nothing is known about this clock, and the functions below take it as equal to the reference's. */
bool ws_clock_known(const struct ws_clock *clock);
/* True when the offset is bounded from both sides at all times: segments went in both directions. So it is for NULL, the
 * reference's own. */
bool ws_clock_bounded(const struct ws_clock *clock);

struct ws_clock_info {
	ws_time offset;   /* in the middle of the samples' time */
	ws_time bound;    /* the true offset is within offset ± bound then; WS_TIME_NEVER: one direction is missing */
	double drift_ppm; /* valid when drift_known: at least 30 s of samples */
	bool drift_known, fixed;
	uint32_t steps; /* how often one of the clocks was set, by more than 0.1 ms */
	uint64_t samples;
};
void ws_clock_info(const struct ws_clock *clock, struct ws_clock_info *info);
/* The reference's time when the other point's clock showed `there`. `clock`: NULL for the reference's own, by which
 * both times are the same; so for the next one. */
ws_time ws_clock_here(const struct ws_clock *clock, ws_time there);
/* The same for a packet of the other point, whose number tells on which side of a set clock it lies. */
ws_time ws_clock_here_of(const struct ws_clock *clock, ws_time there, uint64_t frame);
/* What the other point's clock showed at the reference's time `here`. */
ws_time ws_clock_there(const struct ws_clock *clock, ws_time here);
/* What is proven about the offset at `here`: it is between low and high. False: one of the two is not bounded. It holds
 * for clocks that differ by at most 500 ppm in speed, and when segments did go as ws_clock_add() was told. Samples that
 * contradict each other by at most 0.1 ms are taken as unevenly noted times, and low and high are that far apart. */
bool ws_clock_bounds(const struct ws_clock *clock, ws_time here, ws_time *low, ws_time *high);

/* Appends "server's clock +3.700123 s ±30 ms against client's, drift +80.0 ppm". */
void ws_clock_words(struct ws_text *text, const char *point, const char *reference, const struct ws_clock_info *clock);
/* Appends "+3.700 s ±15 ms", or without `bound` "+3.700 s". */
void ws_clock_offset_number(struct ws_text *text, const struct ws_clock_info *clock, bool bound);
/* Appends "clock +3.700 s ±15 ms", or that it is not known. */
void ws_clock_offset_words(struct ws_text *text, const struct ws_clock_info *clock, bool bound);
/* Appends a duration in two or three digits: "4.2 ms", "30 ms". */
void ws_duration_words(struct ws_text *text, ws_time time);
/* The same as a part of a message. */
struct ws_duration_part {
	char text[32];
};
struct ws_duration_part ws_duration_part(ws_time time);

/* ---- Segments */

struct ws_joiner; /* opaque: memory that is used again for each connection */

/* It takes connections of at most so many segments, summed over all points. `secret` is a random number, so that nobody who
 * writes a capture can make the comparison slow; the result does not depend on it. NULL: out of memory. */
struct ws_joiner *ws_joiner_create(size_t most_segments, uint64_t secret, struct ws_error *error) WS_CHECKED;
void ws_joiner_free(struct ws_joiner *joiner); /* NULL allowed */

/* The segments of one connection at one point, in the order of capture. */
struct ws_join_side {
	const struct ws_join_segment *segment;
	size_t count;
	const struct ws_join_connection *connection;
	bool swapped;    /* its endpoint 0 is endpoint 1 of the first side */
	uint16_t mss[2]; /* MSS option of each endpoint's SYN, in its own numbering; 0: none */
};

struct ws_join_agreement {
	size_t matched[2]; /* segments of each direction that are the same without doubt */
	int order;         /* 1: segments of endpoint 0 pass the first side first; -1: the second; 0: not known */
	bool doubtful;     /* the two directions do not agree on the order */
	bool proven;       /* they do, many times: where times are against the order, a clock is wrong */
};

/* Compares the same connection at two points, and adds to `clock` (of b relative to a; may be NULL) what the segments
 * say. False: out of memory, or more segments than the joiner takes. */
bool ws_joiner_observe(struct ws_joiner *joiner, const struct ws_join_side *a, const struct ws_join_side *b,
                       struct ws_clock *clock, struct ws_join_agreement *agreement) WS_CHECKED;

/* When a point captured, by the reference's clock, and whether it is known to have missed packets. */
struct ws_join_period {
	ws_time first, last;
	bool drops;
	bool passed_by_all; /* there is no way between the endpoints but past this point */
};

struct ws_join_point {
	struct ws_join_side side;
	const struct ws_clock *clock; /* NULL: the reference */
	struct ws_join_period period;
	/* What ws_joiner_observe() has found about the first point and this one; NULL: it is found out. */
	const struct ws_join_agreement *agreement;
};

/* What became of the segments that one endpoint sent. Delays are -1 when nothing was delivered. */
struct ws_join_direction {
	uint64_t sent, delivered, lost, not_captured, injected, duplicated, reordered;
	uint64_t needless;                   /* retransmissions of what had already arrived */
	uint64_t lost_after[WS_JOIN_POINTS]; /* between this point of the path and the next, in the segments' direction
	                                      */
	ws_time delay_min, delay_median, delay_max; /* from the first point of the path to the last */
	/* Sent as other points show, though the first point of the path, the one nearest to the sender, has not captured them. */
	uint64_t unseen, unseen_bytes;
	uint8_t late; /* some were sent after all that this point has captured: 1 + the point nearest to it that has the last
	               * of them; else 0 */
};

struct ws_join_result {
	uint8_t path[WS_JOIN_POINTS]; /* indices of the points, in the order in which endpoint 0's segments pass them */
	uint8_t points;
	struct ws_join_direction direction[2]; /* by the endpoint that sent, in the numbering of the first side */
	size_t transits;
	/* By point: how many segments it has not captured, and when another one captured the first and the last of them, by
	 * the reference's clock. */
	struct {
		uint64_t count;
		ws_time first, last; /* valid unless `count` is 0 */
	} unseen[WS_JOIN_POINTS];
};

/* Follows every segment of a connection over its points; there are at least two, and points[0].side is not swapped.
 * Endpoint 0 should be the client. The transits are readable until the next call. */
bool ws_joiner_run(struct ws_joiner *joiner, const struct ws_join_point *points, size_t count,
                   struct ws_join_result *result) WS_CHECKED;

struct ws_joined_shares; /* see wirestate/points.h */

/* What several points know of one connection together. `result` counts endpoints as the first of `point` does. */
struct ws_conn_path {
	struct ws_join_result result;     /* its path[] has indices into the arrays below */
	uint8_t point[WS_JOIN_POINTS];    /* which points captured it, in ascending order */
	uint64_t number[WS_JOIN_POINTS];  /* the connection's number at each, or the conversation's; of echoes 0 */
	uint32_t id[WS_JOIN_POINTS];      /* its ws_conn_id at each */
	bool swapped[WS_JOIN_POINTS];     /* endpoint 0 there is endpoint 1 of the first point */
	const char *name[WS_JOIN_POINTS]; /* of the points */
	uint8_t points;
	uint8_t kind;                          /* enum ws_join_kind; only of TCP's there are ids */
	bool at_host[2];                       /* by endpoint: no router is between it and the point nearest to it */
	int8_t client;                         /* the endpoint that is shown as the client, as the first point counts */
	bool client_known;                     /* some point has captured who opened it */
	const struct ws_joined_shares *shares; /* where its time went; NULL: only what each point says for itself */
	ws_time answer_time; /* the server's, from a request that arrived to the first byte that left, the median as the
	                      * point nearest to it saw; -1: not known */
};

/* A segment's way. A large segment that the sender's network card cut, or that the receiver's merged, is several. */
struct ws_transit {
	uint32_t sequence, length; /* raw, as at the first side */
	uint16_t flags;
	uint8_t direction;  /* the endpoint that sent it */
	uint8_t outcome;    /* enum ws_join_outcome */
	bool reordered;     /* it was overtaken by one that had left later */
	int8_t first, last; /* the points (indices into points[]) that saw it first and last on its way */
	int8_t next;   /* LOST: the point to which it did not come; NOT_CAPTURED: one that has not seen it; else -1 */
	bool needless; /* it was sent again although all its bytes had arrived */
	int8_t ack_last, ack_next; /* needless: an acknowledgment of them was lost between these points; -1: none was */
	uint64_t ack_frame;        /* and its number at ack_last */
	uint64_t frame[WS_JOIN_POINTS]; /* by point; 0: not captured there */
	ws_time time[WS_JOIN_POINTS];   /* by the reference's clock; never earlier than where it was before */
};
void ws_joiner_transit(const struct ws_joiner *joiner, size_t index, struct ws_transit *transit);

#endif
