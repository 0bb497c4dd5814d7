/* The order of the connection list.
 *
 * By number and without a filter the order is the tracker's own and costs nothing. For anything else a survey walks
 * over all connections, collects the keys of those that fit, and merges them into order; it also counts the verdicts
 * for the title. It works in slices, one a tick, so that a key never waits for a million connections, and the list
 * keeps the order it had until the new one is ready. A list of few connections is done within one slice, at once.
 *
 * While packets come in, a new survey begins when the last one is a while ago, and takes a fifth of the time at most.
 */
#include "ui.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLICE = 20000,        /* connections looked at in a tick */
	MERGE_SLICE = 200000, /* entries merged in a tick */
	RUN = 4096,           /* entries sorted at once, before merging */
	REST = 4,             /* a survey may take a fifth of the time, no more */
};
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

/* The tracker's order will do. */
static bool wants_natural(const struct list_view *list)
{
	return list->sort == SORT_NUMBER && !list->filter;
}

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
	case SORT_NUMBER: /* the rank decides */
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

/* ---- The walk */

static bool grow(struct list_survey *survey, size_t count)
{
	if (count <= survey->entry_capacity)
		return true;
	size_t capacity = count + count / 4 + 256;
	struct list_entry *entries = realloc(survey->entries, capacity * sizeof(*entries));
	if (!entries)
		return false;
	survey->entries = entries;
	struct list_entry *scratch = realloc(survey->scratch, capacity * sizeof(*scratch));
	if (!scratch)
		return false;
	survey->scratch = scratch;
	survey->entry_capacity = capacity;
	return true;
}

static void begin(struct list_view *list, const struct ws_model *model)
{
	struct list_survey *survey = &list->survey;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	if (list_survey_is_elsewhere(list, model)) {
		survey->tracker = model->tracker;
		survey->natural = true;
	}
	survey->packets_seen = stats.packets;
	survey->rank = survey->built = 0;
	survey->phase = LIST_WALKS;
	memset(survey->tallying, 0, sizeof(survey->tallying));
}

static void sort_run(struct list_survey *survey, size_t start)
{
	qsort(survey->entries + start, survey->built - start, sizeof(*survey->entries), compare);
}

/* Looks at `limit` connections; true when it has looked at all. */
static bool walk(struct list_view *list, const struct ws_model *model, size_t limit)
{
	struct list_survey *survey = &list->survey;
	const size_t count = ws_tracker_conn_count(model->tracker);
	const bool keys = !wants_natural(list) && grow(survey, count);
	for (; limit && survey->rank < count; limit--, survey->rank++) {
		struct ws_conn_info info;
		ws_conn_id id = ws_tracker_conn_at(model->tracker, survey->rank);
		if (!ws_tracker_conn(model->tracker, id, &info))
			continue;
		const char *tag;
		int severity;
		ws_conn_verdict(&info, NULL, &tag, &severity);
		count_verdict(survey->tallying, tag, severity);
		if (!keys || (list->filter && !ws_filter_match(list->filter, &info)))
			continue;
		struct list_entry *entry = &survey->entries[survey->built++];
		entry->id = id;
		entry->rank = (uint32_t)survey->rank;
		key_of(entry, &info, list->sort, tag, severity, model);
		if (survey->built % RUN == 0)
			sort_run(survey, survey->built - RUN);
	}
	if (survey->rank < count)
		return false;
	if (survey->built % RUN)
		sort_run(survey, survey->built / RUN * RUN);
	return true;
}

/* ---- The merging, from the bottom up: `width` entries are in order, then twice as many */

static void begin_pair(struct list_survey *survey, size_t base)
{
	survey->base = survey->left = survey->out = base;
	survey->right = base + survey->width;
}

static void begin_merge(struct list_survey *survey)
{
	survey->phase = LIST_MERGES;
	survey->width = RUN;
	begin_pair(survey, 0);
}

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

