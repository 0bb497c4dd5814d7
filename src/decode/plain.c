/* See plain.h. Fills a packet of which all places are known. */
#include "decode/plain.h"

static inline void add_layer(struct ws_packet *packet, enum ws_header header, uint32_t offset, uint32_t length,
                             uint32_t captured, enum ws_checksum checksum)
{
	const uint32_t left = offset < captured ? captured - offset : 0;
	packet->layer[packet->layer_count++] = (struct ws_layer){.header = header,
	                                                         .checksum = checksum,
	                                                         .offset = offset,
	                                                         .length = length,
	                                                         .available = length < left ? length : left};
}

static inline void fill_ip(struct ws_packet *packet, const uint8_t *ip, const struct ws_plain *at, uint32_t captured)
{
	packet->ip_layer = 1;
	packet->ip_payload_offset = at->transport;
	packet->ip_payload_length = at->ip_end - at->transport;
	if (at->version6) {
		packet->ip_version = 6;
		packet->ip_protocol = ip[6];
		packet->ttl = ip[7];
		memcpy(packet->source.byte, ip + 8, 16);
		memcpy(packet->destination.byte, ip + 24, 16);
		add_layer(packet, WS_HEADER_IPV6, WS_ETHERNET_BYTES, WS_IPV6_BYTES, captured, WS_CHECKSUM_UNVERIFIED);
		return;
	}
	packet->ip_version = 4;
	packet->ip_protocol = ip[9];
	packet->ttl = ip[8];
	packet->identification = ws_load16(ip + 4);
	ws_map_address(&packet->source, ip + 12);
	ws_map_address(&packet->destination, ip + 16);
	add_layer(packet, WS_HEADER_IPV4, WS_ETHERNET_BYTES, WS_IPV4_BYTES, captured,
	          ws_ipv4_checksum(ip, WS_IPV4_BYTES));
}

static inline void fill_tcp(struct ws_packet *packet, const uint8_t *tcp, const struct ws_plain *at)
{
	packet->transport = WS_TRANSPORT_TCP;
	packet->tcp_complete = true;
	packet->sequence = ws_load32(tcp + 4);
	packet->acknowledgment = ws_load32(tcp + 8);
	packet->flags = ws_load16(tcp + 12) & 0xfff;
	packet->window = ws_load16(tcp + 14);
	packet->checksum_sent = ws_load16(tcp + 16);
	if (at->timestamps) {
		packet->tcp.timestamps = true;
		packet->tcp.tsval = ws_load32(tcp + WS_TCP_BYTES + 4);
		packet->tcp.tsecr = ws_load32(tcp + WS_TCP_BYTES + 8);
	}
}

bool ws_decode_plain(struct ws_packet *packet, const struct ws_frame *frame)
{
	const uint8_t *data = frame->data;
	const uint32_t captured = frame->captured;
	struct ws_plain at;
	if (!ws_plain_find(frame, &at))
		return false;
	const uint8_t *transport = data + at.transport;
	if (at.options && !ws_tcp_read_options(&packet->tcp, transport + WS_TCP_BYTES, at.options))
		return false;
	packet->mac_destination = data;
	packet->mac_source = data + 6;
	add_layer(packet, WS_HEADER_ETHERNET, 0, WS_ETHERNET_BYTES, captured, WS_CHECKSUM_UNVERIFIED);
	fill_ip(packet, data + WS_ETHERNET_BYTES, &at, captured);
	packet->transport_layer = 2;
	packet->source_port = ws_load16(transport);
	packet->destination_port = ws_load16(transport + 2);
	if (at.udp)
		packet->transport = WS_TRANSPORT_UDP;
	else
		fill_tcp(packet, transport, &at);
	packet->checksum = ws_plain_checksum(frame, &at);
	add_layer(packet, at.udp ? WS_HEADER_UDP : WS_HEADER_TCP, at.transport, at.payload - at.transport, captured,
	          packet->checksum);
	packet->payload_offset = at.payload;
	packet->payload_length = at.end - at.payload;
	packet->payload_captured = ws_plain_captured(&at, captured);
	if (packet->payload_length)
		add_layer(packet, WS_HEADER_PAYLOAD, at.payload, packet->payload_length, captured,
		          WS_CHECKSUM_UNVERIFIED);
	if (at.end < frame->length)
		add_layer(packet, WS_HEADER_PADDING, at.end, frame->length - at.end, captured, WS_CHECKSUM_UNVERIFIED);
	return true;
}
