/* What the command line of wirestate-nats asks for. */
#ifndef NATS_SETTINGS_H
#define NATS_SETTINGS_H

#include "nats/link.h"
#include "relay/line.h"

#include <wirestate/language.h>

/* X(enumerator, word, what it does) */
#define COMMANDS(X)                                                                                                    \
	X(COMMAND_PUBLISH, "publish", N_("read records from standard input and publish them"))                         \
	X(COMMAND_SUBSCRIBE, "subscribe", N_("write the records of all sensors to standard output"))                   \
	X(COMMAND_PACKETS, "packets", N_("ask a sensor for the packets of a connection, and write them as pcapng"))    \
	X(COMMAND_STREAMS, "streams", N_("make the streams that keep the records, and exit"))

enum command {
#define X(name, word, what) name,
	COMMANDS(X)
#undef X
	        COMMAND_NONE
};

struct settings {
	enum command command;
	struct link_config link;
	const char *user, *durable;       /* NULL: not given */
	char site[RELAY_NAME_MOST + 1];   /* empty: all of them */
	char sensor[RELAY_NAME_MOST + 1]; /* empty: all of them; publish always has one */
	char boot[RELAY_NAME_MOST + 1];   /* packets: the sensor's run; else the name of this run */
	uint64_t queue, most;             /* bytes */
	ws_time since;                    /* subscribe: records of so long ago and later; 0: of all times */
	ws_time wait;                     /* publish: so long after the end of its input */
	uint64_t connection;              /* packets: its number at the sensor */
	int requests;                     /* publish: a socket for requests of packets; -1: none */
	bool once;                        /* subscribe: end when everything has been written */
	bool help, version;
};

bool settings_parse(int argc, char **argv, struct settings *settings, struct ws_error *error) WS_CHECKED;
void settings_help(void);

int run_publish(const struct settings *settings);
int run_subscribe(const struct settings *settings);
int run_packets(const struct settings *settings);
int run_streams(const struct settings *settings);

/* Prints the error, and returns the exit status that belongs to it. */
int settings_fail(const struct ws_error *error);

#endif
