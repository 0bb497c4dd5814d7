/* The ways to run the program on packets. Each returns the exit status. */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/session.h"
#include "lab/lab.h"

/* What the command line asks for. */
enum mode {
	MODE_START, /* the start screen */
	MODE_USAGE,
	MODE_HELP,
	MODE_VERSION,
	MODE_GENERATE,
	MODE_INTERFACES,   /* -D */
	MODE_LINK_TYPES,   /* -L */
	MODE_LESSON_NAMES, /* --lesson without a name */
	MODE_LESSON,
	MODE_LAB_NAMES, /* --lab without a name */
	MODE_LAB,
	MODE_EXERCISE, /* without a view */
	MODE_PUBLISH,
	MODE_SUBSCRIBE,
	MODE_EXPORT,
	MODE_FRAME,
	MODE_VIEW,
	MODE_LINES, /* text, JSON and CSV */
};

/* Decides it. */
enum mode options_mode(struct options *options);
/* Whether -T is the view. Where there is no -T, this chooses one. */
bool options_want_view(struct options *options);

/* The modes VIEW, FRAME and LINES, and LESSON for one lesson as text. */
int run_session(const struct options *options, enum mode mode);
int run_export(const struct options *options);
/* The lesson that options->lesson names, and those that the user goes on to. */
int run_lessons(struct options *options);
/* The lab, with the scenario that options->lab names, or programs of the user's. */
int run_lab(struct options *options);
/* In a child process: shows a lab that is open. */
struct lab_session {
	struct options *options;
	struct lab *lab;
};
int lab_show(void *session);
enum { LAB_AGAIN = 103 }; /* exit status of its view: the user wants the lab to begin again */

/* The records go to a NATS server, or come from it, by way of wirestate-nats. */
int run_publish(const struct options *options);
int run_subscribe(const struct options *options);

/* Closes a session, which was opened or not (`error` says why), and reports what failed in it. Returns the exit status.
 */
int session_finish(struct session *session, bool opened, const struct ws_error *error);

#endif
