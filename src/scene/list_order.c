/* The order of the connection list.
 *
 * By number the order is the tracker's own and costs nothing. For any other column a survey walks over all connections,
 * collects their keys and sorts them; it also counts the verdicts for the title. A survey runs in slices, one a tick,
 * so that a key never waits for a million connections, and a new one begins only when packets have come and the last
 * one is a while ago. Only the first one after a change of column is done at once, because the reader has asked for it.
 */
#include "ui.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE = 20000, REST = 4 /* a walk may take a fifth of the time, no more */ };
#define SURVEY_PAUSE (400 * WS_MILLISECOND)

const char *list_sort_name(enum list_sort sort)
{
	static const char *const names[] = {
#define X(name, text) [name] = (text),
	        LIST_SORTS(X)
#undef X
	};
	return names[sort];
}

static bool by_number(const struct list_view *list)
{
	return list->sort == SORT_NUMBER;
}

size_t list_count(const struct list_view *list, const struct ws_tracker *tracker)
{
	return by_number(list) ? ws_tracker_conn_count(tracker) : list->survey.count;
}

ws_conn_id list_at(const struct list_view *list, const struct ws_tracker *tracker, size_t place)
{
	size_t count = list_count(list, tracker);
	if (place >= count)
		return 0;
	if (list->reverse)
		place = count - 1 - place;
	return by_number(list) ? ws_tracker_conn_at(tracker, place) : list->survey.order[place].id;
}

ws_time list_age(const struct ws_conn_info *info, const struct ws_model *model)
{
	ws_time end = info->ended || model->now < info->last_time ? info->last_time : model->now;
	return end - info->first_time;
}

