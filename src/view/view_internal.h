/* What the parts of the view share. Private to src/view. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include <wirestate/view.h>

#include <curses.h>
#include <signal.h>
#include <termios.h>
#include <wchar.h>

/* keymap.c: what a key does on a screen, or in WS_KEYS_OF_LESSON; WS_ACT_NONE: nothing. `code` is a character or one of
 * curses' KEY_ codes. */
enum ws_action key_action(const struct ws_keymap *keymap, wint_t code, enum ws_screen screen);

/* keys.c */
enum { KEY_NAME_SIZE = 16 };
/* The code of a key from its name; where it has several, the first. 0: no key has this name. */
wint_t key_code(const char *name);
/* How hints and help show the key of this name. */
const char *key_shown(const char *name);
/* Takes the next name from a list separated by spaces. False: there is none. */
bool key_next(const char **keys, char name[KEY_NAME_SIZE]);
/* What a key does unless the configuration says otherwise. */
enum ws_action key_built_in(wint_t code, enum ws_screen screen);
/* What it does in a line that is being typed; `character`: it is no KEY_ code. False: nothing. */
bool key_edit(wint_t code, bool character, struct ws_key *key);

/* theme.c: how a style looks on this terminal. */
void theme_start(enum ws_theme theme, bool colours);
attr_t theme_attributes(enum ws_style style, bool colours);

/* terminfo.c: whether the terminal that TERM names can show the view. */
bool terminal_check(int fd, struct ws_error *error);

/* probe.c: asks the terminal how wide it draws characters of ambiguous width. Keys typed meanwhile go to `typed`.
 * False: they take two columns. */
bool probe_narrow(int in, int out, char *typed, size_t size, size_t *count);

/* rescue.c: restores the terminal when the program dies. */
struct rescue {
	int fd;
	struct termios modes;
	char sequence[256]; /* what restores the terminal after curses has started */
	size_t length;
	volatile sig_atomic_t begun;
};
void rescue_prepare(struct rescue *rescue, int fd, const struct termios *modes); /* before curses is started */
void rescue_arm(struct rescue *rescue);
void rescue_disarm(void);

#endif
