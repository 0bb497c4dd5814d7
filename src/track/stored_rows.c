/* See stored_rows.h. */
#include "track/stored_rows.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

bool ws_stored_room(void **elements, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	const size_t more = *room ? *room + *room / 2 : 64;
	void *grown = realloc(*elements, more * size);
	if (!grown)
		return false;
	*elements = grown;
	*room = more;
	return true;
}

/* ---- What many rows share */

const void *ws_stored_share(struct ws_stored *stored, const void *bytes, size_t length)
{
	if (!stored->shared && !(stored->shared = calloc(SHARED_SLOTS, sizeof(*stored->shared))))
		return NULL;
	stored->shared_slots = SHARED_SLOTS;
	size_t at = ws_siphash(stored->hash_key, bytes, length) & (SHARED_SLOTS - 1);
	for (; stored->shared[at].bytes; at = (at + 1) & (SHARED_SLOTS - 1))
		if (stored->shared[at].length == length && memcmp(stored->shared[at].bytes, bytes, length) == 0)
			return stored->shared[at].bytes;
	if (stored->shared_count == SHARED_MOST)
		return NULL;
	void *copy = malloc(length);
	if (!copy)
		return NULL;
	memcpy(copy, bytes, length);
	stored->shared[at] = (struct shared){copy, length};
	stored->shared_count++;
	stored->used += length + BLOCK;
	return copy;
}

static const char *share_text(struct ws_stored *stored, const char *text)
{
	return text ? ws_stored_share(stored, text, strlen(text) + 1) : NULL;
}

/* Makes everything that the info points to, but its own texts, outlive the record. */
static void share_pointers(struct ws_stored *stored, struct ws_conn_info *info)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!info->endpoint[i].process)
			continue;
		struct ws_frame_process process;
		memset(&process, 0, sizeof(process));
		process.id = info->endpoint[i].process->id;
		process.name = share_text(stored, info->endpoint[i].process->name);
		info->endpoint[i].process = ws_stored_share(stored, &process, sizeof(process));
	}
	if (info->tunnel)
		info->tunnel = ws_stored_share(stored, info->tunnel, sizeof(*info->tunnel));
	info->conn_state = share_text(stored, info->conn_state);
	if (!info->conn_state)
		info->conn_state = "OTH"; /* as Zeek does where it does not know more */
}

/* ---- The indices */

static uint32_t number_hash(const struct ws_stored *stored, uint64_t number, uint16_t source)
{
	struct ws_siphash_state state = ws_siphash_begin(stored->hash_key);
	ws_siphash_word(&state, number);
	return (uint32_t)ws_siphash_end(&state, source, sizeof(number) + sizeof(source));
}

/* The same for both directions, because roles may be guessed. */
static uint64_t sequences_of(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *e = info->endpoint;
	const bool swap = e[0].initial_sequence > e[1].initial_sequence;
	if (!e[0].initial_sequence_known || !e[1].initial_sequence_known)
		return 0;
	return (uint64_t)e[swap].initial_sequence << 32 | e[!swap].initial_sequence;
}

struct row *ws_stored_row(const struct ws_stored *stored, ws_conn_id id)
{
	return id && id <= stored->row_count && stored->rows[id - 1].packed ? &stored->rows[id - 1] : NULL;
}

ws_conn_id *ws_stored_slot(const struct ws_stored *stored, uint64_t number, uint16_t source)
{
	const struct index *index = &stored->by_number;
	if (!index->slots)
		return NULL;
	size_t at = number_hash(stored, number, source) & (index->slots - 1);
	for (; index->slot[at]; at = (at + 1) & (index->slots - 1)) {
		const struct row *row = &stored->rows[index->slot[at] - 1];
		if (row->number == number && row->source == source)
			break;
	}
	return &index->slot[at];
}

static ws_conn_id *sequences_slot(const struct ws_stored *stored, uint64_t sequences)
{
	const struct index *index = &stored->by_sequences;
	if (!index->slots)
		return NULL;
	size_t at = ws_siphash(stored->hash_key, &sequences, sizeof(sequences)) & (index->slots - 1);
	while (index->slot[at] && stored->rows[index->slot[at] - 1].sequences != sequences)
		at = (at + 1) & (index->slots - 1);
	return &index->slot[at];
}

/* Links a row with those of other sensors that have the same connection. */
static void link_witnesses(struct ws_stored *stored, ws_conn_id id)
{
	struct row *row = &stored->rows[id - 1];
	row->ring = id;
	ws_conn_id *slot = row->sequences ? sequences_slot(stored, row->sequences) : NULL;
	if (!slot)
		return;
	if (!*slot) {
		*slot = id;
		return;
	}
	struct row *first = &stored->rows[*slot - 1], *at = first;
	unsigned length = 0;
	do {
		if (stored->sensors.source[at->source].sensor == stored->sensors.source[row->source].sensor)
			return; /* the same sensor has seen it, such as in an earlier boot */
		at = &stored->rows[at->ring - 1];
	} while (at != first && ++length <= WS_MOST_WITNESSES);
	if (length > WS_MOST_WITNESSES)
		return;
	row->ring = first->ring;
	first->ring = id;
}

