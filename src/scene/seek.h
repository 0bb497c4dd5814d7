/* A position to jump to, as it is typed: "17" is a packet, "server=17" one of another point, "12.5s" a time (ms, s, m, h).
 * Private to src/scene. */
#ifndef SCENE_SEEK_H
#define SCENE_SEEK_H

#include "scene/widgets/prompt.h"

#include <wirestate/points.h>

struct seek_target {
	bool is_time;
	uint64_t frame;
	bool elsewhere; /* a point was named: `point` */
	unsigned point;
	ws_time time;
};
/* `points`: those that may be named; NULL: there is one only. */
bool seek_parse(const char *text, const struct ws_points *points, struct seek_target *wanted,
                struct prompt_error *error);

#endif
