/* Several -i or -r: which of them are points of their own, and which are one capture in the order of time. */
#ifndef APP_SOURCES_H
#define APP_SOURCES_H

#include <wirestate/error.h>

struct session;

/* Opens every source as a point without a tracker; an interface's point is whole. Privileges are dropped once all files
 * are open. After a failure session_close() is still due. */
bool sources_open(struct session *session, struct ws_error *error) WS_CHECKED;
/* Reads the files once, joins those that are one capture, and makes the trackers. session->decision says why. */
bool sources_decide(struct session *session, struct ws_error *error) WS_CHECKED;

/* Gives the points their short names. */
void sources_label(struct session *session);
/* Refuses an --offset that is of no point, or of the first one, with which the others are compared. */
bool sources_check_offsets(const struct session *session, struct ws_error *error) WS_CHECKED;

#endif
