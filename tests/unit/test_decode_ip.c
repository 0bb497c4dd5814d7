/* wirestate/packet.h: IPv4, IPv6, TCP, UDP and ICMP: lengths, fragments, quotations, checksums, malformed packets.
 */
#include "frames.h"

static struct bytes b; /* the frame of the running test */

/* Raw IP without a link header. */
static void decode_raw(struct decoded *d)
{
	decode_part(d, &b, WS_LINK_RAW, b.length, 0);
}

static void build(const char *header, const char *rest)
{
	b.length = 0;
	hex(&b, header);
	hex(&b, rest);
	finish_ipv4(&b, 0);
}

static void expect(const char *layers, enum ws_header header, enum ws_problem problem)
{
	struct decoded d;
	decode_raw(&d);
	assert_layers(&d, layers);
	assert_string_equal(ws_problem_text(find_layer(&d, header)->problem), ws_problem_text(problem));
	assert_int_equal(d.packet.problems, problem != WS_PROBLEM_NONE);
	release(&d);
}

static void test_ipv4_problems(void **state)
{
	(void)state;
	build(IPV4_TCP, TCP_SYN);
	expect("ipv4 tcp", WS_HEADER_IPV4, WS_PROBLEM_NONE);
	b.data[0] = 0x44;
	expect("ipv4", WS_HEADER_IPV4, WS_PROBLEM_HEADER_LENGTH);
	b.data[0] = 0x55;
	expect("ipv4", WS_HEADER_IPV4, WS_PROBLEM_VERSION);
	b.data[0] = 0x4f;
	expect("ipv4", WS_HEADER_IPV4, WS_PROBLEM_SHORT);
	build(IPV4_TCP, TCP_SYN);
	set16(&b, 2, 19);
	expect("ipv4", WS_HEADER_IPV4, WS_PROBLEM_TOTAL_LENGTH);
	set16(&b, 2, 41);
	expect("ipv4 tcp", WS_HEADER_IPV4, WS_PROBLEM_TOTAL_BEYOND);
	set16(&b, 2, 30);
	expect("ipv4 tcp padding", WS_HEADER_TCP, WS_PROBLEM_SHORT);
	build("46"
	      "00 00 00 12 34 40 00 40 06 00 00  c0 00 02 01  c6 33 64 02  94 08 00 00",
	      TCP_SYN);
	expect("ipv4 tcp", WS_HEADER_IPV4, WS_PROBLEM_OPTION_LENGTH);
}

static void test_total_length_zero(void **state)
{
	(void)state;
	struct decoded d;
	build(IPV4_TCP, TCP_SYN);
	fill(&b, 'x', 66000); /* more than the field can say */
	set16(&b, 2, 0);
	decode_raw(&d);
	assert_layers(&d, "ipv4 tcp payload");
	assert_no_problem(&d);
	assert_int_equal(d.packet.payload_length, 66000);
	release(&d);
}

static enum ws_checksum status(void)
{
	struct decoded d;
	decode_raw(&d);
	enum ws_checksum checksum = d.packet.checksum;
	assert_int_equal(d.packet.layer[d.packet.transport_layer].checksum, checksum);
	release(&d);
	return checksum;
}

static void test_checksums(void **state)
{
	(void)state;
	struct decoded d;
	build(IPV4_TCP, TCP_SYN "61 62 63");
	finish_transport(&b, 12, 8, 20, 16, 6);
	assert_int_equal(status(), WS_CHECKSUM_GOOD);
	b.data[42] ^= 1;
	assert_int_equal(status(), WS_CHECKSUM_BAD);
	set16(&b, 36, sum_bytes(b.data + 12, 8, 6 + 23));
	assert_int_equal(status(), WS_CHECKSUM_OFFLOADED);
	set16(&b, 36, sum_bytes(b.data + 12, 8, 6)); /* large-send offload: without the length */
	assert_int_equal(status(), WS_CHECKSUM_OFFLOADED);
	set16(&b, 36, sum_bytes(b.data + 12, 8, 7));
	assert_int_equal(status(), WS_CHECKSUM_BAD);
	decode_part(&d, &b, WS_LINK_RAW, b.length - 1, 0);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_UNVERIFIED);
	release(&d);

	build(IPV4_UDP, "c0 00 00 35 00 0a 00 00 61 62");
	assert_int_equal(status(), WS_CHECKSUM_UNVERIFIED); /* none sent */
	finish_transport(&b, 12, 8, 20, 6, 17);
	assert_int_equal(status(), WS_CHECKSUM_GOOD);

	build(IPV4_ICMP, "08 00 00 00 00 01 00 02 61");
	set16(&b, 22, ~sum_bytes(b.data + 20, 9, 0));
	assert_int_equal(status(), WS_CHECKSUM_GOOD);
	b.data[28] = 'b';
	assert_int_equal(status(), WS_CHECKSUM_BAD);
}

