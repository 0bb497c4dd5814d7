/* The replay of one connection and that of the whole capture: jumping in them, what was lost, the state diagram, and
 * how the timeline moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include "scene/ui.h"

#include <locale.h>

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
	turn(world, WS_KEY_WHEEL_DOWN);
	assert_shows(world, "lost?");
	assert_shows(world, "sent again (RFC");
	send_segment(world, true, 4000, WS_TCP_ACK | WS_TCP_FIN, 5001, 1006, 0, 1000 * WS_MILLISECOND);
	act(world, WS_ACT_LAST);
	assert_shows(world, "started over once");
	assert_shows(world, "restarts");
}

/* Of a simultaneous open, the first SYN-ACK has the number of the SYN before it, and is no repetition. */
static void test_syn_ack_again(void **state)
{
	struct world *world = *state;
	const struct {
		bool back;
		uint16_t flags;
		const char *what;
	} segments[] = {
	        {false, WS_TCP_SYN, "Client sends SYN: its numbers"},
	        {true, WS_TCP_SYN | WS_TCP_ACK, "Server accepts: ack"},
	        {true, WS_TCP_SYN | WS_TCP_ACK, "Server sends SYN-ACK again: ack"},
	        {false, WS_TCP_SYN, "Client sends SYN: its numbers"},
	        {true, WS_TCP_SYN, "Server sends SYN: its numbers"},
	        {false, WS_TCP_SYN | WS_TCP_ACK, "Client accepts: ack"},
	        {true, WS_TCP_SYN | WS_TCP_ACK, "Server accepts: ack"},
	        {false, WS_TCP_SYN | WS_TCP_ACK, "Client sends SYN-ACK again: ack"},
	};
	size_t conn = ws_tracker_conn_count(world->tracker) - 1;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	for (size_t i = 0; i < WS_ARRAY_SIZE(segments); i++) {
		const bool back = segments[i].back, ack = segments[i].flags & WS_TCP_ACK,
		           first = segments[i].flags == WS_TCP_SYN && !back;
		conn += first;
		send_segment(world, back, (uint16_t)(4002 + conn), segments[i].flags, back ? 5000 : 1000,
		             !ack   ? 0
		             : back ? 1001
		                    : 5001,
		             0, WS_SECOND);
		if (first)
			assert_int_equal(ws_tracker_conn_count(world->tracker), conn + 1);
		ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, conn), 0);
		act(world, WS_ACT_LAST);
		assert_shows(world, segments[i].what);
		if (i == 6)
			assert_shows(world, "NOTE  ACK and SYN travel together");
	}
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
		if (sizes[i][0] == 80) /* the words need the rows of the ways */
			assert_shows(world, " WHAT  Client acknowledges the server's FIN");
		else
			assert_shows(world,
			             sizes[i][0] < 70 /* full names where all of them fit */
			                     ? "C CLOSED→SYN_SENT→ESTAB→FIN_W_1→FIN_W_2→TIME_W\n"
			                     : "C CLOSED→SYN_SENT→ESTABLISHED→FIN_WAIT_1→FIN_WAIT_2→TIME_WAIT\n");
		assert_shows(world, " 60.0 s ");
		act(world, WS_ACT_FIRST);
		assert_shows(world, "C►SYN_SENT");
		assert_shows(world, "LISTEN◄S");
		turn(world, WS_KEY_WHEEL_DOWN);
		turn(world, WS_KEY_WHEEL_DOWN);
		assert_shows(world, "C►ESTABLISHED◄S");
	}
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
}

/* Beside the lifelines, where there is room: the state diagram, the step's packet, the connection's bytes. */
static void test_pane(void **state)
{
	struct world *world = *state;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	assert_shows(world, "step 10/10");
	assert_false(ws_ui_act(world->ui, &world->model, WS_ACT_NEXT_PANE)); /* 80 columns are too few */
	assert_true(ws_canvas_resize(&world->canvas, 120, 40));
	assert_shows(world, "│ State diagram");
	assert_null(world->ui->pane.cells); /* that needs no canvas of its own */
	act(world, WS_ACT_NEXT_PANE);
	assert_shows(world, "│ Frame 10  connection 1");
	assert_shows(world, "sequence number  1006");
	assert_shows(world, "CLIENT 10.0.0.1:4000");
	act(world, WS_ACT_FIRST);
	assert_shows(world, "│ Frame 1  connection 1"); /* it follows the step */
	assert_shows(world, "sequence number  1000");
	act(world, WS_ACT_NEXT_PANE);
	assert_shows(world, "│ Stream 1");
	assert_shows(world, "│▶► client frame 1  SYN");
	act(world, WS_ACT_LAST);
	assert_shows(world, "│ xxxx");
	const int pane = world->ui->pane.columns;
	assert_true(ws_canvas_resize(&world->canvas, 80, 24));
	assert_shows(world, "step 10/10");
	assert_int_equal(world->ui->pane.columns, pane); /* nothing is laid out where there is no room for it */
	assert_true(ws_canvas_resize(&world->canvas, 200, 60));
	assert_shows(world, "│ Stream of connection 1");
	act(world, WS_ACT_NEXT_PANE);
	assert_shows(world, "│ State diagram");
}

