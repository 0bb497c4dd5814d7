/* The capture as a film.
 *
 * The world at a time is what a tracker says that was fed with the packets up to then, so a second tracker is fed with
 * them, by the same code: a file is opened once more, from a pipe or an interface the kept frames are read in order.
 * Forward, more packets are fed. Back, a new world begins at the first packet, while the one before stays on the
 * screen. Both go in slices, so that keys and the capture itself never wait. At the end of the capture, where a session
 * begins and usually stays, none of this exists.
 *
 * One packet is read ahead: its time says how long nothing happens, and that the world is complete up to a time. */
#include "app/past.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };
#define SLICE (8 * WS_MILLISECOND)

struct world {
	struct session *session;
	struct ws_capture *capture; /* NULL: the session's kept frames are read */
	uint64_t place;             /* among those */
	struct ws_tracker *tracker;
	struct ws_place target;     /* while reading */
	uint64_t frame;             /* number of the last packet fed */
	ws_time last_packet, clock; /* latest packet's time; up to where timers have run */
	bool ended, incomplete;
	struct ws_error error; /* why it is not what the session has read */
	bool ahead;            /* `next` is the packet behind */
	struct ws_frame next;
	uint8_t *bytes;
	size_t capacity;
};

static void world_close(struct world *world)
{
	if (!world)
		return;
	ws_tracker_free(world->tracker);
	ws_capture_close(world->capture);
	free(world->bytes);
	free(world);
}

/* Up to two worlds are there at a time: a new one, and the one that is `shown` until that is ready. Each has half of
 * what there is for both, and more when the other has not taken its half, or has all it will ever take. */
static uint64_t memory_for(const struct session *session, const struct world *shown)
{
	const uint64_t both = session_memory_left(session);
	const uint64_t least = session->options->max_memory / PAST_SHARE / 2;
	const uint64_t other = shown ? session_memory_taken(shown->tracker, shown->capture) : least;
	return both > other + least ? both - other : least;
}

static struct world *world_open(struct session *session, uint64_t memory, struct ws_error *error)
{
	struct world *world = calloc(1, sizeof(*world));
	if (!world) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	world->session = session;
	world->last_packet = world->clock = INT64_MIN;
	if (!session_keeps(session)) {
		world->capture = session_reopen_capture(session, memory, error);
		if (!world->capture)
			goto fail;
	}
	world->tracker = session_new_tracker(session, world->capture, memory, error);
	if (world->tracker)
		return world;
fail:
	world_close(world);
	return NULL;
}

/* It has gone beyond the place: time does not run back. */
static bool is_beyond(const struct world *world, const struct ws_place *place)
{
	if (!place->frame)
		return world->clock > place->time;
	return world->frame > place->frame || (world->frame == place->frame && world->clock > world->last_packet);
}

static bool belongs(const struct world *world, const struct ws_place *target, const struct ws_frame *frame)
{
	if (frame->number > world->session->last_frame)
		return false;
	return target->frame ? frame->number <= target->frame : frame->time <= target->time;
}

static void run_timers(struct world *world, ws_time now)
{
	struct ws_track_result result;
	while (ws_tracker_advance(world->tracker, now, &result))
		;
	if (now > world->clock)
		world->clock = now;
}

static void feed(struct world *world, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result result;
	struct ws_frame anonymous;
	if (world->session->anonymizer) {
		if (!anonymize(world->session->anonymizer, frame, &anonymous)) {
			world->ended = true;
			return;
		}
		frame = &anonymous;
	}
	ws_decode(frame, &packet);
	run_timers(world, frame->time);
	ws_tracker_packet(world->tracker, &packet, &result);
	world->incomplete = world->incomplete || (!world->frame && world->capture == NULL && frame->number > 1);
	world->frame = frame->number;
	if (frame->time > world->last_packet)
		world->last_packet = frame->time;
}

static bool keep_ahead(struct world *world, const struct ws_frame *frame)
{
	if (world->capacity < frame->captured) {
		uint8_t *bytes = realloc(world->bytes, frame->captured);
		if (!bytes)
			return false;
		world->bytes = bytes;
		world->capacity = frame->captured;
	}
	if (frame->captured)
		memcpy(world->bytes, frame->data, frame->captured);
	world->next = *frame;
	world->next.data = world->bytes;
	world->ahead = true;
	return true;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct world *world = context;
	if (belongs(world, &world->target, frame)) {
		feed(world, frame);
		return;
	}
	if (!keep_ahead(world, frame))
		world->ended = true;
	ws_capture_break(world->capture);
}

