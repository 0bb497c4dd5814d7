#include "lab/kernel.h"

#include <wirestate/sockets.h>

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

struct lab_kernel {
	struct mnl_socket *socket;
	uint32_t sequence;
	struct lab_connection known[LAB_SOCKETS];
	size_t count;
};

struct lab_kernel *lab_kernel_open(struct ws_error *error)
{
	struct lab_kernel *kernel = calloc(1, sizeof(*kernel));
	if (kernel && (kernel->socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC)) &&
	    mnl_socket_bind(kernel->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return kernel;
	ws_fail(error, WS_ERROR_SYSTEM, "the kernel cannot be asked for its sockets (sock_diag): %s", strerror(errno));
	lab_kernel_close(kernel);
	return NULL;
}

void lab_kernel_close(struct lab_kernel *kernel)
{
	if (kernel && kernel->socket)
		mnl_socket_close(kernel->socket);
	free(kernel);
}

static int socket_take(const struct nlmsghdr *header, void *context)
{
	struct lab_sockets *sockets = context;
	const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
	if (mnl_nlmsg_get_payload_len(header) < sizeof(*message) || sockets->count == LAB_SOCKETS)
		return MNL_CB_OK;
	const int word = message->idiag_family == AF_INET6 ? 3 : 0; /* where an IPv4 address is in its address */
	sockets->socket[sockets->count++] = (struct lab_socket){
	        .local = message->id.idiag_src[word],
	        .peer = message->id.idiag_dst[word],
	        .local_port = ntohs(message->id.idiag_sport),
	        .peer_port = ntohs(message->id.idiag_dport),
	        .state = message->idiag_state,
	        .timer = message->idiag_timer,
	        .send_queue = message->idiag_wqueue,
	        .receive_queue = message->idiag_rqueue,
	        .expires = message->idiag_expires,
	        .inode = message->idiag_inode,
	};
	return MNL_CB_OK;
}

static int socket_compare(const void *left, const void *right)
{
	const struct lab_socket *a = left, *b = right;
	if (a->local_port != b->local_port)
		return a->local_port < b->local_port ? -1 : 1;
	return (a->peer_port > b->peer_port) - (a->peer_port < b->peer_port);
}

void lab_kernel_know(struct lab_kernel *kernel, const struct lab_connection *connection)
{
	for (size_t i = 0; i < kernel->count; i++)
		if (memcmp(&kernel->known[i], connection, sizeof(*connection)) == 0)
			return;
	if (kernel->count < LAB_SOCKETS / 2)
		kernel->known[kernel->count++] = *connection;
}

/* Sends a request, a dump where `connection` is NULL, and takes the answers. That there is no such socket is no error.
 */
static bool ask(struct lab_kernel *kernel, uint8_t family, int protocol, const struct lab_connection *connection,
                struct lab_sockets *sockets)
{
	char bytes[16384];
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | (connection ? NLM_F_ACK : NLM_F_DUMP);
	header->nlmsg_seq = ++kernel->sequence;
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	request->sdiag_family = family;
	request->sdiag_protocol = (uint8_t)protocol;
	request->idiag_states = connection ? ~0u : 1u << TCP_LISTEN;
	if (connection) {
		request->id.idiag_src[0] = connection->local;
		request->id.idiag_dst[0] = connection->peer;
		request->id.idiag_sport = htons(connection->local_port);
		request->id.idiag_dport = htons(connection->peer_port);
		request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	}
	if (mnl_socket_sendto(kernel->socket, header, header->nlmsg_len) < 0)
		return false;
	for (;;) {
		const ssize_t length = mnl_socket_recvfrom(kernel->socket, bytes, sizeof(bytes));
		if (length < 0)
			return false;
		const int more = mnl_cb_run(bytes, (size_t)length, kernel->sequence,
		                            mnl_socket_get_portid(kernel->socket), socket_take, sockets);
		if (more <= 0)
			return more == 0 || errno == ENOENT;
	}
}

/* The kernel is asked for each connection that is known, which takes 40 µs, since to walk its table of all takes 20 ms.
 * Where there is no such connection, it answers with the listening socket. */
bool lab_kernel_ask(struct lab_kernel *kernel, struct lab_sockets *sockets, struct ws_error *error)
{
	sockets->count = 0;
	bool good =
	        ask(kernel, AF_INET, IPPROTO_TCP, NULL, sockets) && ask(kernel, AF_INET6, IPPROTO_TCP, NULL, sockets);
	for (size_t i = 0; i < kernel->count && good; i++) {
		const size_t before = sockets->count;
		good = ask(kernel, AF_INET, IPPROTO_TCP, &kernel->known[i], sockets);
		if (sockets->count > before && sockets->socket[before].state == TCP_LISTEN)
			sockets->count = before;
	}
	if (!good)
		return ws_fail(error, WS_ERROR_SYSTEM, "the kernel does not say which sockets it has (sock_diag): %s",
		               strerror(errno));
	qsort(sockets->socket, sockets->count, sizeof(sockets->socket[0]), socket_compare);
	return true;
}

/* Of UDP, the kernel looks for the socket that would get a packet of the request's source, not that would send it. */
bool lab_kernel_inode(struct lab_kernel *kernel, int protocol, const struct lab_connection *connection, uint32_t *inode)
{
	const struct lab_connection turned = {.local = connection->peer,
	                                      .peer = connection->local,
	                                      .local_port = connection->peer_port,
	                                      .peer_port = connection->local_port};
	struct lab_sockets sockets = {.count = 0};
	const bool found = ask(kernel, AF_INET, protocol, protocol == IPPROTO_UDP ? &turned : connection, &sockets) &&
	                   sockets.count && sockets.socket[0].local_port == connection->local_port;
	*inode = found ? sockets.socket[0].inode : 0;
	return *inode;
}

const char *lab_state_word(unsigned state)
{
	static const char *const words[] = {
#define X(number, state) [number] = #state,
	        WS_KERNEL_STATES(X)
#undef X
	};
	return state < WS_ARRAY_SIZE(words) && words[state] ? words[state] : "?";
}
