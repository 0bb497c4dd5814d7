/* Scenes drawn from a tracker that was fed with hand-made segments: what they say, that a step's picture is the same
 * whichever way one came to it, and that no size and no order of keys draws outside the canvas (under the sanitizers).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
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

static void put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

static void describe(const struct world *world, size_t index, struct ws_frame *frame)
{
	*frame = (struct ws_frame){.time = world->times[index],
	                           .number = index + 1,
	                           .position = index,
	                           .data = world->frames[index],
	                           .captured = (uint32_t)world->lengths[index],
	                           .length = (uint32_t)world->lengths[index],
	                           .link = WS_LINK_ETHERNET};
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	const struct world *world = context;
	if (position >= world->count)
		return false;
	describe(world, position, frame);
	return true;
}

/* One's complement sum of the bytes in pairs. */
static uint32_t sum(const uint8_t *bytes, size_t length, uint32_t start)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		start += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (start >> 16)
		start = (start & 0xffff) + (start >> 16);
	return start;
}

/* A segment from 10.0.0.1:port to 10.0.0.2:80, or back, with an even number of payload bytes. */
static void send_segment(struct world *world, bool back, uint16_t port, uint16_t flags, uint32_t seq, uint32_t ack,
                         uint32_t payload, ws_time after)
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
static void fill(struct world *world)
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

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	struct ws_tracker_config config = {.history = true};
	world->now = 1700000000 * WS_SECOND;
	world->tracker = ws_tracker_create(&config, NULL);
	assert_non_null(world->tracker);
	world->model = (struct ws_model){.tracker = world->tracker,
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

static int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	ws_canvas_destroy(&world->canvas);
	free(world);
	return 0;
}

/* Draws at the canvas's size; the text is the caller's to free. */
static char *draw(struct world *world)
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

static void assert_shows(struct world *world, const char *words)
{
	char *picture = draw(world);
	if (!strstr(picture, words))
		fail_msg("'%s' is not in:\n%s", words, picture);
	free(picture);
}

static void act(struct world *world, enum ws_action action)
{
	assert_true(ws_ui_act(world->ui, &world->model, action));
}

static void type_line(struct world *world, const char *text)
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

static void test_list(void **state)
{
	struct world *world = *state;
	assert_shows(world, "3 connections");
	assert_shows(world, "10.0.0.1:4000 ");
	assert_shows(world, "REFUSED");
	assert_shows(world, "10.0.0.1:4002 ?"); /* roles guessed */
	assert_shows(world, " 1/3 ");
	act(world, WS_ACT_LAST);
	assert_shows(world, " 3/3 ");
	act(world, WS_ACT_REVERSE); /* the selection stays on its connection */
	assert_shows(world, " 1/3 ");
	for (int i = 0; i < 8; i++)
		act(world, WS_ACT_SORT);
	assert_shows(world, "sort verdict");
	act(world, WS_ACT_REVERSE);
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_ENTER); /* the worst verdict comes first */
	assert_shows(world, "Connection 2");
}

static void test_lifelines_tell_the_story(void **state)
{
	struct world *world = *state;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	assert_shows(world, "step 10/10");
	assert_shows(world, "TIME_WAIT");
	assert_shows(world, "waits 60.0 s of 60 s");
	act(world, WS_ACT_FIRST);
	assert_shows(world, "J = 1000");
	assert_shows(world, "J + 1 = 1001");
	assert_shows(world, "SYN_SENT");
	act(world, WS_ACT_NEXT_PACKET);
	assert_shows(world, "K = 5000");
	assert_shows(world, "ESTABLISHED~");
	act(world, WS_ACT_NEXT_PACKET);
	act(world, WS_ACT_NEXT_PACKET);
	act(world, WS_ACT_NEXT_PACKET);
	assert_shows(world, "retransmission");
	assert_shows(world, "300 ms idle");
	act(world, WS_ACT_NEXT_PACKET);
	act(world, WS_ACT_NEXT_PACKET);
	assert_shows(world, "3 s idle, shown as 1 s");
	assert_shows(world, "why closing takes");
	act(world, WS_ACT_ABSOLUTE);
	assert_shows(world, "seq 1005");
	act(world, WS_ACT_SWAP);
	assert_shows(world, "\n SERVER 10.0.0.2:80"); /* known roles stay, whichever side they are on */
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_LAST);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_SWAP);
	assert_shows(world, "CLIENT? 10.0.0.2:80"); /* a guess is the reader's to change */
}

