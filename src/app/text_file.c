#include "app/text_file.h"

#include <wirestate/language.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool text_file_ends(const char *name, const char *ending)
{
	const size_t length = strlen(name), tail = strlen(ending);
	return length > tail && strcmp(name + length - tail, ending) == 0;
}

char *text_file_read(const char *path, size_t most, size_t *length, struct ws_error *error)
{
	struct stat status;
	FILE *file = fopen(path, "re");
	if (!file || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
		ws_fail(error, WS_ERROR_FILE, "cannot open %s: %s", path,
		        file ? E_("it is not a file") : strerror(errno));
		if (file)
			fclose(file);
		return NULL;
	}
	char *text = malloc(most + 1);
	*length = text ? fread(text, 1, most + 1, file) : 0;
	if (!text)
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
	if (text && ferror(file)) {
		ws_fail(error, WS_ERROR_FILE, "cannot read %s: %s", path, strerror(errno));
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

bool text_file_translation(const char *path, const char *ending, char *own, size_t size)
{
	const char *language = ws_language();
	const int used = snprintf(own, size, "%.*s.%s%s", (int)(strlen(path) - strlen(ending)), path, language, ending);
	return *language && used > 0 && (size_t)used < size;
}
