#include "base/clock.h"

#include <time.h>

static ws_time clock_read(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return (ws_time)now.tv_sec * WS_SECOND + now.tv_nsec;
}

ws_time real_time(void)
{
	return clock_read(CLOCK_REALTIME);
}

ws_time monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

ws_time thread_time(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}
