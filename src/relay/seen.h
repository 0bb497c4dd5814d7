/* Which lines of each sensor's run have been passed on, so that each one is passed on once: a server that was killed,
 * or a network that was cut, makes both the publisher and the server send lines again.
 *
 * A run's numbers are remembered for the last SEEN_WINDOW of them. An older one that comes now is taken as passed on. */
#ifndef RELAY_SEEN_H
#define RELAY_SEEN_H

#include "relay/line.h"

enum { SEEN_WINDOW = 1 << 21, SEEN_RUNS_MOST = 512 };

struct relay_seen;

/* NULL: no memory. */
struct relay_seen *relay_seen_new(void);
void relay_seen_free(struct relay_seen *seen);

/* True the first time that it is asked about a line, and false from then on. When there are more runs than
 * SEEN_RUNS_MOST, the one that was heard of least recently is forgotten. */
bool relay_seen_first(struct relay_seen *seen, const struct relay_id *id);

#endif
