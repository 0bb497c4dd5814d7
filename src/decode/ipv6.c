/* IPv6 (RFC 8200): a fixed header of 40 bytes, then a chain of extension headers, each of which names the next. The
 * chain is followed for a bounded number of headers. It ends at encryption (ESP) and in fragments that are not the
 * first.
 *
 * A payload length of zero means that a jumbo option has it (RFC 2675), or that a sending kernel handed over more than
 * 16 bits can say; then the packet ends where the frame does. The pseudo-header contains the packet's final
 * destination, which may still be in a routing header. */
#include "decode/decode.h"

#include "base/checksum.h"

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, NO_NEXT = 59, DESTINATION = 60 };

#define OPTION_JUMBO 0xc2

static bool extension_form(uint8_t protocol, enum ws_header *header)
{
	switch (protocol) {
	case HOP_BY_HOP:
	case DESTINATION:
		*header = WS_HEADER_IPV6_EXTENSION;
		return true;
	case ROUTING:
		*header = WS_HEADER_IPV6_ROUTING;
		return true;
	case FRAGMENT:
		*header = WS_HEADER_IPV6_FRAGMENT;
		return true;
	case AUTHENTICATION:
		*header = WS_HEADER_IPV6_AH;
		return true;
	default:
		return false;
	}
}

static uint32_t extension_length(enum ws_header header, uint8_t length)
{
	switch (header) {
	case WS_HEADER_IPV6_FRAGMENT:
		return 8;
	case WS_HEADER_IPV6_AH:
		return (length + 2u) * 4;
	default:
		return (length + 1u) * 8;
	}
}

static bool find_jumbo(const uint8_t *bytes, uint32_t length, uint32_t *jumbo)
{
	struct ws_raw_option option;
	uint32_t offset = 2;
	while (ws_raw_option_next(bytes, &offset, length, WS_OPTIONS_IPV6, &option)) {
		if (option.kind == OPTION_JUMBO && !option.problem) {
			*jumbo = ws_load32(bytes + option.offset + 2);
			return true;
		}
	}
	return false;
}

/* Replaces the destination in the pseudo-header while segments are left to visit. */
static void apply_routing(struct ws_cursor *cursor, const uint8_t *bytes, uint32_t length)
{
	if (bytes[3] == 0 || cursor->quoted)
		return;
	uint32_t last = length - 16; /* types 0 (RFC 5095) and 2 (RFC 6275) */
	if (bytes[2] == 4)           /* segment routing lists the last segment first (RFC 8754) */
		last = 8;
	if ((bytes[2] != 0 && bytes[2] != 2 && bytes[2] != 4) || length < 24) {
		cursor->incomplete = true;
		return;
	}
	const struct ws_packet *packet = cursor->packet;
	cursor->pseudo = ws_checksum_add(ws_checksum_add(0, packet->source.byte, 16), bytes + last, 16);
}

/* Returns true when the chain continues after the fragment header. */
static bool apply_fragment(struct ws_cursor *cursor, struct ws_layer *layer, const uint8_t *bytes)
{
	const uint16_t word = ws_load16(bytes + 2);
	const uint32_t offset = word & 0xfff8;
	const bool more = word & 1;
	if (!cursor->quoted)
		cursor->packet->identification = ws_load32(bytes + 4);
	if (!more && !offset) /* an "atomic" fragment is whole (RFC 6946) */
		return true;
	return ws_decode_fragment(cursor, layer, offset, cursor->end - layer->offset - 8, 65535, more);
}

/* Applies one extension header, of which at least 8 bytes were captured. Returns true when the chain continues. */
static bool apply_extension(struct ws_cursor *cursor, struct ws_layer *layer, const uint8_t *bytes)
{
	if (layer->header == WS_HEADER_IPV6_FRAGMENT)
		return apply_fragment(cursor, layer, bytes);
	if (layer->header == WS_HEADER_IPV6_EXTENSION && !ws_options_sound(bytes, 2, layer->available, WS_OPTIONS_IPV6))
		ws_layer_problem(cursor, layer, WS_PROBLEM_OPTION_LENGTH);
	if (layer->available < layer->length)
		return false;
	if (layer->header == WS_HEADER_IPV6_ROUTING)
		apply_routing(cursor, bytes, layer->length);
	return true;
}

/* Narrows the cursor to the packet. */
static void apply_length(struct ws_cursor *cursor, struct ws_layer *layer, uint32_t length)
{
	uint32_t start = layer->offset + 40, room = cursor->end - start;
	if (length < room) {
		cursor->end = start + length;
	} else if (length > room) {
		cursor->incomplete = true;
		if (!cursor->quoted) /* an ICMP error quotes only the beginning */
			ws_layer_problem(cursor, layer, WS_PROBLEM_TOTAL_BEYOND);
	}
}

/* Applies the payload length, from the fixed header or from a jumbo option. */
static void find_length(struct ws_cursor *cursor, struct ws_layer *layer, const uint8_t *bytes)
{
	uint32_t length = ws_load16(bytes + 4);
	const uint8_t *first = ws_cursor_span(cursor, layer->offset + 40, 8);
	if (length == 0 && bytes[6] == HOP_BY_HOP && first) {
		uint32_t left = ws_cursor_left(cursor, layer->offset + 40);
		uint32_t claimed = extension_length(WS_HEADER_IPV6_EXTENSION, first[1]);
		if (find_jumbo(first, claimed < left ? claimed : left, &length))
			apply_length(cursor, layer, length);
	} else if (length > 0 || bytes[6] != 6) {
		apply_length(cursor, layer, length);
	}
}

static void decode_chain(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	bool more = true;
	enum ws_header header;
	for (unsigned count = 0; more && extension_form(protocol, &header); count++) {
		const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
		struct ws_layer *layer =
		        ws_layer_add(cursor, header, offset, bytes ? extension_length(header, bytes[1]) : 8);
		if (!layer || count == WS_MAX_EXTENSIONS) {
			ws_layer_problem(cursor, &packet->layer[packet->layer_count - 1], WS_PROBLEM_EXTENSIONS);
			return;
		}
		if (!bytes)
			return;
		more = apply_extension(cursor, layer, bytes);
		if (layer->available < layer->length)
			return;
		protocol = bytes[0];
		offset += layer->length;
	}
	ws_set_ip_payload(cursor, protocol, offset);
	if (more && protocol != NO_NEXT)
		ws_decode_transport(cursor, protocol, offset);
	else
		ws_decode_payload(cursor, offset);
}

void ws_decode_ipv6(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_IPV6, offset, 40);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 40);
	if (!layer || !bytes)
		return;
	if (bytes[0] >> 4 != 6) {
		ws_layer_problem(cursor, layer, WS_PROBLEM_VERSION);
		return;
	}
	struct ws_addr *source = cursor->quoted ? &packet->quote.source : &packet->source;
	struct ws_addr *destination = cursor->quoted ? &packet->quote.destination : &packet->destination;
	memcpy(source->byte, bytes + 8, 16);
	memcpy(destination->byte, bytes + 24, 16);
	if (!cursor->quoted) {
		packet->ip_version = 6;
		packet->ip_protocol = bytes[6];
		packet->ttl = bytes[7];
		packet->ip_layer = packet->layer_count - 1;
		cursor->pseudo = ws_checksum_add(0, bytes + 8, 32);
	}
	find_length(cursor, layer, bytes);
	decode_chain(cursor, bytes[6], offset + 40);
}
