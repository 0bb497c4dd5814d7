/* The connections in groups, the worst first: what to look at first in a capture with more of them than a screen shows.
 *
 * The groups are made in slices, as the list is sorted, and again when there are new packets. The first time, they are
 * shown before it is known where their time went, because that takes longer. Enter on a group shows its connections in
 * the list by a filter, which stands there to be changed. */
#include "scene/list/selection.h"
#include "scene/screens.h"
#include "scene/tables/tables_view.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>

/* Of so many connections it is known at once, too, where their time went. */
enum { HEAD_ROWS = 4, FEW_CONNECTIONS = 200000 };

/* ---- The walk */

static size_t group_count(const struct overview_view *view)
{
	return view->overview ? ws_overview_count(view->overview) : 0;
}

static const struct ws_overview_group *selected_group(const struct overview_view *view)
{
	return view->cursor.selected < group_count(view) ? ws_overview_group(view->overview, view->cursor.selected)
	                                                 : NULL;
}

static void start_walk(struct overview_view *view, const struct ws_model *model, bool times)
{
	if (!view->overview)
		view->overview = ws_overview_create(model->tracker);
	view->times = times;
	if (view->overview)
		ws_overview_begin(view->overview, times);
	else
		view->walk.running = false;
}

/* The groups are new, and may be in another order: the cursor stays on its group, or on the worst one. */
static void find_selected(struct overview_view *view, const struct ws_overview_group *before)
{
	for (size_t i = 0; i < group_count(view); i++)
		if (ws_overview_same(ws_overview_group(view->overview, i), before))
			view->cursor.selected = i;
}

static void walk_on(struct overview_view *view, const struct ws_model *model, size_t limit)
{
	const struct ws_overview_group *group = selected_group(view);
	const struct ws_overview_group before = group ? *group : (struct ws_overview_group){.count = 0};
	if (!view->walk.running || !ws_overview_work(view->overview, model->tracker, NULL, limit))
		return;
	if (before.count && view->cursor.selected && view->shown == model->generation)
		find_selected(view, &before);
	view->shown = model->generation;
	view->walk.running = !view->times;
	if (!view->times)
		start_walk(view, model, true);
}

static void overview_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	struct overview_view *view = &ui->overview;
	bool begins;
	(void)elapsed;
	if (!walk_turn(&view->walk, model, false, ui->clock, &begins))
		return;
	if (begins)
		start_walk(view, model,
		           view->shown == model->generation ||
		                   ws_tracker_conn_count(model->tracker) <= FEW_CONNECTIONS);
	walk_on(view, model, WALK_SLICE);
	walk_pause(&view->walk, ui->clock);
}

static bool overview_busy(const struct ws_ui *ui)
{
	return ui->overview.walk.running;
}

static ws_time overview_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	return walk_next_change(&ui->overview.walk, model, false);
}

static void overview_free(struct ws_ui *ui)
{
	ws_overview_free(ui->overview.overview);
}

/* ---- Keys */

static bool open_group(struct ws_ui *ui, const struct ws_model *model)
{
	const struct ws_overview_group *group = selected_group(&ui->overview);
	char filter[512];
	struct ws_text text = WS_TEXT_OVER(filter);
	struct prompt_error error;
	if (!group)
		return false;
	ws_overview_filter(&text, ui->overview.overview, group);
	if (!list_show_only(ui, model, ws_text_cstr(&text), &error))
		return false;
	if (!ui_leave(ui)) /* the view began here */
		ui_open(ui, WS_SCREEN_LIST);
	return true;
}

static int visible(const struct ws_ui *ui)
{
	return table_visible(ui->rows, HEAD_ROWS, ui->notes);
}

static bool overview_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	if (action == WS_ACT_ENTER)
		return open_group(ui, model);
	ui->overview.cursor.count = group_count(&ui->overview);
	return cursor_move(&ui->overview.cursor, action, table_page(visible(ui)));
}

static bool overview_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	ui->overview.cursor.count = group_count(&ui->overview);
	if (!cursor_click(&ui->overview.cursor, row - HEAD_ROWS, visible(ui), &again))
		return false;
	return !again || open_group(ui, model);
}

/* ---- Drawing */

