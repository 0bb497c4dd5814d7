/* What the screens with a list of rows have in common: moving in it, and its frame. */
#include "scene/widgets/draw.h"
#include "scene/tables/tables.h"

#include <stdio.h>

bool table_move(struct table_place *place, enum ws_action action, uint64_t count, int visible)
{
	uint64_t page = visible > 1 ? (uint64_t)visible - 1 : 1, last = count ? count - 1 : 0, at = place->selected;
	switch (action) {
	case WS_ACT_UP:
		at -= at > 0;
		break;
	case WS_ACT_DOWN:
		at++;
		break;
	case WS_ACT_PAGE_UP:
		at = at > page ? at - page : 0;
		break;
	case WS_ACT_PAGE_DOWN:
		at += page;
		break;
	case WS_ACT_FIRST:
		at = 0;
		break;
	case WS_ACT_LAST:
		at = last;
		break;
	default:
		return false;
	}
	place->selected = at < last ? at : last;
	return true;
}

bool table_click(struct table_place *place, int row, int top, int visible, uint64_t count, bool *again)
{
	uint64_t to = place->top + (uint64_t)(row - top);
	if (row < top || row >= top + visible || to >= count)
		return false;
	*again = to == place->selected;
	place->selected = to;
	return true;
}

void table_keep(struct table_place *place, uint64_t count, int visible)
{
	uint64_t rows = visible > 0 ? (uint64_t)visible : 1;
	if (place->selected >= count)
		place->selected = count ? count - 1 : 0;
	if (place->top + rows > count)
		place->top = count > rows ? count - rows : 0;
	if (place->selected < place->top)
		place->top = place->selected;
	if (place->selected >= place->top + rows)
		place->top = place->selected - rows + 1;
}

void table_mark(struct ws_canvas *canvas, int row)
{
	ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
	ws_canvas_paint(canvas, row, 0, canvas->columns, WS_STYLE_SELECTED, WS_REVERSE);
}

void table_title(struct ws_canvas *canvas, const char *word, const char *text)
{
	int end = ws_canvas_bold(canvas, 0, 1, canvas->columns - 1, WS_STYLE_TITLE, word);
	draw_cut(canvas, 0, end + 2, canvas->columns - 1, WS_STYLE_NORMAL, text);
}

int table_note_rows(int rows)
{
	return rows >= 30 ? 4 : rows >= 20 ? 3 : rows >= 14 ? 2 : 1;
}

int table_visible(int rows, int top)
{
	int visible = rows - top - 2 - table_note_rows(rows); /* rule, notes, hints */
	return visible > 1 ? visible : 1;
}

void table_foot(struct ws_canvas *canvas, int rule, const struct table_place *place, uint64_t count, const char *notes)
{
	char line[512];
	int rows = table_note_rows(canvas->rows);
	draw_rule(canvas, rule);
	if (count) {
		snprintf(line, sizeof(line), " %llu/%llu ", (unsigned long long)place->selected + 1,
		         (unsigned long long)count);
		draw_right(canvas, rule, 1, canvas->columns - 2, WS_STYLE_DIM, line);
	}
	for (int i = 0; i < rows && draw_wrap(notes, canvas->columns - 2, i, line, sizeof(line)); i++)
		ws_canvas_text(canvas, rule + 1 + i, 1, canvas->columns - 1, WS_STYLE_TITLE, line);
}
