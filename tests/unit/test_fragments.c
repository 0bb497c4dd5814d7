/* track/fragments.h: what completes a datagram, which fragments are dropped, and every bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "track/fragments.h"

#define HEADER 40 /* bytes before the IP payload in these frames */

static const uint8_t hash_key[16] = {1, 2, 3};

/* A fragment, and the frame that its packet borrows. `bytes` is filled with `fill`. */
struct fragment {
	struct ws_packet packet;
	struct ws_frame frame;
	uint8_t data[HEADER + 65536];
};

struct spec {
	uint32_t id, offset, length;
	bool more;
	uint8_t fill;
	uint32_t missing; /* bytes at the end that were not captured */
};

static struct ws_packet *make(struct fragment *fragment, struct spec spec)
{
	memset(&fragment->packet, 0, sizeof(fragment->packet));
	memset(fragment->data + HEADER, spec.fill, spec.length);
	fragment->frame = (struct ws_frame){
	        .data = fragment->data,
	        .captured = HEADER + spec.length - spec.missing,
	        .length = HEADER + spec.length,
	};
	struct ws_packet *packet = &fragment->packet;
	packet->frame = &fragment->frame;
	packet->vlan = WS_NO_VLAN;
	packet->ip_version = 4;
	packet->ip_protocol = 17;
	packet->source.byte[15] = 1;
	packet->destination.byte[15] = 2;
	packet->fragment = true;
	packet->more_fragments = spec.more;
	packet->fragment_offset = spec.offset;
	packet->identification = spec.id;
	packet->ip_payload_offset = HEADER;
	packet->ip_payload_length = spec.length;
	return packet;
}

struct bench {
	struct ws_fragments fragments;
	struct fragment fragment;
	const uint8_t *data;
	uint32_t captured, length;
};

static int setup(void **state)
{
	static struct bench bench;
	memset(&bench, 0, sizeof(bench));
	ws_fragments_init(&bench.fragments, hash_key, WS_FRAGMENTS_BUDGET);
	*state = &bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	ws_fragments_free(&bench->fragments);
	assert_int_equal(bench->fragments.used, 0);
	return 0;
}

static bool add(struct bench *bench, struct spec spec, ws_time now)
{
	return ws_fragments_add(&bench->fragments, make(&bench->fragment, spec), now, &bench->data, &bench->captured,
	                        &bench->length);
}

/* Checks that `count` bytes from `from` on are `fill`. */
static void expect(const struct bench *bench, uint32_t from, uint32_t count, uint8_t fill)
{
	assert_true(from + count <= bench->captured);
	for (uint32_t i = from; i < from + count; i++)
		assert_int_equal(bench->data[i], fill);
}

static void nothing_is_allocated_before_a_fragment(void **state)
{
	struct bench *bench = *state;
	assert_null(bench->fragments.datagrams);
	assert_int_equal(bench->fragments.used, 0);
}

static void in_order(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 0, 1480, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 1480, 1480, true, 'b', 0}, 1));
	assert_true(add(bench, (struct spec){7, 2960, 101, false, 'c', 0}, 2));
	assert_int_equal(bench->length, 3061);
	assert_int_equal(bench->captured, 3061);
	expect(bench, 0, 1480, 'a');
	expect(bench, 1480, 1480, 'b');
	expect(bench, 2960, 101, 'c');
	assert_int_equal(bench->fragments.stats.completed, 1);
	assert_int_equal(bench->fragments.stats.overlaps, 0);
	/* The same identification is free for the next datagram. */
	assert_false(add(bench, (struct spec){7, 0, 8, true, 'd', 0}, 3));
	assert_true(add(bench, (struct spec){7, 8, 8, false, 'e', 0}, 4));
	assert_int_equal(bench->length, 16);
}

static void in_any_order(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 16, 3, false, 'c', 0}, 0));
	assert_false(add(bench, (struct spec){7, 0, 8, true, 'a', 0}, 0));
	assert_true(add(bench, (struct spec){7, 8, 8, true, 'b', 0}, 0));
	assert_int_equal(bench->length, 19);
	expect(bench, 0, 8, 'a');
	expect(bench, 8, 8, 'b');
	expect(bench, 16, 3, 'c');
}

