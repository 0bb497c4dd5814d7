/* What is done for a packet before it is tracked, maybe by another thread or while others are: its hash, and loading what
 * will be read of its connection or conversation. */
#include "track/tracker.h"

void ws_tracker_hash(const struct ws_tracker *tracker, struct ws_packet *packet)
{
	if (packet->tunnel_count)
		return;
	if (packet->transport == WS_TRANSPORT_UDP && !packet->fragment)
		packet->conversation = ws_udp_hash(&tracker->udp, packet);
	if (!packet->tcp_complete)
		return;
	struct ws_tuple tuple = ws_tuple_of(packet);
	packet->flow = ws_table_hash(&tracker->table, &tuple);
}

void ws_tracker_expect_name(const struct ws_tracker *tracker, struct ws_packet *packet)
{
	if (tracker->names.waiting && packet->flow && packet->frame->data &&
	    ws_hostnames_wait(&tracker->names, packet->flow))
		packet->may_name = true;
}

void ws_tracker_prefetch_index(const struct ws_tracker *tracker, const struct ws_packet *packet)
{
	if (packet->flow)
		ws_table_prefetch_entry(&tracker->table, packet->flow);
	else if (packet->conversation)
		ws_lru_prefetch_bucket(&tracker->udp.conversations, packet->conversation);
}

void ws_tracker_prefetch(const struct ws_tracker *tracker, const struct ws_packet *packet)
{
	if (packet->flow)
		ws_table_prefetch_conn(&tracker->table, packet->flow);
	else if (packet->conversation)
		ws_lru_prefetch_entry(&tracker->udp.conversations, packet->conversation);
}
