/* gzip and zstd as streams. */
#ifndef CAPTURE_UNPACK_H
#define CAPTURE_UNPACK_H

#include "capture/framing.h"

struct ws_unpack; /* opaque */

struct ws_unpack *ws_unpack_new(enum ws_format format); /* WS_FORMAT_GZIP or WS_FORMAT_ZSTD; NULL: out of memory */
void ws_unpack_free(struct ws_unpack *unpack);          /* NULL is allowed */

/* Unpacks from in[*used..in_length) to out[*made..out_size), advancing both. False: damaged, ws_unpack_problem() says
 * how; what was made before is good. If the output is full, there may be more. */
bool ws_unpack_run(struct ws_unpack *unpack, const uint8_t *in, size_t in_length, size_t *used, uint8_t *out,
                   size_t out_size, size_t *made) WS_CHECKED;
/* True where the packed data may end. */
bool ws_unpack_complete(const struct ws_unpack *unpack);
const char *ws_unpack_problem(const struct ws_unpack *unpack);

#endif
