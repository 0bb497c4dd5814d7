/* Records that are formatted by several threads, see wirestate/output.h: those of packets of one point, batch by batch,
 * while the session's own thread tracks the next ones, and those of connections and UDP conversations at the end. The
 * session's thread writes them in order. */
#ifndef APP_SHEETS_H
#define APP_SHEETS_H

#include <stdbool.h>
#include <stddef.h>

struct session;
struct sheets; /* opaque */

/* For the session's output and its workers. NULL: they would not help, or there is no memory. */
struct sheets *sheets_new(struct session *session);
void sheets_free(struct sheets *sheets); /* NULL allowed */

/* The records of packets are formatted by these threads. */
bool sheets_take_packets(const struct sheets *sheets);
/* Between these two, what the session's output is given goes to a sheet, which is then formatted; the packets must stay
 * until it is written. Call the first one only when sheets_are_full() is false. */
void sheets_begin(struct sheets *sheets);
void sheets_end(struct sheets *sheets);
/* How many sheets are not written yet; all of them; the oldest one has been formatted (there must be one). */
size_t sheets_count(const struct sheets *sheets);
bool sheets_are_full(const struct sheets *sheets);
bool sheets_oldest_is_done(const struct sheets *sheets);
/* Writes the oldest sheet. Formats meanwhile, if that is not done. */
void sheets_write(struct sheets *sheets);

#endif
