/* How the causes between which a connection's time is divided look: a bar of them, and each one's line, colour and short
 * word. Private to src/scene. */
#ifndef SCENE_SHARE_BAR_H
#define SCENE_SHARE_BAR_H

#include <wirestate/scene.h>

/* `side` is an endpoint, where the cause has one; -1: none. */
enum ws_style share_style(enum ws_cause cause, int side, unsigned client);
/* What its part of a bar is drawn with: a line, or a letter on an ASCII canvas. */
uint32_t share_line(const struct ws_canvas *canvas, enum ws_cause cause, int side, unsigned client);
/* Draws the shares from `column` up to before `limit`, the largest first, each with its words where there is room. False:
 * no time has passed, and nothing is drawn. */
bool share_bar_draw(struct ws_canvas *canvas, int row, int column, int limit, const struct ws_time_shares *shares,
                    unsigned client);

#endif
