/* A lesson, its translation and its packets: text up to the first zero byte, in which a byte 1 ends the lesson and
 * begins the translation, then a sequence of frames for frames.h. An error has a text that a terminal can show; a valid
 * lesson can be drawn on every screen. A translation that is an error changes nothing, and one that is none takes the
 * lesson from nobody. */
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
	if (error->status == WS_OK || !error->text[0])
		abort();
	check_shown(error->text);
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
			if (lesson->stop[stop].question.kind != WS_ANSWER_NONE) {
				ws_lesson_reply(&lesson->stop[stop], lesson->title, &right, &canvas);
				ws_lesson_reply(&lesson->stop[stop], lesson->stop[stop].answer, &right, &canvas);
			}
			ws_lesson_answer(&lesson->stop[stop], &canvas);
		}
		ws_lesson_end(lesson, &canvas);
		ws_canvas_destroy(&canvas);
	}
}

/* Parses text[0..length) from memory of exactly that size. */
static struct ws_lesson *parse(const uint8_t *data, size_t length, struct ws_error *error)
{
	char *text = malloc(length ? length : 1);
	if (!text)
		return NULL;
	memcpy(text, data, length);
	struct ws_lesson *lesson = ws_lesson_parse(text, length, "a lesson", error);
	if (!lesson)
		check_error(error);
	free(text);
	return lesson;
}

/* True: the lesson is translated. */
static bool translate(struct ws_lesson *lesson, const uint8_t *data, size_t length)
{
	struct ws_error error = {0};
	char *text = malloc(length ? length : 1), *title = strdup(lesson->title);
	bool good = false;
	if (text && title) {
		memcpy(text, data, length);
		good = ws_lesson_translate(lesson, text, length, "a translation", &error);
		if (!good)
			check_error(&error);
		if (!good && strcmp(title, lesson->title) != 0)
			abort();
	}
	free(text);
	free(title);
	return good;
}

/* Takes all packets; true: the lesson's claims hold. */
static bool play(struct ws_lesson *lesson, struct frames frames)
{
	struct ws_error error = {0};
	struct ws_tracker *tracker = take_all(lesson, frames);
	const bool good = tracker && ws_lesson_resolve(lesson, tracker, &error);
	if (good)
		draw(lesson);
	else if (tracker)
		check_error(&error);
	ws_tracker_free(tracker);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ws_error error = {0};
	const uint8_t *end = memchr(data, 0, size);
	const size_t length = end ? (size_t)(end - data) : size;
	const uint8_t *own = memchr(data, 1, length);
	const size_t lesson_length = own ? (size_t)(own - data) : length;
	const struct frames frames = frames_of(end ? end + 1 : data, end ? size - length - 1 : 0);
	struct ws_lesson *lesson = parse(data, lesson_length, &error);
	if (!lesson)
		return 0;
	const bool translated = own && translate(lesson, own + 1, length - lesson_length - 1);
	const bool good = play(lesson, frames);
	if (translated && !good) {
		struct ws_lesson *plain = parse(data, lesson_length, &error);
		if (plain && play(plain, frames))
			abort();
		ws_lesson_free(plain);
	}
	ws_lesson_free(lesson);
	return 0;
}
