/* Tunnels: packets inside packets.
 *
 * When a tunnel's header has been decoded, what the packet has so far (addresses, transport, lengths) becomes an entry
 * of packet->tunnel, and the values start again for the packet inside. So all that reads a packet sees the innermost
 * one, and the layers show all of them. If nothing inside can be read, the outer packet's values come back.
 *
 * The depth is bounded by WS_MAX_TUNNELS, and the number of layers is bounded, so that no frame can nest without end.
 * In the quotation of an ICMP error nothing is opened; neither in a fragment, because the whole datagram is decoded
 * when its last fragment has come. A well-known port alone is not enough: there must be a header of its protocol, too.
 */
#include "decode/tunnel.h"

#define VALUES_SIZE (offsetof(struct ws_packet, layer) - offsetof(struct ws_packet, vlan))

/* What ws_decode() clears, apart from what belongs to the frame and not to one packet in it. */
static void clear_inner(struct ws_packet *packet)
{
	const uint16_t vlan = packet->vlan;
	const uint32_t interface = packet->interface;
	memset(&packet->vlan, 0, VALUES_SIZE);
	packet->vlan = vlan;
	packet->interface = interface;
	packet->tcp.window_scale = 255;
}

static bool holds_arp(const struct ws_packet *packet, unsigned first)
{
	for (unsigned i = first; i < packet->layer_count; i++)
		if (packet->layer[i].header == WS_HEADER_ARP)
			return true;
	return false;
}

static void decode_type(struct ws_cursor *cursor, uint16_t type, uint32_t offset)
{
	if (type == WS_BRIDGED)
		ws_decode_ethernet(cursor, offset);
	else if (type == WS_INSIDE_PPP)
		ws_decode_ppp_framed(cursor, offset);
	else
		ws_decode_ethertype(cursor, type, offset);
}

/* True when a tunnel may be opened here. */
static bool may_enter(struct ws_cursor *cursor, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	if (packet->tunnel_count == WS_MAX_TUNNELS && packet->layer_count && !cursor->quoted && !cursor->detached)
		ws_layer_problem(cursor, &packet->layer[packet->layer_count - 1], WS_PROBLEM_TUNNELS);
	return !cursor->quoted && (!packet->fragment || cursor->detached) && packet->tunnel_count < WS_MAX_TUNNELS &&
	       offset < cursor->end;
}

void ws_decode_inside(struct ws_cursor *cursor, struct ws_tunnel tunnel, uint16_t type, uint32_t offset)
{
	struct ws_packet *packet = cursor->packet;
	const unsigned first = packet->layer_count;
	if (!may_enter(cursor, offset)) {
		ws_decode_payload(cursor, offset);
		return;
	}
	tunnel.ip_version = packet->ip_version;
	tunnel.source = packet->source;
	tunnel.destination = packet->destination;
	tunnel.udp = packet->transport == WS_TRANSPORT_UDP;
	tunnel.source_port = packet->source_port;
	tunnel.destination_port = packet->destination_port;
	tunnel.length = packet->payload_length;
	uint8_t outer[VALUES_SIZE];
	memcpy(outer, &packet->vlan, VALUES_SIZE);
	const uint8_t count = packet->tunnel_count;
	packet->tunnel[count] = tunnel;
	clear_inner(packet);
	packet->tunnel_count = count + 1;
	decode_type(cursor, type, offset);
	if (packet->ip_version || holds_arp(packet, first))
		return;
	memcpy(&packet->vlan, outer, VALUES_SIZE);
	packet->tunnel_count = count;
}

/* ---- VXLAN (RFC 7348) and Geneve (RFC 8926) */

static bool decode_vxlan(struct ws_cursor *cursor, uint32_t offset)
{
	enum { LENGTH = 8, HAS_ID = 0x08 };
	const uint8_t *bytes = ws_cursor_span(cursor, offset, LENGTH);
	if (!bytes || !(bytes[0] & HAS_ID))
		return false;
	if (ws_layer_add(cursor, WS_HEADER_VXLAN, offset, LENGTH))
		ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_VXLAN, ws_load32(bytes + 4) >> 8), WS_BRIDGED,
		                 offset + LENGTH);
	return true;
}

static bool decode_geneve(struct ws_cursor *cursor, uint32_t offset)
{
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 8);
	if (!bytes || bytes[0] >> 6)
		return false;
	const uint32_t length = 8 + (bytes[0] & 0x3f) * 4u;
	if (length > cursor->end - offset)
		return false;
	if (ws_layer_add(cursor, WS_HEADER_GENEVE, offset, length))
		ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_GENEVE, ws_load32(bytes + 4) >> 8),
		                 ws_load16(bytes + 2), offset + length);
	return true;
}

/* ---- GRE (RFC 2784, 2890), its use by PPTP (RFC 2637), NVGRE (RFC 7637), and ERSPAN in it */

