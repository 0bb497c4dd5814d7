/* A connection's lifelines as SVG.
 *
 * The still form is the whole canvas. In the animated form the same cells are in groups that appear at their time: the
 * text of a step and the sender's new state when the segment departs, the arrow and the receiver's new state when it
 * arrives, and a moving dot in between. The boxes with the states and the explanations below are drawn again wherever
 * they change, and each version is visible for its time. All of that is CSS. Where CSS animations are not supported, or
 * the user prefers reduced motion, the still form remains: without animation every group has its look at the end of the
 * replay, and only what is gone by then is hidden. */
#include "export/svg.h"

#include <wirestate/export.h>
#include <wirestate/language.h>

enum { NOTE_ROWS = 9, BOX_HALF = 9, REGIONS = 3, COUNTDOWN = 30 };
#define HOLD (4 * WS_SECOND) /* how long the end is shown before the replay starts again */

struct replay_strip {
	FILE *out;
	struct ws_ui *ui;
	const struct ws_model *model;
	struct ws_chart chart;
	struct ws_canvas whole;
	double length; /* replay time of one loop, in ns */
	ws_go_on_fn *go_on;
	void *context;
	bool stopped; /* go_on() has returned false */
};

static bool goes_on(struct replay_strip *strip)
{
	strip->stopped = strip->stopped || !strip->go_on(strip->context);
	return !strip->stopped;
}

/* ---- Still parts */

/* Draws each lifeline as one stroke, dashed along pauses. */
static void put_lifelines(const struct replay_strip *strip)
{
	const struct ws_chart *chart = &strip->chart;
	for (int side = 0; side < 2; side++) {
		const double x = (chart->line[side] + 0.5) * CELL_WIDTH;
		int top = chart->head;
		for (size_t i = 0; i <= chart->count; i++) {
			const int gap = i < chart->count ? chart->step[i].gap : chart->rows;
			if (gap < 0)
				continue;
			fprintf(strip->out, "<path class=\"l s%d\" d=\"M%g %dV%d\"/>\n", WS_STYLE_DIM, x,
			        top * CELL_HEIGHT, gap * CELL_HEIGHT);
			if (i < chart->count)
				fprintf(strip->out, "<path class=\"d s%d\" d=\"M%g %dV%d\"/>\n", WS_STYLE_DIM, x,
				        gap * CELL_HEIGHT, (gap + 1) * CELL_HEIGHT);
			top = gap + 1;
		}
	}
}

/* Writes the cells of a row, in the part that `side` says: -1 is between the lifelines, 0 left of them, 1 right of
 * them. The lifelines themselves are drawn already. */
static void put_part(const struct replay_strip *strip, int row, int side)
{
	const struct ws_chart *chart = &strip->chart;
	if (side == 0)
		svg_cells(strip->out, &strip->whole, row, 0, chart->line[0], 0);
	else if (side == 1)
		svg_cells(strip->out, &strip->whole, row, chart->line[1] + 1, chart->columns, 0);
	else
		svg_cells(strip->out, &strip->whole, row, chart->line[0] + 1, chart->line[1], 0);
}

/* Joins the beginning of an arrow to the lifeline that it leaves. */
static void put_tee(const struct replay_strip *strip, const struct ws_chart_step *step)
{
	const int row = step->row + step->rows - 1, line = strip->chart.line[step->leaves];
	const struct ws_cell *start = strip->whole.cells + (size_t)row * (size_t)strip->whole.columns + (size_t)line;
	fprintf(strip->out, "<path class=\"l s%d\" d=\"M%g %gh%g\"/>\n", start->style, (line + 0.5) * CELL_WIDTH,
	        (row + 0.5) * CELL_HEIGHT, (step->leaves ? -0.5 : 0.5) * CELL_WIDTH);
}

/* Draws a step's arrow, which is on its last row, from the centre of the lifeline that it leaves. */
static void put_arrow(const struct replay_strip *strip, const struct ws_chart_step *step)
{
	put_tee(strip, step);
	put_part(strip, step->row + step->rows - 1, -1);
}

static bool put_still(struct replay_strip *strip)
{
	for (int row = 0; row < strip->chart.head; row++)
		svg_cells(strip->out, &strip->whole, row, 0, strip->chart.columns, 0);
	put_lifelines(strip);
	if (strip->chart.points_row >= 0)
		put_part(strip, strip->chart.points_row, -1);
	for (size_t i = 0; i < strip->chart.count && goes_on(strip); i++) {
		const struct ws_chart_step *step = &strip->chart.step[i];
		const int last = step->row + step->rows - 1;
		if (step->gap >= 0)
			put_part(strip, step->gap, -1);
		for (int row = step->row; row <= last + step->below; row++) {
			put_part(strip, row, 0);
			put_part(strip, row, 1);
			if (row < last || step->from < 0)
				put_part(strip, row, -1);
		}
		if (step->from >= 0)
			put_arrow(strip, step);
		else if (step->leaves >= 0)
			put_tee(strip, step);
	}
	if (strip->chart.left_out)
		put_part(strip, strip->chart.rows - 1, -1);
	return !strip->stopped;
}

