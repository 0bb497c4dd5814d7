/* SYNs that show up with another address or port, as after a device that translates them, or that are answered from
 * there. Then two connections have the same initial number. Private to src/track. */
#ifndef WS_TRACK_ELSEWHERE_H
#define WS_TRACK_ELSEWHERE_H

#include "track/tracker.h"

/* The connection whose SYN had this number, if it is still waiting for the answer, and the number tells; or NULL. */
struct ws_conn *ws_elsewhere_waiting(struct ws_tracker *tracker, uint32_t iss);
/* Call this for the SYN or SYN-ACK that begins a connection: links it with the one whose SYN it seems to be, or to answer. */
void ws_elsewhere_note(struct ws_tracker *tracker, struct ws_conn *conn, const struct ws_tuple *tuple,
                       const struct ws_segment *s);

#endif
