/* Which program has a socket open: a helper process that is started before privileges are dropped. It never sees a packet.
 * It may look at other processes (CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, where it has these), read files, and answer over one
 * socket; it can neither write files nor open sockets nor start programs. It is asked for inodes of sockets and for cgroups
 * that are new, and answers with numbers and names of fixed size. Nothing here waits. */
#ifndef KERNEL_OWNERS_H
#define KERNEL_OWNERS_H

#include "kernel/groups.h"

#include <wirestate/error.h>

struct kernel_owner {
	uint32_t inode;
	uint32_t pid;  /* 0: no process that the helper may look at has it open */
	char name[16]; /* of the program, as the kernel has it (comm); not terminated where it has 16 bytes */
};

struct kernel_owners; /* opaque */

/* `user`: of -Z, or NULL. With `no_sandbox` the helper keeps what it has. */
struct kernel_owners *kernel_owners_start(const char *user, bool no_sandbox, struct ws_error *error) WS_CHECKED;
void kernel_owners_stop(struct kernel_owners *owners); /* NULL is allowed */
/* False: too many requests are waiting. */
bool kernel_owners_ask(struct kernel_owners *owners, uint32_t inode);
bool kernel_owners_ask_group(struct kernel_owners *owners, uint64_t cgroup);
/* Sends what has been asked for, and hands over what has been answered: one of both functions is called for each. */
void kernel_owners_work(struct kernel_owners *owners, void (*owner)(void *context, const struct kernel_owner *owner),
                        void (*group)(void *context, const struct kernel_group *group), void *context);
bool kernel_owners_wait(const struct kernel_owners *owners); /* answers are still to come */

/* ---- In the helper, for tests */

/* Gives up what the helper does not need. `channel` is the only descriptor that it may write to. */
bool kernel_owners_confine(const char *user, int channel, struct ws_error *error) WS_CHECKED;

#endif