/* What the connections of a group have in common. */
static void say_group(const struct ws_overview_group *group, struct ws_text *text)
{
	char number[32], counted[64], common[256], rest[320], within[32];
	struct ws_text digits = WS_TEXT_OVER(number), count = WS_TEXT_OVER(counted), words = WS_TEXT_OVER(common),
	               others = WS_TEXT_OVER(rest), time = WS_TEXT_OVER(within);
	ws_text_grouped(&digits, group->count);
	ws_text_printf(&count, ws_translate_plural("%s connection", "%s connections", group->count),
	               ws_text_cstr(&digits));
	ws_overview_words(&words, group);
	if (group->rest)
		ws_text_printf(&others, _("with this verdict that are in no group of their own, %s"),
		               ws_text_cstr(&words));
	draw_duration(&time, group->last - group->first);
	/* TRANSLATORS: "3 connections", what they have in common, and within which time they were */
	const char *format = group->count > 1 && group->count == group->verdict_count ? _("%s, %s, within %s.")
	                                                                              : _("%s %s, within %s.");
	ws_text_printf(text, format, ws_text_cstr(&count), ws_text_cstr(group->rest ? &others : &words),
	               ws_text_cstr(&time));
}

/* What the selected group has in common, and what happened to the first of its connections. */
static void group_notes(const struct overview_view *view, const struct ws_model *model, struct ws_text *text)
{
	const struct ws_overview_group *group = selected_group(view);
	struct ws_conn_info conn;
	if (!group)
		return;
	say_group(group, text);
	if (!ws_tracker_conn(model->tracker, group->example_id, &conn))
		return;
	char words[512];
	struct ws_text verdict = WS_TEXT_OVER(words);
	ws_conn_verdict(&conn, &verdict, NULL, NULL);
	ws_text_printf(text, group->count == 1 ? _(" It is #%ju: %s.") : _(" The first is #%ju: %s."),
	               (uintmax_t)group->example, ws_text_cstr(&verdict));
	const struct ws_time_shares *shares = ws_overview_shares(view->overview, view->cursor.selected);
	struct ws_text spent = WS_TEXT_OVER(words);
	if (shares)
		ws_shares_words(&spent, shares, 0);
	if (!spent.length && !conn.shares_known)
		ws_conn_spent_words(&conn, &spent);
	if (!spent.length) /* each of them is a single packet */
		return;
	ws_text_printf(text, group->count == 1 ? _(" Its time: %s.") : _(" Their time: %s."), ws_text_cstr(&spent));
}

static void overview_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct overview_view *view = &ui->overview;
	char buffer[1536] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	if (view->walk.generation != model->generation) { /* without ticks to come, all of it at once */
		walk_begin(&view->walk, model);
		start_walk(view, model, !ui->clock);
		walk_on(view, model, ui->clock ? WALK_SLICE : SIZE_MAX);
	}
	cursor_fit(&view->cursor, group_count(view), visible(ui));
	group_notes(view, model, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, HEAD_ROWS, group_count(view), ws_text_cstr(&notes));
	cursor_fit(&view->cursor, group_count(view), visible(ui));
}

enum { COUNT_FROM = 14, COUNT_END = 25, SHARE_END = 33, WHOSE_FROM = 35 };

/* What the connections of a group have in common; of slow ones after what kept somebody waiting: "71 % server's program,
 * from 10.0.0.1". */
static void say_whose(const struct overview_view *view, size_t index, struct ws_text *text)
{
	const struct ws_time_shares *shares = ws_overview_shares(view->overview, index);
	const struct ws_overview_group *group = ws_overview_group(view->overview, index);
	if (!shares || !group->judgement.slow) {
		ws_overview_words(text, group);
		return;
	}
	struct ws_named_share named[WS_NAMED_SHARES];
	const size_t count = ws_shares_named(shares, named);
	ws_time sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += named[i].time;
	char common[192];
	struct ws_text words = WS_TEXT_OVER(common);
	ws_overview_words(&words, group);
	/* TRANSLATORS: a part of the time, what it went to, and what connections have in common */
	ws_text_printf(text, _("%.0f %% %s, %s"),
	               100.0 * (double)ws_shares_slow_part(shares, 0, group->slow_cause) / (double)sum,
	               ws_slow_words(group->slow_cause), ws_text_cstr(&words));
}

