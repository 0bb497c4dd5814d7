/* The graph of one connection: what was sent and acknowledged over time, how fast, round trips, bytes in flight.
 *
 * The cursor is the position of the replay, so the keys of the lifelines move it, and it moves while they play. The
 * points are read in slices; what has been read is shown meanwhile. */
#include "scene/graph/graph_draw.h"
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>

enum { SLICE = 30000, MEMORY = 512 << 20, LEAST_ROWS_OF_TWO = 20 };
#define LEAST_SPAN 1000 /* nanoseconds that the screen shows at least */

static void graph_init(struct ws_ui *ui)
{
	ui->graph.kind = ui->options.graph;
}

static void graph_free(struct ws_ui *ui)
{
	ws_graph_close(ui->graph.graph);
	ui->graph.graph = NULL;
}

static void graph_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	graph_free(ui);
	ui->graph.number = 0;
}

/* ---- Reading the points */

/* Opens the graph of the connection that is played, if that is not the one that is open. A connection that goes on may
 * need a longer span for its rates. */
static bool graph_prepare(struct ws_ui *ui, const struct ws_model *model)
{
	struct graph_view *view = &ui->graph;
	const bool same = view->number == ui->replay.number && view->generation == model->generation &&
	                  view->joins == model->joins;
	if (same && view->failed)
		return false;
	if (same && view->graph && ws_graph_wanted_span(view->graph) < 2 * ws_graph_span(view->graph))
		return true;
	if (view->number != ui->replay.number && view->zoomed)
		view->zoomed = false;
	graph_free(ui);
	view->number = ui->replay.number;
	view->generation = model->generation;
	view->joins = model->joins;
	view->complete = false;
	view->graph = ui->replay.conn ? ws_graph_open(model->tracker, ui->replay.conn, MEMORY) : NULL;
	view->failed = !view->graph && ui->replay.conn;
	return view->graph;
}

static void graph_read(struct ws_ui *ui, const struct ws_model *model, size_t count)
{
	if (graph_prepare(ui, model))
		ui->graph.complete = !ws_graph_work(ui->graph.graph, count);
}

static bool graph_busy(const struct ws_ui *ui)
{
	return ui->graph.graph && !ui->graph.complete;
}

static void graph_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	replay_tick(ui, model, elapsed);
	graph_read(ui, model, SLICE);
}

const struct ws_graph *ws_ui_graph(struct ws_ui *ui, const struct ws_model *model)
{
	replay_choose(ui, model);
	while (graph_prepare(ui, model) && !ui->graph.complete)
		graph_read(ui, model, SLICE);
	return ui->graph.graph;
}

/* ---- What part is shown */

/* All, or the part that was zoomed to. */
static void shown_times(const struct graph_view *view, ws_time *from, ws_time *to)
{
	ws_time size;
	if (!ws_graph_times(view->graph, from, to))
		*from = *to = view->cursor;
	if (view->zoomed) {
		*from = view->from;
		*to = view->to;
	}
	if (__builtin_sub_overflow(*to, *from, &size)) /* absurd times: the last ones */
		*from = *to - INT64_MAX;
}

static void show_times(struct graph_view *view, double from, double size)
{
	ws_time first, last;
	ws_graph_times(view->graph, &first, &last);
	view->zoomed = size < (double)last - (double)first;
	if (!view->zoomed)
		return;
	from = from < 0 ? 0 : from;
	view->from = first + (ws_time)from;
	view->to = view->from + (ws_time)size;
	if (from + size < (double)last - (double)first)
		return;
	view->to = last; /* to the nanosecond: the cursor may be there */
	view->from = last - (ws_time)size;
}

/* `by` is the factor; the cursor stays where it is on the screen. */
static bool graph_zoom(struct graph_view *view, double by)
{
	ws_time first, last, from, to;
	if (!view->graph || !ws_graph_times(view->graph, &first, &last))
		return false;
	shown_times(view, &from, &to);
	double size = ((double)to - (double)from) * by;
	size = size < LEAST_SPAN ? LEAST_SPAN : size;
	const bool visible = view->cursor >= from && view->cursor <= to && to > from;
	const double at = visible ? (double)(view->cursor - from) / (double)(to - from) : 0.5;
	const double centre =
	        visible ? (double)(view->cursor - first) : ((double)(from - first) + (double)(to - first)) / 2;
	show_times(view, centre - at * size, size);
	return true;
}