static void datagrams_are_kept_apart(void **state)
{
	struct bench *bench = *state;
	struct ws_fragments *fragments = &bench->fragments;
	assert_false(add(bench, (struct spec){7, 0, 8, true, 'a', 0}, 0));
	for (int other = 0; other < 6; other++) {
		struct ws_packet *packet = make(&bench->fragment, (struct spec){7, 8, 8, false, 'b', 0});
		packet->identification += other == 0;
		packet->source.byte[15] += other == 1;
		packet->destination.byte[15] += other == 2;
		packet->ip_protocol += other == 3;
		packet->vlan = other == 4 ? 5 : packet->vlan;
		packet->ip_version = other == 5 ? 6 : 4;
		assert_false(ws_fragments_add(fragments, packet, 0, &bench->data, &bench->captured, &bench->length));
	}
	assert_true(add(bench, (struct spec){7, 8, 8, false, 'b', 0}, 0));
}

static void the_first_copy_wins(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 8, 16, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 0, 16, true, 'b', 0}, 0));
	assert_true(add(bench, (struct spec){7, 16, 12, false, 'c', 0}, 0));
	assert_int_equal(bench->fragments.stats.overlaps, 2);
	expect(bench, 0, 8, 'b');
	expect(bench, 8, 16, 'a');
	expect(bench, 24, 4, 'c');
	assert_int_equal(bench->length, 28);
}

static void repeated_fragments_do_not_complete(void **state)
{
	struct bench *bench = *state;
	for (int i = 0; i < 10; i++)
		assert_false(add(bench, (struct spec){7, 8, 8, false, 'a', 0}, 0));
	assert_int_equal(bench->fragments.stats.overlaps, 9);
	assert_true(add(bench, (struct spec){7, 0, 8, true, 'a', 0}, 0));
}

static void impossible_fragments_are_rejected(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 0, 0, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 0, 12, true, 'a', 0}, 0)); /* cut inside a unit */
	assert_false(add(bench, (struct spec){7, 4, 8, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 65528, 8, false, 'a', 0}, 0)); /* ends at 65536 */
	assert_int_equal(bench->fragments.stats.rejected, 4);
	assert_int_equal(bench->fragments.used, 0);
	/* Two different ends, and bytes after the end. */
	assert_false(add(bench, (struct spec){7, 16, 8, false, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 16, 4, false, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 24, 8, true, 'a', 0}, 0));
	assert_int_equal(bench->fragments.stats.rejected, 6);
	/* An end before bytes that were received. */
	assert_false(add(bench, (struct spec){8, 32, 8, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){8, 8, 8, false, 'a', 0}, 0));
	assert_int_equal(bench->fragments.stats.rejected, 7);
}

static void the_largest_datagram(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 65528, 7, false, 'z', 0}, 0));
	assert_true(add(bench, (struct spec){7, 0, 65528, true, 'a', 0}, 0));
	assert_int_equal(bench->length, 65535);
	expect(bench, 65527, 1, 'a');
	expect(bench, 65528, 7, 'z');
}

static void bytes_after_a_cut_are_not_known(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 0, 16, true, 'a', 5}, 0));
	assert_true(add(bench, (struct spec){7, 16, 8, false, 'b', 0}, 0));
	assert_int_equal(bench->length, 24);
	assert_int_equal(bench->captured, 11);
	expect(bench, 0, 11, 'a');
	/* Nothing of it was captured, the header neither. */
	struct ws_packet *packet = make(&bench->fragment, (struct spec){8, 0, 16, true, 'a', 16});
	bench->fragment.frame.captured = 10;
	assert_false(ws_fragments_add(&bench->fragments, packet, 0, &bench->data, &bench->captured, &bench->length));
	assert_true(add(bench, (struct spec){8, 16, 8, false, 'b', 0}, 0));
	assert_int_equal(bench->captured, 0);
	assert_int_equal(bench->length, 24);
}

static void ipv6_headers_after_the_fragment_header(void **state)
{
	struct bench *bench = *state;
	for (int first = 1; first >= 0; first--) {
		struct ws_packet *packet =
		        make(&bench->fragment, (struct spec){70000, first ? 0 : 24, 24, first, 'a', 0});
		packet->ip_version = 6;
		packet->ip_protocol = first ? 6 : 60;
		packet->layer[0] = (struct ws_layer){
		        .header = WS_HEADER_IPV6_FRAGMENT, .offset = HEADER - 8, .length = 8, .available = 8};
		packet->layer_count = 1;
		if (first) { /* 8 bytes of destination options precede the transport header */
			memset(bench->fragment.data + HEADER, 'o', 8);
			packet->ip_payload_offset += 8;
			packet->ip_payload_length -= 8;
		}
		assert_int_equal(
		        ws_fragments_add(&bench->fragments, packet, 0, &bench->data, &bench->captured, &bench->length),
		        !first);
	}
	assert_int_equal(bench->fragment.packet.ip_protocol, 6);
	assert_int_equal(bench->length, 40);
	expect(bench, 0, 40, 'a');
}

