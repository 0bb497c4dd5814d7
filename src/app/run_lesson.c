/* A lesson without a terminal: the whole lesson as text, which may read answers (--answers), or with --stop the two
 * screens of one stop as they are in the view. Snapshots for the stops are made as in the view, by past.c. */
#include "app/past.h"
#include "app/report.h"
#include "app/session.h"
#include "app/signals.h"

#include <wirestate/export.h>
#include <wirestate/language.h>
#include <wirestate/stop.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 1024, DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24, PAGE_ROWS = 500 };

struct printer {
	struct session *session;
	struct ws_error *error;
	struct ws_ui *ui;
	struct past past;
	struct ws_model model;
	struct ws_canvas canvas, page;
	/* of the answers that are read */
	char *line;
	size_t capacity, right, questions;
	bool ended;
};

/* Draws the screen of a stop, in its snapshot. */
static void stop_show(struct printer *it, size_t stop, bool answered)
{
	bool more;
	ws_ui_layout(it->ui, &it->model, it->canvas.columns, it->canvas.rows);
	ws_ui_lesson_stand(it->ui, &it->model, stop, answered);
	do {
		const struct ws_position position = ws_ui_position(it->ui);
		more = past_work(&it->past, &position);
		session_model(it->session, &it->model);
		past_model(&it->past, &position, &it->model);
	} while (more && !ws_stopping());
	ws_ui_tick(it->ui, &it->model, 1);
	ws_ui_layout(it->ui, &it->model, it->canvas.columns, it->canvas.rows);
	ws_ui_draw(it->ui, &it->model, &it->canvas);
}

/* True for a cell that is blank or part of an empty lifeline. */
static bool is_empty(uint32_t code_point)
{
	return code_point == ' ' || code_point == 0x2502 || code_point == '|';
}

static bool row_is_empty(const struct ws_canvas *canvas, int row)
{
	const struct ws_cell *cells = canvas->cells + (size_t)row * (size_t)canvas->columns;
	for (int column = 0; column < canvas->columns; column++)
		if (!is_empty(cells[column].code_point))
			return false;
	return true;
}

/* Prints the first rows of a canvas, without the empty ones at their end. */
static void print_rows(const struct ws_canvas *canvas, int rows)
{
	struct ws_canvas part = *canvas;
	part.rows = rows < canvas->rows ? rows : canvas->rows;
	while (part.rows && row_is_empty(canvas, part.rows - 1))
		part.rows--;
	ws_text_canvas(stdout, &part);
}

/* Prints what a stop's question or answer, or the lesson's last page, has drawn. */
static void print_page(struct printer *it, int rows)
{
	print_rows(&it->page, rows);
	ws_canvas_clear(&it->page);
}

/* Reads an answer from standard input, prints it where the terminal does not, and says whether it is right. At the end
 * of the input and for an empty line nothing is said. True: the line asks for a hint instead. */
static bool lesson_read_answer(struct printer *it, const struct ws_lesson_stop *stop)
{
	bool right = false;
	fputs(_("\nYour answer: "), stdout);
	fflush(stdout);
	ssize_t length = it->ended ? -1 : getline(&it->line, &it->capacity, stdin);
	it->ended = length < 0;
	while (length > 0 && strchr("\r\n ", it->line[length - 1]))
		length--;
	if (length > 0)
		it->line[length] = '\0';
	if (length > 0 && !isatty(STDIN_FILENO))
		print_clean(stdout, it->line);
	if (!isatty(STDIN_FILENO) || it->ended)
		putchar('\n');
	if (length == 1 && it->line[0] == '?')
		return true;
	if (length > 0)
		print_page(it, ws_lesson_reply(stop, it->line, &right, &it->page));
	it->right += right;
	it->questions++;
	return false;
}

/* Reads lines until one is no question mark, which asks for a hint. */
static void lesson_ask(struct printer *it, const struct ws_lesson_stop *stop)
{
	for (size_t hint = 1; lesson_read_answer(it, stop); hint++)
		print_page(it, ws_lesson_hint(stop, hint, &it->page));
}

