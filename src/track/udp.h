/* UDP conversations: who talked to whom, how much, and what ICMP said about it. */
#ifndef WS_TRACK_UDP_H
#define WS_TRACK_UDP_H

#include "track/log.h"
#include "track/lru.h"

#include <wirestate/packet.h>
#include <wirestate/track.h>

#define WS_DATAGRAMS (UINT64_C(1) << 18)

struct ws_udp_table {
	struct ws_lru conversations; /* .evicted: given up for memory */
	uint64_t seen;               /* conversations ever begun; the number of the newest */
	struct ws_log datagrams;     /* struct ws_datagram_info */
};

/* `max_memory`: bytes that the conversations may take. Allocates nothing. */
void ws_udp_init(struct ws_udp_table *table, const uint8_t hash_key[16], uint64_t max_memory);
/* Keeps the newest datagrams, too, in so many bytes. */
void ws_udp_keep_datagrams(struct ws_udp_table *table, uint64_t memory);
void ws_udp_free(struct ws_udp_table *table);

/* For every packet with packet->transport == WS_TRANSPORT_UDP, in order. True when a conversation began: `*index` is
 * its index for ws_udp_at(). */
bool ws_udp_packet(struct ws_udp_table *table, const struct ws_packet *packet, ws_time now, uint64_t *index) WS_CHECKED;

/* For an ICMP error (packet->quote.present): counts it with the conversation it quotes, if that is known. */
void ws_udp_unreachable(struct ws_udp_table *table, const struct ws_packet *packet, ws_time now);

uint64_t ws_udp_memory(const struct ws_udp_table *table); /* bytes it takes */
size_t ws_udp_count(const struct ws_udp_table *table);    /* conversations kept */
bool ws_udp_at(const struct ws_udp_table *table, size_t index, struct ws_udp_info *info) WS_CHECKED;

#endif
