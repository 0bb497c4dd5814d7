/* UDP conversations. There is no connection and no stream: each datagram stands alone and has one length, and the
 * reply may be another datagram, an ICMP error, or nothing. */
#include "scene/screens.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/points.h"
#include "scene/widgets/table.h"

#include <wirestate/language.h>
#include <wirestate/points.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UDP_TOP = 2 };

static void udp_free(struct ws_ui *ui)
{
	free(ui->udp.datagram);
	free(ui->udp.way);
}

static void udp_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->udp.conversation = 0;
}

/* ---- Conversations */

static void udp_explain(const struct ws_model *model, const struct ws_udp_info *info, struct ws_text *text)
{
	const size_t start = text->length;
	if (points_only_udp(text, model, info)) {
		text->data[start] = (char)toupper((unsigned char)text->data[start]);
		ws_text_puts(text, _("."));
		draw_between_sentences(text);
	}
	if (info->unreachable)
		ws_text_puts(text, _("An ICMP error came back: Enter shows it among the datagrams."));
	else if (!info->packets[1] && !info->path)
		ws_text_puts(text, _("Nothing came back, and UDP does not tell whether anything arrived."));
	draw_between_sentences(text);
	const size_t before = text->length;
	ws_udp_path_words(text, info, "");
	if (text->length > before) {
		text->data[before] = (char)toupper((unsigned char)text->data[before]);
		ws_text_puts(text, _("."));
		draw_between_sentences(text);
	}
	ws_text_puts(
	        text,
	        _("One datagram, one length: each recv() returns one datagram, never part of two. If the buffer is "
	          "shorter, the datagram's tail is lost. There is no stream."));
}

/* What the selected conversation means. */
static void udp_notes(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text)
{
	struct ws_udp_info info;
	if (ws_tracker_udp(model->tracker, ui->udp.cursor.selected, &info))
		udp_explain(model, &info, text);
}

static void udp_layout(struct ws_ui *ui, const struct ws_model *model)
{
	const uint64_t count = ws_tracker_udp_count(model->tracker);
	char buffer[768] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	cursor_fit(&ui->udp.cursor, count, table_visible(ui->rows, UDP_TOP, ui->notes));
	udp_notes(ui, model, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, UDP_TOP, count, ws_text_cstr(&notes));
	cursor_fit(&ui->udp.cursor, count, table_visible(ui->rows, UDP_TOP, ui->notes));
}

static bool udp_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct ws_udp_info info;
	if (action == WS_ACT_ENTER || action == WS_ACT_DETAIL) {
		if (!ws_tracker_udp(model->tracker, ui->udp.cursor.selected, &info))
			return false;
		ui->udp.conversation = 0;
		ui->udp.datagram_cursor = (struct ws_cursor){0};
		ui_open(ui, WS_SCREEN_DATAGRAMS);
		return true;
	}
	ui->udp.cursor.count = ws_tracker_udp_count(model->tracker);
	return cursor_move(&ui->udp.cursor, action, table_page(table_visible(ui->rows, UDP_TOP, ui->notes)));
}

static bool udp_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	ui->udp.cursor.count = ws_tracker_udp_count(model->tracker);
	if (!cursor_click(&ui->udp.cursor, row - UDP_TOP, table_visible(ui->rows, UDP_TOP, ui->notes), &again))
		return false;
	return !again || udp_act(ui, model, WS_ACT_ENTER);
}

static void say_sizes(struct ws_text *text, const struct ws_udp_info *info, int from)
{
	if (!info->packets[from])
		ws_text_puts(text, "-");
	else if (info->shortest[from] == info->longest[from])
		ws_text_printf(text, "%u", info->longest[from]);
	else
		ws_text_printf(text, "%u/%llu/%u", info->shortest[from],
		               (unsigned long long)(info->bytes[from] / info->packets[from]), info->longest[from]);
}

/* Of both directions, between the points that captured it. */
static uint64_t lost_of(const struct ws_udp_info *info)
{
	return info->path ? info->path->result.direction[0].lost + info->path->result.direction[1].lost : 0;
}

/* Columns of the list, by the width of the screen. */
struct udp_columns {
	int first, second, endpoint, sent, received, sizes, answer;
};

static struct udp_columns udp_columns(int columns)
{
	if (columns >= 110)
		return (struct udp_columns){7, 33, 24, 64, 74, 77, 102};
	if (columns >= 76)
		return (struct udp_columns){6, 28, 21, 55, 60, 62, 0};
	int endpoint = (columns - 12) / 2;
	return (struct udp_columns){2, 3 + endpoint, endpoint, columns - 6, columns - 1, 0, 0};
}

void table_endpoint(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text,
                    const struct ws_addr *address, unsigned ip_version, uint16_t port, int width)
{
	enum ws_name_source source;
	const char *name = ws_tracker_host_name(model->tracker, address, ip_version, &source);
	if (name && ui_shows_names(ui))
		draw_host(text, name, source, port, width);
	else
		draw_endpoint(text, address, ip_version, port, width);
}

