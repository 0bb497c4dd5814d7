/* The problems in a replay, in order: the user can jump from one to the next.
 *
 * They are found together with the changes of state (state_changes.c). A problem is a step with a mark that something
 * was lost or sent again, the first of several duplicate ACKs, the first segment that closes a window, a RST, and an
 * answer of the server that took long. */
#include "base/search.h"
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"

#include <stdlib.h>

#define LONG_WAIT WS_SECOND
#define MARK(name) (1u << WS_ANALYSIS_##name)

static void problem_remember(struct replay_problems *problems, size_t step)
{
	if (problems->count == problems->capacity) {
		const size_t capacity = problems->capacity ? problems->capacity * 2 : 32;
		size_t *grown = realloc(problems->step, capacity * sizeof(*grown));
		if (!grown)
			return; /* only this one is missing then */
		problems->step = grown;
		problems->capacity = capacity;
	}
	problems->step[problems->count++] = step;
}

void problems_forget(struct replay_problems *problems)
{
	free(problems->step);
	*problems = (struct replay_problems){0};
}

/* The server's program had been asked, and answers only now. */
static bool answers_late(const struct replay_problems *problems, const struct ws_step *step)
{
	return step->client >= 0 && step->input.direction != step->client && step->input.length &&
	       problems->speaker == step->client + 1 && step->input.time - problems->spoken >= LONG_WAIT;
}

void problems_note(struct replay_problems *problems, size_t index, const struct ws_step *step)
{
	const uint32_t always = MARK(RETRANSMISSION) | MARK(OUT_OF_ORDER) | MARK(LOST_SEGMENT) | MARK(ACK_LOST_SEGMENT);
	const struct ws_segment *segment = &step->input;
	const unsigned self = segment->direction & 1;
	if (segment->kind != WS_INPUT_SEGMENT || segment->duplicate || step->way == WS_WAY_ARRIVAL)
		return;
	const bool repeated = step->analysis & MARK(DUPLICATE_ACK), closed = step->analysis & MARK(ZERO_WINDOW);
	if (step->analysis & always || segment->flags & WS_TCP_RST || (repeated && !problems->repeated[self]) ||
	    (closed && !problems->closed[self]) || answers_late(problems, step))
		problem_remember(problems, index);
	problems->repeated[self] = repeated;
	problems->closed[self] = closed;
	if (!segment->length)
		return;
	problems->speaker = (int8_t)(self + 1);
	problems->spoken = segment->time;
}

/* The number of problems at steps before `step`. */
static size_t problems_before(const struct replay_problems *problems, size_t step)
{
	return SEARCH_FIRST(problems->count, i, problems->step[i] < step);
}

void problems_jump(struct replay *replay, const struct ws_model *model, bool forward)
{
	struct replay_problems *problems = &replay->problems;
	replay_scan(replay, model, SIZE_MAX); /* they are counted */
	problems->shown = true;
	size_t at = problems_before(problems, replay->step + forward);
	if (forward ? at == problems->count : at == 0) {
		replay_stand(replay, replay->step);
		return;
	}
	replay_stand(replay, problems->step[forward ? at : at - 1]);
}

void problems_words(const struct replay *replay, struct ws_text *text)
{
	const struct replay_problems *problems = &replay->problems;
	if (!problems->shown)
		return;
	const size_t at = problems_before(problems, replay->step);
	const bool here = at < problems->count && problems->step[at] == replay->step;
	if (!problems->count)
		ws_text_puts(text, _("  no problem"));
	else if (here)
		ws_text_printf(text, _("  problem %zu of %zu"), at + 1, problems->count);
	else
		ws_text_printf(text, at ? _("  no later problem of %zu") : _("  no earlier problem of %zu"),
		               problems->count);
}
