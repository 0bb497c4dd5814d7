#include "kernel/groups.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 16, PATH_ROOM = 1024, ID_DIGITS = 32, ID_SHOWN = 12 };

bool kernel_groups_root(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *mount;
	bool found = false;
	while (mounts && !found && (mount = getmntent(mounts)))
		if (strcmp(mount->mnt_type, "cgroup2") == 0)
			found = (size_t)snprintf(path, size, "%s", mount->mnt_dir) < size;
	if (mounts)
		endmntent(mounts);
	return found;
}

static bool ends_in(const char *text, size_t length, const char *end)
{
	const size_t size = strlen(end);
	return length > size && memcmp(text + length - size, end, size) == 0;
}

static void set_name(char name[KERNEL_GROUP_NAME], const char *text, size_t length)
{
	snprintf(name, KERNEL_GROUP_NAME, "%.*s", (int)(length < KERNEL_GROUP_NAME ? length : KERNEL_GROUP_NAME - 1),
	         text);
}

/* The id of a container is a long hexadecimal number (Docker, Podman, containerd); LXC has names. */
static bool take_container(struct kernel_group *group, const char *part, size_t length)
{
	static const char lxc[] = "lxc.payload.";
	if (length > sizeof(lxc) - 1 && memcmp(part, lxc, sizeof(lxc) - 1) == 0) {
		set_name(group->container, part + sizeof(lxc) - 1, length - (sizeof(lxc) - 1));
		return true;
	}
	size_t digits = 0;
	for (size_t i = 0; i < length; i++) {
		digits = isxdigit((unsigned char)part[i]) ? digits + 1 : 0;
		if (digits == ID_DIGITS) {
			set_name(group->container, part + i + 1 - ID_DIGITS, ID_SHOWN);
			return true;
		}
	}
	return false;
}

void kernel_group_name(struct kernel_group *group, const char *path)
{
	const char *last = NULL;
	size_t last_length = 0;
	bool unit = false;
	group->service[0] = group->container[0] = '\0';
	while (*path) {
		path += strspn(path, "/");
		const size_t length = strcspn(path, "/");
		const bool container = length && take_container(group, path, length);
		const bool is_unit = ends_in(path, length, ".service") || ends_in(path, length, ".scope");
		if (length && !container && (is_unit || !unit)) {
			last = path;
			last_length = length;
			unit = is_unit;
		}
		path += length;
	}
	if (last)
		set_name(group->service, last, last_length);
}

struct walk {
	kernel_group_fn *fn;
	void *context;
	unsigned left;
	char path[PATH_ROOM];
};

static bool walk_folder(struct walk *walk, int folder, size_t length, unsigned depth);

static bool walk_entry(struct walk *walk, DIR *directory, const char *name, size_t length, unsigned depth)
{
	struct kernel_group group = {.id = 0};
	struct stat status;
	const size_t more = strlen(name) + 1;
	if (name[0] == '.' || length + more >= sizeof(walk->path) || !walk->left)
		return true;
	const int folder = openat(dirfd(directory), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return true;
	walk->left--;
	snprintf(walk->path + length, sizeof(walk->path) - length, "/%s", name);
	bool more_wanted = true;
	if (fstat(folder, &status) == 0) {
		group.id = status.st_ino;
		kernel_group_name(&group, walk->path);
		more_wanted = walk->fn(walk->context, &group);
	}
	if (more_wanted && depth < DEPTH)
		return walk_folder(walk, folder, length + more, depth + 1);
	close(folder);
	return more_wanted;
}

/* Takes the descriptor over. */
static bool walk_folder(struct walk *walk, int folder, size_t length, unsigned depth)
{
	DIR *directory = fdopendir(folder);
	const struct dirent *entry;
	bool more = true;
	if (!directory) {
		close(folder);
		return true;
	}
	while (more && (entry = readdir(directory)))
		if (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)
			more = walk_entry(walk, directory, entry->d_name, length, depth);
	closedir(directory);
	return more;
}

void kernel_groups_walk(int root, kernel_group_fn *fn, void *context)
{
	struct walk walk = {.fn = fn, .context = context, .left = KERNEL_GROUPS_MOST};
	const int own = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (own >= 0)
		walk_folder(&walk, own, 0, 0);
}
