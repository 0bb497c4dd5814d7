#include "kernel/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	PENDING = 64, /* requests for one socket that are not answered */
	RECEIVE_BUFFER = 1 << 20,
	READ_BYTES = 16384,
	CGROUP_ID = 21,                       /* INET_DIAG_CGROUP_ID: an attribute newer than some headers */
	DUMP_BOTH_FAMILIES = TCPDIAG_GETSOCK, /* SOCK_DIAG_BY_FAMILY would walk the kernel's table twice */
};

struct kernel_sockets {
	struct mnl_socket *socket;
	uint32_t sequence;
	uint32_t dump; /* the sequence number of the request for all sockets; 0: none is running */
	uint8_t space;
	struct ws_socket pending[PENDING];  /* by sequence number */
	uint32_t pending_sequence[PENDING]; /* 0: answered */
};

struct kernel_sockets *kernel_sockets_open(uint8_t space, struct ws_error *error)
{
	struct kernel_sockets *sockets = calloc(1, sizeof(*sockets));
	const unsigned dying = 1u << (SKNLGRP_INET_TCP_DESTROY - 1) | 1u << (SKNLGRP_INET6_TCP_DESTROY - 1);
	const int room = RECEIVE_BUFFER;
	if (sockets) {
		sockets->space = space;
		sockets->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK);
	}
	/* Where the kernel does not tell of dying sockets, they are missed at the next request. */
	if (sockets && sockets->socket &&
	    (mnl_socket_bind(sockets->socket, dying, MNL_SOCKET_AUTOPID) == 0 ||
	     mnl_socket_bind(sockets->socket, 0, MNL_SOCKET_AUTOPID) == 0)) {
		setsockopt(kernel_sockets_fd(sockets), SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		return sockets;
	}
	ws_fail(error, WS_ERROR_SYSTEM, "the kernel cannot be asked for its sockets (sock_diag): %s", strerror(errno));
	kernel_sockets_close(sockets);
	return NULL;
}

void kernel_sockets_close(struct kernel_sockets *sockets)
{
	if (sockets && sockets->socket)
		mnl_socket_close(sockets->socket);
	free(sockets);
}

int kernel_sockets_fd(const struct kernel_sockets *sockets)
{
	return mnl_socket_get_fd(sockets->socket);
}

bool kernel_sockets_asks_all(const struct kernel_sockets *sockets)
{
	return sockets->dump;
}

/* ---- Requests. libmnl's own functions use sendmsg() and recvmsg(), which may not be called later. */

static bool request_send(struct kernel_sockets *sockets, const struct nlmsghdr *header)
{
	return send(kernel_sockets_fd(sockets), header, header->nlmsg_len, MSG_DONTWAIT) == (ssize_t)header->nlmsg_len;
}

static struct nlmsghdr *request_begin(struct kernel_sockets *sockets, void *bytes, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	header->nlmsg_type = type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	if (!++sockets->sequence)
		++sockets->sequence;
	header->nlmsg_seq = sockets->sequence;
	return header;
}

static void put_address(uint32_t words[4], const struct ws_addr *address, unsigned ip_version)
{
	if (ip_version == 4)
		memcpy(words, address->byte + 12, 4);
	else
		memcpy(words, address->byte, 16);
}

bool kernel_sockets_ask(struct kernel_sockets *sockets, const struct ws_socket *which)
{
	union {
		char bytes[256];
		struct nlmsghdr align;
	} room = {.bytes = {0}};
	struct nlmsghdr *header = request_begin(sockets, room.bytes, SOCK_DIAG_BY_FAMILY, 0);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = which->ip_version == 4 ? AF_INET : AF_INET6;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = 1u << (INET_DIAG_INFO - 1);
	request->idiag_states = ~0u;
	put_address(request->id.idiag_src, &which->local, which->ip_version);
	put_address(request->id.idiag_dst, &which->peer, which->ip_version);
	request->id.idiag_sport = htons(which->local_port);
	request->id.idiag_dport = htons(which->peer_port);
	request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	const uint32_t slot = sockets->sequence % PENDING;
	sockets->pending[slot] = *which;
	sockets->pending_sequence[slot] = sockets->sequence;
	if (request_send(sockets, header))
		return true;
	sockets->pending_sequence[slot] = 0;
	return false;
}