static void test_a_step_looks_the_same_from_both_sides(void **state)
{
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	char *forwards[10];
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	act(world, WS_ACT_FIRST);
	ws_ui_tick(world->ui, &world->model, clock);
	for (int i = 0; i < 10; i++) {
		forwards[i] = draw(world);
		act(world, WS_ACT_STEP);
		if (i < 9) { /* in flight the far end has not changed yet */
			char *flying = draw(world);
			assert_string_not_equal(flying, forwards[i]);
			free(flying);
		}
		ws_ui_tick(world->ui, &world->model, clock += WS_SECOND);
	}
	for (int i = 9; i >= 0; i--) {
		char *backwards = draw(world);
		assert_string_equal(backwards, forwards[i]);
		free(backwards);
		free(forwards[i]);
		act(world, WS_ACT_STEP_BACK);
	}
	for (uint64_t frame = 1; frame <= 10; frame++) {
		ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), frame);
		char words[32];
		snprintf(words, sizeof(words), "step %d/10  paused", (int)frame);
		assert_shows(world, words);
	}
}

static void test_the_film_plays_to_its_end(void **state)
{
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), WS_TIME_NEVER);
	ws_ui_tick(world->ui, &world->model, clock);
	act(world, WS_ACT_PLAY); /* at the end: from the start */
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0);
	assert_shows(world, "step 1/10");
	ws_ui_tick(world->ui, &world->model, clock += 700 * WS_MILLISECOND);
	assert_shows(world, "step 2/10");
	for (int i = 0; i < 75; i++)
		ws_ui_tick(world->ui, &world->model, clock += 100 * WS_MILLISECOND);
	assert_shows(world, "step 10/10");
	assert_shows(world, "playing");
	char *counting = draw(world);
	assert_null(strstr(counting, "waits 60.0 s of 60 s")); /* TIME_WAIT is running down */
	assert_non_null(strstr(counting, " s of 60 s"));
	free(counting);
	for (int i = 0; i < 100; i++)
		ws_ui_tick(world->ui, &world->model, clock += 100 * WS_MILLISECOND);
	assert_shows(world, "paused");
	assert_shows(world, "CLOSED?"); /* by time alone */
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), WS_TIME_NEVER);
}

static void test_jumps(void **state)
{
	struct world *world = *state;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	act(world, WS_ACT_JUMP);
	type_line(world, "7");
	assert_shows(world, "step 7/10");
	act(world, WS_ACT_JUMP);
	type_line(world, "312ms"); /* the fifth came at 312 ms, the sixth at 313 */
	assert_shows(world, "step 5/10");
	act(world, WS_ACT_JUMP);
	type_line(world, "3.5 s");
	assert_shows(world, "step 8/10");
	act(world, WS_ACT_JUMP);
	type_line(world, "12x");
	assert_true(ws_ui_typing(world->ui));
	assert_shows(world, "the units of time are");
	struct ws_key escape = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_CANCEL};
	ws_ui_key(world->ui, &world->model, &escape);
	assert_shows(world, "step 8/10");
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_NEXT_CHANGE);
	assert_shows(world, "step 2/10");
	act(world, WS_ACT_NEXT_CHANGE);
	act(world, WS_ACT_NEXT_CHANGE); /* data changes nothing: on to the FIN */
	assert_shows(world, "step 7/10");
	act(world, WS_ACT_PREVIOUS_CHANGE);
	assert_shows(world, "step 3/10");
	act(world, WS_ACT_LAST);
	act(world, WS_ACT_NEXT_CHANGE);
	assert_shows(world, "step 10/10");
}

