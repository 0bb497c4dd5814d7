/* The feed between a descriptor and libpcap.
 *
 * libpcap reads a savefile with blocking freads: on a pipe that holds half a record it would hang, and the keyboard
 * with it. So the bytes of a pipe are gathered here, and libpcap, which reads from a cookie stream over this buffer, is
 * only asked for as many packets as are whole. The stream has a buffer of its own (without one stdio reads byte by
 * byte); it is given whole records only, so nothing can get stuck in it. The descriptor stays in blocking mode, because
 * O_NONBLOCK belongs to the open file that other processes share; poll() is asked before each read instead.
 *
 * pcapng is looked at in the same way wherever it comes from. It may hold gigabytes of blocks that are no packets, on
 * which libpcap would not come back: where whole blocks end the stream pauses, which libpcap takes for the end of the
 * file, and is asked again. And it may describe any number of interfaces, all of which libpcap remembers.
 *
 * pcap in a regular file cannot block, so its records need not be looked at: a plain one is read right into the
 * stream's buffer, a packed one is unpacked on the way. They come through here for the sake of the offset: ftello() on
 * a stdio file costs a system call for every packet. They are read with pread(), so that several feeds can share a
 * descriptor.
 *
 * `given` and `scanned` count unpacked bytes from the start of the stream; data[start] is byte `given`. Up to `scanned`
 * the records are whole, and `packets` of them have not been delivered by libpcap yet. */
#include "capture/byte_source.h"
#include "capture/unpack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNK = 64 << 10, /* read or unpacked at a time; as much as a pipe holds */
	PULLS = 16,       /* chunks for one ws_feed_packets() */
	STREAM_BUFFER = 128 << 10
};
#define INTERFACES 65536 /* that a section may describe */
#define NUMBER(macro) NUMBER_OF(macro)
#define NUMBER_OF(value) #value

struct ws_feed {
	int fd;
	bool may_wait, ended, failed;
	char problem[200];
	uint64_t origin, received; /* where in a regular file the stream begins; bytes since then */

	struct ws_unpack *unpack; /* NULL: not packed */
	uint8_t *raw;             /* when packed */
	size_t raw_used, raw_length;
	bool more_inside; /* the last unpacking filled its output */

	uint8_t *data;
	size_t start, end, capacity;
	uint64_t given, scanned;
	uint64_t packets;
	unsigned interfaces; /* described in this section */
	struct ws_framing framing;
	bool scans;  /* records are looked at before libpcap has them */
	bool opened; /* libpcap has read what it wants to know at first: nothing is waited for any more */

	FILE *stream;
	char *stream_buffer;
};

struct ws_feed *ws_feed_new(int fd, bool may_wait, uint64_t start)
{
	struct ws_feed *feed = calloc(1, sizeof(*feed));
	if (!feed) {
		close(fd);
		return NULL;
	}
	feed->fd = fd;
	feed->may_wait = may_wait;
	feed->origin = start;
	return feed;
}

void ws_feed_free(struct ws_feed *feed)
{
	if (!feed)
		return;
	close(feed->fd);
	ws_unpack_free(feed->unpack);
	free(feed->raw);
	free(feed->data);
	free(feed->stream_buffer);
	free(feed);
}

static void end_with(struct ws_feed *feed, const char *what, const char *why)
{
	feed->ended = feed->failed = true;
	snprintf(feed->problem, sizeof(feed->problem), "%s%s%s", what, why ? ": " : "", why ? why : "");
}

/* Makes room for CHUNK more bytes. */
static bool make_room(struct ws_feed *feed)
{
	if (feed->capacity - feed->end >= CHUNK)
		return true;
	if (feed->start > 0) {
		memmove(feed->data, feed->data + feed->start, feed->end - feed->start);
		feed->end -= feed->start;
		feed->start = 0;
	}
	if (feed->capacity - feed->end >= CHUNK)
		return true;
	size_t capacity = feed->capacity ? 2 * feed->capacity : 4 * CHUNK;
	uint8_t *data = realloc(feed->data, capacity);
	if (!data) {
		end_with(feed, "out of memory", NULL);
		return false;
	}
	feed->data = data;
	feed->capacity = capacity;
	return true;
}

