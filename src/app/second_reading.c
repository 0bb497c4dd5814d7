/* The second reading of several points, see second_reading.h.
 *
 * By now the clocks and the paths of all connections are known. Packets of all points come in the order of the first
 * point's clock, and each point has a tracker of its own again, without history. Of the transitions at an end of a
 * connection only those of the point nearest to it are written; where no router is between the two, what was captured
 * on its way to the end has arrived. */
#include "app/second_reading.h"
#include "app/joined.h"
#include "app/signals.h"
#include "app/split.h"

#include <stdlib.h>
#include <string.h>

enum { CHECK = 1024 }; /* packets between two looks at signals */

/* A capture that is read again, by the point of this index or, where several share it, the first of these. */
struct source {
	struct ws_capture *capture; /* NULL: there is none for this point */
	struct ws_frame next;       /* valid when `ahead`; its time is the reference's */
	unsigned point;             /* that captured it */
	uint8_t *bytes;
	size_t capacity;
	bool ahead;
};

struct reading {
	struct session *session;
	struct source source[WS_JOIN_POINTS];
	struct ws_points shared;
	struct ws_tracker *tracker[WS_JOIN_POINTS];
	struct ws_event *events;
	size_t room; /* for events */
};

bool second_reading_is_due(const struct session *session)
{
	if (session->point_count < 2 || session->live || !session->output || !session->confined)
		return false;
	for (size_t i = 0; i < session->point_count; i++)
		if (point_keeps_frames(&session->points[i]))
			return false;
	return session_asks_for(session, WS_RECORD_PACKET) || session_asks_for(session, WS_RECORD_TRANSITION);
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

static bool keep_frame(struct source *source, const struct ws_frame *frame)
{
	if (source->capacity <= frame->captured) {
		uint8_t *bytes = realloc(source->bytes, (size_t)frame->captured + 1);
		if (!bytes)
			return false;
		source->bytes = bytes;
		source->capacity = (size_t)frame->captured + 1;
	}
	if (frame->captured)
		memcpy(source->bytes, frame->data, frame->captured);
	source->next = *frame;
	source->next.data = source->bytes;
	return true;
}

struct reader {
	struct reading *reading;
	struct source *source;
	struct point *point;
};

static void on_frame(void *context, const struct ws_frame *frame)
{
	struct reader *reader = context;
	struct session *session = reader->reading->session;
	const struct point *point = split_point(reader->point, frame);
	struct ws_frame anonymous;
	if (frame->number > point->last_frame)
		return;
	if (session->anonymizer) {
		if (!anonymize(session->anonymizer, frame, &anonymous))
			return;
		frame = &anonymous;
	}
	reader->source->point = (unsigned)(point - session->points);
	reader->source->ahead = keep_frame(reader->source, frame);
	const struct ws_clock *clock = joined_clock(session->joins.joined, reader->source->point);
	if (clock)
		reader->source->next.time = ws_clock_here(clock, frame->time);
}

/* Reads the source's next packet. At its end there is none ahead. */
static void read_ahead(struct reading *reading, size_t index)
{
	struct source *source = &reading->source[index];
	struct reader reader = {reading, source, &reading->session->points[index]};
	struct ws_error ignored; /* the first reading has reported it */
	source->ahead = false;
	while (source->capture && !source->ahead &&
	       ws_capture_read(source->capture, 1, on_frame, &reader, &ignored) == WS_READ_MORE)
		;
}

static void write_packet(struct reading *reading, const struct source *source)
{
	struct session *session = reading->session;
	struct ws_tracker *tracker = reading->tracker[source->point];
	struct ws_packet packet;
	struct ws_track_result result;
	ws_decode(&source->next, &packet);
	ws_output_point(session->output, source->point, session->points[source->point].label);
	if (ws_tracker_due(tracker, source->next.time))
		run_timers(reading, source->point, source->next.time);
	ws_tracker_packet(tracker, &packet, &result);
	choose_events(reading, source->point, &result);
	if (!session->output_failed)
		session->output_failed = !ws_output_packet(session->output, &packet, &result, tracker);
}

/* ---- The whole */

static bool open_all(struct reading *reading, struct ws_error *error)
{
	struct session *session = reading->session;
	reading->shared.count = session->point_count;
	for (size_t i = 0; i < session->point_count; i++) {
		const struct point *point = &session->points[i];
		if (!point->reader && !(reading->source[i].capture = point_reopen(point, 0, error)))
			return false;
		reading->tracker[i] = session_second_tracker(session, error);
		if (!reading->tracker[i])
			return false;
		(void)point_name_hosts(point, reading->tracker[i], 0);
		reading->shared.tracker[i] = reading->tracker[i];
	}
	joined_share(session->joins.joined, &reading->shared);
	return true;
}

static void close_all(struct reading *reading)
{
	for (size_t i = 0; i < reading->session->point_count; i++) {
		ws_capture_close(reading->source[i].capture);
		ws_tracker_free(reading->tracker[i]);
		free(reading->source[i].bytes);
	}
	free(reading->events);
	free(reading);
}

static struct source *earliest(struct reading *reading)
{
	struct source *found = NULL;
	for (size_t i = 0; i < reading->session->point_count; i++) {
		struct source *source = &reading->source[i];
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
	if (!open_all(reading, &error)) {
		if (session->error.status == WS_OK)
			session->error = error;
	} else {
		for (size_t i = 0; i < session->point_count; i++)
			read_ahead(reading, i);
		struct source *source;
		for (uint64_t count = 1; !session->output_failed && (source = earliest(reading)); count++) {
			write_packet(reading, source);
			read_ahead(reading, (size_t)(source - reading->source));
			if (count % CHECK == 0 && signals_take() & SIGNAL_STOP)
				break;
		}
	}
	close_all(reading);
}
