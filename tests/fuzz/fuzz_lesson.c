/* A lesson and its packets: text up to the first zero byte, then a sequence of frames for frames.h.
 * An error has a text that a terminal can show; a valid lesson can be drawn on every screen. */
#include "frames.h"
#include "target.h"

#include <wirestate/canvas.h>
#include <wirestate/lesson.h>
#include <wirestate/scene.h>
#include <wirestate/text.h>

#include <stdlib.h>
#include <string.h>

static void check_error(const struct ws_error *error)
{
	const size_t length = strlen(error->text);
	if (error->status == WS_OK || !length)
		abort();
	for (size_t at = 0; at < length;) {
		uint32_t code;
		const size_t size = ws_utf8_decode(error->text + at, length - at, &code);
		if (!size || !ws_printable(code))
			abort();
		at += size;
	}
}

static struct ws_tracker *take_all(struct ws_lesson *lesson, struct frames frames)
{
	const struct ws_tracker_config config = {.max_memory = 1 << 22, .history = true};
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	struct ws_frame frame;
	struct ws_packet packet;
	struct ws_track_result result;
	while (tracker && frames_next(&frames, &frame)) {
		ws_decode(&frame, &packet);
		ws_tracker_packet(tracker, &packet, &result);
		ws_lesson_take(lesson, &packet, &result, tracker);
	}
	return tracker;
}

static void draw(const struct ws_lesson *lesson)
{
	static const int sizes[][2] = {{80, 24}, {10, 5}, {1, 1}, {200, 60}};
	for (size_t i = 0; i < WS_ARRAY_SIZE(sizes); i++) {
		struct ws_canvas canvas;
		if (!ws_canvas_create(&canvas, sizes[i][0], sizes[i][1]))
			return;
		ws_lesson_head(lesson, &canvas);
		for (size_t stop = 0; stop < lesson->stop_count; stop++) {
			bool right;
			ws_lesson_ask(&lesson->stop[stop], &canvas);
			if (lesson->stop[stop].question.kind != WS_ANSWER_NONE)
				ws_lesson_reply(&lesson->stop[stop], lesson->title, &right, &canvas);
			ws_lesson_answer(&lesson->stop[stop], &canvas);
		}
		ws_lesson_end(lesson, &canvas);
		ws_canvas_destroy(&canvas);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_error error = {0};
	const uint8_t *end = memchr(data, 0, size);
	const size_t length = end ? (size_t)(end - data) : size;
	char *text = malloc(length + 1);
	if (!text)
		return 0;
	memcpy(text, data, length);
	struct ws_lesson *lesson = ws_lesson_parse(text, length, "a lesson", &error);
	free(text);
	if (!lesson) {
		check_error(&error);
		return 0;
	}
	struct ws_tracker *tracker = take_all(lesson, frames_of(end ? end + 1 : data, end ? size - length - 1 : 0));
	if (tracker && ws_lesson_resolve(lesson, tracker, &error))
		draw(lesson);
	else if (tracker)
		check_error(&error);
	ws_tracker_free(tracker);
	ws_lesson_free(lesson);
	return 0;
}
