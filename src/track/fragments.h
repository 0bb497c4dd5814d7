/* IP reassembly, as far as the transport header and the payload's length need it. The number of datagrams, their bytes
 * and the time they may wait are bounded. Of bytes that are received twice the first copy is kept. */
#ifndef WS_TRACK_FRAGMENTS_H
#define WS_TRACK_FRAGMENTS_H

#include <wirestate/packet.h>
#include <wirestate/types.h>

#define WS_FRAGMENTS_DATAGRAMS 256
#define WS_FRAGMENTS_TIMEOUT (30 * WS_SECOND)
#define WS_FRAGMENTS_BUDGET (4u << 20) /* a suitable budget: bytes of incomplete datagrams */

struct ws_fragments_stats {
	uint64_t completed; /* reassembled datagrams */
	uint64_t overlaps;  /* fragments with bytes that were received before */
	uint64_t expired;   /* datagrams given up after WS_FRAGMENTS_TIMEOUT */
	uint64_t evicted;   /* datagrams given up to free memory */
	uint64_t rejected;  /* invalid fragments, and fragments for which there was no memory */
};

struct ws_datagram; /* private */

struct ws_fragments {
	struct ws_datagram *datagrams; /* WS_FRAGMENTS_DATAGRAMS of them; NULL until the first fragment */
	uint8_t hash_key[16];
	uint64_t hash[WS_FRAGMENTS_DATAGRAMS]; /* of each datagram's key; 0: the slot is free */
	size_t budget, used;                   /* bytes */
	struct ws_fragments_stats stats;
};

/* Allocates nothing. `budget` is how many bytes incomplete datagrams may hold; it is raised to at least 64 KiB. */
void ws_fragments_init(struct ws_fragments *fragments, const uint8_t hash_key[16], size_t budget);
void ws_fragments_free(struct ws_fragments *fragments);

/* `packet->fragment` must be set. A first fragment has a transport header, but it should not be used before the
 * datagram is complete. Returns true when this fragment completes its datagram. Then the IP payload is `*length` bytes
 * long, and the first `*captured` of them are at `*datagram`, valid until the next call; packet->ip_protocol is the one
 * that the first fragment gives (in IPv6 there may be more headers in it). `now` is in packet time. */
bool ws_fragments_add(struct ws_fragments *fragments, struct ws_packet *packet, ws_time now, const uint8_t **datagram,
                      uint32_t *captured, uint32_t *length) WS_CHECKED;

#endif
