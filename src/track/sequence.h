/* Sequence numbers, which are compared modulo 2^32 (RFC 9293 §3.4). */
#ifndef WS_TRACK_SEQUENCE_H
#define WS_TRACK_SEQUENCE_H

#include <wirestate/types.h>

static inline bool ws_seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline uint32_t ws_seq_max(uint32_t a, uint32_t b)
{
	return ws_seq_before(a, b) ? b : a;
}

#endif
