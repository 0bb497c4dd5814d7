/* The own host, in a live capture: asks its kernel for the sockets of what is captured, and keeps the answers for the
 * trackers (see wirestate/kernel.h). The descriptors are opened before the sandbox. No call waits for the kernel, and
 * each does a bounded amount of work. */
#ifndef APP_HOST_H
#define APP_HOST_H

#include "cli/options.h"
#include "kernel/owners.h"
#include "kernel/sockets.h"

#include <wirestate/kernel.h>
#include <wirestate/packet.h>

/* A socket that no program has accepted yet: it is asked for again. */
struct unaccepted {
	struct ws_socket which;
	ws_time due, pause; /* of monotonic() */
};

struct host {
	struct ws_kernel *kernel; /* owned; NULL: the kernel is not asked */
	struct kernel_sockets *space[WS_KERNEL_SPACES];
	int descriptor[WS_KERNEL_SPACES]; /* of these, for the sandbox */
	size_t space_count;
	struct kernel_owners *owners; /* the helper that names processes; NULL: there is none */
	struct unaccepted unaccepted[64];
	size_t unaccepted_count;
	ws_time clock_offset;        /* the packets' clock minus monotonic() */
	ws_time asked_all, took;     /* of monotonic(): when all sockets were asked for; how long that took */
	ws_time begun;               /* the same, by the packets' clock */
	ws_time looked;              /* of monotonic(): when shown connections were looked at */
	ws_time credit_time, credit; /* the time that requests for one socket may take now, and when it was
	                                            counted */
	uint64_t packets;            /* of the session when all sockets were last asked for */
	bool lost, stirred, changed; /* answers were lost; sockets have died; something is new since the owner
	                                            cleared this */
	bool own_only;               /* only processes of the same user can be named */
	const char *missing;         /* why the kernel is not asked, or no process named; or NULL */
	char missing_text[160];
	char *notes; /* owned: a comment; NULL: none has been needed */
};

/* Before privileges are dropped. Without sock_diag, the capture goes on without it. */
void host_open(struct host *host, const struct options *options);
void host_close(struct host *host);

/* Appends what is asked: "asked in 2 network namespaces, names only processes of your own"; or why it is not. */
void host_words(const struct host *host, struct ws_text *text);

/* Reads what the kernel has answered, and asks for all sockets when that is due. `packets`: of the session so far. */
void host_work(struct host *host, uint64_t packets);
/* True while answers are still to be read. */
bool host_is_busy(const struct host *host);
/* True while there will be something to read soon. */
bool host_waits(const struct host *host);
/* Asks for both ends of a connection, and reads the answers. */
void host_ask(struct host *host, const struct ws_tracker *tracker, ws_conn_id id);
/* Asks for connections that are on the screen, if their answers are older than a second or than their last segment. */
void host_show(struct host *host, const struct ws_tracker *tracker, const ws_conn_id *ids, size_t count);
/* What the kernel has said is also written: makes of a frame one that has it as a comment, and the process of one of its
 * ends. It is valid until the next call. False: there is nothing to add. */
bool host_tell(struct host *host, const struct ws_frame *frame, const struct ws_packet *packet, struct ws_frame *told);
/* Adds the last of it at the end of a file. */
void host_remark(struct host *host, struct ws_dump *dump);
/* Takes in what such a comment of a file says. True: something new. */
bool host_read(struct host *host, const struct options *options, const char *comment, size_t length);
/* Asks for all sockets once more, and waits for the answers, at most two seconds. */
void host_finish(struct host *host);

#endif
