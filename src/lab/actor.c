#include "lab/actor.h"
#include "lab/hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct actor {
	enum lab_side side;
	uint32_t other; /* the other host's address */
	int reports;
	uint32_t call;
	int listener, connection; /* -1: none */
	char text[160];           /* the call that has begun */
	int type;                 /* of `connection`: SOCK_STREAM or SOCK_DGRAM */
	struct sockaddr_in peer;  /* of the last datagram; port 0: none has come */
	/* Options are set on the next socket, before it is bound. */
	int64_t option[LAB_OPTION_COUNT]; /* -1: not asked for */
};

static void report(struct actor *actor, enum lab_report_kind kind, const char *format, va_list arguments)
{
	struct lab_report message = {.time = real_time(), .call = actor->call, .kind = (uint8_t)kind};
	vsnprintf(message.text, sizeof(message.text), format, arguments);
	(void)!write(actor->reports, &message, sizeof(message));
}

static void says(struct actor *actor, enum lab_report_kind kind, const char *format, ...) WS_PRINTF(3, 4);

static void says(struct actor *actor, enum lab_report_kind kind, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report(actor, kind, format, arguments);
	va_end(arguments);
}

static void begins(struct actor *actor, const char *format, ...) WS_PRINTF(2, 3);

static void begins(struct actor *actor, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	actor->call++;
	vsnprintf(actor->text, sizeof(actor->text), format, arguments);
	says(actor, LAB_CALL_BEGINS, "%s", actor->text);
	va_end(arguments);
}

/* Of the errors that a call of a scenario can end with. strerrorname_np() knows all, but only glibc has it. */
static const char *error_name(int reason)
{
#define NAME(error) [error] = #error
	static const char *const names[] = {
	        NAME(EACCES),      NAME(EADDRINUSE),   NAME(EADDRNOTAVAIL), NAME(EAFNOSUPPORT), NAME(EAGAIN),
	        NAME(EALREADY),    NAME(EBADF),        NAME(ECONNABORTED),  NAME(ECONNREFUSED), NAME(ECONNRESET),
	        NAME(EFAULT),      NAME(EHOSTUNREACH), NAME(EINPROGRESS),   NAME(EINTR),        NAME(EINVAL),
	        NAME(EIO),         NAME(EISCONN),      NAME(EMFILE),        NAME(EMSGSIZE),     NAME(ENETDOWN),
	        NAME(ENETUNREACH), NAME(ENFILE),       NAME(ENOBUFS),       NAME(ENOMEM),       NAME(ENOPROTOOPT),
	        NAME(ENOTCONN),    NAME(ENOTSOCK),     NAME(EOPNOTSUPP),    NAME(EPERM),        NAME(EPIPE),
	        NAME(EPROTO),      NAME(ETIMEDOUT),
	};
#undef NAME
	const char *name = reason > 0 && (size_t)reason < WS_ARRAY_SIZE(names) ? names[reason] : NULL;
	return name ? name : "an error";
}

/* Reports what a call returned, with the name of its error. */
static long returns(struct actor *actor, long result)
{
	const int reason = errno;
	if (result < 0)
		says(actor, LAB_CALL_RETURNS, "%s = -1 %s (%s)", actor->text, error_name(reason), strerror(reason));
	else
		says(actor, LAB_CALL_RETURNS, "%s = %ld", actor->text, result);
	errno = reason;
	return result;
}

static _Noreturn void ends(struct actor *actor, const char *how)
{
	says(actor, LAB_PROGRAM_ENDS, "%s", how);
	_exit(0);
}

/* ---- Calls */

