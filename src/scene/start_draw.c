/* Draws the start screen. */
#include "scene/start.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 3, NAME_WIDTH = 22, TITLE_WIDTH = WS_LESSON_TITLE_COLUMNS };

static void draw_heading(const struct ws_start *start, struct ws_canvas *canvas, int row, size_t index)
{
	const unsigned group = start->entries[index].group;
	const int limit = canvas->columns - 1;
	char words[160];
	snprintf(words, sizeof(words), ws_start_is_lesson(group) ? _("Lessons: %s") : "%s", _(start_heading(group)));
	draw_cut(canvas, row, 1, limit, WS_STYLE_KEY, words);
}

/* Lessons and scenarios have a title of several words. */
static bool has_title(const struct ws_start_entry *entry)
{
	return ws_start_is_lesson(entry->group) || entry->group == WS_START_LAB;
}

static void draw_entry(const struct ws_start *start, struct ws_canvas *canvas, int row, size_t index)
{
	const struct ws_start_entry *entry = &start->entries[index];
	const int limit = canvas->columns - 1;
	const enum ws_style style = entry->ready ? WS_STYLE_NORMAL : WS_STYLE_DIM;
	const int about = NAME_COLUMN + (has_title(entry) ? TITLE_WIDTH : NAME_WIDTH) + 1;
	if (entry->done)
		ws_canvas_put(canvas, row, 1, WS_STYLE_GOOD, 0x2713);
	const int end = draw_cut(canvas, row, NAME_COLUMN, about - 1, style, entry->title);
	draw_cut(canvas, row, end < about ? about : end + 1, limit, WS_STYLE_DIM, entry->about);
	if (index != start->cursor.selected)
		return;
	ws_canvas_put(canvas, row, 0, WS_STYLE_SELECTED, 0x25b6);
	ws_canvas_paint(canvas, row, 0, canvas->columns, WS_STYLE_SELECTED, WS_REVERSE);
}

/* What is said of the selected entry. */
static void about_selected(const struct ws_start *start, struct ws_text *text)
{
	if (start->cursor.selected >= start->cursor.count)
		return;
	const struct ws_start_entry *entry = &start->entries[start->cursor.selected];
	ws_text_puts(text, entry->about);
	if (ws_start_is_lesson(entry->group))
		ws_text_printf(text, " (%s --lesson %s)", start->command, entry->name);
	else if (entry->group == WS_START_LAB)
		ws_text_printf(text, " (%s --lab %s)", start->command, entry->name);
}

static void draw_words(const struct ws_start *start, struct ws_canvas *canvas, int top)
{
	char words[768], line[512];
	struct ws_text text = WS_TEXT_OVER(words);
	const bool bad = start->not_found || start->message;
	if (start->message)
		ws_text_puts(&text, start->message);
	else if (start->not_found)
		ws_text_printf(&text, _("Nothing here matches \"%s\"."), start->search);
	else
		about_selected(start, &text);
	for (int i = 0;
	     i < START_ABOUT_ROWS && draw_wrap(ws_text_cstr(&text), canvas->columns - 2, i, line, sizeof(line)); i++)
		draw_cut(canvas, top + i, 1, canvas->columns - 1, bad ? WS_STYLE_WARN : WS_STYLE_NORMAL, line);
}

static void draw_foot(const struct ws_start *start, struct ws_canvas *canvas)
{
	const int top = canvas->rows - START_FOOT_ROWS, last = canvas->rows - 1;
	int column = 1;
	draw_words(start, canvas, top + 1);
	if (start->typing) {
		column = ws_canvas_bold(canvas, last, column, canvas->columns - 1, WS_STYLE_TITLE, _("search"));
		column = ws_canvas_bold(canvas, last, column, canvas->columns - 1, WS_STYLE_TITLE, _(": "));
		column = draw_cut(canvas, last, column, canvas->columns - 2, WS_STYLE_NORMAL, start->search);
		ws_canvas_paint(canvas, last, column, 1, WS_STYLE_NORMAL, WS_REVERSE);
		return;
	}
	const bool capture = start->cursor.selected < start->cursor.count &&
	                     ws_start_is_capture(start->entries[start->cursor.selected].group);
	hints_draw_start(canvas, last, capture, start->key_name);
}

/* What to begin with, and how many lessons are done. */
static void draw_next(const struct ws_start *start, struct ws_canvas *canvas, int row)
{
	const int limit = canvas->columns - 1;
	const size_t next = ws_start_next_lesson(start);
	const char *key = start->key_name[WS_ACT_ENTER];
	unsigned lessons = 0, done = 0;
	char words[320];
	for (size_t i = 0; i < start->cursor.count; i++) {
		lessons += ws_start_is_lesson(start->entries[i].group);
		done += start->entries[i].done;
	}
	if (!lessons)
		return;
	snprintf(words, sizeof(words), _("%u of %u lessons done"), done, lessons);
	const int end = draw_right(canvas, row, 1, limit, WS_STYLE_DIM, words) - 2;
	const char *title = next == SIZE_MAX ? "" : start->entries[next].title;
	if (next == SIZE_MAX)
		snprintf(words, sizeof(words), "%s", _("All lessons are done."));
	else if (key && next == start->cursor.selected)
		/* TRANSLATORS: a key and the title of the lesson that it opens */
		snprintf(words, sizeof(words), done ? _("Next lesson, %s: %s") : _("New here? %s: %s"), key, title);
	else
		snprintf(words, sizeof(words), done ? _("Next lesson: %s") : _("New here? Begin with: %s"), title);
	draw_cut(canvas, row, 1, end, WS_STYLE_TITLE, words);
	ws_canvas_paint(canvas, row, 1, end - 1, WS_STYLE_TITLE, WS_BOLD);
}

