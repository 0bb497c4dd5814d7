/* The lesson's panel below the screen: the title, the number of the stop, what the lesson's keys do now, the
 * question, and after a key the answer with its sums.
 *
 * The panel has the rows that the longest stop of the lesson needs, so that the screen above does not move. Where
 * question and answer do not fit together, the question is left out. */
#include "scene/lesson/lesson.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { FRAME_ROWS = 2, LEAST_COLUMNS = 60, LEAST_ROWS = 20, LINE = 4096 };

/* A page that is laid out or drawn: rows are counted, and drawn where there is a canvas. */
struct page {
	struct ws_canvas *canvas; /* NULL: only count */
	int columns, row, limit;  /* row: the next one; limit: the first one not to draw in */
	int rows;                 /* used */
	bool cut;                 /* not all of it fitted */
};

bool lesson_too_small(int columns, int rows)
{
	return columns < LEAST_COLUMNS || rows < LEAST_ROWS;
}

void lesson_least(int *columns, int *rows)
{
	*columns = LEAST_COLUMNS;
	*rows = LEAST_ROWS;
}

/* How many rows of text the panel may have; 10 at 80x24. */
static int most_rows(int rows)
{
	return rows / 2 - 2;
}

static void page_line(struct page *page, enum ws_style style, bool bold, int indent, const char *line)
{
	page->rows++;
	if (!page->canvas)
		return;
	if (page->row >= page->limit) {
		page->cut = true;
		return;
	}
	const int limit = page->canvas->columns - 1;
	if (bold)
		ws_canvas_bold(page->canvas, page->row++, 1 + indent, limit, style, line);
	else
		draw_cut(page->canvas, page->row++, 1 + indent, limit, style, line);
}

/* Paragraphs begin on a new row. A command takes one row. */
static void page_text(struct page *page, enum ws_style style, bool bold, const char *text)
{
	char paragraph[WS_LESSON_TEXT_BYTES * 4 + 1], line[LINE];
	while (text && *text) {
		const size_t length = strcspn(text, "\n");
		snprintf(paragraph, sizeof(paragraph), "%.*s", (int)length, text);
		if (strncmp(paragraph, "$ ", 2) == 0)
			page_line(page, WS_STYLE_KEY, bold, 2, paragraph);
		else
			for (int i = 0; draw_wrap(paragraph, page->columns - 2, i, line, sizeof(line)); i++)
				page_line(page, style, bold, 0, line);
		text += length + (text[length] == '\n');
	}
}

/* What has come of what was tried at the stop, or why nothing was. */
static void page_came(struct page *page, const struct lesson_view *view, const struct ws_lesson_stop *stop)
{
	char words[WS_LESSON_TEXT_BYTES];
	if (view->came)
		page_text(page, WS_STYLE_HIGHLIGHT, true, stop->attempt.outcome[view->came - 1].text);
	if (!view->left_out)
		return;
	snprintf(words, sizeof(words), _("This stop is left out: %s."), view->left_out);
	page_text(page, WS_STYLE_WARN, false, words);
}

static void page_answer(struct page *page, const struct ws_lesson_stop *stop)
{
	page_text(page, WS_STYLE_NORMAL, false, stop->answer);
	for (size_t i = 0; i < stop->sum_count; i++)
		page_text(page, WS_STYLE_HIGHLIGHT, true, stop->sum[i].text);
}

/* The question, and below it the choices that there are. */
static void page_question(struct page *page, enum ws_style style, bool bold, const struct ws_lesson_stop *stop)
{
	char words[WS_LESSON_TEXT_BYTES];
	struct ws_text form = WS_TEXT_OVER(words);
	page_text(page, style, bold, stop->ask);
	if (stop->question.kind != WS_ANSWER_CHOICE)
		return;
	ws_lesson_form(&stop->question, &form);
	ws_text_puts(&form, C_("ends a sentence", "."));
	page_text(page, WS_STYLE_NORMAL, false, ws_text_cstr(&form));
}

