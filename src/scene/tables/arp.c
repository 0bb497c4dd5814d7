/* ARP in three tables: the questions and their answers; which address has which MAC; and which MAC the frames of
 * each address carry, which is its own or a gateway's. */
#include "scene/lesson/marks.h"
#include "scene/packet/show.h"
#include "scene/screens.h"
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/cursor.h"
#include "scene/widgets/draw.h"
#include "scene/widgets/table.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/vendors.h>

#include <stdio.h>
#include <string.h>

enum { ARP_TOP = 3, GUESS_LEAST = 8, GUESS_MOST = 24, GUESS_LOOKS_AT = 4096 };

static uint64_t pane_count(const struct ws_model *model, int pane)
{
	struct ws_range range = ws_tracker_arp_exchanges(model->tracker);
	switch (pane) {
	case ARP_QUESTIONS:
		return range.end - range.first;
	case ARP_BINDINGS:
		return ws_tracker_arp_count(model->tracker);
	default:
		return ws_tracker_hop_count(model->tracker);
	}
}

/* ---- Which network this is */

static uint32_t ipv4_of(const struct ws_addr *address)
{
	const uint8_t *b = address->byte + 12;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* A host asks by ARP for addresses that it takes to be in its own subnet, so all senders and targets of requests
 * share a prefix. The guess is at most a /24, because two hosts alone would suggest a tiny network. */
static void guess_net(struct arp_view *view, const struct ws_model *model)
{
	struct ws_range range = ws_tracker_arp_exchanges(model->tracker);
	struct ws_arp_exchange exchange;
	uint32_t one = 0, differing = 0;
	bool any = false;
	uint64_t first = range.end - range.first > GUESS_LOOKS_AT ? range.end - GUESS_LOOKS_AT : range.first;
	for (uint64_t at = first; at < range.end; at++) {
		if (!ws_tracker_arp_exchange(model->tracker, at, &exchange) || exchange.kind != WS_ARP_QUESTION)
			continue;
		uint32_t sender = ipv4_of(&exchange.sender), target = ipv4_of(&exchange.target);
		if (sender >> 16 == 0xa9fe || target >> 16 == 0xa9fe) /* link-local, RFC 3927 */
			continue;
		one = any ? one : sender;
		any = true;
		differing |= (sender ^ one) | (target ^ one);
	}
	unsigned prefix = differing ? (unsigned)__builtin_clz(differing) : 32;
	prefix = prefix > GUESS_MOST ? GUESS_MOST : prefix;
	view->net = (struct ws_net){0};
	if (!any || prefix < GUESS_LEAST)
		return;
	uint32_t base = one & ~UINT32_C(0) << (32 - prefix);
	view->net = (struct ws_net){.ip_version = 4, .prefix = (uint8_t)prefix, .guessed = true};
	view->net.address.byte[10] = view->net.address.byte[11] = 0xff;
	for (int i = 0; i < 4; i++)
		view->net.address.byte[12 + i] = (uint8_t)(base >> (24 - 8 * i));
}

/* ---- Moving */

static void arp_layout(struct ws_ui *ui, const struct ws_model *model)
{
	struct arp_view *view = &ui->arp;
	uint64_t seen = ws_tracker_arp_exchanges(model->tracker).end;
	if (model->net.ip_version) {
		view->net = model->net;
	} else if (view->net_guessed != seen) {
		guess_net(view, model);
		view->net_guessed = seen;
	}
	const uint64_t count = pane_count(model, view->pane);
	char buffer[1024] = "";
	struct ws_text notes = WS_TEXT_OVER(buffer);
	cursor_fit(&view->cursor[view->pane], count, table_visible(ui->rows, ARP_TOP, ui->notes));
	arp_explain(ui, model, &notes);
	ui->notes = table_notes_fit(ui->columns, ui->rows, ARP_TOP, count, ws_text_cstr(&notes));
	cursor_fit(&view->cursor[view->pane], count, table_visible(ui->rows, ARP_TOP, ui->notes));
}

static bool arp_show_packet(struct ws_ui *ui, const struct ws_model *model, int by)
{
	struct arp_view *view = &ui->arp;
	struct ws_cursor *cursor = &view->cursor[view->pane];
	struct ws_range range = ws_tracker_arp_exchanges(model->tracker);
	struct ws_arp_exchange exchange;
	struct ws_hop hop;
	uint64_t to = cursor->selected + (uint64_t)(int64_t)by;
	if (to >= pane_count(model, view->pane))
		return false;
	if (view->pane == ARP_QUESTIONS && ws_tracker_arp_exchange(model->tracker, range.first + to, &exchange)) {
		cursor->selected = to;
		/* The answer says more than the question. */
		return exchange.answered ? packet_show_at(ui, model, model->point, exchange.answer_position,
		                                          exchange.answer_frame)
		                         : packet_show_at(ui, model, model->point, exchange.position, exchange.frame);
	}
	if (view->pane == ARP_HOPS && ws_tracker_hop(model->tracker, to, &hop)) {
		cursor->selected = to;
		return packet_show_at(ui, model, model->point, hop.position, hop.frame);
	}
	return false;
}

static bool arp_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action)
{
	struct arp_view *view = &ui->arp;
	switch (action) {
	case WS_ACT_NEXT_PANE:
		view->pane = (view->pane + 1) % ARP_PANE_COUNT;
		return true;
	case WS_ACT_ENTER:
	case WS_ACT_DETAIL:
		return arp_show_packet(ui, model, 0);
	default:
		view->cursor[view->pane].count = pane_count(model, view->pane);
		return cursor_move(&view->cursor[view->pane], action,
		                   table_page(table_visible(ui->rows, ARP_TOP, ui->notes)));
	}
}

