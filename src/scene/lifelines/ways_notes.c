/* What several points prove about a segment, in words: when it arrived, where it was lost, and whether sending it again
 * was needed. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"

#include <wirestate/join.h>
#include <wirestate/language.h>

#include <stdio.h>
#include <string.h>

enum { LOOK_BACK = 512 }; /* steps that are looked through for the first copy */

bool ways_goes_on(const struct ws_model *model)
{
	return model->running || model->loading || model->past;
}

struct ws_step ways_whole(const struct replay *replay, const struct ws_step *step)
{
	struct ws_step whole = *step, other;
	if (step->way == WS_WAY_WHOLE || step->other == WS_STEP_NONE || !replay_step(replay, step->other, &other))
		return whole;
	const struct ws_step *left = step->way == WS_WAY_DEPARTURE ? step : &other;
	const struct ws_step *came = step->way == WS_WAY_DEPARTURE ? &other : step;
	const int receiver = !left->input.direction;
	whole = *left;
	whole.analysis |= came->analysis;
	whole.before[receiver] = came->before[receiver];
	whole.after[receiver] = came->after[receiver];
	whole.certainty_before[receiver] = came->certainty_before[receiver];
	whole.certainty[receiver] = came->certainty[receiver];
	whole.time_wait_end[receiver] = came->time_wait_end[receiver];
	for (int i = 0; i < came->transition_count && whole.transition_count < WS_MAX_TRANSITIONS; i++)
		whole.transition[whole.transition_count++] = came->transition[i];
	return whole;
}

/* ---- Where a segment was lost */

/* `format` has the names of two points. */
__attribute__((format(printf, 4, 0))) static void
say_between(const struct layout *layout, const struct ws_transit *transit, struct ws_text *text, const char *format)
{
	const struct ws_conn_path *path = ws_replay_path(layout->ui->replay.steps);
	ws_text_printf(text, format, path->name[transit->last], path->name[transit->next]);
}

/* `format` has a duration. */
__attribute__((format(printf, 3, 0))) static void say_after(struct ws_text *text, ws_time duration, const char *format)
{
	char buffer[32];
	struct ws_text words = WS_TEXT_OVER(buffer);
	ws_duration_words(&words, duration);
	ws_text_printf(text, format, ws_text_cstr(&words));
}

/* The points between the two ends that a segment passed, with how long after its departure. */
static void say_passed(const struct layout *layout, size_t index, struct ws_text *text)
{
	const struct ws_replay *steps = layout->ui->replay.steps;
	const struct ws_conn_path *path = ws_replay_path(steps);
	struct ws_transit transit;
	if (!ws_replay_transit(steps, index, &transit))
		return;
	for (unsigned place = 1; place + 1u < path->result.points; place++) {
		const bool forward = transit.direction == 0;
		const unsigned point = path->result.path[forward ? place : path->result.points - 1u - place];
		if (!transit.frame[point] || transit.first < 0 || (int)point == transit.first)
			continue;
		char buffer[32];
		struct ws_text words = WS_TEXT_OVER(buffer);
		ws_duration_words(&words, transit.time[point] - transit.time[transit.first]);
		ws_text_printf(text, _(" It passed %s after %s."), path->name[point], ws_text_cstr(&words));
	}
}

static void say_dropped(struct ws_text *text, const struct ws_flight *flight)
{
	switch (flight->reason) {
	case WS_SAYS_DROPPED_BY_RULE:
		ws_text_printf(text, _(" The wire has dropped it by the rule in line %u."), (unsigned)flight->rule);
		break;
	case WS_SAYS_DROPPED_BY_HAND:
		ws_text_puts(text, _(" The wire has dropped it by hand."));
		break;
	case WS_SAYS_DROPPED_BY_CHANCE:
		ws_text_puts(text, _(" The wire has dropped it by chance."));
		break;
	case WS_SAYS_DROPPED_FOR_ROOM:
		ws_text_puts(text, _(" The wire has dropped it: it had no room for it."));
		break;
	case WS_SAYS_DROPPED_BY_SYSTEM: /* TRANSLATORS: %s is an error of the system */
		ws_text_printf(text, _(" The wire has dropped it: %s."), flight->error);
		break;
	default: /* in the words of another version's lab */
		ws_text_puts(text, _(" The wire has dropped it."));
		break;
	}
}

void ways_say_fate(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *step = &layout->step;
	const struct ws_replay *steps = layout->ui->replay.steps;
	const char *receiver = layout_name(layout, !step->input.direction);
	struct ws_transit transit;
	const struct ws_flight *flight = evidence_flight(layout, step);
	if (flight && evidence_hangs(layout, step) && step->other == WS_STEP_NONE) {
		ws_text_puts(text, _(" It hangs in the air."));
	} else if (flight && flight->dropped) {
		say_dropped(text, flight);
	} else if (step->other != WS_STEP_NONE) {
		say_after(text, step->other_time - step->input.time, _(" It arrives %s later."));
	} else if (step->outcome == WS_OUTCOME_LOST && ws_replay_transit(steps, layout->shown, &transit)) {
		say_between(layout, &transit, text, _(" It is lost between %s and %s."));
	} else if (step->in_air && ways_goes_on(layout->model)) {
		ws_text_puts(text, _(" It is still on its way."));
	} else {
		ws_text_printf(text, _(" Its arrival at the %s was not captured."), receiver);
	}
	say_passed(layout, layout->shown, text);
}

