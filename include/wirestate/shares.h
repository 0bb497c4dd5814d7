/* The causes between which a connection's time is divided. */
#ifndef WIRESTATE_SHARES_H
#define WIRESTATE_SHARES_H

#include <wirestate/language.h>
#include <wirestate/text.h>
#include <wirestate/types.h>

#include <stddef.h>

/* X(enumerator, word in records, words for people ("" of a program, which is named with its side), whether it belongs
 * to one of the endpoints).
 *
 * A program's time is that of the endpoint that others wait for. Those from NETWORK to NAGLE belong to the endpoint
 * whose data cannot go on: NETWORK while segments and ACKs are under way, which includes slow start; WINDOW while the
 * peer's window is full, and CLOSED_WINDOW while it is 0 (RFC 9293 §3.8.6); DUPLICATE_ACKS from the
 * first repeated ACK until what was lost is acknowledged (RFC 5681 §3.2), and TIMEOUT until a timer has sent it again,
 * and, if more was lost, until all is acknowledged (RFC 6298); PATH_MTU from when segments were sent that an ICMP error
 * says are too large for the path until their data has been sent again in smaller ones (RFC 1191); NAGLE while a small
 * segment waits for an ACK that is delayed (RFC 9293 §3.7.4, RFC 1122 §4.2.3.2). */
#define WS_CAUSES(X)                                                                                                   \
	X(WS_CAUSE_CONNECTING, "connecting", NC_("cause of waiting", "connecting"), false)                             \
	X(WS_CAUSE_PROGRAM, "program", "", true)                                                                       \
	X(WS_CAUSE_NETWORK, "network", NC_("cause of waiting", "network"), true)                                       \
	X(WS_CAUSE_WINDOW, "window", NC_("cause of waiting", "receiver's window"), true)                               \
	X(WS_CAUSE_CLOSED_WINDOW, "closed_window", NC_("cause of waiting", "closed window"), true)                     \
	X(WS_CAUSE_DUPLICATE_ACKS, "fast_recovery", NC_("cause of waiting", "loss recovery by duplicate ACKs"), true)  \
	X(WS_CAUSE_TIMEOUT, "timeout_recovery", NC_("cause of waiting", "loss recovery by timeout"), true)             \
	X(WS_CAUSE_PATH_MTU, "path_mtu_discovery", NC_("cause of waiting", "path MTU discovery"), true)                \
	X(WS_CAUSE_NAGLE, "nagle", NC_("cause of waiting", "Nagle against delayed ACK"), true)                         \
	X(WS_CAUSE_IDLE, "idle", NC_("cause of waiting", "idle"), false)                                               \
	X(WS_CAUSE_CLOSING, "closing", NC_("cause of waiting", "closing"), false)

enum ws_cause {
#define X(name, word, words, sided) name,
	WS_CAUSES(X)
#undef X
	        WS_CAUSE_COUNT
};
const char *ws_cause_word(enum ws_cause cause);
static inline bool ws_cause_is_sided(enum ws_cause cause)
{
#define X(name, word, words, sided) | (unsigned)(sided) << (name)
	return (0u WS_CAUSES(X)) >> cause & 1;
#undef X
}

/* Nanoseconds by cause and endpoint; of a cause that belongs to none, all in [0]. The sum is the time from the first
 * packet to the last, if the capture's clock was not set back. */
struct ws_time_shares {
	/* The shortest time from the capture to each endpoint and back, 0 when it is not known: it says at which end
	 * the capture was taken. */
	ws_time way_to[2];
	ws_time time[WS_CAUSE_COUNT][2];
	uint32_t timeouts; /* how often a timer sent a segment again */
	bool both_ends;    /* of several points: what each endpoint did is from the point nearest to it */
	bool opened;       /* a SYN was captured, whose answer is never delayed as an ACK may be */
};

/* One share as people name it: a program's by side, every other one of both directions together. */
struct ws_named_share {
	ws_time time;
	enum ws_cause cause;
	int8_t side; /* endpoint; -1: of both, or of none */
};
enum { WS_NAMED_SHARES = WS_CAUSE_COUNT + 1 };
/* All of them, also those of 0, the longest first; `named` has room for WS_NAMED_SHARES. Returns how many. */
size_t ws_shares_named(const struct ws_time_shares *shares, struct ws_named_share *named);
/* Appends "server's program". `client` is an endpoint. */
void ws_share_words(struct ws_text *text, enum ws_cause cause, int side, unsigned client);

/* X(enumerator, word in records and filters, words for people): what may keep somebody waiting. */
#define WS_SLOW_CAUSES(X)                                                                                              \
	X(WS_SLOW_SERVER, "server_program", NC_("cause of waiting", "server's program"))                               \
	X(WS_SLOW_RECOVERY, "recovery", NC_("cause of waiting", "loss recovery"))                                      \
	X(WS_SLOW_WINDOW, "window", NC_("cause of waiting", "receiver's window"))                                      \
	X(WS_SLOW_CONNECTING, "connecting", NC_("cause of waiting", "connecting"))                                     \
	X(WS_SLOW_NAGLE, "nagle", NC_("cause of waiting", "Nagle against delayed ACK"))

enum ws_slow_cause {
#define X(name, word, words) name,
	WS_SLOW_CAUSES(X)
#undef X
	        WS_SLOW_COUNT
};
const char *ws_slow_word(enum ws_slow_cause cause);
const char *ws_slow_words(enum ws_slow_cause cause); /* in the user's language */

/* How long one of them kept somebody waiting, and which did so for the longest. */
ws_time ws_shares_slow_part(const struct ws_time_shares *shares, unsigned client, enum ws_slow_cause cause);
enum ws_slow_cause ws_shares_slow_cause(const struct ws_time_shares *shares, unsigned client);
/* How long somebody was kept waiting: by the server's program, by a full or closed window, by losses, by Nagle's
 * algorithm, or for the handshake. The way of data that comes in time, idle time and the client's own program do not
 * count. */
ws_time ws_shares_slow(const struct ws_time_shares *shares, unsigned client);
/* Adds the times of a connection to a sum that has the clients as endpoint 0. `client` is an endpoint of `added`. */
void ws_shares_add(struct ws_time_shares *sum, const struct ws_time_shares *added, unsigned client);
/* Appends "71 % server's program, 20 % loss recovery by timeout (2), 6 % network, 3 % client's program": the
 * causes with at least one percent, the largest first. `client` is an endpoint. */
void ws_shares_words(struct ws_text *text, const struct ws_time_shares *shares, unsigned client);
/* At which end the capture was taken: "client", "server", "middle", or "both"; or NULL when that is not known. */
const char *ws_shares_vantage(const struct ws_time_shares *shares, unsigned client);

#endif
