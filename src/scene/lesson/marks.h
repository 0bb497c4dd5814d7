/* What a lesson that is played tells the screens. Private to src/scene. */
#ifndef SCENE_MARKS_H
#define SCENE_MARKS_H

#include <wirestate/scene.h>

/* The stop whose question is shown; NULL: none yet. */
const struct ws_lesson_stop *lesson_stop(const struct ws_ui *ui);
/* True for a field of a packet that the shown answer mentions. */
bool lesson_marks(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field);
/* True for a field that is not shown before the question about it is answered. */
bool lesson_hides(const struct ws_ui *ui, uint64_t frame, const char *layer, const char *field);

#endif
