/* The list of keys and what the screens understand: no key may mean two things on one screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scene/screens.h"
#include "view/view_internal.h"

/* On every screen, each of an action's keys does what the action says, and nothing else has taken one of them. */
static void test_every_key_does_one_thing(void **state)
{
	(void)state;
	for (int screen = 0; screen <= (int)WS_KEYS_OF_LAB; screen++) {
		for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
			const char *keys = ws_action_keys(action);
			char key[KEY_NAME_SIZE];
			if (!(ws_action_screens(action) & 1u << screen))
				continue;
			assert_true(key_next(&keys, key));
			do {
				assert_int_not_equal(key_code(key), 0);
				if (key_built_in(key_code(key), (enum ws_screen)screen) != action)
					fail_msg("%s on screen %d is not %s alone", key, screen,
					         ws_action_name(action));
			} while (key_next(&keys, key));
		}
	}
}

/* No screen has an action twice in its hint line, and there is none that no screen understands. */
static void test_every_action_is_on_a_screen(void **state)
{
	(void)state;
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
		assert_int_not_equal(ws_action_screens(action), 0);
		for (int screen = 0; screen < WS_SCREEN_COUNT; screen++) {
			const struct screen_ops *ops = screen_ops((enum ws_screen)screen);
			int hints = 0;
			for (size_t i = 0; i < ops->key_count; i++)
				hints += ops->keys[i].hint &&
				         (ops->keys[i].action == action || ops->keys[i].second == action);
			assert_in_range(hints, 0, 1);
		}
	}
}

/* Each code that a terminal may send for a key is that key. */
static void test_codes_of_one_key(void **state)
{
	static const wint_t enter[] = {'\r', '\n', KEY_ENTER}, backspace[] = {KEY_BACKSPACE, 127, '\b'};
	struct ws_key key;
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(enter); i++) {
		assert_int_equal(key_built_in(enter[i], WS_SCREEN_LIST), WS_ACT_ENTER);
		assert_int_equal(key_built_in(backspace[i], WS_SCREEN_LIST), WS_ACT_BACK);
		assert_true(key_edit(enter[i], enter[i] < KEY_MIN, &key));
		assert_int_equal(key.edit, WS_EDIT_ACCEPT);
	}
	assert_true(key_edit(3, true, &key));
	assert_int_equal(key.edit, WS_EDIT_CANCEL);
	assert_true(key_edit(KEY_UP, true, &key)); /* a letter that has the number of a key */
	assert_int_equal(key.edit, WS_EDIT_INSERT);
	assert_false(key_edit(KEY_UP, false, &key));
}

static void test_names(void **state)
{
	(void)state;
	char names[64];
	struct ws_text text = WS_TEXT_OVER(names);
	ws_key_names(WS_ACT_NONE, &text);
	assert_string_equal(ws_text_cstr(&text), "");
	ws_key_names(WS_ACT_STEP, &text);
	assert_string_equal(ws_text_cstr(&text), "→, .");
	for (int action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++) {
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
	assert_int_equal(key_action(&keymap, ' ', WS_KEYS_OF_LESSON), WS_ACT_LESSON_NEXT);
	assert_int_equal(key_action(&keymap, ' ', WS_SCREEN_LIFELINES), WS_ACT_PLAY);
	assert_int_equal(key_action(&keymap, 'd', WS_KEYS_OF_LESSON), WS_ACT_NONE);
	assert_string_equal(keymap.name[WS_ACT_PLAY], "Space");
	assert_null(keymap.name_in_lesson[WS_ACT_PLAY]); /* the lesson has taken it */
	assert_null(keymap.name_in_lesson[WS_ACT_ENTER]);
	assert_string_equal(keymap.name_in_lesson[WS_ACT_BACK], "Esc");
	assert_string_equal(keymap.name_in_lesson[WS_ACT_DETAIL], "d");
	assert_true(ws_keymap_bind(&keymap, "lesson-next", "F5", &error));
	assert_string_equal(keymap.name_in_lesson[WS_ACT_LESSON_NEXT], "F5");
	assert_int_equal(key_action(&keymap, KEY_F(5), WS_KEYS_OF_LESSON), WS_ACT_LESSON_NEXT);
}

static void test_own_keys(void **state)
{
	struct ws_keymap keymap;
	struct ws_error error;
	(void)state;
	ws_keymap_init(&keymap);
	assert_string_equal(keymap.name[WS_ACT_FILTER], "F");
	for (int action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		assert_non_null(keymap.name[action]);
	assert_string_equal(keymap.name[WS_ACT_STEP], "→");
	assert_true(ws_keymap_bind(&keymap, "filter", "F5", &error));
	assert_int_equal(key_action(&keymap, KEY_F(5), WS_SCREEN_LIST), WS_ACT_FILTER);
	assert_int_equal(key_action(&keymap, KEY_F(5), WS_SCREEN_PACKET), WS_ACT_NONE);
	assert_int_equal(key_action(&keymap, 'F', WS_SCREEN_LIST), WS_ACT_FILTER); /* goes on working */
	assert_string_equal(keymap.name[WS_ACT_FILTER], "F5");
	assert_true(ws_keymap_bind(&keymap, "search", "s", &error)); /* takes it from sort, which has no other */
	assert_int_equal(key_action(&keymap, 's', WS_SCREEN_LIST), WS_ACT_SEARCH);
	assert_null(keymap.name[WS_ACT_SORT]);
	assert_true(ws_keymap_bind(&keymap, "follow", "q", &error) == false); /* or nobody could leave */
	assert_true(ws_keymap_bind(&keymap, "quit", "Ctrl-X", &error));
	assert_int_equal(key_action(&keymap, 'x' & 0x1f, WS_SCREEN_HELP), WS_ACT_QUIT);
	assert_true(ws_keymap_bind(&keymap, "follow", "q", &error));
	assert_false(ws_keymap_bind(&keymap, "sort", "F5", &error));
	assert_non_null(strstr(error.text, "filter"));
	static const char *const wrong[] = {"", "F0", "F13", "F5x", "Ctrl-", "Ctrl-1", "ab", "\x01", "\xff", "中"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(wrong); i++)
		assert_false(ws_keymap_bind(&keymap, "sort", wrong[i], &error));
	static const char *const reserved[] = {"Ctrl-C", "ctrl-l", "Ctrl-Q", "Ctrl-S", "Ctrl-z"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(reserved); i++) {
		assert_false(ws_keymap_bind(&keymap, "sort", reserved[i], &error));
		assert_non_null(strstr(error.text, "cannot be bound"));
	}
	assert_false(ws_keymap_bind(&keymap, "sorted", "x", &error));
	assert_false(ws_keymap_bind(&keymap, "none", "x", &error));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_every_key_does_one_thing),
	        cmocka_unit_test(test_every_action_is_on_a_screen),
	        cmocka_unit_test(test_codes_of_one_key),
	        cmocka_unit_test(test_names),
	        cmocka_unit_test(test_lesson_keys),
	        cmocka_unit_test(test_own_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
