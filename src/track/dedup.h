/* Finds packets that were captured twice: on two interfaces of a router with `any`, on a trunk before and after
 * routing, or by a mirror port that copies a packet where it enters and where it leaves. */
#ifndef WS_TRACK_DEDUP_H
#define WS_TRACK_DEDUP_H

#include "track/conn.h"

#define WS_DEDUP_PLACES 2048

struct ws_sighting {
	uint64_t signature; /* of what tells segments apart */
	ws_time time;
	uint32_t link_id; /* interface and VLAN */
	uint16_t identification, checksum;
	uint8_t copies; /* how often it was captured, the first time included */
};

struct ws_dedup {
	struct ws_sighting seen[WS_DEDUP_PLACES]; /* by signature; two fill a cache line */
	uint8_t most_copies;                      /* the largest number of copies of one packet so far */
};

/* Returns true when this segment of the connection was captured a moment ago; otherwise remembers it. `link_id` tells
 * interfaces and VLANs apart, and `checksum` is the value of the segment's checksum field. It must be called before the
 * segment is counted and analysed in `conn`. */
bool ws_dedup_seen(struct ws_dedup *dedup, const struct ws_segment *segment, uint16_t checksum,
                   const struct ws_conn *conn, uint32_t link_id);

#endif
