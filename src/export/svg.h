/* Private to src/export: draws cells of a canvas as SVG elements. */
#ifndef EXPORT_SVG_H
#define EXPORT_SVG_H

#include <wirestate/theme.h>

#include <stdio.h>

enum { CELL_WIDTH = 9, CELL_HEIGHT = 20, MARGIN = 18 }; /* in pixels */

/* Writes everything before the content: size, title, colours. Style rules may follow, then svg_body(). */
void svg_begin(FILE *out, int columns, int rows, enum ws_theme theme, const char *title);
void svg_body(FILE *out);
void svg_end(FILE *out);

/* Writes the cells [from, to) of a row, `shift` rows lower than they are on the canvas. */
void svg_cells(FILE *out, const struct ws_canvas *canvas, int row, int from, int to, int shift);
/* Writes text that is cleaned, and escaped for XML. */
void svg_text(FILE *out, const char *utf8);

#endif
