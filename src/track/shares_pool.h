/* The shares of time of all connections. Private to src/track. */
#ifndef WS_TRACK_SHARES_POOL_H
#define WS_TRACK_SHARES_POOL_H

#include "track/conn.h"
#include "track/shares.h"

struct ws_shares_pool {
	bool on;                  /* they are asked for, and there is memory for them */
	struct ws_shares **chunk; /* WS_CHUNK each, by connection id as in struct ws_table */
	size_t count;
};

void ws_shares_pool_free(struct ws_shares_pool *pool);
uint64_t ws_shares_pool_rest(uint64_t memory);
uint64_t ws_shares_pool_memory(const struct ws_shares_pool *pool);
/* A connection begins. */
void ws_shares_pool_begin(struct ws_shares_pool *pool, ws_conn_id id);
/* Begins to load what ws_shares_pool_note() will read. */
void ws_shares_pool_prefetch(const struct ws_shares_pool *pool, ws_conn_id id);
/* A segment of it was captured and analysed. */
void ws_shares_pool_note(struct ws_shares_pool *pool, const struct ws_conn *conn, const struct ws_segment *segment,
                         uint32_t analysis);
/* False: they are not kept. */
bool ws_shares_pool_sum(const struct ws_shares_pool *pool, ws_conn_id id, struct ws_time_shares *sum);

#endif
