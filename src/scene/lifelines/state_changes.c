/* The changes of state in a film, in order: what the reader can jump to, and the ways that the state diagram lights.
 *
 * They are found by running through the connection's steps once, in slices, since a connection may have a million of
 * them. A TIME_WAIT that starts again counts as a change from TIME_WAIT to itself. */
#include "scene/ui.h"

#include <stdlib.h>

static void remember(struct film *film, const struct film_change *change)
{
	if (film->change_count == film->change_capacity) {
		size_t capacity = film->change_capacity ? film->change_capacity * 2 : 32;
		struct film_change *grown = realloc(film->changes, capacity * sizeof(*grown));
		if (!grown)
			return; /* this one cannot be jumped to, nothing else */
		film->changes = grown;
		film->change_capacity = capacity;
	}
	film->changes[film->change_count++] = *change;
}

bool film_waits_again(const struct ws_step *step, int endpoint, ws_time time_wait)
{
	return step->before[endpoint] == WS_TIME_WAIT && step->after[endpoint] == WS_TIME_WAIT &&
	       step->input.kind == WS_INPUT_SEGMENT && step->time_wait_end[endpoint] == step->input.time + time_wait;
}

bool film_scan(struct film *film, const struct ws_model *model, size_t limit)
{
	const size_t count = film_count(film);
	struct ws_step step;
	for (; limit && film->scanned < count; limit--, film->scanned++) {
		if (!film_step(film, film->scanned, &step))
			return false;
		for (int i = 0; i < step.transition_count; i++) {
			const struct ws_transition *transition = &step.transition[i];
			const struct film_change change = {.step = film->scanned,
			                                   .endpoint = transition->endpoint,
			                                   .from = transition->from,
			                                   .to = transition->to,
			                                   .taken_back = transition->basis == WS_BASIS_RETRACTION};
			remember(film, &change);
		}
		for (int endpoint = 0; endpoint < 2; endpoint++) {
			const struct film_change again = {.step = film->scanned,
			                                  .endpoint = (uint8_t)endpoint,
			                                  .from = WS_TIME_WAIT,
			                                  .to = WS_TIME_WAIT};
			if (film_waits_again(&step, endpoint, model->time_wait))
				remember(film, &again);
		}
	}
	return film->scanned >= count;
}

void film_forget(struct film *film)
{
	free(film->changes);
	film->changes = NULL;
	film->change_count = film->change_capacity = film->scanned = 0;
}

/* The number of changes at steps before `step`. */
static size_t changes_before(const struct film *film, size_t step)
{
	size_t low = 0, high = film->change_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (film->changes[middle].step < step)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool film_next_state_change(struct film *film, const struct ws_model *model, size_t *step)
{
	size_t place;
	while ((place = changes_before(film, film->step + 1)) == film->change_count && !film_scan(film, model, 4096))
		;
	if (place == film->change_count)
		return false;
	*step = film->changes[place].step;
	return true;
}

bool film_previous_state_change(const struct film *film, size_t *step)
{
	size_t place = changes_before(film, film->step);
	if (!place)
		return false;
	*step = film->changes[place - 1].step;
	return true;
}

size_t film_waits_restarted(const struct film *film, int endpoint, size_t step)
{
	size_t count = 0;
	for (size_t i = changes_before(film, step + 1); i-- > 0;) {
		const struct film_change *change = &film->changes[i];
		if (change->endpoint != endpoint)
			continue;
		if (change->from != WS_TIME_WAIT || change->to != WS_TIME_WAIT)
			break;
		count++;
	}
	return count;
}
