/* /etc/hosts, read once before the sandbox is in force. */
#ifndef APP_HOSTS_FILE_H
#define APP_HOSTS_FILE_H

#include <wirestate/names.h>
#include <wirestate/track.h>

/* The file's text, to be freed; NULL: it cannot be read, or is longer than a mebibyte. */
char *hosts_file_read(const char *path);
/* Gives a tracker the first name of each address in such a text. NULL is allowed. */
void hosts_file_name(const char *text, struct ws_tracker *tracker);

#endif
