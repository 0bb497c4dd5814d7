/* State of a lesson that is played. Private to src/scene. */
#ifndef SCENE_LESSON_VIEW_H
#define SCENE_LESSON_VIEW_H

#include <wirestate/scene.h>

/* What the panel says to what was typed. */
enum lesson_says { LESSON_SAYS_NOTHING, LESSON_SAYS_WRONG, LESSON_SAYS_UNCLEAR, LESSON_SAYS_HINT };

struct lesson_view {
	const struct ws_lesson *lesson; /* NULL: none */
	enum ws_screen from;            /* the screen on which it was begun */
	size_t stop;                    /* the number of stops in the lesson: the page after the last stop */
	bool answered;
	bool settled; /* the stop's screen has been opened with its snapshot */
	bool playing; /* the replay is on its way to the stop */
	bool done;    /* see ws_ui_lesson_done() */
	bool wants_next, wants_live, wants_attempt;
	size_t came;          /* of the stop's attempt: 1 + the index of its outcome; 0: none */
	const char *left_out; /* borrowed: why it could not be tried; or NULL */
	bool closed;          /* Esc has closed the line for the answer */
	uint64_t right;       /* a bit for each stop whose answer was typed and right */
	/* of the stop's answers */
	enum lesson_says said;
	char typed[64]; /* the latest one, cut */
	const char *why;
	size_t hint;           /* how many have been shown */
	enum ws_screen screen; /* the screen that was opened, and the replay's step there; anywhere else the user is
	                          looking around */
	size_t step;
	int rows; /* of the panel, as laid out */
};

/* A stop that is tried in the lab, which is another view than the lesson's. */
struct attempt_view {
	const struct ws_lesson *lesson;
	const struct ws_lesson_stop *stop; /* NULL: nothing is tried */
	size_t came;                       /* 1 + the index of the outcome; 0: none yet */
	bool held;                         /* a packet waits for a key */
	bool acted;                        /* the user has done something with it */
	bool runs;                         /* the lab does */
	bool wants_back;
	int rows; /* of the panel, as laid out */
};

#endif
