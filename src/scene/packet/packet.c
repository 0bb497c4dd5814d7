/* One packet: the tree of its fields above, its bytes below, and what the selected field means at the bottom.
 *
 * Both panes show one selection: moving over fields marks their bytes, and moving over bytes selects the field
 * that they belong to. */
#include "scene/packet/packet.h"
#include "scene/lesson/marks.h"
#include "scene/lifelines/replay.h"
#include "scene/packet/show.h"
#include "scene/screens.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/points.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALWAYS_OPEN = 5 };

/* ---- Moving */

static void choose_expanded(struct ws_ui *ui)
{
	struct packet_view *view = &ui->packet;
	if (view->expanded_chosen)
		return;
	view->expanded_chosen = true;
	/* The headers that users of connections look at first; then as many others as there is room for. */
	static const uint8_t order[] = {WS_HEADER_TCP,  WS_HEADER_UDP,    WS_HEADER_ARP,
	                                WS_HEADER_ICMP, WS_HEADER_ICMPV6, WS_HEADER_ETHERNET,
	                                WS_HEADER_VLAN, WS_HEADER_IPV4,   WS_HEADER_IPV6};
	size_t room = (size_t)packet_divide(ui->columns, ui->rows, view->frame.captured).tree_rows;
	bool plain = !view->packet.transport && !view->fragments.count;
	view->expanded = plain ? UINT64_C(1) << WS_HEADER_IPV4 | UINT64_C(1) << WS_HEADER_IPV6 : 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(order); i++) {
		uint64_t before = view->expanded;
		view->expanded |= UINT64_C(1) << order[i];
		packet_build(view);
		if (i >= ALWAYS_OPEN && view->cursor.count > room)
			view->expanded = before;
	}
}

/* Selects the row that means the same in this packet as `old` did in the one before. */
static void select_like(struct packet_view *view, const struct packet_row *old, uint8_t header)
{
	for (size_t i = 0; i < view->cursor.count; i++) {
		const struct packet_row *row = &view->row[i];
		if (row->kind == old->kind && row->kind < ROW_DATAGRAM &&
		    view->packet.layer[row->layer].header == header &&
		    (row->kind != ROW_FIELD || row->field == old->field)) {
			view->cursor.selected = i;
			return;
		}
	}
	view->cursor.selected = 0;
}

/* Selects the innermost header that is not payload: TCP's, in most packets. */
static void select_innermost(struct packet_view *view)
{
	view->cursor.selected = 0;
	for (size_t i = 0; i < view->cursor.count; i++) {
		const struct ws_layer *layer = &view->packet.layer[view->row[i].layer];
		unsigned model_layer = ws_header_info(layer->header)->model_layer;
		if (view->row[i].kind == ROW_LAYER && !layer->quoted && (model_layer == 3 || model_layer == 4))
			view->cursor.selected = i;
	}
}

static void packet_show(struct ws_ui *ui, const struct ws_model *model, const struct ws_frame *frame)
{
	struct packet_view *view = &ui->packet;
	bool had = view->present && view->cursor.count;
	struct packet_row old = had ? view->row[view->cursor.selected] : (struct packet_row){0};
	uint8_t header = had ? view->packet.layer[old.layer].header : 0;
	if (!packet_load(view, frame))
		return;
	const struct ws_lesson_stop *stop = lesson_stop(ui);
	const bool about = stop && stop->frame == frame->number;
	packet_show_fields(view, about ? stop->field : NULL, about ? stop->field_count : 0);
	packet_find_fragments(view, model);
	choose_expanded(ui);
	packet_build(view);
	view->cursor.top = 0;
	if (had)
		select_like(view, &old, header);
	else
		select_innermost(view);
	if (view->in_bytes && view->byte < view->frame.captured)
		packet_select_byte(view);
}

void packet_show_fields(struct packet_view *view, const struct ws_lesson_field *field, size_t count)
{
	view->field = field;
	view->field_count = count;
	view->only_fields = false;
	view->fields_room = 0;
}

/* Opens the layers that the fields are in. Other fields are hidden where these would not fit. */
static void choose_fields(struct packet_view *view, int room)
{
	if (!view->field_count || room == view->fields_room)
		return;
	view->fields_room = room;
	view->expanded_chosen = true;
	view->expanded = 0;
	for (size_t at = 0; at < view->packet.layer_count; at++)
		for (size_t i = 0; i < view->field_count; i++)
			if (strcmp(packet_layer_name(&view->packet.layer[at]), view->field[i].layer) == 0)
				view->expanded |= UINT64_C(1) << view->packet.layer[at].header;
	view->only_fields = false;
	packet_build(view);
	view->only_fields = view->cursor.count > (size_t)(room > 0 ? room : 0);
	packet_build(view);
	view->cursor.selected = view->cursor.top = 0;
	for (size_t i = view->cursor.count; i-- > 0;) {
		const struct packet_row *row = &view->row[i];
		const struct ws_layer *layer = &view->packet.layer[row->layer];
		const char *name =
		        row->kind == ROW_FIELD ? ws_header_info(layer->header)->fields[row->field].name : NULL;
		if (name && strcmp(packet_layer_name(layer), view->field[0].layer) == 0 &&
		    strcmp(name, view->field[0].name) == 0)
			view->cursor.selected = i;
	}
}

