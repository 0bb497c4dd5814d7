/* The short way for ordinary packets, which nearly all are: IPv4 or IPv6, whole and without options or extension headers,
 * then a sound TCP header, or UDP that is no tunnel. Before them is what a link usually puts there: Ethernet II or one of
 * Linux's cooked headers, with at most two VLAN tags, an address family, or nothing. What the packet says is then in known
 * places, and nothing can be wrong with it but a checksum. Everything else is left to the functions for each header, which
 * come to the same result.
 *
 * This file finds the places. plain.c fills a struct ws_packet from there, and ws_tracker_gist_of_frame() a gist. */
#ifndef WS_DECODE_PLAIN_H
#define WS_DECODE_PLAIN_H

#include "decode/decode.h"

enum {
	WS_ETHERNET_BYTES = 14,
	WS_IPV4_BYTES = 20,
	WS_IPV6_BYTES = 40,
	WS_TCP_BYTES = 20,
	WS_UDP_BYTES = 8,
};

enum { WS_TYPE_IPV4 = 0x0800, WS_TYPE_IPV6 = 0x86dd };

/* What is before the IP header. */
struct ws_plain_link {
	uint32_t ip;        /* where the IP header begins, from the start of the frame */
	uint32_t interface; /* as in a packet */
	uint16_t vlan;      /* likewise */
	uint16_t type;      /* EtherType of what follows; plain packets have one of the two above */
	uint8_t header;     /* enum ws_header of the frame's first bytes, if there are any before `ip` */
	uint8_t tags;       /* of 4 bytes, after that header */
	uint8_t mac_count;  /* 2: the destination, at the start of the frame, and the source; 1: the source; 0: none */
	uint8_t mac_source; /* where that one is */
};

/* Where the parts of a plain packet begin, from the start of the frame. */
struct ws_plain {
	struct ws_plain_link link;
	uint32_t transport, payload;
	uint32_t end, ip_end; /* of the packet, and of the bytes that its IP header counts; never beyond the frame */
	bool udp, version6;
	bool timestamps; /* TCP's only option */
	uint8_t options; /* bytes of TCP's options when they are any others */
};

/* Finds the transport header of a packet that fits its frame. */
static inline bool ws_plain_find_transport(const uint8_t *data, uint32_t length, uint32_t captured, struct ws_plain *at)
{
	enum { TCP = 6, UDP = 17 };
	const uint32_t start = at->link.ip;
	const uint8_t *ip = data + start;
	uint8_t protocol;
	if (at->link.type == WS_TYPE_IPV4) {
		if (ip[0] != 0x45 || ws_load16(ip + 6) & 0x3fff) /* more fragments, or an offset */
			return false;
		at->version6 = false;
		at->transport = start + WS_IPV4_BYTES;
		at->end = at->ip_end = start + ws_load16(ip + 2);
		protocol = ip[9];
	} else {
		if (at->link.type != WS_TYPE_IPV6 || ip[0] >> 4 != 6)
			return false;
		at->version6 = true;
		at->transport = start + WS_IPV6_BYTES;
		at->end = at->ip_end = at->transport + ws_load16(ip + 4);
		protocol = ip[6];
	}
	at->udp = protocol == UDP;
	const uint32_t header = at->transport + (at->udp ? WS_UDP_BYTES : WS_TCP_BYTES);
	return (protocol == TCP || at->udp) && at->end <= length && header <= at->end && header <= captured;
}

/* Also finds where the payload begins. */
static inline bool ws_plain_find_segment(const uint8_t *data, uint32_t captured, struct ws_plain *at)
{
	const uint8_t *tcp = data + at->transport;
	const uint32_t length = (tcp[12] >> 4) * 4u;
	at->payload = at->transport + length;
	if (length < WS_TCP_BYTES || at->payload > at->end || at->payload > captured || !ws_load16(tcp) ||
	    !ws_load16(tcp + 2) || !ws_tcp_flags_sound(ws_load16(tcp + 12) & 0xfff))
		return false;
	at->timestamps = ws_tcp_is_timestamps(tcp + WS_TCP_BYTES, length - WS_TCP_BYTES);
	at->options = at->timestamps ? 0 : (uint8_t)(length - WS_TCP_BYTES);
	return true;
}

