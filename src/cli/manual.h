/* The manual page, from its source and the program's own tables. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include <wirestate/error.h>

#include <stdio.h>

/* Copies the source at `path`, replacing every line that is a marker (@OPTIONS@ and so on) by what the table says. */
bool manual_generate(const char *path, FILE *out, struct ws_error *error) WS_CHECKED;

#endif