bool ws_ui_show_frame(struct ws_ui *ui, const struct ws_model *model, unsigned point, const struct ws_frame *frame)
{
	ui->packet.point = point;
	ui->packet.alone = true;
	packet_show(ui, model, frame);
	if (ws_ui_screen(ui) != WS_SCREEN_PACKET)
		ui_open(ui, WS_SCREEN_PACKET);
	return ui->packet.present;
}

void packet_reset(struct ws_ui *ui)
{
	ui->packet.alone = ui->packet.in_bytes = false;
	ui->packet.expanded_chosen = false;
}

bool packet_show_at(struct ws_ui *ui, const struct ws_model *model, unsigned point, uint64_t position, uint64_t number)
{
	struct ws_frame frame;
	const bool kept = ws_model_fetch(model, point, position, &frame);
	ui->packet.point = (uint8_t)point;
	ui->packet.alone = true;
	if (kept) {
		frame.number = number;
		packet_show(ui, model, &frame);
	} else {
		ui->packet.present = false;
		ui->packet.frame.number = number;
	}
	if (ws_ui_screen(ui) != WS_SCREEN_PACKET)
		ui_open(ui, WS_SCREEN_PACKET);
	return true;
}

/* Shows the packet of the replay's step, if its bytes are still kept. */
static void follow_replay(struct ws_ui *ui, const struct ws_model *model)
{
	struct packet_view *view = &ui->packet;
	struct ws_step step;
	struct ws_frame frame;
	bool segment = replay_step(&ui->replay, ui->replay.step, &step) && step.input.kind == WS_INPUT_SEGMENT;
	if (segment && view->present && view->frame.number == step.input.frame && view->point == step.point)
		return;
	view->point = step.point;
	if (segment && ws_model_fetch(model, step.point, step.input.position, &frame)) {
		frame.number = step.input.frame;
		packet_show(ui, model, &frame);
	} else {
		view->present = false;
	}
}

static void packet_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct packet_view *view = &ui->packet;
	replay_choose(ui, model);
	if (!view->alone)
		follow_replay(ui, model);
	if (!view->present)
		return;
	const struct ws_tracker *tracker = ws_tracker_part(model->tracker, view->point);
	struct ws_conn_info info;
	const bool connected =
	        packet_is_long(view) && !view->alone && ws_tracker_conn(model->tracker, ui->replay.conn, &info);
	view->mss = connected ? info.mss : 0;
	if (view->packet.fragment && view->fragments.seen != ws_tracker_fragments(tracker).end)
		packet_find_fragments(view, model);
	packet_build(view);
	choose_fields(view, packet_divide(ui->columns, ui->rows, view->frame.captured).tree_rows);
	cursor_fit(&view->cursor, view->cursor.count,
	           packet_divide(ui->columns, ui->rows, view->frame.captured).tree_rows);
}

/* Selects a row, and points at its first byte in the other pane. */
static void select_row(struct packet_view *view, size_t row)
{
	if (!view->cursor.count)
		return;
	view->cursor.selected = row < view->cursor.count ? row : view->cursor.count - 1;
	if (view->row[view->cursor.selected].length)
		view->byte = view->row[view->cursor.selected].offset;
}

static void move_byte(struct packet_view *view, int64_t distance)
{
	int64_t to = (int64_t)view->byte + distance;
	if (to < 0 || to >= (int64_t)view->frame.captured)
		return;
	view->byte = (uint32_t)to;
	packet_select_byte(view);
}

/* Opens (`open` 1) or closes (0) the group of the selected row, or changes it to the other (-1). */
static void packet_fold(struct packet_view *view, int open)
{
	if (!view->cursor.count || view->row[view->cursor.selected].kind >= ROW_DATAGRAM)
		return;
	uint8_t layer = view->row[view->cursor.selected].layer;
	uint64_t bit = UINT64_C(1) << view->packet.layer[layer].header;
	bool to = open < 0 ? !(view->expanded & bit) : open;
	packet_show_fields(view, NULL, 0); /* from now on the user chooses */
	view->expanded = to ? view->expanded | bit : view->expanded & ~bit;
	packet_build(view);
	if (to)
		return;
	for (size_t i = 0; i < view->cursor.count; i++)
		if (view->row[i].kind == ROW_LAYER && view->row[i].layer == layer)
			select_row(view, i);
}

