#include "app/reread.h"
#include "app/split.h"

#include <stdlib.h>
#include <string.h>

bool reread_open(struct reread *reread, struct point *point, bool shared, uint64_t memory, struct ws_error *error)
{
	*reread = (struct reread){.point = point, .shared = shared};
	if (point_keeps_frames(point))
		return true;
	reread->capture = point_reopen(point, memory, error);
	return reread->capture;
}

void reread_close(struct reread *reread)
{
	ws_capture_close(reread->capture);
	free(reread->bytes);
	*reread = (struct reread){0};
}

static bool keep_next(struct reread *reread, const struct point *point, const struct ws_frame *frame)
{
	if (reread->capacity <= frame->captured) { /* never NULL, without bytes either */
		uint8_t *bytes = realloc(reread->bytes, (size_t)frame->captured + 1);
		if (!bytes)
			return false;
		reread->bytes = bytes;
		reread->capacity = (size_t)frame->captured + 1;
	}
	if (frame->captured)
		memcpy(reread->bytes, frame->data, frame->captured);
	reread->next = *frame;
	reread->next.data = reread->bytes;
	reread->next_point = point;
	reread->ahead = true;
	return true;
}

struct reader {
	struct reread *reread;
	reread_take *take;
	void *context;
	bool refused;
};

/* Returns false when no more are to be read: it was not taken, the session has not come so far, or there is no memory. */
static bool hand_over(struct reader *reader, const struct ws_frame *frame)
{
	struct reread *reread = reader->reread;
	struct session *session = reread->point->session;
	const struct point *point = split_point(reread->point, frame);
	struct ws_frame anonymous;
	if (!reread->shared && point != reread->point)
		return true;
	const bool beyond = frame->number > point->last_frame;
	if (beyond && session->ended)
		return true; /* another point may have read on */
	if (session->anonymizer) {
		if (!anonymize(session->anonymizer, frame, &anonymous)) {
			reread->ended = true;
			return false;
		}
		frame = &anonymous;
	}
	if (!beyond && reader->take(reader->context, point, frame))
		return true;
	reader->refused = true;
	reread->ended = !keep_next(reread, point, frame);
	return false;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct reader *reader = context;
	if (!reader->refused && !hand_over(reader, frame))
		ws_capture_break(reader->reread->capture);
}

static bool read_kept(struct reader *reader, int max)
{
	struct reread *reread = reader->reread;
	struct ws_frame frame;
	for (int i = 0; i < max; i++) {
		if (!ws_capture_kept(reread->point->capture, &reread->position, &frame))
			return false;
		reread->incomplete = reread->incomplete || (!reread->begun && frame.number > 1);
		reread->begun = true;
		if (!hand_over(reader, &frame))
			return false;
	}
	return true;
}

bool reread_read(struct reread *reread, int max, reread_take *take, void *context)
{
	struct reader reader = {reread, take, context, false};
	struct ws_error ignored; /* the session has reported it */
	if (reread->ahead &&
	    (reread->next.number > reread->next_point->last_frame || !take(context, reread->next_point, &reread->next)))
		return false;
	reread->ahead = false;
	if (reread->ended)
		return false;
	if (!reread->capture)
		return read_kept(&reader, max);
	if (ws_capture_read(reread->capture, max, on_frame, &reader, &ignored) != WS_READ_MORE)
		reread->ended = true;
	return !reader.refused && !reread->ended;
}
