/* One TCP connection as the tracker keeps it, and the pool and index of all of them. */
#ifndef WS_TRACK_CONN_H
#define WS_TRACK_CONN_H

#include "track/analysis.h"
#include "track/machine.h"
#include "track/zeek.h"

#include <wirestate/track.h>

#include <stddef.h>

struct ws_history_chunk; /* private to history.c */

/* Of one endpoint as a sender, what every segment may change. */
struct ws_traffic {
	uint64_t packets, bytes;
	ws_time closed_since;    /* when its window closed; 0: it is open */
	uint32_t most_in_flight; /* bytes */
	uint32_t stalled;        /* retransmissions since the peer last acknowledged something new */
	uint32_t stalled_ack;    /* what the peer had acknowledged then */
	uint32_t closed_probes;  /* how often the peer has probed its closed window since it closed */
};

/* And what only segments with a mark change: how many there were. */
struct ws_marks {
#define X(member, mark) uint32_t member;
	WS_COUNTERS(X)
#undef X
	ws_time stalled_since; /* the first of the retransmissions that are counted in `stalled` */
};

enum { WS_NO_TIMER = 0xffff };

/* In the order of use: what finding it reads fills the first cache line, what an ordinary segment touches follows, up
 * to WS_CONN_HOT. */
struct ws_conn {
	struct ws_addr address[2];
	uint16_t port[2];
	uint32_t hash;
	uint16_t vlan; /* of the first packet */
	uint8_t ip_version;
	uint8_t used : 1;      /* this place in the pool is taken */
	uint8_t ended : 1;     /* both endpoints CLOSED, or superseded */
	uint8_t reported : 1;  /* its end has been told */
	uint8_t half_open : 1; /* nobody has answered its SYN: counted in the table */
	uint8_t bound : 1;     /* another connection has the same 4-tuple on another VLAN or interface */
	uint8_t history_full : 1;
	ws_conn_id id;
	ws_conn_id older;              /* the incarnation before, which may still get segments; 0: none */
	uint32_t link_id[2];           /* interface and VLAN of each direction's first packet; WS_NO_LINK: none yet */
	uint16_t timer_slot;           /* WS_NO_TIMER: none runs */
	uint8_t judgement;             /* the verdict as keys.c knows it, until the next input; 0: not known */
	uint8_t checksums_right : 2;   /* a bit for each endpoint: it sent a segment with a right checksum */
	uint8_t checksums_useless : 2; /* its wrong checksums say nothing */
	uint8_t suspects : 2;          /* checksums.c keeps a segment of it */
	struct ws_machine machine;
	struct ws_analyser analyser;
	struct ws_traffic traffic[2];
	uint64_t number;
	ws_time last_time;
	uint64_t last_frame;
	uint32_t bad_checksums[2]; /* by sender */
	uint32_t checksums_ignored, duplicates;
	struct ws_history_chunk *history, *history_tail;
	size_t history_count;
	struct ws_zeek zeek;
	struct ws_marks marks[2];
	uint64_t previous, next; /* numbers of the incarnations before and after, 0: none */
	ws_time first_time;
	uint64_t first_frame;
	ws_conn_id timer_next, timer_previous; /* in the wheel's slot */
};

#define WS_CONN_HOT (offsetof(struct ws_conn, zeek) + 1)
#define WS_NO_LINK UINT32_MAX

/* What identifies a connection on the wire. */
struct ws_tuple {
	const struct ws_addr *source, *destination;
	uint16_t source_port, destination_port;
	uint8_t ip_version;
	uint32_t hash; /* ws_table_hash() */
};

struct ws_table_slot {
	uint32_t hash;
	ws_conn_id id; /* 0: empty */
};

struct ws_table_entry {
	uint64_t number;
	ws_conn_id id; /* 0: removed */
};

/* Connections in chunks, so that they never move; ids are places in the pool plus one. The index finds the newest
 * connection of a 4-tuple; older ones hang from it. `order` lists them by number. */
