/* Details that the tracker keeps besides connections: ARP exchanges, datagrams, fragments, and counts of the whole
 * capture over time. They are kept only with `history`, because text records do not need them. */
#include "track/merged.h"
#include "track/tracker.h"

/* The share of max_memory, as a divisor. */
enum { ARP_SHARE = 256, DATAGRAMS_SHARE = 64, FRAGMENTS_SHARE = 256, JOINED_SHARE = 16 };
#define WS_FRAGMENTS_KEPT 16384

void ws_details_init(struct ws_tracker *tracker)
{
	uint64_t memory = tracker->config.history ? tracker->config.max_memory : 0;
	ws_arp_exchanges_init(&tracker->exchanges, tracker->config.hash_key, memory / ARP_SHARE);
	tracker->hops = memory ? ws_hops_create(tracker->config.hash_key) : NULL;
	ws_udp_keep_datagrams(&tracker->udp, memory / DATAGRAMS_SHARE);
	ws_log_init(&tracker->fragment_log, sizeof(struct ws_fragment_info), WS_FRAGMENTS_KEPT,
	            memory / FRAGMENTS_SHARE);
	ws_log_init(&tracker->datagrams, sizeof(struct ws_join_datagram), WS_DATAGRAMS,
	            tracker->config.joins ? tracker->config.max_memory / JOINED_SHARE : 0);
	tracker->series.kept = tracker->config.history;
}

void ws_details_free(struct ws_tracker *tracker)
{
	ws_arp_exchanges_free(&tracker->exchanges);
	ws_hops_free(tracker->hops);
	ws_log_free(&tracker->fragment_log);
	ws_log_free(&tracker->datagrams);
}

uint64_t ws_details_memory(const struct ws_tracker *tracker)
{
	return ws_arp_exchanges_memory(&tracker->exchanges) + ws_hops_memory(tracker->hops) +
	       ws_log_memory(&tracker->fragment_log) + ws_log_memory(&tracker->datagrams);
}

void ws_details_fragment(struct ws_tracker *tracker, const struct ws_packet *packet)
{
	struct ws_fragment_info *fragment = ws_log_add(&tracker->fragment_log);
	if (!fragment)
		return;
	uint32_t start = packet->ip_payload_offset, end = start + packet->ip_payload_length;
	/* In IPv6 the headers after the fragment header belong to the datagram. */
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct ws_layer *layer = &packet->layer[i];
		if (layer->header == WS_HEADER_IPV6_FRAGMENT && !layer->quoted && layer->offset < start)
			start = layer->offset + layer->length;
	}
	*fragment = (struct ws_fragment_info){
	        .time = packet->frame->time,
	        .frame = packet->frame->number,
	        .position = packet->frame->position,
	        .source = packet->source,
	        .destination = packet->destination,
	        .identification = packet->identification,
	        .offset = packet->fragment_offset,
	        .length = end > start ? end - start : 0,
	        .vlan = packet->vlan,
	        .ip_version = packet->ip_version,
	        .protocol =
	                packet->ip_version == 4 ? packet->ip_protocol : 0, /* in IPv6 it may differ within a datagram */
	        .more = packet->more_fragments,
	};
}

static enum ws_traffic_kind kind_of(const struct ws_packet *packet)
{
	static const uint8_t kinds[] = {
	        [WS_TRANSPORT_NONE] = WS_TRAFFIC_OTHER,  [WS_TRANSPORT_TCP] = WS_TRAFFIC_TCP,
	        [WS_TRANSPORT_UDP] = WS_TRAFFIC_UDP,     [WS_TRANSPORT_ICMP] = WS_TRAFFIC_ICMP,
	        [WS_TRANSPORT_ICMPV6] = WS_TRAFFIC_ICMP,
	};
	if (packet->transport != WS_TRANSPORT_NONE || !packet->fragment)
		return (enum ws_traffic_kind)kinds[packet->transport];
	switch (packet->ip_protocol) { /* a later fragment has no ports, but its protocol is known */
	case 6:
		return WS_TRAFFIC_TCP;
	case 17:
		return WS_TRAFFIC_UDP;
	case 1:
	case 58:
		return WS_TRAFFIC_ICMP;
	default:
		return WS_TRAFFIC_OTHER;
	}
}

void ws_details_count(struct ws_tracker *tracker, const struct ws_packet *packet, bool arp)
{
	ws_details_count_frame(tracker, arp ? WS_TRAFFIC_ARP : kind_of(packet), packet->frame->length);
}

void ws_details_count_frame(struct ws_tracker *tracker, enum ws_traffic_kind kind, uint32_t length)
{
	if (!tracker->series.kept)
		return;
	ws_series_advance(&tracker->series, tracker->now, tracker->stats.state);
	ws_series_count(&tracker->series, kind, length);
}

/* ---- Reading */

static struct ws_range range_of(const struct ws_log *log)
{
	return (struct ws_range){ws_log_first(log), log->end};
}

struct ws_range ws_tracker_arp_exchanges(const struct ws_tracker *tracker)
{
	return range_of(&tracker->exchanges.log);
}

bool ws_tracker_arp_exchange(const struct ws_tracker *tracker, uint64_t number, struct ws_arp_exchange *exchange)
{
	const struct ws_arp_exchange *found = ws_log_at(&tracker->exchanges.log, number);
	if (found)
		*exchange = *found;
	return found;
}

size_t ws_tracker_hop_count(const struct ws_tracker *tracker)
{
	return ws_hops_count(tracker->hops);
}

bool ws_tracker_hop(const struct ws_tracker *tracker, size_t index, struct ws_hop *hop)
{
	return ws_hops_at(tracker->hops, index, hop);
}

bool ws_tracker_datagram(const struct ws_tracker *tracker, uint64_t number, struct ws_datagram_info *datagram)
{
	if (tracker->merged)
		return ws_merged_datagram(tracker->merged, number, datagram);
	const struct ws_datagram_info *found = ws_log_at(&tracker->udp.datagrams, number);
	if (found)
		*datagram = *found;
	return found;
}

struct ws_range ws_tracker_fragments(const struct ws_tracker *tracker)
{
	return range_of(&tracker->fragment_log);
}

bool ws_tracker_fragment(const struct ws_tracker *tracker, uint64_t number, struct ws_fragment_info *fragment)
{
	const struct ws_fragment_info *found = ws_log_at(&tracker->fragment_log, number);
	if (found)
		*fragment = *found;
	return found;
}

size_t ws_tracker_series(const struct ws_tracker *tracker, ws_time *start, ws_time *width)
{
	*start = tracker->series.start;
	*width = tracker->series.width;
	return tracker->series.count;
}

bool ws_tracker_series_slot(const struct ws_tracker *tracker, size_t index, struct ws_series_slot *slot)
{
	if (index >= tracker->series.count)
		return false;
	*slot = tracker->series.slot[index];
	if (index + 1 == tracker->series.count)
		for (size_t state = 0; state < WS_STATE_COUNT; state++)
			slot->state[state] = tracker->stats.state[state];
	return true;
}
