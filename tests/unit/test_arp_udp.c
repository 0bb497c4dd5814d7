/* track/lru.h, track/arp.h and track/udp.h: bindings, conversations, and the bounds of both tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "track/arp.h"
#include "track/tracker.h"
#include "track/udp.h"

static const uint8_t hash_key[16] = {3, 1, 4, 1, 5};

/* ---- The table under both */

struct entry {
	uint32_t key;
	uint32_t value;
};

static uint32_t *value_of(struct ws_lru *lru, uint32_t key, bool *created)
{
	struct entry *entry = ws_lru_get(lru, &key, created);
	assert_non_null(entry);
	assert_int_equal(entry->key, key);
	return &entry->value;
}

static void lru_grows_to_its_limit_and_no_further(void **state)
{
	(void)state;
	struct ws_lru lru;
	bool created;
	ws_lru_init(&lru, hash_key, sizeof(struct entry), sizeof(uint32_t), WS_LRU_MEMORY(1000, sizeof(struct entry)));
	assert_null(lru.entries);
	assert_null(ws_lru_find(&lru, &(uint32_t){1}));
	assert_null(ws_lru_at(&lru, 0));
	for (uint32_t key = 0; key < 5000; key++) {
		*value_of(&lru, key, &created) = key;
		assert_true(created);
		assert_true(lru.count <= 1000 && lru.allocated <= 1000);
	}
	assert_int_equal(lru.count, 1000);
	assert_int_equal(lru.evicted, 4000);
	assert_null(ws_lru_find(&lru, &(uint32_t){3999}));
	for (uint32_t key = 4000; key < 5000; key++) {
		struct entry *entry = ws_lru_find(&lru, &key);
		assert_int_equal(entry->value, key);
		assert_ptr_equal(ws_lru_at(&lru, ws_lru_index(&lru, entry)), entry);
	}
	assert_null(ws_lru_at(&lru, 1000));
	ws_lru_free(&lru);
}

static void lru_evicts_what_was_not_asked_for_the_longest(void **state)
{
	(void)state;
	struct ws_lru lru;
	bool created;
	ws_lru_init(&lru, hash_key, sizeof(struct entry), sizeof(uint32_t), WS_LRU_MEMORY(3, sizeof(struct entry)));
	for (uint32_t key = 1; key <= 3; key++)
		value_of(&lru, key, &created);
	assert_non_null(ws_lru_find(&lru, &(uint32_t){1}));
	value_of(&lru, 2, &created);
	assert_false(created);
	*value_of(&lru, 4, &created) = 44; /* 3 goes */
	assert_null(ws_lru_find(&lru, &(uint32_t){3}));
	assert_non_null(ws_lru_find(&lru, &(uint32_t){1}));
	assert_int_equal(*value_of(&lru, 3, &created), 0); /* 2 goes; what was known of 3 is gone */
	assert_true(created);
	assert_null(ws_lru_find(&lru, &(uint32_t){2}));
	assert_int_equal(*value_of(&lru, 4, &created), 44);
	ws_lru_free(&lru);
}

static void lru_holds_one_entry_at_least(void **state)
{
	(void)state;
	struct ws_lru lru;
	bool created;
	ws_lru_init(&lru, hash_key, sizeof(struct entry), sizeof(uint32_t), 0);
	for (uint32_t key = 0; key < 10; key++) {
		value_of(&lru, key, &created);
		assert_true(created);
		assert_int_equal(lru.count, 1);
	}
	ws_lru_free(&lru);
}

/* ---- ARP */

enum { REQUEST = 1, REPLY = 2 };

struct arp_bench {
	struct ws_arp_table table;
	struct ws_frame frame;
	struct ws_packet packet;
	uint8_t data[42];
	struct ws_arp_binding event;
};

/* An ARP packet of Ethernet and IPv4: the last byte of the sender's MAC and of both addresses 10.0.0.x; 0: 0.0.0.0. */
static struct ws_packet *arp(struct arp_bench *bench, int operation, uint8_t mac, uint8_t sender, uint8_t target)
{
	static const uint8_t form[6] = {0, 1, 8, 0, 6, 4};
	memset(bench->data, 0, sizeof(bench->data));
	uint8_t *at = bench->data + 14;
	memcpy(at, form, sizeof(form));
	at[7] = (uint8_t)operation;
	at[13] = mac;
	if (sender) {
		at[14] = 10;
		at[17] = sender;
	}
	at[24] = 10;
	at[27] = target;
	bench->frame = (struct ws_frame){.data = bench->data, .captured = 42, .length = 42};
	bench->packet = (struct ws_packet){.frame = &bench->frame, .vlan = WS_NO_VLAN, .layer_count = 2};
	bench->packet.layer[0] = (struct ws_layer){.header = WS_HEADER_ETHERNET, .length = 14, .available = 14};
	bench->packet.layer[1] =
	        (struct ws_layer){.header = WS_HEADER_ARP, .offset = 14, .length = 28, .available = 28};
	return &bench->packet;
}

