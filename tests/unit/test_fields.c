/* wirestate/packet.h: field tables, options and vocabulary. */
#include "frames.h"

/* Every header of fixed fields is described bit by bit: no gap, no overlap, until the field that takes the rest. */
static void test_tables_have_no_holes(void **state)
{
	(void)state;
	static const uint16_t sizes[WS_HEADER_COUNT] = {
	        [WS_HEADER_ETHERNET] = 14,
	        [WS_HEADER_ETHERNET_LENGTH] = 14,
	        [WS_HEADER_SLL] = 16,
	        [WS_HEADER_SLL2] = 20,
	        [WS_HEADER_NULL] = 4,
	        [WS_HEADER_ISL] = 26,
	        [WS_HEADER_VLAN] = 4,
	        [WS_HEADER_LLC] = 3,
	        [WS_HEADER_SNAP] = 5,
	        [WS_HEADER_ARP] = 28,
	        [WS_HEADER_IPV4] = 20,
	        [WS_HEADER_IPV6] = 40,
	        [WS_HEADER_IPV6_EXTENSION] = 2,
	        [WS_HEADER_IPV6_ROUTING] = 4,
	        [WS_HEADER_IPV6_FRAGMENT] = 8,
	        [WS_HEADER_IPV6_AH] = 12,
	        [WS_HEADER_TCP] = 20,
	        [WS_HEADER_UDP] = 8,
	        [WS_HEADER_FCS] = 4,
	        [WS_HEADER_PPPOE] = 6,
	        [WS_HEADER_PPP] = 2,
	        [WS_HEADER_PPP_SHORT] = 1,
	        [WS_HEADER_MPLS] = 4,
	};
	for (unsigned header = 0; header < WS_HEADER_COUNT; header++) {
		const struct ws_header_info *info = ws_header_info(header);
		uint32_t bit = 0;
		assert_true(info->field_count > 0);
		for (size_t i = 0; i < info->field_count; i++) {
			const struct ws_field *field = &info->fields[i];
			assert_true(field->label && field->meaning[0] && field->reference[0]);
			assert_true(field->meaning[strlen(field->meaning) - 1] != '.');
			if (!sizes[header])
				continue;
			assert_int_equal(field->bit_offset, bit);
			bit += field->bit_width;
		}
		assert_int_equal(bit, sizes[header] * 8);
	}
}

static void test_names_are_unique(void **state)
{
	(void)state;
	for (unsigned header = 0; header < WS_HEADER_COUNT; header++) {
		const struct ws_header_info *info = ws_header_info(header);
		for (size_t i = 0; i < info->field_count; i++) {
			for (size_t k = 0; k < i; k++)
				assert_false(info->fields[i].name && info->fields[k].name &&
				             strcmp(info->fields[i].name, info->fields[k].name) == 0);
		}
	}
	for (unsigned problem = 0; problem < WS_PROBLEM_COUNT; problem++)
		assert_true(problem == 0 || ws_problem_text(problem)[0]);
}

static struct bytes b;

static void segment(struct decoded *d, const char *options)
{
	b.length = 0;
	hex(&b, IPV4_TCP "c0 00 00 50 00 00 03 e8 00 00 00 01 00 12 fa f0 12 34 00 00");
	hex(&b, options);
	b.data[32] = (uint8_t)((b.length - 20) / 4 << 4);
	finish_ipv4(&b, 0);
	decode_part(d, &b, WS_LINK_RAW, b.length, 0);
}

static void test_tcp_texts(void **state)
{
	(void)state;
	struct decoded d;
	segment(&d, "");
	const struct ws_layer *tcp = find_layer(&d, WS_HEADER_TCP), *ip = find_layer(&d, WS_HEADER_IPV4);
	assert_text(&d, tcp, "source port", "49152");
	assert_text(&d, tcp, "acknowledgment number", "1");
	assert_text(&d, tcp, "header length", "20 (5 × 4)");
	assert_text(&d, tcp, "flags", "SYN, ACK");
	assert_text(&d, tcp, "window", "64240");
	assert_text(&d, tcp, "checksum", "0x1234 (bad)");
	assert_text(&d, tcp, "options", "-");
	assert_text(&d, ip, "protocol", "6 (TCP)");
	assert_text(&d, ip, "identification", "0x1234");
	assert_text(&d, ip, "don't fragment", "set");
	assert_text(&d, ip, "more fragments", "not set");
	assert_text(&d, ip, "destination", "198.51.100.2");
	uint32_t offset, length;
	ws_field_bytes(tcp, find_field(tcp, "header length"), &offset, &length);
	assert_int_equal(offset, 32);
	assert_int_equal(length, 1);
	ws_field_bytes(tcp, find_field(tcp, "window"), &offset, &length);
	assert_int_equal(offset, 34);
	assert_int_equal(length, 2);
	release(&d);
}

