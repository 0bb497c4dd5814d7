/* The language that the command line, the configuration or the environment ask for. */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include "cli/options.h"

/* Before the options are parsed, whose errors speak the language already: --language as it stands among the arguments.
 * A name that there is no translation for is an error here. */
bool language_choose(int argc, char **argv, struct options *options, struct ws_error *error) WS_CHECKED;
/* Whether nothing but the language is given: then the start screen is shown, as without any argument. */
bool language_alone(int argc, char **argv);
/* Afterwards: the configuration file may have named another one. */
bool language_confirm(struct options *options, struct ws_error *error) WS_CHECKED;

#endif
