/* Folders that come with the program, and what is a folder or a file. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

bool base_is_folder(const char *path);
bool base_is_file(const char *path); /* a regular one */
/* Finds the folder `kind` in the first of the places that has it. `beside` are `count` places relative to the program's
 * own folder, so that an installation may be moved as a whole; `absolute` is the last place. False: none has it. */
bool base_folder_find(const char *const *beside, size_t count, const char *absolute, const char *kind, char *path,
                      size_t size);

#endif
