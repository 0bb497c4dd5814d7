/* A bounded hash table with entries and keys of a fixed size. It grows by doubling up to a limit; when that is reached,
 * the least recently used entry is evicted. */
#ifndef WS_TRACK_LRU_H
#define WS_TRACK_LRU_H

#include <wirestate/types.h>

#include <string.h>

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

#define WS_LRU_NONE UINT32_MAX /* no entry */

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

/* Entries are at indices 0 .. count-1, in no order. An entry keeps its index until it is evicted. */
void *ws_lru_at(const struct ws_lru *lru, size_t index); /* NULL: no such entry */
size_t ws_lru_index(const struct ws_lru *lru, const void *entry);
/* Makes this entry the one that was used last. */
void ws_lru_renew(struct ws_lru *lru, uint32_t index);

#define WS_LRU_INLINED static inline __attribute__((always_inline))

WS_LRU_INLINED uint8_t *ws_lru_entry(const struct ws_lru *lru, uint32_t index)
{
	return lru->entries + (size_t)index * lru->entry_size;
}

WS_LRU_INLINED uint32_t *ws_lru_bucket(const struct ws_lru *lru, uint32_t hash)
{
	return &lru->buckets[hash & (lru->bucket_count - 1)];
}

WS_LRU_INLINED uint32_t ws_lru_newest(const struct ws_lru *lru, uint32_t hash)
{
	return lru->count ? *ws_lru_bucket(lru, hash) : WS_LRU_NONE;
}

/* ws_lru_find_hashed() for keys whose size, lru->key_size, is a constant. */
WS_LRU_INLINED void *ws_lru_find_sized(struct ws_lru *lru, const void *key, size_t key_size, uint32_t hash)
{
	uint32_t i = ws_lru_newest(lru, hash);
	while (i != WS_LRU_NONE && (lru->links[i].hash != hash || memcmp(ws_lru_entry(lru, i), key, key_size) != 0))
		i = lru->links[i].chain;
	if (i == WS_LRU_NONE)
		return NULL;
	if (lru->newest != i)
		ws_lru_renew(lru, i);
	return ws_lru_entry(lru, i);
}

/* These prefetch, one after the other is loaded, the bucket of a hash; the newest entry in it; and what using that entry
 * changes of its neighbours in the order of use. They are inlined, see ahead.h. */
WS_LRU_INLINED void ws_lru_prefetch_bucket(const struct ws_lru *lru, uint32_t hash)
{
	if (lru->count)
		__builtin_prefetch(ws_lru_bucket(lru, hash));
}

WS_LRU_INLINED void ws_lru_prefetch_entry(const struct ws_lru *lru, uint32_t hash)
{
	enum { LINE = 64 };
	const uint32_t index = ws_lru_newest(lru, hash);
	if (index == WS_LRU_NONE)
		return;
	__builtin_prefetch(&lru->links[index], 1);
	for (uint32_t at = 0; at < lru->entry_size; at += LINE)
		__builtin_prefetch(ws_lru_entry(lru, index) + at, 1);
}

WS_LRU_INLINED void ws_lru_prefetch_order(const struct ws_lru *lru, uint32_t hash)
{
	const uint32_t index = ws_lru_newest(lru, hash);
	if (index == WS_LRU_NONE)
		return;
	const struct ws_lru_link *link = &lru->links[index];
	if (link->newer != WS_LRU_NONE)
		__builtin_prefetch(&lru->links[link->newer], 1);
	if (link->older != WS_LRU_NONE)
		__builtin_prefetch(&lru->links[link->older], 1);
}

#endif
