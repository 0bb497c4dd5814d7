/* Round trips of a connection: from a segment of an endpoint to the acknowledgment that covers it, as they were
 * captured. One segment of each endpoint is timed at a time, and none that was sent twice (RFC 6298, Karn's rule), so
 * this takes constant time and no allocation. The median comes from counters for ranges of time. */
#ifndef WS_TRACK_RTT_H
#define WS_TRACK_RTT_H

#include <wirestate/track.h>

/* Ranges are a third of a power of two wide, from 4 microseconds to 11 seconds: a median is right within 13 %. */
enum { WS_RTT_RANGES = 64 };

/* The rest of what is known of an endpoint's round trips. Zeroed memory is a valid start. */
struct ws_rtt {
	ws_time least, most;          /* valid with a count */
	uint32_t count;               /* round trips that were measured */
	uint8_t range[WS_RTT_RANGES]; /* how many in each; all are halved when one of them is full */
};

/* The segment of an endpoint that is timed. */
struct ws_rtt_timer {
	ws_time sent;
	uint32_t end; /* the acknowledgment number that ends it */
	bool runs;
	bool window_known;     /* it has sent a segment whose window is scaled */
	uint16_t window_below; /* 65535 minus the smallest window field of those */
};

/* A segment of endpoint s->direction was captured, with these marks. */
void ws_rtt_note(struct ws_rtt rtt[2], struct ws_rtt_timer *sender, struct ws_rtt_timer *receiver,
                 const struct ws_segment *s, uint32_t analysis);
/* -1: nothing was measured. */
ws_time ws_rtt_median(const struct ws_rtt *rtt);

#endif
