/* A conversation is an unordered pair of endpoints, so its key has them in byte order; which of them sent first is kept
 * in the entry. Numbers are never reused: a conversation that goes on after it was evicted is a new one. */
#include "track/udp.h"
#include "track/conn.h"

#include <string.h>

enum { ANSWER_LOOKS_AT = 64 }; /* an error comes soon after what it answers */

/* Every byte must be set, because the key is compared as bytes. */
struct udp_key {
	struct ws_addr address[2]; /* the lower (address, port) first */
	uint16_t port[2];
	uint16_t vlan;
	uint16_t ip_version;
	uint16_t tunnel, unused;
};

struct conversation {
	struct udp_key key;
	uint64_t number;
	uint64_t packets[2], bytes[2]; /* of each endpoint of the key */
	uint32_t shortest[2], longest[2];
	uint64_t newest; /* 1 + the number of its newest datagram in the log */
	uint64_t unreachable;
	ws_time first_time, last_time;
	uint8_t first; /* which endpoint of the key sent the first packet */
};

void ws_udp_init(struct ws_udp_table *table, const uint8_t hash_key[16], uint64_t max_memory)
{
	ws_lru_init(&table->conversations, hash_key, sizeof(struct conversation), sizeof(struct udp_key), max_memory);
	ws_udp_keep_datagrams(table, 0);
	table->flow_key = ws_flow_key(hash_key);
	table->seen = 0;
}

void ws_udp_keep_datagrams(struct ws_udp_table *table, uint64_t memory)
{
	ws_log_init(&table->datagrams, sizeof(struct ws_datagram_info), WS_DATAGRAMS, memory);
}

void ws_udp_free(struct ws_udp_table *table)
{
	ws_lru_free(&table->conversations);
	ws_log_free(&table->datagrams);
}

/* Makes the key, and returns which endpoint of it the source is. */
static inline __attribute__((always_inline)) uint8_t make_key(struct udp_key *key, const struct ws_gist *datagram,
                                                              uint16_t tunnel)
{
	int order = ws_addr_compare(&datagram->source, &datagram->destination);
	uint8_t self = order > 0 || (order == 0 && datagram->port[0] > datagram->port[1]);
	*key = (struct udp_key){.vlan = datagram->segment.vlan, .ip_version = datagram->ip_version, .tunnel = tunnel};
	key->address[self] = datagram->source;
	key->port[self] = datagram->port[0];
	key->address[!self] = datagram->destination;
	key->port[!self] = datagram->port[1];
	return self;
}

static uint32_t hash_of(const struct ws_udp_table *table, const struct udp_key *key)
{
	return ws_flow_hash(&table->flow_key, &key->address[0], key->port[0], &key->address[1], key->port[1],
	                    (uint32_t)key->tunnel << 16 | key->vlan);
}

uint32_t ws_udp_hash(const struct ws_flow_key *key, const struct ws_packet *packet)
{
	return ws_flow_hash(key, &packet->source, packet->source_port, &packet->destination, packet->destination_port,
	                    packet->vlan);
}

static struct ws_datagram_info *keep_datagram(struct ws_udp_table *table, struct conversation *conversation,
                                              const struct ws_segment *sent, unsigned self)
{
	struct ws_datagram_info *datagram = table->datagrams.limit ? ws_log_add(&table->datagrams) : NULL;
	if (!datagram)
		return NULL;
	datagram->time = sent->time;
	datagram->frame = sent->frame;
	datagram->position = sent->position;
	datagram->conversation = conversation->number;
	datagram->previous = conversation->newest;
	datagram->direction = (uint8_t)(self ^ conversation->first);
	conversation->newest = table->datagrams.end;
	return datagram;
}

static struct conversation *begin_conversation(struct ws_udp_table *table, const struct udp_key *key, uint32_t hash,
                                               unsigned self, ws_time now)
{
	bool created;
	struct conversation *conversation = ws_lru_get_hashed(&table->conversations, key, hash, &created);
	if (!conversation)
		return NULL;
	conversation->number = ++table->seen;
	conversation->first = (uint8_t)self;
	conversation->first_time = now;
	return conversation;
}