/* ---- Time */

static double percent(const struct replay_strip *strip, ws_time time)
{
	return 100 * (double)time / strip->length;
}

/* The keyframes of a group that appears at `time` and stays visible. */
static void put_appearing(const struct replay_strip *strip, const char *name, ws_time time)
{
	fprintf(strip->out, "@keyframes %s{0%%{opacity:0}%.4f%%{opacity:1}}\n", name, percent(strip, time));
}

/* The keyframes of a group that is visible only between `from` and `to`. */
static void put_window(const struct replay_strip *strip, const char *name, ws_time from, ws_time to)
{
	fprintf(strip->out, "@keyframes %s{0%%{opacity:0}%.4f%%{opacity:1}%.4f%%{opacity:0}}\n", name,
	        percent(strip, from), percent(strip, to));
}

/* The column in which a step's arrow ends. */
static int tip_of(const struct replay_strip *strip, const struct ws_chart_step *step)
{
	const struct ws_cell *cells =
	        strip->whole.cells + (size_t)(step->row + step->rows - 1) * (size_t)strip->whole.columns;
	const int towards = step->from ? -1 : 1;
	int tip = step->from ? strip->chart.line[0] + 1 : strip->chart.line[1] - 1;
	while (tip != strip->chart.line[step->from] && cells[tip].code_point == ' ')
		tip -= towards;
	return tip;
}

/* How far to the right a step's dot moves, in pixels. */
static double flight_of(const struct replay_strip *strip, const struct ws_chart_step *step)
{
	return (tip_of(strip, step) - strip->chart.line[step->from]) * CELL_WIDTH;
}

static void put_keyframes(struct replay_strip *strip)
{
	char name[32];
	for (size_t i = 0; i < strip->chart.count && goes_on(strip); i++) {
		const struct ws_chart_step *step = &strip->chart.step[i];
		snprintf(name, sizeof(name), "d%zu", i);
		put_appearing(strip, name, step->departure);
		if (step->from < 0)
			continue;
		snprintf(name, sizeof(name), "a%zu", i);
		put_appearing(strip, name, step->arrival);
		snprintf(name, sizeof(name), "f%zu", i);
		put_window(strip, name, step->departure, step->arrival);
		const double from = percent(strip, step->departure), to = percent(strip, step->arrival);
		fprintf(strip->out,
		        "@keyframes m%zu{0%%,%.4f%%{transform:translateX(0)}%.4f%%,100%%{transform:translateX(%gpx)}}\n"
		        "@keyframes g%zu{0%%,%.4f%%{transform:scaleX(0)}%.4f%%,100%%{transform:scaleX(1)}}\n",
		        i, from, to, flight_of(strip, step), i, from, to);
	}
}

/* ---- Steps */

static void open_group(const struct replay_strip *strip, char kind, size_t index, bool over)
{
	fprintf(strip->out, "<g class=\"%s\" style=\"animation-name:%c%zu\">\n", over ? "k o" : "k", kind, index);
}

static void put_flight(const struct replay_strip *strip, size_t index)
{
	const struct ws_chart_step *step = &strip->chart.step[index];
	const double x = (strip->chart.line[step->from] + 0.5) * CELL_WIDTH, far = flight_of(strip, step);
	const double y = (step->row + step->rows - 0.5) * CELL_HEIGHT;
	const int style =
	        strip->whole.cells[(step->row + step->rows - 1) * strip->whole.columns + strip->chart.line[step->from]]
	                .style;
	open_group(strip, 'f', index, true);
	fprintf(strip->out,
	        "<g transform=\"translate(%g %g)\"><rect class=\"c%d v\" style=\"animation-name:g%zu;transform-origin:"
	        "%gpx 0\" x=\"%g\" y=\"-1.3\" width=\"%g\" height=\"2.6\"/><circle class=\"c%d v\" "
	        "style=\"animation-name:m%zu\" r=\"6\"/></g></g>\n",
	        x, y, style, index, 0.0, far < 0 ? far : 0.0, far < 0 ? -far : far, style, index);
}

