/* ICMP errors: which connection or conversation they quote, and what that means for it. */
#include "track/tracker.h"
#include "track/way_back.h"

static bool is_hard_error(const struct ws_packet *packet)
{
	enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12 };
	enum { UNREACHABLE6 = 1, TIME_EXCEEDED6 = 3, PARAMETER_PROBLEM6 = 4 };
	uint8_t type = packet->icmp_type;
	if (packet->transport == WS_TRANSPORT_ICMPV6)
		return type == UNREACHABLE6 || type == TIME_EXCEEDED6 || type == PARAMETER_PROBLEM6;
	if (type == UNREACHABLE)
		return packet->icmp_code != FRAGMENTATION_NEEDED;
	return type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
}

static bool is_too_large(const struct ws_packet *packet)
{
	enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4, TOO_BIG6 = 2 };
	if (packet->transport == WS_TRANSPORT_ICMPV6)
		return packet->icmp_type == TOO_BIG6;
	return packet->icmp_type == UNREACHABLE && packet->icmp_code == FRAGMENTATION_NEEDED;
}

void ws_tracker_quote(struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_track_result *result)
{
	const struct ws_quote *quote = &packet->quote;
	if (quote->ip_protocol == 17)
		ws_udp_unreachable(&tracker->udp, packet,
		                   ws_tunnels_number(&tracker->tunnels, packet, packet->tunnel_count), tracker->now);
	if (quote->ip_protocol != 6 || !quote->has_sequence)
		return;
	struct ws_tuple tuple = {&quote->source,
	                         &quote->destination,
	                         quote->source_port,
	                         quote->destination_port,
	                         packet->ip_version,
	                         0,
	                         0};
	tuple.tunnel = ws_tunnels_number(&tracker->tunnels, packet, packet->tunnel_count);
	tuple.hash = ws_table_hash(&tracker->table, &tuple);
	struct ws_conn *conn = ws_table_find(&tracker->table, &tuple);
	if (!conn && tuple.tunnel)
		conn = ws_way_back_find(tracker, &tuple, &(struct ws_segment){.flags = 0});
	if (!conn)
		return;
	ws_surroundings_icmp(&tracker->surroundings, conn->number, packet);
	const bool too_large = is_too_large(packet);
	if (!too_large && !is_hard_error(packet))
		return;
	struct ws_segment input = {
	        .time = packet->frame->time,
	        .frame = packet->frame->number,
	        .position = packet->frame->position,
	        .sequence = quote->sequence,
	        .vlan = packet->vlan,
	        .window_scale = 255,
	        .window = too_large ? (uint16_t)(packet->icmp_mtu < UINT16_MAX ? packet->icmp_mtu : UINT16_MAX)
	                            : (uint16_t)(packet->icmp_type << 8 | packet->icmp_code),
	        .kind = too_large ? WS_INPUT_TOO_LARGE : WS_INPUT_UNREACHABLE,
	        .direction = ws_conn_is(conn, 0, tuple.source, tuple.source_port) ? 0 : 1,
	};
	if (too_large && tracker->table.shares)
		ws_shares_note_too_large(ws_conn_shares(conn), &input);
	ws_tracker_apply(tracker, conn, &input, input.frame);
	result->conn = conn->id;
	result->conn_number = conn->number;
	result->direction = input.direction ^ 1;
}