static void page_said(struct page *page, const struct ws_lesson_question *question, enum lesson_says said,
                      const char *typed, const char *why, size_t hint)
{
	char words[WS_LESSON_TEXT_BYTES * 4 + 128];
	struct ws_text text = WS_TEXT_OVER(words);
	answer_said(question, said, typed, why, hint, &text);
	page_text(page, said == LESSON_SAYS_HINT ? WS_STYLE_NORMAL : WS_STYLE_WARN, false, ws_text_cstr(&text));
}

/* The rows that what is said to an answer needs at most. */
static int rows_said(int columns, const struct ws_lesson_question *question)
{
	const char *typed = _("a longer answer");
	int most = 0;
	for (size_t i = 0; i <= question->wrong_count + question->hint_count; i++) {
		struct page page = {.columns = columns};
		const bool wrong = i < question->wrong_count;
		page_said(&page, question, LESSON_SAYS_WRONG, typed, wrong ? question->wrong[i].why : NULL,
		          wrong ? 0 : i - question->wrong_count);
		most = page.rows > most ? page.rows : most;
	}
	return most;
}

/* The rows of a stop's panel before its answer is shown. */
static int rows_open(int columns, const struct ws_lesson_stop *stop)
{
	struct page page = {.columns = columns};
	page_question(&page, WS_STYLE_NORMAL, true, stop);
	return page.rows + (stop->question.kind == WS_ANSWER_NONE ? 0 : 1 + rows_said(columns, &stop->question));
}

/* The rows of question and answer together, without the empty one between them. */
static int rows_of(int columns, const struct ws_lesson_stop *stop)
{
	struct page page = {.columns = columns};
	page_text(&page, WS_STYLE_NORMAL, false, stop->ask);
	page_answer(&page, stop);
	return page.rows;
}

/* The rows of an answer with what has come of what was tried. */
static int rows_came(int columns, const struct ws_lesson_stop *stop)
{
	int most = 0;
	for (size_t i = 0; i < stop->attempt.outcome_count; i++) {
		struct page page = {.columns = columns};
		page_text(&page, WS_STYLE_NORMAL, false, stop->attempt.outcome[i].text);
		page_answer(&page, stop);
		most = page.rows > most ? page.rows : most;
	}
	return most;
}

/* How many answers were right, and which stops to go back to. */
static void page_score(struct page *page, const struct lesson_view *view)
{
	char words[512];
	struct ws_text text = WS_TEXT_OVER(words);
	const size_t asked = answer_count(view->lesson), right = answer_right(view);
	size_t missed = 0;
	if (!asked)
		return;
	ws_text_printf(&text, _("%zu of %zu answers were typed and right."), right, asked);
	for (size_t i = 0; i < view->lesson->stop_count; i++)
		if (view->lesson->stop[i].question.kind != WS_ANSWER_NONE && !(view->right >> i & 1))
			ws_text_printf(&text, "%s%zu",
			               missed++ ? C_("between the parts of a list", ", ") : _(" Still to do: stop "),
			               i + 1);
	ws_text_puts(&text, missed ? C_("ends a sentence", ".") : "");
	page_text(page, missed ? WS_STYLE_NORMAL : WS_STYLE_GOOD, true, ws_text_cstr(&text));
}

/* `printed`: the lesson is printed as text, so there is no key that opens the next one. */
static void page_end(struct page *page, const struct ws_lesson *lesson, bool printed)
{
	char words[512];
	if (lesson->try_it) {
		page_line(page, WS_STYLE_TITLE, true, 0, _("Try it yourself"));
		page_text(page, WS_STYLE_NORMAL, false, lesson->try_it);
	} else {
		page_text(page, WS_STYLE_TITLE, true,
		          lesson->exercise ? _("The exercise ends here. The next one asks other questions.")
		                           : _("This lesson ends here."));
	}
	if (lesson->next) {
		snprintf(words, sizeof(words), _("The next lesson: %s"), lesson->next);
		page_line(page, WS_STYLE_TITLE, true, 0, words);
	}
	if (lesson->next && printed) {
		snprintf(words, sizeof(words), "$ %s --lesson %s", lesson->command, lesson->next_name);
		page_line(page, WS_STYLE_KEY, false, 2, words);
	}
}

