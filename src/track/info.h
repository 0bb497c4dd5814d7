/* A connection's info in parts, for readers that ask many connections for little. Private to src/track. */
#ifndef WS_TRACK_INFO_H
#define WS_TRACK_INFO_H

#include "track/tracker.h"

/* X(enumerator, the first and the last member of struct ws_conn that it is made of): what the parts fill of struct
 * ws_conn_info is in info.c. Whatever part it is, the line with the addresses is read too. */
#define WS_PARTS(X)                                                                                                    \
	X(WS_PART_IDENTITY, address, ip_version)                                                                       \
	X(WS_PART_OPENING, machine.client_plus_one, machine.client_plus_one)                                           \
	X(WS_PART_STATES, machine.endpoint[0].state, machine.endpoint[1].state)                                        \
	X(WS_PART_ENDING, machine.endpoint, machine.client_plus_one)                                                   \
	X(WS_PART_FLIGHT, machine.endpoint, analyser.flow)                                                             \
	X(WS_PART_TRAFFIC, traffic, traffic)                                                                           \
	X(WS_PART_MARKS, marks, marks)                                                                                 \
	X(WS_PART_ROUND_TRIP, analyser.handshake, analyser.completeness)                                               \
	X(WS_PART_LAST, number, last_time)                                                                             \
	X(WS_PART_FIRST, first_time, first_time)                                                                       \
	X(WS_PART_REST, zeek, previous)

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

enum { WS_AHEAD = 24 }; /* so many connections before one is read, its lines are asked for */

/* Fills these parts of `info` and leaves the others as they are. */
void ws_conn_fill(const struct ws_tracker *tracker, const struct ws_conn *conn, unsigned parts,
                  struct ws_conn_info *info);
/* Begins to load what these parts are made of. */
void ws_conn_prefetch(const struct ws_table *table, ws_conn_id id, unsigned parts);
/* The verdict, made when it is not known yet. */
struct ws_judgement ws_conn_judgement(const struct ws_tracker *tracker, const struct ws_conn *conn);

/* Without a SYN: the better known, then the lower port is more likely to be the server's. Always shown as a guess. */
static inline int8_t ws_conn_likely_client(const struct ws_conn *conn)
{
	const int client = ws_machine_client(&conn->machine);
	return client != WS_ROLE_UNKNOWN ? (int8_t)client : conn->port[0] < conn->port[1];
}

/* Both ends are the same one: what endpoint 0 has is endpoint 1's too. Reads the machine only where it may be so. */
static inline bool ws_conn_is_self(const struct ws_conn *conn)
{
	return conn->port[0] == conn->port[1] && conn->machine.self;
}

#endif
