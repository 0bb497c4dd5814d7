/* For captures of the lab: the states that both kernels were in, beside the inferred ones, and what the programs and
 * the wire did at a step. It is in the comments of the packets, see wirestate/flights.h. */
#include "scene/lifelines/lifelines.h"
#include "scene/ui.h"
#include "scene/widgets/draw.h"

#include <wirestate/evidence.h>

#include <stdio.h>
#include <string.h>

enum { LOOK_BACK = 4096 }; /* lines that are looked at for a kernel's last state */

bool evidence_of_lab(const struct layout *layout)
{
	return layout->model->flights;
}

/* ---- Segments on the wire */

const struct ws_flight *evidence_flight(const struct layout *layout, const struct ws_step *step)
{
	struct ws_step departure = *step;
	if (step->input.kind != WS_INPUT_SEGMENT || !layout->model->flights)
		return NULL;
	if (step->way == WS_WAY_ARRIVAL &&
	    (step->other == WS_STEP_NONE || !replay_step(&layout->ui->replay, step->other, &departure)))
		return NULL;
	return ws_flights_find(layout->model->flights, departure.input.frame);
}

/* What was said before this time is known at the moment that is shown. */
static ws_time moment_shown(const struct layout *layout)
{
	const struct ws_flight *flight = layout->arrived ? NULL : evidence_flight(layout, &layout->step);
	if (flight && flight->ended != WS_TIME_NEVER)
		return flight->ended;
	return layout->has_next ? layout->next.input.time : WS_TIME_NEVER;
}

bool evidence_hangs(const struct layout *layout, const struct ws_step *step)
{
	const struct ws_flight *flight = evidence_flight(layout, step);
	return flight && flight->ended >= moment_shown(layout);
}

/* ---- Kernels */

/* True: the line is about this endpoint's socket, or, where `listening`, about the one that it listens with. */
static bool is_about(const struct layout *layout, const struct ws_evidence *evidence, int endpoint, bool listening)
{
	char buffer[64];
	struct ws_text name = WS_TEXT_OVER(buffer);
	const struct ws_endpoint_info *own = &layout->info.endpoint[endpoint],
	                              *peer = &layout->info.endpoint[!endpoint];
	if (evidence->kind != WS_EVIDENCE_KERNEL)
		return false;
	const struct ws_evidence_socket *socket = &evidence->socket;
	if (listening || socket->listens)
		return listening && socket->listens && socket->port == own->port;
	ws_text_endpoint(&name, &own->address, layout->info.ip_version, own->port);
	if (!ws_evidence_is(evidence, socket->local, ws_text_cstr(&name)))
		return false;
	name.length = 0;
	ws_text_endpoint(&name, &peer->address, layout->info.ip_version, peer->port);
	return ws_evidence_is(evidence, socket->peer, ws_text_cstr(&name));
}

/* The kernel's state of an endpoint at the moment that is shown. False: it is not known. */
static bool kernel_state(const struct layout *layout, int endpoint, char state[16])
{
	const struct ws_flights *flights = layout->model->flights;
	const size_t end = ws_flights_line_at(flights, moment_shown(layout));
	const size_t begin = end > LOOK_BACK ? end - LOOK_BACK : 0;
	for (int listening = 0; listening < 2; listening++)
		for (size_t i = end; i > begin; i--) {
			struct ws_evidence evidence;
			ws_flights_line(flights, i - 1, &evidence);
			if (!is_about(layout, &evidence, endpoint, listening))
				continue;
			const struct ws_evidence_part word = evidence.socket.state;
			snprintf(state, 16, "%.*s", (int)(word.length < 15 ? word.length : 15),
			         evidence.text + word.start);
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
	ws_text_printf(text, _("kernel %s"), state);
	return true;
}

/* ---- The calls that stand beside the lifelines */

/* X(name, it may block: what it returns says more than that it was called) */
#define CALLS_BESIDE(X)                                                                                                \
	X("bind", false)                                                                                               \
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

static bool has_failed(const struct ws_evidence *evidence)
{
	return evidence->kind == WS_EVIDENCE_RETURN && evidence->call.failed;
}

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
			return i > 0 || has_failed(evidence); /* of bind() only that it failed matters */
		}
	}
	return false;
}

static void add_call(const struct ws_evidence *evidence, bool blocks, bool after, int width, struct calls *calls)
{
	char name[CALL_ROOM], value[CALL_ROOM] = "";
	const char *paren = memchr(evidence->text, '(', evidence->length);
	snprintf(name, sizeof(name), "%.*s()%s", (int)(paren - evidence->text), evidence->text,
	         blocks && evidence->kind == WS_EVIDENCE_CALL ? " …" : "");
	struct ws_text text = WS_TEXT_OVER(value);
	if (evidence->kind == WS_EVIDENCE_RETURN && (blocks || evidence->call.failed))
		ws_text_clean(&text, evidence->text + evidence->call.result.start, evidence->call.result.length);
	calls_add_real(calls, name, ws_text_cstr(&text), after, width);
}

