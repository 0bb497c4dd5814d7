/* Saving a stream: every captured byte once and in order, whatever the order of its segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wirestate/scene.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 14 + 20 + 20, PAYLOAD = 8, MAX_FRAMES = 4096, FIRST = 1001 };

struct world {
	struct ws_tracker *tracker;
	struct ws_ui *ui;
	struct ws_model model;
	uint8_t frames[MAX_FRAMES][HEADERS + PAYLOAD];
	struct ws_frame frame[MAX_FRAMES];
	size_t count;
	ws_time now;
	char saved[MAX_FRAMES * PAYLOAD];
	size_t saved_length;
	struct ws_stream_written written;
};

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	const struct world *world = context;
	if (position >= world->count)
		return false;
	*frame = world->frame[position];
	return true;
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct ws_tracker_config config = {.history = true, .hash_key = {1, 2, 3}};
	const struct ws_ui_options options = {.screen = WS_SCREEN_LIST};
	struct ws_error error;
	assert_non_null(world);
	world->tracker = ws_tracker_create(&config, &error);
	world->ui = ws_ui_create(&options, &error);
	assert_non_null(world->tracker);
	assert_non_null(world->ui);
	world->now = 1000 * WS_SECOND;
	world->model = (struct ws_model){.tracker = world->tracker,
	                                 .generation = 1,
	                                 .time_wait = 60 * WS_SECOND,
	                                 .fetch = fetch,
	                                 .fetch_context = world};
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	free(world);
	return 0;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	for (size_t i = 0; i < length; i++)
		start += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* A segment with the byte number `from` of the stream, from 0 on, and those after it; `captured` of them are kept. */
static void segment(struct world *world, bool back, uint32_t from, const char *payload, uint32_t captured)
{
	const size_t length = strlen(payload), slot = world->count % MAX_FRAMES;
	uint8_t *bytes = world->frames[slot], *ip = bytes + 14, *tcp = ip + 20;
	struct ws_frame *frame = &world->frame[slot];
	struct ws_packet packet;
	struct ws_track_result result;
	assert_true(length <= PAYLOAD);
	memset(bytes, 0, HEADERS + PAYLOAD);
	bytes[12] = 8;
	ip[0] = 0x45;
	ip[3] = (uint8_t)(40 + length);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, back ? 0x0a000002 : 0x0a000001);
	put32(ip + 16, back ? 0x0a000001 : 0x0a000002);
	tcp[back ? 2 : 0] = 40;
	tcp[back ? 1 : 3] = 80;
	put32(tcp + 4, FIRST + from);
	put32(tcp + 8, FIRST);
	tcp[12] = 5 << 4;
	tcp[13] = WS_TCP_ACK;
	tcp[14] = 64;
	memcpy(tcp + 20, payload, length);
	const uint32_t check = ~sum(tcp, 20 + length, sum(ip + 12, 8, 6 + 20 + (uint32_t)length));
	tcp[16] = (uint8_t)(check >> 8);
	tcp[17] = (uint8_t)check;
	*frame = (struct ws_frame){.time = world->now += WS_MILLISECOND,
	                           .number = world->count + 1,
	                           .position = world->count,
	                           .data = bytes,
	                           .captured = HEADERS + captured,
	                           .length = HEADERS + (uint32_t)length,
	                           .link = WS_LINK_ETHERNET};
	world->count++;
	ws_decode(frame, &packet);
	while (ws_tracker_advance(world->tracker, world->now, &result))
		;
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.now = world->now;
}

static bool sink_write(void *context, const void *bytes, size_t length)
{
	struct world *world = context;
	assert_true(world->saved_length + length <= sizeof(world->saved));
	memcpy(world->saved + world->saved_length, bytes, length);
	world->saved_length += length;
	return true;
}

static void save(struct world *world)
{
	const struct ws_sink sink = {.write = sink_write, .context = world};
	ws_ui_layout(world->ui, &world->model, 80, 24);
	assert_true(ws_ui_act(world->ui, &world->model, WS_ACT_STREAM));
	assert_true(ws_ui_write_stream(world->ui, &world->model, &sink, &world->written));
}

static void assert_saved(struct world *world, const char *bytes, uint64_t missing)
{
	save(world);
	assert_int_equal(world->saved_length, strlen(bytes));
	assert_memory_equal(world->saved, bytes, strlen(bytes));
	assert_int_equal(world->written.bytes, strlen(bytes));
	assert_int_equal(world->written.missing, missing);
	assert_int_equal(world->written.left_out, 0);
}

static void test_capture_begins_out_of_order(void **state)
{
	segment(*state, false, 3, "def", 3);
	segment(*state, false, 0, "abc", 3);
	segment(*state, false, 6, "ghi", 3);
	assert_saved(*state, "abcdefghi", 0);
}

static void test_thousands_wait(void **state)
{
	enum { SEGMENTS = 3000 };
	struct world *world = *state;
	char number[8];
	segment(world, false, 0, "0000", 4);
	for (uint32_t i = SEGMENTS - 1; i > 0; i--) {
		snprintf(number, sizeof(number), "%04u", i);
		segment(world, false, 4 * i, number, 4);
	}
	save(world);
	assert_int_equal(world->saved_length, 4 * SEGMENTS);
	assert_int_equal(world->written.missing, 0);
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		snprintf(number, sizeof(number), "%04u", i);
		assert_memory_equal(world->saved + 4 * i, number, 4);
	}
}

static void test_gap_that_is_filled_in_part(void **state)
{
	segment(*state, false, 0, "abc", 3);
	segment(*state, false, 9, "jkl", 3);
	segment(*state, false, 6, "ghi", 3);
	segment(*state, false, 12, "mno", 3);
	assert_saved(*state, "abcghijklmno", 3);
}

/* Only two bytes of the first one were captured; it is sent again, and the stream goes on. */
static void test_other_copy_has_the_rest(void **state)
{
	segment(*state, false, 0, "abcdef", 2);
	segment(*state, false, 6, "ghi", 3);
	segment(*state, false, 3, "defghi", 6);
	segment(*state, false, 9, "jkl", 1);
	assert_saved(*state, "abdefghij", 3);
}

/* Both directions alternate as they did, and one that waits does not hold up the other. */
static void test_both_directions(void **state)
{
	segment(*state, false, 0, "ab", 2);
	segment(*state, true, 0, "AB", 2);
	segment(*state, false, 4, "ef", 2);
	segment(*state, true, 2, "CD", 2);
	segment(*state, false, 2, "cd", 2);
	segment(*state, true, 6, "GH", 2);
	segment(*state, false, 6, "gh", 2);
	assert_saved(*state, "abABCDcdefGHgh", 2);
}

/* A stream holds so many pieces; that there are more is said. */
static void test_limit_is_said(void **state)
{
	enum { PIECES = 1 << 18, MORE = 5 };
	struct world *world = *state;
	world->model.fetch = NULL;
	for (uint32_t i = 0; i < PIECES + MORE; i++)
		segment(world, false, i, "x", 1);
	save(world);
	assert_int_equal(world->written.left_out, MORE);
}

#define STREAM_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        STREAM_TEST(test_capture_begins_out_of_order),
	        STREAM_TEST(test_thousands_wait),
	        STREAM_TEST(test_gap_that_is_filled_in_part),
	        STREAM_TEST(test_other_copy_has_the_rest),
	        STREAM_TEST(test_both_directions),
	        STREAM_TEST(test_limit_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
