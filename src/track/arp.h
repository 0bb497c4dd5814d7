/* Which MAC address each IPv4 address was last seen to have, as ARP told it. */
#ifndef WS_TRACK_ARP_H
#define WS_TRACK_ARP_H

#include "track/lru.h"

#include <wirestate/packet.h>
#include <wirestate/track.h>

/* Ceilings: what was not heard of for the longest makes room. */
#define WS_ARP_BINDINGS 16384
#define WS_ARP_ASKED 4096

struct ws_arp_table {
	struct ws_lru bindings;
	struct ws_lru asked; /* addresses that requests asked for */
};

void ws_arp_init(struct ws_arp_table *table, const uint8_t hash_key[16]);
void ws_arp_free(struct ws_arp_table *table);

/* A message of Ethernet and IPv4, the only form that is read. The addresses point into the frame. */
struct ws_arp_message {
	bool request; /* else a reply */
	const uint8_t *sender_mac, *sender_ip, *target_ip;
};
/* False when the packet holds no such request or reply. */
bool ws_arp_read(const struct ws_packet *packet, struct ws_arp_message *message) WS_CHECKED;

/* For every packet whose layers hold an ARP header; others, and forms other than Ethernet and IPv4, change nothing.
 * True when the sender's binding was learnt or has changed: `event` is that binding then. Its `requests` and `replies`
 * are those that the address has sent itself. */
bool ws_arp_update(struct ws_arp_table *table, const struct ws_packet *packet, ws_time now,
                   struct ws_arp_binding *event) WS_CHECKED;

size_t ws_arp_count(const struct ws_arp_table *table);
bool ws_arp_at(const struct ws_arp_table *table, size_t index, struct ws_arp_binding *binding) WS_CHECKED;

#endif
