/* What is the same of a datagram wherever it is captured: its payload. Addresses, ports and the identifier of an echo may be
 * changed on the way, and so may everything of the IP header. */
#include "base/hash.h"

#include <wirestate/packet.h>

#include <string.h>

enum { COVERED = 64, ECHO_HEADER = 8, SEQUENCE = 2 };

bool ws_packet_echo(const struct ws_packet *packet, const uint8_t *data, uint32_t size, uint16_t *identifier,
                    bool *reply)
{
	enum { REQUEST = 8, REPLY = 0, REQUEST6 = 128, REPLY6 = 129 };
	const bool version6 = packet->transport == WS_TRANSPORT_ICMPV6;
	if (!version6 && packet->transport != WS_TRANSPORT_ICMP)
		return false;
	*reply = packet->icmp_type == (version6 ? REPLY6 : REPLY);
	if ((!*reply && packet->icmp_type != (version6 ? REQUEST6 : REQUEST)) || packet->icmp_code || !data ||
	    packet->payload_offset < ECHO_HEADER || packet->payload_offset > size)
		return false;
	const uint8_t *at = data + packet->payload_offset - ECHO_HEADER / 2;
	*identifier = (uint16_t)(at[0] << 8 | at[1]);
	return true;
}

bool ws_goes_to_many(const struct ws_addr *source, const struct ws_addr *destination, uint8_t ip_version)
{
	static const uint8_t none[16], all[4] = {255, 255, 255, 255};
	enum { IPV4 = 12 }; /* where an IPv4 address begins */
	const uint8_t *to = destination->byte, *from = source->byte;
	if (ip_version == 6)
		return to[0] == 0xff || !memcmp(from, none, sizeof(none));
	return (to[IPV4] & 0xf0) == 0xe0 || !memcmp(to + IPV4, all, sizeof(all)) ||
	       !memcmp(from + IPV4, none, sizeof(all));
}

bool ws_packet_goes_to_many(const struct ws_packet *packet)
{
	return ws_goes_to_many(&packet->source, &packet->destination, packet->ip_version);
}

/* Of `length` bytes of payload; the first `before` bytes of `data` come before them. */
static uint64_t digest_of(const uint8_t *data, uint32_t before, uint32_t length)
{
	static const uint8_t key[16];
	const uint32_t covered = length < COVERED ? length : COVERED;
	const uint64_t digest = ws_siphash(key, data, before + covered) + length * UINT64_C(0x9e3779b97f4a7c15);
	return digest ? digest : 1;
}

uint64_t ws_payload_digest(const uint8_t *payload, uint32_t length, uint32_t captured)
{
	return captured < length && captured < COVERED ? 0 : digest_of(payload, 0, length);
}

uint64_t ws_packet_digest(const struct ws_packet *packet, const uint8_t *data, uint32_t size)
{
	uint16_t identifier;
	bool reply;
	const uint32_t covered = packet->payload_length < COVERED ? packet->payload_length : COVERED;
	const bool echo = ws_packet_echo(packet, data, size, &identifier, &reply);
	if ((packet->transport != WS_TRANSPORT_UDP && !echo) || !data || packet->payload_captured < covered ||
	    packet->payload_offset > size || size - packet->payload_offset < covered)
		return 0;
	const uint32_t before = echo ? SEQUENCE : 0;
	return digest_of(data + packet->payload_offset - before, before, packet->payload_length);
}
