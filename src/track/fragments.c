/* Datagrams under construction stand in a fixed number of slots, found by comparing 64-bit keyed hashes one after the
 * other: 2 KiB to look through, no chains to attack. Which of a datagram's bytes have come is a bitmap of 8-byte units,
 * the granularity in which fragments are cut (RFC 791 §3.2, RFC 8200 §4.5), so that overlaps need no list of ranges: a
 * unit that is there already keeps its first copy.
 *
 * Buffers grow by doubling and stay with their slot when the datagram is done. When the budget is used up, buffers of
 * free slots go first, then the datagram that waits the longest. A datagram that waited too long is noticed when its
 * slot is looked at, so no timer is needed. */
#include "track/fragments.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MAX 65535u
#define UNIT 8u
#define UNITS ((DATAGRAM_MAX + UNIT - 1) / UNIT)
#define FIRST_ROOM 2048u
#define LAST_ROOM 65536u
#define NOT_KNOWN UINT32_MAX

/* Every byte is set: the key is hashed and compared as bytes. */
struct datagram_key {
	struct ws_addr source, destination;
	uint32_t identification;
	uint16_t vlan;
	uint8_t ip_version;
	uint8_t protocol; /* 0 for IPv6, whose fragments may differ in it */
};

struct ws_datagram {
	struct datagram_key key;
	ws_time first_time;
	uint8_t *bytes;
	uint32_t room;     /* at `bytes` */
	uint32_t length;   /* NOT_KNOWN until the last fragment has come */
	uint32_t highest;  /* end of the fragment that reaches furthest */
	uint32_t captured; /* behind this, bytes are missing because the capture cut a fragment short */
	uint32_t units;    /* that have come */
	uint32_t skip;     /* IPv6 headers in front of the transport's */
	uint8_t protocol;  /* behind those */
	uint64_t come[UNITS / 64 + 1];
};

/* One fragment, as far as it concerns its datagram. */
struct piece {
	uint32_t offset, length, captured;
	const uint8_t *bytes;
	uint32_t skip;
	bool last;
};

void ws_fragments_init(struct ws_fragments *fragments, const uint8_t hash_key[16], size_t budget)
{
	*fragments = (struct ws_fragments){.budget = budget > LAST_ROOM ? budget : LAST_ROOM};
	memcpy(fragments->hash_key, hash_key, sizeof(fragments->hash_key));
}

void ws_fragments_free(struct ws_fragments *fragments)
{
	for (unsigned i = 0; fragments->datagrams && i < WS_FRAGMENTS_DATAGRAMS; i++)
		free(fragments->datagrams[i].bytes);
	free(fragments->datagrams);
	fragments->datagrams = NULL;
	memset(fragments->hash, 0, sizeof(fragments->hash));
	fragments->used = 0;
}

/* IPv6 counts offsets from behind the fragment header, IPv4 from behind the only one. */
static bool take_piece(const struct ws_packet *packet, struct piece *piece)
{
	uint32_t start = packet->ip_payload_offset, end = start + packet->ip_payload_length;
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->header == WS_HEADER_IPV6_FRAGMENT && !layer->quoted && layer->offset < start)
			start = layer->offset + layer->length;
	}
	*piece = (struct piece){
	        .offset = packet->fragment_offset,
	        .length = end - start,
	        .skip = packet->ip_payload_offset - start,
	        .last = !packet->more_fragments,
	};
	if (end < start || start > packet->ip_payload_offset || piece->length == 0 || piece->offset % UNIT ||
	    piece->offset > DATAGRAM_MAX || piece->length > DATAGRAM_MAX - piece->offset ||
	    (!piece->last && piece->length % UNIT))
		return false;
	uint32_t here = packet->frame->captured > start ? packet->frame->captured - start : 0;
	piece->captured = here < piece->length ? here : piece->length;
	piece->bytes = here ? packet->frame->data + start : NULL;
	return true;
}

static bool is_expired(const struct ws_datagram *datagram, ws_time now)
{
	return now > datagram->first_time &&
	       (uint64_t)now - (uint64_t)datagram->first_time > (uint64_t)WS_FRAGMENTS_TIMEOUT;
}

/* The slot of the datagram that waits the longest, `except` left out; -1: none. */
static int find_oldest(const struct ws_fragments *fragments, int except)
{
	int oldest = -1;
	for (int i = 0; i < WS_FRAGMENTS_DATAGRAMS; i++) {
		if (!fragments->hash[i] || i == except)
			continue;
		if (oldest < 0 || fragments->datagrams[i].first_time < fragments->datagrams[oldest].first_time)
			oldest = i;
	}
	return oldest;
}

static void give_up(struct ws_fragments *fragments, int slot, ws_time now)
{
	if (is_expired(&fragments->datagrams[slot], now))
		fragments->stats.expired++;
	else
		fragments->stats.evicted++;
	fragments->hash[slot] = 0;
}

/* The slot of the fragment's datagram, a new one if need be. */
static int find_slot(struct ws_fragments *fragments, const struct datagram_key *key, ws_time now)
{
	uint64_t hash = ws_siphash(fragments->hash_key, key, sizeof(*key)) | 1;
	int slot = -1;
	for (int i = 0; i < WS_FRAGMENTS_DATAGRAMS; i++) {
		if (fragments->hash[i] == hash && memcmp(&fragments->datagrams[i].key, key, sizeof(*key)) == 0) {
			if (!is_expired(&fragments->datagrams[i], now))
				return i;
			give_up(fragments, i, now);
		}
		if (!fragments->hash[i] && slot < 0)
			slot = i;
	}
	if (slot < 0) {
		slot = find_oldest(fragments, -1);
		give_up(fragments, slot, now);
	}
	struct ws_datagram *datagram = &fragments->datagrams[slot];
	*datagram = (struct ws_datagram){
	        .key = *key,
	        .first_time = now,
	        .bytes = datagram->bytes,
	        .room = datagram->room,
	        .length = NOT_KNOWN,
	        .captured = NOT_KNOWN,
	};
	fragments->hash[slot] = hash;
	return slot;
}

