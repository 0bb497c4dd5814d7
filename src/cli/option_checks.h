/* Which options lessons and exercises exclude. Private to src/cli. */
#ifndef CLI_OPTION_CHECKS_H
#define CLI_OPTION_CHECKS_H

#include "cli/options.h"

/* Fails with a text and where to read more. */
bool option_refuse(struct ws_error *error, const char *text);

/* --publish takes the place of other output, and --subscribe that of a capture. */
bool options_check_hosts(const struct options *options, struct ws_error *error);
bool options_check_lesson(struct options *options, struct ws_error *error);
/* True also where no exercise is asked for. */
bool options_check_exercise(struct options *options, struct ws_error *error);

#endif
