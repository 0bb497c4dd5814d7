/* The terminal. This is the only code that knows curses.
 *
 * A canvas is compared cell by cell with the one shown before. Only cells that differ are handed to curses, which
 * sends only what differs on the screen. Reading keys never waits, except for the moment that tells a lone Escape
 * from the beginning of a function key. */
#include "view/view_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wctype.h>

enum { ESCAPE = 27, CTRL_L = 12, ESCAPE_DELAY = 25, ALTERNATE_STACK = 64 * 1024 };

struct ws_view {
	FILE *in, *out;
	bool own_files; /* /dev/tty, not standard input and output */
	SCREEN *screen;
	bool ascii, wide, colours, mouse;
	bool typing; /* Ctrl-C is a key */
	const struct ws_keymap *keymap;
	struct ws_cell *shown; /* what the screen holds; columns × rows */
	int columns, rows;
	struct rescue rescue;
	char alternate_stack[ALTERNATE_STACK]; /* so that a stack overflow can still be handled */
};

/* ---- Opening and closing */

static bool open_files(struct ws_view *view, struct ws_error *error)
{
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) {
		view->in = stdin;
		view->out = stdout;
		return true;
	}
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		view->in = fdopen(fd, "r");
	int copy = view->in ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (copy >= 0)
		view->out = fdopen(copy, "w");
	view->own_files = true;
	if (view->in && view->out)
		return true;
	if (fd >= 0 && !view->in)
		close(fd);
	if (copy >= 0 && !view->out)
		close(copy);
	return ws_fail(error, WS_ERROR_OPTION, "no terminal to show the view on; -T text prints lines instead");
}

/* curses installs handlers for signals whose action is the default. The caller decides about signals, so their
 * actions are restored. */
static SCREEN *start_screen(const struct ws_view *view)
{
	static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
	struct sigaction before[WS_ARRAY_SIZE(taken)];
	for (size_t i = 0; i < WS_ARRAY_SIZE(taken); i++)
		sigaction(taken[i], NULL, &before[i]);
	SCREEN *screen = newterm(NULL, view->out, view->in);
	for (size_t i = 0; i < WS_ARRAY_SIZE(taken); i++)
		sigaction(taken[i], &before[i], NULL);
	return screen;
}

static bool set_up_cells(struct ws_view *view)
{
	getmaxyx(stdscr, view->rows, view->columns);
	if (view->rows < 1 || view->columns < 1)
		return false;
	struct ws_cell *cells = calloc((size_t)view->rows * (size_t)view->columns, sizeof(*cells));
	if (!cells)
		return false;
	free(view->shown); /* all zero: no cell is equal to one of a canvas, so all are drawn */
	view->shown = cells;
	return true;
}

/* Terminals send these keys in one of two modes, and some do not follow their description. */
static void define_keys(void)
{
	static const struct {
		const char *sequence;
		int key;
	} table[] = {
	        {"\033[A", KEY_UP},    {"\033OA", KEY_UP},    {"\033[B", KEY_DOWN},   {"\033OB", KEY_DOWN},
	        {"\033[C", KEY_RIGHT}, {"\033OC", KEY_RIGHT}, {"\033[D", KEY_LEFT},   {"\033OD", KEY_LEFT},
	        {"\033[H", KEY_HOME},  {"\033OH", KEY_HOME},  {"\033[1~", KEY_HOME},  {"\033[F", KEY_END},
	        {"\033OF", KEY_END},   {"\033[4~", KEY_END},  {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(table); i++)
		define_key(table[i].sequence, table[i].key);
}

static void set_modes(void)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
}

/* The alternate stack is part of the view. */
static void end_rescue(void)
{
	const stack_t none = {.ss_flags = SS_DISABLE};
	rescue_disarm();
	sigaltstack(&none, NULL);
}

static void free_view(struct ws_view *view)
{
	if (view->own_files && view->in)
		fclose(view->in);
	if (view->own_files && view->out)
		fclose(view->out);
	free(view->shown);
	free(view);
}

