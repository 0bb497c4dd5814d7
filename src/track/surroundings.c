/* See surroundings.h. The tables are direct-mapped: each fact has one slot, which its hash or number gives. */
#include "track/surroundings.h"

#include "base/hash.h"
#include "track/sequence.h"

#define SAME_ERROR (100 * WS_MILLISECOND) /* between two places where it is captured */
#define SAME_UNNUMBERED (2 * WS_MILLISECOND)
#define STAMPS_KEPT (60 * WS_SECOND) /* as long as Linux did with tcp_tw_recycle */

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

/* Takes fewer instructions than SipHash: a new connection needs it twice. */
static unsigned stamp_slot(const struct ws_addr *client, const struct ws_addr *server)
{
	const uint64_t hash =
	        ws_hash_mix(ws_hash_mix(0, ws_siphash_load(client->byte + 8)), ws_siphash_load(server->byte + 8));
	return (unsigned)(hash >> 32) % WS_STAMP_NOTES;
}

static bool is_of(const struct ws_stamp_entry *entry, const struct ws_addr *client, const struct ws_addr *server)
{
	return entry->used && !memcmp(&entry->client, client, sizeof(*client)) &&
	       !memcmp(&entry->server, server, sizeof(*server));
}

/* Whether `tsval` is older than that of the entry, which a server may still remember. */
static bool is_older(const struct ws_stamp_entry *entry, uint32_t tsval, ws_time time)
{
	return ws_seq_before(tsval, entry->tsval) && time - entry->time <= STAMPS_KEPT;
}

void ws_surroundings_stamp(struct ws_surroundings *surroundings, const struct ws_segment *syn_ack,
                           const struct ws_addr *client, const struct ws_addr *server)
{
	struct ws_stamp_entry *entry = &surroundings->stamps[stamp_slot(client, server)];
	const bool unordered =
	        is_of(entry, client, server) && (entry->unordered || is_older(entry, syn_ack->tsecr, syn_ack->time));
	*entry = (struct ws_stamp_entry){.client = *client,
	                                 .server = *server,
	                                 .time = syn_ack->time,
	                                 .tsval = syn_ack->tsecr,
	                                 .used = true,
	                                 .unordered = unordered};
}

void ws_surroundings_stamp_unanswered(struct ws_surroundings *surroundings, const struct ws_segment *syn,
                                      const struct ws_addr *client, const struct ws_addr *server)
{
	struct ws_stamp_entry *entry = &surroundings->stamps[stamp_slot(client, server)];
	if (is_of(entry, client, server) && !is_older(entry, syn->tsval, syn->time))
		entry->unordered = true;
}

bool ws_surroundings_stamp_is_old(const struct ws_surroundings *surroundings, const struct ws_segment *syn,
                                  const struct ws_addr *client, const struct ws_addr *server)
{
	const struct ws_stamp_entry *entry = &surroundings->stamps[stamp_slot(client, server)];
	return is_of(entry, client, server) && is_older(entry, syn->tsval, syn->time);
}

bool ws_surroundings_minds_stamps(const struct ws_surroundings *surroundings, const struct ws_addr *client,
                                  const struct ws_addr *server)
{
	const struct ws_stamp_entry *entry = &surroundings->stamps[stamp_slot(client, server)];
	return !is_of(entry, client, server) || !entry->unordered;
}

/* Whether it is the latest error, captured again elsewhere. Two errors about the same bytes are as far apart as these were sent. */
static bool is_same_error(const struct ws_icmp_entry *latest, const struct ws_packet *packet)
{
	const ws_time age = packet->frame->time - latest->time;
	return latest->note.type == packet->icmp_type && latest->note.code == packet->icmp_code &&
	       !memcmp(&latest->note.from, &packet->source, sizeof(packet->source)) &&
	       latest->sequence == packet->quote.sequence && latest->identification == packet->identification &&
	       age >= 0 && age <= (packet->identification ? SAME_ERROR : SAME_UNNUMBERED);
}

void ws_surroundings_icmp(struct ws_surroundings *surroundings, uint64_t conn_number, const struct ws_packet *packet)
{
	struct ws_icmp_entry *entry = &surroundings->icmp[conn_number % WS_ICMP_NOTES];
	const bool known = entry->conn_number == conn_number;
	if (known && is_same_error(entry, packet))
		return;
	const uint32_t count = known ? entry->note.count : 0;
	entry->conn_number = conn_number;
	entry->time = packet->frame->time;
	entry->sequence = packet->quote.sequence;
	entry->identification = packet->identification;
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
