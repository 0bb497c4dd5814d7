/* The bytes of a capture file or a pipe, on their way to a reader that must not wait for them.
 *
 * libpcap reads a savefile with blocking freads: on a pipe that holds half a record it would hang, and the keyboard
 * with it. So the bytes of a pipe are gathered here, and libpcap, which reads from a cookie stream over this buffer, is
 * only asked for as many packets as are whole. The stream has a buffer of its own (without one stdio reads byte by
 * byte); it is given whole records only, so nothing can get stuck in it. The descriptor stays in blocking mode, because
 * O_NONBLOCK belongs to the open file that other processes share; poll() is asked before each read instead.
 *
 * pcap in a regular file cannot block, so its records need not be looked at: a plain one is read right into the
 * stream's buffer, a packed one is unpacked on the way. They come through here for the sake of the offset: ftello() on
 * a stdio file costs a system call for every packet. They are read with pread(), so that several sources can share a
 * descriptor.
 *
 * The reader of pcapng takes its blocks from the buffer itself, and asks for more bytes when it has none.
 *
 * `given` and `scanned` count unpacked bytes from the start of the stream; data[start] is byte `given`. Up to `scanned`
 * the records are whole, and `packets` of them have not been delivered by libpcap yet. */
#include "capture/byte_source.h"
#include "capture/unpack.h"

#include <wirestate/language.h>

#include <errno.h>
#include <poll.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK = 64 << 10, /* read or unpacked at a time; as much as a pipe holds */
	PULLS = 16,       /* chunks for one ws_byte_source_packets() */
	STREAM_BUFFER = 128 << 10
};

struct ws_byte_source {
	int fd;
	bool may_wait, follows, ended, failed;
	char problem[200];
	bool no_memory;            /* that is the problem */
	uint64_t origin, received; /* where in a regular file the stream begins; bytes since then */

	struct ws_unpack *unpack; /* NULL: not packed */
	uint8_t *raw;             /* when packed */
	size_t raw_used, raw_length;
	bool more_inside; /* the last unpacking filled its output */

	uint8_t *data;
	size_t start, end, capacity;
	uint64_t given, scanned;
	uint64_t packets;
	struct ws_framing framing;
	bool scans; /* records are looked at before libpcap has them */

	FILE *stream;
	char *stream_buffer;
};

struct ws_byte_source *ws_byte_source_new(int fd, bool may_wait, uint64_t start)
{
	struct ws_byte_source *source = calloc(1, sizeof(*source));
	if (!source) {
		close(fd);
		return NULL;
	}
	source->fd = fd;
	source->may_wait = may_wait;
	source->origin = start;
	return source;
}

void ws_byte_source_follow(struct ws_byte_source *source)
{
	source->follows = true;
}

void ws_byte_source_free(struct ws_byte_source *source)
{
	if (!source)
		return;
	close(source->fd);
	ws_unpack_free(source->unpack);
	free(source->raw);
	free(source->data);
	free(source->stream_buffer);
	free(source);
}

static void source_fail(struct ws_byte_source *source, const char *what, const char *why)
{
	source->ended = source->failed = true;
	snprintf(source->problem, sizeof(source->problem), "%s%s%s", what, why ? ": " : "", why ? why : "");
}

/* Makes room for CHUNK more bytes. */
static bool buffer_make_room(struct ws_byte_source *source)
{
	if (source->capacity - source->end >= CHUNK)
		return true;
	if (source->start > 0) {
		memmove(source->data, source->data + source->start, source->end - source->start);
		source->end -= source->start;
		source->start = 0;
	}
	if (source->capacity - source->end >= CHUNK)
		return true;
	size_t capacity = source->capacity ? 2 * source->capacity : 4 * CHUNK;
	uint8_t *data = realloc(source->data, capacity);
	if (!data) {
		source->no_memory = true;
		source_fail(source, "out of memory", NULL);
		return false;
	}
	source->data = data;
	source->capacity = capacity;
	return true;
}