bool kernel_sockets_ask_all(struct kernel_sockets *sockets)
{
	union {
		char bytes[256];
		struct nlmsghdr align;
	} room = {.bytes = {0}};
	if (sockets->dump)
		return true;
	struct nlmsghdr *header = request_begin(sockets, room.bytes, DUMP_BOTH_FAMILIES, NLM_F_DUMP);
	struct inet_diag_req *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->idiag_family = AF_INET;
	request->idiag_ext = 1u << (INET_DIAG_INFO - 1);
	request->idiag_states = ~0u;
	if (!request_send(sockets, header))
		return false;
	sockets->dump = sockets->sequence;
	return true;
}

/* ---- Answers */

struct reading {
	struct kernel_sockets *sockets;
	ws_time now;
	kernel_socket_fn *fn;
	void *context;
	bool finished; /* the last of all sockets has been read */
};

static void take_address(struct ws_addr *address, const uint32_t words[4], bool version_4)
{
	memset(address, 0, sizeof(*address));
	if (version_4) {
		address->byte[10] = address->byte[11] = 0xff;
		memcpy(address->byte + 12, words, 4);
	} else {
		memcpy(address->byte, words, 16);
	}
}

static bool is_mapped(const uint32_t words[4])
{
	return !words[0] && !words[1] && words[2] == htonl(0xffff);
}

static void take_info(struct ws_socket *socket, const struct nlattr *attribute)
{
	const size_t length = mnl_attr_get_payload_len(attribute);
	struct tcp_info info = {0}; /* a kernel of another age has fewer or more members */
	memcpy(&info, mnl_attr_get_payload(attribute), length < sizeof(info) ? length : sizeof(info));
	socket->has_info = length >= offsetof(struct tcp_info, tcpi_total_retrans) + sizeof(info.tcpi_total_retrans);
	socket->rtt = (ws_time)info.tcpi_rtt * 1000;
	socket->rtt_deviation = (ws_time)info.tcpi_rttvar * 1000;
	socket->congestion_window = info.tcpi_snd_cwnd;
	socket->retransmissions = info.tcpi_total_retrans;
	/* The C library's structure ends before these, which the kernel has had since 4.10. */
	enum { BUSY = 168, RECEIVER = 176, BUFFER = 184, END = 192 };
	if (length < END)
		return;
	uint64_t times[3];
	memcpy(times, (const char *)mnl_attr_get_payload(attribute) + BUSY, sizeof(times));
	socket->busy = (ws_time)(times[0] * 1000);
	socket->window_limited = (ws_time)(times[1] * 1000);
	socket->send_buffer_limited = (ws_time)(times[2] * 1000);
}

static void take_attributes(struct ws_socket *socket, const struct nlmsghdr *header)
{
	const struct nlattr *attribute;
	mnl_attr_for_each(attribute, header, sizeof(struct inet_diag_msg))
	{
		const unsigned type = mnl_attr_get_type(attribute);
		if (type == INET_DIAG_INFO)
			take_info(socket, attribute);
		else if (type == CGROUP_ID && mnl_attr_get_payload_len(attribute) == sizeof(socket->cgroup))
			socket->cgroup = mnl_attr_get_u64(attribute);
	}
}

