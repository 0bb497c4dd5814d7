/* Draws the explanation of a step below the lifelines: which paragraphs, in how many rows, with dim references. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

enum { PARAGRAPHS = NOTES_NOTE + 1, INDENT = 7, LINE = 640 };

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
		/* What a scenario of the lab is to show stands in the place of the note at first. */
		const bool aim = i == NOTES_NOTE && layout->ui->lab.aim_rows;
		if (!aim && (!guided || notes_guided(layout, (enum notes_paragraph)i)))
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

bool notes_fit(const struct layout *layout, int columns, int rows)
{
	char paragraph[PARAGRAPHS][LINE];
	int need[PARAGRAPHS];
	write_paragraphs(layout, columns, paragraph, need);
	return need[NOTES_WHAT] <= rows;
}

/* Gives each paragraph all its rows or none, the most important ones first; but where not even the first fits, what
 * there is room for. */
static void share_rows(const int need[PARAGRAPHS], int rows, int have[PARAGRAPHS])
{
	static const int priority[PARAGRAPHS] = {NOTES_WHAT, NOTES_LAB, NOTES_NOTE, NOTES_WHY, NOTES_NEXT};
	for (int i = 0; i < PARAGRAPHS; i++) {
		const int which = priority[i];
		have[which] = need[which] <= rows ? need[which] : which == NOTES_WHAT ? rows : 0;
		rows -= have[which];
	}
}

void notes_draw(const struct layout *layout, struct ws_canvas *canvas, int row, int rows)
{
	static const char *const heads[PARAGRAPHS] = {N_("WHAT"), N_("LAB"), N_("WHY"), N_("NEXT"), N_("NOTE")};
	char paragraph[PARAGRAPHS][LINE], line[LINE];
	const int width = canvas->columns - INDENT - 1;
	int need[PARAGRAPHS], have[PARAGRAPHS];
	write_paragraphs(layout, canvas->columns, paragraph, need);
	share_rows(need, rows, have);
	for (int i = 0; i < PARAGRAPHS; i++) {
		bool inside = false;
		for (int at = 0; at < have[i] && draw_wrap(paragraph[i], width, at, line, sizeof(line)); at++, row++) {
			if (at == 0)
				ws_canvas_bold(canvas, row, 1, INDENT, WS_STYLE_KEY,
				               i == NOTES_LAB && !layout->lab ? _("HOST") : _(heads[i]));
			enum ws_style style = i == NOTES_NOTE ? WS_STYLE_TITLE : WS_STYLE_NORMAL;
			int end = ws_canvas_text(canvas, row, INDENT, canvas->columns - 1, style, line);
			draw_dim_references(canvas, row, INDENT, line, &inside);
			if (at + 1 == have[i] && have[i] < need[i]) /* not all of it fits */
				ws_canvas_text(canvas, row, end < canvas->columns - 1 ? end : canvas->columns - 2,
				               canvas->columns - 1, style, "…");
		}
	}
}
