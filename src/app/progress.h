/* The progress of long work, on a line of standard error. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "app/session.h"

struct progress {
	bool wanted;
	bool shown; /* the line is on the screen */
	ws_time began, next;
	uint64_t packets; /* packets read when it began */
};

/* Nothing is shown for a live capture, when standard error is no terminal, or when the records go to the same terminal.
 */
void progress_begin(struct progress *progress, const struct session *session);
/* Is called often. It checks the clock, and writes a few times a second once the work takes longer than one second. */
void progress_show(struct progress *progress, const struct session *session);
/* Erases the line. */
void progress_end(struct progress *progress);

#endif
