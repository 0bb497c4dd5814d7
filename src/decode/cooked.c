/* The link layers of captures without an Ethernet header: Linux's "cooked" headers of the `any` device, which contain
 * only the sender's address, and the four bytes of address family at the start of BSD loopback packets. */
#include "decode/decode.h"

/* Protocol numbers below 1536 that Linux uses for frames without an EtherType (linux/if_ether.h). */
#define ETH_P_802_2 4

static void decode_protocol(struct ws_cursor *cursor, uint16_t protocol, uint32_t offset)
{
	if (protocol == ETH_P_802_2)
		ws_decode_llc(cursor, offset);
	else
		ws_decode_ethertype(cursor, protocol, offset);
}

void ws_decode_sll(struct ws_cursor *cursor, uint32_t offset)
{
	ws_layer_add(cursor, WS_HEADER_SLL, offset, 16);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 16);
	if (!bytes)
		return;
	if (ws_load16(bytes + 4) == 6)
		cursor->packet->mac_source = bytes + 6;
	decode_protocol(cursor, ws_load16(bytes + 14), offset + 16);
}

void ws_decode_sll2(struct ws_cursor *cursor, uint32_t offset)
{
	ws_layer_add(cursor, WS_HEADER_SLL2, offset, 20);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 20);
	if (!bytes)
		return;
	cursor->packet->interface = ws_load32(bytes + 4);
	if (bytes[11] == 6)
		cursor->packet->mac_source = bytes + 12;
	decode_protocol(cursor, ws_load16(bytes), offset + 20);
}

/* The family is in the byte order of the capturing machine, and the value of AF_INET6 depends on the system: 10 on
 * Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD and 30 on macOS. No family exceeds 255, so the byte order can be told.
 */
uint16_t ws_null_type(const uint8_t bytes[4])
{
	uint32_t family = ws_load32(bytes);
	if (family > 0xffff)
		family = __builtin_bswap32(family);
	switch (family) {
	case 2:
		return 0x0800;
	case 10:
	case 24:
	case 28:
	case 30:
		return 0x86dd;
	default:
		return 0;
	}
}

void ws_decode_null(struct ws_cursor *cursor, uint32_t offset)
{
	ws_layer_add(cursor, WS_HEADER_NULL, offset, 4);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
	if (!bytes)
		return;
	const uint16_t type = ws_null_type(bytes);
	if (type)
		ws_decode_ethertype(cursor, type, offset + 4);
	else
		ws_decode_payload(cursor, offset + 4);
}
