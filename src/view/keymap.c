/* The reader's own keys, from the configuration, in front of the built-in ones.
 *
 * A built-in key goes on working unless an own one has taken it. Hints and help show an action's own key, else the
 * first built-in one that is still its own. */
#include "view/view_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* X(name in the configuration, key): what has no character to stand for it. The built-in keys' names are taken too. */
static const struct {
	const char *name;
	wint_t key;
} named[] = {
        {"Up", KEY_UP},     {"Down", KEY_DOWN}, {"Left", KEY_LEFT},  {"Right", KEY_RIGHT}, {"Delete", KEY_DC},
        {"Insert", KEY_IC}, {"Esc", 27},        {"Tab", '\t'},       {"Enter", '\r'},      {"Space", ' '},
        {"Home", KEY_HOME}, {"End", KEY_END},   {"PgUp", KEY_PPAGE}, {"PgDn", KEY_NPAGE},  {"Backspace", KEY_BACKSPACE},
};

static bool is_own(const struct ws_keymap *keymap, enum ws_action action)
{
	return keymap->own[action].name[0] != '\0';
}

enum ws_action key_action(const struct ws_keymap *keymap, wint_t key, enum ws_screen screen)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		if (is_own(keymap, action) && keymap->own[action].key == key && key_screens(action) & 1u << screen)
			return action;
	return key_built_in(key, screen);
}

/* An own key of another action hides the built-in one somewhere. */
static bool is_hidden(const struct ws_keymap *keymap, wint_t key, unsigned screens, enum ws_action of)
{
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		if (action != of && is_own(keymap, action) && keymap->own[action].key == key &&
		    key_screens(action) & screens)
			return true;
	return false;
}

static void name_actions(struct ws_keymap *keymap)
{
	const unsigned lesson = 1u << KEYS_OF_LESSON;
	struct key_row row;
	memset(keymap->name, 0, sizeof(keymap->name));
	memset(keymap->name_in_lesson, 0, sizeof(keymap->name_in_lesson));
	for (enum ws_action action = WS_ACT_NONE + 1; action < WS_ACTION_COUNT; action++)
		if (is_own(keymap, action))
			keymap->name[action] = keymap->name_in_lesson[action] = keymap->own[action].name;
	for (size_t i = 0; key_row(i, &row); i++) {
		if (is_hidden(keymap, row.key, row.screens, row.action))
			continue;
		if (!keymap->name[row.action])
			keymap->name[row.action] = row.name;
		if (!keymap->name_in_lesson[row.action] &&
		    (row.screens & lesson || key_action(keymap, row.key, KEYS_OF_LESSON) == WS_ACT_NONE))
			keymap->name_in_lesson[row.action] = row.name;
	}
}

void ws_keymap_init(struct ws_keymap *keymap)
{
	memset(keymap, 0, sizeof(*keymap));
	name_actions(keymap);
}

/* A key's number from what it is called; 0: it is none. */
static wint_t find_key(const char *name)
{
	uint32_t character;
	int number, end = 0;
	const size_t length = strlen(name);
	for (size_t i = 0; i < WS_ARRAY_SIZE(named); i++)
		if (strcasecmp(named[i].name, name) == 0)
			return named[i].key;
	if (sscanf(name, "F%d%n", &number, &end) == 1 && (size_t)end == length && number >= 1 && number <= 12)
		return (wint_t)KEY_F(number);
	if (strncasecmp(name, "Ctrl-", 5) == 0 && length == 6 && (name[5] | 0x20) >= 'a' && (name[5] | 0x20) <= 'z')
		return (wint_t)(name[5] & 0x1f);
	/* Behind that, characters have the numbers of curses' keys. */
	if (ws_utf8_decode(name, length, &character) == length && ws_printable(character) && character < KEY_MIN)
		return character;
	return 0;
}

static enum ws_action find_action(const char *name)
{
	enum ws_action action = WS_ACT_NONE + 1;
	while (action < WS_ACTION_COUNT && strcmp(ws_action_name(action), name) != 0)
		action++;
	return action;
}

bool ws_keymap_bind(struct ws_keymap *keymap, const char *action_name, const char *key_name, struct ws_error *error)
{
	const enum ws_action action = find_action(action_name);
	const wint_t key = find_key(key_name);
	if (action == WS_ACTION_COUNT)
		return ws_fail(error, WS_ERROR_OPTION, "no action is called '%s'; the manual lists them with the keys",
		               action_name);
	if (!key)
		return ws_fail(error, WS_ERROR_OPTION,
		               "'%s' is no key: a character, F1 to F12, Ctrl-A to Ctrl-Z, Space, Enter, Tab, Esc, Up, "
		               "Down, Left, Right, Home, End, PgUp, PgDn, Insert, Delete and Backspace are",
		               key_name);
	for (enum ws_action other = WS_ACT_NONE + 1; other < WS_ACTION_COUNT; other++)
		if (other != action && is_own(keymap, other) && keymap->own[other].key == key &&
		    key_screens(other) & key_screens(action))
			return ws_fail(error, WS_ERROR_OPTION, "%s is already the key of %s", key_name,
			               ws_action_name(other));
	if (action != WS_ACT_QUIT && !is_own(keymap, WS_ACT_QUIT) && key == 'q')
		return ws_fail(error, WS_ERROR_OPTION, "q leaves wirestate: give quit another key first");
	keymap->own[action].key = key;
	snprintf(keymap->own[action].name, sizeof(keymap->own[action].name), "%s", key_name);
	name_actions(keymap);
	return true;
}