/* A state diagram that the user has opened needs the rows of the panel, of which only the frame stays. */
static bool is_folded(const struct ws_ui *ui)
{
	return ws_ui_screen(ui) == WS_SCREEN_DIAGRAM && lesson_is_away(ui);
}

int lesson_layout(struct ws_ui *ui, int columns, int rows)
{
	struct lesson_view *view = &ui->lesson;
	const struct ws_lesson *lesson = view->lesson;
	const int most = most_rows(rows);
	int need = 0;
	for (size_t i = 0; i < lesson->stop_count; i++) {
		const int all = rows_of(columns, &lesson->stop[i]) + 1, open = rows_open(columns, &lesson->stop[i]);
		need = all > need ? all : need;
		const int came = rows_came(columns, &lesson->stop[i]);
		need = open > need ? open : need;
		need = came > need ? came : need;
	}
	if (view->left_out) {
		struct page page = {.columns = columns};
		page_came(&page, view, &lesson->stop[view->stop]);
		page_answer(&page, &lesson->stop[view->stop]);
		need = page.rows > need ? page.rows : need;
	}
	if (view->stop == lesson->stop_count) {
		struct page page = {.columns = columns};
		page_score(&page, view);
		page_end(&page, lesson, false);
		need = page.rows > need ? page.rows : need;
	}
	view->rows = FRAME_ROWS + (is_folded(ui) ? 0 : need < most ? need : most);
	/* The screen draws its own hint lines, which the panel covers. */
	const int seen = rows - view->rows, hints = hints_rows(ws_ui_screen(ui), seen + 2) > 1 ? 2 : 1;
	return seen + hints;
}

struct ws_canvas lesson_scene(const struct ws_ui *ui, const struct ws_canvas *canvas)
{
	struct ws_canvas scene = *canvas;
	scene.rows = ui->rows < canvas->rows ? ui->rows : canvas->rows;
	return scene;
}

/* Hides the notes of a screen that could give away the answer. */
static void hide_notes(const struct ws_ui *ui, struct ws_canvas *scene)
{
	const int end = scene->rows - 1, notes = ui->notes;
	if (!screen_ops(ui->lesson.screen)->has_notes || !lesson_stop(ui) || ui->lesson.answered || lesson_is_away(ui))
		return;
	for (int row = end - notes; row < end; row++)
		for (int column = 0; column < scene->columns; column++)
			ws_canvas_put(scene, row, column, WS_STYLE_NORMAL, ' ');
}

/* What the lesson's key does now. */
static const char *next_words(const struct ws_ui *ui)
{
	const struct lesson_view *view = &ui->lesson;
	if (lesson_is_away(ui))
		return _("to the lesson");
	if (view->playing || !view->settled)
		return _("to the stop");
	if (view->closed)
		return _("to the question");
	if (view->stop == view->lesson->stop_count)
		return view->lesson->next ? C_("a key opens the next lesson", "next") : NULL;
	if (!view->answered)
		return view->lesson->stop[view->stop].attempt.scenario ? _("try it")
		                                                       : C_("a key shows the answer", "answer");
	return view->stop + 1 == view->lesson->stop_count ? C_("a key leads to the end of the lesson", "end")
	                                                  : _("go on");
}

/* Draws what the lesson's keys do, at the right. The key that goes back is left out where the title needs the columns
 * up to `title`. Returns the first column. */
