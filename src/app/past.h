/* The world at an earlier time of the capture: a tracker of its own, fed with the packets up to there. */
#ifndef WIRESTATE_SRC_PLAYHEAD_H
#define WIRESTATE_SRC_PLAYHEAD_H

#include "app/session.h"

struct world; /* private to playhead.c */

struct playhead {
	struct session *session;
	struct world *shown, *building; /* NULL where the newest is shown; nothing is being made */
	struct ws_error error;          /* why no world can be made */
	bool changed;                   /* what is shown is another one; the owner clears this */
};

void playhead_close(struct playhead *playhead);
/* Works for a few milliseconds towards the world of `place`. True: there is more to do. */
bool playhead_work(struct playhead *playhead, const struct ws_place *place);
/* Puts the world that is shown into the session's model. */
void playhead_model(const struct playhead *playhead, const struct ws_place *place, struct ws_model *model);

#endif
