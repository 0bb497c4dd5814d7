/* Connections at rest: those that are over or idle are kept packed, in about a third of the memory, until something
 * needs them again. Nothing of them is lost. Private to src/track, and used only by table.c and evict.c. */
#ifndef WS_TRACK_REST_H
#define WS_TRACK_REST_H

#include "track/conn.h"

struct ws_rested {
	uint16_t tunnel, port[2];
	uint8_t ip_version : 4, has_rare : 1;
	uint8_t eviction_class : 3; /* see evict.c */
	uint8_t sizes;              /* see rest.c */
	uint8_t bytes[];            /* the addresses, without what is the same in all, and the rest of the connection */
};

/* What a place with WS_PLACE_AT_REST leads to. */
static inline struct ws_rested *ws_rested_at(uintptr_t place)
{
	return (struct ws_rested *)(place - WS_PLACE_AT_REST);
}

/* Packs a connection, with its shares of time if it has them, and what it has at `rare`. `epoch`: times are stored as
 * differences from it. Returns memory from malloc(), without `eviction_class`; NULL: there is none. */
struct ws_rested *ws_rested_make(const struct ws_conn *conn, bool shares, ws_time epoch);
/* Fills a struct ws_conn_slot, and `rare` if there is any, with what was packed, except `id` and `hash`. */
void ws_rested_read(const struct ws_rested *rested, bool shares, ws_time epoch, struct ws_conn *conn,
                    struct ws_rare *rare);
/* Fills only the members that identify the connection. */
void ws_rested_key(const struct ws_rested *rested, struct ws_conn *conn);

#endif
