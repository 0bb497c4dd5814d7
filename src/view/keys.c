/* From the names of keys, as wirestate/keys.h and the configuration use them, to the codes that curses reports. */
#include "view/view_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CODES = 3 };

/* X(name, as hints and help show it, codes): the keys that no printable character stands for. Terminals send one of
 * several codes for some of them; the first one is what the configuration binds. */
#define NAMED_KEYS(X)                                                                                                  \
	X("Up", "↑", KEY_UP)                                                                                           \
	X("Down", "↓", KEY_DOWN)                                                                                       \
	X("Left", "←", KEY_LEFT)                                                                                       \
	X("Right", "→", KEY_RIGHT)                                                                                     \
	X("Home", "Home", KEY_HOME)                                                                                    \
	X("End", "End", KEY_END)                                                                                       \
	X("PgUp", "PgUp", KEY_PPAGE)                                                                                   \
	X("PgDn", "PgDn", KEY_NPAGE)                                                                                   \
	X("Insert", "Insert", KEY_IC)                                                                                  \
	X("Delete", "Delete", KEY_DC)                                                                                  \
	X("Backspace", "Backspace", KEY_BACKSPACE, 127, '\b')                                                          \
	X("Esc", "Esc", 27)                                                                                            \
	X("Tab", "Tab", '\t')                                                                                          \
	X("Enter", "Enter", '\r', '\n', KEY_ENTER)                                                                     \
	X("Space", "Space", ' ')

static const struct named_key {
	const char *name, *shown;
	wint_t code[CODES]; /* 0: no more */
} named_keys[] = {
#define X(name, shown, ...) {name, shown, {__VA_ARGS__}},
        NAMED_KEYS(X)
#undef X
};

static const struct named_key *named_key_find(const char *name)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(named_keys); i++)
		if (strcasecmp(named_keys[i].name, name) == 0)
			return &named_keys[i];
	return NULL;
}

wint_t key_code(const char *name)
{
	uint32_t character;
	int number, end = 0;
	const size_t length = strlen(name);
	const struct named_key *named = named_key_find(name);
	if (named)
		return named->code[0];
	if (sscanf(name, "F%d%n", &number, &end) == 1 && (size_t)end == length && number >= 1 && number <= 12)
		return (wint_t)KEY_F(number);
	if (strncasecmp(name, "Ctrl-", 5) == 0 && length == 6 && (name[5] | 0x20) >= 'a' && (name[5] | 0x20) <= 'z')
		return (wint_t)(name[5] & 0x1f);
	/* From KEY_MIN on, characters have the numbers of curses' keys. */
	if (ws_utf8_decode(name, length, &character) == length && ws_printable(character) && character < KEY_MIN)
		return character;
	return 0;
}

bool key_next(const char **keys, char name[KEY_NAME_SIZE])
{
	*keys += strspn(*keys, " ");
	const size_t length = strcspn(*keys, " ");
	if (!length || length >= KEY_NAME_SIZE)
		return false;
	memcpy(name, *keys, length);
	name[length] = '\0';
	*keys += length;
	return true;
}

/* The key called `name` sends this code. */
static bool key_sends(const char *name, wint_t code)
{
	const struct named_key *named = named_key_find(name);
	for (int i = 0; named && i < CODES; i++)
		if (named->code[i] == code)
			return true;
	return key_code(name) == code;
}

static bool keys_send(const char *keys, wint_t code)
{
	char name[KEY_NAME_SIZE];
	while (key_next(&keys, name))
		if (key_sends(name, code))
			return true;
	return false;
}

enum ws_action key_built_in(wint_t code, enum ws_screen screen)
{
	for (enum ws_action action = WS_ACT_NONE + 1; code && action < WS_ACTION_COUNT; action++)
		if (ws_action_is_of(action, screen) && keys_send(ws_action_keys(action), code))
			return action;
	return WS_ACT_NONE;
}

bool key_edit(wint_t code, bool character, struct ws_key *key)
{
	*key = (struct ws_key){.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = code};
	for (enum ws_edit edit = 0; code && (code >= KEY_MIN) == !character && edit < WS_EDIT_COUNT; edit++) {
		if (keys_send(ws_edit_keys(edit), code)) {
			key->edit = edit;
			return true;
		}
	}
	return character && code >= ' ';
}

const char *key_shown(const char *name)
{
	const struct named_key *named = named_key_find(name);
	return named ? named->shown : name;
}

void ws_key_names(enum ws_action action, struct ws_text *text)
{
	char name[KEY_NAME_SIZE];
	const char *keys = ws_action_keys(action), *before = "";
	for (; key_next(&keys, name); before = ", ")
		ws_text_printf(text, "%s%s", before, key_shown(name));
}
