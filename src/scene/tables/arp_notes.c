/* Explains an ARP message, a binding or a next hop in sentences, and finds what these are about. */
#include "scene/tables/tables.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/details.h>
#include <wirestate/language.h>
#include <wirestate/vendors.h>

#include <string.h>

bool arp_binding_of(const struct ws_model *model, const struct ws_addr *address, uint16_t vlan,
                    struct ws_arp_binding *binding)
{
	for (size_t i = 0; ws_tracker_arp(model->tracker, i, binding); i++)
		if (binding->vlan == vlan && memcmp(&binding->ip, address, sizeof(*address)) == 0)
			return true;
	return false;
}

bool arp_owner(const struct ws_model *model, const uint8_t mac[6], uint16_t vlan, const struct ws_addr *self,
               struct ws_addr *owner, bool *more)
{
	struct ws_arp_binding binding;
	bool found = false;
	*more = false;
	for (size_t i = 0; ws_tracker_arp(model->tracker, i, &binding); i++) {
		if (binding.vlan != vlan || memcmp(binding.mac, mac, 6) != 0 ||
		    memcmp(&binding.ip, self, sizeof(*self)) == 0)
			continue;
		*more = found;
		if (!found)
			*owner = binding.ip;
		found = true;
	}
	return found;
}

bool net_holds(const struct ws_net *net, const struct ws_addr *address, unsigned ip_version)
{
	if (ip_version != net->ip_version)
		return false;
	unsigned bits = net->prefix + (ip_version == 4 ? 96 : 0);
	for (unsigned i = 0; i < 16 && bits; i++) {
		unsigned here = bits < 8 ? bits : 8;
		if ((net->address.byte[i] ^ address->byte[i]) >> (8 - here))
			return false;
		bits -= here;
	}
	return true;
}

void net_text(struct ws_text *text, const struct ws_net *net)
{
	ws_text_addr(text, &net->address, net->ip_version);
	ws_text_printf(text, "/%u", net->prefix);
}

/* True when frames for another network carry the MAC that answers. `hop`: one of them. */
static bool is_gateway(const struct ws_ui *ui, const struct ws_model *model, const struct ws_arp_exchange *exchange,
                       struct ws_hop *hop)
{
	const struct ws_net *net = &ui->arp.net;
	for (size_t i = 0; net->ip_version == 4 && ws_tracker_hop(model->tracker, i, hop); i++)
		if (hop->vlan == exchange->vlan && hop->ip_version == 4 &&
		    memcmp(hop->mac, exchange->answer_mac, sizeof(hop->mac)) == 0 &&
		    memcmp(&hop->address, &exchange->target, sizeof(hop->address)) != 0 &&
		    !net_holds(net, &hop->address, hop->ip_version))
			return true;
	return false;
}

static void say_suspicion(const struct ws_arp_exchange *exchange, struct ws_text *text)
{
	char mac[24];
	struct ws_text second = WS_TEXT_OVER(mac);
	if (exchange->contradicted) {
		ws_text_mac(&second, exchange->second_mac);
		ws_text_printf(
		        text,
		        _("Two answers with different MACs: two hosts have the same address, or one of them pretends "
		          "to (ARP spoofing). The second says %s. ARP cannot tell which one is right."),
		        ws_text_cstr(&second));
	} else if (exchange->disguised) {
		ws_text_puts(text,
		             _("The frame's source address is not the MAC that the message names: a proxy answers for "
		               "another host, or the message is forged."));
	} else if (exchange->moved) {
		ws_text_puts(text,
		             _("This address had another MAC before: a new card, a failover to another host, or ARP "
		               "spoofing. See the bindings (Tab)."));
	}
	draw_between_sentences(text);
}

