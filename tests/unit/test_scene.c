/* Scenes drawn from a tracker with segments made by hand: what they show, that a step looks the same
 * whichever way it was reached, and that no size and no order of keys draws outside the canvas (under the sanitizers).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene/widgets/draw.h"
#include "scene_world.h"

#include <locale.h>

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

static void test_lifelines_tell_the_chart(void **state)
{
	struct world *world = *state;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	assert_shows(world, "step 10/10");
	assert_shows(world, "TIME_WAIT");
	assert_shows(world, "waits 60.0 s of 60 s");
	act(world, WS_ACT_NEXT_CHANGE);
	assert_shows(world, "No state changes after this.");
	ws_ui_clear_message(world->ui);
	act(world, WS_ACT_FIRST);
	assert_shows(world, "J = 1000");
	assert_shows(world, "J + 1 = 1001");
	assert_shows(world, "SYN_SENT");
	turn(world, WS_KEY_WHEEL_DOWN);
	assert_shows(world, "K = 5000");
	assert_shows(world, "ESTABLISHED~");
	turn(world, WS_KEY_WHEEL_DOWN);
	turn(world, WS_KEY_WHEEL_DOWN);
	turn(world, WS_KEY_WHEEL_DOWN);
	assert_shows(world, "retransmission");
	assert_shows(world, "300 ms without an answer");
	turn(world, WS_KEY_WHEEL_DOWN);
	turn(world, WS_KEY_WHEEL_DOWN);
	assert_shows(world, "3 s idle, shown as 1 s");
	assert_shows(world, "takes four segments");
	act(world, WS_ACT_ABSOLUTE);
	assert_shows(world, "seq 1005");
	act(world, WS_ACT_SWAP);
	assert_shows(world, "\n SERVER 10.0.0.2:80"); /* known roles stay, whichever side they are on */
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_LAST);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_SWAP);
	assert_shows(world, "CLIENT? 10.0.0.2:80"); /* the user may change a guess */
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
	assert_shows(world, "TIME_WAIT of the client is over"); /* a step that no packet shows */
	act(world, WS_ACT_STEP_BACK);
	for (int i = 9; i >= 0; i--) {
		char *backwards = draw(world);
		assert_string_equal(backwards, forwards[i]);
		free(backwards);
		free(forwards[i]);
		act(world, WS_ACT_STEP_BACK);
		ws_ui_tick(world->ui, &world->model, clock += WS_SECOND);
	}
	for (uint64_t frame = 1; frame <= 10; frame++) {
		ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), frame);
		char words[32];
		snprintf(words, sizeof(words), "step %d/10  paused", (int)frame);
		assert_shows(world, words);
	}
}

static void test_the_replay_plays_to_its_end(void **state)
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
	assert_shows(world, "CLOSED?"); /* by time alone, which is explained like a step */
	assert_shows(world, "no packet  step 10/10");
	assert_shows(world, "WHAT  The client's TIME_WAIT runs out: no packet, only time.");
	assert_shows(world, "client TIME_WAIT→CLOSED: twice the segment lifetime has passed");
	assert_shows(world, "NEXT  nothing: both endpoints are CLOSED.");
	assert_shows(world, "TIME_WAIT of the client is over"); /* between the lifelines, too */
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), WS_TIME_NEVER);
	act(world, WS_ACT_STEP_BACK); /* to the last segment, and on again */
	assert_shows(world, "waits 60.0 s of 60 s");
	act(world, WS_ACT_STEP);
	assert_shows(world, "TIME_WAIT of the client is over");
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
	assert_shows(world, "14 before + 4 FCS after = 18; FCS not captured");
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
	assert_true(ws_ui_show_frame(world->ui, &world->model, 0, &frame));
	memset(bytes, 0, sizeof(bytes)); /* they were copied */
	assert_shows(world, "Frame 77");
	assert_shows(world, "ARP");
	assert_shows(world, "Padding");
}

static void test_help_names_the_keys(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_HELP);
	assert_shows(world, "FIN_WAIT_2"); /* states and arrows come first */
	assert_shows(world, "retransmission");
	act(world, WS_ACT_LAST);
	assert_shows(world, "What packets cannot tell");
	act(world, WS_ACT_HELP);
	ws_canvas_destroy(&world->canvas);
	assert_true(ws_canvas_create(&world->canvas, 80, 100));
	act(world, WS_ACT_HELP);
	assert_shows(world, "reverse");
	assert_shows(world, "The whole capture");
	act(world, WS_ACT_HELP);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_HELP);
	char *help = draw(world);
	assert_null(strstr(help, ws_action_meaning(WS_ACT_SORT)));
	assert_null(strstr(help, ws_action_meaning(WS_ACT_LOOP))); /* has no key */
	assert_non_null(strstr(help, ws_action_meaning(WS_ACT_STEP)));
	free(help);
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_GRAPH);
	act(world, WS_ACT_HELP);
	assert_shows(world, "Letters above a graph");
	assert_shows(world, " R            some of these numbers");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_BACK));
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_QUIT));
}

