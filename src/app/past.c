/* Snapshots of the capture at an earlier time.
 *
 * A snapshot is a second tracker that was fed the packets up to that time, by the same code as the first. For a file,
 * the capture is opened once more; for a pipe or an interface, the kept frames are read in order. To go forward, more
 * packets are fed. To go back, a new snapshot begins at the first packet, while the one before stays on the screen.
 * Both work in slices, so that keys and the capture itself never wait. At the end of the capture, where a session
 * begins and usually stays, there is no snapshot.
 *
 * One packet is read ahead. Its time says how long nothing happens, and so up to which time the snapshot is complete.
 *
 * Of several points, the one that is shown is fed first, the others up to the same time by the reference's clock. Where
 * all are shown together, their packets are one sequence in the order of these times: the position is a time that any of
 * them may have a packet at, also before the first and after the last one of the point that is fed first. Which
 * connections are the same, and what became of each segment, is taken from the whole capture.
 */
#include "app/past.h"
#include "app/joined.h"
#include "app/merge.h"
#include "app/past_shares.h"
#include "app/reread.h"

#include <stdlib.h>

enum { BATCH = 64 };
#define SLICE (8 * WS_MILLISECOND)

/* What is fed at one point. */
struct part {
	struct snapshot *snapshot;
	struct reread reread;
	struct ws_tracker *tracker;
	const struct ws_clock *clock; /* NULL: the reference's */
	uint64_t frame;               /* number of the last packet fed */
	ws_time last_packet, time;    /* latest packet's time; up to where timers have run */
};

struct snapshot {
	struct point *point;
	struct part part[WS_JOIN_POINTS]; /* by point; only those that are open have a tracker */
	struct part *shown;               /* that of `point` */
	struct ws_position target;        /* where reading is to end */
	ws_time until;                    /* the same for the other parts, by the reference's clock */
	struct ws_points points;          /* what they know together; `joins` is the session's count then */
	uint64_t joins;
	struct past_shares *shares; /* NULL: none has been asked for */
	struct merge merge;         /* all parts in one list */
	struct ws_error error;      /* why the snapshot differs from what the session has read */
};

static void snapshot_close(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	merge_free(&snapshot->merge);
	free(snapshot->shares);
	for (size_t i = 0; i < WS_JOIN_POINTS; i++) {
		ws_tracker_free(snapshot->part[i].tracker);
		reread_close(&snapshot->part[i].reread);
	}
	free(snapshot);
}

/* At most two snapshots exist at a time: a new one, and the one that is `shown` until the new one is ready. Each may
 * use half of the memory for both, and more where the other uses less than its half or will not grow any more. */
static uint64_t memory_for(const struct session *session, const struct snapshot *shown)
{
	const uint64_t both = session_memory_left(session);
	const uint64_t least = session->options->max_memory / PAST_SHARE / 2;
	uint64_t other = shown ? 0 : least;
	for (size_t i = 0; shown && i < session->point_count; i++)
		if (shown->part[i].tracker)
			other += session_memory_taken(shown->part[i].tracker, shown->part[i].reread.capture);
	return both > other + least ? both - other : least;
}

static bool part_open(struct part *part, struct point *point, uint64_t memory, struct ws_error *error)
{
	part->last_packet = part->time = INT64_MIN;
	if (!reread_open(&part->reread, point, false, memory, error))
		return false;
	part->tracker = session_new_tracker(point->session, part->reread.capture, memory, error);
	if (!part->tracker)
		return false;
	ws_tracker_set_latest(part->tracker, point->tracker);
	(void)point_name_hosts(point, part->tracker, 0);
	return true;
}

static struct snapshot *snapshot_open(struct point *point, uint64_t memory, struct ws_error *error)
{
	struct session *session = point->session;
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	if (!snapshot) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	snapshot->point = point;
	snapshot->shown = &snapshot->part[point - session->points];
	for (size_t i = 0; i < session->point_count; i++) {
		struct part *part = &snapshot->part[i];
		part->snapshot = snapshot;
		/* Before the points have been joined, only that one is known. */
		if (part != snapshot->shown && !session->joins.joined)
			continue;
		if (!part_open(part, &session->points[i], memory / session->point_count, error)) {
			snapshot_close(snapshot);
			return NULL;
		}
	}
	return snapshot;
}

