/* Frames that are longer than Ethernet's 1518 bytes: either the link takes jumbo frames, or a capture on a host has what its
 * network card cuts into frames later, or has merged before. No segment is larger than the MSS option that its receiver sent
 * (RFC 9293 §3.7.1), so that where the connection's options are known, they say which. */
#include "scene/packet/packet.h"

#include <wirestate/language.h>

enum size { NOT_KNOWN, JUMBO, SEVERAL };

static enum size size_of(const struct packet_view *view)
{
	const struct ws_packet *packet = &view->packet;
	if (!view->mss || packet->transport != WS_TRANSPORT_TCP || !packet->payload_length)
		return NOT_KNOWN;
	return packet->payload_length > view->mss ? SEVERAL : JUMBO;
}

bool packet_is_long(const struct packet_view *view)
{
	uint32_t length;
	return ws_packet_exceeds(&view->packet, &length);
}

void packet_size_text(const struct packet_view *view, struct ws_text *label, struct ws_text *value)
{
	uint32_t length;
	const uint32_t most = ws_packet_exceeds(&view->packet, &length);
	const enum size size = size_of(view);
	ws_text_puts(label, _("size"));
	ws_text_printf(value,
	               size == JUMBO     ? _("%1$u bytes, over %2$u: a jumbo frame")
	               : size == SEVERAL ? _("%1$u bytes, over %2$u: several frames in one")
	                                 : _("%1$u bytes, over %2$u"),
	               length, most);
}

void packet_size_meaning(const struct packet_view *view, struct ws_text *meaning, const char **reference)
{
	switch (size_of(view)) {
	case JUMBO:
		ws_text_printf(meaning,
		               _("both MSS options allow such a segment (%u bytes), so the link takes frames that are "
		                 "longer than Ethernet's"),
		               view->mss);
		*reference = "RFC 9293 §3.7.1";
		break;
	case SEVERAL:
		ws_text_printf(
		        meaning,
		        _("no segment has more than %u bytes, by the MSS options: the sender's network card cuts "
		          "this one after the capture, or the receiver's has merged several before it"),
		        view->mss);
		*reference = "RFC 9293 §3.7.1";
		break;
	default:
		ws_text_puts(meaning,
		             _("longer than Ethernet's frames: a jumbo frame, or several that a network card cuts "
		               "after the capture or has merged before it"));
		*reference = "IEEE 802.3";
		break;
	}
}
