/* Exports of the screens' canvas for other programs: plain text, still and animated SVG for browsers, asciicasts for
 * asciinema. */
#ifndef WIRESTATE_EXPORT_H
#define WIRESTATE_EXPORT_H

#include <wirestate/error.h>
#include <wirestate/scene.h>
#include <wirestate/theme.h>

#include <stdio.h>

/* All functions write to `out`, which stays the caller's; the caller checks it for write errors. `title` describes the
 * picture for people who do not see it; it is cleaned. */

/* Writes a canvas as it is. */
void ws_text_canvas(FILE *out, const struct ws_canvas *canvas);
void ws_svg_canvas(FILE *out, const struct ws_canvas *canvas, enum ws_theme theme, const char *title);

/* Writes all lifelines of the connection that is selected in `ui`, as text. */
bool ws_text_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, int columns, bool ascii,
                   struct ws_error *error) WS_CHECKED;

/* Asked again and again while an export is drawn. When it returns false the export ends there, and what has been
 * written is incomplete. */
typedef bool ws_go_on_fn(void *context);

struct ws_svg_options {
	int columns;
	enum ws_theme theme; /* with the light theme, dark text on a light background */
	bool animated;       /* a loop in CSS, without a script; it does not move for users who prefer reduced motion */
	double speed;
	const char *title;
	ws_go_on_fn *go_on;
	void *context;
};
/* The same as SVG. */
bool ws_svg_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_svg_options *options,
                  struct ws_error *error) WS_CHECKED;

/* Writes the graph that the screen of `ui` shows, as a still SVG, with everything that was read. */
bool ws_svg_graph(FILE *out, struct ws_ui *ui, const struct ws_model *model, enum ws_theme theme, const char *title,
                  struct ws_error *error) WS_CHECKED;

struct ws_html_options {
	ws_conn_id conn; /* which is selected in the `ui` */
	const char *title;
	ws_go_on_fn *go_on;
	void *context;
};
/* Writes the replay of a connection as an HTML page that plays it in any browser, without network access. The fields of
 * packets that `model` can no longer fetch are left out. */
bool ws_html_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_html_options *options,
                   struct ws_error *error) WS_CHECKED;

struct ws_html_lesson_options {
	/* Draws the screen of a stop without its panel, with its answer not shown. Returns the rows that it took. */
	int (*show)(void *context, size_t stop, struct ws_canvas *canvas);
	ws_go_on_fn *go_on;
	void *context;            /* of both */
	struct ws_canvas *canvas; /* for the screens; its size is theirs */
};
/* Writes a resolved lesson as such a page: its stops with their questions, whose answers are typed and checked in the
 * page. `ui` is used for the replays of the connections, and nothing else may be shown in it. */
bool ws_html_lesson(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson *lesson,
                    const struct ws_html_lesson_options *options, struct ws_error *error) WS_CHECKED;

/* Writes the replay of the connection that is selected in `ui`, from start to end, as an asciicast of version 2. */
struct ws_cast_options {
	int columns, rows;
	bool ascii;
	enum ws_theme theme;
	const char *title;
	ws_go_on_fn *go_on;
	void *context;
};
bool ws_cast(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_cast_options *options,
             struct ws_error *error) WS_CHECKED;

#endif
