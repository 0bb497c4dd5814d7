/* Giving up what reading packets does not need. In this order: open everything, ws_privileges_drop(),
 * ws_sandbox_enter(); from then on a flaw in reading a packet reaches no file, no network, no other program. */
#ifndef WIRESTATE_PRIVILEGES_H
#define WIRESTATE_PRIVILEGES_H

#include <wirestate/error.h>
#include <wirestate/text.h>

/* X(enumerator, what it is called where it is in force) */
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
	char user[40];     /* whose the process is now */
	char missing[240]; /* which parts this system refuses, and why; empty: none */
};

/* Calls `fn` as the user who called sudo, or a program with the set-user-ID bit; as the process's own user where there
 * is none other. For opening what that user wants to have written. False: `fn` said so, or the user could not be
 * changed. */
bool ws_as_invoker(bool (*fn)(void *context, struct ws_error *error), void *context, struct ws_error *error) WS_CHECKED;

/* Becomes `user` (-Z; NULL: who called sudo, else "wirestate", else "nobody"; only root changes at all) with no other
 * groups, without a capability, and without a way to get one. Starts filling `protections`. False: this process would
 * have kept a privilege that it could have given up; it should end. */
bool ws_privileges_drop(const char *user, struct ws_protections *protections, struct ws_error *error) WS_CHECKED;

/* How a file is opened to save something in. */
#define WS_SAVE_FLAGS (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)
#define WS_SAVE_MODE 0666

/* No file can be opened any more, but new ones for writing in `directory` (-1: none), with openat() and exactly these
 * flags; nothing can be written to `source`, a descriptor that packets come from (-1: none); and only those system
 * calls are left that reading, showing and writing need: another one ends the process. What the kernel lacks is said in
 * `protections`. */
void ws_sandbox_enter(int directory, int source, struct ws_protections *protections);

/* "user nobody, no capabilities, no new privileges, Landlock, seccomp; without: ..." */
void ws_protections_text(const struct ws_protections *protections, struct ws_text *text);

#endif
