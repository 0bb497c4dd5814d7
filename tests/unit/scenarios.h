/* Scenarios for tests of the lab. */
#ifndef TEST_SCENARIOS_H
#define TEST_SCENARIOS_H

#include "lab/scenario.h"

#include <string.h>

#define HEAD "title: t\nabout: a\n"
#define ENDS "server: listen 7000\n  accept\nclient: connect 7000\n"

static inline struct lab_scenario *parsed(const char *text)
{
	struct ws_error error = {.status = WS_OK};
	struct lab_scenario *scenario = lab_scenario_parse(text, strlen(text), "folder/name.lab", &error);
	if (!scenario)
		print_message("%s\n", error.text);
	assert_non_null(scenario);
	return scenario;
}

#endif
