/* ARP (RFC 826) binds in both of its operations: who asks says who it is, too. What RFC 5227 sends before an address is
 * in use, a probe with sender address 0.0.0.0, binds nothing; what it sends afterwards, an announcement, asks for the
 * sender's own address. A reply counts as gratuitous when nobody asked: no request for that address since the last
 * reply to one. */
#include "track/arp.h"

#include "base/reader.h"

#include <string.h>

/* The only form that is read: Ethernet and IPv4. Offsets from the header's start. */
enum {
	AT_OPERATION = 6,
	AT_SENDER_MAC = 8,
	AT_SENDER_IP = 14,
	AT_TARGET_IP = 24,
	ARP_LENGTH = 28,
};
static const uint8_t ethernet_ipv4[6] = {0, 1, 8, 0, 6, 4}; /* hardware and protocol types and lengths */
enum { OPERATION_REQUEST = 1, OPERATION_REPLY = 2 };

/* Every byte is set: the key is hashed and compared as bytes. */
struct arp_key {
	uint8_t ip[4];
	uint16_t vlan;
	uint16_t zero;
};

struct binding {
	struct arp_key key;
	uint8_t mac[6], previous_mac[6];
	bool bound;   /* `mac` is valid; an address that was only asked for has none */
	bool changed; /* `previous_mac` is valid */
	bool gratuitous;
	bool asked; /* a request for it awaits its reply */
	uint64_t requests, replies;
	ws_time first_time, last_time;
};

void ws_arp_init(struct ws_arp_table *table, const uint8_t hash_key[16])
{
	ws_lru_init(&table->bindings, hash_key, sizeof(struct binding), sizeof(struct arp_key),
	            (uint64_t)WS_ARP_BINDINGS * (sizeof(struct binding) + 24));
}

void ws_arp_free(struct ws_arp_table *table)
{
	ws_lru_free(&table->bindings);
}

static struct binding *binding_of(struct ws_arp_table *table, const uint8_t ip[4], uint16_t vlan, ws_time now)
{
	struct arp_key key = {.vlan = vlan};
	memcpy(key.ip, ip, sizeof(key.ip));
	bool created;
	struct binding *binding = ws_lru_get(&table->bindings, &key, &created);
	if (binding && created)
		binding->first_time = now;
	return binding;
}

static void fill(const struct binding *binding, struct ws_arp_binding *out)
{
	*out = (struct ws_arp_binding){
	        .ip.byte = {[10] = 0xff, [11] = 0xff},
	        .changed = binding->changed,
	        .gratuitous = binding->gratuitous,
	        .vlan = binding->key.vlan,
	        .requests = binding->requests,
	        .replies = binding->replies,
	        .first_time = binding->first_time,
	        .last_time = binding->last_time,
	};
	memcpy(out->ip.byte + 12, binding->key.ip, 4);
	memcpy(out->mac, binding->mac, 6);
	memcpy(out->previous_mac, binding->previous_mac, 6);
}

/* The sender's own words about itself. True when they are news. */
static bool bind(struct binding *binding, const uint8_t mac[6], bool gratuitous, ws_time now)
{
	bool moved = binding->bound && memcmp(binding->mac, mac, 6) != 0;
	bool news = moved || !binding->bound;
	if (moved)
		memcpy(binding->previous_mac, binding->mac, 6);
	if (news) {
		memcpy(binding->mac, mac, 6);
		binding->changed = moved;
	}
	binding->bound = true;
	binding->gratuitous = gratuitous;
	binding->last_time = now;
	return news;
}

static const uint8_t *find_arp(const struct ws_packet *packet)
{
	struct ws_reader frame = {packet->frame->data, packet->frame->captured};
	for (unsigned i = 0; i < packet->layer_count; i++) {
		if (packet->layer[i].header != WS_HEADER_ARP)
			continue;
		const uint8_t *arp = ws_reader_span(&frame, packet->layer[i].offset, ARP_LENGTH);
		return arp && memcmp(arp, ethernet_ipv4, sizeof(ethernet_ipv4)) == 0 ? arp : NULL;
	}
	return NULL;
}

bool ws_arp_update(struct ws_arp_table *table, const struct ws_packet *packet, ws_time now,
                   struct ws_arp_binding *event)
{
	const uint8_t *arp = find_arp(packet);
	if (!arp)
		return false;
	uint16_t operation = ws_load16(arp + AT_OPERATION);
	if (operation != OPERATION_REQUEST && operation != OPERATION_REPLY)
		return false;
	const uint8_t *sender = arp + AT_SENDER_IP, *target = arp + AT_TARGET_IP;
	static const uint8_t nobody[4];
	bool probe = memcmp(sender, nobody, 4) == 0, own = memcmp(sender, target, 4) == 0;
	if (operation == OPERATION_REQUEST && !own) {
		struct binding *asked = binding_of(table, target, packet->vlan, now);
		if (asked) {
			asked->requests++;
			asked->asked = true;
			asked->last_time = now;
		}
	}
	struct binding *self = probe ? NULL : binding_of(table, sender, packet->vlan, now);
	if (!self)
		return false;
	bool gratuitous = own || (operation == OPERATION_REPLY && !self->asked);
	if (operation == OPERATION_REPLY) {
		self->replies++;
		self->asked = false;
	} else if (own) {
		self->requests++;
	}
	if (!bind(self, arp + AT_SENDER_MAC, gratuitous, now))
		return false;
	fill(self, event);
	return true;
}

size_t ws_arp_count(const struct ws_arp_table *table)
{
	return table->bindings.count;
}

bool ws_arp_at(const struct ws_arp_table *table, size_t index, struct ws_arp_binding *out)
{
	const struct binding *binding = ws_lru_at(&table->bindings, index);
	if (!binding)
		return false;
	fill(binding, out);
	return true;
}
