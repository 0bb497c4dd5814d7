/* A lesson that is played, and its panel. Private to src/scene. */
#ifndef SCENE_LESSON_H
#define SCENE_LESSON_H

#include "scene/lesson/lesson_view.h"
#include "scene/lesson/marks.h"

/* lesson.c */
/* Does what a key of the lesson asks. False: nothing. */
bool lesson_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void lesson_tick(struct ws_ui *ui, const struct ws_model *model);
/* The user has done what counts for the mark of a lesson that is done. */
void lesson_set_done(struct ws_ui *ui);
/* True when the user has left the stop to look around. */
bool lesson_is_away(const struct ws_ui *ui);

/* lesson_draw.c */
bool lesson_too_small(int columns, int rows);
void lesson_least(int *columns, int *rows); /* the smallest size that is large enough */
/* Lays out the panel at the bottom. Returns the rows of the screen above, including its hint lines, which the
 * panel covers. */
int lesson_layout(struct ws_ui *ui, int columns, int rows);
void lesson_draw(const struct ws_ui *ui, struct ws_canvas *canvas);
/* The part of `canvas` for the screen above the panel. */
struct ws_canvas lesson_scene(const struct ws_ui *ui, const struct ws_canvas *canvas);

#endif
