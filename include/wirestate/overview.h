/* The connections of a capture in few groups, the worst first: which verdict, at which server's port or of which
 * client, how many, and when. It is what to read first of a capture with more connections than a screen has rows.
 *
 * A verdict's connections are grouped by server and port. Where one client has nearly as many servers or ports as
 * connections, as in a scan or when its own link is broken, the client explains more, and all its connections with that
 * verdict are one group. Connections with which nothing went wrong, but which kept somebody waiting for a second or more,
 * are taken together as slow, whatever their verdict: those where the same cause did so for the longest. Every connection is in exactly one group.
 *
 * The walk over the connections is made in slices. Memory is bounded: of more than about 40,000 different servers'
 * ports the later ones are counted together. */
#ifndef WIRESTATE_OVERVIEW_H
#define WIRESTATE_OVERVIEW_H

#include <wirestate/filter.h>

struct ws_overview; /* opaque */

struct ws_overview_group {
	struct ws_judgement judgement;         /* of each of its connections; with `slow`, its verdict is none */
	bool one_client, one_server, one_port; /* what they have in common; the members below are valid then */
	/* The largest groups of a verdict are shown each, and its other connections together in a group with `rest`. */
	bool rest;
	uint8_t slow_cause; /* enum ws_slow_cause: what kept somebody waiting for the longest; only with `slow` */
	bool by_client; /* they have only the client in common, of which all connections with this verdict are here */
	uint8_t ip_version;
	struct ws_addr client, server;
	uint16_t port; /* the server's */
	uint64_t count;
	uint64_t verdict_count; /* of all groups with its verdict and severity */
	/* The earliest and the latest time of their first and last packets. */
	ws_time first, last;
	uint64_t example; /* the lowest number of its connections */
	ws_conn_id example_id;
	/* Of records: they are all of one sensor, and which; else false, NULL. */
	bool one_sensor;
	const char *sensor;
};

/* Takes over the tracker's key for hashes, and nothing else of it. NULL: out of memory. */
struct ws_overview *ws_overview_create(const struct ws_tracker *tracker) WS_CHECKED;
void ws_overview_free(struct ws_overview *overview); /* NULL allowed */

/* Begins a walk over all connections. The groups before stay until it is done. `times`: to add up where the time of all
 * connections went, too, which takes three times as long; else only that of slow ones is added up. */
void ws_overview_begin(struct ws_overview *overview, bool times);
/* Looks at most at `limit` connections, of which those count that the filter matches (NULL: all). True: the walk is done, and the groups are new. The tracker and the filter must
 * be the same from ws_overview_begin() on. */
bool ws_overview_work(struct ws_overview *overview, const struct ws_tracker *tracker, const struct ws_filter *filter,
                      size_t limit);

size_t ws_overview_count(const struct ws_overview *overview); /* of groups */
/* The worst group is the first: by severity, by how many connections have the verdict, by how many are in the group. */
const struct ws_overview_group *ws_overview_group(const struct ws_overview *overview, size_t index);
/* Where the time of a group's connections went, together, with the clients as endpoint 0 and the servers as 1. NULL: the
 * tracker does not know, or the walk did not add them up. The ways to the endpoints are not summed. */
const struct ws_time_shares *ws_overview_shares(const struct ws_overview *overview, size_t index);
uint64_t ws_overview_connections(const struct ws_overview *overview); /* in all groups */

/* True when both, perhaps of different walks, are the same group with more or fewer connections. */
bool ws_overview_same(const struct ws_overview_group *a, const struct ws_overview_group *b);
/* The word of a group's verdict, or "SLOW". */
const char *ws_overview_tag(const struct ws_overview_group *group);
/* Appends whose connections they are: "all from 192.0.2.10 to 198.51.100.5:443", "240 to 10.0.0.9:8443". */
void ws_overview_words(struct ws_text *text, const struct ws_overview_group *group);
/* Appends the display filter that shows exactly the connections of a group; of a `rest`, all with its verdict. */
void ws_overview_filter(struct ws_text *text, const struct ws_overview *overview,
                        const struct ws_overview_group *group);

#endif
