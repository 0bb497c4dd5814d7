/* The picture above the notes of the ARP screen: a question that goes to everybody and its answer, or the way of a
 * frame from a host to its neighbour, or over a gateway to a host on another link. */
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { MAC_WIDTH = 17, LEFT = 2, LEAST_COLUMNS = 66, HEAD = 0, ADDRESS = 1, MAC = 2, BELOW = 3, BACK = 4 };

struct picture {
	struct ws_canvas *canvas;
	int top;
	int column[3]; /* of the nodes */
};

static void put_text(const struct picture *picture, int row, int from, int to, enum ws_style style, const char *words)
{
	const int column = from + (to - from - ws_columns(words)) / 2;
	draw_cut(picture->canvas, picture->top + row, column > from ? column : from, to, style, words);
}

static void put_node(const struct picture *picture, int node, enum ws_style style, const char *name,
                     const struct ws_addr *address, unsigned ip_version, const uint8_t *mac)
{
	char words[64];
	struct ws_text text = WS_TEXT_OVER(words);
	const int column = picture->column[node];
	const int limit = node == 2 ? picture->canvas->columns - 1 : column + MAC_WIDTH + 4;
	ws_canvas_text(picture->canvas, picture->top + HEAD, column, limit, WS_STYLE_DIM, name);
	if (address)
		ws_text_addr(&text, address, ip_version);
	draw_cut(picture->canvas, picture->top + ADDRESS, column, limit, style, ws_text_cstr(&text));
	if (!mac)
		return;
	text.length = 0;
	ws_text_mac(&text, mac);
	draw_cut(picture->canvas, picture->top + MAC, column, limit, WS_STYLE_NORMAL, ws_text_cstr(&text));
}

/* An arrow in a row, between two nodes. */
static void put_arrow(const struct picture *picture, int row, int from, int to, enum ws_style style, bool back)
{
	const int start = picture->column[from] + MAC_WIDTH + 1, end = picture->column[to] - 2;
	for (int column = start; column <= end; column++)
		ws_canvas_put(picture->canvas, picture->top + row, column, style, 0x2500);
	ws_canvas_put(picture->canvas, picture->top + row, back ? start : end, style, back ? 0x25c4 : 0x25ba);
}

/* The MAC address alone where there is no room for both. */
static void say_is_at(struct ws_text *text, const struct ws_addr *address, const uint8_t mac[6], int room)
{
	char shown[64], of_mac[24];
	struct ws_text who = WS_TEXT_OVER(shown), where = WS_TEXT_OVER(of_mac);
	ws_text_addr(&who, address, 4);
	ws_text_mac(&where, mac);
	/* TRANSLATORS: an IP address and its MAC address */
	ws_text_printf(text, _("%s is at %s"), ws_text_cstr(&who), ws_text_cstr(&where));
	if (ws_columns(ws_text_cstr(text)) <= room)
		return;
	text->length = 0;
	ws_text_mac(text, mac);
}

static void draw_answer(const struct picture *picture, const struct ws_arp_exchange *exchange)
{
	char words[96];
	struct ws_text text = WS_TEXT_OVER(words);
	const int from = picture->column[0] + MAC_WIDTH + 1, to = picture->column[2] - 1;
	if (!exchange->answered) {
		if (exchange->kind == WS_ARP_QUESTION || exchange->kind == WS_ARP_PROBE)
			put_text(picture, BELOW, from, to, WS_STYLE_WARN, _("no answer"));
		return;
	}
	say_is_at(&text, &exchange->target, exchange->answer_mac, to - from);
	put_text(picture, BELOW, from, to, WS_STYLE_SERVER, ws_text_cstr(&text));
	put_arrow(picture, BACK, 0, 2, WS_STYLE_SERVER, true);
	text.length = 0;
	ws_text_addr(&text, &exchange->target, 4);
	draw_cut(picture->canvas, picture->top + BACK, picture->column[2], picture->canvas->columns - 1,
	         WS_STYLE_SERVER, ws_text_cstr(&text));
}

static void draw_question(const struct picture *picture, const struct ws_arp_exchange *exchange)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	char words[96];
	struct ws_text text = WS_TEXT_OVER(words);
	const bool asks = exchange->kind == WS_ARP_QUESTION || exchange->kind == WS_ARP_PROBE;
	const int from = picture->column[0] + MAC_WIDTH + 1, to = picture->column[2] - 1;
	put_node(picture, 0, WS_STYLE_CLIENT, C_("on a link", "HOST"),
	         exchange->kind == WS_ARP_PROBE ? NULL : &exchange->sender, 4, exchange->sender_mac);
	put_node(picture, 2, WS_STYLE_NORMAL, exchange->broadcast ? _("EVERYBODY ON THIS LINK") : _("ONE HOST"), NULL,
	         4, exchange->broadcast ? everybody : NULL);
	if (asks) {
		char shown[64];
		struct ws_text target = WS_TEXT_OVER(shown);
		ws_text_addr(&target, &exchange->target, 4);
		ws_text_printf(&text, _("who has %s?"), ws_text_cstr(&target));
	} else {
		say_is_at(&text, &exchange->sender, exchange->sender_mac, to - from);
	}
	put_text(picture, ADDRESS, from, to, WS_STYLE_CLIENT, ws_text_cstr(&text));
	put_arrow(picture, MAC, 0, 2, WS_STYLE_CLIENT, false);
	draw_answer(picture, exchange);
}

