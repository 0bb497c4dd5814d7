/* The list of MAC vendors that the system has. Its file is opened before the sandbox is in force. */
#ifndef APP_VENDORS_FILE_H
#define APP_VENDORS_FILE_H

#include <wirestate/vendors.h>

/* Where packages install the list, in the order of trying, up to NULL. */
extern const char *const vendors_file_paths[];

/* The first list that can be used, to be freed with ws_vendors_free(). NULL: there is none. */
struct ws_vendors *vendors_file_read(const char *const *paths);
/* The same, but a file is read when a vendor is first looked for: a list of 40,000 takes longer to read than a small
 * capture, and most screens name no vendor. At most four of the files are kept open. */
struct ws_vendors *vendors_file_open(const char *const *paths);

#endif
