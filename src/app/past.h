/* The snapshot at an earlier time of the capture: a tracker of its own, fed with the packets up to there. */
#ifndef APP_PAST_H
#define APP_PAST_H

#include "app/session.h"

struct snapshot; /* private to past.c */

struct past {
	struct point *point;               /* whose past it is */
	struct snapshot *shown, *building; /* NULL where the newest is shown; nothing is being made */
	uint64_t generation;               /* how many snapshots have been shown so far */
	struct ws_error error;             /* why no snapshot can be made */
	bool changed;                      /* what is shown is another one; the owner clears this */
};

void past_close(struct past *past);
/* Works for a few milliseconds towards the snapshot of `position`. True: there is more to do. */
bool past_work(struct past *past, const struct ws_position *position);
/* Puts the snapshot that is shown into the session's model. */
void past_model(const struct past *past, const struct ws_position *position, struct ws_model *model);

#endif
