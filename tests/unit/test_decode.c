/* wirestate/packet.h: each header, what is read from it, and where the packet ends. */
#include "frames.h"

#include <zlib.h>

#define RICH_OPTIONS "02 04 05 b4  04 02  08 0a 00 00 00 07 00 00 00 09  01  03 03 07"

/* Ethernet, two tags, IPv4, a SYN with the usual options and 5 bytes of data, and padding up to 128 bytes. */
static void rich_packet(struct bytes *b)
{
	b->length = 0;
	hex(b, ETHERNET "88 a8 20 64 81 00 e0 c8 08 00");
	hex(b, IPV4_TCP "c0 00 00 50 00 00 03 e8 00 00 00 00 a0 02 fa f0 00 00 00 00" RICH_OPTIONS "68 65 6c 6c 6f");
	finish_ipv4(b, 22);
	finish_transport(b, 34, 8, 42, 16, 6);
	fill(b, 0, 128 - b->length);
}

static void test_rich(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	rich_packet(&b);
	decode(&d, &b);
	const struct ws_packet *p = &d.packet;
	assert_layers(&d, "ethernet vlan vlan ipv4 tcp payload padding");
	assert_no_problem(&d);
	assert_int_equal(p->vlan, 100);
	assert_memory_equal(p->mac_destination, b.data, 6);
	assert_memory_equal(p->mac_source, b.data + 6, 6);
	assert_int_equal(p->ip_version, 4);
	assert_int_equal(p->ip_protocol, 6);
	assert_int_equal(p->ttl, 64);
	assert_false(p->fragment);
	assert_int_equal(p->identification, 0x1234);
	assert_memory_equal(p->source.byte, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	assert_memory_equal(p->destination.byte, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\2", 16);
	assert_int_equal(p->ip_payload_offset, 42);
	assert_int_equal(p->ip_payload_length, 45);
	assert_int_equal(p->transport, WS_TRANSPORT_TCP);
	assert_int_equal(p->layer[p->ip_layer].header, WS_HEADER_IPV4);
	assert_int_equal(p->layer[p->transport_layer].header, WS_HEADER_TCP);
	assert_int_equal(p->source_port, 49152);
	assert_int_equal(p->destination_port, 80);
	assert_int_equal(p->payload_offset, 82);
	assert_int_equal(p->payload_length, 5);
	assert_int_equal(p->payload_captured, 5);
	assert_int_equal(p->checksum, WS_CHECKSUM_GOOD);
	assert_int_equal(p->layer[p->ip_layer].checksum, WS_CHECKSUM_GOOD);
	assert_true(p->tcp_complete);
	assert_int_equal(p->sequence, 1000);
	assert_int_equal(p->acknowledgment, 0);
	assert_int_equal(p->flags, WS_TCP_SYN);
	assert_int_equal(p->window, 64240);
	assert_int_equal(p->tcp.mss, 1460);
	assert_int_equal(p->tcp.window_scale, 7);
	assert_true(p->tcp.sack_permitted);
	assert_true(p->tcp.timestamps);
	assert_int_equal(p->tcp.tsval, 7);
	assert_int_equal(p->tcp.tsecr, 9);
	assert_false(p->tcp.fast_open);
	const struct ws_layer *padding = find_layer(&d, WS_HEADER_PADDING);
	assert_int_equal(padding->offset, 87);
	assert_int_equal(padding->length, 128 - 87);
	release(&d);
}

/* Checks what must hold for every frame: layers are in order and inside the capture, and fields inside their layers. */
static void assert_sane(const struct decoded *d)
{
	unsigned problems = 0;
	for (unsigned i = 0; i < d->packet.layer_count; i++) {
		const struct ws_layer *layer = &d->packet.layer[i];
		assert_true(layer->available <= layer->length);
		assert_true(layer->available == 0 || layer->offset + layer->available <= d->frame.captured);
		assert_true(i == 0 || layer->offset >= d->packet.layer[i - 1].offset);
		problems += layer->problem != WS_PROBLEM_NONE;
		const struct ws_header_info *info = ws_header_info(layer->header);
		for (size_t k = 0; k < info->field_count; k++) {
			char array[4096];
			struct ws_text text = WS_TEXT_OVER(array);
			struct ws_value value;
			uint32_t offset, length;
			if (!ws_field_value(&d->packet, layer, &info->fields[k], &value))
				continue;
			ws_field_text(&text, &d->packet, layer, &info->fields[k], &value);
			ws_field_bytes(layer, &info->fields[k], &offset, &length);
			assert_true(offset >= layer->offset && offset + length <= layer->offset + layer->available);
		}
	}
	assert_int_equal(d->packet.problems, problems);
	assert_true(d->packet.payload_captured <= d->packet.payload_length);
}

static void test_every_truncation(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	rich_packet(&b);
	for (uint32_t captured = 0; captured < 87; captured++) {
		decode_part(&d, &b, WS_LINK_ETHERNET, captured, 0);
		assert_sane(&d);
		assert_int_equal(d.packet.transport, captured < 46 ? WS_TRANSPORT_NONE : WS_TRANSPORT_TCP);
		assert_int_equal(d.packet.tcp_complete, captured >= 62);
		assert_int_equal(d.packet.checksum, WS_CHECKSUM_UNVERIFIED);
		assert_int_equal(d.packet.ip_version, captured < 42 ? 0 : 4);
		assert_int_equal(d.packet.payload_length, captured < 62 ? 0 : 5);
		assert_int_equal(d.packet.problems, captured < 82 ? 1 : 0); /* the header that is cut */
		if (d.packet.tcp_complete)
			assert_int_equal(d.packet.tcp.window_scale, captured < 82 ? WS_SCALE_CUT_OFF : 7);
		release(&d);
	}
}

static void test_every_byte_changed(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	for (uint32_t at = 0; at < 87; at++) {
		for (unsigned value = 0; value < 256; value++) {
			rich_packet(&b);
			b.data[at] = (uint8_t)value;
			decode(&d, &b);
			assert_sane(&d);
			release(&d);
		}
	}
}

static void test_frame_check(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	rich_packet(&b);
	uint32_t crc = (uint32_t)crc32(0, b.data, b.length);
	for (unsigned i = 0; i < 4; i++)
		b.data[b.length++] = (uint8_t)(crc >> 8 * i);
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	assert_layers(&d, "ethernet vlan vlan ipv4 tcp payload padding fcs");
	assert_no_problem(&d);
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->checksum, WS_CHECKSUM_GOOD);
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->offset, 128);
	assert_int_equal(find_layer(&d, WS_HEADER_PADDING)->length, 128 - 87);
	release(&d);

	b.data[b.length - 1] ^= 1;
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->checksum, WS_CHECKSUM_BAD);
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->problem, WS_PROBLEM_FCS);
	release(&d);

	decode_part(&d, &b, WS_LINK_ETHERNET, b.length - 2, 4); /* half of it captured */
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->checksum, WS_CHECKSUM_UNVERIFIED);
	assert_int_equal(find_layer(&d, WS_HEADER_FCS)->available, 2);
	release(&d);
}

