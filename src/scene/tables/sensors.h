/* The sensors whose records are shown, in the statistics. Private to src/scene. */
#ifndef SCENE_TABLES_SENSORS_H
#define SCENE_TABLES_SENSORS_H

#include <wirestate/scene.h>

/* Returns the row below. */
int sensors_draw(const struct ws_model *model, struct ws_canvas *canvas, int row, int limit);

#endif
