/* Tunnels of providers and hosts: GTP-U between base station and core (3GPP TS 29.281), L2TP (RFC 2661, 3931), and
 * Teredo (RFC 4380), which carries IPv6 through address translators. */
#include "decode/tunnel.h"

/* ---- GTP-U */

bool ws_decode_gtp(struct ws_cursor *cursor, uint32_t offset)
{
	enum { G_PDU = 255, OPTIONAL = 7, NEXT = 4, EXTENSIONS_MOST = 8 };
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
	if (!bytes || bytes[0] >> 4 != 3 || bytes[1] != G_PDU)
		return false;
	const uint32_t stated = 8u + ws_load16(bytes + 2), teid = ws_load32(bytes + 4);
	if (stated > cursor->end - offset)
		return false;
	uint32_t length = bytes[0] & OPTIONAL ? 12 : 8;
	const uint8_t *optional = bytes[0] & NEXT ? ws_cursor_span(cursor, offset + 8, 4) : NULL;
	uint8_t next = optional ? optional[3] : 0;
	for (unsigned i = 0; next && i < EXTENSIONS_MOST; i++) {
		const uint8_t *size = ws_cursor_span(cursor, offset + length, 1);
		if (!size || !*size)
			return false;
		const uint8_t *end = ws_cursor_span(cursor, offset + length + *size * 4u - 1, 1);
		if (!end)
			return false;
		length += *size * 4u;
		next = *end;
	}
	if (next || length > stated)
		return false;
	const uint8_t *first = ws_cursor_span(cursor, offset + length, 1);
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_GTP, offset, length);
	if (!layer)
		return true;
	layer->form = bytes[0] & OPTIONAL ? 1 : 0;
	cursor->end = offset + stated;
	const uint8_t version = first ? *first >> 4 : 0;
	ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_GTP, teid),
	                 version == 6   ? 0x86dd
	                 : version == 4 ? 0x0800
	                                : 0,
	                 offset + length);
	return true;
}

/* ---- L2TP */

static uint32_t left_from(const struct ws_cursor *cursor, uint32_t offset)
{
	return offset < cursor->end ? cursor->end - offset : 0;
}

/* True when an Ethernet frame with IP or ARP in it begins here, by all that its headers state. */
static bool is_frame(const struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 14 + 20);
	uint32_t left = left_from(cursor, offset);
	if (!bytes)
		return false;
	left -= 14;
	switch (ws_load16(bytes + 12)) {
	case 0x0800:
		return bytes[14] >> 4 == 4 && (bytes[14] & 15) >= 5 && ws_load16(bytes + 16) <= left;
	case 0x86dd:
		return bytes[14] >> 4 == 6 && 40u + ws_load16(bytes + 18) <= left;
	case 0x0806:
		return ws_load32(bytes + 14) == 0x00010800 && ws_load16(bytes + 18) == 0x0604;
	default:
		return false;
	}
}

/* L2TP version 3 does not say how long the cookie is (0, 4 or 8 bytes), nor whether 4 bytes of a sublayer come next:
 * the control connection has agreed on that. It can be told only where an Ethernet frame fits at one of these places.
 */
static void decode_version_3(struct ws_cursor *cursor, uint32_t offset, bool over_udp)
{
	uint32_t length = over_udp ? 8 : 4, candidates = 0, extra = 0;
	const uint8_t *bytes = ws_cursor_span(cursor, offset, length);
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_L2TP_3, offset, length);
	if (!layer || !bytes)
		return;
	layer->form = over_udp;
	for (uint32_t more = 0; more <= 12; more += 4) {
		if (is_frame(cursor, offset + length + more)) {
			candidates++;
			extra = more;
		}
	}
	if (candidates != 1) {
		ws_decode_payload(cursor, offset + length);
		return;
	}
	ws_layer_resize(cursor, layer, length + extra);
	ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_L2TP, ws_load32(bytes + length - 4)), WS_BRIDGED,
	                 offset + length + extra);
}

bool ws_decode_l2tp_ip(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *session = ws_cursor_span(cursor, offset, 4);
	if (!session || !ws_load32(session)) /* a control message */
		return false;
	decode_version_3(cursor, offset, false);
	return true;
}

bool ws_decode_l2tp(struct ws_cursor *cursor, uint32_t offset)
{
	enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 15 };
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 6);
	if (!bytes)
		return false;
	const uint16_t flags = ws_load16(bytes);
	if (flags & CONTROL)
		return false;
	if ((flags & VERSION) == 3) {
		if (!ws_cursor_span(cursor, offset, 8))
			return false;
		decode_version_3(cursor, offset, true);
		return true;
	}
	const uint32_t at = flags & LENGTH ? 4 : 2;
	uint32_t length = at + 4 + (flags & SEQUENCE ? 4 : 0);
	if ((flags & VERSION) != 2 || !(bytes = ws_cursor_span(cursor, offset, length + 2)))
		return false;
	if (flags & OFFSET)
		length += 2u + ws_load16(bytes + length);
	const uint32_t stated = flags & LENGTH ? ws_load16(bytes + 2) : left_from(cursor, offset);
	if (stated < length || stated > left_from(cursor, offset))
		return false;
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_L2TP, offset, length);
	if (!layer)
		return true;
	layer->form = (uint8_t)((flags & LENGTH ? 1 : 0) | (flags & SEQUENCE ? 2 : 0) | (flags & OFFSET ? 4 : 0));
	cursor->end = offset + stated;
	ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_L2TP, ws_load32(bytes + at)), WS_INSIDE_PPP, offset + length);
	return true;
}

/* ---- Teredo */

/* Before the packet there may be an authentication, and what the server saw of the client's address. */
bool ws_decode_teredo(struct ws_cursor *cursor, uint32_t offset)
{
	uint32_t at = offset;
	const uint8_t *bytes = ws_cursor_span(cursor, at, 4);
	if (bytes && ws_load16(bytes) == 1)
		at += 4u + bytes[2] + bytes[3] + 9;
	bytes = ws_cursor_span(cursor, at, 2);
	if (bytes && ws_load16(bytes) == 0)
		at += 8;
	bytes = ws_cursor_span(cursor, at, 40);
	if (!bytes || bytes[0] >> 4 != 6 || 40u + ws_load16(bytes + 4) > left_from(cursor, at))
		return false;
	if (at > offset && !ws_layer_add(cursor, WS_HEADER_TEREDO, offset, at - offset))
		return true;
	ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_TEREDO}, 0x86dd, at);
	return true;
}