/* Merges `limit` entries; true when all are in order. */
static bool merge(struct list_survey *survey, size_t limit)
{
	while (survey->width < survey->built) {
		const size_t middle = at_most(survey->base + survey->width, survey->built);
		const size_t end = at_most(survey->base + 2 * survey->width, survey->built);
		for (; survey->out < end; limit--) {
			if (!limit)
				return false;
			const struct list_entry *left = &survey->entries[survey->left];
			const struct list_entry *right = &survey->entries[survey->right];
			const bool take_left =
			        survey->right >= end || (survey->left < middle && compare(left, right) <= 0);
			survey->scratch[survey->out++] = take_left ? *left : *right;
			*(take_left ? &survey->left : &survey->right) += 1;
		}
		begin_pair(survey, end);
		if (end < survey->built)
			continue;
		struct list_entry *merged = survey->scratch;
		survey->scratch = survey->entries;
		survey->entries = merged;
		survey->width *= 2;
		begin_pair(survey, 0);
	}
	return true;
}

/* ---- The result */

static bool make_room(struct list_survey *survey, size_t count)
{
	if (count <= survey->capacity)
		return true;
	ws_conn_id *order = realloc(survey->order, count * sizeof(*order));
	if (!order)
		return false;
	survey->order = order;
	survey->capacity = count;
	return true;
}

static void finish(struct list_view *list, const struct ws_tracker *tracker)
{
	struct list_survey *survey = &list->survey;
	survey->phase = LIST_RESTS;
	survey->complete = true;
	if (wants_natural(list)) {
		survey->natural = true;
	} else if (make_room(survey, survey->built)) {
		survey->natural = false;
		survey->count = survey->built;
		for (size_t i = 0; i < survey->built; i++)
			survey->order[i] = survey->entries[i].id;
	}
	size_t tags = 0;
	while (tags < LIST_TAGS && survey->tallying[tags].tag)
		tags++;
	qsort(survey->tallying, tags, sizeof(survey->tallying[0]), compare_tally);
	memcpy(survey->tally, survey->tallying, sizeof(survey->tally));
	list_find(list, tracker);
}

static void work(struct list_view *list, const struct ws_model *model, size_t connections, size_t entries)
{
	struct list_survey *survey = &list->survey;
	if (survey->phase == LIST_WALKS && walk(list, model, connections))
		begin_merge(survey);
	if (survey->phase == LIST_MERGES && merge(survey, entries))
		finish(list, model->tracker);
}

bool list_survey_due(const struct list_view *list, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return stats.packets != list->survey.packets_seen || model->tracker != list->survey.tracker;
}

bool list_survey_is_elsewhere(const struct list_view *list, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return model->tracker != list->survey.tracker || stats.packets < list->survey.packets_seen;
}

void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock)
{
	struct list_survey *survey = &list->survey;
	if (survey->phase == LIST_RESTS || list_survey_is_elsewhere(list, model)) {
		ws_time pause = (survey->finished - survey->started) * REST;
		if (clock - survey->finished < (pause > SURVEY_PAUSE ? pause : SURVEY_PAUSE) ||
		    !list_survey_due(list, model))
			return;
		begin(list, model);
		survey->asked = false;
		survey->started = clock;
	}
	work(list, model, SLICE, MERGE_SLICE);
	if (survey->phase == LIST_RESTS)
		survey->finished = clock;
}

void list_survey_again(struct list_view *list, const struct ws_model *model)
{
	begin(list, model);
	list->survey.asked = true;
	if (wants_natural(list)) {
		list->survey.natural = true;
		list_find(list, model->tracker);
	}
	work(list, model, SLICE, MERGE_SLICE);
	list->survey.started = list->survey.finished;
}

void list_survey_now(struct list_view *list, const struct ws_model *model)
{
	begin(list, model);
	work(list, model, SIZE_MAX, SIZE_MAX);
}

int list_survey_percent(const struct list_view *list)
{
	const struct list_survey *survey = &list->survey;
	if (survey->phase == LIST_RESTS)
		return 100;
	if (survey->phase == LIST_WALKS || survey->built == 0)
		return (int)(survey->rank * 70 / (ws_tracker_conn_count(survey->tracker) + 1));
	size_t passes = 1, done = 0;
	for (size_t width = RUN; width < survey->built; width *= 2)
		passes++, done += width < survey->width;
	return 70 + (int)(done * 29 / passes);
}

void list_survey_free(struct list_survey *survey)
{
	free(survey->order);
	free(survey->entries);
	free(survey->scratch);
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
