/* SipHash-1-3 (Aumasson and Bernstein): one round a word, three to finish. */
#include "base/hash.h"

#include <endian.h>
#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void mix(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline uint64_t word(const uint8_t *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

uint64_t ws_siphash(const uint8_t key[16], const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint64_t k0 = word(key), k1 = word(key + 8);
	struct state s = {
	        k0 ^ UINT64_C(0x736f6d6570736575),
	        k1 ^ UINT64_C(0x646f72616e646f6d),
	        k0 ^ UINT64_C(0x6c7967656e657261),
	        k1 ^ UINT64_C(0x7465646279746573),
	};
	size_t rest = length % 8;
	for (const uint8_t *end = bytes + length - rest; bytes < end; bytes += 8) {
		uint64_t m = word(bytes);
		s.v3 ^= m;
		mix(&s);
		s.v0 ^= m;
	}
	uint64_t m = (uint64_t)length << 56;
	for (size_t i = 0; i < rest; i++)
		m |= (uint64_t)bytes[i] << 8 * i;
	s.v3 ^= m;
	mix(&s);
	s.v0 ^= m;
	s.v2 ^= 0xff;
	mix(&s);
	mix(&s);
	mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
