/* On x86-64 the dynamic linker picks the version with the CPU's own instructions for it, where it has them. */
#include "base/sha1.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
        !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WITH_INSTRUCTIONS
#include <cpuid.h>
#include <immintrin.h>
#endif

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void schedule(const uint8_t block[64], uint32_t word[80])
{
	for (unsigned i = 0; i < 16; i++) {
		memcpy(&word[i], block + 4 * (size_t)i, 4);
		word[i] = be32toh(word[i]);
	}
	for (unsigned i = 16; i < 80; i++)
		word[i] = rotate(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
}

/* One round. The five words change their roles in each, so that none has to be moved. */
#define ROUND(a, b, c, d, e, mixed, constant)                                                                          \
	do {                                                                                                           \
		(e) += rotate(a, 5) + (mixed) + *word++ + (constant);                                                  \
		(b) = rotate(b, 30);                                                                                   \
	} while (0)
#define ROUNDS(mix, constant)                                                                                          \
	for (unsigned i = 0; i < 4; i++) {                                                                             \
		ROUND(a, b, c, d, e, mix(b, c, d), constant);                                                          \
		ROUND(e, a, b, c, d, mix(a, b, c), constant);                                                          \
		ROUND(d, e, a, b, c, mix(e, a, b), constant);                                                          \
		ROUND(c, d, e, a, b, mix(d, e, a), constant);                                                          \
		ROUND(b, c, d, e, a, mix(c, d, e), constant);                                                          \
	}
#define CHOOSE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define PARITY(x, y, z) ((x) ^ (y) ^ (z))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))

static void hash_block_plainly(const uint8_t block[64], uint32_t state[5])
{
	uint32_t words[80];
	const uint32_t *word = words;
	schedule(block, words);
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	ROUNDS(CHOOSE, 0x5a827999)
	ROUNDS(PARITY, 0x6ed9eba1)
	ROUNDS(MAJORITY, 0x8f1bbcdc)
	ROUNDS(PARITY, 0xca62c1d6)
	const uint32_t end[5] = {a, b, c, d, e};
	for (unsigned i = 0; i < 5; i++)
		state[i] += end[i];
}

#ifdef WITH_INSTRUCTIONS
/* Four rounds, and the four words for those that are four groups later. */
#define FOUR_ROUNDS(group, function)                                                                                   \
	do {                                                                                                           \
		const __m128i now = words[(group) % 4],                                                                \
		              mixed = (group) ? _mm_sha1nexte_epu32(e, now) : _mm_add_epi32(e, now);                   \
		e = abcd;                                                                                              \
		abcd = _mm_sha1rnds4_epu32(abcd, mixed, function);                                                     \
		words[(group) % 4] = _mm_sha1msg2_epu32(                                                               \
		        _mm_xor_si128(_mm_sha1msg1_epu32(now, words[((group) + 1) % 4]), words[((group) + 2) % 4]),    \
		        words[((group) + 3) % 4]);                                                                     \
	} while (0)
#define TWENTY_ROUNDS(function)                                                                                        \
	FOUR_ROUNDS(5 * (function), function);                                                                         \
	FOUR_ROUNDS(5 * (function) + 1, function);                                                                     \
	FOUR_ROUNDS(5 * (function) + 2, function);                                                                     \
	FOUR_ROUNDS(5 * (function) + 3, function);                                                                     \
	FOUR_ROUNDS(5 * (function) + 4, function)

__attribute__((target("sha,sse4.1"))) static void hash_block_with_instructions(const uint8_t block[64],
                                                                               uint32_t state[5])
{
	enum { REVERSE = 0x1b };
	const __m128i big = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	const __m128i abcd_before = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), REVERSE);
	const __m128i e_before = _mm_set_epi32((int)state[4], 0, 0, 0);
	__m128i words[4], abcd = abcd_before, e = e_before;
	for (unsigned i = 0; i < 4; i++)
		words[i] =
		        _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * (size_t)i)), big);
	TWENTY_ROUNDS(0);
	TWENTY_ROUNDS(1);
	TWENTY_ROUNDS(2);
	TWENTY_ROUNDS(3);
	e = _mm_sha1nexte_epu32(e, e_before);
	abcd = _mm_shuffle_epi32(_mm_add_epi32(abcd, abcd_before), REVERSE);
	_mm_storeu_si128((__m128i *)(void *)state, abcd);
	state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}

typedef void hash_block_fn(const uint8_t block[64], uint32_t state[5]);

/* Called by the dynamic linker, once. */
static hash_block_fn *choose_hash_block(void)
{
	unsigned a, b, c, d;
	const bool has_ssse3_sse41 = __get_cpuid(1, &a, &b, &c, &d) && c & bit_SSSE3 && c & bit_SSE4_1;
	return has_ssse3_sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA ? hash_block_with_instructions
	                                                                                 : hash_block_plainly;
}
static void hash_block(const uint8_t block[64], uint32_t state[5]) __attribute__((ifunc("choose_hash_block")));
#else
#define hash_block hash_block_plainly
#endif

void ws_sha1(const uint8_t *bytes, size_t length, uint8_t digest[WS_SHA1_BYTES])
{
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint8_t block[64] = {0};
	memcpy(block, bytes, length);
	block[length] = 0x80;
	block[62] = (uint8_t)(length >> 5);
	block[63] = (uint8_t)(length << 3);
	hash_block(block, state);
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t big = htobe32(state[i]);
		memcpy(digest + 4 * (size_t)i, &big, 4);
	}
}
