/* Files of text that teachers write, NAME.lesson and NAME.lab, and their translations, NAME.LANGUAGE.lesson. */
#ifndef APP_TEXT_FILE_H
#define APP_TEXT_FILE_H

#include <wirestate/error.h>

/* Whether a name ends so and is more than that. */
bool text_file_ends(const char *name, const char *ending);
/* Reads a regular file of up to one byte more than `most`, so that a longer one is an error of its parser. The caller
 * frees the text. NULL: `error` says why. */
char *text_file_read(const char *path, size_t most, size_t *length, struct ws_error *error);
/* The path of the translation of the file `path`, which has this ending. False: the language is English, or there is no
 * room. */
bool text_file_translation(const char *path, const char *ending, char *own, size_t size);

#endif
