/* --frame: one screen as plain text. */
#include "app/frame.h"
#include "app/report.h"
#include "app/signals.h"
#include "app/split.h"
#include "app/threads.h"

#include <wirestate/export.h>
#include <wirestate/view.h>

enum { BATCH = 1024, DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };

bool frame_read(struct session *session)
{
	const uint64_t frame = session->options->frame;
	while (session_read(session, BATCH)) {
		if (signals_take() & SIGNAL_STOP)
			return ws_fail(&session->error, WS_ERROR_SYSTEM, "interrupted: nothing has been written");
		session_wait(session);
	}
	threads_end(session);
	if (session->error.status == WS_ERROR_SYSTEM || !session_fetch_named(session))
		return false; /* memory is short; after other errors, what could be read is shown */
	const struct point *named = &session->points[session->named_point];
	const bool one_of = session->point_count > 1 && !session->split;
	struct ws_capture_stats stats;
	if (one_of)
		split_stats(named, &stats);
	else
		session_stats(session, &stats);
	return frame <= stats.received ||
	       ws_fail(&session->error, WS_ERROR_OPTION, "--frame %llu: only %llu packets were read from %s",
	               (unsigned long long)frame, (unsigned long long)stats.received,
	               one_of ? named->label : session_source(session));
}

/* The packet that --frame names, and its connection; 0: the last step of that, where several points have their own last
 * packets. */
static uint64_t named_frame(const struct session *session, ws_conn_id *conn)
{
	const struct point *point = &session->points[session->named_point];
	const bool several = session->point_count > 1,
	           end = session->options->frame == FRAME_NONE || session->options->frame == FRAME_END;
	*conn = ws_merged_id((unsigned)session->named_point, several && !end ? session->named_conn : point->last_conn);
	return !several ? point->last_frame : end ? 0 : session->options->frame;
}

/* The connection with this number at the point that --connection names; without a name, at the first one that has it. */
static ws_conn_id find_connection(const struct session *session, const struct ws_tracker *tracker, uint64_t number)
{
	const bool named = session->options->connection_point.name;
	ws_conn_id found = 0;
	for (size_t i = session->conn_point; !found && i < (named ? session->conn_point + 1 : session->point_count);
	     i++)
		found = ws_tracker_conn_find(tracker, number | (uint64_t)i << WS_CONN_KEY_SHIFT);
	return found;
}

/* What has no connection with this number is the whole capture, that up to a packet, or one of several points. */
static bool fail_connection(struct session *session, const struct ws_tracker *tracker, uint64_t wanted)
{
	const bool up_to =
	        session->options->frame != FRAME_END && session->point_count == 1; /* of several, all is read */
	const bool named = session->options->connection_point.name && session->point_count > 1;
	const struct ws_tracker *at = named ? session->points[session->conn_point].tracker : tracker;
	const char *source = named ? session->points[session->conn_point].label : session_source(session);
	const size_t count = ws_tracker_conn_count(at);
	if (up_to)
		return ws_fail(
		        &session->error, WS_ERROR_OPTION,
		        "--connection %llu: no such connection up to packet %llu in %s, which has %zu until then",
		        (unsigned long long)wanted, (unsigned long long)session->options->frame, source, count);
	return ws_fail(&session->error, WS_ERROR_OPTION, "--connection %llu: no such connection in %s, which has %zu",
	               (unsigned long long)wanted, source, count);
}

bool frame_connection(struct session *session, ws_conn_id *conn)
{
	const struct ws_tracker *tracker = session_tracker(session);
	const uint64_t wanted = session->options->connection;
	const size_t count = ws_tracker_conn_count(tracker);
	(void)named_frame(session, conn);
	if (!wanted) {
		if (!*conn && count)
			*conn = ws_tracker_conn_at(tracker, 0);
		return true;
	}
	*conn = find_connection(session, tracker, wanted);
	if (*conn)
		return true;
	return fail_connection(session, tracker, wanted);
}

/* Selects what the screen is to show. */
static bool select_shown(struct frame *frame, enum ws_screen screen)
{
	struct session *session = frame->session;
	const bool chosen = session->options->connection;
	ws_conn_id named;
	const uint64_t number = named_frame(session, &named);
	if (screen == WS_SCREEN_PACKET && !chosen && !named && session->named_frame_bytes)
		return ws_ui_show_frame(frame->ui, &frame->model, (unsigned)session->named_point,
		                        &session->named_frame) ||
		       ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	if (!frame_connection(session, &frame->conn))
		return false;
	if (frame->conn && (screen != WS_SCREEN_LIST || chosen))
		ws_ui_select(frame->ui, &frame->model, frame->conn, frame->conn == named ? number : 0);
	return true;
}

bool frame_open(struct frame *frame, struct session *session)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	const struct ws_ui_options ui_options = {
	        .speed = options->speed,
	        .idle = options->idle,
	        .screen = options->screen >= 0 ? (enum ws_screen)options->screen
	                  : options->export    ? WS_SCREEN_LIFELINES
	                                       : WS_SCREEN_LIST,
	        .graph = (enum ws_plot_kind)options->graph,
	        .filter = options->display_filter,
	        .numbers = options->numeric,
	        .times = options->times + 1,
	        .key_name = options->keymap.name,
	};
	*frame = (struct frame){.session = session};
	while (point_message(session_shown(session)))
		;
	frame->ui = ws_ui_create(&ui_options, &session->error);
	if (!frame->ui)
		return false;
	if (!ws_canvas_create(&frame->canvas, columns, rows))
		return ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	frame->canvas.ascii = options->ascii;
	session_merge(session, true);
	session_model(session, &frame->model);
	frame->model.loading = false; /* what is drawn is a snapshot that stands still */
	ws_ui_layout(frame->ui, &frame->model, columns, rows);
	return select_shown(frame, ui_options.screen);
}

void frame_draw(struct frame *frame)
{
	ws_ui_layout(frame->ui, &frame->model, frame->canvas.columns, frame->canvas.rows);
	ws_ui_draw(frame->ui, &frame->model, &frame->canvas);
}

void frame_close(struct frame *frame)
{
	ws_canvas_destroy(&frame->canvas);
	ws_ui_free(frame->ui);
}

void run_frame(struct session *session)
{
	struct frame frame;
	if (!frame_read(session))
		return;
	if (frame_open(&frame, session)) {
		frame_draw(&frame);
		ws_text_canvas(stdout, &frame.canvas);
		(void)!report_output(&session->error);
	}
	frame_close(&frame);
}
