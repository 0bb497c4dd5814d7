/* A lesson that is played, and its panel. Private to src/scene. */
#ifndef SCENE_LESSON_H
#define SCENE_LESSON_H

#include "scene/lesson/lesson_view.h"
#include "scene/lesson/marks.h"

/* lesson.c */
/* Does what a key of the lesson asks. False: nothing. */
bool lesson_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void lesson_tick(struct ws_ui *ui, const struct ws_model *model);
/* True when the user has left the stop to look around. */
bool lesson_is_away(const struct ws_ui *ui);

/* answer.c */
/* Opens the line for the answer where one is asked for, and closes it elsewhere. */
void answer_update(struct ws_ui *ui);
bool answer_is_open(const struct ws_ui *ui);
bool answer_is_empty(const struct ws_ui *ui); /* it is open, and nothing is typed */
/* The lesson plays on to a stop whose answer is typed. */
bool answer_is_near(const struct ws_ui *ui);
size_t answer_count(const struct ws_lesson *lesson); /* questions that expect an answer */
size_t answer_right(const struct lesson_view *view);
/* Writes what is said to an answer. `hint`: how many hints have been shown, with this one. */
void answer_said(const struct ws_lesson_question *question, enum lesson_says said, const char *typed, const char *why,
                 size_t hint, struct ws_text *text);

/* attempt.c: something is tried in the lab */
void attempt_tick(struct ws_ui *ui, const struct ws_model *model);
/* It has been told what has come of it, and nothing more is to come. */
bool attempt_is_over(const struct ws_ui *ui);
bool attempt_has_panel(const struct ws_ui *ui);
/* Returns the rows of the panel, which are above the lab's two. */
int attempt_layout(struct ws_ui *ui, int columns, int rows);
void attempt_draw(const struct ws_ui *ui, struct ws_canvas *canvas);

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
