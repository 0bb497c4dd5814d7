/* Internet checksum. A ones' complement sum of 16-bit words equals that of wider words folded down, so this adds 32-bit
 * words into 64-bit accumulators: no carry can be lost before 2^32 words, and no addition has to wait for the one
 * before. The inner loop has a fixed number of independent lanes, which the compiler turns into vector instructions at
 * -O2. */
#include "base/checksum.h"

#include <string.h>

#define LANES 16

uint64_t ws_checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
	if (length >= 4 * LANES) {
		uint64_t low[LANES / 2] = {0}, high[LANES / 2] = {0};
		do {
			uint64_t words[LANES / 2];
			memcpy(words, bytes, sizeof(words));
			for (unsigned lane = 0; lane < LANES / 2; lane++) {
				low[lane] += words[lane] & 0xffffffff;
				high[lane] += words[lane] >> 32;
			}
			bytes += sizeof(words);
			length -= sizeof(words);
		} while (length >= 4 * LANES);
		for (unsigned lane = 0; lane < LANES / 2; lane++)
			sum += low[lane] + high[lane];
	}
	while (length >= 4) {
		uint32_t word;
		memcpy(&word, bytes, sizeof(word));
		sum += word;
		bytes += 4;
		length -= 4;
	}
	if (length) {
		uint32_t word = 0;
		memcpy(&word, bytes, length);
		sum += word;
	}
	return sum;
}
