/* A scenario of the lab: two programs, each a list of calls, and what the wire between them does.
 *
 * It is a text file of `key: value` lines, like a lesson; lines that begin with white space go on with the value, and
 * each such line of a program or of the wire is one entry. The manual has the whole format. */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include <wirestate/error.h>
#include <wirestate/evidence.h>
#include <wirestate/language.h>
#include <wirestate/types.h>

enum lab_side { LAB_CLIENT, LAB_SERVER, LAB_SIDES };

static inline enum lab_side lab_other_side(enum lab_side side)
{
	return side == LAB_CLIENT ? LAB_SERVER : LAB_CLIENT;
}

/* X(enumerator, key, what it is) */
#define LAB_KEYS(X)                                                                                                    \
	X(LAB_KEY_TITLE, "title", N_("the name of the scenario, as people read it"))                                   \
	X(LAB_KEY_ABOUT, "about", N_("one line: what it shows"))                                                       \
	X(LAB_KEY_ORDER, "order", N_("a number: its place in the list"))                                               \
	X(LAB_KEY_SERVER, "server", N_("the calls of the server's program, one a line"))                               \
	X(LAB_KEY_CLIENT, "client", N_("the calls of the client's program, one a line"))                               \
	X(LAB_KEY_DELAY, "delay", N_("how long a segment is on its way, such as 20ms"))                                \
	X(LAB_KEY_LOSS, "loss", N_("the share of segments that are lost by chance, such as 5%"))                       \
	X(LAB_KEY_WIRE, "wire", N_("what happens to certain segments, one rule a line"))                               \
	X(LAB_KEY_SYSTEM, "system", N_("settings of a host's kernel, one a line: server net.ipv4.tcp_syncookies 0"))   \
	X(LAB_KEY_LENGTH, "length", N_("how long it goes on once both programs have ended, at most: 5s"))

enum lab_key {
#define X(name, word, meaning) name,
	LAB_KEYS(X)
#undef X
	        LAB_KEY_COUNT
};

/* X(enumerator, word, its values, what it does) */
#define LAB_VERBS(X)                                                                                                   \
	X(LAB_LISTEN, "listen", "PORT [backlog N]", N_("socket(), bind() and listen()"))                               \
	X(LAB_ACCEPT, "accept", "", N_("accept(): what follows is about that connection"))                             \
	X(LAB_CONNECT, "connect", "PORT [from PORT | times N]",                                                        \
	  N_("socket() and connect() to the other host; N times without waiting for an answer"))                       \
	X(LAB_UDP, "udp", "[PORT]", N_("a UDP socket, bound to that port"))                                            \
	X(LAB_SEND, "send", "N [times N]", N_("send() so many bytes"))                                                 \
	X(LAB_RECEIVE, "receive", "[N | all]", N_("recv() at most N bytes, once; all: until the stream ends"))         \
	X(LAB_WAIT, "wait", "TIME", N_("does nothing for so long"))                                                    \
	X(LAB_SHUTDOWN, "shutdown", "", N_("shutdown(SHUT_WR)"))                                                       \
	X(LAB_CLOSE, "close", "[listener]", N_("close()"))                                                             \
	X(LAB_ABORT, "abort", "", N_("close() with SO_LINGER 0, which resets the connection"))                         \
	X(LAB_EXIT, "exit", "", N_("the program ends without close(); the kernel closes for it"))                      \
	X(LAB_KILL, "kill", "", N_("the program is killed, as by kill -9"))                                            \
	X(LAB_OPTION, "option", "NAME [N]",                                                                            \
	  N_("setsockopt(): reuseaddr, nodelay, keepalive N, receive-buffer N, send-buffer N"))

enum lab_verb {
#define X(name, word, values, meaning) name,
	LAB_VERBS(X)
#undef X
	        LAB_VERB_COUNT
};

/* X(enumerator, word, the socket option that it stands for) */
#define LAB_OPTIONS(X)                                                                                                 \
	X(LAB_REUSEADDR, "reuseaddr", "SO_REUSEADDR")                                                                  \
	X(LAB_NODELAY, "nodelay", "TCP_NODELAY")                                                                       \
	X(LAB_KEEPALIVE, "keepalive", "SO_KEEPALIVE")                                                                  \
	X(LAB_RECEIVE_BUFFER, "receive-buffer", "SO_RCVBUF")                                                           \
	X(LAB_SEND_BUFFER, "send-buffer", "SO_SNDBUF")

enum lab_option {
#define X(name, word, option) name,
	LAB_OPTIONS(X)
#undef X
	        LAB_OPTION_COUNT
};

enum { LAB_ALL = -1 };

