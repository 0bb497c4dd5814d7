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
		ws_text_puts(text, "no answer to its SYN");
		break;
	case WS_SYN_RECEIVED:
		ws_text_puts(text, "no ACK of its SYN");
		break;
	case WS_FIN_WAIT_1:
	case WS_CLOSING:
	case WS_LAST_ACK:
		ws_text_puts(text, "no ACK of its FIN");
		break;
	default:
		ws_text_printf(text, "%u byte%s", wait->bytes, wait->bytes == 1 ? "" : "s");
		break;
	}
	if (wait->copies > 1)
		ws_text_printf(text, ", sent %d times", wait->copies);
}

static void say(const struct layout *layout, int endpoint, const struct wait *wait, ws_time passed,
                struct ws_text *text)
{
	const char *name = layout_name(layout, endpoint), *peer = layout_name(layout, !endpoint);
	const bool data = wait->reason == UNANSWERED &&
	                  (layout->state[endpoint] == WS_ESTABLISHED || layout->state[endpoint] == WS_CLOSE_WAIT);
	ws_text_printf(text, "%s ",
	               wait->reason == WINDOW ? "Window 0 for"
	               : data                 ? "No ACK for"
	                                      : ws_state_name(layout->state[endpoint]));
	draw_seconds(text, passed);
	ws_text_puts(text, ": ");
	if (wait->reason == WINDOW || wait->reason == NO_CLOSE) {
		if (!ws_process_label(text, &layout->info.endpoint[endpoint]))
			ws_text_printf(text, "the %s's program", name);
		ws_text_puts(text, wait->reason == WINDOW ? " does not read" : " has not called close()");
	} else if (wait->reason == UNANSWERED)
		say_unanswered(layout, endpoint, wait, text);
	else
		ws_text_printf(text, "the %s has not sent its FIN", peer);
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

void waits_at_gap(const struct layout *layout, const struct ws_step *step, const struct ws_step *next,
                  struct ws_text *text)
{
	const uint8_t *state = step->after;
	const struct ws_segment *input = &step->input;
	const bool again = next->analysis & 1u << WS_ANALYSIS_RETRANSMISSION;
	if (next->input.kind == WS_INPUT_EXPIRY)
		ws_text_puts(text, " in TIME_WAIT");
	else if (!layout->calls)
		ws_text_puts(text, " idle");
	else if (counts(input) && !input->window && !(input->flags & WS_TCP_SYN))
		ws_text_printf(text, ": the %s does not read", layout_name(layout, input->direction));
	else if (again)
		ws_text_puts(text, " without an answer");
	else if (state[0] == WS_CLOSE_WAIT || state[1] == WS_CLOSE_WAIT)
		ws_text_printf(text, ": no close() by the %s", layout_name(layout, state[1] == WS_CLOSE_WAIT));
	else
		ws_text_puts(text, " idle");
}
