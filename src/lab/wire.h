/* The wire: packets in the air between the two hosts. */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "lab/hosts.h"

enum { LAB_FRAME_BYTES = 1600, LAB_FRAMES = 4096 /* in the air at most; more are lost */ };

/* A packet that has left its host. */
struct lab_frame {
	uint64_t number; /* counts from 1, in the order in which packets left their hosts */
	ws_time left;    /* CLOCK_REALTIME */
	ws_time due;     /* when it is delivered; held: its place in the order in which the scenario delivers */
	uint8_t from;    /* enum lab_side */
	bool held;       /* it waits for a command */
	bool lets_pass;  /* held: the next one of its direction is not */
	bool after_next; /* it waits until the next one of its direction has been delivered */
	bool copy;       /* of one that has been delivered already */
	ws_time later;   /* of a copy that waits for its original: how long after that it is delivered */
	uint16_t length; /* bytes */
	uint8_t data[LAB_FRAME_BYTES];
};

/* What the wire does with a packet that has left. */
struct lab_fate {
	bool dropped;
	bool full;                   /* dropped, because there is no room for it in the air */
	const struct lab_rule *rule; /* the one that decided, or NULL */
	uint64_t awaited;            /* it was sent again, and this one, which is held, acknowledges it */
	uint64_t again; /* it was sent again while this one, which has all of it, is held: it is not in the air */
};

/* The end of what a side has sent on a connection. */
struct lab_sent {
	struct lab_connection connection; /* as that side sees it; local_port 0: unused */
	uint32_t end;
};

struct lab_wire {
	const struct lab_scenario *scenario;
	struct lab_frame last;             /* the last one that left */
	struct lab_frame *air[LAB_FRAMES]; /* owned; in no order */
	size_t count;
	uint64_t number;                          /* of the last packet that left */
	uint64_t seen[LAB_SIDES][LAB_KIND_COUNT]; /* packets of each kind so far */
	struct lab_sent sent[64];                 /* of the latest connections */
	size_t next_sent;                         /* the place that the next one takes */
	ws_time delay;
	double loss;
	uint64_t chance;             /* state of the generator */
	bool holding;                /* packets that leave now are held */
	const struct lab_rule *keep; /* so is the one that this names, of which `act` does not count; or NULL */
};

/* `delay` is for each packet, `loss` the share of 1 that is dropped by chance. */
void lab_wire_begin(struct lab_wire *wire, const struct lab_scenario *scenario, ws_time delay, double loss,
                    uint64_t seed);
void lab_wire_free(struct lab_wire *wire);

/* A call may cause a packet like this: it is no bare ACK, SYN-ACK or ICMP error, which kernels send by themselves. */
bool lab_wire_may_be_caused(const uint8_t *data, size_t length);

/* Takes what has left a host. NULL: it is not of IPv4, which alone is carried, or fate->again or fate->awaited. Else
 * the packet, valid until the next call; it is in the air, unless `fate` says that it has been dropped.
 *
 * A kernel does not know that a segment, or the acknowledgment of it, is held, and sends it again and again. Such a
 * copy is counted only: it has nothing new for the receiver. */
const struct lab_frame *lab_wire_take(struct lab_wire *wire, enum lab_side from, const uint8_t *data, size_t length,
                                      ws_time time, struct lab_fate *fate);
/* The TCP connection of a packet, as its sender sees it. False: it is none. */
bool lab_frame_connection(const struct lab_frame *frame, struct lab_connection *connection);
/* The packet that is due first, if it is due at `now`; NULL: none is. It is no longer in the air, and the caller's to
 * free. */
struct lab_frame *lab_wire_due(struct lab_wire *wire, ws_time now);
/* When the next packet is due; WS_TIME_NEVER: none is. */
ws_time lab_wire_next(const struct lab_wire *wire);

/* ---- Packets that are held. Those that are returned stay in the air, and the wire's. */

/* The one with that number; with 0, the one that the scenario delivers next. NULL: it is not held. */
struct lab_frame *lab_wire_held(const struct lab_wire *wire, uint64_t number);
/* The first of its direction that left after it; NULL: there is none. */
struct lab_frame *lab_wire_follower(const struct lab_wire *wire, const struct lab_frame *frame);
/* It is delivered at `due`. */
void lab_wire_release(struct lab_frame *frame, ws_time due);
/* A copy of it is delivered at `due`. False: there are too many packets in the air. */
bool lab_wire_copy(struct lab_wire *wire, const struct lab_frame *frame, ws_time due) WS_CHECKED;
/* It is lost at `time`, and freed. */
void lab_wire_drop(struct lab_wire *wire, struct lab_frame *frame, ws_time time);

#endif