static void drop_buffer(struct ws_fragments *fragments, struct ws_datagram *datagram)
{
	free(datagram->bytes);
	fragments->used -= datagram->room;
	datagram->bytes = NULL;
	datagram->room = 0;
}

/* Frees buffers until `more` bytes fit into the budget: those of free slots, then of the oldest datagrams. */
static void make_room(struct ws_fragments *fragments, int slot, uint32_t more, ws_time now)
{
	for (int i = 0; i < WS_FRAGMENTS_DATAGRAMS && fragments->used + more > fragments->budget; i++)
		if (!fragments->hash[i] && fragments->datagrams[i].room)
			drop_buffer(fragments, &fragments->datagrams[i]);
	while (fragments->used + more > fragments->budget) {
		int oldest = find_oldest(fragments, slot);
		if (oldest < 0)
			return;
		give_up(fragments, oldest, now);
		drop_buffer(fragments, &fragments->datagrams[oldest]);
	}
}

static bool reserve(struct ws_fragments *fragments, int slot, uint32_t end, ws_time now)
{
	struct ws_datagram *datagram = &fragments->datagrams[slot];
	uint32_t room = datagram->room ? datagram->room : FIRST_ROOM;
	while (room < end)
		room *= 2;
	if (room == datagram->room)
		return true;
	make_room(fragments, slot, room - datagram->room, now);
	uint8_t *bytes = realloc(datagram->bytes, room);
	if (!bytes)
		return false;
	fragments->used += room - datagram->room;
	datagram->bytes = bytes;
	datagram->room = room;
	return true;
}

/* Keeps what is new of a piece. True when some of it had come before. */
static bool store(struct ws_datagram *datagram, const struct piece *piece)
{
	bool overlap = false;
	for (uint32_t at = 0; at < piece->length; at += UNIT) {
		uint32_t unit = (piece->offset + at) / UNIT;
		uint64_t bit = UINT64_C(1) << unit % 64;
		if (datagram->come[unit / 64] & bit) {
			overlap = true;
			continue;
		}
		datagram->come[unit / 64] |= bit;
		datagram->units++;
		uint32_t here = piece->captured > at ? piece->captured - at : 0;
		uint32_t whole = piece->length - at < UNIT ? piece->length - at : UNIT;
		if (here > whole)
			here = whole;
		if (here)
			memcpy(datagram->bytes + piece->offset + at, piece->bytes + at, here);
		if (here < whole && piece->offset + at + here < datagram->captured)
			datagram->captured = piece->offset + at + here;
	}
	return overlap;
}

/* Whether the piece can be part of this datagram. */
static bool fits(const struct ws_datagram *datagram, const struct piece *piece)
{
	uint32_t end = piece->offset + piece->length;
	if (datagram->length != NOT_KNOWN)
		return piece->last ? end == datagram->length : end <= datagram->length;
	return !piece->last || end >= datagram->highest;
}

bool ws_fragments_add(struct ws_fragments *fragments, struct ws_packet *packet, ws_time now, const uint8_t **data,
                      uint32_t *captured, uint32_t *length)
{
	struct piece piece;
	if (!fragments->datagrams)
		fragments->datagrams = calloc(WS_FRAGMENTS_DATAGRAMS, sizeof(*fragments->datagrams));
	if (!fragments->datagrams || !take_piece(packet, &piece)) {
		fragments->stats.rejected++;
		return false;
	}
	struct datagram_key key = {
	        .source = packet->source,
	        .destination = packet->destination,
	        .identification = packet->identification,
	        .vlan = packet->vlan,
	        .ip_version = packet->ip_version,
	        .protocol = packet->ip_version == 4 ? packet->ip_protocol : 0,
	};
	int slot = find_slot(fragments, &key, now);
	struct ws_datagram *datagram = &fragments->datagrams[slot];
	uint32_t end = piece.offset + piece.length;
	if (!fits(datagram, &piece) || !reserve(fragments, slot, end, now)) {
		fragments->stats.rejected++;
		return false;
	}
	if (piece.offset == 0 && !(datagram->come[0] & 1)) {
		datagram->skip = piece.skip;
		datagram->protocol = packet->ip_protocol;
	}
	fragments->stats.overlaps += store(datagram, &piece);
	if (end > datagram->highest)
		datagram->highest = end;
	if (piece.last)
		datagram->length = end;
	if (datagram->length == NOT_KNOWN || datagram->units < (datagram->length + UNIT - 1) / UNIT ||
	    datagram->skip > datagram->length)
		return false;

	fragments->hash[slot] = 0;
	fragments->stats.completed++;
	uint32_t known = datagram->captured < datagram->length ? datagram->captured : datagram->length;
	packet->ip_protocol = datagram->protocol;
	*data = datagram->bytes + datagram->skip;
	*captured = known > datagram->skip ? known - datagram->skip : 0;
	*length = datagram->length - datagram->skip;
	return true;
}
