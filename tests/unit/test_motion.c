/* How replays move, on a clock that the test sets: the guided speed, boxes that flash, live captures that are followed,
 * and that between the stops of every bundled lesson a segment is seen to fly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundled.h"
#include "scene_world.h"

#include <glob.h>
#include <locale.h>

#define MS WS_MILLISECOND

static ws_time tick(struct world *world, ws_time clock)
{
	ws_ui_layout(world->ui, &world->model, world->canvas.columns, world->canvas.rows);
	ws_ui_tick(world->ui, &world->model, clock);
	return clock;
}

static bool shows(struct world *world, const char *words)
{
	char *picture = draw(world);
	const bool found = strstr(picture, words);
	free(picture);
	return found;
}

/* The words of the step's text that is on the screen, without references to RFCs. */
static int words_on_screen(struct world *world)
{
	char *picture = draw(world), *at = strstr(picture, "\n WHAT");
	int words = 0;
	assert_non_null(at);
	char *end = strstr(at, "\n TIME "); /* the bar below the text */
	assert_non_null(end);
	*end = '\0';
	for (char *word = strtok(at + 6, " \n"); word; word = strtok(NULL, " \n")) {
		if (strcmp(word, "(RFC") == 0)
			while (word && !strchr(word, ')'))
				word = strtok(NULL, " \n");
		else
			words += strcmp(word, "NOTE") != 0 && strcmp(word, "WHY") != 0;
	}
	free(picture);
	return words;
}

/* --play: every segment flies, and then stays until its text could be read at 240 words a minute. A note that has been
 * read a moment ago need not be read again. */
static void test_guided(void **state)
{
	struct world *world = *state;
	ws_time clock = tick(world, WS_SECOND), since = clock;
	ws_ui_play(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0));
	assert_shows(world, "step 1/10  ▶ playing guided");
	for (int step = 1; step <= 9; step++, since = clock) {
		char now[32];
		snprintf(now, sizeof(now), "step %d/10", step);
		tick(world, clock += 100 * MS);
		assert_shows(world, "●");
		const int words = words_on_screen(world); /* the text does not change when the segment arrives */
		while (shows(world, now))
			tick(world, clock += 100 * MS);
		assert_true(words > 5);
		const ws_time stood = clock - since - 600 * MS;
		assert_true(stood >= WS_SECOND);
		if (step <= 3 || step == 7) /* a note for the first time */
			assert_in_range(stood, words * 250 * MS - 100 * MS, words * 250 * MS + 200 * MS);
	}
	act(world, WS_ACT_RESTART);
	act(world, WS_ACT_GUIDED);
	assert_shows(world, "playing 1x");
	tick(world, clock += 700 * MS);
	assert_shows(world, "step 2/10");
	assert_shows(world, "NEXT");
	act(world, WS_ACT_GUIDED);
	act(world, WS_ACT_FASTER);
	assert_shows(world, "playing guided 2x");
}

static void test_a_chosen_speed_is_kept(void **state)
{
	struct world *world = *state;
	const struct ws_ui_options options = {.screen = WS_SCREEN_LIST, .key_name = world->key_name, .speed = 2};
	ws_ui_free(world->ui);
	world->ui = ws_ui_create(&options, NULL);
	assert_non_null(world->ui);
	ws_ui_play(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 0));
	assert_shows(world, "step 1/10  ▶ playing 2x");
}

/* True when the row of an endpoint's state box is drawn in reverse. */
static bool flashes(struct world *world, bool server)
{
	free(draw(world));
	return world->canvas.cells[3 * world->canvas.columns + (server ? 66 : 20)].emphasis & WS_REVERSE;
}

