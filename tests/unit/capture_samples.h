/* Captures built byte by byte and the frames read from them, shared by the tests of the capture module. */
#ifndef TESTS_CAPTURE_SAMPLES_H
#define TESTS_CAPTURE_SAMPLES_H

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <wirestate/capture.h>

struct bytes {
	uint8_t data[8192];
	size_t length;
	bool big;
};

static inline void put(struct bytes *b, const void *data, size_t length)
{
	assert_true(b->length + length <= sizeof(b->data));
	memcpy(b->data + b->length, data, length);
	b->length += length;
}

static inline void put_number(struct bytes *b, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * (b->big ? size - 1 - i : i));
		put(b, &byte, 1);
	}
}

static inline void put32(struct bytes *b, uint32_t value)
{
	put_number(b, value, 4);
}

static inline void put_filler(struct bytes *b, uint32_t length, uint8_t first)
{
	for (uint32_t i = 0; i < length; i++)
		put_number(b, (uint8_t)(first + i), 1);
}

enum { ETHERNET = 1, RAW_IP = 101, IEEE_802_15_4 = 195, FRAMES = 3 };
enum { MICRO = 0xa1b2c3d4, NANO = 0xa1b23c4d, MODIFIED = 0xa1b2cd34 };

static inline void pcap_header(struct bytes *b, uint32_t magic, unsigned minor, uint32_t link)
{
	put32(b, magic);
	put_number(b, 2, 2);
	put_number(b, minor, 2);
	put32(b, 0);
	put32(b, 0);
	put32(b, 65535);
	put32(b, link);
}

static inline void pcap_frame(struct bytes *b, uint32_t magic, uint32_t seconds, uint32_t part, uint32_t captured,
                              uint32_t length)
{
	put32(b, seconds);
	put32(b, part);
	put32(b, captured);
	put32(b, length);
	if (magic == MODIFIED)
		put_filler(b, 8, 0);
	put_filler(b, captured, (uint8_t)captured);
}

/* Frame i of a sample is captured to 20 + 7 i bytes. Ethernet type 0x0800 for frame 1, else the filler. */
static inline struct bytes pcap_sample(uint32_t magic, bool big)
{
	struct bytes b = {.big = big};
	pcap_header(&b, magic, 4, ETHERNET);
	for (uint32_t i = 0; i < FRAMES; i++)
		pcap_frame(&b, magic, 1000 + i, 5, 20 + 7 * i, 100);
	return b;
}

static inline void ng_block(struct bytes *b, uint32_t type, const struct bytes *body)
{
	uint32_t padded = (uint32_t)(body->length + 3) & ~3u;
	put32(b, type);
	put32(b, 12 + padded);
	put(b, body->data, body->length);
	put_filler(b, padded - (uint32_t)body->length, 0);
	put32(b, 12 + padded);
}

static inline void ng_section(struct bytes *b)
{
	struct bytes body = {.big = b->big};
	put32(&body, 0x1a2b3c4d);
	put_number(&body, 1, 2);
	put_number(&body, 0, 2);
	put_number(&body, UINT64_MAX, 8);
	ng_block(b, 0x0a0d0d0a, &body);
}

static inline void ng_interface(struct bytes *b, unsigned link, uint8_t resolution, uint8_t fcs)
{
	struct bytes body = {.big = b->big};
	put_number(&body, link, 2);
	put_number(&body, 0, 2);
	put32(&body, 65535);
	put_number(&body, 9, 2);
	put_number(&body, 1, 2);
	put32(&body, b->big ? (uint32_t)resolution << 24 : resolution);
	put_number(&body, 13, 2);
	put_number(&body, 1, 2);
	put32(&body, b->big ? (uint32_t)fcs << 24 : fcs);
	put32(&body, 0);
	ng_block(b, 1, &body);
}

static inline void ng_frame(struct bytes *b, uint32_t interface, uint64_t time, uint32_t captured, uint32_t length)
{
	struct bytes body = {.big = b->big};
	put32(&body, interface);
	put32(&body, (uint32_t)(time >> 32));
	put32(&body, (uint32_t)time);
	put32(&body, captured);
	put32(&body, length);
	put_filler(&body, captured, (uint8_t)captured);
	ng_block(b, 6, &body);
}

static inline struct bytes ng_sample(bool big, uint8_t fcs)
{
	struct bytes b = {.big = big}, statistics = {.big = big};
	ng_section(&b);
	ng_interface(&b, ETHERNET, 9, fcs);
	for (uint32_t i = 0; i < FRAMES; i++) {
		ng_frame(&b, 0, (1000 + i) * UINT64_C(1000000000) + 5, 20 + 7 * i, 100);
		put_filler(&statistics, 8, 1);
		ng_block(&b, 5, &statistics);
	}
	return b;
}

static inline struct bytes gzipped(const struct bytes *b)
{
	struct bytes packed = {.length = sizeof(packed.data)};
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)b->data;
	z.avail_in = (uInt)b->length;
	z.next_out = packed.data;
	z.avail_out = sizeof(packed.data);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed.length = z.total_out;
	deflateEnd(&z);
	return packed;
}

static inline struct bytes zstandard(const struct bytes *b)
{
	struct bytes packed = {0};
	packed.length = ZSTD_compress(packed.data, sizeof(packed.data), b->data, b->length, 1);
	assert_false(ZSTD_isError(packed.length));
	return packed;
}