static void a_datagram_expires(void **state)
{
	struct bench *bench = *state;
	assert_false(add(bench, (struct spec){7, 0, 8, true, 'a', 0}, 0));
	assert_true(add(bench, (struct spec){7, 8, 8, false, 'b', 0}, WS_FRAGMENTS_TIMEOUT));
	assert_false(add(bench, (struct spec){7, 0, 8, true, 'a', 0}, 0));
	assert_false(add(bench, (struct spec){7, 8, 8, false, 'b', 0}, WS_FRAGMENTS_TIMEOUT + 1));
	assert_int_equal(bench->fragments.stats.expired, 1);
	assert_true(add(bench, (struct spec){7, 0, 8, true, 'c', 0}, WS_FRAGMENTS_TIMEOUT + 2));
	expect(bench, 0, 8, 'c');
}

static void a_flood_evicts_the_oldest(void **state)
{
	struct bench *bench = *state;
	for (uint32_t i = 0; i < WS_FRAGMENTS_DATAGRAMS + 10; i++)
		assert_false(add(bench, (struct spec){i, 0, 8, true, 'a', 0}, i));
	assert_int_equal(bench->fragments.stats.evicted, 10);
	assert_true(bench->fragments.used <= bench->fragments.budget);
	assert_true(add(bench, (struct spec){10, 8, 8, false, 'b', 0}, 1000));
	assert_false(add(bench, (struct spec){9, 8, 8, false, 'b', 0}, 1000));
}

static void the_budget_holds(void **state)
{
	struct bench *bench = *state;
	ws_fragments_init(&bench->fragments, hash_key, 0); /* 64 KiB are granted nevertheless */
	for (uint32_t i = 0; i < 300; i++) {
		assert_false(add(bench, (struct spec){i, i % 2 ? 0 : 40000, 8000, true, 'a', 0}, i));
		assert_true(bench->fragments.used <= 65536);
	}
	assert_true(bench->fragments.stats.evicted > 100);
	assert_false(add(bench, (struct spec){1000, 0, 65528, true, 'a', 0}, 1000));
	assert_true(add(bench, (struct spec){1000, 65528, 7, false, 'b', 0}, 1000));
	assert_int_equal(bench->length, 65535);
}

/* Random fragments, compared with the simplest model: an array of bytes for each datagram. */
static void random_fragments_agree_with_a_model(void **state)
{
	struct bench *bench = *state;
	uint64_t random = 88172645463325252u;
	int completed = 0;
	static uint8_t model[1024];
	for (uint32_t id = 0; id < 3000; id++) {
		uint32_t length = 0;
		memset(model, 0, sizeof(model));
		bool done = false;
		for (int i = 0; i < 40 && !done; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			uint32_t offset = (random & 15) * 8, size = ((random >> 8 & 3) + 1) * 8;
			bool last = (random >> 16 & 7) == 0 && !length;
			if (length && offset + size > length)
				continue;
			for (uint32_t at = offset + size; last && at < sizeof(model); at++)
				last = model[at] == 0;
			if (last)
				length = offset + size;
			uint8_t fill = (uint8_t)(i + 1);
			for (uint32_t at = offset; at < offset + size; at++)
				model[at] = model[at] ? model[at] : fill;
			uint32_t known = 0;
			while (known < sizeof(model) && model[known])
				known++;
			done = length && known >= length;
			assert_int_equal(add(bench, (struct spec){id, offset, size, !last, fill, 0}, id), done);
		}
		if (!done)
			continue;
		completed++;
		assert_int_equal(bench->length, length);
		assert_memory_equal(bench->data, model, length);
	}
	assert_true(completed > 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(nothing_is_allocated_before_a_fragment),
	        TEST(in_order),
	        TEST(in_any_order),
	        TEST(datagrams_are_kept_apart),
	        TEST(the_first_copy_wins),
	        TEST(repeated_fragments_do_not_complete),
	        TEST(impossible_fragments_are_rejected),
	        TEST(the_largest_datagram),
	        TEST(bytes_after_a_cut_are_not_known),
	        TEST(ipv6_headers_after_the_fragment_header),
	        TEST(a_datagram_expires),
	        TEST(a_flood_evicts_the_oldest),
	        TEST(the_budget_holds),
	        TEST(random_fragments_agree_with_a_model),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