/* On the rule below the list: how many entries there are above and below what is shown. */
static void draw_more(struct ws_canvas *canvas, int row, size_t above, size_t below)
{
	char words[64];
	int end = canvas->columns - 2;
	draw_rule(canvas, row);
	if (below) {
		snprintf(words, sizeof(words), _(" ↓ %zu more below "), below);
		end = draw_right(canvas, row, 1, end, WS_STYLE_KEY, words) - 1;
	}
	if (above) {
		snprintf(words, sizeof(words), _(" ↑ %zu above "), above);
		draw_right(canvas, row, 1, end, WS_STYLE_KEY, words);
	}
}

/* The list's rows. */
static void draw_list(const struct ws_start *start, struct ws_canvas *canvas)
{
	const size_t room = start_room(canvas->rows), end = start->cursor.top + room;
	size_t row = 0, above = 0, shown = 0;
	for (size_t i = 0; i < start->cursor.count; i++, row++) {
		const size_t head = start_rows_above(start, i);
		row += head;
		if (head && row > start->cursor.top && row <= end)
			draw_heading(start, canvas, START_HEAD_ROWS + (int)(row - 1 - start->cursor.top), i);
		above += row < start->cursor.top;
		if (row < start->cursor.top || row >= end)
			continue;
		draw_entry(start, canvas, START_HEAD_ROWS + (int)(row - start->cursor.top), i);
		shown++;
	}
	draw_more(canvas, canvas->rows - START_FOOT_ROWS, above, start->cursor.count - above - shown);
}

static int draw_paragraph(struct ws_canvas *canvas, int row, const char *words)
{
	char line[512];
	for (int i = 0; row < canvas->rows - 1 && draw_wrap(words, canvas->columns - 2, i, line, sizeof(line)); i++)
		draw_cut(canvas, row++, 1, canvas->columns - 1, WS_STYLE_NORMAL, line);
	return row;
}

static void draw_help(const struct ws_start *start, struct ws_canvas *canvas)
{
	static const char *const words[] = {
	        N_("A lesson is a real capture that stops and asks. It needs no privileges. What it shows is said in a "
	           "sentence below the list."),
	        N_("The lab makes two hosts and a wire, and plays a scenario there; so does --lab."),
	        N_("A capture is a file of recorded packets; open one to see its connections."),
	        N_("An interface shows the packets of this machine as they come, which needs root. On lo, programs of "
	           "this machine talk to each other."),
	        N_("Esc leads back here from what was opened."),
	};
	int row = START_HEAD_ROWS - 1;
	char line[320];
	const struct start_key *key;
	for (size_t i = 0; i < WS_ARRAY_SIZE(words); i++)
		row = draw_paragraph(canvas, row, _(words[i]));
	row++;
	for (size_t i = 0; (key = start_key(i)) && row < canvas->rows - 2; i++) {
		const char *const *names = start->key_name;
		if (!names[key->action])
			continue;
		const int end = ws_canvas_bold(canvas, row, 3, 14, WS_STYLE_KEY,
		                               hints_key_name(names[key->action], canvas->ascii));
		if (key->second != WS_ACT_NONE && names[key->second])
			ws_canvas_bold(canvas, row, end + 1, 14, WS_STYLE_KEY,
			               hints_key_name(names[key->second], canvas->ascii));
		draw_cut(canvas, row++, 14, canvas->columns - 1, WS_STYLE_NORMAL, _(key->meaning));
	}
	snprintf(line, sizeof(line), _("%s --help lists all options."), start->command);
	draw_paragraph(canvas, row + 1, line);
	if (start->message) {
		draw_cut(canvas, canvas->rows - 1, 1, canvas->columns - 1, WS_STYLE_WARN, start->message);
		return;
	}
	hints_draw_back(canvas, canvas->rows - 1, start->key_name);
}

void ws_start_draw(const struct ws_start *start, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	ws_canvas_bold(canvas, 0, 1, limit, WS_STYLE_TITLE, "wirestate");
	draw_cut(canvas, 0, 12, limit, WS_STYLE_NORMAL, _("what every TCP connection is doing, at both ends"));
	if (start->help) {
		draw_help(start, canvas);
		return;
	}
	draw_next(start, canvas, 1);
	draw_list(start, canvas);
	draw_foot(start, canvas);
}