static void explain_question(const struct ws_ui *ui, const struct ws_model *model,
                             const struct ws_arp_exchange *exchange, struct ws_text *text)
{
	struct ws_hop hop;
	char of_target[64], of_sender[64];
	struct ws_text target = WS_TEXT_OVER(of_target), sender = WS_TEXT_OVER(of_sender);
	ws_text_addr(&target, &exchange->target, 4);
	ws_text_addr(&sender, &exchange->sender, 4);
	ws_text_printf(text,
	               exchange->broadcast
	                       ? _("\"Who has %s? Tell %s\" goes to ff:ff:ff:ff:ff:ff, everybody on this link.")
	                       : _("\"Who has %s? Tell %s\" goes to one host, to check what is remembered."),
	               ws_text_cstr(&target), ws_text_cstr(&sender));
	draw_between_sentences(text);
	if (!exchange->answered) {
		ws_text_puts(text,
		             _("Nobody answered: no such host on this link, it is down, or the capture missed it. "
		               "The sender's packets wait, then are dropped: \"host unreachable\"."));
	} else if (is_gateway(ui, model, exchange, &hop)) {
		target = WS_TEXT_OVER(of_target);
		ws_text_addr(&target, &hop.address, 4);
		ws_text_printf(
		        text,
		        _("Only the owner answers. It is a gateway: frames for other networks, as for %s, carry its "
		          "MAC, because ARP ends at this link."),
		        ws_text_cstr(&target));
	} else {
		ws_text_puts(text,
		             _("Only the owner answers, directly to the host that asked, which remembers it for a "
		               "while (RFC 826)."));
	}
}

static void explain_exchange(const struct ws_ui *ui, const struct ws_model *model,
                             const struct ws_arp_exchange *exchange, struct ws_text *text)
{
	say_suspicion(exchange, text);
	switch ((enum ws_arp_kind)exchange->kind) {
	case WS_ARP_ANNOUNCEMENT:
		ws_text_puts(text,
		             _("Gratuitous ARP: a host asks for its own address, so that all others correct what they "
		               "remember (RFC 5227 §3)."));
		return;
	case WS_ARP_PROBE:
		ws_text_puts(text, _("A probe, with no sender address: is this address free? No answer means yes (RFC "
		                     "5227 §2.1.1)."));
		return;
	case WS_ARP_UNASKED:
		ws_text_puts(text,
		             _("A reply without a request before it: harmless if the capture began late, but also the "
		               "usual way of ARP spoofing."));
		return;
	case WS_ARP_QUESTION:
		explain_question(ui, model, exchange, text);
		return;
	}
}

/* Says in a sentence whose number a MAC address has, where that is known. */
static void say_vendor(const struct ws_model *model, const uint8_t mac[6], struct ws_text *text)
{
	const char *kind = ws_mac_kind(mac), *vendor = ws_vendor_name(model->vendors, mac);
	if (kind || vendor)
		draw_between_sentences(text);
	if (kind) /* TRANSLATORS: such as "a multicast address" */
		ws_text_printf(text, _("The MAC is %s."), _(kind));
	else if (vendor)
		ws_text_printf(text, _("The MAC's vendor is %s."), vendor);
}

static void explain_binding(const struct ws_model *model, const struct ws_arp_binding *binding, struct ws_text *text)
{
	struct ws_addr other;
	bool more;
	char shown[64];
	struct ws_text address = WS_TEXT_OVER(shown);
	if (binding->changes) {
		ws_text_mac(&address, binding->previous_mac);
		ws_text_printf(text,
		               _("It moved from %s: a new card, a failover, or a host that takes over the address (ARP "
		                 "spoofing). Hosts that remember the new MAC now send there."),
		               ws_text_cstr(&address));
		draw_between_sentences(text);
	}
	if (arp_owner(model, binding->mac, binding->vlan, &binding->ip, &other, &more)) {
		address = WS_TEXT_OVER(shown);
		ws_text_addr(&address, &other, 4);
		ws_text_printf(
		        text,
		        more ? _("The same MAC answers for %s and more: a host with several addresses, a router that "
		                 "answers for others (proxy ARP), or spoofing.")
		             : _("The same MAC answers for %s: a host with several addresses, a router that answers "
		                 "for others (proxy ARP), or spoofing."),
		        ws_text_cstr(&address));
		draw_between_sentences(text);
	}
	if (!text->length)
		ws_text_puts(text,
		             _("Frames for this address carry this MAC as their destination. A request also states "
		               "the binding of its sender, so both sides learn from one question."));
}

