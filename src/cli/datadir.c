/* Finds the captures and lessons that come with the program. They are beside the installed program (so that an
 * installation may be moved as a whole), where it was configured to be installed, or in the folder that it was built
 * from. */
#include "cli/datadir.h"
#include "base/folder.h"

#include <wirestate/types.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool data_folder(const char *kind, char *path, size_t size)
{
	static const char *const beside[] = {"../share/wirestate", "..", "../.."}; /* installed; build/; build/asan/ */
	return base_folder_find(beside, WS_ARRAY_SIZE(beside), WS_DATADIR, kind, path, size);
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
	return base_is_folder(kind);
}

bool data_file_here(const char *kind, const char *name, const char *ending, char *path, size_t size)
{
	const size_t length = strlen(name), tail = strlen(ending);
	const bool has = length > tail && strcmp(name + length - tail, ending) == 0;
	const int used = snprintf(path, size, "%s/%s%s", kind, name, has ? "" : ending);
	return !strchr(name, '/') && used > 0 && (size_t)used < size && access(path, R_OK) == 0;
}