struct ws_view *ws_view_open(const struct ws_view_options *options, struct ws_error *error)
{
	struct ws_view *view = calloc(1, sizeof(*view));
	char typed[64];
	size_t typed_count = 0;
	struct termios modes;
	if (!view) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	if (!open_files(view, error) || !terminal_check(fileno(view->out), error)) {
		free_view(view);
		return NULL;
	}
	if (tcgetattr(fileno(view->in), &modes) != 0) {
		ws_fail(error, WS_ERROR_SYSTEM, "cannot read the terminal's modes: %s", strerror(errno));
		free_view(view);
		return NULL;
	}
	rescue_prepare(&view->rescue, fileno(view->out), &modes);
	stack_t stack = {.ss_sp = view->alternate_stack, .ss_size = sizeof(view->alternate_stack)};
	sigaltstack(&stack, NULL);
	rescue_arm(&view->rescue);
	view->wide = !options->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	view->ascii =
	        !view->wide || !probe_narrow(fileno(view->in), fileno(view->out), typed, sizeof(typed), &typed_count);
	view->keymap = options->keymap;
	view->rescue.begun = true;
	view->screen = start_screen(view);
	if (!view->screen) {
		ws_fail(error, WS_ERROR_SYSTEM, "cannot start the terminal");
		end_rescue();
		free_view(view);
		return NULL;
	}
	set_escdelay(ESCAPE_DELAY);
	set_modes();
	define_keys();
	view->colours = options->colours && options->theme != WS_THEME_MONO && has_colors();
	theme_start(options->theme, view->colours);
	ws_view_mouse(view, options->mouse);
	while (typed_count)
		ungetch((unsigned char)typed[--typed_count]); /* keys pressed before anything was drawn */
	if (!set_up_cells(view)) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		ws_view_close(view);
		return NULL;
	}
	return view;
}

void ws_view_close(struct ws_view *view)
{
	if (!view)
		return;
	set_term(view->screen);
	endwin();
	end_rescue();
	delscreen(view->screen);
	free_view(view);
}

/* ---- Keys */

int ws_view_fd(const struct ws_view *view)
{
	return fileno(view->in);
}

/* Reads the rest of a control sequence after an Escape, where it is no known key. True: it was a sequence. */
static bool drop_sequence(void)
{
	wint_t key;
	int kind = get_wch(&key);
	if (kind == ERR)
		return false;
	if (kind == KEY_CODE_YES || (key != '[' && key != 'O')) {
		unget_wch((wchar_t)key);
		return kind != KEY_CODE_YES; /* Alt with a key counts as that key */
	}
	while (get_wch(&key) == OK && (key < 0x40 || key > 0x7e))
		;
	return true;
}