/* An address beyond the gateway. */
static void explain_far_hop(const struct ws_ui *ui, const struct ws_model *model, const struct ws_hop *hop,
                            const char *address, struct ws_text *text)
{
	struct ws_addr owner;
	bool more;
	char of_net[64], gateway[64];
	struct ws_text net = WS_TEXT_OVER(of_net), via = WS_TEXT_OVER(gateway);
	net_text(&net, &ui->arp.net);
	if (!arp_owner(model, hop->mac, hop->vlan, &hop->address, &owner, &more)) {
		ws_text_printf(
		        text,
		        _("%s is outside %s: ARP cannot reach it. The frame goes to the gateway's MAC, and the packet "
		          "in it keeps the far address. The gateway sends the packet on in a new frame."),
		        address, ws_text_cstr(&net));
		return;
	}
	ws_text_addr(&via, &owner, 4);
	ws_text_printf(
	        text,
	        _("%s is outside %s: ARP cannot reach it. The frame goes to the gateway's MAC (%s), and the packet "
	          "in it keeps the far address. The gateway sends the packet on in a new frame."),
	        address, ws_text_cstr(&net), ws_text_cstr(&via));
}

static void explain_hop(const struct ws_ui *ui, const struct ws_model *model, const struct ws_hop *hop,
                        struct ws_text *text)
{
	const struct ws_net *net = &ui->arp.net;
	struct ws_arp_binding binding;
	const bool comparable = net->ip_version && hop->ip_version == net->ip_version;
	const bool inside = comparable && net_holds(net, &hop->address, hop->ip_version);
	const bool bound = arp_binding_of(model, &hop->address, hop->vlan, &binding);
	char shown[64], of_net[64];
	struct ws_text where = WS_TEXT_OVER(shown), subnet = WS_TEXT_OVER(of_net);
	ws_text_addr(&where, &hop->address, hop->ip_version);
	const char *address = ws_text_cstr(&where);
	if (inside) {
		net_text(&subnet, net);
		ws_text_printf(
		        text,
		        _("%s is in the same subnet, %s: its own MAC is asked for, and frames go directly to it."),
		        address, ws_text_cstr(&subnet));
	} else if (comparable) {
		explain_far_hop(ui, model, hop, address, text);
	} else if (bound) {
		ws_text_printf(text,
		               _("%s answered ARP itself: its own MAC is asked for, and frames go directly to it."),
		               address);
	} else if (hop->ip_version == 6) {
		ws_text_printf(text,
		               _("%s: IPv6 asks by neighbour discovery (ICMPv6), not by ARP. The idea is the same."),
		               address);
	} else {
		ws_text_printf(
		        text,
		        _("%s: it is not known whether it is in the same subnet or reached through a gateway. --net "
		          "ADDRESS/BITS says which subnet this is."),
		        address);
	}
	if (comparable && net->guessed)
		ws_text_puts(text, _(" (The subnet is guessed from who asked for whom; --net sets it.)"));
}

void arp_explain(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text)
{
	const struct arp_view *view = &ui->arp;
	uint64_t at = view->cursor[view->pane].selected;
	struct ws_arp_exchange exchange;
	struct ws_arp_binding binding;
	struct ws_hop hop;
	switch (view->pane) {
	case ARP_QUESTIONS:
		if (ws_tracker_arp_exchange(model->tracker, ws_tracker_arp_exchanges(model->tracker).first + at,
		                            &exchange))
			explain_exchange(ui, model, &exchange, text);
		break;
	case ARP_BINDINGS:
		if (ws_tracker_arp(model->tracker, at, &binding)) {
			explain_binding(model, &binding, text);
			say_vendor(model, binding.mac, text);
		}
		break;
	default:
		if (ws_tracker_hop(model->tracker, at, &hop)) {
			explain_hop(ui, model, &hop, text);
			say_vendor(model, hop.mac, text);
		}
		break;
	}
}
