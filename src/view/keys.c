/* The key map: the one list of keys. What a key does, the hint lines, the help screen and the manual all read it. */
#include "view/view_internal.h"

#define ON(screen) (1u << WS_SCREEN_##screen)
#define FILM (ON(LIFELINES) | ON(DIAGRAM))
#define TABLES (ON(UDP) | ON(DATAGRAMS) | ON(ARP))
#define MOVES (ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES | ON(HELP))
#define WORLD (ON(LIST) | ON(HOSTS) | TABLES | ON(STATISTICS))
#define ALL (MOVES | ON(STATISTICS))
#define LESSON (1u << KEYS_OF_LESSON)

/* X(key, its name for people, screens, action). An action's first key is the one that hints and help show. */
#define KEYS(X)                                                                                                        \
	X(' ', "Space", LESSON, WS_ACT_LESSON_NEXT)                                                                    \
	X('\r', "Enter", LESSON, WS_ACT_LESSON_NEXT)                                                                   \
	X('\n', "Enter", LESSON, WS_ACT_LESSON_NEXT)                                                                   \
	X(KEY_ENTER, "Enter", LESSON, WS_ACT_LESSON_NEXT)                                                              \
	X(KEY_BACKSPACE, "Backspace", LESSON, WS_ACT_LESSON_BACK)                                                      \
	X(127, "Backspace", LESSON, WS_ACT_LESSON_BACK)                                                                \
	X('\b', "Backspace", LESSON, WS_ACT_LESSON_BACK)                                                               \
	X('q', "q", ALL, WS_ACT_QUIT)                                                                                  \
	X('M', "M", ALL, WS_ACT_MOUSE)                                                                                 \
	X(27, "Esc", ALL, WS_ACT_BACK)                                                                                 \
	X(KEY_BACKSPACE, "Backspace", ALL, WS_ACT_BACK)                                                                \
	X(127, "Backspace", ALL, WS_ACT_BACK)                                                                          \
	X('\b', "Backspace", ALL, WS_ACT_BACK)                                                                         \
	X('?', "?", ALL, WS_ACT_HELP)                                                                                  \
	X(KEY_F(1), "F1", ALL, WS_ACT_HELP)                                                                            \
	X(KEY_UP, "↑", MOVES, WS_ACT_UP)                                                                               \
	X('k', "k", MOVES, WS_ACT_UP)                                                                                  \
	X(KEY_DOWN, "↓", MOVES, WS_ACT_DOWN)                                                                           \
	X('j', "j", MOVES, WS_ACT_DOWN)                                                                                \
	X(KEY_PPAGE, "PgUp", MOVES, WS_ACT_PAGE_UP)                                                                    \
	X(KEY_NPAGE, "PgDn", MOVES, WS_ACT_PAGE_DOWN)                                                                  \
	X(KEY_HOME, "Home", MOVES, WS_ACT_FIRST)                                                                       \
	X('g', "g", MOVES, WS_ACT_FIRST)                                                                               \
	X(KEY_END, "End", MOVES, WS_ACT_LAST)                                                                          \
	X('G', "G", MOVES, WS_ACT_LAST)                                                                                \
	X(KEY_LEFT, "←", ON(PACKET), WS_ACT_LEFT)                                                                      \
	X(KEY_RIGHT, "→", ON(PACKET), WS_ACT_RIGHT)                                                                    \
	X('\r', "Enter", ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES, WS_ACT_ENTER)                 \
	X('\n', "Enter", ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES, WS_ACT_ENTER)                 \
	X(KEY_ENTER, "Enter", ON(LIST) | ON(HOSTS) | FILM | ON(PACKET) | ON(STREAM) | TABLES, WS_ACT_ENTER)            \
	X('s', "s", ON(LIST), WS_ACT_SORT)                                                                             \
	X('r', "r", ON(LIST), WS_ACT_REVERSE)                                                                          \
	X('/', "/", ON(LIST), WS_ACT_SEARCH)                                                                           \
	X('n', "n", ON(LIST), WS_ACT_FIND_NEXT)                                                                        \
	X('N', "N", ON(LIST), WS_ACT_FIND_PREVIOUS)                                                                    \
	X('F', "F", ON(LIST), WS_ACT_FILTER)                                                                           \
	X('H', "H", ON(LIST), WS_ACT_HOSTS)                                                                            \
	X('f', "f", ON(LIST) | FILM, WS_ACT_FOLLOW)                                                                    \
	X(' ', "Space", FILM, WS_ACT_PLAY)                                                                             \
	X(KEY_RIGHT, "→", FILM, WS_ACT_STEP)                                                                           \
	X('.', ".", FILM, WS_ACT_STEP)                                                                                 \
	X(KEY_LEFT, "←", FILM, WS_ACT_STEP_BACK)                                                                       \
	X(',', ",", FILM, WS_ACT_STEP_BACK)                                                                            \
	X(']', "]", FILM, WS_ACT_NEXT_CHANGE)                                                                          \
	X('[', "[", FILM, WS_ACT_PREVIOUS_CHANGE)                                                                      \
	X(':', ":", WORLD | FILM, WS_ACT_JUMP)                                                                         \
	X(' ', "Space", WORLD, WS_ACT_PLAY)                                                                            \
	X('.', ".", WORLD, WS_ACT_FRAME)                                                                               \
	X(',', ",", WORLD, WS_ACT_FRAME_BACK)                                                                          \
	X('>', ">", WORLD | FILM, WS_ACT_SEEK)                                                                         \
	X('<', "<", WORLD | FILM, WS_ACT_SEEK_BACK)                                                                    \
	X('}', "}", WORLD | FILM, WS_ACT_SEEK_FAR)                                                                     \
	X('{', "{", WORLD | FILM, WS_ACT_SEEK_FAR_BACK)                                                                \
	X('e', "e", WORLD | FILM, WS_ACT_NEWEST)                                                                       \
	X('+', "+", WORLD | FILM, WS_ACT_FASTER)                                                                       \
	X('=', "=", WORLD | FILM, WS_ACT_FASTER)                                                                       \
	X('-', "-", WORLD | FILM, WS_ACT_SLOWER)                                                                       \
	X('0', "0", WORLD | FILM, WS_ACT_RESTART)                                                                      \
	X('l', "l", FILM, WS_ACT_LOOP)                                                                                 \
	X('D', "D", ON(LIST) | ON(LIFELINES), WS_ACT_DIAGRAM)                                                          \
	X('x', "x", FILM, WS_ACT_SWAP)                                                                                 \
	X('d', "d", ON(LIST) | FILM | ON(STREAM) | TABLES, WS_ACT_DETAIL)                                              \
	X('b', "b", ON(LIST) | FILM | ON(PACKET), WS_ACT_STREAM)                                                       \
	X('u', "u", ON(LIST) | ON(ARP) | ON(STATISTICS), WS_ACT_UDP)                                                   \
	X('a', "a", ON(LIST) | ON(UDP) | ON(STATISTICS), WS_ACT_ARP)                                                   \
	X('S', "S", ON(LIST) | ON(UDP) | ON(ARP), WS_ACT_STATISTICS)                                                   \
	X('h', "h", ON(STREAM), WS_ACT_HEX)                                                                            \
	X('w', "w", ON(STREAM), WS_ACT_SAVE)                                                                           \
	X('E', "E", ON(LIST) | FILM, WS_ACT_EXPORT)                                                                    \
	X('n', "n", FILM | ON(PACKET) | ON(STREAM) | ON(DATAGRAMS), WS_ACT_NEXT_PACKET)                                \
	X('p', "p", FILM | ON(PACKET) | ON(STREAM) | ON(DATAGRAMS), WS_ACT_PREVIOUS_PACKET)                            \
	X('\t', "Tab", ON(PACKET) | ON(ARP), WS_ACT_NEXT_PANE)                                                         \
	X('\t', "Tab", ON(STREAM), WS_ACT_DIRECTION)                                                                   \
	X('a', "a", FILM, WS_ACT_ABSOLUTE)

