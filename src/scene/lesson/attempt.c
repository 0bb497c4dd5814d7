/* A stop of a lesson at which the user tries something in the lab. The lab's lifelines are shown; above the lines of
 * what hangs in the air and of its keys, a panel says what to try, and then what has come of it. */
#include "scene/lesson/lesson.h"
#include "scene/lifelines/replay.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { HEAD_ROWS = 1, LAB_ROWS = 2 /* below the panel */, LINE = 1024, LEAST_SCENE_ROWS = 10 };

void ws_ui_attempt(struct ws_ui *ui, const struct ws_lesson *lesson, size_t stop)
{
	ui->attempt = (struct attempt_view){.lesson = lesson, .stop = &lesson->stop[stop]};
}

size_t ws_ui_attempt_came(const struct ws_ui *ui)
{
	return ui->attempt.came;
}

bool attempt_is_over(const struct ws_ui *ui)
{
	return ui->attempt.stop && ui->attempt.came && !ui->attempt.runs;
}

bool ws_ui_attempt_wants_back(const struct ws_ui *ui)
{
	return ui->attempt.wants_back;
}

void attempt_tick(struct ws_ui *ui, const struct ws_model *model)
{
	struct attempt_view *view = &ui->attempt;
	if (!view->stop)
		return;
	view->runs = model->lab_runs;
	view->held = lab_chosen(ui, model);
	view->acted = ws_lesson_attempt_acted(model->flights);
	const size_t came = ws_lesson_attempt_came(&view->stop->attempt, model->flights);
	/* What comes first is the whole story: once it is told, it stays. */
	if (came && (!view->came || came < view->came))
		view->came = came;
}

/* ---- The panel */

/* Returns the rows that the text takes; draws it where there is a canvas. */
static int panel_text(struct ws_canvas *canvas, int columns, int row, int limit, enum ws_style style, bool bold,
                      const char *text)
{
	char paragraph[WS_LESSON_TEXT_BYTES + 1], line[LINE];
	int rows = 0;
	while (*text) {
		const size_t length = strcspn(text, "\n");
		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)length, text);
		for (int i = 0; draw_wrap(paragraph, columns - 2, i, line, sizeof(line)); i++, rows++) {
			if (!canvas || row + rows >= limit)
				continue;
			if (bold)
				ws_canvas_bold(canvas, row + rows, 1, columns - 1, style, line);
			else
				draw_cut(canvas, row + rows, 1, columns - 1, style, line);
		}
		text += length + (text[length] == '\n');
	}
	return rows;
}

static int text_rows(int columns, const char *text)
{
	return panel_text(NULL, columns, 0, 0, WS_STYLE_NORMAL, false, text);
}

bool attempt_has_panel(const struct ws_ui *ui)
{
	return ui->attempt.stop && ws_ui_screen(ui) != WS_SCREEN_HELP;
}

/* It keeps its rows, so that the lifelines do not move. */
int attempt_layout(struct ws_ui *ui, int columns, int rows)
{
	struct attempt_view *view = &ui->attempt;
	const struct ws_lesson_attempt *attempt = &view->stop->attempt;
	const int most = rows - LAB_ROWS - HEAD_ROWS - LEAST_SCENE_ROWS;
	int need = text_rows(columns, view->stop->ask);
	for (size_t i = 0; i < attempt->outcome_count; i++) {
		const int own = text_rows(columns, attempt->outcome[i].text);
		need = own > need ? own : need;
	}
	view->rows = HEAD_ROWS + (need < most ? need : most > 0 ? most : 0);
	return view->rows;
}

static void draw_head(const struct ws_ui *ui, struct ws_canvas *canvas, int row)
{
	const struct attempt_view *view = &ui->attempt;
	const char *const *names = ui->options.key_name;
	const char *back = names ? names[attempt_is_over(ui) ? WS_ACT_LAB_DELIVER : WS_ACT_BACK] : NULL;
	const char *words = attempt_is_over(ui) ? _("goes on with the lesson") : _("back to the lesson");
	const int width = back ? ws_columns(back) + ws_columns(words) + 4 : 0;
	for (int column = 0; column < canvas->columns; column++)
		ws_canvas_put(canvas, row, column, WS_STYLE_DIM, 0x2500);
	ws_canvas_put(canvas, row, 1, WS_STYLE_NORMAL, ' ');
	char title[WS_LESSON_TITLE_COLUMNS * 4 + 40];
	snprintf(title, sizeof(title), _("%s  try it "), view->lesson->title);
	const int limit = canvas->columns - 1 - width;
	const int end = draw_cut(canvas, row, 2, limit > 2 ? limit : 2, WS_STYLE_TITLE, title);
	ws_canvas_paint(canvas, row, 2, end - 2, WS_STYLE_TITLE, WS_BOLD);
	if (!back)
		return;
	ws_canvas_put(canvas, row, limit, WS_STYLE_NORMAL, ' ');
	int column = ws_canvas_bold(canvas, row, limit + 1, canvas->columns, WS_STYLE_KEY, back);
	column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, " ");
	column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, words);
	ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
}

void attempt_draw(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	const struct attempt_view *view = &ui->attempt;
	const int top = canvas->rows - LAB_ROWS - view->rows, limit = canvas->rows - LAB_ROWS;
	for (int row = top; row < limit; row++)
		for (int column = 0; column < canvas->columns; column++)
			ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
	draw_head(ui, canvas, top);
	const char *text = view->stop->ask;
	enum ws_style style = WS_STYLE_TITLE;
	if (view->came) {
		text = view->stop->attempt.outcome[view->came - 1].text;
		style = WS_STYLE_HIGHLIGHT;
	} else if (view->acted) {
		text = _("Now see what comes of it.");
		style = WS_STYLE_NORMAL;
	} else if (!view->held) {
		text = _("The lab begins. The packet that it is about comes in a moment, and then waits for a key.");
		style = WS_STYLE_DIM;
	}
	panel_text(canvas, canvas->columns, top + HEAD_ROWS, limit, style, !view->acted || view->came, text);
}
