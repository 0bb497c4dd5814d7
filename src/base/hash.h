/* Keyed hashing, so that no one on the wire can choose which bucket a packet lands in. */
#ifndef WS_BASE_HASH_H
#define WS_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 of `length` bytes under a 16-byte key. Any alignment. */
uint64_t ws_siphash(const uint8_t key[16], const void *data, size_t length);

#endif
