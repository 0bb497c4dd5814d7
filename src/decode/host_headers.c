/* Headers that the capturing host puts before packets, or a switch into them: Linux's firewall log (NFLOG), macOS's
 * packet tap (PKTAP), and the tags by which a Marvell switch and its host tell each other the port (DSA, EDSA). */
#include "decode/decode.h"

static uint32_t host16(const uint8_t *bytes, bool big)
{
	return big ? ws_load16(bytes) : (uint32_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t little32(const uint8_t *bytes)
{
	return host16(bytes, false) | host16(bytes + 2, false) << 16;
}

/* NFLOG is a list of attributes, each with a length (which includes these four bytes) and a type in the byte order of
 * the capturing host. The first attribute is the packet header, of 8 bytes, so its length tells that order. */
void ws_decode_nflog(struct ws_cursor *cursor, uint32_t offset)
{
	enum { PAYLOAD = 9, TYPE_MASK = 0x7fff, IPV4 = 2, IPV6 = 10, ATTRIBUTES_MOST = 64 };
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_NFLOG, offset, 4);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
	if (!layer || !bytes)
		return;
	const uint8_t family = bytes[0];
	const bool big = bytes[4] == 0 && bytes[5] != 0;
	uint32_t at = offset + 4;
	for (unsigned i = 0; i < ATTRIBUTES_MOST && (bytes = ws_cursor_span(cursor, at, 4)); i++) {
		const uint32_t length = host16(bytes, big), type = host16(bytes + 2, big) & TYPE_MASK;
		if (length < 4) {
			ws_layer_problem(cursor, layer, WS_PROBLEM_LENGTH);
			return;
		}
		if (type == PAYLOAD) {
			ws_layer_resize(cursor, layer, at + 4 - offset);
			if (length > cursor->end - at)
				ws_layer_problem(cursor, layer, WS_PROBLEM_LENGTH);
			else
				cursor->end = at + length;
			if (family == IPV4)
				ws_decode_ipv4(cursor, at + 4);
			else if (family == IPV6)
				ws_decode_ipv6(cursor, at + 4);
			else
				ws_decode_payload(cursor, at + 4);
			return;
		}
		at += (length + 3) & ~UINT32_C(3);
		ws_layer_resize(cursor, layer, at < cursor->end ? at - offset : cursor->end - offset);
	}
}

/* The link types of macOS that may be inside, by their numbers there. */
static void decode_tapped(struct ws_cursor *cursor, uint32_t link, uint32_t offset)
{
	enum { NULL_LINK = 0, ETHERNET = 1, PPP = 9, RAW = 12, RAW_FILE = 101, WIFI = 105, LOOP = 108, RADIOTAP = 127 };
	switch (link) {
	case NULL_LINK:
	case LOOP:
		ws_decode_null(cursor, offset);
		break;
	case ETHERNET:
		ws_decode_ethernet(cursor, offset);
		break;
	case PPP:
		ws_decode_ppp_framed(cursor, offset);
		break;
	case RAW:
	case RAW_FILE:
		ws_decode_ip(cursor, offset);
		break;
	case WIFI:
		ws_decode_wifi(cursor, offset);
		break;
	case RADIOTAP:
		ws_decode_radiotap(cursor, offset);
		break;
	default:
		ws_decode_payload(cursor, offset);
	}
}

void ws_decode_pktap(struct ws_cursor *cursor, uint32_t offset)
{
	enum { LEAST = 12, LINK = 8 };
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_PKTAP, offset, LEAST);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, LEAST);
	if (!layer || !bytes)
		return;
	const uint32_t length = little32(bytes);
	if (length < LEAST || length > cursor->end - offset) {
		ws_layer_problem(cursor, layer, length < LEAST ? WS_PROBLEM_HEADER_LENGTH : WS_PROBLEM_HEADER_BEYOND);
		return;
	}
	ws_layer_resize(cursor, layer, length);
	decode_tapped(cursor, little32(bytes + LINK), offset + length);
}

static void decode_switch_tag(struct ws_cursor *cursor, enum ws_header header, uint32_t tag)
{
	struct ws_packet *packet = cursor->packet;
	const uint32_t length = tag + 6;
	struct ws_layer *layer = ws_layer_add(cursor, header, 0, length);
	const uint8_t *bytes = ws_cursor_span(cursor, 0, length);
	if (!layer || !bytes)
		return;
	packet->mac_destination = bytes;
	packet->mac_source = bytes + 6;
	if (bytes[tag] & 0x20)
		packet->vlan = ws_load16(bytes + tag + 2) & 0xfff;
	const uint16_t type = ws_load16(bytes + tag + 4);
	if (type < 1536)
		ws_decode_802_3(cursor, layer, type, length);
	else
		ws_decode_ethertype(cursor, type, length);
}

void ws_decode_dsa(struct ws_cursor *cursor)
{
	decode_switch_tag(cursor, WS_HEADER_DSA, 12);
}

void ws_decode_edsa(struct ws_cursor *cursor)
{
	decode_switch_tag(cursor, WS_HEADER_EDSA, 16);
}