static void put_step(const struct replay_strip *strip, size_t index)
{
	const struct ws_chart_step *step = &strip->chart.step[index];
	const int last = step->row + step->rows - 1;
	if (step->gap >= 0) {
		open_group(strip, step[-1].from < 0 ? 'd' : 'a', index - 1, false);
		put_part(strip, step->gap, -1);
		fputs("</g>\n", strip->out);
	}
	open_group(strip, 'd', index, false);
	if (step->from < 0) {
		/* An arrow to another row grows as its rows appear. */
		for (int row = step->row; row <= last + step->below; row++)
			for (int side = -1; side < 2; side++)
				put_part(strip, row, side);
		if (step->leaves >= 0)
			put_tee(strip, step);
		fputs("</g>\n", strip->out);
		return;
	}
	for (int row = step->row; row < last; row++)
		put_part(strip, row, -1);
	for (int row = step->row; row <= last; row++)
		put_part(strip, row, step->from);
	fputs("</g>\n", strip->out);
	put_flight(strip, index);
	open_group(strip, 'a', index, false);
	put_arrow(strip, step);
	for (int row = step->row; row <= last; row++)
		put_part(strip, row, !step->from);
	fputs("</g>\n", strip->out);
}

/* ---- The boxes above and the explanations below, which change over time */

static void region_columns(const struct ws_chart *chart, int region, int *from, int *to)
{
	*from = region == 0 ? 0 : region == 1 ? chart->line[0] + BOX_HALF : chart->line[1] - BOX_HALF + 1;
	*to = region == 0 ? chart->line[0] + BOX_HALF : region == 1 ? chart->line[1] - BOX_HALF + 1 : chart->columns;
}

static bool same_region(const struct ws_chart *chart, int region, const struct ws_canvas *a, const struct ws_canvas *b)
{
	int from, to;
	region_columns(chart, region, &from, &to);
	for (int row = chart->head - WS_CHART_BOXES; row < chart->head; row++) {
		const size_t at = (size_t)row * (size_t)a->columns + (size_t)from;
		for (size_t i = 0; i < (size_t)(to - from); i++)
			if (a->cells[at + i].code_point != b->cells[at + i].code_point ||
			    a->cells[at + i].style != b->cells[at + i].style)
				return false;
	}
	return true;
}

/* Opens a group that is visible between `from` and `to`; `to` 0 means the end. With `rest` it is also visible without
 * animation. Its keyframes are in a style element of their own, which SVG allows anywhere. */
static void open_window(const struct replay_strip *strip, const char *name, ws_time from, ws_time to, bool rest)
{
	fputs("<style>", strip->out);
	if (to)
		put_window(strip, name, from, to);
	else
		put_appearing(strip, name, from);
	fprintf(strip->out, "</style><g class=\"%s\" style=\"animation-name:%s\">\n", rest ? "k" : "k o", name);
}

/* What each region of the boxes shows, and since when. */
struct boxes {
	struct ws_canvas shown, next;
	ws_time since[REGIONS];
	unsigned count[REGIONS];
	bool rested[REGIONS]; /* the version that is visible without animation is written */
};

static void put_box(const struct replay_strip *strip, struct boxes *boxes, int region, ws_time until, bool rest)
{
	char name[32];
	int from, to;
	snprintf(name, sizeof(name), "b%d_%u", region, boxes->count[region]++);
	region_columns(&strip->chart, region, &from, &to);
	open_window(strip, name, boxes->since[region], until, rest);
	for (int row = strip->chart.head - WS_CHART_BOXES; row < strip->chart.head; row++)
		svg_cells(strip->out, &boxes->shown, row, from, to, 0);
	fputs("</g>\n", strip->out);
	boxes->since[region] = until;
	boxes->rested[region] |= rest;
}

/* Shows boxes->next from `time` on, and writes the versions of regions that it replaces. */
static void change_boxes(const struct replay_strip *strip, struct boxes *boxes, ws_time time, bool after_rest)
{
	for (int region = 0; region < REGIONS; region++)
		if (!same_region(&strip->chart, region, &boxes->shown, &boxes->next))
			put_box(strip, boxes, region, time, after_rest && !boxes->rested[region]);
	const struct ws_canvas swapped = boxes->shown;
	boxes->shown = boxes->next;
	boxes->next = swapped;
	ws_canvas_clear(&boxes->next);
}

static void put_notes(const struct replay_strip *strip, const struct ws_canvas *canvas, size_t index)
{
	const bool last = index + 1 == strip->chart.count;
	char name[32];
	snprintf(name, sizeof(name), "n%zu", index);
	open_window(strip, name, strip->chart.step[index].departure, last ? 0 : strip->chart.step[index + 1].departure,
	            last);
	for (int row = strip->chart.head; row < canvas->rows; row++)
		svg_cells(strip->out, canvas, row, 0, canvas->columns, strip->chart.rows + 1 - strip->chart.head);
	fputs("</g>\n", strip->out);
}

