/* The MAC address of each IPv4 address, according to the latest ARP message. */
#ifndef WS_TRACK_ARP_H
#define WS_TRACK_ARP_H

#include "track/lru.h"

#include <wirestate/packet.h>
#include <wirestate/track.h>

/* The most entries; when there are more, the one that was not used for the longest time is dropped. */
#define WS_ARP_BINDINGS 16384
#define WS_ARP_ASKED 4096

struct ws_arp_table {
	struct ws_lru bindings;
	struct ws_lru asked; /* the targets of requests */
};

void ws_arp_init(struct ws_arp_table *table, const uint8_t hash_key[16]);
void ws_arp_free(struct ws_arp_table *table);

/* An ARP message with Ethernet and IPv4 addresses. The pointers point into the frame. */
struct ws_arp_message {
	bool request; /* false for a reply */
	const uint8_t *sender_mac, *sender_ip, *target_ip;
};
/* Returns false when the packet has no such request or reply. */
bool ws_arp_read(const struct ws_packet *packet, struct ws_arp_message *message) WS_CHECKED;

/* Call this for every packet with an ARP header; messages of other forms change nothing. Returns true when the sender's
 * binding is new or has changed; then `event` is that binding. Its `requests` and `replies` are those that the address
 * itself has sent. */
bool ws_arp_update(struct ws_arp_table *table, const struct ws_packet *packet, ws_time now,
                   struct ws_arp_binding *event) WS_CHECKED;

size_t ws_arp_count(const struct ws_arp_table *table);
bool ws_arp_at(const struct ws_arp_table *table, size_t index, struct ws_arp_binding *binding) WS_CHECKED;

#endif
