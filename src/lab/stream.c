#include "lab/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	STATISTICS = 5,
	PACKET = 6,
	ETHERNET = 1,
	SNAPSHOT_LENGTH = 65535,
	OPTION_COMMENT = 1,
	OPTION_NAME = 2,
	OPTION_PROGRAM = 4,
	OPTION_RESOLUTION = 9,
	OPTION_FLAGS = 2,
	OPTION_START = 2,
	OPTION_END = 3,
	OPTION_RECEIVED = 4,
	INBOUND = 1,
	OUTBOUND = 2,
	NANOSECONDS = 9,
};

static void add(struct lab_stream *stream, const void *bytes, size_t length)
{
	const size_t padded = (length + 3) & ~(size_t)3;
	if (stream->failed)
		return;
	if (stream->used + padded > stream->room) {
		const size_t room = 2 * (stream->used + padded);
		uint8_t *buffer = realloc(stream->buffer, room);
		if (!buffer) {
			stream->failed = true;
			return;
		}
		stream->buffer = buffer;
		stream->room = room;
	}
	memset(stream->buffer + stream->used, 0, padded);
	memcpy(stream->buffer + stream->used, bytes, length);
	stream->used += padded;
}

static void add16(struct lab_stream *stream, unsigned first, unsigned second)
{
	const uint16_t both[] = {(uint16_t)first, (uint16_t)second};
	add(stream, both, sizeof(both));
}

static void add32(struct lab_stream *stream, uint32_t value)
{
	add(stream, &value, sizeof(value));
}

static void add_time(struct lab_stream *stream, ws_time time)
{
	add32(stream, (uint32_t)((uint64_t)time >> 32));
	add32(stream, (uint32_t)time);
}

static void add_option(struct lab_stream *stream, unsigned code, const void *value, size_t length)
{
	while (length && code == OPTION_COMMENT && ((const char *)value)[length - 1] == '\n')
		length--;
	if (!length)
		return;
	add16(stream, code, (unsigned)length);
	add(stream, value, length);
}

static void block_begin(struct lab_stream *stream, uint32_t type)
{
	stream->used = 0;
	add32(stream, type);
	add32(stream, 0);
}

static bool write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		const ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			bytes += written;
			length -= (size_t)written;
		}
	}
	return true;
}

static void block_end(struct lab_stream *stream, int outputs)
{
	add32(stream, 0); /* the end of the options */
	const uint32_t size = (uint32_t)stream->used + 4;
	add32(stream, size);
	if (stream->failed)
		return;
	memcpy(stream->buffer + 4, &size, sizeof(size));
	for (int i = 0; i < outputs; i++)
		if (stream->output[i] >= 0 && !write_all(stream->output[i], stream->buffer, stream->used))
			stream->failed = true;
}

static void write_interface(struct lab_stream *stream, const char *name)
{
	const uint8_t resolution = NANOSECONDS;
	block_begin(stream, INTERFACE);
	add16(stream, ETHERNET, 0);
	add32(stream, SNAPSHOT_LENGTH);
	add_option(stream, OPTION_NAME, name, strlen(name));
	add_option(stream, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	block_end(stream, LAB_STREAM_OUTPUTS);
}

void lab_stream_begin(struct lab_stream *stream, ws_time time, const char *comment)
{
	static const char program[] = "wirestate " WS_VERSION " --lab";
	const uint64_t length = UINT64_MAX; /* not known */
	stream->begun = time;
	block_begin(stream, SECTION);
	add32(stream, 0x1a2b3c4d);
	add16(stream, 1, 0);
	add(stream, &length, sizeof(length));
	add_option(stream, OPTION_COMMENT, comment, strlen(comment));
	add_option(stream, OPTION_PROGRAM, program, sizeof(program) - 1);
	block_end(stream, LAB_STREAM_OUTPUTS);
	for (enum lab_side side = 0; side < LAB_SIDES; side++)
		write_interface(stream, lab_side_word(side));
}

void lab_stream_packet(struct lab_stream *stream, const struct lab_record *record, const char *comment,
                       size_t comment_length)
{
	const uint32_t flags = record->arrives ? INBOUND : OUTBOUND;
	block_begin(stream, PACKET);
	add32(stream, record->side);
	add_time(stream, record->time);
	add32(stream, (uint32_t)record->length);
	add32(stream, (uint32_t)record->length);
	add(stream, record->data, record->length);
	add_option(stream, OPTION_FLAGS, &flags, sizeof(flags));
	add_option(stream, OPTION_COMMENT, comment, comment_length);
	block_end(stream, LAB_STREAM_OUTPUTS);
	stream->packets[record->side]++;
}

static void write_statistics(struct lab_stream *stream, enum lab_side side, ws_time time, const char *comment,
                             size_t comment_length, int outputs)
{
	const uint32_t start[] = {(uint32_t)((uint64_t)stream->begun >> 32), (uint32_t)stream->begun};
	const uint32_t end[] = {(uint32_t)((uint64_t)time >> 32), (uint32_t)time};
	block_begin(stream, STATISTICS);
	add32(stream, side);
	add_time(stream, time);
	add_option(stream, OPTION_COMMENT, comment, comment_length);
	add_option(stream, OPTION_START, start, sizeof(start));
	add_option(stream, OPTION_END, end, sizeof(end));
	add_option(stream, OPTION_RECEIVED, &stream->packets[side], sizeof(stream->packets[side]));
	block_end(stream, outputs);
}

void lab_stream_remark(struct lab_stream *stream, ws_time time, const char *comment, size_t comment_length)
{
	write_statistics(stream, LAB_CLIENT, time, comment, comment_length, 1);
}

void lab_stream_end(struct lab_stream *stream, ws_time time, const char *comment, size_t comment_length)
{
	write_statistics(stream, LAB_SERVER, time, NULL, 0, LAB_STREAM_OUTPUTS);
	write_statistics(stream, LAB_CLIENT, time, comment, comment_length, LAB_STREAM_OUTPUTS);
}

void lab_stream_free(struct lab_stream *stream)
{
	free(stream->buffer);
}
