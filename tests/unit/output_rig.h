/* Records of frames that are made by hand, through the real decoder and tracker. */
#ifndef OUTPUT_RIG_H
#define OUTPUT_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirestate/output.h>

#include "segments.h"

#define ALL ((1u << WS_RECORD_COUNT) - 1)
#define START (1700000000 * WS_SECOND)

/* Output goes to an unlinked file, and is read back as one string. */
struct rig {
	FILE *file;
	struct ws_output *output;
	struct ws_tracker *tracker;
	uint64_t frames;
	ws_time time;
	char *text;
	size_t length;
};

static inline struct rig *rig_open(struct ws_output_options options)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct ws_error error;
	assert_non_null(rig);
	rig->file = tmpfile();
	assert_non_null(rig->file);
	rig->tracker = ws_tracker_create(
	        &(struct ws_tracker_config){.history = true, .shares = true, .exchanges = true, .hash_key = {1}},
	        &error);
	assert_non_null(rig->tracker);
	rig->output = ws_output_create(fileno(rig->file), &options, &error);
	assert_non_null(rig->output);
	rig->time = START;
	return rig;
}

static inline bool rig_frame(struct rig *rig, const uint8_t *data, uint32_t captured, uint32_t length,
                             uint8_t fcs_length)
{
	struct ws_frame frame = {
	        .time = rig->time,
	        .number = ++rig->frames,
	        .data = data,
	        .captured = captured,
	        .length = length,
	        .link = WS_LINK_ETHERNET,
	        .fcs_length = fcs_length,
	};
	struct ws_packet packet;
	struct ws_track_result result;
	bool more, good = true;
	ws_decode(&frame, &packet);
	do {
		more = ws_tracker_advance(rig->tracker, frame.time, &result);
		good &= ws_output_events(rig->output, &result, rig->tracker);
	} while (more);
	ws_tracker_packet(rig->tracker, &packet, &result);
	rig->time += WS_MILLISECOND;
	return ws_output_packet(rig->output, &packet, &result, rig->tracker) && good;
}

static inline bool rig_put(struct rig *rig, const struct frame_bytes *frame)
{
	return rig_frame(rig, frame->data, frame->length, frame->length, 0);
}

static const char *rig_text(struct rig *rig)
{
	assert_true(ws_output_flush(rig->output));
	free(rig->text);
	rig->length = (size_t)lseek(fileno(rig->file), 0, SEEK_END);
	rig->text = malloc(rig->length + 1);
	assert_non_null(rig->text);
	assert_int_equal(pread(fileno(rig->file), rig->text, rig->length, 0), rig->length);
	rig->text[rig->length] = '\0';
	return rig->text;
}

static const char *rig_finish(struct rig *rig)
{
	const struct ws_capture_stats stats = {.captured = rig->frames, .received = rig->frames};
	assert_true(ws_output_finish(rig->output, rig->tracker, &stats));
	return rig_text(rig);
}

static inline void rig_close(struct rig *rig)
{
	ws_output_free(rig->output);
	ws_tracker_free(rig->tracker);
	fclose(rig->file);
	free(rig->text);
	free(rig);
}

static inline unsigned count_of(const char *text, const char *what)
{
	unsigned count = 0;
	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		count++;
	return count;
}

/* ---- Frames */

#define SYN_OPTIONS "\x02\x04\x05\xb4\x01\x03\x03\x07\x04\x02\x08\x0a\0\0\0\x09\0\0\0\0"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* A connection from 10.0.0.1:49346 to 10.0.0.2:8000, closed by its client; TIME_WAIT is left. */
static inline void put_conversation(struct rig *rig, unsigned steps)
{
	static const struct tcp_frame frames[] = {
	        {1, 2, 49346, 8000, SYN, 64240, 1000, 0, "\x02\x04\x05\xb4", 4, NULL},
	        {2, 1, 8000, 49346, SYN | ACK, 65160, 5000, 1001, SYN_OPTIONS, 20, NULL},
	        {1, 2, 49346, 8000, ACK, 502, 1001, 5001, NULL, 0, NULL},
	        {1, 2, 49346, 8000, PSH | ACK, 502, 1001, 5001, NULL, 0, "hello"},
	        {2, 1, 8000, 49346, ACK, 500, 5001, 1006, NULL, 0, NULL},
	        {1, 2, 49346, 8000, FIN | ACK, 502, 1006, 5001, NULL, 0, NULL},
	        {2, 1, 8000, 49346, FIN | ACK, 500, 5001, 1007, NULL, 0, NULL},
	        {1, 2, 49346, 8000, ACK, 502, 1007, 5002, NULL, 0, NULL},
	};
	struct frame_bytes frame;
	for (unsigned i = 0; i < steps && i < WS_ARRAY_SIZE(frames); i++) {
		put_tcp(&frame, &frames[i]);
		assert_true(rig_put(rig, &frame));
	}
}

