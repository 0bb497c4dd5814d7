/* The second reading of several points, see second_reading.h.
 *
 * With --correct-times, -w writes the packets here, too.
 *
 * By now the clocks and the paths of all connections are known. Packets of all points come in the order of the first
 * point's clock, and each point has a tracker of its own again, without history. Of the transitions at an end of a
 * connection only those of the point nearest to it are written; where no router is between the two, what was captured
 * on its way to the end has arrived. */
#include "app/second_reading.h"
#include "app/joined.h"
#include "app/reread.h"
#include "app/signals.h"

#include <stdlib.h>

enum { CHECK = 1024 }; /* packets between two looks at signals */

struct reading {
	struct session *session;
	/* By point, or by the first of several that share a capture; the time of the packet ahead is the reference's. */
	struct reread source[WS_JOIN_POINTS];
	struct ws_points shared;
	struct ws_tracker *tracker[WS_JOIN_POINTS];
	struct ws_event *events;
	size_t room;  /* for events */
	bool records; /* are to be written, and not only frames */
};

static bool can_be_read_twice(const struct session *session)
{
	for (size_t i = 0; i < session->point_count; i++)
		if (point_keeps_frames(&session->points[i]))
			return false;
	return !session->live;
}

static bool has_records(const struct session *session)
{
	return session_asks_for(session, WS_RECORD_PACKET) || session_asks_for(session, WS_RECORD_TRANSITION);
}

bool second_reading_is_due(const struct session *session)
{
	return session->point_count > 1 && session->output && session->confined && can_be_read_twice(session) &&
	       (has_records(session) || session->options->correct_times);
}

bool second_reading_check(const struct session *session, struct ws_error *error)
{
	if (!session->options->correct_times)
		return true;
	if (session->screen)
		return ws_fail(error, WS_ERROR_OPTION,
		               "--correct-times needs -T text, json or csv, since the view reads captures once");
	if (session->point_count < 2)
		return ws_fail(error, WS_ERROR_OPTION,
		               "--correct-times needs points whose clocks can be compared; here they are one capture");
	return can_be_read_twice(session) ||
	       ws_fail(error, WS_ERROR_OPTION,
	               "--correct-times reads every capture twice, and a pipe can be read only once: give files");
}

/* ---- Events */

/* Makes the transition of a point one of the whole connection. False: another point is nearer to its end. */
static bool take_transition(const struct ws_tracker *tracker, unsigned point, struct ws_event *event)
{
	struct ws_conn_info info;
	struct ws_transition *change = &event->transition;
	if (!ws_tracker_conn(tracker, event->conn, &info) || !info.path)
		return true;
	const unsigned end = change->endpoint ^ info.path_swapped;
	if (info.path->point[ws_path_near(info.path, end)] != point)
		return false;
	if (!info.path->at_host[end])
		return true;
	if (change->basis == WS_BASIS_PRESUMED)
		change->basis = WS_BASIS_ARRIVED;
	if (change->certainty == WS_PRESUMED)
		change->certainty = WS_CONFIRMED;
	return true;
}

/* What is written of a result. Connections are written at the end. */
static void choose_events(struct reading *reading, unsigned point, struct ws_track_result *result)
{
	size_t count = 0;
	if (result->event_count > reading->room) {
		struct ws_event *grown = realloc(reading->events, result->event_count * sizeof(*grown));
		if (!grown)
			return;
		reading->events = grown;
		reading->room = result->event_count;
	}
	for (size_t i = 0; i < result->event_count; i++) {
		struct ws_event *event = &reading->events[count];
		*event = result->events[i];
		if (event->kind == WS_EVENT_CONNECTION || event->kind == WS_EVENT_EVICTED)
			continue;
		count += event->kind != WS_EVENT_TRANSITION || take_transition(reading->tracker[point], point, event);
	}
	result->events = reading->events;
	result->event_count = count;
}