static int draw_keys(const struct ws_ui *ui, struct ws_canvas *canvas, int row, int title)
{
	const char *const *names = ui->options.key_name;
	const struct {
		const char *key, *words;
	} hints[] = {
	        {names ? names[WS_ACT_LESSON_LIVE] : NULL,
	         ui->lesson.lesson->live && ui->lesson.stop == ui->lesson.lesson->stop_count ? C_("a key", "live")
	                                                                                     : NULL},
	        {names ? names[WS_ACT_LESSON_NEXT] : NULL, next_words(ui)},
	        {names ? names[WS_ACT_LESSON_BACK] : NULL, ui->lesson.stop && !ui->lesson.playing ? _("back") : NULL},
	};
	int width = 0;
	size_t count = 0;
	for (; count < WS_ARRAY_SIZE(hints); count++) {
		const bool shown = hints[count].key && hints[count].words;
		const int more = shown ? ws_columns(hints[count].key) + 1 + ws_columns(hints[count].words) + 2 : 0;
		if (count == WS_ARRAY_SIZE(hints) - 1 && canvas->columns - 2 - width - more < title)
			break;
		width += more;
	}
	const int start = canvas->columns - 1 - width;
	int column = start + 1;
	for (size_t i = 0; i < count; i++) {
		if (!hints[i].key || !hints[i].words)
			continue;
		if (column == start + 1)
			ws_canvas_put(canvas, row, start, WS_STYLE_NORMAL, ' ');
		column = ws_canvas_bold(canvas, row, column, canvas->columns, WS_STYLE_KEY, hints[i].key);
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, " ");
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, hints[i].words);
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, "  ");
	}
	return start;
}

static void draw_head(const struct ws_ui *ui, struct ws_canvas *canvas, int row)
{
	const struct lesson_view *view = &ui->lesson;
	char words[64];
	for (int column = 0; column < canvas->columns; column++)
		ws_canvas_put(canvas, row, column, WS_STYLE_DIM, 0x2500);
	const size_t questions = answer_count(view->lesson);
	if (view->stop < view->lesson->stop_count)
		snprintf(words, sizeof(words), _("  stop %zu/%zu "), view->stop + 1, view->lesson->stop_count);
	else if (questions)
		snprintf(words, sizeof(words), view->done ? _("  done %zu/%zu ") : _("  right %zu/%zu "),
		         answer_right(view), questions);
	else
		snprintf(words, sizeof(words), "%s", _("  end "));
	const int title = 2 + ws_columns(view->lesson->title) + ws_columns(words);
	const int limit = draw_keys(ui, canvas, row, title) - 1, room = limit - ws_columns(words);
	ws_canvas_put(canvas, row, 1, WS_STYLE_NORMAL, ' ');
	int end = draw_cut(canvas, row, 2, room > 2 ? room : 2, WS_STYLE_TITLE, view->lesson->title);
	ws_canvas_paint(canvas, row, 2, end - 2, WS_STYLE_TITLE, WS_BOLD);
	draw_cut(canvas, row, end, limit, WS_STYLE_NORMAL, words);
}

/* The line for the answer, and below it what is said to the one before. */
static void page_typing(const struct ws_ui *ui, struct page *page, const struct ws_lesson_stop *stop)
{
	static const char *const what[] = {[WS_ANSWER_NUMBER] = N_("a number"),
	                                   [WS_ANSWER_STATE] = N_("a state"),
	                                   [WS_ANSWER_CHOICE] = N_("one of these"),
	                                   [WS_ANSWER_WORD] = N_("a word or an address")};
	const struct lesson_view *view = &ui->lesson;
	if (!answer_is_open(ui) || page->row >= page->limit)
		return;
	const int column = prompt_draw_line(&ui->prompt, page->canvas, page->row);
	if (answer_is_empty(ui))
		draw_cut(page->canvas, page->row, column + 1, page->canvas->columns - 1, WS_STYLE_DIM,
		         view->lesson->exercise && stop->question.kind == WS_ANSWER_WORD
		                 ? _("the letters, as in C A B")
		                 : _(what[stop->question.kind]));
	page->row++;
	page_said(page, &stop->question, view->said, view->typed, view->why, view->hint);
}

/* What keys do while the answer is typed or is about to be, in place of those of the screen. */
static void draw_answer_keys(const struct ws_ui *ui, struct ws_canvas *canvas, int row)
{
	const bool open = answer_is_open(ui);
	const struct ws_lesson_stop *stop = lesson_stop(ui);
	const char *const *names = ui->options.key_name;
	const bool empty = !open || answer_is_empty(ui);
	const char *next = names ? names[WS_ACT_LESSON_NEXT] : NULL, *quit = names ? names[WS_ACT_QUIT] : NULL;
	const struct {
		const char *key, *words;
		bool shown;
	} hints[] = {
	        {"Enter", empty ? C_("a key", "hint") : _("check the answer"),
	         !empty || (stop && stop->question.hint_count)},
	        {next, open ? _("show the answer") : _("to the stop at once"), empty},
	        {"Esc", open ? _("look around") : _("back"), true},
	        {names ? names[WS_ACT_HELP] : NULL, _("help"), empty},
	        {quit, _("quit"), empty},
	};
	int column = 1;
	for (size_t i = 0; i < WS_ARRAY_SIZE(hints); i++) {
		if (!hints[i].key || !hints[i].shown)
			continue;
		column = ws_canvas_bold(canvas, row, column, canvas->columns, WS_STYLE_KEY, hints[i].key);
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, " ");
		column = ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_NORMAL, hints[i].words) + 2;
	}
}

