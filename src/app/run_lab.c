/* --lab: the lab's processes are started first; a child process then shows what they write, confined like any other
 * session, and this process, which reads no packet, ends the lab when the child has ended. */
#include "app/child.h"
#include "app/lab_files.h"
#include "app/report.h"
#include "app/run.h"
#include "lab/lab.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int lab_show(void *context)
{
	struct lab_session *session = context;
	struct ws_error error;
	if (dup2(session->lab->stream, STDIN_FILENO) < 0) {
		ws_fail(&error, WS_ERROR_SYSTEM, "the lab's packets cannot be read: %s", strerror(errno));
		return report_error(&error);
	}
	close(session->lab->stream);
	session->options->lab_commands = session->lab->commands;
	return run_session(session->options, session->options->lab_view ? MODE_VIEW : MODE_LINES);
}

/* The file of -w holds the lab's own stream, which has more than packets. */
struct lab_file {
	const char *path;
	int fd;
};

static bool open_written(void *context, struct ws_error *error)
{
	struct lab_file *file = context;
	file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return file->fd >= 0 || ws_fail(error, WS_ERROR_OUTPUT, "cannot write to %s: %s", file->path, strerror(errno));
}

static bool open_lab(struct lab *lab, struct options *options, const struct lab_scenario *scenario,
                     struct ws_error *error)
{
	struct lab_file file = {.path = options->write, .fd = -1};
	if (file.path && !ws_as_invoker(open_written, &file, error))
		return false;
	const struct lab_options wanted = {
	        .scenario = scenario,
	        .program = {[LAB_CLIENT] = options->lab_client, [LAB_SERVER] = options->lab_server},
	        .delay = options->lab_delay ? options->lab_delay : -1,
	        .loss = options->lab_loss ? options->lab_loss / 100 : -1,
	        .seed = options->seed,
	        .file = file.fd,
	        .hold = options->lab_view ? !options->lab_auto : options->lab_hold,
	        .one_host = options->lab_one_host,
	        .viewed = options->lab_view,
	        .commands = !options->lab_view && options->lab_hold ? STDIN_FILENO : -1,
	};
	const bool good = lab_open(lab, &wanted, error);
	if (file.fd >= 0)
		close(file.fd);
	return good;
}

/* The lab, once. Its keeper is this process's child, and the view another one, which drops privileges for good. */
static int play(const struct options *options, const struct lab_scenario *scenario)
{
	struct ws_error error = {.status = WS_OK};
	struct options own = *options;
	struct lab lab;
	if (!open_lab(&lab, &own, scenario, &error))
		return report_error(&error);
	struct lab_session session = {.options = &own, .lab = &lab};
	own.write = NULL;
	const int status = child_run(lab_show, &session);
	lab_close(&lab);
	return status;
}

int run_lab(struct options *options)
{
	struct ws_error error = {.status = WS_OK};
	struct lab_scenario *scenario = NULL;
	int status, wrong = 0; /* the latter: of its translation */
	if (options->write && ws_dump_format_of(options->write) != WS_DUMP_PCAPNG) {
		ws_fail(&error, WS_ERROR_OPTION,
		        "-w %s: the lab writes pcapng, which has room for what the kernels and programs did: give a "
		        "name that ends in .pcapng",
		        options->write);
		return report_error(&error);
	}
	if (options->lab[0] && !(scenario = lab_scenario_open(options->lab, &wrong, &error)))
		return report_error(&error);
	if (!scenario && !lab_has_strace())
		fputs(_("wirestate: strace is not installed (Debian: apt install strace), so the programs' calls are "
		        "not "
		        "shown\n"),
		      stderr);
	options->source = scenario ? scenario->title : _("your programs");
	options->lab_about = scenario ? scenario->about : NULL;
	options->read = "-";
	options->lab_view = options_want_view(options);
	do
		status = play(options, scenario);
	while (status == LAB_AGAIN);
	lab_scenario_free(scenario);
	return status ? status : wrong;
}
