/* Ethernet has 6 bytes of destination, 6 of source, and 2 of type or length; IEEE 802.2 LLC with its SNAP extension may
 * follow.
 *
 * From 1536 on the two bytes are an EtherType (Ethernet II); up to 1500 they are a length (IEEE 802.3 §3.2.6). The
 * length counts what follows, which is an LLC header and its data; bytes after those are padding. LLC's service access
 * point 0x06 means IP, and 0xaa a SNAP header: 3 bytes of organization and 2 bytes of protocol, which is an EtherType
 * when the organization is zero (RFC 1042).
 *
 * Old Cisco switches put 26 bytes of ISL in front of a frame to tag it. ISL looks like an 802.3 frame, and is told from
 * it by its destination, a group address. */
#include "decode/decode.h"

#define MAX_LENGTH 1500
#define MIN_TYPE 1536

#define ISL_LENGTH 26

enum { HEADER_LENGTH = 14, FCS_LENGTH = 4, TAG_LENGTH = 4 };

static bool is_isl(const uint8_t *bytes)
{
	return (bytes[0] == 0x01 || bytes[0] == 0x03) && ws_load32(bytes + 1) == 0x000c0000;
}

void ws_decode_ethernet(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 14);
	if (!bytes) {
		ws_layer_add(cursor, WS_HEADER_ETHERNET, offset, 14);
		return;
	}
	packet->mac_destination = bytes;
	packet->mac_source = bytes + 6;
	uint16_t type = ws_load16(bytes + 12);
	if (type >= MIN_TYPE) {
		ws_layer_add(cursor, WS_HEADER_ETHERNET, offset, 14);
		ws_decode_ethertype(cursor, type, offset + 14);
		return;
	}
	/* Only the outermost header can be ISL, which bounds the depth. */
	if (offset == 0 && is_isl(bytes)) {
		ws_layer_add(cursor, WS_HEADER_ISL, offset, ISL_LENGTH);
		if (cursor->end > ISL_LENGTH)
			ws_decode_ethernet(cursor, ISL_LENGTH);
		return;
	}
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_ETHERNET_LENGTH, offset, 14);
	ws_decode_802_3(cursor, layer, type, offset + 14);
}

uint32_t ws_packet_exceeds(const struct ws_packet *packet, uint32_t *length)
{
	const struct ws_layer *layer = packet->layer;
	const unsigned count = packet->layer_count;
	uint32_t most = HEADER_LENGTH + MAX_LENGTH + FCS_LENGTH;
	if (!count || (layer->header != WS_HEADER_ETHERNET && layer->header != WS_HEADER_ETHERNET_LENGTH))
		return 0;
	for (unsigned i = 1; i < count && layer[i].header == WS_HEADER_VLAN; i++)
		most += TAG_LENGTH;
	*length = packet->frame->length + (layer[count - 1].header == WS_HEADER_FCS ? 0 : FCS_LENGTH);
	return *length > most ? most : 0;
}

void ws_decode_802_3(struct ws_cursor *cursor, struct ws_layer *layer, uint16_t length, uint32_t offset)
{
	if (length > MAX_LENGTH || length > cursor->end - offset)
		ws_layer_problem(cursor, layer, WS_PROBLEM_LENGTH);
	if (length > MAX_LENGTH) {
		ws_decode_payload(cursor, offset);
		return;
	}
	if (length < cursor->end - offset)
		cursor->end = offset + length;
	ws_decode_llc(cursor, offset);
}

static void decode_snap(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_SNAP, offset, 5);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 5);
	if (!bytes || !layer)
		return;
	uint32_t organisation = ws_load32(bytes) >> 8;
	if (organisation == 0 || organisation == 0x0000f8) /* RFC 1042, and IEEE 802.1H for bridges */
		ws_decode_ethertype(cursor, ws_load16(bytes + 3), offset + 5);
	else
		ws_decode_payload(cursor, offset + 5);
}

void ws_decode_llc(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 3);
	/* Unnumbered frames have a control field of one byte, others of two. */
	uint32_t length = bytes && (bytes[2] & 3) != 3 ? 4 : 3;
	if (cursor->end == offset)
		return;
	if (bytes && bytes[0] == 0xff &&
	    bytes[1] == 0xff) { /* Novell's frames have no LLC and begin with an IPX checksum */
		ws_decode_payload(cursor, offset);
		return;
	}
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_LLC, offset, length);
	if (!layer || layer->available < length)
		return;
	bool unnumbered_information = bytes[2] == 0x03;
	if (bytes[0] == 0xaa && bytes[1] == 0xaa && unnumbered_information)
		decode_snap(cursor, offset + length);
	else if (bytes[0] == 0x06 && unnumbered_information)
		ws_decode_ip(cursor, offset + length);
	else
		ws_decode_payload(cursor, offset + length);
}
