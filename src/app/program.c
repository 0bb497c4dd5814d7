/* Where the program is not found, the child says so; it has the exit status of the shell's "not found". */
#include "app/program.h"

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

static void run(char *const argv[], int input, int output)
{
	char path[PATH_MAX];
	if ((input >= 0 && dup2(input, STDIN_FILENO) < 0) || (output >= 0 && dup2(output, STDOUT_FILENO) < 0))
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	if (beside(argv[0], path))
		execv(path, argv);
	execvp(argv[0], argv);
	fprintf(stderr, "wirestate: %s cannot be started: %s; install the package %s (it needs libnats)\n", argv[0],
	        strerror(errno), argv[0]);
	_exit(NOT_FOUND);
}

pid_t program_start(char *const argv[], int input, int output, struct ws_error *error)
{
	fflush(NULL);
	const pid_t program = fork();
	if (program < 0)
		ws_fail(error, WS_ERROR_SYSTEM, "%s cannot be started: %s", argv[0], strerror(errno));
	if (program == 0)
		run(argv, input, output);
	return program;
}

int program_wait(pid_t program)
{
	int status = 0;
	while (waitpid(program, &status, 0) < 0 && errno == EINTR)
		;
	return !WIFEXITED(status) ? 1 : WEXITSTATUS(status) == NOT_FOUND ? 1 : WEXITSTATUS(status);
}
