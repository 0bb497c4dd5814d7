/* A request is kept together with the reply to it, whose sender is the request's target and whose target is its sender.
 * A request that is repeated before the reply belongs to the same exchange. A second reply with another MAC is marked:
 * either two hosts use the same address, or one pretends to be the other. */
#include "track/arp_exchange.h"

#include <string.h>

/* Every byte must be set, because keys are hashed and compared as bytes. */
struct waiting_key {
	uint8_t asker[4], target[4];
	uint16_t vlan;
	uint16_t zero;
};

struct waiting {
	struct waiting_key key;
	uint64_t number; /* of the latest exchange between the two */
};

void ws_arp_exchanges_init(struct ws_arp_exchanges *exchanges, const uint8_t hash_key[16], uint64_t memory)
{
	ws_log_init(&exchanges->log, sizeof(struct ws_arp_exchange), WS_ARP_EXCHANGES, memory);
	ws_lru_init(&exchanges->waiting, hash_key, sizeof(struct waiting), sizeof(struct waiting_key),
	            WS_LRU_MEMORY(WS_ARP_WAITING, sizeof(struct waiting)));
}

void ws_arp_exchanges_free(struct ws_arp_exchanges *exchanges)
{
	ws_log_free(&exchanges->log);
	ws_lru_free(&exchanges->waiting);
}

uint64_t ws_arp_exchanges_memory(const struct ws_arp_exchanges *exchanges)
{
	return ws_log_memory(&exchanges->log) + ws_lru_memory(&exchanges->waiting);
}

static struct waiting_key make_key(const uint8_t asker[4], const uint8_t target[4], uint16_t vlan)
{
	struct waiting_key key = {.vlan = vlan};
	memcpy(key.asker, asker, 4);
	memcpy(key.target, target, 4);
	return key;
}

static void set_address(struct ws_addr *address, const uint8_t ip[4])
{
	*address = (struct ws_addr){.byte = {[10] = 0xff, [11] = 0xff}};
	memcpy(address->byte + 12, ip, 4);
}

static struct ws_arp_exchange *exchange_begin(struct ws_arp_exchanges *exchanges, const struct ws_packet *packet,
                                              const struct ws_arp_message *message, enum ws_arp_kind kind)
{
	static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct ws_arp_exchange *exchange = ws_log_add(&exchanges->log);
	if (!exchange)
		return NULL;
	set_address(&exchange->sender, message->sender_ip);
	set_address(&exchange->target, message->target_ip);
	memcpy(exchange->sender_mac, message->sender_mac, 6);
	exchange->kind = (uint8_t)kind;
	exchange->broadcast = packet->mac_destination && memcmp(packet->mac_destination, everyone, 6) == 0;
	exchange->vlan = packet->vlan;
	exchange->asked = 1;
	exchange->time = packet->frame->time;
	exchange->frame = packet->frame->number;
	exchange->position = packet->frame->position;
	return exchange;
}

static struct ws_arp_exchange *exchange_ask(struct ws_arp_exchanges *exchanges, const struct ws_packet *packet,
                                            const struct ws_arp_message *message)
{
	static const uint8_t nobody[4];
	if (memcmp(message->sender_ip, message->target_ip, 4) == 0)
		return exchange_begin(exchanges, packet, message, WS_ARP_ANNOUNCEMENT);
	struct waiting_key key = make_key(message->sender_ip, message->target_ip, packet->vlan);
	bool created;
	struct waiting *waiting = ws_lru_get(&exchanges->waiting, &key, &created);
	struct ws_arp_exchange *exchange = waiting && !created ? ws_log_at(&exchanges->log, waiting->number) : NULL;
	if (exchange && !exchange->answered && memcmp(exchange->sender_mac, message->sender_mac, 6) == 0) {
		exchange->asked++;
		return exchange;
	}
	if (waiting)
		waiting->number = exchanges->log.end;
	return exchange_begin(exchanges, packet, message,
	                      memcmp(message->sender_ip, nobody, 4) == 0 ? WS_ARP_PROBE : WS_ARP_QUESTION);
}

static struct ws_arp_exchange *exchange_answer(struct ws_arp_exchanges *exchanges, const struct ws_packet *packet,
                                               const struct ws_arp_message *message)
{
	if (memcmp(message->sender_ip, message->target_ip, 4) == 0)
		return exchange_begin(exchanges, packet, message, WS_ARP_ANNOUNCEMENT);
	struct waiting_key key = make_key(message->target_ip, message->sender_ip, packet->vlan);
	struct waiting *waiting = ws_lru_find(&exchanges->waiting, &key);
	struct ws_arp_exchange *exchange = waiting ? ws_log_at(&exchanges->log, waiting->number) : NULL;
	if (!exchange)
		return exchange_begin(exchanges, packet, message, WS_ARP_UNASKED);
	if (exchange->answered) {
		if (memcmp(exchange->answer_mac, message->sender_mac, 6) != 0) {
			exchange->contradicted = true;
			memcpy(exchange->second_mac, message->sender_mac, 6);
		}
		return exchange;
	}
	exchange->answered = true;
	memcpy(exchange->answer_mac, message->sender_mac, 6);
	exchange->answer_time = packet->frame->time;
	exchange->answer_frame = packet->frame->number;
	exchange->answer_position = packet->frame->position;
	return exchange;
}

void ws_arp_exchanges_note(struct ws_arp_exchanges *exchanges, const struct ws_packet *packet,
                           const struct ws_arp_message *message, bool moved)
{
	if (!exchanges->log.limit)
		return;
	struct ws_arp_exchange *exchange = message->request ? exchange_ask(exchanges, packet, message)
	                                                    : exchange_answer(exchanges, packet, message);
	if (!exchange)
		return;
	exchange->moved |= moved;
	if (packet->mac_source && memcmp(packet->mac_source, message->sender_mac, 6) != 0)
		exchange->disguised = true;
}
