/* The start screen: its groups, what it proposes, the search, and the marks for what does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirestate/start.h>
#include <wirestate/view.h>

static const struct ws_start_entry lessons[] = {
        {.group = WS_LESSON_OPEN, .title = "The first", .name = "first", .about = "how it opens", .ready = true},
        {.group = WS_LESSON_OPEN, .title = "The second", .name = "second", .about = "and goes on", .ready = true},
        {.group = WS_LESSON_CLOSE, .title = "The third", .name = "third", .about = "and closes", .ready = true},
        {.group = WS_START_HERE, .title = "own.pcap", .name = "own.pcap", .about = "pcap, 24 bytes", .ready = true},
        {.group = WS_START_INTERFACES, .title = "lo", .name = "lo", .about = "up, loopback", .ready = true},
};

struct fixture {
	struct ws_start_entry entries[WS_ARRAY_SIZE(lessons)];
	struct ws_start start;
	struct ws_keymap keymap;
	struct ws_canvas canvas;
	int rows;
};

static void set_up(struct fixture *it, int rows)
{
	memcpy(it->entries, lessons, sizeof(lessons));
	ws_keymap_init(&it->keymap);
	it->start = (struct ws_start){.entries = it->entries,
	                              .cursor.count = WS_ARRAY_SIZE(lessons),
	                              .key_name = it->keymap.name,
	                              .command = "build/wirestate"};
	it->rows = rows;
	assert_true(ws_canvas_create(&it->canvas, 80, rows));
}

/* Draws, and finds an ASCII text in one row: its row, or -1. */
static int row_with(struct fixture *it, const char *text)
{
	ws_canvas_clear(&it->canvas);
	ws_start_act(&it->start, WS_ACT_NONE, it->rows);
	ws_start_draw(&it->start, &it->canvas);
	for (int row = 0; row < it->rows; row++) {
		char line[128] = "";
		for (int column = 0; column < 80; column++) {
			const uint32_t code = it->canvas.cells[row * 80 + column].code_point;
			line[column] = code >= ' ' && code < 0x7f ? (char)code : '*';
		}

		if (strstr(line, text))
			return row;
	}
	return -1;
}

static void type(struct fixture *it, const char *text)
{
	ws_start_act(&it->start, WS_ACT_SEARCH, it->rows);
	assert_true(it->start.typing);
	for (; *text; text++)
		ws_start_edit(&it->start, WS_EDIT_INSERT, (uint32_t)*text, it->rows);
}

static void test_what_it_proposes(void **state)
{
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 24);
	assert_true(row_with(&it, "New here? Enter: The first") == 1);
	assert_true(row_with(&it, "0 of 3 lessons done") == 1);
	assert_true(ws_start_act(&it.start, WS_ACT_DOWN, 24));
	assert_true(row_with(&it, "New here? Begin with: The first") == 1);
	it.entries[0].done = true;
	assert_int_equal(ws_start_next_lesson(&it.start), 1);
	assert_true(row_with(&it, "Next lesson, Enter: The second") == 1);
	assert_true(row_with(&it, "1 of 3 lessons done") == 1);
	assert_true(row_with(&it, " + The first") > 0); /* with the mark */
	assert_true(row_with(&it, "(build/wirestate --lesson second)") > 0);
	it.entries[1].done = it.entries[2].done = true;
	assert_true(ws_start_next_lesson(&it.start) == SIZE_MAX);
	assert_true(row_with(&it, "All lessons are done.") == 1);
	ws_canvas_destroy(&it.canvas);
}

static void test_groups(void **state)
{
	static const uint64_t first[] = {2, 3, 4, 0};
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 24);
	assert_true(row_with(&it, "Lessons: Opening a connection") == 3);
	assert_true(row_with(&it, "Lessons: Closing it") == 7);
	assert_true(row_with(&it, "Captures in this folder") == 10);
	for (size_t i = 0; i < WS_ARRAY_SIZE(first); i++) {
		assert_true(ws_start_act(&it.start, WS_ACT_NEXT_GROUP, 24));
		assert_int_equal(it.start.cursor.selected, first[i]);
	}
	ws_canvas_destroy(&it.canvas);
}

/* Eleven rows show four of the list. */
static void test_more_above_and_below(void **state)
{
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 11);
	assert_true(row_with(&it, "v 3 more below") == 7);
	assert_true(row_with(&it, "above") < 0);
	assert_true(ws_start_act(&it.start, WS_ACT_LAST, 11));
	assert_true(row_with(&it, "^ 3 above") == 7);
	assert_true(row_with(&it, "below") < 0);
	assert_true(row_with(&it, "Interfaces, live") > 0);
	assert_true(ws_start_act(&it.start, WS_ACT_FIRST, 11));
	assert_true(row_with(&it, "Lessons: Opening a connection") == 3);
	ws_canvas_destroy(&it.canvas);
}

