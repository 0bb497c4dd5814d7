/* Graphs of one connection: for each direction, what was sent and acknowledged over time, how fast, how long the round
 * trips took, and how much was under way.
 *
 * The points follow from the segments that are kept for the replay, and from nothing else. With several points of
 * capture, those of a direction are of the point nearest to its sender, by the reference's clock. */
#ifndef WIRESTATE_GRAPH_H
#define WIRESTATE_GRAPH_H

#include <wirestate/language.h>
#include <wirestate/track.h>

/* X(enumerator, word in records, unit, what it is). Numbers are relative to the initial sequence
 * number, as in tshark, and go on beyond 2^32. THROUGHPUT and GOODPUT are averaged over ws_graph_span(). */
#define WS_CURVES(X)                                                                                                   \
	X(WS_CURVE_SEGMENT, "segment", "number",                                                                       \
	  N_("from the first number of a segment to one past its last, SYN and FIN count one each; with "              \
	     "sack, ack and window this is the time-sequence graph of tcptrace"))                                      \
	X(WS_CURVE_ACK, "ack", "number", N_("the acknowledgment number of a segment of the other side"))               \
	X(WS_CURVE_WINDOW, "window", "number",                                                                         \
	  N_("that number plus the window that was advertised with it: the sender may go up to there"))                \
	X(WS_CURVE_SACK, "sack", "number",                                                                             \
	  N_("a block that was acknowledged selectively (RFC 2018), from its first number to one past its "            \
	     "last"))                                                                                                  \
	X(WS_CURVE_THROUGHPUT, "throughput", "bytes/s",                                                                \
	  N_("payload that was sent in the last span, also what was sent again, divided by span: a sliding "           \
	     "window, as in Wireshark's graph; it holds until the next value, at most for span, and is 0 after that")) \
	X(WS_CURVE_GOODPUT, "goodput", "bytes/s", N_("the same of numbers that were acknowledged for the first time")) \
	X(WS_CURVE_AVERAGE, "average", "bytes/s",                                                                      \
	  N_("payload that was sent since the connection's first packet, divided by the time since then, as "          \
	     "the blue line of tcptrace"))                                                                             \
	X(WS_CURVE_RTT, "rtt", "s",                                                                                    \
	  N_("from the first time that a segment was sent to the ACK of exactly its last number, as "                  \
	     "tcp.analysis.ack_rtt"))                                                                                  \
	X(WS_CURVE_FLIGHT, "in_flight", "bytes",                                                                       \
	  N_("what was sent and not acknowledged, also not selectively, with this segment, as "                        \
	     "tcp.analysis.bytes_in_flight; the graph falls with ACKs, too, for which there are no records"))          \
	X(WS_CURVE_ADVERTISED, "advertised", "bytes",                                                                  \
	  N_("the window that the other side advertised, scaled (RFC 7323)"))

enum ws_curve {
#define X(name, word, unit, meaning) name,
	WS_CURVES(X)
#undef X
	        WS_CURVE_COUNT
};
const char *ws_curve_word(enum ws_curve curve);
const char *ws_curve_unit(enum ws_curve curve);
const char *ws_curve_meaning(enum ws_curve curve);

/* X(enumerator of a bit's number, word in records, meaning): what is particular about a point. */
#define WS_POINT_MARKS(X)                                                                                                           \
	X(WS_POINT_RETRANSMISSION, "retransmission", N_("some of these numbers were sent before"))                                  \
	X(WS_POINT_OUT_OF_ORDER, "out_of_order", N_("these numbers fill a gap of what was captured"))                               \
	X(WS_POINT_LOST, "lost", N_("it did not arrive, as several points prove"))                                                  \
	X(WS_POINT_PROBE, "zero_window_probe", N_("it probes a closed window"))                                                     \
	X(WS_POINT_KEEP_ALIVE, "keep_alive", N_("it is a keep-alive"))                                                              \
	X(WS_POINT_WINDOW_FULL, "window_full", N_("it fills the window"))                                                           \
	X(WS_POINT_DUPLICATE_ACK, "duplicate_ack", N_("it repeats the acknowledgment before"))                                      \
	X(WS_POINT_ZERO_WINDOW, "zero_window", N_("the window is closed"))                                                          \
	X(WS_POINT_UNSCALED, "unscaled",                                                                                            \
	  N_("the handshake was not captured, so the scale of the window is not known"))                                            \
	X(WS_POINT_AMBIGUOUS, "ambiguous",                                                                                          \
	  N_("of a round trip: the segment, or one before it, came late or again meanwhile (RFC 6298); tcptrace leaves these out")) \
	X(WS_POINT_SYN, "syn", N_("SYN is set"))                                                                                    \
	X(WS_POINT_FIN, "fin", N_("FIN is set"))                                                                                    \
	X(WS_POINT_RST, "rst", N_("RST is set"))                                                                                    \
	X(WS_POINT_PUSH, "push", N_("PSH is set"))                                                                                  \
	X(WS_POINT_URGENT, "urgent", N_("URG is set"))