static void draw_group(const struct overview_view *view, struct ws_canvas *canvas, int row, size_t index)
{
	const struct ws_overview_group *group = ws_overview_group(view->overview, index);
	const struct ws_overview_group *before = index ? ws_overview_group(view->overview, index - 1) : NULL;
	const bool first = !before || before->judgement.verdict != group->judgement.verdict ||
	                   before->slow_cause != group->slow_cause;
	const char *tag = ws_overview_tag(group);
	char buffer[192];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (first)
		ws_canvas_text(canvas, row, 2, COUNT_FROM, draw_verdict_style(tag, group->judgement.severity), _(tag));
	ws_text_grouped(&text, group->count);
	draw_right(canvas, row, COUNT_FROM, COUNT_END, WS_STYLE_NORMAL, ws_text_cstr(&text));
	text.length = 0;
	ws_text_printf(&text, "%.1f %%",
	               100.0 * (double)group->count / (double)ws_overview_connections(view->overview));
	draw_right(canvas, row, COUNT_END, SHARE_END, WS_STYLE_DIM, ws_text_cstr(&text));
	text.length = 0;
	say_whose(view, index, &text);
	draw_cut(canvas, row, WHOSE_FROM, canvas->columns - 1, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

static void draw_heads(const struct overview_view *view, const struct ws_model *model, struct ws_canvas *canvas)
{
	const int limit = canvas->columns - 1;
	int column = ws_canvas_bold(canvas, 0, 1, limit, WS_STYLE_TITLE, _("Overview")) + 2;
	column = draw_cut(canvas, 0, column, limit, WS_STYLE_DIM, model->source);
	char buffer[128], number[32];
	struct ws_text text = WS_TEXT_OVER(buffer), digits = WS_TEXT_OVER(number);
	const size_t count = ws_tracker_conn_count(model->tracker);
	ws_text_grouped(&digits, count);
	ws_text_printf(&text,
	               count <= 1 ? ws_translate_plural("%s connection", "%s connections", count)
	                          : _("%s connections in groups, the worst verdicts first"),
	               ws_text_cstr(&digits));
	column = draw_cut(canvas, 1, 1, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
	if (view->walk.running)
		draw_right(canvas, 1, column, limit, WS_STYLE_DIM, _("counting"));
	ws_canvas_text(canvas, 2, 2, limit, WS_STYLE_DIM, _("VERDICT"));
	draw_right(canvas, 2, COUNT_FROM, COUNT_END, WS_STYLE_DIM, _("CONNECTIONS"));
	draw_right(canvas, 2, COUNT_END, SHARE_END, WS_STYLE_DIM, _("SHARE"));
	ws_canvas_text(canvas, 2, WHOSE_FROM, limit, WS_STYLE_DIM, _("WHOSE"));
	draw_rule(canvas, 3);
}

static void overview_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct overview_view *view = &ui->overview;
	const int bottom = HEAD_ROWS + table_visible(canvas->rows, HEAD_ROWS, ui->notes);
	char buffer[1536] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	draw_heads(view, model, canvas);
	for (size_t i = view->cursor.top; i < group_count(view); i++) {
		const int row = HEAD_ROWS + (int)(i - view->cursor.top);
		if (row >= bottom)
			break;
		draw_group(view, canvas, row, i);
		if (i == view->cursor.selected)
			table_mark(canvas, row);
	}
	if (!group_count(view) && !view->walk.running)
		draw_cut(canvas, HEAD_ROWS, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         model->live || model->loading || model->past ? _("There is no connection yet.")
		                                                      : _("This capture holds no TCP connection."));
	group_notes(view, model, &notes);
	table_foot(canvas, bottom, &view->cursor, ws_text_cstr(&notes));
}

static const struct screen_key overview_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("list of these")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("list of all")},
        {WS_ACT_STATISTICS, WS_ACT_NONE, N_("statistics")},
        {WS_ACT_EXCHANGES, WS_ACT_NONE, N_("requests")},
        {WS_ACT_HOSTS, WS_ACT_NONE, NULL},
        {WS_ACT_UDP, WS_ACT_ARP, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops overview_screen = {
        .free = overview_free,
        .layout = overview_layout,
        .draw = overview_draw,
        .act = overview_act,
        .click = overview_click,
        .tick = overview_tick,
        .busy = overview_busy,
        .next_change = overview_next_change,
        .keys = overview_keys,
        .key_count = WS_ARRAY_SIZE(overview_keys),
};
