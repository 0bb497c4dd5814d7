/* Keeps the shares of time of every connection in chunks beside the connections, when they are asked for. */
#include "track/shares_pool.h"
#include "track/tracker.h"

#include <stdlib.h>

void ws_shares_pool_free(struct ws_shares_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		free(pool->chunk[i]);
	free(pool->chunk);
	*pool = (struct ws_shares_pool){0};
}

/* The memory that is left for connections of what they and their shares may take. */
uint64_t ws_shares_pool_rest(uint64_t memory)
{
	return memory / (sizeof(struct ws_conn) + sizeof(struct ws_shares)) * sizeof(struct ws_conn);
}

uint64_t ws_shares_pool_memory(const struct ws_shares_pool *pool)
{
	return pool->count * (WS_CHUNK * sizeof(struct ws_shares) + sizeof(*pool->chunk));
}

static struct ws_shares *find(const struct ws_shares_pool *pool, ws_conn_id id)
{
	const size_t chunk = (id - 1) / WS_CHUNK;
	return id && chunk < pool->count ? &pool->chunk[chunk][(id - 1) % WS_CHUNK] : NULL;
}

void ws_shares_pool_prefetch(const struct ws_shares_pool *pool, ws_conn_id id)
{
	const uint8_t *shares = (const uint8_t *)find(pool, id);
	for (size_t at = 0; shares && at < sizeof(struct ws_shares); at += 64)
		__builtin_prefetch(shares + at, 1);
}

/* Chunks are added in order, as the table adds those of connections. */
static bool grow(struct ws_shares_pool *pool)
{
	struct ws_shares **list = realloc(pool->chunk, (pool->count + 1) * sizeof(*list));
	if (!list)
		return false;
	pool->chunk = list;
	struct ws_shares *chunk = malloc(WS_CHUNK * sizeof(*chunk));
	if (!chunk)
		return false;
	list[pool->count++] = chunk;
	return true;
}

void ws_shares_pool_begin(struct ws_shares_pool *pool, ws_conn_id id)
{
	while (pool->on && (id - 1) / WS_CHUNK >= pool->count)
		if (!grow(pool))
			pool->on = false; /* the shares of connections so far are still known */
	struct ws_shares *shares = find(pool, id);
	if (shares)
		*shares = (struct ws_shares){0};
}

void ws_shares_pool_note(struct ws_shares_pool *pool, const struct ws_conn *conn, const struct ws_segment *segment,
                         uint32_t analysis)
{
	struct ws_shares *shares = find(pool, conn->id);
	if (!shares)
		return;
	if (segment->duplicate || (segment->bad_checksum && !segment->checksum_ignored))
		ws_shares_pass(shares, segment->time);
	else
		ws_shares_note(shares, segment, analysis, &conn->analyser, conn->rtt, ws_shares_full_segment(&conn->machine, segment));
}

bool ws_shares_pool_sum(const struct ws_shares_pool *pool, ws_conn_id id, struct ws_time_shares *sum)
{
	const struct ws_shares *shares = find(pool, id);
	if (!shares || !shares->opener)
		return false;
	ws_shares_sum(shares, sum);
	return true;
}