/* Also finds where the payload begins, and where the datagram ends. */
static inline bool ws_plain_find_datagram(const uint8_t *data, struct ws_plain *at)
{
	const uint8_t *udp = data + at->transport;
	const uint32_t length = ws_load16(udp + 4);
	at->payload = at->transport + WS_UDP_BYTES;
	at->timestamps = false;
	at->options = 0;
	if (length < WS_UDP_BYTES || length > at->end - at->transport || !ws_load16(udp + 2) ||
	    ws_udp_port_is_tunnel(ws_load16(udp)) || ws_udp_port_is_tunnel(ws_load16(udp + 2)))
		return false;
	at->end = at->transport + length;
	return true;
}

/* Reads what is before the IP header, on any link. The type is 0 if there is no room for an IPv4 header after it. */
struct ws_plain_link ws_plain_link(const struct ws_frame *frame);

/* The same, and quickly, when that is Ethernet without a tag. False: it is not. */
static inline bool ws_plain_is_ethernet(const struct ws_frame *frame, struct ws_plain_link *link)
{
	if (frame->link != WS_LINK_ETHERNET || frame->captured < WS_ETHERNET_BYTES + WS_IPV4_BYTES)
		return false;
	*link = (struct ws_plain_link){.ip = WS_ETHERNET_BYTES,
	                               .vlan = WS_NO_VLAN,
	                               .type = ws_load16(frame->data + 12),
	                               .header = WS_HEADER_ETHERNET,
	                               .mac_count = 2,
	                               .mac_source = 6};
	return link->type == WS_TYPE_IPV4 || link->type == WS_TYPE_IPV6;
}

/* Finds the rest when `at->link` is known. False: it is no plain packet. It is none either if TCP's options are not sound,
 * which ws_tcp_read_options() tells: call it when there are `options`. */
static inline __attribute__((always_inline)) bool ws_plain_find(const struct ws_frame *frame, struct ws_plain *at)
{
	const uint32_t captured = frame->captured;
	if (frame->fcs_length || !ws_plain_find_transport(frame->data, frame->length, captured, at))
		return false;
	return at->udp ? ws_plain_find_datagram(frame->data, at) : ws_plain_find_segment(frame->data, captured, at);
}

/* How many bytes of the payload were captured. */
static inline uint32_t ws_plain_captured(const struct ws_plain *at, uint32_t captured)
{
	return at->end <= captured ? at->end - at->payload : at->payload < captured ? captured - at->payload : 0;
}

/* The status of the transport's checksum. */
static inline enum ws_checksum ws_plain_checksum(const struct ws_frame *frame, const struct ws_plain *at)
{
	const uint8_t *transport = frame->data + at->transport, *ip = frame->data + at->link.ip;
	const uint32_t field = at->udp ? 6 : 16;
	if (at->end > frame->captured || (at->udp && !at->version6 && !ws_load16(transport + field)))
		return WS_CHECKSUM_UNVERIFIED;
	const uint64_t addresses =
	        at->version6 ? ws_checksum_add_header(0, ip + 8, 32) : ws_checksum_add_header(0, ip + 12, 8);
	return ws_transport_checksum(addresses, transport, at->end - at->transport, field, at->udp ? 17 : 6);
}

/* Fills what ws_decode() has cleared. False: it is no such packet, and what has been filled has no meaning. */
bool ws_decode_plain(struct ws_packet *packet, const struct ws_frame *frame) WS_CHECKED;

/* decode.c. What ws_decode() does with any other packet, by the functions for each header. Does not set may_name. */
void ws_decode_headers(const struct ws_frame *frame, struct ws_packet *packet);

#endif
