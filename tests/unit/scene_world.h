/* A tracker with segments made by hand and a user interface, for the tests of scenes. */
#ifndef SCENE_WORLD_H
#define SCENE_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirestate/scene.h>

enum { FRAME_SIZE = 14 + 20 + 20 + 8, MAX_FRAMES = 64 };

struct world {
	struct ws_tracker *tracker;
	struct ws_model model;
	struct ws_ui *ui;
	struct ws_canvas canvas;
	const char *key_name[WS_ACTION_COUNT];
	uint8_t frames[MAX_FRAMES][FRAME_SIZE];
	size_t lengths[MAX_FRAMES], count;
	ws_time times[MAX_FRAMES], now;
};

static inline void put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

static inline void describe(const struct world *world, size_t index, struct ws_frame *frame)
{
	*frame = (struct ws_frame){.time = world->times[index],
	                           .number = index + 1,
	                           .position = index,
	                           .data = world->frames[index],
	                           .captured = (uint32_t)world->lengths[index],
	                           .length = (uint32_t)world->lengths[index],
	                           .link = WS_LINK_ETHERNET};
}

static inline bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	const struct world *world = context;
	if (position >= world->count)
		return false;
	describe(world, position, frame);
	return true;
}

/* One's complement sum of the bytes in pairs. */
static inline uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		start += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* A segment from 10.0.0.1:port to 10.0.0.2:80, or back, with an even number of payload bytes. */
static inline void send_segment(struct world *world, bool back, uint16_t port, uint16_t flags, uint32_t seq,
                                uint32_t ack, uint32_t payload, ws_time after)
{
	uint8_t *frame = world->frames[world->count], *ip = frame + 14, *tcp = ip + 20;
	size_t length = 14 + 20 + 20 + payload;
	memset(frame, 0, length);
	memset(frame, back ? 2 : 1, 6);
	memset(frame + 6, back ? 1 : 2, 6);
	put16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)length - 14);
	put16(ip + 4, (uint32_t)world->count + 1);
	ip[8] = 64;
	ip[9] = 6;
	put32(ip + 12, back ? 0x0a000002 : 0x0a000001);
	put32(ip + 16, back ? 0x0a000001 : 0x0a000002);
	put16(ip + 10, ~sum(ip, 20, 0) & 0xffff);
	put16(tcp, back ? 80 : port);
	put16(tcp + 2, back ? port : 80);
	put32(tcp + 4, seq);
	put32(tcp + 8, ack);
	put16(tcp + 12, 0x5000 | flags);
	put16(tcp + 14, 1000);
	memset(tcp + 20, 'x', payload);
	uint32_t pseudo = sum(ip + 12, 8, 6 + 20 + payload);
	put16(tcp + 16, ~sum(tcp, 20 + payload, pseudo) & 0xffff);

	world->now += after;
	world->times[world->count] = world->now;
	world->lengths[world->count] = length;
	struct ws_frame borrowed;
	struct ws_packet packet;
	struct ws_track_result result;
	describe(world, world->count++, &borrowed);
	ws_decode(&borrowed, &packet);
	while (ws_tracker_advance(world->tracker, world->now, &result))
		;
	ws_tracker_packet(world->tracker, &packet, &result);
	assert_int_not_equal(result.conn, 0);
	world->model.now = world->now;
}

