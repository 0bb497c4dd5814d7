/* --export: from a capture to a file that others can look at. What is in it is drawn by src/export; here is which
 * connection, which screen, and what to say when that cannot be. A connection's packets are written while they are
 * read, see session.c. */
#include "app/session.h"

#include <wirestate/export.h>
#include <wirestate/stop.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };
#define LONGEST_WAIT (2 * WS_SECOND) /* in the view */

bool export_open(struct session *session, struct ws_error *error)
{
	const struct options *options = session->options;
	session->export = fopen(options->export, "we");
	if (!session->export)
		return ws_fail(error, WS_ERROR_OUTPUT, "cannot write to %s: %s", options->export, strerror(errno));
	return true;
}

void export_close(struct session *session)
{
	const char *name = session->options->export;
	if (!session->export)
		return;
	bool good = fflush(session->export) == 0 && !ferror(session->export);
	if (!good && session->error.status == WS_OK)
		ws_fail(&session->error, WS_ERROR_OUTPUT, "cannot write to %s: %s", name, strerror(errno));
	/* Half a picture is none. The sandbox does not let the name be removed, but the bytes. */
	if (session->error.status != WS_OK && ftruncate(fileno(session->export), 0) == 0)
		unlink(name);
	fclose(session->export);
	session->export = NULL;
}

static void title_of(const struct session *session, ws_conn_id conn, struct ws_text *title)
{
	struct ws_conn_info info;
	if (!ws_tracker_conn(session_shown(session)->tracker, conn, &info)) {
		ws_text_puts(title, "Connections");
		return;
	}
	ws_text_printf(title, "Connection %llu, ", (unsigned long long)info.number);
	for (int i = 0; i < 2; i++) {
		const struct ws_endpoint_info *at = &info.endpoint[i ? !info.likely_client : info.likely_client];
		ws_text_endpoint(title, &at->address, info.ip_version, at->port);
		ws_text_puts(title, i ? ": " : " to ");
	}
	ws_conn_verdict(&info, title, NULL, NULL);
}

/* The lifelines, whole, as text. */
static bool write_chart_text(FILE *file, struct ws_ui *ui, const struct ws_model *model, int columns, bool ascii,
                             struct ws_error *error)
{
	struct ws_chart chart;
	struct ws_canvas canvas = {0};
	bool good = ws_chart_open(ui, model, columns, &chart, error);
	if (good) {
		good = ws_canvas_create(&canvas, columns, chart.rows);
		canvas.ascii = ascii;
		good = good && ws_chart_draw(ui, model, &chart, &canvas);
		if (good)
			canvas_print(file, &canvas);
		else
			ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	ws_canvas_destroy(&canvas);
	ws_chart_close(&chart);
	return good;
}

static bool has_time(void *context)
{
	const ws_time *end = context;
	return !ws_stopping() && (*end == WS_TIME_NEVER || monotonic() < *end);
}

static bool write_chart(const struct session *session, FILE *file, int kind, struct ws_ui *ui,
                        const struct ws_model *model, ws_conn_id conn, ws_time end, struct ws_error *error)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	const enum ws_theme theme = (enum ws_theme)options->theme;
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	title_of(session, conn, &title);
	const struct ws_svg_options svg = {.columns = columns,
	                                   .theme = theme,
	                                   .animated = kind == EXPORT_ANIMATION,
	                                   .speed = options->speed,
	                                   .title = ws_text_cstr(&title)};
	const struct ws_cast_options cast = {.columns = columns,
	                                     .rows = rows,
	                                     .ascii = options->ascii,
	                                     .theme = theme,
	                                     .title = svg.title,
	                                     .go_on = has_time,
	                                     .context = &end};
	if (kind == EXPORT_CAST)
		return ws_cast(file, ui, model, &cast, error);
	if (kind == EXPORT_HTML)
		return ws_html_chart(file, ui, model, conn, svg.title, error);
	if (kind == EXPORT_TXT)
		return write_chart_text(file, ui, model, columns, options->ascii, error);
	return ws_svg_chart(file, ui, model, &svg, error);
}

void export_chart(struct session *session, struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	const struct options *options = session->options;
	const size_t count = ws_tracker_conn_count(session_shown(session)->tracker);
	if (!options->connection && count != 1)
		ws_fail(&session->error, WS_ERROR_OPTION, "%s has %zu connections: choose one with --connection N",
		        session_source(session), count);
	else
		(void)!write_chart(session, session->export, options->export_kind, ui, model, conn, WS_TIME_NEVER,
		                   &session->error);
}