static bool press(struct world *world, enum ws_action action, ws_time time)
{
	const struct ws_key key = {.kind = WS_KEY_ACTION, .action = action, .time = time};
	return ws_ui_key(world->ui, &world->model, &key);
}

/* Plays for `frames` frames, pauses for 3 s if asked, and plays two more frames. `flew`: a segment was in flight before
 * these, or the replay was not playing any more. */
static char *play_and_pause(struct world *world, int frames, bool pause, bool *flew)
{
	const ws_time frame = 33 * WS_MILLISECOND;
	ws_time clock = 100 * WS_SECOND;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 1);
	if (ws_ui_screen(world->ui) == WS_SCREEN_LIST)
		act(world, WS_ACT_ENTER);
	ws_ui_tick(world->ui, &world->model, clock);
	press(world, WS_ACT_RESTART, clock);
	for (int i = 0; i < frames; i++)
		ws_ui_tick(world->ui, &world->model, clock += frame);
	char *then = draw(world);
	*flew = strstr(then, "●") || !strstr(then, "playing");
	free(then);
	if (pause) {
		press(world, WS_ACT_PLAY, clock);
		press(world, WS_ACT_PLAY, clock += 3 * WS_SECOND);
	}
	ws_ui_tick(world->ui, &world->model, clock += frame);
	ws_ui_tick(world->ui, &world->model, clock += frame);
	return draw(world);
}

/* The replay's time stops while it is paused: at whatever moment that is, what is drawn next is what would have been
 * drawn without the pause. A segment that is in flight arrives first, and is then played on from there. */
static void test_pause_stops_the_clock(void **state)
{
	int equal = 0;
	for (int frames = 0; frames < 300; frames += 3) {
		bool flew;
		char *without = play_and_pause(*state, frames, false, &flew);
		char *with = play_and_pause(*state, frames, true, &flew);
		if (!flew)
			assert_string_equal(with, without);
		equal += !flew;
		free(without);
		free(with);
	}
	assert_in_range(equal, 20, 99); /* and some flew */
}

/* While the process is stopped nothing is played that nobody can see. */
static void test_a_stop_is_no_time(void **state)
{
	struct world *world = *state;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	ws_ui_tick(world->ui, &world->model, WS_SECOND);
	act(world, WS_ACT_RESTART);
	ws_ui_tick(world->ui, &world->model, 3600 * WS_SECOND);
	assert_shows(world, "playing");
	assert_shows(world, "step 2/10");
}

/* A step flies its segment, forwards and back; a second press lets it arrive at once. */
static void test_steps_fly_both_ways(void **state)
{
	struct world *world = *state;
	const ws_time ms = WS_MILLISECOND;
	ws_time clock = WS_SECOND;
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	act(world, WS_ACT_FIRST);
	char *first = draw(world);
	ws_ui_tick(world->ui, &world->model, clock);
	press(world, WS_ACT_STEP, clock);
	assert_shows(world, "step 2/10  ▶ one step");
	press(world, WS_ACT_STEP, clock += 100 * ms);
	assert_shows(world, "step 2/10  paused");
	press(world, WS_ACT_STEP_BACK, clock += 100 * ms);
	assert_shows(world, "step 2/10  one step back");
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0);
	ws_ui_tick(world->ui, &world->model, clock += 300 * ms);
	assert_shows(world, "●");
	ws_ui_tick(world->ui, &world->model, clock += 400 * ms);
	char *again = draw(world);
	assert_string_equal(again, first);
	free(again);
	free(first);
	press(world, WS_ACT_STEP, clock);
	press(world, WS_ACT_STEP, clock);
	press(world, WS_ACT_STEP_BACK, clock);
	press(world, WS_ACT_STEP_BACK, clock);
	assert_shows(world, "step 1/10  paused");
	press(world, WS_ACT_STEP_BACK, clock); /* before the first there is nothing */
	assert_shows(world, "step 1/10  paused");
}

