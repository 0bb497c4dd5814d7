/* The connection list: filter, search and order. With few connections everything is done at once. With many
 * it takes several ticks, and meanwhile the list stays as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
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

static void send_bytes(struct world *world, const struct frame_bytes *bytes)
{
	struct ws_packet packet;
	struct ws_track_result result;
	world->now += WS_MILLISECOND;
	struct ws_frame frame = frame_of(bytes, world->now, ++world->frames);
	ws_decode(&frame, &packet);
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.now = world->now;
}

static void send_tcp(struct world *world, const struct tcp_frame *tcp)
{
	struct frame_bytes bytes = {.length = 0};
	put_tcp(&bytes, tcp);
	send_bytes(world, &bytes);
}

static void syn(struct world *world, unsigned from, unsigned port, unsigned to_port)
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

static void refuse(struct world *world, unsigned from, unsigned port, unsigned to_port)
{
	const struct tcp_frame tcp = {.from = 2,
	                              .to = from,
	                              .source_port = to_port,
	                              .destination_port = port,
	                              .flags = WS_TCP_RST | WS_TCP_ACK,
	                              .acknowledgment = port + 1};
	send_tcp(world, &tcp);
}

static int set_up(void **state)
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

static int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	ws_canvas_destroy(&world->canvas);
	free(world);
	return 0;
}

/* Five attempts from 10.0.0.1, the second one refused; one from 10.0.0.9. */
static void few(struct world *world)
{
	for (unsigned i = 0; i < 5; i++)
		syn(world, 1, 4000 + i, i == 3 ? 443 : 80);
	refuse(world, 1, 4001, 80);
	syn(world, 9, 5000, 22);
}

static bool shows(struct world *world, const char *words)
{
	char data[80 * 24 * 4];
	struct ws_text text = WS_TEXT_OVER(data);
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_draw(world->ui, &world->model, &world->canvas);
	ws_canvas_dump(&world->canvas, &text);
	return strstr(ws_text_cstr(&text), words) != NULL;
}

static void act(struct world *world, enum ws_action action)
{
	ws_ui_act(world->ui, &world->model, action);
	ws_ui_layout(world->ui, &world->model, 80, 24);
}

static void edit(struct world *world, enum ws_edit what)
{
	const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = what};
	ws_ui_key(world->ui, &world->model, &key);
}

static void type(struct world *world, const char *text)
{
	assert_true(ws_ui_typing(world->ui));
	for (; *text; text++) {
		const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = (uint8_t)*text};
		assert_true(ws_ui_key(world->ui, &world->model, &key));
	}
}

static void filter(struct world *world, const char *text)
{
	act(world, WS_ACT_FILTER);
	edit(world, WS_EDIT_ERASE_ALL);
	type(world, text);
	edit(world, WS_EDIT_ACCEPT);
}

static void test_filter(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	filter(world, "443 or REFUSED");
	assert_false(ws_ui_typing(world->ui));
	assert_true(shows(world, "filter: 443 or REFUSED"));
	assert_true(shows(world, "2 of 6"));
	assert_true(shows(world, "10.0.0.1:4003"));
	assert_false(shows(world, "10.0.0.1:4002"));
	assert_true(shows(world, " 1/2 "));
	filter(world, "port == 443 or prt == 80"); /* stays open, and the old one stays in force */
	assert_true(ws_ui_typing(world->ui));
	assert_true(shows(world, "\n                        ^^^\n")); /* 9 columns of label, 15 of text */
	assert_true(shows(world, "did you mean port?"));
	edit(world, WS_EDIT_ERASE);
	assert_false(shows(world, "^^^"));
	edit(world, WS_EDIT_CANCEL);
	assert_false(ws_ui_typing(world->ui));
	assert_true(shows(world, "2 of 6"));
	filter(world, "port == 1");
	assert_true(shows(world, "No connection matches the filter."));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	act(world, WS_ACT_BACK);
	assert_false(shows(world, "filter:"));
	assert_true(shows(world, "/6 "));
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_BACK)); /* now it is the caller's */
}

