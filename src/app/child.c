/* Waiting for a process that has been begun: job control and signals go through to it. */
#include "app/child.h"
#include "app/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

int launch_wait(pid_t child)
{
	int status = 0;
	bool told = false;
	for (;;) {
		if (waitpid(child, &status, WUNTRACED) < 0) {
			if (errno != EINTR)
				return 1;
			if (signals_take() & SIGNAL_STOP && !told)
				told = kill(child, SIGTERM) == 0;
			continue;
		}
		if (!WIFSTOPPED(status))
			break;
		raise(SIGSTOP); /* a stop of it is one of ours */
		kill(child, SIGCONT);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
