/* Where a connection's time went: every moment from its first packet to its last belongs to one cause, such as the
 * server's program or the recovery of a loss. Private to src/track; wirestate/shares.h has the causes. */
#ifndef WS_TRACK_SHARES_H
#define WS_TRACK_SHARES_H

#include "track/analysis.h"
#include "track/machine.h"
#include "track/rtt.h"

#include <wirestate/shares.h>

#include <stddef.h>

enum { WS_SHARE_EDGES = 5, WS_SHARE_COUNTED = 128, WS_SHARE_UNCOUNTED = 255 };
/* The segments with which a sender begins (RFC 6928 §2), and: so many were under way when the peer acknowledged some. */
enum { WS_SHARE_BURST = 10, WS_SHARE_THROTTLED = 15 };

#define WS_SHARE_MARK(name) (1u << WS_ANALYSIS_##name)
/* An ACK that comes later than the way by this was delayed. */
#define WS_SHARE_DELAYED_AFTER (15 * WS_MILLISECOND)
/* As much later than it is set to a timer of Linux may end. */
#define WS_SHARE_TIMER_TICK (40 * WS_MILLISECOND)
#define WS_SHARE_MICROSECOND INT64_C(1000)

/* A right edge of the peer's window, and when it was announced, in microseconds modulo 2^32. They tell of a segment which
 * edge its sender knew, when the capture is at the other end. */
struct ws_share_edge {
	uint32_t time, right;
};

/* See ws_shares_way(). */
enum { WS_SHARE_FAR = 10 * WS_MILLISECOND, WS_SHARE_NEARER = 64 };
/* Older edges of windows all count alike, so that no time is told modulo 2^32 wrongly. */
#define WS_SHARE_LONG ((INT64_C(1) << 30) * WS_SHARE_MICROSECOND)

/* What is known of one endpoint as a sender of data, as far as ordinary segments need it; struct ws_shares has the rest.
 * Every connection has two. */
struct ws_share_side {
	struct ws_share_edge edge; /* the newest */
	uint32_t recovery_end;     /* what must be acknowledged until a loss is recovered */
	uint32_t acked_time;       /* when the peer last acknowledged something new, in microseconds modulo 2^32; while
	                              `doubtful`, when the segment was sent again */
	ws_time all_acked;         /* when the peer last acknowledged everything */
	ws_time sent_time;         /* of its latest new data */
	uint32_t end;              /* one past the highest byte that it has sent; valid when `sent` */
	uint32_t acknowledged;     /* the highest acknowledgment of the peer; valid when `sent` or `awaited` */
	uint8_t counted;           /* packets in a row that had it; WS_SHARE_COUNTED and more: it counts so, surely;
	                                 WS_SHARE_UNCOUNTED: it does not */
	uint8_t trips : 6;         /* round trips of its data, which its timer has followed */
	uint8_t missing : 2;       /* packets with data after `end` that have not come, as the number of an ACK says */
	uint16_t next_identification; /* of its next packet if it counts this connection's; valid when `numbered` */
	uint8_t edge_even : 5;        /* a bit for each edge that was reached evenly from the one before it */
	uint8_t edges : 3;            /* how many there are */
	uint8_t burst : 4;            /* small segments in a row since the peer acknowledged something new, at most
	                          * WS_SHARE_BURST; WS_SHARE_THROTTLED */
	bool little : 1;              /* before the latest ACK, less than two segments were not acknowledged */
	bool sent : 1, filled : 1;    /* filled: there is no room in the window for another segment */
	bool full : 1;     /* its latest segment was as large as segments can be, so it probably has more to send */
	bool wide : 1;     /* the peer's window has had room for several segments */
	bool gap : 1;      /* data has come that does not follow what came before it, with the TSval repeat_tsval */
	bool unseen : 1;   /* the peer has acknowledged data of it that was not captured, before any that was */
	bool awaited : 1;  /* the peer has acknowledged something, and so awaits what follows it */
	bool eager : 1;    /* it does not follow Nagle's algorithm */
	bool numbered : 1; /* next_identification is valid */
	bool repaired : 1; /* its timer has repaired a loss, which makes the congestion window small */
	bool fin : 1;      /* it has sent its FIN */
	/* What makes the next segments unusual, in one byte. */
	union {
		struct {
			uint8_t recovery : 3; /* WS_CAUSE_DUPLICATE_ACKS, WS_CAUSE_TIMEOUT, WS_CAUSE_PATH_MTU, or
			                          WS_CAUSE_CLOSED_WINDOW for what had no room; 0: nothing is
			                          being recovered */
			bool suspected : 1;   /* the peer has repeated an ACK: what it lacks is lost when it comes
			                          again, and late when not */
			bool doubtful : 1;    /* a segment was sent again, and the ACK has yet to say whether one was
			                          lost */
			bool small : 1;       /* the peer's window, which had room for several segments, has none for
			                          one (RFC 9293 §3.8.6.2) */
			bool closed : 1;      /* as a receiver, it has announced a window of 0 */
		};
		uint8_t unusual; /* all of them; see ws_shares_is_unusual() */
	};
};

