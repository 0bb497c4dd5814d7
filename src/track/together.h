/* What several points together show of a connection: its roles, its opening, and how much each end has sent. How it ended is
 * in closing.h. Private to src/track. */
#ifndef WS_TRACK_TOGETHER_H
#define WS_TRACK_TOGETHER_H

#include "track/info.h"
#include "track/tracker.h"

/* The endpoint that opened the connection, as some point has captured it; WS_ROLE_UNKNOWN: none has. `of`: its path at the
 * connection's own point; NULL: one point only has captured it. */
int8_t ws_together_client(const struct ws_path_of *of, const struct ws_conn *conn);
/* The same, or a guess. */
int8_t ws_together_likely_client(const struct ws_path_of *of, const struct ws_conn *conn);
/* The guess, or what is known, of a connection that the tracker keeps. */
int8_t ws_shown_client(const struct ws_tracker *tracker, const struct ws_conn *conn);

/* Adds to these parts of `info`, which the connection's own point has filled, what other points have captured. */
void ws_together_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                      struct ws_conn_info *info);
/* What an end's state is made of. */
#define WS_PARTS_OF_STATE (WS_PART_STATES | WS_PART_FLIGHT | WS_PART_REST | WS_PART_TRAFFIC | WS_PART_MARKS)
/* Says of both ends what the points nearest to them know; of their states, those of `chosen`, see ws_closing_points(). A
 * state that is presumed at the nearest point was captured arriving. */
void ws_together_fill_ends(const struct ws_tracker *tracker, unsigned parts, const unsigned chosen[2],
                           struct ws_conn_info *info);

/* options_joined.c. What became of the options in both SYNs on their way. */
void ws_options_joined_fill(const struct ws_tracker *tracker, struct ws_conn_info *info);

#endif
