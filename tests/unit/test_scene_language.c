/* Screens in Chinese, whose characters take two columns and which has no spaces: beside the same screens in English,
 * nothing is cut that is whole there, no key and no paragraph is missing, and no character is lost in a terminal whose
 * widths are uncertain. Words and messages are checked by tests/language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <wirestate/keys.h>
#include <wirestate/language.h>

#include <locale.h>

enum { STEPS = 10, NAME = 16 };

static const struct {
	int columns, rows;
} sizes[] = {{80, 24}, {120, 40}, {60, 20}};

/* The screen with the keys that it has by default, each by its first name. */
static void show(struct world *world, enum ws_screen screen)
{
	static char names[WS_ACTION_COUNT][NAME];
	for (enum ws_action action = 0; action < WS_ACTION_COUNT; action++) {
		const char *keys = ws_action_keys(action);
		snprintf(names[action], NAME, "%.*s", (int)strcspn(keys, " "), keys);
		world->key_name[action] = *keys ? names[action] : NULL;
	}
	struct ws_ui_options options = {.screen = screen, .key_name = world->key_name};
	ws_ui_free(world->ui);
	world->ui = ws_ui_create(&options, NULL);
	assert_non_null(world->ui);
	ws_ui_tick(world->ui, &world->model, WS_SECOND);
	free(draw(world));
}

static size_t count_of(const char *picture, const char *word)
{
	size_t count = 0;
	for (; (picture = strstr(picture, word)); picture += strlen(word))
		count++;
	return count;
}

/* Cells of keys in the hint lines. */
static int hint_cells(const struct ws_canvas *canvas)
{
	int count = 0;
	for (int i = (canvas->rows - 2) * canvas->columns; i < canvas->rows * canvas->columns; i++)
		count += canvas->cells[i].style == WS_STYLE_KEY && canvas->cells[i].code_point != ' ';
	return count;
}

static char *draw_in(struct world *world, bool translated, int *hints)
{
	ws_language_set(translated);
	char *picture = draw(world);
	*hints = hint_cells(&world->canvas);
	ws_language_set(false);
	return picture;
}

static void require(bool good, const char *what, const char *english, const char *chinese)
{
	if (good)
		return;
	fprintf(stderr, "%s:\n%s\n%s\n", what, english, chinese);
	fail();
}

/* Draws the screen as it is now, in both languages. */
static void compare(struct world *world)
{
	static const char *const heads[] = {"\n WHAT ", "\n WHY ", "\n NEXT ", "\n NOTE "};
	static const char *const translated[] = {"\n 过程 ", "\n 原因 ", "\n 接着 ", "\n 说明 "};
	int english_keys, chinese_keys;
	char *english = draw_in(world, false, &english_keys);
	char *chinese = draw_in(world, true, &chinese_keys);
	require(count_of(chinese, "…") <= count_of(english, "…"), "it is cut", english, chinese);
	require(chinese_keys >= english_keys, "a key is missing", english, chinese);
	int paragraphs = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(heads); i++) /* another one may fit than in English */
		paragraphs += (strstr(chinese, translated[i]) != NULL) - (strstr(english, heads[i]) != NULL);
	require(paragraphs >= 0, "a paragraph is missing", english, chinese);
	/* A terminal that does not say how wide other characters are. */
	world->canvas.ascii = world->canvas.wide = true;
	char *narrow = draw_in(world, true, &chinese_keys);
	require(count_of(narrow, "?") <= count_of(chinese, "?"), "a character is lost", chinese, narrow);
	world->canvas.ascii = world->canvas.wide = false;
	free(english);
	free(chinese);
	free(narrow);
}

static void test_screens(void **state)
{
	struct world *world = *state;
	for (size_t size = 0; size < WS_ARRAY_SIZE(sizes); size++) {
		assert_true(ws_canvas_resize(&world->canvas, sizes[size].columns, sizes[size].rows));
		for (int screen = 0; screen < WS_SCREEN_COUNT; screen++) {
			show(world, (enum ws_screen)screen);
			compare(world);
		}
	}
}

