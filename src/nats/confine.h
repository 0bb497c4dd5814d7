/* What this process gives up: it owns a connection to the network and reads what strangers publish. */
#ifndef NATS_CONFINE_H
#define NATS_CONFINE_H

#include <wirestate/error.h>

/* Becomes an unprivileged user (as ws_privileges_drop()), and has the kernel refuse starting programs, looking into
 * other processes, capturing packets, and opening files to write. Files and sockets can still be opened, since names
 * have to be resolved, and lost connections made again. Call it while there is one thread. */
bool confine_process(const char *user, struct ws_error *error) WS_CHECKED;

#endif
