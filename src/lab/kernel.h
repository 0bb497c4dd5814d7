/* What a host's own kernel says of its TCP sockets, over sock_diag. No privilege is needed for it. */
#ifndef LAB_KERNEL_H
#define LAB_KERNEL_H

#include <wirestate/error.h>
#include <wirestate/types.h>

enum { LAB_SOCKETS = 64 }; /* of a host; more are not looked at */

/* A TCP socket. Addresses are in network byte order, ports in host byte order. */
struct lab_socket {
	uint32_t local, peer;
	uint16_t local_port, peer_port; /* peer_port 0: a listening socket */
	uint8_t state;                  /* TCP_* of <netinet/tcp.h> */
	uint8_t timer;                  /* 0 none, 1 retransmission, 2 keep-alive, 3 TIME_WAIT, 4 window probe */
	uint32_t send_queue,
	        receive_queue; /* bytes; of a listening socket: how many may wait, and wait, for accept() */
	uint32_t expires;      /* of the timer, in milliseconds */
	uint32_t inode;        /* 0: no program has it */
};

struct lab_sockets {
	struct lab_socket socket[LAB_SOCKETS];
	size_t count;
};

/* Addresses in network byte order, ports in host byte order. Zeroed before it is filled. */
struct lab_connection {
	uint32_t local, peer;
	uint16_t local_port, peer_port;
};

struct lab_kernel; /* opaque */

/* Asks in the network namespace that the calling process is in, also when the process has left it. */
struct lab_kernel *lab_kernel_open(struct ws_error *error) WS_CHECKED;
void lab_kernel_close(struct lab_kernel *kernel); /* NULL is allowed */

/* Names a connection that is to be asked for; beyond half of LAB_SOCKETS they are ignored. */
void lab_kernel_know(struct lab_kernel *kernel, const struct lab_connection *connection);

/* The listening sockets of the host and those of the connections that are known, in the order of their ports. */
bool lab_kernel_ask(struct lab_kernel *kernel, struct lab_sockets *sockets, struct ws_error *error) WS_CHECKED;

/* The inode of the socket that has sent a packet of that TCP connection, or UDP conversation. False: there is none, or
 * no program has it. */
bool lab_kernel_inode(struct lab_kernel *kernel, int protocol, const struct lab_connection *connection,
                      uint32_t *inode) WS_CHECKED;

/* RFC 9293's name of a kernel state. */
const char *lab_state_word(unsigned state);

#endif