/* True when the snapshot is past the position; time does not run back. */
static bool snapshot_is_beyond(const struct snapshot *snapshot, const struct ws_position *position)
{
	const struct part *part = snapshot->shown;
	if (!position->frame)
		return part->time > position->time;
	return part->frame > position->frame || (part->frame == position->frame && part->time > part->last_packet);
}

static bool snapshot_wants(const struct ws_position *target, const struct ws_frame *frame)
{
	return target->frame ? frame->number <= target->frame : frame->time <= target->time;
}

static void part_run_timers(struct part *part, ws_time now)
{
	struct ws_track_result result;
	while (ws_tracker_advance(part->tracker, now, &result))
		;
	if (now > part->time)
		part->time = now;
}

static void part_feed(struct part *part, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(frame, &packet);
	part_run_timers(part, frame->time);
	ws_tracker_packet(part->tracker, &packet, &result);
	part->frame = frame->number;
	if (frame->time > part->last_packet)
		part->last_packet = frame->time;
}

static bool take_shown(void *context, const struct point *point, const struct ws_frame *frame)
{
	struct part *part = context;
	(void)point;
	if (!snapshot_wants(&part->snapshot->target, frame))
		return false;
	part_feed(part, frame);
	return true;
}

static bool take_other(void *context, const struct point *point, const struct ws_frame *frame)
{
	struct part *part = context;
	(void)point;
	if (ws_clock_here(part->clock, frame->time) > part->snapshot->until)
		return false;
	part_feed(part, frame);
	return true;
}

/* Feeds a part. Returns false when it is not complete at `end`. */
static bool part_advance(struct part *part, reread_take *take, ws_time end)
{
	while (reread_read(&part->reread, BATCH, take, part) && !ws_tracker_out_of_memory(part->tracker))
		if (monotonic() >= end)
			return false;
	return true;
}

/* Where the time of a connection has gone so far. */
static const struct ws_joined_shares *shares_until_then(void *context, const struct ws_conn_path *path)
{
	struct snapshot *snapshot = context;
	uint64_t fed = snapshot->joins;
	for (size_t i = 0; i < snapshot->points.count; i++)
		fed += snapshot->part[i].frame;
	if (!snapshot->shares)
		snapshot->shares = calloc(1, sizeof(*snapshot->shares));
	return snapshot->shares ? past_shares_find(snapshot->shares, &snapshot->points, path, fed) : NULL;
}

/* Tells the trackers of the snapshot what the points know together, when there is more than they have been told. */
static void snapshot_join(struct snapshot *snapshot)
{
	const struct session *session = snapshot->point->session;
	const struct joined *joined = session->joins.joined;
	if (!joined || snapshot->joins == session->joins.count)
		return;
	snapshot->joins = session->joins.count;
	snapshot->points = *joined_points(joined);
	for (size_t i = 0; i < session->point_count; i++) {
		if (!snapshot->part[i].tracker)
			return;
		snapshot->points.tracker[i] = snapshot->part[i].tracker;
		snapshot->part[i].clock = joined_clock(joined, i);
	}
	snapshot->points.earlier = shares_until_then;
	snapshot->points.earlier_context = snapshot;
	joined_share(joined, &snapshot->points);
}

/* The parts can be shown together: all have been joined. */
static bool snapshot_is_whole(const struct snapshot *snapshot)
{
	const struct session *session = snapshot->point->session;
	for (size_t i = 0; i < session->point_count; i++)
		if (!snapshot->part[i].tracker)
			return false;
	return session->together && snapshot->joins;
}

/* Takes into the list of all points what has been fed. True: there is more to do. */
static bool snapshot_merge(struct snapshot *snapshot)
{
	return snapshot_is_whole(snapshot) && merge_take(&snapshot->merge, &snapshot->points, 0, false);
}

/* Returns true when the snapshot of `position` is complete. */
static bool snapshot_advance(struct snapshot *snapshot, const struct ws_position *position, ws_time end)
{
	struct part *shown = snapshot->shown;
	snapshot->target = *position;
	snapshot_join(snapshot);
	if (!part_advance(shown, take_shown, end))
		return false;
	if (!position->frame && position->time > shown->time)
		part_run_timers(shown, position->time);
	snapshot->until = ws_clock_here(shown->clock, shown->time);
	for (size_t i = 0; i < snapshot->point->session->point_count; i++) {
		struct part *part = &snapshot->part[i];
		if (part != shown && part->tracker && !part_advance(part, take_other, end))
			return false;
	}
	return true;
}

