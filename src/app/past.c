/* Snapshots of the capture at an earlier time.
 *
 * A snapshot is a second tracker that was fed the packets up to that time, by the same code as the first. For a file,
 * the capture is opened once more; for a pipe or an interface, the kept frames are read in order. To go forward, more
 * packets are fed. To go back, a new snapshot begins at the first packet, while the one before stays on the screen.
 * Both work in slices, so that keys and the capture itself never wait. At the end of the capture, where a session
 * begins and usually stays, there is no snapshot.
 *
 * One packet is read ahead. Its time says how long nothing happens, and so up to which time the snapshot is complete.
 */
#include "app/past.h"
#include "app/split.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 64 };
#define SLICE (8 * WS_MILLISECOND)

struct snapshot {
	struct point *point;
	struct ws_capture *capture; /* NULL: the kept frames of the point are read */
	uint64_t position;          /* among the kept frames */
	struct ws_tracker *tracker;
	struct ws_position target;  /* where reading is to end */
	uint64_t frame;             /* number of the last packet fed */
	ws_time last_packet, clock; /* latest packet's time; up to where timers have run */
	bool begun, ended, incomplete;
	struct ws_error error; /* why the snapshot differs from what the session has read */
	bool ahead;            /* `next` holds the packet after the snapshot */
	struct ws_frame next;
	uint8_t *bytes;
	size_t capacity;
};

static void snapshot_close(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	ws_tracker_free(snapshot->tracker);
	ws_capture_close(snapshot->capture);
	free(snapshot->bytes);
	free(snapshot);
}

/* At most two snapshots exist at a time: a new one, and the one that is `shown` until the new one is ready. Each may
 * use half of the memory for both, and more where the other uses less than its half or will not grow any more. */
static uint64_t memory_for(const struct session *session, const struct snapshot *shown)
{
	const uint64_t both = session_memory_left(session);
	const uint64_t least = session->options->max_memory / PAST_SHARE / 2;
	const uint64_t other = shown ? session_memory_taken(shown->tracker, shown->capture) : least;
	return both > other + least ? both - other : least;
}

static struct snapshot *snapshot_open(struct point *point, uint64_t memory, struct ws_error *error)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	if (!snapshot) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	snapshot->point = point;
	snapshot->last_packet = snapshot->clock = INT64_MIN;
	if (!point_keeps_frames(point)) {
		snapshot->capture = point_reopen(point, memory, error);
		if (!snapshot->capture)
			goto fail;
	}
	snapshot->tracker = session_new_tracker(point->session, snapshot->capture, memory, error);
	if (snapshot->tracker) {
		(void)point_name_hosts(point, snapshot->tracker, 0);
		return snapshot;
	}
fail:
	snapshot_close(snapshot);
	return NULL;
}

/* True when the snapshot is past the position; time does not run back. */
static bool snapshot_is_beyond(const struct snapshot *snapshot, const struct ws_position *position)
{
	if (!position->frame)
		return snapshot->clock > position->time;
	return snapshot->frame > position->frame ||
	       (snapshot->frame == position->frame && snapshot->clock > snapshot->last_packet);
}

static bool snapshot_wants(const struct snapshot *snapshot, const struct ws_position *target,
                           const struct ws_frame *frame)
{
	if (frame->number > snapshot->point->last_frame)
		return false;
	return target->frame ? frame->number <= target->frame : frame->time <= target->time;
}

static void snapshot_run_timers(struct snapshot *snapshot, ws_time now)
{
	struct ws_track_result result;
	while (ws_tracker_advance(snapshot->tracker, now, &result))
		;
	if (now > snapshot->clock)
		snapshot->clock = now;
}

static void snapshot_feed(struct snapshot *snapshot, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result result;
	struct ws_frame anonymous;
	if (snapshot->point->session->anonymizer) {
		if (!anonymize(snapshot->point->session->anonymizer, frame, &anonymous)) {
			snapshot->ended = true;
			return;
		}
		frame = &anonymous;
	}
	ws_decode(frame, &packet);
	snapshot_run_timers(snapshot, frame->time);
	ws_tracker_packet(snapshot->tracker, &packet, &result);
	snapshot->frame = frame->number;
	if (frame->time > snapshot->last_packet)
		snapshot->last_packet = frame->time;
}

static bool snapshot_keep_next(struct snapshot *snapshot, const struct ws_frame *frame)
{
	if (snapshot->capacity <= frame->captured) { /* never NULL, without bytes either */
		uint8_t *bytes = realloc(snapshot->bytes, (size_t)frame->captured + 1);
		if (!bytes)
			return false;
		snapshot->bytes = bytes;
		snapshot->capacity = (size_t)frame->captured + 1;
	}
	if (frame->captured)
		memcpy(snapshot->bytes, frame->data, frame->captured);
	snapshot->next = *frame;
	snapshot->next.data = snapshot->bytes;
	snapshot->ahead = true;
	return true;
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct snapshot *snapshot = context;
	if (!split_takes(snapshot->point, frame))
		return;
	if (snapshot_wants(snapshot, &snapshot->target, frame)) {
		snapshot_feed(snapshot, frame);
		return;
	}
	if (!snapshot_keep_next(snapshot, frame))
		snapshot->ended = true;
	ws_capture_break(snapshot->capture);
}

