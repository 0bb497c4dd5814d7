/* Private to src/track: what the own host's kernel says of a connection. */
#ifndef WS_TRACK_KERNEL_H
#define WS_TRACK_KERNEL_H

#include "track/conn.h"

#include <wirestate/kernel.h>

/* Of endpoint `i`; NULL: nothing is known. */
const struct ws_kernel_end *ws_kernel_end_of(const struct ws_kernel *kernel, const struct ws_conn *conn, unsigned i);

/* kernel_owners.c */

struct ws_kernel_owners {
	struct owned {
		uint32_t inode; /* 0: the slot is empty */
		uint32_t process; /* 1 + its index; 0: not known */
	} *owned;
	size_t owned_slots, owned_count;
	struct ws_frame_process **processes;
	size_t process_count;
	struct grouped {
		uint64_t cgroup; /* 0: the slot is empty */
		char *service, *container;
	} *groups;
	size_t group_slots, group_count;
	struct user {
		uint32_t uid;
		char *name;
	} *users;
	size_t user_count;
};
void ws_kernel_owners_free(struct ws_kernel_owners *owners);
void ws_kernel_owners_process(struct ws_kernel_owners *owners, uint32_t inode, uint32_t pid, const char *name, size_t length);
void ws_kernel_owners_group(struct ws_kernel_owners *owners, uint64_t cgroup, const char *service, const char *container);
void ws_kernel_owners_user(struct ws_kernel_owners *owners, uint32_t uid, const char *name);
const struct owned *ws_kernel_owned(const struct ws_kernel_owners *owners, uint32_t inode);   /* NULL: not known */
const struct grouped *ws_kernel_grouped(const struct ws_kernel_owners *owners, uint64_t cgroup); /* the same */
const char *ws_kernel_user_name(const struct ws_kernel_owners *owners, uint32_t uid);          /* the same */

#endif
