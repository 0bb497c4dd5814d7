/* A tracker that is fed with hand-made segments, and a user interface that shows its list. */
#ifndef LIST_WORLD_H
#define LIST_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "scene/list/list.h"
#include "scene/ui.h"
#include "segments.h"

struct world {
	struct ws_tracker *tracker;
	struct ws_model model;
	struct ws_ui *ui;
	struct ws_canvas canvas;
	const char *key_name[WS_ACTION_COUNT];
	ws_time now, clock;
	uint64_t frames;
};

static inline void send_bytes(struct world *world, const struct frame_bytes *bytes)
{
	struct ws_packet packet;
	struct ws_track_result result;
	world->now += WS_MILLISECOND;
	struct ws_frame frame = frame_of(bytes, world->now, ++world->frames);
	ws_decode(&frame, &packet);
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.now = world->now;
}

static inline void send_tcp(struct world *world, const struct tcp_frame *tcp)
{
	struct frame_bytes bytes = {.length = 0};
	put_tcp(&bytes, tcp);
	send_bytes(world, &bytes);
}

static inline void syn(struct world *world, unsigned from, unsigned port, unsigned to_port)
{
	const struct tcp_frame tcp = {.from = from,
	                              .to = 2,
	                              .source_port = port,
	                              .destination_port = to_port,
	                              .flags = WS_TCP_SYN,
	                              .window = 1000,
	                              .sequence = port};
	send_tcp(world, &tcp);
}

static inline void refuse(struct world *world, unsigned from, unsigned port, unsigned to_port)
{
	const struct tcp_frame tcp = {.from = 2,
	                              .to = from,
	                              .source_port = to_port,
	                              .destination_port = port,
	                              .flags = WS_TCP_RST | WS_TCP_ACK,
	                              .acknowledgment = port + 1};
	send_tcp(world, &tcp);
}

static inline int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	/* Its limit on half-open connections, which nobody evicts here, has to be above MANY. */
	struct ws_tracker_config config = {.history = true, .max_memory = (uint64_t)16 << 30};
	for (enum ws_action action = 0; action < WS_ACTION_COUNT; action++)
		world->key_name[action] = ws_action_name(action);
	struct ws_ui_options options = {.screen = WS_SCREEN_LIST, .key_name = world->key_name};
	world->now = 1700000000 * WS_SECOND;
	world->clock = WS_SECOND;
	world->tracker = ws_tracker_create(&config, NULL);
	assert_non_null(world->tracker);
	world->model = (struct ws_model){
	        .tracker = world->tracker, .generation = 1, .source = "hand-made", .time_wait = 60 * WS_SECOND};
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

/* Five attempts from 10.0.0.1, the second one refused; one from 10.0.0.9. */
static inline void few(struct world *world)
{
	for (unsigned i = 0; i < 5; i++)
		syn(world, 1, 4000 + i, i == 3 ? 443 : 80);
	refuse(world, 1, 4001, 80);
	syn(world, 9, 5000, 22);
}

static inline bool shows(struct world *world, const char *words)
{
	char data[80 * 24 * 4];
	struct ws_text text = WS_TEXT_OVER(data);
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_draw(world->ui, &world->model, &world->canvas);
	ws_canvas_dump(&world->canvas, &text);
	return strstr(ws_text_cstr(&text), words) != NULL;
}

static inline void act(struct world *world, enum ws_action action)
{
	ws_ui_act(world->ui, &world->model, action);
	ws_ui_layout(world->ui, &world->model, 80, 24);
}

static inline void edit(struct world *world, enum ws_edit what)
{
	const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = what};
	ws_ui_key(world->ui, &world->model, &key);
}

static inline void type(struct world *world, const char *text)
{
	assert_true(ws_ui_typing(world->ui));
	for (; *text; text++) {
		const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = (uint8_t)*text};
		assert_true(ws_ui_key(world->ui, &world->model, &key));
	}
}

static inline void filter(struct world *world, const char *text)
{
	act(world, WS_ACT_FILTER);
	edit(world, WS_EDIT_ERASE_ALL);
	type(world, text);
	edit(world, WS_EDIT_ACCEPT);
}

#endif
