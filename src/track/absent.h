/* Attempts to connect of which a point nearer to the server has captured nothing. */
#ifndef WS_TRACK_ABSENT_H
#define WS_TRACK_ABSENT_H

#include "track/tracker.h"

#include <wirestate/join.h>

/* The label of the first point on the way to `server` to which none of the connection's segments came, although it was
 * capturing, and has captured what that port answered others; NULL: there is none. It borrows the label. `path`: of the
 * connection, or NULL. */
const char *ws_absent_at(const struct ws_tracker *tracker, const struct ws_conn *conn, const struct ws_conn_path *path,
                         unsigned server);

#endif
