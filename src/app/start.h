/* wirestate without arguments, on a terminal. */
#ifndef APP_START_H
#define APP_START_H

#include "cli/options.h"

#include <wirestate/start.h>

/* The exit status of a session that was opened from the start screen and left with Esc. */
enum { START_BACK = 100 };

/* Shows what there is to open, and opens what the user selects, until the user leaves. Returns the exit status. */
int run_start(const struct options *options);

/* True when this process may open interfaces. */
bool may_capture(void);

/* Everything that can be opened, from start_list.c. `command` starts this program. NULL when memory is short. */
struct ws_start_entry *start_list(const char *command, size_t *count);
/* Marks the lessons that are done by now. */
void start_list_mark_done(struct ws_start_entry *entries, size_t count);
void start_list_free(struct ws_start_entry *entries, size_t count);

#endif