static void test_header_checksum(void **state)
{
	(void)state;
	static const struct {
		unsigned change;
		enum ws_checksum status;
	} cases[] = {{0, WS_CHECKSUM_GOOD}, {1, WS_CHECKSUM_BAD}};
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		build(IPV4_TCP, TCP_SYN);
		b.data[8] ^= cases[i].change;
		decode_raw(&d);
		assert_int_equal(find_layer(&d, WS_HEADER_IPV4)->checksum, cases[i].status);
		release(&d);
	}
	set16(&b, 10, 0); /* left to the card */
	decode_raw(&d);
	assert_int_equal(find_layer(&d, WS_HEADER_IPV4)->checksum, WS_CHECKSUM_OFFLOADED);
	release(&d);
}

static void test_ipv4_fragments(void **state)
{
	(void)state;
	struct decoded d;
	build("45 00 00 00 12 34 20 00 40 11 00 00  c0 00 02 01  c6 33 64 02",
	      "c0 00 00 35 0f a8 12 34 61 62 63 64 65 66 67 68");
	decode_raw(&d);
	assert_layers(&d, "ipv4 udp payload");
	assert_no_problem(&d);
	assert_true(d.packet.fragment && d.packet.more_fragments);
	assert_int_equal(d.packet.fragment_offset, 0);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_UDP);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_UNVERIFIED);
	assert_int_equal(d.packet.payload_length, 8);
	release(&d);

	set16(&b, 6, 0x0002);
	decode_raw(&d);
	assert_layers(&d, "ipv4 payload");
	assert_true(d.packet.fragment && !d.packet.more_fragments);
	assert_int_equal(d.packet.fragment_offset, 16);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_NONE);
	assert_int_equal(d.packet.ip_payload_offset, 20);
	assert_int_equal(d.packet.ip_payload_length, 16);
	assert_int_equal(d.packet.identification, 0x1234);
	assert_text(&d, find_layer(&d, WS_HEADER_IPV4), "fragment offset", "16 (2 × 8)");
	release(&d);

	set16(&b, 6, 0x1fff);
	expect("ipv4 payload", WS_HEADER_IPV4, WS_PROBLEM_FRAGMENT_RANGE);
}

static void test_datagram(void **state)
{
	(void)state;
	static struct bytes datagram;
	struct decoded d;
	datagram.length = 0;
	hex(&datagram, "c0 00 00 35 00 18 00 00");
	fill(&datagram, 'x', 16);
	/* The last 8 bytes are the last fragment. */
	build("45 00 00 00 12 34 00 02 40 11 00 00  c0 00 02 01  c6 33 64 02", "78 78 78 78 78 78 78 78");
	set16(&datagram, 6, ~sum_bytes(datagram.data, 24, sum_bytes(b.data + 12, 8, 0) + 17 + 24));
	decode_raw(&d);
	unsigned layers = d.packet.layer_count;
	ws_decode_datagram(&d.packet, datagram.data, datagram.length, datagram.length);
	assert_int_equal(d.packet.layer_count, layers);
	assert_int_equal(d.packet.problems, 0);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_UDP);
	assert_int_equal(d.packet.source_port, 49152);
	assert_int_equal(d.packet.destination_port, 53);
	assert_int_equal(d.packet.payload_offset, 8);
	assert_int_equal(d.packet.payload_length, 16);
	assert_int_equal(d.packet.payload_captured, 16);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_GOOD);
	ws_decode_datagram(&d.packet, datagram.data, 12, datagram.length);
	assert_int_equal(d.packet.payload_length, 16);
	assert_int_equal(d.packet.payload_captured, 4);
	release(&d);
}

