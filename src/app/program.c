/* Where the program is not found, the child says so; it has the exit status of the shell's "not found". */
#include "app/program.h"

#include <wirestate/language.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_FOUND = 127 };

/* The path of a program in the folder of this one. */
static bool beside(const char *name, char path[PATH_MAX])
{
	const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	if (length <= 0)
		return false;
	path[length] = '\0';
	char *slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + strlen(name) >= PATH_MAX)
		return false;
	strcpy(slash + 1, name);
	return access(path, X_OK) == 0;
}

static bool replace(int descriptor, int standard)
{
	return descriptor < 0 || dup2(descriptor, standard) >= 0;
}

static void run(char *const argv[], const struct program_streams *streams)
{
	char path[PATH_MAX];
	if (!replace(streams->errors, STDERR_FILENO) || !replace(streams->input, STDIN_FILENO) ||
	    !replace(streams->output, STDOUT_FILENO))
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	if (beside(argv[0], path))
		execv(path, argv);
	execvp(argv[0], argv);
	fprintf(stderr, _("wirestate: %s cannot be started: %s; install the package %s (it needs libnats)\n"), argv[0],
	        strerror(errno), argv[0]);
	_exit(NOT_FOUND);
}

void program_init(struct program *program, const char *command)
{
	*program = (struct program){.argv = {"wirestate-nats", command}, .count = 2};
}

static void add(struct program *program, const char *word)
{
	if (program->count < WS_ARRAY_SIZE(program->argv) - 1) /* the last one stays NULL */
		program->argv[program->count++] = word;
}

void program_option(struct program *program, const char *name, const char *value)
{
	if (!value)
		return;
	add(program, name);
	add(program, value);
}

pid_t program_start(struct program *program, const char *address, const struct program_streams *streams,
                    struct ws_error *error)
{
	add(program, address);
	fflush(NULL);
	const pid_t started = fork();
	if (started < 0)
		ws_fail(error, WS_ERROR_SYSTEM, "%s cannot be started: %s", program->argv[0], strerror(errno));
	if (started == 0)
		run((char *const *)program->argv, streams);
	return started;
}

int program_wait(pid_t started)
{
	int status = 0;
	while (waitpid(started, &status, 0) < 0 && errno == EINTR)
		;
	return !WIFEXITED(status) ? 1 : WEXITSTATUS(status) == NOT_FOUND ? 1 : WEXITSTATUS(status);
}
