/* A position to jump to, as it is typed: "17" is a packet, "12.5s" a time (ms, s, m, h). Private to src/scene. */
#ifndef SCENE_SEEK_H
#define SCENE_SEEK_H

#include "scene/widgets/prompt.h"

struct seek_target {
	bool is_time;
	uint64_t frame;
	ws_time time;
};
bool seek_parse(const char *text, struct seek_target *wanted, struct prompt_error *error);

#endif
