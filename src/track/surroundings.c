/* See surroundings.h. Both tables are direct-mapped: each fact has one slot, which its hash or number gives. */
#include "track/surroundings.h"

#include "base/hash.h"

/* The hash has no secret key, unlike the others: facts replace each other by it, and the same capture is to give the same
 * words each time. A sender who finds two ports with one slot only makes a fact be missing. */
static uint64_t hash_of(const struct ws_addr *address, uint16_t port)
{
	static const uint8_t hash_key[16];
	uint8_t key[sizeof(*address) + sizeof(port)];
	memcpy(key, address, sizeof(*address));
	memcpy(key + sizeof(*address), &port, sizeof(port));
	return ws_siphash(hash_key, key, sizeof(key)) | 1;
}

static void note_answer(struct ws_surroundings *surroundings, const struct ws_addr *address, uint16_t port)
{
	const uint64_t hash = hash_of(address, port);
	surroundings->answering[hash >> 1 & (WS_ANSWERING_PORTS - 1)] = hash;
}

void ws_surroundings_answer(struct ws_surroundings *surroundings, uint16_t flags, const struct ws_addr *address,
                            uint16_t port)
{
	const bool syn_ack = flags & WS_TCP_SYN && flags & WS_TCP_ACK;
	if (syn_ack)
		note_answer(surroundings, address, port);
	if (syn_ack || flags & WS_TCP_RST)
		note_answer(surroundings, address, WS_ANY_PORT);
}

bool ws_surroundings_answers(const struct ws_surroundings *surroundings, const struct ws_addr *address, uint16_t port)
{
	const uint64_t hash = hash_of(address, port);
	return surroundings->answering[hash >> 1 & (WS_ANSWERING_PORTS - 1)] == hash;
}

void ws_surroundings_icmp(struct ws_surroundings *surroundings, uint64_t conn_number, const struct ws_packet *packet)
{
	struct ws_icmp_entry *entry = &surroundings->icmp[conn_number % WS_ICMP_NOTES];
	const uint32_t count = entry->conn_number == conn_number ? entry->note.count : 0;
	entry->conn_number = conn_number;
	entry->note = (struct ws_icmp_note){
	        .from = packet->source,
	        .ip_version = packet->ip_version,
	        .type = packet->icmp_type,
	        .code = packet->icmp_code,
	        .mtu = packet->icmp_mtu,
	        .count = count + 1,
	};
}

const struct ws_icmp_note *ws_surroundings_icmp_of(const struct ws_surroundings *surroundings, uint64_t conn_number)
{
	const struct ws_icmp_entry *entry = &surroundings->icmp[conn_number % WS_ICMP_NOTES];
	return entry->conn_number == conn_number ? &entry->note : NULL;
}