struct ws_table {
	uint8_t hash_key[16];
	struct ws_conn **chunks;
	size_t chunk_count, used, limit; /* limit: connections */
	size_t half_open;                /* connections whose SYN nobody has answered */
	struct ws_table_entry *order;
	size_t order_count, order_capacity, holes; /* holes: removed connections still in `order` */
	struct ws_table_entry *attempts; /* a ring of those, oldest first, and of some that were answered since */
	size_t attempt_first, attempt_count, attempt_capacity;
	size_t history_cursor;               /* where in `order` the tracker's search for the oldest history goes on */
	struct ws_eviction_candidate *queue; /* who goes next, picked at one look over all */
	size_t queue_count, queue_next;
	ws_conn_id *unused;
	size_t unused_count;
	struct ws_table_slot *slots;
	uint32_t slot_mask, slot_used;
	uint64_t numbers;   /* given out so far */
	bool out_of_memory; /* there is no memory for even a few connections */
};

bool ws_table_init(struct ws_table *table, const uint8_t hash_key[16], uint64_t max_memory) WS_CHECKED;
void ws_table_free(struct ws_table *table);
/* Of both directions the same; never 0. Does not read tuple->hash. */
uint32_t ws_table_hash(const struct ws_table *table, const struct ws_tuple *tuple);
/* Begin to load the index's entry for a hash; the connection it leads to, once that entry is there. */
void ws_table_prefetch_entry(const struct ws_table *table, uint32_t hash);
void ws_table_prefetch_conn(const struct ws_table *table, uint32_t hash);
/* The newest connection of the 4-tuple, NULL when there is none. */
struct ws_conn *ws_table_find(const struct ws_table *table, const struct ws_tuple *tuple);
/* A new connection, which becomes the newest of its 4-tuple; endpoint 0 is the tuple's source. NULL: no room or memory.
 */
struct ws_conn *ws_table_add(struct ws_table *table, const struct ws_tuple *tuple) WS_CHECKED;
/* Makes a connection the newest of its 4-tuple again; the one that was becomes the one before it. */
void ws_table_promote(struct ws_table *table, struct ws_conn *conn);
void ws_table_remove(struct ws_table *table, struct ws_conn *conn);
/* Nobody has answered the connection's SYN, or somebody has: keeps the count, and the order they came in. */
void ws_table_set_half_open(struct ws_table *table, struct ws_conn *conn, bool half_open);
/* The place in `order` of the first connection, or hole, with this number or a later one. */
size_t ws_table_rank(const struct ws_table *table, uint64_t number);
/* Takes removed connections off `order`; removal itself does it when they have become many. */
void ws_table_compact(struct ws_table *table);
uint64_t ws_table_memory(const struct ws_table *table); /* bytes it takes */
/* Picks up to `count` connections to give up, least worth keeping first; fewer when nothing may go. */
size_t ws_table_eviction_candidates(struct ws_table *table, ws_conn_id *candidates, size_t count);

#define WS_TABLE_RESERVE 64 /* places kept free, so that a packet never has to wait for room */

/* Somebody should make room now. Unanswered SYNs may fill a quarter of the pool. */
static inline bool ws_table_crowded(const struct ws_table *table)
{
	return table->used + WS_TABLE_RESERVE > table->limit || table->half_open > table->limit / 4;
}

#define WS_CHUNK_BYTES ((size_t)2 << 20) /* a huge page */
#define WS_CHUNK ((ws_conn_id)(WS_CHUNK_BYTES / sizeof(struct ws_conn)))

static inline struct ws_conn *ws_table_conn(const struct ws_table *table, ws_conn_id id)
{
	if (id == 0 || (id - 1) / WS_CHUNK >= table->chunk_count)
		return NULL;
	struct ws_conn *conn = &table->chunks[(id - 1) / WS_CHUNK][(id - 1) % WS_CHUNK];
	return conn->used ? conn : NULL;
}

/* True when endpoint `i` of the connection is the tuple's source. */
static inline bool ws_conn_is(const struct ws_conn *conn, unsigned i, const struct ws_addr *address, uint16_t port)
{
	return conn->port[i] == port && !__builtin_memcmp(&conn->address[i], address, sizeof(*address));
}

#endif
