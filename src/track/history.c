#include "track/history.h"

#include <stdlib.h>

enum { FIRST_CHUNK = 8, SECOND_CHUNK = 16 }; /* inputs: most connections are short */

static size_t chunk_size(unsigned capacity)
{
	return sizeof(struct ws_history_chunk) + capacity * sizeof(struct ws_segment);
}

static bool add_chunk(struct ws_history *history, struct ws_conn *conn)
{
	const unsigned capacity = !conn->history                      ? FIRST_CHUNK
	                          : conn->history_count > FIRST_CHUNK ? WS_HISTORY_CHUNK
	                                                              : SECOND_CHUNK;
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

/* How many inputs the last chunk has follows from how many there are, so that both are loaded at the same time. */
void ws_history_prefetch(const struct ws_conn *conn)
{
	const struct ws_history_chunk *tail = conn->history_tail;
	const size_t count = conn->history_count, before = FIRST_CHUNK + SECOND_CHUNK;
	if (!tail)
		return;
	const size_t in_tail = count < FIRST_CHUNK ? count
	                       : count < before    ? count - FIRST_CHUNK
	                                           : (count - before) % WS_HISTORY_CHUNK;
	__builtin_prefetch(tail, 1);
	__builtin_prefetch(&tail->input[in_tail], 1);
	__builtin_prefetch((const uint8_t *)&tail->input[in_tail] + sizeof(struct ws_segment) - 1, 1);
}

static bool need_extra(struct ws_history *history, struct ws_conn *conn)
{
	if (conn->history_extra)
		return true;
	if (history->used + sizeof(*conn->history_extra) > history->limit)
		return false;
	conn->history_extra = calloc(1, sizeof(*conn->history_extra));
	if (!conn->history_extra)
		return false;
	history->used += sizeof(*conn->history_extra);
	return true;
}

bool ws_history_add_start(struct ws_history *history, struct ws_conn *conn, const struct ws_analyser *start)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	conn->history_extra->start = *start;
	return true;
}

bool ws_history_add_clock(struct ws_history *history, struct ws_conn *conn, ws_time now)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	struct ws_history_extra *extra = conn->history_extra;
	if (history->used + sizeof(*extra->clock) > history->limit)
		return false;
	struct ws_history_clock *grown = realloc(extra->clock, (extra->clock_count + 1) * sizeof(*grown));
	if (!grown)
		return false;
	extra->clock = grown;
	extra->clock[extra->clock_count++] = (struct ws_history_clock){conn->history_count, now};
	history->used += sizeof(*grown);
	return true;
}

bool ws_history_add_sack(struct ws_history *history, struct ws_conn *conn, uint64_t frame,
                         const struct ws_tcp_summary *tcp)
{
	if (conn->history_full)
		return true;
	if (!need_extra(history, conn))
		return false;
	struct ws_history_extra *extra = conn->history_extra;
	if (extra->sack_count == extra->sack_room) {
		const size_t more = extra->sack_room ? extra->sack_room : 4, room = extra->sack_room + more;
		if (history->used + more * sizeof(*extra->sack) > history->limit)
			return false;
		struct ws_history_sack *grown = realloc(extra->sack, room * sizeof(*grown));
		if (!grown)
			return false;
		extra->sack = grown;
		extra->sack_room = room;
		history->used += more * sizeof(*grown);
	}
	struct ws_history_sack *sack = &extra->sack[extra->sack_count++];
	*sack = (struct ws_history_sack){.frame = frame, .count = tcp->sack_count};
	for (unsigned i = 0; i < tcp->sack_count; i++)
		sack->block[i] = tcp->sack[i];
	return true;
}

bool ws_history_find_clock(const struct ws_conn *conn, size_t input, ws_time *now)
{
	const struct ws_history_extra *extra = conn->history_extra;
	size_t low = 0, high = extra ? extra->clock_count : 0;
	const size_t count = high;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (extra->clock[middle].input < input)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || extra->clock[low].input != input)
		return false;
	*now = extra->clock[low].now;
	return true;
}

static void free_extra(struct ws_history *history, struct ws_conn *conn)
{
	struct ws_history_extra *extra = conn->history_extra;
	if (!extra)
		return;
	history->used -=
	        sizeof(*extra) + extra->clock_count * sizeof(*extra->clock) + extra->sack_room * sizeof(*extra->sack);
	free(extra->clock);
	free(extra->sack);
	free(extra);
	conn->history_extra = NULL;
}

void ws_history_free(struct ws_history *history, struct ws_conn *conn)
{
	for (struct ws_history_chunk *chunk = conn->history, *next; chunk; chunk = next) {
		next = chunk->next;
		history->used -= chunk_size(chunk->capacity);
		free(chunk);
	}
	free_extra(history, conn);
	conn->history = conn->history_tail = NULL;
	conn->history_count = 0;
}

void ws_history_drop(struct ws_history *history, struct ws_conn *conn)
{
	history->dropped += conn->history_count;
	ws_history_free(history, conn);
	conn->history_full = 1;
}
