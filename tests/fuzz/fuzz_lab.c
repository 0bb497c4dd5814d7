/* What the lab reads: a scenario, strace's output, commands, evidence in comments, and packets that have left a host. */
#include "lab/command.h"
#include "lab/scenario.h"
#include "lab/strace.h"
#include "lab/wire.h"
#include "target.h"

#include <wirestate/evidence.h>

#include <stdlib.h>
#include <string.h>

static void check_text(const char *text)
{
	if (!*text)
		abort();
	check_shown(text);
}

static void try_scenario(const char *text, size_t length)
{
	struct ws_error error = {.status = WS_OK};
	struct lab_scenario *scenario = lab_scenario_parse(text, length, "a scenario", &error);
	if (!scenario)
		check_text(error.text);
	struct lab_scenario *translated = calloc(1, sizeof(*translated));
	if (translated && !lab_scenario_translate(translated, text, length, "a translation", &error))
		check_text(error.text);
	lab_scenario_free(translated);
	lab_scenario_free(scenario);
}

static void try_trace(const char *text, size_t length)
{
	struct lab_trace *trace = calloc(1, sizeof(*trace));
	struct lab_report reports[LAB_TRACE_REPORTS];
	for (size_t i = 0; trace && i < length; i++) {
		size_t count = lab_trace_byte(trace, text[i], 1, reports);
		if (text[i] == '~')
			count = lab_trace_pause(trace, reports);
		for (size_t k = 0; k < count; k++)
			if (count > LAB_TRACE_REPORTS || !memchr(reports[k].text, 0, sizeof(reports[k].text)))
				abort();
	}
	free(trace);
}

static void try_commands(const char *text, size_t length)
{
	struct lab_command_lines lines = {.used = 0};
	struct lab_command command;
	size_t used;
	for (size_t i = 0; i < length; i++) {
		struct ws_error error = {.status = WS_OK};
		if (!lab_command_byte(&lines, text[i], &used))
			continue;
		if (!lab_command_parse(lines.line, used, &command, &error))
			check_text(error.text);
		else if (command.verb >= LAB_COMMAND_COUNT || command.time < 0)
			abort();
	}
}

static void try_evidence(const char *text, size_t length)
{
	char words[256];
	struct ws_evidence evidence;
	size_t at = 0;
	while (ws_evidence_next(text, length, &at, &evidence)) {
		if (ws_evidence_flight(&evidence) > WS_FLIGHT_NONE)
			abort();
		struct ws_text out = WS_TEXT_OVER(words);
		ws_evidence_words(&out, &evidence);
		check_text(ws_text_cstr(&out));
	}
}

static void try_points(const char *text, size_t length)
{
	enum { MOST = 4 };
	const char *name[MOST];
	size_t lengths[MOST];
	char *copy = strndup(text, length);
	const size_t count = copy ? ws_evidence_points(copy, name, lengths, MOST) : 0;
	for (size_t i = 0; i < count; i++)
		if (!lengths[i] || memchr(name[i], 0, lengths[i]))
			abort();
	free(copy);
}

static void try_packet(const uint8_t *data, size_t size)
{
	static const struct lab_scenario scenario = {
	        .rules = {{.act = LAB_COPY, .from = LAB_CLIENT, .kind = LAB_DATA, .ordinal = LAB_ALL}},
	        .rule_count = 1};
	struct lab_wire *wire = calloc(1, sizeof(*wire));
	struct lab_connection connection;
	struct lab_fate fate;
	if (!wire)
		return;
	lab_wire_begin(wire, &scenario, 1, 0.1, 1);
	wire->holding = size % 2;
	for (int again = 0; again < 2; again++) {
		const struct lab_frame *frame = lab_wire_take(wire, LAB_CLIENT, data, size, 1, &fate);
		if (frame)
			(void)lab_frame_connection(frame, &connection);
	}
	lab_wire_free(wire);
	free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	try_scenario(text, size);
	try_trace(text, size);
	try_commands(text, size);
	try_evidence(text, size);
	try_points(text, size);
	try_packet(data, size);
	free(text);
	return 0;
}