bool ws_udp_packet(struct ws_udp_table *table, const struct ws_gist *sent, uint16_t tunnel, bool fragment, ws_time now,
                   struct ws_udp_place *place)
{
	struct udp_key key;
	const uint8_t self = make_key(&key, sent, tunnel);
	const uint32_t hash = sent->hash ? sent->hash : hash_of(table, &key), length = sent->segment.length;
	struct conversation *conversation = ws_lru_find_sized(&table->conversations, &key, sizeof(key), hash);
	const bool created = !conversation;
	*place = (struct ws_udp_place){0};
	if (created)
		conversation = begin_conversation(table, &key, hash, self, now);
	if (!conversation)
		return false;
	if (created)
		place->index = ws_lru_index(&table->conversations, conversation);
	place->number = conversation->number;
	place->direction = self ^ conversation->first;
	if (!conversation->packets[self]++ || length < conversation->shortest[self])
		conversation->shortest[self] = length;
	if (length > conversation->longest[self])
		conversation->longest[self] = length;
	conversation->bytes[self] += length;
	conversation->last_time = now;
	struct ws_datagram_info *datagram = keep_datagram(table, conversation, &sent->segment, self);
	if (datagram) {
		datagram->length = length;
		datagram->fragmented = fragment;
	}
	return created;
}

/* Notes at a datagram which error answers it: at the newest without one that has the quoted length and sender. */
static void answer_datagram(struct ws_udp_table *table, const struct ws_datagram_info *error, uint32_t length)
{
	uint64_t at = error->previous;
	for (int looked = 0; at && looked < ANSWER_LOOKS_AT; looked++) {
		struct ws_datagram_info *datagram = ws_log_at(&table->datagrams, at - 1);
		if (!datagram || datagram->conversation != error->conversation)
			return;
		if (!datagram->error && !datagram->answer_frame && datagram->direction == error->direction &&
		    datagram->length == length) {
			datagram->answer_frame = error->frame;
			datagram->icmp_type = error->icmp_type;
			datagram->icmp_code = error->icmp_code;
			datagram->ip_version = error->ip_version;
			return;
		}
		at = datagram->previous;
	}
}

void ws_udp_unreachable(struct ws_udp_table *table, const struct ws_packet *packet, uint16_t tunnel, ws_time now)
{
	const struct ws_quote *quote = &packet->quote;
	if (!quote->present || quote->ip_protocol != 17)
		return;
	struct udp_key key;
	const struct ws_gist quoted = {.segment = {.time = packet->frame->time,
	                                           .frame = packet->frame->number,
	                                           .position = packet->frame->position,
	                                           .vlan = packet->vlan},
	                               .source = quote->source,
	                               .destination = quote->destination,
	                               .port = {quote->source_port, quote->destination_port},
	                               .ip_version = packet->ip_version};
	uint8_t self = make_key(&key, &quoted, tunnel);
	struct conversation *conversation = ws_lru_find_hashed(&table->conversations, &key, hash_of(table, &key));
	if (!conversation)
		return;
	conversation->unreachable++;
	conversation->last_time = now;
	struct ws_datagram_info *datagram = keep_datagram(table, conversation, &quoted.segment, self);
	if (!datagram)
		return;
	datagram->error = true;
	datagram->icmp_type = packet->icmp_type;
	datagram->icmp_code = packet->icmp_code;
	datagram->ip_version = packet->ip_version;
	answer_datagram(table, datagram, quote->udp_length);
}

uint64_t ws_udp_memory(const struct ws_udp_table *table)
{
	return ws_lru_memory(&table->conversations) + ws_log_memory(&table->datagrams);
}

size_t ws_udp_count(const struct ws_udp_table *table)
{
	return table->conversations.count;
}

bool ws_udp_at(const struct ws_udp_table *table, size_t index, struct ws_udp_info *info, uint16_t *tunnel)
{
	const struct conversation *conversation = ws_lru_at(&table->conversations, index);
	if (!conversation)
		return false;
	*tunnel = conversation->key.tunnel;
	*info = (struct ws_udp_info){
	        .number = conversation->number,
	        .ip_version = (uint8_t)conversation->key.ip_version,
	        .unreachable = conversation->unreachable,
	        .newest = conversation->newest,
	        .first_time = conversation->first_time,
	        .last_time = conversation->last_time,
	};
	for (unsigned i = 0; i < 2; i++) {
		unsigned from = i ^ conversation->first;
		info->address[i] = conversation->key.address[from];
		info->port[i] = conversation->key.port[from];
		info->packets[i] = conversation->packets[from];
		info->bytes[i] = conversation->bytes[from];
		info->shortest[i] = conversation->shortest[from];
		info->longest[i] = conversation->longest[from];
	}
	return true;
}
