/* See plain.h. Fills a packet of which all places are known. */
#include "decode/plain.h"

/* ---- What is before the IP header */

/* How many bytes the link puts before a packet, at least. False: more than is looked at here. */
static bool link_length(uint8_t link, uint32_t *length)
{
	switch (link) {
	case WS_LINK_ETHERNET:
		*length = WS_ETHERNET_BYTES;
		return true;
	case WS_LINK_SLL:
		*length = 16;
		return true;
	case WS_LINK_SLL2:
		*length = 20;
		return true;
	case WS_LINK_NULL:
	case WS_LINK_LOOP:
		*length = 4;
		return true;
	case WS_LINK_RAW:
	case WS_LINK_IPV4:
	case WS_LINK_IPV6:
		*length = 0;
		return true;
	default:
		return false;
	}
}

static void read_link(struct ws_plain_link *at, uint8_t link, const uint8_t *data)
{
	switch (link) {
	case WS_LINK_ETHERNET:
		at->header = WS_HEADER_ETHERNET;
		at->type = ws_load16(data + 12);
		at->mac_count = 2;
		at->mac_source = 6;
		break;
	case WS_LINK_SLL:
		at->header = WS_HEADER_SLL;
		at->type = ws_load16(data + 14);
		at->mac_count = ws_load16(data + 4) == 6;
		at->mac_source = 6;
		break;
	case WS_LINK_SLL2:
		at->header = WS_HEADER_SLL2;
		at->type = ws_load16(data);
		at->mac_count = data[11] == 6;
		at->mac_source = 12;
		at->interface = ws_load32(data + 4);
		break;
	case WS_LINK_NULL:
	case WS_LINK_LOOP:
		at->header = WS_HEADER_NULL;
		at->type = ws_null_type(data);
		break;
	case WS_LINK_RAW:
		at->type = data[0] >> 4 == 6 ? WS_TYPE_IPV6 : WS_TYPE_IPV4;
		break;
	default:
		at->type = link == WS_LINK_IPV6 ? WS_TYPE_IPV6 : WS_TYPE_IPV4;
	}
}

struct ws_plain_link ws_plain_link(const struct ws_frame *frame)
{
	enum { TAGS_MOST = 2, TAG_BYTES = 4 };
	struct ws_plain_link at = {.vlan = WS_NO_VLAN};
	const uint8_t *data = frame->data;
	if (!link_length(frame->link, &at.ip) || frame->captured < at.ip + WS_IPV4_BYTES)
		return at;
	read_link(&at, frame->link, data);
	for (; at.tags < TAGS_MOST && ws_is_tag(at.type); at.tags++) {
		if (at.tags == 0)
			at.vlan = ws_load16(data + at.ip) & 0xfff;
		at.type = ws_load16(data + at.ip + 2);
		at.ip += TAG_BYTES;
	}
	if (frame->captured < at.ip + WS_IPV4_BYTES)
		at.type = 0;
	return at;
}

/* ---- The packet */

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
	packet->ip_layer = packet->layer_count;
	packet->ip_payload_offset = at->transport;
	packet->ip_payload_length = at->ip_end - at->transport;
	if (at->version6) {
		packet->ip_version = 6;
		packet->ip_protocol = ip[6];
		packet->ttl = ip[7];
		memcpy(packet->source.byte, ip + 8, 16);
		memcpy(packet->destination.byte, ip + 24, 16);
		add_layer(packet, WS_HEADER_IPV6, at->link.ip, WS_IPV6_BYTES, captured, WS_CHECKSUM_UNVERIFIED);
		return;
	}
	packet->ip_version = 4;
	packet->ip_protocol = ip[9];
	packet->ttl = ip[8];
	packet->identification = ws_load16(ip + 4);
	ws_map_address(&packet->source, ip + 12);
	ws_map_address(&packet->destination, ip + 16);
	add_layer(packet, WS_HEADER_IPV4, at->link.ip, WS_IPV4_BYTES, captured, ws_ipv4_checksum(ip, WS_IPV4_BYTES));
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

static inline void fill_link(struct ws_packet *packet, const uint8_t *data, const struct ws_plain_link *at,
                             uint32_t captured)
{
	const uint32_t length = at->ip - 4u * at->tags;
	packet->vlan = at->vlan;
	packet->interface = at->interface;
	if (at->mac_count > 1)
		packet->mac_destination = data;
	if (at->mac_count)
		packet->mac_source = data + at->mac_source;
	if (length)
		add_layer(packet, (enum ws_header)at->header, 0, length, captured, WS_CHECKSUM_UNVERIFIED);
	for (uint32_t tag = length; tag < at->ip; tag += 4)
		add_layer(packet, WS_HEADER_VLAN, tag, 4, captured, WS_CHECKSUM_UNVERIFIED);
}

bool ws_decode_plain(struct ws_packet *packet, const struct ws_frame *frame)
{
	const uint8_t *data = frame->data;
	const uint32_t captured = frame->captured;
	struct ws_plain at;
	if (!ws_plain_is_ethernet(frame, &at.link))
		at.link = ws_plain_link(frame);
	if (!ws_plain_find(frame, &at))
		return false;
	const uint8_t *transport = data + at.transport;
	if (at.options && !ws_tcp_read_options(&packet->tcp, transport + WS_TCP_BYTES, at.options))
		return false;
	fill_link(packet, data, &at.link, captured);
	fill_ip(packet, data + at.link.ip, &at, captured);
	packet->transport_layer = packet->layer_count;
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
