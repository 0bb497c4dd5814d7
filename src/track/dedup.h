/* The same packet seen twice: on both interfaces of a router captured with `any`, or on a trunk before and after
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
	uint64_t signature[WS_DEDUP_PLACES]; /* by themselves: nearly always nothing else is read */
	struct ws_sighting seen[WS_DEDUP_PLACES];
};

/* True when this segment of `conn_number` was seen a moment ago; otherwise remembers it. `link_id` tells interfaces and
 * VLANs apart. Same link: within 10 ms with the same IPv4 identification other than 0 (a retransmission has another);
 * another link: within 2 ms. */
bool ws_dedup_seen(struct ws_dedup *dedup, const struct ws_segment *segment, uint64_t conn_number, uint32_t link_id);

#endif
