/* A grid of character cells. Every screen is drawn on one; the terminal, text dumps, SVG and asciicasts are made
 * from it. */
#ifndef WIRESTATE_CANVAS_H
#define WIRESTATE_CANVAS_H

#include <wirestate/text.h>
#include <wirestate/types.h>

/* X(enumerator, name): what a cell means. The theme decides how that looks; text dumps ignore it. */
#define WS_STYLES(X)                                                                                                   \
	X(WS_STYLE_NORMAL, "normal")                                                                                   \
	X(WS_STYLE_DIM, "dim")                                                                                         \
	X(WS_STYLE_TITLE, "title")                                                                                     \
	X(WS_STYLE_SELECTED, "selected")                                                                               \
	X(WS_STYLE_KEY, "key") /* a key's letter in the hint line */                                                   \
	X(WS_STYLE_CLIENT, "client")                                                                                   \
	X(WS_STYLE_SERVER, "server")                                                                                   \
	X(WS_STYLE_TRAFFIC, "traffic") /* bars of packets and bytes, and what both sides have done */                  \
	X(WS_STYLE_STATE_OPENING, "opening")                                                                           \
	X(WS_STYLE_STATE_OPEN, "open")                                                                                 \
	X(WS_STYLE_STATE_CLOSING, "closing")                                                                           \
	X(WS_STYLE_STATE_WAIT, "wait")             /* TIME_WAIT */                                                     \
	X(WS_STYLE_STATE_CLOSE_WAIT, "close-wait") /* the program has to call close() */                               \
	X(WS_STYLE_STATE_CLOSED, "closed")                                                                             \
	X(WS_STYLE_GOOD, "good")                                                                                       \
	X(WS_STYLE_WARN, "warn")                                                                                       \
	X(WS_STYLE_BAD, "bad")                                                                                         \
	X(WS_STYLE_LINK, "link") /* headers and their bytes, by layer; payload is normal */                            \
	X(WS_STYLE_NETWORK, "network")                                                                                 \
	X(WS_STYLE_TRANSPORT, "transport")                                                                             \
	X(WS_STYLE_HIGHLIGHT, "highlight") /* the selected field, or its bytes */

enum ws_style {
#define X(name, text) name,
	WS_STYLES(X)
#undef X
	        WS_STYLE_COUNT
};

struct ws_cell {
	uint32_t code_point; /* 0: the right half of a wide character */
	uint8_t style;       /* enum ws_style */
	uint8_t emphasis;    /* bit 0 bold, bit 1 reverse */
};
enum { WS_BOLD = 1, WS_REVERSE = 2 };

struct ws_canvas {
	int columns, rows;
	bool ascii;            /* drawing characters must be ASCII */
	bool wide;             /* despite ascii: East Asian characters, whose width no terminal doubts, are drawn */
	struct ws_cell *cells; /* rows × columns, row by row */
};

/* The largest canvas: columns beyond a usual terminal, rows enough for a whole connection. Their product cannot
 * overflow. */
enum { WS_CANVAS_COLUMNS = 4096, WS_CANVAS_ROWS = 65536 };
/* False: it would be larger, or there is no memory. */
bool ws_canvas_create(struct ws_canvas *canvas, int columns, int rows) WS_CHECKED; /* all spaces */
bool ws_canvas_resize(struct ws_canvas *canvas, int columns, int rows) WS_CHECKED;
void ws_canvas_destroy(struct ws_canvas *canvas);
void ws_canvas_clear(struct ws_canvas *canvas);

/* Drawing outside the canvas is cut and is never an error. Text is cleaned, and its width is that of wcwidth(). All
 * functions return the column after what was drawn. `limit` is the first column that must not be drawn in. */
int ws_canvas_text(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
/* The columns that a text takes here: on an ASCII canvas, ± is +- and takes two. */
int ws_canvas_columns(const struct ws_canvas *canvas, const char *utf8);
int ws_canvas_bold(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8);
int ws_canvas_printf(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *format,
                     ...) WS_PRINTF(6, 7);
void ws_canvas_put(struct ws_canvas *canvas, int row, int column, enum ws_style style, uint32_t code_point);
/* Changes the look of existing cells. */
void ws_canvas_paint(struct ws_canvas *canvas, int row, int column, int width, enum ws_style style, uint8_t emphasis);

/* Writes the whole canvas as UTF-8 text: each row is a line, without trailing spaces, that ends with a newline. */
void ws_canvas_dump(const struct ws_canvas *canvas, struct ws_text *text);

#endif
