/* What the screens are shown of a session, see struct ws_model. */
#include "app/joined.h"
#include "app/session.h"
#include "app/split.h"

#include <wirestate/language.h>

bool session_fetch(struct session *session, struct ws_capture *capture, uint64_t position, struct ws_frame *frame)
{
	return ws_capture_fetch(capture, position, frame) &&
	       (!session->anonymizer || anonymize(session->anonymizer, frame, frame));
}

static bool fetch(void *context, uint64_t position, struct ws_frame *frame)
{
	struct point *point = context;
	return session_fetch(point->session, point->capture, position, frame);
}

static bool fetch_at(void *context, unsigned point, uint64_t position, struct ws_frame *frame)
{
	struct session *session = context;
	return point < session->point_count && session_fetch(session, session->points[point].capture, position, frame);
}

static const char *confinement(const struct session *session)
{
	if (session->options->no_sandbox)
		return _("no sandbox");
	return session->protections.missing[0] ? _("partly sandboxed") : _("sandboxed");
}

/* The time of all points, by the first one's clock. */
static ws_time latest(const struct session *session)
{
	ws_time now = session->points[0].now;
	for (size_t i = 1; i < session->point_count; i++) {
		const struct ws_clock *clock = session->joins.joined ? joined_clock(session->joins.joined, i) : NULL;
		const struct point *point = &session->points[i];
		const ws_time time = point->packets ? ws_clock_here(clock, point->now) : point->now;
		now = time > now ? time : now;
	}
	return now;
}

/* What one point has captured and lost. What is said for all points together stays as it is. */
static void stats_at(void *context, unsigned point, struct ws_capture_stats *stats)
{
	const struct session *session = context;
	struct ws_capture_stats own;
	split_stats(&session->points[point], &own);
	stats->captured = own.captured;
	stats->received = own.received;
	stats->dropped_kernel = own.dropped_kernel;
	stats->dropped_interface = own.dropped_interface;
}

void session_model(struct session *session, struct ws_model *model)
{
	const struct ws_error *failure = session_failure(session);
	struct point *point = session_shown(session);
	const bool merged = session_is_merged(session);
	*model = (struct ws_model){
	        .tracker = session_tracker(session),
	        .generation =
	                1 + (session->shown_changes << 32) + (merged ? MERGED_GENERATION : 0), /* snapshots add to it */
	        .joins = session->joins.count,
	        .source = session->point_count > 1 ? session->point_names : point->name,
	        .capture_filter = session->options->filter,
	        .live = session->live,
	        .running = session->live,
	        .loading = !session->ended && !session->live && !session->options->lab_view,
	        .now = merged ? latest(session) : point->now,
	        .time_wait = session->options->time_wait ? session->options->time_wait : 60 * WS_SECOND,
	        .net = session->net,
	        .vendors = session->vendors,
	        .follows = session->options->follow,
	        .status_message = failure->status != WS_OK ? failure->text
	                          : point->wait_text       ? point->wait_text
	                          : point->said            ? point->feeder.text + 1
	                                                   : NULL,
	        .confinement = confinement(session),
	        .advice = session->live || session->options->subscribe ? session->options->advice : NULL,
	        .fetch = fetch,
	        .fetch_context = point,
	        .fetch_point = (unsigned)(point - session->points),
	        .point = (unsigned)(point - session->points),
	        .fetch_at = session->point_count > 1 ? fetch_at : NULL,
	        .stats_at = session->point_count > 1 ? stats_at : NULL,
	        .at_context = session,
	};
	if (session->live) {
		struct ws_text kernel = WS_TEXT_OVER(model->kernel);
		host_words(&session->host, &kernel);
		ws_text_cstr(&kernel);
	}
	session_progress(session, &model->loaded, &model->total);
	session_stats(session, &model->capture);
	if (model->stats_at && !merged)
		stats_at(session, model->point, &model->capture);
	if (session->records)
		records_model(session, model);
	if (session->options->lab_view && !session->flights)
		session->flights = ws_flights_create(); /* the programs may say something before there is a packet */
	if (session->flights && model->capture.comment)
		ws_flights_remark(session->flights, model->capture.comment, model->capture.comment_length);
	model->flights = session->flights;
	model->lab_runs = session->options->lab_view && !session->ended;
	if (model->lab_runs) {
		const ws_time clock = monotonic() + point->clock_offset;
		model->running = true;
		model->now = clock > model->now ? clock : model->now;
	}
}
