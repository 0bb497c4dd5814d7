/* The network namespaces of this machine: that of the process, and others where it may enter them (as root). Called
 * before privileges are dropped. */
#ifndef KERNEL_SPACES_H
#define KERNEL_SPACES_H

#include "kernel/sockets.h"

typedef void kernel_address_fn(void *context, unsigned space, const struct ws_addr *address, unsigned ip_version);

/* Opens sock_diag in the own namespace and, with `others`, in every other one that can be entered, at most `most` of
 * them, and hands over the addresses that their interfaces have. Returns how many are open; 0: not even the own one. */
size_t kernel_spaces_open(struct kernel_sockets **sockets, size_t most, bool others, kernel_address_fn *fn,
                          void *context, struct ws_error *error);

#endif
