/* --anonymize.
 *
 * Addresses are replaced in the frame itself, before anything else sees it. So records, screens, exports and saved
 * packets agree, and no place that prints an address can be forgotten. The new frame begins as zeros. What the decoder
 * understands is copied into it, header by header; then the addresses in those headers are replaced, and options and
 * messages that are not understood are blanked. So an address in a place that nobody has thought of is lost rather than
 * shown. The payload of TCP, UDP and ICMP echoes is copied as it is.
 *
 * Checksums are adjusted by the difference (RFC 1624) and not computed again, so that a wrong one stays wrong. */
#include "app/anonymize.h"
#include "app/anonymize_headers.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct anonymizer {
	struct pseudonyms *pseudonyms;
	uint8_t *bytes;
	size_t size;
};

struct anonymizer *anonymizer_create(uint64_t memory, struct ws_error *error)
{
	struct anonymizer *anonymizer = calloc(1, sizeof(*anonymizer));
	if (!anonymizer)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	else
		anonymizer->pseudonyms = pseudonyms_create(memory, error);
	if (anonymizer && anonymizer->pseudonyms)
		return anonymizer;
	anonymizer_free(anonymizer);
	return NULL;
}

void anonymizer_free(struct anonymizer *anonymizer)
{
	if (!anonymizer)
		return;
	pseudonyms_free(anonymizer->pseudonyms);
	free(anonymizer->bytes);
	free(anonymizer);
}

/* ---- Checksums */

/* Adds to `sum` what the words of [from, to) have become more than they were. */
static uint64_t difference(const struct anonymizer *anonymizer, const struct ws_packet *packet, size_t from, size_t to,
                           uint64_t sum)
{
	const uint8_t *old = packet->frame->data, *new = anonymizer->bytes;
	for (size_t at = from; at < to; at += 2) {
		const bool whole = at + 1 < to; /* a last odd byte is the high half of a word */
		sum += (uint16_t) ~(old[at] << 8 | (whole ? old[at + 1] : 0));
		sum += (uint16_t)(new[at] << 8 | (whole ? new[at + 1] : 0));
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* What the pseudo-header of the transport header in layer `index` has become more than it was. Its destination is the
 * packet's final one, which a routing header may still carry. */
static uint64_t pseudo_header(const struct anonymizer *anonymizer, const struct ws_packet *packet, int index)
{
	size_t final = 0;
	for (int i = index - 1; i >= 0; i--) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->quoted != packet->layer[index].quoted)
			continue;
		if (layer->header == WS_HEADER_IPV6_ROUTING && !final)
			final = routing_final_address(packet, layer);
		if (layer->header == WS_HEADER_IPV4 && layer->available >= 20)
			return difference(anonymizer, packet, layer->offset + 12, layer->offset + 20, 0);
		if (layer->header != WS_HEADER_IPV6 || layer->available < 40)
			continue;
		const size_t destination = final ? final : layer->offset + 24;
		const uint64_t source = difference(anonymizer, packet, layer->offset + 8, layer->offset + 24, 0);
		return difference(anonymizer, packet, destination, destination + 16, source);
	}
	return 0;
}

/* Where the bytes of the IP packet end, which an ICMP checksum covers. */
static size_t message_end(const struct ws_packet *packet)
{
	const size_t end = (size_t)packet->ip_payload_offset + packet->ip_payload_length;
	return end < packet->frame->captured ? end : packet->frame->captured;
}

/* Where the IP packet ends that layer `index` belongs to, by its header's length. */
static size_t packet_end(const struct ws_packet *packet, int index)
{
	const uint8_t *bytes = packet->frame->data;
	for (int i = index; i >= 0; i--) {
		const struct ws_layer *layer = &packet->layer[i];
		size_t end = 0;
		if (layer->header == WS_HEADER_IPV4 && layer->available >= 20)
			end = layer->offset + (size_t)(bytes[layer->offset + 2] << 8 | bytes[layer->offset + 3]);
		else if (layer->header == WS_HEADER_IPV6 && layer->available >= 40)
			end = layer->offset + 40 + (size_t)(bytes[layer->offset + 4] << 8 | bytes[layer->offset + 5]);
		if (end)
			return end < packet->frame->captured ? end : packet->frame->captured;
	}
	return packet->frame->captured;
}

/* True when another IP packet comes after layer `index`, so that its header is one around a tunnel. */
static bool carries_packet(const struct ws_packet *packet, int index)
{
	for (int i = index + 1; i < packet->layer_count; i++)
		if (!packet->layer[i].quoted &&
		    ws_header_info((enum ws_header)packet->layer[i].header)->model_layer == 3)
			return true;
	return false;
}

