/* How far long work is, on a line of its own on standard error. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "app/session.h"

struct progress {
	bool wanted;
	bool shown; /* a line stands there */
	ws_time began, next;
	uint64_t packets; /* when it began */
};

/* Nothing is shown live, when standard error is no terminal, or when the records go to the same one. */
void progress_begin(struct progress *progress, const struct session *session);
/* To be called often: looks at the clock, and writes a few times a second once the work takes longer than one. */
void progress_show(struct progress *progress, const struct session *session);
/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
