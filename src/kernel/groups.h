/* Services and containers: the kernel says of a socket in which cgroup it was made, by the inode of that cgroup's folder. */
#ifndef KERNEL_GROUPS_H
#define KERNEL_GROUPS_H

#include <wirestate/types.h>

enum { KERNEL_GROUP_NAME = 64, KERNEL_GROUPS_MOST = 65536 };

/* What a cgroup is: texts as they are in the file system, cut where they are longer; empty: none. */
struct kernel_group {
	uint64_t id;
	char service[KERNEL_GROUP_NAME];   /* "nginx.service", "session-2.scope" */
	char container[KERNEL_GROUP_NAME]; /* the first 12 digits of its id, or its name */
};

/* Finds the folder where the cgroups of version 2 are. False: there is none. */
bool kernel_groups_root(char *path, size_t size) WS_CHECKED;
/* Walks over all cgroups below `root`, a folder's descriptor that stays the caller's, until `fn` returns false. */
typedef bool kernel_group_fn(void *context, const struct kernel_group *group);
void kernel_groups_walk(int root, kernel_group_fn *fn, void *context);
/* What the path of a cgroup says, "/system.slice/nginx.service". */
void kernel_group_name(struct kernel_group *group, const char *path);

#endif
