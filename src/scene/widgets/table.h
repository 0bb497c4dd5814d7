/* What screens with a table draw alike: title, selected row, rule, and the sentences below it. Private to src/scene. */
#ifndef SCENE_TABLE_H
#define SCENE_TABLE_H

#include <wirestate/cursor.h>
#include <wirestate/scene.h>

/* Marks a row of the screen as the selected one. */
void table_mark(struct ws_canvas *canvas, int row);
/* Title line: a bold word, then text. */
void table_title(struct ws_canvas *canvas, const char *word, const char *text);
/* The same, and at the right what it is of; NULL: nothing. Where there is no room for `text`, `brief` takes its place. */
void table_title_of(struct ws_canvas *canvas, const char *word, const char *text, const char *brief,
                    const char *source);
/* The rule below a table, with the cursor's position in it, and the sentences below that. */
void table_foot(struct ws_canvas *canvas, int rule, const struct ws_cursor *cursor, const char *notes);
int table_note_rows(int rows); /* the least rows for sentences, on a screen with so many rows */
/* Rows for the sentences below a table that begins at row `top` and has `count` entries: as many as they need, as long
 * as entries keep half of the screen, or are all visible. */
int table_notes_fit(int columns, int rows, int top, uint64_t count, const char *notes);
int table_visible(int rows, int top, int notes); /* rows for entries, from row `top` down */
/* How far the page keys move where so many rows are visible: one stays in sight. */
uint64_t table_page(int visible);

#endif
