/* Every file that the program writes, but for -w.
 *
 * A file that the user names in the view must be new: nothing is overwritten, and a link is not followed. The sandbox
 * allows only that, in the directory that the program was started in and below it. Pictures are drawn in memory first,
 * so that one that cannot be finished leaves no file.
 *
 * The file of --export may exist. It is opened before anything is read, and replaced once everything is written. */
#include "app/save.h"
#include "app/report.h"

#include <wirestate/language.h>
#include <wirestate/replay.h>
#include <wirestate/stop.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_COLUMNS = 80, DEFAULT_ROWS = 24 };
#define LONGEST_WAIT (2 * WS_SECOND) /* in the view, where keys and packets wait for the drawing */

/* ---- What is in a file */

static void conn_title(const struct session *session, ws_conn_id conn, struct ws_text *title)
{
	struct ws_conn_info info;
	if (!ws_tracker_conn(session_tracker(session), conn, &info)) {
		ws_text_puts(title, _("Connections"));
		return;
	}
	char ends[2][64];
	for (int i = 0; i < 2; i++) {
		const struct ws_endpoint_info *at = &info.endpoint[i ? !info.likely_client : info.likely_client];
		struct ws_text end = WS_TEXT_OVER(ends[i]);
		ws_text_endpoint(&end, &at->address, info.ip_version, at->port);
		ws_text_cstr(&end);
	}
	ws_text_printf(title, _("Connection %llu, %s to %s: "), (unsigned long long)info.number, ends[0], ends[1]);
	ws_conn_verdict(&info, title, NULL, NULL);
}

static bool has_time(void *context)
{
	const ws_time *deadline = context;
	return !ws_stopping() && (*deadline == WS_TIME_NEVER || thread_time() < *deadline);
}

bool export_chart(const struct session *session, FILE *file, int kind, struct ws_ui *ui, const struct ws_model *model,
                  ws_conn_id conn, ws_time deadline, struct ws_error *error)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	const enum ws_theme theme = (enum ws_theme)options->theme;
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	conn_title(session, conn, &title);
	const struct ws_svg_options svg = {.columns = columns,
	                                   .theme = theme,
	                                   .animated = kind == EXPORT_ANIMATION,
	                                   .speed = options->speed,
	                                   .title = ws_text_cstr(&title),
	                                   .go_on = has_time,
	                                   .context = &deadline};
	const struct ws_html_options html = {.conn = conn, .title = svg.title, .go_on = has_time, .context = &deadline};
	const struct ws_cast_options cast = {.columns = columns,
	                                     .rows = rows,
	                                     .ascii = options->ascii,
	                                     .theme = theme,
	                                     .title = svg.title,
	                                     .go_on = has_time,
	                                     .context = &deadline};
	if (kind == EXPORT_CAST) {
		ws_ui_play(ui, model, conn);
		return ws_cast(file, ui, model, &cast, error);
	}
	if (kind == EXPORT_HTML)
		return ws_html_chart(file, ui, model, &html, error);
	if (kind == EXPORT_TXT)
		return ws_text_chart(file, ui, model, columns, options->ascii, error);
	return ws_svg_chart(file, ui, model, &svg, error);
}

bool export_graph(const struct session *session, FILE *file, int kind, struct ws_ui *ui, const struct ws_model *model,
                  ws_conn_id conn, struct ws_error *error)
{
	const struct options *options = session->options;
	const int columns = options->size.columns ? options->size.columns : DEFAULT_COLUMNS;
	const int rows = options->size.columns ? options->size.rows : DEFAULT_ROWS;
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	struct ws_canvas canvas = {.ascii = options->ascii};
	conn_title(session, conn, &title);
	if (kind == EXPORT_SVG)
		return ws_svg_graph(file, ui, model, (enum ws_theme)options->theme, ws_text_cstr(&title), error);
	if (kind != EXPORT_TXT)
		return ws_fail(error, WS_ERROR_OPTION, "a graph is written as .svg or .txt");
	if (!ws_canvas_create(&canvas, columns, rows))
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	canvas.ascii = options->ascii;
	ws_ui_layout(ui, model, columns, rows);
	ws_ui_draw(ui, model, &canvas);
	ws_text_canvas(file, &canvas);
	ws_canvas_destroy(&canvas);
	return true;
}

