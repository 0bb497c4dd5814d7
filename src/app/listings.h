/* -D and -L. Each prints a list and returns the exit status. */
#ifndef APP_LISTINGS_H
#define APP_LISTINGS_H

int list_interfaces(void);
int list_link_types(const char *interface);

#endif