/* The expected answer, in the row between question and answer. */
static void page_verdict(const struct ws_ui *ui, struct page *page, const struct ws_lesson_stop *stop)
{
	char words[256];
	struct page answer = {.columns = page->columns};
	const bool right = ui->lesson.right >> ui->lesson.stop & 1;
	page_answer(&answer, stop);
	if (page->row + answer.rows >= page->limit)
		return;
	snprintf(words, sizeof(words), right ? _("Right: %s") : _("Answer: %s"),
	         stop->question.expect ? stop->question.expect : "");
	page_line(page, right ? WS_STYLE_GOOD : WS_STYLE_NORMAL, true, 0, words);
}

/* Leaves out the question where both do not fit. */
static void page_stop(const struct ws_ui *ui, struct page *page, const struct ws_lesson_stop *stop)
{
	struct page came = {.columns = page->columns};
	page_came(&came, &ui->lesson, stop);
	const int room = page->limit - page->row, both = rows_of(page->columns, stop) + came.rows;
	const bool answered = ui->lesson.answered;
	if (!answered)
		page_question(page, WS_STYLE_TITLE, true, stop);
	else if (both <= room)
		page_text(page, WS_STYLE_NORMAL, true, stop->ask);
	if (!answered) {
		page_typing(ui, page, stop);
		return;
	}
	if (stop->question.kind == WS_ANSWER_NONE)
		page->row += both < room;
	else
		page_verdict(ui, page, stop);
	page_came(page, &ui->lesson, stop);
	page_answer(page, stop);
}

static void page_way(const struct ws_ui *ui, struct page *page)
{
	const struct lesson_view *view = &ui->lesson;
	const struct ws_lesson_stop *stop = &view->lesson->stop[view->stop];
	char words[96];
	if (stop->frame)
		snprintf(words, sizeof(words), _("Playing on to frame %llu."), (unsigned long long)stop->frame);
	else
		snprintf(words, sizeof(words), "%s", _("Playing on to the end."));
	page_line(page, WS_STYLE_DIM, false, 0, words);
}

static void page_last(struct page *page, const struct lesson_view *view)
{
	page_score(page, view);
	page_end(page, view->lesson, false);
}

void lesson_draw(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	const struct lesson_view *view = &ui->lesson;
	struct ws_canvas scene = lesson_scene(ui, canvas);
	hide_notes(ui, &scene);
	const int top = canvas->rows - view->rows;
	struct page page = {.canvas = canvas, .columns = canvas->columns, .row = top + 1, .limit = canvas->rows - 1};
	for (int row = top; row < canvas->rows; row++)
		for (int column = 0; column < canvas->columns; column++)
			ws_canvas_put(canvas, row, column, WS_STYLE_NORMAL, ' ');
	draw_head(ui, canvas, top);
	if (is_folded(ui))
		page.limit = page.row;
	else if (view->stop == view->lesson->stop_count)
		page_last(&page, view);
	else if (view->playing)
		page_way(ui, &page);
	else
		page_stop(ui, &page, &view->lesson->stop[view->stop]);
	if (page.cut)
		ws_canvas_text(canvas, canvas->rows - 2, canvas->columns - 2, canvas->columns, WS_STYLE_WARN, "…");
	struct ws_canvas keys = *canvas;
	keys.cells += (size_t)(canvas->rows - 1) * (size_t)canvas->columns;
	keys.rows = 1;
	if (answer_is_open(ui) || answer_is_near(ui))
		draw_answer_keys(ui, canvas, canvas->rows - 1);
	else
		hints_draw(&keys, 0, 1, ws_ui_screen(ui), ui->options.key_name);
}

