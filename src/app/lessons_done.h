/* Remembers which of the lessons that come with wirestate the user has done. */
#ifndef APP_LESSONS_DONE_H
#define APP_LESSONS_DONE_H

#include <wirestate/error.h>

struct lessons_done {
	char text[16384]; /* a line for each lesson, with a NUL after the last */
};

/* Reads them. Where there is no file or it cannot be read, no lesson is done. */
void lessons_done_read(struct lessons_done *done);
bool lessons_done_has(const struct lessons_done *done, const char *name);

/* Notes that the lesson `name` is done, as the user who called sudo. False: it cannot be kept, and the error says why.
 */
bool lesson_done(const char *name, struct ws_error *error) WS_CHECKED;

#endif