static void run_timers(struct reading *reading, unsigned point, ws_time now)
{
	struct session *session = reading->session;
	struct ws_track_result result;
	bool more = true;
	while (more && !session->output_failed) {
		more = ws_tracker_advance(reading->tracker[point], now, &result);
		choose_events(reading, point, &result);
		if (result.event_count)
			session->output_failed = !ws_output_events(session->output, &result, reading->tracker[point]);
	}
}

/* ---- Packets */

/* One packet at a time is kept as `next`. */
static bool take_none(void *context, const struct point *point, const struct ws_frame *frame)
{
	(void)context;
	(void)point;
	(void)frame;
	return false;
}

/* Reads the source's next packet. At its end there is none ahead. */
static void read_ahead(struct reading *reading, struct reread *source)
{
	struct session *session = reading->session;
	source->ahead = false;
	if (!source->point)
		return;
	while (reread_read(source, 1, take_none, NULL))
		;
	if (!source->ahead)
		return;
	const struct ws_clock *clock =
	        joined_clock(session->joins.joined, (size_t)(source->next_point - session->points));
	source->next.time = ws_clock_here(clock, source->next.time);
}

static void write_records(struct reading *reading, const struct reread *source)
{
	struct session *session = reading->session;
	const unsigned point = (unsigned)(source->next_point - session->points);
	struct ws_tracker *tracker = reading->tracker[point];
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(&source->next, &packet);
	ws_output_point(session->output, point, source->next_point->label);
	if (ws_tracker_due(tracker, source->next.time))
		run_timers(reading, point, source->next.time);
	ws_tracker_packet(tracker, &packet, &result);
	choose_events(reading, point, &result);
	if (!session->output_failed)
		session->output_failed = !ws_output_packet(session->output, &packet, &result, tracker);
}

static void write_packet(struct reading *reading, const struct reread *source)
{
	struct session *session = reading->session;
	if (session->options->correct_times)
		session_write_frame(session, source->next_point, &source->next);
	if (reading->records)
		write_records(reading, source);
}

/* ---- The whole */

static bool open_all(struct reading *reading, struct ws_error *error)
{
	struct session *session = reading->session;
	reading->shared.count = session->point_count;
	for (size_t i = 0; i < session->point_count; i++) {
		const struct point *point = &session->points[i];
		if (!point->reader && !reread_open(&reading->source[i], &session->points[i], true, 0, error))
			return false;
		if (!reading->records)
			continue;
		reading->tracker[i] = session_second_tracker(session, error);
		if (!reading->tracker[i])
			return false;
		(void)point_name_hosts(point, reading->tracker[i], 0);
		reading->shared.tracker[i] = reading->tracker[i];
	}
	if (reading->records)
		joined_share(session->joins.joined, &reading->shared);
	return true;
}

static void close_all(struct reading *reading)
{
	for (size_t i = 0; i < reading->session->point_count; i++) {
		reread_close(&reading->source[i]);
		ws_tracker_free(reading->tracker[i]);
	}
	free(reading->events);
	free(reading);
}

static struct reread *earliest(struct reading *reading)
{
	struct reread *found = NULL;
	for (size_t i = 0; i < reading->session->point_count; i++) {
		struct reread *source = &reading->source[i];
		if (source->ahead && (!found || source->next.time < found->next.time))
			found = source;
	}
	return found;
}

void second_reading(struct session *session)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct ws_error error = {0};
	if (!reading) {
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
		return;
	}
	reading->session = session;
	reading->records = has_records(session);
	if (!open_all(reading, &error)) {
		if (session->error.status == WS_OK)
			session->error = error;
	} else {
		for (size_t i = 0; i < session->point_count; i++)
			read_ahead(reading, &reading->source[i]);
		struct reread *source;
		for (uint64_t count = 1; !session->output_failed && (source = earliest(reading)); count++) {
			write_packet(reading, source);
			read_ahead(reading, source);
			if (count % CHECK == 0 && signals_take() & SIGNAL_STOP)
				break;
		}
	}
	close_all(reading);
}
