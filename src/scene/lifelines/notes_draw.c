/* Draws the explanation of a step below the lifelines: which paragraphs, in how many rows, with dim references. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

enum { PARAGRAPHS = NOTES_NOTE + 1, INDENT = 7, LINE = 512 };

bool notes_guided(const struct layout *layout, enum notes_paragraph paragraph)
{
	return paragraph == NOTES_WHAT || paragraph == NOTES_LAB ||
	       paragraph == (notes_find(layout) ? NOTES_NOTE : NOTES_WHY);
}

/* Writes the paragraphs, and counts the rows that each takes. Returns all of these. */
static int write_paragraphs(const struct layout *layout, int columns, char paragraph[PARAGRAPHS][LINE],
                            int need[PARAGRAPHS])
{
	const bool guided = layout->ui->replay.playing && layout->ui->replay.guided;
	const int width = columns - INDENT - 1;
	char line[LINE];
	int rows = 0;
	for (int i = 0; i < PARAGRAPHS; i++) {
		struct ws_text text = {.data = paragraph[i], .capacity = LINE};
		if (!guided || notes_guided(layout, (enum notes_paragraph)i))
			notes_text(layout, (enum notes_paragraph)i, &text);
		ws_text_cstr(&text);
		for (need[i] = 0; draw_wrap(paragraph[i], width, need[i], line, sizeof(line)); need[i]++)
			;
		rows += need[i];
	}
	return rows;
}

int notes_rows(const struct layout *layout, int columns)
{
	char paragraph[PARAGRAPHS][LINE];
	int need[PARAGRAPHS];
	return write_paragraphs(layout, columns, paragraph, need);
}

void notes_draw(const struct layout *layout, struct ws_canvas *canvas, int row, int rows)
{
	static const char *const heads[PARAGRAPHS] = {"WHAT", "LAB", "WHY", "NEXT", "NOTE"};
	/* Which paragraph gets the rows that are left after each has one. */
	static const int priority[PARAGRAPHS] = {NOTES_WHAT, NOTES_LAB, NOTES_NOTE, NOTES_WHY, NOTES_NEXT};
	char paragraph[PARAGRAPHS][LINE], line[LINE];
	int width = canvas->columns - INDENT - 1, need[PARAGRAPHS], have[PARAGRAPHS] = {0}, left = rows;
	write_paragraphs(layout, canvas->columns, paragraph, need);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < PARAGRAPHS; i++) {
			int which = priority[i], more = round ? need[which] - have[which] : need[which] > 0;
			more = more < left ? more : left;
			have[which] += more;
			left -= more;
		}
	}
	for (int i = 0; i < PARAGRAPHS; i++) {
		bool inside = false;
		for (int at = 0; at < have[i] && draw_wrap(paragraph[i], width, at, line, sizeof(line)); at++, row++) {
			if (at == 0)
				ws_canvas_bold(canvas, row, 1, INDENT, WS_STYLE_KEY, heads[i]);
			enum ws_style style = i == NOTES_NOTE ? WS_STYLE_TITLE : WS_STYLE_NORMAL;
			int end = ws_canvas_text(canvas, row, INDENT, canvas->columns - 1, style, line);
			draw_dim_references(canvas, row, INDENT, line, &inside);
			if (at + 1 == have[i] && have[i] < need[i]) /* not all of it fits */
				ws_canvas_text(canvas, row, end < canvas->columns - 1 ? end : canvas->columns - 2,
				               canvas->columns - 1, style, "…");
		}
	}
}
