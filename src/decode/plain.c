/* The short way for ordinary packets, which nearly all are: Ethernet II with IPv4 or IPv6, whole and without options or
 * extension headers, then a sound TCP header with timestamps or without options, or UDP that is no tunnel. What the
 * packet says is then in known places, and nothing can be wrong with it but a checksum. Everything else is left to the
 * functions for each header, which come to the same result. */
#include "decode/plain.h"

#include "base/checksum.h"

enum { ETHERNET_BYTES = 14, IPV4_BYTES = 20, IPV6_BYTES = 40, TCP_BYTES = 20, UDP_BYTES = 8 };
enum { TCP = 6, UDP = 17 };
enum { TIMESTAMPS_BYTES = 12, TIMESTAMPS = 0x0101080a };

/* Where the parts of a packet begin, from the start of the frame; `end` is the packet's. */
struct places {
	uint32_t ip, transport, payload, end, captured;
};

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

/* True when the packet fits its frame, and a transport header follows. */
static inline bool find_transport(const uint8_t *data, uint32_t length, uint32_t captured, struct places *at)
{
	const uint8_t *ip = data + ETHERNET_BYTES;
	const uint32_t type = ws_load16(data + 12);
	uint32_t protocol, size;
	at->ip = ETHERNET_BYTES;
	at->captured = captured;
	if (type == 0x0800) {
		at->transport = ETHERNET_BYTES + IPV4_BYTES;
		size = ws_load16(ip + 2);
		protocol = ip[9];
		if (ip[0] != 0x45 || ws_load16(ip + 6) & 0x3fff) /* more fragments, or an offset */
			return false;
	} else {
		at->transport = ETHERNET_BYTES + IPV6_BYTES;
		size = IPV6_BYTES + ws_load16(ip + 4);
		protocol = ip[6];
		if (type != 0x86dd || ip[0] >> 4 != 6)
			return false;
	}
	at->end = ETHERNET_BYTES + size;
	const uint32_t header = protocol == TCP ? TCP_BYTES : UDP_BYTES;
	return (protocol == TCP || protocol == UDP) && at->end <= length && at->transport + header <= at->end &&
	       at->transport + header <= captured;
}

/* Also finds where the payload begins, and where the packet ends. */
static inline bool tcp_is_plain(const uint8_t *data, struct places *at)
{
	const uint8_t *tcp = data + at->transport;
	const uint32_t length = (tcp[12] >> 4) * 4u, flags = ws_load16(tcp + 12) & 0xfff;
	at->payload = at->transport + length;
	if (at->payload > at->end || at->payload > at->captured || !ws_load16(tcp) || !ws_load16(tcp + 2) ||
	    !ws_tcp_flags_sound((uint16_t)flags))
		return false;
	return length == TCP_BYTES ||
	       (length == TCP_BYTES + TIMESTAMPS_BYTES && ws_load32(tcp + TCP_BYTES) == TIMESTAMPS);
}

static inline bool udp_is_plain(const uint8_t *data, struct places *at)
{
	const uint8_t *udp = data + at->transport;
	const uint32_t length = ws_load16(udp + 4);
	at->payload = at->transport + UDP_BYTES;
	if (length < UDP_BYTES || length > at->end - at->transport || !ws_load16(udp + 2) ||
	    ws_udp_port_is_tunnel(ws_load16(udp)) || ws_udp_port_is_tunnel(ws_load16(udp + 2)))
		return false;
	at->end = at->transport + length;
	return true;
}

