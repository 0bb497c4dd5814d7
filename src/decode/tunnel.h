/* Private to src/decode: entering a tunnel. */
#ifndef WS_DECODE_TUNNEL_H
#define WS_DECODE_TUNNEL_H

#include "decode/decode.h"

/* EtherTypes as tunnels use them. */
enum { WS_BRIDGED = 0x6558 /* an Ethernet frame */, WS_INSIDE_PPP = 0x880b, WS_INSIDE_MPLS = 0x8847 };

/* Decodes what a tunnel carries: a packet of this EtherType at `offset`. Of `tunnel`, the caller gives kind and id; the
 * ends are those of the packet that has been decoded so far. */
void ws_decode_inside(struct ws_cursor *cursor, struct ws_tunnel tunnel, uint16_t type, uint32_t offset);

/* Each returns false, and has done nothing, when what is at `offset` is not such a header. */
bool ws_decode_gtp(struct ws_cursor *cursor, uint32_t offset);
bool ws_decode_l2tp(struct ws_cursor *cursor, uint32_t offset);
bool ws_decode_teredo(struct ws_cursor *cursor, uint32_t offset);

static inline struct ws_tunnel ws_tunnel_of(enum ws_tunnel_kind kind, uint32_t id)
{
	return (struct ws_tunnel){.kind = (uint8_t)kind, .id = id, .has_id = true};
}

#endif
