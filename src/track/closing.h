/* How a connection was closed, and by whom. Private to src/track. */
#ifndef WS_TRACK_CLOSING_H
#define WS_TRACK_CLOSING_H

#include "track/tracker.h"

enum ws_close ws_close_of(const struct ws_machine *m);
/* The sender of the first FIN. */
enum ws_closed_by ws_closed_by_of(const struct ws_machine *m);
/* The sender of the RST that ended the connection; NONE when its apparent sender went on, so that somebody else sent
 * it. */
enum ws_closed_by ws_reset_by_of(const struct ws_machine *m);
/* The only endpoint of which something was captured; -1 when both were, or none. */
int ws_only_captured(const struct ws_machine *m);

/* What is known of it: where several points captured the connection, by all of them. */
struct ws_closing {
	const struct ws_machine *machine; /* a point's, or `joined` */
	struct ws_machine joined;         /* of which only what closing depends on is right */
	struct ws_reset reset;
};
/* Takes in what the other points know. `info` has the path. */
void ws_closing_join(struct ws_closing *closing, const struct ws_tracker *tracker, const struct ws_conn_info *info);
/* The point whose state of endpoint `e` counts, as an index into the path's arrays: the nearest one, unless another one has
 * captured something of the endpoint that shows that the nearest one missed it. */
unsigned ws_closing_point(const struct ws_tracker *tracker, const struct ws_conn_info *info, unsigned e);
/* The connection as that point has it; NULL: it is no longer kept. */
const struct ws_conn *ws_path_conn(const struct ws_tracker *tracker, const struct ws_conn_path *path, unsigned at,
                                   struct ws_conn_copy *copy);

#endif
