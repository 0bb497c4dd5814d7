/* Requests for packets, which a sensor answers: wirestate.v1.SITE.SENSOR.packets.
 *
 * A request is the text `BOOT CONNECTION`. The reply is a pcapng of at most ANSWER_MOST bytes, or has the header
 * Wirestate-Error with a sentence. The packets are not this process's: it asks the process that captures, over a socket,
 * with the line `packets CONNECTION LIMIT`, which is answered by `ok LENGTH` and as many bytes, or `error TEXT`, each
 * line ended by a newline. An answer that comes too late is read, and passed over, before the next question: answers
 * do not say to which one they belong. */
#ifndef NATS_ANSWERS_H
#define NATS_ANSWERS_H

#include "nats/settings.h"

enum { ANSWER_MOST = 512 * 1024 };
#define ANSWER_ERROR "Wirestate-Error"

struct answers {
	natsSubscription *subscription;
	const char *boot;
	int requests;        /* the socket; -1: there are no packets */
	bool late_line;      /* the first line of the last answer has not been read yet */
	size_t late_packets; /* bytes after that line that have not been read yet */
};

/* Begins to answer; what cannot be done is said on standard error. `boot` must stay. */
void answers_begin(struct answers *answers, struct link *link, const struct settings *settings, const char *boot);
void answers_end(struct answers *answers);

#endif
