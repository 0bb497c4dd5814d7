/* See lines.h. A frame's number is the line's, and its interface has the name of the file without its folder and its
 * endings. A line that is longer than WS_LINE_MOST is delivered cut, with a larger `length`. */
#include "capture/lines.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

struct ws_lines {
	struct ws_frame_interface interface;
	char label[64];
	bool skipping; /* the rest of a line that is too long */
	bool more;     /* the last batch was full */
};

bool ws_lines_recognize(const uint8_t *head, size_t length)
{
	static const char blanks[] = " \t\r\n";
	size_t at = 0;
	while (at < length && head[at] && strchr(blanks, head[at]))
		at++;
	if (at == length || head[at++] != '{')
		return false;
	while (at < length && head[at] && strchr(blanks, head[at]))
		at++;
	return at < length && head[at] == '"';
}

static void remove_ending(char *label)
{
	static const char *const endings[] = {".gz", ".zst", ".ndjson", ".jsonl", ".json"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(endings); i++) {
		const size_t length = strlen(label), ending = strlen(endings[i]);
		if (length > ending && strcmp(label + length - ending, endings[i]) == 0)
			label[length - ending] = '\0';
	}
}

struct ws_lines *ws_lines_new(const char *name)
{
	struct ws_lines *lines = calloc(1, sizeof(*lines));
	if (!lines)
		return NULL;
	const char *slash = strrchr(name, '/');
	snprintf(lines->label, sizeof(lines->label), "%s", slash && slash[1] ? slash + 1 : name);
	remove_ending(lines->label);
	lines->interface =
	        (struct ws_frame_interface){.link_name = "records", .name = lines->label, .description = name};
	return lines;
}

void ws_lines_free(struct ws_lines *lines)
{
	free(lines);
}

bool ws_lines_ready(const struct ws_lines *lines)
{
	return lines->more;
}

static void consume(struct ws_capture *capture, size_t length)
{
	ws_byte_source_consume(capture->source, length);
	capture->next += length;
}

/* Delivers a line without its end. Empty ones are left out. */
static void deliver_line(struct ws_capture *capture, const uint8_t *line, size_t length)
{
	capture->number++;
	if (length && line[length - 1] == '\r')
		length--;
	if (!length)
		return;
	struct ws_frame frame = {.number = capture->number,
	                         .position = WS_POSITION_NONE,
	                         .data = line,
	                         .captured = length < WS_LINE_MOST ? (uint32_t)length : WS_LINE_MOST,
	                         .length = length <= WS_LINE_MOST ? (uint32_t)length : WS_LINE_MOST + 1,
	                         .link = WS_LINK_OTHER,
	                         .interface = &capture->lines->interface};
	ws_capture_deliver(capture, &frame);
}

/* The bytes have ended, or nothing more has come. */
static enum ws_read lines_pause(struct ws_capture *capture, struct ws_error *error)
{
	size_t length;
	const uint8_t *window = ws_byte_source_window(capture->source, &length);
	if (!ws_byte_source_ended(capture->source))
		return WS_READ_MORE;
	const char *problem = ws_byte_source_problem(capture->source);
	if (!capture->lines->skipping && length && !problem) /* the last line has no end */
		deliver_line(capture, window, length);
	consume(capture, length);
	if (problem)
		return ws_capture_failed(capture, error, ws_byte_source_status(capture->source, WS_ERROR_TRUNCATED),
		                         E_("%s, in line %llu or after it"), problem,
		                         (unsigned long long)capture->number + 1);
	return capture->state = WS_READ_END;
}

enum ws_read ws_lines_read(struct ws_capture *capture, int max, struct ws_error *error)
{
	struct ws_lines *lines = capture->lines;
	const uint64_t before = capture->number;
	lines->more = false;
	while (capture->number - before < (uint64_t)max && !capture->broken) {
		size_t length;
		const uint8_t *window = ws_byte_source_window(capture->source, &length);
		const uint8_t *end = length ? memchr(window, '\n', length) : NULL;
		if (end) {
			const size_t line = (size_t)(end - window);
			if (!lines->skipping)
				deliver_line(capture, window, line);
			lines->skipping = false;
			consume(capture, line + 1);
			continue;
		}
		if (lines->skipping || length > WS_LINE_MOST) {
			if (!lines->skipping)
				deliver_line(capture, window, length);
			lines->skipping = true;
			consume(capture, length);
		}
		if (!ws_byte_source_fill(capture->source, false))
			return lines_pause(capture, error);
	}
	lines->more = true;
	capture->broken = false;
	return WS_READ_MORE;
}
