/* ARP (RFC 826), and RARP (RFC 903), which has the same form. An ARP message states the lengths of its addresses. The
 * field tables describe the usual form, with Ethernet's 6 bytes and IPv4's 4; a message with other lengths becomes a
 * WS_HEADER_ARP_OTHER with a problem. */
#include "decode/decode.h"

void ws_decode_arp(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
	bool common = !bytes || (bytes[4] == 6 && bytes[5] == 4);
	uint32_t length = common ? 28 : 8 + 2u * (bytes[4] + bytes[5]);
	struct ws_layer *layer = ws_layer_add(cursor, common ? WS_HEADER_ARP : WS_HEADER_ARP_OTHER, offset, length);
	if (!layer)
		return;
	if (!common) {
		layer->form = bytes[4];
		ws_layer_problem(cursor, layer, WS_PROBLEM_ARP_FORM);
	}
	if (length < cursor->end - offset)
		cursor->end = offset + length;
	if (!cursor->quoted)
		cursor->packet->payload_offset = offset + length;
}
