/* Points that options name: POINT=N. */
#ifndef APP_NAMED_H
#define APP_NAMED_H

#include <wirestate/error.h>

struct session;

/* Finds the points that --frame and --connection name, once it is known which there are. False: there is no such point, see
 * `error`. */
bool named_points_find(struct session *session, struct ws_error *error) WS_CHECKED;

#endif