static bool update(struct arp_bench *bench, ws_time now)
{
	return ws_arp_update(&bench->table, &bench->packet, now, &bench->event);
}

static int arp_setup(void **state)
{
	static struct arp_bench bench;
	memset(&bench, 0, sizeof(bench));
	ws_arp_init(&bench.table, hash_key);
	*state = &bench;
	return 0;
}

static int arp_teardown(void **state)
{
	ws_arp_free(&((struct arp_bench *)*state)->table);
	return 0;
}

static void arp_resolution_binds_both(void **state)
{
	struct arp_bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 1, 2);
	assert_true(update(bench, 100));
	static const uint8_t mapped[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	assert_memory_equal(bench->event.ip.byte, mapped, 16);
	assert_int_equal(bench->event.mac[5], 0xaa);
	assert_false(bench->event.changed);
	assert_false(bench->event.gratuitous);
	assert_int_equal(bench->event.requests, 1);
	assert_int_equal(bench->event.vlan, WS_NO_VLAN);
	arp(bench, REPLY, 0xbb, 2, 1);
	assert_true(update(bench, 200));
	assert_int_equal(bench->event.mac[5], 0xbb);
	assert_false(bench->event.gratuitous);
	assert_int_equal(bench->event.replies, 1);
	assert_int_equal(bench->event.requests, 0);
	/* A repeated message makes no event, but is counted. */
	arp(bench, REQUEST, 0xaa, 1, 2);
	assert_false(update(bench, 300));
	assert_int_equal(ws_arp_count(&bench->table), 2);
	struct ws_arp_binding binding;
	assert_true(ws_arp_at(&bench->table, 0, &binding));
	assert_int_equal(binding.requests, 2);
	assert_int_equal(binding.first_time, 100);
	assert_int_equal(binding.last_time, 300);
	assert_false(ws_arp_at(&bench->table, 2, &binding));
}

static void arp_tells_when_an_address_moves(void **state)
{
	struct arp_bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 1, 2);
	assert_true(update(bench, 1));
	arp(bench, REPLY, 0xcc, 1, 9);
	assert_true(update(bench, 2));
	assert_true(bench->event.changed);
	assert_true(bench->event.gratuitous);
	assert_int_equal(bench->event.mac[5], 0xcc);
	assert_int_equal(bench->event.previous_mac[5], 0xaa);
	/* Another VLAN is another network. */
	arp(bench, REQUEST, 0xdd, 1, 2)->vlan = 7;
	assert_true(update(bench, 3));
	assert_false(bench->event.changed);
	assert_int_equal(bench->event.vlan, 7);
}

static void arp_gratuitous(void **state)
{
	struct arp_bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 1, 1); /* an announcement */
	assert_true(update(bench, 1));
	assert_true(bench->event.gratuitous);
	/* A request is answered once; the second reply answers nothing. */
	arp(bench, REQUEST, 0xaa, 1, 2);
	assert_false(update(bench, 2));
	arp(bench, REPLY, 0xbb, 2, 1);
	assert_true(update(bench, 3));
	assert_false(bench->event.gratuitous);
	arp(bench, REPLY, 0xbc, 2, 1);
	assert_true(update(bench, 4));
	assert_true(bench->event.gratuitous);
}

static void arp_probes_bind_nothing(void **state)
{
	struct arp_bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 0, 2);
	assert_false(update(bench, 1));
	assert_int_equal(ws_arp_count(&bench->table), 0);
	/* This is a reply to a question, so it is not gratuitous. */
	arp(bench, REPLY, 0xbb, 2, 0);
	assert_true(update(bench, 2));
	assert_false(bench->event.gratuitous);
}

static void arp_of_another_form_is_left_alone(void **state)
{
	struct arp_bench *bench = *state;
	for (unsigned at = 0; at < 6; at++) {
		arp(bench, REPLY, 0xaa, 1, 2);
		bench->data[14 + at] ^= 1;
		assert_false(update(bench, 1));
	}
	arp(bench, 3, 0xaa, 1, 2); /* RARP */
	assert_false(update(bench, 1));
	arp(bench, REPLY, 0xaa, 1, 2);
	bench->frame.captured = 41; /* cut */
	assert_false(update(bench, 1));
	arp(bench, REPLY, 0xaa, 1, 2)->layer_count = 1; /* no ARP layer */
	assert_false(update(bench, 1));
	assert_int_equal(ws_arp_count(&bench->table), 0);
	arp(bench, REPLY, 0xaa, 1, 2);
	assert_true(update(bench, 1));
}