/* One read from the descriptor: the number of bytes, 0 when there are none now (then `wait` was false) or no more. */
static size_t receive(struct ws_feed *feed, uint8_t *bytes, size_t size, bool wait)
{
	for (;;) {
		struct pollfd ready = {.fd = feed->fd, .events = POLLIN};
		if (feed->may_wait && poll(&ready, 1, wait ? -1 : 0) <= 0) {
			if (wait)
				continue; /* interrupted by a signal */
			return 0;
		}
		ssize_t count = feed->may_wait ? read(feed->fd, bytes, size)
		                               : pread(feed->fd, bytes, size, (off_t)(feed->origin + feed->received));
		if (count > 0) {
			feed->received += (uint64_t)count;
			return (size_t)count;
		}
		if (count == 0) {
			feed->ended = true;
			return 0;
		}
		if (errno == EAGAIN && !wait)
			return 0;
		if (errno != EINTR && errno != EAGAIN) {
			end_with(feed, "cannot be read", strerror(errno));
			return 0;
		}
	}
}

static bool unpack_some(struct ws_feed *feed)
{
	size_t made = feed->end, size = feed->end + CHUNK;
	if (!ws_unpack_run(feed->unpack, feed->raw, feed->raw_length, &feed->raw_used, feed->data, size, &made))
		end_with(feed, "the packed data is damaged", ws_unpack_problem(feed->unpack));
	feed->more_inside = made == size;
	feed->end = made;
	return true;
}

/* Gets more bytes into the buffer. False: nothing has changed (or, with `wait`, the stream has ended). */
static bool pull(struct ws_feed *feed, bool wait)
{
	if (feed->ended || !make_room(feed))
		return false;
	if (!feed->unpack) {
		size_t count = receive(feed, feed->data + feed->end, CHUNK, wait);
		feed->end += count;
		return count > 0;
	}
	if (feed->raw_used < feed->raw_length || feed->more_inside)
		return unpack_some(feed);
	feed->raw_used = 0;
	feed->raw_length = receive(feed, feed->raw, CHUNK, wait);
	if (feed->ended && !feed->failed && !ws_unpack_complete(feed->unpack))
		end_with(feed, "the packed data ends early", NULL);
	return feed->raw_length > 0 && unpack_some(feed);
}

/* The first bytes decide whether the stream is packed; from then on the buffer holds unpacked bytes only. */
static void begin(struct ws_feed *feed)
{
	while (feed->end < WS_FORMAT_BYTES && pull(feed, true))
		;
	enum ws_format format = ws_format_of(feed->data, feed->end);
	if (format != WS_FORMAT_GZIP && format != WS_FORMAT_ZSTD)
		return;
	feed->unpack = ws_unpack_new(format);
	feed->raw = malloc(2 * CHUNK); /* a few bytes at first, then a chunk that completes the magic number */
	if (!feed->unpack || !feed->raw) {
		feed->end = 0; /* packed bytes are no capture */
		end_with(feed, "out of memory", NULL);
		return;
	}
	memcpy(feed->raw, feed->data, feed->end);
	feed->raw_length = feed->end;
	feed->end = 0;
	if (feed->ended && !feed->failed) /* the descriptor has ended, the packed bytes have not been looked at */
		feed->ended = false;
}

const uint8_t *ws_feed_peek(struct ws_feed *feed, size_t want, size_t *length)
{
	if (feed->received == 0)
		begin(feed);
	while (feed->end - feed->start < want && pull(feed, true))
		;
	*length = feed->end - feed->start;
	return feed->data + feed->start;
}

static bool too_many_interfaces(struct ws_feed *feed, enum ws_record record)
{
	if (record == WS_RECORD_OF_SECTION)
		feed->interfaces = 0;
	if (record != WS_RECORD_OF_INTERFACE || ++feed->interfaces <= INTERFACES)
		return false;
	end_with(feed, "one section describes more than " NUMBER(INTERFACES) " interfaces", NULL);
	feed->end = feed->start + (size_t)(feed->scanned - feed->given);
	return true;
}

/* The size of the first record that has not been scanned; 0: it is not whole. */
static size_t next_record(const struct ws_feed *feed, enum ws_record *record)
{
	size_t at = feed->start + (size_t)(feed->scanned - feed->given), length = feed->end - at;
	size_t size = ws_framing_record(&feed->framing, feed->data + at, length, record);
	return size <= length ? size : 0;
}

/* Takes in one more whole record, if there is one. */
static bool scan_record(struct ws_feed *feed)
{
	enum ws_record record;
	size_t size = next_record(feed, &record);
	if (size == 0 || too_many_interfaces(feed, record))
		return false;
	feed->scanned += size;
	feed->packets += record == WS_RECORD_OF_PACKET;
	return true;
}

