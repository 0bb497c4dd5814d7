/* At 80x24 no sentence is cut where rows are free, on any screen of the bundled captures and lessons.
 *
 * Each screen is drawn twice, the second time on a canvas with many more rows, where every sentence has as many as it
 * needs. What is a sentence there has to be on the first one, too, unless that has no empty row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundled.h"
#include "scene_world.h"

#include <glob.h>
#include <locale.h>

enum { COLUMNS = 80, ROWS = 24, MANY_ROWS = 90, STEPS = 12, FIELDS = 60, END = 28 };

struct walk {
	struct world *world;
	struct ws_canvas tall;
	const char *name; /* of the capture or the lesson */
	int screens, cut;
};

/* True when a row has nothing but the lines of life. */
static bool has_empty_row(const struct ws_canvas *canvas)
{
	for (int row = 0; row < canvas->rows; row++) {
		bool empty = true;
		for (int column = 0; column < canvas->columns && empty; column++) {
			const uint32_t c = canvas->cells[row * canvas->columns + column].code_point;
			empty = c == ' ' || c == 0 || c == 0x2502;
		}
		if (empty)
			return true;
	}
	return false;
}

/* Replaces runs of spaces and line ends by one space. */
static void join(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++)
		if (*from != ' ' && *from != '\n')
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
}

static void report(struct walk *walk, const char *what, const char *screen)
{
	if (walk->cut++ < 3)
		print_error("%s: %s is cut on\n%s\n", walk->name, what, screen);
}

/* In a sentence or a table; the title of a lesson may be cut. */
static bool has_ellipsis(const char *screen)
{
	const char *at = strstr(screen, "…");
	while (at) {
		const char *line = at;
		while (line > screen && line[-1] != '\n')
			line--;
		if (strncmp(line, "─", strlen("─")) != 0)
			return true;
		at = strstr(at + 1, "…");
	}
	return false;
}

static void check(struct walk *walk)
{
	struct world *world = walk->world;
	char *seen = draw(world), end[END + 1];
	const bool free_rows = has_empty_row(&world->canvas);
	const struct ws_canvas small = world->canvas;
	walk->screens++;
	if (!free_rows) {
		free(seen);
		return;
	}
	world->canvas = walk->tall;
	char *whole = draw(world);
	world->canvas = small;
	if (has_ellipsis(seen))
		report(walk, "something", seen);
	char *shown = strdup(seen);
	assert_non_null(shown);
	join(shown);
	/* The end of a sentence ends a line. */
	join(whole);
	const bool scrolls = ws_ui_screen(world->ui) == WS_SCREEN_HELP;
	for (const char *dot = strstr(whole, ". "); dot && !scrolls; dot = strstr(dot + 1, ". ")) {
		const size_t length = dot + 1 - whole < END ? (size_t)(dot + 1 - whole) : END;
		snprintf(end, sizeof(end), "%.*s", (int)length, dot + 1 - length);
		const char *from = strchr(end, ' '); /* the first word may be a part of one */
		if (from && !strstr(shown, from))
			report(walk, end, seen);
	}
	free(whole);
	free(shown);
	free(seen);
}

/* Goes down the screen row by row. */
static void walk_rows(struct walk *walk, int rows)
{
	check(walk);
	for (int i = 0; i < rows && ws_ui_act(walk->world->ui, &walk->world->model, WS_ACT_DOWN); i++)
		check(walk);
}

static void go(struct walk *walk, enum ws_action action)
{
	ws_ui_act(walk->world->ui, &walk->world->model, action);
}

static void walk_help(struct walk *walk)
{
	go(walk, WS_ACT_HELP);
	check(walk);
	go(walk, WS_ACT_BACK);
}

static void walk_connection(struct walk *walk)
{
	struct world *world = walk->world;
	go(walk, WS_ACT_FIRST);
	for (int step = 0; step < STEPS; step++) {
		check(walk);
		go(walk, WS_ACT_DIAGRAM);
		check(walk);
		go(walk, WS_ACT_BACK);
		go(walk, WS_ACT_DETAIL);
		if (ws_ui_screen(world->ui) == WS_SCREEN_PACKET) {
			walk_rows(walk, step < 3 ? FIELDS : 0);
			go(walk, WS_ACT_BACK);
		}
		go(walk, WS_ACT_NEXT_PACKET);
	}
	go(walk, WS_ACT_STREAM);
	walk_rows(walk, STEPS);
	walk_help(walk);
	go(walk, WS_ACT_BACK);
	walk_help(walk);
}

