/* What each step of the machine checks in builds for tests, which define WS_CHECKS. Private to machine.c and
 * ordinary.c. */
#ifndef WS_TRACK_CHECK_H
#define WS_TRACK_CHECK_H

#include "track/machine.h"

#ifdef WS_CHECKS
#include <stdio.h>
#include <stdlib.h>
#endif

/* Checks that the invariants hold and that each transition has a rule, and aborts if not. */
static inline void check_step(const struct ws_machine *machine, const struct ws_outcome *outcome)
{
#ifdef WS_CHECKS
	const char *broken = NULL;
	for (unsigned i = 0; i < 2 && !broken; i++)
		broken = ws_endpoint_check(&machine->endpoint[i], &machine->endpoint[machine->self ? i : 1 - i]);
	for (unsigned i = 0; outcome && i < outcome->count && !broken; i++)
		if (outcome->transition[i].why == WS_WHY_NONE)
			broken = "a transition has no rule";
	if (broken) {
		fprintf(stderr, "the machine is broken: %s\n", broken);
		abort();
	}
#else
	(void)machine;
	(void)outcome;
#endif
}

#endif
