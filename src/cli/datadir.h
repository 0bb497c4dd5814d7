/* The data files that come with the program: captures and lessons. */
#ifndef CLI_DATADIR_H
#define CLI_DATADIR_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the folder of that kind ("captures"). False: there is none. */
bool data_folder(const char *kind, char *path, size_t size);
/* Finds the file `name` in that folder, or `name` with that ending. */
bool data_file(const char *kind, const char *name, const char *ending, char *path, size_t size);

/* Whether the current folder has a folder of that kind. Nothing is read from there without being named, since it may be
 * another user's; errors say how to name it. */
bool data_folder_here(const char *kind);
/* Finds the file `name` with that ending (which it may have already) there. */
bool data_file_here(const char *kind, const char *name, const char *ending, char *path, size_t size);

#endif
