/* Connections at rest: those that are over or idle are kept packed, in about a third of the memory, until something
 * needs them again. Nothing of them is lost. Private to src/track, and used only by table.c, evict.c, timers.c,
 * tracker.c for the end of TIME_WAIT, and overview.c. */
#ifndef WS_TRACK_REST_H
#define WS_TRACK_REST_H

#include "track/brief.h"
#include "track/conn.h"

struct ws_rested {
	uint16_t tunnel, port[2];
	uint8_t ip_version : 4, has_rare : 1;
	uint8_t eviction_class : 3; /* see evict.c */
	uint8_t has_brief : 1;      /* see brief.h */
	uint8_t waits : 1;          /* for the end of TIME_WAIT, see struct ws_rested_wait */
	uint8_t expired : 1;        /* that has come */
	uint8_t reported : 1;       /* of one that waits: as in struct ws_conn */
	uint8_t endpoint : 1;       /* likewise: the one that is in TIME_WAIT */
	uint8_t sizes;              /* see rest.c */
	uint8_t units;              /* of memory, see ws_rested_size() */
	/* A struct ws_rested_wait, if it waits; the addresses, without what is the same in all; the brief, if there is one;
	 * the rest of it. */
	uint8_t bytes[];
};

/* What the end of TIME_WAIT will change of a connection: the other endpoint is CLOSED, and nothing comes after that. Most
 * connections have it while they are at rest, and are not woken up for it: ws_rested_read() applies it. */
struct ws_rested_wait {
	ws_time deadline;
	uint32_t number; /* of the connection */
} __attribute__((packed));

/* The bytes of memory that it takes, as they are without the few more that malloc() gives sometimes: what is evicted must not
 * depend on those. malloc() gives whole units, of which it keeps some bytes. */
enum { WS_RESTED_UNIT = 16, WS_RESTED_KEPT = 8 };
static inline size_t ws_rested_size(const struct ws_rested *rested)
{
	return (size_t)rested->units * WS_RESTED_UNIT;
}

/* What a place with WS_PLACE_AT_REST leads to. */
static inline struct ws_rested *ws_rested_at(uintptr_t place)
{
	return (struct ws_rested *)(place - WS_PLACE_AT_REST);
}

/* Packs a connection of a table, with its shares of time if it has them, and what it has at `rare`. The table's epoch
 * is known: times are stored as differences from it. `brief`: NULL if it is to have none. Returns memory from malloc(),
 * without `eviction_class`; NULL: there is none. */
struct ws_rested *ws_rested_make(const struct ws_table *table, const struct ws_conn *conn,
                                 const struct ws_brief *brief);
/* Returns false when it does not wait, or no longer. */
bool ws_rested_wait(const struct ws_rested *rested, struct ws_rested_wait *wait);
/* The wait is over. The transition is what ws_machine_step() will say of it. */
struct ws_transition ws_rested_expire(struct ws_rested *rested);
/* Fills a struct ws_conn_slot, and `rare` if there is any, with what was packed, except `id` and `hash`. */
void ws_rested_read(const struct ws_table *table, const struct ws_rested *rested, struct ws_conn *conn,
                    struct ws_rare *rare);
/* Reads no more than what identifies the connection, and its brief. False: it has none, or its state has changed since. */
bool ws_rested_brief(const struct ws_table *table, const struct ws_rested *rested, struct ws_conn *key,
                     struct ws_brief *brief);
/* Fills only the members that identify the connection. */
void ws_rested_key(const struct ws_rested *rested, struct ws_conn *conn);

#endif