static bool graph_pan(struct graph_view *view, int direction)
{
	ws_time first, last, from, to;
	if (!view->graph || !view->zoomed || !ws_graph_times(view->graph, &first, &last))
		return false;
	shown_times(view, &from, &to);
	const double size = (double)(to - from);
	show_times(view, (double)(from - first) + direction * size / 2, size);
	return true;
}

/* Where the cursor leaves what is shown, that follows. */
static void graph_follow(struct graph_view *view)
{
	ws_time first, last;
	if (!view->zoomed || !ws_graph_times(view->graph, &first, &last) ||
	    (view->cursor >= view->from && view->cursor <= view->to))
		return;
	const double size = (double)(view->to - view->from);
	show_times(view, (double)view->cursor - (double)first - size / 4, size);
}

/* ---- Laying out */

/* Until the user chooses, the side that has sent more. */
static enum graph_sides chosen_sides(const struct ws_ui *ui, const struct ws_conn_info *info)
{
	const unsigned client = (unsigned)info->likely_client;
	if (ui->graph.sides != GRAPH_UNCHOSEN)
		return ui->graph.sides;
	return info->endpoint[client].bytes >= info->endpoint[!client].bytes ? GRAPH_CLIENT : GRAPH_SERVER;
}

static bool change_sides(struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_conn_info info;
	if (!replay_conn(&ui->replay, model, ui->replay.conn, &info))
		return false;
	const enum graph_sides before = chosen_sides(ui, &info);
	ui->graph.sides = before == GRAPH_CLIENT ? GRAPH_SERVER : before == GRAPH_SERVER ? GRAPH_BOTH : GRAPH_CLIENT;
	return true;
}

static void find_cursor(struct ws_ui *ui, const struct ws_model *model)
{
	struct graph_view *view = &ui->graph;
	struct ws_step step, next;
	ws_time first, last;
	const ws_time before = view->cursor;
	if (!replay_step(&ui->replay, ui->replay.step, &step))
		return;
	const bool more = replay_step(&ui->replay, ui->replay.step + 1, &next);
	view->cursor = replay_time(ui, model, &step, more ? &next : NULL);
	/* Live, the time goes on after the last segment, and the graph does not. */
	if (view->graph && ws_graph_times(view->graph, &first, &last) && view->cursor > last)
		view->cursor = last;
	if (view->cursor != before)
		graph_follow(view);
}

static void graph_layout(struct ws_ui *ui, const struct ws_model *model)
{
	replay_layout(ui, model);
	if (ui->clock)
		graph_read(ui, model, SLICE);
	else
		ws_ui_graph(ui, model); /* it is drawn once, without ticks */
	if (ui->graph.graph)
		find_cursor(ui, model);
}

static unsigned plots_shown(const struct ws_ui *ui)
{
	return ui->graph.sides == GRAPH_BOTH && ui->rows >= LEAST_ROWS_OF_TWO ? 2 : 1;
}

static bool make_plot(const struct ws_ui *ui, const struct ws_model *model, enum graph_sides sides, unsigned index,
                      unsigned x_ticks, unsigned y_ticks, struct ws_plot *plot)
{
	const struct graph_view *view = &ui->graph;
	struct ws_conn_info info;
	ws_time from, to;
	if (!view->graph || !replay_conn(&ui->replay, model, ui->replay.conn, &info))
		return false;
	const bool server =
	        sides == GRAPH_BOTH ? index == 1 : sides == GRAPH_SERVER || chosen_sides(ui, &info) == GRAPH_SERVER;
	shown_times(view, &from, &to);
	ws_plot_make(plot, view->graph, &info, view->kind, (unsigned)info.likely_client ^ server, from, to, x_ticks,
	             y_ticks);
	return true;
}