/* Where the time of each cause is kept: for both endpoints, or once for a cause that belongs to none. The most frequent
 * causes are first, and the four rare ones fill a cache line. */
enum ws_share_slot {
	WS_SLOT_CONNECTING,
	WS_SLOT_PROGRAM,
	WS_SLOT_NETWORK = WS_SLOT_PROGRAM + 2,
	WS_SLOT_IDLE = WS_SLOT_NETWORK + 2,
	WS_SLOT_WINDOW,
	WS_SLOT_CLOSED_WINDOW = WS_SLOT_WINDOW + 2,
	WS_SLOT_DUPLICATE_ACKS = WS_SLOT_CLOSED_WINDOW + 2,
	WS_SLOT_TIMEOUT = WS_SLOT_DUPLICATE_ACKS + 2,
	WS_SLOT_NAGLE = WS_SLOT_TIMEOUT + 2,
	WS_SLOT_PATH_MTU = WS_SLOT_NAGLE + 2,
	WS_SLOT_CLOSING = WS_SLOT_PATH_MTU + 2,
	WS_SHARE_SLOTS
};

static inline unsigned ws_share_slot(enum ws_cause cause, unsigned side)
{
	static const uint8_t slots[WS_CAUSE_COUNT] = {
	        [WS_CAUSE_CONNECTING] = WS_SLOT_CONNECTING,
	        [WS_CAUSE_PROGRAM] = WS_SLOT_PROGRAM,
	        [WS_CAUSE_NETWORK] = WS_SLOT_NETWORK,
	        [WS_CAUSE_WINDOW] = WS_SLOT_WINDOW,
	        [WS_CAUSE_CLOSED_WINDOW] = WS_SLOT_CLOSED_WINDOW,
	        [WS_CAUSE_DUPLICATE_ACKS] = WS_SLOT_DUPLICATE_ACKS,
	        [WS_CAUSE_TIMEOUT] = WS_SLOT_TIMEOUT,
	        [WS_CAUSE_PATH_MTU] = WS_SLOT_PATH_MTU,
	        [WS_CAUSE_NAGLE] = WS_SLOT_NAGLE,
	        [WS_CAUSE_IDLE] = WS_SLOT_IDLE,
	        [WS_CAUSE_CLOSING] = WS_SLOT_CLOSING,
	};
	return slots[cause] + (ws_cause_is_sided(cause) ? side : 0);
}

/* What struct ws_time_shares has, without the slots that are always 0. */
struct ws_share_times {
	ws_time way_to[2];
	ws_time slot[WS_SHARE_SLOTS];
	uint32_t timeouts;
	uint32_t
	        too_large; /* when an ICMP error last said that a segment of endpoint `told` was too large for the path,
	                       in microseconds modulo 2^32 */
};

/* Zeroed memory is a valid start. Of its six cache lines, an ordinary segment needs the first one, with the ways and the
 * causes that are most frequent, and both with the sides; and the last one where the window's older edges count or change.
 * ws_shares_sum() needs no edges, and the line of rare causes seldom. */