void ways_say_arrival(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *step = &layout->step;
	const char *sender = layout_name(layout, step->input.direction);
	const char *receiver = layout_name(layout, !step->input.direction);
	char words[160], buffer[32];
	struct ws_text segment = WS_TEXT_OVER(words), duration = WS_TEXT_OVER(buffer);
	layout_segment(layout, step, 0, &segment);
	const char *what = ws_text_cstr(&segment);
	/* TRANSLATORS: what arrives, such as "SYN seq 0"; then "client" or "server" */
	if (step->other != WS_STEP_NONE) {
		ws_duration_words(&duration, step->input.time - step->other_time);
		ws_text_printf(text, _("%s arrives at the %s, %s after it left the %s."), what, receiver,
		               ws_text_cstr(&duration), sender);
		say_passed(layout, layout->shown, text);
	} else if (step->outcome == WS_OUTCOME_DUPLICATED) {
		ws_text_printf(text, _("%s arrives at the %s a second time: it left once."), what, receiver);
	} else if (step->outcome == WS_OUTCOME_INJECTED) {
		ws_text_printf(text, _("%s arrives at the %s, and never left the %s: somebody on the way has sent it."),
		               what, receiver, sender);
	} else {
		ws_text_printf(text, _("%s arrives at the %s. That it left the %s was not captured."), what, receiver,
		               sender);
	}
}

/* ---- Sent again */

static uint32_t end_of(const struct ws_segment *input)
{
	return input->sequence + input->length + !!(input->flags & WS_TCP_SYN) + !!(input->flags & WS_TCP_FIN);
}

/* The copy of the bytes that was sent before. */
static bool find_first_copy(const struct layout *layout, const struct ws_segment *again, size_t before, size_t *index,
                            struct ws_step *first)
{
	const struct replay *replay = &layout->ui->replay;
	for (size_t i = before, looked = 0; i-- > 0 && looked < LOOK_BACK; looked++) {
		if (!replay_step(replay, i, first))
			return false;
		const struct ws_segment *input = &first->input;
		if (first->way != WS_WAY_DEPARTURE || input->direction != again->direction ||
		    end_of(input) == input->sequence || (int32_t)(again->sequence - input->sequence) < 0 ||
		    (int32_t)(end_of(input) - end_of(again)) < 0)
			continue;
		*index = i;
		return true;
	}
	return false;
}

/* What became of the first acknowledgment of the copy that had arrived. */
static void say_acknowledgment(const struct layout *layout, const struct ws_step *first, size_t until,
                               struct ws_text *text)
{
	const struct replay *replay = &layout->ui->replay;
	struct ws_step step;
	for (size_t i = first->other, looked = 0; i < until && looked < LOOK_BACK; i++, looked++) {
		struct ws_transit transit;
		if (!replay_step(replay, i, &step))
			return;
		if (step.way != WS_WAY_DEPARTURE || step.input.direction == first->input.direction ||
		    !(step.input.flags & WS_TCP_ACK) ||
		    (int32_t)(step.input.acknowledgment - end_of(&first->input)) < 0)
			continue;
		if (step.outcome == WS_OUTCOME_LOST && ws_replay_transit(replay->steps, i, &transit)) {
			say_between(layout, &transit, text, _(" Its ACK was lost between %s and %s."));
		} else if (step.other != WS_STEP_NONE && step.other > until) {
			ws_text_puts(text, _(" Its ACK was still on its way."));
		} else if (step.other != WS_STEP_NONE) {
			ws_text_puts(text, _(" Its ACK had arrived, too."));
		}
		return;
	}
	ws_text_puts(text, _(" Its ACK had not been sent yet."));
}

bool ways_say_again(const struct layout *layout, struct ws_text *text)
{
	const struct ws_step *again = &layout->whole;
	const struct ws_replay *steps = layout->ui->replay.steps;
	const size_t left = layout->step.way == WS_WAY_ARRIVAL ? layout->step.other : layout->shown;
	struct ws_step first;
	struct ws_transit transit;
	size_t index;
	if (layout->step.outcome == WS_OUTCOME_DUPLICATED && layout->step.other == WS_STEP_NONE) {
		ws_text_puts(text, _("The network delivered this segment twice. What has arrived before is dropped."));
		return true;
	}
	if (again->way != WS_WAY_DEPARTURE || !(again->analysis & 1u << WS_ANALYSIS_RETRANSMISSION) ||
	    !find_first_copy(layout, &again->input, left, &index, &first))
		return false;
	if (first.outcome == WS_OUTCOME_LOST && ws_replay_transit(steps, index, &transit)) {
		say_between(layout, &transit, text, _("It was needed: the copy before was lost between %s and %s."));
		return true;
	}
	if (first.other == WS_STEP_NONE)
		return false;
	const ws_time passed = again->input.time - first.other_time;
	say_after(text, passed,
	          passed >= 0
	                  ? _("It was not needed: the copy before had arrived %s before this one left.")
	                  : _("It was not needed: the copy before was on its way, and arrived %s after this one had "
	                      "left."));
	if (passed >= 0)
		say_acknowledgment(layout, &first, left, text);
	return true;
}
