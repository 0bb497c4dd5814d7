#include "scene/lab.h"
#include "scene/lesson/lesson.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/hints.h"

#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { AIM_INDENT = 6, AIM_BYTES = 512 };

/* One that has been dealt with is held until the lab says so, which takes a moment. */
static bool waits(const struct ws_ui *ui, const struct ws_flight *flight)
{
	return flight->number != ui->lab.ordered;
}

/* The packet that the user has chosen, or else the one that the scenario delivers next. */
const struct ws_flight *lab_chosen(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct ws_flight *flight, *first = NULL;
	for (size_t i = 0; (flight = ws_flights_held(model->flights, i)); i++) {
		if (!waits(ui, flight))
			continue;
		if (flight->number == ui->lab.chosen)
			return flight;
		if (!first || (first->later && !flight->later))
			first = flight;
	}
	return first;
}

/* ---- Keys */

/* The next one after the chosen one, in the order in which they left. */
static bool choose_next(struct ws_ui *ui, const struct ws_model *model)
{
	const struct ws_flight *chosen = lab_chosen(ui, model), *flight, *next = NULL, *first = NULL;
	for (size_t i = 0; (flight = ws_flights_held(model->flights, i)); i++) {
		if (!waits(ui, flight))
			continue;
		first = first ? first : flight;
		if (!next && flight->number > chosen->number)
			next = flight;
	}
	next = next ? next : first;
	ui->lab.chosen = next ? next->number : 0;
	return next;
}

static bool ask(struct ws_ui *ui, const char *verb)
{
	ui->lab.begun = true;
	snprintf(ui->lab.command, sizeof(ui->lab.command), "%s\n", verb);
	return true;
}

/* A key that is about a packet has none. */
static bool say_none_waits(struct ws_ui *ui)
{
	ws_ui_tell(ui, _("No packet waits in the air now"), false);
	return true;
}

static bool ask_about(struct ws_ui *ui, const struct ws_model *model, const char *verb, bool goes_on)
{
	const struct ws_flight *flight = lab_chosen(ui, model);
	if (!flight)
		return say_none_waits(ui);
	ui->lab.begun = true;
	snprintf(ui->lab.command, sizeof(ui->lab.command), "%s %llu\n", verb, (unsigned long long)flight->number);
	if (!goes_on) {
		ui->lab.ordered = flight->number;
		ui->lab.chosen = 0;
	}
	return true;
}

bool lab_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (!ui->options.lab)
		return false;
	if (action == WS_ACT_LAB_AGAIN)
		return ui->lab.again = true;
	if (action == WS_ACT_LAB_DELIVER && attempt_is_over(ui))
		return ui->attempt.wants_back = true;
	if (!model->lab_runs) /* a key that two mean is the screen's again */
		return action == WS_ACT_LAB_DELIVER ? ws_ui_act(ui, model, WS_ACT_PLAY) : say_none_waits(ui);
	switch (action) {
	case WS_ACT_LAB_DELIVER:
		return ask_about(ui, model, "deliver", false);
	case WS_ACT_LAB_DROP:
		return ask_about(ui, model, "drop", false);
	case WS_ACT_LAB_DELAY:
		return ask_about(ui, model, "delay", false);
	case WS_ACT_LAB_COPY:
		return ask_about(ui, model, "copy", true);
	case WS_ACT_LAB_PASS:
		return ask_about(ui, model, "pass", true);
	case WS_ACT_LAB_CHOOSE:
		return choose_next(ui, model) || say_none_waits(ui);
	case WS_ACT_LAB_ALL:
		return ask(ui, "all");
	case WS_ACT_LAB_AUTO:
		ui->lab.automatic = !ui->lab.automatic;
		return ask(ui, ui->lab.automatic ? "auto" : "hold");
	default:
		return false;
	}
}

void lab_wait_for_help(struct ws_ui *ui, const struct ws_model *model)
{
	const bool reading = ws_ui_screen(ui) == WS_SCREEN_HELP && ui->lab.automatic && model->lab_runs;
	if (!ui->options.lab || reading == ui->lab.reading)
		return;
	ui->lab.reading = reading;
	if (model->lab_runs && ui->lab.automatic)
		snprintf(ui->lab.command, sizeof(ui->lab.command), "%s\n", reading ? "hold" : "auto");
}

bool ws_ui_lab_command(struct ws_ui *ui, char *command, size_t size)
{
	const bool any = ui->lab.command[0];
	snprintf(command, size, "%s", ui->lab.command);
	ui->lab.command[0] = '\0';
	return any;
}

