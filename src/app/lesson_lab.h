/* The lab in lessons. */
#ifndef APP_LESSON_LAB_H
#define APP_LESSON_LAB_H

#include "cli/options.h"

/* Plays the scenario of a lesson that has one in place of a capture, so that options->read names its packets. */
bool lesson_record(struct options *options, struct ws_error *error) WS_CHECKED;

/* Lets the user try what the stop of options->lesson_shared says. Where that cannot be, the lesson goes on and says
 * why. False: the user quits, or something has failed, and *status is the exit status. */
bool lesson_attempt(struct options *options, int *status);

#endif