static void draw_conversation(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                              const struct ws_udp_info *info)
{
	struct udp_columns at = udp_columns(canvas->columns);
	char buffer[96];
	if (at.first > 4) {
		snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)info->number);
		draw_right(canvas, row, 1, at.first - 1, WS_STYLE_DIM, buffer);
	}
	for (int i = 0; i < 2; i++) {
		struct ws_text text = WS_TEXT_OVER(buffer);
		table_endpoint(ui, model, &text, &info->address[i], info->ip_version, info->port[i], at.endpoint);
		ws_canvas_text(canvas, row, i ? at.second : at.first, canvas->columns,
		               i ? WS_STYLE_SERVER : WS_STYLE_CLIENT, ws_text_cstr(&text));
		snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)info->packets[i]);
		draw_right(canvas, row, i ? at.sent + 1 : at.second, i ? at.received : at.sent, WS_STYLE_NORMAL,
		           buffer);
	}
	struct ws_text sizes = WS_TEXT_OVER(buffer);
	say_sizes(&sizes, info, 0);
	ws_text_putc(&sizes, ' ');
	say_sizes(&sizes, info, 1);
	int limit = canvas->columns - 1;
	char lost[32];
	snprintf(lost, sizeof(lost), _("%llu lost"), (unsigned long long)lost_of(info));
	if (at.sizes && lost_of(info))
		limit = draw_right(canvas, row, at.sizes, limit, WS_STYLE_BAD, lost) - 1;
	else if (at.sizes && info->unreachable)
		limit = draw_right(canvas, row, at.sizes, limit, WS_STYLE_BAD, at.answer ? _("unreachable") : "ICMP") -
		        1;
	if (at.sizes)
		draw_cut(canvas, row, at.sizes, limit, WS_STYLE_NORMAL, ws_text_cstr(&sizes));
}

static void draw_udp_heads(struct ws_canvas *canvas)
{
	struct udp_columns at = udp_columns(canvas->columns);
	ws_canvas_text(canvas, 1, at.first, canvas->columns, WS_STYLE_DIM, _("FIRST SENDER"));
	ws_canvas_text(canvas, 1, at.second, canvas->columns, WS_STYLE_DIM, _("PEER"));
	draw_right(canvas, 1, at.second + 4, at.sent, WS_STYLE_DIM, canvas->columns >= 110 ? _("SENT") : "→");
	draw_right(canvas, 1, at.sent, at.received, WS_STYLE_DIM, canvas->columns >= 110 ? _("RECEIVED") : "←");
	if (at.sizes)
		draw_cut(canvas, 1, at.sizes, canvas->columns - 1, WS_STYLE_DIM,
		         canvas->columns >= 110 ? _("BYTES EACH min/avg/max →  ←") : _("BYTES min/avg/max"));
}

static void udp_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	uint64_t count = ws_tracker_udp_count(model->tracker);
	struct ws_udp_info info;
	struct ws_tracker_stats stats;
	char buffer[768];
	struct ws_text notes = WS_TEXT_OVER(buffer);
	int visible = table_visible(canvas->rows, UDP_TOP, ui->notes);
	ws_tracker_stats(model->tracker, &stats);
	char conversations[64], packets[64];
	snprintf(conversations, sizeof(conversations),
	         ws_translate_plural("%llu conversation", "%llu conversations", count), (unsigned long long)count);
	snprintf(packets, sizeof(packets), ws_translate_plural("%llu packet", "%llu packets", stats.udp),
	         (unsigned long long)stats.udp);
	snprintf(buffer, sizeof(buffer), _("%s, %s: datagrams, not connections"), conversations, packets);
	table_title_of(canvas, "UDP", buffer, conversations, ui->several ? model->source : NULL);
	draw_udp_heads(canvas);
	for (int i = 0; i < visible; i++) {
		uint64_t index = ui->udp.cursor.top + (uint64_t)i;
		if (!ws_tracker_udp(model->tracker, index, &info))
			break;
		draw_conversation(ui, model, canvas, UDP_TOP + i, &info);
		if (index == ui->udp.cursor.selected)
			table_mark(canvas, UDP_TOP + i);
	}
	if (!count)
		draw_cut(canvas, 3, 2, canvas->columns - 1, WS_STYLE_NORMAL, _("No UDP datagram was captured."));
	notes.length = 0;
	udp_notes(ui, model, &notes);
	table_foot(canvas, UDP_TOP + visible, &ui->udp.cursor, ws_text_cstr(&notes));
}

static const struct screen_key udp_keys[] = {
        {WS_ACT_ENTER, WS_ACT_NONE, N_("datagrams")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_ARP, WS_ACT_NONE, "ARP"},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_STATISTICS, WS_ACT_NONE, N_("statistics")},
        {WS_ACT_DETAIL, WS_ACT_NONE, NULL},
        {WS_ACT_NAMES, WS_ACT_NONE, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops udp_screen = {
        .free = udp_free,
        .snapshot_changed = udp_snapshot_changed,
        .layout = udp_layout,
        .draw = udp_draw,
        .act = udp_act,
        .click = udp_click,
        .keys = udp_keys,
        .key_count = WS_ARRAY_SIZE(udp_keys),
        .has_notes = true,
};
