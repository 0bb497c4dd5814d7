/* A lesson that is played, and its panel. Private to src/scene. */
#ifndef SCENE_LESSON_H
#define SCENE_LESSON_H

#include "scene/lesson/lesson_view.h"
#include "scene/lesson/marks.h"

/* lesson.c */
/* Does what a lesson's own keys ask. False: nothing. */
bool lesson_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void lesson_tick(struct ws_ui *ui, const struct ws_model *model);
/* The reader has left the stop's place to look around. */
bool lesson_is_away(const struct ws_ui *ui);

/* lesson_draw.c */
bool lesson_too_small(int columns, int rows);
void lesson_least(int *columns, int *rows); /* the size that is not too small */
/* The rows at the bottom that the lesson takes; the scene's own lines of keys are not among the others. */
int lesson_layout(struct ws_ui *ui, int columns, int rows);
void lesson_draw(const struct ws_ui *ui, struct ws_canvas *canvas);
/* The scene's canvas: the upper part of `canvas`. */
struct ws_canvas lesson_scene(const struct ws_ui *ui, const struct ws_canvas *canvas);

#endif
