/* Names of hosts, as name resolution blocks of pcapng give them: a bounded table from address to name. */
#ifndef CAPTURE_HOST_NAMES_H
#define CAPTURE_HOST_NAMES_H

#include "capture/pcapng_blocks.h"

#include <wirestate/capture.h>

struct ws_host_names; /* opaque */

struct ws_host_names *ws_host_names_new(void) WS_CHECKED; /* NULL: out of memory */
void ws_host_names_free(struct ws_host_names *names);     /* NULL is allowed */
/* The first name of an address stays. Nothing happens when the table is full. */
void ws_host_names_add(struct ws_host_names *names, const struct ws_ng_name *name);
size_t ws_host_names_count(const struct ws_host_names *names);
/* The name stays where it is until the table is freed. */
bool ws_host_names_at(const struct ws_host_names *names, size_t index, struct ws_host_name *name) WS_CHECKED;

#endif
