/* Puts the lines of one stream back into order. A server numbers each delivery. Where a delivery is lost on its way, its
 * number is missing, and the line comes again later, so what came after the gap is kept back until then.
 *
 * An item is whatever the caller hands over; it stays the caller's. Not for several threads at once. */
#ifndef RELAY_ORDER_H
#define RELAY_ORDER_H

#include <wirestate/types.h>

enum { ORDER_MOST = 8192 }; /* items that are kept back; more are let go in the order in which they came */

struct relay_item {
	uint64_t position; /* in the stream */
	uint64_t delivery; /* the delivery's number */
	bool again;        /* it has been delivered before */
	int64_t time;      /* nanoseconds since 1970, when the server stored it */
	void *what;
};

struct relay_order {
	struct relay_item item[ORDER_MOST]; /* a ring, ordered by position */
	size_t first, count;
	uint64_t delivery; /* the last one's number; 0: none yet */
	uint64_t taken;    /* the position of the last item that was taken */
	uint64_t missing;  /* deliveries that were lost and have not come again */
	ws_time since;     /* when the first of them was missed */
};

/* There is room, which relay_order_full() says. `now` is of a clock that never steps. */
void relay_order_put(struct relay_order *order, const struct relay_item *item, ws_time now);
bool relay_order_full(const struct relay_order *order);
/* The next item in order. NULL: there is none, or one before it is missing, for at most `patience`. The item stays
 * valid until the next call of either function. */
const struct relay_item *relay_order_peek(struct relay_order *order, ws_time now, ws_time patience);
void relay_order_take(struct relay_order *order);

#endif
