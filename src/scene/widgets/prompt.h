/* A line that the user types at the bottom of the screen: a filter, a search, a position to jump to, the name of a
 * file. Private to src/scene.
 *
 * To ask for a line, call prompt_open() with a description of what is done with it. The rest is done here and in
 * ui.c. */
#ifndef SCENE_PROMPT_H
#define SCENE_PROMPT_H

#include <wirestate/scene.h>

/* Why a line is refused, and which bytes are wrong. These are marked below the line; a length of 0 is the end of
 * the text. */
struct prompt_error {
	char text[256];
	size_t start, length;
};

struct prompt_use {
	const char *label; /* before the line: "filter" */
	const char *hint;  /* below it: what may be typed */
	/* on Enter. False: the line stays open and shows the error */
	bool (*accept)(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error);
	void (*change)(struct ws_ui *ui, const struct ws_model *model,
	               const char *text);                               /* after each change; or NULL */
	void (*cancel)(struct ws_ui *ui, const struct ws_model *model); /* on Escape; or NULL */
	bool elsewhere;                                                 /* its user draws it with prompt_draw_line() */
};

enum { PROMPT_SIZE = 512 };

struct prompt {
	const struct prompt_use *use; /* NULL: closed */
	char text[PROMPT_SIZE];       /* printable UTF-8, NUL-terminated */
	size_t length, cursor;        /* bytes */
	bool refused;
	struct prompt_error error; /* valid when `refused` */
	char progress[256];        /* of what the text has begun, shown in place of the hint; empty: nothing goes on */
};

/* Opens a line with `text`, cut to what fits, and the cursor after it. */
void prompt_open(struct ws_ui *ui, const struct prompt_use *use, const char *text);
/* Does what an edit asks. `character` is for WS_EDIT_INSERT. False: nothing has changed. */
bool prompt_edit(struct ws_ui *ui, const struct ws_model *model, enum ws_edit edit, uint32_t character);
/* Draws the line in one row. Returns the column after it. */
int prompt_draw_line(const struct prompt *prompt, struct ws_canvas *canvas, int row);
/* Draws the line over the last rows of the screen. */
void prompt_draw(const struct prompt *prompt, struct ws_canvas *canvas);

#endif
