/* ARP requests with the replies to them. */
#ifndef WS_TRACK_ARP_EXCHANGE_H
#define WS_TRACK_ARP_EXCHANGE_H

#include "track/arp.h"
#include "track/log.h"

#include <wirestate/details.h>

#define WS_ARP_EXCHANGES 16384
#define WS_ARP_WAITING 4096

struct ws_arp_exchanges {
	struct ws_log log;
	struct ws_lru waiting; /* the number of the exchange for (sender, target) of a request */
};

/* Allocates nothing. With `memory` 0 nothing is kept. */
void ws_arp_exchanges_init(struct ws_arp_exchanges *exchanges, const uint8_t hash_key[16], uint64_t memory);
void ws_arp_exchanges_free(struct ws_arp_exchanges *exchanges);

uint64_t ws_arp_exchanges_memory(const struct ws_arp_exchanges *exchanges); /* bytes it takes */

/* Call this for every ARP message that ws_arp_read() accepts. `moved` says that it changed a binding. */
void ws_arp_exchanges_note(struct ws_arp_exchanges *exchanges, const struct ws_packet *packet,
                           const struct ws_arp_message *message, bool moved);

#endif
