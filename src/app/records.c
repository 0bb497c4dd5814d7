/* See records.h. A line that is no record is left out and counted: a program that writes records may be stopped in the
 * middle of one, and what others add to the lines is not ours to judge. */
#include "app/records.h"
#include "app/session.h"

#include <wirestate/language.h>

#include <stdlib.h>
#include <string.h>

/* What needs packets, and what to do instead. */
static const char *refusal(const struct options *options)
{
	if (options->write)
		return _("-w writes packets; for records, use -T json > FILE");
	if (options->anonymize)
		return _("--anonymize replaces addresses in packets; use it where the records are made");
	if (options->exercise || options->played)
		return _("a lesson and an exercise need packets");
	if (options->debug_connection)
		return _("--debug-connection follows the packets of a connection; use it where the records are made");
	if (options->export && options->screen < 0)
		return _("--export draws the segments of a connection; use it where its packets are, or with --screen "
		         "list, "
		         "hosts, statistics or overview");
	return NULL;
}

bool records_open(struct session *session, struct ws_error *error)
{
	const struct point *point = &session->points[0];
	const char *refused = refusal(session->options);
	if (refused)
		return ws_fail(error, WS_ERROR_OPTION, "%s has records: %s", point->name, refused);
	session->records = calloc(1, sizeof(*session->records));
	if (!session->records)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	session->records->live = ws_capture_fd(point->capture) >= 0;
	session->records->reader = ws_record_reader_new(error);
	return session->records->reader;
}

void records_close(struct session *session)
{
	if (!session->records)
		return;
	ws_record_reader_free(session->records->reader);
	free(session->records);
}

static void leave_out(struct point *point, const struct ws_frame *frame, const char *why)
{
	struct session *session = point->session;
	const char *file = frame->interface ? frame->interface->description : point->name;
	if (!session->records->left_out++ && session->warning.status == WS_OK)
		ws_fail(&session->warning, WS_ERROR_TRUNCATED, "%s: line %llu is no record and is left out: %s",
		        file ? file : point->name, (unsigned long long)frame->number, why);
}

void records_take(struct point *point, const struct ws_frame *frame)
{
	struct session *session = point->session;
	struct records *records = session->records;
	struct ws_stored_record *record = &records->record;
	struct ws_track_result result;
	char buffer[160];
	struct ws_text why = WS_TEXT_OVER(buffer);
	/* Of one source, records that do not say whose they are have no sensor; of several, each is one. */
	const char *sensor = point->files > 1 ? frame->interface->name : "";
	records->lines++;
	session->changed = true;
	if (frame->length > frame->captured)
		ws_text_printf(&why, _("it has more than %d bytes"), WS_LINE_MOST);
	if (why.length ||
	    !ws_record_read(records->reader, (const char *)frame->data, frame->captured, sensor, record, &why)) {
		leave_out(point, frame, ws_text_cstr(&why));
		return;
	}
	const enum ws_stored_result taken = ws_tracker_take(point->tracker, record, &result);
	records->repeated += taken == WS_STORED_DUPLICATE;
	if (taken == WS_STORED_TOO_MANY)
		leave_out(point, frame, _("there is no room for one more sensor or connection"));
	const ws_time now = ws_tracker_time(point->tracker);
	if (now > point->now) {
		point->now = now;
		records->arrived = monotonic();
	}
	if (taken == WS_STORED_TAKEN && result.event_count)
		session_timers_ran(session, point, &result);
}

void records_idle(struct session *session)
{
	struct records *records = session->records;
	struct point *point = &session->points[0];
	const ws_time clock = monotonic(), latest = ws_tracker_time(point->tracker);
	if (!records->live || session->ended || clock < records->next_clock)
		return;
	records->next_clock = clock + WS_SECOND;
	ws_tracker_records_clock(point->tracker, real_time());
	/* Time goes on between records that come as they are made, as in a live capture. */
	if (latest && latest + clock - records->arrived > point->now)
		point->now = latest + clock - records->arrived;
	session->changed = true;
}

void records_model(const struct session *session, struct ws_model *model)
{
	model->records = true;
	model->asks = session->options->subscribe;
	model->live = session->records->live && !session->ended;
	model->loading = model->loading && !model->live;
	ws_tracker_records_capture(model->tracker, &model->capture);
}