void export_canvas(const struct session *session, FILE *file, int kind, const struct ws_canvas *canvas, ws_conn_id conn)
{
	char words[512];
	struct ws_text title = WS_TEXT_OVER(words);
	conn_title(session, conn, &title);
	if (kind == EXPORT_SVG)
		ws_svg_canvas(file, canvas, (enum ws_theme)session->options->theme, ws_text_cstr(&title));
	else
		ws_text_canvas(file, canvas);
}

/* ---- --export */

/* A file without a name, in the directory of `path` or, where that has no such files, where temporary files are. */
static int open_nameless(const char *path)
{
	char directory[PATH_MAX];
	if (strlen(path) >= sizeof(directory)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(directory, path);
	const int fd = open(dirname(directory), O_RDWR | O_TMPFILE | O_CLOEXEC, WS_SAVE_MODE);
	return fd >= 0 ? fd : open(P_tmpdir, O_RDWR | O_TMPFILE | O_CLOEXEC, WS_SAVE_MODE);
}

/* What is not a regular file, such as a pipe, is written to directly. */
static bool open_older(struct export_file *file)
{
	struct stat status;
	const int fd = open(file->path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		file->fd = fd;
		return fd >= 0;
	}
	file->older = fd;
	file->fd = open_nameless(file->path);
	return file->fd >= 0;
}

static bool open_as_invoker(void *context, struct ws_error *error)
{
	struct export_file *file = context;
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, WS_SAVE_MODE);
	file->created = file->fd >= 0;
	return file->created || (errno == EEXIST && open_older(file)) ||
	       ws_fail(error, WS_ERROR_OUTPUT, "cannot write to %s: %s", file->path, strerror(errno));
}

bool export_file_open(struct export_file *file, const char *path, struct ws_error *error)
{
	*file = (struct export_file){.path = path, .fd = -1, .older = -1};
	if (ws_as_invoker(open_as_invoker, file, error))
		return true;
	if (file->older >= 0)
		close(file->older);
	return false;
}

static bool remove_as_invoker(void *context, struct ws_error *error)
{
	const struct export_file *file = context;
	struct stat named, opened;
	const bool same = lstat(file->path, &named) == 0 && fstat(file->fd, &opened) == 0 &&
	                  named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
	return same && (unlink(file->path) == 0 || ws_fail(error, WS_ERROR_OUTPUT, "%s", strerror(errno)));
}

static bool copy_over(const struct export_file *file, struct ws_error *error)
{
	struct stat status;
	off_t at = 0;
	bool good = fstat(file->fd, &status) == 0 && ftruncate(file->older, 0) == 0;
	while (good && at < status.st_size) {
		const ssize_t sent = sendfile(file->older, file->fd, &at, (size_t)(status.st_size - at));
		good = sent > 0 || (sent < 0 && errno == EINTR);
	}
	return good || ws_fail(error, WS_ERROR_OUTPUT, "cannot write to %s: %s", file->path, strerror(errno));
}

bool export_file_close(struct export_file *file, bool keep, struct ws_error *error)
{
	struct ws_error ignored;
	const bool good = file->older < 0 || !keep || copy_over(file, error);
	if (file->created && !keep)
		(void)!ws_as_invoker(remove_as_invoker, file, &ignored);
	if (file->older >= 0)
		close(file->older);
	close(file->fd);
	return good;
}

/* ---- From the view */

static int create_new(const struct session *session, const char *name)
{
	return openat(session->directory, name, WS_SAVE_FLAGS, WS_SAVE_MODE);
}

