/* --export: from a capture to one file that others can look at.
 *
 * The file is opened first, as the invoking user. Everything else is done by a child process, which gives up its
 * privileges and is confined before it reads a packet. The sandbox does not let it remove a file; so it empties what it
 * could not finish. This process, which only waits, then removes a file that it had created, or leaves an older one as
 * it was. */
#include "app/child.h"
#include "app/frame.h"
#include "app/report.h"
#include "app/run.h"
#include "app/save.h"
#include "app/signals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct export
{
	const struct options *options;
	struct export_file file;
	struct session session;
	FILE *drawing;         /* what goes to the file: a drawing, */
	struct ws_dump *dump;  /* or packets */
	uint64_t conn_written; /* number of the connection whose packets go there */
};

static bool is_regular(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

static void empty_file(int fd)
{
	if (is_regular(fd) && ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}

/* The connection that is exported: the one that --connection names, or the only one that there is. */
static bool export_connection(struct session *session, ws_conn_id *conn)
{
	const struct ws_tracker *tracker = session_tracker(session);
	const size_t count = ws_tracker_conn_count(tracker);
	if (!count)
		return ws_fail(&session->error, WS_ERROR_OPTION, "%s has no TCP connection that could be exported",
		               session_source(session));
	if (!session->options->connection && count != 1)
		return ws_fail(&session->error, WS_ERROR_OPTION,
		               "%s has %zu connections: choose one with --connection N", session_source(session),
		               count);
	return frame_connection(session, conn);
}

/* ---- Packets are written while they are read: a connection may have more than memory holds. */

static void packet_write(void *context, const struct ws_frame *frame, const struct ws_track_result *result)
{
	struct export *export = context;
	struct ws_error *error = &export->session.error;
	if (result->conn_number == export->conn_written && error->status == WS_OK)
		(void)!ws_dump_write(export->dump, frame, error);
}

static bool packets_open(struct export *export)
{
	struct session *session = &export->session;
	const int fd = dup(export->file.fd);
	export->conn_written = export->options->connection ? export->options->connection : 1;
	const struct ws_dump_options dump = {.format = ws_dump_format_of(export->file.path),
	                                     .without_texts = export->options->anonymize};
	export->dump = ws_dump_open_fd(session_shown(session)->capture, fd, export->file.path, &dump, &session->error);
	session->observe = packet_write;
	session->observe_context = export;
	return export->dump;
}

static bool packets_finish(struct export *export, bool good)
{
	struct session *session = &export->session;
	struct ws_conn_info info;
	struct ws_error closing;
	ws_conn_id conn;
	session_merge(session, true);
	good = good && session->error.status != WS_ERROR_OUTPUT && export_connection(session, &conn);
	if (good && (!ws_tracker_conn(session_tracker(session), conn, &info) || info.number != export->conn_written))
		good = ws_fail(&session->error, WS_ERROR_OPTION,
		               "%s has had more than one connection: choose one with --connection N",
		               session_source(session));
	return ws_dump_close(export->dump, good ? &session->error : &closing) && good;
}

/* ---- Drawings are made once everything has been read. */

static bool drawing_draw(struct export *export, FILE *file)
{
	struct session *session = &export->session;
	const int kind = export->options->export_kind;
	struct frame frame;
	if (session->lesson)
		return ws_lesson_resolve(session->lesson, session_shown(session)->tracker, &session->error) &&
		       lesson_export(session, file, &session->error);
	bool good = frame_open(&frame, session);
	if (good && export->options->screen == WS_SCREEN_GRAPH && kind == EXPORT_SVG) {
		good = export_connection(session, &frame.conn) &&
		       export_graph(session, file, kind, frame.ui, &frame.model, frame.conn, &session->error);
	} else if (good && export->options->screen >= 0) {
		frame_draw(&frame);
		export_canvas(session, file, kind, &frame.canvas, frame.conn);
	} else if (good) {
		good = export_connection(session, &frame.conn) &&
		       export_chart(session, file, kind, frame.ui, &frame.model, frame.conn, WS_TIME_NEVER,
		                    &session->error);
	}
	frame_close(&frame);
	return good;
}

static bool drawing_open(struct export *export)
{
	export->drawing = fdopen(dup(export->file.fd), "w");
	return export->drawing || ws_fail(&export->session.error, WS_ERROR_SYSTEM, "out of memory");
}

static bool drawing_finish(struct export *export, bool good)
{
	struct ws_error *error = &export->session.error;
	good = good && drawing_draw(export, export->drawing);
	int reason = file_error(export->drawing);
	errno = 0;
	if (fclose(export->drawing) != 0 && !reason)
		reason = errno ? errno : EIO;
	if (good && reason)
		good = ws_fail(error, WS_ERROR_OUTPUT, "cannot write to %s: %s", export->file.path, strerror(reason));
	return good;
}

/* ---- The two processes */

static bool export_work(struct export *export)
{
	struct session *session = &export->session;
	const bool packets = options_export_is_packets(export->options->export_kind);
	if (!(packets ? packets_open(export) : drawing_open(export)))
		return false;
	const bool good = session_confine(session) && frame_read(session);
	return (packets ? packets_finish : drawing_finish)(export, good);
}

static int export_in_child(void *context)
{
	struct export *export = context;
	struct ws_error error = {0};
	const bool opened = session_open(&export->session, export->options, true, &error);
	signals_install(false);
	if (opened && !export_work(export))
		empty_file(export->file.fd); /* an incomplete file is of no use */
	return session_finish(&export->session, opened, &error);
}

int run_export(const struct options *options)
{
	struct export export = {.options = options};
	struct stat status;
	struct ws_error error;
	if (!export_file_open(&export.file, options->export, &error))
		return report_error(&error);
	const int result = child_run(export_in_child, &export);
	const bool written = fstat(export.file.fd, &status) == 0 && status.st_size > 0;
	if (!export_file_close(&export.file, written && result < CHILD_KILLED, &error))
		return report_error(&error);
	return result;
}