/* Reads and feeds a few packets. Returns false when no more belong to the snapshot. */
static bool snapshot_read(struct snapshot *snapshot)
{
	if (snapshot->ahead) {
		if (!snapshot_wants(snapshot, &snapshot->target, &snapshot->next))
			return false;
		snapshot->ahead = false;
		snapshot_feed(snapshot, &snapshot->next);
	}
	if (snapshot->ended)
		return false;
	if (snapshot->capture) {
		struct ws_error ignored;
		if (ws_capture_read(snapshot->capture, BATCH, on_frame, snapshot, &ignored) != WS_READ_MORE)
			snapshot->ended = true;
		return !snapshot->ahead && !snapshot->ended;
	}
	struct ws_frame frame;
	for (int i = 0; i < BATCH; i++) {
		if (!ws_capture_kept(snapshot->point->capture, &snapshot->position, &frame))
			return false;
		snapshot->incomplete = snapshot->incomplete || (!snapshot->begun && frame.number > 1);
		snapshot->begun = true;
		if (!split_takes(snapshot->point, &frame))
			continue;
		if (snapshot_wants(snapshot, &snapshot->target, &frame)) {
			snapshot_feed(snapshot, &frame);
			continue;
		}
		snapshot->ended = !snapshot_keep_next(snapshot, &frame);
		return false;
	}
	return true;
}

/* Returns true when the snapshot of `position` is complete. */
static bool snapshot_advance(struct snapshot *snapshot, const struct ws_position *position, ws_time end)
{
	snapshot->target = *position;
	while (snapshot_read(snapshot) && !ws_tracker_out_of_memory(snapshot->tracker))
		if (monotonic() >= end)
			return false;
	if (!position->frame && position->time > snapshot->clock)
		snapshot_run_timers(snapshot, position->time);
	return true;
}

static void snapshot_check(struct past *past, struct snapshot *snapshot)
{
	if (snapshot->error.status != WS_OK)
		return;
	if (ws_tracker_out_of_memory(snapshot->tracker))
		ws_fail(&snapshot->error, WS_ERROR_SYSTEM, "out of memory for the past");
	else if (snapshot->capture && snapshot->ended && snapshot->frame < past->point->last_frame)
		ws_fail(&snapshot->error, WS_ERROR_FILE, "the file has been changed: it now ends after packet %llu",
		        (unsigned long long)snapshot->frame);
	past->changed = past->changed || snapshot->error.status != WS_OK;
}

void past_close(struct past *past)
{
	snapshot_close(past->shown);
	snapshot_close(past->building);
	past->shown = past->building = NULL;
}

bool past_work(struct past *past, const struct ws_position *position)
{
	const ws_time end = monotonic() + SLICE;
	if (!position->past) {
		past->changed = past->changed || past->shown;
		past_close(past);
		past->error.status = WS_OK;
		return false;
	}
	if (past->building && snapshot_is_beyond(past->building, position)) {
		snapshot_close(past->building);
		past->building = NULL;
	}
	if (!past->building && past->shown && !snapshot_is_beyond(past->shown, position)) {
		struct snapshot *snapshot = past->shown;
		const uint64_t frame = snapshot->frame;
		const ws_time clock = snapshot->clock;
		const bool there = snapshot_advance(snapshot, position, end);
		past->changed = past->changed || snapshot->frame != frame || snapshot->clock != clock;
		snapshot_check(past, snapshot);
		return !there;
	}
	if (past->error.status != WS_OK || !past->point->last_frame)
		return false;
	if (!past->building)
		past->building =
		        snapshot_open(past->point, memory_for(past->point->session, past->shown), &past->error);
	if (!past->building)
		return false;
	if (!snapshot_advance(past->building, position, end))
		return true;
	struct snapshot *before = past->shown;
	past->shown = past->building;
	past->generation++;
	past->building = NULL;
	past->changed = true;
	snapshot_close(before);
	snapshot_check(past, past->shown);
	return false;
}

static bool snapshot_is_ready(const struct snapshot *snapshot, const struct ws_position *position)
{
	if (snapshot_is_beyond(snapshot, position) || (!position->frame && snapshot->clock < position->time))
		return false;
	return snapshot->ahead ? !snapshot_wants(snapshot, position, &snapshot->next)
	                       : snapshot->ended || !snapshot->capture;
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	struct snapshot *snapshot = context;
	return session_fetch(snapshot->point->session, snapshot->capture, position, frame);
}

void past_model(const struct past *past, const struct ws_position *position, struct ws_model *model)
{
	const struct snapshot *snapshot = past->shown;
	struct ws_tracker_stats stats;
	ws_tracker_stats(past->point->tracker, &stats);
	model->first = stats.packets ? stats.first_time : model->now;
	model->last = model->now > model->first ? model->now : model->first;
	model->frame = past->point->last_frame;
	model->seeking = position->past && (!snapshot || past->building || !snapshot_is_ready(snapshot, position));
	const struct ws_error *error = snapshot && snapshot->error.status != WS_OK ? &snapshot->error : &past->error;
	if (position->past && error->status != WS_OK) {
		model->status_message = error->text;
		model->seeking = past->building;
	}
	if (!position->past || !snapshot)
		return;
	model->past = true;
	model->running = position->playing;
	model->tracker = snapshot->tracker;
	model->generation += past->generation;
	model->now = snapshot->clock > model->first ? snapshot->clock : model->first;
	model->frame = snapshot->frame;
	model->last_packet = snapshot->frame ? snapshot->last_packet : model->first;
	model->next_packet = snapshot->ahead && snapshot->next.number <= past->point->last_frame ? snapshot->next.time
	                                                                                         : WS_TIME_NEVER;
	model->incomplete = snapshot->incomplete;
	if (snapshot->capture) {
		model->fetch = fetch;
		model->fetch_context = past->shown;
	}
}
