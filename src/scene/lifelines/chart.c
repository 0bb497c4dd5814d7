/* The chart: a connection's lifelines from the first segment to the last, drawn as on the screen, but on a canvas
 * as tall as they need. Each step has the replay time at which its segment leaves and arrives, so that an export
 * can play the chart. What changes meanwhile, the states above and the explanations below, is drawn for one moment
 * at a time. */
#include "scene/lifelines/segment_row.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHART_STEPS = 20000, OTHER_ROWS = 2, VERDICT_BYTES = 512 }; /* of endpoints, and of the bar of its time */

/* ---- The title, and the verdict beside it, or in rows of its own */

struct title {
	char name[64], verdict[VERDICT_BYTES];
	enum ws_style style;
};

static void make_title(const struct layout *layout, struct title *title)
{
	struct ws_text name = WS_TEXT_OVER(title->name), verdict = WS_TEXT_OVER(title->verdict);
	const char *tag;
	int severity;
	ws_text_printf(&name, _("Connection %llu"), (unsigned long long)layout->info.number);
	ws_conn_verdict(&layout->info, &verdict, &tag, &severity);
	title->style = draw_verdict_style(tag, severity);
	ws_text_cstr(&name);
	ws_text_cstr(&verdict);
}

static bool fits_beside(const struct title *title, int columns)
{
	return ws_columns(title->name) + 2 + ws_columns(title->verdict) <= columns - 2;
}

/* Draws it, or, without a canvas, only counts its rows. */
static int draw_title(const struct layout *layout, struct ws_canvas *canvas, int columns)
{
	struct title title;
	char line[VERDICT_BYTES];
	int row = 0;
	make_title(layout, &title);
	if (canvas)
		ws_canvas_bold(canvas, row, 1, columns - 1, WS_STYLE_TITLE, title.name);
	if (fits_beside(&title, columns)) {
		if (canvas)
			draw_right(canvas, row, 1, columns - 1, title.style, title.verdict);
		return row + 1;
	}
	for (row = 1; draw_wrap(title.verdict, columns - 2, row - 1, line, sizeof(line)); row++)
		if (canvas)
			draw_cut(canvas, row, 1, columns - 1, title.style, line);
	return row;
}

static int title_rows(const struct layout *layout, int columns)
{
	return draw_title(layout, NULL, columns);
}

/* Finds the replay time of every step, and its rows. */
static void lay_out(const struct layout *layout, struct ws_chart *chart, const struct ws_step *steps)
{
	const struct replay *replay = &layout->ui->replay;
	ws_time time = 0, gap;
	chart->head = title_rows(layout, chart->columns) + OTHER_ROWS + WS_CHART_BOXES;
	chart->points_row = replay_joined(replay) ? chart->head : -1;
	int row = chart->head + (chart->points_row >= 0);
	for (size_t i = 0; i < chart->count; i++) {
		struct ws_chart_step *step = &chart->step[i];
		const bool last = i + 1 == chart->count, segment = steps[i].input.kind == WS_INPUT_SEGMENT;
		const int8_t side = (int8_t)(steps[i].input.direction != layout->left);
		const bool whole = segment && steps[i].way == WS_WAY_WHOLE;
		char words[GAP_ROOM];
		struct ws_text text = WS_TEXT_OVER(words);
		step->gap = i && segment_row_gap(layout, i - 1, &steps[i - 1], &steps[i], &text) ? row++ : -1;
		step->row = row;
		step->rows = segment_row_rows(layout, &steps[i], false, &step->below);
		step->departure = time;
		step->arrival = time + (whole ? REPLAY_FLIGHT : 0);
		step->from = (int8_t)(whole ? side : -1);
		step->leaves = (int8_t)(segment && steps[i].way != WS_WAY_ARRIVAL ? side : -1);
		row += step->rows + step->below;
		const ws_time length =
		        replay_length(layout->ui, layout->model, i, &steps[i], last ? NULL : &steps[i + 1], &gap);
		if (last) {
			chart->wait = gap > 0 && !chart->left_out ? replay_shown(replay, &steps[i], NULL, &gap) : 0;
			chart->length = chart->wait || replay->guided ? step->arrival + length - REPLAY_FLIGHT
			                                              : step->arrival + replay->idle;
		}
		time += length;
	}
	chart->rows = row + (chart->left_out > 0);
}