/* An ARP request of 42 bytes, with `padding` more, and the FCS. */
static void arp_frame(struct bytes *b, uint32_t padding)
{
	b->length = 0;
	hex(b, "ff ff ff ff ff ff 00 00 5e 00 53 02 08 06 00 01 08 00 06 04 00 01");
	hex(b, "00 00 5e 00 53 02 c0 00 02 01 00 00 00 00 00 00 c0 00 02 07");
	fill(b, 0, padding);
	uint32_t crc = (uint32_t)crc32(0, b->data, b->length);
	for (unsigned i = 0; i < 4; i++)
		b->data[b->length++] = (uint8_t)(crc >> 8 * i);
}

static void test_runt(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	arp_frame(&b, 18);
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	assert_layers(&d, "ethernet arp padding fcs");
	assert_no_problem(&d);
	release(&d);
	arp_frame(&b, 17);
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	assert_int_equal(find_layer(&d, WS_HEADER_ETHERNET)->problem, WS_PROBLEM_RUNT);
	release(&d);
	b.length -= 4; /* caught before the card filled it up: not a runt */
	decode(&d, &b);
	assert_no_problem(&d);
	release(&d);
}

static void test_arp(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	arp_frame(&b, 18);
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	const struct ws_layer *arp = find_layer(&d, WS_HEADER_ARP);
	assert_text(&d, arp, "hardware type", "1");
	assert_text(&d, arp, "protocol type", "0x0800 (IPv4)");
	assert_text(&d, arp, "hardware length", "6");
	assert_text(&d, arp, "protocol length", "4");
	assert_text(&d, arp, "operation", "1 (request)");
	assert_text(&d, arp, "sender MAC", "00:00:5e:00:53:02");
	assert_text(&d, arp, "sender IP", "192.0.2.1");
	assert_text(&d, arp, "target MAC", "00:00:00:00:00:00");
	assert_text(&d, arp, "target IP", "192.0.2.7");
	assert_int_equal(d.packet.payload_length, 0);
	assert_int_equal(d.packet.transport, WS_TRANSPORT_NONE);
	release(&d);

	b.data[18] = 8; /* hardware addresses of 8 bytes */
	decode_part(&d, &b, WS_LINK_ETHERNET, b.length, 4);
	arp = find_layer(&d, WS_HEADER_ARP_OTHER);
	assert_int_equal(arp->problem, WS_PROBLEM_ARP_FORM);
	assert_int_equal(arp->length, 32);
	assert_text(&d, arp, "sender MAC", "-");
	assert_text(&d, arp, "sender IP", "2.1.0.0");
	assert_text(&d, arp, "target IP", "0.0.0.0");
	uint32_t offset, length;
	ws_field_bytes(arp, find_field(arp, "target IP"), &offset, &length);
	assert_int_equal(offset, 14 + 28);
	assert_int_equal(length, 4);
	release(&d);
}

