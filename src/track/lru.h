/* A bounded hash table with entries and keys of a fixed size. It grows by doubling up to a limit; when that is reached,
 * the least recently used entry is evicted. */
#ifndef WS_TRACK_LRU_H
#define WS_TRACK_LRU_H

#include <wirestate/types.h>

struct ws_lru_link {           /* private to lru.c */
	uint32_t newer, older; /* in order of use */
	uint32_t chain;        /* the next entry in the same bucket */
	uint32_t hash;
};

/* The bytes that this many entries of this size take. */
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

/* Allocates nothing. At least one entry is allowed, even if `max_memory` (bytes) is less. Keys are compared as bytes,
 * so padding in them must be zeroed. */
void ws_lru_init(struct ws_lru *lru, const uint8_t hash_key[16], uint32_t entry_size, uint32_t key_size,
                 uint64_t max_memory);
void ws_lru_free(struct ws_lru *lru);

uint64_t ws_lru_memory(const struct ws_lru *lru); /* bytes it takes */

/* Both functions count as use of the entry. ws_lru_get() makes a missing entry, with the key copied, the rest zeroed
 * and `*created` set; it returns NULL only without memory for a single entry. Pointers are valid until its next call.
 */
void *ws_lru_find(struct ws_lru *lru, const void *key);
void *ws_lru_get(struct ws_lru *lru, const void *key, bool *created);
/* The same where the key has been hashed before. */
uint32_t ws_lru_hash(const struct ws_lru *lru, const void *key);
void *ws_lru_find_hashed(struct ws_lru *lru, const void *key, uint32_t hash);
void *ws_lru_get_hashed(struct ws_lru *lru, const void *key, uint32_t hash, bool *created);
/* Prefetch the bucket of a hash; then, when that is loaded, the newest entry in it. */
void ws_lru_prefetch_bucket(const struct ws_lru *lru, uint32_t hash);
void ws_lru_prefetch_entry(const struct ws_lru *lru, uint32_t hash);

/* Entries are at indices 0 .. count-1, in no order. An entry keeps its index until it is evicted. */
void *ws_lru_at(const struct ws_lru *lru, size_t index); /* NULL: no such entry */
size_t ws_lru_index(const struct ws_lru *lru, const void *entry);

#endif