bool ws_ui_plot(struct ws_ui *ui, const struct ws_model *model, unsigned index, unsigned x_ticks, unsigned y_ticks,
                struct ws_plot *plot)
{
	struct ws_conn_info info;
	if (!ws_ui_graph(ui, model) || !replay_conn(&ui->replay, model, ui->replay.conn, &info))
		return false;
	/* A picture has room for both directions, where both have data. */
	const bool both = ui->graph.sides == GRAPH_UNCHOSEN && info.endpoint[0].bytes && info.endpoint[1].bytes;
	const enum graph_sides sides = both ? GRAPH_BOTH : ui->graph.sides;
	return index < (sides == GRAPH_BOTH ? 2u : 1u) && make_plot(ui, model, sides, index, x_ticks, y_ticks, plot);
}

/* ---- Drawing */

static void draw_title(const struct ws_ui *ui, const struct ws_model *model, const struct ws_plot *plot,
                       struct ws_canvas *canvas)
{
	const struct replay *replay = &ui->replay;
	char right[160], words[256];
	struct ws_text text = WS_TEXT_OVER(right), title = WS_TEXT_OVER(words);
	const bool live = replay->follow && model->running;
	ws_text_printf(&text, _("step %zu/%zu  %s"), replay->step + 1, replay_count(replay),
	               live                                  ? _("▶ live")
	               : replay->playing || replay->stepping ? _("▶ playing")
	                                                     : _("paused"));
	if (!live)
		replay_speed_text(replay, &text);
	const int limit = draw_right(canvas, 0, 1, canvas->columns - 1, WS_STYLE_NORMAL, ws_text_cstr(&text));
	char number[48];
	snprintf(number, sizeof(number), _("Connection %llu"), (unsigned long long)ws_ui_connection(ui));
	const int end = ws_canvas_bold(canvas, 0, 1, limit - 1, WS_STYLE_TITLE, number);
	if (plots_shown(ui) == 1)
		ws_text_puts(&title, plot->title);
	else
		ws_text_printf(&title, _("%s, both directions"), ws_plot_words(plot->kind));
	if (!ui->graph.complete)
		ws_text_puts(&title, _(", reading"));
	else if (ws_graph_is_cut(ui->graph.graph))
		ws_text_puts(&title, _(", not all of it is kept"));
	draw_cut(canvas, 0, end + 2, limit - 1, WS_STYLE_NORMAL, ws_text_cstr(&title));
}

static void draw_sentences(const struct ws_ui *ui, const struct ws_model *model, const struct ws_plot *plot,
                           struct ws_canvas *canvas, int row, int limit)
{
	char what[640], values[384], line[640];
	struct ws_text text[2] = {WS_TEXT_OVER(what), WS_TEXT_OVER(values)};
	graph_words(ui, model, plot, &text[0], &text[1]);
	for (int i = 0; i < 2; i++)
		for (int at = 0;
		     row < limit && draw_wrap(ws_text_cstr(&text[i]), canvas->columns - 2, at, line, sizeof(line));
		     at++)
			ws_canvas_text(canvas, row++, 1, canvas->columns, i ? WS_STYLE_DIM : WS_STYLE_NORMAL, line);
}

static void graph_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const int rule = canvas->rows - 2, words = canvas->rows >= 20 ? 3 : canvas->rows >= 14 ? 2 : 1;
	const int bottom = rule - words, top = 1;
	const unsigned shown = plots_shown(ui);
	const unsigned x_ticks = (unsigned)(canvas->columns - GRAPH_LEFT) / 12;
	const unsigned y_ticks = (unsigned)(bottom - top) / shown / 3;
	struct ws_plot plot;
	draw_rule(canvas, rule);
	if (!make_plot(ui, model, ui->graph.sides, 0, x_ticks, y_ticks, &plot)) {
		table_title(canvas, _("Graph"), "");
		draw_cut(canvas, 2, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         ui->graph.failed ? _("The segments of this connection are no longer kept.")
		                          : _("No connection yet."));
		return;
	}
	draw_title(ui, model, &plot, canvas);
	const int half = top + (bottom - top) / 2;
	graph_draw_plot(ui, canvas, &plot, top, shown == 2 ? half : bottom, shown == 1);
	if (shown == 2 && make_plot(ui, model, ui->graph.sides, 1, x_ticks, y_ticks, &plot))
		graph_draw_plot(ui, canvas, &plot, half, bottom, true);
	draw_sentences(ui, model, &plot, canvas, bottom, rule);
}

