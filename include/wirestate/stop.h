/* The wish to end: a signal handler says it, long work looks at it. */
#ifndef WIRESTATE_STOP_H
#define WIRESTATE_STOP_H

#include <wirestate/types.h>

/* May be called in a signal handler. For good. */
void ws_stop(void);
bool ws_stopping(void);

/* Waits until `fd`, which has refused bytes (EAGAIN), takes some. False: the end is wished for, and for a second it has
 * taken none. */
bool ws_wait_for_room(int fd) WS_CHECKED;

#endif
