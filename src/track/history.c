#include "track/history.h"

#include <stdlib.h>

#define FIRST_CHUNK 8

static size_t chunk_size(unsigned capacity)
{
	return sizeof(struct ws_history_chunk) + capacity * sizeof(struct ws_segment);
}

static bool add_chunk(struct ws_history *history, struct ws_conn *conn)
{
	unsigned capacity = conn->history ? WS_HISTORY_CHUNK : FIRST_CHUNK;
	if (history->used + chunk_size(capacity) > history->limit)
		return false;
	struct ws_history_chunk *chunk = malloc(chunk_size(capacity));
	if (!chunk)
		return false;
	history->used += chunk_size(capacity);
	chunk->next = NULL;
	chunk->count = 0;
	chunk->capacity = (uint16_t)capacity;
	if (conn->history_tail)
		conn->history_tail->next = chunk;
	else
		conn->history = chunk;
	conn->history_tail = chunk;
	return true;
}

bool ws_history_add(struct ws_history *history, struct ws_conn *conn, const struct ws_segment *input)
{
	if (conn->history_full) {
		history->dropped++;
		return true;
	}
	struct ws_history_chunk *tail = conn->history_tail;
	if ((!tail || tail->count == tail->capacity) && !add_chunk(history, conn))
		return false;
	tail = conn->history_tail;
	tail->input[tail->count++] = *input;
	conn->history_count++;
	return true;
}

void ws_history_free(struct ws_history *history, struct ws_conn *conn)
{
	for (struct ws_history_chunk *chunk = conn->history, *next; chunk; chunk = next) {
		next = chunk->next;
		history->used -= chunk_size(chunk->capacity);
		free(chunk);
	}
	conn->history = conn->history_tail = NULL;
	conn->history_count = 0;
}

void ws_history_drop(struct ws_history *history, struct ws_conn *conn)
{
	history->dropped += conn->history_count;
	ws_history_free(history, conn);
	conn->history_full = 1;
}
