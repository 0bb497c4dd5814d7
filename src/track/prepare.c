/* What is done for a packet before it is tracked, maybe by another thread or while others are: its hash, its gist, and
 * loading what will be read of its connection or conversation. */
#include "track/tracker.h"

#include <string.h>

void ws_tracker_hash(const struct ws_tracker *tracker, struct ws_packet *packet)
{
	if (packet->tunnel_count)
		return;
	if (packet->transport == WS_TRANSPORT_UDP && !packet->fragment)
		packet->conversation = ws_udp_hash(&tracker->table.flow_key, packet);
	if (!packet->tcp_complete)
		return;
	packet->flow = ws_table_hash(&tracker->table, &(struct ws_tuple){.source = &packet->source,
	                                                                 .destination = &packet->destination,
	                                                                 .source_port = packet->source_port,
	                                                                 .destination_port = packet->destination_port});
}

void ws_gist_fill(struct ws_gist *gist, const struct ws_packet *packet)
{
	struct ws_segment *s = &gist->segment;
	*s = (struct ws_segment){
	        .time = packet->frame->time,
	        .frame = packet->frame->number,
	        .position = packet->frame->position,
	        .sequence = packet->sequence,
	        .acknowledgment = packet->acknowledgment,
	        .length = packet->payload_length,
	        .tsval = packet->tcp.tsval,
	        .tsecr = packet->tcp.tsecr,
	        .interface = packet->interface,
	        .flags = packet->flags,
	        .window = packet->window,
	        .identification = packet->ip_version == 4 ? (uint16_t)packet->identification : 0,
	        .mss = packet->tcp.mss,
	        .vlan = packet->vlan,
	        .kind = WS_INPUT_SEGMENT,
	        .window_scale = packet->tcp.window_scale,
	        .ttl = packet->ttl,
	        .timestamps = packet->tcp.timestamps,
	        .sack = packet->tcp.sack_count > 0,
	        .sack_permitted = packet->tcp.sack_permitted,
	        .fast_open = packet->tcp.fast_open,
	        .bad_checksum = packet->checksum == WS_CHECKSUM_BAD,
	};
	for (unsigned i = 0; i < packet->tcp.sack_count; i++)
		if (i == 0 || ws_seq_before(s->sack_right, packet->tcp.sack[i].right))
			s->sack_right = packet->tcp.sack[i].right;
	gist->source = packet->source;
	gist->destination = packet->destination;
	gist->port[0] = packet->source_port;
	gist->port[1] = packet->destination_port;
	gist->hash = packet->flow ? packet->flow : packet->conversation;
	gist->checksum_sent = packet->checksum_sent;
	gist->checksum = (uint8_t)packet->checksum;
	gist->ip_version = packet->ip_version;
}

bool ws_tracker_gist(const struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_gist *gist)
{
	if ((!packet->flow && !packet->conversation) || packet->may_name)
		return false;
	if (packet->frame->comment || packet->frame->process)
		return false;
	if (packet->fragment || (packet->tcp.sack_count && tracker->config.history))
		return false;
	ws_gist_fill(gist, packet);
	gist->transport = packet->transport;
	gist->frame_length = packet->frame->length;
	gist->malformed = packet->problems > 0;
	gist->has_macs = packet->mac_source && packet->mac_destination;
	if (gist->has_macs) {
		memcpy(gist->mac[0], packet->mac_source, sizeof(gist->mac[0]));
		memcpy(gist->mac[1], packet->mac_destination, sizeof(gist->mac[1]));
	}
	return gist->has_macs || (!packet->mac_source && !packet->mac_destination);
}

void ws_tracker_expect_name(const struct ws_tracker *tracker, struct ws_packet *packet)
{
	if (tracker->names.waiting && packet->flow && packet->frame->data &&
	    ws_hostnames_wait(&tracker->names, packet->flow))
		packet->may_name = true;
}

void ws_tracker_populate(struct ws_tracker *tracker)
{
	ws_table_populate(&tracker->table);
}

void ws_tracker_prefetch_index(const struct ws_tracker *tracker, uint32_t flow, uint32_t conversation)
{
	if (flow)
		ws_table_prefetch_entry(&tracker->table, flow);
	else if (conversation)
		ws_lru_prefetch_bucket(&tracker->udp.conversations, conversation);
}

void ws_tracker_prefetch(const struct ws_tracker *tracker, uint32_t flow, uint32_t conversation)
{
	if (flow)
		ws_table_prefetch_conn(&tracker->table, flow);
	else if (conversation)
		ws_lru_prefetch_entry(&tracker->udp.conversations, conversation);
}

void ws_tracker_prefetch_names(const struct ws_tracker *tracker, const struct ws_gist *gist)
{
	if ((gist->segment.flags & (WS_TCP_SYN | WS_TCP_ACK)) != WS_TCP_SYN)
		return;
	ws_hostnames_prefetch(&tracker->names, &gist->source, gist->ip_version);
	ws_hostnames_prefetch(&tracker->names, &gist->destination, gist->ip_version);
}