/* Counts TIME_WAIT down after the last step. Without animation the boxes are those of the last step, before it. */
static bool put_countdown(const struct replay_strip *strip, struct boxes *boxes)
{
	const struct ws_chart *chart = &strip->chart;
	const ws_time start = chart->step[chart->count - 1].arrival;
	for (int i = 1; chart->wait && i <= COUNTDOWN; i++) {
		if (!ws_chart_countdown(strip->ui, strip->model, chart, (double)i / COUNTDOWN, &boxes->next))
			return false;
		change_boxes(strip, boxes, start + chart->wait * i / COUNTDOWN, true);
	}
	for (int region = 0; region < REGIONS; region++)
		put_box(strip, boxes, region, 0, !boxes->rested[region]);
	return true;
}

static bool put_moments(struct replay_strip *strip)
{
	const struct ws_chart *chart = &strip->chart;
	struct boxes boxes = {0};
	bool good = ws_canvas_create(&boxes.shown, chart->columns, chart->head + NOTE_ROWS);
	good &= ws_canvas_create(&boxes.next, chart->columns, chart->head + NOTE_ROWS);
	good = good && ws_chart_moment(strip->ui, strip->model, chart, 0, false, &boxes.shown);
	for (size_t i = 0; good && i < 2 * chart->count && goes_on(strip); i++) {
		const struct ws_chart_step *step = &chart->step[i / 2];
		const bool arrived = i % 2;
		good = ws_chart_moment(strip->ui, strip->model, chart, i / 2, arrived, &boxes.next);
		if (arrived)
			put_notes(strip, &boxes.next, i / 2);
		change_boxes(strip, &boxes, arrived ? step->arrival : step->departure, false);
	}
	good = good && !strip->stopped && put_countdown(strip, &boxes);
	ws_canvas_destroy(&boxes.shown);
	ws_canvas_destroy(&boxes.next);
	return good;
}

/* ---- All */

static bool put_animated(struct replay_strip *strip)
{
	const struct ws_chart *chart = &strip->chart;
	for (int row = 0; row < chart->head - WS_CHART_BOXES; row++)
		svg_cells(strip->out, &strip->whole, row, 0, chart->columns, 0);
	put_lifelines(strip);
	if (chart->points_row >= 0)
		put_part(strip, chart->points_row, -1);
	for (size_t i = 0; i < chart->count && goes_on(strip); i++)
		put_step(strip, i);
	if (chart->left_out)
		put_part(strip, chart->rows - 1, -1);
	fprintf(strip->out, "<path class=\"l s%d\" d=\"M0 %gH%d\"/>\n", WS_STYLE_DIM, (chart->rows + 0.5) * CELL_HEIGHT,
	        chart->columns * CELL_WIDTH);
	return put_moments(strip);
}

static void put_animation_style(struct replay_strip *strip, double speed)
{
	const double seconds = strip->length / (double)WS_SECOND / speed;
	fprintf(strip->out,
	        ".k{animation:%.3fs step-end infinite}\n.v{animation:%.3fs linear infinite}\n.o{opacity:0}\n"
	        "svg:hover *{animation-play-state:paused}\n"
	        "@media (prefers-reduced-motion:reduce){*{animation:none!important}}\n",
	        seconds, seconds);
	put_keyframes(strip);
}

static bool write_chart(struct replay_strip *strip, const struct ws_svg_options *options)
{
	const struct ws_chart *chart = &strip->chart;
	if (!ws_canvas_create(&strip->whole, chart->columns, chart->rows) ||
	    !ws_chart_draw(strip->ui, strip->model, chart, &strip->whole))
		return false;
	strip->length = (double)(chart->length + HOLD);
	svg_begin(strip->out, chart->columns, chart->rows + (options->animated ? 1 + NOTE_ROWS : 0), options->theme,
	          options->title);
	if (options->animated)
		put_animation_style(strip, options->speed > 0 ? options->speed : 1);
	svg_body(strip->out);
	const bool good = options->animated ? put_animated(strip) : put_still(strip);
	svg_end(strip->out);
	return good;
}

bool ws_svg_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_svg_options *options,
                  struct ws_error *error)
{
	struct replay_strip strip = {
	        .out = out, .ui = ui, .model = model, .go_on = options->go_on, .context = options->context};
	bool good = ws_chart_open(ui, model, options->columns, &strip.chart, error);
	if (good && !write_chart(&strip, options))
		good = ws_fail(error, WS_ERROR_SYSTEM, "%s", strip.stopped ? E_("stopped") : E_("out of memory"));
	ws_canvas_destroy(&strip.whole);
	ws_chart_close(&strip.chart);
	return good;
}

void ws_svg_canvas(FILE *out, const struct ws_canvas *canvas, enum ws_theme theme, const char *title)
{
	svg_begin(out, canvas->columns, canvas->rows, theme, title);
	svg_body(out);
	for (int row = 0; row < canvas->rows; row++)
		svg_cells(out, canvas, row, 0, canvas->columns, 0);
	svg_end(out);
}
