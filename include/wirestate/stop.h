/* The request to end the program: a signal handler makes it, and long work checks for it. */
#ifndef WIRESTATE_STOP_H
#define WIRESTATE_STOP_H

#include <wirestate/types.h>

/* Makes the request, which is final. It may be called in a signal handler. */
void ws_stop(void);
bool ws_stopping(void);

/* Waits until `fd`, which has refused bytes with EAGAIN, takes some. Returns false when a stop is requested and `fd`
 * has taken nothing for a second. */
bool ws_wait_for_room(int fd) WS_CHECKED;

#endif
