/* The wire: packets in the air between the two hosts. */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "lab/hosts.h"

enum { LAB_FRAME_BYTES = 1600, LAB_FRAMES = 4096 /* in the air at most; more are lost */ };

/* A packet that has left its host. */
struct lab_frame {
	uint64_t number; /* counts from 1, in the order in which packets left their hosts */
	ws_time left;    /* CLOCK_REALTIME */
	ws_time due;     /* when it is delivered; WS_TIME_NEVER: held */
	uint8_t from;    /* enum lab_side */
	bool after_next; /* it waits until the next one of its direction has been delivered */
	bool copy;       /* of one that has been delivered already */
	uint16_t length; /* bytes */
	uint8_t data[LAB_FRAME_BYTES];
};

/* What the wire does with a packet that has left. */
struct lab_fate {
	bool dropped;
	const struct lab_rule *rule; /* the one that decided, or NULL */
};

struct lab_wire {
	const struct lab_scenario *scenario;
	struct lab_frame last;             /* the last one that left */
	struct lab_frame *air[LAB_FRAMES]; /* owned; in no order */
	size_t count;
	uint64_t number;                          /* of the last packet that left */
	uint64_t seen[LAB_SIDES][LAB_KIND_COUNT]; /* packets of each kind so far */
	ws_time delay;
	double loss;
	uint64_t chance; /* state of the generator */
};

/* `delay` is for each packet, `loss` the share of 1 that is dropped by chance. */
void lab_wire_begin(struct lab_wire *wire, const struct lab_scenario *scenario, ws_time delay, double loss,
                    uint64_t seed);
void lab_wire_free(struct lab_wire *wire);

/* Takes what has left a host. NULL: it is not of IPv4, which alone is carried. Else the packet, valid until the next
 * call; it is in the air, unless `fate` says that it has been dropped. */
const struct lab_frame *lab_wire_take(struct lab_wire *wire, enum lab_side from, const uint8_t *data, size_t length,
                                      ws_time time, struct lab_fate *fate);
/* The TCP connection of a packet, as its sender sees it. False: it is none. */
bool lab_frame_connection(const struct lab_frame *frame, struct lab_connection *connection);
/* The packet that is due first, if it is due at `now`; NULL: none is. It is no longer in the air, and the caller's to
 * free. */
struct lab_frame *lab_wire_due(struct lab_wire *wire, ws_time now);
/* When the next packet is due; WS_TIME_NEVER: none is. */
ws_time lab_wire_next(const struct lab_wire *wire);

#endif
