/* Decodes a frame into layers and values.
 *
 * The function for each header takes a cursor and an offset, adds its layer, narrows the cursor's end by its own length
 * field, and calls the function for the next header. The depth is bounded: there are maximum numbers of tags, extension
 * headers and layers, and the quotation inside an ICMP error is not searched for another one. The bytes between the end
 * by the length fields and the frame check sequence are padding.
 *
 * Bytes can be missing for two reasons that must be kept apart. A header is TRUNCATED when the capture kept only the
 * first bytes of the frame; then its checksum cannot be verified. It is SHORT when the packet itself ends too early. */
#include "decode/decode.h"
#include "decode/application.h"
#include "decode/plain.h"

#include "base/checksum.h"

#include <zlib.h>

static uint32_t available(const struct ws_cursor *cursor, uint32_t offset, uint32_t length)
{
	uint32_t left = ws_cursor_left(cursor, offset);
	return length < left ? length : left;
}

void ws_layer_problem(struct ws_cursor *cursor, struct ws_layer *layer, enum ws_problem problem)
{
	if (layer->problem != WS_PROBLEM_NONE)
		return;
	layer->problem = problem;
	cursor->packet->problems += layer != &cursor->scratch;
}

bool ws_decode_fragment(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t offset, uint32_t length,
                        uint32_t most, bool more)
{
	struct ws_packet *packet = cursor->packet;
	cursor->incomplete = true;
	if (offset + length > most)
		ws_layer_problem(cursor, layer, WS_PROBLEM_FRAGMENT_RANGE);
	if (!cursor->quoted) {
		packet->fragment = true;
		packet->more_fragments = more;
		packet->fragment_offset = offset;
	}
	return offset == 0;
}

void ws_layer_missing(struct ws_cursor *cursor, struct ws_layer *layer)
{
	if (!cursor->quoted) /* a quotation may end anywhere */
		ws_layer_problem(cursor, layer,
		                 layer->length > cursor->end - layer->offset ? WS_PROBLEM_SHORT : WS_PROBLEM_TRUNCATED);
}

void ws_layer_resize(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t length)
{
	layer->length = length;
	layer->available = available(cursor, layer->offset, length);
	if (layer->available < length)
		ws_layer_missing(cursor, layer);
}

void ws_decode_payload(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	uint32_t length = offset < cursor->end ? cursor->end - offset : 0;
	if (!cursor->quoted) {
		packet->payload_offset = offset;
		packet->payload_length = length;
		packet->payload_captured = available(cursor, offset, length);
	}
	if (length > 0 && !cursor->detached)
		ws_layer_fill(cursor, &packet->layer[packet->layer_count++], WS_HEADER_PAYLOAD, offset, length);
}

void ws_decode_ethertype(struct ws_cursor *cursor, uint16_t type, uint32_t offset)
{
	switch (type) {
	case 0x0800:
		ws_decode_ipv4(cursor, offset);
		break;
	case 0x86dd:
		ws_decode_ipv6(cursor, offset);
		break;
	case 0x0806:
	case 0x8035: /* RARP */
		ws_decode_arp(cursor, offset);
		break;
	case 0x8847:
	case 0x8848:
		ws_decode_mpls(cursor, offset);
		break;
	case 0x8864:
		ws_decode_pppoe(cursor, offset);
		break;
	default:
		if (ws_is_tag(type))
			ws_decode_vlan(cursor, offset);
		else
			ws_decode_payload(cursor, offset);
	}
}

void ws_decode_ip(struct ws_cursor *cursor, uint32_t offset)
{
	uint8_t first;
	if (!ws_reader_u8(&cursor->bytes, offset, &first))
		ws_decode_payload(cursor, offset);
	else if (first >> 4 == 6)
		ws_decode_ipv6(cursor, offset);
	else
		ws_decode_ipv4(cursor, offset);
}