static bool arp_click(struct ws_ui *ui, const struct ws_model *model, int row)
{
	bool again;
	ui->arp.cursor[ui->arp.pane].count = pane_count(model, ui->arp.pane);
	if (!cursor_click(&ui->arp.cursor[ui->arp.pane], row - ARP_TOP, table_visible(ui->rows, ARP_TOP, ui->notes),
	                  &again))
		return false;
	return !again || arp_act(ui, model, WS_ACT_ENTER);
}

/* ---- Drawing */

/* Where the columns of all three tables begin; 0: there is no room for the column. */
struct arp_columns {
	int time, first, second, mac, last;
};

static struct arp_columns arp_columns(int columns)
{
	if (columns >= 110)
		return (struct arp_columns){1, 14, 34, 56, 78};
	if (columns >= 76)
		return (struct arp_columns){0, 2, 20, 39, 58};
	return (struct arp_columns){0, 2, 18, 0, 18};
}

static void draw_address(struct ws_canvas *canvas, int row, int column, int limit, enum ws_style style,
                         const struct ws_addr *address, unsigned ip_version)
{
	char buffer[64];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_addr(&text, address, ip_version);
	draw_cut(canvas, row, column, limit, style, ws_text_cstr(&text));
}

static void draw_mac(struct ws_canvas *canvas, int row, int column, enum ws_style style, const uint8_t mac[6])
{
	char buffer[24];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_mac(&text, mac);
	ws_canvas_text(canvas, row, column, canvas->columns, style, ws_text_cstr(&text));
}

/* Writes what became of a question, in a few words. */
static enum ws_style exchange_outcome(const struct ws_arp_exchange *exchange, struct ws_text *text)
{
	char duration[32];
	struct ws_text after = WS_TEXT_OVER(duration);
	bool suspicious = exchange->contradicted || exchange->moved || exchange->disguised;
	if (exchange->contradicted)
		ws_text_puts(text, _("TWO ANSWERS"));
	else if (exchange->disguised)
		ws_text_puts(text, _("MAC DISGUISED"));
	else if (exchange->moved)
		ws_text_puts(text, _("ADDRESS MOVED"));
	if (suspicious)
		return WS_STYLE_BAD;
	if (exchange->kind == WS_ARP_ANNOUNCEMENT) {
		ws_text_puts(text, _("announced"));
		return WS_STYLE_NORMAL;
	}
	if (exchange->kind == WS_ARP_UNASKED) {
		ws_text_puts(text, _("nobody asked"));
		return WS_STYLE_WARN;
	}
	if (exchange->answered) {
		draw_duration(&after, exchange->answer_time - exchange->time);
		ws_text_printf(text, _("after %s"), ws_text_cstr(&after));
		return WS_STYLE_GOOD;
	}
	ws_text_puts(text, exchange->kind == WS_ARP_PROBE ? _("free: no answer") : _("no answer"));
	if (exchange->asked > 1)
		ws_text_printf(text, _(", %u times"), exchange->asked);
	return exchange->kind == WS_ARP_PROBE ? WS_STYLE_NORMAL : WS_STYLE_WARN;
}

