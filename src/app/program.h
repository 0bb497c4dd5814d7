/* A program of ours that is started beside this one: wirestate-nats. */
#ifndef APP_PROGRAM_H
#define APP_PROGRAM_H

#include <wirestate/error.h>

#include <sys/types.h>

/* Starts it from the folder of this program, or else from PATH, with these descriptors as its standard input and
 * output (-1: those of this process); `argv` ends with NULL, its first is the program's name. Other descriptors that are
 * not close-on-exec go to it, too. -1: `error` says why. */
pid_t program_start(char *const argv[], int input, int output, struct ws_error *error) WS_CHECKED;
/* Waits for its end, and returns its exit status; one that a signal ended has 1. */
int program_wait(pid_t program);

#endif