static void decode_erspan(struct ws_cursor *cursor, bool third, uint32_t offset)
{
	enum { TYPE_2 = 8, TYPE_3 = 12, SUBHEADER = 8, TYPE_IP = 2 };
	uint32_t length = third ? TYPE_3 : TYPE_2;
	struct ws_layer *layer = ws_layer_add(cursor, third ? WS_HEADER_ERSPAN_3 : WS_HEADER_ERSPAN_2, offset, length);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, length);
	if (!layer || !bytes)
		return;
	uint16_t type = WS_BRIDGED;
	if (third) {
		const uint16_t word = ws_load16(bytes + 10);
		if (word & 1)
			length += SUBHEADER;
		ws_layer_resize(cursor, layer, length);
		if ((word >> 10 & 0x1f) == TYPE_IP)
			type = bytes && ws_cursor_span(cursor, offset + length, 1) &&
			                       cursor->bytes.data[offset + length] >> 4 == 6
			               ? 0x86dd
			               : 0x0800;
	}
	ws_decode_inside(cursor, ws_tunnel_of(WS_TUNNEL_ERSPAN, ws_load16(bytes + 2) & 0x3ff), type, offset + length);
}

/* A key of GRE is NVGRE's virtual subnet where the rest of the header is as NVGRE has it. The lowest 4096 subnets are
 * reserved, so such a key is one of plain GRE. */
static struct ws_tunnel gre_tunnel(uint16_t flags, uint16_t type, const uint8_t *key)
{
	enum { KEY = 0x2000, RESERVED = 0x1000 };
	if (!key)
		return (struct ws_tunnel){.kind = WS_TUNNEL_GRE};
	const uint32_t number = ws_load32(key);
	if (type == WS_BRIDGED && flags == KEY && number >> 8 >= RESERVED)
		return ws_tunnel_of(WS_TUNNEL_NVGRE, number >> 8);
	return ws_tunnel_of(WS_TUNNEL_GRE, number);
}

/* A key of PPTP is the length and the receiver's call. RFC 2637 wants one in every packet. */
static struct ws_tunnel pptp_tunnel(const uint8_t *key)
{
	if (!key)
		return (struct ws_tunnel){.kind = WS_TUNNEL_PPTP};
	return ws_tunnel_of(WS_TUNNEL_PPTP, ws_load16(key + 2));
}

static void decode_gre(struct ws_cursor *cursor, uint32_t offset)
{
	enum {
		CHECKSUM = 0x8000,
		ROUTING = 0x4000,
		KEY = 0x2000,
		SEQUENCE = 0x1000,
		ACKNOWLEDGMENT = 0x80,
		VERSION = 7
	};
	enum { ERSPAN = 0x88be, ERSPAN_3 = 0x22eb };
	struct ws_layer *layer = ws_layer_add(cursor, WS_HEADER_GRE, offset, 4);
	const uint8_t *bytes = ws_cursor_span(cursor, offset, 4);
	if (!layer || !bytes)
		return;
	const uint16_t flags = ws_load16(bytes), type = ws_load16(bytes + 2);
	layer->form = (uint8_t)((flags & CHECKSUM ? 1 : 0) | (flags & KEY ? 2 : 0) | (flags & SEQUENCE ? 4 : 0) |
	                        (flags & ACKNOWLEDGMENT ? 8 : 0));
	const uint32_t length = 4 + 4 * (uint32_t)__builtin_popcount(layer->form);
	ws_layer_resize(cursor, layer, length);
	if (layer->available < length)
		return;
	if (flags & ROUTING || (flags & VERSION) > 1) {
		ws_decode_payload(cursor, offset + length);
		return;
	}
	const uint8_t *key = flags & KEY ? bytes + (flags & CHECKSUM ? 8 : 4) : NULL;
	if (type == ERSPAN && !(flags & SEQUENCE)) /* type I has no header of its own */
		ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_ERSPAN}, WS_BRIDGED, offset + length);
	else if (type == ERSPAN || type == ERSPAN_3)
		decode_erspan(cursor, type == ERSPAN_3, offset + length);
	else
		ws_decode_inside(cursor, flags & VERSION ? pptp_tunnel(key) : gre_tunnel(flags, type, key), type,
		                 offset + length);
}

/* ---- By the protocol in IP, and by UDP's port */

bool ws_decode_ip_tunnel(struct ws_cursor *cursor, uint8_t protocol, uint32_t offset)
{
	enum { IPV4 = 4, IPV6 = 41, GRE = 47, L2TP = 115, MPLS = 137 };
	switch (protocol) {
	case IPV4:
		ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_IP}, 0x0800, offset);
		return true;
	case IPV6:
		ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_6IN4}, 0x86dd, offset);
		return true;
	case GRE:
		decode_gre(cursor, offset);
		return true;
	case L2TP:
		return ws_decode_l2tp_ip(cursor, offset);
	case MPLS:
		ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_MPLS}, WS_INSIDE_MPLS, offset);
		return true;
	default:
		return false;
	}
}

bool ws_decode_udp_tunnel(struct ws_cursor *cursor, uint16_t port, uint32_t offset)
{
	if (cursor->quoted)
		return false;
	switch (port) {
	case WS_PORT_VXLAN:
	case WS_PORT_VXLAN_LINUX:
		return decode_vxlan(cursor, offset);
	case WS_PORT_GENEVE:
		return decode_geneve(cursor, offset);
	case WS_PORT_GTP:
		return ws_decode_gtp(cursor, offset);
	case WS_PORT_L2TP:
		return ws_decode_l2tp(cursor, offset);
	case WS_PORT_TEREDO:
		return ws_decode_teredo(cursor, offset);
	case WS_PORT_MPLS:
		ws_decode_inside(cursor, (struct ws_tunnel){.kind = WS_TUNNEL_MPLS}, WS_INSIDE_MPLS, offset);
		return true;
	default:
		return false;
	}
}
