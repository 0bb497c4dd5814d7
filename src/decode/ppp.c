/* PPP (RFC 1661), with the framing of HDLC (RFC 1662) or without; and Cisco's own HDLC. All protocol numbers of PPP are
 * odd, and the first of their two bytes is even; so an odd first byte is a number compressed to one byte (RFC 1661
 * §6.5). */
#include "decode/decode.h"

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281, PPP_MPLS_MULTICAST = 0x0283 };

void ws_decode_ppp(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *first = ws_cursor_span(cursor, offset, 1);
	const bool compressed = first && *first & 1;
	const uint32_t size = compressed ? 1 : 2;
	struct ws_layer *layer = ws_layer_add(cursor, compressed ? WS_HEADER_PPP_SHORT : WS_HEADER_PPP, offset, size);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, size);
	if (!layer || !bytes)
		return;
	offset += size;
	switch (compressed ? bytes[0] : ws_load16(bytes)) {
	case PPP_IPV4:
		ws_decode_ipv4(cursor, offset);
		break;
	case PPP_IPV6:
		ws_decode_ipv6(cursor, offset);
		break;
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		ws_decode_mpls(cursor, offset);
		break;
	default:
		ws_decode_payload(cursor, offset);
	}
}

void ws_decode_ppp_framed(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 2);
	if (!bytes || bytes[0] != 0xff || bytes[1] != 0x03) {
		ws_decode_ppp(cursor, offset);
		return;
	}
	if (ws_layer_add(cursor, WS_HEADER_HDLC, offset, 2))
		ws_decode_ppp(cursor, offset + 2);
}

void ws_decode_cisco_hdlc(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_CISCO_HDLC, offset, 4);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
	if (!layer || !bytes)
		return;
	const uint16_t type = ws_load16(bytes + 2);
	if (type == 0x8035) /* SLARP, not RARP */
		ws_decode_payload(cursor, offset + 4);
	else
		ws_decode_ethertype(cursor, type, offset + 4);
}

void ws_decode_serial(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *first = ws_cursor_span(cursor, offset, 1);
	if (first && (*first == 0x0f || *first == 0x8f))
		ws_decode_cisco_hdlc(cursor, offset);
	else
		ws_decode_ppp_framed(cursor, offset);
}
