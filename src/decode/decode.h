/* Inside the decoder: the cursor that its header files hand to one another. */
#ifndef WS_DECODE_DECODE_H
#define WS_DECODE_DECODE_H

#include "base/reader.h"

#include <wirestate/packet.h>

/* Layers kept free for what stands at the end of a frame: payload, padding, FCS. */
#define WS_TAIL_LAYERS 3

/* Most extension headers behind one IPv6 header, and most stacked tags, that are looked through. */
#define WS_MAX_EXTENSIONS 8
#define WS_MAX_TAGS 8

/* Where decoding stands. `bytes` are the frame's captured bytes without its FCS. `end` is where the packet ends by the
 * length fields seen so far: never behind the frame's end on the wire, but maybe behind what was captured. */
struct ws_cursor {
	struct ws_packet *packet;
	struct ws_reader bytes;
	uint32_t end;
	bool quoted;     /* inside an ICMP error: values of the packet itself must not change */
	bool incomplete; /* bytes of the IP payload are missing (fragment, cut off): no checksum can be verified */
	bool detached;   /* a reassembled datagram: layers go to `scratch`, not into the packet */
	uint64_t pseudo; /* running checksum of the pseudo-header's addresses */
	struct ws_layer scratch;
};

/* Names a header that is not whole as such, whichever way its bytes are missing. */
void ws_layer_missing(struct ws_cursor *cursor, struct ws_layer *layer);
/* Notes what is wrong with a layer; the first problem stays. */
void ws_layer_problem(struct ws_cursor *cursor, struct ws_layer *layer, enum ws_problem problem);
/* Changes a layer's length once the header has said what it is. */
void ws_layer_resize(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t length);

/* Each decodes the header at `offset` and everything behind it. */
void ws_decode_ethernet(struct ws_cursor *cursor, uint32_t offset);
/* Behind a `length` instead of a type, which stands in `layer`. */
void ws_decode_802_3(struct ws_cursor *cursor, struct ws_layer *layer, uint16_t length, uint32_t offset);
void ws_decode_llc(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_sll(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_sll2(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_null(struct ws_cursor *cursor, uint32_t offset);
void ws_decode_ip(struct ws_cursor *cursor, uint32_t offset); /* whichever version the first bits say */
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
void ws_decode_icmp(struct ws_cursor *cursor, uint32_t offset, bool version6);
/* What no header here describes. */
void ws_decode_payload(struct ws_cursor *cursor, uint32_t offset);

/* The number after a type or tag says that a VLAN tag follows. */
static inline bool ws_is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* The bytes of the packet from `offset` on that were captured. */
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

/* Adds a layer at `offset`, which must not lie behind the cursor's end, and names a header that is not whole. NULL: the
 * packet has as many layers as it can hold. */
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

/* `length` bytes of the packet, or NULL: not captured, or behind the packet's end. */
static inline const uint8_t *ws_cursor_span(const struct ws_cursor *cursor, uint32_t offset, uint32_t length)
{
	return ws_cursor_left(cursor, offset) >= length ? cursor->bytes.data + offset : NULL;
}

/* Status of a checksum over the packet's bytes from `offset` to its end, whose field lies `field` bytes behind
 * `offset`; `protocol` 0 has no pseudo-header. */
enum ws_checksum ws_checksum_verify(const struct ws_cursor *cursor, uint32_t offset, uint32_t field, uint8_t protocol);

enum ws_option_family { WS_OPTIONS_IPV4, WS_OPTIONS_TCP, WS_OPTIONS_IPV6 };

/* One option of any of the families, still raw. */
struct ws_raw_option {
	uint8_t kind;
	bool problem; /* the length does not suit the kind, or is more than what is left: then `length` is what is left
	               */
	uint32_t offset, length;
};
/* Walks options in bytes [*offset, end), which must have been captured. False at the end; an end-of-list option is the
 * last (IPv6 has none), and so is one that reaches past the end. */
bool ws_raw_option_next(const uint8_t *data, uint32_t *offset, uint32_t end, enum ws_option_family family,
                        struct ws_raw_option *option);
/* True when every option's length is right. */
bool ws_options_sound(const uint8_t *data, uint32_t offset, uint32_t end, enum ws_option_family family);

#endif
