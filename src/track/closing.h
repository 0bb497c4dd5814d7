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

/* The end of what it has sent was not captured, so it may have been a FIN. */
static inline bool ws_end_missed(const struct ws_endpoint *e)
{
	return e->max_told && !e->fin_sent;
}

/* What is known of it: where several points captured the connection, by all of them. */
struct ws_closing {
	const struct ws_machine *machine; /* a point's, or `joined` */
	struct ws_machine joined;         /* of which only what closing depends on is right */
	struct ws_reset reset;
};
/* The points whose states of the endpoints count, as indices into the path's arrays: the nearest one, unless another one
 * has captured something of the endpoint that shows that the nearest one missed it, or what it sent after the nearest one
 * had ended. `info` has the path; so below. */
void ws_closing_points(const struct ws_tracker *tracker, const struct ws_conn_info *info, unsigned chosen[2]);
/* Takes in what the other points know, with what ws_closing_points() has chosen. */
void ws_closing_join(struct ws_closing *closing, const struct ws_tracker *tracker, const struct ws_conn_info *info,
                     const unsigned chosen[2]);
/* The connection as a point of the path has it; NULL: it is no longer kept. */
const struct ws_conn *ws_path_conn(const struct ws_tracker *tracker, const struct ws_conn_path *path, unsigned at,
                                   struct ws_conn_copy *copy);

#endif
