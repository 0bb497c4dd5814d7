/* Two segments that answer each other again and again, and bring nothing new: an ACK storm, or ACKs that are answered with
 * RST. There may be thousands of them, so that the note of each says how many there were until then. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"

#include <wirestate/join.h>
#include <wirestate/language.h>

enum {
	LOOK_BACK = 8192, /* steps */
	LEAST = 4,        /* times that both were sent; fewer are no loop */
};
#define MARK(name) (1u << WS_ANALYSIS_##name)

/* A segment that has nothing new, and that no timer sends. */
static bool is_answer(const struct ws_step *step)
{
	const uint32_t timed =
	        MARK(KEEP_ALIVE) | MARK(KEEP_ALIVE_ACK) | MARK(ZERO_WINDOW_PROBE) | MARK(ZERO_WINDOW_PROBE_ACK);
	const struct ws_segment *s = &step->input;
	return s->kind == WS_INPUT_SEGMENT && step->way == WS_WAY_WHOLE && !s->length && !s->duplicate &&
	       !s->bad_checksum && !(s->flags & (WS_TCP_SYN | WS_TCP_FIN)) && !(step->analysis & timed);
}

static bool is_same(const struct ws_step *a, const struct ws_step *b)
{
	const struct ws_segment *first = &a->input, *second = &b->input;
	return is_answer(a) && is_answer(b) && first->direction == second->direction && first->flags == second->flags &&
	       first->sequence == second->sequence && first->acknowledgment == second->acknowledgment &&
	       first->window == second->window;
}

/* How often both were sent up to the step that is shown, and the time that took. 0: there is no loop. */
static size_t count_loop(const struct layout *layout, struct ws_step last[2], ws_time *time)
{
	const struct replay *replay = &layout->ui->replay;
	size_t index = layout->shown > LOOK_BACK ? layout->shown - LOOK_BACK : 0, times = 0;
	struct ws_step step, before[2] = {{.input.kind = WS_INPUT_EXPIRY}, {.input.kind = WS_INPUT_EXPIRY}};
	ws_time since = 0;
	for (; index <= layout->shown && replay_step(replay, index, &step); index++) {
		const bool again = is_same(&before[1], &step) && is_answer(&before[0]) &&
		                   before[0].input.direction != step.input.direction;
		if (again && !times)
			since = before[1].input.time;
		times = again ? times + 1 : 0;
		before[1] = before[0];
		before[0] = step;
	}
	last[0] = before[0];
	last[1] = before[1];
	*time = before[0].input.time - since;
	return times / 2 + 1 >= LEAST && *time / (ws_time)times < WS_SECOND ? times / 2 + 1 : 0;
}

bool loops_say(const struct layout *layout, struct ws_text *text)
{
	struct ws_step last[2];
	ws_time time;
	if (!is_answer(&layout->step) || layout->step.transition_count || !layout->told)
		return false;
	const size_t times = count_loop(layout, last, &time);
	if (!times)
		return false;
	const struct ws_duration_part took = ws_duration_part(time);
	const int resets = last[0].input.flags & WS_TCP_RST   ? last[0].input.direction & 1
	                   : last[1].input.flags & WS_TCP_RST ? last[1].input.direction & 1
	                                                      : -1;
	if (resets < 0)
		/* TRANSLATORS: "9 times in 4 ms" */
		ws_text_printf(
		        text,
		        _("These two ACKs have answered each other %zu times in %s, which is an ACK storm: each side "
		          "answers a number that it does not expect with an ACK, which the other one does not "
		          "expect either. It lasts until one of them is lost."),
		        times, took.text);
	else
		ws_text_printf(
		        text,
		        _("These two segments have answered each other %zu times in %s: the %s answers each ACK with "
		          "RST, and the %s goes on. The RST does not arrive there, or does not fit what is "
		          "expected (RFC 5961 §3.2)."),
		        times, took.text, layout_name(layout, resets), layout_name(layout, !resets));
	return true;
}