static void arp_tables_are_bounded(void **state)
{
	struct arp_bench *bench = *state;
	for (uint32_t i = 0; i < 40000; i++) {
		arp(bench, REQUEST, 0xaa, 1, 2);
		for (int byte = 0; byte < 3; byte++) {
			bench->data[14 + 15 + byte] = (uint8_t)(i >> 8 * byte);
			bench->data[14 + 25 + byte] = (uint8_t)(~i >> 8 * byte);
		}
		assert_true(update(bench, i));
	}
	assert_int_equal(ws_arp_count(&bench->table), WS_ARP_BINDINGS);
	assert_int_equal(bench->table.bindings.evicted, 40000 - WS_ARP_BINDINGS);
	assert_int_equal(bench->table.asked.count, WS_ARP_ASKED);
}

/* ---- UDP */

struct udp_bench {
	struct ws_udp_table table;
	struct ws_packet packet;
	uint64_t index;
};

static const struct ws_frame udp_frame = {.number = 1};

static struct ws_packet *udp(struct udp_bench *bench, uint8_t from, uint16_t port, uint8_t to, uint16_t to_port,
                             uint32_t length)
{
	bench->packet = (struct ws_packet){
	        .frame = &udp_frame,
	        .vlan = WS_NO_VLAN,
	        .ip_version = 4,
	        .ip_protocol = 17,
	        .transport = WS_TRANSPORT_UDP,
	        .source.byte[15] = from,
	        .destination.byte[15] = to,
	        .source_port = port,
	        .destination_port = to_port,
	        .payload_length = length,
	};
	return &bench->packet;
}

/* Outside of any tunnel. */
static bool udp_packet(struct ws_udp_table *table, const struct ws_packet *packet, ws_time now, uint64_t *index)
{
	struct ws_gist datagram;
	struct ws_udp_place place;
	ws_gist_fill(&datagram, packet);
	const bool created = ws_udp_packet(table, &datagram, 0, packet->fragment, now, &place);
	*index = created ? place.index : *index;
	return created;
}

static bool udp_at(const struct ws_udp_table *table, size_t index, struct ws_udp_info *info)
{
	uint16_t tunnel;
	return ws_udp_at(table, index, info, &tunnel);
}

static void note_unreachable(struct ws_udp_table *table, const struct ws_packet *packet, ws_time now)
{
	ws_udp_unreachable(table, packet, 0, now);
}

static bool count(struct udp_bench *bench, ws_time now)
{
	return udp_packet(&bench->table, &bench->packet, now, &bench->index);
}

static int udp_setup(void **state)
{
	static struct udp_bench bench;
	memset(&bench, 0, sizeof(bench));
	ws_udp_init(&bench.table, hash_key, 1 << 20);
	*state = &bench;
	return 0;
}

static int udp_teardown(void **state)
{
	ws_udp_free(&((struct udp_bench *)*state)->table);
	return 0;
}

static void udp_counts_by_direction(void **state)
{
	struct udp_bench *bench = *state;
	/* Whoever sends first is endpoint 0, whichever address sorts first. */
	for (int swap = 0; swap < 2; swap++) {
		uint8_t one = swap ? 9 : 1, two = swap ? 1 : 9;
		uint16_t port = (uint16_t)(4000 + swap);
		udp(bench, one, port, two, 53, 30);
		assert_true(count(bench, 10));
		udp(bench, two, 53, one, port, 100);
		assert_false(count(bench, 20));
		udp(bench, two, 53, one, port, 200);
		assert_false(count(bench, 30));
		struct ws_udp_info info;
		assert_true(udp_at(&bench->table, bench->index, &info));
		assert_int_equal(info.number, swap + 1);
		assert_int_equal(info.address[0].byte[15], one);
		assert_int_equal(info.address[1].byte[15], two);
		assert_int_equal(info.port[0], port);
		assert_int_equal(info.port[1], 53);
		assert_int_equal(info.packets[0], 1);
		assert_int_equal(info.packets[1], 2);
		assert_int_equal(info.bytes[0], 30);
		assert_int_equal(info.bytes[1], 300);
		assert_int_equal(info.first_time, 10);
		assert_int_equal(info.last_time, 30);
		assert_int_equal(info.ip_version, 4);
	}
	assert_int_equal(ws_udp_count(&bench->table), 2);
}