/* One frame of each kind that has a form of its own. */
static inline unsigned make_frame(struct frame_bytes *f, unsigned which)
{
	uint32_t ip, inner;
	switch (which) {
	case 0: /* two tags, then TCP with SACK, an unknown option and a NOP */
		put_tcp(f, &(struct tcp_frame){1, 2, 5, 6, ACK, 9, 7, 8,
		                               "\x05\x0a\0\0\0\x10\0\0\0\x20\xfd\x05\xab\xcd\xef\x01", 16, "x"});
		memmove(f->data + 20, f->data + 12, f->length - 12);
		memcpy(f->data + 12, "\x88\xa8\x20\x05\x81\x00\x00\x07", 8);
		f->length += 8;
		return 2;
	case 1: /* ARP */
		put_ethernet(f, 0xff, 1, 0x0806);
		put_bytes(f, "\0\x01\x08\0\x06\x04\0\x01\x02\0\0\0\0\x01\x0a\0\0\x01\0\0\0\0\0\0\x0a\0\0\x02", 28);
		put_bytes(f, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18);
		return 3;
	case 2: /* ICMP: port unreachable, quoting UDP */
		put_ethernet(f, 1, 2, 0x0800);
		ip = put_ipv4(f, 2, 1, 1);
		put32(f, 0x03030000);
		put32(f, 0);
		inner = put_ipv4(f, 1, 2, 17);
		put16(f, 4000);
		put16(f, 53);
		put32(f, 0);
		end_ipv4(f, inner);
		end_ipv4(f, ip);
		return 4;
	case 3: /* IPv6 with destination options, then UDP */
		put_ethernet(f, 1, 2, 0x86dd);
		put_bytes(f, "\x60\0\0\0\0\x13\x3c\x40", 8);
		put_bytes(f, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
		put_bytes(f, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
		put_bytes(f, "\x11\0\x01\x04\0\0\0\0", 8);
		put_bytes(f, "\x10\0\x10\x01\0\x0b\0\0\x1b[1", 11);
		return 5;
	case 4: /* another protocol, its payload an escape sequence */
		put_ethernet(f, 1, 2, 0x88b5);
		put_bytes(f, "\x1b]0;owned\x07\xc2\x9b\xe2\x80\xae", 15);
		return 6;
	case 5: /* a later fragment */
		put_ethernet(f, 1, 2, 0x0800);
		ip = put_ipv4(f, 2, 1, 47);
		f->data[ip + 6] = 0x20;
		f->data[ip + 7] = 0xb9;
		put32(f, 0);
		put32(f, 0);
		end_ipv4(f, ip);
		return 7;
	case 6: /* 802.3 with LLC */
		put_ethernet(f, 1, 2, 0);
		put16(f, 4);
		put_bytes(f, "\x42\x42\x03\0", 4);
		return 8;
	default: /* IPv4 options: record route and router alert */
		put_ethernet(f, 1, 2, 0x0800);
		ip = put_ipv4(f, 2, 1, 17);
		f->data[ip] = 0x48;
		put_bytes(f, "\x07\x07\x04\0\0\0\0\x01\x94\x04\0\0", 12);
		put_bytes(f, "\0\x05\0\x06\0\x08\0\0", 8);
		end_ipv4(f, ip);
		return 0;
	}
}

#endif