static void snapshot_check(struct past *past, struct snapshot *snapshot)
{
	if (snapshot->error.status != WS_OK)
		return;
	const struct part *part = snapshot->shown;
	bool memory = true;
	for (size_t i = 0; i < past->point->session->point_count; i++)
		memory = memory && (!snapshot->part[i].tracker || !ws_tracker_out_of_memory(snapshot->part[i].tracker));
	if (!memory)
		ws_fail(&snapshot->error, WS_ERROR_SYSTEM, "out of memory for the past");
	else if (part->reread.capture && part->reread.ended && part->frame < past->point->last_frame)
		ws_fail(&snapshot->error, WS_ERROR_FILE, "the file has been changed: it now ends after packet %llu",
		        (unsigned long long)part->frame);
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
	/* What they were told is freed when the points have been joined twice since. */
	if (past->shown)
		snapshot_join(past->shown);
	if (past->building)
		snapshot_join(past->building);
	if (past->building && snapshot_is_beyond(past->building, position)) {
		snapshot_close(past->building);
		past->building = NULL;
	}
	if (!past->building && past->shown && !snapshot_is_beyond(past->shown, position)) {
		struct snapshot *snapshot = past->shown;
		const uint64_t frame = snapshot->shown->frame, joins = snapshot->joins;
		const ws_time clock = snapshot->shown->time;
		const bool there = snapshot_advance(snapshot, position, end);
		past->changed = past->changed || snapshot->shown->frame != frame || snapshot->shown->time != clock ||
		                snapshot->joins != joins;
		snapshot_check(past, snapshot);
		return snapshot_merge(snapshot) || !there;
	}
	if (past->error.status != WS_OK || !past->point->last_frame)
		return false;
	if (!past->building)
		past->building =
		        snapshot_open(past->point, memory_for(past->point->session, past->shown), &past->error);
	if (!past->building)
		return false;
	if (!snapshot_advance(past->building, position, end) || snapshot_merge(past->building))
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
	const struct part *part = snapshot->shown;
	if (snapshot_is_beyond(snapshot, position) || (!position->frame && part->time < position->time))
		return false;
	return part->reread.ahead ? !snapshot_wants(position, &part->reread.next)
	                          : part->reread.ended || !part->reread.capture;
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	struct snapshot *snapshot = context;
	return session_fetch(snapshot->point->session, snapshot->shown->reread.capture, position, frame);
}

/* When the snapshot's last packet came, and when the next one does, at any point of those that are shown together. */
static void packets_around(const struct snapshot *snapshot, struct ws_model *model)
{
	const struct session *session = snapshot->point->session;
	model->last_packet = model->first;
	model->next_packet = WS_TIME_NEVER;
	for (size_t i = 0; i < session->point_count; i++) {
		const struct part *part = &snapshot->part[i];
		const struct point *point = &session->points[i];
		const ws_time last = part->frame ? ws_clock_here(part->clock, part->last_packet) : model->first;
		model->last_packet = last > model->last_packet ? last : model->last_packet;
		if (!part->reread.ahead || part->reread.next.number > point->last_frame)
			continue;
		const ws_time next = ws_clock_here(part->clock, part->reread.next.time);
		model->next_packet = next < model->next_packet ? next : model->next_packet;
	}
}

void past_model(const struct past *past, const struct ws_position *position, struct ws_model *model)
{
	const struct snapshot *snapshot = past->shown;
	struct ws_tracker_stats stats;
	/* Of all points together, or of the one that is shown. */
	ws_tracker_stats(session_tracker(past->point->session), &stats);
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
	const struct part *part = snapshot->shown;
	model->past = true;
	model->running = position->playing;
	const bool merged = snapshot_is_whole(snapshot) && snapshot->merge.tracker;
	model->tracker = merged ? snapshot->merge.tracker : part->tracker;
	model->generation =
	        (model->generation & ~MERGED_GENERATION) + past->generation + (merged ? MERGED_GENERATION : 0);
	model->now = part->time > model->first ? part->time : model->first;
	model->frame = part->frame;
	model->last_packet = part->frame ? part->last_packet : model->first;
	model->next_packet = part->reread.ahead && part->reread.next.number <= past->point->last_frame
	                             ? part->reread.next.time
	                             : WS_TIME_NEVER;
	if (merged)
		packets_around(snapshot, model);
	model->incomplete = part->reread.incomplete;
	if (part->reread.capture) {
		model->fetch = fetch;
		model->fetch_context = past->shown;
	}
}
