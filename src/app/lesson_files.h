/* Lessons as files: found, listed, opened. */
#ifndef APP_LESSON_FILES_H
#define APP_LESSON_FILES_H

#include "cli/options.h"

#include <wirestate/lesson.h>

/* The exit status of a lesson's process whose reader wants the lesson behind it. */
enum { LESSON_NEXT = 101 };

struct lesson_file {
	char *path; /* owned */
	struct ws_lesson *lesson;
	char name[64]; /* as --lesson takes it */
};

/* The lessons that come with wirestate, in their order; those that cannot be read are left out, and the first reason
 * goes to `error` (may be NULL). */
struct lesson_file *lessons_bundled(size_t *count, struct ws_error *error);
void lessons_free(struct lesson_file *files, size_t count);

/* --lesson without a name: prints them. The exit status. */
int lessons_print(void);

/* Opens the lesson that options->lesson names and finds its capture: fills options->played, which is options_free()'s,
 * and options->read. */
bool lesson_open(struct options *options, struct ws_error *error) WS_CHECKED;
/* Makes options->lesson name the one behind. False: there is none. */
bool lesson_to_next(struct options *options);

#endif
