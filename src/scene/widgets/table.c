/* See table.h. */
#include "scene/widgets/table.h"
#include "scene/widgets/draw.h"

#include <stdio.h>

/* True for styles that say how something is, and not what it is. */
static bool is_state(uint8_t style)
{
	return (style >= WS_STYLE_STATE_OPENING && style <= WS_STYLE_STATE_CLOSED) || style == WS_STYLE_GOOD ||
	       style == WS_STYLE_WARN || style == WS_STYLE_BAD;
}

void table_mark(struct ws_canvas *canvas, int row)
{
	ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
	for (int column = 0; column < canvas->columns; column++) {
		const uint8_t style = canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column].style;
		ws_canvas_paint(canvas, row, column, 1, is_state(style) ? (enum ws_style)style : WS_STYLE_SELECTED,
		                WS_REVERSE);
	}
}

void table_title(struct ws_canvas *canvas, const char *word, const char *text)
{
	int end = ws_canvas_bold(canvas, 0, 1, canvas->columns - 1, WS_STYLE_TITLE, word);
	draw_cut(canvas, 0, end + 2, canvas->columns - 1, WS_STYLE_NORMAL, text);
}

void table_title_of(struct ws_canvas *canvas, const char *word, const char *text, const char *brief, const char *source)
{
	const int last = canvas->columns - 1;
	const int end = ws_canvas_bold(canvas, 0, 1, last, WS_STYLE_TITLE, word) + 2;
	const int limit = source ? draw_right(canvas, 0, end, last, WS_STYLE_DIM, source) - 2 : last;
	if (end + ws_columns(text) <= limit || (!source && !*brief))
		draw_cut(canvas, 0, end, limit, WS_STYLE_NORMAL, text);
	else if (!source || end + ws_columns(brief) <= limit)
		draw_cut(canvas, 0, end, limit, WS_STYLE_NORMAL, brief);
}

int table_note_rows(int rows)
{
	return rows >= 30 ? 4 : rows >= 20 ? 3 : rows >= 14 ? 2 : 1;
}

int table_notes_fit(int columns, int rows, int top, uint64_t count, const char *notes)
{
	const int least = table_note_rows(rows), room = rows - top - 2, half = room / 2;
	const int most = room - (count < (uint64_t)half ? (int)count : half);
	const int need = draw_wrap_rows(notes, columns - 2);
	const int fit = need < most ? need : most;
	return fit > least ? fit : least;
}

int table_visible(int rows, int top, int notes)
{
	int visible = rows - top - 2 - notes; /* rule, notes, hints */
	return visible > 1 ? visible : 1;
}

uint64_t table_page(int visible)
{
	return visible > 1 ? (uint64_t)visible - 1 : 1;
}

void table_foot(struct ws_canvas *canvas, int rule, const struct ws_cursor *cursor, const char *notes)
{
	char line[512];
	const int rows = canvas->rows - 2 - rule;
	draw_rule(canvas, rule);
	if (cursor->count) {
		snprintf(line, sizeof(line), " %llu/%llu ", (unsigned long long)cursor->selected + 1,
		         (unsigned long long)cursor->count);
		draw_right(canvas, rule, 1, canvas->columns - 2, WS_STYLE_DIM, line);
	}
	bool inside = false;
	for (int i = 0; i < rows && draw_wrap(notes, canvas->columns - 2, i, line, sizeof(line)); i++) {
		ws_canvas_text(canvas, rule + 1 + i, 1, canvas->columns - 1, WS_STYLE_TITLE, line);
		draw_dim_references(canvas, rule + 1 + i, 1, line, &inside);
	}
}
