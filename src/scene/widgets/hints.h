/* The hint line at the bottom of the screen: the keys that matter most on it. Private to src/scene. */
#ifndef SCENE_HINTS_H
#define SCENE_HINTS_H

#include <wirestate/scene.h>

/* A key's name as it can be drawn: in ASCII, arrows would look like the keys < and >, which are others. */
const char *hints_key_name(const char *name, bool ascii);
/* How many of the last lines hints_draw() takes on a screen of so many rows. */
int hints_rows(enum ws_screen screen, int rows);
/* Draws them in so many rows, of which `row` is the last. `key_name`: by action, NULL where an action has no key. */
void hints_draw(struct ws_canvas *canvas, int row, int rows, enum ws_screen screen, const char *const *key_name);
/* Of a screen that can only be left: one that cannot show anything, because records have no packets. */
void hints_draw_back(struct ws_canvas *canvas, int row, const char *const *key_name);
/* Of the start screen. `capture`: one is selected. */
void hints_draw_start(struct ws_canvas *canvas, int row, bool capture, const char *const *key_name);
/* The keys of the lab, in one row. */
void hints_draw_lab(struct ws_canvas *canvas, int row, const char *const *key_name);
/* Draws a bar that says how many connections are new, and which key shows them. */
void hints_news(struct ws_canvas *canvas, int row, int column, uint64_t count, const char *const *key_name,
                enum ws_action action);

#endif
