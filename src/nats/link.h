/* The connection to a NATS server, and JetStream on it. */
#ifndef NATS_LINK_H
#define NATS_LINK_H

#include "base/clock.h"

#include <wirestate/error.h>

#include <nats/nats.h>
#include <pthread.h>

/* What the command line says about it. */
struct link_config {
	const char *url;                                         /* one or several, separated by commas */
	const char *credentials, *authority, *certificate, *key; /* paths; NULL: none */
	const char *name;                                        /* what the server calls this connection */
	bool retry; /* a server that cannot be reached now is tried again, for good */
};

struct link {
	natsOptions *options;
	natsConnection *connection;
	jsCtx *js;
};

/* Connects, or begins to try with `retry`. What becomes of the connection is said on standard error. `acknowledged` is
 * called for each line that was published asynchronously, in a thread of the library; it may be NULL. link_close() is
 * due even after a failure; when it returns, the library has no thread any more, so it is the last call. */
bool link_open(struct link *link, const struct link_config *config, jsPubAckHandler acknowledged, void *closure,
               struct ws_error *error) WS_CHECKED;
void link_close(struct link *link);
bool link_is_up(const struct link *link);

/* Why the library refused, without the place in its source. Valid until the next call of it in this thread. */
const char *link_refusal(natsStatus status);

void link_sleep(ws_time duration);
/* Waits for a condition, with its lock held, at most so long. */
void link_await(pthread_cond_t *changed, pthread_mutex_t *lock, ws_time duration);

#endif
