/* The survey goes through all connections to make the list's order and to count the verdicts for the title.
 *
 * It collects the connections that match the filter with their sort keys, and sorts them. Then it counts the
 * verdicts, which nobody waits for. It works in slices, one a tick, so that no key has to wait for a million
 * connections, and the list keeps its old order until the new one is ready. A list of few connections is done
 * within one slice.
 *
 * While packets come in, a new survey starts some time after the last one has finished, and surveys take a fifth
 * of the time at most. */
#include "scene/list/list.h"
#include "scene/ui.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLICE = 20000,       /* connections looked at in a tick; of several points, each takes a microsecond */
	SORT_SLICE = 800000, /* items moved in a tick */
	BLOCK = 1024,        /* connections asked about at once */
	REST = 4,            /* a survey may take a fifth of the time, no more */
};
#define SURVEY_PAUSE (400 * WS_MILLISECOND)
/* While a file loads, each survey that only counts verdicts makes the user wait longer for all of it. */
#define TALLY_PAUSE WS_SECOND
/* Progress is drawn no more often than this, so that drawing does not slow down the sorting. */
#define PERCENT_PAUSE (100 * WS_MILLISECOND)

/* The order that is asked for is the tracker's own. */
static bool wants_natural(const struct list_view *list)
{
	return list->sort == WS_ORDER_NUMBER && !list->filter;
}

bool list_is_sorting(const struct list_view *list)
{
	return list->survey.phase == LIST_COLLECTS || list->survey.phase == LIST_SORTS;
}

/* ---- The walk */

/* Makes an array larger. Where there is no memory, the old array stays, and `good` becomes false. */
static void *resize(void *array, size_t count, size_t size, bool *good)
{
	void *larger = realloc(array, count * size);
	if (!larger) {
		*good = false;
		return array;
	}
	return larger;
}

/* Makes room for `count` connections and for sorting them. */
static bool survey_grow(struct list_survey *survey, size_t count)
{
	struct list_sorting *sorting = &survey->sorting;
	const size_t room = count + count / 8 + 256;
	bool good = true;
	if (count <= survey->room)
		return true;
	survey->ids = resize(survey->ids, room, sizeof(*survey->ids), &good);
	survey->keys = resize(survey->keys, room, sizeof(*survey->keys), &good);
	sorting->items = resize(sorting->items, room, sizeof(*sorting->items), &good);
	sorting->scratch = resize(sorting->scratch, room, sizeof(*sorting->scratch), &good);
	if (good)
		survey->room = room;
	return good;
}

static void tally_start(struct list_survey *survey)
{
	survey->phase = LIST_TALLIES;
	survey->rank = 0;
	memset(survey->tallying, 0, sizeof(survey->tallying));
}

static void survey_start(struct list_view *list, const struct ws_model *model)
{
	struct list_survey *survey = &list->survey;
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	if (list_survey_is_elsewhere(list, model)) {
		survey->generation = model->generation;
		survey->natural = true;
		survey->tallied = false;
	}
	survey->packets_seen = stats.inputs;
	survey->rank = survey->built = 0;
	survey->out_of_memory = false;
	survey->phase = LIST_COLLECTS;
	survey->sorting.differ = (struct ws_order_key){0, 0};
	survey->sorting.needed = false;
}

/* Collects the connections of these ranks that match the filter, with their keys. */
static void collect_block(struct list_view *list, const struct ws_model *model, size_t count)
{
	struct list_survey *survey = &list->survey;
	ws_conn_id *ids = survey->ids + survey->built;
	struct ws_order_key *keys = survey->keys;
	const size_t from = survey->built;
	survey->built += list->filter ? ws_filter_pick(list->filter, model->tracker, survey->rank, count, ids)
	                              : ws_tracker_conn_ids(model->tracker, survey->rank, count, ids);
	if (list->sort == WS_ORDER_NUMBER)
		return; /* they are already in this order */
	ws_tracker_order_keys(model->tracker, list->sort, model->now, ids, survey->built - from, keys + from);
	for (size_t i = from; i < survey->built; i++)
		list_sort_note(&survey->sorting, &keys[0], &keys[i - (i > 0)], &keys[i]);
}

/* Looks at `limit` connections. True: it has looked at all. */
static bool collect_some(struct list_view *list, const struct ws_model *model, size_t limit)
{
	struct list_survey *survey = &list->survey;
	const size_t count = ws_tracker_conn_count(model->tracker);
	if (wants_natural(list))
		return true;
	survey->out_of_memory = survey->out_of_memory || !survey_grow(survey, count);
	while (limit && survey->rank < count && !survey->out_of_memory) {
		size_t block = count - survey->rank < BLOCK ? count - survey->rank : BLOCK;
		block = block < limit ? block : limit;
		collect_block(list, model, block);
		survey->rank += block;
		limit -= block;
	}
	return survey->rank >= count || survey->out_of_memory;
}

/* ---- The order */

static bool order_reserve(struct list_survey *survey, size_t count)
{
	bool good = true;
	if (count <= survey->capacity)
		return true;
	survey->order = resize(survey->order, count, sizeof(*survey->order), &good);
	if (good)
		survey->capacity = count;
	return good;
}

