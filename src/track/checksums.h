/* Decides for segments with a wrong checksum in the capture whether it was wrong on the wire, too.
 *
 * A receiver drops a segment with a wrong checksum. But a checksum may be wrong only in the capture, because the
 * network card completes it after the point of capture, or because addresses were replaced later without computing it
 * again. */
#ifndef WS_TRACK_CHECKSUMS_H
#define WS_TRACK_CHECKSUMS_H

#include "track/conn.h"

#define WS_CHECKSUM_PAIRS 1024
#define WS_SUSPECTS 256

/* One direction between two hosts in which right checksums were seen. */
struct ws_checksum_pair {
	uint32_t hash;
	uint8_t wrong; /* later segments with wrong checksums, from endpoints without a right one */
};

/* A segment of an endpoint with a wrong checksum that is not decided about yet. Several that follow one another are
 * kept as one. */
struct ws_suspect {
	uint64_t conn_number;  /* 0: none */
	uint32_t count;        /* segments; 0: none */
	uint32_t first_length; /* the payload of the first */
	ws_time first_time;
	uint64_t first_frame;
	struct ws_segment segment; /* the latest of them, with the payload of all */
};

/* The tables have a fixed size. A suspect that is overwritten by another stays ignored. */
struct ws_checksums {
	struct ws_checksum_pair pair[WS_CHECKSUM_PAIRS];
	struct ws_suspect suspect[WS_SUSPECTS];
};

struct ws_tracker;

/* For what reads a connection's history, which gives it every input and begins with zeroed memory for both directions.
 * True: the input is WS_INPUT_ACCEPTED, and `accepted` receives the segments as they had come. */
bool ws_suspects_replay(struct ws_suspect kept[2], const struct ws_segment *input, struct ws_suspect *accepted);

/* Decides whether a segment with a wrong checksum counts as good, and sets its checksum_ignored or bad_checksum.
 * `newest` is the newest connection of its tuple, or NULL. */
WS_SELDOM void ws_checksums_judge(struct ws_tracker *tracker, const struct ws_conn *newest,
                                  const struct ws_tuple *tuple, struct ws_segment *segment);

/* True when ws_checksums_note() has something to do. */
static inline bool ws_checksums_matter(const struct ws_conn *conn, const struct ws_segment *segment)
{
	return segment->bad_checksum || segment->checksum_ignored || conn->suspects ||
	       !(conn->checksums_right >> segment->direction & 1);
}

/* Counts a segment of the connection before it is applied, and keeps it if its checksum is wrong. If it shows that an
 * earlier segment was good, that one is applied. */
void ws_checksums_note(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_tuple *tuple,
                       const struct ws_segment *segment, enum ws_checksum checksum);

#endif
