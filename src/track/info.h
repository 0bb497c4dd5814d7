/* A connection's info in parts, for code that needs little of many connections. Private to src/track. */
#ifndef WS_TRACK_INFO_H
#define WS_TRACK_INFO_H

#include "track/brief.h"
#include "track/tracker.h"

/* X(enumerator, the first and the last member of struct ws_conn that the part is made of). info.c says which members of
 * struct ws_conn_info a part fills. The cache line with the addresses is read for every part. */
#define WS_PARTS(X)                                                                                                    \
	X(WS_PART_IDENTITY, address, ip_version)                                                                       \
	X(WS_PART_JUDGEMENT, judgement, judgement)                                                                     \
	X(WS_PART_OPENING, machine.client_plus_one, machine.client_plus_one)                                           \
	X(WS_PART_STATES, machine.endpoint[0].state, machine.endpoint[1].state)                                        \
	X(WS_PART_ENDING, machine.endpoint, machine.client_plus_one)                                                   \
	X(WS_PART_FLIGHT, machine.endpoint, analyser.flow)                                                             \
	X(WS_PART_TRAFFIC, traffic, traffic)                                                                           \
	X(WS_PART_MARKS, rare, rare)                                                                                   \
	X(WS_PART_ROUND_TRIP, analyser.handshake, analyser.completeness)                                               \
	X(WS_PART_LAST, number, last_time)                                                                             \
	X(WS_PART_FIRST, first_time, first_time)                                                                       \
	X(WS_PART_PROCESS, rare, tunnel_id)                                                                            \
	X(WS_PART_NAMES, name, name_source)                                                                            \
	X(WS_PART_ROUND_TRIPS, rtt, rtt)                                                                               \
	X(WS_PART_KERNEL, first_time, first_time)                                                                      \
	X(WS_PART_SHARES, id, id)                                                                                      \
	X(WS_PART_EXCHANGES, id, id)                                                                                   \
	X(WS_PART_REST, rare, zeek)

enum ws_part_number {
#define X(name, first, last) name##_NUMBER,
	WS_PARTS(X)
#undef X
	        WS_PART_COUNT
};

enum ws_part {
#define X(name, first, last) name = 1 << name##_NUMBER,
	WS_PARTS(X)
#undef X
	        WS_PARTS_ALL = (1 << WS_PART_COUNT) - 1
};

/* What a verdict depends on, without its words. */
#define WS_PARTS_OF_VERDICT                                                                                            \
	(WS_PART_IDENTITY | WS_PART_OPENING | WS_PART_STATES | WS_PART_ENDING | WS_PART_FLIGHT | WS_PART_TRAFFIC |     \
	 WS_PART_MARKS | WS_PART_ROUND_TRIP | WS_PART_LAST | WS_PART_FIRST | WS_PART_SHARES)

/* Fills these parts of `info` and leaves the others as they are. */
void ws_conn_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                  struct ws_conn_info *info);
/* The same of what its own point has captured. */
void ws_conn_fill_own(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                      struct ws_conn_info *info);
/* Of endpoint `i`. */
void ws_conn_fill_end(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned i, unsigned parts,
                      struct ws_endpoint_info *info);
/* The connection whose division of time counts while its points have none together: `conn` itself, or what another point has
 * of it, if only that one has captured both directions. NULL: no point has, so nothing shows when what an endpoint has
 * waited for came. */
struct ws_divided {
	unsigned point;
	bool swapped; /* endpoint 0 there is endpoint 1 of `conn` */
};
const struct ws_conn *ws_conn_divided(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                      struct ws_conn_copy *copy, struct ws_divided *divided);
/* The shares of time of a connection, or of a copy of it, up to its last segment; `point`, which may be NULL: see
 * shares_point. False: they are not kept, or no point has captured both directions. */
bool ws_conn_shares_sum(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_time_shares *sum,
                        uint8_t *point);
/* Returns the verdict, which is computed if it is not stored. `shares`: the connection's, from ws_conn_shares_sum(), if they
 * are at hand; NULL: they are summed if they are needed. */
struct ws_judgement ws_conn_judgement(const struct ws_tracker *tracker, const struct ws_conn *conn,
                                      const struct ws_time_shares *shares);

/* The same of a connection with these times: a stored judgement takes no SYN for one that was just sent, as that changes with
 * time alone. */
struct ws_judgement ws_judgement_now(const struct ws_tracker *tracker, uint8_t stored, ws_time first, ws_time last);
/* Nobody has left a SYN unanswered before its sender's first timer can have run out (RFC 6298 §2.1). */
static inline bool ws_is_just_sent(const struct ws_tracker *tracker, ws_time first, ws_time last)
{
	return first == last && tracker->now - first < WS_SECOND;
}
#define WS_LONG_CLOSE_WAIT (60 * WS_SECOND) /* longer than a program takes that is only slow to close */
static inline bool ws_is_left_alone(const struct ws_tracker *tracker, ws_time last)
{
	return tracker->now - last > WS_LONG_CLOSE_WAIT;
}
/* True when the end of TIME_WAIT does not make another one of it. */
bool ws_judgement_stays(uint8_t stored);
void ws_conn_brief(const struct ws_tracker *tracker, const struct ws_conn *conn, struct ws_brief *brief);

/* Without a SYN, the server is probably the side with the better known, or the lower, port. Always shown as a guess. */
static inline int8_t ws_conn_likely_client(const struct ws_conn *conn)
{
	const int client = ws_machine_client(&conn->machine);
	return client != WS_ROLE_UNKNOWN ? (int8_t)client : conn->port[0] < conn->port[1];
}

/* True for a self-connect, in which both endpoints are the same. Reads the machine only if that is possible. */
static inline bool ws_conn_is_self(const struct ws_conn *conn)
{
	return conn->port[0] == conn->port[1] && conn->machine.self;
}

#endif
