/* The start screen: entries in groups, each group under its heading. */
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"

#include <wirestate/start.h>

#include <stdio.h>

enum { HEAD_ROWS = 3, ABOUT_ROWS = 2, FOOT_ROWS = 2 + ABOUT_ROWS, NAME_COLUMN = 3, NAME_WIDTH = 22 };

static const char *const headings[] = {
#define X(name, heading) heading,
        WS_START_GROUPS(X)
#undef X
};

/* Rows above an entry that is the first of its group: the heading, and an empty row except above the first group. */
static size_t rows_above(const struct ws_start *start, size_t entry)
{
	if (entry == 0)
		return 1;
	return start->entries[entry].group != start->entries[entry - 1].group ? 2 : 0;
}

/* The row of an entry, counted from the top of the list. */
static size_t row_of(const struct ws_start *start, size_t entry)
{
	size_t row = 0;
	for (size_t i = 0; i <= entry && i < start->cursor.count; i++)
		row += rows_above(start, i) + (i < entry);
	return row;
}

static size_t room_of(int rows)
{
	return rows > HEAD_ROWS + FOOT_ROWS ? (size_t)(rows - HEAD_ROWS - FOOT_ROWS) : 1;
}

static void keep_visible(struct ws_start *start, size_t room)
{
	const size_t row = row_of(start, start->cursor.selected),
	             first = row - rows_above(start, start->cursor.selected);
	if (first < start->cursor.top)
		start->cursor.top = first;
	if (row >= start->cursor.top + room)
		start->cursor.top = row - room + 1;
}

bool ws_start_act(struct ws_start *start, enum ws_action action, int rows)
{
	const size_t room = room_of(rows);
	if (action != WS_ACT_NONE && !cursor_move(&start->cursor, action, room))
		return false;
	keep_visible(start, room);
	return true;
}

static void draw_entry(const struct ws_start *start, struct ws_canvas *canvas, int row, size_t index)
{
	const struct ws_start_entry *entry = &start->entries[index];
	const int limit = canvas->columns - 1;
	const enum ws_style style = entry->ready ? WS_STYLE_NORMAL : WS_STYLE_DIM;
	const int end = draw_cut(canvas, row, NAME_COLUMN, NAME_COLUMN + NAME_WIDTH, style, entry->name);
	const int about = NAME_COLUMN + NAME_WIDTH + 1;
	draw_cut(canvas, row, end < about ? about : end + 1, limit, WS_STYLE_DIM, entry->about);
	if (index != start->cursor.selected)
		return;
	ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
	ws_canvas_paint(canvas, row, 0, canvas->columns, WS_STYLE_SELECTED, WS_REVERSE);
}

static void draw_key(const struct ws_start *start, struct ws_canvas *canvas, int *column, enum ws_action action,
                     const char *label)
{
	const char *key = start->key_name[action];
	if (!key)
		return;
	*column = ws_canvas_bold(canvas, canvas->rows - 1, *column, canvas->columns, WS_STYLE_KEY, key) + 1;
	if (label)
		*column =
		        ws_canvas_text(canvas, canvas->rows - 1, *column, canvas->columns, WS_STYLE_NORMAL, label) + 2;
}

static void draw_foot(const struct ws_start *start, struct ws_canvas *canvas)
{
	int column = 1;
	char line[256];
	const int top = canvas->rows - FOOT_ROWS, width = canvas->columns - 2;
	const char *words = start->message ? start->message
	                    : start->cursor.selected < start->cursor.count
	                            ? start->entries[start->cursor.selected].about
	                            : "";
	draw_rule(canvas, top);
	for (int i = 0; i < ABOUT_ROWS && draw_wrap(words, width, i, line, sizeof(line)); i++)
		draw_cut(canvas, top + 1 + i, 1, canvas->columns - 1, start->message ? WS_STYLE_WARN : WS_STYLE_NORMAL,
		         line);
	draw_key(start, canvas, &column, WS_ACT_UP, NULL);
	draw_key(start, canvas, &column, WS_ACT_DOWN, "move");
	draw_key(start, canvas, &column, WS_ACT_ENTER, "open");
	draw_key(start, canvas, &column, WS_ACT_BACK, "leads back here");
	draw_key(start, canvas, &column, WS_ACT_QUIT, "quit");
}

void ws_start_draw(const struct ws_start *start, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	ws_canvas_bold(canvas, 0, 1, limit, WS_STYLE_TITLE, "wirestate");
	draw_cut(canvas, 0, 12, limit, WS_STYLE_NORMAL, "what every TCP connection is doing, at both ends");
	draw_cut(canvas, 1, 12, limit, WS_STYLE_DIM, "wirestate --help lists everything else");
	const size_t room = room_of(canvas->rows);
	for (size_t i = 0; i < start->cursor.count; i++) {
		const size_t row = row_of(start, i);
		if (row >= start->cursor.top + room)
			break;
		if (row < start->cursor.top)
			continue;
		const int at = HEAD_ROWS + (int)(row - start->cursor.top);
		if (rows_above(start, i) && row > start->cursor.top)
			draw_cut(canvas, at - 1, 1, limit, WS_STYLE_KEY, headings[start->entries[i].group]);
		draw_entry(start, canvas, at, i);
	}
	draw_foot(start, canvas);
}
