/* Segments whose checksum is wrong in the capture: which of them were wrong on the wire too.
 *
 * A receiver drops a segment with a wrong checksum. But a checksum may be wrong in the capture only, because the
 * network card completes it after the capture point, or because someone replaced the addresses and did not compute it
 * again. */
#ifndef WS_TRACK_CHECKSUMS_H
#define WS_TRACK_CHECKSUMS_H

#include "track/conn.h"

#define WS_CHECKSUM_PAIRS 1024
#define WS_SUSPECTS 256

/* One direction between two hosts in which right checksums were seen. */
struct ws_checksum_pair {
	uint32_t hash;
	uint8_t wrong; /* segments with wrong checksums since then, of endpoints without a right one */
};

/* What a connection's endpoint sent with wrong checksums and what nobody has decided about: one segment, or several
 * that follow one another, as one. */
struct ws_suspect {
	uint64_t conn_number; /* 0: none */
	uint32_t count;       /* segments */
	struct ws_segment segment;
};

/* Fixed in size: what is overwritten by others stays ignored. */
struct ws_checksums {
	struct ws_checksum_pair pair[WS_CHECKSUM_PAIRS];
	struct ws_suspect suspect[WS_SUSPECTS];
};

struct ws_tracker;

/* Decides whether a segment with a wrong checksum is taken as good, which is then noted in it. `newest` of its tuple
 * may be NULL. */
void ws_checksums_judge(struct ws_tracker *tracker, const struct ws_conn *newest, const struct ws_tuple *tuple,
                        struct ws_segment *segment);

/* True when ws_checksums_take() has something to do. */
static inline bool ws_checksums_matter(const struct ws_conn *conn, const struct ws_segment *segment)
{
	return segment->bad_checksum || segment->checksum_ignored || conn->suspects ||
	       !(conn->checksums_right >> segment->direction & 1);
}

/* Counts a segment of the connection before it is applied, and keeps it if its checksum is wrong. If it shows that an
 * earlier one was good, that one is applied. */
void ws_checksums_take(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_tuple *tuple,
                       const struct ws_segment *segment, enum ws_checksum checksum);

#endif