static void test_tcp_options(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *text;
	} cases[] = {
	        {"02 04 05 b4", "maximum segment size 1460"},
	        {"01 03 03 07", "nop, window scale 7 → ×128"},
	        {"01 03 03 0f", "nop, window scale 15 → ×16384"},
	        {"04 02 01 01", "SACK permitted, nop, nop"},
	        {"01 01 05 0a 00 00 00 05 00 00 00 09", "nop, nop, SACK 5–9"},
	        {"01 01 08 0a 00 00 00 01 00 00 00 02", "nop, nop, timestamps val 1 ecr 2"},
	        {"13 12 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 00 00",
	         "MD5 signature 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f, end of options"},
	        {"1c 04 80 05", "user timeout 5 min"},
	        {"1c 04 00 05", "user timeout 5 s"},
	        {"1d 08 01 02 aa bb cc dd", "authentication key 1 next 2 aabbccdd"},
	        {"1e 04 00 81", "multipath capable"},
	        {"1e 04 f0 81", "multipath unknown"},
	        {"22 02 01 01", "fast open cookie requested, nop, nop"},
	        {"22 06 01 02 03 04 01 01", "fast open cookie 01020304, nop, nop"},
	        {"fe 06 f9 89 ab cd 01 01", "fast open cookie abcd, nop, nop"},
	        {"fe 04 e2 d4", "experiment e2 d4"},
	        {"1e 04 80 03", "multipath reset, administratively prohibited"},
	        {"1e 04 81 00", "multipath reset"},
	        {"1e 04 80 63", "multipath reset"},
	        {"45 04 61 62", "unknown 45 04 61 62"},
	        {"00 00 00 00", "end of options"},
	        {"02 03 05 01", "maximum segment size 05, nop"},
	        {"45 09 61 62", "unknown 45 09 61 62"},
	        {"01 01 01 45", "nop, nop, nop, unknown 45"},
	};
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		segment(&d, cases[i].bytes);
		assert_text(&d, find_layer(&d, WS_HEADER_TCP), "options", cases[i].text);
		assert_int_equal(d.packet.tcp.fast_open, strncmp(cases[i].text, "fast open", strlen("fast open")) == 0);
		release(&d);
	}
}

static void test_option_parts(void **state)
{
	(void)state;
	struct decoded d;
	struct ws_option option;
	struct ws_option_part parts[8];
	uint32_t cursor = 0;
	segment(&d, "05 12 00 00 00 01 00 00 00 02 00 00 00 03 00 00 00 04 08 0a 00 00 00 05 00 00 00 06 02 04 05 b4 "
	            "03 04 00 00");
	const struct ws_layer *tcp = find_layer(&d, WS_HEADER_TCP);
	assert_int_equal(tcp->problem, WS_PROBLEM_OPTION_LENGTH);
	assert_int_equal(d.packet.tcp.sack_count, 2);
	assert_int_equal(d.packet.tcp.sack[1].right, 4);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_int_equal(ws_option_parts(tcp, &option, parts), 4);
	assert_string_equal(parts[2].name, "left");
	assert_int_equal(parts[2].number, 3);
	assert_int_equal(parts[3].number, 4);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_string_equal(option.name, "timestamps");
	assert_int_equal(ws_option_parts(tcp, &option, parts), 2);
	assert_string_equal(parts[1].name, "tsecr");
	assert_int_equal(parts[1].number, 6);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_int_equal(option.offset, 40 + 28);
	assert_int_equal(ws_option_parts(tcp, &option, parts), 1);
	assert_int_equal(parts[0].number, 1460);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_int_equal(option.problem, WS_PROBLEM_OPTION_LENGTH);
	assert_int_equal(option.length, 4);
	assert_int_equal(ws_option_parts(tcp, &option, parts), 0);
	assert_false(ws_option_next(&d.packet, tcp, &cursor, &option));
	release(&d);
}

