/* Finds, lists and opens the files of lessons. */
#ifndef APP_LESSON_FILES_H
#define APP_LESSON_FILES_H

#include "cli/options.h"

#include <wirestate/lesson.h>

/* The exit status of a lesson's process when the user wants the next lesson, to watch live what it is about, and
 * to try something in the lab. */
enum { LESSON_NEXT = 101, LESSON_LIVE = 102, LESSON_TRY = 104 };

struct lesson_file {
	char *path; /* owned */
	struct ws_lesson *lesson;
	char name[64]; /* as --lesson takes it */
};

/* The lessons that come with wirestate, in their order. Those that cannot be read are left out, and the first reason
 * goes to `error` (NULL is allowed), as one does why a lesson is not in the chosen language. */
struct lesson_file *lessons_bundled(size_t *count, struct ws_error *error);
void lessons_free(struct lesson_file *files, size_t count);

/* Prints the lessons, for --lesson without a name. Returns the exit status. */
int lessons_print(void);

/* Opens the lesson that options->lesson names and finds its capture. Fills options->played, which options_free() frees,
 * and options->read. A translation that is wrong is reported, and the lesson is played without it; then
 * options->lesson_status is the exit status. */
bool lesson_open(struct options *options, struct ws_error *error) WS_CHECKED;
/* Makes options->lesson name the next lesson. False: there is none. */
bool lesson_to_next(struct options *options);

#endif