static void use_order(struct list_view *list, const struct ws_model *model)
{
	struct list_survey *survey = &list->survey;
	survey->natural = wants_natural(list) || survey->out_of_memory || !order_reserve(survey, survey->built);
	for (size_t i = 0; !survey->natural && i < survey->built; i++)
		survey->order[i] = survey->ids[survey->sorting.needed ? list_sort_at(&survey->sorting, i) : i];
	survey->count = survey->built;
	survey->complete = survey->news = true;
	list_find(list, model);
}

/* ---- The verdicts */

static void count_verdict(struct list_tally *tally, struct ws_judgement judgement)
{
	const char *tag = ws_verdict_tag((enum ws_verdict)judgement.verdict);
	size_t i = 0;
	while (i + 1 < LIST_TAGS && tally[i].tag && tally[i].tag != tag)
		i++;
	if (!tally[i].tag) {
		tally[i].tag = tag;
		tally[i].severity = judgement.severity;
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

/* Looks at `limit` connections. True: it has looked at all. */
static bool tally_some(struct list_survey *survey, const struct ws_tracker *tracker, size_t limit)
{
	const size_t count = ws_tracker_conn_count(tracker);
	while (limit && survey->rank < count) {
		ws_conn_id ids[BLOCK];
		struct ws_judgement judgements[BLOCK];
		const size_t block = ws_tracker_conn_ids(tracker, survey->rank, limit < BLOCK ? limit : BLOCK, ids);
		ws_tracker_judge(tracker, ids, block, judgements);
		for (size_t i = 0; i < block; i++)
			count_verdict(survey->tallying, judgements[i]);
		survey->rank += block;
		limit -= block;
	}
	return survey->rank >= count;
}

static void use_tally(struct list_survey *survey)
{
	size_t tags = 0;
	while (tags < LIST_TAGS && survey->tallying[tags].tag)
		tags++;
	qsort(survey->tallying, tags, sizeof(survey->tallying[0]), compare_tally);
	memcpy(survey->tally, survey->tallying, sizeof(survey->tally));
	survey->packets_tallied = survey->packets_seen;
	survey->tallied = survey->news = true;
	survey->phase = LIST_RESTS;
}

/* ---- Slices */

static void survey_work(struct list_view *list, const struct ws_model *model, size_t connections, size_t items)
{
	struct list_survey *survey = &list->survey;
	struct list_sorting *sorting = &survey->sorting;
	if (survey->phase == LIST_COLLECTS && collect_some(list, model, connections)) {
		survey->phase = LIST_SORTS;
		if (sorting->needed)
			list_sort_begin(sorting, survey->built);
	}
	if (survey->phase == LIST_SORTS &&
	    (!sorting->needed || list_sort_slice(sorting, survey->keys, survey->built, items))) {
		use_order(list, model);
		tally_start(survey);
		if (survey->tallied && survey->packets_tallied == survey->packets_seen)
			survey->phase = LIST_RESTS;
	}
	if (survey->phase == LIST_TALLIES && tally_some(survey, model->tracker, connections))
		use_tally(survey);
}

bool list_survey_due(const struct list_view *list, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return stats.inputs != list->survey.packets_seen || model->generation != list->survey.generation;
}

bool list_survey_is_elsewhere(const struct list_view *list, const struct ws_model *model)
{
	return model->generation != list->survey.generation;
}

void list_survey_slice(struct list_view *list, const struct ws_model *model, ws_time clock)
{
	struct list_survey *survey = &list->survey;
	if (survey->phase == LIST_RESTS || list_survey_is_elsewhere(list, model)) {
		ws_time pause = (survey->finished - survey->started) * REST;
		const bool more_comes = model->loading || model->live;
		const ws_time least = model->loading && wants_natural(list) ? TALLY_PAUSE : SURVEY_PAUSE;
		if ((more_comes && clock - survey->finished < (pause > least ? pause : least)) ||
		    !list_survey_due(list, model))
			return;
		survey_start(list, model);
		survey->asked = false;
		survey->started = clock;
	}
	survey_work(list, model, SLICE, SORT_SLICE);
	if (survey->phase == LIST_RESTS)
		survey->finished = clock;
}

void list_survey_again(struct list_view *list, const struct ws_model *model)
{
	survey_start(list, model);
	list->survey.asked = true;
	if (wants_natural(list)) {
		list->survey.natural = true;
		list_find(list, model);
	}
	survey_work(list, model, SLICE, SORT_SLICE);
	list->survey.started = list->survey.finished;
}

void list_survey_now(struct list_view *list, const struct ws_model *model)
{
	survey_start(list, model);
	survey_work(list, model, SIZE_MAX, SIZE_MAX);
}

int list_survey_percent(const struct list_view *list, const struct ws_model *model)
{
	const struct list_survey *survey = &list->survey;
	const struct list_sorting *sorting = &survey->sorting;
	if (survey->phase == LIST_COLLECTS)
		return (int)(survey->rank * 70 / (ws_tracker_conn_count(model->tracker) + 1));
	if (survey->phase == LIST_SORTS)
		return 70 + (int)(sorting->done * 29 / (sorting->digits + 1));
	return 100;
}

ws_time list_survey_next_change(const struct list_view *list, ws_time clock)
{
	const ws_time next = list->survey.drawn + PERCENT_PAUSE;
	return list->survey.news || next <= clock ? 0 : next - clock;
}

void list_survey_free(struct list_survey *survey)
{
	free(survey->order);
	free(survey->ids);
	free(survey->keys);
	free(survey->sorting.items);
	free(survey->sorting.scratch);
}
