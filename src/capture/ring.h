/* Frames kept in memory, the newest up to a number of bytes. */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include <wirestate/capture.h>

struct ws_ring; /* opaque */

struct ws_ring *ws_ring_new(uint64_t bytes) WS_CHECKED; /* NULL: out of memory */
void ws_ring_free(struct ws_ring *ring);                /* NULL is allowed */
uint64_t ws_ring_size(const struct ws_ring *ring);      /* bytes it holds when it is full */

/* Keeps a copy, in place of the oldest ones: its position, or WS_POSITION_NONE when it is larger than the ring. */
uint64_t ws_ring_put(struct ws_ring *ring, const struct ws_frame *frame);
/* A copy of the copy, valid until the next call of this. False: overwritten, or never was a position. */
bool ws_ring_get(struct ws_ring *ring, uint64_t position, struct ws_frame *frame) WS_CHECKED;
/* Returns the first frame at or after *position that is still there, like ws_ring_get() but with its number, and moves
 * *position past it. Returns false when there is none yet. */
bool ws_ring_next(struct ws_ring *ring, uint64_t *position, struct ws_frame *frame) WS_CHECKED;

#endif
