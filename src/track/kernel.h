/* Private to src/track: what the own host's kernel says of a connection. */
#ifndef WS_TRACK_KERNEL_H
#define WS_TRACK_KERNEL_H

#include "track/conn.h"

#include <wirestate/kernel.h>

/* Of endpoint `i`; NULL: nothing is known. */
const struct ws_kernel_end *ws_kernel_end_of(const struct ws_kernel *kernel, const struct ws_conn *conn, unsigned i);

#endif