static bool move_in_bytes(struct packet_view *view, int each, enum ws_action action)
{
	switch (action) {
	case WS_ACT_UP:
		move_byte(view, -each);
		return true;
	case WS_ACT_DOWN:
		move_byte(view, each);
		return true;
	case WS_ACT_LEFT:
		move_byte(view, -1);
		return true;
	case WS_ACT_RIGHT:
		move_byte(view, 1);
		return true;
	case WS_ACT_FIRST:
		move_byte(view, -(int64_t)view->byte);
		return true;
	case WS_ACT_LAST:
		move_byte(view, (int64_t)view->frame.captured - 1 - view->byte);
		return true;
	default:
		return false;
	}
}

static bool move_in_tree(struct packet_view *view, size_t page, enum ws_action action)
{
	if (action == WS_ACT_LEFT || action == WS_ACT_RIGHT) {
		packet_fold(view, action == WS_ACT_RIGHT);
		return true;
	}
	if (!cursor_move(&view->cursor, action, page))
		return false;
	select_row(view, view->cursor.selected);
	return true;
}

/* Shows the frame of the selected fragment. False: no fragment of another frame is selected. */
static bool show_fragment(struct ws_ui *ui, const struct ws_model *model)
{
	const struct packet_view *view = &ui->packet;
	const struct packet_row *row = view->cursor.count ? &view->row[view->cursor.selected] : NULL;
	if (!row || row->kind != ROW_FRAGMENT)
		return false;
	const struct ws_fragment_info *fragment = &view->fragments.fragment[row->field];
	if (fragment->frame == view->frame.number)
		return false;
	return packet_show_at(ui, model, view->point, fragment->position, fragment->frame);
}

/* Shows the packet of the row before or after, on the screen that led here. */
static bool show_neighbour(struct ws_ui *ui, const struct ws_model *model, int by)
{
	const enum ws_screen before = ui->depth > 1 ? ui->stack[ui->depth - 2] : WS_SCREEN_LIST;
	struct point_model room;
	return screen_ops(before)->show_packet &&
	       screen_ops(before)->show_packet(ui, ui_model(ui, before, model, &room), by);
}

static bool packet_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct packet_view *view = &ui->packet;
	struct packet_division d = packet_divide(ui->columns, ui->rows, view->frame.captured);
	switch (action) {
	case WS_ACT_NEXT_PACKET:
	case WS_ACT_PREVIOUS_PACKET:
		return view->alone ? show_neighbour(ui, model, action == WS_ACT_NEXT_PACKET ? 1 : -1)
		                   : replay_act(ui, model, action);
	case WS_ACT_POINT:
		return !view->alone && replay_act(ui, model, action);
	case WS_ACT_NEXT_PANE:
		view->in_bytes = view->present && view->frame.captured && !view->in_bytes;
		return true;
	case WS_ACT_ENTER:
		if (!show_fragment(ui, model))
			packet_fold(view, -1);
		return true;
	default:
		break;
	}
	if (view->in_bytes && view->present && move_in_bytes(view, d.bytes_each, action))
		return true;
	return view->present && move_in_tree(view, d.tree_rows > 0 ? (size_t)d.tree_rows : 1, action);
}

void packet_show_stop(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson_stop *stop)
{
	if (!stop->own_connection && stop->frame)
		packet_show_at(ui, model, model->point, stop->position, stop->frame);
	packet_layout(ui, model);
	packet_show_fields(&ui->packet, stop->field, stop->field_count);
}

static void packet_leave(struct ws_ui *ui)
{
	ui->packet.alone = false;
}

static void packet_free(struct ws_ui *ui)
{
	free(ui->packet.bytes);
}

static const struct screen_key packet_keys[] = {
        {WS_ACT_UP, WS_ACT_DOWN, N_("field")},
        {WS_ACT_ENTER, WS_ACT_NONE, N_("open/close")},
        {WS_ACT_NEXT_PANE, WS_ACT_NONE, N_("bytes")},
        {WS_ACT_PREVIOUS_PACKET, WS_ACT_NEXT_PACKET, N_("packet")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_STREAM, WS_ACT_NONE, N_("stream")},
        {WS_ACT_LEFT, WS_ACT_RIGHT, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
};

const struct screen_ops packet_screen = {
        .free = packet_free,
        .leave = packet_leave,
        .layout = packet_layout,
        .draw = packet_draw,
        .act = packet_act,
        .keys = packet_keys,
        .key_count = WS_ARRAY_SIZE(packet_keys),
};
