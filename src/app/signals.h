/* Signals, turned into questions the loops ask between two batches of packets. */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <wirestate/types.h>

#include <poll.h>

/* What has come in since the last look; bits. */
enum {
	SIGNAL_STOP = 1,     /* SIGINT, SIGTERM, SIGHUP: end in good order */
	SIGNAL_RESIZE = 2,   /* SIGWINCH */
	SIGNAL_SUSPEND = 4,  /* SIGTSTP, only with `view` */
	SIGNAL_CONTINUE = 8, /* SIGCONT, only with `view` */
	SIGNAL_CHILD = 16,   /* SIGCHLD, only with `view`: a child has stopped or ended */
};

/* SIGPIPE and SIGXFSZ are ignored: a reader that went away, a file that may not grow, is an error of the write. */
void signals_ignore(void);
/* Those that end, stop and resize are caught from here on; that does not end a wait for a pipe's header. */
void signals_install(bool view);

/* For a new process: as if signals_install() had not been called, and nothing had come. */
void signals_reset(void);

/* The bits, each reported once; SIGNAL_STOP stays. */
unsigned signals_take(void);

/* Stops as SIGTSTP does by itself: not at all where no shell would ever continue it. Returns on SIGCONT. */
void signals_suspend(void);

/* poll() that a signal ends, also one that came just before. `timeout` in nanoseconds; WS_TIME_NEVER: none. */
void signals_poll(struct pollfd *descriptors, nfds_t count, ws_time timeout);

#endif
