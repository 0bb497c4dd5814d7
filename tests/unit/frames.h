/* Frames made by hand for the tests of the decoder. Checksums are computed here byte by byte, independently
 * of the code under test. */
#ifndef WS_TEST_FRAMES_H
#define WS_TEST_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirestate/packet.h>

struct bytes {
	uint8_t data[70000];
	uint32_t length;
};

/* Appends bytes written in hex; blanks do not matter. */
static inline void hex(struct bytes *bytes, const char *text)
{
	for (; *text; text++) {
		if (isspace((unsigned char)*text))
			continue;
		unsigned value;
		assert_int_equal(sscanf(text, "%2x", &value), 1);
		bytes->data[bytes->length++] = (uint8_t)value;
		text++;
	}
}

static inline void fill(struct bytes *bytes, uint8_t value, uint32_t count)
{
	memset(bytes->data + bytes->length, value, count);
	bytes->length += count;
}

static inline void set16(struct bytes *bytes, uint32_t at, unsigned value)
{
	bytes->data[at] = (uint8_t)(value >> 8);
	bytes->data[at + 1] = (uint8_t)value;
}

static inline uint32_t sum_bytes(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
	for (uint32_t i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Sets IPv4's total length and header checksum, for a header of 20 bytes at `ip`, so that the packet ends with the
 * bytes. */
static inline void finish_ipv4(struct bytes *bytes, uint32_t ip)
{
	set16(bytes, ip + 2, bytes->length - ip);
	set16(bytes, ip + 10, 0);
	set16(bytes, ip + 10, ~sum_bytes(bytes->data + ip, (bytes->data[ip] & 15) * 4u, 0));
}

/* Sets the checksum of the transport header at `at`, whose field is `field` bytes later. `addresses` is where these
 * begin, and `both` how many bytes they have together. */
static inline void finish_transport(struct bytes *bytes, uint32_t addresses, uint32_t both, uint32_t at, uint32_t field,
                                    uint8_t protocol)
{
	uint32_t pseudo = sum_bytes(bytes->data + addresses, both, 0) + protocol + (bytes->length - at);
	set16(bytes, at + field, 0);
	set16(bytes, at + field, ~sum_bytes(bytes->data + at, bytes->length - at, pseudo));
}

#define ETHERNET "00 00 5e 00 53 01  00 00 5e 00 53 02 "
#define IPV4_TCP "45 00 00 00 12 34 40 00 40 06 00 00  c0 00 02 01  c6 33 64 02"
#define IPV4_UDP "45 00 00 00 12 34 40 00 40 11 00 00  c0 00 02 01  c6 33 64 02"
#define IPV4_ICMP "45 00 00 00 12 34 40 00 40 01 00 00  c0 00 02 01  c6 33 64 02"
#define IPV6_ADDRESSES                                                                                                 \
	"20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02"
#define TCP_SYN "c0 00 00 50  00 00 03 e8  00 00 00 00  50 02 fa f0  00 00 00 00"

struct decoded {
	struct ws_frame frame;
	struct ws_packet packet;
	uint8_t *copy; /* exactly as long as what was captured, so that a sanitizer sees every byte too many */
};

static inline void decode_part(struct decoded *d, const struct bytes *bytes, enum ws_link link, uint32_t captured,
                               uint8_t fcs_length)
{
	d->copy = malloc(captured ? captured : 1);
	assert_non_null(d->copy);
	memcpy(d->copy, bytes->data, captured);
	d->frame = (struct ws_frame){.number = 1,
	                             .data = d->copy,
	                             .captured = captured,
	                             .length = bytes->length,
	                             .link = link,
	                             .fcs_length = fcs_length};
	memset(&d->packet, 0xa5, sizeof(d->packet)); /* so that uninitialised members are noticed */
	ws_decode(&d->frame, &d->packet);
}

static inline void decode(struct decoded *d, const struct bytes *bytes)
{
	decode_part(d, bytes, WS_LINK_ETHERNET, bytes->length, 0);
}

static inline void release(struct decoded *d)
{
	free(d->copy);
}

/* The n-th layer (from 0) of a kind. */
static inline const struct ws_layer *nth_layer(const struct decoded *d, enum ws_header header, unsigned n)
{
	for (unsigned i = 0; i < d->packet.layer_count; i++) {
		if (d->packet.layer[i].header == header && n-- == 0)
			return &d->packet.layer[i];
	}
	fail_msg("no layer %s", ws_header_info(header)->name);
	return NULL;
}

static inline const struct ws_layer *find_layer(const struct decoded *d, enum ws_header header)
{
	return nth_layer(d, header, 0);
}

/* The layers' names, "ethernet ipv4 tcp"; a quoted one has a q in front. */
static inline void assert_layers(const struct decoded *d, const char *expected)
{
	char array[512];
	struct ws_text text = WS_TEXT_OVER(array);
	for (unsigned i = 0; i < d->packet.layer_count; i++)
		ws_text_printf(&text, "%s%s%s", i ? " " : "", d->packet.layer[i].quoted ? "q" : "",
		               ws_header_info(d->packet.layer[i].header)->name);
	assert_string_equal(ws_text_cstr(&text), expected);
}

static inline void assert_no_problem(const struct decoded *d)
{
	for (unsigned i = 0; i < d->packet.layer_count; i++)
		assert_string_equal(ws_problem_text(d->packet.layer[i].problem), "");
	assert_int_equal(d->packet.problems, 0);
}

static inline const struct ws_field *find_field(const struct ws_layer *layer, const char *label)
{
	const struct ws_header_info *info = ws_header_info(layer->header);
	for (size_t i = 0; i < info->field_count; i++) {
		if (strcmp(info->fields[i].label, label) == 0)
			return &info->fields[i];
	}
	fail_msg("%s has no field %s", info->name, label);
	return NULL;
}

/* A field's text for people; "-" when the field is not available. */
static inline void assert_text(const struct decoded *d, const struct ws_layer *layer, const char *label,
                               const char *expected)
{
	char array[1024];
	struct ws_text text = WS_TEXT_OVER(array);
	struct ws_value value;
	const struct ws_field *field = find_field(layer, label);
	if (ws_field_value(&d->packet, layer, field, &value))
		ws_field_text(&text, &d->packet, layer, field, &value);
	else
		ws_text_puts(&text, "-");
	assert_string_equal(ws_text_cstr(&text), expected);
}

#endif
