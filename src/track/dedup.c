/* A sender gives what it repeats another IPv4 identification, so the same one within a few milliseconds is the same
 * packet. IPv6 has none, and some senders leave it 0. Then the bytes are the same also where a host repeats a segment,
 * and what tells is the time:
 *
 * - What takes up sequence space (SYN, data, FIN) is repeated because a timer has run out, a few milliseconds later at
 * the earliest (RFC 6298 §2.4, RFC 8985 §7.2), and for a SYN much later; or because of what the peer has sent in
 * between, as a SYN-ACK is for the peer's SYN that has come again.
 * - Acknowledgments and resets have no timer: a receiver repeats the same one for every segment that comes out of
 * order, as fast as they come. They are copies only where other packets of the connection have as many. */
#include "track/dedup.h"

#include "base/hash.h"

#define SAME_IDENTIFICATION (10 * WS_MILLISECOND)
#define OTHER_LINK (2 * WS_MILLISECOND)
#define COPIED_SYN (10 * WS_MILLISECOND)
#define COPIED_UNASKED WS_MILLISECOND /* without a word of the peer in between */
#define COPIED_AS_OTHERS (5 * WS_MILLISECOND)

enum {
	SHARE = 4, /* one packet in so many has to have a copy, or more */
	EARLY = 4, /* packets of a connection, up to which the whole capture tells */
};

static uint64_t signature_of(const struct ws_segment *s, uint64_t conn_number)
{
	uint64_t hash = ws_hash_mix(conn_number << 1 | s->direction, (uint64_t)s->sequence << 32 | s->acknowledgment);
	hash = ws_hash_mix(hash, (uint64_t)s->length << 32 | (uint32_t)s->flags << 16 | s->window);
	return ws_hash_mix(hash, s->timestamps ? s->tsval : 0);
}

static bool has_copies(const struct ws_conn *conn)
{
	const uint64_t packets = ws_conn_packets(conn);
	return conn->duplicates && (uint64_t)conn->duplicates * SHARE >= packets;
}

/* Its SYN, perhaps sent again, is all that was captured of it. */
static bool only_opens(const struct ws_conn *conn, unsigned side)
{
	return !conn->machine.endpoint[side].talks;
}

/* Whether a segment without an identification, whose bytes were seen `age` ago, is that same packet. */
static bool is_copy(const struct ws_dedup *dedup, const struct ws_sighting *seen, const struct ws_segment *s,
                    const struct ws_conn *conn, uint64_t age)
{
	const bool as_others = has_copies(conn) && seen->copies < dedup->most_copies && age <= COPIED_AS_OTHERS;
	if (as_others || s->flags & WS_TCP_RST)
		return as_others;
	const bool peer_silent = conn->analyser.flow[!s->direction].last_time <= seen->time;
	if (s->flags & WS_TCP_SYN)
		return age <= COPIED_SYN && !(s->flags & WS_TCP_ACK && !peer_silent && only_opens(conn, !s->direction));
	return (s->length || s->flags & WS_TCP_FIN) && peer_silent && age <= COPIED_UNASKED;
}

static bool is_same(const struct ws_dedup *dedup, const struct ws_sighting *seen, const struct ws_segment *s,
                    uint16_t checksum, const struct ws_conn *conn, uint32_t link_id)
{
	if (s->time < seen->time || seen->identification != s->identification)
		return false;
	const uint64_t age = (uint64_t)s->time - (uint64_t)seen->time;
	if (seen->link_id != link_id)
		return age <= OTHER_LINK;
	if (s->identification)
		return age <= SAME_IDENTIFICATION;
	return seen->checksum == checksum && is_copy(dedup, seen, s, conn, age);
}

bool ws_dedup_seen(struct ws_dedup *dedup, const struct ws_segment *segment, uint16_t checksum,
                   const struct ws_conn *conn, uint32_t link_id)
{
	uint64_t signature = signature_of(segment, conn->number);
	struct ws_sighting *seen = &dedup->seen[signature % WS_DEDUP_PLACES];
	if (seen->signature == signature && is_same(dedup, seen, segment, checksum, conn, link_id)) {
		seen->copies += seen->copies < UINT8_MAX;
		if (dedup->most_copies < seen->copies)
			dedup->most_copies = seen->copies;
		return true;
	}
	*seen = (struct ws_sighting){signature, segment->time, link_id, segment->identification, checksum, 1};
	return false;
}