static const char *create_reason(const struct session *session, int error)
{
	if (error == EEXIST)
		return _("there is such a file already");
	const bool confined = session->protections.in_force & 1u << WS_PROTECTION_LANDLOCK;
	if (error == EACCES && confined)
		return _("only new files, below the directory this was started in, where its user may write");
	return strerror(error);
}

/* A new file as a stream. NULL: `error` says why. */
static FILE *create_stream(const struct session *session, const char *name, struct ws_error *error)
{
	const int fd = create_new(session, name);
	if (fd < 0) {
		ws_fail(error, WS_ERROR_OUTPUT, "%s", create_reason(session, errno));
		return NULL;
	}
	FILE *file = fdopen(fd, "w");
	if (!file) {
		close(fd);
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	}
	return file;
}

static bool close_stream(FILE *file, struct ws_error *error)
{
	int reason = file_error(file);
	errno = 0;
	if (fclose(file) != 0 && !reason)
		reason = errno ? errno : EIO;
	return !reason || ws_fail(error, WS_ERROR_OUTPUT, "%s", strerror(reason));
}

/* How a request went. */
struct outcome {
	char text[800]; /* what was written, or nothing */
	struct ws_error error;
};

static bool write_bytes(void *context, const void *bytes, size_t length)
{
	return fwrite(bytes, 1, length, context) == length;
}

static bool save_stream(const struct session *session, struct ws_ui *ui, const struct ws_model *model, const char *name,
                        const char *shown, struct outcome *outcome)
{
	struct ws_stream_written written = {0};
	FILE *file = create_stream(session, name, &outcome->error);
	if (!file)
		return false;
	const struct ws_sink sink = {.write = write_bytes, .context = file};
	const bool whole = ws_ui_write_stream(ui, model, &sink, &written);
	if (!close_stream(file, &outcome->error))
		return false;
	if (!whole)
		return ws_fail(&outcome->error, WS_ERROR_OUTPUT, "not all of it could be written");
	struct ws_text text = WS_TEXT_OVER(outcome->text);
	ws_text_printf(&text, ws_translate_plural("%llu byte saved to %s.", "%llu bytes saved to %s.", written.bytes),
	               (unsigned long long)written.bytes, shown);
	if (written.missing)
		ws_text_printf(&text, _(" %llu are missing in it."), (unsigned long long)written.missing);
	if (written.left_out)
		ws_text_printf(&text,
		               _(" It ends before the connection does: its last %llu segments were not looked at."),
		               (unsigned long long)written.left_out);
	ws_text_cstr(&text);
	return true;
}

/* The user's own position stays as it is: the drawing has a ui of its own. */
static bool draw_chart(const struct session *session, FILE *file, int kind, const struct ws_model *model,
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
	const ws_time deadline = thread_time() + LONGEST_WAIT;
	bool good = export_chart(session, file, kind, ui, &still, conn, deadline, error);
	if (!good && !ws_stopping() && thread_time() >= deadline)
		ws_fail(error, WS_ERROR_OUTPUT, "drawing it takes more than %d s; wirestate --export has no limit",
		        (int)(LONGEST_WAIT / WS_SECOND));
	ws_ui_free(ui);
	return good;
}

/* `lesson`: the lesson that is played, in place of a connection. `graph`: the graph that this shows. */
static bool save_chart(struct session *session, int kind, bool lesson, struct ws_ui *graph,
                       const struct ws_model *model, ws_conn_id conn, const char *name, struct ws_error *error)
{
	char *bytes = NULL;
	size_t length = 0;
	FILE *drawing = open_memstream(&bytes, &length);
	if (!drawing)
		return ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	bool good = lesson  ? lesson_export(session, drawing, error)
	            : graph ? export_graph(session, drawing, kind, graph, model, conn, error)
	                    : draw_chart(session, drawing, kind, model, conn, error);
	good = close_stream(drawing, good ? error : NULL) && good;
	FILE *file = good ? create_stream(session, name, error) : NULL;
	if (file) {
		fwrite(bytes, 1, length, file);
		good = close_stream(file, error);
	}
	free(bytes);
	return file && good;
}

