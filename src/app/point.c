/* The way of a packet, wired together.
 *
 *   capture -> on_frame: decode -> timers due before it -> tracker -> session: records, -w
 *
 * Where packets do not lead to records of their own, a segment stays pending until the next frame is decoded, see
 * lookahead.h. With a second thread, packets come decoded from there, see threads.h.
 *
 * Time is the packets' own. Live, the clock only runs the timers while nothing arrives, and it runs RING_DELAY late:
 * the kernel hands packets over in blocks, and a packet that is still in the ring must not find that its timer has
 * already expired. The clock is real time when the point is opened plus what CLOCK_MONOTONIC has counted since, so that
 * it never steps back. */
#include "app/point.h"
#include "app/decoder.h"
#include "app/session.h"
#include "app/signals.h"
#include "app/split.h"
#include "app/threads.h"

#include <wirestate/language.h>
#include <wirestate/names.h>

#include <string.h>

#define CLOCK_STEP WS_SECOND
#define SHOWN_FOR (5 * WS_SECOND) /* what a helper says, at least, and until packets come */
#define DRAIN_TIME (500 * WS_MILLISECOND)
enum { DRAIN_WAIT = 150, DRAIN_BATCH = 256 }; /* milliseconds; frames */

static const char *standard_input_name(const struct session *session)
{
	return session->options->source ? session->options->source : _("standard input");
}

void point_prepare(struct point *point, struct session *session, const char *name)
{
	*point = (struct point){.session = session,
	                        .name = name,
	                        .clock_offset = real_time() - monotonic(),
	                        .feeder = {.packets = -1, .messages = -1}};
}

bool point_open(struct point *point, struct session *session, bool live, const char *name, uint64_t memory,
                struct ws_error *error)
{
	const bool standard_input = !live && strcmp(name, "-") == 0;
	point_prepare(point, session, standard_input ? standard_input_name(session) : name);
	if (!live && session_needs_feeder(session, name) && !session_start_feeder(session, &point->feeder, name, error))
		return false;
	point->capture = session_open_capture(session, live, name, point->feeder.packets, memory, error);
	point->opened = real_time();
	return point->capture;
}

void point_close(struct point *point)
{
	decoder_free(point->decoder);
	ws_tracker_free(point->tracker);
	if (!point->reader)
		ws_capture_close(point->capture);
	feeder_stop(&point->feeder);
}

/* Runs the timers that are due at `now`. */
static void run_timers(struct point *point, ws_time now)
{
	struct ws_track_result result;
	bool more;
	do {
		more = ws_tracker_advance(point->tracker, now, &result);
		if (result.event_count)
			session_timers_ran(point->session, point, &result);
	} while (more);
}

static void note_last(struct point *point, ws_time time, uint64_t number, const struct ws_track_result *result)
{
	point->last_frame = number;
	point->last_conn = result->conn;
	if (time > point->now)
		point->now = time;
}

void point_track(struct point *point, const struct pending_packet *packet)
{
	struct ws_track_result result;
	if (ws_tracker_due(point->tracker, packet->frame.time))
		run_timers(point, packet->frame.time);
	ws_tracker_packet(point->tracker, &packet->packet, &result);
	session_tracked(point->session, point, packet, &result);
	note_last(point, packet->frame.time, packet->frame.number, &result);
}

void point_track_gist(struct point *point, const struct ws_gist *gist)
{
	const ws_time time = gist->segment.time;
	struct ws_track_result result;
	if (ws_tracker_due(point->tracker, time))
		run_timers(point, time);
	ws_tracker_take_gist(point->tracker, gist, &result);
	session_tracked_gist(point->session, point, time, &result);
	note_last(point, time, gist->segment.frame, &result);
}

static void track_pending(struct point *point)
{
	const struct pending_packet *packet = lookahead_release(&point->lookahead);
	if (packet)
		point_track(point, packet);
}

void point_break(struct point *point)
{
	if (point->decoder)
		decoder_stop(point->decoder);
	else
		ws_capture_break(point->capture);
}

static void end(struct point *point)
{
	point->ended = true;
	ws_capture_break(point->capture);
}

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct point *reader = context, *point = split_point(reader, frame);
	struct session *session = point->session;
	struct ws_frame anonymous;
	bool last = false;
	frame = session_admit(session, point, frame, &anonymous, &last);
	if (!frame || last)
		end(reader);
	if (!frame)
		return;
	if (session->records) {
		records_take(point, frame);
		return;
	}
	if (frame->news && !point->reader) {
		track_pending(point);
		point->host_names = point_name_hosts(point, point->tracker, point->host_names);
	}
	if (frame->number == session->options->frame && session->split) /* else the option says of which point it is */
		session->named_point = (size_t)(point - session->points);
	struct pending_packet *slot = lookahead_slot(&point->lookahead);
	slot->frame = *frame;
	ws_decode(&slot->frame, &slot->packet);
	session_decoded(session, point, frame, &slot->packet);
	ws_tracker_hash(point->tracker, &slot->packet);
	ws_tracker_expect_name(point->tracker, &slot->packet);
	ws_tracker_prefetch_index(point->tracker, slot->packet.flow, slot->packet.conversation);
	track_pending(point);
	if (session->may_defer && slot->packet.flow && !slot->packet.fragment && !slot->packet.may_name)
		lookahead_defer(&point->lookahead, slot, point->tracker);
	else
		point_track(point, slot);
	point->packets++;
}

