/* What may be done for a packet before it is tracked, by another thread or while others are tracked. */
#ifndef WIRESTATE_GIST_H
#define WIRESTATE_GIST_H

#include <wirestate/track.h>

/* These prepare ws_tracker_packet(), and all may be left out. The first sets packet->flow or packet->conversation; it
 * reads nothing that ever changes, so another thread may call it. The next two, for which one of these two numbers is 0,
 * begin to load into the CPU's caches what will be read of the packet's connection, because waiting for memory would
 * cost more than the work itself; they return at once. Call ws_tracker_prefetch() when what the other one loads is
 * there. The last one sets packet->may_name where the packet goes on with a name that an earlier one has begun; call it
 * when all earlier packets with `may_name` have been tracked. */
void ws_tracker_hash(const struct ws_tracker *tracker, struct ws_packet *packet);
void ws_tracker_prefetch_index(const struct ws_tracker *tracker, uint32_t flow, uint32_t conversation);
void ws_tracker_prefetch(const struct ws_tracker *tracker, uint32_t flow, uint32_t conversation);
void ws_tracker_expect_name(const struct ws_tracker *tracker, struct ws_packet *packet);

/* Has the system provide memory that the tracker will soon need; another thread may call it, so that the tracker need not
 * wait for that. */
void ws_tracker_populate(struct ws_tracker *tracker);

/* All that the tracker needs of most packets: of a TCP segment or a UDP datagram that is whole, in no tunnel, and states
 * no name. It is a third of what decoding fills of a packet, and borrows nothing. */
struct ws_gist {
	struct ws_segment segment; /* of a datagram, the members that have a meaning there; and see ws_gist_digest() */
	struct ws_addr source, destination;
	uint32_t hash;          /* packet->flow, or packet->conversation */
	uint32_t frame_length;  /* on the wire */
	uint8_t mac[2][6];      /* of the source and the destination; the first `mac_count` are valid */
	uint16_t port[2];       /* likewise */
	uint16_t checksum_sent; /* TCP's */
	uint8_t checksum;       /* enum ws_checksum */
	uint8_t transport;      /* enum ws_transport: TCP or UDP */
	uint8_t ip_version, mac_count;
	bool malformed;
};
/* With config.joins, what ws_packet_digest() says of a datagram. It has no numbers, so it is kept in their place. */
static inline uint64_t ws_gist_digest(const struct ws_gist *gist)
{
	return (uint64_t)gist->segment.sequence << 32 | gist->segment.acknowledgment;
}
/* Prefetches the names of its ends, where it may begin a connection, which looks for them. */
void ws_tracker_prefetch_names(const struct ws_tracker *tracker, const struct ws_gist *gist);
/* Fills the gist of a packet that ws_tracker_hash() was called for. False: the tracker needs the packet itself. Reads
 * nothing of the tracker that ever changes. */
bool ws_tracker_gist(const struct ws_tracker *tracker, const struct ws_packet *packet, struct ws_gist *gist) WS_CHECKED;
/* Fills the gist of a frame, without decoding the rest of it. False: decode it; what has been filled has no meaning. True
 * is only said of frames whose packet has that gist. */
bool ws_tracker_gist_of_frame(const struct ws_tracker *tracker, const struct ws_frame *frame,
                              struct ws_gist *gist) WS_CHECKED;
/* Does what ws_tracker_packet() does with the packet. */
void ws_tracker_take_gist(struct ws_tracker *tracker, const struct ws_gist *gist, struct ws_track_result *result);

#endif
