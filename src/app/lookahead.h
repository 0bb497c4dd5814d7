/* The pending packet: one packet that is decoded but not yet tracked, so that its connection can be fetched from memory
 * while the next frame is decoded. With many connections that wait for memory is what tracking costs most. */
#ifndef APP_LOOKAHEAD_H
#define APP_LOOKAHEAD_H

#include <wirestate/capture.h>
#include <wirestate/gist.h>
#include <wirestate/packet.h>
#include <wirestate/track.h>

struct pending_packet {
	struct ws_frame frame; /* its bytes are valid only until the capture delivers the next frame */
	uint8_t mac[2][6];     /* copies of the packet's MAC addresses, which otherwise point into the frame's bytes */
	struct ws_packet packet;
};

struct lookahead {
	struct pending_packet slots[2]; /* the newest packet, and the pending one before it */
	struct pending_packet *pending; /* one of the slots, or NULL */
};

/* The slot for the next packet: the one that the pending packet does not take. */
static inline struct pending_packet *lookahead_slot(struct lookahead *lookahead)
{
	return &lookahead->slots[lookahead->pending == &lookahead->slots[0]];
}

/* Copies the packet's MAC addresses into its slot. Afterwards it may be used without its frame's bytes. */
void lookahead_keep_addresses(struct pending_packet *slot);

/* Makes the packet in a slot the pending one and begins to load its connection. Afterwards it may be used without its
 * frame's bytes. */
void lookahead_defer(struct lookahead *lookahead, struct pending_packet *slot, const struct ws_tracker *tracker);

/* The pending packet, which is pending no longer; NULL when there is none. */
static inline struct pending_packet *lookahead_release(struct lookahead *lookahead)
{
	struct pending_packet *pending = lookahead->pending;
	lookahead->pending = NULL;
	return pending;
}

#endif