/* Does main's part for a snapshot that always exists: the model shows the position that the user wants. */
static void show_place(struct world *world)
{
	const struct ws_position place = ws_ui_position(world->ui);
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

static void test_timeline_moves(void **state)
{
	struct world *world = *state;
	const ws_time ms = WS_MILLISECOND;
	ws_time clock = WS_SECOND;
	show_place(world);
	assert_shows(world, "end of capture");
	assert_false(ws_ui_position(world->ui).past);
	act(world, WS_ACT_FRAME_BACK); /* packet 14 is the last one */
	assert_int_equal(ws_ui_position(world->ui).frame, 13);
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
	assert_false(ws_ui_position(world->ui).past);
	act(world, WS_ACT_JUMP);
	show_place(world);
	type_line(world, "4");
	assert_int_equal(place_at(world), 12 * ms);
	act(world, WS_ACT_JUMP);
	type_line(world, "1s");
	assert_int_equal(place_at(world), WS_SECOND);
	act(world, WS_ACT_NEWEST);
	assert_false(ws_ui_position(world->ui).past);
}

static void test_timeline_plays(void **state)
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
	act(world, WS_ACT_ENTER); /* the replay follows */
	assert_shows(world, "▶ following");
	act(world, WS_ACT_PLAY);
	show_place(world);
	assert_shows(world, "paused 0.7");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_PLAY);
	for (int i = 0; i < 60; i++, show_place(world))
		ws_ui_tick(world->ui, &world->model, clock += 100 * ms);
	assert_false(ws_ui_position(world->ui).past);
	assert_shows(world, "end of capture");
	world->model.live = true;
	act(world, WS_ACT_PLAY); /* live: stands still where it is */
	assert_true(ws_ui_position(world->ui).past);
	assert_false(ws_ui_position(world->ui).playing);
}

/* The same connection in another tracker: the replay goes over to it, and to nothing when it has not begun there. */
static void test_another_world(void **state)
{
	struct world *world = *state, *other = NULL;
	void *made = NULL;
	assert_int_equal(set_up(&made), 0);
	other = made;
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0), 7);
	act(world, WS_ACT_ENTER);
	turn(world, WS_KEY_WHEEL_DOWN);
	struct ws_tracker_config config = {.history = true};
	struct ws_tracker *empty = ws_tracker_create(&config, NULL);
	assert_non_null(empty);
	size_t step_shown = 0;
	world->model.tracker = other->tracker;
	world->model.generation = 2;
	char *picture = draw(world);
	const char *step = strstr(picture, "step ");
	assert_non_null(step);
	step_shown = strtoul(step + 5, NULL, 10);
	free(picture);
	assert_in_range(step_shown, 1, 10);
	world->model.tracker = empty;
	world->model.generation = 3;
	assert_shows(world, "begins later than the time shown");
	world->model.tracker = world->tracker;
	world->model.generation = 1;
	assert_shows(world, "/10");
	ws_tracker_free(empty);
	tear_down(&made);
}

/* Opens a connection from `port`, and lets two segments answer each other, `every` apart, of which the server's has these flags. */
static void answer_each_other(struct world *world, uint16_t port, uint16_t flags, unsigned times, ws_time every)
{
	send_segment(world, false, port, WS_TCP_SYN, 1000, 0, 0, WS_SECOND);
	send_segment(world, true, port, WS_TCP_SYN | WS_TCP_ACK, 5000, 1001, 0, WS_MILLISECOND);
	send_segment(world, false, port, WS_TCP_ACK, 1001, 5001, 0, WS_MILLISECOND);
	for (unsigned i = 0; i < times; i++) {
		send_segment(world, false, port, WS_TCP_ACK, 901001, 5001, 0, every);
		send_segment(world, true, port, flags, 5001, flags & WS_TCP_ACK ? 1001 : 0, 0, every);
	}
	ws_ui_select(world->ui, &world->model,
	             ws_tracker_conn_at(world->tracker, ws_tracker_conn_count(world->tracker) - 1), world->count);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_LAST);
}

/* The note of each segment says how many there were until then; what comes seldom is no loop. */
static void test_loops(void **state)
{
	struct world *world = *state;
	answer_each_other(world, 4100, WS_TCP_ACK, 8, WS_MILLISECOND);
	assert_shows(world, "two ACKs have answered each other 8 times in 15 ms, which is an");
	act(world, WS_ACT_STEP_BACK);
	act(world, WS_ACT_STEP_BACK);
	assert_shows(world, "answered each other 7 times in 14 ms");
	act(world, WS_ACT_BACK);
	answer_each_other(world, 4101, WS_TCP_RST, 6, WS_MILLISECOND);
	assert_shows(world, "answered each other 6 times in 11 ms: the server");
	act(world, WS_ACT_BACK);
	answer_each_other(world, 4102, WS_TCP_ACK, 6, 2 * WS_SECOND);
	char *seldom = draw(world);
	assert_non_null(strstr(seldom, "duplicate ACK"));
	assert_null(strstr(seldom, "answered each other"));
	free(seldom);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_loops),
	        SCENE_TEST(test_jumps),
	        SCENE_TEST(test_what_was_lost),
	        SCENE_TEST(test_syn_ack_again),
	        SCENE_TEST(test_diagram),
	        SCENE_TEST(test_pane),
	        SCENE_TEST(test_pause_stops_the_clock),
	        SCENE_TEST(test_a_stop_is_no_time),
	        SCENE_TEST(test_steps_fly_both_ways),
	        SCENE_TEST(test_timeline_moves),
	        SCENE_TEST(test_timeline_plays),
	        SCENE_TEST(test_another_world),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
