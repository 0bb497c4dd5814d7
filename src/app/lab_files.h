/* Scenarios of the lab: files NAME.lab, those that come with wirestate in its folder "lab", others by their path. */
#ifndef APP_LAB_FILES_H
#define APP_LAB_FILES_H

#include "lab/scenario.h"

/* Reads the one of that name, or at that path, in the chosen language where that is possible. Where its translation is
 * wrong, that is reported and `status` is set to the exit status; NULL: it is not said. NULL: `error` says why. */
struct lab_scenario *lab_scenario_open(const char *name, int *status, struct ws_error *error) WS_CHECKED;
/* Those that come with wirestate, in their order; to be freed with lab_scenarios_free(). `error` is filled where one of
 * them, or its translation, is wrong, and may be NULL. */
struct lab_scenario **lab_scenarios_bundled(size_t *count, struct ws_error *error) WS_CHECKED;
void lab_scenarios_free(struct lab_scenario **scenarios, size_t count);
/* Lists those that come with wirestate on standard output. Returns the exit status. */
int lab_scenarios_print(void);

#endif
