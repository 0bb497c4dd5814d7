/* Starts a thread of the program: with a small stack, and with all signals blocked, so that they reach the session's own. */
#ifndef APP_THREAD_H
#define APP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

#endif
