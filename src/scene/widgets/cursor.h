/* Moving in a table: one set of functions for all of them. Private to src/scene. */
#ifndef SCENE_CURSOR_H
#define SCENE_CURSOR_H

#include <wirestate/cursor.h>
#include <wirestate/keys.h>

/* Does what a key asks that moves up or down, by `page` rows for the page keys. False: it is another key. */
bool cursor_move(struct ws_cursor *cursor, enum ws_action action, uint64_t page);
/* The table has `count` rows now, of which `visible` fit on the screen (1 at least): keeps the selection among them and
 * in sight. */
void cursor_fit(struct ws_cursor *cursor, uint64_t count, int visible);
/* A click on the row `at` rows below the first visible one selects it; `again`: it was selected before. False: there is
 * none. */
bool cursor_click(struct ws_cursor *cursor, int at, int visible, bool *again);

#endif
