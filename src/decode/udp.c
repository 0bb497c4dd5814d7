/* UDP (RFC 768). Its length may be smaller than the IP payload; the bytes after it are not payload (RFC 9868 puts
 * options there). A length of zero means a jumbogram (RFC 2675 §4), whose length is in IPv6. */
#include "decode/decode.h"

static void read_ports(struct ws_cursor *cursor, const uint8_t *bytes)
{
	struct ws_packet *packet = cursor->packet;
	uint16_t source = ws_load16(bytes), destination = ws_load16(bytes + 2);
	if (cursor->quoted) {
		packet->quote.present = true;
		packet->quote.source_port = source;
		packet->quote.destination_port = destination;
		return;
	}
	packet->transport = WS_TRANSPORT_UDP;
	packet->transport_layer = packet->layer_count - 1;
	packet->source_port = source;
	packet->destination_port = destination;
}

/* Narrows the cursor to the datagram. A fragment or a quotation may be shorter than the datagram. */
static void apply_length(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t length)
{
	uint32_t room = cursor->end - layer->offset;
	if (length == 0 && room > 65535)
		return;
	if (length < 8 || (length > room && !cursor->incomplete && !cursor->quoted)) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_LENGTH);
		cursor->incomplete = true;
	} else if (length < room) {
		cursor->end = layer->offset + length;
	}
}

void ws_decode_udp(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_UDP, offset, 8);
	if (!layer)
		return;
	const uint8_t *ports = ws_cursor_span(cursor, offset, 4), *bytes = ws_cursor_span(cursor, offset, 8);
	if (ports)
		read_ports(cursor, ports);
	if (!bytes)
		return;
	uint16_t length = ws_load16(bytes + 4);
	if (cursor->quoted && length > 8)
		packet->quote.udp_length = length - 8u;
	apply_length(cursor, layer, length);
	if (ws_load16(bytes + 2) == 0) /* as a source port, 0 means that no answer is expected */
		ws_layer_problem(cursor, layer, WS_PROBLEM_PORT);
	if (!cursor->quoted) {
		bool unsent = ws_load16(bytes + 6) == 0 && packet->ip_version == 4;
		if (!unsent)
			packet->checksum = ws_checksum_verify(cursor, offset, 6, 17);
		layer->checksum = packet->checksum;
	}
	if (!cursor->quoted) {
		packet->payload_offset = offset + 8;
		packet->payload_length = cursor->end > offset + 8 ? cursor->end - offset - 8 : 0;
		if (ws_decode_udp_tunnel(cursor, ws_load16(bytes + 2), offset + 8) ||
		    ws_decode_udp_tunnel(cursor, ws_load16(bytes), offset + 8))
			return;
	}
	ws_decode_payload(cursor, offset + 8);
}
