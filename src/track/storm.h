/* Storms of ACKs, and of RSTs and ACKs, that two ends cause each other. */
#ifndef WS_TRACK_STORM_H
#define WS_TRACK_STORM_H

#include "track/conn.h"

/* Takes each segment of a connection that has what few have. Call it after ws_analyse(), and before the machine's step. */
void ws_storm_note(struct ws_conn *conn, const struct ws_segment *s, uint32_t analysis);
/* Says of them what verdicts need. */
void ws_storm_fill(const struct ws_conn *conn, struct ws_conn_info *info);

#endif