static void draw_exchange(struct ws_canvas *canvas, int row, const struct ws_arp_exchange *exchange, ws_time since)
{
	struct arp_columns at = arp_columns(canvas->columns);
	char buffer[64];
	struct ws_text text = WS_TEXT_OVER(buffer);
	if (at.time) {
		ws_text_putc(&text, '+');
		ws_text_time(&text, exchange->time - since, 6);
		draw_right(canvas, row, at.time, at.first - 1, WS_STYLE_DIM, ws_text_cstr(&text));
	}
	if (exchange->kind == WS_ARP_PROBE)
		ws_canvas_text(canvas, row, at.first, at.second - 2, WS_STYLE_DIM, _("(no address)"));
	else
		draw_address(canvas, row, at.first, at.second - 2, WS_STYLE_CLIENT, &exchange->sender, 4);
	if (exchange->kind == WS_ARP_ANNOUNCEMENT)
		ws_canvas_text(canvas, row, at.second, at.mac - 1, WS_STYLE_DIM, _("(itself)"));
	else
		draw_address(canvas, row, at.second, at.mac - 1, WS_STYLE_SERVER, &exchange->target, 4);
	if (exchange->answered)
		draw_mac(canvas, row, at.mac, WS_STYLE_NORMAL, exchange->answer_mac);
	else if (exchange->kind == WS_ARP_ANNOUNCEMENT || exchange->kind == WS_ARP_UNASKED)
		draw_mac(canvas, row, at.mac, WS_STYLE_NORMAL, exchange->sender_mac);
	else
		ws_canvas_put(canvas, row, at.mac, WS_STYLE_DIM, '-');
	text.length = 0;
	enum ws_style style = exchange_outcome(exchange, &text);
	draw_cut(canvas, row, at.last, canvas->columns - 1, style, ws_text_cstr(&text));
}

/* For screens too narrow for columns: one text after the other. */
static void draw_exchange_narrow(struct ws_canvas *canvas, int row, const struct ws_arp_exchange *exchange)
{
	char buffer[96];
	struct ws_text text = WS_TEXT_OVER(buffer);
	ws_text_addr(&text, &exchange->sender, 4);
	ws_text_puts(&text, " → ");
	ws_text_addr(&text, &exchange->target, 4);
	int end = draw_cut(canvas, row, 2, canvas->columns - 1, WS_STYLE_CLIENT, ws_text_cstr(&text));
	text.length = 0;
	enum ws_style style = exchange_outcome(exchange, &text);
	draw_cut(canvas, row, end + 1, canvas->columns - 1, style, ws_text_cstr(&text));
}

static void draw_binding(const struct ws_model *model, struct ws_canvas *canvas, int row,
                         const struct ws_arp_binding *binding)
{
	struct arp_columns at = arp_columns(canvas->columns);
	struct ws_addr other;
	char buffer[128] = "", shown[64];
	struct ws_text text = WS_TEXT_OVER(buffer), address = WS_TEXT_OVER(shown);
	enum ws_style style = WS_STYLE_NORMAL;
	bool more;
	draw_address(canvas, row, at.first, at.second - 1, WS_STYLE_CLIENT, &binding->ip, 4);
	draw_mac(canvas, row, at.second, WS_STYLE_NORMAL, binding->mac);
	if (!at.mac)
		return;
	if (binding->changes) {
		style = WS_STYLE_BAD;
		ws_text_mac(&address, binding->previous_mac);
		ws_text_printf(&text, _("MOVED %u× from %s"), binding->changes, ws_text_cstr(&address));
	} else if (arp_owner(model, binding->mac, binding->vlan, &binding->ip, &other, &more)) {
		style = WS_STYLE_WARN;
		ws_text_addr(&address, &other, 4);
		ws_text_printf(&text, more ? _("the same MAC as %s and others") : _("the same MAC as %s"),
		               ws_text_cstr(&address));
	} else {
		ws_text_printf(&text,
		               binding->gratuitous ? _("asked %llu×, replied %llu×, unasked last")
		                                   : _("asked %llu×, replied %llu×"),
		               (unsigned long long)binding->requests, (unsigned long long)binding->replies);
	}
	const int end = draw_cut(canvas, row, at.mac, canvas->columns - 1, style, ws_text_cstr(&text));
	const char *vendor = ws_vendor_name(model->vendors, binding->mac);
	if (vendor)
		draw_cut(canvas, row, end + 2, canvas->columns - 1, WS_STYLE_DIM, vendor);
}