/* Returns the sum of the addresses for the transport's checksum. */
static inline uint64_t fill_ip(struct ws_packet *packet, const uint8_t *ip, const struct places *at, uint32_t ip_end)
{
	packet->ip_layer = 1;
	packet->ip_payload_offset = at->transport;
	packet->ip_payload_length = ip_end - at->transport;
	if (at->transport == ETHERNET_BYTES + IPV6_BYTES) {
		packet->ip_version = 6;
		packet->ip_protocol = ip[6];
		packet->ttl = ip[7];
		memcpy(packet->source.byte, ip + 8, 16);
		memcpy(packet->destination.byte, ip + 24, 16);
		add_layer(packet, WS_HEADER_IPV6, at->ip, IPV6_BYTES, at->captured, WS_CHECKSUM_UNVERIFIED);
		return ws_checksum_add_header(0, ip + 8, 32);
	}
	packet->ip_version = 4;
	packet->ip_protocol = ip[9];
	packet->ttl = ip[8];
	packet->identification = ws_load16(ip + 4);
	ws_map_address(&packet->source, ip + 12);
	ws_map_address(&packet->destination, ip + 16);
	add_layer(packet, WS_HEADER_IPV4, at->ip, IPV4_BYTES, at->captured, ws_ipv4_checksum(ip, IPV4_BYTES));
	return ws_checksum_add_header(0, ip + 12, 8);
}

static inline void fill_tcp(struct ws_packet *packet, const uint8_t *tcp, const struct places *at)
{
	packet->transport = WS_TRANSPORT_TCP;
	packet->tcp_complete = true;
	packet->sequence = ws_load32(tcp + 4);
	packet->acknowledgment = ws_load32(tcp + 8);
	packet->flags = ws_load16(tcp + 12) & 0xfff;
	packet->window = ws_load16(tcp + 14);
	packet->checksum_sent = ws_load16(tcp + 16);
	if (at->payload - at->transport > TCP_BYTES) {
		packet->tcp.timestamps = true;
		packet->tcp.tsval = ws_load32(tcp + TCP_BYTES + 4);
		packet->tcp.tsecr = ws_load32(tcp + TCP_BYTES + 8);
	}
}

bool ws_decode_plain(struct ws_packet *packet, const struct ws_frame *frame)
{
	const uint8_t *data = frame->data;
	struct places at;
	if (frame->link != WS_LINK_ETHERNET || frame->fcs_length || frame->captured < ETHERNET_BYTES + IPV6_BYTES ||
	    !find_transport(data, frame->length, frame->captured, &at))
		return false;
	const uint32_t ip_end = at.end;
	const uint8_t *transport = data + at.transport, *ip = data + at.ip;
	const uint8_t protocol = at.transport == ETHERNET_BYTES + IPV6_BYTES ? ip[6] : ip[9];
	if (!(protocol == TCP ? tcp_is_plain(data, &at) : udp_is_plain(data, &at)))
		return false;
	packet->mac_destination = data;
	packet->mac_source = data + 6;
	add_layer(packet, WS_HEADER_ETHERNET, 0, ETHERNET_BYTES, at.captured, WS_CHECKSUM_UNVERIFIED);
	const uint64_t addresses = fill_ip(packet, ip, &at, ip_end);
	packet->transport_layer = 2;
	packet->source_port = ws_load16(transport);
	packet->destination_port = ws_load16(transport + 2);
	uint32_t field = 16;
	bool sums = at.end <= at.captured;
	if (protocol == TCP) {
		fill_tcp(packet, transport, &at);
	} else {
		packet->transport = WS_TRANSPORT_UDP;
		field = 6;
		sums = sums && (ws_load16(transport + field) || packet->ip_version == 6);
	}
	if (sums)
		packet->checksum = ws_transport_checksum(addresses, transport, at.end - at.transport, field, protocol);
	add_layer(packet, protocol == TCP ? WS_HEADER_TCP : WS_HEADER_UDP, at.transport, at.payload - at.transport,
	          at.captured, packet->checksum);
	packet->payload_offset = at.payload;
	packet->payload_length = at.end - at.payload;
	packet->payload_captured = at.end <= at.captured      ? packet->payload_length
	                           : at.payload < at.captured ? at.captured - at.payload
	                                                      : 0;
	if (packet->payload_length)
		add_layer(packet, WS_HEADER_PAYLOAD, at.payload, packet->payload_length, at.captured,
		          WS_CHECKSUM_UNVERIFIED);
	if (at.end < frame->length)
		add_layer(packet, WS_HEADER_PADDING, at.end, frame->length - at.end, at.captured,
		          WS_CHECKSUM_UNVERIFIED);
	return true;
}
