/* VLAN tags (IEEE 802.1Q, and 802.1ad where a provider adds its own tag to a customer's): 2 bytes of priority, drop
 * eligibility and identifier, then the type of what follows, which may be another tag. */
#include "decode/decode.h"

void ws_decode_vlan(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	for (unsigned tags = 0;; tags++) {
		struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_VLAN, offset, 4);
		const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
		if (!layer || !bytes)
			return;
		if (packet->vlan == WS_NO_VLAN)
			packet->vlan = ws_load16(bytes) & 0xfff;
		uint16_t type = ws_load16(bytes + 2);
		offset += 4;
		if (type < 1536) {
			ws_decode_802_3(cursor, layer, type, offset);
			return;
		}
		if (!ws_is_tag(type)) {
			ws_decode_ethertype(cursor, type, offset);
			return;
		}
		if (tags + 1 == WS_MAX_TAGS) {
			ws_layer_problem(cursor, layer, WS_PROBLEM_TAGS);
			ws_decode_payload(cursor, offset);
			return;
		}
	}
}