enum ws_point_mark {
#define X(name, word, meaning) name,
	WS_POINT_MARKS(X)
#undef X
	        WS_POINT_MARK_COUNT
};
const char *ws_point_mark_word(enum ws_point_mark mark);
const char *ws_point_mark_meaning(enum ws_point_mark mark);

struct ws_graph_point {
	ws_time time;
	int64_t low, high; /* the same, but for SEGMENT and SACK; nanoseconds for RTT */
	uint64_t frame;    /* 0: not stored */
	uint32_t step;     /* the segment's place in the history of the point that captured it */
	uint32_t marks;    /* bit set of 1u << enum ws_point_mark */
	uint32_t length;   /* of SEGMENT: payload bytes */
};

/* What one segment adds to the graph of one direction. */
struct ws_graph_news {
	ws_time time;
	uint64_t frame;
	uint32_t step;
	uint8_t direction;  /* the endpoint that sends the data of this graph */
	bool data, ack;     /* it is a segment of that endpoint with numbers of its own; an ACK of the other one */
	bool flight, round; /* these are known */
	bool left;          /* it is an ACK, and leaves `in_flight` under way */
	bool resets;        /* it is a RST: no window, no rate */
	uint32_t marks, ack_marks;
	int64_t low, high;           /* of data */
	int64_t throughput, average; /* bytes per second */
	uint32_t length, in_flight;
	int64_t acknowledged, goodput;
	uint32_t window; /* scaled; bytes */
	ws_time rtt;
	bool ambiguous;
	unsigned sack_count;
	int64_t sack_low[4], sack_high[4];
};

struct ws_graph; /* opaque */

enum { WS_GRAPH_LEAST_MEMORY = 1 << 20 };

/* False: the tracker keeps no history, so there is no graph. */
bool ws_graph_possible(const struct ws_tracker *tracker);
/* NULL: no history is kept, or memory is short. It reads the tracker, which must outlive it. At most `limit` bytes are
 * used for points; what comes after that is left out. */
struct ws_graph *ws_graph_open(const struct ws_tracker *tracker, ws_conn_id conn, uint64_t limit) WS_CHECKED;
void ws_graph_close(struct ws_graph *graph); /* NULL allowed */
/* Hands on what the next segment adds, without storing it; each segment twice, once for each direction. False: there is
 * no more, yet. */
bool ws_graph_next(struct ws_graph *graph, struct ws_graph_news *news) WS_CHECKED;
/* Stores the points of at most `count` such pieces. False: all have been read. */
bool ws_graph_work(struct ws_graph *graph, size_t count);
/* True where points were left out: there was no memory, or the history does not have all segments. */
bool ws_graph_is_cut(const struct ws_graph *graph);
/* The time over which THROUGHPUT and GOODPUT are averaged: about a twentieth of the connection's length when the graph
 * was opened, 1, 2 or 5 times a power of ten, from 1 ms to 1 s. */
ws_time ws_graph_span(const struct ws_graph *graph);
/* The span that it would have now, as the connection has gone on. */
ws_time ws_graph_wanted_span(const struct ws_graph *graph);
/* Of several points: the one that captured what is shown of a direction; -1: one point. */
int ws_graph_source(const struct ws_graph *graph, unsigned direction);
/* The earliest and the latest time of all points. False: there is none. */
bool ws_graph_times(const struct ws_graph *graph, ws_time *first, ws_time *last);

/* ---- Points, in the order in which they were captured. Where a clock was set back, a point stands where the one
 * before it does when points are looked for by time. */

size_t ws_graph_count(const struct ws_graph *graph, unsigned direction, enum ws_curve curve);
bool ws_graph_point(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, size_t index,
                    struct ws_graph_point *point) WS_CHECKED;
/* The first point at `time` or later; ws_graph_count() when there is none. */
size_t ws_graph_find(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, ws_time time);

/* The least and the greatest value and all marks of the points from `from` up to `to`. The time that this takes depends
 * on the logarithm of their number. False: there is none. */
struct ws_graph_range {
	int64_t low, high;
	uint32_t marks;
};
bool ws_graph_range(const struct ws_graph *graph, unsigned direction, enum ws_curve curve, size_t from, size_t to,
                    struct ws_graph_range *range) WS_CHECKED;
/* What a curve is at `time`, which is not before its point, and not after the next one. A rate is 0 when nothing was
 * sent, or acknowledged, for its span, and the average falls while nothing is sent; other values hold. */
int64_t ws_graph_value_after(const struct ws_graph *graph, unsigned direction, enum ws_curve curve,
                             const struct ws_graph_point *point, ws_time time);
/* When the bytes of a segment had been sent before, for the last time. False: never, or too long ago to look for. */
bool ws_graph_sent_before(const struct ws_graph *graph, unsigned direction, size_t index, ws_time *time) WS_CHECKED;

#endif