/* Reads and feeds a few packets. False: no more that belong. */
static bool read_some(struct world *world)
{
	if (world->ahead) {
		if (!belongs(world, &world->target, &world->next))
			return false;
		world->ahead = false;
		feed(world, &world->next);
	}
	if (world->ended)
		return false;
	if (world->capture) {
		struct ws_error ignored;
		if (ws_capture_read(world->capture, BATCH, on_frame, world, &ignored) != WS_READ_MORE)
			world->ended = true;
		return !world->ahead && !world->ended;
	}
	struct ws_frame frame;
	for (int i = 0; i < BATCH; i++) {
		if (!ws_capture_kept(world->session->capture, &world->place, &frame))
			return false;
		if (belongs(world, &world->target, &frame)) {
			feed(world, &frame);
			continue;
		}
		world->ended = !keep_ahead(world, &frame);
		return false;
	}
	return true;
}

/* True: the world of `place` is there. */
static bool go(struct world *world, const struct ws_place *place, ws_time end)
{
	world->target = *place;
	while (read_some(world) && !ws_tracker_out_of_memory(world->tracker))
		if (monotonic() >= end)
			return false;
	if (!place->frame && place->time > world->clock)
		run_timers(world, place->time);
	return true;
}

static void check(struct playhead *playhead, struct world *world)
{
	if (world->error.status != WS_OK)
		return;
	if (ws_tracker_out_of_memory(world->tracker))
		ws_fail(&world->error, WS_ERROR_SYSTEM, "out of memory for the past");
	else if (world->capture && world->ended && world->frame < playhead->session->last_frame)
		ws_fail(&world->error, WS_ERROR_FILE, "the file has been changed: it now ends behind packet %llu",
		        (unsigned long long)world->frame);
	playhead->changed = playhead->changed || world->error.status != WS_OK;
}

void playhead_close(struct playhead *playhead)
{
	world_close(playhead->shown);
	world_close(playhead->building);
	playhead->shown = playhead->building = NULL;
}

bool playhead_work(struct playhead *playhead, const struct ws_place *place)
{
	const ws_time end = monotonic() + SLICE;
	if (!place->past) {
		playhead->changed = playhead->changed || playhead->shown;
		playhead_close(playhead);
		playhead->error.status = WS_OK;
		return false;
	}
	if (playhead->building && is_beyond(playhead->building, place)) {
		world_close(playhead->building);
		playhead->building = NULL;
	}
	if (!playhead->building && playhead->shown && !is_beyond(playhead->shown, place)) {
		struct world *world = playhead->shown;
		const uint64_t frame = world->frame;
		const ws_time clock = world->clock;
		const bool there = go(world, place, end);
		playhead->changed = playhead->changed || world->frame != frame || world->clock != clock;
		check(playhead, world);
		return !there;
	}
	if (playhead->error.status != WS_OK || !playhead->session->last_frame)
		return false;
	if (!playhead->building)
		playhead->building =
		        world_open(playhead->session, memory_for(playhead->session, playhead->shown), &playhead->error);
	if (!playhead->building)
		return false;
	if (!go(playhead->building, place, end))
		return true;
	struct world *before = playhead->shown;
	playhead->shown = playhead->building;
	playhead->building = NULL;
	playhead->changed = true;
	world_close(before);
	check(playhead, playhead->shown);
	return false;
}

static bool is_there(const struct world *world, const struct ws_place *place)
{
	if (is_beyond(world, place) || (!place->frame && world->clock < place->time))
		return false;
	return world->ahead ? !belongs(world, place, &world->next) : world->ended || !world->capture;
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	struct world *world = context;
	return session_fetch(world->session, world->capture, position, frame);
}

void playhead_model(const struct playhead *playhead, const struct ws_place *place, struct ws_model *model)
{
	const struct world *world = playhead->shown;
	struct ws_tracker_stats stats;
	ws_tracker_stats(playhead->session->tracker, &stats);
	model->first = stats.packets ? stats.first_time : model->now;
	model->last = model->now > model->first ? model->now : model->first;
	model->frame = playhead->session->last_frame;
	model->running = model->live;
	model->seeking = place->past && (!world || playhead->building || !is_there(world, place));
	const struct ws_error *error = world && world->error.status != WS_OK ? &world->error : &playhead->error;
	if (place->past && error->status != WS_OK) {
		model->notice = error->text;
		model->seeking = playhead->building;
	}
	if (!place->past || !world)
		return;
	model->past = true;
	model->running = place->playing;
	model->tracker = world->tracker;
	model->now = world->clock > model->first ? world->clock : model->first;
	model->frame = world->frame;
	model->last_packet = world->frame ? world->last_packet : model->first;
	model->next_packet =
	        world->ahead && world->next.number <= playhead->session->last_frame ? world->next.time : WS_TIME_NEVER;
	model->incomplete = world->incomplete;
	if (world->capture) {
		model->fetch = fetch;
		model->fetch_context = playhead->shown;
	}
}