static void test_the_line_is_edited(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_FILTER);
	type(world, "ab cd");
	edit(world, WS_EDIT_ERASE_WORD);
	assert_string_equal(world->ui->prompt.text, "ab ");
	edit(world, WS_EDIT_FIRST);
	edit(world, WS_EDIT_DELETE);
	const struct ws_key wide = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x4e2d};
	assert_true(ws_ui_key(world->ui, &world->model, &wide));
	const struct ws_key control = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x9b};
	assert_false(ws_ui_key(world->ui, &world->model, &control)); /* no terminal sequence comes through */
	assert_string_equal(world->ui->prompt.text, "中b ");
	edit(world, WS_EDIT_LEFT);
	edit(world, WS_EDIT_DELETE);
	assert_string_equal(world->ui->prompt.text, "b ");
	edit(world, WS_EDIT_LAST);
	edit(world, WS_EDIT_LEFT);
	edit(world, WS_EDIT_RIGHT);
	edit(world, WS_EDIT_RIGHT);
	for (int i = 0; i < 2 * PROMPT_SIZE; i++)
		edit(world, WS_EDIT_ERASE);
	for (int i = 0; i < 2 * PROMPT_SIZE; i++) {
		const struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = 0x20ac};
		ws_ui_key(world->ui, &world->model, &key);
	}
	assert_true(world->ui->prompt.length < PROMPT_SIZE);
	assert_true(shows(world, "€€€"));
	edit(world, WS_EDIT_CANCEL);
	assert_false(ws_ui_typing(world->ui));
}

static void test_search(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "4");
	assert_true(shows(world, "search: 4"));
	type(world, "003");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, " 4/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "refused");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, " 2/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, ":80 ");
	edit(world, WS_EDIT_ACCEPT);
	act(world, WS_ACT_FIND_NEXT);
	assert_true(shows(world, " 3/6 "));
	act(world, WS_ACT_FIND_NEXT); /* 4003 goes to port 443 */
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_FIND_NEXT); /* over the end */
	assert_true(shows(world, " 1/6 "));
	act(world, WS_ACT_FIND_PREVIOUS);
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_SEARCH);
	type(world, "4000x");
	assert_true(shows(world, "nothing in the list contains this"));
	edit(world, WS_EDIT_CANCEL); /* back to where it began */
	assert_true(shows(world, " 5/6 "));
	act(world, WS_ACT_FIND_NEXT);
	assert_true(shows(world, "nothing contains '4000x'"));
}

/* Opened by 10.0.0.`from`, closed first by it, too; the server's program does not close. */
static void half_closed_at(struct world *world, unsigned from, unsigned port, unsigned to_port)
{
	struct tcp_frame out = {.from = from,
	                        .to = 2,
	                        .source_port = port,
	                        .destination_port = to_port,
	                        .flags = WS_TCP_ACK,
	                        .window = 1000,
	                        .sequence = 101,
	                        .acknowledgment = 501};
	struct tcp_frame back = {.from = 2,
	                         .to = from,
	                         .source_port = to_port,
	                         .destination_port = port,
	                         .flags = WS_TCP_SYN | WS_TCP_ACK,
	                         .window = 1000,
	                         .sequence = 500,
	                         .acknowledgment = 101};
	struct tcp_frame first = out;
	first.flags = WS_TCP_SYN;
	first.sequence = 100;
	send_tcp(world, &first);
	send_tcp(world, &back);
	send_tcp(world, &out);
	out.flags |= WS_TCP_FIN;
	send_tcp(world, &out);
	back.flags = WS_TCP_ACK;
	back.sequence = 501;
	back.acknowledgment = 102;
	send_tcp(world, &back);
}

static void half_closed(struct world *world, unsigned from, unsigned port)
{
	half_closed_at(world, from, port, 80);
}

/* The server's FIN, after the client's. */
static void close_from_server(struct world *world, unsigned to, unsigned port)
{
	const struct tcp_frame fin = {.from = 2,
	                              .to = to,
	                              .source_port = 80,
	                              .destination_port = port,
	                              .flags = WS_TCP_ACK | WS_TCP_FIN,
	                              .window = 1000,
	                              .sequence = 501,
	                              .acknowledgment = 102};
	send_tcp(world, &fin);
}

