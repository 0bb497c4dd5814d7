/* track/log.h, track/series.h, and the tracker's details of ARP, datagrams and fragments, from frames made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "track/log.h"
#include "track/series.h"

#include <wirestate/details.h>
#include <wirestate/track.h>

/* ---- The log */

static void log_keeps_the_newest(void **state)
{
	(void)state;
	struct ws_log log;
	ws_log_init(&log, sizeof(uint64_t), 100, 1 << 20);
	assert_int_equal(ws_log_first(&log), 0);
	assert_null(ws_log_at(&log, 0));
	for (uint64_t i = 0; i < 250; i++) {
		uint64_t *entry = ws_log_add(&log);
		assert_non_null(entry);
		assert_int_equal(*entry, 0);
		*entry = 1000 + i;
		uint64_t first = ws_log_first(&log);
		assert_int_equal(first, i + 1 > 100 ? i + 1 - 100 : 0);
		for (uint64_t at = first; at <= i; at++)
			assert_int_equal(*(uint64_t *)ws_log_at(&log, at), 1000 + at);
		assert_null(ws_log_at(&log, i + 1));
		assert_true(first == 0 || !ws_log_at(&log, first - 1));
	}
	assert_int_equal(log.allocated, 100);
	ws_log_free(&log);
}

static void log_without_memory_keeps_nothing(void **state)
{
	(void)state;
	struct ws_log log;
	ws_log_init(&log, sizeof(uint64_t), 100, 0);
	assert_null(ws_log_add(&log));
	assert_int_equal(ws_log_first(&log), log.end);
	ws_log_init(&log, sizeof(uint64_t), 100, 3 * sizeof(uint64_t));
	for (int i = 0; i < 10; i++)
		assert_non_null(ws_log_add(&log));
	assert_int_equal(ws_log_first(&log), 7);
	ws_log_free(&log);
}

/* ---- The series */

static uint64_t packets_of(const struct ws_series *series)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < series->count; i++)
		sum += series->slot[i].packets[WS_TRAFFIC_TCP];
	return sum;
}

static void series_holds_any_span(void **state)
{
	(void)state;
	static struct ws_series series;
	uint64_t states[WS_STATE_COUNT] = {0};
	memset(&series, 0, sizeof(series));
	series.kept = true;
	ws_time now = 1700000000 * WS_SECOND;
	for (uint64_t i = 0; i < 3000; i++, now += (ws_time)i * WS_MILLISECOND) {
		ws_series_advance(&series, now, states);
		ws_series_count(&series, WS_TRAFFIC_TCP, 60);
		assert_int_equal(packets_of(&series), i + 1);
		assert_true(now >= series.start && now < series.end);
		assert_true(series.count <= WS_SERIES_SLOTS);
		assert_int_equal(series.end, series.start + (ws_time)series.count * series.width);
		/* The packet is in the slot of its time. */
		assert_int_equal((now - series.start) / series.width, series.count - 1);
	}
	assert_true(series.count >= WS_SERIES_SLOTS / 2);
	ws_series_advance(&series, WS_TIME_NEVER, states); /* comes to an end */
	ws_series_count(&series, WS_TRAFFIC_TCP, 60);
	assert_int_equal(packets_of(&series), 3001);
}

static void series_remembers_the_states_at_the_end_of_each_slot(void **state)
{
	(void)state;
	static struct ws_series series;
	uint64_t states[WS_STATE_COUNT] = {0};
	memset(&series, 0, sizeof(series));
	series.kept = true;
	ws_series_advance(&series, 0, states);
	states[WS_ESTABLISHED] = 2; /* from now on */
	ws_series_advance(&series, 3 * WS_MILLISECOND, states);
	states[WS_ESTABLISHED] = 0;
	ws_series_advance(&series, 4 * WS_MILLISECOND, states);
	assert_int_equal(series.count, 5);
	assert_int_equal(series.slot[0].state[WS_ESTABLISHED], 2);
	assert_int_equal(series.slot[2].state[WS_ESTABLISHED], 2);
	assert_int_equal(series.slot[3].state[WS_ESTABLISHED], 0);
}

/* ---- Through the tracker */

struct bench {
	struct ws_tracker *tracker;
	uint64_t frames;
	ws_time now;
};

static int set_up(void **state)
{
	static struct bench bench;
	struct ws_error error;
	const struct ws_tracker_config config = {.history = true, .hash_key = {1, 2, 3}};
	bench = (struct bench){.tracker = ws_tracker_create(&config, &error), .now = WS_SECOND};
	assert_non_null(bench.tracker);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	ws_tracker_free(((struct bench *)*state)->tracker);
	return 0;
}

static void feed(struct bench *bench, const uint8_t *bytes, uint32_t length)
{
	const struct ws_frame frame = {.time = bench->now,
	                               .number = ++bench->frames,
	                               .position = bench->frames - 1,
	                               .data = bytes,
	                               .captured = length,
	                               .length = length,
	                               .link = WS_LINK_ETHERNET};
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(&frame, &packet);
	while (ws_tracker_advance(bench->tracker, bench->now, &result))
		;
	ws_tracker_packet(bench->tracker, &packet, &result);
	bench->now += WS_MILLISECOND;
}

