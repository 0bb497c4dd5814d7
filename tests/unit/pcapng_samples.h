/* pcapng files built block by block: shared by the tests that read and write them. */
#ifndef TESTS_PCAPNG_SAMPLES_H
#define TESTS_PCAPNG_SAMPLES_H

#include "capture_samples.h"

enum { LOOPBACK = 0, USB_LINUX = 189, OTHER_LINK = 195 }; /* the last is IEEE 802.15.4, which is not decoded */
enum { OPTION_COMMENT = 1, OPTION_NAME = 2, OPTION_RESOLUTION = 9, OPTION_FCS = 13, OPTION_OFFSET = 14 };

static inline void option(struct bytes *body, unsigned code, const void *value, size_t length)
{
	put_number(body, code, 2);
	put_number(body, length, 2);
	put(body, value, length);
	put_filler(body, (uint32_t)(-length & 3), 0);
}

static inline void option_number(struct bytes *body, unsigned code, uint64_t value, unsigned size)
{
	struct bytes number = {.big = body->big};
	put_number(&number, value, size);
	option(body, code, number.data, size);
}

static inline void option_text(struct bytes *body, unsigned code, const char *text)
{
	option(body, code, text, strlen(text));
}

static inline struct bytes interface_body(bool big, unsigned link, uint32_t snapshot)
{
	struct bytes body = {.big = big};
	put_number(&body, link, 2);
	put_number(&body, 0, 2);
	put32(&body, snapshot);
	return body;
}

static inline void interface(struct bytes *b, unsigned link, uint32_t snapshot)
{
	const struct bytes body = interface_body(b->big, link, snapshot);
	ng_block(b, 1, &body);
}

static inline struct bytes packet_body(bool big, uint32_t number, uint64_t ticks, uint32_t captured)
{
	struct bytes body = {.big = big};
	put32(&body, number);
	put32(&body, (uint32_t)(ticks >> 32));
	put32(&body, (uint32_t)ticks);
	put32(&body, captured);
	put32(&body, captured);
	put_filler(&body, captured, 1);
	put_filler(&body, -captured & 3, 0);
	return body;
}

static inline void read_good(const struct bytes *b, struct seen *seen)
{
	struct ws_error error = {0};
	if (replay(b, &keep_options, seen, &error) != WS_READ_END)
		fail_msg("%s", error.text);
}

static inline void statistics_block(struct bytes *b, uint32_t number, uint64_t interface_drops, uint64_t kernel_drops)
{
	struct bytes body = {.big = b->big};
	put32(&body, number);
	put_filler(&body, 8, 0);
	option_number(&body, 4, 1000, 8);
	option_number(&body, 5, interface_drops, 8);
	option_number(&body, 7, kernel_drops, 8);
	ng_block(b, 5, &body);
}

/* The same file on a pipe, byte by byte, and packed. */
static inline void read_every_way(const struct bytes *b, struct seen *seen)
{
	struct ws_error error = {0};
	struct seen other;
	read_good(b, seen);
	struct bytes packed[] = {gzipped(b), zstandard(b)};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(packed); i++) {
		assert_int_equal(replay(&packed[i], &keep_options, &other, &error), WS_READ_END);
		assert_int_equal(other.count, seen->count);
		for (unsigned k = 0; k < seen->count; k++) {
			assert_int_equal(other.frame[k].time, seen->frame[k].time);
			assert_int_equal(other.frame[k].link, seen->frame[k].link);
			assert_string_equal(other.comment[k], seen->comment[k]);
		}
	}
}

#endif
