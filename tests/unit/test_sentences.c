/* suite: 10 s
 *
 * At 80x24 no sentence is cut on any screen of the bundled captures and lessons.
 *
 * Each screen is drawn twice, the second time on a canvas with many more rows, where every sentence has as many as it
 * needs. What explains a step, a packet or a row of a table has to be the same on both. Of paragraphs with a head
 * (WHY), the state diagram may leave out whole ones. Every step of every connection, every packet and every stop is
 * walked; of each packet's fields, those that one of so many packets before did not show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sanitized.h"
#include "bundled.h"
#include "scene_world.h"

#include <wirestate/replay.h>

#include <glob.h>
#include <locale.h>

enum {
	COLUMNS = 80,
	ROWS = 24,
	MANY_ROWS = 90,
	STEPS = 400, /* more than a bundled connection has */
	TABLE = 12,  /* rows of a table that are selected */
	FIELDS = 90, /* more than a packet has */
	DATAGRAMS = 4,
	ROTATION = 9,               /* every ninth field of a packet, another ninth of the next packet */
	SAMPLE = SANITIZED ? 5 : 1, /* a sanitizer makes screens slow: there, every fifth; other builds compare all */
	END = 28,
	REPORTED = 3,
};

struct walk {
	struct world *world;
	struct ws_canvas tall;
	const char *name; /* of the capture or the lesson */
	int screens, cut, packets;
};

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
	if (walk->cut++ < REPORTED) /* cmocka's messages are too short for a screen */
		fprintf(stderr, "%s: [%s] is cut on\n%s\n", walk->name, what, screen);
}

static const char *line_after(const char *line)
{
	const char *end = strchr(line, '\n');
	return end ? end + 1 : line + strlen(line);
}

static bool is_rule(const char *line)
{
	/* A title may follow, or in place of the rule there is a bar that says where the time went. */
	return strncmp(line, "─", strlen("─")) == 0 || strncmp(line, " TIME ", strlen(" TIME ")) == 0;
}

static char *copy(const char *from, const char *to)
{
	char *text = strndup(from, (size_t)(to - from));
	assert_non_null(text);
	join(text);
	return text;
}