void ws_decode_transport(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset)
{
	switch (protocol) {
	case 6:
		ws_decode_tcp(cursor, offset);
		break;
	case 17:
		ws_decode_udp(cursor, offset);
		break;
	case 1:
		ws_decode_icmp(cursor, offset, false);
		break;
	case 58:
		ws_decode_icmp(cursor, offset, true);
		break;
	default:
		if (!ws_decode_ip_tunnel(cursor, protocol, offset))
			ws_decode_payload(cursor, offset);
	}
}

enum ws_checksum ws_checksum_verify(const struct ws_cursor *cursor, uint32_t offset, uint32_t field, uint8_t protocol)
{
	if (cursor->incomplete || cursor->quoted || cursor->end > cursor->bytes.size)
		return WS_CHECKSUM_UNVERIFIED;
	uint32_t length = cursor->end - offset;
	const uint8_t *bytes = ws_cursor_span(cursor, offset, length);
	if (!bytes || length < field + 2)
		return WS_CHECKSUM_UNVERIFIED;
	return ws_transport_checksum(cursor->pseudo, bytes, length, field, protocol);
}

enum ws_checksum ws_checksum_judge(const uint8_t *field, uint64_t pseudo, uint64_t lengthless)
{
	const uint16_t sent = ws_checksum_fold(ws_checksum_add(0, field, 2));
	/* A segment that the card will split has no length yet that the sum could contain. */
	return sent == ws_checksum_fold(pseudo) || sent == ws_checksum_fold(lengthless) ? WS_CHECKSUM_OFFLOADED
	                                                                                : WS_CHECKSUM_BAD;
}

