/* The connection list: moving in it, and what its keys do. */
#include "scene/ui.h"

#include <stdlib.h>

static void resort(struct list_view *list, const struct ws_model *model, enum ws_order sort, bool reverse)
{
	list->reverse = reverse;
	if (list->sort != sort) {
		list->sort = sort;
		list_survey_again(list, model);
	}
	list_find(list, model->tracker);
}

static void select_newest(struct list_view *list, const struct ws_model *model)
{
	list_select(list, model, list->reverse ? 0 : list_count(list, model->tracker) - 1);
}

static void toggle_follow(struct list_view *list, const struct ws_model *model)
{
	list->follow = !list->follow;
	if (!list->follow)
		return;
	resort(list, model, WS_ORDER_NUMBER, list->reverse); /* the newest has its place only in this order */
	select_newest(list, model);
}

bool list_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct list_view *list = &ui->list;
	size_t count = list_count(list, model->tracker), page = list->visible ? list->visible : 1;
	ws_conn_id id = list_at(list, model->tracker, list->place);
	list->search.nothing = false; /* has been read */
	switch (action) {
	case WS_ACT_UP:
		list->follow = false;
		list_select(list, model, list->place ? list->place - 1 : 0);
		return true;
	case WS_ACT_DOWN:
		list_select(list, model, list->place + 1);
		return true;
	case WS_ACT_PAGE_UP:
		list->follow = false;
		list_select(list, model, list->place > page ? list->place - page : 0);
		return true;
	case WS_ACT_PAGE_DOWN:
		list_select(list, model, list->place + page);
		return true;
	case WS_ACT_FIRST:
		list->follow = false;
		list_select(list, model, 0);
		return true;
	case WS_ACT_LAST:
		list_select(list, model, count ? count - 1 : 0);
		return true;
	case WS_ACT_SORT:
		list->follow = false;
		resort(list, model, (enum ws_order)((list->sort + 1) % WS_ORDER_COUNT), list->reverse);
		return true;
	case WS_ACT_REVERSE:
		resort(list, model, list->sort, !list->reverse);
		return true;
	case WS_ACT_FOLLOW:
		toggle_follow(list, model);
		return true;
	case WS_ACT_HOSTS:
		ui_open(ui, WS_SCREEN_HOSTS);
		return true;
	case WS_ACT_SEARCH:
		list_search_open(ui);
		return true;
	case WS_ACT_FIND_NEXT:
	case WS_ACT_FIND_PREVIOUS:
		list->follow = false;
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

bool list_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	struct list_view *list = &ui->list;
	const int each = list_rows_each(ui->columns, ui->rows, ws_tracker_conn_count(model->tracker));
	const int from = row - list_head_rows(list);
	if (from < 0 || row >= ui->rows - list_foot_rows(ui->rows))
		return false;
	const size_t place = list->top + (size_t)(from / each);
	if (place >= list_count(list, model->tracker) || place >= list->top + list->visible)
		return false;
	if (place == list->place)
		return list_act(ui, model, WS_ACT_ENTER);
	list->follow = false;
	list_select(list, model, place);
	return true;
}

/* The selection follows its connection; where that is left out, it is what stands in its place. */
static void keep_selected(struct list_view *list, const struct ws_model *model)
{
	struct ws_conn_info info;
	if (list->survey.natural)
		list_find(list, model->tracker); /* numbers move when old connections are given up */
	ws_conn_id id = list_at(list, model->tracker, list->place);
	if (!list_is_sorting(list) && ws_tracker_conn(model->tracker, id, &info))
		list->selected = info.number;
}

void list_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct list_view *list = &ui->list;
	list->survey.news = false;
	list->survey.drawn = ui->clock;
	if (!list->survey.complete)
		list_survey_now(list, model);
	else if (list_survey_is_elsewhere(list, model))
		list_survey_again(list, model);
	size_t count = list_count(list, model->tracker);
	int each = list_rows_each(ui->columns, ui->rows, ws_tracker_conn_count(model->tracker));
	int room = ui->rows - list_head_rows(list) - list_foot_rows(ui->rows);
	list->visible = room > each ? (size_t)(room / each) : 1;
	if (list->follow)
		select_newest(list, model);
	else if (!list->selected)
		list_select(list, model, 0);
	else
		keep_selected(list, model);
	if (list->place < list->top)
		list->top = list->place;
	if (list->place >= list->top + list->visible)
		list->top = list->place - list->visible + 1;
	if (list->top + list->visible > count)
		list->top = count > list->visible ? count - list->visible : 0;
}

void list_free(struct list_view *list)
{
	list_survey_free(&list->survey);
	ws_filter_free(list->filter);
	free(list->filter_text);
}