static void test_tcp_problems(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		enum ws_problem problem;
		bool complete;
	} cases[] = {
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 50 02 fa f0 00 00 00 00", WS_PROBLEM_NONE, true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 40 02 fa f0 00 00 00 00", WS_PROBLEM_HEADER_LENGTH, false},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 60 02 fa f0 00 00 00 00", WS_PROBLEM_HEADER_BEYOND, false},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 50 03 fa f0 00 00 00 00", WS_PROBLEM_FLAGS, true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 50 06 fa f0 00 00 00 00", WS_PROBLEM_FLAGS, true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 50 00 fa f0 00 00 00 00", WS_PROBLEM_FLAGS, true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 60 02 fa f0 00 00 00 00 02 05 05 b4", WS_PROBLEM_OPTION_LENGTH,
	         true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 60 02 fa f0 00 00 00 00 02 00 05 b4", WS_PROBLEM_OPTION_LENGTH,
	         true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00 60 02 fa f0 00 00 00 00 03 04 05 b4", WS_PROBLEM_OPTION_LENGTH,
	         true},
	        {"00 00 00 50 00 00 03 e8 00 00 00 00 50 02 fa f0 00 00 00 00", WS_PROBLEM_PORT, true},
	        {"c0 00 00 50 00 00 03 e8 00 00 00 00", WS_PROBLEM_SHORT, false},
	};
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		build(IPV4_TCP, cases[i].header);
		expect("ipv4 tcp", WS_HEADER_TCP, cases[i].problem);
		decode_raw(&d);
		assert_int_equal(d.packet.transport, WS_TRANSPORT_TCP);
		assert_int_equal(d.packet.tcp_complete, cases[i].complete);
		assert_int_equal(d.packet.destination_port, 80);
		assert_int_equal(d.packet.tcp.mss, 0); /* a wrong length says nothing */
		assert_text(&d, find_layer(&d, WS_HEADER_TCP), "sequence number", "1000");
		release(&d);
	}
}

static void test_udp_lengths(void **state)
{
	(void)state;
	static const struct {
		const char *header, *layers;
		enum ws_problem problem;
		unsigned payload;
	} cases[] = {
	        {"c0 00 00 35 00 0c 00 00 61 62 63 64", "ipv4 udp payload", WS_PROBLEM_NONE, 4},
	        {"c0 00 00 35 00 0a 00 00 61 62 63 64", "ipv4 udp payload padding", WS_PROBLEM_NONE, 2},
	        {"c0 00 00 35 00 08 00 00 61 62 63 64", "ipv4 udp padding", WS_PROBLEM_NONE, 0},
	        {"c0 00 00 35 00 07 00 00 61 62 63 64", "ipv4 udp payload", WS_PROBLEM_LENGTH, 4},
	        {"c0 00 00 35 00 00 00 00 61 62 63 64", "ipv4 udp payload", WS_PROBLEM_LENGTH, 4},
	        {"c0 00 00 35 00 0d 00 00 61 62 63 64", "ipv4 udp payload", WS_PROBLEM_LENGTH, 4},
	        {"c0 00 00 35 00 0d", "ipv4 udp", WS_PROBLEM_SHORT, 0},
	};
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		build(IPV4_UDP, cases[i].header);
		expect(cases[i].layers, WS_HEADER_UDP, cases[i].problem);
		decode_raw(&d);
		assert_int_equal(d.packet.payload_length, cases[i].payload);
		assert_int_equal(d.packet.destination_port, 53);
		release(&d);
	}
}

static void build6(const char *fixed, const char *rest)
{
	b.length = 0;
	hex(&b, fixed);
	hex(&b, IPV6_ADDRESSES);
	hex(&b, rest);
	set16(&b, 4, b.length - 40);
}

#define V6_UDP "c0 00 00 35 00 0a 00 00 61 62"

