/* A session runs its points: it reads them by turns, and takes what comes of each packet. It is opened and closed in
 * session_open.c; the way of a packet through one point is in point.c. */
#include "app/session.h"
#include "app/signals.h"
#include "app/threads.h"

#include <stdlib.h>
#include <string.h>

const char *session_source(const struct session *session)
{
	return session->together ? session->point_names : session_shown(session)->name;
}

uint32_t session_records(const struct options *options)
{
	if (options->records || options->debug_connection)
		return options->records;
	if (options->show == SHOW_ZEEK)
		return 1u << WS_RECORD_CONNECTION | 1u << WS_RECORD_UDP;
	return options->show == SHOW_TEXT ? 1u << WS_RECORD_PACKET | 1u << WS_RECORD_TRANSITION : WS_RECORDS_USUAL;
}

bool session_asks_for(const struct session *session, enum ws_record record)
{
	return session->output && session_records(session->options) >> record & 1;
}

const struct ws_error *session_failure(const struct session *session)
{
	return session->error.status != WS_OK ? &session->error : &session->warning;
}

/* Ends the run after this call: no point reads on. */
static void end(struct session *session)
{
	session->ended = true;
	for (size_t i = 0; i < session->point_count; i++) {
		session->points[i].ended = true;
		point_break(&session->points[i]);
	}
}

void session_wrote(struct session *session, bool written)
{
	if (written || session->output_failed)
		return;
	session->output_failed = true;
	for (size_t i = 0; i < session->point_count; i++)
		point_break(&session->points[i]);
}

void session_write_frame(struct session *session, const struct point *point, const struct ws_frame *frame)
{
	if (written_frame(&session->written, (size_t)(point - session->points), frame, &session->warning))
		return;
	session->changed = true;
	if (written_is_full(&session->written))
		end(session);
}

/* Keeps the packet that --frame names. It may belong to no connection, and then only its bytes can be shown. */
static bool keep_named_frame(struct session *session, const struct ws_frame *frame)
{
	const size_t size = (size_t)frame->captured + frame->comment_length;
	uint8_t *bytes = realloc(session->named_frame_bytes, size ? size : 1);
	if (!bytes)
		return session->error.status == WS_OK ? ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory")
		                                      : false;
	if (frame->captured)
		memcpy(bytes, frame->data, frame->captured);
	if (frame->comment_length)
		memcpy(bytes + frame->captured, frame->comment, frame->comment_length);
	session->named_frame_bytes = bytes;
	session->named_frame = *frame;
	session->named_frame.data = bytes;
	session->named_frame.comment = frame->comment ? (const char *)bytes + frame->captured : NULL;
	return true;
}

void session_name_frame(struct session *session, const struct point *point, const struct ws_frame *frame)
{
	const uint64_t number = session->options->frame;
	if (session->point_count > 1 &&
	    (point != &session->points[session->named_point] || (number != FRAME_END && frame->number != number)))
		return;
	session->named_frame = *frame;
	session->named_frame.data = NULL;
	session->named_frame.comment = NULL;
}

bool session_fetch_named(struct session *session)
{
	const struct ws_frame named = session->named_frame;
	struct ws_frame frame;
	if (!named.number || named.data ||
	    !session_fetch(session, session->points[session->named_point].capture, named.position, &frame))
		return true;
	frame.number = named.number;
	return keep_named_frame(session, &frame);
}

/* Says of which point the next records are. */
static void output_point(struct session *session, const struct point *point)
{
	if (session->point_count > 1)
		ws_output_point(session->output, (unsigned)(point - session->points), point->label);
}

/* Of connections that are removed for lack of memory, the second reading knows nothing. */
static void output_evictions(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	for (size_t i = 0; i < result->event_count; i++) {
		const struct ws_track_result one = {.events = &result->events[i], .event_count = 1};
		if (result->events[i].kind != WS_EVENT_EVICTED)
			continue;
		output_point(session, point);
		session_wrote(session, ws_output_events(session->output, &one, point->tracker));
	}
}

