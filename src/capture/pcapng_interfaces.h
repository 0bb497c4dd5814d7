/* The interfaces of one pcapng file. A capture and those that are reopened from it share them, so that an interface of
 * the file is the same for all of them. */
#ifndef CAPTURE_PCAPNG_INTERFACES_H
#define CAPTURE_PCAPNG_INTERFACES_H

#include "capture/pcapng_blocks.h"

#include <wirestate/capture.h>

/* What a reader needs to know of an interface. */
struct ws_ng_interface {
	struct ws_frame_interface shown, unnamed;
	struct ws_ng_clock clock;
	bool cut; /* there was no room for its texts */
};

struct ws_ng_interfaces; /* opaque */

/* One thread may read the file while others ask what it has told. It holds this lock while it takes in a block that is
 * no packet, and others while they look at what such blocks have said. The functions below need it. */
void ws_ng_interfaces_lock(struct ws_ng_interfaces *interfaces);
void ws_ng_interfaces_unlock(struct ws_ng_interfaces *interfaces);

struct ws_ng_interfaces *ws_ng_interfaces_new(void) WS_CHECKED; /* NULL: out of memory */
struct ws_ng_interfaces *ws_ng_interfaces_share(struct ws_ng_interfaces *interfaces);
void ws_ng_interfaces_release(struct ws_ng_interfaces *interfaces); /* NULL is allowed */

/* The interface of the `ordinal`-th description in the file (from 0), which stands in a section with that comment
 * (NULL: none). When the description has been read before, by its ordinal, or is equal to that of `alike` (may be
 * NULL), it is the same interface. NULL: out of memory. The texts of all interfaces may take 16 MiB; beyond that they
 * are not kept. */
struct ws_ng_interface *ws_ng_interfaces_add(struct ws_ng_interfaces *interfaces, size_t ordinal,
                                             const struct ws_ng_description *description, const char *section_comment,
                                             struct ws_ng_interface *alike) WS_CHECKED;

/* NULL: there are fewer. */
const struct ws_frame_interface *ws_ng_interfaces_at(const struct ws_ng_interfaces *interfaces, uint32_t index);

#endif