bool ws_ui_lab_wants_again(const struct ws_ui *ui)
{
	return ui->lab.again;
}

/* ---- Drawing */

bool lab_key_words(const struct ws_ui *ui, const struct ws_model *model, const struct ws_flight *flight, char *words,
                   size_t size, enum ws_style *style)
{
	if (!flight || !flight->held || !ui->options.lab || !model->lab_runs)
		return false;
	const char *key = ui->options.key_name ? ui->options.key_name[WS_ACT_LAB_DELIVER] : NULL;
	const bool chosen = flight == lab_chosen(ui, model) && key;
	snprintf(words, size, "%llu%s%s", (unsigned long long)flight->number, chosen ? " " : "", chosen ? key : "");
	*style = chosen ? WS_STYLE_KEY : WS_STYLE_DIM;
	return true;
}

static int draw_flight(struct ws_canvas *canvas, int row, int column, int limit, const struct ws_flight *flight,
                       bool chosen)
{
	char words[120];
	struct ws_text text = WS_TEXT_OVER(words);
	ws_text_printf(&text, " %s%llu %s", flight->server ? "◄ " : "", (unsigned long long)flight->number,
	               flight->words);
	if (flight->again)
		ws_text_printf(&text, _(", sent again %u×"), flight->again);
	ws_text_puts(&text, flight->server ? "" : " ►");
	ws_text_putc(&text, ' ');
	const char *drawn = ws_text_cstr(&text);
	if (column + ws_columns(drawn) > limit)
		return -1;
	const enum ws_style style = flight->server ? WS_STYLE_SERVER : WS_STYLE_CLIENT;
	const int end = ws_canvas_text(canvas, row, column, limit, style, drawn);
	if (chosen)
		ws_canvas_paint(canvas, row, column, end - column, style, WS_REVERSE | WS_BOLD);
	return end;
}

static void draw_air(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row)
{
	const struct ws_flight *chosen = lab_chosen(ui, model), *flight;
	const int limit = canvas->columns - 4;
	int column = ws_canvas_bold(canvas, row, 1, canvas->columns, WS_STYLE_TITLE, _("IN THE AIR")) + 1;
	if (!chosen) {
		draw_cut(canvas, row, column, canvas->columns - 1, WS_STYLE_DIM,
		         ui->lab.automatic ? _("packets arrive by themselves") : _("nothing now"));
		return;
	}
	column = draw_flight(canvas, row, column, limit, chosen, true);
	for (size_t i = 0; column > 0 && (flight = ws_flights_held(model->flights, i)); i++) {
		if (flight == chosen || !waits(ui, flight))
			continue;
		const int end = draw_flight(canvas, row, column, limit, flight, false);
		if (end < 0)
			ws_canvas_text(canvas, row, column, canvas->columns, WS_STYLE_DIM, " …");
		column = end;
	}
}

/* Writes what the scenario shows, which is drawn in rows above what hangs in the air. */
static void aim_words(const struct ws_ui *ui, struct ws_text *text)
{
	ws_text_clean(text, ui->options.lab_about, strlen(ui->options.lab_about));
	ws_text_puts(text, _("."));
	ws_text_cstr(text);
}

static bool shows_aim(const struct ws_ui *ui, const struct ws_model *model)
{
	return ui->options.lab_about && model->lab_runs && !ui->lab.begun && ws_ui_screen(ui) == WS_SCREEN_LIFELINES;
}

static int aim_rows(const struct ws_ui *ui, const struct ws_model *model, int columns)
{
	char words[AIM_BYTES], line[AIM_BYTES];
	struct ws_text text = WS_TEXT_OVER(words);
	int rows = 0;
	if (!shows_aim(ui, model))
		return 0;
	aim_words(ui, &text);
	while (draw_wrap(words, columns - 2 - AIM_INDENT, rows, line, sizeof(line)))
		rows++;
	return rows;
}

static void draw_aim(const struct ws_ui *ui, struct ws_canvas *canvas)
{
	char words[AIM_BYTES], line[AIM_BYTES];
	struct ws_text text = WS_TEXT_OVER(words);
	const int top = canvas->rows - 2 - ui->lab.aim_rows;
	aim_words(ui, &text);
	for (int i = 0; i < ui->lab.aim_rows; i++) {
		for (int column = 0; column < canvas->columns; column++)
			ws_canvas_put(canvas, top + i, column, WS_STYLE_NORMAL, ' ');
		if (draw_wrap(words, canvas->columns - 2 - AIM_INDENT, i, line, sizeof(line)))
			draw_cut(canvas, top + i, 1 + AIM_INDENT, canvas->columns - 1, WS_STYLE_NORMAL, line);
	}
	ws_canvas_bold(canvas, top, 1, canvas->columns, WS_STYLE_TITLE, _("AIM"));
}