/* The other end of the packet that showed the hop, and its MAC. False: the frame is not kept. */
static bool other_end(const struct ws_model *model, const struct ws_hop *hop, struct ws_addr *address, uint8_t mac[6])
{
	enum { ETHERNET = 12, SOURCE = 6 };
	struct ws_frame frame;
	struct ws_packet packet;
	if (!ws_model_fetch(model, model->point, hop->position, &frame) || frame.link != WS_LINK_ETHERNET ||
	    frame.captured < ETHERNET)
		return false;
	ws_decode(&frame, &packet);
	const bool to_hop = memcmp(&packet.destination, &hop->address, sizeof(hop->address)) == 0;
	*address = to_hop ? packet.source : packet.destination;
	memcpy(mac, frame.data + (to_hop ? SOURCE : 0), 6);
	return true;
}

/* Whether an address is on this link, as the subnet or ARP says. */
static bool is_near(const struct ws_ui *ui, const struct ws_model *model, const struct ws_addr *address,
                    unsigned ip_version, uint16_t vlan)
{
	struct ws_arp_binding binding;
	return net_holds(&ui->arp.net, address, ip_version) || arp_binding_of(model, address, vlan, &binding);
}

static void draw_far(const struct picture *picture, const struct ws_model *model, const struct ws_addr *far,
                     unsigned ip_version, const uint8_t mac[6], uint16_t vlan)
{
	struct ws_addr owner;
	bool more;
	const int limit = picture->canvas->columns - 1, middle = picture->column[1] + MAC_WIDTH;
	const bool known = arp_owner(model, mac, vlan, far, &owner, &more);
	put_node(picture, 1, WS_STYLE_NORMAL, _("GATEWAY"), known ? &owner : NULL, 4, mac);
	put_node(picture, 2, WS_STYLE_SERVER, _("FAR HOST"), far, ip_version, NULL);
	put_arrow(picture, MAC, 0, 1, WS_STYLE_LINK, false);
	put_arrow(picture, MAC, 1, 2, WS_STYLE_DIM, false);
	draw_cut(picture->canvas, picture->top + MAC, picture->column[2], limit, WS_STYLE_DIM,
	         _("its MAC is not here"));
	put_text(picture, BELOW, picture->column[0], middle, WS_STYLE_DIM, _("this link: the frame's two MACs"));
	put_text(picture, BELOW, middle + 1, limit, WS_STYLE_DIM, _("other links, with other MACs"));
}

static void draw_way(const struct picture *picture, const struct ws_ui *ui, const struct ws_model *model,
                     const struct ws_hop *hop)
{
	struct ws_addr other;
	uint8_t mac[6];
	if (!other_end(model, hop, &other, mac))
		return;
	const bool near = is_near(ui, model, &hop->address, hop->ip_version, hop->vlan);
	if (!near || !is_near(ui, model, &other, hop->ip_version, hop->vlan)) {
		/* One of the two is far; the host is the other one. */
		put_node(picture, 0, WS_STYLE_CLIENT, C_("on a link", "HOST"), near ? &hop->address : &other,
		         hop->ip_version, near ? hop->mac : mac);
		draw_far(picture, model, near ? &other : &hop->address, hop->ip_version, near ? mac : hop->mac,
		         hop->vlan);
		return;
	}
	put_node(picture, 0, WS_STYLE_CLIENT, C_("on a link", "HOST"), &other, hop->ip_version, mac);
	put_node(picture, 2, WS_STYLE_SERVER, _("NEIGHBOUR"), &hop->address, hop->ip_version, hop->mac);
	put_arrow(picture, MAC, 0, 2, WS_STYLE_LINK, false);
	put_text(picture, BELOW, picture->column[0], picture->column[2] + MAC_WIDTH, WS_STYLE_DIM,
	         _("one link: the frame names both MACs"));
}

void arp_picture(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas, int bottom, int rows)
{
	const struct arp_view *view = &ui->arp;
	const uint64_t selected = view->cursor[view->pane].selected;
	struct ws_arp_exchange exchange;
	struct ws_hop hop;
	if (rows < ARP_PICTURE_ROWS || canvas->columns < LEAST_COLUMNS)
		return;
	const int width = canvas->columns < 100 ? canvas->columns : 100;
	struct picture picture = {
	        .canvas = canvas,
	        .top = bottom - ARP_PICTURE_ROWS + 1,
	        .column = {LEFT, (width - MAC_WIDTH) / 2 - 3, width - MAC_WIDTH - 6},
	};
	if (view->pane == ARP_QUESTIONS) {
		const struct ws_range range = ws_tracker_arp_exchanges(model->tracker);
		if (ws_tracker_arp_exchange(model->tracker, range.first + selected, &exchange))
			draw_question(&picture, &exchange);
	} else if (view->pane == ARP_HOPS && ws_tracker_hop(model->tracker, selected, &hop)) {
		draw_way(&picture, ui, model, &hop);
	}
}