static void udp_keeps_conversations_apart(void **state)
{
	struct udp_bench *bench = *state;
	udp(bench, 1, 1000, 2, 2000, 1);
	assert_true(count(bench, 0));
	for (int other = 0; other < 6; other++) {
		struct ws_packet *packet = udp(bench, 1, 1000, 2, 2000, 1);
		packet->source.byte[0] = other == 0;
		packet->destination.byte[3] = other == 1;
		packet->source_port += other == 2;
		packet->destination_port += other == 3;
		packet->vlan = other == 4 ? 3 : WS_NO_VLAN;
		packet->ip_version = other == 5 ? 6 : 4; /* a v4-mapped address in IPv6 */
		assert_true(count(bench, 0));
	}
	udp(bench, 1, 2000, 2, 1000, 1); /* the ports crossed */
	assert_true(count(bench, 0));
	udp(bench, 2, 2000, 1, 1000, 1);
	assert_false(count(bench, 0));
	assert_int_equal(ws_udp_count(&bench->table), 8);
	struct ws_udp_info info;
	assert_false(udp_at(&bench->table, 8, &info));
}

static void udp_to_itself(void **state)
{
	struct udp_bench *bench = *state;
	udp(bench, 1, 500, 1, 500, 10);
	assert_true(count(bench, 0));
	assert_false(count(bench, 1));
	struct ws_udp_info info;
	assert_true(udp_at(&bench->table, 0, &info));
	assert_int_equal(info.packets[0], 2);
	assert_int_equal(info.packets[1], 0);
}

static void udp_unreachable(void **state)
{
	struct udp_bench *bench = *state;
	udp(bench, 1, 1000, 2, 2000, 1);
	assert_true(count(bench, 0));
	struct ws_packet error = {
	        .frame = &udp_frame,
	        .vlan = WS_NO_VLAN,
	        .ip_version = 4,
	        .transport = WS_TRANSPORT_ICMP,
	        .source.byte[15] = 77, /* a router */
	        .quote = {.present = true, .ip_protocol = 17, .source_port = 1000, .destination_port = 2000},
	};
	error.quote.source.byte[15] = 1;
	error.quote.destination.byte[15] = 2;
	note_unreachable(&bench->table, &error, 5);
	struct ws_udp_info info;
	assert_true(udp_at(&bench->table, 0, &info));
	assert_int_equal(info.unreachable, 1);
	assert_int_equal(info.last_time, 5);
	/* TCP's ports, an unknown conversation, and no quotation at all. */
	error.quote.ip_protocol = 6;
	note_unreachable(&bench->table, &error, 6);
	error.quote.ip_protocol = 17;
	error.quote.destination_port = 9;
	note_unreachable(&bench->table, &error, 6);
	error.quote.destination_port = 2000;
	error.quote.present = false;
	note_unreachable(&bench->table, &error, 6);
	assert_true(udp_at(&bench->table, 0, &info));
	assert_int_equal(info.unreachable, 1);
	assert_int_equal(info.packets[0], 1);
	assert_int_equal(ws_udp_count(&bench->table), 1);
}

static void udp_stays_below_its_ceiling(void **state)
{
	struct udp_bench *bench = *state;
	for (uint32_t i = 0; i < 100000; i++) {
		udp(bench, 1, (uint16_t)i, 2, 53, 1)->source.byte[1] = (uint8_t)(i >> 16);
		assert_true(count(bench, i));
	}
	const struct ws_lru *lru = &bench->table.conversations;
	size_t bytes = (size_t)lru->allocated * (lru->entry_size + sizeof(struct ws_lru_link)) +
	               lru->bucket_count * sizeof(uint32_t);
	assert_true(bytes <= 1 << 20);
	assert_int_equal(lru->evicted + lru->count, 100000);
	assert_int_equal(bench->table.seen, 100000);
	/* The newest is there with its number; the oldest comes back as a new conversation. */
	struct ws_udp_info info;
	assert_true(udp_at(&bench->table, bench->index, &info));
	assert_int_equal(info.number, 100000);
	udp(bench, 1, 0, 2, 53, 1);
	assert_true(count(bench, 100001));
	assert_true(udp_at(&bench->table, bench->index, &info));
	assert_int_equal(info.number, 100001);
	assert_int_equal(info.packets[0], 1);
}

int main(void)
{
#define ARP(name) cmocka_unit_test_setup_teardown(name, arp_setup, arp_teardown)
#define UDP(name) cmocka_unit_test_setup_teardown(name, udp_setup, udp_teardown)
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(lru_grows_to_its_limit_and_no_further),
	        cmocka_unit_test(lru_evicts_what_was_not_asked_for_the_longest),
	        cmocka_unit_test(lru_holds_one_entry_at_least),
	        ARP(arp_resolution_binds_both),
	        ARP(arp_tells_when_an_address_moves),
	        ARP(arp_gratuitous),
	        ARP(arp_probes_bind_nothing),
	        ARP(arp_of_another_form_is_left_alone),
	        ARP(arp_tables_are_bounded),
	        UDP(udp_counts_by_direction),
	        UDP(udp_keeps_conversations_apart),
	        UDP(udp_to_itself),
	        UDP(udp_unreachable),
	        UDP(udp_stays_below_its_ceiling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
