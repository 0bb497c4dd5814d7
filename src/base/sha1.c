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

void ws_sha1(const uint8_t *bytes, size_t length, uint8_t digest[WS_SHA1_BYTES])
{
	static const uint32_t constant[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}, h[5], word[80];
	uint8_t block[64] = {0};
	memcpy(block, bytes, length);
	block[length] = 0x80;
	block[62] = (uint8_t)(length >> 5);
	block[63] = (uint8_t)(length << 3);
	schedule(block, word);
	memcpy(h, start, sizeof(h));
	for (unsigned i = 0; i < 80; i++) {
		uint32_t mixed = h[1] ^ h[2] ^ h[3];
		if (i < 20)
			mixed = (h[1] & h[2]) | (~h[1] & h[3]);
		else if (i >= 40 && i < 60)
			mixed = (h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3]);
		const uint32_t next = rotate(h[0], 5) + mixed + h[4] + word[i] + constant[i / 20];
		h[4] = h[3];
		h[3] = h[2];
		h[2] = rotate(h[1], 30);
		h[1] = h[0];
		h[0] = next;
	}
	for (unsigned i = 0; i < 5; i++) {
		const uint32_t big = htobe32(start[i] + h[i]);
		memcpy(digest + 4 * (size_t)i, &big, 4);
	}
}
