/* What the kernel of the own host says of its sockets, held beside what a tracker infers from packets. It is filled from
 * outside (live: from the kernel; of a pcapng file: from what was written into it), and ws_tracker_conn() then has it for
 * each endpoint that is an address of the own host. Times are those of the packets. */
#ifndef WIRESTATE_KERNEL_H
#define WIRESTATE_KERNEL_H

#include <wirestate/capture.h>
#include <wirestate/error.h>
#include <wirestate/sockets.h>
#include <wirestate/track.h>

struct ws_kernel; /* opaque */

/* `memory`: bytes that it may take. NULL: out of memory. */
struct ws_kernel *ws_kernel_create(uint64_t memory) WS_CHECKED;
void ws_kernel_free(struct ws_kernel *kernel); /* NULL is allowed */

/* ---- What the kernel has said */

enum { WS_KERNEL_SPACES = 64 }; /* network namespaces at most; 0 is the one that is captured in */
/* An address of the own host, in this namespace. */
void ws_kernel_address(struct ws_kernel *kernel, unsigned space, const struct ws_addr *address, unsigned ip_version);
/* A socket, or that there is none (state 0). `died`: these are its last figures. True: something is new. */
bool ws_kernel_take(struct ws_kernel *kernel, const struct ws_socket *socket, bool died);
/* The process that has the socket with this inode; pid 0: it is not known. `name` has at most `length` bytes. */
void ws_kernel_process(struct ws_kernel *kernel, uint32_t inode, uint32_t pid, const char *name, size_t length);
/* What a cgroup is: either text may be empty. */
void ws_kernel_group(struct ws_kernel *kernel, uint64_t cgroup, const char *service, const char *container);
/* The name of a user. */
void ws_kernel_user(struct ws_kernel *kernel, uint32_t uid, const char *name);
/* All sockets of a namespace have been handed over since `begun`: those that were not are gone. */
void ws_kernel_swept(struct ws_kernel *kernel, uint8_t space, ws_time begun, ws_time now);

/* ---- What is known. All that these functions return is valid until the next of the calls above. */

enum { WS_KERNEL_CHANGES = 12 };

/* The own end of a connection. */
struct ws_kernel_end {
	struct ws_socket socket; /* as the kernel said last; what a dead socket no longer has is kept */
	ws_time since;           /* when the state was first said */
	uint32_t inode;          /* of the socket, also when no program has it any more; 0: none is known */
	uint8_t state;           /* enum ws_state; WS_CLOSED: there is no such socket */
	uint8_t change_count;    /* of `change`, the latest last */
	struct {
		ws_time time;
		uint8_t state;
	} change[WS_KERNEL_CHANGES];
};

/* The namespaces that have this address, a bit for each; 0: it is none of the own host. */
uint64_t ws_kernel_spaces(const struct ws_kernel *kernel, const struct ws_addr *address, unsigned ip_version);
/* NULL: nothing is known of it. */
const struct ws_kernel_end *ws_kernel_find(const struct ws_kernel *kernel, const struct ws_addr *local,
                                           uint16_t local_port, const struct ws_addr *peer, uint16_t peer_port);
/* The socket that listens on an address and port, or on all addresses; NULL: none does. */
const struct ws_socket *ws_kernel_listener(const struct ws_kernel *kernel, const struct ws_addr *local, uint16_t port,
                                           unsigned ip_version);
/* The state that it was in at a time; WS_STATE_COUNT: not known. */
unsigned ws_kernel_state_at(const struct ws_kernel_end *end, ws_time time);
size_t ws_kernel_sockets(const struct ws_kernel *kernel); /* how many there are */

/* Whose an end is. Texts are as the system has them: ws_text_clean() before they are shown. */
struct ws_kernel_owner {
	const struct ws_frame_process *process; /* it stays valid until the table is freed; NULL: not known */
	const char *service, *container, *user; /* NULL: none, or not known */
};
void ws_kernel_owner_of(const struct ws_kernel *kernel, const struct ws_kernel_end *end, struct ws_kernel_owner *owner);
/* Whether it has been said which process has this inode, or what this cgroup is. */
bool ws_kernel_knows_process(const struct ws_kernel *kernel, uint32_t inode);
bool ws_kernel_knows_group(const struct ws_kernel *kernel, uint64_t cgroup);
bool ws_kernel_names_processes(const struct ws_kernel *kernel); /* of at least one socket */

