/* What the kernel of the own host says of one of its TCP sockets: plain values, which src/kernel reads from sock_diag,
 * and which a tracker holds beside what it infers (see wirestate/kernel.h). */
#ifndef WIRESTATE_SOCKETS_H
#define WIRESTATE_SOCKETS_H

#include <wirestate/types.h>

/* X(enumerator, word in records): the timer that a socket waits for. The numbers are those of idiag_timer. */
#define WS_SOCKET_TIMERS(X)                                                                                            \
	X(WS_TIMER_NONE, "none")                                                                                       \
	X(WS_TIMER_RETRANSMISSION, "retransmission")                                                                   \
	X(WS_TIMER_KEEP_ALIVE, "keep_alive")                                                                           \
	X(WS_TIMER_TIME_WAIT, "time_wait")                                                                             \
	X(WS_TIMER_PROBE, "probe")

enum ws_socket_timer {
#define X(name, word) name,
	WS_SOCKET_TIMERS(X)
#undef X
	        WS_SOCKET_TIMER_COUNT
};

/* X(the kernel's number, the state of RFC 9293): the last one is a connection that is being opened, of which the kernel
 * keeps no whole socket. */
#define WS_KERNEL_STATES(X)                                                                                            \
	X(TCP_ESTABLISHED, ESTABLISHED)                                                                                \
	X(TCP_SYN_SENT, SYN_SENT)                                                                                      \
	X(TCP_SYN_RECV, SYN_RECEIVED)                                                                                  \
	X(TCP_FIN_WAIT1, FIN_WAIT_1)                                                                                   \
	X(TCP_FIN_WAIT2, FIN_WAIT_2)                                                                                   \
	X(TCP_TIME_WAIT, TIME_WAIT)                                                                                    \
	X(TCP_CLOSE, CLOSED)                                                                                           \
	X(TCP_CLOSE_WAIT, CLOSE_WAIT)                                                                                  \
	X(TCP_LAST_ACK, LAST_ACK)                                                                                      \
	X(TCP_LISTEN, LISTEN)                                                                                          \
	X(TCP_CLOSING, CLOSING)                                                                                        \
	X(WS_TCP_NEW_SYN_RECV, SYN_RECEIVED)
enum { WS_TCP_NEW_SYN_RECV = 12 }; /* <netinet/tcp.h> does not have it */

/* Whose socket it is: parts of the host that have a network namespace of their own are numbered, and 0 is the one that
 * wirestate runs in. */
struct ws_socket {
	struct ws_addr local, peer;     /* an IPv4 address also where the program uses an IPv6 socket for it */
	ws_time asked;                  /* when the kernel said so, by the clock of the packets */
	uint16_t local_port, peer_port; /* peer_port 0: a listening socket */
	uint8_t ip_version;             /* 4 or 6 */
	uint8_t space;                  /* the network namespace */
	uint8_t state;                  /* TCP_* of <netinet/tcp.h>; 0: the kernel has no such socket */
	uint8_t timer;                  /* enum ws_socket_timer */
	uint8_t repeated;               /* how often the timer has run out */
	bool has_info;                  /* the members from `rtt` on are known */
	bool has_owner;                 /* uid, inode and cgroup are known: not of TIME_WAIT, nor of SYN_RECEIVED */
	uint32_t expires;               /* of the timer: in milliseconds after `asked` */
	uint32_t send_queue;            /* bytes; of a listening socket: how many may wait for accept() */
	uint32_t receive_queue;         /* bytes; of a listening socket: how many wait for accept() */
	uint32_t uid;
	uint32_t inode;  /* 0: no program has it open */
	uint64_t cgroup; /* the inode of the cgroup's folder; 0: not known */
	/* tcp_info */
	ws_time rtt, rtt_deviation;                        /* smoothed (RFC 6298); 0: not measured */
	ws_time busy, window_limited, send_buffer_limited; /* while data waited: in all; for the peer's window; for room
	                                                      in the send buffer */
	uint32_t congestion_window;                        /* segments */
	uint32_t retransmissions;                          /* segments sent again, in all */
};

#endif
