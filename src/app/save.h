/* Every file that the program writes, but for -w: those that the user names in the view, and the one of --export. */
#ifndef APP_SAVE_H
#define APP_SAVE_H

#include "app/session.h"

#include <wirestate/export.h>

/* ---- From the view */

/* Writes the file that the user has asked for, and shows how that went. False: none was asked for. */
bool handle_save_request(struct session *session, struct ws_ui *ui, const struct ws_model *model);

/* ---- --export */

/* The file before anything is written to it. It is opened before privileges are dropped, as the invoking user. What is
 * written replaces an older file of that name only once it is whole: until then it is in a file without a name. */
struct export_file {
	const char *path;
	int fd;       /* to be written to; -1: not open */
	int older;    /* the regular file of that name that was there; -1: none */
	bool created; /* there was no file of that name */
};

bool export_file_open(struct export_file *file, const char *path, struct ws_error *error) WS_CHECKED;
/* Closes it. Where `keep` is false, everything is as it was before: a file that was created is removed, and an older
 * one has not been touched. */
bool export_file_close(struct export_file *file, bool keep, struct ws_error *error) WS_CHECKED;

/* ---- What is in a file */

/* Writes the lifelines of `conn`, which is selected in `ui`, in one of the forms of enum export_kind but packets. It
 * ends before it is complete when a stop is requested or, with `deadline`, at that time of thread_time(); `deadline` may
 * be WS_TIME_NEVER. `file` is not flushed. */
bool export_chart(const struct session *session, FILE *file, int kind, struct ws_ui *ui, const struct ws_model *model,
                  ws_conn_id conn, ws_time deadline, struct ws_error *error) WS_CHECKED;
/* Writes the graph that `ui` shows as SVG, or as text. */
bool export_graph(const struct session *session, FILE *file, int kind, struct ws_ui *ui, const struct ws_model *model,
                  ws_conn_id conn, struct ws_error *error) WS_CHECKED;
/* Writes a canvas as SVG or text. */
void export_canvas(const struct session *session, FILE *file, int kind, const struct ws_canvas *canvas,
                   ws_conn_id conn);

#endif
