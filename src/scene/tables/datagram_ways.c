/* What several points know of the datagrams of one UDP conversation: which were lost between them, and how long the
 * others were under way. */
#include "base/search.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdlib.h>

static uint64_t frame_of(const struct udp_view *view, const struct ws_model *model, size_t index)
{
	struct ws_datagram_info datagram;
	return ws_tracker_datagram(model->tracker, view->datagram[index], &datagram) ? datagram.frame : 0;
}

/* The datagrams are in the order of their frames. Where an error has the place of one, it is not found. */
static void place_way(struct udp_view *view, const struct ws_model *model, const struct ws_transit *transit,
                      uint64_t frame)
{
	const size_t low = SEARCH_FIRST(view->count, i, frame_of(view, model, i) < frame);
	if (low < view->count && frame_of(view, model, low) == frame)
		view->way[low] = *transit;
}

void datagram_ways_find(struct udp_view *view, const struct ws_model *model, const struct ws_udp_info *info)
{
	const struct ws_points *points = ws_tracker_points(model->tracker);
	struct ws_transit *transit;
	size_t count;
	free(view->way);
	view->way = NULL;
	view->path = info->path;
	view->joins = model->joins;
	if (!info->path || !points || !points->transits(points->context, info->path, &transit, &count))
		return;
	const unsigned shown = ws_path_place(info->path, info->point);
	view->way = calloc(view->count + 1, sizeof(*view->way));
	for (size_t i = 0; view->way && i < view->count; i++)
		view->way[i].first = -1;
	for (size_t i = 0; view->way && shown < info->path->points && i < count; i++)
		if (transit[i].frame[shown])
			place_way(view, model, &transit[i], transit[i].frame[shown]);
	free(transit);
}

static const struct ws_transit *way_of(const struct udp_view *view, size_t index)
{
	return view->way && index < view->count && view->way[index].first >= 0 ? &view->way[index] : NULL;
}

bool datagram_lost_words(const struct udp_view *view, size_t index, struct ws_text *text)
{
	const struct ws_transit *way = way_of(view, index);
	if (!way || way->outcome != WS_OUTCOME_LOST)
		return false;
	ws_text_printf(text, _("lost between %s and %s"), view->path->name[way->last], view->path->name[way->next]);
	return true;
}

void datagram_way_explain(const struct udp_view *view, size_t index, struct ws_text *text)
{
	const struct ws_transit *way = way_of(view, index);
	if (!way)
		return;
	const char *last = view->path->name[(unsigned)way->last];
	if (way->outcome == WS_OUTCOME_LOST) {
		const char *next = view->path->name[(unsigned)way->next];
		ws_text_printf(
		        text, _("It was lost between %s and %s: it left %s, and %s was capturing and has not seen it."),
		        last, next, last, next);
	} else if (way->first != way->last) {
		char buffer[32];
		struct ws_text passed = WS_TEXT_OVER(buffer);
		ws_duration_words(&passed, way->time[(unsigned)way->last] - way->time[(unsigned)way->first]);
		ws_text_printf(text,
		               way->reordered
		                       ? _("It left %s, and came to %s (frame %llu there) after %s, and one that had "
		                           "left later overtook it.")
		                       : _("It left %s, and came to %s (frame %llu there) after %s."),
		               view->path->name[(unsigned)way->first], last,
		               (unsigned long long)way->frame[(unsigned)way->last], ws_text_cstr(&passed));
	} else if (way->next >= 0) {
		ws_text_printf(text, _("%s has not captured it, and nothing shows that it was lost."),
		               view->path->name[(unsigned)way->next]);
	}
	draw_between_sentences(text);
}
