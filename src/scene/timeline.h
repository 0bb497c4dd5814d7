/* Where the user stands in the time of the whole capture. Private to src/scene. */
#ifndef SCENE_TIMELINE_H
#define SCENE_TIMELINE_H

#include <wirestate/scene.h>

struct timeline {
	bool past, playing;
	uint64_t frame; /* after this packet; 0: at the time `at` */
	ws_time at;
};

bool timeline_act(struct ws_ui *ui, const struct ws_model *model, enum ws_action action);
void timeline_tick(struct ws_ui *ui, const struct ws_model *model, ws_time elapsed);
/* Appends "paused 1.5 of 20 s". False: the newest packet is shown, and nothing was appended. */
bool timeline_text(const struct ws_ui *ui, const struct ws_model *model, struct ws_text *text);

#endif
