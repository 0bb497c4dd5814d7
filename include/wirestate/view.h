/* The terminal: keys in, canvas out. src/view is the only code that knows curses. */
#ifndef WIRESTATE_VIEW_H
#define WIRESTATE_VIEW_H

#include <wirestate/error.h>
#include <wirestate/scene.h>
#include <wirestate/theme.h>

struct ws_view; /* opaque */

/* What the user's keys do: the built-in ones (wirestate/keys.h), and before them those of the configuration. It must
 * not be moved or copied, since `name` points into it. */
struct ws_keymap {
	const char *name[WS_ACTION_COUNT];           /* of an action's key, for hints and help; NULL: it has none */
	const char *name_in_lesson[WS_ACTION_COUNT]; /* while a lesson is played, which has keys of its own */
	struct {
		uint32_t code;
		char name[16]; /* empty: the configuration gives it none */
	} configured[WS_ACTION_COUNT];
	struct {
		char text[2][16]; /* `name` and `name_in_lesson` */
	} shown[WS_ACTION_COUNT];
};
void ws_keymap_init(struct ws_keymap *keymap);
/* Gives the action called `action` a key: a character, or a name like F5, PgUp or Ctrl-X. False, with the reason
 * in `error`: there is no such action or key, the configuration has given the key to another action, or the
 * terminal keeps the key for itself. */
bool ws_keymap_bind(struct ws_keymap *keymap, const char *action, const char *key, struct ws_error *error) WS_CHECKED;

struct ws_view_options {
	const struct ws_keymap *keymap; /* borrowed */
	enum ws_theme theme;
	bool mouse;   /* clicks and the wheel are keys; false: the terminal keeps them, to copy text */
	bool ascii;   /* --ascii: no box characters; false: the terminal is asked whether it draws them narrow */
	bool colours; /* false: NO_COLOR or --color never */
};

/* Takes over the terminal: the controlling one (/dev/tty) when standard input is not a terminal, so that captures can
 * come through a pipe while the keyboard works. From here until ws_view_close() the terminal is restored on every way
 * out, crashes and signals included. */
struct ws_view *ws_view_open(const struct ws_view_options *options, struct ws_error *error) WS_CHECKED;
void ws_view_close(struct ws_view *view); /* NULL allowed; restores the terminal */

int ws_view_fd(const struct ws_view *view); /* poll it for reading: a key is waiting */
/* Where a key is pressed, which decides what it means. */
struct ws_key_context {
	enum ws_screen screen;
	bool lesson; /* a lesson is played */
	bool lab;    /* packets of the lab wait for keys */
	enum ws_typing typing;
};
/* The next key that means something in this context. False: none is waiting. Never blocks. */
bool ws_view_key(struct ws_view *view, const struct ws_key_context *context, struct ws_key *key);
/* Takes the mouse, or gives it back to the terminal. */
void ws_view_mouse(struct ws_view *view, bool taken);
bool ws_view_has_mouse(const struct ws_view *view);
/* The terminal has changed size (call after SIGWINCH). */
void ws_view_resized(struct ws_view *view);
/* Leaves the terminal for a stop (SIGTSTP), and takes it back after SIGCONT. */
void ws_view_suspend(struct ws_view *view);
void ws_view_resume(struct ws_view *view);

/* The size that a canvas for this terminal should have. A terminal that is larger than a canvas can be is used in
 * part. */
void ws_view_size(const struct ws_view *view, int *columns, int *rows);
/* Says on a canvas which characters the terminal can show. */
void ws_view_prepare(const struct ws_view *view, struct ws_canvas *canvas);
void ws_view_show(struct ws_view *view, const struct ws_canvas *canvas);

/* The built-in keys of an action, as the manual page names them: "↑, k". */
void ws_key_names(enum ws_action action, struct ws_text *text);

/* The name and version of the library that draws on the terminal; static. */
const char *ws_view_library(void);

#endif
