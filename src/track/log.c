/* Entry n is at n modulo the capacity. The capacity doubles only while nothing has been overwritten, so growing is a
 * plain realloc(). When the system refuses memory, the log keeps its size. */
#include "track/log.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ALLOCATION 64

void ws_log_init(struct ws_log *log, uint32_t entry_size, uint64_t most, uint64_t memory)
{
	uint64_t fit = memory / entry_size;
	*log = (struct ws_log){.entry_size = entry_size, .limit = most < fit ? most : fit};
}

void ws_log_free(struct ws_log *log)
{
	free(log->entries);
	log->entries = NULL;
	log->allocated = log->end = 0;
}

static void grow(struct ws_log *log)
{
	uint64_t to = log->allocated ? log->allocated * 2 : FIRST_ALLOCATION;
	if (to > log->limit)
		to = log->limit;
	uint8_t *entries = realloc(log->entries, (size_t)to * log->entry_size);
	if (!entries) {
		log->limit = log->allocated;
		return;
	}
	log->entries = entries;
	log->allocated = to;
}

void *ws_log_add(struct ws_log *log)
{
	if (log->end == log->allocated && log->allocated < log->limit)
		grow(log);
	if (!log->allocated)
		return NULL;
	void *entry = log->entries + (size_t)(log->end++ % log->allocated) * log->entry_size;
	memset(entry, 0, log->entry_size);
	return entry;
}

uint64_t ws_log_memory(const struct ws_log *log)
{
	return log->allocated * log->entry_size;
}

uint64_t ws_log_first(const struct ws_log *log)
{
	return log->end > log->allocated ? log->end - log->allocated : 0;
}

void *ws_log_at(const struct ws_log *log, uint64_t number)
{
	if (number >= log->end || number < ws_log_first(log))
		return NULL;
	return log->entries + (size_t)(number % log->allocated) * log->entry_size;
}