/* The reader's own place stays as it is: another one is made for the export. Keys and packets wait for it, so it may
 * not take long. */
static bool put_wanted(const struct session *session, FILE *file, int kind, const struct ws_model *model,
                       ws_conn_id conn, struct ws_error *error)
{
	static const char *const no_keys[WS_ACTION_COUNT];
	const struct ws_ui_options options = {.speed = session->options->speed,
	                                      .idle = session->options->idle,
	                                      .screen = WS_SCREEN_LIFELINES,
	                                      .key_name = no_keys};
	struct ws_model still = *model;
	struct ws_ui *ui = ws_ui_create(&options, error);
	if (!ui)
		return false;
	still.live = false; /* the replay ends where the connection stands now */
	ws_ui_select(ui, &still, conn, 0);
	const bool good = write_chart(session, file, kind, ui, &still, conn, monotonic() + LONGEST_WAIT, error);
	ws_ui_free(ui);
	return good;
}

static bool write_chart_fd(const struct session *session, int fd, int kind, const struct ws_model *model,
                           ws_conn_id conn, struct ws_error *error)
{
	FILE *file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	bool good = put_wanted(session, file, kind, model, conn, error);
	errno = 0;
	const bool failed = ferror(file);
	if ((fclose(file) != 0 || failed) && good)
		good = ws_fail(error, WS_ERROR_OUTPUT, "%s", strerror(errno ? errno : EIO));
	return good;
}

/* The packets of the connection, as far as they are still kept. */
static bool put_packets(const struct session *session, int fd, const char *name, const struct ws_model *model,
                        ws_conn_id conn, uint64_t *missing, struct ws_error *error)
{
	struct ws_dump *dump = ws_dump_open_fd(session_shown(session)->capture, fd, name, error);
	struct ws_replay *replay = dump ? ws_replay_open(model->tracker, conn) : NULL;
	struct ws_step step;
	bool good = dump != NULL;
	for (size_t i = 0; good && replay && ws_replay_step(replay, i, &step); i++) {
		struct ws_frame frame;
		if (step.input.kind != WS_INPUT_SEGMENT)
			continue;
		if (model->fetch(model->fetch_context, step.input.position, &frame))
			good = ws_dump_write(dump, &frame, error);
		else
			++*missing;
	}
	if (good && !replay)
		good = ws_fail(error, WS_ERROR_SYSTEM, "its segments are no longer kept");
	ws_replay_close(replay);
	struct ws_error closing;
	if (dump && !ws_dump_close(dump, good ? error : &closing))
		good = false;
	return good;
}

void export_connection(const struct session *session, struct ws_ui *ui, const struct ws_model *model,
                       const struct ws_file_request *request)
{
	const ws_conn_id conn = request->conn;
	const char *name = request->name;
	char clean[256], message[800];
	struct ws_error error = {0};
	uint64_t missing = 0;
	struct ws_text text = WS_TEXT_OVER(clean);
	ws_text_clean(&text, name, strlen(name));
	ws_text_cstr(&text);
	const int kind = options_export_kind(name);
	if (kind == EXPORT_NONE) {
		ws_ui_file_done(ui, "nothing written: a name ends in .svg, .anim.svg, .html, .txt, .cast or .pcap", false);
		return;
	}
	const int fd = save_create(session, name);
	bool good = fd >= 0;
	if (!good)
		ws_fail(&error, WS_ERROR_OUTPUT, "%s", save_reason(session, errno));
	else if (kind == EXPORT_PCAP)
		good = put_packets(session, fd, clean, model, conn, &missing, &error);
	else
		good = write_chart_fd(session, fd, kind, model, conn, &error);
	if (good && missing)
		snprintf(message, sizeof(message), "%s written, without %llu packets that are no longer kept.", clean,
		         (unsigned long long)missing);
	else if (good)
		snprintf(message, sizeof(message), "%s written.", clean);
	else
		snprintf(message, sizeof(message), "cannot write %s: %s", clean, error.text);
	ws_ui_file_done(ui, message, good);
}

void export_screen(struct session *session, const struct ws_canvas *canvas, ws_conn_id conn)
{
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	title_of(session, conn, &title);
	if (session->options->export_kind == EXPORT_SVG)
		ws_svg_canvas(session->export, canvas, (enum ws_theme)session->options->theme, ws_text_cstr(&title));
	else
		canvas_print(session->export, canvas);
}
