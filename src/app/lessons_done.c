/* The names of the lessons that are done are lines of $XDG_STATE_HOME/wirestate/lessons, or of
 * ~/.local/state/wirestate/lessons if that variable is not set. Folders and file are made when the first lesson is
 * done. A process that plays a lesson may not write there, so the process that waits for it does. */
#include "app/lessons_done.h"

#include <wirestate/privileges.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of all programs' state. Under sudo, HOME may be that of root: then the user's own home is taken. */
static bool state_folder(char *path, size_t size)
{
	const char *folder = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *entry = geteuid() != getuid() ? getpwuid(geteuid()) : NULL;
	int length = -1;
	if (entry)
		home = entry->pw_dir;
	if (folder && folder[0] == '/') /* relative paths are to be ignored */
		length = snprintf(path, size, "%s", folder);
	else if (home && home[0] == '/')
		length = snprintf(path, size, "%s/.local/state", home);
	return length > 0 && (size_t)length < size;
}

/* The path of the file. `make`: also makes its folder and the folders above. */
static bool done_path(char *path, size_t size, bool make)
{
	static const char name[] = "/wirestate/lessons";
	if (!state_folder(path, size) || strlen(path) + sizeof(name) > size) {
		errno = ENOENT;
		return false;
	}
	strcat(path, name);
	for (char *slash = strchr(path + 1, '/'); make && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const bool there = mkdir(path, 0700) == 0 || errno == EEXIST || access(path, F_OK) == 0;
		*slash = '/';
		if (!there)
			return false;
	}
	return true;
}

static bool done_read_as_invoker(void *context, struct ws_error *error)
{
	struct lessons_done *done = context;
	char path[PATH_MAX];
	(void)error;
	const int fd = done_path(path, sizeof(path), false) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	const ssize_t length = fd < 0 ? 0 : read(fd, done->text, sizeof(done->text) - 1);
	done->text[length > 0 ? length : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return true;
}

void lessons_done_read(struct lessons_done *done)
{
	struct ws_error ignored;
	done->text[0] = '\0';
	(void)!ws_as_invoker(done_read_as_invoker, done, &ignored);
}

bool lessons_done_has(const struct lessons_done *done, const char *name)
{
	const size_t length = strlen(name);
	for (const char *line = done->text; *line;) {
		const size_t rest = strcspn(line, "\n");
		if (rest == length && memcmp(line, name, length) == 0)
			return true;
		line += rest + (line[rest] == '\n');
	}
	return false;
}

static bool done_write_as_invoker(void *context, struct ws_error *error)
{
	const char *name = context;
	char path[PATH_MAX], line[256];
	const int length = snprintf(line, sizeof(line), "%s\n", name);
	const bool fits = length > 0 && (size_t)length < sizeof(line);
	const bool found = fits && done_path(path, sizeof(path), true);
	const int fd = found ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600) : -1;
	const bool good = fd >= 0 && write(fd, line, (size_t)length) == length;
	const int reason = errno;
	if (fd >= 0)
		close(fd);
	return good || ws_fail(error, WS_ERROR_FILE, "cannot keep that lesson %s is done: %s", name, strerror(reason));
}

bool lesson_done(const char *name, struct ws_error *error)
{
	struct lessons_done done;
	lessons_done_read(&done);
	return lessons_done_has(&done, name) || ws_as_invoker(done_write_as_invoker, (void *)(uintptr_t)name, error);
}
