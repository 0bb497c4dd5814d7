/* The configuration file, with defaults for options and with keys. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "cli/options.h"

/* Reads options->config_file, or else $XDG_CONFIG_HOME/wirestate/config or ~/.config/wirestate/config if it exists,
 * into `options`. An error names the file and the line. */
bool config_read(struct options *options, struct ws_error *error) WS_CHECKED;

enum { CONFIG_MAX = 65536 }; /* bytes */

/* Does the same from a text of `length` bytes, with room for one more byte. The text is changed, and `options` points
 * into it from then on. `name` is for errors. */
bool config_parse(struct options *options, const char *name, char *text, size_t length,
                  struct ws_error *error) WS_CHECKED;

#endif
