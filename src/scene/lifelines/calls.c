/* The programs' calls, which stand beside the lifelines at the segments that they cause or answer to.
 *
 * Packets do not show calls, so they are inferred from the changes of state, and marked with ~: a SYN says that
 * connect() was called, a FIN that close() was, and a FIN that arrives lets recv() return 0. A close() and a shutdown()
 * look the same until data comes back: after close() these are answered with RST, after shutdown() with an ACK. What a
 * kernel does for a program that has died looks like its close(). In captures of the lab the real calls stand there in
 * their place.
 *
 * Beside the lifelines is little room, so each call has several forms. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_AHEAD = 64 }; /* steps after a FIN that are looked at for data from the peer */

static bool change_of(const struct replay *replay, int endpoint, uint8_t to, size_t *step)
{
	for (size_t i = replay->change_count; i-- > 0;) {
		const struct replay_change *change = &replay->changes[i];
		if (change->endpoint == endpoint && change->to == to && !change->taken_back) {
			*step = change->step;
			return true;
		}
	}
	return false;
}

/* True when the endpoint has acknowledged data that came after its first FIN: its program has called shutdown(). Like
 * close(), this is a fact about the whole connection, so steps after the one that is shown count, too. */
static bool has_shut_down(const struct replay *replay, int endpoint)
{
	size_t at;
	struct ws_step step;
	bool data = false;
	if (!change_of(replay, endpoint, WS_FIN_WAIT_1, &at))
		return false;
	for (size_t i = at + 1; i < at + LOOK_AHEAD && replay_step(replay, i, &step); i++) {
		const struct ws_segment *input = &step.input;
		if (input->kind != WS_INPUT_SEGMENT || input->bad_checksum || input->duplicate)
			continue;
		if (input->flags & WS_TCP_RST)
			return false;
		if (data && input->direction == endpoint)
			return true;
		data |= input->direction != endpoint && input->length;
	}
	return false;
}

void calls_prepare(struct layout *layout)
{
	layout->lab = evidence_of_lab(layout);
	for (int endpoint = 0; endpoint < 2 && !layout->lab; endpoint++)
		layout->shut[endpoint] = has_shut_down(&layout->ui->replay, endpoint);
	/* A lesson may ask for the call. */
	const struct lesson_view *lesson = &layout->ui->lesson;
	layout->calls = !lesson->lesson || lesson->answered || lesson->stop == lesson->lesson->stop_count;
}

/* ---- Inferred calls */

struct call {
	const char *name, *result; /* NULL: nothing; "": it is called */
};

/* The handshake is complete for this endpoint, whatever showed it. */
static struct call at_establishment(const struct layout *layout, const struct ws_transition *change)
{
	size_t at;
	if (change->from != WS_SYN_SENT && change->from != WS_SYN_RECEIVED)
		return (struct call){NULL, NULL};
	return change->from == WS_SYN_SENT || change_of(&layout->ui->replay, change->endpoint, WS_SYN_SENT, &at)
	               ? (struct call){"connect()", "0"}
	               : (struct call){"accept()", "fd"};
}

static struct call by_sender(const struct layout *layout, const struct ws_step *step,
                             const struct ws_transition *change)
{
	const unsigned flags = step->input.flags;
	const bool open = change->from == WS_ESTABLISHED || change->from == WS_CLOSE_WAIT;
	if (flags & WS_TCP_RST)
		return (struct call){open && change->to == WS_CLOSED ? "close()" : NULL, ""};
	if (change->to == WS_SYN_SENT)
		return (struct call){"connect()", ""};
	if (flags & WS_TCP_FIN && change->to == WS_FIN_WAIT_1)
		return (struct call){layout->shut[change->endpoint] ? "shutdown()" : "close()", ""};
	return (struct call){flags & WS_TCP_FIN && change->to == WS_LAST_ACK ? "close()" : NULL, ""};
}

static struct call by_receiver(const struct layout *layout, const struct ws_step *step,
                               const struct ws_transition *change)
{
	const bool open =
	        change->from == WS_ESTABLISHED ||
	        (layout->shut[change->endpoint] && (change->from == WS_FIN_WAIT_1 || change->from == WS_FIN_WAIT_2));
	if (step->input.kind == WS_INPUT_UNREACHABLE || step->input.flags & WS_TCP_RST) {
		const bool fails = change->to == WS_CLOSED && (change->from == WS_SYN_SENT || open);
		return (struct call){!fails ? NULL : change->from == WS_SYN_SENT ? "connect()" : "recv()", "-1"};
	}
	if (step->input.flags & WS_TCP_FIN && open && (change->to == WS_CLOSE_WAIT || change->to == WS_TIME_WAIT))
		return (struct call){"recv()", "0"};
	return (struct call){NULL, NULL};
}

/* Writes the longest form that fits. False: none does. */
static bool write_form(struct ws_text *text, const char *mark, const char *name, const char *result, int width)
{
	const size_t start = text->length;
	for (int form = 0; form < 3; form++) {
		text->length = start;
		ws_text_printf(text, "%s%s", mark, name);
		if (result[0] && form < 2)
			ws_text_printf(text, form ? "=%s" : " = %s", result);
		if (ws_columns(ws_text_cstr(text)) <= width)
			return true;
	}
	text->length = start;
	return false;
}

static void add_call(struct calls *calls, const char *mark, const char *name, const char *result, bool after, int width)
{
	if (calls->count == CALLS_MOST) { /* the latest ones are shown */
		memmove(calls->text[0], calls->text[1], sizeof(calls->text[0]) * (size_t)--calls->count);
		calls->before -= calls->before > 0;
	}
	struct ws_text text = WS_TEXT_OVER(calls->text[calls->count]);
	if (!write_form(&text, mark, name, result, width))
		return;
	/* No call comes before one that comes after the step. */
	calls->before += !after && calls->before == calls->count;
	calls->count++;
}

static void infer_calls(const struct layout *layout, const struct ws_step *step, int endpoint, int width,
                        struct calls *calls)
{
	for (int i = 0; i < step->transition_count; i++) {
		const struct ws_transition *change = &step->transition[i];
		const bool happened = change->basis != WS_BASIS_RETRACTION && change->basis != WS_BASIS_TIMER;
		const bool sends = step->input.kind == WS_INPUT_SEGMENT && step->input.direction == endpoint;
		if (change->endpoint != endpoint || !happened)
			continue;
		const struct call call = change->to == WS_ESTABLISHED ? at_establishment(layout, change)
		                         : sends                      ? by_sender(layout, step, change)
		                                                      : by_receiver(layout, step, change);
		if (call.name)
			add_call(calls, "~", call.name, call.result, step->way != WS_WAY_WHOLE && call.result[0],
			         width);
	}
}

/* ---- Real calls */

void calls_add_real(struct calls *calls, const char *name, const char *result, bool after, int width)
{
	add_call(calls, "", name, result, after, width);
}

void calls_find(const struct layout *layout, const struct ws_step *step, int endpoint, int width, struct calls *calls)
{
	calls->count = calls->before = 0;
	if (!layout->calls || (layout->few_calls && step->input.frame != layout->step.input.frame))
		return;
	if (layout->lab)
		evidence_calls(layout, step, endpoint, width, calls);
	else
		infer_calls(layout, step, endpoint, width, calls);
}