/* The stream wants bytes: how many it may have. None, and it sees the end of the file. */
static size_t allow(struct ws_feed *feed)
{
	if (!feed->scans) {
		while (feed->end == feed->start && pull(feed, true))
			;
		return feed->end - feed->start;
	}
	/* While it is opened, libpcap says by reading how far it wants to go. */
	while (!feed->opened && feed->scanned == feed->given && !scan_record(feed) && pull(feed, true))
		;
	/* At the end there may be a part of a record. */
	if (feed->ended && feed->scanned == feed->given)
		feed->scanned += feed->end - feed->start;
	return (size_t)(feed->scanned - feed->given);
}

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
	struct ws_feed *feed = cookie;
	if (!feed->unpack && !feed->scans && feed->start == feed->end) {
		size_t count = feed->ended ? 0 : receive(feed, (uint8_t *)bytes, size, true);
		feed->given += count;
		return (ssize_t)count;
	}
	size_t count = allow(feed);
	if (count > size)
		count = size;
	memcpy(bytes, feed->data + feed->start, count);
	feed->start += count;
	feed->given += count;
	return (ssize_t)count;
}

FILE *ws_feed_stream(struct ws_feed *feed, const struct ws_framing *framing)
{
	feed->framing = *framing;
	feed->scans = feed->may_wait || framing->format == WS_FORMAT_PCAPNG;
	if (framing->format == WS_FORMAT_PCAP) /* the file's header is a record for this purpose */
		feed->scanned = feed->end - feed->start < WS_FRAMING_BYTES ? feed->end - feed->start : WS_FRAMING_BYTES;
	feed->stream_buffer = malloc(STREAM_BUFFER);
	feed->stream = fopencookie(feed, "r", (cookie_io_functions_t){.read = stream_read});
	if (feed->stream && feed->stream_buffer)
		setvbuf(feed->stream, feed->stream_buffer, _IOFBF, STREAM_BUFFER);
	return feed->stream;
}

int ws_feed_packets(struct ws_feed *feed, int max)
{
	if (!feed->scans)
		return max;
	feed->opened = true;
	for (int i = 0; i < PULLS; i++) {
		while (feed->packets < (uint64_t)max && scan_record(feed))
			;
		if (feed->packets > 0)
			return feed->packets < (uint64_t)max ? (int)feed->packets : max;
		if (!pull(feed, false))
			break;
	}
	return feed->ended || feed->scanned > feed->given;
}

bool ws_feed_paused(struct ws_feed *feed)
{
	if (!feed->scans || feed->ended)
		return false;
	clearerr_unlocked(feed->stream);
	feed->packets = 0;
	return true;
}

void ws_feed_taken(struct ws_feed *feed, uint64_t packets)
{
	feed->packets -= packets < feed->packets ? packets : feed->packets;
}

bool ws_feed_ready(const struct ws_feed *feed)
{
	enum ws_record ignored; /* a record that lies behind so many packets as had been asked for */
	return feed->packets > 0 || feed->ended || feed->more_inside || feed->raw_used < feed->raw_length ||
	       (feed->scans && next_record(feed, &ignored));
}

bool ws_feed_packed(const struct ws_feed *feed)
{
	return feed->unpack;
}

bool ws_feed_ended(const struct ws_feed *feed)
{
	return feed->ended;
}

const char *ws_feed_problem(const struct ws_feed *feed)
{
	return feed->failed ? feed->problem : NULL;
}

/* glibc has no functions for a stream's buffer, but these fields are in its headers. */
const uint8_t *ws_feed_buffered(const struct ws_feed *feed, size_t *length)
{
	*length = (size_t)(feed->stream->_IO_read_end - feed->stream->_IO_read_ptr);
	return (const uint8_t *)feed->stream->_IO_read_ptr;
}

void ws_feed_skip(struct ws_feed *feed, size_t length)
{
	feed->stream->_IO_read_ptr += length;
}

uint64_t ws_feed_offset(const struct ws_feed *feed)
{
	size_t buffered;
	ws_feed_buffered(feed, &buffered);
	return feed->given - buffered;
}

uint64_t ws_feed_consumed(const struct ws_feed *feed)
{
	return feed->received - (feed->raw_length - feed->raw_used);
}

int ws_feed_fd(const struct ws_feed *feed)
{
	return feed->fd;
}
