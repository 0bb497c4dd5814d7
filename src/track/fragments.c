/* Incomplete datagrams are in a fixed number of slots, which are found by comparing 64-bit keyed hashes one by one.
 * That reads 2 KiB, and there are no chains that an attacker could make long. A bitmap says which 8-byte units of a
 * datagram have been received; that is the unit in which fragments are cut (RFC 791 §3.2, RFC 8200 §4.5), so overlaps
 * need no list of ranges. A unit that was received before keeps its first copy.
 *
 * Buffers grow by doubling and stay with their slot when the datagram is complete. When the budget is used up, buffers
 * of free slots are freed first, then the datagram that has waited the longest is given up. Whether a datagram has
 * waited too long is checked when its slot is read, so no timer is needed. */
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

/* Every byte must be set, because the key is hashed and compared as bytes. */
struct datagram_key {
	struct ws_addr source, destination;
	uint32_t identification;
	uint16_t vlan;
	uint8_t ip_version;
	uint8_t protocol; /* 0 for IPv6, whose fragments may have different ones */
};

struct ws_datagram {
	struct datagram_key key;
	ws_time first_time;
	uint8_t *bytes;
	uint32_t room;     /* the size of `bytes` */
	uint32_t length;   /* NOT_KNOWN until the last fragment is received */
	uint32_t highest;  /* the highest end of a fragment */
	uint32_t captured; /* from here on bytes may be missing, because the capture cut a fragment short */
	uint32_t units;    /* how many units were received */
	uint32_t skip;     /* bytes of IPv6 headers before the transport header */
	uint8_t protocol;  /* the transport protocol */
	uint64_t received[UNITS / 64 + 1];
};

/* The parts of a fragment that matter for its datagram. */
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

/* Offsets count from the end of the fragment header in IPv6, and from the end of the only header in IPv4. Returns false
 * when the fragment is invalid. */
static bool read_piece(const struct ws_packet *packet, struct piece *piece)
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

/* Returns the slot of the datagram that has waited the longest, other than `except`, or -1. */
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

static void give_up_datagram(struct ws_fragments *fragments, int slot, ws_time now)
{
	if (is_expired(&fragments->datagrams[slot], now))
		fragments->stats.expired++;
	else
		fragments->stats.evicted++;
	fragments->hash[slot] = 0;
}

/* Returns the slot of the fragment's datagram; if there is none, a new one. */
static int find_slot(struct ws_fragments *fragments, const struct datagram_key *key, ws_time now)
{
	uint64_t hash = ws_siphash(fragments->hash_key, key, sizeof(*key)) | 1;
	int slot = -1;
	for (int i = 0; i < WS_FRAGMENTS_DATAGRAMS; i++) {
		if (fragments->hash[i] == hash && memcmp(&fragments->datagrams[i].key, key, sizeof(*key)) == 0) {
			if (!is_expired(&fragments->datagrams[i], now))
				return i;
			give_up_datagram(fragments, i, now);
		}
		if (!fragments->hash[i] && slot < 0)
			slot = i;
	}
	if (slot < 0) {
		slot = find_oldest(fragments, -1);
		give_up_datagram(fragments, slot, now);
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
static void free_buffers(struct ws_fragments *fragments, int slot, uint32_t more, ws_time now)
{
	for (int i = 0; i < WS_FRAGMENTS_DATAGRAMS && fragments->used + more > fragments->budget; i++)
		if (!fragments->hash[i] && fragments->datagrams[i].room)
			drop_buffer(fragments, &fragments->datagrams[i]);
	while (fragments->used + more > fragments->budget) {
		int oldest = find_oldest(fragments, slot);
		if (oldest < 0)
			return;
		give_up_datagram(fragments, oldest, now);
		drop_buffer(fragments, &fragments->datagrams[oldest]);
	}
}

static bool reserve_buffer(struct ws_fragments *fragments, int slot, uint32_t end, ws_time now)
{
	struct ws_datagram *datagram = &fragments->datagrams[slot];
	uint32_t room = datagram->room ? datagram->room : FIRST_ROOM;
	while (room < end)
		room *= 2;
	if (room == datagram->room)
		return true;
	free_buffers(fragments, slot, room - datagram->room, now);
	uint8_t *bytes = realloc(datagram->bytes, room);
	if (!bytes)
		return false;
	fragments->used += room - datagram->room;
	datagram->bytes = bytes;
	datagram->room = room;
	return true;
}

/* Stores the new units of a piece. Returns true when some units were received before. */
static bool store_piece(struct ws_datagram *datagram, const struct piece *piece)
{
	bool overlap = false;
	for (uint32_t at = 0; at < piece->length; at += UNIT) {
		uint32_t unit = (piece->offset + at) / UNIT;
		uint64_t bit = UINT64_C(1) << unit % 64;
		if (datagram->received[unit / 64] & bit) {
			overlap = true;
			continue;
		}
		datagram->received[unit / 64] |= bit;
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

/* Returns whether the piece can be part of this datagram. */
static bool piece_fits(const struct ws_datagram *datagram, const struct piece *piece)
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
	if (!fragments->datagrams || !read_piece(packet, &piece)) {
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
	if (!piece_fits(datagram, &piece) || !reserve_buffer(fragments, slot, end, now)) {
		fragments->stats.rejected++;
		return false;
	}
	if (piece.offset == 0 && !(datagram->received[0] & 1)) {
		datagram->skip = piece.skip;
		datagram->protocol = packet->ip_protocol;
	}
	fragments->stats.overlaps += store_piece(datagram, &piece);
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
