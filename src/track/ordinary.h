/* Segments of open connections that nothing unusual is to be told of, see ordinary.c. */
#ifndef WS_TRACK_ORDINARY_H
#define WS_TRACK_ORDINARY_H

#include "track/tracker.h"

/* Takes a segment of the connection, if it was predicted: analyses and counts it, applies it to the machine, and keeps it.
 * Fills what the result says of the analysis. Returns false, and does nothing, when the segment may be another. */
bool ws_tracker_take_ordinary(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_segment *segment,
                              struct ws_track_result *result) WS_CHECKED;

#endif