static void test_extensions(void **state)
{
	(void)state;
	struct decoded d;
	build6("60 0a bc de 00 00 00 40", "3c 00 05 02 00 00 01 00" /* hop by hop, router alert */
	                                  "2b 00 01 04 00 00 00 00" /* destination */
	                                  "2c 00 05 00 00 00 00 00" /* routing, no segments left */
	                                  "33 00 00 00 12 34 56 78" /* an atomic fragment */
	                                  "11 02 00 00 00 00 00 01 00 00 00 02 00 00 00 03" /* authentication */
	       V6_UDP);
	finish_transport(&b, 8, 32, 88, 6, 17);
	decode_raw(&d);
	assert_layers(&d, "ipv6 extension extension extension extension extension udp payload");
	assert_no_problem(&d);
	assert_int_equal(d.packet.ip_protocol, 17);
	assert_false(d.packet.fragment);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_GOOD);
	assert_int_equal(d.packet.ip_payload_offset, 88);
	assert_int_equal(d.packet.ip_payload_length, 10);
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6), "traffic class", "0");
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6), "flow label", "0xabcde");
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6), "source", "2001:db8::1");
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6_EXTENSION), "options", "router alert 0, padn");
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6_AH), "sequence number", "2");
	release(&d);
}

static void test_ipv6_fragment(void **state)
{
	(void)state;
	struct decoded d;
	build6("60 00 00 00 00 00 2c 40", "11 00 00 01 00 00 00 07" V6_UDP);
	decode_raw(&d);
	assert_true(d.packet.fragment && d.packet.more_fragments);
	assert_int_equal(d.packet.identification, 7);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_UDP);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_UNVERIFIED);
	release(&d);
	set16(&b, 42, 0x0588);
	decode_raw(&d);
	assert_layers(&d, "ipv6 extension payload");
	assert_int_equal(d.packet.fragment_offset, 0x588);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_NONE);
	assert_int_equal(d.packet.ip_protocol, 17);
	release(&d);
}

static void test_routing_checksum(void **state)
{
	(void)state;
	struct decoded d;
	build6("60 00 00 00 00 00 2b 40",
	       "11 02 00 01 00 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 99" V6_UDP);
	uint32_t pseudo = sum_bytes(b.data + 8, 16, 17 + 10);
	pseudo = sum_bytes(b.data + 48, 16, pseudo);
	set16(&b, 64 + 6, ~sum_bytes(b.data + 64, 10, pseudo));
	decode_raw(&d);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_GOOD);
	release(&d);
}

static void test_jumbo(void **state)
{
	(void)state;
	struct decoded d;
	build6("60 00 00 00 00 00 00 40", "11 00 c2 04 00 01 00 10 c0 00 00 35 00 00 00 00");
	set16(&b, 4, 0);
	fill(&b, 'x', 65536);
	decode_raw(&d);
	assert_layers(&d, "ipv6 extension udp payload");
	assert_no_problem(&d);
	assert_int_equal(d.packet.payload_length, 65536);
	assert_text(&d, find_layer(&d, WS_HEADER_IPV6_EXTENSION), "options", "jumbo payload 65552");
	release(&d);
}

static void test_ipv6_problems(void **state)
{
	(void)state;
	build6("60 00 00 00 00 00 11 40", V6_UDP);
	set16(&b, 4, 11);
	expect("ipv6 udp payload", WS_HEADER_IPV6, WS_PROBLEM_TOTAL_BEYOND);
	build6("60 00 00 00 00 00 3b 40", "61 62");
	expect("ipv6 payload", WS_HEADER_IPV6, WS_PROBLEM_NONE);
	build6("60 00 00 00 00 00 00 40", "3b 01 00 00 00 00 00 00");
	expect("ipv6 extension", WS_HEADER_IPV6_EXTENSION, WS_PROBLEM_SHORT);
	build6("60 00 00 00 00 00 00 40", "3b 00 05 09 00 00 00 00");
	expect("ipv6 extension", WS_HEADER_IPV6_EXTENSION, WS_PROBLEM_OPTION_LENGTH);
	build6("60 00 00 00 00 00 3c 40", "3c 00 01 04 00 00 00 00");
	for (unsigned i = 0; i < 20; i++)
		hex(&b, "3c 00 01 04 00 00 00 00");
	set16(&b, 4, b.length - 40);
	struct decoded d;
	decode_raw(&d);
	assert_int_equal(d.packet.problems, 1);
	assert_int_equal(d.packet.layer[d.packet.layer_count - 1].problem, WS_PROBLEM_EXTENSIONS);
	release(&d);
}