enum { REQUEST = 1, REPLY = 2 };

/* From MAC 02::mac; addresses 10.0.0.x, 0: 0.0.0.0. */
static void arp(struct bench *bench, int operation, uint8_t mac, uint8_t frame_mac, uint8_t sender, uint8_t target)
{
	uint8_t bytes[60] = {0};
	static const uint8_t form[8] = {0, 1, 8, 0, 6, 4, 0, 0};
	memset(bytes, operation == REQUEST ? 0xff : 2, 6);
	bytes[6] = 2;
	bytes[11] = frame_mac;
	bytes[12] = 8;
	bytes[13] = 6;
	memcpy(bytes + 14, form, sizeof(form));
	bytes[21] = (uint8_t)operation;
	bytes[22] = 2;
	bytes[27] = mac;
	if (sender) {
		bytes[28] = 10;
		bytes[31] = sender;
	}
	bytes[38] = 10;
	bytes[41] = target;
	feed(bench, bytes, sizeof(bytes));
}

static struct ws_arp_exchange exchange_at(const struct bench *bench, uint64_t number)
{
	struct ws_arp_exchange exchange;
	assert_true(ws_tracker_arp_exchange(bench->tracker, number, &exchange));
	return exchange;
}

static void requests_meet_their_replies(void **state)
{
	struct bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 2);
	arp(bench, REQUEST, 0xcc, 0xcc, 3, 2);
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 2); /* asked again */
	arp(bench, REPLY, 0xbb, 0xbb, 2, 1);
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 9); /* nobody answers */
	assert_int_equal(ws_tracker_arp_exchanges(bench->tracker).end, 3);
	struct ws_arp_exchange exchange = exchange_at(bench, 0);
	assert_int_equal(exchange.kind, WS_ARP_QUESTION);
	assert_true(exchange.answered && exchange.broadcast);
	assert_false(exchange.moved || exchange.contradicted || exchange.disguised);
	assert_int_equal(exchange.asked, 2);
	assert_int_equal(exchange.answer_mac[5], 0xbb);
	assert_int_equal(exchange.answer_time - exchange.time, 3 * WS_MILLISECOND);
	assert_int_equal(exchange.answer_frame, 4);
	assert_int_equal(exchange.target.byte[15], 2);
	assert_false(exchange_at(bench, 1).answered);
	assert_int_equal(exchange_at(bench, 1).sender_mac[5], 0xcc);
	assert_false(exchange_at(bench, 2).answered);
	/* Once answered, the same question is a new one. */
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 2);
	assert_int_equal(ws_tracker_arp_exchanges(bench->tracker).end, 4);
}

static void what_smells_is_marked(void **state)
{
	struct bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 2);
	arp(bench, REPLY, 0xbb, 0xbb, 2, 1);
	arp(bench, REPLY, 0xee, 0xee, 2, 1); /* another owner */
	struct ws_arp_exchange exchange = exchange_at(bench, 0);
	assert_true(exchange.contradicted && exchange.moved);
	assert_int_equal(exchange.answer_mac[5], 0xbb);
	assert_int_equal(exchange.second_mac[5], 0xee);
	arp(bench, REPLY, 0xdd, 0xee, 7, 1); /* nobody asked, and the frame comes from elsewhere */
	exchange = exchange_at(bench, 1);
	assert_int_equal(exchange.kind, WS_ARP_UNASKED);
	assert_true(exchange.disguised);
	arp(bench, REQUEST, 0xdd, 0xdd, 7, 7);
	assert_int_equal(exchange_at(bench, 2).kind, WS_ARP_ANNOUNCEMENT);
	arp(bench, REQUEST, 0xdd, 0xdd, 0, 7);
	assert_int_equal(exchange_at(bench, 3).kind, WS_ARP_PROBE);
	struct ws_arp_binding binding;
	bool found = false;
	for (size_t i = 0; ws_tracker_arp(bench->tracker, i, &binding); i++)
		if (binding.ip.byte[15] == 2) {
			found = true;
			assert_int_equal(binding.changes, 1);
		}
	assert_true(found);
}