static void test_hosts(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_HOSTS);
	assert_true(shows(world, "No endpoint is in TIME_WAIT or CLOSE_WAIT now."));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_HOSTS);
	few(world);
	for (unsigned i = 0; i < 3; i++)
		half_closed(world, 5 + i % 2, 6000 + i);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "CLOSE_WAIT 3"));
	assert_true(shows(world, "3 CLOSE_WAIT server 10.0.0.2:80 "));
	assert_true(shows(world, "leaks sockets"));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "filter: server.address == 10.0.0.2 and server.state == CLOSE_WAIT"));
	assert_true(shows(world, "3 of 9"));
	assert_true(shows(world, " 1/3 "));
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_HOSTS);
}

/* From a group to its connections, back to the groups, and on to all connections; a filter that is typed leads nowhere. */
static void test_overview(void **state)
{
	struct world *world = *state;
	few(world);
	act(world, WS_ACT_OVERVIEW);
	assert_true(shows(world, "from 10.0.0.1 to 10.0.0.2:443"));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "filter: verdict == "));
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_OVERVIEW);
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_false(shows(world, "filter:"));
	act(world, WS_ACT_OVERVIEW);
	act(world, WS_ACT_ENTER);
	filter(world, "443");
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "/6 "));
}

/* No packet comes any more, and the clock goes on: times count, and a TIME_WAIT that is over is gone. */
static void test_hosts_live(void **state)
{
	struct world *world = *state;
	world->model.live = world->model.running = true;
	half_closed(world, 5, 6000);
	close_from_server(world, 5, 6000);
	half_closed(world, 6, 6001);
	act(world, WS_ACT_HOSTS);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "1 TIME_WAIT  client 10.0.0.5 to port 80          ends in 59 s"));
	act(world, WS_ACT_LAST);
	assert_true(shows(world, "client's port fails for 59 s more"));
	assert_true(ws_ui_next_change(world->ui, &world->model) <= WS_SECOND);
	world->model.now += 30 * WS_SECOND;
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_SECOND);
	assert_true(shows(world, "ends in 29 s"));
	assert_true(shows(world, "idle for 30 s"));
	world->model.now += 30 * WS_SECOND;
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_SECOND);
	assert_false(shows(world, "ends in"));
	assert_true(shows(world, "idle for 60 s"));
	/* On a narrow terminal it is left out, and not cut. */
	ws_canvas_destroy(&world->canvas);
	assert_true(ws_canvas_create(&world->canvas, 66, 24));
	assert_true(shows(world, "1 CLOSE_WAIT"));
	assert_false(shows(world, "idle"));
	assert_false(shows(world, "…"));
	/* Nothing more will end, but the time goes on. */
	const ws_time next = ws_ui_next_change(world->ui, &world->model);
	assert_true(next > 0 && next <= WS_SECOND);
}

/* A sentence that is cut in its row stands whole at the foot while its row is selected. */
static void test_whole_verdict(void **state)
{
	struct world *world = *state;
	few(world);
	syn(world, 1, 4000, 80); /* again: it is silent */
	assert_true(shows(world, "ports)"));
	act(world, WS_ACT_DOWN);
	assert_false(shows(world, "ports)"));
}

/* A row for each of a host's ports. */
static void test_hosts_ports(void **state)
{
	struct world *world = *state;
	half_closed(world, 5, 6000);
	half_closed(world, 5, 6001);
	close_from_server(world, 5, 6001);
	half_closed_at(world, 5, 6002, 7070);
	act(world, WS_ACT_HOSTS);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "1 CLOSE_WAIT server 10.0.0.2:80 "));
	assert_true(shows(world, "1 CLOSE_WAIT server 10.0.0.2:7070"));
	assert_true(shows(world, "1 TIME_WAIT  client 10.0.0.5 to port 80 "));
	assert_true(shows(world, " 1/3 "));
}

/* A connection's age stops with its last packet. It does not fall when TIME_WAIT ends. */
static void test_age(void **state)
{
	struct world *world = *state;
	struct ws_track_result result;
	struct ws_conn_info info;
	half_closed(world, 5, 6000);
	const struct tcp_frame fin = {.from = 2,
	                              .to = 5,
	                              .source_port = 80,
	                              .destination_port = 6000,
	                              .flags = WS_TCP_ACK | WS_TCP_FIN,
	                              .window = 1000,
	                              .sequence = 501,
	                              .acknowledgment = 102};
	const struct tcp_frame last = {.from = 5,
	                               .to = 2,
	                               .source_port = 6000,
	                               .destination_port = 80,
	                               .flags = WS_TCP_ACK,
	                               .window = 1000,
	                               .sequence = 102,
	                               .acknowledgment = 502};
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_int_equal(ws_conn_age(&info, world->now + WS_SECOND), WS_SECOND + 4 * WS_MILLISECOND);
	send_tcp(world, &fin);
	send_tcp(world, &last);
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_int_equal(info.endpoint[0].state, WS_TIME_WAIT);
	assert_false(info.ended);
	assert_int_equal(ws_conn_age(&info, world->now + 57 * WS_SECOND), 6 * WS_MILLISECOND);
	while (ws_tracker_advance(world->tracker, world->now + 61 * WS_SECOND, &result))
		;
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_true(info.ended);
	assert_int_equal(ws_conn_age(&info, world->now + 61 * WS_SECOND), 6 * WS_MILLISECOND);
}