/* The sender's box flashes when its segment leaves, the receiver's when it arrives, and neither while paused. */
static void test_boxes_flash(void **state)
{
	struct world *world = *state;
	ws_time clock = tick(world, WS_SECOND);
	ws_ui_act(world->ui, &world->model, WS_ACT_ENTER);
	act(world, WS_ACT_FIRST);
	tick(world, clock += MS);
	assert_false(flashes(world, false) || flashes(world, true));
	act(world, WS_ACT_STEP); /* SYN-ACK, from LISTEN to SYN_RECEIVED */
	tick(world, clock += 50 * MS);
	assert_true(flashes(world, true));
	assert_false(flashes(world, false));
	tick(world, clock += 360 * MS); /* it has arrived */
	assert_true(flashes(world, false));
	tick(world, clock += 300 * MS);
	assert_true(flashes(world, false));
	assert_false(flashes(world, true));
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0);
	tick(world, clock += 200 * MS);
	assert_false(flashes(world, false));
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), WS_TIME_NEVER);
	act(world, WS_ACT_STEP);
	tick(world, clock += 50 * MS);
	act(world, WS_ACT_STEP); /* it arrives at once */
	tick(world, clock += 50 * MS);
	assert_true(flashes(world, true));
	turn(world, WS_KEY_WHEEL_UP); /* a jump is no event */
	tick(world, clock += 50 * MS);
	assert_false(flashes(world, false) || flashes(world, true));
	act(world, WS_ACT_RESTART);
	for (int i = 0; i < 13; i++)
		tick(world, clock += 50 * MS);
	assert_true(flashes(world, true)); /* SYN-ACK leaves */
	act(world, WS_ACT_PLAY);
	tick(world, clock += 3000 * MS);
	assert_false(flashes(world, true));
	act(world, WS_ACT_PLAY);
	assert_true(flashes(world, true)); /* what was left of it */
}

/* Lets the time of a live capture pass. Returns how late what was shown became, in tenths of a second. */
static int pass(struct world *world, ws_time *clock, ws_time time)
{
	int late = 0;
	for (ws_time passed = 0; passed < time; passed += 50 * MS) {
		world->model.now += 50 * MS;
		tick(world, *clock += 50 * MS);
		char *picture = draw(world);
		const char *shown = strstr(picture, "shown ");
		int seconds, tenths;
		if (shown && sscanf(shown, "shown %d.%d s late", &seconds, &tenths) == 2 &&
		    seconds * 10 + tenths > late)
			late = seconds * 10 + tenths;
		free(picture);
	}
	return late;
}

static void live_segment(struct world *world, ws_time after)
{
	static const uint32_t first = 1006;
	send_segment(world, false, 4003, WS_TCP_ACK | WS_TCP_PSH, first + 2 * (uint32_t)world->count, 5001, 2, after);
}

static void test_live_flies_and_keeps_up(void **state)
{
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	world->model.live = world->model.running = true;
	live_segment(world, MS);
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_at(world->tracker, 3), 0);
	act(world, WS_ACT_ENTER);
	pass(world, &clock, 500 * MS);
	assert_shows(world, "step 1/1  ▶ live");
	assert_false(shows(world, "●"));
	live_segment(world, 500 * MS); /* one: it flies as for a key */
	pass(world, &clock, 100 * MS);
	assert_shows(world, "step 2/2  ▶ live");
	assert_shows(world, "●");
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 0);
	assert_int_equal(pass(world, &clock, 400 * MS), 0);
	assert_false(shows(world, "●"));
	for (int i = 0; i < 30; i++) /* thirty at once */
		live_segment(world, i ? 0 : 500 * MS);
	pass(world, &clock, 50 * MS);
	assert_false(shows(world, "step 32/32"));
	assert_in_range(pass(world, &clock, 2500 * MS), 5, 25);
	assert_shows(world, "step 32/32  ▶ live");
	assert_false(shows(world, "late"));
	live_segment(world, 2600 * MS);
	live_segment(world, 0);
	pass(world, &clock, 100 * MS);
	act(world, WS_ACT_PLAY); /* pauses where it is: the segment in flight arrives, and the others wait */
	pass(world, &clock, 2000 * MS);
	assert_shows(world, "step 33/34  paused");
	act(world, WS_ACT_LAST);
	pass(world, &clock, 100 * MS);
	assert_shows(world, "step 34/34  ▶ live");
}

static void live_connection(struct world *world, uint16_t port)
{
	send_segment(world, false, port, WS_TCP_SYN, 1000, 0, 0, MS);
}

/* A live list follows the newest connection until the user moves in it, and then says how many are new. */
static void test_live_list(void **state)
{
	struct world *world = *state;
	ws_time clock = WS_SECOND;
	world->model.live = world->model.running = true;
	pass(world, &clock, 50 * MS);
	assert_shows(world, "following");
	assert_shows(world, " 3/3 ");
	live_connection(world, 4010);
	pass(world, &clock, 50 * MS);
	assert_shows(world, " 4/4 ");
	assert_false(shows(world, "new connection"));
	act(world, WS_ACT_ENTER);
	assert_shows(world, "Connection 4 ");
	live_connection(world, 4011);
	pass(world, &clock, 50 * MS);
	assert_shows(world, "\n   1 new connection · back shows it"); /* and nothing is left of TIME */
	assert_shows(world, "Connection 4 ");
	act(world, WS_ACT_BACK);
	assert_shows(world, " 5/5 ");
	act(world, WS_ACT_UP);
	assert_shows(world, " 4/5 ");
	for (uint16_t port = 4012; port < 4030; port++)
		live_connection(world, port);
	pass(world, &clock, 50 * MS);
	assert_shows(world, " 4/23 ");
	assert_shows(world, "18 new connections · follow shows them");
	act(world, WS_ACT_FOLLOW);
	assert_shows(world, " 23/23 ");
	assert_false(shows(world, "new connection"));
}

