/* The datagrams of one UDP conversation, each with its length as a bar, and the ICMP errors among them. */
#include "scene/packet/show.h"
#include "scene/screens.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/details.h>
#include <wirestate/language.h>

#include <stdio.h>
#include <stdlib.h>

enum { DATAGRAMS_TOP = 2, PREVIEW = 256 };

static bool reserve(struct udp_view *view, size_t count)
{
	if (count <= view->capacity)
		return true;
	size_t to = view->capacity ? view->capacity : 64;
	while (to < count)
		to *= 2;
	uint64_t *numbers = realloc(view->datagram, to * sizeof(*numbers));
	if (!numbers)
		return false;
	view->datagram = numbers;
	view->capacity = to;
	return true;
}

/* Collects them from the newest backwards, as far as they are kept. */
static void collect(struct udp_view *view, const struct ws_model *model, const struct ws_udp_info *info)
{
	struct ws_datagram_info datagram;
	view->count = 0;
	for (uint64_t at = info->newest; at && ws_tracker_datagram(model->tracker, at - 1, &datagram);
	     at = datagram.previous) {
		if (!reserve(view, view->count + 1))
			break;
		view->datagram[view->count++] = at - 1;
	}
	for (size_t i = 0; i < view->count / 2; i++) {
		uint64_t other = view->datagram[i];
		view->datagram[i] = view->datagram[view->count - 1 - i];
		view->datagram[view->count - 1 - i] = other;
	}
}

static const char *error_name(const struct ws_datagram_info *datagram)
{
	const char *name = ws_icmp_name(datagram->icmp_type, datagram->icmp_code, datagram->ip_version == 6);
	return name ? name : _("error");
}

/* A datagram that an ICMP error answers did not come to a program. */
static void explain_refused(const struct ws_datagram_info *datagram, struct ws_text *text)
{
	const bool port = datagram->ip_version == 6 ? datagram->icmp_type == 1 && datagram->icmp_code == 4
	                                            : datagram->icmp_type == 3 && datagram->icmp_code == 3;
	const char *format = ws_translate_plural(
	        "Frame %llu: one datagram of %u byte, and no recv() returns it. Frame %llu says \"%s\": %s.",
	        "Frame %llu: one datagram of %u bytes, and no recv() returns it. Frame %llu says \"%s\": %s.",
	        datagram->length);
	ws_text_printf(text, format, (unsigned long long)datagram->frame, datagram->length,
	               (unsigned long long)datagram->answer_frame, error_name(datagram),
	               port ? _("the host has it, but no socket is bound to that port")
	                    : _("it did not come to the host"));
}

static void datagram_explain(const struct ws_datagram_info *datagram, struct ws_text *text)
{
	if (datagram->error) {
		ws_text_printf(
		        text,
		        _("ICMP says \"%s\" and quotes the datagram's headers, so that the sender's host knows which "
		          "socket sent it. Its program learns of it from the next call on a connected socket (port "
		          "unreachable: ECONNREFUSED), or never."),
		        error_name(datagram));
		return;
	}
	if (datagram->answer_frame)
		explain_refused(datagram, text);
	else
		ws_text_printf(
		        text,
		        ws_translate_plural("Frame %llu: one datagram. One recv() returns its %u byte if the buffer is "
		                            "large enough; if "
		                            "not, the tail is lost, and the next recv() returns the next datagram.",
		                            "Frame %llu: one datagram. One recv() returns its %u bytes if the buffer "
		                            "is large enough; if "
		                            "not, the tail is lost, and the next recv() returns the next datagram.",
		                            datagram->length),
		        (unsigned long long)datagram->frame, datagram->length);
	if (datagram->fragmented)
		ws_text_puts(text, _(" IP cut it into fragments, one for each frame: Enter."));
}

/* What the selected datagram means. */
static void datagrams_notes(const struct udp_view *view, const struct ws_model *model, struct ws_text *text)
{
	struct ws_datagram_info datagram;
	if (view->count && view->datagram_cursor.selected < view->count &&
	    ws_tracker_datagram(model->tracker, view->datagram[view->datagram_cursor.selected], &datagram)) {
		datagram_way_explain(view, view->datagram_cursor.selected, text);
		datagram_explain(&datagram, text);
	}
}

