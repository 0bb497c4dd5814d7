/* IPv4 (RFC 791). A packet ends where its total length says, because Ethernet pads short frames. There are two
 * exceptions, in which the frame's end counts: a sending kernel that leaves segmentation to its network card (TSO) may
 * hand over packets that exceed the field, with a total length of 0; and a capture may have lost the end. */
#include "decode/decode.h"

#include "base/checksum.h"

/* Narrows the cursor to the packet. Returns false when the length is invalid. */
static bool apply_total_length(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t total)
{
	uint32_t room = cursor->end - layer->offset;
	if (total == 0)
		return true;
	if (total < layer->length) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_TOTAL_LENGTH);
		return false;
	}
	if (total < room) {
		cursor->end = layer->offset + total;
	} else if (total > room) {
		cursor->incomplete = true;
		if (!cursor->quoted) /* an ICMP error quotes only the beginning */
			ws_layer_problem(cursor, layer, WS_PROBLEM_TOTAL_BEYOND);
	}
	return true;
}

static void fill_values(struct ws_cursor *cursor, const uint8_t *bytes, uint32_t payload)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_addr *source = cursor->quoted ? &packet->quote.source : &packet->source;
	struct ws_addr *destination = cursor->quoted ? &packet->quote.destination : &packet->destination;
	ws_map_address(source, bytes + 12);
	ws_map_address(destination, bytes + 16);
	if (cursor->quoted) {
		packet->quote.ip_protocol = bytes[9];
		return;
	}
	packet->ip_version = 4;
	packet->ip_protocol = bytes[9];
	packet->ttl = bytes[8];
	packet->identification = ws_load16(bytes + 4);
	packet->ip_layer = packet->layer_count - 1;
	packet->ip_payload_offset = payload;
	packet->ip_payload_length = cursor->end > payload ? cursor->end - payload : 0;
	cursor->pseudo = ws_checksum_add_header(0, bytes + 12, 8);
}

/* Returns true when a transport header follows, which is not so in later fragments. */
static bool read_fragment(struct ws_cursor *cursor, struct ws_layer *layer, uint16_t word)
{
	const uint32_t offset = (word & 0x1fff) * 8u;
	const bool more = word & 0x2000;
	if (!more && !offset)
		return true;
	return ws_decode_fragment(cursor, layer, offset, cursor->end - layer->offset - layer->length,
	                          65535 - layer->length, more);
}

/* Decodes what follows the IP header: maybe an authentication header (RFC 4302), then the transport header. */
static void decode_after_header(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset)
{
	if (protocol == 51) {
		const uint8_t *bytes = ws_cursor_span(cursor, offset, 12);
		struct ws_layer *layer =
		        ws_layer_add(cursor, WS_HEADER_IPV6_AH, offset, bytes ? (bytes[1] + 2u) * 4 : 12);
		if (!layer || !bytes || layer->available < layer->length)
			return;
		protocol = bytes[0];
		offset += layer->length;
		ws_set_ip_payload(cursor, protocol, offset);
	}
	ws_decode_transport(cursor, protocol, offset);
}

/* When the lower layer announced version 4 and the packet has version 6, decodes version 6 and records a problem. */
static bool decode_misplaced(struct ws_cursor *cursor, uint32_t offset)
{
	uint8_t index = cursor->packet->layer_count;
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 1);
	if (!bytes || bytes[0] >> 4 != 6 || cursor->quoted)
		return false;
	ws_decode_ipv6(cursor, offset);
	if (index < cursor->packet->layer_count)
		ws_layer_problem(cursor, &cursor->packet->layer[index], WS_PROBLEM_VERSION);
	return true;
}

void ws_decode_ipv4(struct ws_cursor *cursor, uint32_t offset)
{
	if (decode_misplaced(cursor, offset))
		return;
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_IPV4, offset, 20);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 20);
	if (!layer || !bytes)
		return;
	if (bytes[0] >> 4 != 4) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_VERSION);
		return;
	}
	uint32_t length = (bytes[0] & 0xf) * 4u;
	if (length < 20) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_HEADER_LENGTH);
		return;
	}
	if (length > 20) {
		ws_layer_resize(cursor, layer, length);
		if (!ws_options_sound(bytes, 20, layer->available, WS_OPTIONS_IPV4))
			ws_layer_problem(cursor, layer, WS_PROBLEM_OPTION_LENGTH);
	}
	bool sound = apply_total_length(cursor, layer, ws_load16(bytes + 2));
	fill_values(cursor, bytes, offset + length);
	if (layer->available < length || !sound)
		return;
	layer->checksum = cursor->quoted ? WS_CHECKSUM_UNVERIFIED : ws_ipv4_checksum(bytes, length);
	if (read_fragment(cursor, layer, ws_load16(bytes + 6)))
		decode_after_header(cursor, bytes[9], offset + length);
	else
		ws_decode_payload(cursor, offset + length);
}
