/* When a screen walks through all connections: in slices, one a tick, and again some time after packets have come.
 * Private to src/scene. */
#ifndef SCENE_WALK_H
#define SCENE_WALK_H

#include <wirestate/scene.h>

enum { WALK_SLICE = 20000 }; /* connections looked at in a tick */

struct walk {
	uint64_t generation;       /* of the model that it goes through or has gone through; 0: none yet */
	uint64_t packets_seen;     /* the tracker's count when it began */
	bool running;              /* it is not done, and what was found before is shown */
	ws_time started, finished; /* by the ticks' clock */
};

/* Begins one. The screen forgets what it has found so far. */
void walk_begin(struct walk *walk, const struct ws_model *model);
/* Whether a slice is due at this tick, after which walk_pause() is called. `due`: what was found has changed by itself. A
 * walk begins some time after the last one, and walks take a fifth of the time at most. `begins`: one has just begun. */
bool walk_turn(struct walk *walk, const struct ws_model *model, bool due, ws_time clock, bool *begins);
void walk_pause(struct walk *walk, ws_time clock);
/* Nanoseconds until a slice is due; WS_TIME_NEVER: not before packets come. */
ws_time walk_next_change(const struct walk *walk, const struct ws_model *model, bool due);

#endif
