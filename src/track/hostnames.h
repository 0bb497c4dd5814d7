/* Names of hosts: what DNS answers in the capture, the capture file and /etc/hosts say of addresses, and what clients
 * of TLS and HTTP say of their servers. Nothing is asked of the network. The memory is bounded; when it is used up, no
 * more names are taken in. */
#ifndef WS_TRACK_HOSTNAMES_H
#define WS_TRACK_HOSTNAMES_H

#include "track/conn.h"

#include <wirestate/names.h>

struct ws_named_address {
	struct ws_addr address;
	uint32_t name;      /* 0: the slot is empty */
	uint8_t ip_version; /* 4 or 6 */
	uint8_t source;     /* enum ws_name_source */
};

/* The beginning of a greeting whose end is still to come. */
struct ws_greeting_wait;

/* A name is a number, its place in `bytes`; 0 is none. Equal names have the same number. */
struct ws_hostnames {
	bool on, requests; /* whether any request of HTTP is kept */
	uint8_t key[16];
	struct ws_flow_key address_key;
	uint32_t limit; /* bytes of each of the three */
	char *bytes;
	uint32_t used, capacity;
	uint32_t *strings; /* by the hash of the name */
	uint32_t string_slots, string_count;
	struct ws_named_address *addresses; /* by the hash of the address */
	uint32_t address_slots, address_count;
	struct ws_greeting_wait *waits; /* NULL until one is needed */
	unsigned waiting, next_wait;
};

void ws_hostnames_init(struct ws_hostnames *names, const uint8_t key[16], bool on, uint64_t max_memory);
void ws_hostnames_free(struct ws_hostnames *names);

/* The latest name of an address counts, but what is said on the wire counts more than what a file says. */
void ws_hostnames_add(struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version, const char *name,
                      enum ws_name_source source);
/* The name of an address, as of now; 0: none. */
uint32_t ws_hostnames_find(const struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version,
                           uint8_t *source);
/* NULL for 0. Valid until the next name is taken in. */
const char *ws_hostnames_text(const struct ws_hostnames *names, uint32_t name);

/* Prefetches what ws_hostnames_find() reads. */
void ws_hostnames_prefetch(const struct ws_hostnames *names, const struct ws_addr *address, unsigned ip_version);
/* A connection begins: it keeps the names that its addresses have now. */
void ws_hostnames_begin(struct ws_hostnames *names, struct ws_conn *conn);
/* A segment with packet->may_name set. */
void ws_hostnames_segment(struct ws_hostnames *names, struct ws_conn *conn, const struct ws_packet *packet,
                          const struct ws_segment *segment);
/* A datagram with packet->may_name set. */
void ws_hostnames_datagram(struct ws_hostnames *names, const struct ws_packet *packet);
/* A segment of this flow may go on with a greeting, so its bytes are needed. */
bool ws_hostnames_wait(const struct ws_hostnames *names, uint32_t flow);

#endif