static bool begins_paragraph(const char *line)
{
	static const char *const heads[] = {" WHAT  ", " LAB   ", " WHY   ", " NEXT  ", " NOTE  "};
	for (size_t i = 0; i < WS_ARRAY_SIZE(heads); i++)
		if (strncmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

/* The paragraph that begins like `head`, which is the beginning of a line. NULL: there is none. */
static char *find_paragraph(const char *screen, const char *head)
{
	for (const char *line = screen; *line; line = line_after(line)) {
		if (strncmp(line, head, 7) != 0)
			continue;
		const char *end = line_after(line);
		while (*end && !is_rule(end) && !begins_paragraph(end))
			end = line_after(end);
		return copy(line, end);
	}
	return NULL;
}

/* What is below the last rule, without the last line, which has the keys. */
static char *find_foot(const char *screen)
{
	const char *foot = screen, *keys = screen;
	for (const char *line = screen; *line; line = line_after(line)) {
		foot = is_rule(line) ? line_after(line) : foot;
		keys = line;
	}
	return foot == screen || foot > keys ? copy(foot, foot) : copy(foot, keys);
}

static void compare_paragraphs(struct walk *walk, const char *seen, const char *whole)
{
	const bool leaves_out = ws_ui_screen(walk->world->ui) == WS_SCREEN_DIAGRAM;
	for (const char *line = whole; *line; line = line_after(line)) {
		if (!begins_paragraph(line))
			continue;
		char *wanted = find_paragraph(whole, line), *shown = find_paragraph(seen, line);
		if (shown ? strcmp(shown, wanted) != 0 : !leaves_out)
			report(walk, wanted, seen);
		free(wanted);
		free(shown);
	}
}

static void compare_feet(struct walk *walk, const char *seen, const char *whole)
{
	char *wanted = find_foot(whole), *shown = find_foot(seen);
	if (strcmp(wanted, shown) != 0)
		report(walk, wanted, seen);
	free(wanted);
	free(shown);
}

/* Sentences that have their place elsewhere: their ends must be there. */
static void compare_sentences(struct walk *walk, const char *seen, char *whole)
{
	char end[END + 1], *shown = strdup(seen);
	assert_non_null(shown);
	join(shown);
	join(whole);
	for (const char *dot = strstr(whole, ". "); dot; dot = strstr(dot + 1, ". ")) {
		const size_t length = dot + 1 - whole < END ? (size_t)(dot + 1 - whole) : END;
		snprintf(end, sizeof(end), "%.*s", (int)length, dot + 1 - length);
		const char *from = strchr(end, ' '); /* the first word may be a part of one */
		if (from && !strstr(shown, from))
			report(walk, end, seen);
	}
	free(shown);
}

/* Whether something ends in "…". Above the last rule, a packet has it after a space where bytes are left out. */
static bool has_cut(const char *screen, bool packet)
{
	const char *foot = screen;
	for (const char *line = screen; *line; line = line_after(line))
		foot = is_rule(line) ? line : foot;
	for (const char *at = strstr(screen, "…"); at; at = strstr(at + 1, "…"))
		if (!packet || at > foot || at == screen || at[-1] != ' ')
			return true;
	return false;
}

static void check(struct walk *walk)
{
	if (walk->screens++ % SAMPLE != 0)
		return;
	struct world *world = walk->world;
	char *seen = draw(world);
	const struct ws_canvas small = world->canvas;
	const enum ws_screen screen = ws_ui_screen(world->ui);
	world->canvas = walk->tall;
	char *whole = draw(world);
	world->canvas = small;
	if (screen != WS_SCREEN_DIAGRAM && has_cut(seen, screen == WS_SCREEN_PACKET))
		report(walk, "something", seen);
	if (screen != WS_SCREEN_HELP) { /* it scrolls */
		compare_paragraphs(walk, seen, whole);
		compare_feet(walk, seen, whole);
		if (screen != WS_SCREEN_DIAGRAM && screen != WS_SCREEN_PACKET) /* whose fields and bytes scroll */
			compare_sentences(walk, seen, whole);
	}
	free(whole);
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

/* Some of a packet's fields; over several packets all of them. */
static void walk_fields(struct walk *walk)
{
	const int turn = walk->packets++ % ROTATION;
	check(walk);
	for (int i = 0; i < FIELDS && ws_ui_act(walk->world->ui, &walk->world->model, WS_ACT_DOWN); i++)
		if (i % ROTATION == turn)
			check(walk);
}

static void walk_connection(struct walk *walk, ws_conn_id conn)
{
	struct world *world = walk->world;
	struct ws_replay *replay = ws_replay_open(world->model.tracker, conn);
	assert_non_null(replay);
	const size_t steps = ws_replay_count(replay);
	ws_replay_close(replay);
	assert_true(steps <= STEPS);
	go(walk, WS_ACT_FIRST);
	for (size_t step = 0; step < steps; step++) {
		check(walk);
		go(walk, WS_ACT_DIAGRAM);
		check(walk);
		go(walk, WS_ACT_BACK);
		go(walk, WS_ACT_DETAIL);
		if (ws_ui_screen(world->ui) == WS_SCREEN_PACKET) {
			walk_fields(walk);
			go(walk, WS_ACT_BACK);
		}
		ws_ui_key(world->ui, &world->model, &(struct ws_key){.kind = WS_KEY_WHEEL_DOWN});
	}
	go(walk, WS_ACT_STREAM);
	walk_rows(walk, STEPS);
	walk_help(walk);
	go(walk, WS_ACT_BACK);
	walk_help(walk);
}

/* Every row of the packets of the first datagrams: those of fragments are not on the screens of a connection. */
static void walk_datagrams(struct walk *walk)
{
	struct world *world = walk->world;
	go(walk, WS_ACT_FIRST);
	for (int i = 0; i < DATAGRAMS; i++) {
		go(walk, WS_ACT_ENTER);
		if (ws_ui_screen(world->ui) == WS_SCREEN_PACKET) {
			walk_rows(walk, FIELDS);
			go(walk, WS_ACT_BACK);
		}
		if (!ws_ui_act(world->ui, &world->model, WS_ACT_DOWN))
			break;
	}
}

static void walk_tables(struct walk *walk)
{
	static const enum ws_action doors[] = {WS_ACT_UDP, WS_ACT_ARP, WS_ACT_STATISTICS, WS_ACT_HOSTS};
	for (size_t i = 0; i < WS_ARRAY_SIZE(doors); i++) {
		go(walk, doors[i]);
		for (int pane = 0; pane < (doors[i] == WS_ACT_ARP ? 3 : 1); pane++) {
			walk_rows(walk, TABLE);
			go(walk, WS_ACT_NEXT_PANE);
		}
		if (doors[i] == WS_ACT_UDP) {
			go(walk, WS_ACT_ENTER);
			walk_rows(walk, TABLE);
			if (ws_ui_screen(walk->world->ui) == WS_SCREEN_DATAGRAMS) {
				walk_datagrams(walk);
				go(walk, WS_ACT_BACK);
			}
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
		for (size_t rank = 0; rank < ws_tracker_conn_count(played.tracker); rank++) {
			check(&walk);
			go(&walk, WS_ACT_ENTER);
			walk_connection(&walk, ws_tracker_conn_at(played.tracker, rank));
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
	assert_true(screens > 8000);
	assert_int_equal(cut, 0);
}

/* While the answer is not typed, the longest words for keys stand beside the lesson's title. */
static void look_around(struct walk *walk)
{
	const struct ws_key escape = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_CANCEL};
	if (!ws_ui_typing(walk->world->ui))
		return;
	ws_ui_key(walk->world->ui, &walk->world->model, &escape);
	check(walk);
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

/* Shows a stop as if the snapshot that it needs had been made: the tracker has more packets, the screens the same rows.
 */
static void stand(struct walk *walk, size_t stop, bool answered)
{
	struct world *world = walk->world;
	ws_ui_layout(world->ui, &world->model, COLUMNS, ROWS);
	ws_ui_lesson_stand(world->ui, &world->model, stop, answered);
	const struct ws_position position = ws_ui_position(world->ui);
	world->model.past = position.past;
	world->model.frame = position.frame;
	ws_ui_tick(world->ui, &world->model, WS_SECOND);
}

static void walk_lesson(struct walk *walk, const struct ws_lesson *lesson)
{
	struct world *world = walk->world;
	ws_ui_lesson(world->ui, &world->model, lesson);
	for (size_t stop = 0; stop <= lesson->stop_count; stop++) {
		for (int answered = 0; answered < 2; answered++) {
			stand(walk, stop, answered);
			if (stop < lesson->stop_count)
				assert_int_equal(ws_ui_screen(world->ui), lesson->stop[stop].screen);
			check(walk);
			look_around(walk);
			fold(walk, stop < lesson->stop_count ? &lesson->stop[stop] : NULL);
		}
	}
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
		if (is_translation(found.gl_pathv[i]))
			continue;
		read_lesson(&played, found.gl_pathv[i]);
		struct walk walk = begin(&played, &own, found.gl_pathv[i]);
		walk_lesson(&walk, played.lesson);
		screens += walk.screens;
		cut += walk.cut;
		end(&walk, own, &played);
	}
	globfree(&found);
	assert_true(screens > 200);
	assert_int_equal(cut, 0);
}

static void no_sentence_of_an_exercise_is_cut(void **state)
{
	(void)state;
	enum { SEEDS = 3 };
	glob_t found;
	int screens = 0, cut = 0;
	assert_int_equal(glob("captures/*.pcap", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct played played = {.tracker = NULL};
			struct ws_tracker *own;
			struct ws_error error;
			read_capture(&played, found.gl_pathv[i]);
			struct walk walk = begin(&played, &own, found.gl_pathv[i]);
			struct ws_lesson *exercise = ws_lesson_exercise(played.tracker, 0, seed, &error);
			if (exercise) /* else there is nothing to ask */
				walk_lesson(&walk, exercise);
			screens += walk.screens;
			cut += walk.cut;
			end(&walk, own, &played);
			ws_lesson_free(exercise);
		}
	}
	globfree(&found);
	assert_true(screens > 500);
	assert_int_equal(cut, 0);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(no_sentence_of_a_capture_is_cut),
	        cmocka_unit_test(no_sentence_of_a_lesson_is_cut),
	        cmocka_unit_test(no_sentence_of_an_exercise_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
