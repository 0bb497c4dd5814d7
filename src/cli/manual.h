/* The manual page, from its source and the program's own tables. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <wirestate/error.h>

#include <stdio.h>

/* Copies the source at `path`, replacing every line that is a marker (@OPTIONS@ and so on) by what the table says. */
bool manual_generate(const char *path, FILE *out, struct ws_error *error) WS_CHECKED;

/* Writes text with what is special in roff escaped. */
void manual_roff(FILE *out, const char *text);
/* Ends what a table says with a full stop, and the line. */
void manual_end(FILE *out);

/* manual_lab.c: the words of a scenario */
void manual_lab_keys(FILE *out);
void manual_lab_calls(FILE *out);
void manual_lab_rules(FILE *out);
void manual_lab_kinds(FILE *out);
void manual_lab_commands(FILE *out);

#endif
