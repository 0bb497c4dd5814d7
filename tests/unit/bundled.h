/* A user interface with a bundled capture or lesson in it, for the tests of scenes. */
#ifndef BUNDLED_H
#define BUNDLED_H

#include "scene_world.h"

#include <wirestate/capture.h>
#include <wirestate/lesson.h>

struct played {
	struct ws_tracker *tracker;
	struct ws_lesson *lesson; /* or NULL */
	char *text;               /* of the lesson, which points into it */
	struct ws_capture *capture;
};

static inline void take(void *context, const struct ws_frame *frame)
{
	struct played *played = context;
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(frame, &packet);
	while (ws_tracker_advance(played->tracker, frame->time, &result))
		;
	ws_tracker_packet(played->tracker, &packet, &result);
	if (played->lesson)
		ws_lesson_take(played->lesson, &packet, &result, played->tracker);
}

static inline bool fetch_frame(void *context, uint64_t position, struct ws_frame *frame)
{
	return ws_capture_fetch(context, position, frame);
}

static inline void read_capture(struct played *played, const char *path)
{
	const struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1 << 20};
	const struct ws_tracker_config config = {.history = true, .shares = true};
	struct ws_error error = {.status = WS_OK};
	played->tracker = ws_tracker_create(&config, NULL);
	assert_non_null(played->tracker);
	played->capture = ws_capture_open_file(path, &options, &error);
	assert_non_null(played->capture);
	while (ws_capture_read(played->capture, 256, take, played, &error) == WS_READ_MORE)
		;
}

static inline char *read_text(const char *path, size_t *length)
{
	char *text = calloc(1, WS_LESSON_BYTES);
	FILE *file = fopen(path, "r");
	assert_non_null(text);
	assert_non_null(file);
	*length = fread(text, 1, WS_LESSON_BYTES, file);
	fclose(file);
	return text;
}

/* True for the path of a translation, NAME.LANGUAGE.lesson. */
static inline bool is_translation(const char *path)
{
	const char *name = strrchr(path, '/');
	return strchr(name, '.') != strrchr(name, '.');
}

static inline void read_lesson(struct played *played, const char *path)
{
	size_t length;
	char capture[256];
	struct ws_error error = {.status = WS_OK};
	played->text = read_text(path, &length);
	played->lesson = ws_lesson_parse(played->text, length, path, &error);
	assert_non_null(played->lesson);
	if (played->lesson->capture)
		snprintf(capture, sizeof(capture), "captures/%s.pcap", played->lesson->capture);
	else /* a recording of the scenario that the lesson plays in the lab */
		snprintf(capture, sizeof(capture), "tests/lessons/played/%s.pcapng", played->lesson->scenario);
	read_capture(played, capture);
	if (!ws_lesson_resolve(played->lesson, played->tracker, &error))
		fail_msg("%s", error.text);
}

/* A world that shows the capture. Close it with close_world(). */
static inline struct world *open_world(const struct played *played, struct ws_tracker **own)
{
	void *made = NULL;
	assert_int_equal(set_up(&made), 0);
	struct world *world = made;
	*own = world->tracker;
	world->model.tracker = played->tracker;
	world->model.generation = 2;
	world->model.fetch = fetch_frame;
	world->model.fetch_context = played->capture;
	return world;
}

static inline void close_world(struct world *world, struct ws_tracker *own, struct played *played)
{
	void *made = world;
	world->model.tracker = own;
	tear_down(&made);
	ws_capture_close(played->capture);
	ws_tracker_free(played->tracker);
	ws_lesson_free(played->lesson);
	free(played->text);
}

#endif
