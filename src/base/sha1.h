/* SHA-1 (RFC 3174), for identifiers that others compute in the same way. It is not used for anything that must be
 * secure. */
#ifndef WS_BASE_SHA1_H
#define WS_BASE_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { WS_SHA1_BYTES = 20, WS_SHA1_MOST = 55 };

/* Hashes up to WS_SHA1_MOST bytes, which is one block. */
void ws_sha1(const uint8_t *bytes, size_t length, uint8_t digest[WS_SHA1_BYTES]);

#endif
