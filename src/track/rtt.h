/* Round trips of a connection: from a segment of an endpoint to the acknowledgment that covers it, as they were
 * captured. One segment of each endpoint is timed at a time, and none that was sent twice (RFC 6298, Karn's rule), so
 * this takes constant time and no allocation. The median comes from counters for ranges of time. */
#ifndef WS_TRACK_RTT_H
#define WS_TRACK_RTT_H

#include "track/sequence.h"

#include <wirestate/track.h>

/* Ranges are a third of a power of two wide, from 4 microseconds to 11 seconds: a median is right within 13 %. */
enum { WS_RTT_RANGES = 64 };

enum { WS_RTT_FEW = 7 };

/* How many round trips are in each range; all are halved when one of them is full. */
struct ws_rtt_counters {
	uint8_t range[WS_RTT_RANGES];
};

/* The rest of what is known of an endpoint's round trips. Zeroed memory is a valid start. While they are in few ranges,
 * as in short connections, the counters are here, and later elsewhere. */
struct ws_rtt {
	ws_time least, most; /* valid with a count */
	uint32_t count;      /* round trips that were measured */
	uint8_t ranges;      /* how many of these are used */
	bool many;           /* the counters are elsewhere */
	struct {
		uint8_t range, count;
	} few[WS_RTT_FEW];
};

/* The segment of an endpoint that is timed. */
struct ws_rtt_timer {
	ws_time sent;
	uint32_t end; /* the acknowledgment number that ends it */
	bool runs;
	bool window_known;     /* it has sent a segment whose window is scaled */
	uint16_t window_below; /* 65535 minus the smallest window field of those */
};

/* A segment of endpoint s->direction was captured, with these marks. Returns the round trip of its receiver that it
 * ends, or -1. */
static inline ws_time ws_rtt_note(struct ws_rtt_timer *sender, struct ws_rtt_timer *receiver,
                                  const struct ws_segment *s, uint32_t analysis)
{
	const uint32_t lost = 1u << WS_ANALYSIS_LOST_SEGMENT;
	const uint32_t again = 1u << WS_ANALYSIS_RETRANSMISSION | 1u << WS_ANALYSIS_OUT_OF_ORDER |
	                       1u << WS_ANALYSIS_KEEP_ALIVE | 1u << WS_ANALYSIS_ZERO_WINDOW_PROBE;
	const bool controls = s->flags & (WS_TCP_SYN | WS_TCP_FIN), reset = s->flags & WS_TCP_RST;
	ws_time measured = -1;
	if (receiver->runs && s->flags & WS_TCP_ACK && !ws_seq_before(s->acknowledgment, receiver->end)) {
		receiver->runs = false;
		if (!reset && s->time >= receiver->sent)
			measured = s->time - receiver->sent;
	}
	if (s->length || controls) {
		if (analysis & again) {
			sender->runs = false;
		} else if ((!sender->runs || analysis & lost) && !reset) {
			/* Before a gap in the capture, the ACK of the one that is timed may not have been captured either. */
			sender->runs = true;
			sender->sent = s->time;
			sender->end = s->sequence + s->length + !!(s->flags & WS_TCP_SYN) + !!(s->flags & WS_TCP_FIN);
		}
	}
	if (!(s->flags & (WS_TCP_SYN | WS_TCP_RST))) {
		const uint16_t below = (uint16_t)(UINT16_MAX - s->window);
		if (below > sender->window_below)
			sender->window_below = below;
		sender->window_known = true;
	}
	return measured;
}

/* Counts this round trip, unless it needs counters elsewhere: then it returns false and has done nothing. */
bool ws_rtt_add_here(struct ws_rtt *rtt, ws_time time) WS_CHECKED;
/* `counters` is zeroed memory when they are first needed, and from then on the same; NULL: there are none, and the
 * round trip does not count for the median. */
void ws_rtt_add(struct ws_rtt *rtt, struct ws_rtt_counters *counters, ws_time time);
/* -1: nothing was measured. */
ws_time ws_rtt_median(const struct ws_rtt *rtt, const struct ws_rtt_counters *counters);

#endif