/* The packets of the connection, as far as they are still kept. */
static bool save_packets(const struct session *session, const struct ws_model *model, ws_conn_id conn, const char *name,
                         const char *shown, uint64_t *missing, struct ws_error *error)
{
	const struct ws_dump_options options = {.format = ws_dump_format_of(name),
	                                        .without_texts = session->options->anonymize};
	struct ws_replay *replay = ws_replay_open(model->tracker, conn);
	if (!replay)
		return ws_fail(error, WS_ERROR_SYSTEM, "its segments are no longer kept");
	const int fd = create_new(session, name);
	struct ws_dump *dump = NULL;
	if (fd < 0)
		ws_fail(error, WS_ERROR_OUTPUT, "%s", create_reason(session, errno));
	else
		dump = ws_dump_open_fd(session_shown(session)->capture, fd, shown, &options, error);
	struct ws_step step;
	bool good = dump;
	for (size_t i = 0; good && ws_replay_step(replay, i, &step); i++) {
		struct ws_frame frame;
		if (step.input.kind != WS_INPUT_SEGMENT || step.input.repeated)
			continue;
		if (ws_model_fetch(model, step.point, step.input.position, &frame))
			good = ws_dump_write(dump, &frame, error);
		else
			++*missing;
	}
	ws_replay_close(replay);
	struct ws_error closing;
	return (ws_dump_close(dump, good ? error : &closing) && good);
}

static bool save_connection(struct session *session, struct ws_ui *ui, const struct ws_model *model,
                            const struct ws_file_request *request, const char *shown, struct outcome *outcome)
{
	const char *name = request->name;
	const ws_conn_id conn = request->conn;
	const int kind = options_export_kind(name);
	const bool lesson = request->content == WS_FILE_LESSON && kind == EXPORT_HTML;
	const bool graph = request->content == WS_FILE_GRAPH;
	uint64_t missing = 0;
	if (kind == EXPORT_NONE)
		return ws_fail(&outcome->error, WS_ERROR_OPTION, "its name must end in " EXPORT_ENDINGS);
	if (!conn && !lesson)
		return ws_fail(&outcome->error, WS_ERROR_OPTION,
		               "no connection is shown here: a lesson is an .html page");
	if (options_export_is_packets(kind) && !graph
	            ? !save_packets(session, model, conn, name, shown, &missing, &outcome->error)
	            : !save_chart(session, kind, lesson, graph ? ui : NULL, model, conn, name, &outcome->error))
		return false;
	if (missing)
		snprintf(outcome->text, sizeof(outcome->text),
		         _("%s written, without %llu packets that are no longer kept."), shown,
		         (unsigned long long)missing);
	else
		snprintf(outcome->text, sizeof(outcome->text), _("%s written."), shown);
	return true;
}

bool handle_save_request(struct session *session, struct ws_ui *ui, const struct ws_model *model)
{
	struct ws_file_request request;
	struct outcome outcome = {.text = ""};
	char clean[256];
	struct ws_text name = WS_TEXT_OVER(clean);
	if (!ws_ui_file_request(ui, &request))
		return false;
	ws_text_clean(&name, request.name, strlen(request.name));
	const char *shown = ws_text_cstr(&name);
	const bool good = request.content == WS_FILE_STREAM
	                          ? save_stream(session, ui, model, request.name, shown, &outcome)
	                          : save_connection(session, ui, model, &request, shown, &outcome);
	if (!good)
		snprintf(outcome.text, sizeof(outcome.text), _("cannot write %s: %s"), shown, outcome.error.text);
	ws_ui_tell(ui, outcome.text, good);
	return true;
}
