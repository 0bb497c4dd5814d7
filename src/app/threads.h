/* The second thread of a run, see decoder.h: when there is one, and how its packets come to the point. */
#ifndef APP_THREADS_H
#define APP_THREADS_H

#include "app/point.h"
#include "cli/options.h"

struct session;

/* --threads, or as many as help. */
unsigned threads_wanted(const struct options *options);
/* Starts the second thread of `session`, if there is to be one. Call it between giving up files and giving up system
 * calls; the thread waits for threads_begin(). */
void threads_start(void *session);
/* Around the reading of the whole capture. The latter tracks what has been read by now; from then on the capture may be
 * used. */
void threads_begin(struct session *session);
void threads_end(struct session *session);

/* point_read() and ws_capture_progress() of a point, which may have a decoder. */
bool threads_read(struct point *point, int max);
void threads_progress(const struct point *point, uint64_t *done, uint64_t *total);

#endif