static void test_what_was_lost(void **state)
{
	struct world *world = *state;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 4);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_BACK);
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 4);
	char *before = draw(world);
	assert_null(strstr(before, "lost?")); /* nobody can know yet */
	free(before);
	act(world, WS_ACT_NEXT_PACKET);
	assert_shows(world, "lost?");
	assert_shows(world, "sent again (RFC");
	send_segment(world, true, 4000, WS_TCP_ACK | WS_TCP_FIN, 5001, 1006, 0, 1000 * WS_MILLISECOND);
	act(world, WS_ACT_LAST);
	assert_shows(world, "started over once");
	assert_shows(world, "restarts");
}

static void test_diagram(void **state)
{
	struct world *world = *state;
	static const int sizes[][2] = {{80, 24}, {60, 24}, {120, 40}};
	ws_ui_act(world->ui, &world->model, WS_ACT_DIAGRAM);
	for (size_t i = 0; i < WS_ARRAY_SIZE(sizes); i++) {
		assert_true(ws_canvas_resize(&world->canvas, sizes[i][0], sizes[i][1]));
		act(world, WS_ACT_LAST);
		for (enum ws_state each = WS_CLOSED; each < WS_STATE_COUNT; each++)
			assert_shows(world, ws_state_name(each));
		assert_shows(world, "C►TIME_WAIT  ");
		assert_shows(world, "CLOSED◄S");
		assert_shows(world, "C CLOSED→SYN_SENT→ESTAB→FIN_W_1→FIN_W_2→TIME_W\n");
		assert_shows(world, " 60.0 s ");
		act(world, WS_ACT_FIRST);
		assert_shows(world, "C►SYN_SENT");
		assert_shows(world, "LISTEN◄S");
		act(world, WS_ACT_NEXT_PACKET);
		act(world, WS_ACT_NEXT_PACKET);
		assert_shows(world, "C►ESTABLISHED◄S");
	}
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
}

/* Main's part, for a world that is always there: the model shows what the reader wants. */
static void show_place(struct world *world)
{
	const struct ws_place place = ws_ui_place(world->ui);
	struct ws_model *model = &world->model;
	model->first = world->times[0];
	model->last = world->times[world->count - 1];
	model->past = place.past;
	model->running = place.playing;
	model->now = !place.past ? model->last : place.frame ? world->times[place.frame - 1] : place.time;
	model->last_packet = model->first;
	model->next_packet = WS_TIME_NEVER;
	model->frame = 0;
	for (size_t i = world->count; i-- > 0;)
		if (world->times[i] > model->now)
			model->next_packet = world->times[i];
	for (size_t i = 0; i < world->count && world->times[i] <= model->now; i++) {
		model->last_packet = world->times[i];
		model->frame = i + 1;
	}
}

static ws_time place_at(struct world *world)
{
	show_place(world);
	return world->model.now - world->model.first;
}

static void test_playhead_moves(void **state)
{
	struct world *world = *state;
	const ws_time ms = WS_MILLISECOND;
	ws_time clock = WS_SECOND;
	show_place(world);
	assert_shows(world, "end of capture");
	assert_false(ws_ui_place(world->ui).past);
	act(world, WS_ACT_FRAME_BACK); /* packet 14 is the last one */
	assert_int_equal(ws_ui_place(world->ui).frame, 13);
	show_place(world);
	assert_shows(world, "paused 3.818 of 3.819 s");
	ws_ui_tick(world->ui, &world->model, clock);
	act(world, WS_ACT_SEEK_FAR_BACK); /* a tenth of 3.8 s, rounded */
	ws_ui_tick(world->ui, &world->model, clock += ms);
	assert_int_equal(place_at(world), 3318 * ms);
	act(world, WS_ACT_SEEK_BACK);
	assert_int_equal(place_at(world), 3218 * ms);
	act(world, WS_ACT_SEEK_FAR);
	act(world, WS_ACT_SEEK_FAR); /* beyond the end is the end */
	assert_false(ws_ui_place(world->ui).past);
	act(world, WS_ACT_JUMP);
	show_place(world);
	type_line(world, "4");
	assert_int_equal(place_at(world), 12 * ms);
	act(world, WS_ACT_JUMP);
	type_line(world, "1s");
	assert_int_equal(place_at(world), WS_SECOND);
	act(world, WS_ACT_NEWEST);
	assert_false(ws_ui_place(world->ui).past);
}

