/* All bytes from the wire are read through these functions: each access names its range, and learns when that range
 * lies outside the data. Multi-byte numbers are big-endian, as in all protocols decoded here; alignment does not
 * matter. */
#ifndef WS_BASE_READER_H
#define WS_BASE_READER_H

#include <wirestate/types.h>

#include <string.h>

struct ws_reader {
	const uint8_t *data; /* borrowed */
	uint32_t size;
};

/* Returns `length` bytes at `offset`, or NULL when any of them lies outside. */
static inline const uint8_t *ws_reader_span(const struct ws_reader *reader, uint32_t offset, uint32_t length)
{
	if (offset > reader->size || length > reader->size - offset)
		return NULL;
	return reader->data + offset;
}

/* Reads a number from a span that has been checked. */
static inline uint16_t ws_load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t ws_load32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The following leave `value` alone and return false when the bytes are not there. */
static inline bool ws_reader_u8(const struct ws_reader *reader, uint32_t offset, uint8_t *value)
{
	const uint8_t *bytes = ws_reader_span(reader, offset, 1);
	if (bytes)
		*value = *bytes;
	return bytes != NULL;
}

static inline bool ws_reader_u16(const struct ws_reader *reader, uint32_t offset, uint16_t *value)
{
	const uint8_t *bytes = ws_reader_span(reader, offset, 2);
	if (bytes)
		*value = ws_load16(bytes);
	return bytes != NULL;
}

static inline bool ws_reader_u32(const struct ws_reader *reader, uint32_t offset, uint32_t *value)
{
	const uint8_t *bytes = ws_reader_span(reader, offset, 4);
	if (bytes)
		*value = ws_load32(bytes);
	return bytes != NULL;
}

#endif
