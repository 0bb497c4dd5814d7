/* What the screens say where there are records and no packets. Private to src/scene. */
#ifndef SCENE_RECORDS_H
#define SCENE_RECORDS_H

#include <wirestate/scene.h>

/* The model has no packets, and the screen needs them: draws what is known of the selected connection, and where its
 * packets are. */
bool records_draw(const struct ws_ui *ui, const struct ws_model *model, struct ws_canvas *canvas);
/* The same for a key: says what it lacks. False: it needs no packets. */
bool records_refuse(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);

#endif