static void test_802_3(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, ETHERNET "00 00 aa aa 03 00 00 00 08 00" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 22);
	set16(&b, 12, b.length - 14);
	fill(&b, 0, 6);
	decode(&d, &b);
	assert_layers(&d, "ethernet llc snap ipv4 tcp padding");
	assert_int_equal(d.packet.layer[0].header, WS_HEADER_ETHERNET_LENGTH);
	assert_text(&d, &d.packet.layer[0], "length", "48");
	assert_int_equal(d.packet.destination_port, 80);
	release(&d);

	set16(&b, 12, 1400);
	decode(&d, &b);
	assert_int_equal(d.packet.layer[0].problem, WS_PROBLEM_LENGTH);
	assert_int_equal(d.packet.destination_port, 80);
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "00 00 06 06 03" IPV4_TCP TCP_SYN); /* IP by its own service access point */
	finish_ipv4(&b, 17);
	set16(&b, 12, b.length - 14);
	decode(&d, &b);
	assert_layers(&d, "ethernet llc ipv4 tcp");
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "00 07 42 42 03 00 00 00 00"); /* spanning tree */
	decode(&d, &b);
	assert_layers(&d, "ethernet llc payload");
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "05 ff 00 00"); /* neither a length nor a type */
	decode(&d, &b);
	assert_int_equal(d.packet.layer[0].problem, WS_PROBLEM_LENGTH);
	release(&d);
}

static void test_isl(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, "01 00 0c 00 00 00 00 00 5e 00 53 09 00 4c aa aa 03 00 00 5e 00 15 00 02 00 00");
	hex(&b, ETHERNET "08 00" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 40);
	decode(&d, &b);
	assert_layers(&d, "isl ethernet ipv4 tcp");
	assert_text(&d, find_layer(&d, WS_HEADER_ISL), "VLAN", "10");
	release(&d);
}

static void test_tags(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, ETHERNET "81 00 b0 c8 00 26 42 42 03"); /* a tag before a length */
	fill(&b, 0, 35);
	decode(&d, &b);
	assert_layers(&d, "ethernet vlan llc payload");
	const struct ws_layer *tag = find_layer(&d, WS_HEADER_VLAN);
	assert_text(&d, tag, "priority", "5");
	assert_text(&d, tag, "drop eligible", "set");
	assert_text(&d, tag, "VLAN", "200");
	assert_int_equal(d.packet.vlan, 200);
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "81 00");
	for (unsigned i = 0; i < 12; i++)
		hex(&b, "00 01 91 00");
	decode(&d, &b);
	assert_int_equal(nth_layer(&d, WS_HEADER_VLAN, 7)->problem, WS_PROBLEM_TAGS);
	assert_int_equal(d.packet.problems, 1);
	release(&d);
}

static void test_access_networks(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, ETHERNET "88 64 11 00 00 2a 00 2a 00 21" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 22);
	fill(&b, 0, 2);
	decode(&d, &b);
	assert_layers(&d, "ethernet pppoe ppp ipv4 tcp padding");
	assert_no_problem(&d);
	assert_text(&d, find_layer(&d, WS_HEADER_PPPOE), "session", "42");
	release(&d);
	set16(&b, 18, 100);
	decode(&d, &b);
	assert_int_equal(find_layer(&d, WS_HEADER_PPPOE)->problem, WS_PROBLEM_LENGTH);
	assert_int_equal(d.packet.destination_port, 80);
	release(&d);
	set16(&b, 20, 0xc021); /* link control */
	decode(&d, &b);
	assert_layers(&d, "ethernet pppoe ppp payload");
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "88 64 11 00 00 2a 00 29 21" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 21);
	decode(&d, &b);
	assert_layers(&d, "ethernet pppoe ppp ipv4 tcp");
	assert_no_problem(&d);
	assert_text(&d, find_layer(&d, WS_HEADER_PPP_SHORT), "protocol", "0x21");
	release(&d);
	b.data[20] = 0xfd; /* compressed data */
	decode(&d, &b);
	assert_layers(&d, "ethernet pppoe ppp payload");
	release(&d);

	b.length = 0;
	hex(&b, ETHERNET "88 47 00 01 00 40 00 02 01 3f" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 22);
	decode(&d, &b);
	assert_layers(&d, "ethernet mpls mpls ipv4 tcp");
	assert_text(&d, nth_layer(&d, WS_HEADER_MPLS, 1), "label", "32");
	assert_text(&d, nth_layer(&d, WS_HEADER_MPLS, 1), "bottom of stack", "set");
	release(&d);
	b.data[22] = 0; /* not IP: a pseudowire's control word */
	decode(&d, &b);
	assert_layers(&d, "ethernet mpls mpls payload");
	release(&d);
	b.length = 14;
	fill(&b, 0, 100); /* no bottom */
	decode(&d, &b);
	assert_int_equal(nth_layer(&d, WS_HEADER_MPLS, 7)->problem, WS_PROBLEM_TAGS);
	release(&d);
}

