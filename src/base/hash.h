/* Keyed hashing with SipHash-1-3 (Aumasson and Bernstein): one round for each word and three at the end. Without the
 * key, nobody who sends packets can choose which bucket they land in. */
#ifndef WS_BASE_HASH_H
#define WS_BASE_HASH_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Takes a value into a hash without a key, where nobody gains by choosing what it collides with. It starts with anything. */
static inline uint64_t ws_hash_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* Hashes `length` bytes at any alignment under a 16-byte key. */
uint64_t ws_siphash(const uint8_t key[16], const void *data, size_t length);

/* ---- The same in steps, for callers that already have the data as words */

struct ws_siphash_state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t ws_siphash_rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void ws_siphash_round(struct ws_siphash_state *s)
{
	s->v0 += s->v1;
	s->v1 = ws_siphash_rotate(s->v1, 13) ^ s->v0;
	s->v0 = ws_siphash_rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = ws_siphash_rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = ws_siphash_rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = ws_siphash_rotate(s->v1, 17) ^ s->v2;
	s->v2 = ws_siphash_rotate(s->v2, 32);
}

static inline uint64_t ws_siphash_load(const uint8_t *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

static inline struct ws_siphash_state ws_siphash_begin(const uint8_t key[16])
{
	uint64_t k0 = ws_siphash_load(key), k1 = ws_siphash_load(key + 8);
	return (struct ws_siphash_state){
	        k0 ^ UINT64_C(0x736f6d6570736575),
	        k1 ^ UINT64_C(0x646f72616e646f6d),
	        k0 ^ UINT64_C(0x6c7967656e657261),
	        k1 ^ UINT64_C(0x7465646279746573),
	};
}

static inline void ws_siphash_word(struct ws_siphash_state *s, uint64_t word)
{
	s->v3 ^= word;
	ws_siphash_round(s);
	s->v0 ^= word;
}

/* `rest` holds the bytes after the last whole word, at most seven, the first of them lowest. `length` is that of all
 * the data. */
static inline uint64_t ws_siphash_end(struct ws_siphash_state *s, uint64_t rest, size_t length)
{
	ws_siphash_word(s, rest | (uint64_t)length << 56);
	s->v2 ^= 0xff;
	ws_siphash_round(s);
	ws_siphash_round(s);
	ws_siphash_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

#endif