/* At the least width a help has the most lines. Each ends with its last section. */
static void test_a_narrow_help_is_whole(void **state)
{
	static const struct {
		enum ws_action opens;
		const char *last;
	} helps[] = {{WS_ACT_NONE, "Verdicts are judgements"},
	             {WS_ACT_ENTER, "Verdicts are judgements"},
	             {WS_ACT_GRAPH, "~close()"},
	             {WS_ACT_DETAIL, "~close()"}};
	struct world *world = *state;
	assert_true(ws_canvas_resize(&world->canvas, 40, 400));
	for (size_t i = 0; i < WS_ARRAY_SIZE(helps); i++) {
		if (helps[i].opens != WS_ACT_NONE)
			act(world, helps[i].opens);
		act(world, WS_ACT_HELP);
		assert_shows(world, helps[i].last);
		while (ws_ui_screen(world->ui) != WS_SCREEN_LIST)
			act(world, WS_ACT_BACK);
	}
}

/* A line that has more bytes than room goes on in the next one; no character is lost or cut. */
static void test_long_lines_are_broken(void **state)
{
	char text[3 * 100 + 1] = "", joined[sizeof(text)] = "", line[64];
	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, i % 7 ? "中" : "文");
	for (int i = 0; draw_wrap(text, 1000, i, line, sizeof(line)); i++)
		strcat(joined, line);
	assert_string_equal(joined, text);
	assert_int_equal(draw_wrap_rows(text, 50), 4);
}

/* However many screens have led here, the next one can be opened, and each is left for the one before. */
static void test_screens_are_left_for_those_before(void **state)
{
	static const struct {
		enum ws_action action;
		enum ws_screen screen;
	} way[] = {
	        {WS_ACT_OVERVIEW, WS_SCREEN_OVERVIEW}, {WS_ACT_EXCHANGES, WS_SCREEN_EXCHANGES},
	        {WS_ACT_ENTER, WS_SCREEN_EXCHANGES},   {WS_ACT_ENTER, WS_SCREEN_LIFELINES},
	        {WS_ACT_DIAGRAM, WS_SCREEN_DIAGRAM},   {WS_ACT_GRAPH, WS_SCREEN_GRAPH},
	        {WS_ACT_DETAIL, WS_SCREEN_PACKET},     {WS_ACT_STREAM, WS_SCREEN_STREAM},
	        {WS_ACT_HELP, WS_SCREEN_HELP},
	};
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	send_segment(world, true, 4002, WS_TCP_ACK | WS_TCP_PSH, 8000, 9002, 2, WS_MILLISECOND); /* an answer */
	for (size_t i = 0; i < WS_ARRAY_SIZE(way); i++) {
		free(draw(world));
		do
			ws_ui_tick(world->ui, &world->model, clock += WS_MILLISECOND);
		while (ws_ui_busy(world->ui));
		act(world, way[i].action);
		assert_int_equal(ws_ui_screen(world->ui), way[i].screen);
	}
	for (size_t i = WS_ARRAY_SIZE(way) - 1; i > 0; i--) {
		act(world, WS_ACT_BACK);
		assert_int_equal(ws_ui_screen(world->ui), way[i - 1].screen);
	}
}

/* A RST to an endpoint that is CLOSED is ignored, whatever numbers it has. */
static void test_a_rst_to_a_closed_endpoint_is_ignored(void **state)
{
	struct world *world = *state;
	send_segment(world, true, 4001, WS_TCP_RST | WS_TCP_ACK, 0, 7001, 0, WS_MILLISECOND);
	assert_true(ws_canvas_resize(&world->canvas, 200, 40));
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_DOWN);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_LAST);
	assert_shows(world, "no state changes: the client is CLOSED already, and ignores a RST");
}

/* Live, time goes on after the last segment; the cursor stays at the end of the graph, and is what zooming is about. */
static void test_the_graph_has_a_cursor_when_live(void **state)
{
	struct world *world = *state;
	world->model.running = world->model.live = true;
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_LAST);
	world->model.now += 30 * WS_SECOND;
	act(world, WS_ACT_GRAPH);
	assert_shows(world, "\u25b2\n");
	act(world, WS_ACT_ZOOM_IN);
	act(world, WS_ACT_ZOOM_IN);
	assert_shows(world, "\u25b2\n");
}

