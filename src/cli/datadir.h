/* The data files that come with the program: captures and lessons. */
#ifndef CLI_DATADIR_H
#define CLI_DATADIR_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the folder of that kind ("captures"). False: there is none. */
bool data_folder(const char *kind, char *path, size_t size);
/* Finds the file `name` in that folder, or `name` with that ending. */
bool data_file(const char *kind, const char *name, const char *ending, char *path, size_t size);

#endif
