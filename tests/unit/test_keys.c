/* The key map and what the screens act on are two lists of one fact: they must agree, and no key may mean two things.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene/ui.h"
#include "view/view_internal.h"

/* A lesson's keys are those of every screen while it is played. */
static bool is_mapped(enum ws_action action, enum ws_screen screen)
{
	for (wint_t key = 1; key <= KEY_MAX; key++)
		if (key_built_in(key, screen) == action || key_built_in(key, KEYS_OF_LESSON) == action)
			return true;
	return false;
}

static void test_every_action_has_a_key_where_it_applies(void **state)
{
	(void)state;
	for (int screen = 0; screen < WS_SCREEN_COUNT; screen++)
		for (int action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
			if (is_mapped((enum ws_action)action, (enum ws_screen)screen) !=
			    ui_applies((enum ws_action)action, (enum ws_screen)screen))
				fail_msg("%s on screen %d: a key without effect, or an effect without a key",
				         ws_action_name((enum ws_action)action), screen);
}

static void test_names(void **state)
{
	(void)state;
	assert_null(ws_key_name(WS_ACT_NONE));
	assert_string_equal(ws_key_name(WS_ACT_QUIT), "q");
	for (int action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
		assert_non_null(ws_key_name((enum ws_action)action));
		assert_true(strlen(ws_action_meaning((enum ws_action)action)) > 0);
	}
	assert_int_equal(key_built_in('q', WS_SCREEN_HELP), WS_ACT_QUIT);
	assert_int_equal(key_built_in(KEY_RIGHT, WS_SCREEN_LIFELINES), WS_ACT_STEP);
	assert_int_equal(key_built_in(KEY_RIGHT, WS_SCREEN_PACKET), WS_ACT_RIGHT);
	assert_int_equal(key_built_in('z', WS_SCREEN_LIST), WS_ACT_NONE);
}

static void test_lesson_keys(void **state)
{
	(void)state;
	struct ws_keymap keymap;
	struct ws_error error;
	ws_keymap_init(&keymap);
	assert_int_equal(key_action(&keymap, ' ', KEYS_OF_LESSON), WS_ACT_LESSON_NEXT);
	assert_int_equal(key_action(&keymap, ' ', WS_SCREEN_LIFELINES), WS_ACT_PLAY);
	assert_int_equal(key_action(&keymap, 'd', KEYS_OF_LESSON), WS_ACT_NONE);
	assert_string_equal(keymap.name[WS_ACT_PLAY], "Space");
	assert_null(keymap.name_in_lesson[WS_ACT_PLAY]); /* the lesson has taken it */
	assert_null(keymap.name_in_lesson[WS_ACT_ENTER]);
	assert_string_equal(keymap.name_in_lesson[WS_ACT_BACK], "Esc");
	assert_string_equal(keymap.name_in_lesson[WS_ACT_DETAIL], "d");
	assert_true(ws_keymap_bind(&keymap, "lesson-next", "F5", &error));
	assert_string_equal(keymap.name_in_lesson[WS_ACT_LESSON_NEXT], "F5");
	assert_int_equal(key_action(&keymap, KEY_F(5), KEYS_OF_LESSON), WS_ACT_LESSON_NEXT);
}

static void test_own_keys(void **state)
{
	struct ws_keymap keymap;
	struct ws_error error;
	(void)state;
	ws_keymap_init(&keymap);
	assert_string_equal(keymap.name[WS_ACT_FILTER], "F");
	for (int action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		assert_string_equal(keymap.name[action], ws_key_name((enum ws_action)action));
	assert_true(ws_keymap_bind(&keymap, "filter", "F5", &error));
	assert_int_equal(key_action(&keymap, KEY_F(5), WS_SCREEN_LIST), WS_ACT_FILTER);
	assert_int_equal(key_action(&keymap, KEY_F(5), WS_SCREEN_PACKET), WS_ACT_NONE);
	assert_int_equal(key_action(&keymap, 'F', WS_SCREEN_LIST), WS_ACT_FILTER); /* goes on working */
	assert_string_equal(keymap.name[WS_ACT_FILTER], "F5");
	assert_true(ws_keymap_bind(&keymap, "search", "s", &error)); /* takes it from sort, which has no other */
	assert_int_equal(key_action(&keymap, 's', WS_SCREEN_LIST), WS_ACT_SEARCH);
	assert_null(keymap.name[WS_ACT_SORT]);
	assert_true(ws_keymap_bind(&keymap, "follow", "q", &error) == false); /* or nobody could leave */
	assert_true(ws_keymap_bind(&keymap, "quit", "Ctrl-Q", &error));
	assert_int_equal(key_action(&keymap, 'q' & 0x1f, WS_SCREEN_HELP), WS_ACT_QUIT);
	assert_true(ws_keymap_bind(&keymap, "follow", "q", &error));
	assert_false(ws_keymap_bind(&keymap, "sort", "F5", &error));
	assert_non_null(strstr(error.text, "filter"));
	static const char *const wrong[] = {"", "F0", "F13", "F5x", "Ctrl-", "Ctrl-1", "ab", "\x01", "\xff", "中"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(wrong); i++)
		assert_false(ws_keymap_bind(&keymap, "sort", wrong[i], &error));
	assert_false(ws_keymap_bind(&keymap, "sorted", "x", &error));
	assert_false(ws_keymap_bind(&keymap, "none", "x", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_every_action_has_a_key_where_it_applies),
	        cmocka_unit_test(test_names),
	        cmocka_unit_test(test_lesson_keys),
	        cmocka_unit_test(test_own_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