static bool socket_read(struct reading *reading, const struct nlmsghdr *header, struct ws_socket *socket)
{
	const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
	if (mnl_nlmsg_get_payload_len(header) < sizeof(*message))
		return false;
	const bool mapped = message->idiag_family == AF_INET6 && is_mapped(message->id.idiag_src) &&
	                    is_mapped(message->id.idiag_dst);
	const bool version_4 = message->idiag_family == AF_INET || mapped;
	const int word = mapped ? 3 : 0; /* where the IPv4 address is */
	const bool opening = message->idiag_state == WS_TCP_NEW_SYN_RECV || message->idiag_state == TCP_SYN_RECV;
	const bool waiting = message->idiag_timer == WS_TIMER_TIME_WAIT;
	*socket = (struct ws_socket){
	        .asked = reading->now,
	        .local_port = ntohs(message->id.idiag_sport),
	        .peer_port = ntohs(message->id.idiag_dport),
	        .ip_version = version_4 ? 4 : 6,
	        .space = reading->sockets->space,
	        .state = opening ? TCP_SYN_RECV : message->idiag_state,
	        .timer = message->idiag_timer < WS_SOCKET_TIMER_COUNT ? message->idiag_timer : WS_TIMER_NONE,
	        .repeated = message->idiag_retrans,
	        .has_owner = !opening && !waiting,
	        .expires = message->idiag_expires,
	        .send_queue = message->idiag_wqueue,
	        .receive_queue = message->idiag_rqueue,
	        .uid = message->idiag_uid,
	        .inode = message->idiag_inode,
	};
	take_address(&socket->local, message->id.idiag_src + word, version_4);
	take_address(&socket->peer, message->id.idiag_dst + word, version_4);
	take_attributes(socket, header);
	return true;
}

/* The request that a message answers; NULL: none for one socket. */
static const struct ws_socket *asked_for(struct reading *reading, uint32_t sequence)
{
	struct kernel_sockets *sockets = reading->sockets;
	const uint32_t slot = sequence % PENDING;
	if (!sequence || sockets->pending_sequence[slot] != sequence)
		return NULL;
	sockets->pending_sequence[slot] = 0;
	return &sockets->pending[slot];
}

static void hand_over_absent(struct reading *reading, const struct ws_socket *which)
{
	struct ws_socket absent = *which;
	absent.asked = reading->now;
	absent.space = reading->sockets->space;
	absent.state = 0;
	reading->fn(reading->context, &absent, false);
}

static int on_message(const struct nlmsghdr *header, void *context)
{
	struct reading *reading = context;
	struct ws_socket socket;
	const struct ws_socket *which = asked_for(reading, header->nlmsg_seq);
	if (!socket_read(reading, header, &socket))
		return MNL_CB_OK;
	/* Where the connection has no socket, the kernel answers with the one that listens. */
	if (which && (socket.state == TCP_LISTEN || socket.peer_port != which->peer_port))
		hand_over_absent(reading, which);
	const bool died = header->nlmsg_seq == 0; /* nobody has it any more */
	socket.has_owner = socket.has_owner && !died;
	reading->fn(reading->context, &socket, died);
	return MNL_CB_OK;
}

static int on_error(const struct nlmsghdr *header, void *context)
{
	struct reading *reading = context;
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(header);
	const struct ws_socket *which = asked_for(reading, header->nlmsg_seq);
	if (mnl_nlmsg_get_payload_len(header) >= sizeof(*error) && which && error->error == -ENOENT)
		hand_over_absent(reading, which);
	if (header->nlmsg_seq == reading->sockets->dump)
		reading->sockets->dump = 0;
	return MNL_CB_OK;
}

static int on_done(const struct nlmsghdr *header, void *context)
{
	struct reading *reading = context;
	if (header->nlmsg_seq == reading->sockets->dump) {
		reading->sockets->dump = 0;
		reading->finished = true;
	}
	return MNL_CB_OK;
}

enum kernel_read kernel_sockets_read(struct kernel_sockets *sockets, ws_time now, kernel_socket_fn *fn, void *context)
{
	mnl_cb_t controls[] = {[NLMSG_ERROR] = on_error, [NLMSG_DONE] = on_done};
	union {
		char bytes[READ_BYTES];
		struct nlmsghdr align;
	} room;
	struct reading reading = {.sockets = sockets, .now = now, .fn = fn, .context = context};
	const ssize_t length = recv(kernel_sockets_fd(sockets), room.bytes, sizeof(room.bytes), MSG_DONTWAIT);
	if (length <= 0)
		return length < 0 && errno == ENOBUFS ? KERNEL_READ_LOST : KERNEL_READ_NOTHING;
	mnl_cb_run2(room.bytes, (size_t)length, 0, 0, on_message, &reading, controls, WS_ARRAY_SIZE(controls));
	return reading.finished ? KERNEL_READ_ALL : KERNEL_READ_SOME;
}
