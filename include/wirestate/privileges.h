/* Gives up every privilege that reading packets does not need. The order is: open everything, ws_privileges_drop(),
 * ws_sandbox_enter(). After that, a flaw in reading a packet cannot reach files, the network or other programs. */
#ifndef WIRESTATE_PRIVILEGES_H
#define WIRESTATE_PRIVILEGES_H

#include <wirestate/error.h>
#include <wirestate/text.h>

/* X(enumerator, its name in messages) */
#define WS_PROTECTIONS(X)                                                                                              \
	X(WS_PROTECTION_USER, "unprivileged user")                                                                     \
	X(WS_PROTECTION_CAPABILITIES, "no capabilities")                                                               \
	X(WS_PROTECTION_BOUNDING, "empty bounding set")                                                                \
	X(WS_PROTECTION_NO_NEW_PRIVILEGES, "no new privileges")                                                        \
	X(WS_PROTECTION_LANDLOCK, "Landlock")                                                                          \
	X(WS_PROTECTION_SECCOMP, "seccomp")

enum ws_protection {
#define X(name, text) name,
	WS_PROTECTIONS(X)
#undef X
	        WS_PROTECTION_COUNT
};

struct ws_protections {
	uint32_t in_force; /* bit set of 1u << enum ws_protection */
	char user[40];     /* the user of the process now */
	char missing[240]; /* the parts that this system refuses, and why; empty when there are none */
};

/* Calls `fn` as the user who called sudo or a program with the set-user-ID bit, or as the process's own user where
 * there is no other. Files that this user wants to have written are opened in it. Returns false when `fn` does, or when
 * the user could not be changed. */
bool ws_as_invoker(bool (*fn)(void *context, struct ws_error *error), void *context, struct ws_error *error) WS_CHECKED;

/* Becomes `user` (the one of -Z) with no other groups, without capabilities, and without a way to get one. NULL stands
 * for the user who called sudo, or "wirestate", or "nobody", whichever is the first to exist. Only root changes the
 * user. Begins to fill `protections`. Returns false when the process would keep a privilege that it could have given
 * up; then the program should end. */
bool ws_privileges_drop(const char *user, struct ws_protections *protections, struct ws_error *error) WS_CHECKED;

/* For a helper process that opens files while the program runs: keeps the user, and of all capabilities at most the one
 * that lets root open the files of others, CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE. */
bool ws_privileges_keep(int capability, struct ws_error *error) WS_CHECKED;

/* For the helper process that names the programs of sockets: becomes the same user as ws_privileges_drop() would, and keeps
 * of all capabilities at most those that let it look at other processes, CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH. */
bool ws_privileges_look(const char *user, struct ws_error *error) WS_CHECKED;

/* The flags and mode with which a new file is opened for saving, a file of -w that takes the place of another one, and
 * a file that is read. */
#define WS_SAVE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define WS_WRITE_FLAGS (O_WRONLY | O_CREAT | O_CLOEXEC)
#define WS_READ_FLAGS (O_RDONLY | O_NONBLOCK | O_CLOEXEC)
#define WS_SAVE_MODE 0666

struct ws_sandbox {
	int directory;           /* the only files that can be opened are below it; -1: none can */
	int flags;               /* one of the three above: how, with openat() and exactly these flags */
	int source;              /* a descriptor that packets come from, to which nothing can be written; -1: none */
	const int *more_sources; /* others of these, with several points; `source` is then one, too */
	size_t more_count;
	int channel;      /* a socket over which descriptors of files may come or go; -1: none */
	bool is_receiver; /* they come, and do not go */
	/* Sockets over which requests may be sent and answers received, with sendto() and recvfrom(). */
	const int *asked;
	size_t asked_count;
	/* Called when files have been given up, and system calls have not; or NULL. Threads that it starts inherit the
	 * first, and must run when it returns: the filter of system calls then covers them, too. */
	void (*start_threads)(void *context);
	void *context;
};

/* Call it while there is one thread. Afterwards only the system calls that reading, showing and writing need are left, and any other ends the process.
 * `protections` says what the kernel lacks. */
void ws_sandbox_enter(const struct ws_sandbox *sandbox, struct ws_protections *protections);

/* For the same helper: it may read files and links, and read from and write to `channel`, which is a socket. Everything
 * else ends the process: opening a file in order to write, sockets, starting programs, tracing. There is no Landlock,
 * since a process inside it may look at no other. */
void ws_sandbox_look(int channel, struct ws_protections *protections);

/* "user nobody, no capabilities, no new privileges, Landlock, seccomp; without: ..." */
void ws_protections_text(const struct ws_protections *protections, struct ws_text *text);

#endif