/* Where an endpoint has changed its state, the kernel is asked before the records of that are written. */
static void ask_kernel(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	ws_conn_id asked = 0;
	for (size_t i = 0; session->host.kernel && i < result->event_count; i++) {
		const struct ws_event *event = &result->events[i];
		if (event->kind != WS_EVENT_TRANSITION || event->conn == asked)
			continue;
		asked = event->conn;
		host_ask(&session->host, point->tracker, asked);
	}
}

void session_timers_ran(struct session *session, const struct point *point, const struct ws_track_result *result)
{
	session->changed = true;
	ask_kernel(session, point, result);
	if (session->output && session->read_twice)
		output_evictions(session, point, result);
	else if (session->output) {
		output_point(session, point);
		session_wrote(session, ws_output_events(session->output, result, point->tracker));
	}
}

void session_tracked(struct session *session, const struct point *point, const struct pending_packet *packet,
                     const struct ws_track_result *result)
{
	const bool silent = session->may_defer && !result->event_count && point->last_frame;
	if (result->event_count)
		ask_kernel(session, point, result);
	if (session->output && session->read_twice) {
		output_evictions(session, point, result);
	} else if (session->output && !silent) {
		output_point(session, point);
		session_wrote(session, ws_output_packet(session->output, &packet->packet, result, point->tracker));
	}
	if (point == &session->points[session->named_point] && packet->frame.number == session->options->frame)
		session->named_conn = result->conn;
	if (session->lesson && point == session_shown(session))
		ws_lesson_take(session->lesson, &packet->packet, result, point->tracker);
	if (session->observe && point == &session->points[session->conn_point])
		session->observe(session->observe_context, &packet->frame, result);
	session->changed = true;
}

void session_tracked_gist(struct session *session, const struct point *point, ws_time time,
                          const struct ws_track_result *result)
{
	if (result->event_count)
		ask_kernel(session, point, result);
	if (session->output && session->read_twice) {
		output_evictions(session, point, result);
	} else if (session->output && (result->event_count || !point->last_frame)) {
		output_point(session, point);
		session_wrote(session, ws_output_tracked(session->output, time, result, point->tracker));
	}
	session->changed = true;
}