static void test_steps(void **state)
{
	struct world *world = *state;
	for (size_t size = 0; size < WS_ARRAY_SIZE(sizes); size++) {
		assert_true(ws_canvas_resize(&world->canvas, sizes[size].columns, sizes[size].rows));
		show(world, WS_SCREEN_LIFELINES);
		act(world, WS_ACT_FIRST);
		for (int step = 0; step < STEPS; step++) {
			compare(world);
			turn(world, WS_KEY_WHEEL_DOWN);
		}
	}
}

/* References to documents are dim from the opening parenthesis to the closing one, which take two columns. */
static void test_references_are_dim(void **state)
{
	struct world *world = *state;
	enum { OPENING = 0xff08, CLOSING = 0xff09 };
	size_t found = 0;
	assert_true(ws_canvas_resize(&world->canvas, 120, 40));
	show(world, WS_SCREEN_LIFELINES);
	ws_language_set(true);
	free(draw(world));
	ws_language_set(false);
	const struct ws_cell *cells = world->canvas.cells;
	for (int i = 0; i + 2 < world->canvas.columns * world->canvas.rows; i++) {
		if (cells[i].code_point != OPENING || cells[i + 2].code_point != 'R')
			continue;
		found++;
		do
			assert_int_equal(cells[i].style, WS_STYLE_DIM);
		while (cells[i++].code_point != CLOSING);
		assert_int_not_equal(cells[i + 1].style, WS_STYLE_DIM);
	}
	assert_int_not_equal(found, 0);
}

/* Chinese is read, too, before a guided replay goes on. */
static void test_reading_takes_time(void **state)
{
	struct world *world = *state;
	show(world, WS_SCREEN_LIFELINES);
	ws_language_set(true);
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_PLAY);
	act(world, WS_ACT_GUIDED);
	ws_time clock = WS_SECOND;
	for (int i = 0; i < 5; i++)
		ws_ui_tick(world->ui, &world->model, clock += WS_SECOND);
	assert_shows(world, "第 1/10 步");
	for (int i = 0; i < 60; i++)
		ws_ui_tick(world->ui, &world->model, clock += WS_SECOND);
	char *picture = draw(world);
	ws_language_set(false);
	assert_null(strstr(picture, "第 1/10 步"));
	free(picture);
}

/* Writes what is searched for, and returns whether the list says that nothing contains it. */
static bool finds_nothing(struct world *world, const char *words)
{
	struct ws_key key = {.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT};
	show(world, WS_SCREEN_LIST);
	act(world, WS_ACT_SEARCH);
	for (size_t used, left = strlen(words); left; words += used, left -= used) {
		used = ws_utf8_decode(words, left, &key.character);
		assert_true(ws_ui_key(world->ui, &world->model, &key));
	}
	char *picture = draw(world);
	const bool nothing = strstr(picture, _("nothing in the list contains this"));
	free(picture);
	return nothing;
}

static void test_the_search_knows_both_languages(void **state)
{
	struct world *world = *state;
	ws_language_set(true);
	assert_false(finds_nothing(world, "被拒绝"));
	assert_false(finds_nothing(world, "REFUSED"));
	assert_false(finds_nothing(world, "answered the SYN"));
	assert_false(finds_nothing(world, "10.0.0.2:80"));
	assert_true(finds_nothing(world, "没有这个词"));
	ws_language_set(false);
}

int main(void)
{
	char why[256];
	struct ws_error error;
	if (!setlocale(LC_ALL, "C.UTF-8") || !ws_language_start("zh_CN", false, why, &error))
		return 1;
	ws_language_set(false);
	const struct CMUnitTest tests[] = {
	        SCENE_TEST(test_screens),
	        SCENE_TEST(test_steps),
	        SCENE_TEST(test_references_are_dim),
	        SCENE_TEST(test_reading_takes_time),
	        SCENE_TEST(test_the_search_knows_both_languages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
