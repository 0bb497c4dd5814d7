/* The order of the connection list: which connection stands where, and where the selected one stands.
 *
 * By number and without a filter the order is the tracker's own and costs nothing. Any other is made by a survey. */
#include "scene/ui.h"

/* An order belongs to one tracker; for another one, its own is shown until the survey has been there. */
static bool is_natural(const struct list_view *list, const struct ws_tracker *tracker)
{
	return list->survey.natural || list->survey.tracker != tracker;
}

size_t list_count(const struct list_view *list, const struct ws_tracker *tracker)
{
	return is_natural(list, tracker) ? ws_tracker_conn_count(tracker) : list->survey.count;
}

ws_conn_id list_at(const struct list_view *list, const struct ws_tracker *tracker, size_t place)
{
	size_t count = list_count(list, tracker);
	if (place >= count)
		return 0;
	if (list->reverse)
		place = count - 1 - place;
	return is_natural(list, tracker) ? ws_tracker_conn_at(tracker, place) : list->survey.order[place];
}

static uint64_t number_at(const struct ws_tracker *tracker, size_t rank)
{
	struct ws_conn_info info;
	return ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, rank), &info) ? info.number : 0;
}

/* Numbers grow with the rank: the first rank whose number is not below. */
static size_t rank_of(const struct ws_tracker *tracker, uint64_t number)
{
	size_t low = 0, high = ws_tracker_conn_count(tracker);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (number_at(tracker, middle) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void list_find(struct list_view *list, const struct ws_tracker *tracker)
{
	size_t count = list_count(list, tracker);
	if (!count || !list->selected) {
		list->place = 0;
		return;
	}
	size_t rank = rank_of(tracker, list->selected), place = rank;
	if (!is_natural(list, tracker)) {
		ws_conn_id id = number_at(tracker, rank) == list->selected ? ws_tracker_conn_at(tracker, rank) : 0;
		for (place = 0; place < count && list->survey.order[place] != id; place++)
			;
	}
	if (place >= count) {
		list->place = list->place < count ? list->place : count - 1;
		return; /* forgotten, or left out by the filter: stay where it was */
	}
	list->place = list->reverse ? count - 1 - place : place;
}

void list_select(struct list_view *list, const struct ws_model *model, size_t place)
{
	struct ws_conn_info info;
	size_t count = list_count(list, model->tracker);
	if (!count)
		return;
	list->place = place < count ? place : count - 1;
	if (ws_tracker_conn(model->tracker, list_at(list, model->tracker, list->place), &info))
		list->selected = info.number;
}
