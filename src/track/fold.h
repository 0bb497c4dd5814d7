/* Differences in either direction as small numbers without a sign: 0, -1, 1, -2 … become 0, 1, 2, 3 … Numbers that wrap
 * around have differences that do. Private to src/track. */
#ifndef WS_TRACK_FOLD_H
#define WS_TRACK_FOLD_H

#include <stdint.h>

static inline uint64_t ws_fold64(uint64_t difference)
{
	return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t ws_unfold64(uint64_t folded)
{
	return folded >> 1 ^ (0 - (folded & 1));
}

static inline uint32_t ws_fold32(uint32_t difference)
{
	return difference << 1 ^ (0 - (difference >> 31));
}

static inline uint32_t ws_unfold32(uint32_t folded)
{
	return folded >> 1 ^ (0 - (folded & 1));
}

#endif