static void test_search(void **state)
{
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 24);
	type(&it, "LOOP");
	assert_int_equal(it.start.cursor.selected, 4);
	ws_start_edit(&it.start, WS_EDIT_ERASE_ALL, 0, 24);
	assert_int_equal(it.start.cursor.selected, 0);
	ws_start_edit(&it.start, WS_EDIT_INSERT, 'x', 24);
	assert_true(row_with(&it, "Nothing here matches \"x\".") > 0);
	ws_start_edit(&it.start, WS_EDIT_ERASE, 0, 24);
	ws_start_edit(&it.start, WS_EDIT_CANCEL, 0, 24);
	assert_false(it.start.typing || it.start.not_found);
	type(&it, "and ");
	ws_start_edit(&it.start, WS_EDIT_ACCEPT, 0, 24);
	assert_false(it.start.typing);
	assert_int_equal(it.start.cursor.selected, 1);
	assert_true(ws_start_act(&it.start, WS_ACT_FIND_NEXT, 24));
	assert_int_equal(it.start.cursor.selected, 2);
	assert_true(ws_start_act(&it.start, WS_ACT_FIND_NEXT, 24)); /* around the end */
	assert_int_equal(it.start.cursor.selected, 1);
	assert_true(ws_start_act(&it.start, WS_ACT_FIND_PREVIOUS, 24));
	assert_int_equal(it.start.cursor.selected, 2);
	ws_canvas_destroy(&it.canvas);
}

/* A word of a heading leads to the group's first entry. */
static void test_search_for_headings(void **state)
{
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 24);
	type(&it, "interfaces");
	assert_int_equal(it.start.cursor.selected, 4);
	ws_start_edit(&it.start, WS_EDIT_CANCEL, 0, 24);
	type(&it, "closing");
	assert_int_equal(it.start.cursor.selected, 2);
	ws_canvas_destroy(&it.canvas);
}

static char *about_in(const char *path)
{
	char line[512], *about = NULL;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (!about && fgets(line, sizeof(line), file))
		if (strncmp(line, "about:", 6) == 0)
			about = strdup(line + 6 + strspn(line + 6, " "));
	fclose(file);
	assert_non_null(about);
	about[strcspn(about, "\n")] = '\0';
	return about;
}

/* Below the list every lesson's and scenario's description is whole, with the command that begins it. */
static void test_whole_descriptions(void **state)
{
	static const struct {
		const char *pattern;
		unsigned group;
	} kinds[] = {{"captures/*.lesson", WS_LESSON_OPEN}, {"captures/lab/*.lab", WS_START_LAB}};
	(void)state;
	for (size_t kind = 0; kind < WS_ARRAY_SIZE(kinds); kind++) {
		glob_t found;
		assert_int_equal(glob(kinds[kind].pattern, 0, NULL, &found), 0);
		for (size_t i = 0; i < found.gl_pathc; i++) {
			struct fixture it = {.rows = 0};
			set_up(&it, 24);
			const char *name = strrchr(found.gl_pathv[i], '/') + 1;
			char *about = about_in(found.gl_pathv[i]);
			struct ws_start_entry *entry = &it.entries[0];
			entry->group = kinds[kind].group;
			snprintf(entry->name, sizeof(entry->name), "%.*s", (int)strcspn(name, "."), name);
			snprintf(entry->about, sizeof(entry->about), "%s", about);
			it.start.cursor.count = 1;
			char last[80]; /* word of the command, in the rows below the list */
			snprintf(last, sizeof(last), "%s)", entry->name);
			if (row_with(&it, last) < 0)
				fail_msg("%s: does not fit: %s", name, about);
			free(about);
			ws_canvas_destroy(&it.canvas);
		}
		globfree(&found);
	}
}

/* The help has the keys of the start screen, and says nothing of others. */
static void test_help(void **state)
{
	struct fixture it = {.rows = 0};
	(void)state;
	set_up(&it, 24);
	assert_true(ws_start_act(&it.start, WS_ACT_HELP, 24));
	assert_true(row_with(&it, "to the next group") > 0);
	assert_true(row_with(&it, "build/wirestate --help lists all options.") > 0);
	assert_true(row_with(&it, "The first") < 0);
	assert_false(ws_start_act(&it.start, WS_ACT_DOWN, 24));
	assert_true(ws_start_act(&it.start, WS_ACT_BACK, 24));
	assert_true(row_with(&it, "The first") > 0);
	assert_false(ws_action_screens(WS_ACT_SORT) >> WS_KEYS_OF_START & 1);
	assert_true(ws_action_screens(WS_ACT_ENTER) >> WS_KEYS_OF_START & 1);
	ws_canvas_destroy(&it.canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_what_it_proposes),
	        cmocka_unit_test(test_groups),
	        cmocka_unit_test(test_more_above_and_below),
	        cmocka_unit_test(test_search),
	        cmocka_unit_test(test_search_for_headings),
	        cmocka_unit_test(test_whole_descriptions),
	        cmocka_unit_test(test_help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
