/* The Internet checksum. A ones' complement sum of 16-bit words equals the sum of wider words, folded to 16 bits at the
 * end. So this adds 32-bit words into 64-bit accumulators: a carry could be lost only after 2^32 words, and the
 * additions do not depend on one another. Short blocks are added as 64-bit words with their carries. Long ones are added
 * with the compiler's vector types; on x86-64 that code is also compiled for AVX2, and the dynamic linker picks the
 * version that the CPU can run. */
#include "base/checksum.h"

#include <string.h>

typedef uint64_t ws_lanes __attribute__((vector_size(32)));

#define BLOCK (2 * sizeof(ws_lanes))
#define LOW UINT64_C(0xffffffff)

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
        !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

/* The mask that lets the last `keep` bytes of a block through is the BLOCK bytes that start at window + keep. */
static const uint8_t window[2 * BLOCK] = {[BLOCK... 2 * BLOCK - 1] = 0xff};

/* Adds at least BLOCK bytes, an even number of them. `all` is modulo 2^64 what the low halves are, and the high ones times
 * 2^32, so the sum of the low ones is found at the end. The bytes that remain after the whole blocks are read as part of
 * the last BLOCK bytes, and a mask clears those of them that have been added already. */
FOR_EACH_PROCESSOR static uint64_t add_blocks(const uint8_t *bytes, size_t length)
{
	ws_lanes all = {0}, high = {0}, a, b, mask;
	const uint8_t *end = bytes + length;
	for (; bytes + BLOCK <= end; bytes += BLOCK) {
		memcpy(&a, bytes, sizeof(a));
		memcpy(&b, bytes + sizeof(a), sizeof(b));
		all += a + b;
		high += (a >> 32) + (b >> 32);
	}
	const uint8_t *through = window + (end - bytes);
	memcpy(&a, end - BLOCK, sizeof(a));
	memcpy(&b, end - sizeof(b), sizeof(b));
	memcpy(&mask, through, sizeof(mask));
	a &= mask;
	memcpy(&mask, through + sizeof(mask), sizeof(mask));
	b &= mask;
	all += a + b;
	high += (a >> 32) + (b >> 32);
	all += high - (high << 32);
	return all[0] + all[1] + all[2] + all[3];
}

/* Adds as many words of 8 bytes, whose carries are counted in the upper half. */
static inline unsigned __int128 add_words(unsigned __int128 sum, const uint8_t *bytes, unsigned words)
{
#pragma GCC unroll 4
	for (unsigned i = 0; i < words; i++) {
		uint64_t word;
		memcpy(&word, bytes + i * sizeof(word), sizeof(word));
		sum += word;
	}
	return sum;
}

/* Less than BLOCK bytes. Each bit of the length stands for a step, so there is no loop. */
static inline uint64_t add_rest(uint64_t sum, const uint8_t *bytes, size_t length)
{
	unsigned __int128 wide = 0;
	if (length & 32) {
		wide = add_words(wide, bytes, 4);
		bytes += 32;
	}
	if (length & 16) {
		wide = add_words(wide, bytes, 2);
		bytes += 16;
	}
	if (length & 8) {
		wide = add_words(wide, bytes, 1);
		bytes += 8;
	}
	sum += ((uint64_t)wide & LOW) + ((uint64_t)wide >> 32) + (uint64_t)(wide >> 64);
	if (length & 4) {
		uint32_t word;
		memcpy(&word, bytes, sizeof(word));
		sum += word;
		bytes += 4;
	}
	if (length & 3) {
		const uint8_t rest[4] = {bytes[0], length & 2 ? bytes[1] : 0, (length & 3) == 3 ? bytes[2] : 0};
		uint32_t word;
		memcpy(&word, rest, sizeof(word));
		sum += word;
	}
	return sum;
}

uint64_t ws_checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
	if (length < BLOCK)
		return add_rest(sum, bytes, length);
	const size_t even = length & ~(size_t)1;
	sum += add_blocks(bytes, even);
	return length & 1 ? add_rest(sum, bytes + even, 1) : sum;
}
