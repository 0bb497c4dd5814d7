/* The order of the connection list: which connection is at which position, and where the selected one is.
 *
 * Sorted by number and without a filter, the order is the tracker's own and costs nothing. A survey makes every
 * other order. */
#include "base/search.h"
#include "scene/list/list.h"
#include "scene/ui.h"

#include <wirestate/points.h>
#include <wirestate/stored.h>

/* The sorted order is valid for one tracker. After a switch, connections appear in the new tracker's order until the
 * survey has finished. */
static bool is_natural(const struct list_view *list, const struct ws_model *model)
{
	return list->survey.natural || list->survey.generation != model->generation;
}

size_t list_count(const struct list_view *list, const struct ws_model *model)
{
	return is_natural(list, model) ? ws_tracker_conn_count(model->tracker) : list->survey.count;
}

ws_conn_id list_at(const struct list_view *list, const struct ws_model *model, size_t position)
{
	size_t count = list_count(list, model);
	if (position >= count)
		return 0;
	if (list->reverse)
		position = count - 1 - position;
	return is_natural(list, model) ? ws_tracker_conn_at(model->tracker, position) : list->survey.order[position];
}

ws_conn_id list_selected(const struct ws_ui *ui, const struct ws_model *model)
{
	return list_at(&ui->list, model, ui->list.cursor.selected);
}

size_t list_shown(const struct ws_ui *ui, const struct ws_model *model, ws_conn_id *ids, size_t most)
{
	const struct list_view *list = &ui->list;
	size_t count = 0;
	for (; count < most && count < list->visible; count++) {
		ids[count] = list_at(list, model, list->cursor.top + count);
		if (!ids[count])
			break;
	}
	return count;
}

static uint64_t number_at(const struct ws_tracker *tracker, size_t rank)
{
	struct ws_conn_info info;
	return ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, rank), &info) ? list_identity(&info) : 0;
}

uint64_t list_identity(const struct ws_conn_info *info)
{
	return info->stated.sensor ? info->id : ws_conn_key(info);
}

/* Of records and of several points, whose order is not that of numbers: the rank of an id; the count of connections where it is not kept. */
static size_t rank_of_id(const struct ws_tracker *tracker, ws_conn_id id)
{
	const size_t count = ws_tracker_conn_count(tracker);
	size_t rank = 0;
	while (rank < count && ws_tracker_conn_at(tracker, rank) != id)
		rank++;
	return rank;
}

/* Numbers increase with the rank. Finds the first rank whose number is not smaller. */
static size_t rank_of(const struct ws_tracker *tracker, uint64_t number)
{
	if (ws_tracker_is_merged(tracker))
		return rank_of_id(tracker, ws_tracker_conn_find(tracker, number));
	if (ws_tracker_has_records(tracker))
		return rank_of_id(tracker, (ws_conn_id)number);
	return SEARCH_FIRST(ws_tracker_conn_count(tracker), i, number_at(tracker, i) < number);
}

void list_find(struct list_view *list, const struct ws_model *model)
{
	const size_t count = list_count(list, model);
	if (!count || !list->selected) {
		list->cursor.selected = 0;
		return;
	}
	size_t rank = rank_of(model->tracker, list->selected), position = rank;
	if (!is_natural(list, model)) {
		ws_conn_id id = number_at(model->tracker, rank) == list->selected
		                        ? ws_tracker_conn_at(model->tracker, rank)
		                        : 0;
		for (position = 0; position < count && list->survey.order[position] != id; position++)
			;
	}
	if (position >= count) { /* evicted, or left out by the filter: the cursor stays where it was */
		list->cursor.selected = list->cursor.selected < count ? list->cursor.selected : count - 1;
		return;
	}
	list->cursor.selected = list->reverse ? count - 1 - position : position;
}

void list_select(struct list_view *list, const struct ws_model *model, size_t position)
{
	struct ws_conn_info info;
	const size_t count = list_count(list, model);
	if (!count)
		return;
	list->cursor.selected = position < count ? position : count - 1;
	if (ws_tracker_conn(model->tracker, list_at(list, model, list->cursor.selected), &info))
		list->selected = list_identity(&info);
}

void list_select_conn(struct ws_ui *ui, const struct ws_model *model, const struct ws_conn_info *info)
{
	ui->list.selected = list_identity(info);
	list_find(&ui->list, model);
}