struct ws_shares {
	struct ws_share_times time; /* up to `since` */
	uint32_t repeated[2];       /* when the peer last repeated an ACK, in microseconds modulo 2^32 */
	uint32_t roomy_end[2]; /* in a recovery of what had no room: one past what was sent again with room for it */
	ws_time since;
	ws_time latest; /* of the last segment */
	struct ws_share_side side[2];
	uint32_t repeat_tsval[2]; /* of the segment sent again, or of the one after a gap; see `doubtful`, `gap` */
	uint16_t phase;           /* nanoseconds by which the first segment came after a whole microsecond */
	int8_t speaker;           /* the endpoint that sent the latest new data, plus 1; 0: none */
	int8_t opener;            /* the endpoint that sent the first SYN, or the first segment, plus 1; 0: none yet */
	int8_t resetter;          /* the endpoint whose latest segment is a RST, plus 1; 0: none */
	uint8_t probed : 2;       /* a bit for each endpoint whose timer has sent its latest data again once */
	uint8_t told : 2;         /* see time.too_large: the endpoint, plus 1; 0: none */
	bool open;                /* something followed the handshake's SYNs */
	bool recorded : 1;        /* it is the first member of a struct ws_span_recorder */
	bool unprobed : 1;  /* a SYN without SACK was seen, so no timer sends a probe before its time (RFC 8985 §7) */
	bool seldom : 1;    /* a rare cause has had time */
	bool opened : 1;    /* what ws_shares_sum() sets time.opened to */
	uint8_t keeper : 2; /* the endpoint that has sent a keep-alive which nothing has answered, plus 1; 0: none */
	bool gone : 1;      /* its peer is, as a second one or its RST has told */
	struct ws_share_edge older[2][WS_SHARE_EDGES - 1]; /* the edges before side[].edge, the newest first */
};

/* The line with the times of the rare causes, windows and losses; the two of the sides; and the one of older edges. */
enum {
	WS_SHARES_SELDOM = offsetof(struct ws_shares, time.slot[WS_SLOT_WINDOW]),
	WS_SHARES_AFTER_SELDOM = offsetof(struct ws_shares, time.slot[WS_SLOT_NAGLE]),
	WS_SHARES_SIDES = offsetof(struct ws_shares, since),
	WS_SHARES_OLDER = offsetof(struct ws_shares, older),
};
_Static_assert(WS_SHARES_SELDOM == 64 && WS_SHARES_AFTER_SELDOM == 128 && WS_SHARES_SIDES == 192 &&
                       WS_SHARES_OLDER == 320 && sizeof(struct ws_shares) == 384,
               "whole lines");

static inline bool ws_shares_is_seldom(enum ws_cause cause)
{
	return cause >= WS_CAUSE_WINDOW && cause <= WS_CAUSE_TIMEOUT;
}

/* Data is sent again then. */
static inline bool ws_shares_repairs(enum ws_cause cause)
{
	return cause == WS_CAUSE_DUPLICATE_ACKS || cause == WS_CAUSE_TIMEOUT || cause == WS_CAUSE_PATH_MTU;
}

/* The microseconds modulo 2^32 of a time. They begin with the first segment's, so that a capture says the same whenever
 * it is made. */
static inline uint32_t ws_shares_microseconds(const struct ws_shares *shares, ws_time time)
{
	return (uint32_t)((time - shares->phase) / WS_SHARE_MICROSECOND);
}

/* Where this holds for neither side, as for most segments, much need not be asked. */
static inline bool ws_shares_is_unusual(const struct ws_share_side *side)
{
	return side->unusual;
}

static inline bool ws_shares_in_flight(const struct ws_share_side *side)
{
	return side->sent && ws_seq_before(side->acknowledged, side->end);
}

/* The time before `now` of which only the microseconds modulo 2^32 were kept. */
static inline ws_time ws_shares_time_before(const struct ws_shares *shares, ws_time now, uint32_t microseconds)
{
	return now - (uint32_t)(ws_shares_microseconds(shares, now) - microseconds) * WS_SHARE_MICROSECOND;
}

static inline bool ws_shares_is_opener(const struct ws_shares *shares, unsigned side)
{
	return shares->opener == (int)side + 1;
}

static inline void ws_shares_note_probe(struct ws_shares *shares, unsigned self, bool probed)
{
	const unsigned others = shares->probed & ~(1u << self);
	shares->probed = (others | (unsigned)probed << self) & 3;
}

/* Is told of each time that is added to a share, in the order of time. */
struct ws_span_recorder {
	struct ws_shares shares;
	void (*add)(struct ws_span_recorder *recorder, enum ws_cause cause, unsigned side, ws_time time);
};

