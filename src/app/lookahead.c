/* See lookahead.h. */
#include "app/lookahead.h"

#include <string.h>

void lookahead_keep_addresses(struct pending_packet *slot)
{
	struct ws_packet *packet = &slot->packet;
	if (packet->mac_source)
		packet->mac_source = memcpy(slot->mac[0], packet->mac_source, 6);
	if (packet->mac_destination)
		packet->mac_destination = memcpy(slot->mac[1], packet->mac_destination, 6);
}

void lookahead_defer(struct lookahead *lookahead, struct pending_packet *slot, const struct ws_tracker *tracker)
{
	lookahead_keep_addresses(slot);
	ws_tracker_prefetch(tracker, slot->packet.flow, slot->packet.conversation);
	lookahead->pending = slot;
}
