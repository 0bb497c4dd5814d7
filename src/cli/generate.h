/* --generate: the manual page and the completions, for the build. */
#ifndef CLI_GENERATE_H
#define CLI_GENERATE_H

#include "cli/options.h"

/* Writes what options->generate names. */
bool generate(const struct options *options, FILE *out, struct ws_error *error) WS_CHECKED;

#endif
