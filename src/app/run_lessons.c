/* Lessons, one after another. In the view, each runs in a child process: the child drops privileges for good, and the
 * next lesson has to open its own files. That a lesson is done is written by this process, which still may. */
#include "app/child.h"
#include "app/lesson_files.h"
#include "app/lesson_lab.h"
#include "app/lessons_done.h"
#include "app/report.h"
#include "app/run.h"
#include "app/start.h"

#include <wirestate/language.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int run_in_view(void *context)
{
	return run_session(context, MODE_VIEW);
}

/* Remembers that the lesson is done, if it is one of those that come with wirestate. A failure is reported once. */
static void keep_done(const struct options *options, bool *reported)
{
	struct ws_error error;
	if (!options->lesson_shared->done || !options->lesson_bundled[0])
		return;
	if (!lesson_done(options->lesson_bundled, &error) && !*reported) {
		(void)!report_error(&error);
		*reported = true;
	}
}

/* Plays the lesson until it is left for something else than the lab. */
static int play_in_view(struct options *options, bool *reported)
{
	void *memory =
	        mmap(NULL, sizeof(*options->lesson_shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	if (memory == MAP_FAILED)
		return child_run(run_in_view, options);
	options->lesson_shared = memory;
	do
		status = child_run(run_in_view, options);
	while (status == LESSON_TRY && lesson_attempt(options, &status));
	keep_done(options, reported);
	munmap(memory, sizeof(*options->lesson_shared));
	options->lesson_shared = NULL;
	return status;
}

/* What the lesson tells the user to try, without the command that is about to run. The text is the lesson's. */
static void make_advice(const char *try_it, const char *command, char *advice, size_t size)
{
	char own[320];
	const int length = snprintf(own, sizeof(own), "$ sudo %s ", command);
	struct ws_text out = {.data = advice, .capacity = size};
	for (const char *line = try_it; line && *line;) {
		const size_t rest = strcspn(line, "\n");
		if (strncmp(line, own, (size_t)length) != 0) {
			ws_text_append(&out, line, rest);
			ws_text_putc(&out, '\n');
		}
		line += rest + (line[rest] == '\n');
	}
	ws_text_cstr(&out);
}

/* Becomes a live capture on lo. A user who may not capture is asked for the password by sudo. */
static void become_live(const struct options *options)
{
	char path[PATH_MAX], filter[sizeof(options->lesson_filter)], advice[2 * WS_LESSON_TEXT_BYTES];
	char sudo[] = "sudo", end[] = "--", interface[] = "-i", lo[] = "lo", expression[] = "-f";
	char say[] = "--advice", from[] = "--from-start";
	const ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	memcpy(filter, options->lesson_filter, sizeof(filter));
	make_advice(options->played->try_it, options->command, advice, sizeof(advice));
	char *const arguments[] = {sudo, end, path, interface, lo, expression, filter, say, advice, from, NULL};
	if (may_capture())
		execv(path, arguments + 2);
	else
		execvp(sudo, arguments);
	fprintf(stderr, _("wirestate: cannot start %s: %s\n"), may_capture() ? path : sudo, strerror(errno));
	_exit(1);
}

/* Watches live what the lesson is about. True: the user has come back from there. */
static bool watch_live(const struct options *options, int *status)
{
	const pid_t child = child_fork();
	if (child == 0)
		become_live(options);
	*status = child > 0 ? child_wait(child) : 1;
	return *status == START_BACK;
}

int run_lessons(struct options *options)
{
	struct ws_error error = {0};
	bool reported = false;
	int status;
	bool again;
	do {
		if (!lesson_open(options, &error) || !lesson_record(options, &error))
			return report_error(&error);
		if (options->export) {
			status = run_export(options);
			break;
		}
		const bool view = options->stop == FRAME_NONE && options_want_view(options);
		status = view ? play_in_view(options, &reported) : run_session(options, MODE_LESSON);
		options->lesson_at_end = status == LESSON_LIVE && watch_live(options, &status);
		again = options->lesson_at_end || (status == LESSON_NEXT && lesson_to_next(options));
	} while (again);
	return status ? status : options->lesson_status;
}
