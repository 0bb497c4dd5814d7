/* Putting blocks of pcapng together, for dump_pcapng.c and dump_statistics.c.
 *
 * A block is composed in the buffer: block_begin() reserves the most bytes that it can take, and block_end() releases
 * those that were not used. */
#ifndef CAPTURE_DUMP_BLOCK_H
#define CAPTURE_DUMP_BLOCK_H

#include "capture/dump.h"
#include "capture/pcapng_blocks.h"

enum { TEXT_MOST = 65535 }; /* bytes of an option */

enum option_code {
	OPTION_SECTION_PROGRAM = 4,
	OPTION_IF_NAME = 2,
	OPTION_IF_DESCRIPTION = 3,
	OPTION_IF_RESOLUTION = 9,
	OPTION_IF_FCS_LENGTH = 13,
	OPTION_PACKET_FLAGS = 2,
	OPTION_PACKET_LOST = 4,
	OPTION_PACKET_ID = 5,
	OPTION_PACKET_QUEUE = 6,
	OPTION_PACKET_PROCESS = 8,
	OPTION_CUSTOM_FIRST = 2988, /* and 2989: they begin with a number */
	OPTION_CUSTOM_LAST = 2989,
	OPTION_NOT_COPIED = 1 << 14, /* a bit of their code */
	OPTION_STATISTICS_START = 2,
	OPTION_STATISTICS_END = 3,
	OPTION_STATISTICS_RECEIVED = 4,
	OPTION_STATISTICS_INTERFACE_DROPS = 5,
	OPTION_STATISTICS_KERNEL_DROPS = 7,
};

/* A block that is being put together; `at` is where it goes on, `bytes` NULL when there was no room. */
struct block {
	struct ws_dump *dump;
	uint8_t *bytes, *at;
};

static inline void add(struct block *block, const void *bytes, size_t length)
{
	if (length)
		memcpy(block->at, bytes, length);
	block->at += length;
	for (; (block->at - block->bytes) % 4; block->at++)
		*block->at = 0;
}

static inline void add16(struct block *block, unsigned first, unsigned second)
{
	const uint16_t both[] = {(uint16_t)first, (uint16_t)second};
	add(block, both, sizeof(both));
}

static inline void add32(struct block *block, uint32_t value)
{
	add(block, &value, sizeof(value));
}

static inline void add_option(struct block *block, enum option_code code, const void *value, size_t length)
{
	add16(block, code, (unsigned)length);
	add(block, value, length);
}

static inline void add_text(struct block *block, enum option_code code, const char *text)
{
	const size_t length = text ? strlen(text) : 0;
	if (length && !block->dump->without_texts)
		add_option(block, code, text, length < TEXT_MOST ? length : TEXT_MOST);
}

static inline void add_number(struct block *block, enum option_code code, uint64_t value)
{
	add_option(block, code, &value, sizeof(value));
}

static inline bool block_begin(struct block *block, struct ws_dump *dump, uint32_t type, size_t most,
                               struct ws_error *error)
{
	*block = (struct block){.dump = dump, .bytes = ws_dump_reserve(dump, most, error)};
	block->at = block->bytes;
	if (!block->bytes)
		return false;
	add32(block, type);
	add32(block, 0);
	return true;
}

static inline void block_end(struct block *block)
{
	const uint32_t size = (uint32_t)(block->at - block->bytes) + 4;
	add32(block, size);
	memcpy(block->bytes + 4, &size, sizeof(size));
	block->dump->used = (size_t)(block->at - block->dump->buffer);
}

static inline size_t text_room(const char *text)
{
	const size_t length = text ? strlen(text) : 0;
	return 8 + (length < TEXT_MOST ? length : TEXT_MOST);
}

#endif
