/* The canvas: a rectangle of cells. Whatever is drawn outside it is cut.
 *
 * Everything is written through set_cell(), which keeps the grid's one invariant: a wide character is a cell with
 * its code point followed by a cell with code point 0, and neither half is ever left alone. Text from outside is
 * cleaned here a second time, so that no screen can forget it. On an ASCII canvas drawing characters are replaced
 * one by one from a table; a character that is not in the table becomes a question mark. */
#include <wirestate/canvas.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* X(code point, ASCII stand-in): the drawing characters that scenes use. */
#define DRAWING(X)                                                                                                     \
	X(0x2500, '-')                                                                                                 \
	X(0x2501, '=')                                                                                                 \
	X(0x2502, '|')                                                                                                 \
	X(0x2503, '|')                                                                                                 \
	X(0x250a, ':')                                                                                                 \
	X(0x250c, '+')                                                                                                 \
	X(0x2510, '+')                                                                                                 \
	X(0x2514, '+')                                                                                                 \
	X(0x2518, '+')                                                                                                 \
	X(0x250f, '+')                                                                                                 \
	X(0x2513, '+')                                                                                                 \
	X(0x2517, '+')                                                                                                 \
	X(0x251b, '+')                                                                                                 \
	X(0x251c, '|')                                                                                                 \
	X(0x2524, '|')                                                                                                 \
	X(0x252f, '+')                                                                                                 \
	X(0x2504, '-')                                                                                                 \
	X(0x2505, '-')                                                                                                 \
	X(0x2508, '.')                                                                                                 \
	X(0x2509, '.')                                                                                                 \
	X(0x2550, '=')                                                                                                 \
	X(0x254c, '=')                                                                                                 \
	X(0x2506, ':')                                                                                                 \
	X(0x256d, '+')                                                                                                 \
	X(0x256e, '+')                                                                                                 \
	X(0x256f, '+')                                                                                                 \
	X(0x2570, '+')                                                                                                 \
	X(0x2571, '/')                                                                                                 \
	X(0x2572, '\\')                                                                                                \
	X(0x2591, '.')                                                                                                 \
	X(0x2593, '#')                                                                                                 \
	X(0x2190, '<')                                                                                                 \
	X(0x2191, '^')                                                                                                 \
	X(0x2192, '>')                                                                                                 \
	X(0x2193, 'v')                                                                                                 \
	X(0x25ba, '>')                                                                                                 \
	X(0x25c4, '<')                                                                                                 \
	X(0x25b6, '>')                                                                                                 \
	X(0x25b8, '+')                                                                                                 \
	X(0x25be, '-')                                                                                                 \
	X(0x25b2, '^')                                                                                                 \
	X(0x25bc, 'v')                                                                                                 \
	X(0x25cf, 'o')                                                                                                 \
	X(0x22ee, ':')                                                                                                 \
	X(0x2713, '+')                                                                                                 \
	X(0x2026, '~')                                                                                                 \
	X(0x2013, '-')                                                                                                 \
	X(0x00a7, 'S')                                                                                                 \
	X(0x00b5, 'u')                                                                                                 \
	X(0x00b7, '.')                                                                                                 \
	X(0x00d7, 'x')

/* The one character for which ASCII needs two: what follows it. */
enum { TOLERANCE = 0x00b1 };

static char ascii_for(uint32_t code_point)
{
	switch (code_point) {
#define X(from, to)                                                                                                    \
	case from:                                                                                                     \
		return to;
		DRAWING(X)
#undef X
	}
	return '?';
}

bool ws_canvas_create(struct ws_canvas *canvas, int columns, int rows)
{
	*canvas = (struct ws_canvas){0};
	return ws_canvas_resize(canvas, columns, rows);
}

bool ws_canvas_resize(struct ws_canvas *canvas, int columns, int rows)
{
	if (columns < 1 || rows < 1 || columns > WS_CANVAS_COLUMNS || rows > WS_CANVAS_ROWS)
		return false;
	if (!canvas->cells || columns != canvas->columns || rows != canvas->rows) {
		struct ws_cell *cells = calloc((size_t)columns * (size_t)rows, sizeof(*cells));
		if (!cells)
			return false;
		free(canvas->cells);
		canvas->cells = cells;
		canvas->columns = columns;
		canvas->rows = rows;
	}
	ws_canvas_clear(canvas);
	return true;
}

void ws_canvas_destroy(struct ws_canvas *canvas)
{
	free(canvas->cells);
	*canvas = (struct ws_canvas){0};
}

void ws_canvas_clear(struct ws_canvas *canvas)
{
	size_t count = (size_t)canvas->columns * (size_t)canvas->rows;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = (struct ws_cell){.code_point = ' ', .style = WS_STYLE_NORMAL};
}

