#include "base/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool base_is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool base_is_file(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool base_folder_find(const char *const *beside, size_t count, const char *absolute, const char *kind, char *path,
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
		if (used > 0 && (size_t)used < sizeof(place) && base_is_folder(place) && realpath(place, real) &&
		    strlen(real) < size) {
			strcpy(path, real);
			return true;
		}
	}
	const int used = snprintf(path, size, "%s/%s", absolute, kind);
	return used > 0 && (size_t)used < size && base_is_folder(path);
}
