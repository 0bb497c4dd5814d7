/* wirestate-nats, a program of ours that is started beside this one. */
#ifndef APP_PROGRAM_H
#define APP_PROGRAM_H

#include <wirestate/error.h>

#include <sys/types.h>

/* What it is called with. Texts are borrowed until it is started. */
struct program {
	const char *argv[20];
	size_t count;
};

/* Descriptors that it gets in place of this process's; -1: none. */
struct program_streams {
	int input, output, errors;
};

void program_init(struct program *program, const char *command);
/* Adds an option with a value; nothing where the value is NULL. */
void program_option(struct program *program, const char *name, const char *value);
/* Starts it, from the folder of this program or else from PATH. Other descriptors that are not close-on-exec go to it,
 * too. -1: `error` says why. */
pid_t program_start(struct program *program, const char *address, const struct program_streams *streams,
                    struct ws_error *error) WS_CHECKED;
/* Waits for its end, and returns its exit status; one that a signal ended, or that could not be found, has 1. */
int program_wait(pid_t started);

#endif
