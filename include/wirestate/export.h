/* Pictures to share, from the same canvas as the screen: SVG, still or moving, and recordings for asciinema. */
#ifndef WIRESTATE_EXPORT_H
#define WIRESTATE_EXPORT_H

#include <wirestate/error.h>
#include <wirestate/scene.h>
#include <wirestate/theme.h>

#include <stdio.h>

/* All write to `out`, which stays the caller's, and leave it to the caller to look for errors of writing there. `title`
 * says what is seen, for people who do not see it; it is cleaned. */

/* A canvas as it is. */
void ws_svg_canvas(FILE *out, const struct ws_canvas *canvas, enum ws_theme theme, const char *title);

struct ws_svg_options {
	int columns;
	enum ws_theme theme; /* light: dark on light */
	bool animated; /* plays by itself, again and again, without a script; stands still for whom moving disturbs */
	double speed;
	const char *title;
};
/* The lifelines of the connection that is selected in `ui`, whole. */
bool ws_svg_chart(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_svg_options *options,
                  struct ws_error *error) WS_CHECKED;

/* The film of the connection that is selected in `ui`, from its beginning to its end, as an asciicast of version 2. */
struct ws_cast_options {
	int columns, rows;
	bool ascii;
	enum ws_theme theme;
	const char *title;
	/* Asked before each picture; false: the recording ends there, and ws_cast() says so as an error. */
	bool (*go_on)(void *context);
	void *context;
};
bool ws_cast(FILE *out, struct ws_ui *ui, const struct ws_model *model, const struct ws_cast_options *options,
             struct ws_error *error) WS_CHECKED;

#endif
