/* Private to the graph's screen. */
#ifndef SCENE_GRAPH_DRAW_H
#define SCENE_GRAPH_DRAW_H

#include "scene/ui.h"

/* A plot in the rows from `top` up to `bottom`, with its legend, marks and axes. */
void graph_draw_plot(const struct ws_ui *ui, struct ws_canvas *canvas, const struct ws_plot *plot, int top, int bottom,
                     bool labels);
/* What is seen at the cursor, in two sentences. */
void graph_words(const struct ws_ui *ui, const struct ws_model *model, const struct ws_plot *plot, struct ws_text *what,
                 struct ws_text *values);

enum { GRAPH_LEFT = 10 }; /* columns for the labels of the vertical axis */

#endif
