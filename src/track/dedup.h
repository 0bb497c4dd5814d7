/* Finds packets that were captured twice: on two interfaces of a router with `any`, or on a trunk before and after
 * routing. */
#ifndef WS_TRACK_TWICE_H
#define WS_TRACK_TWICE_H

#include <wirestate/track.h>

#define WS_DEDUP_PLACES 2048

struct ws_sighting {
	ws_time time;
	uint32_t link_id; /* interface and VLAN */
	uint16_t identification;
};

struct ws_dedup {
	uint64_t signature[WS_DEDUP_PLACES]; /* apart from `seen`, because mostly nothing else is read */
	struct ws_sighting seen[WS_DEDUP_PLACES];
};

/* Returns true when this segment of `conn_number` was captured a moment ago; otherwise remembers it. `link_id` tells
 * interfaces and VLANs apart. On the same link the limit is 10 ms, and the IPv4 identification must be the same and not
 * 0, because a retransmission has another one. On another link the limit is 2 ms. */
bool ws_dedup_seen(struct ws_dedup *dedup, const struct ws_segment *segment, uint64_t conn_number, uint32_t link_id);

#endif