static void datagrams_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct udp_view *view = &ui->udp;
	struct ws_udp_info info;
	if (!ws_tracker_udp(model->tracker, view->cursor.selected, &info)) {
		view->count = 0;
		return;
	}
	view->point = info.point;
	if (view->conversation != info.number || view->newest != info.newest || view->joins != model->joins ||
	    view->path != info.path) {
		collect(view, model, &info);
		datagram_ways_find(view, model, &info);
		view->conversation = info.number;
		view->newest = info.newest;
	}
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	cursor_fit(&view->datagram_cursor, view->count, table_visible(ui->rows, DATAGRAMS_TOP, ui->notes));
	datagrams_notes(view, model, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, DATAGRAMS_TOP, view->count, ws_text_cstr(&notes));
	cursor_fit(&view->datagram_cursor, view->count, table_visible(ui->rows, DATAGRAMS_TOP, ui->notes));
}

static bool datagrams_show_packet(struct ws_ui *ui, const struct ws_model *model, int by)
{
	struct udp_view *view = &ui->udp;
	struct ws_datagram_info datagram;
	uint64_t to = view->datagram_cursor.selected + (uint64_t)(int64_t)by;
	if (to >= view->count || !ws_tracker_datagram(model->tracker, view->datagram[to], &datagram))
		return false;
	view->datagram_cursor.selected = to;
	return packet_show_at(ui, model, view->point, datagram.position, datagram.frame);
}

static bool datagrams_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	switch (action) {
	case WS_ACT_ENTER:
	case WS_ACT_DETAIL:
		return datagrams_show_packet(ui, model, 0);
	case WS_ACT_NEXT_PACKET:
		action = WS_ACT_DOWN;
		break;
	case WS_ACT_PREVIOUS_PACKET:
		action = WS_ACT_UP;
		break;
	default:
		break;
	}
	return cursor_move(&ui->udp.datagram_cursor, action,
	                   table_page(table_visible(ui->rows, DATAGRAMS_TOP, ui->notes)));
}

static bool datagrams_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	if (!cursor_click(&ui->udp.datagram_cursor, row - DATAGRAMS_TOP,
	                  table_visible(ui->rows, DATAGRAMS_TOP, ui->notes), &again))
		return false;
	return !again || datagrams_act(ui, model, WS_ACT_ENTER);
}

/* Draws the beginning of a datagram's payload as text, as far as the frame is kept. Of a datagram in fragments, that
 * frame is the last one that came, which need not hold the beginning. */
