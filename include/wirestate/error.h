/* Errors as values. A function that can fail takes a `struct ws_error *`; on failure it fills it and returns false,
 * NULL or a negative number, and on success it leaves it untouched. The text names the file, offset, interface or
 * option, and the remedy. It is one line, cleaned of control characters, without the program's name and without a full
 * stop or newline at the end. */
#ifndef WIRESTATE_ERROR_H
#define WIRESTATE_ERROR_H

#include <wirestate/types.h>

#include <stdarg.h>

/* X(enumerator, exit status). The manual documents the exit statuses. */
#define WS_STATUSES(X)                                                                                                 \
	X(WS_OK, 0)                                                                                                    \
	X(WS_ERROR_OPTION, 1)     /* unknown option, bad value, or options that exclude each other */                  \
	X(WS_ERROR_INTERFACE, 1)  /* no such interface, or it is down or gone */                                       \
	X(WS_ERROR_PERMISSION, 1) /* a privilege that capturing needs is missing */                                    \
	X(WS_ERROR_SYSTEM, 1)     /* out of memory, or a system call failed that should not */                         \
	X(WS_ERROR_OUTPUT, 1)     /* an output cannot be written */                                                    \
	X(WS_ERROR_FILE, 2)       /* cannot be opened, is no capture, or its link type is not supported */             \
	X(WS_ERROR_TRUNCATED, 2)  /* ends in the middle of a packet, or is damaged after some whole packets */         \
	X(WS_ERROR_FILTER, 2)     /* the BPF expression does not compile */

enum ws_status {
#define X(name, code) name,
	WS_STATUSES(X)
#undef X
};

struct ws_error {
	enum ws_status status;
	char text[512];
};

/* Fills `error`, which may be NULL, from a printf format, whose translation is taken where there is one. It always returns false, for `return ws_fail(...)`. */
bool ws_fail(struct ws_error *error, enum ws_status status, const char *format, ...) WS_PRINTF(3, 4);

/* The same of a file that the user wrote: "NAME:LINE: " stands before it; `line` 0: of the whole file. */
bool ws_fail_in_file(struct ws_error *error, const char *name, unsigned line, const char *format, va_list arguments);

/* The process exit status (0, 1 or 2) that belongs to a status. */
int ws_exit_status(enum ws_status status);

#endif