/* An empty list says why. */
static void test_empty(void **state)
{
	struct world *world = *state;
	assert_true(shows(world, "This capture holds no TCP connection."));
	assert_false(shows(world, "capture filter"));
	world->model.capture_filter = "port 9";
	assert_true(shows(world, "capture filter: port 9"));
	assert_true(shows(world, "Packets that the capture filter leaves out are not here."));
}

/* The capture's own filter is shown beside the list's. */
static void test_both_filters(void **state)
{
	struct world *world = *state;
	few(world);
	world->model.capture_filter = "tcp port 80";
	assert_true(shows(world, "capture filter: tcp port 80\n"));
	act(world, WS_ACT_FILTER);
	type(world, "REFUSED");
	edit(world, WS_EDIT_ACCEPT);
	assert_true(shows(world, "capture filter: tcp port 80  filter: REFUSED"));
}

static bool mouse(struct world *world, enum ws_key_kind kind, int row)
{
	const struct ws_key key = {.kind = kind, .row = row, .column = 10};
	bool changed = ws_ui_key(world->ui, &world->model, &key);
	ws_ui_layout(world->ui, &world->model, 80, 24);
	return changed;
}

static void test_mouse(void **state)
{
	struct world *world = *state;
	few(world);
	assert_true(shows(world, " 1/6 "));
	assert_false(mouse(world, WS_KEY_CLICK, 0));            /* the title */
	assert_false(mouse(world, WS_KEY_CLICK, 20));           /* below the last one */
	assert_true(mouse(world, WS_KEY_CLICK, 4 + 2 * 2 + 1)); /* the second line of the third */
	assert_true(shows(world, " 3/6 "));
	assert_true(mouse(world, WS_KEY_WHEEL_DOWN, 5));
	assert_true(shows(world, " 6/6 "));
	assert_true(mouse(world, WS_KEY_WHEEL_UP, 5));
	assert_true(shows(world, " 3/6 "));
	act(world, WS_ACT_FILTER);
	assert_false(mouse(world, WS_KEY_CLICK, 4)); /* while a line is typed it has no meaning */
	assert_false(mouse(world, WS_KEY_WHEEL_UP, 4));
	edit(world, WS_EDIT_CANCEL);
	assert_true(mouse(world, WS_KEY_CLICK, 4 + 2 * 2));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
}

enum { MANY = 120000 };

static uint64_t number_at(const struct world *world, size_t place)
{
	struct ws_conn_info info = {.number = 0};
	(void)!ws_tracker_conn(world->tracker, list_at(&world->ui->list, &world->model, place), &info);
	return info.number;
}

static void tick(struct world *world)
{
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_MILLISECOND);
	ws_ui_layout(world->ui, &world->model, 80, 24);
}

