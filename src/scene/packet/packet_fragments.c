/* Finds the other fragments of a datagram when one of its fragments is shown.
 *
 * It looks among those the tracker keeps, from the shown frame in both directions. Identification numbers are used
 * again: a second fragment with the same offset belongs to another datagram, and the search ends there. */
#include "scene/packet/packet.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

#define APART (30 * WS_SECOND) /* reassembly ends after this time (RFC 791 §3.2 suggests 15 s or more) */

static bool same_datagram(const struct ws_fragment_info *a, const struct ws_fragment_info *b)
{
	ws_time apart;
	return a->ip_version == b->ip_version && a->protocol == b->protocol && a->identification == b->identification &&
	       a->vlan == b->vlan && memcmp(&a->source, &b->source, sizeof(a->source)) == 0 &&
	       memcmp(&a->destination, &b->destination, sizeof(a->destination)) == 0 &&
	       !__builtin_sub_overflow(a->time, b->time, &apart) && apart < APART && apart > -APART;
}

static bool has_offset(const struct packet_fragments *list, uint32_t offset)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->fragment[i].offset == offset)
			return true;
	return false;
}

static void fragment_insert(struct packet_fragments *list, const struct ws_fragment_info *fragment)
{
	size_t at = list->count;
	if (list->count == PACKET_FRAGMENTS) {
		list->more = true;
		return;
	}
	while (at && list->fragment[at - 1].offset > fragment->offset)
		at--;
	memmove(list->fragment + at + 1, list->fragment + at, (list->count - at) * sizeof(*list->fragment));
	list->fragment[at] = *fragment;
	list->count++;
}

/* Computes how much of the datagram is there. */
static void add_up(struct packet_fragments *list)
{
	uint32_t end = 0;
	list->length = list->missing = 0;
	list->end_known = false;
	for (size_t i = 0; i < list->count; i++) {
		const struct ws_fragment_info *fragment = &list->fragment[i];
		if (fragment->offset > end)
			list->missing += fragment->offset - end;
		if (fragment->offset + fragment->length > end)
			end = fragment->offset + fragment->length;
		list->end_known |= !fragment->more;
	}
	list->length = end;
}

void packet_find_fragments(struct packet_view *view, const struct ws_model *model)
{
	struct packet_fragments *list = &view->fragments;
	const struct ws_tracker *tracker = ws_tracker_part(model->tracker, view->point);
	struct ws_range range = ws_tracker_fragments(tracker);
	struct ws_fragment_info self, other;
	bool found = false;
	list->count = 0;
	list->more = false;
	list->seen = range.end;
	if (!view->present || !view->packet.fragment)
		return;
	uint64_t at = range.end;
	while (!found && at-- > range.first)
		found = ws_tracker_fragment(tracker, at, &self) && self.frame == view->frame.number;
	if (!found)
		return;
	fragment_insert(list, &self);
	for (uint64_t i = at; i-- > range.first && ws_tracker_fragment(tracker, i, &other);) {
		if (!same_datagram(&self, &other))
			continue;
		if (has_offset(list, other.offset))
			break;
		fragment_insert(list, &other);
	}
	for (uint64_t i = at + 1; i < range.end && ws_tracker_fragment(tracker, i, &other); i++) {
		if (!same_datagram(&self, &other))
			continue;
		if (has_offset(list, other.offset))
			break;
		fragment_insert(list, &other);
	}
	add_up(list);
}

void packet_datagram_text(const struct packet_view *view, struct ws_text *label, struct ws_text *value)
{
	const struct packet_fragments *list = &view->fragments;
	ws_text_puts(label, _("Datagram"));
	/* TRANSLATORS: how long the datagram is follows */
	ws_text_printf(value,
	               list->more
	                       ? ws_translate_plural("%zu or more fragment: ", "%zu or more fragments: ", list->count)
	                       : ws_translate_plural("%zu fragment: ", "%zu fragments: ", list->count),
	               list->count);
	if (!list->end_known)
		ws_text_printf(value, _("%u bytes or more, the end is missing"), list->length);
	else if (list->missing)
		ws_text_printf(value, _("%1$u bytes, %2$u of them missing"), list->length, list->missing);
	else if (view->packet.ip_protocol == 17 && list->length > 8)
		ws_text_printf(value, _("%1$u bytes, complete: UDP's 8 + %2$u"), list->length, list->length - 8);
	else
		ws_text_printf(value, _("%u bytes, complete"), list->length);
}

/* The column of a byte in a bar of `width` columns. */
static int bar_column(uint32_t byte, uint32_t length, int width)
{
	return (int)((uint64_t)byte * (uint64_t)width / length);
}

void packet_draw_bar(const struct packet_view *view, struct ws_canvas *canvas, int row, int column, int limit)
{
	const struct packet_fragments *list = &view->fragments;
	char last[16];
	snprintf(last, sizeof(last), " %u", list->length ? list->length - 1 : 0);
	const char *end = list->end_known ? last : " …";
	const int left = ws_canvas_text(canvas, row, column, limit, WS_STYLE_NORMAL, "0 ");
	const int width = limit - left - ws_columns(end) - !list->end_known;
	if (width < 8 || !list->length)
		return;
	for (int i = 0; i < width; i++)
		ws_canvas_put(canvas, row, left + i, WS_STYLE_DIM, 0x00b7);
	for (size_t i = 0; i < list->count; i++) {
		const struct ws_fragment_info *fragment = &list->fragment[i];
		const int from = bar_column(fragment->offset, list->length, width);
		int to = bar_column(fragment->offset + fragment->length, list->length, width);
		to = to > from ? to : from + 1;
		const bool self = fragment->frame == view->frame.number;
		for (int at = from; at < to && at < width; at++)
			ws_canvas_put(canvas, row, left + at, self ? WS_STYLE_HIGHLIGHT : WS_STYLE_NETWORK,
			              i % 2 ? 0x2592 : 0x2593);
	}
	ws_canvas_text(canvas, row, left + width, limit, WS_STYLE_NORMAL, end);
}

void packet_fragment_text(const struct packet_view *view, size_t index, struct ws_text *label, struct ws_text *value)
{
	const struct ws_fragment_info *fragment = &view->fragments.fragment[index];
	ws_text_printf(label, C_("a frame's number", "frame %llu"), (unsigned long long)fragment->frame);
	uint32_t last = fragment->offset + (fragment->length ? fragment->length - 1 : 0);
	ws_text_printf(value, fragment->more ? _("bytes %1$u–%2$u  more follow") : _("bytes %1$u–%2$u  the last"),
	               fragment->offset, last);
	if (fragment->frame == view->frame.number)
		ws_text_puts(value, _("  ← this"));
}

void packet_fragment_meaning(const struct packet_view *view, size_t index, struct ws_text *meaning)
{
	const struct ws_fragment_info *fragment = &view->fragments.fragment[index];
	ws_text_printf(meaning, _("%1$u bytes, from byte %2$u on: the offset field has %3$u, in units of 8 bytes"),
	               fragment->length, fragment->offset, fragment->offset / 8);
	ws_text_puts(meaning, fragment->offset == 0 ? _("; only this fragment has the ports")
	                                            : _("; the ports are in the fragment with offset 0"));
	if (fragment->frame != view->frame.number)
		ws_text_puts(meaning, _("; Enter shows it"));
}