/* One read from the descriptor: the number of bytes, 0 when there are none now (then `wait` was false) or no more. */
static size_t receive(struct ws_byte_source *source, uint8_t *bytes, size_t size, bool wait)
{
	for (;;) {
		struct pollfd ready = {.fd = source->fd, .events = POLLIN};
		if (source->may_wait && poll(&ready, 1, wait ? -1 : 0) <= 0) {
			if (wait)
				continue; /* interrupted by a signal */
			return 0;
		}
		ssize_t count = source->may_wait
		                        ? read(source->fd, bytes, size)
		                        : pread(source->fd, bytes, size, (off_t)(source->origin + source->received));
		if (count > 0) {
			source->received += (uint64_t)count;
			return (size_t)count;
		}
		if (count == 0) {
			source->ended = !source->follows;
			return 0;
		}
		if (errno == EAGAIN && !wait)
			return 0;
		if (errno != EINTR && errno != EAGAIN) {
			source_fail(source, E_("cannot be read"), strerror(errno));
			return 0;
		}
	}
}

static bool unpack_some(struct ws_byte_source *source)
{
	size_t made = source->end, size = source->end + CHUNK;
	if (!ws_unpack_run(source->unpack, source->raw, source->raw_length, &source->raw_used, source->data, size,
	                   &made))
		source_fail(source, E_("the packed data is damaged"), ws_unpack_problem(source->unpack));
	source->more_inside = made == size;
	source->end = made;
	return true;
}

/* Gets more bytes into the buffer. False: nothing has changed (or, with `wait`, the stream has ended). */
static bool buffer_fill(struct ws_byte_source *source, bool wait)
{
	if (source->ended || !buffer_make_room(source))
		return false;
	if (!source->unpack) {
		size_t count = receive(source, source->data + source->end, CHUNK, wait);
		source->end += count;
		return count > 0;
	}
	if (source->raw_used < source->raw_length || source->more_inside)
		return unpack_some(source);
	source->raw_used = 0;
	source->raw_length = receive(source, source->raw, CHUNK, wait);
	if (source->ended && !source->failed && !ws_unpack_complete(source->unpack))
		source_fail(source, E_("the packed data ends early"), NULL);
	return source->raw_length > 0 && unpack_some(source);
}

/* The first bytes decide whether the stream is packed; from then on the buffer holds unpacked bytes only. */
static void packing_recognize(struct ws_byte_source *source)
{
	while (source->end < WS_FORMAT_BYTES && buffer_fill(source, true))
		;
	enum ws_format format = ws_format_of(source->data, source->end);
	if (format != WS_FORMAT_GZIP && format != WS_FORMAT_ZSTD)
		return;
	source->unpack = ws_unpack_new(format);
	source->raw = malloc(2 * CHUNK); /* a few bytes at first, then a chunk that completes the magic number */
	if (!source->unpack || !source->raw) {
		source->end = 0; /* packed bytes are no capture */
		source->no_memory = true;
		source_fail(source, "out of memory", NULL);
		return;
	}
	memcpy(source->raw, source->data, source->end);
	source->raw_length = source->end;
	source->end = 0;
	if (source->ended && !source->failed) /* the descriptor has ended, the packed bytes have not been looked at */
		source->ended = false;
}

const uint8_t *ws_byte_source_peek(struct ws_byte_source *source, size_t want, size_t *length)
{
	if (source->received == 0)
		packing_recognize(source);
	while (source->end - source->start < want && buffer_fill(source, true))
		;
	*length = source->end - source->start;
	return source->data + source->start;
}

const uint8_t *ws_byte_source_window(const struct ws_byte_source *source, size_t *length)
{
	*length = source->end - source->start;
	return source->data + source->start;
}

void ws_byte_source_consume(struct ws_byte_source *source, size_t length)
{
	source->start += length;
	source->given += length;
}

bool ws_byte_source_fill(struct ws_byte_source *source, bool wait)
{
	return buffer_fill(source, wait);
}

/* The size of the first record that has not been scanned; 0: it is not whole. */
static size_t next_record(const struct ws_byte_source *source)
{
	size_t at = source->start + (size_t)(source->scanned - source->given), length = source->end - at;
	size_t size = ws_framing_record(&source->framing, source->data + at, length);
	return size <= length ? size : 0;
}

/* Takes in one more whole record, if there is one. */
static bool scan_record(struct ws_byte_source *source)
{
	const size_t size = next_record(source);
	source->scanned += size;
	source->packets += size > 0;
	return size > 0;
}

