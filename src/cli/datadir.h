/* What is installed beside the program: captures, lessons. */
#ifndef CLI_DATADIR_H
#define CLI_DATADIR_H

#include <stdbool.h>
#include <stddef.h>

/* The folder of that kind ("captures"): false when there is none. */
bool data_folder(const char *kind, char *path, size_t size);
/* The file that `name` means there: NAME itself, or NAME with that ending. */
bool data_file(const char *kind, const char *name, const char *ending, char *path, size_t size);

#endif
