/* The configuration file: defaults for options, and keys. */
#ifndef WIRESTATE_SRC_CONFIG_H
#define WIRESTATE_SRC_CONFIG_H

#include "options.h"

/* Reads options->config_file, or else $XDG_CONFIG_HOME/wirestate/config or ~/.config/wirestate/config where there is
 * one, into `options`. An error names the file and the line. */
bool config_read(struct options *options, struct ws_error *error) WS_CHECKED;

#endif
