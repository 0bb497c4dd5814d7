/* Waiting for a child process: job control and signals are passed on to it. */
#include "app/child.h"
#include "app/signals.h"

#include <wirestate/language.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_fork(void)
{
	fflush(NULL); /* or the child would write it again */
	signals_install(true);
	const pid_t child = fork();
	if (child == 0)
		signals_reset();
	return child;
}

int child_wait(pid_t child)
{
	int status = 0;
	bool passed_on = false;
	for (;;) {
		/* The signals are taken before the child is asked after: a SIGCHLD that comes in between is still there
		 * for signals_poll(), which then returns at once. */
		const unsigned signals = signals_take();
		const pid_t changed = waitpid(child, &status, WUNTRACED | (passed_on ? 0 : WNOHANG));
		if (changed < 0 && errno != EINTR)
			return 1;
		if (changed > 0 && !WIFSTOPPED(status))
			break;
		if (changed > 0) {
			raise(SIGSTOP); /* the user has stopped both */
			kill(child, SIGCONT);
		}
		/* Signals other than those to stop are the child's business. None may be left here when it has ended:
		 * the next child would find it. */
		if (signals & SIGNAL_STOP && !passed_on)
			passed_on = kill(child, SIGTERM) == 0;
		if (!passed_on)
			signals_poll(NULL, 0, WS_TIME_NEVER);
	}
	signals_take();
	return WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED + WTERMSIG(status);
}

pid_t child_start(int (*fn)(void *context), void *context)
{
	const pid_t child = child_fork();
	if (child == 0) {
		const int status = fn(context);
		fflush(NULL);
		_exit(status);
	}
	if (child < 0)
		fprintf(stderr, _("wirestate: cannot start a process: %s\n"), strerror(errno));
	return child;
}

int child_run(int (*fn)(void *context), void *context)
{
	const pid_t child = child_start(fn, context);
	return child > 0 ? child_wait(child) : 1;
}
