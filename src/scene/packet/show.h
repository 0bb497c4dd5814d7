/* What the screen of one packet offers to other screens. Private to src/scene. */
#ifndef SCENE_SHOW_H
#define SCENE_SHOW_H

#include <wirestate/scene.h>

/* Fetches the frame that a point has at `position`, shows it as the packet with this number, and opens the screen. The packet is shown
 * for itself, not as a step of a connection. False: never; where the frame is no longer kept, the screen says so. */
bool packet_show_at(struct ws_ui *ui, const struct ws_model *model, unsigned point, uint64_t position, uint64_t number);
/* For a lesson's stop: forgets what the user has folded and selected. */
void packet_reset(struct ws_ui *ui);
/* For a lesson's stop whose screen this is: shows its packet with the fields that it is about. */
void packet_show_stop(struct ws_ui *ui, const struct ws_model *model, const struct ws_lesson_stop *stop);

#endif
