/* IP reassembly, as much as the transport header and the payload's length need. Everything is bounded: datagrams,
 * bytes, and how long a datagram may wait. Of bytes that arrive twice the first copy is kept. */
#ifndef WS_TRACK_FRAGMENTS_H
#define WS_TRACK_FRAGMENTS_H

#include <wirestate/packet.h>
#include <wirestate/types.h>

#define WS_FRAGMENTS_DATAGRAMS 256
#define WS_FRAGMENTS_TIMEOUT (30 * WS_SECOND)
#define WS_FRAGMENTS_BUDGET (4u << 20) /* a budget that suits: bytes of unfinished datagrams */

struct ws_fragments_stats {
	uint64_t completed; /* datagrams put together */
	uint64_t overlaps;  /* fragments of which some bytes had arrived before */
	uint64_t expired;   /* datagrams given up after WS_FRAGMENTS_TIMEOUT */
	uint64_t evicted;   /* datagrams given up for room */
	uint64_t rejected;  /* fragments that cannot belong to any datagram, or for which there is no memory */
};

struct ws_datagram; /* private */

struct ws_fragments {
	struct ws_datagram *datagrams; /* WS_FRAGMENTS_DATAGRAMS of them; NULL until the first fragment */
	uint8_t hash_key[16];
	uint64_t hash[WS_FRAGMENTS_DATAGRAMS]; /* of each datagram's key; 0: that slot is free */
	size_t budget, used;                   /* bytes */
	struct ws_fragments_stats stats;
};

/* Allocates nothing. `budget`: bytes that unfinished datagrams may hold, at least 64 KiB is always granted. */
void ws_fragments_init(struct ws_fragments *fragments, const uint8_t hash_key[16], size_t budget);
void ws_fragments_free(struct ws_fragments *fragments);

/* `packet->fragment` must be set. It may be the first fragment, too, which is why no fragment's own transport header
 * should be believed before its datagram is complete. True when this fragment completes its datagram: its IP payload is
 * `*length` bytes long and the first `*captured` of them are at `*datagram`, valid until the next call;
 * packet->ip_protocol is then what the datagram's first fragment says (IPv6 may have more headers in there). `now`:
 * packet time. */
bool ws_fragments_add(struct ws_fragments *fragments, struct ws_packet *packet, ws_time now, const uint8_t **datagram,
                      uint32_t *captured, uint32_t *length) WS_CHECKED;

#endif