/* A frame whose addresses could not be replaced must not be shown, so the run ends. */
static bool anonymize_frame(struct session *session, const struct ws_frame *frame, struct ws_frame *result)
{
	if (anonymize(session->anonymizer, frame, result))
		return true;
	if (session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	return false;
}

const struct ws_frame *session_admit(struct session *session, const struct point *point, const struct ws_frame *frame,
                                     struct ws_frame *anonymous, bool *last)
{
	const struct options *options = session->options;
	if (session->anonymizer) {
		if (!anonymize_frame(session, frame, anonymous))
			return NULL;
		frame = anonymous;
	}
	/* Of several points, all is read: what became of a segment is known only afterwards. */
	if (options->frame != FRAME_NONE && session->point_count > 1) {
		if ((point == &session->points[session->named_point] || session->split) &&
		    (options->frame == FRAME_END || frame->number == options->frame) &&
		    !keep_named_frame(session, frame))
			return NULL;
	} else if (options->frame != FRAME_NONE) {
		*last = options->frame != FRAME_END && frame->number >= options->frame;
		if (*last && frame->number > options->frame)
			return NULL;
		if (!keep_named_frame(session, frame))
			return NULL;
	}
	*last = ++session->packets == options->count || *last;
	return frame;
}

/* Follows the packets of a capture of the lab. Without memory for it, they are shown as any others are. */
static void follow_flights(struct session *session, const struct ws_frame *frame)
{
	static const char begin[] = "wirestate: lab";
	const char *comment = frame->interface ? frame->interface->section_comment : NULL;
	if (!comment || strncmp(comment, begin, strlen(begin)) != 0)
		return;
	if (!session->flights)
		session->flights = ws_flights_create();
	if (session->flights)
		ws_flights_take(session->flights, frame);
}

/* Takes in what the kernel said when the file was written, see ws_kernel_read(). */
static void read_notes(struct session *session, const char *comment, size_t length)
{
	if (!host_read(&session->host, session->options, comment, length))
		return;
	for (size_t i = 0; i < session->point_count; i++)
		ws_tracker_set_kernel(session->points[i].tracker, session->host.kernel);
}

/* What was said after the last packet. */
static void read_last_notes(struct session *session)
{
	struct ws_capture_stats stats;
	for (size_t i = 0; i < session->point_count && !session->live; i++) {
		threads_stats(&session->points[i], &stats);
		if (stats.comment_length)
			read_notes(session, stats.comment, stats.comment_length);
	}
}

void session_decoded(struct session *session, const struct point *point, const struct ws_frame *frame,
                     const struct ws_packet *packet)
{
	struct ws_frame told;
	if (frame->comment_length && session->screen)
		follow_flights(session, frame);
	if (frame->comment_length && !session->live)
		read_notes(session, frame->comment, frame->comment_length);
	if (session->written.dump && host_tell(&session->host, frame, packet, &told))
		frame = &told;
	if (!session->options->correct_times)
		session_write_frame(session, point, frame);
}

/* Where packets are written as lines, those of several files come in the order of their times. */
static bool in_order_of_time(const struct session *session)
{
	return session->point_count > 1 && !session->split && !session->live &&
	       ((session->output && !session->may_defer) ||
	        (session->written.dump && !session->options->correct_times));
}

/* A file that is damaged, or was cut, ends only its own point. */
static bool may_read_on(const struct session *session)
{
	return session->error.status == WS_OK || session->error.status == WS_ERROR_TRUNCATED;
}

/* Reads on where the last packet is the earliest. */
static bool read_earliest(struct session *session, int max)
{
	struct point *next = NULL;
	for (; max > 0 && may_read_on(session) && !session->output_failed; max--) {
		next = NULL;
		for (size_t i = 0; i < session->point_count; i++) {
			struct point *point = &session->points[i];
			if (!point->ended && (!next || point->now < next->now))
				next = point;
		}
		if (!next)
			break;
		(void)!point_read(next, 1);
	}
	return next;
}

bool session_read(struct session *session, int max)
{
	bool more = false;
	if (session->ended || !session->confined)
		return false;
	host_work(&session->host, session->packets);
	session->changed = session->changed || session->host.changed;
	session->host.changed = false;
	if (in_order_of_time(session))
		more = read_earliest(session, max);
	for (size_t i = 0; !in_order_of_time(session) && i < session->point_count && may_read_on(session); i++)
		more = point_read(&session->points[i], max) || more;
	if (!more || (session->options->count && session->packets >= session->options->count)) {
		end(session);
		read_last_notes(session);
		if (!session->joins.sliced)
			session_join(session);
		session->changed = true;
	}
	return !session->ended;
}

bool session_ready(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (point_ready(&session->points[i]))
			return true;
	return false;
}

void session_drain(struct session *session)
{
	if (!session->confined)
		return;
	for (size_t i = 0; i < session->point_count && !session->ended && !session->output_failed; i++)
		point_drain(&session->points[i]);
}

void session_idle(struct session *session)
{
	if (session->records)
		records_idle(session);
	if (session->ended || !session->live)
		return;
	for (size_t i = 0; i < session->point_count; i++)
		point_idle(&session->points[i]);
	if (!written_flush(&session->written, &session->warning))
		session->changed = true;
}

struct pollfd *session_descriptors(struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		session->descriptors[i] = (struct pollfd){.fd = point_fd(&session->points[i]), .events = POLLIN};
	return session->descriptors;
}

/* How long nothing need be looked at while no packet comes. */
ws_time session_tick(const struct session *session)
{
	if (host_is_busy(&session->host))
		return 0;
	if (host_waits(&session->host))
		return 20 * WS_MILLISECOND;
	if (session->options->lab_view)
		return 50 * WS_MILLISECOND; /* points are joined a moment after packets have come */
	if (session->records)
		return session->records->live ? WS_SECOND : WS_TIME_NEVER;
	return session->live ? RING_DELAY : session->options->follow ? WS_SECOND / 2 : WS_TIME_NEVER;
}

void session_wait(struct session *session)
{
	if (session->ended || session_ready(session))
		return;
	/* Nothing can be read now, so the user may see what has been written so far. */
	if (session->output)
		session_wrote(session, ws_output_flush(session->output));
	session_idle(session);
	signals_poll(session_descriptors(session), session->point_count, session_tick(session));
}
