/* What is done for a packet before it is tracked, maybe by another thread or while others are: its hash, its gist, and
 * loading what will be read of its connection or conversation. */
#include "decode/application.h"
#include "decode/plain.h"
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

/* The highest right edge; 0: there is none. */
static uint32_t sack_right(const struct ws_tcp_summary *tcp)
{
	uint32_t right = 0;
	for (unsigned i = 0; i < tcp->sack_count; i++)
		if (i == 0 || ws_seq_before(right, tcp->sack[i].right))
			right = tcp->sack[i].right;
	return right;
}

static inline void take_options(struct ws_segment *s, const struct ws_tcp_summary *tcp)
{
	s->mss = tcp->mss;
	s->window_scale = tcp->window_scale;
	s->timestamps = tcp->timestamps;
	s->tsval = tcp->tsval;
	s->tsecr = tcp->tsecr;
	s->sack = tcp->sack_count > 0;
	s->sack_right = sack_right(tcp);
	s->sack_permitted = tcp->sack_permitted;
	s->fast_open = tcp->fast_open;
	s->keyed = tcp->keyed;
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
	        .interface = packet->interface,
	        .flags = packet->flags,
	        .window = packet->window,
	        .identification = packet->ip_version == 4 ? (uint16_t)packet->identification : 0,
	        .vlan = packet->vlan,
	        .kind = WS_INPUT_SEGMENT,
	        .ttl = packet->ttl,
	        .bad_checksum = packet->checksum == WS_CHECKSUM_BAD,
	};
	take_options(s, &packet->tcp);
	gist->source = packet->source;
	gist->destination = packet->destination;
	gist->port[0] = packet->source_port;
	gist->port[1] = packet->destination_port;
	gist->hash = packet->flow ? packet->flow : packet->conversation;
	gist->checksum_sent = packet->checksum_sent;
	gist->checksum = (uint8_t)packet->checksum;
	gist->ip_version = packet->ip_version;
}

/* Where ws_gist_digest() reads it. */
static inline void note_digest(struct ws_segment *s, uint64_t digest)
{
	s->sequence = (uint32_t)(digest >> 32);
	s->acknowledgment = (uint32_t)digest;
}

bool ws_tracker_gist(const struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_gist *gist)
{
	if ((!packet->flow && !packet->conversation) || packet->may_name)
		return false;
	if (packet->frame->comment || packet->frame->process)
		return false;
	if (packet->tcp.multipath_end && packet->flags & WS_TCP_RST)
		return false;
	if (packet->fragment || (packet->tcp.sack_count && tracker->config.history))
		return false;
	ws_gist_fill(gist, packet);
	if (packet->conversation && tracker->config.joins)
		note_digest(&gist->segment, ws_packet_digest(packet, packet->frame->data, packet->frame->captured));
	gist->transport = packet->transport;
	gist->frame_length = packet->frame->length;
	gist->malformed = packet->problems > 0;
	gist->mac_count = !packet->mac_source ? 0 : packet->mac_destination ? 2 : 1;
	if (packet->mac_source)
		memcpy(gist->mac[0], packet->mac_source, sizeof(gist->mac[0]));
	if (packet->mac_destination)
		memcpy(gist->mac[1], packet->mac_destination, sizeof(gist->mac[1]));
	return packet->mac_source || !packet->mac_destination;
}

/* ---- The gist of a plain packet, right from its bytes */

/* Of TCP's options that are more than timestamps. */
static __attribute__((noinline)) bool fill_options(const struct ws_tracker *tracker, struct ws_segment *s,
                                                   const uint8_t *bytes, uint32_t length)
{
	struct ws_tcp_summary tcp = {.window_scale = 255};
	if (!ws_tcp_read_options(&tcp, bytes, length) || (tcp.sack_count && tracker->config.history))
		return false;
	take_options(s, &tcp);
	return true;
}

static inline bool fill_tcp(const struct ws_tracker *tracker, struct ws_gist *gist, const uint8_t *tcp,
                            const struct ws_plain *at)
{
	struct ws_segment *s = &gist->segment;
	gist->transport = WS_TRANSPORT_TCP;
	gist->checksum_sent = ws_load16(tcp + 16);
	s->sequence = ws_load32(tcp + 4);
	s->acknowledgment = ws_load32(tcp + 8);
	s->flags = ws_load16(tcp + 12) & 0xfff;
	s->window = ws_load16(tcp + 14);
	if (at->timestamps) {
		s->timestamps = true;
		s->tsval = ws_load32(tcp + WS_TCP_BYTES + 4);
		s->tsecr = ws_load32(tcp + WS_TCP_BYTES + 8);
	}
	return !at->options || fill_options(tracker, s, tcp + WS_TCP_BYTES, at->options);
}