static void set_option(struct actor *actor, int socket, enum lab_option option)
{
	static const struct {
		int level, name;
	} options[] = {
	        [LAB_REUSEADDR] = {SOL_SOCKET, SO_REUSEADDR}, [LAB_NODELAY] = {IPPROTO_TCP, TCP_NODELAY},
	        [LAB_KEEPALIVE] = {SOL_SOCKET, SO_KEEPALIVE}, [LAB_RECEIVE_BUFFER] = {SOL_SOCKET, SO_RCVBUF},
	        [LAB_SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF},
	};
	const int value = (int)actor->option[option];
	begins(actor, "setsockopt(%d, %s, %d)", socket, lab_option_word(option), value);
	returns(actor, setsockopt(socket, options[option].level, options[option].name, &value, sizeof(value)));
	if (option == LAB_KEEPALIVE && value > 1) {
		setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &value, sizeof(value));
		setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &value, sizeof(value));
	}
}

static int open_socket(struct actor *actor, int type)
{
	const bool datagrams = type == SOCK_DGRAM;
	begins(actor, "socket(%s)", datagrams ? "UDP" : "TCP");
	const int result = (int)returns(actor, socket(AF_INET, type | SOCK_CLOEXEC, 0));
	for (int option = 0; option < LAB_OPTION_COUNT && result >= 0; option++)
		if (actor->option[option] >= 0)
			set_option(actor, result, (enum lab_option)option);
	return result;
}

static bool bind_to(struct actor *actor, int socket, int64_t port)
{
	const struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	begins(actor, "bind(%d, port %d)", socket, (int)port);
	return returns(actor, bind(socket, (const struct sockaddr *)&address, sizeof(address))) == 0;
}

static void do_listen(struct actor *actor, const struct lab_step *step)
{
	const int socket = open_socket(actor, SOCK_STREAM);
	if (!bind_to(actor, socket, step->number)) {
		close(socket);
		return;
	}
	begins(actor, "listen(%d, %d)", socket, (int)step->second);
	returns(actor, listen(socket, (int)step->second));
	actor->listener = socket;
}

static void do_accept(struct actor *actor)
{
	begins(actor, "accept(%d)", actor->listener);
	actor->connection = (int)returns(actor, accept4(actor->listener, NULL, NULL, SOCK_CLOEXEC));
	actor->type = SOCK_STREAM;
}

static struct sockaddr_in other_host(const struct actor *actor, int64_t port)
{
	return (struct sockaddr_in){
	        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = actor->other};
}

static void do_connect(struct actor *actor, const struct lab_step *step)
{
	const struct sockaddr_in peer = other_host(actor, step->number);
	const char *name = lab_side_word(lab_other_side(actor->side));
	const int64_t times = step->many ? step->second : 1;
	for (int64_t i = 0; i < times; i++) {
		if (actor->connection < 0 || actor->type == SOCK_STREAM) {
			actor->connection = open_socket(actor, SOCK_STREAM | (step->many ? SOCK_NONBLOCK : 0));
			actor->type = SOCK_STREAM;
		}
		if (!step->many && step->second && !bind_to(actor, actor->connection, step->second))
			return;
		begins(actor, "connect(%d, %s, port %d)", actor->connection, name, (int)step->number);
		returns(actor, connect(actor->connection, (const struct sockaddr *)&peer, sizeof(peer)));
	}
}

static void do_udp(struct actor *actor, const struct lab_step *step)
{
	actor->connection = open_socket(actor, SOCK_DGRAM);
	actor->type = SOCK_DGRAM;
	if (step->number)
		bind_to(actor, actor->connection, step->number);
}

static void do_send(struct actor *actor, const struct lab_step *step)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	const size_t length = (size_t)step->number;
	char *bytes = malloc(length + 1);
	for (size_t i = 0; bytes && i < length; i++)
		bytes[i] = i + 1 == length ? '\n' : letters[i % 26];
	const bool answer = actor->type == SOCK_DGRAM && actor->peer.sin_port;
	for (int64_t i = 0; bytes && i < step->second; i++) {
		begins(actor, "%s(%d, %zu bytes)", answer ? "sendto" : "send", actor->connection, length);
		returns(actor, sendto(actor->connection, bytes, length, MSG_NOSIGNAL,
		                      answer ? (const struct sockaddr *)&actor->peer : NULL,
		                      answer ? sizeof(actor->peer) : 0));
	}
	free(bytes);
}

