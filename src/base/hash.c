#include "base/hash.h"

uint64_t ws_siphash(const uint8_t key[16], const void *data, size_t length)
{
	const uint8_t *bytes = data;
	struct ws_siphash_state s = ws_siphash_begin(key);
	size_t rest = length % 8;
	for (const uint8_t *end = bytes + length - rest; bytes < end; bytes += 8)
		ws_siphash_word(&s, ws_siphash_load(bytes));
	uint64_t last = 0;
	if (rest && length > rest) { /* with what is before them, they are one word */
		last = ws_siphash_load(bytes + rest - 8) >> 8 * (8 - rest);
	} else {
		for (size_t i = 0; i < rest; i++)
			last |= (uint64_t)bytes[i] << 8 * i;
	}
	return ws_siphash_end(&s, last, length);
}