int ws_ui_lesson_rows(const struct ws_ui *ui)
{
	return ui->lesson.rows;
}

int ws_lesson_head(const struct ws_lesson *lesson, struct ws_canvas *canvas)
{
	struct page page = {.canvas = canvas, .columns = canvas->columns, .limit = canvas->rows};
	page_line(&page, WS_STYLE_TITLE, true, -1, lesson->title);
	page_text(&page, WS_STYLE_NORMAL, false, lesson->about);
	return page.row;
}

static struct page whole_page(struct ws_canvas *canvas)
{
	return (struct page){.canvas = canvas, .columns = canvas->columns, .limit = canvas->rows};
}

int ws_lesson_ask(const struct ws_lesson_stop *stop, struct ws_canvas *canvas)
{
	struct page page = whole_page(canvas);
	page_line(&page, WS_STYLE_TITLE, true, -1, _("Question"));
	page_question(&page, WS_STYLE_NORMAL, false, stop);
	return page.row;
}

int ws_lesson_reply(const struct ws_lesson_stop *stop, const char *typed, bool *right, struct ws_canvas *canvas)
{
	struct page page = whole_page(canvas);
	const char *why;
	const enum ws_typed verdict = ws_lesson_judge(&stop->question, typed, &why);
	*right = verdict == WS_TYPED_RIGHT;
	if (*right)
		page_line(&page, WS_STYLE_GOOD, false, 0, _("Right."));
	else if (verdict == WS_TYPED_UNCLEAR)
		page_said(&page, &stop->question, LESSON_SAYS_UNCLEAR, typed, NULL, 0);
	else if (why)
		page_said(&page, &stop->question, LESSON_SAYS_WRONG, typed, why, 0);
	else
		page_line(&page, WS_STYLE_WARN, false, 0, C_("the answer is wrong", "No."));
	return page.row;
}

int ws_lesson_hint(const struct ws_lesson_stop *stop, size_t hint, struct ws_canvas *canvas)
{
	struct page page = whole_page(canvas);
	const size_t most = stop->question.hint_count;
	page_said(&page, &stop->question, LESSON_SAYS_HINT, "", NULL, hint < most ? hint : most);
	return page.row;
}

int ws_lesson_answer(const struct ws_lesson_stop *stop, struct ws_canvas *canvas)
{
	char title[WS_LESSON_TEXT_BYTES];
	struct ws_text head = WS_TEXT_OVER(title);
	struct page page = whole_page(canvas);
	if (stop->question.kind != WS_ANSWER_NONE)
		ws_text_printf(&head, _("Answer: %s"), stop->question.expect);
	else
		ws_text_puts(&head, _("Answer"));
	page_line(&page, WS_STYLE_TITLE, true, -1, ws_text_cstr(&head));
	page_answer(&page, stop);
	return page.row;
}

int ws_lesson_outcomes(const struct ws_lesson_stop *stop, struct ws_canvas *canvas)
{
	struct page page = whole_page(canvas);
	char words[WS_LESSON_TEXT_BYTES + 64];
	uint32_t told = 0;
	if (stop->attempt.outcome_count)
		page_line(&page, WS_STYLE_TITLE, true, -1, _("What comes of it in the lab"));
	for (size_t i = 0; i < stop->attempt.outcome_count; i++) {
		const struct ws_lesson_outcome *outcome = &stop->attempt.outcome[i];
		if (told >> outcome->act & 1) /* the first one is the whole story */
			continue;
		told |= 1u << outcome->act;
		struct ws_text text = WS_TEXT_OVER(words);
		ws_lesson_tell(outcome, &text);
		page_text(&page, WS_STYLE_NORMAL, false, ws_text_cstr(&text));
	}
	return page.row;
}

int ws_lesson_end(const struct ws_lesson *lesson, struct ws_canvas *canvas)
{
	struct page page = whole_page(canvas);
	page_end(&page, lesson, true);
	return page.row;
}
