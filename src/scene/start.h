/* The start screen's rows. Private to src/scene. */
#ifndef SCENE_START_H
#define SCENE_START_H

#include <wirestate/start.h>

enum { START_HEAD_ROWS = 3, START_ABOUT_ROWS = 2, START_FOOT_ROWS = 2 + START_ABOUT_ROWS };

/* One action of the start screen, or two that belong together, and what they do. */
struct start_key {
	enum ws_action action, second; /* second: WS_ACT_NONE where there is only one */
	const char *meaning;
};
const struct start_key *start_key(size_t index); /* NULL: there are no more */
bool start_understands(enum ws_action action);
const char *start_heading(unsigned group); /* of lessons: without the word "Lessons" that stands before it */

/* Rows above an entry that is the first of its group: the heading, and an empty row except above the first group. */
size_t start_rows_above(const struct ws_start *start, size_t entry);
/* How many rows of the list a terminal of so many rows shows. */
size_t start_room(int rows);

#endif