static void test_quotation(void **state)
{
	(void)state;
	struct decoded d;
	/* Port unreachable from a router, quoting a SYN's first 8 bytes. */
	build("45 00 00 00 00 01 00 00 40 01 00 00  c0 00 02 fe  c0 00 02 01",
	      "03 03 00 00 00 00 00 00" IPV4_TCP "c0 00 00 50 00 00 03 e8");
	decode_raw(&d);
	assert_layers(&d, "ipv4 icmp qipv4 qtcp");
	assert_no_problem(&d);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_ICMP);
	assert_int_equal(d.packet.icmp_type, 3);
	assert_int_equal(d.packet.icmp_code, 3);
	assert_int_equal(d.packet.ip_protocol, 1);
	assert_int_equal(d.packet.source.byte[15], 0xfe);
	assert_int_equal(d.packet.source_port, 0);
	assert_true(d.packet.quote.present);
	assert_int_equal(d.packet.quote.ip_protocol, 6);
	assert_int_equal(d.packet.quote.source.byte[15], 1);
	assert_int_equal(d.packet.quote.destination.byte[15], 2);
	assert_int_equal(d.packet.quote.source_port, 49152);
	assert_int_equal(d.packet.quote.destination_port, 80);
	assert_true(d.packet.quote.has_sequence);
	assert_int_equal(d.packet.quote.sequence, 1000);
	assert_false(d.packet.tcp_complete);
	assert_int_equal(d.packet.payload_length, 28);
	assert_text(&d, find_layer(&d, WS_HEADER_ICMP), "type", "3 (port unreachable)");
	release(&d);

	build6("60 00 00 00 00 00 3a 40",
	       "02 00 00 00 00 00 05 00 60 00 00 00 00 40 2c 40" IPV6_ADDRESSES "11 00 00 01 00 00 00 07" V6_UDP);
	finish_transport(&b, 8, 32, 40, 2, 58);
	decode_raw(&d);
	assert_layers(&d, "ipv6 icmpv6 qipv6 qextension qudp qpayload");
	assert_no_problem(&d);
	assert_false(d.packet.fragment);
	assert_int_equal(d.packet.checksum, WS_CHECKSUM_GOOD);
	assert_int_equal(d.packet.quote.ip_protocol, 17);
	assert_int_equal(d.packet.quote.destination_port, 53);
	assert_text(&d, find_layer(&d, WS_HEADER_ICMPV6), "next hop's MTU", "1280");
	assert_text(&d, find_layer(&d, WS_HEADER_ICMPV6), "identifier", "-");
	release(&d);
}

static void test_authenticated_ipv4(void **state)
{
	(void)state;
	struct decoded d;
	build("45 00 00 00 00 01 00 00 40 33 00 00  c0 00 02 fe  c0 00 02 01",
	      "06 02 00 00 00 00 00 01 00 00 00 02 00 00 00 03" TCP_SYN);
	decode_raw(&d);
	assert_layers(&d, "ipv4 extension tcp");
	assert_int_equal(d.packet.ip_protocol, 6);
	assert_int_equal(d.packet.ip_payload_offset, 36);
	assert_int_equal(d.packet.destination_port, 80);
	release(&d);
}

static void test_quotation_of_a_quotation(void **state)
{
	(void)state;
	struct decoded d;
	build(IPV4_ICMP, "0b 00 00 00 00 00 00 00" IPV4_ICMP "03 03 00 00 00 00 00 00" IPV4_TCP TCP_SYN);
	decode_raw(&d);
	assert_layers(&d, "ipv4 icmp qipv4 qicmp qpayload");
	assert_false(d.packet.quote.present);
	assert_int_equal(d.packet.icmp_type, 11);
	release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_ipv4_problems),    cmocka_unit_test(test_total_length_zero),
	        cmocka_unit_test(test_checksums),        cmocka_unit_test(test_header_checksum),
	        cmocka_unit_test(test_ipv4_fragments),   cmocka_unit_test(test_datagram),
	        cmocka_unit_test(test_tcp_problems),     cmocka_unit_test(test_udp_lengths),
	        cmocka_unit_test(test_extensions),       cmocka_unit_test(test_ipv6_fragment),
	        cmocka_unit_test(test_routing_checksum), cmocka_unit_test(test_jumbo),
	        cmocka_unit_test(test_ipv6_problems),    cmocka_unit_test(test_authenticated_ipv4),
	        cmocka_unit_test(test_quotation),        cmocka_unit_test(test_quotation_of_a_quotation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
