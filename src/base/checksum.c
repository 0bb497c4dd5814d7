/* Internet checksum. A ones' complement sum of 16-bit words equals that of wider words folded down, so this adds 32-bit
 * words into 64-bit accumulators: no carry can be lost before 2^32 words, and no addition has to wait for the one
 * before. The long stretch is written with the compiler's vectors, which become whatever the processor has; on x86-64
 * it is also compiled for AVX2, and the loader picks. */
#include "base/checksum.h"

#include <string.h>

typedef uint64_t ws_lanes __attribute__((vector_size(32)));

#define BLOCK (2 * sizeof(ws_lanes))
#define LOW UINT64_C(0xffffffff)

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
        !defined(__SANITIZE_ADDRESS__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif

/* For a mask that lets the last `keep` bytes of a block through: it begins `keep` bytes into this. */
static const uint8_t window[2 * BLOCK] = {[BLOCK... 2 * BLOCK - 1] = 0xff};

/* At least BLOCK bytes, an even number. What is left over behind whole blocks is read as the last block of all, without
 * what has been added already. */
FOR_EACH_PROCESSOR static uint64_t add_blocks(const uint8_t *bytes, size_t length)
{
	ws_lanes low = {0}, high = {0}, a, b, mask;
	const uint8_t *end = bytes + length;
	for (; bytes + BLOCK <= end; bytes += BLOCK) {
		memcpy(&a, bytes, sizeof(a));
		memcpy(&b, bytes + sizeof(a), sizeof(b));
		low += (a & LOW) + (b & LOW);
		high += (a >> 32) + (b >> 32);
	}
	const uint8_t *through = window + (end - bytes);
	memcpy(&a, end - BLOCK, sizeof(a));
	memcpy(&b, end - sizeof(b), sizeof(b));
	memcpy(&mask, through, sizeof(mask));
	a &= mask;
	memcpy(&mask, through + sizeof(mask), sizeof(mask));
	b &= mask;
	low += (a & LOW) + (b & LOW);
	high += (a >> 32) + (b >> 32);
	low += high;
	return low[0] + low[1] + low[2] + low[3];
}

uint64_t ws_checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
	if (length >= BLOCK) {
		sum += add_blocks(bytes, length & ~(size_t)1);
		bytes += length & ~(size_t)1;
		length &= 1;
	}
	for (; length >= 8; length -= 8, bytes += 8) {
		uint64_t word;
		memcpy(&word, bytes, sizeof(word));
		sum += (word & LOW) + (word >> 32);
	}
	if (length >= 4) {
		uint32_t word;
		memcpy(&word, bytes, sizeof(word));
		sum += word;
		bytes += 4;
		length -= 4;
	}
	if (length) {
		uint8_t rest[4] = {bytes[0], length > 1 ? bytes[1] : 0, length > 2 ? bytes[2] : 0};
		uint32_t word;
		memcpy(&word, rest, sizeof(word));
		sum += word;
	}
	return sum;
}