/* Time belongs to a cause, up to now. */
static inline void ws_shares_spend(struct ws_shares *shares, enum ws_cause cause, unsigned side, ws_time time)
{
	if (time <= 0)
		return;
	shares->time.slot[ws_share_slot(cause, side)] += time;
	if (ws_shares_is_seldom(cause))
		shares->seldom = true;
	if (shares->recorded) {
		struct ws_span_recorder *recorder = (struct ws_span_recorder *)shares;
		recorder->add(recorder, cause, side, time);
	}
}

/* The first part of a wait, which is at most `most` long, belongs to one cause, and the rest to another one. */
static inline void ws_shares_split(struct ws_shares *shares, ws_time wait, ws_time most, enum ws_cause first,
                                   unsigned first_side, enum ws_cause rest, unsigned rest_side)
{
	const ws_time part = most < wait ? most : wait;
	ws_shares_spend(shares, first, first_side, part);
	ws_shares_spend(shares, rest, rest_side, wait - part);
}

/* An ACK says that data has come again that had arrived before (RFC 2883). */
static inline bool ws_shares_came_twice(const struct ws_segment *s)
{
	return s->flags & WS_TCP_ACK && s->sack && !ws_seq_before(s->acknowledgment, s->sack_right);
}

static inline void ws_shares_begin_recovery(struct ws_share_side *side, enum ws_cause cause)
{
	side->recovery = (uint8_t)(cause & 7);
	side->recovery_end = side->end;
}

/* The ACK of what was sent again shows whether it had been lost. It had not when the ACK answers an earlier segment, as
 * the timestamp in it tells (RFC 3522): then the interval until now belongs to what it would have belonged to. */
WS_SELDOM void ws_shares_judge_repeat(struct ws_shares *shares, const struct ws_segment *s, ws_time now);
/* Nobody says any more whether what was sent again before a RST had been lost; what else was waited for? */
WS_SELDOM void ws_shares_judge_before_reset(struct ws_shares *shares, const struct ws_segment *s, ws_time now);
/* The ACK of a repair took longer than its way, and the sender had nothing more to send: from when the ACK was due, a
 * program is waited for. */
WS_SELDOM void ws_shares_end_recovery(struct ws_shares *shares, const struct ws_segment *s, ws_time now);
/* A segment sends data again, or fills a gap. `waited`: a program was waited for until then. */
WS_SELDOM void ws_shares_note_repair(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                                     bool waited, ws_time now);
/* A segment was captured, with these marks. `rtt` may be NULL where no round trip was measured since the last call.
 * `mss`: the payload of a full segment, 0 when it is not known. It is no part of ws_shares_note(), which would save more
 * registers for it. */
__attribute__((noinline)) void ws_shares_note_any(struct ws_shares *shares, const struct ws_segment *s,
                                                  uint32_t analysis, const struct ws_analyser *analyser,
                                                  const struct ws_rtt *rtt, uint32_t mss);
/* Does the same, at less cost for an ordinary segment, as most are. Returns whether it was one. */
bool ws_shares_note(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                    const struct ws_analyser *analyser, const struct ws_rtt *rtt, uint32_t mss);
/* Data has ended a wait for a program. `lost` is the end of the wait, in which a timer was waited for. */
void ws_shares_settle_data(struct ws_shares *shares, const struct ws_segment *s, ws_time now, uint32_t mss,
                           ws_time lost);
/* An ICMP error says that a segment is too large for the path: one of endpoint s->direction that begins with s->sequence. */
void ws_shares_note_too_large(struct ws_shares *shares, const struct ws_segment *s);
/* A segment that changes nothing was captured. */
void ws_shares_pass(struct ws_shares *shares, ws_time time);
/* A program is waited for, and only what comes next shows whose. */
bool ws_shares_wait(const struct ws_shares *shares);
/* Adds what is left until the last segment. */
void ws_shares_end(struct ws_shares *shares);
/* The smaller MSS of both ends; 0: one is missing, or the capture is too short to have all options of both SYNs, and so
 * perhaps the timestamps that make a segment's payload smaller. */