static void test_cooked(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, "00 04 00 01 00 06 00 00 5e 00 53 02 00 00 08 00" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 16);
	decode_part(&d, &b, WS_LINK_SLL, b.length, 0);
	assert_layers(&d, "sll ipv4 tcp");
	assert_memory_equal(d.packet.mac_source, b.data + 6, 6);
	assert_null(d.packet.mac_destination);
	release(&d);

	b.length = 0;
	hex(&b, "08 00 00 00 00 00 00 07 00 01 00 06 00 00 5e 00 53 02 00 00" IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 20);
	decode_part(&d, &b, WS_LINK_SLL2, b.length, 0);
	assert_layers(&d, "sll2 ipv4 tcp");
	assert_int_equal(d.packet.interface, 7);
	release(&d);
}

static void test_loopback(void **state)
{
	(void)state;
	static const struct {
		const char *family;
		const char *layers;
	} cases[] = {
	        {"02 00 00 00", "null ipv4 tcp"}, {"00 00 00 02", "null ipv4 tcp"}, {"1e 00 00 00", "null ipv6"},
	        {"00 00 00 18", "null ipv6"},     {"1c 00 00 00", "null ipv6"},     {"00 00 00 0a", "null ipv6"},
	        {"07 00 00 00", "null payload"},
	};
	static struct bytes b;
	struct decoded d;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		b.length = 0;
		hex(&b, cases[i].family);
		hex(&b, IPV4_TCP TCP_SYN);
		finish_ipv4(&b, 4);
		decode_part(&d, &b, i % 2 ? WS_LINK_LOOP : WS_LINK_NULL, b.length, 0);
		assert_layers(&d, cases[i].layers);
		release(&d);
	}
}

static void test_raw(void **state)
{
	(void)state;
	static struct bytes b;
	struct decoded d;
	b.length = 0;
	hex(&b, IPV4_TCP TCP_SYN);
	finish_ipv4(&b, 0);
	decode_part(&d, &b, WS_LINK_RAW, b.length, 0);
	assert_layers(&d, "ipv4 tcp");
	assert_null(d.packet.mac_source);
	assert_int_equal(d.packet.vlan, WS_NO_VLAN);
	release(&d);
	decode_part(&d, &b, WS_LINK_IPV6, b.length, 0);
	assert_int_equal(find_layer(&d, WS_HEADER_IPV6)->problem, WS_PROBLEM_VERSION);
	assert_int_equal(d.packet.ip_version, 0);
	release(&d);
	b.length = 0;
	hex(&b, "60 00 00 00 00 08 11 40" IPV6_ADDRESSES "c0 00 00 35 00 08 00 00");
	decode_part(&d, &b, WS_LINK_RAW, b.length, 0);
	assert_layers(&d, "ipv6 udp");
	assert_int_equal(d.packet.ip_version, 6);
	release(&d);
	decode_part(&d, &b, WS_LINK_IPV4, b.length, 0); /* version 6 where 4 was announced */
	assert_layers(&d, "ipv6 udp");
	assert_int_equal(find_layer(&d, WS_HEADER_IPV6)->problem, WS_PROBLEM_VERSION);
	release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rich),
	        cmocka_unit_test(test_every_truncation),
	        cmocka_unit_test(test_frame_check),
	        cmocka_unit_test(test_every_byte_changed),
	        cmocka_unit_test(test_runt),
	        cmocka_unit_test(test_arp),
	        cmocka_unit_test(test_802_3),
	        cmocka_unit_test(test_isl),
	        cmocka_unit_test(test_tags),
	        cmocka_unit_test(test_cooked),
	        cmocka_unit_test(test_access_networks),
	        cmocka_unit_test(test_loopback),
	        cmocka_unit_test(test_raw),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
