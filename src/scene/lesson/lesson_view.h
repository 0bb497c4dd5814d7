/* State of a lesson that is played. Private to src/scene. */
#ifndef SCENE_LESSON_VIEW_H
#define SCENE_LESSON_VIEW_H

#include <wirestate/scene.h>

struct lesson_view {
	const struct ws_lesson *lesson; /* NULL: none */
	size_t stop;                    /* its number of stops: the page behind them */
	bool answered;
	bool settled; /* the stop's screen has been opened in its world */
	bool playing; /* the replay is on its way to the stop */
	bool wants_next;
	enum ws_screen
	        screen; /* where it has been opened, and the replay's step there: elsewhere the reader looks around */
	size_t step;
	int rows; /* of the panel, as laid out */
};

#endif
