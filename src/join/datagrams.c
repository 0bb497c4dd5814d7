/* Datagrams as segments. They have no place in a stream, so a segment has no length: nothing is cut, merged or acknowledged.
 * What tells one from another is the digest of its payload, which takes the place of both numbers, and its IP ID. */
#include <wirestate/join.h>
#include <wirestate/packet.h>

#define SAME_PACKET (10 * WS_MILLISECOND)

struct ws_join_segment ws_join_datagram_segment(const struct ws_join_datagram *datagram, bool cut)
{
	struct ws_join_segment s = {
	        .time = datagram->time,
	        .frame = datagram->frame,
	        .identification = datagram->identification,
	        .direction = datagram->direction,
	        .vague = cut || datagram->fragmented,
	};
	if (cut) {
		s.sequence = datagram->length;
		return s;
	}
	/* With RST it is taken as telling, and its acknowledgment as none; that of a pure ACK would be one of many. */
	s.flags = WS_TCP_RST | WS_TCP_ACK;
	s.sequence = (uint32_t)(datagram->digest >> 32);
	s.acknowledgment = (uint32_t)datagram->digest;
	return s;
}

bool ws_join_datagram_again(const struct ws_join_datagram *first, const struct ws_join_datagram *second)
{
	const ws_time age = (ws_time)((uint64_t)second->time - (uint64_t)first->time);
	if (first->digest != second->digest || first->direction != second->direction ||
	    first->length != second->length || first->identification != second->identification || age < 0 ||
	    age > SAME_PACKET)
		return false;
	return first->identification || first->interface != second->interface || first->ttl != second->ttl;
}
