/* What a side waits for, and since when: in words beside its state, and at pauses between segments.
 *
 * A state says what the endpoint waits for; the segments around it say when that is not all: data that is not
 * acknowledged, or a window of 0. While such holds, a FIN may wait to be sent, and nothing is said of the program. Of
 * two sides that wait, the one is named that the other waits for: FIN_WAIT_2 lasts as long as the peer's CLOSE_WAIT. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <string.h>

enum { LOOK_BACK = 64 }; /* steps that are looked at for unanswered data and the window */

/* What an endpoint's latest segments say. */
struct recent {
	uint32_t end, acked; /* one past the highest number sent; what the peer has acknowledged */
	bool sent, answered; /* these are known */
	ws_time first;       /* when the oldest unanswered segment was sent; 0: all are answered */
	uint32_t bytes;      /* of data that are unanswered */
	int copies;          /* how often that oldest segment was sent */
	uint32_t oldest;     /* its number */
	ws_time shut;        /* since when its window is 0; 0: it is open */
};

static bool counts(const struct ws_segment *input)
{
	return input->kind == WS_INPUT_SEGMENT && !input->bad_checksum && !input->duplicate &&
	       !(input->flags & WS_TCP_RST);
}

static uint32_t numbers_of(const struct ws_segment *input)
{
	return input->length + !!(input->flags & WS_TCP_SYN) + !!(input->flags & WS_TCP_FIN);
}

/* Of several points, a segment counts when it leaves, and what it acknowledges when it arrives. */
static void note_numbers(struct recent recent[2], const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	struct recent *own = &recent[input->direction & 1], *peer = &recent[!input->direction];
	const uint32_t end = input->sequence + numbers_of(input);
	const bool leaves = step->way != WS_WAY_ARRIVAL, arrives = step->way != WS_WAY_DEPARTURE;
	if (leaves && numbers_of(input) && (!own->sent || (int32_t)(end - own->end) > 0))
		own->end = end;
	own->sent |= leaves && numbers_of(input);
	if (arrives && input->flags & WS_TCP_ACK &&
	    (!peer->answered || (int32_t)(input->acknowledgment - peer->acked) > 0))
		peer->acked = input->acknowledgment;
	peer->answered |= arrives && input->flags & WS_TCP_ACK;
	if (input->window)
		own->shut = 0;
	else if (!own->shut)
		own->shut = input->time;
}

static void note_unanswered(struct recent *own, const struct ws_step *step)
{
	const struct ws_segment *input = &step->input;
	const uint32_t end = input->sequence + numbers_of(input);
	if (step->way == WS_WAY_ARRIVAL || !numbers_of(input) || (own->answered && (int32_t)(end - own->acked) <= 0))
		return;
	if (!own->first) {
		own->first = input->time;
		own->oldest = input->sequence;
		own->bytes = own->end - input->sequence;
	}
	own->copies += input->sequence == own->oldest;
}

/* Looks at the steps up to `index`, whose segment has arrived. */
static void look_back(const struct replay *replay, size_t index, struct recent recent[2])
{
	const size_t from = index + 1 > LOOK_BACK ? index + 1 - LOOK_BACK : 0;
	struct ws_step step;
	memset(recent, 0, 2 * sizeof(*recent));
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = from; i <= index && replay_step(replay, i, &step); i++) {
			if (!counts(&step.input))
				continue;
			if (pass)
				note_unanswered(&recent[step.input.direction & 1], &step);
			else
				note_numbers(recent, &step);
		}
}

/* When the endpoint came to the state that it is in after the step `index`. */
static ws_time state_since(const struct replay *replay, size_t index, int endpoint)
{
	size_t at = 0;
	struct ws_step step;
	for (size_t i = 0; i < replay->change_count && replay->changes[i].step <= index; i++)
		if (replay->changes[i].endpoint == endpoint && replay->changes[i].from != replay->changes[i].to)
			at = replay->changes[i].step;
	return replay_step(replay, at, &step) ? step.input.time : 0;
}

/* ---- Why an endpoint waits, the most telling reason first */

enum reason { WINDOW, UNANSWERED, NO_CLOSE, NO_FIN, NOTHING };

struct wait {
	enum reason reason;
	ws_time since;
	int copies;
	uint32_t bytes;
};

static bool is_unanswered(uint8_t state)
{
	return state != WS_CLOSED && state != WS_LISTEN && state != WS_TIME_WAIT && state != WS_FIN_WAIT_2;
}

static struct wait wait_of(const struct layout *layout, const struct recent recent[2], size_t index, int endpoint)
{
	const uint8_t state = layout->state[endpoint];
	const struct recent *own = &recent[endpoint];
	const bool over = state == WS_CLOSED || state == WS_TIME_WAIT;
	if (!over && own->shut && layout->state[!endpoint] != WS_CLOSED)
		return (struct wait){WINDOW, own->shut, 0, 0};
	if (own->first && is_unanswered(state))
		return (struct wait){UNANSWERED, own->first, own->copies, own->bytes};
	if (state == WS_CLOSE_WAIT && !recent[!endpoint].shut)
		return (struct wait){NO_CLOSE, state_since(&layout->ui->replay, index, endpoint), 0, 0};
	if (state == WS_FIN_WAIT_2 && layout->state[!endpoint] != WS_CLOSED)
		return (struct wait){NO_FIN, state_since(&layout->ui->replay, index, endpoint), 0, 0};
	return (struct wait){NOTHING, 0, 0, 0};
}

