/* For captures of the lab: the states that both kernels were in, beside the inferred ones, and what the programs and
 * the wire did at a step. It is in the comments of the packets, see wirestate/evidence.h. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/evidence.h>

#include <stdio.h>
#include <string.h>

enum { LOOK_BACK = 256 }; /* steps that are looked at for a kernel's last state */

static bool fetch_frame(const struct layout *layout, const struct ws_step *step, struct ws_frame *frame)
{
	return step->input.kind == WS_INPUT_SEGMENT &&
	       ws_model_fetch(layout->model, step->point, step->input.position, frame);
}

static bool is_of_lab(const struct ws_frame *frame)
{
	static const char begin[] = "wirestate: lab";
	const char *comment = frame->interface ? frame->interface->section_comment : NULL;
	return comment && strncmp(comment, begin, strlen(begin)) == 0;
}

static bool is_word(const struct ws_evidence *evidence, size_t place, const char *wanted)
{
	size_t length;
	const char *word = ws_evidence_word(evidence, place, &length);
	return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

/* True: the line is about this endpoint's socket, or, where `listening`, about the one that it listens with. */
static bool is_about(const struct layout *layout, const struct ws_evidence *evidence, int endpoint, bool listening)
{
	char buffer[64];
	struct ws_text name = WS_TEXT_OVER(buffer);
	const struct ws_endpoint_info *own = &layout->info.endpoint[endpoint],
	                              *peer = &layout->info.endpoint[!endpoint];
	if (evidence->kind != WS_EVIDENCE_KERNEL)
		return false;
	if (listening) {
		ws_text_printf(&name, "%u", own->port);
		return is_word(evidence, 1, ws_text_cstr(&name));
	}
	ws_text_endpoint(&name, &own->address, layout->info.ip_version, own->port);
	if (!is_word(evidence, 1, ws_text_cstr(&name)))
		return false;
	name.length = 0;
	ws_text_endpoint(&name, &peer->address, layout->info.ip_version, peer->port);
	return is_word(evidence, 2, ws_text_cstr(&name));
}

/* What the wire says of a packet is this word. */
static bool is_flight(const struct ws_evidence *evidence, enum ws_flight_word wanted)
{
	uint64_t packet;
	enum ws_flight_word word;
	return ws_evidence_flight(evidence, &packet, &word) && word == wanted;
}

/* The last state in a comment that fits. False: there is none. */
static bool last_state(const struct layout *layout, const struct ws_frame *frame, int endpoint, bool in_air,
                       char state[16])
{
	struct ws_evidence evidence;
	bool found = false;
	size_t at = 0;
	while (ws_evidence_next(frame->comment, frame->comment_length, &at, &evidence)) {
		size_t length;
		/* A segment that flies has not been delivered: what came after that is not yet shown. */
		if (in_air && is_flight(&evidence, WS_FLIGHT_DELIVERED))
			break;
		const bool own = is_about(layout, &evidence, endpoint, false);
		if (!own && (found || !is_about(layout, &evidence, endpoint, true)))
			continue;
		const char *word = ws_evidence_word(&evidence, 0, &length);
		snprintf(state, 16, "%.*s", (int)(length < 15 ? length : 15), word);
		found = true;
	}
	return found;
}

/* The kernel's state of an endpoint at the step that is shown. False: it is not known. */
static bool kernel_state(const struct layout *layout, int endpoint, char state[16])
{
	const size_t here = layout->ui->replay.step;
	for (size_t back = 0; back <= here && back < LOOK_BACK; back++) {
		struct ws_step step;
		struct ws_frame frame;
		if (!replay_step(&layout->ui->replay, here - back, &step))
			return false;
		if (!fetch_frame(layout, &step, &frame))
			continue;
		if (!is_of_lab(&frame))
			return false;
		if (last_state(layout, &frame, endpoint, back == 0 && !layout->arrived, state))
			return true;
	}
	return false;
}

bool evidence_kernel(const struct layout *layout, int endpoint, struct ws_text *text, enum ws_style *style)
{
	char state[16];
	if (!kernel_state(layout, endpoint, state))
		return false;
	if (strcmp(state, ws_state_name(layout->state[endpoint])) == 0)
		*style = WS_STYLE_GOOD;
	else
		*style = layout->certainty[endpoint] == WS_CONFIRMED ? WS_STYLE_BAD : WS_STYLE_WARN;
	ws_text_printf(text, "kernel %s", state);
	return true;
}

/* ---- What happened at a step */

static void put_line(const struct ws_evidence *evidence, struct ws_text *text)
{
	if (text->length)
		ws_text_puts(text, "; ");
	ws_evidence_words(text, evidence);
}

/* A call and its return are one thing, where both belong to the step. */
static bool returns_later(const char *comment, size_t length, size_t at, const struct ws_evidence *call)
{
	struct ws_evidence evidence;
	while (ws_evidence_next(comment, length, &at, &evidence))
		if (evidence.kind == WS_EVIDENCE_RETURN && evidence.server == call->server &&
		    evidence.call == call->call)
			return true;
	return false;
}

static void put_comment(const char *comment, size_t length, struct ws_text *text)
{
	struct ws_evidence evidence;
	size_t at = 0;
	while (ws_evidence_next(comment, length, &at, &evidence)) {
		const bool told = evidence.kind != WS_EVIDENCE_KERNEL &&
		                  !is_flight(&evidence, WS_FLIGHT_DELIVERED) && !is_flight(&evidence, WS_FLIGHT_LEFT) &&
		                  !(evidence.kind == WS_EVIDENCE_CALL && returns_later(comment, length, at, &evidence));
		if (told)
			put_line(&evidence, text);
	}
}

void evidence_text(const struct layout *layout, struct ws_text *text)
{
	struct ws_frame frame;
	if (!fetch_frame(layout, &layout->step, &frame) || !is_of_lab(&frame))
		return;
	put_comment(frame.comment, frame.comment_length, text);
	if (!layout->has_next) /* what happened after the last packet */
		put_comment(layout->model->capture.comment, layout->model->capture.comment_length, text);
	if (text->length)
		ws_text_putc(text, '.');
}
