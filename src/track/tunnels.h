/* The tunnels that packets have come through, each once, with a number. Connections and conversations are told apart by
 * that number. Private to src/track. */
#ifndef WS_TRACK_TUNNELS_H
#define WS_TRACK_TUNNELS_H

#include <wirestate/track.h>

enum { WS_TUNNELS_MOST = 16384, WS_TUNNEL_OTHER = UINT16_MAX };
enum { WS_TUNNELS_PAIRED = 8 };

struct ws_tunnel_slot; /* see tunnels.c */

struct ws_tunnels {
	struct ws_tunnel_slot *slots; /* NULL: there were no tunnels yet */
	struct ws_tunnel_path **paths;
	unsigned count;
	const uint8_t *hash_key; /* 16 bytes, borrowed */
};

void ws_tunnels_free(struct ws_tunnels *tunnels);
uint64_t ws_tunnels_memory(const struct ws_tunnels *tunnels); /* bytes they take */

/* The number of the first `depth` tunnels around a packet; 0 for none, WS_TUNNEL_OTHER for one that does not fit into
 * the table. A tunnel is the same in both directions: its kind, its two ends, and its id where that is the same both
 * ways. */
uint16_t ws_tunnels_number(struct ws_tunnels *tunnels, const struct ws_packet *packet, unsigned depth);
/* NULL: none, or one that did not fit. */
const struct ws_tunnel_path *ws_tunnels_path(const struct ws_tunnels *tunnels, uint16_t number);
/* Both are known, and all that differs is an id that is the same in both directions otherwise. */
bool ws_tunnels_differ_in_id(const struct ws_tunnels *tunnels, uint16_t a, uint16_t b);
/* Notes that a connection in one tunnel has its way back in the other one. */
void ws_tunnels_pair(struct ws_tunnels *tunnels, uint16_t there, uint16_t back);
/* Of the tunnels with connections whose way back is in this one, the last WS_TUNNELS_PAIRED ones, newest first; 0: no more. */
uint16_t ws_tunnels_paired(const struct ws_tunnels *tunnels, uint16_t back, unsigned i);

#endif
