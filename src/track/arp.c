/* Requests and replies of ARP (RFC 826) both bind their sender's address to its MAC. A probe (RFC 5227), which is sent
 * before an address is used, has the sender address 0.0.0.0 and binds nothing. An announcement, which is sent
 * afterwards, is a request for the sender's own address. A reply is gratuitous when no request for its address has been
 * seen since the last reply. */
#include "track/arp.h"

#include "base/reader.h"

#include <string.h>

/* Only messages with Ethernet and IPv4 addresses are read. These are offsets from the header's start. */
enum {
	AT_OPERATION = 6,
	AT_SENDER_MAC = 8,
	AT_SENDER_IP = 14,
	AT_TARGET_IP = 24,
	ARP_LENGTH = 28,
};
static const uint8_t ethernet_ipv4[6] = {0, 1, 8, 0, 6, 4}; /* hardware and protocol types and lengths */
enum { OPERATION_REQUEST = 1, OPERATION_REPLY = 2 };

/* Every byte must be set, because the key is hashed and compared as bytes. */
struct arp_key {
	uint8_t ip[4];
	uint16_t vlan;
	uint16_t zero;
};

struct binding {
	struct arp_key key;
	uint8_t mac[6], previous_mac[6];
	bool changed; /* `previous_mac` is valid */
	bool gratuitous;
	uint32_t changes;
	uint64_t requests, replies; /* sent by this address */
	ws_time first_time, last_time;
};

struct asked {
	struct arp_key key;
	bool pending; /* awaits a reply */
};

void ws_arp_init(struct ws_arp_table *table, const uint8_t hash_key[16])
{
	ws_lru_init(&table->bindings, hash_key, sizeof(struct binding), sizeof(struct arp_key),
	            WS_LRU_MEMORY(WS_ARP_BINDINGS, sizeof(struct binding)));
	ws_lru_init(&table->asked, hash_key, sizeof(struct asked), sizeof(struct arp_key),
	            WS_LRU_MEMORY(WS_ARP_ASKED, sizeof(struct asked)));
}

void ws_arp_free(struct ws_arp_table *table)
{
	ws_lru_free(&table->bindings);
	ws_lru_free(&table->asked);
}

static struct arp_key make_key(const uint8_t ip[4], uint16_t vlan)
{
	struct arp_key key = {.vlan = vlan};
	memcpy(key.ip, ip, sizeof(key.ip));
	return key;
}

static void binding_fill(const struct binding *binding, struct ws_arp_binding *out)
{
	*out = (struct ws_arp_binding){
	        .ip.byte = {[10] = 0xff, [11] = 0xff},
	        .changed = binding->changed,
	        .gratuitous = binding->gratuitous,
	        .vlan = binding->key.vlan,
	        .requests = binding->requests,
	        .replies = binding->replies,
	        .changes = binding->changes,
	        .first_time = binding->first_time,
	        .last_time = binding->last_time,
	};
	memcpy(out->ip.byte + 12, binding->key.ip, 4);
	memcpy(out->mac, binding->mac, 6);
	memcpy(out->previous_mac, binding->previous_mac, 6);
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

/* Returns whether a reply from this address answers a request, which then counts as answered. */
static bool was_asked(struct ws_arp_table *table, const struct arp_key *key)
{
	struct asked *asked = ws_lru_find(&table->asked, key);
	bool pending = asked && asked->pending;
	if (asked)
		asked->pending = false;
	return pending;
}

static void note_request(struct ws_arp_table *table, const struct arp_key *key)
{
	bool created;
	struct asked *asked = ws_lru_get(&table->asked, key, &created);
	if (asked)
		asked->pending = true;
}

bool ws_arp_read(const struct ws_packet *packet, struct ws_arp_message *message)
{
	const uint8_t *arp = find_arp(packet);
	uint16_t operation = arp ? ws_load16(arp + AT_OPERATION) : 0;
	if (operation != OPERATION_REQUEST && operation != OPERATION_REPLY)
		return false;
	*message = (struct ws_arp_message){
	        .request = operation == OPERATION_REQUEST,
	        .sender_mac = arp + AT_SENDER_MAC,
	        .sender_ip = arp + AT_SENDER_IP,
	        .target_ip = arp + AT_TARGET_IP,
	};
	return true;
}

bool ws_arp_update(struct ws_arp_table *table, const struct ws_packet *packet, ws_time now,
                   struct ws_arp_binding *event)
{
	struct ws_arp_message message;
	if (!ws_arp_read(packet, &message))
		return false;
	struct arp_key sender = make_key(message.sender_ip, packet->vlan);
	struct arp_key target = make_key(message.target_ip, packet->vlan);
	bool own = memcmp(sender.ip, target.ip, 4) == 0;
	if (message.request && !own)
		note_request(table, &target);
	static const uint8_t nobody[4];
	if (memcmp(sender.ip, nobody, 4) == 0)
		return false;

	bool created;
	struct binding *binding = ws_lru_get(&table->bindings, &sender, &created);
	if (!binding)
		return false;
	if (created)
		binding->first_time = now;
	binding->last_time = now;
	binding->gratuitous = own || (!message.request && !was_asked(table, &sender));
	if (message.request)
		binding->requests++;
	else
		binding->replies++;

	bool moved = !created && memcmp(binding->mac, message.sender_mac, sizeof(binding->mac)) != 0;
	if (moved) {
		memcpy(binding->previous_mac, binding->mac, sizeof(binding->mac));
		binding->changes++;
	}
	if (!moved && !created)
		return false;
	memcpy(binding->mac, message.sender_mac, sizeof(binding->mac));
	binding->changed = moved;
	binding_fill(binding, event);
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
	binding_fill(binding, out);
	return true;
}