/* A datagram from 10.0.0.1:4000 to 10.0.0.2:53 or back, or a fragment of one. */
static void udp(struct bench *bench, bool back, uint16_t payload, uint16_t offset, bool more, bool header)
{
	uint8_t bytes[14 + 20 + 8 + 64] = {2, 0, 0, 0, 0, 0xbb, 2, 0, 0, 0, 0, 0xaa, 8, 0, 0x45};
	uint8_t *ip = bytes + 14, *transport = ip + 20;
	uint16_t length = (uint16_t)(20 + (header ? 8 : 0) + payload);
	ip[2] = (uint8_t)(length >> 8);
	ip[3] = (uint8_t)length;
	ip[5] = 77;
	ip[6] = (uint8_t)((more ? 0x20 : 0) | offset / 8 >> 8);
	ip[7] = (uint8_t)(offset / 8);
	ip[8] = 64;
	ip[9] = 17;
	ip[12] = ip[16] = 10;
	ip[15] = back ? 2 : 1;
	ip[19] = back ? 1 : 2;
	if (header) {
		transport[back ? 2 : 0] = 4000 >> 8;
		transport[back ? 3 : 1] = 4000 & 0xff;
		transport[back ? 1 : 3] = 53;
		transport[5] = (uint8_t)(8 + payload + (more ? 16 : 0));
	}
	feed(bench, bytes, 14u + length);
}

static void datagrams_are_chained(void **state)
{
	struct bench *bench = *state;
	udp(bench, false, 10, 0, false, true);
	udp(bench, true, 40, 0, false, true);
	udp(bench, false, 30, 0, false, true);
	struct ws_udp_info info;
	struct ws_datagram_info datagram;
	assert_true(ws_tracker_udp(bench->tracker, 0, &info));
	assert_int_equal(info.shortest[0], 10);
	assert_int_equal(info.longest[0], 30);
	assert_int_equal(info.shortest[1], 40);
	assert_int_equal(info.newest, 3);
	static const uint32_t lengths[] = {30, 40, 10};
	uint64_t at = info.newest;
	for (size_t i = 0; i < 3; i++, at = datagram.previous) {
		assert_true(ws_tracker_datagram(bench->tracker, at - 1, &datagram));
		assert_int_equal(datagram.length, lengths[i]);
		assert_int_equal(datagram.direction, i == 1);
		assert_int_equal(datagram.conversation, 1);
		assert_int_equal(datagram.frame, 3 - i);
	}
	assert_int_equal(at, 0);
	/* Each address has the MAC of its last hop. */
	struct ws_hop hop;
	assert_int_equal(ws_tracker_hop_count(bench->tracker), 2);
	assert_true(ws_tracker_hop(bench->tracker, 1, &hop));
	assert_int_equal(hop.address.byte[15], 2);
	assert_int_equal(hop.mac[5], 0xbb);
}

static void fragments_are_listed(void **state)
{
	struct bench *bench = *state;
	udp(bench, false, 24, 0, true, true);    /* 8 + 24 bytes at 0 */
	udp(bench, false, 16, 32, false, false); /* 16 at 32 */
	struct ws_fragment_info fragment;
	struct ws_datagram_info datagram;
	assert_int_equal(ws_tracker_fragments(bench->tracker).end, 2);
	assert_true(ws_tracker_fragment(bench->tracker, 0, &fragment));
	assert_int_equal(fragment.offset, 0);
	assert_int_equal(fragment.length, 32);
	assert_true(fragment.more);
	assert_true(ws_tracker_fragment(bench->tracker, 1, &fragment));
	assert_int_equal(fragment.offset, 32);
	assert_int_equal(fragment.length, 16);
	assert_int_equal(fragment.identification, 77);
	assert_false(fragment.more);
	assert_true(ws_tracker_datagram(bench->tracker, 0, &datagram));
	assert_true(datagram.fragmented);
	assert_int_equal(datagram.length, 40);
	assert_int_equal(datagram.frame, 2);
}

static void the_series_tells_protocols_apart(void **state)
{
	struct bench *bench = *state;
	arp(bench, REQUEST, 0xaa, 0xaa, 1, 2);
	udp(bench, false, 24, 0, true, true);
	udp(bench, false, 16, 32, false, false);
	uint64_t packets[WS_TRAFFIC_COUNT] = {0}, bytes = 0;
	ws_time start, width;
	size_t count = ws_tracker_series(bench->tracker, &start, &width);
	struct ws_series_slot slot;
	for (size_t i = 0; i < count; i++) {
		assert_true(ws_tracker_series_slot(bench->tracker, i, &slot));
		for (size_t kind = 0; kind < WS_TRAFFIC_COUNT; kind++) {
			packets[kind] += slot.packets[kind];
			bytes += slot.bytes[kind];
		}
	}
	assert_false(ws_tracker_series_slot(bench->tracker, count, &slot));
	assert_int_equal(packets[WS_TRAFFIC_ARP], 1);
	assert_int_equal(packets[WS_TRAFFIC_UDP], 2);
	assert_int_equal(bytes, 60 + 66 + 50);
	assert_int_equal(start, WS_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(log_keeps_the_newest),
	        cmocka_unit_test(log_without_memory_keeps_nothing),
	        cmocka_unit_test(series_holds_any_span),
	        cmocka_unit_test(series_remembers_the_states_at_the_end_of_each_slot),
	        cmocka_unit_test_setup_teardown(requests_meet_their_replies, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(what_smells_is_marked, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(datagrams_are_chained, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(fragments_are_listed, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(the_series_tells_protocols_apart, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
