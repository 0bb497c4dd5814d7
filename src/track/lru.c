/* Entries are in one array without gaps, which callers can walk. A second array has the links of each entry: the chain
 * of its hash bucket, and the list from the most to the least recently used. Links are indices, so growing is a plain
 * realloc(). When the system refuses memory, the table keeps its size and evicts entries instead. */
#include "track/lru.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define NONE WS_LRU_NONE
#define FIRST_ALLOCATION 64

void ws_lru_init(struct ws_lru *lru, const uint8_t hash_key[16], uint32_t entry_size, uint32_t key_size,
                 uint64_t max_memory)
{
	uint64_t limit = max_memory / WS_LRU_MEMORY(1, entry_size);
	*lru = (struct ws_lru){
	        .entry_size = entry_size,
	        .key_size = key_size,
	        .limit = limit < 1          ? 1
	                 : limit > NONE / 4 ? NONE / 4
	                                    : (uint32_t)limit,
	        .newest = NONE,
	        .oldest = NONE,
	};
	memcpy(lru->hash_key, hash_key, sizeof(lru->hash_key));
}

void ws_lru_free(struct ws_lru *lru)
{
	free(lru->entries);
	free(lru->links);
	free(lru->buckets);
	lru->entries = NULL;
	lru->links = NULL;
	lru->buckets = NULL;
	lru->count = lru->allocated = lru->bucket_count = 0;
	lru->newest = lru->oldest = NONE;
}

uint64_t ws_lru_memory(const struct ws_lru *lru)
{
	return WS_LRU_MEMORY(lru->allocated, lru->entry_size);
}

static void chain_in(struct ws_lru *lru, uint32_t index)
{
	uint32_t *bucket = ws_lru_bucket(lru, lru->links[index].hash);
	lru->links[index].chain = *bucket;
	*bucket = index;
}

static void chain_out(struct ws_lru *lru, uint32_t index)
{
	uint32_t *at = ws_lru_bucket(lru, lru->links[index].hash);
	while (*at != index)
		at = &lru->links[*at].chain;
	*at = lru->links[index].chain;
}

static void order_in(struct ws_lru *lru, uint32_t index)
{
	lru->links[index].newer = NONE;
	lru->links[index].older = lru->newest;
	if (lru->newest != NONE)
		lru->links[lru->newest].newer = index;
	else
		lru->oldest = index;
	lru->newest = index;
}

static void order_out(struct ws_lru *lru, uint32_t index)
{
	struct ws_lru_link link = lru->links[index];
	if (link.newer != NONE)
		lru->links[link.newer].older = link.older;
	else
		lru->newest = link.older;
	if (link.older != NONE)
		lru->links[link.older].newer = link.newer;
	else
		lru->oldest = link.newer;
}

/* Doubles the capacity. If one of the arrays cannot grow, others may have; only `allocated` says what may be used. */
static bool grow(struct ws_lru *lru)
{
	uint32_t target = lru->allocated ? lru->allocated * 2 : FIRST_ALLOCATION;
	if (target > lru->limit)
		target = lru->limit;
	if (target <= lru->allocated)
		return false;
	uint32_t bucket_count = 1;
	while (bucket_count < target)
		bucket_count *= 2;
	uint8_t *entries = realloc(lru->entries, (size_t)target * lru->entry_size);
	if (!entries)
		return false;
	lru->entries = entries;
	struct ws_lru_link *links = realloc(lru->links, target * sizeof(*links));
	if (!links)
		return false;
	lru->links = links;
	if (bucket_count != lru->bucket_count) {
		uint32_t *buckets = malloc(bucket_count * sizeof(*buckets));
		if (!buckets)
			return false;
		free(lru->buckets);
		lru->buckets = buckets;
		lru->bucket_count = bucket_count;
		memset(buckets, 0xff, bucket_count * sizeof(*buckets));
		for (uint32_t i = 0; i < lru->count; i++)
			chain_in(lru, i);
	}
	lru->allocated = target;
	return true;
}

void ws_lru_renew(struct ws_lru *lru, uint32_t index)
{
	order_out(lru, index);
	order_in(lru, index);
}

void *ws_lru_find_hashed(struct ws_lru *lru, const void *key, uint32_t hash)
{
	return ws_lru_find_sized(lru, key, lru->key_size, hash);
}

void *ws_lru_find(struct ws_lru *lru, const void *key)
{
	return ws_lru_find_hashed(lru, key, ws_lru_hash(lru, key));
}

uint32_t ws_lru_hash(const struct ws_lru *lru, const void *key)
{
	return (uint32_t)ws_siphash(lru->hash_key, key, lru->key_size);
}

void *ws_lru_get(struct ws_lru *lru, const void *key, bool *created)
{
	return ws_lru_get_hashed(lru, key, ws_lru_hash(lru, key), created);
}

void *ws_lru_get_hashed(struct ws_lru *lru, const void *key, uint32_t hash, bool *created)
{
	void *known = ws_lru_find_hashed(lru, key, hash);
	*created = false;
	if (known)
		return known;
	uint32_t index = lru->count;
	if (index < lru->allocated || grow(lru)) {
		lru->count++;
	} else if (lru->count) {
		index = lru->oldest;
		order_out(lru, index);
		chain_out(lru, index);
		lru->evicted++;
	} else {
		return NULL;
	}
	uint8_t *entry = ws_lru_entry(lru, index);
	memset(entry, 0, lru->entry_size);
	memcpy(entry, key, lru->key_size);
	lru->links[index].hash = hash;
	chain_in(lru, index);
	order_in(lru, index);
	*created = true;
	return entry;
}

void *ws_lru_at(const struct ws_lru *lru, size_t index)
{
	return index < lru->count ? ws_lru_entry(lru, (uint32_t)index) : NULL;
}

size_t ws_lru_index(const struct ws_lru *lru, const void *entry)
{
	return (size_t)((const uint8_t *)entry - lru->entries) / lru->entry_size;
}