static void test_many(void **state)
{
	struct world *world = *state;
	struct list_view *list = &world->ui->list;
	for (unsigned i = 0; i < MANY; i++)
		syn(world, 1 + i % 7, 65000 - i / 2, 80); /* the later, the lower the port */
	assert_true(shows(world, "120k connections"));
	for (int i = 0; i < 100; i++)
		act(world, WS_ACT_DOWN);
	assert_int_equal(list->selected, 101);
	act(world, WS_ACT_SORT);                  /* by client */
	assert_int_equal(number_at(world, 0), 1); /* the old order, until the new one is ready */
	assert_int_equal(list->cursor.selected, 100);
	assert_true(shows(world, "%")); /* how far it is */
	assert_true(ws_ui_busy(world->ui));
	assert_in_range(ws_ui_next_change(world->ui, &world->model), WS_MILLISECOND, WS_SECOND); /* nothing new yet */
	int ticks = 0;
	while (list_is_sorting(list) && ticks++ < 100)
		ws_ui_tick(world->ui, &world->model, world->clock += WS_MILLISECOND);
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0); /* drawn at once */
	while (list->survey.phase != LIST_RESTS && ticks++ < 100)
		tick(world);
	assert_false(ws_ui_busy(world->ui));
	tick(world);
	assert_true(ws_ui_next_change(world->ui, &world->model) > 0);
	assert_in_range(ticks, 2, 50);
	assert_int_equal(list_count(list, &world->model), MANY);
	assert_int_equal(list->selected, 101); /* it is still the same one, */
	assert_int_equal(number_at(world, list->cursor.selected), 101);
	assert_int_not_equal(list->cursor.selected, 100); /* in its new place */
	struct ws_conn_info before, info;
	for (size_t place = 0; place < MANY; place++) {
		assert_true(ws_tracker_conn(world->tracker, list_at(list, &world->model, place), &info));
		const struct ws_endpoint_info *a = &before.endpoint[0], *b = &info.endpoint[0];
		int order = place ? memcmp(&a->address, &b->address, 16) : -1;
		if (order > 0 || (order == 0 && a->port >= b->port))
			fail_msg("place %zu is out of order", place);
		before = info;
	}
	filter(world, "client.address == 10.0.0.3 and client.port < 20000");
	while (list->survey.phase != LIST_RESTS && ticks++ < 200)
		tick(world);
	assert_in_range(list_count(list, &world->model), 1, MANY / 7);
	for (size_t place = 0; place < list_count(list, &world->model); place++) {
		assert_true(ws_tracker_conn(world->tracker, list_at(list, &world->model, place), &info));
		assert_int_equal(info.endpoint[0].address.byte[15], 3);
		assert_in_range(info.endpoint[0].port, 1, 19999);
	}
	act(world, WS_ACT_BACK);
	while (list->survey.phase != LIST_RESTS && ticks++ < 200)
		tick(world);
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_SEARCH);
	type(world, "10.0.0.7:67999"); /* none has this port */
	assert_true(shows(world, "searching for '10.0.0.7:67999': "));
	edit(world, WS_EDIT_ACCEPT);
	tick(world);
	assert_true(shows(world, "searching for '10.0.0.7:67999': "));
	while ((list->search.running || list->survey.phase != LIST_RESTS) && ticks++ < 400)
		tick(world);
	assert_false(list->search.running);
	assert_false(shows(world, "searching"));
	assert_true(shows(world, "nothing contains '10.0.0.7:67999'"));
}

/* ---- What the capture is like */

static void says_that_checksums_are_ignored(void **state)
{
	struct world *world = *state;
	for (unsigned i = 0; i < 3; i++) {
		const struct tcp_frame tcp = {
		        .from = 1, .to = 2, .source_port = 4000, .destination_port = 80, .flags = WS_TCP_SYN};
		struct frame_bytes bytes = {.length = 0};
		put_tcp(&bytes, &tcp);
		bytes.data[50] ^= i < 2;
		send_bytes(world, &bytes);
	}
	assert_true(shows(world, " checksums ignored: 2 of 3 wrong "));
}

static void an_empty_list_says_why(void **state)
{
	struct world *world = *state;
	assert_true(shows(world, "This capture holds no TCP connection."));
	refuse(world, 1, 4000, 80);
	assert_true(shows(world, "1 packet so far: 1 TCP"));
	assert_true(shows(world, "1 TCP segment, which is a reset of a connection that is not in the capture"));
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
#define LIST_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        LIST_TEST(test_filter),
	        LIST_TEST(test_the_line_is_edited),
	        LIST_TEST(test_search),
	        LIST_TEST(test_hosts),
	        LIST_TEST(test_overview),
	        LIST_TEST(test_whole_verdict),
	        LIST_TEST(test_hosts_live),
	        LIST_TEST(test_hosts_ports),
	        LIST_TEST(test_age),
	        LIST_TEST(test_empty),
	        LIST_TEST(test_both_filters),
	        LIST_TEST(test_mouse),
	        LIST_TEST(test_many),
	        LIST_TEST(says_that_checksums_are_ignored),
	        LIST_TEST(an_empty_list_says_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
