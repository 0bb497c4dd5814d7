/* A connection's info in few bytes: most of its 1,000 bytes are 0. Private to src/track. */
#ifndef WS_TRACK_PACKED_H
#define WS_TRACK_PACKED_H

#include <wirestate/track.h>

#include <stddef.h>

/* Allocates and fills it. Texts are copied; other pointers must stay valid. `size` receives its bytes. NULL: out of
 * memory. */
uint8_t *ws_packed_new(const struct ws_conn_info *info, size_t *size) WS_CHECKED;
/* The texts of `info` are in `packed`. */
void ws_packed_read(const uint8_t *packed, struct ws_conn_info *info);

#endif
