/* A part of the program that runs in a process of its own, with the terminal for itself. */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include <sys/types.h>

/* The exit status for a child that a signal has ended is this and the signal's number. */
enum { CHILD_KILLED = 128 };

/* Runs `fn` in a child process and waits for its end. The exit status is what `fn` returns; 1 where there can be no
 * child, which is then said on standard error. */
int child_run(int (*fn)(void *context), void *context);

/* The same in two steps, for a caller that needs something between them. The first returns -1 where there can be no
 * child, which is then said; the second waits, and passes on what stops and ends this process. */
pid_t child_start(int (*fn)(void *context), void *context);
int child_wait(pid_t child);
/* fork(), for a caller that runs on in the child. */
pid_t child_fork(void);

#endif