size_t point_name_hosts(const struct point *point, struct ws_tracker *tracker, size_t known)
{
	const size_t most = point->decoder ? point->news.host_names : SIZE_MAX; /* it has read further */
	struct ws_host_name host;
	for (; known < most && ws_capture_host_name(point->capture, known, &host); known++)
		if (!point->session->options->numeric)
			ws_tracker_name_host(tracker, &host.address, host.ip_version, host.name, WS_NAME_FILE);
	return known;
}

/* For a point whose packets another one has read. */
static bool read_along(struct point *point)
{
	track_pending(point);
	point->ended = point->ended || point->reader->ended;
	if (!point->ended && ws_tracker_out_of_memory(point->tracker))
		point->ended = point->reader->ended = true;
	return !point->ended;
}

bool point_has_memory(struct point *point)
{
	struct session *session = point->session;
	if (!ws_tracker_out_of_memory(point->tracker))
		return true;
	point->ended = true;
	return session->error.status == WS_OK
	               ? ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory: there is none for connections")
	               : false;
}

/* A capture hands over fewer frames where its buffer ends. Of several files, each gets its whole turn, as with threads. */
static enum ws_read read_turn(struct point *point, int max, struct ws_error *error)
{
	const struct session *session = point->session;
	const uint64_t until = point->packets + (uint64_t)max;
	const bool whole = session->point_count > 1 && ws_capture_may_read_ahead(point->capture, true);
	enum ws_read result;
	do {
		result = ws_capture_read(point->capture, (int)(until - point->packets), on_frame, point, error);
	} while (whole && result == WS_READ_MORE && point->packets < until && !point->ended && !session->output_failed);
	return result;
}

bool point_read(struct point *point, int max)
{
	struct session *session = point->session;
	struct ws_error error;
	if (point->reader)
		return read_along(point);
	if (point->ended)
		return false;
	if (point->decoder)
		return threads_read(point, max);
	const uint64_t packets = point->packets;
	const enum ws_read result = read_turn(point, max, &error);
	if (point->said && point->packets != packets && monotonic() - point->said > SHOWN_FOR)
		point->said = 0;
	track_pending(point);
	point->host_names = point_name_hosts(point, point->tracker, point->host_names);
	if (result == WS_READ_ERROR && session->error.status == WS_OK)
		session->error = error;
	if (result != WS_READ_MORE)
		point->ended = true;
	return point_has_memory(point) && !point->ended;
}

const char *point_message(struct point *point)
{
	struct session *session = point->session;
	enum ws_status status;
	const char *text = feeder_message(&point->feeder, &status);
	if (!text)
		return NULL;
	if (status != WS_OK && session->warning.status == WS_OK)
		ws_fail(&session->warning, status, "%s", text);
	point->said = monotonic();
	session->changed = true;
	return text;
}

int point_fd(const struct point *point)
{
	return point->ended || point->reader ? -1 : ws_capture_fd(point->capture);
}

bool point_ready(const struct point *point)
{
	if (point->ended || point->reader)
		return false;
	if (point->session->live && point->decoder) /* its thread may be reading */
		return !point->dry;
	return ws_capture_fd(point->capture) < 0 || ws_capture_ready(point->capture);
}

/* The kernel hands over a block when it is full or a tenth of a second old. What arrives during this call is not waited
 * for. */
void point_drain(struct point *point)
{
	struct ws_capture_stats stats;
	if (point->ended || !ws_capture_is_live(point->capture))
		return;
	threads_stats(point, &stats);
	const uint64_t due = stats.received;
	const ws_time end_time = monotonic() + DRAIN_TIME;
	while (stats.captured + stats.dropped_kernel < due && monotonic() < end_time) {
		struct pollfd descriptor = {.fd = ws_capture_fd(point->capture), .events = POLLIN};
		if (!point_ready(point) && poll(&descriptor, 1, DRAIN_WAIT) == 0)
			break;
		if (!point_read(point, DRAIN_BATCH) || point->session->output_failed)
			break;
		threads_stats(point, &stats);
	}
}

void point_idle(struct point *point)
{
	if (point->ended || !ws_capture_is_live(point->capture))
		return;
	ws_time clock = monotonic() + point->clock_offset;
	if (point->now > clock + CLOCK_STEP) { /* a packet is ahead of the clock, which therefore has been set */
		point->clock_offset += point->now - clock;
		clock = point->now;
	}
	if (clock > point->now)
		point->now = clock;
	run_timers(point, clock - RING_DELAY);
	const char *wait_text = ws_capture_waits(point->capture);
	if (wait_text != point->wait_text)
		point->session->changed = true;
	point->wait_text = wait_text;
}
