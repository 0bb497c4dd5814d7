/* Frames that are longer than Ethernet's: which are, and what the packet screen and -v call them. */
#include "scene/packet/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PROTOCOL_UDP = 17, PROTOCOL_TCP = 6, ETHERNET = 14, IP = 20, TCP = 20, TAG = 4 };

/* A frame with so much payload, of which only the headers were captured. */
static void make(struct packet_view *view, uint8_t *bytes, unsigned tags, uint8_t protocol, uint32_t payload)
{
	const uint32_t headers = ETHERNET + tags * TAG + IP + TCP, total = IP + TCP + payload;
	uint8_t *at = bytes + ETHERNET - 2;
	memset(bytes, 0, headers);
	for (unsigned i = 0; i < tags; i++, at += TAG)
		memcpy(at, "\x81\x00\x00\x05", TAG);
	memcpy(at, "\x08\x00\x45\x00", 4);
	at += 2;
	at[2] = (uint8_t)(total >> 8);
	at[3] = (uint8_t)total;
	at[8] = 64;
	at[9] = protocol;
	memcpy(at + IP, "\x04\x00\x00\x50", 4);
	if (protocol == PROTOCOL_UDP)
		memcpy(at + IP + 4, at + 2, 2);
	else
		at[IP + 12] = 0x50;
	*view = (struct packet_view){.present = true};
	view->frame = (struct ws_frame){.number = 1,
	                                .data = bytes,
	                                .captured = headers,
	                                .length = headers + payload,
	                                .link = WS_LINK_ETHERNET,
	                                .position = WS_POSITION_NONE};
	ws_decode(&view->frame, &view->packet);
}

static void limits(void **state)
{
	static const struct {
		unsigned tags;
		uint32_t payload, most;
	} cases[] = {{0, 1460, 0}, {0, 1461, 1518}, {1, 1460, 0}, {1, 1461, 1522},
	             {2, 1460, 0}, {2, 1461, 1526}, {0, 0, 0}};
	uint8_t bytes[128];
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct packet_view view;
		uint32_t length;
		make(&view, bytes, cases[i].tags, PROTOCOL_TCP, cases[i].payload);
		assert_int_equal(ws_packet_exceeds(&view.packet, &length), cases[i].most);
		assert_int_equal(packet_is_long(&view), cases[i].most != 0);
		if (cases[i].most)
			assert_int_equal(length, cases[i].most + 1);
	}
}

/* The frame check sequence is one of the bytes that count, whether it was captured or not; other links have other limits. */
static void with_fcs(void **state)
{
	uint8_t bytes[1600] = {0};
	struct ws_frame frame = {
	        .data = bytes, .captured = 1518, .length = 1518, .link = WS_LINK_ETHERNET, .fcs_length = 4};
	struct ws_packet packet;
	uint32_t length;
	(void)state;
	memcpy(bytes + 12, "\x88\xb5", 2);
	ws_decode(&frame, &packet);
	assert_int_equal(ws_packet_exceeds(&packet, &length), 0);
	frame.captured = frame.length = 1519;
	ws_decode(&frame, &packet);
	assert_int_equal(ws_packet_exceeds(&packet, &length), 1518);
	assert_int_equal(length, 1519);
	frame.fcs_length = 0;
	ws_decode(&frame, &packet);
	assert_int_equal(ws_packet_exceeds(&packet, &length), 1518);
	assert_int_equal(length, 1523);
	frame.link = WS_LINK_RAW;
	ws_decode(&frame, &packet);
	assert_int_equal(ws_packet_exceeds(&packet, &length), 0);
}

static void words(void **state)
{
	static const struct {
		uint8_t protocol;
		uint32_t payload, mss;
		const char *text, *meaning;
	} cases[] = {
	        {PROTOCOL_TCP, 2920, 1460, "2978 bytes, over 1518: several frames in one",
	         "no segment has more than 1460 bytes"},
	        {PROTOCOL_TCP, 8960, 8960, "9018 bytes, over 1518: a jumbo frame",
	         "both MSS options allow such a segment (8960"},
	        {PROTOCOL_TCP, 2920, 0, "2978 bytes, over 1518", "a jumbo frame, or several"},
	        {PROTOCOL_UDP, 2920, 1460, "2978 bytes, over 1518", "a jumbo frame, or several"},
	};
	uint8_t bytes[128];
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct packet_view view;
		char label[32], value[128], meaning[400];
		struct ws_text texts[] = {WS_TEXT_OVER(label), WS_TEXT_OVER(value), WS_TEXT_OVER(meaning)};
		const char *reference = NULL;
		make(&view, bytes, 0, cases[i].protocol, cases[i].payload);
		view.mss = cases[i].mss;
		packet_size_text(&view, &texts[0], &texts[1]);
		packet_size_meaning(&view, &texts[2], &reference);
		assert_string_equal(ws_text_cstr(&texts[0]), "size");
		assert_string_equal(ws_text_cstr(&texts[1]), cases[i].text);
		assert_non_null(strstr(ws_text_cstr(&texts[2]), cases[i].meaning));
		assert_non_null(reference);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(limits), cmocka_unit_test(with_fcs),
	                                   cmocka_unit_test(words)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
