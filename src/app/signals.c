/* Signals.
 *
 * The flags below, and the one in base/stop.c, are at file scope because a handler can reach nothing else.
 * signals_poll() blocks the signals, checks the flags and lets ppoll() unblock the signals in the same step, so that
 * none is lost between the check and the sleep.
 *
 * The stop signals interrupt system calls on purpose: a write to a pipe whose reader sleeps would otherwise block for
 * ever. The handler makes such an output non-blocking, and a writer then waits for one second at most; run_session()
 * restores the flags of the output. */
#include "app/signals.h"

#include <wirestate/stop.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t resize_seen, suspend_seen, continue_seen, child_seen;

static void on_stop(int signal_number)
{
	(void)signal_number;
	const int saved = errno;
	struct stat status;
	if (fstat(STDOUT_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
		fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
	ws_stop();
	errno = saved;
}

static void on_change(int signal_number)
{
	if (signal_number == SIGWINCH)
		resize_seen = 1;
	else if (signal_number == SIGTSTP)
		suspend_seen = 1;
	else if (signal_number == SIGCHLD)
		child_seen = 1;
	else
		continue_seen = 1;
}

static void handled(sigset_t *set)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD};
	sigemptyset(set);
	for (size_t i = 0; i < WS_ARRAY_SIZE(all); i++)
		sigaddset(set, all[i]);
}

/* SIGHUP stays ignored under nohup. The others are caught even where a shell has started a background job with them
 * ignored, since scripts end a capture with kill -INT. */
static void handle(int signal_number, void (*handler)(int), int flags)
{
	struct sigaction old, action = {.sa_handler = handler, .sa_flags = flags};
	if (signal_number == SIGHUP && sigaction(signal_number, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	sigaction(signal_number, &action, NULL);
}

void signals_ignore(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void signals_install(bool view)
{
	handle(SIGINT, on_stop, 0);
	handle(SIGTERM, on_stop, 0);
	handle(SIGHUP, on_stop, 0);
	if (view) {
		handle(SIGWINCH, on_change, SA_RESTART);
		handle(SIGTSTP, on_change, SA_RESTART);
		handle(SIGCONT, on_change, SA_RESTART);
		handle(SIGCHLD, on_change, SA_RESTART);
	}
}

void signals_reset(void)
{
	resize_seen = suspend_seen = continue_seen = child_seen = 0;
	handle(SIGINT, SIG_DFL, 0);
	handle(SIGTERM, SIG_DFL, 0);
	handle(SIGHUP, SIG_DFL, 0);
	handle(SIGWINCH, SIG_DFL, 0);
	handle(SIGTSTP, SIG_DFL, 0);
	handle(SIGCONT, SIG_DFL, 0);
	handle(SIGCHLD, SIG_DFL, 0);
}

static bool flag_take(volatile sig_atomic_t *flag)
{
	const bool seen = *flag;
	*flag = 0;
	return seen;
}

unsigned signals_take(void)
{
	unsigned bits = ws_stopping() ? SIGNAL_STOP : 0;
	if (resize_seen && flag_take(&resize_seen))
		bits |= SIGNAL_RESIZE;
	if (suspend_seen && flag_take(&suspend_seen))
		bits |= SIGNAL_SUSPEND;
	if (continue_seen && flag_take(&continue_seen))
		bits |= SIGNAL_CONTINUE;
	if (child_seen && flag_take(&child_seen))
		bits |= SIGNAL_CHILD;
	return bits;
}

/* Stops the process as SIGTSTP does by default, which is not at all where no shell would ever continue it. Returns on
 * SIGCONT. */
static void suspend_process(void)
{
	handle(SIGTSTP, SIG_DFL, 0);
	raise(SIGTSTP);
	handle(SIGTSTP, on_change, SA_RESTART);
}

unsigned signals_handle_view(struct ws_view *view, bool *quit)
{
	unsigned bits = signals_take();
	if (bits & SIGNAL_STOP)
		*quit = true;
	if (bits & SIGNAL_SUSPEND && !*quit) {
		ws_view_suspend(view);
		suspend_process();
		bits |= SIGNAL_CONTINUE; /* nothing may be drawn before the view is resumed */
	}
	if (bits & SIGNAL_CONTINUE)
		ws_view_resume(view);
	if (bits & SIGNAL_RESIZE)
		ws_view_resized(view);
	return bits;
}

void signals_poll(struct pollfd *descriptors, nfds_t count, ws_time timeout)
{
	for (nfds_t i = 0; i < count; i++)
		descriptors[i].revents = 0;
	sigset_t blocked, before;
	handled(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	if (!ws_stopping() && !resize_seen && !suspend_seen && !continue_seen && !child_seen) {
		struct timespec wait = {.tv_sec = timeout / WS_SECOND, .tv_nsec = timeout % WS_SECOND};
		if (ppoll(descriptors, count, timeout == WS_TIME_NEVER ? NULL : &wait, &before) < 0) {
			/* It was interrupted; the flags say by which signal. */
			for (nfds_t i = 0; i < count; i++)
				descriptors[i].revents = 0;
		}
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}