static void draw_hop(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                     const struct ws_hop *hop)
{
	struct arp_columns at = arp_columns(canvas->columns);
	struct ws_arp_binding binding;
	struct ws_addr owner;
	char buffer[96] = "";
	struct ws_text text = WS_TEXT_OVER(buffer);
	bool more, wide = canvas->columns >= 76;
	draw_address(canvas, row, at.first, at.second - 1, WS_STYLE_CLIENT, &hop->address, hop->ip_version);
	draw_mac(canvas, row, at.second, WS_STYLE_NORMAL, hop->mac);
	if (!wide)
		return;
	if (arp_binding_of(model, &hop->address, hop->vlan, &binding)) {
		ws_text_puts(&text, memcmp(binding.mac, hop->mac, 6) == 0 ? _("its own MAC") : _("its MAC then"));
	} else if (arp_owner(model, hop->mac, hop->vlan, &hop->address, &owner, &more)) {
		char address[64];
		struct ws_text whose = WS_TEXT_OVER(address);
		ws_text_addr(&whose, &owner, 4);
		ws_text_printf(&text, _("the MAC of %s"), ws_text_cstr(&whose));
	} else {
		ws_text_puts(&text, _("no ARP seen for it"));
	}
	draw_cut(canvas, row, at.mac, canvas->columns >= 110 ? at.last + 4 : at.last + 6, WS_STYLE_NORMAL,
	         ws_text_cstr(&text));
	if (!ui->arp.net.ip_version || hop->ip_version != ui->arp.net.ip_version)
		return;
	bool inside = net_holds(&ui->arp.net, &hop->address, hop->ip_version);
	draw_right(canvas, row, at.last + 7, canvas->columns - 1, inside ? WS_STYLE_GOOD : WS_STYLE_WARN,
	           inside ? _("same subnet") : _("elsewhere"));
}

static void draw_heads(struct ws_canvas *canvas, int pane)
{
	static const char *const heads[ARP_PANE_COUNT][4] = {
	        [ARP_QUESTIONS] = {N_("WHO ASKS"), N_("FOR WHOM"), N_("THE ANSWER"), N_("WHEN")},
	        [ARP_BINDINGS] = {N_("ADDRESS"), N_("HAS MAC"), "", ""},
	        [ARP_HOPS] = {N_("ADDRESS"), N_("FRAMES CARRY"), N_("WHICH IS"), ""},
	};
	struct arp_columns at = arp_columns(canvas->columns);
	const int columns[4] = {at.first, at.second, at.mac, pane == ARP_QUESTIONS && at.mac ? at.last : 0};
	for (int i = 0; i < 4; i++)
		if (columns[i] && *heads[pane][i])
			ws_canvas_text(canvas, 2, columns[i], canvas->columns, WS_STYLE_DIM, _(heads[pane][i]));
}

static void draw_panes(const struct arp_view *view, const struct ws_model *model, struct ws_canvas *canvas)
{
	static const char *const headings[] = {
#define X(name, heading) heading,
	        ARP_PANES(X)
#undef X
	};
	int column = 1;
	for (int pane = 0; pane < ARP_PANE_COUNT; pane++) {
		char buffer[48];
		snprintf(buffer, sizeof(buffer), "%s %llu", _(headings[pane]),
		         (unsigned long long)pane_count(model, pane));
		bool here = pane == view->pane;
		if (here)
			ws_canvas_put(canvas, 1, column, WS_STYLE_TITLE, '[');
		int end = draw_cut(canvas, 1, column + 1, canvas->columns - 1, here ? WS_STYLE_TITLE : WS_STYLE_DIM,
		                   buffer);
		if (here) {
			ws_canvas_paint(canvas, 1, column + 1, end - column - 1, WS_STYLE_TITLE, WS_BOLD);
			ws_canvas_put(canvas, 1, end, WS_STYLE_TITLE, ']');
		}
		column = end + 1;
	}
}

