/* A bounded table of fixed-size entries under fixed-size keys: keyed hash, growth by doubling up to a ceiling, and when
 * that is reached the entry that was not asked for the longest makes room. */
#ifndef WS_TRACK_LRU_H
#define WS_TRACK_LRU_H

#include <wirestate/types.h>

struct ws_lru_link {           /* private to lru.c */
	uint32_t newer, older; /* in order of use */
	uint32_t chain;        /* the next entry in the same bucket */
	uint32_t hash;
};

/* What so many entries of such a size take, in bytes. */
#define WS_LRU_MEMORY(entries, entry_size)                                                                             \
	((uint64_t)(entries) * ((entry_size) + sizeof(struct ws_lru_link) + 2 * sizeof(uint32_t)))

struct ws_lru {
	uint8_t hash_key[16];
	uint32_t entry_size, key_size; /* an entry begins with its key */
	uint32_t limit;                /* entries */
	uint32_t count, allocated;
	uint32_t newest, oldest, bucket_count;
	uint8_t *entries; /* these three are NULL until the first entry */
	struct ws_lru_link *links;
	uint32_t *buckets;
	uint64_t evicted;
};

/* Allocates nothing. Room for at least one entry is granted, whatever `max_memory` (bytes) says. Keys are compared as
 * bytes: padding inside them must be zeroed. */
void ws_lru_init(struct ws_lru *lru, const uint8_t hash_key[16], uint32_t entry_size, uint32_t key_size,
                 uint64_t max_memory);
void ws_lru_free(struct ws_lru *lru);

uint64_t ws_lru_memory(const struct ws_lru *lru); /* bytes it takes */

/* Both count as asking for the entry. `get` makes it when it is missing: the key copied, the rest zeroed, `*created`
 * set; NULL only when there is no memory for even one entry. Pointers are valid until the next `get`. */
void *ws_lru_find(struct ws_lru *lru, const void *key);
void *ws_lru_get(struct ws_lru *lru, const void *key, bool *created);

/* Entries are at indices 0 .. count-1, in no order; an index stays with its entry until that is evicted. */
void *ws_lru_at(const struct ws_lru *lru, size_t index); /* NULL: no such entry */
size_t ws_lru_index(const struct ws_lru *lru, const void *entry);

#endif
