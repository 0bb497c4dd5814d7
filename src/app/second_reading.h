/* Several points, as lines: the captures are read twice. The first time finds out what the points know together, and
 * the second time packets and transitions are written, and with --correct-times the file of -w. */
#ifndef APP_SECOND_READING_H
#define APP_SECOND_READING_H

#include "app/session.h"

/* False with `error`: --correct-times is asked for, and is not possible. */
bool second_reading_check(const struct session *session, struct ws_error *error) WS_CHECKED;
/* Whether the session's records need it, and its captures can be read twice. */
bool second_reading_is_due(const struct session *session);
/* Reads and writes. Errors go to the session; what the first reading has reported is not reported again. */
void second_reading(struct session *session);

#endif
