/* Whose sockets are: processes by the sockets' inodes, services and containers by cgroups, names of users. Each table is
 * bounded. Inodes come and go, so that table begins again when it is full; what is asked for again is answered again.
 * Processes stay, since frames that are written refer to them. */
#include "track/kernel.h"

#include <stdlib.h>
#include <string.h>

enum {
	OWNED_FIRST = 256,
	OWNED_MOST = 1 << 18,
	PROCESSES_MOST = 65536,
	LOOK_BACK = 256, /* processes that are compared, the latest first */
	GROUPS_FIRST = 64,
	GROUPS_MOST = 1 << 17,
	USERS_MOST = 65536,
};

void ws_kernel_owners_free(struct ws_kernel_owners *owners)
{
	for (size_t i = 0; i < owners->process_count; i++)
		free(owners->processes[i]);
	for (size_t i = 0; i < owners->group_slots; i++) {
		free(owners->groups[i].service);
		free(owners->groups[i].container);
	}
	for (size_t i = 0; i < owners->user_count; i++)
		free(owners->users[i].name);
	free(owners->processes);
	free(owners->owned);
	free(owners->groups);
	free(owners->users);
}

/* ---- Processes. The system counts inodes and ids of cgroups up; no stranger chooses them. */

static struct owned *owned_slot(struct owned *slots, size_t count, uint32_t inode)
{
	size_t at = inode * UINT32_C(2654435769) >> 8;
	while (slots[at & (count - 1)].inode && slots[at & (count - 1)].inode != inode)
		at++;
	return &slots[at & (count - 1)];
}

const struct owned *ws_kernel_owned(const struct ws_kernel_owners *owners, uint32_t inode)
{
	if (!owners->owned_slots || !inode)
		return NULL;
	const struct owned *owned = owned_slot(owners->owned, owners->owned_slots, inode);
	return owned->inode ? owned : NULL;
}

static bool owned_reserve(struct ws_kernel_owners *owners)
{
	if (2 * owners->owned_count < owners->owned_slots)
		return true;
	if (owners->owned_slots == OWNED_MOST) {
		memset(owners->owned, 0, owners->owned_slots * sizeof(*owners->owned));
		owners->owned_count = 0;
		return true;
	}
	const size_t count = owners->owned_slots ? 2 * owners->owned_slots : OWNED_FIRST;
	struct owned *slots = calloc(count, sizeof(*slots));
	for (size_t i = 0; slots && i < owners->owned_slots; i++)
		if (owners->owned[i].inode)
			*owned_slot(slots, count, owners->owned[i].inode) = owners->owned[i];
	if (!slots)
		return false;
	free(owners->owned);
	owners->owned = slots;
	owners->owned_slots = count;
	return true;
}

static struct ws_frame_process *process_make(uint32_t pid, const char *name, size_t length)
{
	struct ws_frame_process *process = malloc(sizeof(*process) + length + 1);
	if (!process)
		return NULL;
	char *text = (char *)(process + 1);
	memcpy(text, name, length);
	text[length] = '\0';
	*process = (struct ws_frame_process){.id = pid, .name = length ? text : NULL};
	return process;
}

/* Returns 1 + the index of a process; 0: there is no room. */
static uint32_t process_index(struct ws_kernel_owners *owners, uint32_t pid, const char *name, size_t length)
{
	for (size_t i = owners->process_count; i > 0 && owners->process_count - i < LOOK_BACK; i--) {
		const struct ws_frame_process *process = owners->processes[i - 1];
		const char *known = process->name ? process->name : "";
		if (process->id == pid && strlen(known) == length && memcmp(known, name, length) == 0)
			return (uint32_t)i;
	}
	if (owners->process_count == PROCESSES_MOST)
		return 0;
	if (!owners->processes)
		owners->processes = calloc(PROCESSES_MOST, sizeof(struct ws_frame_process *));
	struct ws_frame_process *process = owners->processes ? process_make(pid, name, length) : NULL;
	if (!process)
		return 0;
	owners->processes[owners->process_count++] = process;
	return (uint32_t)owners->process_count;
}

void ws_kernel_owners_process(struct ws_kernel_owners *owners, uint32_t inode, uint32_t pid, const char *name,
                              size_t length)
{
	length = strnlen(name, length);
	if (!inode || !owned_reserve(owners))
		return;
	struct owned *owned = owned_slot(owners->owned, owners->owned_slots, inode);
	owners->owned_count += !owned->inode;
	*owned = (struct owned){.inode = inode, .process = pid ? process_index(owners, pid, name, length) : 0};
}

/* ---- Services and containers */

static struct grouped *group_slot(struct grouped *slots, size_t count, uint64_t cgroup)
{
	size_t at = (size_t)(cgroup * UINT64_C(0x9e3779b97f4a7c15) >> 40);
	while (slots[at & (count - 1)].cgroup && slots[at & (count - 1)].cgroup != cgroup)
		at++;
	return &slots[at & (count - 1)];
}

const struct grouped *ws_kernel_grouped(const struct ws_kernel_owners *owners, uint64_t cgroup)
{
	if (!owners->group_slots || !cgroup)
		return NULL;
	const struct grouped *group = group_slot(owners->groups, owners->group_slots, cgroup);
	return group->cgroup ? group : NULL;
}

static bool groups_reserve(struct ws_kernel_owners *owners)
{
	if (2 * owners->group_count < owners->group_slots)
		return true;
	const size_t count = owners->group_slots ? 2 * owners->group_slots : GROUPS_FIRST;
	struct grouped *slots = count <= GROUPS_MOST ? calloc(count, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	for (size_t i = 0; i < owners->group_slots; i++)
		if (owners->groups[i].cgroup)
			*group_slot(slots, count, owners->groups[i].cgroup) = owners->groups[i];
	free(owners->groups);
	owners->groups = slots;
	owners->group_slots = count;
	return true;
}

void ws_kernel_owners_group(struct ws_kernel_owners *owners, uint64_t cgroup, const char *service,
                            const char *container)
{
	if (!cgroup || !groups_reserve(owners))
		return;
	struct grouped *group = group_slot(owners->groups, owners->group_slots, cgroup);
	owners->group_count += !group->cgroup;
	free(group->service);
	free(group->container);
	*group = (struct grouped){.cgroup = cgroup,
	                          .service = *service ? strdup(service) : NULL,
	                          .container = *container ? strdup(container) : NULL};
}

/* ---- Users */

const char *ws_kernel_user_name(const struct ws_kernel_owners *owners, uint32_t uid)
{
	for (size_t i = 0; i < owners->user_count; i++)
		if (owners->users[i].uid == uid)
			return owners->users[i].name;
	return NULL;
}

void ws_kernel_owners_user(struct ws_kernel_owners *owners, uint32_t uid, const char *name)
{
	if (ws_kernel_user_name(owners, uid) || owners->user_count == USERS_MOST)
		return;
	struct user *users = realloc(owners->users, (owners->user_count + 1) * sizeof(*users));
	if (!users)
		return;
	owners->users = users;
	users[owners->user_count] = (struct user){.uid = uid, .name = strdup(name)};
	owners->user_count += users[owners->user_count].name != NULL;
}
