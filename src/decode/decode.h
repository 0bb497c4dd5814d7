/* Private to src/decode: the cursor that the functions for each header pass on. */
#ifndef WS_DECODE_DECODE_H
#define WS_DECODE_DECODE_H

#include "base/checksum.h"
#include "base/reader.h"

#include <wirestate/packet.h>

/* How many layers are kept free for the end of a frame: payload, padding and FCS. */
#define WS_TAIL_LAYERS 3

/* How many extension headers after one IPv6 header, and how many stacked tags, are decoded at most. */
#define WS_MAX_EXTENSIONS 8
#define WS_MAX_TAGS 8

/* The position of decoding. `bytes` are the frame's captured bytes without its FCS. `end` is where the packet ends, by
 * the length fields decoded so far. It never exceeds the frame's length on the wire, but may exceed what was captured.
 */
struct ws_cursor {
	struct ws_packet *packet;
	struct ws_reader bytes;
	uint32_t end;
	bool quoted;        /* inside an ICMP error, where the packet's own values must not change */
	bool incomplete;    /* bytes of the IP payload are missing, so no checksum can be verified */
	bool detached;      /* in a reassembled datagram, layers go to `scratch` and not to the packet */
	uint8_t fcs_length; /* bytes of frame check sequence after `end` */
	uint32_t fcs_start; /* where the frame begins that it covers */
	uint64_t pseudo;    /* the running sum of the pseudo-header's addresses */
	struct ws_layer scratch;
};

/* Marks a header as truncated or short, depending on why its bytes are missing. */
void ws_layer_missing(struct ws_cursor *cursor, struct ws_layer *layer);
/* Records what is wrong with a layer; only its first problem is kept. */
/* Says that the packet is a fragment: `offset` bytes after the beginning of what may have `most` bytes, and `length` bytes
 * long. Returns true when it is the first one, in which the transport header follows. */
bool ws_decode_fragment(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t offset, uint32_t length,
                        uint32_t most, bool more);
void ws_layer_problem(struct ws_cursor *cursor, struct ws_layer *layer, enum ws_problem problem);
/* Changes a layer's length when it has been read from the header. */
void ws_layer_resize(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t length);

/* What an IP header and its extension headers end with: the protocol of what follows at `offset`. */
static inline void ws_set_ip_payload(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	if (cursor->quoted) {
		packet->quote.ip_protocol = protocol;
	} else {
		packet->ip_protocol = protocol;
		packet->ip_payload_offset = offset;
		packet->ip_payload_length = cursor->end - offset;
	}
}

