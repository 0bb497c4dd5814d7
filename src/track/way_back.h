/* Connections whose two directions have ids of their own in tunnels that have one id otherwise, as between two subnets where
 * the router that puts packets into the tunnel has routed them already (RFC 9135, asymmetric IRB). Private to src/track. */
#ifndef WS_TRACK_WAY_BACK_H
#define WS_TRACK_WAY_BACK_H

#include "track/tracker.h"

/* Call this for a tuple that was not found, in a tunnel. If the segment is of the way back of a connection in another tunnel,
 * that is returned, and the tuple becomes the connection's. Its SYN-ACK proves it: the ends are the same, inside and outside,
 * and it acknowledges the SYN's number. Of the segment, flags and acknowledgment are read. */
struct ws_conn *ws_way_back_find(struct ws_tracker *tracker, struct ws_tuple *tuple, const struct ws_segment *s);

#endif
