/* See walk.h. */
#include "scene/widgets/walk.h"

#define PAUSE (400 * WS_MILLISECOND)
enum { REST = 4 }; /* a walk takes a fifth of the time at most */

/* There are packets that it has not seen, or another model. */
static bool walk_is_due(const struct walk *walk, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	return stats.inputs != walk->packets_seen || model->generation != walk->generation;
}

void walk_begin(struct walk *walk, const struct ws_model *model)
{
	struct ws_tracker_stats stats;
	ws_tracker_stats(model->tracker, &stats);
	walk->generation = model->generation;
	walk->packets_seen = stats.inputs;
	walk->running = true;
}

bool walk_turn(struct walk *walk, const struct ws_model *model, bool due, ws_time clock, bool *begins)
{
	*begins = false;
	if (walk->running && walk->generation == model->generation)
		return true;
	const ws_time rest = (walk->finished - walk->started) * REST;
	const bool waits = clock - walk->finished < (rest > PAUSE ? rest : PAUSE);
	if (!walk->running && (waits || !(due || walk_is_due(walk, model))))
		return false;
	walk_begin(walk, model);
	walk->started = clock;
	return *begins = true;
}

void walk_pause(struct walk *walk, ws_time clock)
{
	walk->finished = clock;
}

ws_time walk_next_change(const struct walk *walk, const struct ws_model *model, bool due)
{
	if (walk->running)
		return 0;
	return due || walk_is_due(walk, model) ? PAUSE : WS_TIME_NEVER;
}
