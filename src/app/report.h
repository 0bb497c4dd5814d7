/* What the program says on its standard streams, apart from records and screens. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include <wirestate/error.h>

#include <stdio.h>

/* Prints the error on standard error, with the program's name in front. Returns the exit status that belongs to it. */
int report_error(const struct ws_error *error);
/* Flushes standard output, which was written with stdio, so that a full disk does not pass for success. A pipe whose
 * reader has gone is no error. */
bool report_output(struct ws_error *error) WS_CHECKED;
/* The same; prints the error and returns the exit status. */
int report_output_status(void);
/* Flushes a file. Returns the errno of what has failed since it was opened, or 0. */
int file_error(FILE *file);
/* Prints a text so that it is safe for a terminal. */
void print_clean(FILE *file, const char *text);
/* Prints a line "NAME  what it is about" of a list, so that it is safe for a terminal; on a terminal in as many lines as
 * cut no word. */
void print_about(const char *name, const char *about);

#endif
