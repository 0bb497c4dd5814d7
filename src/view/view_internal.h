/* What the parts of the view share. Private to src/view. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include <wirestate/view.h>

#include <curses.h>
#include <signal.h>
#include <termios.h>

/* In place of a screen: the keys of a lesson, which come before those of every screen while one is played. */
#define KEYS_OF_LESSON WS_SCREEN_COUNT

/* keymap.c: what a key does on a screen; WS_ACT_NONE: nothing. `key` is a character or one of curses' KEY_ codes. */
enum ws_action key_action(const struct ws_keymap *keymap, wint_t key, enum ws_screen screen);

/* keys.c: the built-in keys. */
enum ws_action key_built_in(wint_t key, enum ws_screen screen);
unsigned key_screens(enum ws_action action); /* where it has a key: bits 1u << enum ws_screen */
struct key_row {
	wint_t key;
	const char *name;
	unsigned screens;
	enum ws_action action;
};
bool key_row(size_t index, struct key_row *row); /* false: behind the last */
/* What it does in a line that is being typed; `character`: it is no KEY_ code. False: nothing. */
bool key_edit(wint_t code, bool character, struct ws_key *key);

/* theme.c: how a style looks on this terminal. */
void theme_start(enum ws_theme theme, bool colours);
attr_t theme_attributes(enum ws_style style, bool colours);

/* terminfo.c: whether the view can be drawn on the terminal that TERM names. */
bool terminal_check(int fd, struct ws_error *error);

/* probe.c: asks the terminal how wide it draws characters of ambiguous width. What was typed meanwhile goes to `typed`.
 * False: they take two columns. */
bool probe_narrow(int in, int out, char *typed, size_t size, size_t *count);

/* rescue.c: gives the terminal back when the program dies. */
struct rescue {
	int fd;
	struct termios modes;
	char sequence[256]; /* what the terminal needs to be told once curses has begun */
	size_t length;
	volatile sig_atomic_t begun;
};
void rescue_prepare(struct rescue *rescue, int fd, const struct termios *modes); /* before curses is started */
void rescue_arm(struct rescue *rescue);
void rescue_disarm(void);

#endif
