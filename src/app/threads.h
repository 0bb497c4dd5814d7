/* The threads that read and decode, see decoder.h: when there are some, and how their packets come to the points. */
#ifndef APP_THREADS_H
#define APP_THREADS_H

#include "app/point.h"
#include "cli/options.h"

struct session;

/* --threads, or as many as help. */
unsigned threads_wanted(const struct options *options);
/* Starts the threads of `session`, if there are to be some. Call it between giving up files and giving up system calls. */
void threads_start(void *session);
/* Gives the points their threads, when it is known which points there are. The threads wait for threads_read(). */
void threads_assign(struct session *session);
/* Frees those that no point has got. */
void threads_free(struct session *session);
/* Writes the records that are still being formatted, before others that come after them. */
void threads_write(struct session *session);
/* Ends the reading: tracks what has been read by now. From then on the capture may be used. A live one may be read on. */
void threads_end(struct session *session);

/* point_read(), ws_capture_progress() and ws_capture_stats() of a point, which may have a decoder. */
bool threads_read(struct point *point, int max);
void threads_progress(const struct point *point, uint64_t *done, uint64_t *total);
void threads_stats(const struct point *point, struct ws_capture_stats *stats);

#endif
