/* ICMP (RFC 792) and ICMPv6 (RFC 4443). An error quotes the start of the packet that caused it: its IP header and at
 * least 8 bytes more, which are enough for ports and TCP's sequence number. The quoted headers become layers marked as
 * quoted; they never change the values of the packet that carries them, and are not searched for another quotation. */
#include "decode/decode.h"

#define HEADER 8

static bool is_error(uint8_t type, bool version6)
{
	if (version6)
		return type >= 1 && type <= 4; /* unreachable, too big, time exceeded, parameter problem */
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* The next hop's MTU in "fragmentation needed" (RFC 1191) and "packet too big" (RFC 4443 §3.2); 0 in others. */
static uint32_t mtu_of(struct ws_cursor *cursor, uint32_t offset, bool version6)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, HEADER);
	if (!bytes)
		return 0;
	if (version6)
		return bytes[0] == 2 ? (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 | (uint32_t)bytes[6] << 8 |
		                               bytes[7]
		                     : 0;
	return bytes[0] == 3 && bytes[1] == 4 ? (uint32_t)bytes[6] << 8 | bytes[7] : 0;
}

void ws_decode_icmp(struct ws_cursor *cursor, uint32_t offset, bool version6)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_layer *layer = ws_layer_add(cursor, version6 ? WS_HEADER_ICMPV6 : WS_HEADER_ICMP, offset, HEADER);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 2);
	if (!layer || !bytes)
		return;
	bool quoted = cursor->quoted;
	if (!quoted) {
		packet->transport = version6 ? WS_TRANSPORT_ICMPV6 : WS_TRANSPORT_ICMP;
		packet->transport_layer = packet->layer_count - 1;
		packet->icmp_type = bytes[0];
		packet->icmp_code = bytes[1];
		packet->icmp_mtu = mtu_of(cursor, offset, version6);
		layer->checksum = packet->checksum = ws_checksum_verify(cursor, offset, 2, version6 ? 58 : 0);
	}
	uint32_t end = cursor->end, start = offset + HEADER;
	if (quoted || cursor->detached || !ws_cursor_left(cursor, start) || !is_error(bytes[0], version6)) {
		ws_decode_payload(cursor, start);
		return;
	}
	packet->payload_offset = start;
	packet->payload_length = end - start;
	packet->payload_captured = ws_cursor_left(cursor, start);
	cursor->quoted = true;
	if (version6)
		ws_decode_ipv6(cursor, start);
	else
		ws_decode_ipv4(cursor, start);
	cursor->quoted = false;
	cursor->end = end;
}