static void adjust_checksum(struct anonymizer *anonymizer, const struct ws_packet *packet, int index)
{
	const struct ws_layer *layer = &packet->layer[index];
	size_t field, end = message_end(packet);
	uint64_t sum = 0;
	switch (layer->header) {
	case WS_HEADER_IPV4:
		field = 10;
		end = layer->offset + layer->available;
		break;
	case WS_HEADER_TCP:
	case WS_HEADER_UDP:
		field = layer->header == WS_HEADER_TCP ? 16 : 6;
		sum = pseudo_header(anonymizer, packet, index);
		end = layer->offset + layer->available; /* the payload has not changed */
		if (layer->header == WS_HEADER_UDP && !layer->quoted && carries_packet(packet, index))
			end = packet_end(packet, index);
		break;
	case WS_HEADER_GRE:
		if (!(layer->form & 1))
			return;
		field = 4;
		end = packet_end(packet, index);
		break;
	case WS_HEADER_ICMPV6:
		sum = pseudo_header(anonymizer, packet, index);
		field = 2;
		break;
	case WS_HEADER_ICMP:
		field = 2;
		break;
	default:
		return;
	}
	if (field + 2 > layer->available)
		return;
	uint8_t *at = anonymizer->bytes + layer->offset + field;
	const uint16_t old = (uint16_t)(at[0] << 8 | at[1]);
	if (layer->header == WS_HEADER_UDP && !old)
		return; /* no checksum was sent */
	/* The words include the checksum itself, which has not changed yet. */
	sum = difference(anonymizer, packet, layer->offset, end, sum);
	const bool plain = layer->checksum == WS_CHECKSUM_OFFLOADED;
	uint16_t new = fold((plain ? old : (uint16_t)~old) + sum);
	if (fold(sum) == 0 || fold(sum) == 0xffff)
		new = plain ? old : (uint16_t)~old; /* both mean that nothing changes */
	if (!plain)
		new = (uint16_t) ~new;
	if (layer->header == WS_HEADER_UDP && !new)
		new = 0xffff;
	at[0] = (uint8_t)(new >> 8);
	at[1] = (uint8_t) new;
}

/* `start`: where the frame begins that the check sequence covers. */
static void adjust_fcs(struct anonymizer *anonymizer, const struct ws_layer *layer, uint32_t start)
{
	if (layer->header != WS_HEADER_FCS || layer->checksum != WS_CHECKSUM_GOOD)
		return;
	const uint32_t crc = (uint32_t)crc32(0, anonymizer->bytes + start, layer->offset - start);
	for (int i = 0; i < 4; i++)
		anonymizer->bytes[layer->offset + (uint32_t)i] = (uint8_t)(crc >> (8 * i));
}

/* ---- One frame */

/* The protocol in the IP header that comes before layer `index`; 0: there is no IP header. */
static int protocol_of(const struct ws_packet *packet, int index)
{
	if (packet->layer[index].quoted)
		return packet->quote.ip_protocol;
	return packet->ip_version ? packet->ip_protocol : 0;
}

static bool is_tunnel(unsigned header)
{
	return header >= WS_HEADER_VXLAN && header <= WS_HEADER_TEREDO;
}

/* Whether the bytes of layer `index` are copied: all that the tables describe, and the payload of protocols that are
 * understood. Padding and what other protocols carry may hold any address. */
static bool is_understood(const struct ws_packet *packet, int index)
{
	enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58 };
	if (packet->layer[index].header == WS_HEADER_PADDING)
		return false;
	if (packet->layer[index].header != WS_HEADER_PAYLOAD)
		return true;
	for (int i = index - 1; i >= 0; i--) {
		if (is_tunnel(packet->layer[i].header)) /* of what it carries, nothing could be decoded */
			return false;
		if (packet->layer[i].header == WS_HEADER_IPV4 || packet->layer[i].header == WS_HEADER_IPV6)
			break;
	}
	const int protocol = protocol_of(packet, index);
	return protocol == TCP || protocol == UDP || protocol == ICMP || protocol == ICMPV6;
}

static void copy_understood(struct anonymizer *anonymizer, const struct ws_packet *packet)
{
	const struct ws_frame *frame = packet->frame;
	memset(anonymizer->bytes, 0, frame->captured);
	for (int i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->available && is_understood(packet, i))
			memcpy(anonymizer->bytes + layer->offset, frame->data + layer->offset, layer->available);
	}
}

bool anonymize(struct anonymizer *anonymizer, const struct ws_frame *frame, struct ws_frame *result)
{
	*result = *frame;
	result->comment = NULL; /* it may say anything */
	result->comment_length = 0;
	result->process = NULL;
	result->options = NULL;
	result->options_length = 0;
	if (frame->interface)
		result->interface = frame->interface->unnamed;
	if (!frame->captured)
		return true;
	if (anonymizer->size < frame->captured) {
		uint8_t *larger = realloc(anonymizer->bytes, frame->captured);
		if (!larger)
			return false;
		anonymizer->bytes = larger;
		anonymizer->size = frame->captured;
	}
	struct ws_packet packet;
	ws_decode(frame, &packet);
	copy_understood(anonymizer, &packet);
	const struct target target = {.pseudonyms = anonymizer->pseudonyms,
	                              .packet = &packet,
	                              .bytes = anonymizer->bytes,
	                              .end = message_end(&packet)};
	for (int i = 0; i < packet.layer_count; i++)
		replace_in_header(&target, &packet.layer[i]);
	for (int i = packet.layer_count - 1; i >= 0; i--) /* a quoted packet first: checksums around it cover it */
		adjust_checksum(anonymizer, &packet, i);
	for (int i = 0; i < packet.layer_count; i++)
		adjust_fcs(anonymizer, &packet.layer[i],
		           packet.layer[0].header == WS_HEADER_RADIOTAP ? packet.layer[0].length : 0);
	result->data = anonymizer->bytes;
	return true;
}