static void walk_tables(struct walk *walk)
{
	static const enum ws_action doors[] = {WS_ACT_UDP, WS_ACT_ARP, WS_ACT_STATISTICS, WS_ACT_HOSTS};
	for (size_t i = 0; i < WS_ARRAY_SIZE(doors); i++) {
		go(walk, doors[i]);
		for (int pane = 0; pane < (doors[i] == WS_ACT_ARP ? 3 : 1); pane++) {
			walk_rows(walk, STEPS);
			go(walk, WS_ACT_NEXT_PANE);
		}
		if (doors[i] == WS_ACT_UDP) {
			go(walk, WS_ACT_ENTER);
			walk_rows(walk, STEPS);
			if (ws_ui_screen(walk->world->ui) == WS_SCREEN_DATAGRAMS)
				go(walk, WS_ACT_BACK);
		}
		walk_help(walk);
		go(walk, WS_ACT_BACK);
	}
}

static struct walk begin(struct played *played, struct ws_tracker **own, const char *name)
{
	struct walk walk = {.world = open_world(played, own), .name = name};
	struct ws_tracker_stats stats;
	ws_tracker_stats(played->tracker, &stats);
	walk.world->model.now = stats.last_time;
	/* Keys by their built-in names, which are shorter than the actions'. */
	walk.world->key_name[WS_ACT_LESSON_NEXT] = "Space";
	walk.world->key_name[WS_ACT_LESSON_BACK] = "Backspace";
	assert_true(ws_canvas_create(&walk.tall, COLUMNS, MANY_ROWS));
	return walk;
}

static void end(struct walk *walk, struct ws_tracker *own, struct played *played)
{
	ws_canvas_destroy(&walk->tall);
	close_world(walk->world, own, played);
}

static void no_sentence_of_a_capture_is_cut(void **state)
{
	(void)state;
	glob_t found;
	int screens = 0, cut = 0;
	assert_int_equal(glob("captures/*.pcap", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct played played = {.tracker = NULL};
		struct ws_tracker *own;
		read_capture(&played, found.gl_pathv[i]);
		struct walk walk = begin(&played, &own, found.gl_pathv[i]);
		for (size_t rank = 0; rank < ws_tracker_conn_count(played.tracker) && rank < 3; rank++) {
			check(&walk);
			go(&walk, WS_ACT_ENTER);
			walk_connection(&walk);
			go(&walk, WS_ACT_BACK);
			go(&walk, WS_ACT_DOWN);
		}
		walk_help(&walk);
		walk_tables(&walk);
		screens += walk.screens;
		cut += walk.cut;
		end(&walk, own, &played);
	}
	globfree(&found);
	assert_true(screens > 1000);
	assert_int_equal(cut, 0);
}

/* The state diagram of a connection needs the rows of the lesson's panel. */
static void fold(struct walk *walk, const struct ws_lesson_stop *stop)
{
	if (!stop || stop->screen != WS_SCREEN_LIFELINES || !stop->conn_number)
		return;
	go(walk, WS_ACT_DIAGRAM);
	assert_int_equal(ws_ui_screen(walk->world->ui), WS_SCREEN_DIAGRAM);
	check(walk);
	char *screen = draw(walk->world);
	assert_null(strstr(screen, "The state diagram needs"));
	assert_non_null(strstr(screen, "FIN_WAIT_2"));
	free(screen);
	go(walk, WS_ACT_BACK);
}

static void no_sentence_of_a_lesson_is_cut(void **state)
{
	(void)state;
	glob_t found;
	int screens = 0, cut = 0;
	assert_int_equal(glob("captures/*.lesson", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct played played = {.tracker = NULL};
		struct ws_tracker *own;
		read_lesson(&played, found.gl_pathv[i]);
		struct walk walk = begin(&played, &own, found.gl_pathv[i]);
		ws_ui_lesson(walk.world->ui, &walk.world->model, played.lesson);
		for (size_t stop = 0; stop <= played.lesson->stop_count; stop++) {
			for (int answered = 0; answered < 2; answered++) {
				ws_ui_lesson_stand(walk.world->ui, &walk.world->model, stop, answered);
				ws_ui_tick(walk.world->ui, &walk.world->model, WS_SECOND);
				check(&walk);
				fold(&walk, stop < played.lesson->stop_count ? &played.lesson->stop[stop] : NULL);
			}
		}
		screens += walk.screens;
		cut += walk.cut;
		end(&walk, own, &played);
	}
	globfree(&found);
	assert_true(screens > 200);
	assert_int_equal(cut, 0);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_sentence_of_a_capture_is_cut),
	        cmocka_unit_test(no_sentence_of_a_lesson_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
