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

bool evidence_of_lab(const struct layout *layout)
{
	struct ws_frame frame;
	struct ws_step step;
	if (layout->step.input.kind == WS_INPUT_SEGMENT)
		return fetch_frame(layout, &layout->step, &frame) && is_of_lab(&frame);
	return replay_step(&layout->ui->replay, 0, &step) && fetch_frame(layout, &step, &frame) && is_of_lab(&frame);
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

/* ---- The calls that stand beside the lifelines */

/* X(name, it may block: what it returns says more than that it was called) */
#define CALLS_BESIDE(X)                                                                                                \
	X("listen", false)                                                                                             \
	X("accept", true)                                                                                              \
	X("accept4", true)                                                                                             \
	X("connect", true)                                                                                             \
	X("send", false)                                                                                               \
	X("sendto", false)                                                                                             \
	X("sendmsg", false)                                                                                            \
	X("write", false)                                                                                              \
	X("recv", true)                                                                                                \
	X("recvfrom", true)                                                                                            \
	X("recvmsg", true)                                                                                             \
	X("read", true)                                                                                                \
	X("shutdown", false)                                                                                           \
	X("close", false)

/* False: a call that has its place in the text below only, as socket() and sleep() have. */
static bool stands_beside(const struct ws_evidence *evidence, bool *blocks)
{
	static const struct {
		const char *name;
		bool blocks;
	} table[] = {
#define X(name, blocks) {name, blocks},
	        CALLS_BESIDE(X)
#undef X
	};
	const bool is_call = evidence->kind == WS_EVIDENCE_CALL || evidence->kind == WS_EVIDENCE_RETURN;
	for (size_t i = 0; is_call && i < WS_ARRAY_SIZE(table); i++) {
		const size_t length = strlen(table[i].name);
		if (evidence->length > length && memcmp(evidence->text, table[i].name, length) == 0 &&
		    evidence->text[length] == '(') {
			*blocks = table[i].blocks;
			return true;
		}
	}
	return false;
}

/* What a call returned, up to the next space. NULL: it has not returned. */
static const char *find_result(const struct ws_evidence *evidence, size_t *length)
{
	static const char sign[] = " = ";
	const char *const end = evidence->text + evidence->length;
	const char *result = memmem(evidence->text, evidence->length, sign, strlen(sign));
	*length = 0;
	if (!result)
		return NULL;
	result += strlen(sign);
	while (result + *length < end && result[*length] != ' ')
		++*length;
	return result;
}

static bool has_failed(const struct ws_evidence *evidence)
{
	size_t length;
	const char *result = find_result(evidence, &length);
	return result && *result == '-';
}

static void add_call(const struct ws_evidence *evidence, bool blocks, int width, struct calls *calls)
{
	char name[CALL_ROOM], value[CALL_ROOM] = "";
	const char *paren = memchr(evidence->text, '(', evidence->length);
	size_t length;
	const char *result = find_result(evidence, &length);
	snprintf(name, sizeof(name), "%.*s()%s", (int)(paren - evidence->text), evidence->text,
	         blocks && evidence->kind == WS_EVIDENCE_CALL ? " …" : "");
	struct ws_text text = WS_TEXT_OVER(value);
	if (result && (blocks || *result == '-'))
		ws_text_clean(&text, result, length);
	calls_add_real(calls, name, ws_text_cstr(&text), width);
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

void evidence_calls(const struct layout *layout, const struct ws_step *step, int endpoint, int width,
                    struct calls *calls)
{
	const bool server = layout_name(layout, endpoint)[0] == 's';
	struct ws_frame frame;
	struct ws_evidence evidence;
	size_t at = 0;
	bool blocks;
	if (!fetch_frame(layout, step, &frame))
		return;
	while (ws_evidence_next(frame.comment, frame.comment_length, &at, &evidence))
		if (evidence.server == server && stands_beside(&evidence, &blocks) &&
		    !(evidence.kind == WS_EVIDENCE_CALL &&
		      returns_later(frame.comment, frame.comment_length, at, &evidence)))
			add_call(&evidence, blocks, width, calls);
}

/* ---- What happened at a step */

static void put_line(const struct ws_evidence *evidence, struct ws_text *text)
{
	if (text->length)
		ws_text_puts(text, "; ");
	ws_evidence_words(text, evidence);
}

/* `beside`: calls that stand beside the lifelines are left out, unless they have failed. */
static void put_comment(const char *comment, size_t length, bool beside, struct ws_text *text)
{
	struct ws_evidence evidence;
	size_t at = 0;
	bool blocks;
	while (ws_evidence_next(comment, length, &at, &evidence)) {
		const bool told =
		        evidence.kind != WS_EVIDENCE_KERNEL && !is_flight(&evidence, WS_FLIGHT_DELIVERED) &&
		        !is_flight(&evidence, WS_FLIGHT_LEFT) &&
		        !(evidence.kind == WS_EVIDENCE_CALL && returns_later(comment, length, at, &evidence)) &&
		        !(beside && stands_beside(&evidence, &blocks) && !has_failed(&evidence));
		if (told)
			put_line(&evidence, text);
	}
}

void evidence_text(const struct layout *layout, struct ws_text *text)
{
	struct ws_frame frame;
	if (!fetch_frame(layout, &layout->step, &frame) || !is_of_lab(&frame))
		return;
	put_comment(frame.comment, frame.comment_length, layout->calls, text);
	if (!layout->has_next) /* what happened after the last packet */
		put_comment(layout->model->capture.comment, layout->model->capture.comment_length, false, text);
	if (text->length)
		ws_text_putc(text, '.');
}
