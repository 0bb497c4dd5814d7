#ifndef APP_VERSION_H
#define APP_VERSION_H

/* Prints the version, and the libraries and features that are built in. */
void version_print(void);

#endif
