/* State of a lesson that is played. Private to src/scene. */
#ifndef SCENE_LESSON_VIEW_H
#define SCENE_LESSON_VIEW_H

#include <wirestate/scene.h>

struct lesson_view {
	const struct ws_lesson *lesson; /* NULL: none */
	size_t stop;                    /* the number of stops in the lesson: the page after the last stop */
	bool answered;
	bool settled; /* the stop's screen has been opened with its snapshot */
	bool playing; /* the replay is on its way to the stop */
	bool done;    /* see ws_ui_lesson_done() */
	bool wants_next;
	enum ws_screen screen; /* the screen that was opened, and the replay's step there; anywhere else the user is
	                          looking around */
	size_t step;
	int rows; /* of the panel, as laid out */
};

#endif