/* Only presses are reported, and each at once: the terminal must not wait for a second click. */
void ws_view_mouse(struct ws_view *view, bool taken)
{
	mouseinterval(0);
	mousemask(taken ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
	view->mouse = taken;
}

bool ws_view_has_mouse(const struct ws_view *view)
{
	return view->mouse;
}

static bool mouse_key(struct ws_key *key)
{
	MEVENT event;
	if (getmouse(&event) != OK)
		return false;
	*key = (struct ws_key){.row = event.y, .column = event.x};
	if (event.bstate & BUTTON1_PRESSED)
		key->kind = WS_KEY_CLICK;
	else if (event.bstate & BUTTON4_PRESSED)
		key->kind = WS_KEY_WHEEL_UP;
	else if (event.bstate & BUTTON5_PRESSED)
		key->kind = WS_KEY_WHEEL_DOWN;
	return key->kind != WS_KEY_NONE;
}

static enum ws_action action_of(const struct ws_view *view, wint_t code, const struct ws_key_context *context)
{
	enum ws_action own = context->lesson ? key_action(view->keymap, code, WS_KEYS_OF_LESSON) : WS_ACT_NONE;
	if (context->lab && own == WS_ACT_NONE)
		own = key_action(view->keymap, code, WS_KEYS_OF_LAB);
	return own != WS_ACT_NONE ? own : key_action(view->keymap, code, context->screen);
}

/* While a line is being typed Ctrl-C is a key, which cancels the line; else the terminal interrupts the program. */
static void set_typing(struct ws_view *view, bool typing)
{
	struct termios modes;
	if (typing == view->typing || tcgetattr(fileno(view->in), &modes) != 0)
		return;
	modes.c_cc[VINTR] = typing ? _POSIX_VDISABLE : view->rescue.modes.c_cc[VINTR];
	if (tcsetattr(fileno(view->in), TCSANOW, &modes) == 0)
		view->typing = typing;
}

/* Where an answer can be typed, these keys of the lesson, of help and of quit are actions all the same. */
static bool acts_before_answer(enum ws_action action)
{
	return action == WS_ACT_QUIT || action == WS_ACT_HELP || action == WS_ACT_LESSON_NEXT ||
	       action == WS_ACT_LESSON_BACK;
}

/* An answer that nothing is typed of: the keys that are an action all the same. `character`: the key types one. */
static bool acts_on_empty(enum ws_action action, bool character, const struct ws_key *edit)
{
	if (edit->kind == WS_KEY_EDIT && (edit->edit == WS_EDIT_ACCEPT || edit->edit == WS_EDIT_CANCEL))
		return false;
	return acts_before_answer(action) || (action != WS_ACT_NONE && !character);
}

/* The key as an edit of the line that is typed, or as an action. False: it means nothing here. */
static bool typed_key(enum ws_typing typing, wint_t code, bool character, enum ws_action action, struct ws_key *key)
{
	if (typing == WS_TYPING_SOON) /* `key` is the action already */
		return action != WS_ACT_NONE && (acts_before_answer(action) || !character || !iswalnum(code));
	const bool edits = key_edit(code, character, key);
	if (!edits)
		key->kind = WS_KEY_NONE;
	if (typing != WS_TYPING_EMPTY || !acts_on_empty(action, character && code >= ' ', key))
		return edits;
	*key = (struct ws_key){.kind = WS_KEY_ACTION, .action = action};
	return true;
}

bool ws_view_key(struct ws_view *view, const struct ws_key_context *context, struct ws_key *key)
{
	wint_t code;
	int kind;
	set_typing(view, context->typing == WS_TYPING_LINE);
	while ((kind = get_wch(&code)) != ERR) {
		if (kind == OK && code == ESCAPE && drop_sequence())
			continue;
		if (kind == KEY_CODE_YES && code == KEY_MOUSE) {
			if (mouse_key(key))
				return true;
			continue;
		}
		if (kind == OK && code == CTRL_L) {
			clearok(curscr, TRUE); /* the usual key to redraw a disturbed screen */
			wrefresh(curscr);
			continue;
		}
		bool letter = kind == OK && code >= KEY_MIN; /* a character with the number of a key */
		const enum ws_action action = letter ? WS_ACT_NONE : action_of(view, code, context);
		*key = (struct ws_key){.kind = WS_KEY_ACTION, .action = action};
		if (context->typing ? typed_key(context->typing, code, kind == OK, action, key) : action != WS_ACT_NONE)
			return true;
		if (!context->typing && kind == OK && code >= ' ' && code < 0x7f) {
			*key = (struct ws_key){.kind = WS_KEY_UNKNOWN, .character = code};
			return true;
		}
	}
	return false;
}

/* ---- Size, stop and continue */

void ws_view_resized(struct ws_view *view)
{
	struct winsize size;
	if (ioctl(fileno(view->out), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	erase();
	if (!set_up_cells(view))
		view->rows = view->columns = 0; /* without memory nothing is drawn until the size changes again */
}

void ws_view_suspend(struct ws_view *view)
{
	(void)view;
	endwin();
	rescue_disarm();
}

void ws_view_resume(struct ws_view *view)
{
	rescue_arm(&view->rescue);
	reset_prog_mode(); /* with these modes Ctrl-C interrupts */
	view->typing = false;
	set_modes();
	clearok(stdscr, TRUE);
	ws_view_resized(view);
}

void ws_view_size(const struct ws_view *view, int *columns, int *rows)
{
	*columns = view->columns > WS_CANVAS_COLUMNS ? WS_CANVAS_COLUMNS : view->columns > 0 ? view->columns : 1;
	*rows = view->rows > WS_CANVAS_ROWS ? WS_CANVAS_ROWS : view->rows > 0 ? view->rows : 1;
}

void ws_view_prepare(const struct ws_view *view, struct ws_canvas *canvas)
{
	canvas->ascii = view->ascii;
	canvas->wide = view->wide;
}

/* ---- Drawing */

static bool same(const struct ws_cell *a, const struct ws_cell *b)
{
	return a->code_point == b->code_point && a->style == b->style && a->emphasis == b->emphasis;
}

static void draw_cell(const struct ws_view *view, int row, int column, const struct ws_cell *cell)
{
	enum ws_style style = cell->style < WS_STYLE_COUNT ? (enum ws_style)cell->style : WS_STYLE_NORMAL;
	attr_t attributes = theme_attributes(style, view->colours);
	if (cell->emphasis & WS_BOLD)
		attributes |= A_BOLD;
	if (cell->emphasis & WS_REVERSE)
		attributes |= A_REVERSE;
	wchar_t text[2] = {(wchar_t)cell->code_point, 0};
	cchar_t character;
	if (setcchar(&character, text, attributes, view->colours ? (short)(style + 1) : 0, NULL) == OK)
		mvadd_wch(row, column, &character);
}

void ws_view_show(struct ws_view *view, const struct ws_canvas *canvas)
{
	int rows = canvas->rows < view->rows ? canvas->rows : view->rows;
	int columns = canvas->columns < view->columns ? canvas->columns : view->columns;
	for (int row = 0; row < rows; row++) {
		const struct ws_cell *cells = canvas->cells + (size_t)row * (size_t)canvas->columns;
		struct ws_cell *shown = view->shown + (size_t)row * (size_t)view->columns;
		for (int column = 0; column < columns; column++) {
			bool wide = column + 1 < columns && cells[column + 1].code_point == 0;
			if (cells[column].code_point == 0 || (same(&cells[column], &shown[column]) &&
			                                      (!wide || same(&cells[column + 1], &shown[column + 1]))))
				continue;
			draw_cell(view, row, column, &cells[column]);
		}
		memcpy(shown, cells, (size_t)columns * sizeof(*shown));
	}
	refresh();
}

const char *ws_view_library(void)
{
	return curses_version();
}
