/* A ring of records. Each record is a header and the bytes of one frame, and none is split at the end of the memory.
 *
 * A position is the number of bytes that were written or skipped before the record, so it is never used twice. A record
 * is intact as long as fewer than `size` bytes have been written after its start. The memory is mapped without being
 * reserved, so a large ring uses only as much memory as has been written to it.
 *
 * Records that are read in order follow each other. When the next one has been overwritten, the oldest one that is left
 * must be found. For that, the ring keeps the position of the first record in each of its sections.
 */
#include "capture/ring.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct record {
	uint64_t position;
	struct ws_frame frame; /* its `data` is meaningless here */
};

enum { ALIGN = 16, SECTIONS = 256 };

struct ws_ring {
	uint8_t *memory;
	uint64_t size, head;
	uint64_t previous;        /* where the last record begins */
	uint64_t first[SECTIONS]; /* position of the first record that begins in each section */
	uint8_t *copy;
	size_t copy_size;
};

static uint64_t aligned(uint64_t bytes)
{
	return (bytes + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
}

struct ws_ring *ws_ring_new(uint64_t bytes)
{
	struct ws_ring *ring = calloc(1, sizeof(*ring));
	if (!ring)
		return NULL;
	ring->size = aligned(bytes < sizeof(struct record) ? sizeof(struct record) : bytes);
	ring->memory =
	        mmap(NULL, ring->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ring->memory != MAP_FAILED)
		return ring;
	free(ring);
	return NULL;
}

void ws_ring_free(struct ws_ring *ring)
{
	if (!ring)
		return;
	munmap(ring->memory, ring->size);
	free(ring->copy);
	free(ring);
}

uint64_t ws_ring_size(const struct ws_ring *ring)
{
	return ring->size;
}

/* The bytes of a frame, and after them its comment and its options. */
static uint64_t kept_bytes(const struct ws_frame *frame)
{
	return (uint64_t)frame->captured + frame->comment_length + frame->options_length;
}

uint64_t ws_ring_put(struct ws_ring *ring, const struct ws_frame *frame)
{
	uint64_t need = aligned(sizeof(struct record) + kept_bytes(frame));
	if (need > ring->size)
		return WS_POSITION_NONE;
	uint64_t left = ring->size - ring->head % ring->size;
	if (left < need)
		ring->head += left;
	uint64_t section = ring->head / (ring->size / SECTIONS + 1);
	uint64_t before = ring->previous / (ring->size / SECTIONS + 1);
	if (section != before)
		ring->first[section % SECTIONS] = ring->head;
	ring->previous = ring->head;
	uint8_t *at = ring->memory + ring->head % ring->size;
	struct record record = {.position = ring->head, .frame = *frame};
	record.frame.position = ring->head;
	record.frame.data = NULL;
	memcpy(at, &record, sizeof(record));
	at += sizeof(record);
	memcpy(at, frame->data, frame->captured);
	if (frame->comment_length)
		memcpy(at + frame->captured, frame->comment, frame->comment_length);
	if (frame->options_length)
		memcpy(at + frame->captured + frame->comment_length, frame->options, frame->options_length);
	ring->head += need;
	return record.position;
}

/* Reads the record at `position`. Returns false when it was overwritten or skipped, or when there is none. */
static bool read_record(const struct ws_ring *ring, uint64_t position, struct record *record)
{
	if (position >= ring->head || ring->head - position > ring->size || position % ALIGN)
		return false;
	uint64_t at = position % ring->size;
	if (ring->size - at < sizeof(*record))
		return false;
	memcpy(record, ring->memory + at, sizeof(*record));
	return record->position == position && kept_bytes(&record->frame) <= ring->size - at - sizeof(*record);
}

static bool copy_frame(struct ws_ring *ring, const struct record *record, struct ws_frame *frame)
{
	const size_t size = (size_t)kept_bytes(&record->frame);
	if (ring->copy_size < size) {
		uint8_t *copy = realloc(ring->copy, size);
		if (!copy)
			return false;
		ring->copy = copy;
		ring->copy_size = size;
	}
	if (size)
		memcpy(ring->copy, ring->memory + record->position % ring->size + sizeof(*record), size);
	*frame = record->frame;
	frame->data = ring->copy;
	if (frame->comment_length)
		frame->comment = (const char *)ring->copy + frame->captured;
	if (frame->options_length)
		frame->options = ring->copy + frame->captured + frame->comment_length;
	return true;
}

bool ws_ring_get(struct ws_ring *ring, uint64_t position, struct ws_frame *frame)
{
	struct record record;
	if (!read_record(ring, position, &record) || !copy_frame(ring, &record, frame))
		return false;
	frame->number = 0;
	return true;
}

/* The position of the oldest record that is kept in `first` and intact; the head when there is none. */
static uint64_t oldest(const struct ws_ring *ring)
{
	uint64_t position = ring->head;
	struct record record;
	for (size_t i = 0; i < SECTIONS; i++)
		if (ring->first[i] < position && read_record(ring, ring->first[i], &record))
			position = ring->first[i];
	return position;
}

bool ws_ring_next(struct ws_ring *ring, uint64_t *position, struct ws_frame *frame)
{
	struct record record;
	if (*position < ring->head && ring->head - *position > ring->size)
		*position = oldest(ring);
	if (!read_record(ring, *position, &record)) { /* the end of the memory was too short for it */
		if (*position >= ring->head)
			return false;
		*position += ring->size - *position % ring->size;
		if (!read_record(ring, *position, &record))
			return false;
	}
	*position += aligned(sizeof(record) + kept_bytes(&record.frame));
	return copy_frame(ring, &record, frame);
}