static bool draw_row(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int row,
                     uint64_t index)
{
	struct ws_range range = ws_tracker_arp_exchanges(model->tracker);
	struct ws_arp_exchange exchange, first;
	struct ws_arp_binding binding;
	struct ws_hop hop;
	switch (ui->arp.pane) {
	case ARP_QUESTIONS:
		if (!ws_tracker_arp_exchange(model->tracker, range.first + index, &exchange) ||
		    !ws_tracker_arp_exchange(model->tracker, range.first, &first))
			return false;
		if (arp_columns(canvas->columns).mac)
			draw_exchange(canvas, row, &exchange, first.time);
		else
			draw_exchange_narrow(canvas, row, &exchange);
		return true;
	case ARP_BINDINGS:
		if (!ws_tracker_arp(model->tracker, index, &binding))
			return false;
		draw_binding(model, canvas, row, &binding);
		return true;
	default:
		if (!ws_tracker_hop(model->tracker, index, &hop))
			return false;
		draw_hop(ui, model, canvas, row, &hop);
		return true;
	}
}

static void arp_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas)
{
	const struct arp_view *view = &ui->arp;
	const struct ws_cursor *cursor = &view->cursor[view->pane];
	char buffer[1024];
	struct ws_text text = WS_TEXT_OVER(buffer);
	int visible = table_visible(canvas->rows, ARP_TOP, ui->notes);
	ws_text_puts(&text, _("how an IP address finds its MAC address"));
	if (view->net.ip_version) {
		char shown[64];
		struct ws_text net = WS_TEXT_OVER(shown);
		net_text(&net, &view->net);
		ws_text_printf(&text, view->net.guessed ? _("; subnet (a guess) %s") : _("; subnet %s"),
		               ws_text_cstr(&net));
	}
	table_title_of(canvas, "ARP", ws_text_cstr(&text), "", ui->several ? model->source : NULL);
	draw_panes(view, model, canvas);
	draw_heads(canvas, view->pane);
	for (int i = 0; i < visible && cursor->top + (uint64_t)i < pane_count(model, view->pane); i++) {
		if (!draw_row(ui, model, canvas, ARP_TOP + i, cursor->top + (uint64_t)i))
			break;
		if (cursor->top + (uint64_t)i == cursor->selected)
			table_mark(canvas, ARP_TOP + i);
	}
	if (!pane_count(model, view->pane))
		draw_cut(canvas, ARP_TOP + 1, 2, canvas->columns - 1, WS_STYLE_NORMAL,
		         view->pane == ARP_HOPS
		                 ? _("No frame with an IP packet in it was captured.")
		                 : _("No ARP message was captured: hosts remember answers for a while."));
	const uint64_t listed = pane_count(model, view->pane) - cursor->top;
	const bool asked = lesson_stop(ui) && !ui->lesson.answered; /* it might give away a lesson's answer */
	if (listed < (uint64_t)visible && pane_count(model, view->pane) && !asked)
		arp_picture(ui, model, canvas, ARP_TOP + visible, visible - (int)listed);
	text.length = 0;
	arp_explain(ui, model, &text);
	table_foot(canvas, ARP_TOP + visible, cursor, ws_text_cstr(&text));
}

static void arp_snapshot_changed(struct ws_ui *ui, const struct ws_model *model)
{
	(void)model;
	ui->arp.net_guessed = 0;
}

static const struct screen_key arp_keys[] = {
        {WS_ACT_NEXT_PANE, WS_ACT_NONE, N_("list")},
        {WS_ACT_UP, WS_ACT_DOWN, N_("move")},
        {WS_ACT_ENTER, WS_ACT_NONE, N_("packet")},
        {WS_ACT_BACK, WS_ACT_NONE, N_("back")},
        {WS_ACT_UDP, WS_ACT_NONE, "UDP"},
        {WS_ACT_STATISTICS, WS_ACT_NONE, N_("statistics")},
        {WS_ACT_DETAIL, WS_ACT_NONE, NULL},
        {WS_ACT_POINT, WS_ACT_NONE, NULL},
        SCREEN_KEYS_MOVE,
        SCREEN_KEYS_TIMELINE,
};

const struct screen_ops arp_screen = {
        .layout = arp_layout,
        .draw = arp_draw,
        .act = arp_act,
        .click = arp_click,
        .show_packet = arp_show_packet,
        .snapshot_changed = arp_snapshot_changed,
        .keys = arp_keys,
        .key_count = WS_ARRAY_SIZE(arp_keys),
        .has_notes = true,
        .one_point = true,
};
