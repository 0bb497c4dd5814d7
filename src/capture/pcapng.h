/* The reader of pcapng streams. */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include <wirestate/capture.h>

struct ws_pcapng; /* opaque */

/* Reads what comes before the first packet, as far as it is there, up to the first interface at least. `from` (may be
 * NULL) reads the same file: its interfaces are shared. */
bool ws_pcapng_open(struct ws_capture *capture, const struct ws_capture *from, struct ws_error *error) WS_CHECKED;
void ws_pcapng_free(struct ws_pcapng *pcapng); /* NULL is allowed */

enum ws_read ws_pcapng_read(struct ws_capture *capture, int max, struct ws_error *error) WS_CHECKED;
/* True: a block that is whole waits to be read. */
bool ws_pcapng_ready(const struct ws_capture *capture);

/* ---- These may be called while another thread reads the file. */

/* Of a regular file that is not packed: a packet again, by the position that it was delivered with. */
bool ws_pcapng_fetch(struct ws_capture *capture, uint64_t position, struct ws_frame *frame) WS_CHECKED;

const struct ws_frame_interface *ws_pcapng_interface(const struct ws_pcapng *pcapng, uint32_t index);
bool ws_pcapng_host_name(const struct ws_pcapng *pcapng, size_t index, struct ws_host_name *name) WS_CHECKED;
void ws_pcapng_hold(const struct ws_pcapng *pcapng);
void ws_pcapng_show(const struct ws_pcapng *pcapng, const struct ws_capture_news *news);

/* The drops that are known of the file's `ordinal`-th interface description (from 0), and the index of its interface.
 * False: there are fewer descriptions. */
bool ws_pcapng_drops(const struct ws_pcapng *pcapng, size_t ordinal, struct ws_interface_drops *drops) WS_CHECKED;
size_t ws_pcapng_descriptions(const struct ws_pcapng *pcapng); /* how many it has had so far */

/* ---- And these by the reading thread, or when none reads. */

void ws_pcapng_news(const struct ws_pcapng *pcapng, struct ws_capture_news *news);
/* The last comment of an interface's statistics, not terminated, or NULL. */
const char *ws_pcapng_remark(const struct ws_pcapng *pcapng, size_t *length);

#endif
