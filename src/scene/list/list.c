/* The connection list: how the user moves in it, and what its keys do. */
#include "scene/list/list.h"
#include "scene/lifelines/replay.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"

#include <wirestate/language.h>

#include <stdlib.h>

#define SURVEY_CHECK (400 * WS_MILLISECOND)
#define AGES_CHANGE WS_SECOND

static void list_resort(struct list_view *list, const struct ws_model *model, enum ws_order sort, bool reverse)
{
	list->reverse = reverse;
	if (list->sort != sort) {
		list->sort = sort;
		list_survey_again(list, model);
	}
	list_find(list, model);
}

static void select_newest(struct list_view *list, const struct ws_model *model)
{
	list_select(list, model, list->reverse ? 0 : list_count(list, model) - 1);
}

/* How many connections the list has had. */
static uint64_t count_ever(const struct list_view *list, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return list_count(list, model) + (list->filter ? 0 : stats.evicted);
}

uint64_t list_news(const struct ws_ui *ui, const struct ws_model *model)
{
	const struct list_view *list = &ui->list;
	const uint64_t count = model->live && !model->past && list->seen ? count_ever(list, model) : 0;
	return count > list->seen ? count - list->seen : 0;
}

/* The newest connection is the last one, or in the reversed order the first, only when sorted by number. */
static void note_seen(struct list_view *list, const struct ws_model *model, size_t count)
{
	const size_t top = list->cursor.top;
	const bool newest = list->sort == WS_ORDER_NUMBER && (list->reverse ? top == 0 : top + list->visible >= count);
	if (count && (newest || !list->seen))
		list->seen = count_ever(list, model);
}

static void toggle_follow(struct list_view *list, const struct ws_model *model)
{
	list->follow = !list->follow;
	if (!list->follow)
		return;
	list_resort(list, model, WS_ORDER_NUMBER,
	            list->reverse); /* only in this order is the newest connection always the last */
	select_newest(list, model);
}

/* Moving up ends following, since the newest connection is no longer selected. */
static bool list_move(struct list_view *list, const struct ws_model *model, enum ws_action action)
{
	list->cursor.count = list_count(list, model);
	if (!cursor_move(&list->cursor, action, list->visible))
		return false;
	if (action == WS_ACT_UP || action == WS_ACT_PAGE_UP || action == WS_ACT_FIRST)
		list->follow = false;
	list->touched = true;
	list_select(list, model, list->cursor.selected);
	return true;
}

static bool list_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct list_view *list = &ui->list;
	const ws_conn_id id = list_selected(ui, model);
	list->search.nothing = list->problem.shown = false; /* the user has seen the message */
	if (list_move(list, model, action)) {
		list->touched = true;
		return true;
	}
	switch (action) {
	case WS_ACT_SORT:
		list->follow = false;
		list->touched = true;
		list_resort(list, model, (enum ws_order)((list->sort + 1) % WS_ORDER_COUNT), list->reverse);
		return true;
	case WS_ACT_REVERSE:
		list->touched = true;
		list_resort(list, model, list->sort, !list->reverse);
		return true;
	case WS_ACT_FOLLOW:
		list->touched = true;
		toggle_follow(list, model);
		return true;
	case WS_ACT_SEARCH:
		list_search_open(ui);
		return true;
	case WS_ACT_FIND_NEXT:
	case WS_ACT_FIND_PREVIOUS:
	case WS_ACT_PREVIOUS_PROBLEM:
		if (action == WS_ACT_FIND_PREVIOUS && !list->search.pattern[0]) {
			ui->numbers = !ui->numbers;
			return true;
		}
		list->follow = false;
		list->touched = true;
		if (action == WS_ACT_PREVIOUS_PROBLEM || !list->search.pattern[0]) {
			list_problem_jump(list, model, action != WS_ACT_PREVIOUS_PROBLEM);
			return true;
		}
		list_search_again(ui, model, action == WS_ACT_FIND_PREVIOUS);
		return true;
	case WS_ACT_FILTER:
		list_filter_open(ui);
		return true;
	case WS_ACT_ENTER:
	case WS_ACT_DIAGRAM:
	case WS_ACT_DETAIL:
		if (!id || !replay_open(ui, model, id))
			return false;
		ui_open(ui, WS_SCREEN_LIFELINES);
		if (action != WS_ACT_ENTER)
			ui_open(ui, action == WS_ACT_DETAIL ? WS_SCREEN_PACKET : WS_SCREEN_DIAGRAM);
		return true;
	default:
		return false;
	}
}

static bool list_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	struct list_view *list = &ui->list;
	const int each = list->each ? list->each : 1;
	const int from = row - list_head_rows(list);
	bool again;
	list->cursor.count = list_count(list, model);
	if (from < 0 || row >= ui->rows - list_foot_rows(ui->rows) - list->whole ||
	    !cursor_click(&list->cursor, from / each, (int)list->visible, &again))
		return false;
	if (again)
		return list_act(ui, model, WS_ACT_ENTER);
	list->follow = false;
	list_select(list, model, list->cursor.selected);
	return true;
}