static const struct key_row keys[] = {
#define X(key, name, screens, action) {key, name, screens, action},
        KEYS(X)
#undef X
};

bool key_row(size_t index, struct key_row *row)
{
	if (index >= WS_ARRAY_SIZE(keys))
		return false;
	*row = keys[index];
	return true;
}

unsigned key_screens(enum ws_action action)
{
	unsigned screens = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (keys[i].action == action)
			screens |= keys[i].screens;
	return screens;
}

enum ws_action key_built_in(wint_t key, enum ws_screen screen)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (keys[i].key == key && keys[i].screens & 1u << screen)
			return keys[i].action;
	return WS_ACT_NONE;
}

#define CONTROL(letter) ((letter)&0x1f)

static const struct {
	wint_t key;
	enum ws_edit edit;
} edits[] = {
        {'\r', WS_EDIT_ACCEPT},
        {'\n', WS_EDIT_ACCEPT},
        {KEY_ENTER, WS_EDIT_ACCEPT},
        {27, WS_EDIT_CANCEL},
        {CONTROL('C'), WS_EDIT_CANCEL},
        {KEY_BACKSPACE, WS_EDIT_ERASE},
        {127, WS_EDIT_ERASE},
        {'\b', WS_EDIT_ERASE},
        {KEY_DC, WS_EDIT_DELETE},
        {CONTROL('D'), WS_EDIT_DELETE},
        {CONTROL('W'), WS_EDIT_ERASE_WORD},
        {CONTROL('U'), WS_EDIT_ERASE_ALL},
        {KEY_LEFT, WS_EDIT_LEFT},
        {CONTROL('B'), WS_EDIT_LEFT},
        {KEY_RIGHT, WS_EDIT_RIGHT},
        {CONTROL('F'), WS_EDIT_RIGHT},
        {KEY_HOME, WS_EDIT_FIRST},
        {CONTROL('A'), WS_EDIT_FIRST},
        {KEY_END, WS_EDIT_LAST},
        {CONTROL('E'), WS_EDIT_LAST},
};

bool key_edit(wint_t code, bool character, struct ws_key *key)
{
	*key = (struct ws_key){.kind = WS_KEY_EDIT, .edit = WS_EDIT_INSERT, .character = code};
	for (size_t i = 0; i < WS_ARRAY_SIZE(edits); i++) {
		if (edits[i].key == code && (edits[i].key >= KEY_MIN) == !character) {
			key->edit = edits[i].edit;
			return true;
		}
	}
	return character && code >= ' ';
}

const char *ws_key_name(enum ws_action action)
{
	for (size_t i = 0; i < WS_ARRAY_SIZE(keys); i++)
		if (keys[i].action == action)
			return keys[i].name;
	return NULL;
}
