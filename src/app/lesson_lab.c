/* The lab in lessons: a lesson whose packets come from it, and stops at which the user tries something. */
#include "app/lesson_lab.h"
#include "app/child.h"
#include "app/lab_files.h"
#include "app/lesson_files.h"
#include "app/run.h"
#include "app/start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- A lesson that is played in the lab */

/* Waits until the lab has ended. */
static void drain(int stream)
{
	char bytes[16384];
	ssize_t length;
	while ((length = read(stream, bytes, sizeof(bytes))) > 0 || (length < 0 && errno == EINTR))
		;
}

static bool record(const struct lab_scenario *scenario, int file, struct ws_error *error)
{
	const struct lab_options wanted = {
	        .scenario = scenario, .delay = -1, .loss = -1, .file = file, .one_point = true, .commands = -1};
	struct lab lab;
	if (!lab_open(&lab, &wanted, error))
		return false;
	drain(lab.stream);
	lab_close(&lab);
	return true;
}

bool lesson_record(struct options *options, struct ws_error *error)
{
	const struct ws_lesson *lesson = options->played;
	struct ws_error wrong;
	if (options->lesson_file > 0)
		close(options->lesson_file);
	options->lesson_file = 0;
	if (!lesson->scenario)
		return true;
	struct lab_scenario *scenario = lab_scenario_open(lesson->scenario, NULL, &wrong);
	if (!scenario)
		return ws_fail(error, WS_ERROR_FILE, "%.200s:%u: lab: %.250s", lesson->name, lesson->scenario_line,
		               wrong.text);
	const int file = memfd_create("lab", MFD_CLOEXEC);
	bool good = file >= 0 || ws_fail(&wrong, WS_ERROR_SYSTEM, "%s", strerror(errno));
	good = good && record(scenario, file, &wrong);
	lab_scenario_free(scenario);
	options->lesson_file = file;
	snprintf(options->bundled, sizeof(options->bundled), "/proc/self/fd/%d", file);
	return good || ws_fail(error, wrong.status, "this lesson is played in the lab, and %.400s", wrong.text);
}

/* ---- A stop at which something is tried */

/* The lab, once: the packet that the stop names waits for a key. */
static int attempt_play(const struct options *options, const struct lab_scenario *scenario, const struct lab_rule *keep,
                        struct ws_error *error)
{
	struct options own = *options;
	struct lab lab;
	const struct lab_options wanted = {.scenario = scenario,
	                                   .delay = -1,
	                                   .loss = -1,
	                                   .file = -1,
	                                   .keep = keep,
	                                   .viewed = true,
	                                   .commands = -1};
	if (!lab_open(&lab, &wanted, error))
		return -1;
	own.tried = options->played;
	own.played = NULL;
	own.lesson_attempt = own.lab_view = own.lab_auto = true;
	own.source = scenario->title;
	own.read = "-";
	own.reads.count = 0;
	struct lab_session session = {.options = &own, .lab = &lab};
	const int status = child_run(lab_show, &session);
	lab_close(&lab);
	return status;
}

bool lesson_attempt(struct options *options, int *status)
{
	struct lesson_shared *shared = options->lesson_shared;
	const struct ws_lesson *lesson = options->played;
	const struct ws_lesson_attempt *tried = &lesson->stop[shared->stop].attempt;
	struct ws_error error = {.status = WS_OK};
	struct lab_rule keep;
	struct lab_scenario *scenario = lab_scenario_open(tried->scenario, NULL, &error);
	shared->came = 0;
	shared->resumes = true;
	*status = -1;
	if (scenario && lab_rule_read(tried->hold, lesson->name, tried->hold_line, &keep, &error))
		do
			*status = attempt_play(options, scenario, &keep, &error);
		while (*status == LAB_AGAIN);
	snprintf(shared->left_out, sizeof(shared->left_out), "%s", *status < 0 ? error.text : "");
	lab_scenario_free(scenario);
	return *status < 0 || *status == START_BACK;
}