struct lab_step {
	uint8_t verb;   /* enum lab_verb */
	uint8_t option; /* of LAB_OPTION: enum lab_option */
	bool listener;  /* of LAB_CLOSE */
	int64_t number; /* a port, bytes, backlog's value …; LAB_ALL; of LAB_WAIT nanoseconds */
	int64_t second; /* backlog, port to connect from, how many times; 0: not given */
	bool many;      /* of LAB_CONNECT: `second` is how many times */
	unsigned line;  /* in the file */
};

/* X(enumerator, word, which segments of a direction it names) */
#define LAB_KINDS(X)                                                                                                   \
	X(LAB_ANY, "any", N_("every packet"))                                                                          \
	X(LAB_SYN, "SYN", N_("a SYN without ACK"))                                                                     \
	X(LAB_SYN_ACK, "SYN-ACK", N_("a SYN with ACK"))                                                                \
	X(LAB_ACK, "ACK", N_("an ACK without data, SYN, FIN or RST"))                                                  \
	X(LAB_DATA, "DATA", N_("a segment with data"))                                                                 \
	X(LAB_FIN, "FIN", N_("a segment with FIN"))                                                                    \
	X(LAB_RST, "RST", N_("a segment with RST"))                                                                    \
	X(LAB_DATAGRAM, "UDP", N_("a UDP datagram"))                                                                   \
	X(LAB_ICMP, "ICMP", N_("an ICMP message"))

enum lab_kind {
#define X(name, word, meaning) name,
	LAB_KINDS(X)
#undef X
	        LAB_KIND_COUNT
};

/* X(enumerator, word, what the wire has done, what its evidence says) */
#define LAB_ACTS(X)                                                                                                    \
	X(LAB_DROP, "drop", N_("dropped"), WS_SAYS_DROPPED_BY_RULE)                                                    \
	X(LAB_DELAY, "delay", N_("delayed"), WS_SAYS_DELAYED_BY_RULE)                                                  \
	X(LAB_COPY, "copy", N_("copied"), WS_SAYS_COPIED_BY_RULE)                                                      \
	X(LAB_SWAP, "swap", N_("passed by the next one"), WS_SAYS_PASSED_BY_RULE)

enum lab_act {
#define X(name, word, done, saying) name,
	LAB_ACTS(X)
#undef X
	        LAB_ACT_COUNT
};

struct lab_rule {
	uint8_t act;     /* enum lab_act */
	uint8_t from;    /* enum lab_side */
	uint8_t kind;    /* enum lab_kind */
	int64_t ordinal; /* which of them, from 1; LAB_ALL */
	ws_time time;    /* of delay, and of copy: how much later the copy arrives */
	unsigned line;
};

struct lab_setting {
	uint8_t side; /* enum lab_side */
	char *name;   /* owned: net.ipv4.tcp_syncookies */
	char *value;  /* owned */
};

enum { LAB_STEPS = 64, LAB_RULES = 32, LAB_SETTINGS = 8, LAB_SCENARIO_BYTES = 64 * 1024 };

struct lab_scenario {
	char name[64];       /* of the file, without its ending */
	char *title, *about; /* as people read them: a translation's, where there is one */
	unsigned order;
	struct lab_step steps[LAB_SIDES][LAB_STEPS];
	size_t step_count[LAB_SIDES];
	struct lab_rule rules[LAB_RULES];
	size_t rule_count;
	struct lab_setting settings[LAB_SETTINGS];
	size_t setting_count;
	ws_time delay, length; /* -1: not given */
	double loss;           /* 0 to 1 */
};

/* Parses the text of a file. NULL: `error` names the file, the line and what would be right. lab_scenario_free() frees
 * the result; NULL is allowed there. `name` may be a path. */
struct lab_scenario *lab_scenario_parse(const char *text, size_t length, const char *name,
                                        struct ws_error *error) WS_CHECKED;
void lab_scenario_free(struct lab_scenario *scenario);

/* Replaces the title and the line about the scenario by those of a translation, which has these two keys and no other,
 * so that the calls and the rules are in one file only. False: `error` says why, and the scenario is as it was. */
bool lab_scenario_translate(struct lab_scenario *scenario, const char *text, size_t length, const char *name,
                            struct ws_error *error) WS_CHECKED;

/* Reads which packet is meant: "client>server ACK 2". False: `error` says what would be right, after `name` and `line`,
 * where it was read. */
bool lab_rule_read(const char *text, const char *name, unsigned line, struct lab_rule *rule,
                   struct ws_error *error) WS_CHECKED;

const char *lab_side_word(enum lab_side side);
enum ws_saying lab_act_saying(enum lab_act act);
const char *lab_option_word(enum lab_option option);

/* Reads "20ms", "1.5s", "300us". False: it is none. */
bool lab_read_time(const char *text, ws_time *time) WS_CHECKED;

#endif
