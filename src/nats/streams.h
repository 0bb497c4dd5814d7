/* The two streams that keep records, and the names of subjects: wirestate.v1.SITE.SENSOR.KIND.
 *
 * WIRESTATE_RECORDS has connections, UDP conversations, ARP and statistics, in files, for a day; WIRESTATE_TRANSITIONS
 * has the single steps, in memory, for an hour. Both are bounded in bytes, and give up what is oldest. A line that is
 * published twice within ten minutes is stored once. Packets are never stored. */
#ifndef NATS_STREAMS_H
#define NATS_STREAMS_H

#include "nats/link.h"
#include "relay/line.h"

enum stream { STREAM_RECORDS, STREAM_TRANSITIONS, STREAM_COUNT };

enum { SUBJECT_MOST = 256 };

const char *stream_name(enum stream stream);

/* The subject of a kind, or with a NULL, of all sites or sensors. */
void stream_subject(char subject[SUBJECT_MOST], const char *site, const char *sensor, const char *kind);

/* Makes the streams that are not there; what is there stays as it is. `most` bounds the bytes of the records, 0: 4 GiB.
 * False: the server does not allow it, or does not answer. Where somebody else makes them, publishing works all the
 * same. */
bool streams_make(struct link *link, int64_t most, struct ws_error *error) WS_CHECKED;

#endif
