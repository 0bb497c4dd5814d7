/* A signal handler can reach only file-scope objects, so this flag is the one exception to the rule against them. */
#include <wirestate/stop.h>

#include <poll.h>
#include <signal.h>

enum { STEP = 100, PATIENCE = 1000 }; /* milliseconds */

static volatile sig_atomic_t stop_requested;

void ws_stop(void)
{
	stop_requested = 1;
}

bool ws_stopping(void)
{
	return stop_requested;
}

/* Waits in short steps, because a signal that arrives just before poll() does not interrupt it. */
bool ws_wait_for_room(int fd)
{
	for (int waited = 0; waited < PATIENCE; waited += stop_requested ? STEP : 0) {
		struct pollfd ready = {.fd = fd, .events = POLLOUT};
		if (poll(&ready, 1, STEP) > 0)
			return true; /* also after an error on it, which write() will report */
	}
	return false;
}
