/* MAC addresses of IP addresses: notes are taken in together, and what is read is as if each had been taken in at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "track/hops.h"

static const uint8_t key[16] = "hops";

/* Notes that address `from` was seen with MAC address `mac`, and address `from` + 1 with the next one. */
static void note(struct ws_hops *hops, uint32_t from, uint8_t mac, uint64_t frame)
{
	struct ws_gist gist = {.ip_version = 4,
	                       .mac_count = 2,
	                       .mac = {{2, 0, 0, 0, 0, mac}, {2, 0, 0, 0, 0, (uint8_t)(mac + 1)}},
	                       .segment = {.frame = frame, .position = frame * 100, .vlan = WS_NO_VLAN}};
	struct ws_addr *address[] = {&gist.source, &gist.destination};
	for (unsigned i = 0; i < 2; i++) {
		address[i]->byte[10] = address[i]->byte[11] = 0xff;
		for (unsigned at = 0; at < 4; at++)
			address[i]->byte[12 + at] = (uint8_t)((from + i) >> (8 * (3 - at)));
	}
	ws_hops_note_gist(hops, &gist);
}

static uint32_t address_at(struct ws_hops *hops, size_t index, struct ws_hop *hop)
{
	assert_true(ws_hops_at(hops, index, hop));
	const uint8_t *byte = hop->address.byte + 12;
	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static void each_note_can_be_read_at_once(void **state)
{
	struct ws_hops *hops = ws_hops_create(key);
	struct ws_hop hop;
	(void)state;
	assert_non_null(hops);
	for (uint32_t i = 0; i < 100; i++) {
		note(hops, 2 * i, (uint8_t)i, i + 1);
		assert_int_equal(ws_hops_count(hops), 2 * i + 2);
		assert_int_equal(address_at(hops, 2 * i + 1, &hop), 2 * i + 1);
		assert_int_equal(hop.mac[5], i + 1);
		assert_int_equal(hop.frame, i + 1);
		assert_int_equal(hop.position, 100 * (i + 1));
		assert_false(ws_hops_at(hops, 2 * i + 2, &hop));
	}
	ws_hops_free(hops);
}

/* However often the table is read meanwhile, it has the same addresses, each with its latest packet. */
static void reading_changes_nothing(void **state)
{
	struct ws_hops *often = ws_hops_create(key), *once = ws_hops_create(key);
	uint32_t random = 1;
	(void)state;
	assert_non_null(often);
	assert_non_null(once);
	for (uint32_t i = 0; i < 60000; i++) {
		random = random * 1664525 + 1013904223;
		note(often, random >> 17, (uint8_t)(random >> 8), i + 1); /* more addresses than are kept */
		note(once, random >> 17, (uint8_t)(random >> 8), i + 1);
		if (random % 7 == 0)
			(void)ws_hops_count(often);
	}
	assert_int_equal(ws_hops_count(often), WS_HOPS);
	assert_int_equal(ws_hops_count(once), WS_HOPS);
	assert_int_equal(ws_hops_memory(often), ws_hops_memory(once));
	for (size_t i = 0; i < WS_HOPS; i++) {
		struct ws_hop a, b;
		assert_int_equal(address_at(often, i, &a), address_at(once, i, &b));
		assert_int_equal(a.frame, b.frame);
		assert_memory_equal(a.mac, b.mac, 6);
	}
	ws_hops_free(often);
	ws_hops_free(once);
}

static void those_used_last_are_kept(void **state)
{
	struct ws_hops *hops = ws_hops_create(key);
	struct ws_hop hop;
	bool first = false;
	(void)state;
	assert_non_null(hops);
	for (uint32_t i = 0; i < WS_HOPS / 2; i++)
		note(hops, 2 * i, 1, i + 1);
	note(hops, 0, 9, 100000); /* again, so that 2 and 3 are the oldest */
	note(hops, 1000000, 5, 100001);
	assert_int_equal(ws_hops_count(hops), WS_HOPS);
	for (size_t i = 0; i < WS_HOPS; i++) {
		const uint32_t address = address_at(hops, i, &hop);
		assert_true(address != 2 && address != 3);
		first = first || (address == 0 && hop.mac[5] == 9 && hop.frame == 100000);
	}
	assert_true(first);
	ws_hops_free(hops);
}

static void nothing_is_kept_without_a_table(void **state)
{
	struct ws_hop hop;
	(void)state;
	note(NULL, 1, 1, 1);
	assert_int_equal(ws_hops_count(NULL), 0);
	assert_int_equal(ws_hops_memory(NULL), 0);
	assert_false(ws_hops_at(NULL, 0, &hop));
	ws_hops_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_note_can_be_read_at_once),
	        cmocka_unit_test(reading_changes_nothing),
	        cmocka_unit_test(those_used_last_are_kept),
	        cmocka_unit_test(nothing_is_kept_without_a_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