/* Makes both indices again, with room for so many rows. Where they have that already, nothing is allocated. */
static bool rebuild(struct ws_stored *stored, size_t rows)
{
	size_t slots = stored->by_number.slots ? stored->by_number.slots : 256;
	while (slots < 2 * rows)
		slots *= 2;
	if (slots > stored->by_number.slots) {
		ws_conn_id *number = calloc(slots, sizeof(*number)), *sequences = calloc(slots, sizeof(*sequences));
		if (!number || !sequences) {
			free(number);
			free(sequences);
			return false;
		}
		free(stored->by_number.slot);
		free(stored->by_sequences.slot);
		stored->by_number = (struct index){number, slots};
		stored->by_sequences = (struct index){sequences, slots};
	} else {
		memset(stored->by_number.slot, 0, slots * sizeof(ws_conn_id));
		memset(stored->by_sequences.slot, 0, slots * sizeof(ws_conn_id));
	}
	for (size_t i = 0; i < stored->count; i++) {
		const ws_conn_id id = stored->order[i];
		const struct row *row = &stored->rows[id - 1];
		*ws_stored_slot(stored, row->number, row->source) = id;
		link_witnesses(stored, id);
	}
	return true;
}

/* ---- Rows */

static void count_row(struct ws_stored *stored, const struct ws_conn_info *info, size_t source, int times)
{
	struct ws_tracker_stats *own = &stored->sensors.source[source].own;
	const uint64_t packets = info->endpoint[0].packets + info->endpoint[1].packets;
	const uint64_t factor = (uint64_t)times; /* modulo 2^64 */
	for (unsigned i = 0; i < 2; i++)
		own->state[info->endpoint[i].state] += factor;
	own->packets += factor * packets;
	own->tcp += factor * packets;
	own->bytes += factor * (info->endpoint[0].bytes + info->endpoint[1].bytes);
	own->bad_checksums += factor * info->bad_checksums;
	own->duplicates += factor * info->duplicates;
	if (times < 0)
		return;
	if (!own->first_time || info->first_time < own->first_time)
		own->first_time = info->first_time;
	own->last_time = info->last_time > own->last_time ? info->last_time : own->last_time;
}

static void remove_row(struct ws_stored *stored, ws_conn_id id)
{
	struct row *row = &stored->rows[id - 1];
	struct ws_conn_info info;
	ws_packed_read(row->packed, &info);
	for (unsigned i = 0; i < 2; i++) /* as the tracker of packets does; the other totals stay */
		stored->sensors.source[row->source].own.state[info.endpoint[i].state]--;
	stored->sensors.source[row->source].connections--;
	stored->used -= row->size + BLOCK;
	free(row->packed);
	*row = (struct row){.ring = stored->free_row};
	stored->free_row = id;
	stored->evicted++;
}

void ws_stored_evict(struct ws_stored *stored)
{
	size_t left = stored->count / 8 + 1;
	for (int pass = 0; pass < 2 && left; pass++) {
		size_t kept = 0;
		for (size_t i = 0; i < stored->count; i++) {
			const ws_conn_id id = stored->order[i];
			if (left && (pass || stored->rows[id - 1].ended)) {
				remove_row(stored, id);
				left--;
			} else {
				stored->order[kept++] = id;
			}
		}
		stored->count = kept;
	}
	(void)!rebuild(stored, 0); /* it needs no memory, since there is an index with room for more */
}

static ws_conn_id add_row(struct ws_stored *stored, uint64_t number, uint16_t source)
{
	if (2 * (stored->count + 1) > stored->by_number.slots && !rebuild(stored, 2 * (stored->count + 1)))
		return 0;
	if (!ws_stored_room((void **)&stored->order, &stored->order_room, stored->count, sizeof(*stored->order)))
		return 0;
	ws_conn_id id = stored->free_row;
	if (id) {
		stored->free_row = stored->rows[id - 1].ring;
	} else if (ws_stored_room((void **)&stored->rows, &stored->row_room, stored->row_count,
	                          sizeof(*stored->rows))) {
		id = (ws_conn_id)++stored->row_count;
	} else {
		return 0;
	}
	stored->rows[id - 1] = (struct row){.number = number, .source = source, .ring = id};
	return id;
}

ws_conn_id ws_stored_put(struct ws_stored *stored, ws_conn_id id, uint16_t source, struct ws_conn_info *info,
                         uint64_t arrived)
{
	size_t size;
	share_pointers(stored, info);
	uint8_t *packed = ws_packed_new(info, &size);
	const bool new_row = !id;
	if (packed && new_row)
		id = add_row(stored, info->number, source);
	if (!packed || !id) {
		free(packed);
		return 0;
	}
	struct row *row = &stored->rows[id - 1];
	if (row->packed) {
		struct ws_conn_info before;
		ws_packed_read(row->packed, &before);
		count_row(stored, &before, source, -1);
		stored->used -= row->size + BLOCK;
		free(row->packed);
	}
	count_row(stored, info, source, 1);
	row->packed = packed;
	row->size = (uint32_t)size;
	row->arrived = arrived;
	row->ended = info->ended;
	stored->used += size + BLOCK;
	if (new_row) {
		stored->order[stored->count++] = id;
		*ws_stored_slot(stored, row->number, row->source) = id;
		stored->sensors.source[source].connections++;
		stored->sensors.source[source].own.connections++;
	}
	if (!row->sequences && (row->sequences = sequences_of(info)))
		link_witnesses(stored, id);
	return id;
}
