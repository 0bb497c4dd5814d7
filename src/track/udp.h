/* UDP conversations, with their traffic and the ICMP errors about them. */
#ifndef WS_TRACK_UDP_H
#define WS_TRACK_UDP_H

#include "track/flow_hash.h"
#include "track/log.h"
#include "track/lru.h"

#include <wirestate/details.h>
#include <wirestate/gist.h>
#include <wirestate/packet.h>
#include <wirestate/track.h>

#define WS_DATAGRAMS (UINT64_C(1) << 18)

struct ws_udp_table {
	struct ws_lru conversations; /* `.evicted` counts those given up to free memory */
	uint64_t seen;               /* how many there were, which is the number of the newest */
	struct ws_log datagrams;     /* struct ws_datagram_info */
	struct ws_flow_key flow_key;
};

/* Allocates nothing. `max_memory` is how many bytes the conversations may take. */
void ws_udp_init(struct ws_udp_table *table, const uint8_t hash_key[16], uint64_t max_memory);
/* Also keeps the newest datagrams, in at most `memory` bytes. */
void ws_udp_keep_datagrams(struct ws_udp_table *table, uint64_t memory);
void ws_udp_free(struct ws_udp_table *table);

/* The conversation of a datagram. */
struct ws_udp_place {
	uint64_t index, number; /* for ws_udp_at(), valid when it has begun; 0: there is no memory */
	unsigned direction;     /* the index of the sender */
};
/* The hash of a datagram that is in no tunnel, never 0. `key`: a copy of the table's, which is not beside what changes. */
uint32_t ws_udp_hash(const struct ws_flow_key *key, const struct ws_packet *packet);
/* Call this for every datagram, in order: one that a packet ends with, or one that carries a tunnel to it. `tunnel`: the
 * one that it is in itself, see tunnels.h. Its hash may be 0: it has not been hashed. Returns true when a conversation has
 * begun. */
bool ws_udp_packet(struct ws_udp_table *table, const struct ws_gist *datagram, uint16_t tunnel, bool fragment,
                   ws_time now, struct ws_udp_place *place) WS_CHECKED;

/* Counts an ICMP error (packet->quote.present) for the conversation that it quotes, if that is known. */
void ws_udp_unreachable(struct ws_udp_table *table, const struct ws_packet *packet, uint16_t tunnel, ws_time now);

uint64_t ws_udp_memory(const struct ws_udp_table *table); /* bytes it takes */
size_t ws_udp_count(const struct ws_udp_table *table);    /* conversations kept */
/* `*tunnel` is the number of the tunnel that it is in. */
bool ws_udp_at(const struct ws_udp_table *table, size_t index, struct ws_udp_info *info, uint16_t *tunnel) WS_CHECKED;

#endif