/* Each of these functions decodes the header at `offset` and everything after it. */
void ws_decode_ethernet(struct ws_cursor *cursor, uint32_t offset);
/* Decodes what follows an 802.3 `length`; `layer` is the Ethernet header that contains it. */
void ws_decode_802_3(struct ws_cursor *cursor, struct ws_layer *layer, uint16_t length, uint32_t offset);
void ws_decode_llc(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_sll(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_sll2(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_null(struct ws_cursor *cursor, uint32_t offset);
/* The EtherType of what follows BSD loopback's address family, 0: it is not IP. */
uint16_t ws_null_type(const uint8_t bytes[4]);
void ws_decode_radiotap(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_wifi(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_ppp(struct ws_cursor *cursor, uint32_t offset);        /* from the protocol field on */
void ws_decode_ppp_framed(struct ws_cursor *cursor, uint32_t offset); /* maybe HDLC's address and control before */
void ws_decode_serial(struct ws_cursor *cursor, uint32_t offset);     /* that, or Cisco HDLC */
void ws_decode_cisco_hdlc(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_nflog(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_pktap(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_dsa(struct ws_cursor *cursor);
void ws_decode_edsa(struct ws_cursor *cursor);
void ws_decode_ip(struct ws_cursor *cursor, uint32_t offset); /* either version, by the first bits */
void ws_decode_ethertype(struct ws_cursor *cursor, uint16_t type, uint32_t offset);
void ws_decode_vlan(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_pppoe(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_mpls(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_arp(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_ipv4(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_ipv6(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_transport(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset);
void ws_decode_tcp(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_udp(struct ws_cursor *cursor, uint32_t offset);
/* Decodes what is inside a tunnel that this protocol of IP, or this port of UDP, announces. False: it is none. */
bool ws_decode_ip_tunnel(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset);
bool ws_decode_udp_tunnel(struct ws_cursor *cursor, uint16_t port, uint32_t offset);
bool ws_decode_l2tp_ip(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_icmp(struct ws_cursor *cursor, uint32_t offset, bool version6);
/* Adds what no header here describes as payload. */
void ws_decode_payload(struct ws_cursor *cursor, uint32_t offset);

/* X(enumerator, port): the ports of tunnels over UDP. */
#define WS_TUNNEL_PORTS(X)                                                                                             \
	X(WS_PORT_L2TP, 1701)                                                                                          \
	X(WS_PORT_GTP, 2152)                                                                                           \
	X(WS_PORT_TEREDO, 3544)                                                                                        \
	X(WS_PORT_VXLAN, 4789)                                                                                         \
	X(WS_PORT_GENEVE, 6081)                                                                                        \
	X(WS_PORT_MPLS, 6635)                                                                                          \
	X(WS_PORT_VXLAN_LINUX, 8472)

#define X(name, port) name = (port),
enum { WS_TUNNEL_PORTS(X) };
#undef X

/* True when what comes from or to this port may be a tunnel, see ws_decode_udp_tunnel(). */
static inline bool ws_udp_port_is_tunnel(uint16_t port)
{
	/* Most ports have other low bits than all of these. */
#define LOW_BITS(name, number) | UINT64_C(1) << (number) % 64
	if (!((0 WS_TUNNEL_PORTS(LOW_BITS)) >> port % 64 & 1))
		return false;
#undef LOW_BITS
#define IS(name, number) || port == (number)
	return false WS_TUNNEL_PORTS(IS);
#undef IS
}

/* True when this EtherType announces a VLAN tag. */
static inline bool ws_is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* How many captured bytes the packet has from `offset` on. */
static inline uint32_t ws_cursor_left(const struct ws_cursor *cursor, uint32_t offset)
{
	uint32_t end = cursor->end < cursor->bytes.size ? cursor->end : cursor->bytes.size;
	return offset < end ? end - offset : 0;
}

static inline void ws_layer_fill(const struct ws_cursor *cursor, struct ws_layer *layer, enum ws_header header,
                                 uint32_t offset, uint32_t length)
{
	const uint32_t left = ws_cursor_left(cursor, offset);
	*layer = (struct ws_layer){.header = header,
	                           .quoted = cursor->quoted,
	                           .offset = offset,
	                           .length = length,
	                           .available = length < left ? length : left};
}

/* Adds a layer at `offset`, which must not exceed the cursor's end, and marks a header that is not complete. Returns
 * NULL when the packet already has as many layers as it can hold. */
static inline struct ws_layer *ws_layer_add(struct ws_cursor *cursor, enum ws_header header, uint32_t offset,
                                            uint32_t length)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_layer *layer = &cursor->scratch;
	if (!cursor->detached) {
		if (packet->layer_count >= WS_MAX_LAYERS - WS_TAIL_LAYERS)
			return NULL;
		layer = &packet->layer[packet->layer_count++];
	}
	ws_layer_fill(cursor, layer, header, offset, length);
	if (layer->available < length)
		ws_layer_missing(cursor, layer);
	return layer;
}

/* Returns `length` bytes of the packet, or NULL when they were not captured or exceed the packet's end. */
static inline const uint8_t *ws_cursor_span(const struct ws_cursor *cursor, uint32_t offset, uint32_t length)
{
	return ws_cursor_left(cursor, offset) >= length ? cursor->bytes.data + offset : NULL;
}

/* The status of a checksum over the packet's bytes from `offset` to its end. The checksum's field is `field` bytes
 * after `offset`. With `protocol` 0 there is no pseudo-header. */
enum ws_checksum ws_checksum_verify(const struct ws_cursor *cursor, uint32_t offset, uint32_t field, uint8_t protocol);

/* Of a checksum that is not right: `pseudo` is the sum of the pseudo-header, `lengthless` the same without the length. */
WS_SELDOM enum ws_checksum ws_checksum_judge(const uint8_t *field, uint64_t pseudo, uint64_t lengthless);

/* The same as ws_checksum_verify() of `length` bytes, all of which were captured; `addresses` is the sum of the
 * pseudo-header's. */
static inline enum ws_checksum ws_transport_checksum(uint64_t addresses, const uint8_t *bytes, uint32_t length,
                                                     uint32_t field, uint8_t protocol)
{
	uint64_t lengthless = 0, pseudo = 0;
	if (protocol) {
		lengthless = ws_checksum_add_number(addresses, protocol);
		pseudo = ws_checksum_add_number(lengthless, length);
	}
	if (ws_checksum_is_right(ws_checksum_add(pseudo, bytes, length)))
		return WS_CHECKSUM_GOOD;
	return protocol ? ws_checksum_judge(bytes + field, pseudo, lengthless) : WS_CHECKSUM_BAD;
}

/* The status of an IPv4 header's checksum. */
static inline enum ws_checksum ws_ipv4_checksum(const uint8_t *bytes, uint32_t length)
{
	if (ws_checksum_is_right(ws_checksum_add_header(0, bytes, length)))
		return WS_CHECKSUM_GOOD;
	return ws_load16(bytes + 10) ? WS_CHECKSUM_BAD
	                             : WS_CHECKSUM_OFFLOADED; /* zero: the network card will compute it */
}

static inline void ws_map_address(struct ws_addr *addr, const uint8_t bytes[4])
{
	static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	memcpy(addr->byte, prefix, sizeof(prefix));
	memcpy(addr->byte + sizeof(prefix), bytes, 4);
}

/* At most one of SYN, FIN and RST is set, and something is. */
static inline bool ws_tcp_flags_sound(uint16_t flags)
{
	uint16_t kind = flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST);
	return (kind & (kind - 1)) == 0 && (flags & (WS_TCP_SYN | WS_TCP_FIN | WS_TCP_RST | WS_TCP_ACK)) != 0;
}

/* Most segments have just these options: timestamps, aligned with two NOPs (RFC 7323 appendix A). */
static inline bool ws_tcp_is_timestamps(const uint8_t *options, uint32_t length)
{
	return length == 12 && ws_load32(options) == 0x0101080a;
}

/* Reads `length` bytes of TCP's options into a summary that has none yet. Returns false when one has an invalid length;
 * then that one is not read. */
bool ws_tcp_read_options(struct ws_tcp_summary *tcp, const uint8_t *bytes, uint32_t length) WS_CHECKED;

/* RFC 7413 §4.1.1: the experimental option that became fast open begins with these two bytes after its length. */
enum { WS_OPTION_EXPERIMENT = 254, WS_FAST_OPEN_MAGIC = 0xf989 };

enum ws_option_family { WS_OPTIONS_IPV4, WS_OPTIONS_TCP, WS_OPTIONS_IPV6 };

/* An option of any family, not yet interpreted. */
struct ws_raw_option {
	uint8_t kind;
	bool problem; /* the length does not suit the kind, or exceeds the bytes left, to which `length` is then cut */
	uint32_t offset, length;
};
/* Walks the options in bytes [*offset, end), all of which must have been captured. Returns false after the last one. An
 * end-of-list option is the last (IPv6 has none), and so is an option that exceeds the end. */
bool ws_raw_option_next(const uint8_t *data, uint32_t *offset, uint32_t end, enum ws_option_family family,
                        struct ws_raw_option *option);
/* True when the lengths of all options are valid. */
bool ws_options_sound(const uint8_t *data, uint32_t offset, uint32_t end, enum ws_option_family family);

#endif
