/* Headers that providers put between the link and IP: PPPoE sessions (RFC 2516), which contain PPP, and stacks of MPLS
 * labels (RFC 3032). Labels do not say what they carry; the first bits after the last label are the IP version. */
#include "decode/decode.h"

void ws_decode_pppoe(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_PPPOE, offset, 6);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 6);
	if (!layer || !bytes)
		return;
	offset += 6;
	uint32_t length = ws_load16(bytes + 4);
	if (length > cursor->end - offset)
		ws_layer_problem(cursor, layer, WS_PROBLEM_LENGTH);
	else
		cursor->end = offset + length;
	ws_decode_ppp(cursor, offset);
}

void ws_decode_mpls(struct ws_cursor *cursor, uint32_t offset)
{
	for (unsigned labels = 1;; labels++) {
		struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_MPLS, offset, 4);
		const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
		if (!layer || !bytes)
			return;
		offset += 4;
		if (bytes[2] & 1)
			break;
		if (labels == WS_MAX_TAGS) {
			ws_layer_problem(cursor, layer, WS_PROBLEM_TAGS);
			ws_decode_payload(cursor, offset);
			return;
		}
	}
	const uint8_t *first = ws_cursor_span(cursor, offset, 1);
	if (first && (*first >> 4 == 4 || *first >> 4 == 6))
		ws_decode_ip(cursor, offset);
	else
		ws_decode_payload(cursor, offset);
}
