#include "base/sha1.h"

#include <endian.h>
#include <string.h>

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

void ws_sha1(const uint8_t *bytes, size_t length, uint8_t digest[WS_SHA1_BYTES])
{
	static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint32_t words[80];
	const uint32_t *word = words;
	uint8_t block[64] = {0};
	memcpy(block, bytes, length);
	block[length] = 0x80;
	block[62] = (uint8_t)(length >> 5);
	block[63] = (uint8_t)(length << 3);
	schedule(block, words);
	uint32_t a = start[0], b = start[1], c = start[2], d = start[3], e = start[4];
	ROUNDS(CHOOSE, 0x5a827999)
	ROUNDS(PARITY, 0x6ed9eba1)
	ROUNDS(MAJORITY, 0x8f1bbcdc)
	ROUNDS(PARITY, 0xca62c1d6)
	const uint32_t end[5] = {a, b, c, d, e};
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t big = htobe32(start[i] + end[i]);
		memcpy(digest + 4 * (size_t)i, &big, 4);
	}
}