/* The state of RFC 9293 for a number of the kernel. */
enum ws_state ws_kernel_state(unsigned number);
const char *ws_socket_timer_name(unsigned timer);

/* From now on the tracker says of its connections what the kernel says; borrowed, NULL: nothing. */
void ws_tracker_set_kernel(struct ws_tracker *tracker, const struct ws_kernel *kernel);
const struct ws_kernel *ws_tracker_kernel(const struct ws_tracker *tracker);
/* The tracker is at an earlier time than `latest`, borrowed, which has the same packets and more. The kernel's states are those
 * of now, so that it has none of them, but programs, services and users of its connections. */
void ws_tracker_set_latest(struct ws_tracker *tracker, const struct ws_tracker *latest);

/* ---- Notes: the same as lines of comments, which -w writes into a pcapng file and which are read back from it:
 *
 *   wirestate: TIME host kernel STATE LOCAL PEER [NAME VALUE]...
 *
 * TIME is in seconds since 1970, with nanoseconds. Each NAME is one of WS_KERNEL_NOTES, in any order. */

/* X(enumerator, name): times are in nanoseconds, `expires` in milliseconds; the last five are words of the system */
#define WS_KERNEL_NOTES(X)                                                                                             \
	X(NOTE_SEND_QUEUE, "send-queue")                                                                               \
	X(NOTE_RECEIVE_QUEUE, "receive-queue")                                                                         \
	X(NOTE_TIMER, "timer")                                                                                         \
	X(NOTE_EXPIRES, "expires")                                                                                     \
	X(NOTE_RTT, "rtt")                                                                                             \
	X(NOTE_RETRANSMISSIONS, "retransmissions")                                                                     \
	X(NOTE_CONGESTION_WINDOW, "congestion-window")                                                                 \
	X(NOTE_BUSY, "busy")                                                                                           \
	X(NOTE_WINDOW_LIMITED, "window-limited")                                                                       \
	X(NOTE_BUFFER_LIMITED, "send-buffer-limited")                                                                  \
	X(NOTE_UID, "uid")                                                                                             \
	X(NOTE_INODE, "inode")                                                                                         \
	X(NOTE_CGROUP, "cgroup")                                                                                       \
	X(NOTE_PID, "pid")                                                                                             \
	X(NOTE_PROCESS, "process")                                                                                     \
	X(NOTE_USER, "user")                                                                                           \
	X(NOTE_SERVICE, "service")                                                                                     \
	X(NOTE_CONTAINER, "container")

/* A packet of a connection has been captured: from now on its ends are told of. */
void ws_kernel_captured(struct ws_kernel *kernel, const struct ws_addr *source, uint16_t source_port,
                        const struct ws_addr *destination, uint16_t destination_port);
/* Appends what is new of such ends, each in a line without newline at its end, as long as there is room for a line. */
void ws_kernel_tell(struct ws_kernel *kernel, struct ws_text *text);
/* All of them are to be told of once more, with their last figures. */
void ws_kernel_tell_again(struct ws_kernel *kernel);
/* Takes in what the lines of a comment say; others are passed over. Returns how many there were. */
size_t ws_kernel_read(struct ws_kernel *kernel, const char *comment, size_t length);

/* ---- How both compare */

enum ws_agreement {
	WS_AGREEMENT_UNKNOWN, /* the kernel has not been asked, or before the latest segment */
	WS_AGREEMENT_EQUAL,
	WS_AGREEMENT_EARLY, /* the inferred state is presumed, and not yet true */
	WS_AGREEMENT_DIFFERS,
};
/* Compares a state with the kernel's. */
enum ws_agreement ws_kernel_compare(const struct ws_kernel_end *end, enum ws_state state, enum ws_certainty certainty);
/* The same for an endpoint as it is now. */
enum ws_agreement ws_kernel_agreement(const struct ws_conn_info *info, unsigned endpoint);

/* Counts the ends of a connection whose states can be compared, and those that are equal. */
struct ws_agreements {
	uint64_t compared, equal;
};
void ws_kernel_count(const struct ws_conn_info *info, struct ws_agreements *agreements);

/* Bytes that have been received, and that its program has not read. */
uint32_t ws_kernel_unread(const struct ws_kernel_end *end);
/* Appends what packets cannot show, and the kernel says of an endpoint now: "the server's program has closed, and 100
 * bytes have to go before its FIN". Nothing where there is nothing to say. */
void ws_kernel_words(struct ws_text *text, const struct ws_kernel *kernel, const struct ws_conn_info *info,
                     unsigned endpoint);

#endif
