/* See hops.h.
 *
 * Each connection and conversation notes both of its addresses, which lie anywhere in a table that does not fit into the
 * CPU's first cache, nor mostly into its second. Taken in one by one, each note would wait for several cache lines, one after
 * the other. So notes are collected, and taken in together: what is needed of the table for one of them is loaded while
 * others are looked at. Those that wait are taken in before the table is read. */
#include "track/hops.h"

#include "track/flow_hash.h"
#include "track/lru.h"

#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 32 };

/* Every byte must be set, because keys are compared as bytes. */
struct hop_key {
	struct ws_addr address;
	uint16_t vlan;
	uint16_t ip_version;
};

struct hop {
	struct hop_key key;
	uint8_t mac[6];
	uint64_t frame, position;
};

struct ws_hops {
	struct ws_flow_key key;
	struct ws_lru table; /* of struct hop */
	size_t count;        /* of notes that have not been taken in */
	struct hop note[TOGETHER];
};

struct ws_hops *ws_hops_create(const uint8_t hash_key[16])
{
	struct ws_hops *hops = calloc(1, sizeof(*hops));
	if (!hops)
		return NULL;
	hops->key = ws_flow_key(hash_key);
	ws_lru_init(&hops->table, hash_key, sizeof(struct hop), sizeof(struct hop_key),
	            WS_LRU_MEMORY(WS_HOPS, sizeof(struct hop)));
	return hops;
}

void ws_hops_free(struct ws_hops *hops)
{
	if (!hops)
		return;
	ws_lru_free(&hops->table);
	free(hops);
}

static uint32_t hash_of(const struct ws_hops *hops, const struct hop_key *key)
{
	return ws_address_hash(&hops->key, &key->address, key->ip_version) ^ key->vlan * UINT32_C(0x9e3779b1);
}

static void take_in(struct ws_hops *hops)
{
	uint32_t hash[TOGETHER];
	const size_t count = hops->count;
	hops->count = 0;
	for (size_t i = 0; i < count; i++) {
		hash[i] = hash_of(hops, &hops->note[i].key);
		ws_lru_prefetch_bucket(&hops->table, hash[i]);
	}
	for (size_t i = 0; i < count; i++)
		ws_lru_prefetch_entry(&hops->table, hash[i]);
	for (size_t i = 0; i < count; i++)
		ws_lru_prefetch_order(&hops->table, hash[i]);
	for (size_t i = 0; i < count; i++) {
		const struct hop *note = &hops->note[i];
		bool created;
		struct hop *hop = ws_lru_get_hashed(&hops->table, &note->key, hash[i], &created);
		if (hop)
			*hop = *note;
	}
}

/* `shown`: by which packet; the address and its MAC address are not read. */
static void note_hop(struct ws_hops *hops, const struct hop *shown, const struct ws_addr *address, const uint8_t *mac)
{
	if (!mac || mac[0] & 1) /* a group address belongs to no host */
		return;
	struct hop *note = &hops->note[hops->count];
	*note = *shown;
	note->key.address = *address;
	memcpy(note->mac, mac, sizeof(note->mac));
	if (++hops->count == TOGETHER)
		take_in(hops);
}

void ws_hops_note(struct ws_hops *hops, const struct ws_packet *packet)
{
	const struct hop shown = {.key = {.vlan = packet->vlan, .ip_version = packet->ip_version},
	                          .frame = packet->frame->number,
	                          .position = packet->frame->position};
	if (!hops)
		return;
	note_hop(hops, &shown, &packet->source, packet->mac_source);
	note_hop(hops, &shown, &packet->destination, packet->mac_destination);
}

void ws_hops_note_gist(struct ws_hops *hops, const struct ws_gist *gist)
{
	const struct hop shown = {.key = {.vlan = gist->segment.vlan, .ip_version = gist->ip_version},
	                          .frame = gist->segment.frame,
	                          .position = gist->segment.position};
	if (!hops)
		return;
	note_hop(hops, &shown, &gist->source, gist->mac_count > 0 ? gist->mac[0] : NULL);
	note_hop(hops, &shown, &gist->destination, gist->mac_count > 1 ? gist->mac[1] : NULL);
}

uint64_t ws_hops_memory(struct ws_hops *hops)
{
	if (!hops)
		return 0;
	take_in(hops);
	return ws_lru_memory(&hops->table);
}

size_t ws_hops_count(struct ws_hops *hops)
{
	if (!hops)
		return 0;
	take_in(hops);
	return hops->table.count;
}

bool ws_hops_at(struct ws_hops *hops, size_t index, struct ws_hop *out)
{
	const struct hop *hop = index < ws_hops_count(hops) ? ws_lru_at(&hops->table, index) : NULL;
	if (!hop)
		return false;
	*out = (struct ws_hop){
	        .address = hop->key.address,
	        .ip_version = (uint8_t)hop->key.ip_version,
	        .vlan = hop->key.vlan,
	        .frame = hop->frame,
	        .position = hop->position,
	};
	memcpy(out->mac, hop->mac, 6);
	return true;
}
