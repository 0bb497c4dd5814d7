/* Finds the captures and lessons that come with the program. They are beside the installed program (so that an
 * installation may be moved as a whole), where it was configured to be installed, or in the folder that it was built
 * from. */
#include "cli/datadir.h"

#include <wirestate/types.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder `kind` in the first of the places that has it: some are relative to the program, the last one is absolute.
 */
static bool find_folder(const char *const *beside, size_t count, const char *absolute, const char *kind, char *path,
                        size_t size)
{
	char program[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[length > 0 ? length : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; slash && i < count; i++) {
		char place[PATH_MAX], real[PATH_MAX];
		const int used = snprintf(place, sizeof(place), "%s/%s/%s", program, beside[i], kind);
		if (used > 0 && (size_t)used < sizeof(place) && is_folder(place) && realpath(place, real) &&
		    strlen(real) < size) {
			strcpy(path, real);
			return true;
		}
	}
	const int used = snprintf(path, size, "%s/%s", absolute, kind);
	return used > 0 && (size_t)used < size && is_folder(path);
}

bool data_folder(const char *kind, char *path, size_t size)
{
	static const char *const beside[] = {"../share/wirestate", "..", "../.."}; /* installed; build/; build/asan/ */
	return find_folder(beside, WS_ARRAY_SIZE(beside), WS_DATADIR, kind, path, size);
}

bool locale_folder(char *path, size_t size)
{
	static const char *const beside[] = {".", "../share"}; /* build/; installed */
	return find_folder(beside, WS_ARRAY_SIZE(beside), WS_DATADIR "/..", "locale", path, size);
}

bool data_file(const char *kind, const char *name, const char *ending, char *path, size_t size)
{
	char folder[PATH_MAX];
	if (strchr(name, '/') || !data_folder(kind, folder, sizeof(folder)))
		return false;
	for (int with = 0; with < 2; with++) {
		const int used = snprintf(path, size, "%s/%s%s", folder, name, with ? ending : "");
		if (used > 0 && (size_t)used < size && access(path, R_OK) == 0)
			return true;
	}
	return false;
}

bool data_folder_here(const char *kind)
{
	return is_folder(kind);
}

bool data_file_here(const char *kind, const char *name, const char *ending, char *path, size_t size)
{
	const size_t length = strlen(name), tail = strlen(ending);
	const bool has = length > tail && strcmp(name + length - tail, ending) == 0;
	const int used = snprintf(path, size, "%s/%s%s", kind, name, has ? "" : ending);
	return !strchr(name, '/') && used > 0 && (size_t)used < size && access(path, R_OK) == 0;
}