static void test_playhead_plays(void **state)
{
	struct world *world = *state;
	const ws_time ms = WS_MILLISECOND;
	ws_time clock = WS_SECOND;
	show_place(world);
	ws_ui_tick(world->ui, &world->model, clock);
	act(world, WS_ACT_PLAY); /* from the start */
	show_place(world);
	assert_shows(world, "▶ 0.000 of 3.819 s  1x");
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0);
	ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	assert_int_equal(place_at(world), 100 * ms);
	for (int i = 0; i < 3; i++, show_place(world))
		ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	assert_int_equal(place_at(world), 400 * ms);
	/* From 313 ms on 3 s pass without a packet: three times as fast, so that it takes one. */
	ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	assert_in_range(place_at(world), 690 * ms, 710 * ms);
	world->model.seeking = true; /* time stands still until the picture is there */
	ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	world->model.seeking = false;
	assert_in_range(place_at(world), 690 * ms, 710 * ms);
	act(world, WS_ACT_ENTER); /* the film follows */
	assert_shows(world, "▶ following");
	act(world, WS_ACT_PLAY);
	show_place(world);
	assert_shows(world, "paused 0.7");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_PLAY);
	for (int i = 0; i < 60; i++, show_place(world))
		ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	assert_false(ws_ui_place(world->ui).past);
	assert_shows(world, "end of capture");
	world->model.live = true;
	act(world, WS_ACT_PLAY); /* live: stands still where it is */
	assert_true(ws_ui_place(world->ui).past);
	assert_false(ws_ui_place(world->ui).playing);
}

/* The same connection in another tracker: the film goes over to it, and to nothing when it has not begun there. */
static void test_another_world(void **state)
{
	struct world *world = *state, *other = NULL;
	void *made = NULL;
	assert_int_equal(set_up(&made), 0);
	other = made;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 7);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_NEXT_PACKET);
	struct ws_tracker_config config = {.history = true};
	struct ws_tracker *empty = ws_tracker_create(&config, NULL);
	assert_non_null(empty);
	size_t step_shown = 0;
	world->model.tracker = other->tracker;
	char *picture = draw(world);
	const char *step = strstr(picture, "step ");
	assert_non_null(step);
	step_shown = strtoul(step + 5, NULL, 10);
	free(picture);
	assert_in_range(step_shown, 1, 10);
	world->model.tracker = empty;
	assert_shows(world, "not in this picture");
	world->model.tracker = world->tracker;
	assert_shows(world, "/10");
	ws_tracker_free(empty);
	tear_down(&made);
}

static void test_packet(void **state)
{
	struct world *world = *state;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 4);
	act(world, WS_ACT_DETAIL);
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 4);
	assert_shows(world, "Frame 4");
	assert_shows(world, "sequence number");
	assert_shows(world, "(relative 1)");
	assert_shows(world, "00 00 03 e9");
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_RIGHT);
	assert_shows(world, "[01 01 01 01 01 01 02 02 02 02 02 02 08 00]");
	act(world, WS_ACT_LAST);
	assert_shows(world, "14 in front + 4 FCS behind = 18; FCS not captured");
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_DOWN);
	assert_shows(world, "[01 01 01 01 01 01]");
	act(world, WS_ACT_NEXT_PANE);
	for (int i = 0; i < 23; i++)
		act(world, WS_ACT_RIGHT);
	assert_shows(world, "[06]"); /* byte 23 is IPv4's protocol, and that group has opened */
	world->model.fetch = NULL;
	act(world, WS_ACT_NEXT_PACKET);
	assert_shows(world, "no longer kept");
}