/* Fills an IPv4 address, and returns its last eight bytes as ws_siphash_load() would. */
static inline uint64_t fill_mapped(struct ws_addr *address, const uint8_t *bytes)
{
	uint32_t last;
	memcpy(&last, bytes, sizeof(last));
	const uint64_t word = (uint64_t)le32toh(last) << 32 | UINT64_C(0xffff0000), stored = htole64(word);
	memset(address->byte, 0, 8);
	memcpy(address->byte + 8, &stored, sizeof(stored));
	return word;
}

/* Returns the hash of the flow. */
static inline uint32_t fill_ip(const struct ws_flow_key *key, struct ws_gist *gist, const uint8_t *ip,
                               const struct ws_plain *at)
{
	const uint32_t rest = at->udp ? at->link.vlan : 0;
	if (at->version6) {
		gist->ip_version = 6;
		gist->segment.ttl = ip[7];
		memcpy(gist->source.byte, ip + 8, 16);
		memcpy(gist->destination.byte, ip + 24, 16);
		return ws_flow_hash(key, &gist->source, gist->port[0], &gist->destination, gist->port[1], rest);
	}
	gist->ip_version = 4;
	gist->segment.ttl = ip[8];
	gist->segment.identification = ws_load16(ip + 4);
	const uint64_t from[2] = {0, fill_mapped(&gist->source, ip + 12)},
	               to[2] = {0, fill_mapped(&gist->destination, ip + 16)};
	return ws_flow_hash_words(key, from, gist->port[0], to, gist->port[1], rest);
}

/* What does not depend on the transport. The rest is copied, because GCC clears a structure with `rep stos`, whose startup
 * takes longer. */
static inline void fill_segment(struct ws_segment *s, const struct ws_frame *frame, const struct ws_plain *at)
{
	static const struct ws_segment empty = {.kind = WS_INPUT_SEGMENT, .window_scale = 255};
	*s = empty;
	s->time = frame->time;
	s->frame = frame->number;
	s->position = frame->position;
	s->length = at->end - at->payload;
	s->interface = at->link.interface;
	s->vlan = at->link.vlan;
}

/* Compiled twice, so that with Ethernet the places are constants. */
static inline __attribute__((always_inline)) bool gist_after_link(const struct ws_tracker *tracker,
                                                                  const struct ws_frame *frame,
                                                                  const struct ws_plain_link *link,
                                                                  struct ws_gist *gist)
{
	struct ws_plain at = {.link = *link};
	if (!ws_plain_find(frame, &at))
		return false;
	const uint8_t *data = frame->data, *transport = data + at.transport;
	gist->port[0] = ws_load16(transport);
	gist->port[1] = ws_load16(transport + 2);
	if (ws_payload_may_name(at.udp, gist->port[0], data + at.payload, ws_plain_captured(&at, frame->captured)))
		return false;
	fill_segment(&gist->segment, frame, &at);
	gist->transport = WS_TRANSPORT_UDP;
	gist->checksum_sent = 0;
	if (!at.udp && !fill_tcp(tracker, gist, transport, &at))
		return false;
	if (!at.udp && gist->segment.flags & WS_TCP_RST && (gist->segment.length || at.options))
		return false; /* what it says is read from the packet */
	if (at.udp && tracker->config.joins)
		note_digest(&gist->segment, ws_payload_digest(data + at.payload, gist->segment.length,
		                                              ws_plain_captured(&at, frame->captured)));
	gist->hash = fill_ip(&tracker->table.flow_key, gist, data + at.link.ip, &at);
	gist->checksum = (uint8_t)ws_plain_checksum(frame, &at);
	gist->segment.bad_checksum = gist->checksum == WS_CHECKSUM_BAD;
	gist->frame_length = frame->length;
	gist->mac_count = at.link.mac_count;
	if (at.link.mac_count)
		memcpy(gist->mac[0], data + at.link.mac_source, sizeof(gist->mac[0]));
	if (at.link.mac_count > 1)
		memcpy(gist->mac[1], data, sizeof(gist->mac[1]));
	gist->malformed = false;
	return true;
}

static __attribute__((noinline)) bool gist_of_other(const struct ws_tracker *tracker, const struct ws_frame *frame,
                                                    struct ws_gist *gist)
{
	const struct ws_plain_link link = ws_plain_link(frame);
	return gist_after_link(tracker, frame, &link, gist);
}

bool ws_tracker_gist_of_frame(const struct ws_tracker *tracker, const struct ws_frame *frame, struct ws_gist *gist)
{
	struct ws_plain_link link;
	if (frame->comment || frame->process)
		return false;
	return ws_plain_is_ethernet(frame, &link) ? gist_after_link(tracker, frame, &link, gist)
	                                          : gist_of_other(tracker, frame, gist);
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
