/* --export: from a capture to a file that others can look at. What is in it is drawn by src/export; here is which
 * connection, which screen, and what to say when that cannot be. A connection's packets are written while they are
 * read, see session.c. */
#include "session.h"

#include <wirestate/export.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };

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
	if (!ws_tracker_conn(session->tracker, conn, &info)) {
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
static void put_story_text(struct session *session, struct ws_ui *ui, const struct ws_model *model, int columns)
{
	struct ws_story story;
	struct ws_canvas canvas = {0};
	if (ws_story_open(ui, model, columns, &story, &session->error)) {
		bool drawn = ws_canvas_create(&canvas, columns, story.rows);
		canvas.ascii = session->options->ascii;
		if (drawn && ws_story_draw(ui, model, &story, &canvas))
			picture_print(session->export, &canvas);
		else
			ws_fail(&session->error, WS_ERROR_SYSTEM, "out of memory");
	}
	ws_canvas_destroy(&canvas);
	ws_story_close(&story);
}

void export_story(struct session *session, struct ws_ui *ui, const struct ws_model *model, ws_conn_id conn)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	const size_t count = ws_tracker_conn_count(session->tracker);
	if (!options->connection && count != 1) {
		ws_fail(&session->error, WS_ERROR_OPTION, "%s has %zu connections: choose one with --connection N",
		        session_source(session), count);
		return;
	}
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	title_of(session, conn, &title);
	const enum ws_theme theme = (enum ws_theme)options->theme;
	const struct ws_svg_options svg = {.columns = columns,
	                                   .theme = theme,
	                                   .animated = options->animate,
	                                   .speed = options->speed,
	                                   .title = ws_text_cstr(&title)};
	const struct ws_cast_options cast = {
	        .columns = columns, .rows = rows, .ascii = options->ascii, .theme = theme, .title = svg.title};
	if (options->export_kind == EXPORT_SVG)
		(void)!ws_svg_story(session->export, ui, model, &svg, &session->error);
	else if (options->export_kind == EXPORT_CAST)
		(void)!ws_cast(session->export, ui, model, &cast, &session->error);
	else
		put_story_text(session, ui, model, columns);
}

void export_screen(struct session *session, const struct ws_canvas *canvas, ws_conn_id conn)
{
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	title_of(session, conn, &title);
	if (session->options->export_kind == EXPORT_SVG)
		ws_svg_canvas(session->export, canvas, (enum ws_theme)session->options->theme, ws_text_cstr(&title));
	else
		picture_print(session->export, canvas);
}
