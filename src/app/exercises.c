/* A session whose capture is a lesson's, or is asked about. */
#include "app/session.h"

/* Without --seed the questions differ each time; the exercise's title says the number. */
static uint64_t seed_of(const struct options *options)
{
	enum { SEEDS = 9999 };
	return options->seed ? options->seed : (uint64_t)monotonic() / WS_MILLISECOND % SEEDS + 1;
}

bool session_begin_lesson(struct session *session)
{
	const struct options *options = session->options;
	const struct ws_tracker *tracker = session_shown(session)->tracker;
	if (session->error.status != WS_OK)
		return false;
	return options->exercise ? session_begin_exercise(session, options->connection, &session->error)
	                         : ws_lesson_resolve(session->lesson, tracker, &session->error);
}

bool session_begin_exercise(struct session *session, uint64_t connection, struct ws_error *error)
{
	const struct ws_tracker *tracker = session_shown(session)->tracker;
	session->exercise = ws_lesson_exercise(tracker, connection, seed_of(session->options), error);
	session->lesson = session->exercise;
	return session->lesson;
}

void session_end_exercise(struct session *session)
{
	ws_lesson_free(session->exercise);
	session->lesson = session->exercise = NULL;
}
