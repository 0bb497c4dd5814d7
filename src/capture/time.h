/* The times that captures deliver. */
#ifndef CAPTURE_TIME_H
#define CAPTURE_TIME_H

#include <wirestate/types.h>

/* Times are kept where the difference of any two still fits, so that nobody who subtracts needs to think of hostile
 * stamps. That is 146 years either side of 1970, and holds every 32-bit number of seconds. */
#define WS_TIME_LIMIT ((INT64_C(1) << 62) - 1)

/* The nearest time that is delivered. */
static inline ws_time ws_time_limited(__int128 time)
{
	return time > WS_TIME_LIMIT ? WS_TIME_LIMIT : time < -WS_TIME_LIMIT ? -WS_TIME_LIMIT : (ws_time)time;
}

#endif
