/* The stretches of time that a connection's shares (wirestate/shares.h) are made of: from which packet to which one, and
 * what kept the connection from going on. They follow each other without a gap and add up to the shares. Of a connection
 * that several points captured, each is of the point nearest to the endpoint that the time belongs to. */
#ifndef WIRESTATE_SPANS_H
#define WIRESTATE_SPANS_H

#include <wirestate/track.h>

struct ws_span {
	ws_time start, end;               /* end > start */
	uint64_t first_frame, last_frame; /* of the packets before it or at its start, and at its end or after it */
	uint32_t segments;                /* captured after first_frame, up to last_frame */
	uint32_t again;                   /* of these, retransmissions */
	uint8_t cause;                    /* enum ws_cause */
	uint8_t side;                     /* endpoint 0 or 1; 0 where the cause belongs to none */
	uint8_t point;                    /* of several points: whose frames these are */
};

/* False: stop. */
typedef bool ws_span_fn(void *context, const struct ws_span *span);

/* Calls `fn` for each stretch of a connection in the order of time. It goes through the connection's history, and takes
 * time in proportion to it. False: the history is not kept, or `fn` has stopped it. */
bool ws_tracker_spans(const struct ws_tracker *tracker, ws_conn_id id, ws_span_fn *fn, void *context);

/* Appends what happened: "the server's program sent nothing". `client` is an endpoint. */
void ws_span_words(struct ws_text *text, const struct ws_span *span, unsigned client);

#endif
