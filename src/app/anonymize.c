/* --anonymize.
 *
 * Addresses are replaced in the frame itself, before anything else sees it: so records, screens, exports and saved
 * packets agree, and no place that prints an address can be forgotten. Where addresses stand is read from the decoder's
 * field tables, and for neighbour discovery from the message. New addresses are dealt out in the order in which the old
 * ones appear, from the ranges reserved for documentation (RFC 5737, 3849, 9542), from larger reserved ones when those
 * are used up. Checksums are adjusted by the difference (RFC 1624) rather than made new, so that a wrong one stays
 * wrong. What says nothing about a host stays: broadcast, multicast, loopback, unspecified. Payload is not looked at.
 *
 * Memory is bounded. Addresses that find no place any more get one by a keyed hash, so that each still always becomes
 * the same; of many such, two may become one. */
#include "app/anonymize.h"

#include <wirestate/packet.h>

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <zlib.h>

#include "base/hash.h"

enum kind { FREE, ADDRESS_4, ADDRESS_6, ADDRESS_MAC, KINDS };

struct pseudonym {
	uint8_t real[16];
	uint32_t number; /* counts from 0, of its kind */
	uint8_t kind;
};

struct anonymizer {
	uint8_t key[16];
	struct pseudonym *table;      /* open addressing; a power of two, at most half full */
	size_t capacity, used, limit; /* limit: how far capacity may grow */
	uint32_t count[KINDS];
	uint8_t *bytes;
	size_t size;
};

enum { FIRST_CAPACITY = 256, MOST_DEALT = 1 << 27 };

