/* The changes of state in a replay, in order: the user can jump to them, and the state diagram highlights them.
 *
 * They are found by going through the connection's steps once, in slices, since a connection may have a million
 * steps. A TIME_WAIT that starts over counts as a change from TIME_WAIT to itself. */
#include "base/search.h"
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"

#include <stdlib.h>

static void change_remember(struct replay *replay, const struct replay_change *change)
{
	if (replay->change_count == replay->change_capacity) {
		size_t capacity = replay->change_capacity ? replay->change_capacity * 2 : 32;
		struct replay_change *grown = realloc(replay->changes, capacity * sizeof(*grown));
		if (!grown)
			return; /* only this change is missing then */
		replay->changes = grown;
		replay->change_capacity = capacity;
	}
	replay->changes[replay->change_count++] = *change;
}

bool replay_waits_again(const struct ws_step *step, int endpoint, ws_time time_wait)
{
	return step->before[endpoint] == WS_TIME_WAIT && step->after[endpoint] == WS_TIME_WAIT &&
	       step->input.kind == WS_INPUT_SEGMENT && step->time_wait_end[endpoint] == step->input.time + time_wait;
}

bool replay_scan(struct replay *replay, const struct ws_model *model, size_t limit)
{
	const size_t count = replay_count(replay);
	struct ws_step step;
	for (; limit && replay->scanned < count; limit--, replay->scanned++) {
		if (!replay_step(replay, replay->scanned, &step))
			return false;
		problems_note(&replay->problems, replay->scanned, &step);
		for (int i = 0; i < step.transition_count; i++) {
			const struct ws_transition *transition = &step.transition[i];
			const struct replay_change change = {.step = replay->scanned,
			                                     .endpoint = transition->endpoint,
			                                     .from = transition->from,
			                                     .to = transition->to,
			                                     .taken_back = transition->basis == WS_BASIS_RETRACTION};
			change_remember(replay, &change);
		}
		for (int endpoint = 0; endpoint < 2; endpoint++) {
			const struct replay_change again = {.step = replay->scanned,
			                                    .endpoint = (uint8_t)endpoint,
			                                    .from = WS_TIME_WAIT,
			                                    .to = WS_TIME_WAIT};
			if (replay_waits_again(&step, endpoint, model->time_wait))
				change_remember(replay, &again);
		}
	}
	return replay->scanned >= count;
}

void replay_forget(struct replay *replay)
{
	free(replay->changes);
	replay->changes = NULL;
	replay->change_count = replay->change_capacity = replay->scanned = 0;
	problems_forget(&replay->problems);
}

/* The number of changes at steps before `step`. */
static size_t changes_before(const struct replay *replay, size_t step)
{
	return SEARCH_FIRST(replay->change_count, i, replay->changes[i].step < step);
}

bool replay_next_state_change(struct replay *replay, const struct ws_model *model, size_t *step)
{
	size_t at;
	while ((at = changes_before(replay, replay->step + 1)) == replay->change_count &&
	       !replay_scan(replay, model, 4096))
		;
	if (at == replay->change_count)
		return false;
	*step = replay->changes[at].step;
	return true;
}

bool replay_previous_state_change(const struct replay *replay, size_t *step)
{
	size_t at = changes_before(replay, replay->step);
	if (!at)
		return false;
	*step = replay->changes[at - 1].step;
	return true;
}

size_t replay_waits_restarted(const struct replay *replay, int endpoint, size_t step)
{
	size_t count = 0;
	for (size_t i = changes_before(replay, step + 1); i-- > 0;) {
		const struct replay_change *change = &replay->changes[i];
		if (change->endpoint != endpoint)
			continue;
		if (change->from != WS_TIME_WAIT || change->to != WS_TIME_WAIT)
			break;
		count++;
	}
	return count;
}