/* The frames read from a capture. */
struct seen {
	unsigned count;
	struct ws_frame frame[64];
	uint8_t data[64][256];
	char comment[64][64];
	uint32_t index[64]; /* of the interface */
	uint32_t process_id[64];
	char process[64][16];
	struct ws_capture_stats stats; /* after replay() */
	char other_link[64];
	struct ws_capture *stop; /* break after each frame */
};

static inline void see(void *context, const struct ws_frame *frame)
{
	struct seen *seen = context;
	assert_true(seen->count < 64 && frame->captured <= 256 && frame->length >= frame->captured);
	seen->frame[seen->count] = *frame;
	if (frame->captured)
		memcpy(seen->data[seen->count], frame->data, frame->captured);
	assert_true(frame->comment_length < sizeof(seen->comment[0]));
	memset(seen->comment[seen->count], 0, sizeof(seen->comment[0]));
	if (frame->comment)
		memcpy(seen->comment[seen->count], frame->comment, frame->comment_length);
	seen->process_id[seen->count] = frame->process ? frame->process->id : 0;
	snprintf(seen->process[seen->count], sizeof(seen->process[0]), "%s",
	         frame->process && frame->process->name ? frame->process->name : "");
	seen->index[seen->count] = frame->interface ? frame->interface->index : 0;
	seen->count++;
	if (seen->stop)
		ws_capture_break(seen->stop);
}

struct place {
	char path[64];
};

static inline struct place write_file(const uint8_t *data, size_t length)
{
	struct place place = {"/tmp/test-capture-XXXXXX"};
	int fd = mkstemp(place.path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), (ssize_t)length);
	close(fd);
	return place;
}

static const struct ws_capture_options plain_options = {.fcs_length = -1};
static const struct ws_capture_options keep_options = {.fcs_length = -1, .keep_bytes = 1 << 20};

static inline enum ws_read read_all(struct ws_capture *capture, struct seen *seen, struct ws_error *error)
{
	enum ws_read result;
	do
		result = ws_capture_read(capture, 2, see, seen, error);
	while (result == WS_READ_MORE);
	/* After the end, every read reports the end again. */
	assert_int_equal(ws_capture_read(capture, 2, see, seen, error), result);
	return result;
}

/* Opens and reads a file of these bytes to its end. */
static inline enum ws_read replay(const struct bytes *b, const struct ws_capture_options *options, struct seen *seen,
                                  struct ws_error *error)
{
	memset(seen, 0, sizeof(*seen));
	struct place file = write_file(b->data, b->length);
	struct ws_capture *capture = ws_capture_open_file(file.path, options, error);
	enum ws_read result = WS_READ_ERROR;
	if (capture) {
		result = read_all(capture, seen, error);
		for (unsigned i = 0; options->keep_bytes && i < seen->count; i++) {
			struct ws_frame again;
			assert_true(ws_capture_fetch(capture, seen->frame[i].position, &again));
			assert_int_equal(again.time, seen->frame[i].time);
			assert_int_equal(again.length, seen->frame[i].length);
			assert_int_equal(again.captured, seen->frame[i].captured);
			if (again.captured)
				assert_memory_equal(again.data, seen->data[i], again.captured);
			assert_int_equal(again.comment_length, strlen(seen->comment[i]));
			if (again.comment)
				assert_memory_equal(again.comment, seen->comment[i], again.comment_length);
			assert_ptr_equal(again.interface, seen->frame[i].interface);
			assert_ptr_equal(again.process, seen->frame[i].process);
			assert_int_equal(again.link, seen->frame[i].link);
			assert_int_equal(again.fcs_length, seen->frame[i].fcs_length);
			assert_false(ws_capture_fetch(capture, seen->frame[i].position + 1, &again));
		}
		ws_capture_stats(capture, &seen->stats);
		if (seen->stats.other_link_name)
			snprintf(seen->other_link, sizeof(seen->other_link), "%s", seen->stats.other_link_name);
		ws_capture_close(capture);
	}
	unlink(file.path);
	return result;
}

static inline void check_sample(const struct seen *seen, unsigned count, ws_time part)
{
	assert_int_equal(seen->count, count);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(seen->frame[i].time, (1000 + i) * WS_SECOND + part);
		assert_int_equal(seen->frame[i].number, i + 1);
		assert_int_equal(seen->frame[i].captured, 20 + 7 * i);
		assert_int_equal(seen->frame[i].length, 100);
		assert_int_equal(seen->data[i][0], 20 + 7 * i);
	}
}

/* How many of the sample's frames are whole in its first `length` bytes, and whether it may end there. */
static inline unsigned whole_frames(const struct bytes *b, size_t length, bool pcapng, bool *between)
{
	unsigned frames = 0;
	size_t at = pcapng ? 0 : 24;
	*between = false;
	while (at <= length) {
		*between = at == length;
		if (at >= b->length)
			break;
		uint32_t number;
		memcpy(&number, b->data + at + (pcapng ? 4 : 8), 4);
		at += pcapng ? number : 16 + number;
		uint32_t type;
		memcpy(&type, b->data + at - number, 4);
		frames += at <= length && (!pcapng || type == 6);
	}
	return frames;
}

#endif