/* A socket that is connected gets its datagrams with recv(); only one that is not needs to know from whom. */
static long receive_once(struct actor *actor, char *bytes, size_t most)
{
	struct sockaddr_in peer = {0};
	socklen_t length = sizeof(peer);
	const bool datagrams = actor->type == SOCK_DGRAM;
	begins(actor, "%s(%d, %zu)", datagrams ? "recvfrom" : "recv", actor->connection, most);
	const long result =
	        returns(actor, recvfrom(actor->connection, bytes, most, 0, datagrams ? (struct sockaddr *)&peer : NULL,
	                                datagrams ? &length : NULL));
	if (datagrams && result >= 0)
		actor->peer = peer;
	return result;
}

static void do_receive(struct actor *actor, const struct lab_step *step)
{
	const size_t most = step->number == LAB_ALL ? 65536 : (size_t)step->number;
	char *bytes = malloc(most);
	while (bytes && receive_once(actor, bytes, most) > 0 && step->number == LAB_ALL)
		;
	free(bytes);
}

static void do_wait(struct actor *actor, const struct lab_step *step)
{
	struct timespec left = {.tv_sec = step->number / WS_SECOND, .tv_nsec = step->number % WS_SECOND};
	begins(actor, "sleep(%g)", (double)step->number / WS_SECOND);
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
	returns(actor, 0);
}

static void do_close(struct actor *actor, const struct lab_step *step)
{
	int *socket = step->listener ? &actor->listener : &actor->connection;
	if (step->verb == LAB_ABORT) {
		const struct linger linger = {.l_onoff = 1, .l_linger = 0};
		begins(actor, "setsockopt(%d, SO_LINGER, 0 s)", *socket);
		returns(actor, setsockopt(*socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	}
	begins(actor, "close(%d)", *socket);
	returns(actor, close(*socket));
	*socket = -1;
}

static void do_step(struct actor *actor, const struct lab_step *step)
{
	switch ((enum lab_verb)step->verb) {
	case LAB_LISTEN:
		do_listen(actor, step);
		break;
	case LAB_ACCEPT:
		do_accept(actor);
		break;
	case LAB_CONNECT:
		do_connect(actor, step);
		break;
	case LAB_UDP:
		do_udp(actor, step);
		break;
	case LAB_SEND:
		do_send(actor, step);
		break;
	case LAB_RECEIVE:
		do_receive(actor, step);
		break;
	case LAB_WAIT:
		do_wait(actor, step);
		break;
	case LAB_SHUTDOWN:
		begins(actor, "shutdown(%d, SHUT_WR)", actor->connection);
		returns(actor, shutdown(actor->connection, SHUT_WR));
		break;
	case LAB_CLOSE:
	case LAB_ABORT:
		do_close(actor, step);
		break;
	case LAB_EXIT:
		ends(actor, "ends with exit status 0");
	case LAB_KILL:
		says(actor, LAB_PROGRAM_ENDS, "is killed by signal 9");
		raise(SIGKILL);
		break;
	case LAB_OPTION:
		actor->option[step->option] = step->number;
		if (actor->connection >= 0 && actor->type == SOCK_STREAM)
			set_option(actor, actor->connection, (enum lab_option)step->option);
		break;
	case LAB_VERB_COUNT:
		break;
	}
}

void lab_actor_run(const struct lab_scenario *scenario, enum lab_side side, uint32_t other, int reports)
{
	struct actor actor = {.side = side, .other = other, .reports = reports, .listener = -1, .connection = -1};
	for (int i = 0; i < LAB_OPTION_COUNT; i++)
		actor.option[i] = -1;
	for (size_t i = 0; i < scenario->step_count[side]; i++)
		do_step(&actor, &scenario->steps[side][i]);
	/* A program that has said no exit goes on to exist, with its connections, until the lab ends. */
	says(&actor, LAB_PROGRAM_ENDS, "has no more calls");
	for (;;)
		pause();
}