/* Opens, sends, closes in four segments; the second connection is refused, the third is picked up in the middle. */
static inline void fill(struct world *world)
{
	const ws_time ms = WS_MILLISECOND;
	send_segment(world, false, 4000, WS_TCP_SYN, 1000, 0, 0, 0);
	send_segment(world, true, 4000, WS_TCP_SYN | WS_TCP_ACK, 5000, 1001, 0, 10 * ms);
	send_segment(world, false, 4000, WS_TCP_ACK, 1001, 5001, 0, ms);
	send_segment(world, false, 4000, WS_TCP_ACK | WS_TCP_PSH, 1001, 5001, 4, ms);
	send_segment(world, false, 4000, WS_TCP_ACK | WS_TCP_PSH, 1001, 5001, 4, 300 * ms);
	send_segment(world, true, 4000, WS_TCP_ACK, 5001, 1005, 0, ms);
	send_segment(world, false, 4000, WS_TCP_ACK | WS_TCP_FIN, 1005, 5001, 0, 3000 * ms);
	send_segment(world, true, 4000, WS_TCP_ACK, 5001, 1006, 0, ms);
	send_segment(world, true, 4000, WS_TCP_ACK | WS_TCP_FIN, 5001, 1006, 0, 500 * ms);
	send_segment(world, false, 4000, WS_TCP_ACK, 1006, 5002, 0, ms);
	send_segment(world, false, 4001, WS_TCP_SYN, 7000, 0, 0, ms);
	send_segment(world, true, 4001, WS_TCP_RST | WS_TCP_ACK, 0, 7001, 0, ms);
	send_segment(world, false, 4002, WS_TCP_ACK, 9000, 8000, 2, ms);
	send_segment(world, true, 4002, WS_TCP_ACK, 8000, 9002, 0, ms);
}

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	struct ws_tracker_config config = {.history = true, .shares = true};
	world->now = 1700000000 * WS_SECOND;
	world->tracker = ws_tracker_create(&config, NULL);
	assert_non_null(world->tracker);
	world->model = (struct ws_model){.tracker = world->tracker,
	                                 .generation = 1,
	                                 .source = "hand-made",
	                                 .time_wait = 60 * WS_SECOND,
	                                 .fetch = fetch,
	                                 .fetch_context = world};
	fill(world);
	for (enum ws_action action = 0; action < WS_ACTION_COUNT; action++)
		world->key_name[action] = action == WS_ACT_LOOP ? NULL : ws_action_name(action);
	struct ws_ui_options options = {.screen = WS_SCREEN_LIST, .key_name = world->key_name};
	world->ui = ws_ui_create(&options, NULL);
	assert_non_null(world->ui);
	assert_true(ws_canvas_create(&world->canvas, 80, 24));
	*state = world;
	return 0;
}

static inline int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	ws_canvas_destroy(&world->canvas);
	free(world);
	return 0;
}

/* Draws at the canvas's size; the text is the caller's to free. */
static inline char *draw(struct world *world)
{
	size_t size = (size_t)world->canvas.columns * (size_t)world->canvas.rows * 4 + (size_t)world->canvas.rows + 1;
	struct ws_text text = {.data = malloc(size), .capacity = size};
	assert_non_null(text.data);
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_draw(world->ui, &world->model, &world->canvas);
	ws_canvas_dump(&world->canvas, &text);
	ws_text_cstr(&text);
	return text.data;
}

static inline void assert_shows(struct world *world, const char *words)
{
	char *picture = draw(world);
	if (!strstr(picture, words)) { /* cmocka's messages are too short for a screen */
		fprintf(stderr, "'%s' is not in:\n%s\n", words, picture);
		fail();
	}
	free(picture);
}

static inline void act(struct world *world, enum ws_action action)
{
	assert_true(ws_ui_act(world->ui, &world->model, action));
}

/* Turns the wheel, which goes from segment to segment where a connection is played. */
static inline void turn(struct world *world, enum ws_key_kind wheel)
{
	assert_true(ws_ui_key(world->ui, &world->model, &(struct ws_key){.kind = wheel}));
}

static inline void type_line(struct world *world, const char *text)
{
	struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT};
	assert_true(ws_ui_typing(world->ui));
	for (; *text; text++) {
		key.character = (uint8_t)*text;
		assert_true(ws_ui_key(world->ui, &world->model, &key));
	}
	key.edit = WS_EDIT_ACCEPT;
	assert_true(ws_ui_key(world->ui, &world->model, &key));
}

#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#endif
