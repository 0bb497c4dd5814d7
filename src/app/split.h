/* One capture whose interfaces are points of their own. It is read once, by the first of them: each frame goes to the
 * point of its interface. */
#ifndef APP_SPLIT_H
#define APP_SPLIT_H

#include <wirestate/capture.h>
#include <wirestate/error.h>
#include <wirestate/join.h>

struct session;
struct point;

enum { SPLIT_INTERFACES = 256 }; /* whose points are remembered; those above are of the first point */

struct split {
	const char *name[WS_JOIN_POINTS]; /* as the section's comment names the points; not terminated */
	size_t length[WS_JOIN_POINTS];    /* 0: it names none */
	uint8_t point[SPLIT_INTERFACES];  /* 1 + the point, by the interface's index; 0: not known yet */
};

/* Whether it must be found out if the session's only capture is several points. */
bool split_is_open(const struct session *session);
/* Finds it out, makes the points, and all trackers. session->decision says why. */
bool split_decide(struct session *session, struct ws_error *error) WS_CHECKED;

/* Which point a frame belongs to that `reader` has read. */
struct point *split_point(struct point *reader, const struct ws_frame *frame);
/* What the point has captured and lost: its own part of a capture that several share. */
void split_stats(const struct point *point, struct ws_capture_stats *stats);
/* When the point has captured, by its own clock: at least from its first packet to its last; longer where that is known
 * of an interface that is captured now, or is stated by a file. False: there are no packets. */
bool split_period(const struct point *point, ws_time *first, ws_time *last);

#endif