static void say_unanswered(const struct layout *layout, int endpoint, const struct wait *wait, struct ws_text *text)
{
	switch (layout->state[endpoint]) {
	case WS_SYN_SENT:
		ws_text_puts(text, _("no answer to its SYN"));
		break;
	case WS_SYN_RECEIVED:
		ws_text_puts(text, _("no ACK of its SYN"));
		break;
	case WS_FIN_WAIT_1:
	case WS_CLOSING:
	case WS_LAST_ACK:
		ws_text_puts(text, _("no ACK of its FIN"));
		break;
	default:
		ws_text_printf(text, ws_translate_plural("%u byte", "%u bytes", wait->bytes), wait->bytes);
		break;
	}
	if (wait->copies > 1)
		ws_text_printf(text, _(", sent %d times"), wait->copies);
}

/* "the server's program", or its name. */
static void say_program(const struct layout *layout, int endpoint, struct ws_text *text)
{
	if (!ws_process_label(text, &layout->info.endpoint[endpoint]))
		ws_text_printf(text, _("the %s's program"), layout_name(layout, endpoint));
}

static void say(const struct layout *layout, int endpoint, const struct wait *wait, ws_time passed,
                struct ws_text *text)
{
	const uint8_t state = layout->state[endpoint];
	char buffer[32], more[128];
	struct ws_text duration = WS_TEXT_OVER(buffer), what = WS_TEXT_OVER(more);
	draw_seconds(&duration, passed);
	const char *time = ws_text_cstr(&duration);
	switch (wait->reason) {
	case WINDOW:
		say_program(layout, endpoint, &what);
		ws_text_printf(text, _("Window 0 for %s: %s does not read"), time, ws_text_cstr(&what));
		break;
	case NO_CLOSE: /* TRANSLATORS: a state, for how long, and a program */
		say_program(layout, endpoint, &what);
		ws_text_printf(text, _("%s %s: %s has not called close()"), ws_state_name(state), time,
		               ws_text_cstr(&what));
		break;
	case UNANSWERED:
		say_unanswered(layout, endpoint, wait, &what);
		if (state == WS_ESTABLISHED || state == WS_CLOSE_WAIT)
			ws_text_printf(text, _("No ACK for %s: %s"), time, ws_text_cstr(&what));
		else
			ws_text_printf(text, _("%s %s: %s"), ws_state_name(state), time, ws_text_cstr(&what));
		break;
	default:
		ws_text_printf(text, _("%s %s: the %s has not sent its FIN"), ws_state_name(state), time,
		               layout_name(layout, !endpoint));
		break;
	}
}

/* The time up to which a wait is counted: a finished capture ends with its last packet, of any connection. */
static ws_time waits_until(const struct layout *layout)
{
	const bool ended = !layout->has_next && layout->arrived && !layout->model->running;
	return ended && layout->model->now > layout->time ? layout->model->now : layout->time;
}

bool waits_find(const struct layout *layout, int endpoint, struct ws_text *text, ws_time *passed)
{
	const size_t here = layout->shown;
	struct recent recent[2];
	*passed = -1;
	if (!layout->calls || (!layout->arrived && !here))
		return false;
	const size_t index = layout->arrived ? here : here - 1;
	look_back(&layout->ui->replay, index, recent);
	const struct wait own = wait_of(layout, recent, index, endpoint);
	const struct wait peer = wait_of(layout, recent, index, !endpoint);
	if (own.reason == NOTHING || peer.reason < own.reason || (peer.reason == own.reason && peer.since < own.since))
		return false;
	*passed = waits_until(layout) - own.since;
	if (*passed < WAITS_LEAST)
		return false;
	say(layout, endpoint, &own, *passed, text);
	return true;
}

/* After the step `index` nothing but its program keeps the endpoint from sending its FIN: no segment of either side is under
 * way, and the peer's window is open. */
static bool waits_for_close(const struct layout *layout, size_t index, const struct ws_step *step, int endpoint)
{
	struct recent recent[2];
	if (step->after[endpoint] != WS_CLOSE_WAIT)
		return false;
	look_back(&layout->ui->replay, index, recent);
	return !recent[0].first && !recent[1].first && !recent[!endpoint].shut;
}

void waits_at_gap(const struct layout *layout, size_t index, const struct ws_step *step, const struct ws_step *next,
                  ws_time gap, struct ws_text *text)
{
	const struct ws_segment *input = &step->input;
	const bool again = next->analysis & 1u << WS_ANALYSIS_RETRANSMISSION;
	char buffer[32];
	struct ws_text duration = WS_TEXT_OVER(buffer);
	draw_duration(&duration, gap);
	const char *time = ws_text_cstr(&duration);
	/* TRANSLATORS: these are about a pause between two segments: "3 s idle". */
	if (next->input.kind == WS_INPUT_EXPIRY)
		ws_text_printf(text, _("%s in TIME_WAIT"), time);
	else if (!layout->calls)
		ws_text_printf(text, _("%s idle"), time);
	else if (counts(input) && !input->window && !(input->flags & WS_TCP_SYN))
		ws_text_printf(text, _("%s: the %s does not read"), time, layout_name(layout, input->direction));
	else if (again)
		ws_text_printf(text, _("%s without an answer"), time);
	else if (waits_for_close(layout, index, step, 0) || waits_for_close(layout, index, step, 1))
		ws_text_printf(text, _("%s: no close() by the %s"), time,
		               layout_name(layout, step->after[1] == WS_CLOSE_WAIT));
	else
		ws_text_printf(text, _("%s idle"), time);
}