/* ---- Bundled captures and lessons */

/* At 80x24, no step of a bundled capture has a sentence or a segment's words that are cut. */
static void test_nothing_is_cut(void **state)
{
	enum { STEPS = 40 };
	(void)state;
	glob_t found;
	int steps = 0;
	assert_int_equal(glob("captures/*.pcap", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct played played = {.tracker = NULL};
		struct ws_tracker *own;
		read_capture(&played, found.gl_pathv[i]);
		struct world *world = open_world(&played, &own);
		for (size_t rank = 0; rank < ws_tracker_conn_count(played.tracker) && rank < 4; rank++) {
			ws_ui_play(world->ui, &world->model, ws_tracker_conn_at(played.tracker, rank));
			act(world, WS_ACT_FIRST);
			for (int step = 0; step < STEPS; step++, steps++) {
				if (shows(world, "…"))
					assert_shows(world, "a whole sentence everywhere");
				turn(world, WS_KEY_WHEEL_DOWN);
			}
		}
		close_world(world, own, &played);
	}
	globfree(&found);
	assert_true(steps > 500);
}

/* The column and row of the flying segment, in one number; 0: none flies. */
static int flying_at(struct world *world)
{
	free(draw(world));
	for (int i = 0; i < world->canvas.columns * world->canvas.rows; i++)
		if (world->canvas.cells[i].code_point == 0x25cf)
			return i;
	return 0;
}

/* Draws a frame each 100 ms until the lesson asks. Returns in how many of them the segment was somewhere else. */
static int watch_to_stop(struct world *world, ws_time *clock)
{
	int moved = 0, at, before = 0;
	for (int frames = 0; frames < 3000; frames++) {
		tick(world, *clock += 100 * MS);
		at = flying_at(world);
		moved += at && at != before;
		before = at;
		if (!shows(world, "Playing on to"))
			return moved;
	}
	fail_msg("the stop is never reached");
	return 0;
}

/* Plays a lesson from stop to stop, where these are on the lifelines. Returns how many ways were watched. */
static int watch_lesson(struct world *world, const struct ws_lesson *lesson)
{
	int ways = 0;
	ws_time clock = WS_SECOND;
	tick(world, clock);
	ws_ui_lesson(world->ui, &world->model, lesson);
	for (size_t i = 0; i < lesson->stop_count; i++) {
		const struct ws_lesson_stop *stop = &lesson->stop[i], *before = i ? stop - 1 : NULL;
		const bool further = !before || before->conn_number != stop->conn_number || stop->frame > before->frame;
		if (stop->screen != WS_SCREEN_LIFELINES || !stop->conn_number) /* there is no way to it */
			return ways;
		const int moved = watch_to_stop(world, &clock);
		if (further && moved < 2)
			fail_msg("%s: on the way to stop %zu nothing flies", lesson->name, i + 1);
		ways += further;
		act(world, WS_ACT_LESSON_NEXT);
		act(world, WS_ACT_LESSON_NEXT);
	}
	return ways;
}

static void test_lessons_fly_between_stops(void **state)
{
	(void)state;
	glob_t found;
	int lessons = 0, ways = 0;
	assert_int_equal(glob("captures/*.lesson", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct played played = {.tracker = NULL};
		struct ws_tracker *own;
		if (is_translation(found.gl_pathv[i]))
			continue;
		read_lesson(&played, found.gl_pathv[i]);
		struct world *world = open_world(&played, &own);
		ways += watch_lesson(world, played.lesson);
		lessons++;
		close_world(world, own, &played);
	}
	globfree(&found);
	assert_true(lessons >= 20);
	assert_true(ways >= 40);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_guided),
	        SCENE_TEST(test_a_chosen_speed_is_kept),
	        SCENE_TEST(test_boxes_flash),
	        SCENE_TEST(test_live_flies_and_keeps_up),
	        SCENE_TEST(test_live_list),
	        cmocka_unit_test(test_nothing_is_cut),
	        cmocka_unit_test(test_lessons_fly_between_stops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
