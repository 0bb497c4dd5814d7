/* Tells requests and answers apart, segment by segment. Private to src/track;
 * wirestate/exchange.h says what an exchange is. */
#ifndef WS_TRACK_EXCHANGE_H
#define WS_TRACK_EXCHANGE_H

#include "track/checksums.h"
#include "track/conn.h"

#include <wirestate/exchange.h>
#include <wirestate/points.h>

/* Of one connection. Zeroed memory is a valid start. */
struct ws_exchanger {
	struct ws_exchange now; /* valid when `open` */
	uint32_t end[2];        /* one past the highest byte that each endpoint has sent; valid when `known` */
	uint32_t missing[2];    /* how many bytes before that were not captured, as after a loss */
	uint32_t gap[2];        /* the first of these; valid when there are any */
	bool known[2], open;
	bool opened; /* a SYN was captured */
	uint64_t count;
	ws_time longest; /* time to first byte of an exchange so far */
};

/* A segment was captured. `way`: from the capture to the server and back, 0 when it is not known. True: `done` is an
 * exchange that is over. */
bool ws_exchanger_note(struct ws_exchanger *exchanger, const struct ws_segment *s, unsigned client, ws_time way,
                       struct ws_exchange *done);
/* Segments with a wrong checksum were good after all: they are noted with the times when they came. */
bool ws_exchanger_accept(struct ws_exchanger *exchanger, const struct ws_suspect *suspect, unsigned client, ws_time way,
                         struct ws_exchange *done);
/* What is not over ends. False: nothing. */
bool ws_exchanger_finish(struct ws_exchanger *exchanger, struct ws_exchange *done);
/* The segment has come to its receiver, as far as its checksum tells. */
static inline bool ws_exchange_counts(const struct ws_segment *s)
{
	return !s->duplicate && (!s->bad_checksum || s->checksum_ignored);
}

/* Who is told of exchanges, and by which clock. */
struct ws_exchange_shown {
	const struct ws_tracker *asked, *tracker; /* asked: `tracker`, or the merged one whose part it is */
	unsigned point;                           /* whose times and frames they have */
	ws_exchange_fn *fn;
	void *context;
};
bool ws_exchange_show(const struct ws_exchange_shown *shown, struct ws_exchange *exchange);
/* exchanges_joined.c: ws_tracker_exchanges() of a connection with this path, that `tracker` keeps; went_through: what that
 * returns. False: its points do not say it together. */
bool ws_exchanges_joined(const struct ws_tracker *asked, const struct ws_tracker *tracker, const struct ws_path_of *of,
                         ws_exchange_fn *fn, void *context, bool *went_through);
/* The longest time to first byte of a connection: as far as it is counted, or from the history. -1: not known. */
ws_time ws_longest_first_byte(const struct ws_tracker *tracker, const struct ws_conn *conn);
/* The shortest way from the capture to the server and back. */
ws_time ws_exchange_way(const struct ws_conn *conn, unsigned client);

struct ws_exchange_pool {
	bool on;
	struct ws_exchanger **chunk; /* by connection id */
	size_t count;
	/* The latest that are over, for the events of a packet: it may end one, and show that a segment of each endpoint was
	 * good after all. */
	struct ws_exchange done[3];
	unsigned next; /* of these */
};

/* The memory that is left for connections of what they and their exchanges may take. */
uint64_t ws_exchange_pool_rest(uint64_t memory, bool shares);
void ws_exchange_pool_free(struct ws_exchange_pool *pool);
uint64_t ws_exchange_pool_memory(const struct ws_exchange_pool *pool);
void ws_exchange_pool_begin(struct ws_exchange_pool *pool, ws_conn_id id);
/* The exchange that is over, valid until the next packet; NULL: none. */
const struct ws_exchange *ws_exchange_pool_note(struct ws_exchange_pool *pool, const struct ws_conn *conn,
                                                const struct ws_segment *s);
const struct ws_exchange *ws_exchange_pool_accept(struct ws_exchange_pool *pool, const struct ws_conn *conn,
                                                  const struct ws_suspect *suspect);
/* The exchanger of a connection; NULL: none. */
const struct ws_exchanger *ws_exchange_pool_find(const struct ws_exchange_pool *pool, ws_conn_id id);

#endif
