/* What the tracker does with a datagram: it belongs to a conversation, and may begin one. */
#include "track/tracker.h"

/* True: a conversation has begun. */
static inline bool track_datagram(struct ws_tracker *tracker, const struct ws_gist *datagram, uint16_t tunnel,
                                  bool fragment, struct ws_udp_place *place)
{
	if (!ws_udp_packet(&tracker->udp, datagram, tunnel, fragment, tracker->now, place))
		return false;
	ws_tracker_add_event(tracker, WS_EVENT_UDP, datagram->segment.time, datagram->segment.frame)->udp =
	        place->index;
	return true;
}

void ws_conversation_packet(struct ws_tracker *tracker, const struct ws_packet *packet, const struct ws_bytes *bytes)
{
	struct ws_gist gist;
	struct ws_udp_place place;
	ws_gist_fill(&gist, packet);
	const uint16_t tunnel = ws_tunnels_number(&tracker->tunnels, packet, packet->tunnel_count);
	const bool created = track_datagram(tracker, &gist, tunnel, packet->fragment, &place);
	ws_datagrams_note_udp(tracker, packet, bytes, &place);
	if (created)
		ws_hops_note(tracker->hops, packet);
}

void ws_conversation_take_gist(struct ws_tracker *tracker, const struct ws_gist *gist)
{
	struct ws_udp_place place;
	const bool created = track_datagram(tracker, gist, 0, false, &place);
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
		const struct ws_gist outer = {.segment = {.time = packet->frame->time,
		                                          .frame = packet->frame->number,
		                                          .position = packet->frame->position,
		                                          .length = tunnel->length,
		                                          .vlan = packet->vlan},
		                              .source = tunnel->source,
		                              .destination = tunnel->destination,
		                              .port = {tunnel->source_port, tunnel->destination_port},
		                              .ip_version = tunnel->ip_version};
		(void)track_datagram(tracker, &outer, ws_tunnels_number(&tracker->tunnels, packet, i), packet->fragment,
		                     &place);
	}
}
