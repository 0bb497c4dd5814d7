/* The list of MAC vendors that the system has, read once before the sandbox is in force. */
#ifndef APP_VENDORS_FILE_H
#define APP_VENDORS_FILE_H

#include <wirestate/vendors.h>

/* Where packages install the list, in the order of trying, up to NULL. */
extern const char *const vendors_file_paths[];

/* The first list that can be used, to be freed with ws_vendors_free(). NULL: there is none. */
struct ws_vendors *vendors_file_read(const char *const *paths);

#endif
