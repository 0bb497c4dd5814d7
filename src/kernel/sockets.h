/* Asks the kernel for the TCP sockets of one network namespace, over sock_diag. That takes no privilege, and the
 * descriptor goes on working when the process has none any more. Nothing here waits: the kernel answers a request for
 * one socket at once, and a request for all in parts, of which each read takes one. */
#ifndef KERNEL_SOCKETS_H
#define KERNEL_SOCKETS_H

#include <wirestate/error.h>
#include <wirestate/sockets.h>

struct kernel_sockets; /* opaque */

/* Of the namespace that the calling thread is in; `space` is its number. */
struct kernel_sockets *kernel_sockets_open(uint8_t space, struct ws_error *error) WS_CHECKED;
void kernel_sockets_close(struct kernel_sockets *sockets); /* NULL is allowed */
int kernel_sockets_fd(const struct kernel_sockets *sockets);

/* Asks for one connection: its addresses, ports and ip_version are read. False: the kernel takes no more for now. */
bool kernel_sockets_ask(struct kernel_sockets *sockets, const struct ws_socket *which);
/* Asks for all sockets; at most one such request can run. False: it could not be sent. */
bool kernel_sockets_ask_all(struct kernel_sockets *sockets);
bool kernel_sockets_asks_all(const struct kernel_sockets *sockets); /* one is running */

/* What has been read. */
enum kernel_read {
	KERNEL_READ_NOTHING, /* there is nothing to read now */
	KERNEL_READ_SOME,    /* sockets have been handed over */
	KERNEL_READ_ALL,     /* and with them the last of all sockets */
	KERNEL_READ_LOST,    /* the kernel had more to say than there was room for */
};
/* Reads one message of the kernel (at most some 40 sockets) and hands each socket over, with `now` as the time. A socket
 * that was asked for and does not exist has the state 0; where its port listens, listening is set. `died`: the kernel
 * says by itself that it has ended, with its last figures. */
typedef void kernel_socket_fn(void *context, const struct ws_socket *socket, bool died);
enum kernel_read kernel_sockets_read(struct kernel_sockets *sockets, ws_time now, kernel_socket_fn *fn, void *context);

#endif