/* The selection follows its connection. Where that connection is not in the list any more, the one that is now in
 * its row is selected. */
static void keep_selected(struct list_view *list, const struct ws_model *model)
{
	struct ws_conn_info info;
	if (list->survey.natural)
		list_find(list, model); /* positions change when old connections are evicted */
	ws_conn_id id = list_at(list, model, list->cursor.selected);
	if (!list_is_sorting(list) && ws_tracker_conn(model->tracker, id, &info))
		list->selected = list_identity(&info);
}

/* As many as `room` rows have space for. */
static size_t visible_in(int room, int each)
{
	return room > each ? (size_t)(room / each) : 1;
}

static void list_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct list_view *list = &ui->list;
	list->survey.news = false;
	list->survey.drawn = ui->clock;
	list->capture_filter = model->capture_filter && *model->capture_filter ? model->capture_filter : NULL;
	if (!list->survey.complete)
		list_survey_now(list, model);
	else if (list_survey_is_elsewhere(list, model))
		list_survey_again(list, model);
	const size_t count = list_count(list, model);
	const int each = list->each = list_rows_each(list, model, ui->columns, ui->rows);
	const int room = ui->rows - list_head_rows(list) - list_foot_rows(ui->rows);
	list->visible = visible_in(room, each);
	if (model->live && !list->touched)
		list->follow = true;
	if (list->follow)
		select_newest(list, model);
	else if (!list->selected)
		list_select(list, model, 0);
	else
		keep_selected(list, model);
	list->whole = list_rows_whole(list, model, ui->columns, ui->rows);
	list->visible = visible_in(room - list->whole, each);
	cursor_fit(&list->cursor, count, (int)list->visible);
	note_seen(list, model, count);
}

static bool list_back(struct ws_ui *ui, const struct ws_model *model)
{
	ui->list.problem.shown = false;
	if (ui->list.search.pattern[0]) { /* n goes to problems again */
		ui->list.search = (struct list_search){0};
		return true;
	}
	return list_filter_clear(ui, model);
}

static void list_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed)
{
	(void)elapsed;
	list_survey_slice(&ui->list, model, ui->clock);
	list_search_slice(ui, model);
}

static bool list_busy(const struct ws_ui *ui)
{
	return ui->list.survey.phase != LIST_RESTS || ui->list.search.running;
}

static ws_time list_next_change(const struct ws_ui *ui, const struct ws_model *model)
{
	if (ui->list.search.running)
		return 0;
	if (ui->list.survey.news || list_busy(ui))
		return list_survey_next_change(&ui->list, ui->clock);
	if (list_survey_due(&ui->list, model))
		return SURVEY_CHECK;
	return model->live ? AGES_CHANGE : WS_TIME_NEVER;
}

static void list_free(struct ws_ui *ui)
{
	list_survey_free(&ui->list.survey);
	ws_filter_free(ui->list.filter);
	free(ui->list.filter_text);
}

static const struct screen_key list_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("lifelines")},
        {WS_ACT_PLAY, WS_ACT_NONE, N_("play")},
        {WS_ACT_SORT, WS_ACT_NONE, N_("sort")},
        {WS_ACT_FILTER, WS_ACT_NONE, N_("filter")},
        {WS_ACT_SEARCH, WS_ACT_NONE, N_("search")},
        {WS_ACT_DETAIL, WS_ACT_NONE, N_("packet")},
        {WS_ACT_STREAM, WS_ACT_NONE, N_("stream")},
        {WS_ACT_GRAPH, WS_ACT_NONE, N_("graph")},
        {WS_ACT_TIME, WS_ACT_NONE, N_("time")},
        {WS_ACT_EXCHANGES, WS_ACT_NONE, N_("requests")},
        {WS_ACT_HOSTS, WS_ACT_NONE, "TIME_WAIT"},
        {WS_ACT_UDP, WS_ACT_NONE, "UDP"},
        {WS_ACT_ARP, WS_ACT_NONE, "ARP"},
        {WS_ACT_STATISTICS, WS_ACT_NONE, N_("statistics")},
        {WS_ACT_OVERVIEW, WS_ACT_NONE, N_("overview")},
        {WS_ACT_SEEK_BACK, WS_ACT_SEEK, N_("seek")},
        {WS_ACT_FOLLOW, WS_ACT_NONE, N_("follow")},
        {WS_ACT_REVERSE, WS_ACT_NONE, N_("reverse")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_FIND_NEXT, WS_ACT_PREVIOUS_PROBLEM, N_("problem")},
        {WS_ACT_FIND_PREVIOUS, WS_ACT_NONE, NULL},
        {WS_ACT_DIAGRAM, WS_ACT_EXPORT, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        {WS_ACT_EXERCISE, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops list_screen = {
        .free = list_free,
        .layout = list_layout,
        .draw = list_draw,
        .act = list_act,
        .back = list_back,
        .click = list_click,
        .tick = list_tick,
        .busy = list_busy,
        .next_change = list_next_change,
        .keys = list_keys,
        .key_count = WS_ARRAY_SIZE(list_keys),
        .says_time = true,
        .two_hint_rows = true,
};