struct anonymizer *anonymizer_create(uint64_t memory, struct ws_error *error)
{
	struct anonymizer *anonymizer = calloc(1, sizeof(*anonymizer));
	if (anonymizer)
		anonymizer->table = calloc(FIRST_CAPACITY, sizeof(*anonymizer->table));
	if (!anonymizer || !anonymizer->table ||
	    getrandom(anonymizer->key, sizeof(anonymizer->key), 0) != (ssize_t)sizeof(anonymizer->key)) {
		anonymizer_free(anonymizer);
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	anonymizer->capacity = FIRST_CAPACITY;
	anonymizer->limit = memory / sizeof(*anonymizer->table);
	if (anonymizer->limit > MOST_DEALT)
		anonymizer->limit = MOST_DEALT;
	return anonymizer;
}

void anonymizer_free(struct anonymizer *anonymizer)
{
	if (!anonymizer)
		return;
	free(anonymizer->table);
	free(anonymizer->bytes);
	free(anonymizer);
}

/* ---- The table */

static struct pseudonym *slot_of(const struct anonymizer *anonymizer, const uint8_t real[16], uint8_t kind)
{
	size_t at = ws_siphash(anonymizer->key, real, 16);
	for (;; at++) {
		struct pseudonym *slot = &anonymizer->table[at & (anonymizer->capacity - 1)];
		if (slot->kind == FREE || (slot->kind == kind && memcmp(slot->real, real, 16) == 0))
			return slot;
	}
}

static bool grow(struct anonymizer *anonymizer)
{
	struct anonymizer larger = *anonymizer;
	larger.capacity *= 2;
	if (larger.capacity > anonymizer->limit)
		return false;
	larger.table = calloc(larger.capacity, sizeof(*larger.table));
	if (!larger.table)
		return false;
	for (size_t i = 0; i < anonymizer->capacity; i++) {
		const struct pseudonym *old = &anonymizer->table[i];
		if (old->kind != FREE)
			*slot_of(&larger, old->real, old->kind) = *old;
	}
	free(anonymizer->table);
	*anonymizer = larger;
	return true;
}

/* The numbers that are dealt out stay below MOST_DEALT, the others are from there on. */
static uint32_t number_of(struct anonymizer *anonymizer, const uint8_t *real, size_t length, uint8_t kind)
{
	uint8_t padded[16] = {0};
	memcpy(padded, real, length);
	const bool full = anonymizer->used * 2 >= anonymizer->capacity && !grow(anonymizer);
	struct pseudonym *slot = slot_of(anonymizer, padded, kind);
	if (slot->kind == FREE && full)
		return MOST_DEALT | (ws_siphash(anonymizer->key, padded, sizeof(padded)) & (MOST_DEALT - 1));
	if (slot->kind == FREE) {
		memcpy(slot->real, padded, sizeof(padded));
		slot->kind = kind;
		slot->number = anonymizer->count[kind]++;
		anonymizer->used++;
	}
	return slot->number;
}

/* ---- One address */

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void replace_ipv4(struct anonymizer *anonymizer, uint8_t *at)
{
	/* X(first address, how many there are to give) */
	static const struct {
		uint32_t first, count;
	} ranges[] = {
	        {0xc0000201, 254},        /* 192.0.2.0/24 */
	        {0xc6336401, 254},        /* 198.51.100.0/24 */
	        {0xcb007101, 254},        /* 203.0.113.0/24 */
	        {0xc6120001, 131070},     /* 198.18.0.0/15, for benchmarks */
	        {0xf0000000, UINT32_MAX}, /* reserved */
	};
	if (at[0] == 0 || at[0] == 127 || at[0] >= 224)
		return;
	uint32_t number = number_of(anonymizer, at, 4, ADDRESS_4);
	size_t range = 0;
	while (number >= ranges[range].count)
		number -= ranges[range++].count;
	put32(at, ranges[range].first + number);
}

static void replace_ipv6(struct anonymizer *anonymizer, uint8_t *at)
{
	static const uint8_t nothing[15], documentation[16] = {0x20, 0x01, 0x0d, 0xb8};
	static const uint8_t solicited[13] = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	if (memcmp(at, solicited, sizeof(solicited)) == 0)
		memset(at + 13, 0, 3); /* the end of somebody's address */
	if (at[0] == 0xff || (memcmp(at, nothing, sizeof(nothing)) == 0 && at[15] <= 1))
		return;
	const uint32_t number = number_of(anonymizer, at, 16, ADDRESS_6);
	memcpy(at, documentation, sizeof(documentation));
	put32(at + 12, number + 1);
}

static void replace_mac(struct anonymizer *anonymizer, uint8_t *at)
{
	static const uint8_t nothing[6], solicited[3] = {0x33, 0x33, 0xff};
	if (memcmp(at, solicited, sizeof(solicited)) == 0)
		memset(at + 3, 0, 3);
	if (at[0] & 1 || memcmp(at, nothing, sizeof(nothing)) == 0)
		return; /* a group of hosts, or none */
	const uint32_t number = number_of(anonymizer, at, 6, ADDRESS_MAC);
	put32(at, 0x00005e00);
	at[4] = 0x53;
	at[5] = (uint8_t)number;
	if (number > 0xff) { /* the reserved ones are used up: locally administered ones */
		put32(at, 0x02000000);
		put32(at + 2, number);
	}
}

/* ---- One frame */

static void replace_fields(struct anonymizer *anonymizer, const struct ws_packet *packet)
{
	for (int i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		const struct ws_header_info *info = ws_header_info((enum ws_header)layer->header);
		for (size_t f = 0; f < info->field_count; f++) {
			const struct ws_field *field = &info->fields[f];
			struct ws_value value;
			if ((field->kind != WS_FIELD_MAC && field->kind != WS_FIELD_IPV4 &&
			     field->kind != WS_FIELD_IPV6) ||
			    !ws_field_value(packet, layer, field, &value))
				continue;
			uint8_t *at = anonymizer->bytes + (value.bytes - packet->frame->data);
			if (field->kind == WS_FIELD_MAC)
				replace_mac(anonymizer, at);
			else if (field->kind == WS_FIELD_IPV4)
				replace_ipv4(anonymizer, at);
			else
				replace_ipv6(anonymizer, at);
		}
	}
}

/* Neighbour discovery (RFC 4861) has addresses in the message and in its options. */
static void replace_neighbours(struct anonymizer *anonymizer, const struct ws_packet *packet)
{
	enum { SOLICIT_ROUTER = 133, ROUTER, SOLICIT_NEIGHBOUR, NEIGHBOUR, REDIRECT };
	enum { SOURCE_LINK = 1, TARGET_LINK, PREFIX };
	const int type = packet->icmp_type;
	if (packet->transport != WS_TRANSPORT_ICMPV6 || type < SOLICIT_ROUTER || type > REDIRECT)
		return;
	const size_t end = packet->frame->captured;
	const size_t addresses = type == REDIRECT ? 2 : type >= SOLICIT_NEIGHBOUR ? 1 : 0;
	size_t at = packet->layer[packet->transport_layer].offset + (type == ROUTER ? 16u : 8u);
	for (size_t i = 0; i < addresses && at + 16 <= end; i++, at += 16)
		replace_ipv6(anonymizer, anonymizer->bytes + at);
	while (at + 8 <= end) {
		const uint8_t option = anonymizer->bytes[at];
		const size_t length = 8u * anonymizer->bytes[at + 1];
		if ((option == SOURCE_LINK || option == TARGET_LINK) && length == 8)
			replace_mac(anonymizer, anonymizer->bytes + at + 2);
		else if (option == PREFIX && length == 32 && at + 32 <= end)
			replace_ipv6(anonymizer, anonymizer->bytes + at + 16);
		if (!length)
			break;
		at += length;
	}
}

/* ---- Checksums */

/* Adds to `sum` what the words of [from, to) have become more than they were. */
static uint64_t difference(const struct anonymizer *anonymizer, const struct ws_packet *packet, size_t from, size_t to,
                           uint64_t sum)
{
	const uint8_t *old = packet->frame->data, *new = anonymizer->bytes;
	for (size_t at = from; at + 2 <= to; at += 2) {
		sum += (uint16_t) ~(old[at] << 8 | old[at + 1]);
		sum += (uint16_t)(new[at] << 8 | new[at + 1]);
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The addresses that a transport checksum covers, of the IP header before layer `index`. */
static uint64_t pseudo_header(const struct anonymizer *anonymizer, const struct ws_packet *packet, int index)
{
	for (int i = index - 1; i >= 0; i--) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->quoted != packet->layer[index].quoted)
			continue;
		if (layer->header == WS_HEADER_IPV4 && layer->available >= 20)
			return difference(anonymizer, packet, layer->offset + 12, layer->offset + 20, 0);
		if (layer->header == WS_HEADER_IPV6 && layer->available >= 40)
			return difference(anonymizer, packet, layer->offset + 8, layer->offset + 40, 0);
	}
	return 0;
}

static void adjust_checksum(struct anonymizer *anonymizer, const struct ws_packet *packet, int index)
{
	const struct ws_layer *layer = &packet->layer[index];
	size_t place, end = packet->frame->captured;
	uint64_t sum = 0;
	switch (layer->header) {
	case WS_HEADER_IPV4:
		place = 10;
		end = layer->offset + layer->available;
		break;
	case WS_HEADER_TCP:
	case WS_HEADER_UDP:
		place = layer->header == WS_HEADER_TCP ? 16 : 6;
		sum = pseudo_header(anonymizer, packet, index);
		end = layer->offset; /* nothing else has changed */
		break;
	case WS_HEADER_ICMPV6:
		sum = pseudo_header(anonymizer, packet, index);
		place = 2;
		break;
	case WS_HEADER_ICMP:
		place = 2;
		break;
	default:
		return;
	}
	if (place + 2 > layer->available)
		return;
	uint8_t *at = anonymizer->bytes + layer->offset + place;
	const uint16_t old = (uint16_t)(at[0] << 8 | at[1]);
	if (layer->header == WS_HEADER_UDP && !old)
		return; /* none was sent */
	/* The checksum itself is among the words, but has not changed yet. */
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

static void adjust_fcs(struct anonymizer *anonymizer, const struct ws_layer *layer)
{
	if (layer->header != WS_HEADER_FCS || layer->checksum != WS_CHECKSUM_GOOD)
		return;
	const uint32_t crc = (uint32_t)crc32(0, anonymizer->bytes, layer->offset);
	for (int i = 0; i < 4; i++)
		anonymizer->bytes[layer->offset + (uint32_t)i] = (uint8_t)(crc >> (8 * i));
}

bool anonymize(struct anonymizer *anonymizer, const struct ws_frame *frame, struct ws_frame *result)
{
	if (anonymizer->size < frame->captured) {
		uint8_t *larger = realloc(anonymizer->bytes, frame->captured);
		if (!larger)
			return false;
		anonymizer->bytes = larger;
		anonymizer->size = frame->captured;
	}
	if (frame->captured)
		memcpy(anonymizer->bytes, frame->data, frame->captured);
	struct ws_packet packet;
	ws_decode(frame, &packet);
	replace_fields(anonymizer, &packet);
	replace_neighbours(anonymizer, &packet);
	for (int i = packet.layer_count - 1; i >= 0; i--) /* what is quoted first: checksums around it cover it */
		adjust_checksum(anonymizer, &packet, i);
	for (int i = 0; i < packet.layer_count; i++)
		adjust_fcs(anonymizer, &packet.layer[i]);
	*result = *frame;
	if (anonymizer->bytes) /* NULL: there has not been a frame yet that has any */
		result->data = anonymizer->bytes;
	return true;
}
