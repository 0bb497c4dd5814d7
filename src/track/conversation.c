/* What the tracker does with a datagram: it belongs to a conversation, and may begin one. */
#include "track/tracker.h"

/* True: a conversation has begun. */
static bool track_datagram(struct ws_tracker *tracker, const struct ws_udp_datagram *datagram,
                           struct ws_udp_place *place)
{
	if (!ws_udp_packet(&tracker->udp, datagram, tracker->now, place))
		return false;
	ws_tracker_add_event(tracker, WS_EVENT_UDP, datagram->time, datagram->frame)->udp = place->index;
	return true;
}

void ws_conversation_packet(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes)
{
	struct ws_udp_place place;
	const bool created = track_datagram(
	        tracker,
	        &(struct ws_udp_datagram){.time = packet->frame->time,
	                                  .frame = packet->frame->number,
	                                  .position = packet->frame->position,
	                                  .source = &packet->source,
	                                  .destination = &packet->destination,
	                                  .source_port = packet->source_port,
	                                  .destination_port = packet->destination_port,
	                                  .length = packet->payload_length,
	                                  .tunnel = ws_tunnels_number(&tracker->tunnels, packet, packet->tunnel_count),
	                                  .vlan = packet->vlan,
	                                  .ip_version = packet->ip_version,
	                                  .fragment = packet->fragment,
	                                  .hash = packet->conversation},
	        &place);
	ws_datagrams_note_udp(tracker, packet, bytes, &place);
	if (created)
		ws_hops_note(tracker->hops, packet);
}

void ws_conversation_take_gist(struct ws_tracker *tracker, const struct ws_gist *gist)
{
	struct ws_udp_place place;
	const bool created = track_datagram(tracker,
	                                    &(struct ws_udp_datagram){.time = gist->segment.time,
	                                                              .frame = gist->segment.frame,
	                                                              .position = gist->segment.position,
	                                                              .source = &gist->source,
	                                                              .destination = &gist->destination,
	                                                              .source_port = gist->port[0],
	                                                              .destination_port = gist->port[1],
	                                                              .length = gist->segment.length,
	                                                              .vlan = gist->segment.vlan,
	                                                              .ip_version = gist->ip_version,
	                                                              .hash = gist->hash},
	                                    &place);
	ws_datagrams_note_gist(tracker, gist, &place);
	if (created)
		ws_hops_note_gist(tracker->hops, gist);
}

/* The datagrams in which tunnels put packets belong to conversations, too. */
void ws_conversation_outer(struct ws_tracker *tracker, const struct ws_packet *packet)
{
	for (unsigned i = 0; i < packet->tunnel_count; i++) {
		const struct ws_tunnel *tunnel = &packet->tunnel[i];
		struct ws_udp_place place;
		if (!tunnel->udp)
			continue;
		(void)track_datagram(
		        tracker,
		        &(struct ws_udp_datagram){.time = packet->frame->time,
		                                  .frame = packet->frame->number,
		                                  .position = packet->frame->position,
		                                  .source = &tunnel->source,
		                                  .destination = &tunnel->destination,
		                                  .source_port = tunnel->source_port,
		                                  .destination_port = tunnel->destination_port,
		                                  .length = tunnel->length,
		                                  .tunnel = ws_tunnels_number(&tracker->tunnels, packet, i),
		                                  .vlan = packet->vlan,
		                                  .ip_version = tunnel->ip_version,
		                                  .fragment = packet->fragment},
		        &place);
	}
}
