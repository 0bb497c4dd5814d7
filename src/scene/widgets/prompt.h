/* A line that the reader types at the bottom of the screen: a filter, a search, a place to jump to. Private to
 * src/scene.
 *
 * Who wants a line calls prompt_open() with a description of what becomes of it; the rest is done here and in ui.c. */
#ifndef SCENE_PROMPT_H
#define SCENE_PROMPT_H

#include <wirestate/scene.h>

/* Why a line is refused: the words, and which bytes of it they are about (marked below it; a length of 0: the end). */
struct prompt_error {
	char text[256];
	size_t start, length;
};

struct prompt_use {
	const char *label; /* in front of the line: "filter" */
	const char *hint;  /* below it: what may be typed */
	/* Enter. False: the line stays open and says why. */
	bool (*accept)(struct ws_ui *ui, const struct ws_model *model, const char *text, struct prompt_error *error);
	void (*change)(struct ws_ui *ui, const struct ws_model *model, const char *text); /* each edit; or NULL */
	void (*cancel)(struct ws_ui *ui, const struct ws_model *model);                   /* Escape; or NULL */
};

enum { PROMPT_SIZE = 512 };

struct prompt {
	const struct prompt_use *use; /* NULL: closed */
	char text[PROMPT_SIZE];       /* printable UTF-8, NUL-terminated */
	size_t length, cursor;        /* bytes */
	bool refused;
	struct prompt_error error; /* valid when `refused` */
};

/* Opens a line that begins as `text` (cut to what fits), the cursor behind it. */
void prompt_open(struct ws_ui *ui, const struct prompt_use *use, const char *text);
/* Does what a key asks of the line; `character` is for WS_EDIT_INSERT. False: nothing has changed. */
bool prompt_edit(struct ws_ui *ui, const struct ws_model *model, enum ws_edit edit, uint32_t character);
/* Over the last rows of the screen. */
void prompt_draw(const struct prompt *prompt, struct ws_canvas *canvas);

#endif
