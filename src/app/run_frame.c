/* --frame: one screen as plain text, without a terminal. The file is replayed up to the packet, so that the model is
 * what the view would have then, and the scene draws into a canvas that is dumped instead of shown. */
#include "app/session.h"
#include "app/signals.h"

#include <wirestate/view.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 1024, DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };

static bool print(struct ws_text *text)
{
	const bool written = fwrite(text->data, 1, text->length, text->context) == text->length;
	text->length = 0;
	return written;
}

void canvas_print(FILE *file, const struct ws_canvas *canvas)
{
	char buffer[4096];
	struct ws_text text = WS_TEXT_OVER(buffer);
	text.flush = print;
	text.context = file;
	ws_canvas_dump(canvas, &text);
	print(&text);
}

static void print_canvas(struct session *session, const struct ws_canvas *canvas)
{
	canvas_print(stdout, canvas);
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE)
		ws_fail(&session->error, WS_ERROR_OUTPUT, "cannot write to standard output: %s", strerror(errno));
}

/* The connection to stand on: the one that was asked for, else the packet's own, else the first; 0 when there is none.
 */
static bool choose_connection(struct session *session, ws_conn_id *conn)
{
	const uint64_t wanted = session->options->connection;
	const size_t count = ws_tracker_conn_count(session_shown(session)->tracker);
	*conn = session_shown(session)->last_conn;
	if (!wanted) {
		if (!*conn && count)
			*conn = ws_tracker_conn_at(session_shown(session)->tracker, 0);
		return true;
	}
	for (size_t rank = 0; rank < count; rank++) {
		struct ws_conn_info info;
		*conn = ws_tracker_conn_at(session_shown(session)->tracker, rank);
		if (ws_tracker_conn(session_shown(session)->tracker, *conn, &info) && info.number == wanted)
			return true;
	}
	return ws_fail(&session->error, WS_ERROR_OPTION,
	               "--connection %llu: no such connection up to there in %s, which has %zu",
	               (unsigned long long)wanted, session_source(session), count);
}

/* Puts the reader where the picture is to be taken. */
static bool aim(struct session *session, struct ws_ui *ui, const struct ws_model *model, enum ws_screen screen,
                ws_conn_id *conn)
{
	const struct options *options = session->options;
	if (screen == WS_SCREEN_PACKET && !options->connection && !session_shown(session)->last_conn &&
	    session->named_frame_bytes) {
		ws_ui_show_frame(ui, model, &session->named_frame);
		return true;
	}
	if (!choose_connection(session, conn))
		return false;
	if (*conn && (screen != WS_SCREEN_LIST || options->connection))
		ws_ui_select(ui, model, *conn,
		             *conn == session_shown(session)->last_conn ? session_shown(session)->last_frame : 0);
	return true;
}

static void deliver(struct session *session, struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas,
                    ws_conn_id conn)
{
	if (session->export && session->options->screen < 0) {
		export_chart(session, ui, model, conn);
		return;
	}
	ws_ui_layout(ui, model, canvas->columns, canvas->rows);
	ws_ui_draw(ui, model, canvas);
	if (session->export)
		export_screen(session, canvas, conn);
	else
		print_canvas(session, canvas);
}

static void draw(struct session *session)
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
	        .filter = options->display_filter,
	        .key_name = options->keymap.name,
	};
	struct ws_ui *ui = ws_ui_create(&ui_options, &session->error);
	struct ws_canvas canvas = {.ascii = options->ascii};
	if (!ui)
		return;
	if (!ws_canvas_create(&canvas, columns, rows)) {
		ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	} else {
		struct ws_model model;
		canvas.ascii = options->ascii;
		session_model(session, &model);
		model.loading = false; /* the picture is of a snapshot that stands still */
		ws_ui_layout(ui, &model, columns, rows);
		ws_conn_id conn = 0;
		if (aim(session, ui, &model, ui_options.screen, &conn))
			deliver(session, ui, &model, &canvas, conn);
	}
	ws_canvas_destroy(&canvas);
	ws_ui_free(ui);
}

/* --export of packets has written them already. */
static void check_connection(struct session *session)
{
	ws_conn_id conn;
	if (session->error.status == WS_OK && session->options->connection)
		(void)!choose_connection(session, &conn);
}

void run_frame(struct session *session)
{
	const uint64_t frame = session->options->frame;
	while (session_read(session, BATCH)) {
		if (signals_take() & SIGNAL_STOP)
			return;
		session_wait(session);
	}
	struct ws_capture_stats stats;
	ws_capture_stats(session_shown(session)->capture, &stats);
	if (options_picks_packets(session->options))
		check_connection(session);
	else if (frame <= stats.received)
		draw(session);
	else if (session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_OPTION, "--frame %llu: only %llu packets were read from %s",
		        (unsigned long long)frame, (unsigned long long)stats.received, session_source(session));
}
