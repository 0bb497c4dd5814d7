/* A handler can reach nothing but file-scope objects, so the flag is the one exception from the rule against them. */
#include <wirestate/stop.h>

#include <poll.h>
#include <signal.h>

enum { STEP = 100, PATIENCE = 1000 }; /* milliseconds */

static volatile sig_atomic_t asked;

void ws_stop(void)
{
	asked = 1;
}

bool ws_stopping(void)
{
	return asked;
}

/* In steps, since a signal that comes just before poll() does not end it. */
bool ws_wait_for_room(int fd)
{
	for (int waited = 0; waited < PATIENCE; waited += asked ? STEP : 0) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		if (poll(&ready, 1, STEP) > 0)
			return true; /* also when something is wrong with it: writing says what */
	}
	return false;
}