static struct ws_cell *cell_at(const struct ws_canvas *canvas, int row, int column)
{
	if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
		return NULL;
	return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

static void set_cell(struct ws_canvas *canvas, int row, int column, uint32_t code_point, uint8_t style,
                     uint8_t emphasis)
{
	struct ws_cell *cell = cell_at(canvas, row, column);
	if (!cell)
		return;
	struct ws_cell *right = cell_at(canvas, row, column + 1);
	if (cell->code_point == 0 && code_point != 0 && column > 0)
		cell[-1].code_point = ' '; /* do not leave half of a wide character */
	if (cell->code_point != 0 && right && right->code_point == 0)
		right->code_point = ' ';
	*cell = (struct ws_cell){.code_point = code_point, .style = style, .emphasis = emphasis};
}

/* Draws one printable code point and returns the column after it. */
static int draw_code_point(struct ws_canvas *canvas, int row, int column, int limit, uint8_t style, uint8_t emphasis,
                           uint32_t code_point)
{
	int width = 1;
	if (code_point >= 0x80) {
		width = wcwidth((wchar_t)code_point);
		if (canvas->ascii && !(canvas->wide && width == 2))
			width = -1;
		if (width < 0 && code_point == TOLERANCE) { /* "~15 ms" would be about, and not up to, 15 ms */
			column = draw_code_point(canvas, row, column, limit, style, emphasis, '+');
			code_point = '-';
			width = 1;
		}
		if (width < 0) { /* an ASCII canvas, or a locale without this character */
			code_point = (uint32_t)ascii_for(code_point);
			width = 1;
		}
	}
	if (width == 0)
		return column; /* a combining mark: a cell holds one code point */
	if (column >= limit)
		return column;
	int edge = limit < canvas->columns ? limit : canvas->columns;
	if (width == 2 && (column + 2 > edge || column < 0)) {
		if (column + 1 <= edge)
			set_cell(canvas, row, column, ' ', style, emphasis);
		return column + 1;
	}
	set_cell(canvas, row, column, code_point, style, emphasis);
	if (width == 2)
		set_cell(canvas, row, column + 1, 0, style, emphasis);
	return column + width;
}

static int draw_text(struct ws_canvas *canvas, int row, int column, int limit, uint8_t style, uint8_t emphasis,
                     const char *utf8)
{
	size_t length = strlen(utf8);
	while (length && column < limit) {
		uint32_t code_point;
		size_t used = ws_utf8_decode(utf8, length, &code_point);
		if (used && ws_printable(code_point)) {
			column = draw_code_point(canvas, row, column, limit, style, emphasis, code_point);
		} else {
			char escaped[16];
			struct ws_text clean = WS_TEXT_OVER(escaped);
			used = used ? used : 1;
			ws_text_clean(&clean, utf8, used);
			for (size_t i = 0; i < clean.length && column < limit; i++)
				column = draw_code_point(canvas, row, column, limit, style, emphasis,
				                         (uint8_t)escaped[i] < 0x80 ? (uint8_t)escaped[i] : '?');
		}
		utf8 += used;
		length -= used;
	}
	return column;
}

int ws_canvas_columns(const struct ws_canvas *canvas, const char *utf8)
{
	static const char tolerance[] = "\xc2\xb1";
	int columns = ws_columns(utf8);
	for (const char *at = utf8; canvas->ascii && (at = strstr(at, tolerance)); at += sizeof(tolerance) - 1)
		columns++;
	return columns;
}

int ws_canvas_text(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8)
{
	return draw_text(canvas, row, column, limit, (uint8_t)style, 0, utf8);
}

int ws_canvas_bold(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *utf8)
{
	return draw_text(canvas, row, column, limit, (uint8_t)style, WS_BOLD, utf8);
}

int ws_canvas_printf(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style, const char *format,
                     ...)
{
	char line[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return ws_canvas_text(canvas, row, column, limit, style, line);
}

void ws_canvas_put(struct ws_canvas *canvas, int row, int column, enum ws_style style, uint32_t code_point)
{
	if (!ws_printable(code_point))
		code_point = '?';
	draw_code_point(canvas, row, column, canvas->columns, (uint8_t)style, 0, code_point);
}

void ws_canvas_paint(struct ws_canvas *canvas, int row, int column, int width, enum ws_style style, uint8_t emphasis)
{
	int end = column + width < canvas->columns ? column + width : canvas->columns;
	for (int at = column < 0 ? 0 : column; at < end; at++) {
		struct ws_cell *cell = cell_at(canvas, row, at);
		if (!cell)
			return;
		cell->style = (uint8_t)style;
		cell->emphasis = emphasis;
	}
}

void ws_canvas_dump(const struct ws_canvas *canvas, struct ws_text *text)
{
	for (int row = 0; row < canvas->rows; row++) {
		int end = canvas->columns;
		while (end > 0 && cell_at(canvas, row, end - 1)->code_point == ' ')
			end--;
		for (int column = 0; column < end; column++) {
			char utf8[4];
			uint32_t code_point = cell_at(canvas, row, column)->code_point;
			if (code_point)
				ws_text_append(text, utf8, ws_utf8_encode(code_point, utf8));
		}
		ws_text_putc(text, '\n');
	}
}
