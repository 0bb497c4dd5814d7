/* Threads that run jobs, a function each, one job after the other, side by side. The thread that owns them submits
 * jobs, and takes them back in the same order when they are done; while it would have to wait for that, it runs jobs
 * itself. A job is the owner's, but for the time between its submission and when it is taken back. */
#ifndef APP_WORKERS_H
#define APP_WORKERS_H

#include <wirestate/error.h>

#include <stddef.h>

enum { WORKERS_JOBS = 8 }; /* the most that may be submitted and not taken back */

struct workers; /* opaque */

/* Starts so many threads, which wait for jobs; all but `resting` of them run jobs at the same time. They take on what the
 * calling thread has given up by now, and need no more system calls than it. NULL: there is no memory, or the system gives
 * no thread. */
struct workers *workers_new(unsigned threads, unsigned resting) WS_CHECKED;
/* From now on so many threads run jobs at the same time. */
void workers_let(struct workers *workers, unsigned most);
/* True when none does. */
bool workers_rest(const struct workers *workers);
/* Takes back no more, and waits for the end of the threads. */
void workers_free(struct workers *workers); /* NULL allowed */

/* How many jobs have been submitted and not taken back. */
size_t workers_count(const struct workers *workers);
/* There must be fewer than WORKERS_JOBS. */
void workers_submit(struct workers *workers, void (*run)(void *job), void *job);
/* True when the oldest job is done. There must be one. */
bool workers_oldest_is_done(struct workers *workers);
/* Takes back the oldest job; waits, or runs jobs, until it is done. There must be one. */
void *workers_take(struct workers *workers);

#endif
