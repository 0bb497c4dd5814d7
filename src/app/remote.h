/* Connections of other hosts, opened from records: their sensors are asked for the packets, which are then shown in a
 * view of their own, in front of the view with the records.
 *
 * The view with the records has given up every right, so a process that was started before does that for it. They talk
 * over a pair of sockets, a line each way. A request is `SENSOR BOOT CONNECTION`, and the same again, separated by a
 * space, for another sensor that has seen the same connection: then they are two points. The reply is `done` once that
 * view has ended, or `error TEXT`. */
#ifndef APP_REMOTE_H
#define APP_REMOTE_H

#include "cli/options.h"

#include <sys/types.h>

enum { REMOTE_SENSORS_MOST = 4, REMOTE_LINE_MOST = 1024 };

struct remote_conn {
	const char *sensor, *boot;
	uint64_t number; /* of the connection there */
};

/* Starts the process; `options` has the address. Sets `*socket`, which is the view's. -1: `error` says why. */
pid_t remote_start(const struct options *options, int *socket, struct ws_error *error) WS_CHECKED;

/* In the view, while it has given the terminal away: shows the connection, and returns when the user has left it. False:
 * `error` says why it could not be shown. */
bool remote_show(int socket, const struct remote_conn *conns, size_t count, struct ws_error *error) WS_CHECKED;

#endif