static uint64_t big_endian(const uint8_t *bytes)
{
	uint64_t value = 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static void address_key(struct list_entry *entry, const struct ws_conn_info *info, int endpoint)
{
	const struct ws_endpoint_info *at = &info->endpoint[endpoint];
	entry->high = big_endian(at->address.byte);
	entry->low = big_endian(at->address.byte + 8);
	if (info->ip_version == 4) /* the upper 16 bits are the mapped form's constant: room for the port */
		entry->low = entry->low << 16 | at->port;
}

static void key_of(struct list_entry *entry, const struct ws_conn_info *info, enum list_sort sort, const char *tag,
                   int severity, const struct ws_model *model)
{
	int client = info->likely_client == 1 ? 1 : 0;
	entry->high = entry->low = 0;
	switch (sort) {
	case SORT_CLIENT:
		address_key(entry, info, client);
		break;
	case SORT_SERVER:
		address_key(entry, info, !client);
		break;
	case SORT_STATES:
		entry->high = (uint64_t)info->endpoint[client].state << 8 | info->endpoint[!client].state;
		break;
	case SORT_START:
		entry->high = (uint64_t)info->first_time;
		break;
	case SORT_AGE:
		entry->high = (uint64_t)list_age(info, model);
		break;
	case SORT_PACKETS:
		entry->high = info->endpoint[0].packets + info->endpoint[1].packets;
		break;
	case SORT_BYTES:
		entry->high = info->endpoint[0].bytes + info->endpoint[1].bytes;
		break;
	case SORT_VERDICT: /* the worst first; within that, equal words together */
		entry->high = (uint64_t)(8 - severity);
		for (int i = 0; i < 8 && tag[i]; i++)
			entry->low |= (uint64_t)(uint8_t)tag[i] << (56 - 8 * i);
		break;
	case SORT_NUMBER:
	case LIST_SORT_COUNT:
		break;
	}
}

static int compare(const void *left, const void *right)
{
	const struct list_entry *a = left, *b = right;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void count_verdict(struct list_tally *tally, const char *tag, int severity)
{
	size_t i = 0;
	while (i + 1 < LIST_TAGS && tally[i].tag && strcmp(tally[i].tag, tag) != 0)
		i++;
	if (!tally[i].tag) {
		tally[i].tag = tag;
		tally[i].severity = severity;
	}
	tally[i].count++;
}

static int compare_tally(const void *left, const void *right)
{
	const struct list_tally *a = left, *b = right;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return a->count > b->count ? -1 : a->count < b->count;
}

static bool grow(struct list_survey *survey, size_t count)
{
	if (count <= survey->building_capacity)
		return true;
	size_t capacity = count + count / 4 + 256;
	struct list_entry *building = realloc(survey->building, capacity * sizeof(*building));
	if (!building)
		return false;
	survey->building = building;
	survey->building_capacity = capacity;
	return true;
}

static void begin(struct list_view *list, const struct ws_model *model)
{
	struct list_survey *survey = &list->survey;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	survey->packets_seen = stats.packets;
	survey->sort = list->sort;
	survey->rank = survey->built = 0;
	survey->running = true;
	memset(survey->tallying, 0, sizeof(survey->tallying));
}

static void finish(struct list_view *list, const struct ws_tracker *tracker)
{
	struct list_survey *survey = &list->survey;
	survey->running = false;
	survey->complete = true;
	if (!by_number(list)) {
		qsort(survey->building, survey->built, sizeof(*survey->building), compare);
		struct list_entry *order = survey->order;
		size_t capacity = survey->capacity;
		survey->order = survey->building;
		survey->capacity = survey->building_capacity;
		survey->count = survey->built;
		survey->building = order;
		survey->building_capacity = capacity;
	}
	size_t tags = 0;
	while (tags < LIST_TAGS && survey->tallying[tags].tag)
		tags++;
	qsort(survey->tallying, tags, sizeof(survey->tallying[0]), compare_tally);
	memcpy(survey->tally, survey->tallying, sizeof(survey->tally));
	list_find(list, tracker);
}

static void walk(struct list_view *list, const struct ws_model *model, size_t limit)
{
	struct list_survey *survey = &list->survey;
	size_t count = ws_tracker_conn_count(model->tracker);
	bool keys = !by_number(list) && grow(survey, count);
	for (; limit && survey->rank < count; limit--, survey->rank++) {
		struct ws_conn_info info;
		ws_conn_id id = ws_tracker_conn_at(model->tracker, survey->rank);
		if (!ws_tracker_conn(model->tracker, id, &info))
			continue;
		const char *tag;
		int severity;
		ws_conn_verdict(&info, NULL, &tag, &severity);
		count_verdict(survey->tallying, tag, severity);
		if (!keys)
			continue;
		struct list_entry *entry = &survey->building[survey->built++];
		entry->id = id;
		entry->rank = (uint32_t)survey->rank;
		key_of(entry, &info, list->sort, tag, severity, model);
	}
	if (survey->rank >= count)
		finish(list, model->tracker);
}

bool list_survey_due(const struct list_view *list, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return stats.packets != list->survey.packets_seen;
}

void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock)
{
	struct list_survey *survey = &list->survey;
	if (!survey->running) {
		ws_time pause = (survey->finished - survey->started) * REST;
		if (clock - survey->finished < (pause > SURVEY_PAUSE ? pause : SURVEY_PAUSE) ||
		    !list_survey_due(list, model))
			return;
		begin(list, model);
		survey->started = clock;
	}
	walk(list, model, SLICE);
	if (!survey->running)
		survey->finished = clock;
}

void list_survey_now(struct list_view *list, const struct ws_model *model)
{
	begin(list, model);
	walk(list, model, SIZE_MAX);
}

void list_survey_free(struct list_survey *survey)
{
	free(survey->order);
	free(survey->building);
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
	if (!count || !list->selected)
		return;
	size_t rank = rank_of(tracker, list->selected), place = rank;
	if (!by_number(list)) {
		ws_conn_id id = rank < ws_tracker_conn_count(tracker) ? ws_tracker_conn_at(tracker, rank) : 0;
		for (place = 0; place < count && list->survey.order[place].id != id; place++)
			;
	}
	if (place >= count) {
		list->place = list->place < count ? list->place : count - 1;
		return; /* forgotten by the tracker: stay where it was */
	}
	list->place = list->reverse ? count - 1 - place : place;
}