/* Adds padding and frame check sequence: everything from the end by the length fields to the frame's end. */
static void decode_tail(struct ws_cursor *cursor, uint32_t packet_end)
{
	struct ws_packet *packet = cursor->packet;
	const struct ws_frame *frame = packet->frame;
	if (packet_end < cursor->end)
		ws_layer_fill(cursor, &packet->layer[packet->layer_count++], WS_HEADER_PADDING, packet_end,
		              cursor->end - packet_end);
	if (frame->length == cursor->end)
		return;
	struct ws_layer *layer = &packet->layer[packet->layer_count++];
	uint32_t available_bytes = frame->captured > cursor->end ? frame->captured - cursor->end : 0;
	*layer = (struct ws_layer){.header = WS_HEADER_FCS,
	                           .offset = cursor->end,
	                           .length = cursor->fcs_length,
	                           .available = available_bytes};
	if (available_bytes < 4 || cursor->fcs_length != 4)
		return;
	/* The CRC is sent with its least significant byte first. */
	const uint8_t *bytes = frame->data + cursor->end;
	uint32_t sent = (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
	bool good = crc32(0, frame->data + cursor->fcs_start, cursor->end - cursor->fcs_start) == sent;
	layer->checksum = good ? WS_CHECKSUM_GOOD : WS_CHECKSUM_BAD;
	if (!good)
		ws_layer_problem(cursor, layer, WS_PROBLEM_FCS);
	if (frame->length < 64 && frame->link == WS_LINK_ETHERNET)
		ws_layer_problem(cursor, &packet->layer[0], WS_PROBLEM_RUNT);
}

static void decode_link(struct ws_cursor *cursor, enum ws_link link)
{
	switch (link) {
	case WS_LINK_ETHERNET:
		ws_decode_ethernet(cursor, 0);
		break;
	case WS_LINK_SLL:
		ws_decode_sll(cursor, 0);
		break;
	case WS_LINK_SLL2:
		ws_decode_sll2(cursor, 0);
		break;
	case WS_LINK_NULL:
	case WS_LINK_LOOP:
		ws_decode_null(cursor, 0);
		break;
	case WS_LINK_RAW:
		ws_decode_ip(cursor, 0);
		break;
	case WS_LINK_IPV4:
		ws_decode_ipv4(cursor, 0);
		break;
	case WS_LINK_IPV6:
		ws_decode_ipv6(cursor, 0);
		break;
	case WS_LINK_PPP:
		ws_decode_ppp_framed(cursor, 0);
		break;
	case WS_LINK_PPP_SERIAL:
		ws_decode_serial(cursor, 0);
		break;
	case WS_LINK_PPPOE:
		ws_decode_pppoe(cursor, 0);
		break;
	case WS_LINK_CISCO_HDLC:
		ws_decode_cisco_hdlc(cursor, 0);
		break;
	case WS_LINK_LLC:
		ws_decode_llc(cursor, 0);
		break;
	case WS_LINK_WIFI:
		ws_decode_wifi(cursor, 0);
		break;
	case WS_LINK_RADIOTAP:
		ws_decode_radiotap(cursor, 0);
		break;
	case WS_LINK_NFLOG:
		ws_decode_nflog(cursor, 0);
		break;
	case WS_LINK_PKTAP:
		ws_decode_pktap(cursor, 0);
		break;
	case WS_LINK_DSA:
		ws_decode_dsa(cursor);
		break;
	case WS_LINK_EDSA:
		ws_decode_edsa(cursor);
		break;
	case WS_LINK_OTHER:
		ws_decode_payload(cursor, 0);
		break;
	}
}

/* Clears all values but the layers and tunnels. Only the first layer_count and tunnel_count of those are valid, and
 * clearing all would cost time. */
static void clear_values(struct ws_packet *packet, const struct ws_frame *frame)
{
	packet->frame = frame;
	/* With a constant size the compiler emits `rep stos`, whose startup takes longer than libc's memset. The empty
	 * asm hides the size from the compiler. */
	size_t size = offsetof(struct ws_packet, layer) - offsetof(struct ws_packet, layer_count);
	__asm__("" : "+r"(size));
	memset(&packet->layer_count, 0, size);
	packet->vlan = WS_NO_VLAN;
	packet->tcp.window_scale = 255;
}

void ws_decode_headers(const struct ws_frame *frame, struct ws_packet *packet)
{
	clear_values(packet, frame);
	uint32_t fcs = frame->fcs_length <= frame->length ? frame->fcs_length : 0;
	uint32_t end = frame->length - fcs;
	struct ws_cursor cursor = {
	        .packet = packet,
	        .bytes = {.data = frame->data, .size = frame->captured < end ? frame->captured : end},
	        .end = end,
	        .fcs_length = (uint8_t)fcs,
	};
	decode_link(&cursor, frame->link);
	if (cursor.end != frame->length) {
		uint32_t packet_end = cursor.end;
		cursor.end = frame->length - cursor.fcs_length;
		cursor.quoted = false;
		decode_tail(&cursor, packet_end);
	}
}

void ws_decode(const struct ws_frame *frame, struct ws_packet *packet)
{
	clear_values(packet, frame);
	if (!ws_decode_plain(packet, frame))
		ws_decode_headers(frame, packet);
	packet->may_name = ws_may_state_name(packet);
	packet->name_goes_on = packet->may_name && ws_name_goes_on(packet);
}

void ws_decode_datagram(struct ws_packet *packet, const uint8_t *datagram, uint32_t captured, uint32_t length)
{
	struct ws_cursor cursor = {
	        .packet = packet,
	        .bytes = {.data = datagram, .size = captured < length ? captured : length},
	        .end = length,
	        .detached = true,
	};
	uint32_t first = packet->ip_version == 4 ? 12 : 0; /* an IPv4 address is the last four bytes */
	cursor.pseudo = ws_checksum_add(cursor.pseudo, packet->source.byte + first, 16 - first);
	cursor.pseudo = ws_checksum_add(cursor.pseudo, packet->destination.byte + first, 16 - first);
	ws_decode_transport(&cursor, packet->ip_protocol, 0);
}
