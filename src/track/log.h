/* A log with entries of a fixed size, of which the newest are kept. */
#ifndef WS_TRACK_LOG_H
#define WS_TRACK_LOG_H

#include <wirestate/types.h>

struct ws_log {
	uint32_t entry_size;
	uint64_t limit; /* entries; 0: nothing is kept */
	uint64_t allocated;
	uint64_t end; /* the number of the next entry; they count from 0 */
	uint8_t *entries;
};

/* Allocates nothing. The log will keep at most `most` entries and at most `memory` bytes. */
void ws_log_init(struct ws_log *log, uint32_t entry_size, uint64_t most, uint64_t memory);
void ws_log_free(struct ws_log *log);

/* Returns a new, zeroed entry, valid until the next one; NULL when nothing is kept, or there is no memory for a first.
 */
void *ws_log_add(struct ws_log *log);
/* Returns NULL for an entry that is no longer kept, or does not exist yet. */
void *ws_log_at(const struct ws_log *log, uint64_t number);
uint64_t ws_log_memory(const struct ws_log *log); /* bytes it takes */
uint64_t ws_log_first(const struct ws_log *log);  /* number of the oldest that is kept; `end` when there is none */

#endif
