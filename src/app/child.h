/* A part of the program that runs in a process of its own, with the terminal for itself. */
#ifndef WIRESTATE_SRC_LAUNCH_H
#define WIRESTATE_SRC_LAUNCH_H

#include <sys/types.h>

/* Waits for its end, passing on what stops and ends this one: its exit status, 128 and the signal's number when one
 * ended it. signals_install() must have been called before it was begun. */
int launch_wait(pid_t child);

#endif