/* The stream wants bytes: how many it may have. None, and it sees the end of the file. */
static size_t allow(struct ws_byte_source *source)
{
	if (!source->scans) {
		while (source->end == source->start && buffer_fill(source, true))
			;
		return source->end - source->start;
	}
	/* At the end there may be a part of a record. */
	if (source->ended && source->scanned == source->given)
		source->scanned += source->end - source->start;
	return (size_t)(source->scanned - source->given);
}

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
	struct ws_byte_source *source = cookie;
	if (!source->unpack && !source->scans && source->start == source->end) {
		size_t count = source->ended ? 0 : receive(source, (uint8_t *)bytes, size, true);
		source->given += count;
		return (ssize_t)count;
	}
	size_t count = allow(source);
	if (count > size)
		count = size;
	memcpy(bytes, source->data + source->start, count);
	source->start += count;
	source->given += count;
	return (ssize_t)count;
}

FILE *ws_byte_source_stream(struct ws_byte_source *source, const struct ws_framing *framing)
{
	source->framing = *framing;
	source->scans = source->may_wait;
	/* The file's header is a record for this purpose. */
	source->scanned =
	        source->end - source->start < WS_FRAMING_BYTES ? source->end - source->start : WS_FRAMING_BYTES;
	source->stream_buffer = malloc(STREAM_BUFFER);
	source->stream = fopencookie(source, "r", (cookie_io_functions_t){.read = stream_read});
	if (source->stream && source->stream_buffer)
		setvbuf(source->stream, source->stream_buffer, _IOFBF, STREAM_BUFFER);
	return source->stream;
}

int ws_byte_source_packets(struct ws_byte_source *source, int max)
{
	if (!source->scans)
		return max;
	for (int i = 0; i < PULLS; i++) {
		while (source->packets < (uint64_t)max && scan_record(source))
			;
		if (source->packets > 0)
			return source->packets < (uint64_t)max ? (int)source->packets : max;
		if (!buffer_fill(source, false))
			break;
	}
	return source->ended;
}

void ws_byte_source_taken(struct ws_byte_source *source, uint64_t packets)
{
	source->packets -= packets < source->packets ? packets : source->packets;
}

bool ws_byte_source_ready(const struct ws_byte_source *source)
{
	/* There may be a record after as many packets as had been asked for. */
	return source->packets > 0 || source->ended || source->more_inside || source->raw_used < source->raw_length ||
	       (source->scans && next_record(source));
}

bool ws_byte_source_packed(const struct ws_byte_source *source)
{
	return source->unpack;
}

bool ws_byte_source_ended(const struct ws_byte_source *source)
{
	return source->ended;
}

const char *ws_byte_source_problem(const struct ws_byte_source *source)
{
	return source->failed ? source->problem : NULL;
}

enum ws_status ws_byte_source_status(const struct ws_byte_source *source, enum ws_status status)
{
	return source->no_memory ? WS_ERROR_SYSTEM : status;
}

/* glibc has no functions for a stream's buffer, but these fields are in its headers; musl has the functions. */
const uint8_t *ws_byte_source_buffered(const struct ws_byte_source *source, size_t *length)
{
#ifndef __GLIBC__
	const char *bytes = __freadptr(source->stream, length);
	*length = bytes ? *length : 0;
	return (const uint8_t *)bytes;
#else
	*length = (size_t)(source->stream->_IO_read_end - source->stream->_IO_read_ptr);
	return (const uint8_t *)source->stream->_IO_read_ptr;
#endif
}

void ws_byte_source_skip(struct ws_byte_source *source, size_t length)
{
#ifndef __GLIBC__
	__freadptrinc(source->stream, length);
#else
	source->stream->_IO_read_ptr += length;
#endif
}

uint64_t ws_byte_source_offset(const struct ws_byte_source *source)
{
	size_t buffered;
	ws_byte_source_buffered(source, &buffered);
	return source->given - buffered;
}

uint64_t ws_byte_source_consumed(const struct ws_byte_source *source)
{
	return source->received - (source->raw_length - source->raw_used);
}

int ws_byte_source_fd(const struct ws_byte_source *source)
{
	return source->fd;
}