static void test_multipath_reset(void **state)
{
	(void)state;
	struct decoded d;
	struct ws_option option;
	struct ws_option_part parts[8];
	uint32_t cursor = 0;
	segment(&d, "1e 04 80 06 1e 04 70 00");
	const struct ws_layer *tcp = find_layer(&d, WS_HEADER_TCP);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_int_equal(ws_option_parts(tcp, &option, parts), 2);
	assert_string_equal(parts[1].name, "reason");
	assert_int_equal(parts[1].number, 6);
	assert_true(ws_option_next(&d.packet, tcp, &cursor, &option));
	assert_int_equal(ws_option_parts(tcp, &option, parts), 1);
	assert_int_equal(d.packet.tcp.multipath_end, WS_MULTIPATH_CONNECTION);
	release(&d);
}

static void test_ipv4_options(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *text;
	} cases[] = {
	        {"94 04 00 00", "router alert 0"},
	        {"88 04 00 07", "stream 7"},
	        {"07 0b 08 c0 00 02 01 00 00 00 00 00", "record route 192.0.2.1 ▸0.0.0.0, end of options"},
	        {"83 07 04 c0 00 02 01 01", "loose source route ▸192.0.2.1, nop"},
	        {"89 07 08 c0 00 02 01 01", "strict source route 192.0.2.1, nop"},
	        {"44 08 05 00 00 00 00 2a", "timestamp 42 ms"},
	        {"44 0c 05 01 c0 00 02 01 00 00 00 2a", "timestamp 192.0.2.1 42 ms"},
	        {"82 0b 00 01 02 03 04 05 06 07 08 00", "security 00 01 02 03 04 05 06 07 08, end of options"},
	};
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		b.length = 0;
		hex(&b, IPV4_TCP);
		hex(&b, cases[i].bytes);
		b.data[0] = (uint8_t)(0x40 | b.length / 4);
		finish_ipv4(&b, 0);
		decode_part(&d, &b, WS_LINK_RAW, b.length, 0);
		assert_int_equal(find_layer(&d, WS_HEADER_IPV4)->problem, WS_PROBLEM_NONE);
		assert_text(&d, find_layer(&d, WS_HEADER_IPV4), "options", cases[i].text);
		release(&d);
	}
}

static void test_vocabulary(void **state)
{
	(void)state;
	assert_string_equal(ws_ethertype_name(0x86dd), "IPv6");
	assert_null(ws_ethertype_name(0x1234));
	assert_string_equal(ws_protocol_name(17), "UDP");
	assert_null(ws_protocol_name(200));
	assert_string_equal(ws_icmp_name(3, 1, false), "host unreachable");
	assert_string_equal(ws_icmp_name(3, 200, false), "destination unreachable");
	assert_string_equal(ws_icmp_name(135, 0, true), "neighbor solicitation");
	assert_null(ws_icmp_name(200, 0, true));
	assert_string_equal(ws_arp_operation_name(2), "reply");
	assert_null(ws_arp_operation_name(0));
	assert_null(ws_arp_operation_name(60000));
	assert_string_equal(ws_checksum_word(WS_CHECKSUM_OFFLOADED), "offloaded");
}

static void test_flags(void **state)
{
	(void)state;
	char array[64];
	struct ws_text text = WS_TEXT_OVER(array);
	ws_tcp_flags_text(&text, WS_TCP_FIN | WS_TCP_ACK | WS_TCP_PSH, false);
	assert_string_equal(ws_text_cstr(&text), "FIN, PSH, ACK");
	text.length = 0;
	ws_tcp_flags_text(&text, WS_TCP_SYN | WS_TCP_ACK | WS_TCP_CWR, true);
	assert_string_equal(ws_text_cstr(&text), "S.W");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_tables_have_no_holes),
	        cmocka_unit_test(test_names_are_unique),
	        cmocka_unit_test(test_tcp_texts),
	        cmocka_unit_test(test_tcp_options),
	        cmocka_unit_test(test_option_parts),
	        cmocka_unit_test(test_multipath_reset),
	        cmocka_unit_test(test_ipv4_options),
	        cmocka_unit_test(test_vocabulary),
	        cmocka_unit_test(test_flags),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