static void draw_payload(const struct ws_model *model, unsigned point, struct ws_canvas *canvas, int row, int column,
                         int limit, const struct ws_datagram_info *datagram)
{
	struct ws_frame frame;
	struct ws_packet packet;
	char words[4 * PREVIEW + 1];
	if (datagram->fragmented || column + 4 > limit || !ws_model_fetch(model, point, datagram->position, &frame))
		return;
	ws_decode(&frame, &packet);
	const uint32_t most = packet.payload_captured < PREVIEW ? packet.payload_captured : PREVIEW;
	struct ws_text text = WS_TEXT_OVER(words);
	if (packet.transport == WS_TRANSPORT_UDP)
		ws_text_clean(&text, (const char *)frame.data + packet.payload_offset, most);
	draw_cut(canvas, row, column, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

static void draw_datagram(const struct udp_view *view, const struct ws_model *model, struct ws_canvas *canvas, int row,
                          uint64_t index, const struct ws_datagram_info *datagram, ws_time since, uint32_t longest)
{
	char buffer[128];
	struct ws_text time = WS_TEXT_OVER(buffer);
	bool wide = canvas->columns >= 76;
	enum ws_style style = datagram->direction ? WS_STYLE_SERVER : WS_STYLE_CLIENT;
	ws_text_puts(&time, datagram->time == since ? "0 s" : "+");
	if (datagram->time != since)
		draw_duration(&time, datagram->time - since);
	draw_right(canvas, row, 1, wide ? 16 : 11, WS_STYLE_DIM, ws_text_cstr(&time));
	int column = wide ? 18 : 13;
	if (datagram->error) {
		/* The error comes from the receiver's side, no matter which router sent it. */
		ws_canvas_put(canvas, row, column, WS_STYLE_BAD, datagram->direction ? 0x25ba : 0x25c4);
		snprintf(buffer, sizeof(buffer), "ICMP%s: %s", datagram->ip_version == 6 ? "v6" : "",
		         error_name(datagram));
		draw_cut(canvas, row, column + 2, canvas->columns - 1, WS_STYLE_BAD, buffer);
		return;
	}
	ws_canvas_put(canvas, row, column, style, datagram->direction ? 0x25c4 : 0x25ba);
	snprintf(buffer, sizeof(buffer), "%u", datagram->length);
	draw_right(canvas, row, column + 1, column + 7, style, buffer);
	const int bar = column + 9, width = (canvas->columns - bar) / 5;
	int filled = longest ? (int)((uint64_t)datagram->length * (uint64_t)(width > 0 ? width : 0) / longest) : 0;
	for (int i = 0; i < filled || (i == 0 && datagram->length); i++)
		ws_canvas_put(canvas, row, bar + i, style, 0x2593);
	struct ws_text lost = WS_TEXT_OVER(buffer);
	if (datagram_lost_words(view, index, &lost)) {
		draw_cut(canvas, row, bar + width + 1, canvas->columns - 1, WS_STYLE_BAD, ws_text_cstr(&lost));
		return;
	}
	if (datagram->fragmented)
		draw_cut(canvas, row, bar + width + 1, canvas->columns - 1, WS_STYLE_WARN, _("in fragments"));
	draw_payload(model, view->point, canvas, row, bar + width + 1, canvas->columns - 1, datagram);
}

static uint32_t longest_of(const struct ws_udp_info *info)
{
	return info->longest[0] > info->longest[1] ? info->longest[0] : info->longest[1];
}

static void datagrams_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct udp_view *view = &ui->udp;
	struct ws_udp_info info;
	struct ws_datagram_info datagram;
	char buffer[768] = "", side[64];
	struct ws_text text = WS_TEXT_OVER(buffer);
	int visible = table_visible(canvas->rows, DATAGRAMS_TOP, ui->notes);
	if (!ws_tracker_udp(model->tracker, view->cursor.selected, &info)) {
		table_title(canvas, _("UDP conversation"), "");
		draw_cut(canvas, 3, 2, canvas->columns - 1, WS_STYLE_NORMAL, _("No UDP datagram was captured."));
		return;
	}
	char ends[2][96];
	for (int i = 0; i < 2; i++) {
		struct ws_text endpoint = WS_TEXT_OVER(ends[i]);
		table_endpoint(ui, model, &endpoint, &info.address[i], info.ip_version, info.port[i],
		               (canvas->columns - 26) / 2);
		ws_text_cstr(&endpoint);
	}
	/* TRANSLATORS: the two addresses of a conversation */
	ws_text_printf(&text, _("%s and %s"), ends[0], ends[1]);
	snprintf(side, sizeof(side), _("UDP conversation %llu"), (unsigned long long)info.number);
	table_title(canvas, side, ws_text_cstr(&text));
	ws_canvas_text(canvas, 1, canvas->columns >= 76 ? 12 : 7, canvas->columns, WS_STYLE_DIM, _("TIME"));
	ws_canvas_text(canvas, 1, canvas->columns >= 76 ? 20 : 15, canvas->columns, WS_STYLE_DIM, _("BYTES"));
	for (int i = 0; i < visible && view->datagram_cursor.top + (uint64_t)i < view->count; i++) {
		uint64_t index = view->datagram_cursor.top + (uint64_t)i;
		if (!ws_tracker_datagram(model->tracker, view->datagram[index], &datagram))
			draw_cut(canvas, DATAGRAMS_TOP + i, 3, canvas->columns - 1, WS_STYLE_DIM,
			         _("(no longer kept)"));
		else
			draw_datagram(view, model, canvas, DATAGRAMS_TOP + i, index, &datagram, info.first_time,
			              longest_of(&info));
		if (index == view->datagram_cursor.selected)
			table_mark(canvas, DATAGRAMS_TOP + i);
	}
	text.length = 0;
	if (!view->count)
		draw_cut(canvas, 3, 2, canvas->columns - 1, WS_STYLE_WARN, _("Its datagrams are no longer kept."));
	datagrams_notes(view, model, &text);
	table_foot(canvas, DATAGRAMS_TOP + visible, &view->datagram_cursor, ws_text_cstr(&text));
}

static const struct screen_key datagrams_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("packet")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_DETAIL, WS_ACT_NONE, NULL},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        {WS_ACT_PREVIOUS_PACKET, WS_ACT_NEXT_PACKET, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops datagrams_screen = {
        .layout = datagrams_layout,
        .draw = datagrams_draw,
        .act = datagrams_act,
        .click = datagrams_click,
        .show_packet = datagrams_show_packet,
        .keys = datagrams_keys,
        .key_count = WS_ARRAY_SIZE(datagrams_keys),
        .has_notes = true,
};
