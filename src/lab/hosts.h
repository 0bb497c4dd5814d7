/* Two hosts and the ends of their wire, made of network namespaces, without touching the machine's own network.
 *
 *   host client, 10.0.0.1 ── eth0 ══ client ┐
 *                                           ├ the lab's own namespace, where the process is the wire
 *   host server, 10.0.0.2 ── eth0 ══ server ┘
 *
 * Or one host for both programs, whose loopback address is led over the wire, so that all that its programs say to
 * 127.0.0.1 leaves the host, and comes back to it:
 *
 *   one host, 127.0.0.1 ── eth0 ══ client
 *
 * Everything is gone when the process and its children are gone. */
#ifndef LAB_HOSTS_H
#define LAB_HOSTS_H

#include "lab/kernel.h"
#include "lab/scenario.h"

struct lab_host {
	int namespace;             /* descriptor of its network namespace */
	int wire;                  /* packet socket at the wire's end of its cable, non-blocking */
	struct lab_kernel *kernel; /* asks this host's kernel */
};

struct lab_hosts {
	struct lab_host host[LAB_SIDES]; /* both are the same one where it is one host */
	bool one;
};

/* The address of that side's host, in network byte order. `one`: both programs are on one host. */
uint32_t lab_address(enum lab_side side, bool one);

/* Enters namespaces of its own: network, mounts, processes (for children), and users where the process is not root.
 * What it forks next is process 1 of its namespace: when that ends, all that it has started end with it. */
bool lab_namespaces_enter(struct ws_error *error) WS_CHECKED;
/* In process 1: a view of its own of processes and host names, as far as the system allows that. */
void lab_mounts_prepare(bool one);

/* Makes hosts, or one, and the wire. `patient`: packets may be held for minutes, so the kernels neither give up nor
 * wait long before they send again what has been dropped. lab_hosts_close() is due also after a failure. */
bool lab_hosts_open(struct lab_hosts *hosts, const struct lab_scenario *scenario, bool patient, bool one,
                    struct ws_error *error) WS_CHECKED;
void lab_hosts_close(struct lab_hosts *hosts);

/* Moves the calling process, a child that is to run a program, to a host. */
bool lab_host_enter(const struct lab_host *host) WS_CHECKED;

#endif
