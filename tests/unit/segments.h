/* Frames made by hand for unit tests: bytes are appended, and lengths and checksums are filled in. */
#ifndef WS_TESTS_SEGMENTS_H
#define WS_TESTS_SEGMENTS_H

#include <string.h>

#include <wirestate/capture.h>

struct frame_bytes {
	uint8_t data[2048];
	uint32_t length;
};

static inline void put8(struct frame_bytes *f, unsigned value)
{
	f->data[f->length++] = (uint8_t)value;
}

static inline void put16(struct frame_bytes *f, unsigned value)
{
	put8(f, value >> 8);
	put8(f, value);
}

static inline void put32(struct frame_bytes *f, uint32_t value)
{
	put16(f, value >> 16);
	put16(f, value & 0xffff);
}

static inline void put_bytes(struct frame_bytes *f, const void *bytes, uint32_t length)
{
	memcpy(f->data + f->length, bytes, length);
	f->length += length;
}

static inline uint32_t sum_words(uint32_t sum, const uint8_t *bytes, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

static inline void set_checksum(uint8_t *field, uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	field[0] = (uint8_t)(sum >> 8);
	field[1] = (uint8_t)sum;
}

/* 02:00:00:00:00:HOST for both; `type` 0 leaves the two bytes to the caller (tags). */
static inline void put_ethernet(struct frame_bytes *f, unsigned to, unsigned from, unsigned type)
{
	f->length = 0;
	put_bytes(f, "\x02\0\0\0\0", 5);
	put8(f, to);
	put_bytes(f, "\x02\0\0\0\0", 5);
	put8(f, from);
	if (type)
		put16(f, type);
}

/* From 10.0.0.FROM to 10.0.0.TO; end_ipv4() fills in what depends on the rest. Returns where the header is. */
static inline uint32_t put_ipv4(struct frame_bytes *f, unsigned from, unsigned to, unsigned protocol)
{
	uint32_t at = f->length;
	put32(f, 0x45000000);
	put32(f, 0x12344000);
	put16(f, 0x4000 | protocol);
	put16(f, 0);
	put32(f, 0x0a000000 | from);
	put32(f, 0x0a000000 | to);
	return at;
}

/* Total length and checksums; of TCP, UDP and ICMP too when the header is 20 bytes long. */
static inline void end_ipv4(struct frame_bytes *f, uint32_t at)
{
	uint8_t *ip = f->data + at, *transport = ip + 20;
	uint32_t length = f->length - at, payload = length - 20;
	ip[2] = (uint8_t)(length >> 8);
	ip[3] = (uint8_t)length;
	set_checksum(ip + 10, sum_words(0, ip, 20));
	uint32_t field = ip[9] == 6 ? 16 : ip[9] == 17 ? 6 : 2;
	uint32_t pseudo = ip[9] == 1 ? 0 : sum_words(ip[9] + payload, ip + 12, 8);
	if (ip[9] == 17) {
		transport[4] = (uint8_t)(payload >> 8);
		transport[5] = (uint8_t)payload;
	}
	set_checksum(transport + field, sum_words(pseudo, transport, payload));
}

struct tcp_frame {
	unsigned from, to, source_port, destination_port, flags, window;
	uint32_t sequence, acknowledgment;
	const char *options; /* a multiple of 4 bytes */
	uint32_t options_length;
	const char *payload;
};

/* A whole TCP segment over IPv4 and Ethernet. */
static inline void put_tcp(struct frame_bytes *f, const struct tcp_frame *tcp)
{
	put_ethernet(f, tcp->to, tcp->from, 0x0800);
	uint32_t at = put_ipv4(f, tcp->from, tcp->to, 6);
	put16(f, tcp->source_port);
	put16(f, tcp->destination_port);
	put32(f, tcp->sequence);
	put32(f, tcp->acknowledgment);
	put16(f, (5 + tcp->options_length / 4) << 12 | tcp->flags);
	put16(f, tcp->window);
	put32(f, 0);
	put_bytes(f, tcp->options ? tcp->options : "", tcp->options_length);
	if (tcp->payload)
		put_bytes(f, tcp->payload, (uint32_t)strlen(tcp->payload));
	end_ipv4(f, at);
}

/* The bytes as an Ethernet frame. */
static inline struct ws_frame frame_of(const struct frame_bytes *f, ws_time time, uint64_t number)
{
	return (struct ws_frame){.time = time,
	                         .number = number,
	                         .data = f->data,
	                         .captured = f->length,
	                         .length = f->length,
	                         .link = WS_LINK_ETHERNET};
}

#endif
