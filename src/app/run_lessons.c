/* Lessons, one after another. In the view, each runs in a child process: the child drops privileges for good, and the
 * next lesson has to open its own files. That a lesson is done is written by this process, which still may. */
#include "app/child.h"
#include "app/lesson_files.h"
#include "app/lessons_done.h"
#include "app/report.h"
#include "app/run.h"

#include <sys/mman.h>

static int run_in_view(void *context)
{
	return run_session(context, MODE_VIEW);
}

/* Remembers that the lesson is done, if it is one of those that come with wirestate. A failure is reported once. */
static void keep_done(const struct options *options, bool *reported)
{
	struct ws_error error;
	if (!*options->lesson_done || !options->lesson_bundled[0])
		return;
	if (!lesson_done(options->lesson_bundled, &error) && !*reported) {
		(void)!report_error(&error);
		*reported = true;
	}
}

static int play_in_view(struct options *options, bool *reported)
{
	void *shared =
	        mmap(NULL, sizeof(*options->lesson_done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	options->lesson_done = shared == MAP_FAILED ? NULL : shared;
	const int status = child_run(run_in_view, options);
	if (options->lesson_done) {
		keep_done(options, reported);
		munmap(shared, sizeof(*options->lesson_done));
		options->lesson_done = NULL;
	}
	return status;
}

int run_lessons(struct options *options)
{
	struct ws_error error = {0};
	bool reported = false;
	int status;
	do {
		if (!lesson_open(options, &error))
			return report_error(&error);
		const bool view = options->stop == FRAME_NONE && options_want_view(options);
		status = view ? play_in_view(options, &reported) : run_session(options, MODE_LESSON);
	} while (status == LESSON_NEXT && lesson_to_next(options));
	return status;
}
