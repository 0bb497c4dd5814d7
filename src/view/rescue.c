/* Restores the terminal when the program dies.
 *
 * A crash must not leave a terminal on the alternate screen and without echo. endwin() of curses is not safe in a
 * signal handler. So what it would send is prepared beforehand, and the handler only writes it, sets the saved
 * modes, and lets the signal take its usual effect. The handlers are installed before the terminal's modes are
 * changed for the first time.
 *
 * A signal handler gets no argument of ours: `armed` is the only way for it to reach the terminal's data, which is
 * why it is at file scope. It points to the rescue of the open view, or is NULL. */
#include "view/view_internal.h"

#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

static struct rescue *volatile armed;

/* Signals that end the process. Those that the program handles itself or that are ignored are left alone. */
static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL,  SIGABRT, SIGSYS,  SIGTRAP, SIGQUIT,
                            SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGXFSZ};

static void restore(void)
{
	struct rescue *rescue = armed;
	armed = NULL;
	if (!rescue)
		return;
	ssize_t written = rescue->begun ? write(rescue->fd, rescue->sequence, rescue->length) : 0;
	(void)written; /* nothing more can be done */
	tcsetattr(rescue->fd, TCSANOW, &rescue->modes);
}

/* SA_RESETHAND has restored the default action: raised again, the signal ends the process as usual. */
static void on_fatal(int number)
{
	restore();
	raise(number);
}

/* Adds a capability's bytes without the padding marks ($<5>) that only slow hardware needs. */
static void add(struct rescue *rescue, const char *name)
{
	const char *bytes = tigetstr(name);
	if (!bytes || bytes == (const char *)-1)
		return;
	while (*bytes && rescue->length < sizeof(rescue->sequence)) {
		const char *end = bytes[0] == '$' && bytes[1] == '<' ? strchr(bytes, '>') : NULL;
		if (end)
			bytes = end + 1;
		else
			rescue->sequence[rescue->length++] = *bytes++;
	}
}

void rescue_prepare(struct rescue *rescue, int fd, const struct termios *modes)
{
	static const char *const capabilities[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
	int status;
	rescue->fd = fd;
	rescue->modes = *modes;
	rescue->length = 0;
	if (setupterm(NULL, fd, &status) != OK)
		return;
	for (size_t i = 0; i < WS_ARRAY_SIZE(capabilities); i++)
		add(rescue, capabilities[i]);
	if (tigetstr("kmous") != NULL && tigetstr("kmous") != (const char *)-1) {
		static const char no_mouse[] = "\033[?1000l\033[?1006l";
		if (rescue->length + sizeof(no_mouse) <= sizeof(rescue->sequence)) {
			memcpy(rescue->sequence + rescue->length, no_mouse, sizeof(no_mouse) - 1);
			rescue->length += sizeof(no_mouse) - 1;
		}
	}
	del_curterm(cur_term);
}

void rescue_arm(struct rescue *rescue)
{
	armed = rescue;
	for (size_t i = 0; i < WS_ARRAY_SIZE(fatal); i++) {
		struct sigaction old,
		        action = {.sa_handler = on_fatal, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER | SA_ONSTACK)};
		sigemptyset(&action.sa_mask);
		if (sigaction(fatal[i], NULL, &old) == 0 && !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL)
			sigaction(fatal[i], &action, NULL);
	}
}

void rescue_disarm(void)
{
	armed = NULL;
	for (size_t i = 0; i < WS_ARRAY_SIZE(fatal); i++) {
		struct sigaction old;
		if (sigaction(fatal[i], NULL, &old) == 0 && !(old.sa_flags & SA_SIGINFO) && old.sa_handler == on_fatal)
			signal(fatal[i], SIG_DFL);
	}
}
