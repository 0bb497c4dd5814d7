/* Private to src/track: what the own host's kernel says of a connection. */
#ifndef WS_TRACK_KERNEL_H
#define WS_TRACK_KERNEL_H

#include "track/conn.h"

#include <wirestate/kernel.h>

/* What the own host's kernel says, and whose the sockets are. What is not known stays as it is. */
void ws_kernel_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_conn_info *info);

/* kernel_owners.c */

struct ws_kernel_owners {
	struct owned {
		uint32_t inode;   /* 0: the slot is empty */
		uint32_t process; /* 1 + its index; 0: not known */
	} * owned;
	size_t owned_slots, owned_count;
	struct ws_frame_process **processes;
	size_t process_count;
	struct grouped {
		uint64_t cgroup; /* 0: the slot is empty */
		char *service, *container;
	} * groups;
	size_t group_slots, group_count;
	struct user {
		uint32_t uid;
		char *name;
	} * users;
	size_t user_count;
};
void ws_kernel_owners_free(struct ws_kernel_owners *owners);
void ws_kernel_owners_process(struct ws_kernel_owners *owners, uint32_t inode, uint32_t pid, const char *name,
                              size_t length);
void ws_kernel_owners_group(struct ws_kernel_owners *owners, uint64_t cgroup, const char *service,
                            const char *container);
void ws_kernel_owners_user(struct ws_kernel_owners *owners, uint32_t uid, const char *name);
const struct owned *ws_kernel_owned(const struct ws_kernel_owners *owners, uint32_t inode);      /* NULL: not known */
const struct grouped *ws_kernel_grouped(const struct ws_kernel_owners *owners, uint64_t cgroup); /* the same */
const char *ws_kernel_user_name(const struct ws_kernel_owners *owners, uint32_t uid);            /* the same */

/* kernel.c: the table */
enum { WS_KERNEL_CHUNK = 256 };

struct ws_kernel_entry {
	struct ws_kernel_end end;
	uint32_t next;  /* 1 + the entry's number in the same bucket, or among those that are free; 0: none */
	uint8_t untold; /* changes at the end of end.change that have not been told */
	bool used;
	bool captured; /* it is told of, see ws_kernel_tell() */
	bool again;    /* it is to be told of although nothing has changed */
};

struct own_address {
	struct ws_addr address;
	uint64_t spaces; /* a bit for each network namespace that has it */
};

struct ws_kernel {
	uint8_t key[16];
	struct ws_kernel_entry **chunks;
	size_t chunk_count, used, limit; /* entries that have been in use, and their most */
	uint32_t unused;                 /* 1 + the first free entry; 0: none */
	size_t live;                     /* entries whose socket exists */
	size_t cursor;                   /* where the next search for an entry to give up begins */
	uint32_t *buckets;
	size_t bucket_count;
	struct own_address *own;
	size_t own_count;
	struct ws_kernel_owners owners;
	size_t untold;    /* changes of all entries */
	size_t tell_next; /* the entry at which telling goes on */
};

static inline struct ws_kernel_entry *ws_kernel_entry_at(const struct ws_kernel *kernel, uint32_t number)
{
	return &kernel->chunks[number / WS_KERNEL_CHUNK][number % WS_KERNEL_CHUNK];
}
struct ws_kernel_entry *ws_kernel_entry_find(const struct ws_kernel *kernel, const struct ws_addr *local,
                                             uint16_t local_port, const struct ws_addr *peer, uint16_t peer_port);

#endif
