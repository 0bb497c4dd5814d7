/* A snapshot of a point at an earlier time of the capture: a tracker of its own, fed with the packets up to that time.
 */
#ifndef APP_PAST_H
#define APP_PAST_H

#include "app/session.h"

struct snapshot; /* private to past.c */

struct past {
	struct point *point;               /* the point that the snapshots are of */
	struct snapshot *shown, *building; /* NULL: the newest state is shown; no snapshot is being made */
	uint64_t generation;               /* how many snapshots have been shown so far */
	struct ws_error error;             /* why no snapshot can be made */
	bool changed;                      /* another snapshot is shown than before; the owner clears this */
};

void past_close(struct past *past);
/* Works for a few milliseconds on the snapshot of `position`. Returns true when there is more to do. */
bool past_work(struct past *past, const struct ws_position *position);
/* Puts the snapshot that is shown into the session's model. */
void past_model(const struct past *past, const struct ws_position *position, struct ws_model *model);

#endif