bool ws_chart_open(struct ws_ui *ui, const struct ws_model *model, int columns, struct ws_chart *chart,
                   struct ws_error *error)
{
	struct replay *replay = &ui->replay;
	struct layout layout;
	*chart = (struct ws_chart){.columns = columns};
	replay_stand(replay, SIZE_MAX);
	if (!replay->steps && ws_tracker_conn_count(model->tracker))
		return ws_fail(
		        error, WS_ERROR_SYSTEM,
		        "the segments of this connection are no longer kept, or there is no memory to go through them");
	if (!layout_compose(ui, model, columns, &layout) || !layout.count)
		return ws_fail(error, WS_ERROR_OPTION, "there is no connection whose lifelines could be drawn");
	chart->count = layout.count < CHART_STEPS ? layout.count : CHART_STEPS;
	chart->left_out = layout.count - chart->count;
	chart->left = layout.left;
	chart->line[0] = layout.line[0];
	chart->line[1] = layout.line[1];
	chart->step = calloc(chart->count, sizeof(*chart->step));
	struct ws_step *steps = calloc(chart->count, sizeof(*steps));
	if (!chart->step || !steps) {
		free(steps);
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	for (size_t i = 0; i < chart->count; i++) {
		if (!replay_step(replay, i, &steps[i])) {
			free(steps);
			return ws_fail(error, WS_ERROR_SYSTEM, "the segments of this connection are no longer kept");
		}
	}
	lay_out(&layout, chart, steps);
	free(steps);
	return true;
}

void ws_chart_close(struct ws_chart *chart)
{
	free(chart->step);
	*chart = (struct ws_chart){0};
}

static int boxes_row(const struct ws_chart *chart)
{
	return chart->head - WS_CHART_BOXES;
}

static void draw_lines(const struct ws_chart *chart, struct ws_canvas *canvas)
{
	for (int row = chart->head; row < chart->rows; row++) {
		ws_canvas_put(canvas, row, chart->line[0], WS_STYLE_DIM, 0x2502);
		ws_canvas_put(canvas, row, chart->line[1], WS_STYLE_DIM, 0x2502);
	}
}

static bool draw_ways(const struct layout *layout, const struct ws_chart *chart, struct ws_canvas *canvas,
                      const struct ws_step *steps)
{
	int *row = calloc(chart->count, sizeof(*row));
	if (!row)
		return false;
	for (size_t i = 0; i < chart->count; i++)
		row[i] = chart->step[i].row + chart->step[i].rows - 1;
	const struct ways ways = {.step = steps,
	                          .row = row,
	                          .count = chart->count,
	                          .current = SIZE_MAX - 1,
	                          .top = chart->head,
	                          .bottom = chart->rows};
	ways_draw_points(layout, canvas, chart->points_row);
	ways_draw_lines(layout, canvas, chart->points_row + 1, chart->rows);
	ways_draw(layout, canvas, &ways);
	free(row);
	return true;
}

static void draw_steps(const struct layout *layout, const struct ws_chart *chart, struct ws_canvas *canvas,
                       const struct ws_step *steps, const bool *lost)
{
	for (size_t i = 0; i < chart->count; i++) {
		char words[GAP_ROOM];
		struct ws_text text = WS_TEXT_OVER(words);
		if (chart->step[i].gap >= 0 && segment_row_gap(layout, i - 1, &steps[i - 1], &steps[i], &text))
			segment_row_draw_gap(layout, canvas, chart->step[i].gap, ws_text_cstr(&text));
		const struct segment_row_look look = {.row = chart->step[i].row,
		                                      .rows = chart->step[i].rows,
		                                      .single = chart->step[i].rows == 1 && !chart->step[i].below,
		                                      .opening = i == 0,
		                                      .lost = lost[i],
		                                      .first = i == 0,
		                                      .before = steps[i ? i - 1 : 0].input.time};
		segment_row_step(layout, canvas, &steps[i], &look);
	}
	if (chart->left_out) {
		char words[64];
		struct ws_text text = WS_TEXT_OVER(words);
		ws_text_printf(&text, _("⋮ %zu more"), chart->left_out);
		segment_row_draw_gap(layout, canvas, chart->rows - 1, ws_text_cstr(&text));
	}
}

bool ws_chart_draw(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart,
                   struct ws_canvas *canvas)
{
	struct layout layout;
	replay_stand(&ui->replay, chart->count - 1);
	struct ws_step *steps = calloc(chart->count, sizeof(*steps));
	bool *lost = calloc(chart->count, sizeof(*lost));
	bool good = steps && lost && layout_compose(ui, model, chart->columns, &layout);
	for (size_t i = 0; good && i < chart->count; i++)
		good = replay_step(&ui->replay, i, &steps[i]);
	if (good) {
		segment_row_find_lost(steps, chart->count, lost);
		const int row = draw_title(&layout, canvas, chart->columns);
		layout_names(&layout, canvas, row, 0, chart->columns);
		layout_shares(&layout, canvas, row + 1, chart->columns - 1);
		boxes_draw(&layout, canvas, boxes_row(chart));
		draw_lines(chart, canvas);
		good = chart->points_row < 0 || draw_ways(&layout, chart, canvas, steps);
		draw_steps(&layout, chart, canvas, steps, lost);
	}
	free(steps);
	free(lost);
	return good;
}

bool ws_chart_moment(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                     bool arrived, struct ws_canvas *canvas)
{
	struct layout layout;
	replay_stand(&ui->replay, step);
	if (!arrived)
		ui->replay.phase = 0;
	if (!layout_compose(ui, model, chart->columns, &layout))
		return false;
	boxes_draw(&layout, canvas, boxes_row(chart));
	notes_draw(&layout, canvas, chart->head, canvas->rows - chart->head);
	return true;
}

bool ws_chart_countdown(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, double share,
                        struct ws_canvas *canvas)
{
	struct layout layout;
	replay_stand(&ui->replay, chart->count - 1);
	ui->replay.phase = REPLAY_FLIGHT + (ws_time)(share * (double)chart->wait);
	if (!layout_compose(ui, model, chart->columns, &layout))
		return false;
	boxes_draw(&layout, canvas, boxes_row(chart));
	return true;
}

/* What stands beside the lifelines, above the step, and beside the boxes. */
static void write_beside(const struct layout *layout, struct ws_chart_words *words)
{
	struct ws_text pause = WS_TEXT_OVER(words->pause);
	struct ws_step before;
	const size_t step = layout->ui->replay.step;
	if (step && replay_step(&layout->ui->replay, step - 1, &before))
		segment_row_gap(layout, step - 1, &before, &layout->step, &pause);
	ws_text_cstr(&pause);
	for (int side = 0; side < 2; side++) {
		const int endpoint = side ? !layout->left : layout->left;
		struct ws_text text = WS_TEXT_OVER(words->calls[side]), wait = WS_TEXT_OVER(words->wait[side]);
		struct ws_text after = WS_TEXT_OVER(words->calls_after[side]);
		struct calls calls;
		ws_time passed;
		calls_find(layout, &layout->step, endpoint, CALL_ROOM - 1, &calls);
		for (int i = 0; i < calls.count; i++)
			ws_text_printf(i < calls.before ? &text : &after, "%s%s", i && i != calls.before ? "\n" : "",
			               calls.text[i]);
		waits_find(layout, endpoint, &wait, &passed);
		ws_text_cstr(&text);
		ws_text_cstr(&after);
		ws_text_cstr(&wait);
	}
}

static void write_words(const struct layout *layout, struct ws_chart_words *words)
{
	const struct ws_step *step = &layout->step;
	char *const paragraphs[] = {[NOTES_WHAT] = words->what,
	                            [NOTES_LAB] = words->lab,
	                            [NOTES_WHY] = words->why,
	                            [NOTES_NEXT] = words->next,
	                            [NOTES_NOTE] = words->note};
	for (size_t i = 0; i < WS_ARRAY_SIZE(paragraphs); i++) {
		struct ws_text text = {.data = paragraphs[i], .capacity = sizeof(words->what)};
		/* Pages call that paragraph LAB; what this host's kernel says now is not for them. */
		if (i != NOTES_LAB || evidence_of_lab(layout))
			notes_text(layout, (enum notes_paragraph)i, &text);
		ws_text_cstr(&text);
	}
	struct ws_text segment = WS_TEXT_OVER(words->segment);
	if (step->input.kind == WS_INPUT_SEGMENT)
		layout_segment(layout, step, 0, &segment);
	else
		layout_event(layout, step, &segment);
	ws_text_cstr(&segment);
	write_beside(layout, words);
	for (int side = 0; side < 2; side++) {
		const int endpoint = side ? !layout->left : layout->left;
		struct ws_text before = WS_TEXT_OVER(words->before[side]), after = WS_TEXT_OVER(words->after[side]);
		draw_state(&before, step->before[endpoint], step->certainty_before[endpoint], false);
		draw_state(&after, step->after[endpoint], step->certainty[endpoint], false);
		ws_text_cstr(&before);
		ws_text_cstr(&after);
		snprintf(words->name[side], sizeof(words->name[side]), "%s", layout_name(layout, endpoint));
	}
	words->input = step->input;
	words->point = step->point;
	words->way = step->way;
	words->lost = step->outcome == WS_OUTCOME_LOST;
	words->other = step->other;
	for (int side = 0; side < 2; side++) {
		struct ws_text place = WS_TEXT_OVER(words->place[side]);
		ways_point_words(layout, side, &place);
		ws_text_cstr(&place);
	}
}

bool ws_chart_words(struct ws_ui *ui, const struct ws_model *model, const struct ws_chart *chart, size_t step,
                    struct ws_chart_words *words)
{
	struct layout layout;
	replay_stand(&ui->replay, step);
	if (!layout_compose(ui, model, chart->columns, &layout))
		return false;
	write_words(&layout, words);
	return true;
}
