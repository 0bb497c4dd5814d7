/* What came before the RST that ended a connection, and whether it looks like its sender's other packets. */
#ifndef WS_TRACK_RESET_NOTE_H
#define WS_TRACK_RESET_NOTE_H

#include "track/conn.h"

/* Call this for every segment that counts, before the connection's other members take it in. */
static inline void ws_reset_note(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s);

/* Notes a RST, unless another one has ended the connection before. */
WS_SELDOM void ws_reset_note_take(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s);

/* What the payload and the options of such a RST say. Call it after that. */
void ws_reset_note_packet(struct ws_conn *conn, const struct ws_packet *packet);

#define WS_STEADY_STEP 64 /* identifications that one sender counts up differ by at most this */

static inline void ws_reset_note(struct ws_table *table, struct ws_conn *conn, const struct ws_segment *s)
{
	if (s->flags & WS_TCP_RST) {
		ws_reset_note_take(table, conn, s);
		return;
	}
	struct ws_traffic *traffic = &conn->traffic[s->direction];
	const uint16_t step = (uint16_t)(s->identification - traffic->identification - 1);
	traffic->steady = step >= WS_STEADY_STEP ? 0 : traffic->steady < UINT8_MAX ? traffic->steady + 1 : UINT8_MAX;
	traffic->identification = s->identification;
	traffic->ttl = s->ttl;
}

#endif