static void test_a_frame_of_no_connection(void **state)
{
	struct world *world = *state;
	uint8_t bytes[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
	struct ws_frame frame = {.number = 77,
	                         .position = WS_POSITION_NONE,
	                         .data = bytes,
	                         .captured = sizeof(bytes),
	                         .length = sizeof(bytes),
	                         .link = WS_LINK_ETHERNET};
	ws_ui_show_frame(world->ui, &world->model, &frame);
	memset(bytes, 0, sizeof(bytes)); /* they were copied */
	assert_shows(world, "Frame 77");
	assert_shows(world, "ARP");
	assert_shows(world, "Padding");
}

static void test_help_names_the_keys(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_HELP);
	assert_shows(world, "reverse");
	act(world, WS_ACT_LAST);
	assert_shows(world, "What packets cannot tell");
	act(world, WS_ACT_HELP);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_HELP);
	char *help = draw(world);
	assert_null(strstr(help, ws_action_meaning(WS_ACT_SORT)));
	assert_null(strstr(help, ws_action_meaning(WS_ACT_LOOP))); /* has no key */
	assert_non_null(strstr(help, ws_action_meaning(WS_ACT_STEP)));
	free(help);
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_BACK));
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_QUIT));
}

static void test_too_small_says_so(void **state)
{
	struct world *world = *state;
	assert_true(ws_canvas_resize(&world->canvas, 30, 8));
	assert_shows(world, "30x8");
	assert_true(ws_canvas_resize(&world->canvas, 40, 10));
	assert_shows(world, "10.0.0.2:80");
}

static void test_any_keys_at_any_size(void **state)
{
	struct world *world = *state;
	static const int sizes[][2] = {{80, 24}, {120, 40}, {200, 60}, {40, 10}, {41, 11}, {59, 15}, {60, 16},
	                               {79, 23}, {1, 1},    {39, 9},   {2, 50},  {300, 3}, {160, 12}};
	uint32_t random = 12345;
	ws_time clock = WS_SECOND;
	for (int i = 0; i < 6000; i++) {
		random = random * 1103515245 + 12345;
		enum ws_action action = (enum ws_action)((random >> 16) % WS_ACTION_COUNT);
		if (action == WS_ACT_BACK && (random >> 8) % 4) /* or it would spend its time in the list */
			action = WS_ACT_ENTER;
		ws_ui_act(world->ui, &world->model, action);
		ws_ui_tick(world->ui, &world->model, clock += (random >> 20) % 300 * WS_MILLISECOND);
		const int *size = sizes[(random >> 10) % WS_ARRAY_SIZE(sizes)];
		assert_true(ws_canvas_resize(&world->canvas, size[0], size[1]));
		world->canvas.ascii = random & 0x40000;
		ws_ui_layout(world->ui, &world->model, size[0], size[1]);
		ws_ui_draw(world->ui, &world->model, &world->canvas);
		for (int at = 0; at < size[0] * size[1]; at++)
			if (world->canvas.ascii && world->canvas.cells[at].code_point > 0x7e)
				fail_msg("U+%04x on an ASCII canvas", world->canvas.cells[at].code_point);
		assert_true(ws_ui_next_change(world->ui, &world->model) >= 0);
	}
}

static void test_screen_words(void **state)
{
	(void)state;
	assert_int_equal(ws_screen_find("lifelines"), WS_SCREEN_LIFELINES);
	assert_int_equal(ws_screen_find("nothing"), -1);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_list),
	        SCENE_TEST(test_lifelines_tell_the_story),
	        SCENE_TEST(test_a_step_looks_the_same_from_both_sides),
	        SCENE_TEST(test_the_film_plays_to_its_end),
	        SCENE_TEST(test_jumps),
	        SCENE_TEST(test_what_was_lost),
	        SCENE_TEST(test_diagram),
	        SCENE_TEST(test_playhead_moves),
	        SCENE_TEST(test_playhead_plays),
	        SCENE_TEST(test_another_world),
	        SCENE_TEST(test_packet),
	        SCENE_TEST(test_a_frame_of_no_connection),
	        SCENE_TEST(test_help_names_the_keys),
	        SCENE_TEST(test_too_small_says_so),
	        SCENE_TEST(test_any_keys_at_any_size),
	        cmocka_unit_test(test_screen_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