/* Of a group of which one direction was captured, it is said why it is not known what the time went to. */
static void test_the_overview_says_why_a_time_is_not_known(void **state)
{
	static const char why[] = "Its time: what it went to is not known";
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	bool found = false;
	send_segment(world, false, 4003, WS_TCP_SYN, 100, 0, 0, WS_MILLISECOND);
	send_segment(world, false, 4003, WS_TCP_ACK, 101, 701, 0, 10 * WS_MILLISECOND);
	send_segment(world, false, 4003, WS_TCP_ACK | WS_TCP_FIN, 101, 701, 0, 10 * WS_MILLISECOND);
	assert_true(ws_canvas_resize(&world->canvas, 200, 40));
	act(world, WS_ACT_OVERVIEW);
	do
		ws_ui_tick(world->ui, &world->model, clock += WS_MILLISECOND);
	while (ws_ui_busy(world->ui));
	for (int i = 0; i < 8 && !found; i++) {
		char *screen = draw(world);
		found = strstr(screen, why);
		free(screen);
		act(world, WS_ACT_DOWN);
	}
	assert_true(found);
}

/* Where both pages fit, a page on and a page back show the same again. */
static void test_the_graph_is_turned_by_pages(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_GRAPH);
	free(draw(world));
	for (int i = 0; i < 3; i++)
		act(world, WS_ACT_ZOOM_IN);
	act(world, WS_ACT_PAGE_UP);
	act(world, WS_ACT_PAGE_UP);
	char *before = draw(world);
	act(world, WS_ACT_PAGE_DOWN);
	char *between = draw(world);
	act(world, WS_ACT_PAGE_UP);
	char *after = draw(world);
	assert_string_equal(before, after);
	assert_string_not_equal(before, between);
	free(before);
	free(between);
	free(after);
}

/* Packets that arrive by themselves wait while the help is read. */
static void test_the_lab_waits_for_help(void **state)
{
	struct world *world = *state;
	const struct ws_ui_options options = {.screen = WS_SCREEN_LIST, .lab = true, .lab_auto = true};
	const struct ws_key help = {.kind = WS_KEY_ACTION, .action = WS_ACT_HELP},
	                    back = {.kind = WS_KEY_ACTION, .action = WS_ACT_BACK};
	struct ws_ui *ui = ws_ui_create(&options, NULL), *other = world->ui;
	char command[64];
	assert_non_null(ui);
	world->model.lab_runs = true;
	assert_true(ws_ui_key(ui, &world->model, &help));
	assert_true(ws_ui_lab_command(ui, command, sizeof(command)));
	assert_string_equal(command, "hold\n");
	assert_true(ws_ui_key(ui, &world->model, &back));
	assert_true(ws_ui_lab_command(ui, command, sizeof(command)));
	assert_string_equal(command, "auto\n");
	const struct ws_key by_hand = {.kind = WS_KEY_ACTION, .action = WS_ACT_LAB_AUTO};
	assert_true(ws_ui_key(ui, &world->model, &by_hand)); /* each one waits for a key anyway */
	assert_true(ws_ui_lab_command(ui, command, sizeof(command)));
	assert_true(ws_ui_key(ui, &world->model, &help));
	assert_false(ws_ui_lab_command(ui, command, sizeof(command)));
	assert_true(ws_ui_key(ui, &world->model, &back));
	/* A key that is about a packet says so when there is none. */
	static const enum ws_action about[] = {WS_ACT_LAB_DROP, WS_ACT_LAB_PASS, WS_ACT_LAB_CHOOSE};
	for (size_t i = 0; i < 2 * WS_ARRAY_SIZE(about); i++) { /* also once the lab has ended */
		const struct ws_key none = {.kind = WS_KEY_ACTION, .action = about[i % WS_ARRAY_SIZE(about)]};
		world->model.lab_runs = i < WS_ARRAY_SIZE(about);
		assert_true(ws_ui_key(ui, &world->model, &none));
		assert_false(ws_ui_lab_command(ui, command, sizeof(command)));
		world->ui = ui;
		assert_shows(world, "No packet waits in the air now");
		world->ui = other;
	}
	ws_ui_free(ui);
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
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_list),
	        SCENE_TEST(test_lifelines_tell_the_chart),
	        SCENE_TEST(test_a_step_looks_the_same_from_both_sides),
	        SCENE_TEST(test_the_replay_plays_to_its_end),
	        SCENE_TEST(test_packet),
	        SCENE_TEST(test_a_frame_of_no_connection),
	        SCENE_TEST(test_help_names_the_keys),
	        SCENE_TEST(test_a_narrow_help_is_whole),
	        SCENE_TEST(test_screens_are_left_for_those_before),
	        cmocka_unit_test(test_long_lines_are_broken),
	        SCENE_TEST(test_the_overview_says_why_a_time_is_not_known),
	        SCENE_TEST(test_the_graph_is_turned_by_pages),
	        SCENE_TEST(test_the_lab_waits_for_help),
	        SCENE_TEST(test_the_graph_has_a_cursor_when_live),
	        SCENE_TEST(test_a_rst_to_a_closed_endpoint_is_ignored),
	        SCENE_TEST(test_too_small_says_so),
	        SCENE_TEST(test_any_keys_at_any_size),
	        cmocka_unit_test(test_screen_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
