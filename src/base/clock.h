/* The clocks of the system, in nanoseconds. */
#ifndef WS_BASE_CLOCK_H
#define WS_BASE_CLOCK_H

#include <wirestate/types.h>

ws_time real_time(void);   /* since 1970, as the system's clock is set; it may be set back */
ws_time monotonic(void);   /* since some moment; it never goes back */
ws_time thread_time(void); /* CPU time that the calling thread has used */

#endif