/* ---- Keys */

/* The segment at the cursor, in the lifelines. */
static bool to_lifelines(struct ws_ui *ui)
{
	replay_stand(&ui->replay, ui->replay.step);
	for (int i = ui->depth - 1; i >= 0; i--)
		if (ui->stack[i] == WS_SCREEN_LIFELINES) {
			ui->depth = i + 1;
			return true;
		}
	ui_open(ui, WS_SCREEN_LIFELINES);
	return true;
}

static bool graph_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct graph_view *view = &ui->graph;
	switch (action) {
	case WS_ACT_ZOOM_IN:
		return graph_zoom(view, 0.5);
	case WS_ACT_ZOOM_OUT:
		return graph_zoom(view, 2);
	case WS_ACT_ZOOM_ALL:
		view->zoomed = false;
		return true;
	case WS_ACT_PAGE_UP:
	case WS_ACT_PAGE_DOWN:
		return graph_pan(view, action == WS_ACT_PAGE_UP ? -1 : 1);
	case WS_ACT_DIRECTION:
		return change_sides(ui, model);
	case WS_ACT_GRAPH_KIND:
		view->kind = (enum ws_plot_kind)((view->kind + 1) % WS_PLOT_COUNT);
		return true;
	case WS_ACT_ENTER:
		return to_lifelines(ui);
	default:
		return replay_act(ui, model, action);
	}
}

/* From the list it is that of the selected connection. */
static bool graph_open(struct ws_ui *ui, const struct ws_model *model)
{
	const ws_conn_id conn = list_selected(ui, model);
	if (ws_ui_screen(ui) == WS_SCREEN_LIST)
		return conn && replay_open(ui, model, conn);
	return ui->replay.conn;
}

static const struct screen_key graph_keys[] = {
        {WS_ACT_GRAPH_KIND, WS_ACT_NONE, N_("kind")},
        {WS_ACT_DIRECTION, WS_ACT_NONE, N_("side")},
        {WS_ACT_ZOOM_IN, WS_ACT_ZOOM_OUT, N_("zoom")},
        {WS_ACT_STEP_BACK, WS_ACT_STEP, N_("step")},
        {WS_ACT_PLAY, WS_ACT_NONE, N_("play")},
        {WS_ACT_ENTER, WS_ACT_NONE, N_("segment")},
        {WS_ACT_PAGE_UP, WS_ACT_PAGE_DOWN, N_("pan")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_ZOOM_ALL, WS_ACT_NONE, N_("all")},
        {WS_ACT_EXPORT, WS_ACT_NONE, N_("export")},
        {WS_ACT_DETAIL, WS_ACT_NONE, N_("packet")},
        {WS_ACT_STREAM, WS_ACT_NONE, NULL},
        {WS_ACT_PREVIOUS_CHANGE, WS_ACT_NEXT_CHANGE, NULL},
        {WS_ACT_PREVIOUS_PROBLEM, WS_ACT_NEXT_PROBLEM, NULL},
        {WS_ACT_FIRST, WS_ACT_LAST, NULL},
        {WS_ACT_JUMP, WS_ACT_NEWEST, NULL},
        {WS_ACT_FOLLOW, WS_ACT_RESTART, NULL},
        {WS_ACT_LOOP, WS_ACT_GUIDED, NULL},
        {WS_ACT_SEEK_BACK, WS_ACT_SEEK, NULL},
        {WS_ACT_SEEK_FAR_BACK, WS_ACT_SEEK_FAR, NULL},
};

const struct screen_ops graph_screen = {
        .init = graph_init,
        .free = graph_free,
        .snapshot_changed = graph_snapshot_changed,
        .open = graph_open,
        .layout = graph_layout,
        .draw = graph_draw,
        .act = graph_act,
        .tick = graph_tick,
        .busy = graph_busy,
        .next_change = replay_next_change,
        .keys = graph_keys,
        .key_count = WS_ARRAY_SIZE(graph_keys),
        .plays = true,
};