static void lesson_print_all(struct printer *it)
{
	const struct ws_lesson *lesson = it->session->lesson;
	const bool answers = it->session->options->answers || lesson->exercise;
	print_page(it, ws_lesson_head(lesson, &it->page));
	for (size_t i = 0; i < lesson->stop_count; i++) {
		const struct ws_lesson_stop *stop = &lesson->stop[i];
		const bool asks = answers && stop->question.kind != WS_ANSWER_NONE;
		if (stop->frame)
			printf(_("\n== Stop %zu of %zu, after frame %llu\n"), i + 1, lesson->stop_count,
			       (unsigned long long)stop->frame);
		else
			printf(_("\n== Stop %zu of %zu, at the end\n"), i + 1, lesson->stop_count);
		stop_show(it, i, !asks);
		print_rows(&it->canvas, it->canvas.rows - ws_ui_lesson_rows(it->ui));
		putchar('\n');
		print_page(it, ws_lesson_ask(stop, &it->page));
		if (asks)
			lesson_ask(it, stop);
		putchar('\n');
		print_page(it, ws_lesson_answer(stop, &it->page));
		if (stop->attempt.scenario)
			putchar('\n');
		print_page(it, ws_lesson_outcomes(stop, &it->page));
	}
	puts(_("\n== End"));
	if (it->questions)
		printf(_("%zu of %zu answers are right.\n\n"), it->right, it->questions);
	print_page(it, ws_lesson_end(lesson, &it->page));
}

static void lesson_print_stop(struct printer *it)
{
	const uint64_t wanted = it->session->options->stop;
	const struct ws_lesson *lesson = it->session->lesson;
	if (wanted != FRAME_END && wanted > lesson->stop_count) {
		ws_fail(it->error, WS_ERROR_OPTION, "--stop %llu: the lesson has %zu; end is the page after them",
		        (unsigned long long)wanted, lesson->stop_count);
		return;
	}
	const size_t stop = wanted == FRAME_END ? lesson->stop_count : wanted - 1;
	for (int answered = 0; answered < (wanted == FRAME_END ? 1 : 2); answered++) {
		stop_show(it, stop, answered);
		ws_text_canvas(stdout, &it->canvas);
	}
}

static int export_show(void *context, size_t stop, struct ws_canvas *canvas)
{
	struct printer *it = context;
	stop_show(it, stop, false);
	int rows = canvas->rows - ws_ui_lesson_rows(it->ui);
	while (rows && row_is_empty(canvas, rows - 1))
		rows--;
	return rows;
}

static bool export_goes_on(void *context)
{
	(void)context;
	return !ws_stopping();
}

bool lesson_export(struct session *session, FILE *file, struct ws_error *error)
{
	static const char *const no_keys[WS_ACTION_COUNT];
	const struct ws_ui_options ui_options = {
	        .speed = 1, .idle = session->options->idle, .screen = WS_SCREEN_LIFELINES, .key_name = no_keys};
	struct printer it = {.session = session, .error = error, .past.point = session_shown(session)};
	struct ws_model model;
	struct ws_ui *replays = ws_ui_create(&ui_options, error);
	bool good = replays && (it.ui = ws_ui_create(&ui_options, error));
	if (good && !ws_canvas_create(&it.canvas, DEFAULT_COLUMNS, DEFAULT_ROWS))
		good = ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (good) {
		const struct ws_html_lesson_options options = {
		        .show = export_show, .go_on = export_goes_on, .context = &it, .canvas = &it.canvas};
		session_model(session, &it.model);
		model = it.model;
		ws_ui_lesson(it.ui, &it.model, session->lesson);
		good = ws_html_lesson(file, replays, &model, session->lesson, &options, error);
	}
	ws_canvas_destroy(&it.canvas);
	ws_ui_free(it.ui);
	ws_ui_free(replays);
	past_close(&it.past);
	return good;
}

static void lesson_print(struct session *session)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	const bool one = options->stop != FRAME_NONE;
	const struct ws_ui_options ui_options = {
	        .speed = options->speed,
	        .idle = options->idle,
	        .screen = WS_SCREEN_LIFELINES,
	        .key_name = one ? options->keymap.name_in_lesson : NULL,
	};
	struct printer it = {.session = session, .error = &session->error, .past.point = session_shown(session)};
	it.ui = ws_ui_create(&ui_options, &session->error);
	if (!it.ui)
		return;
	if (!ws_canvas_create(&it.canvas, columns, rows) || !ws_canvas_create(&it.page, columns, PAGE_ROWS)) {
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	} else {
		it.canvas.ascii = it.page.ascii = options->ascii;
		ws_canvas_clear(&it.page);
		session_model(session, &it.model);
		ws_ui_lesson(it.ui, &it.model, session->lesson);
		(one ? lesson_print_stop : lesson_print_all)(&it);
	}
	if (session->error.status == WS_OK)
		(void)!report_output(&session->error);
	free(it.line);
	ws_canvas_destroy(&it.page);
	ws_canvas_destroy(&it.canvas);
	ws_ui_free(it.ui);
	past_close(&it.past);
}

void run_lesson(struct session *session)
{
	while (session_read(session, BATCH))
		if (signals_take() & SIGNAL_STOP) {
			ws_fail(&session->error, WS_ERROR_SYSTEM, "interrupted: nothing has been written");
			return;
		}
	if (session_begin_lesson(session))
		lesson_print(session);
}
