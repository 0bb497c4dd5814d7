/* The MAC addresses in frames from and to IP addresses: an address's own, or that of the router on the way. */
#ifndef WS_TRACK_HOPS_H
#define WS_TRACK_HOPS_H

#include <wirestate/details.h>
#include <wirestate/gist.h>

#define WS_HOPS 16384 /* addresses that are kept: those that were used last */

struct ws_hops; /* opaque */

/* NULL: there is no memory. All functions accept NULL, and then keep nothing. */
struct ws_hops *ws_hops_create(const uint8_t hash_key[16]) WS_CHECKED;
void ws_hops_free(struct ws_hops *hops);

/* Call this for the first packet of a connection or conversation. */
void ws_hops_note(struct ws_hops *hops, const struct ws_packet *packet);
void ws_hops_note_gist(struct ws_hops *hops, const struct ws_gist *gist);

uint64_t ws_hops_memory(struct ws_hops *hops); /* bytes it takes */
size_t ws_hops_count(struct ws_hops *hops);
bool ws_hops_at(struct ws_hops *hops, size_t index, struct ws_hop *hop) WS_CHECKED;

#endif