static inline uint32_t ws_shares_mss(const struct ws_machine *machine)
{
	const struct ws_endpoint *a = &machine->endpoint[0], *b = &machine->endpoint[1];
	if (a->window_scale == WS_SCALE_CUT_OFF || b->window_scale == WS_SCALE_CUT_OFF)
		return 0;
	return a->mss < b->mss ? a->mss : b->mss;
}
/* The payload of a full segment with this MSS: without the timestamps that every segment carries. */
static inline uint32_t ws_shares_full_segment(uint32_t mss, const struct ws_segment *segment)
{
	enum { TIMESTAMPS = 12 };
	return mss > 2 * TIMESTAMPS && segment->timestamps ? mss - TIMESTAMPS : mss;
}
/* A packet that the sender or the receiver has merged has as many numbers as parts. */
static inline unsigned ws_shares_parts(const struct ws_segment *s, uint32_t mss)
{
	return mss && s->length > mss ? (s->length + mss - 1) / mss : 1;
}
/* The packets of `self` that were lost between its previous one and this one, as the IPv4 identifications tell of a
 * host that counts them for each connection, such as Linux; one that counts those of all together, such as older
 * Windows, has no timestamps. 0: none, or it is not known. A SYN-ACK with 0 is that of Linux, which counts from the
 * next one on. */
unsigned ws_shares_lost_packets(struct ws_share_side *self, const struct ws_segment *s, uint32_t mss);
/* What is left of the way to `self` and back when the wait begins, after what the other side has sent. */
ws_time ws_shares_way_left(const struct ws_shares *shares, unsigned self);
/* An answer of `self` has come sooner than that: where another one acknowledges in its place, the way is not longer than it. */
WS_SELDOM void ws_shares_answered_soon(struct ws_shares *shares, unsigned self, ws_time wait);
/* The retransmission timer of `self`, as Linux sets it (RFC 6298 with other constants): after the first round trip to
 * three times that, which comes closer to a steady round trip with each one that follows, and to 200 ms more than it at
 * least. */
ws_time ws_shares_timer(const struct ws_shares *shares, unsigned self);
/* Of data that is new to the capture: it was sent before, as the number of a later segment without data has shown. */
static inline bool ws_shares_is_resent(uint32_t analysis)
{
	return analysis & WS_SHARE_MARK(RETRANSMISSION);
}

/* The end of the interval in which a timer repaired the loss of this segment before the capture. */
WS_SELDOM ws_time ws_shares_lost_before(struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis,
                                        ws_time now, unsigned lost);
/* What was sent before the segment that showed the gap has only come late. */
WS_SELDOM bool ws_shares_fills_gap_late(const struct ws_shares *shares, const struct ws_segment *s, uint32_t analysis);
/* A SYN that was sent again gives no round trip (RFC 6298 §3), unless the answer's timestamp tells which one it answers
 * (RFC 7323 §4.1). */
WS_SELDOM void ws_shares_measure_handshake(struct ws_shares *shares, const struct ws_segment *s, ws_time now);
/* The window into which the endpoint sends ends at `right` from `time` on (here and below: in microseconds modulo 2^32); the
 * edges but for the newest are `older`. Of edges that are close in time, and of more than have room, those are kept that tell
 * most of the time that `way` takes, that to the sender and back. */
void ws_shares_note_edge(struct ws_share_side *side, struct ws_share_edge *older, uint32_t right, uint32_t time,
                         ws_time way);
/* Those that are older than WS_SHARE_LONG, or before a pause that is longer, become that old. */
WS_SELDOM void ws_shares_renew_edges(struct ws_shares *shares, ws_time now);
/* True when the window that its sender knew had no room for another full segment after this one, which is its latest. A
 * small one with a push is the end of what was written, if the window is known to go on after it: the window has not cut
 * it off. */
bool ws_shares_fill(const struct ws_shares *shares, const struct ws_segment *s, uint32_t mss, ws_time now);
/* How long after `since` the sender knew of room for another full segment, if it does at all: what keeps it from then
 * on is the network. */
ws_time ws_shares_opened_after(const struct ws_shares *shares, unsigned self, ws_time now, uint32_t mss);
/* How long before `now` this small segment, which fills the peer's window to its last byte, could not be sent: only a timer
 * sends it then, as the one of Linux that probes windows does with what still has room (RFC 9293 §3.8.6.2.1). 0: it did not
 * wait for that. */
WS_SELDOM ws_time ws_shares_probe_wait(const struct ws_shares *shares, const struct ws_segment *s, ws_time now,
                                       uint32_t mss);
/* The sums up to the last segment. */
void ws_shares_sum(const struct ws_shares *shares, struct ws_time_shares *sum);

#endif
