/* Completions for shells, from the option table. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stdbool.h>
#include <stdio.h>

/* X(name of the shell, function) */
#define SHELLS(X)                                                                                                      \
	X("bash", complete_bash)                                                                                       \
	X("zsh", complete_zsh)                                                                                         \
	X("fish", complete_fish)

#define X(name, function) void function(FILE *out);
SHELLS(X)
#undef X

#endif
