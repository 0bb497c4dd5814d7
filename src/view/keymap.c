/* The keys of the configuration, before the built-in ones.
 *
 * A built-in key goes on working unless the configuration has given it to another action. Hints and help show the key
 * that the configuration gives an action, else the first built-in one that is still its own. */
#include "view/view_internal.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

static bool is_configured(const struct ws_keymap *keymap, enum ws_action action)
{
	return keymap->configured[action].name[0] != '\0';
}

enum ws_action key_action(const struct ws_keymap *keymap, wint_t code, enum ws_screen screen)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		if (is_configured(keymap, action) && keymap->configured[action].code == code &&
		    ws_action_is_of(action, screen))
			return action;
	return key_built_in(code, screen);
}

/* The configuration has given the key to another action on one of the screens. */
static bool is_taken(const struct ws_keymap *keymap, wint_t code, unsigned screens, enum ws_action from)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		if (action != from && is_configured(keymap, action) && keymap->configured[action].code == code &&
		    ws_action_screens(action) & screens)
			return true;
	return false;
}

/* Finds the key to show for an action, in a lesson and outside. */
static void action_name(struct ws_keymap *keymap, enum ws_action action)
{
	const unsigned screens = ws_action_screens(action), lesson = 1u << WS_KEYS_OF_LESSON;
	const char **name[2] = {&keymap->name[action], &keymap->name_in_lesson[action]};
	const char *keys = ws_action_keys(action);
	char key[KEY_NAME_SIZE];
	*name[0] = *name[1] = NULL;
	if (is_configured(keymap, action)) {
		*name[0] = *name[1] = keymap->configured[action].name;
		return;
	}
	while (key_next(&keys, key)) {
		const wint_t code = key_code(key);
		if (is_taken(keymap, code, screens, action))
			continue;
		for (int i = 0; i < 2; i++) {
			const bool hidden =
			        i && !(screens & lesson) && key_action(keymap, code, WS_KEYS_OF_LESSON) != WS_ACT_NONE;
			char *text = keymap->shown[action].text[i];
			if (*name[i] || hidden)
				continue;
			snprintf(text, KEY_NAME_SIZE, "%s", key_shown(key));
			*name[i] = text;
		}
	}
}

static void name_actions(struct ws_keymap *keymap)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		action_name(keymap, action);
}

void ws_keymap_init(struct ws_keymap *keymap)
{
	memset(keymap, 0, sizeof(*keymap));
	name_actions(keymap);
}

static enum ws_action find_action(const char *name)
{
	enum ws_action action = WS_ACT_NONE + 1;
	while (action < WS_ACTION_COUNT && strcmp(ws_action_name(action), name) != 0)
		action++;
	return action;
}

/* X(key, why it cannot be bound) */
#define RESERVED_KEYS(X)                                                                                               \
	X('C', N_("the terminal interrupts the program with it"))                                                      \
	X('L', N_("it draws the screen again"))                                                                        \
	X('Q', N_("the terminal lets output go on with it"))                                                           \
	X('S', N_("the terminal holds output back with it"))                                                           \
	X('Z', N_("the terminal suspends the program with it"))

/* Why a key never arrives as an action's; NULL: it does. */
static const char *reserved_reason(wint_t code)
{
	switch (code) {
#define X(letter, reason)                                                                                              \
	case (letter)&0x1f:                                                                                            \
		return reason;
		RESERVED_KEYS(X)
#undef X
	default:
		return NULL;
	}
}

bool ws_keymap_bind(struct ws_keymap *keymap, const char *action_name, const char *key_name, struct ws_error *error)
{
	const enum ws_action action = find_action(action_name);
	const wint_t code = key_code(key_name);
	if (action == WS_ACTION_COUNT)
		return ws_fail(error, WS_ERROR_OPTION, "no action is called '%s'; the manual lists them with the keys",
		               action_name);
	if (!code)
		return ws_fail(
		        error, WS_ERROR_OPTION,
		        "'%s' is not a key; keys are a character, F1 to F12, Ctrl-A to Ctrl-Z, Space, Enter, Tab, "
		        "Esc, Up, Down, Left, Right, Home, End, PgUp, PgDn, Insert, Delete and Backspace",
		        key_name);
	if (reserved_reason(code))
		return ws_fail(error, WS_ERROR_OPTION, "%s cannot be bound: %s", key_name,
		               ws_translate_error(reserved_reason(code)));
	for (enum ws_action other = WS_ACT_NONE + 1; other < WS_ACTION_COUNT; other++)
		if (other != action && is_configured(keymap, other) && keymap->configured[other].code == code &&
		    ws_action_screens(other) & ws_action_screens(action))
			return ws_fail(error, WS_ERROR_OPTION, "%s is already the key of %s", key_name,
			               ws_action_name(other));
	if (action != WS_ACT_QUIT && !is_configured(keymap, WS_ACT_QUIT) && code == 'q')
		return ws_fail(error, WS_ERROR_OPTION, "q leaves wirestate; give quit another key first");
	keymap->configured[action].code = code;
	snprintf(keymap->configured[action].name, sizeof(keymap->configured[action].name), "%s", key_name);
	name_actions(keymap);
	return true;
}