int lab_rows(struct ws_ui *ui, const struct ws_model *model, int columns)
{
	const enum ws_screen screen = ws_ui_screen(ui);
	ui->lab.aim_rows = aim_rows(ui, model, columns);
	return (ui->options.lab && screen != WS_SCREEN_HELP && screen != WS_SCREEN_LIFELINES) + ui->lab.aim_rows;
}

void lab_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const int row = canvas->rows - 2;
	if (!ui->options.lab || ws_ui_screen(ui) == WS_SCREEN_HELP)
		return;
	/* Once it has ended, a screen's own keys stay where they are. */
	const int first = model->lab_runs || ws_ui_screen(ui) == WS_SCREEN_LIFELINES ? row : row + 1;
	const int last = model->lab_runs ? row + 1 : first;
	for (int at = first; at <= last; at++)
		for (int column = 0; column < canvas->columns; column++)
			ws_canvas_put(canvas, at, column, WS_STYLE_NORMAL, ' ');
	if (ui->lab.aim_rows)
		draw_aim(ui, canvas);
	if (model->lab_runs) {
		draw_air(ui, model, canvas, row);
		hints_draw_lab(canvas, row + 1, ui->options.key_name);
		return;
	}
	char words[160];
	const char *again = ui->options.key_name ? ui->options.key_name[WS_ACT_LAB_AGAIN] : NULL;
	if (again) /* TRANSLATORS: a key */
		snprintf(words, sizeof(words), _("The lab has ended: nothing more is to come. %s begins it again."),
		         again);
	else
		snprintf(words, sizeof(words), "%s", _("The lab has ended: nothing more is to come."));
	draw_cut(canvas, first, 1, canvas->columns - 1, WS_STYLE_TITLE, words);
	if (!attempt_has_panel(ui))
		return;
	/* The screen's own keys are below the panel. */
	struct ws_canvas keys = *canvas;
	keys.cells += (size_t)(canvas->rows - 1) * (size_t)canvas->columns;
	keys.rows = 1;
	hints_draw(&keys, 0, 1, ws_ui_screen(ui), ui->options.key_name);
}

/* ---- Before there is a packet */

/* Writes a line of the lab's evidence. False: it is the beginning of a call whose return follows. */
static bool evidence_line(const struct ws_flights *flights, size_t index, struct ws_text *text)
{
	struct ws_evidence evidence, later;
	ws_flights_line(flights, index, &evidence);
	for (size_t i = index + 1; evidence.kind == WS_EVIDENCE_CALL && i < ws_flights_lines(flights); i++) {
		ws_flights_line(flights, i, &later);
		if (later.kind == WS_EVIDENCE_RETURN && later.server == evidence.server &&
		    later.call.number == evidence.call.number)
			return false;
	}
	ws_evidence_words(text, &evidence);
	ws_text_cstr(text);
	return true;
}

void lab_draw_programs(const struct ws_model *model, struct ws_canvas *canvas, int row)
{
	char words[512], line[512];
	const size_t count = ws_flights_lines(model->flights);
	const int limit = canvas->rows - hints_rows(WS_SCREEN_LIST, canvas->rows) - 1, width = canvas->columns - 3;
	size_t first = count;
	for (int used = row; first > 0; first--) {
		struct ws_text text = WS_TEXT_OVER(words);
		if (!evidence_line(model->flights, first - 1, &text))
			continue;
		for (int i = 0; draw_wrap(words, width, i, line, sizeof(line)); i++)
			used++;
		if (used > limit)
			break;
	}
	for (size_t i = first; i < count; i++) {
		struct ws_text text = WS_TEXT_OVER(words);
		if (!evidence_line(model->flights, i, &text))
			continue;
		const bool failed = strstr(ws_text_cstr(&text), " = -1 ");
		for (int k = 0; draw_wrap(words, width, k, line, sizeof(line)); k++)
			ws_canvas_text(canvas, row++, 2, canvas->columns - 1, failed ? WS_STYLE_WARN : WS_STYLE_NORMAL,
			               line);
	}
}