/* A call and its return are one thing, where both belong to the step. */
static bool returns_later(const struct ws_flights *flights, uint64_t frame, size_t at, const struct ws_evidence *call)
{
	struct ws_evidence evidence;
	while (ws_flights_next_of(flights, frame, &at, &evidence))
		if (evidence.kind == WS_EVIDENCE_RETURN && evidence.server == call->server &&
		    evidence.call.number == call->call.number)
			return true;
	return false;
}

/* The endpoint whose program runs on the lab's server. */
static int server_of(const struct layout *layout, const struct ws_step *step)
{
	const struct ws_flight *flight = evidence_flight(layout, step);
	if (flight)
		return flight->server ? step->input.direction : !step->input.direction;
	return layout_is_server(layout, 0) ? 0 : 1;
}

void evidence_calls(const struct layout *layout, const struct ws_step *step, int endpoint, int width,
                    struct calls *calls)
{
	const struct ws_flights *flights = layout->model->flights;
	const bool server = endpoint == server_of(layout, step);
	struct ws_evidence evidence;
	size_t at = 0;
	bool blocks;
	ws_time called = WS_TIME_NEVER; /* when what returns next was called */
	if (!step->input.frame || step->input.kind != WS_INPUT_SEGMENT)
		return;
	while (ws_flights_next_of(flights, step->input.frame, &at, &evidence)) {
		if (evidence.server != server || !stands_beside(&evidence, &blocks) ||
		    evidence.time >= moment_shown(layout))
			continue;
		if (evidence.kind == WS_EVIDENCE_CALL && returns_later(flights, step->input.frame, at, &evidence)) {
			called = evidence.time;
			continue;
		}
		/* Of a call that does not block, it is said only that it was made. */
		const ws_time time = blocks || called == WS_TIME_NEVER ? evidence.time : called;
		add_call(&evidence, blocks, step->way != WS_WAY_WHOLE && time > step->input.time, width, calls);
		called = WS_TIME_NEVER;
	}
}

static bool is_printed(const struct ws_evidence *evidence)
{
	return evidence->kind == WS_EVIDENCE_PROGRAM && evidence->said.what == WS_SAYS_PRINTS;
}

bool evidence_open_call(const struct layout *layout, int endpoint, struct ws_text *text)
{
	const struct ws_flights *flights = layout->model->flights;
	const size_t end = ws_flights_line_at(flights, moment_shown(layout));
	const bool server = endpoint == server_of(layout, &layout->step);
	for (size_t i = end; i > 0 && end - i < LOOK_BACK; i--) {
		struct ws_evidence evidence;
		ws_flights_line(flights, i - 1, &evidence);
		if (evidence.server != server || evidence.kind == WS_EVIDENCE_KERNEL ||
		    evidence.kind == WS_EVIDENCE_WIRE || is_printed(&evidence))
			continue;
		if (evidence.kind != WS_EVIDENCE_CALL)
			return false;
		char buffer[128];
		struct ws_text call = WS_TEXT_OVER(buffer);
		ws_text_clean(&call, evidence.text, evidence.length);
		/* TRANSLATORS: a system call that has not returned, such as accept(3) */
		ws_text_printf(text, _("in %s …"), ws_text_cstr(&call));
		return true;
	}
	return false;
}

/* ---- What happened at a step */

/* Of packets only what is not seen by itself. */
static bool is_told_flight(const struct ws_evidence *evidence)
{
	const enum ws_flight_word word = ws_evidence_flight(evidence);
	return word == WS_FLIGHT_NONE || word == WS_FLIGHT_DROPPED || word == WS_FLIGHT_COPIED ||
	       word == WS_FLIGHT_DELAYED || word == WS_FLIGHT_PASSED;
}

/* Where calls stand beside the lifelines, only those that have failed are told. */
static bool is_told(const struct layout *layout, uint64_t frame, size_t at, const struct ws_evidence *evidence)
{
	if (evidence->kind == WS_EVIDENCE_KERNEL || is_printed(evidence) || evidence->time >= moment_shown(layout))
		return false;
	if (evidence->kind == WS_EVIDENCE_WIRE)
		return is_told_flight(evidence);
	if (evidence->kind == WS_EVIDENCE_CALL && returns_later(layout->model->flights, frame, at, evidence))
		return false;
	const bool call = evidence->kind == WS_EVIDENCE_CALL || evidence->kind == WS_EVIDENCE_RETURN;
	return !(layout->calls && call && !has_failed(evidence));
}

void evidence_text(const struct layout *layout, struct ws_text *text)
{
	struct ws_evidence evidence;
	size_t at = 0;
	const uint64_t frame = layout->step.input.frame;
	if (!layout->model->flights || !frame)
		return;
	while (ws_flights_next_of(layout->model->flights, frame, &at, &evidence)) {
		if (!is_told(layout, frame, at, &evidence))
			continue;
		if (text->length)
			ws_text_puts(text, _("; "));
		ws_evidence_words(text, &evidence);
	}
	if (text->length)
		ws_text_puts(text, _("."));
}
