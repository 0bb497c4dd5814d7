/* Lessons, one after another. In the view, each runs in a child process: the child drops privileges for good, and the
 * next lesson has to open its own files. */
#include "app/child.h"
#include "app/lesson_files.h"
#include "app/report.h"
#include "app/run.h"

static int run_in_view(void *context)
{
	return run_session(context, MODE_VIEW);
}

int run_lessons(struct options *options)
{
	struct ws_error error = {0};
	int status;
	do {
		if (!lesson_open(options, &error))
			return report_error(&error);
		const bool view = options->stop == FRAME_NONE && options_want_view(options);
		status = view ? child_run(run_in_view, options) : run_session(options, MODE_LESSON);
	} while (status == LESSON_NEXT && lesson_to_next(options));
	return status;
}
