/* Signals as bits that the loops check between two batches of packets. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <wirestate/types.h>
#include <wirestate/view.h>

#include <poll.h>

/* The signals that have come since the last check; bits. */
enum {
	SIGNAL_STOP = 1,     /* SIGINT, SIGTERM, SIGHUP: end in good order */
	SIGNAL_RESIZE = 2,   /* SIGWINCH */
	SIGNAL_SUSPEND = 4,  /* SIGTSTP, only with `view` */
	SIGNAL_CONTINUE = 8, /* SIGCONT, only with `view` */
	SIGNAL_CHILD = 16,   /* SIGCHLD, only with `view`: a child has stopped or ended */
};

/* Ignores SIGPIPE and SIGXFSZ. A reader that has gone, or a file that may not grow, is an error of the write. */
void signals_ignore(void);
/* Catches the signals that end, stop and resize. While they are caught, they do not end a wait for a pipe's header. */
void signals_install(bool view);

/* For a new process: as if signals_install() had not been called, and nothing had come. */
void signals_reset(void);

/* The bits, each reported once; SIGNAL_STOP stays. */
unsigned signals_take(void);

/* Handles what has come while a view is open: with SIGNAL_SUSPEND the process is stopped, and the view is restored when
 * it continues. Sets `quit` where it is to end. Returns the bits. */
unsigned signals_handle_view(struct ws_view *view, bool *quit);

/* poll() that is also ended by a signal, even one that came just before the call. `timeout` is in nanoseconds; with
 * WS_TIME_NEVER there is none. */
void signals_poll(struct pollfd *descriptors, nfds_t count, ws_time timeout);

#endif
