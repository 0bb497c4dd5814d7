/* Requests and answers: the client of a connection sends, and then the server does. They are told apart by the
 * direction of the payload alone, whatever the protocol. */
#ifndef WIRESTATE_EXCHANGE_H
#define WIRESTATE_EXCHANGE_H

#include <wirestate/language.h>
#include <wirestate/track.h>

struct ws_exchange {
	uint64_t number; /* of the connection's exchanges, from 1 */
	ws_time request_first, request_last;
	ws_time answer_first, answer_last; /* valid when `answered` */
	/* The shortest time from the capture to the client and back, and to the server; 0: not known. */
	ws_time way[2];
	/* Of several points: what the server's program took as the point nearest to it shows; valid when `both_ends`. */
	ws_time think;
	uint64_t request_frame, answer_frame,
	        last_frame;                   /* of the first and the first segment, and the answer's last one */
	uint64_t request_bytes, answer_bytes; /* each byte once */
	/* Of the client and of the server: segments with bytes that had been captured before. */
	uint32_t again[2];
	/* Raw numbers: one past the request's last byte, and of the answer's first; they are of one point. */
	uint32_t request_end, answer_start;
	uint8_t point;  /* of several points: whose times and frames these are */
	bool both_ends; /* of several points: the point nearest to the client and that nearest to the server have it */
	bool answered;
	bool opened; /* a SYN was captured before it */
	/* The client went on sending before it had the whole answer, so what belongs to which is not plain. */
	bool interleaved;
};

/* The segments of both ends with bytes that had been captured before. */
static inline uint32_t ws_exchange_again(const struct ws_exchange *exchange)
{
	return exchange->again[0] + exchange->again[1];
}
/* At which end it was captured, as ws_shares_vantage(). */
const char *ws_exchange_vantage(const struct ws_exchange *exchange);
/* From the first byte of the request to the first byte of the answer; -1: not answered. */
ws_time ws_exchange_first_byte(const struct ws_exchange *exchange);
/* What the server's program took: from the last byte of the request to the first of the answer, without the way to the
 * server and back, at the point nearest to the server; -1: not answered. */
ws_time ws_exchange_think(const struct ws_exchange *exchange);
/* From the first byte of the answer to its last; -1: not answered. */
ws_time ws_exchange_transfer(const struct ws_exchange *exchange);

/* False: stop. */
typedef bool ws_exchange_fn(void *context, const struct ws_exchange *exchange);
/* Calls `fn` for each exchange of a connection in the order of time, also for one that is not over. It goes through the
 * connection's history, and takes time in proportion to it. Of a connection that several points captured, the times are
 * those of the client as the point nearest to it has them, by the clock of `tracker`. False: the history is not kept, or
 * `fn` has stopped it. */
bool ws_tracker_exchanges(const struct ws_tracker *tracker, ws_conn_id id, ws_exchange_fn *fn, void *context);
/* The exchange of a connection that is not over, with the configuration's `exchanges`. False: none. */
bool ws_tracker_open_exchange(const struct ws_tracker *tracker, ws_conn_id id, struct ws_exchange *exchange);

/* ---- The exchanges of each server's port */

/* X(enumerator, word, words): what is measured of each exchange. */
#define WS_MEASURES(X)                                                                                                 \
	X(WS_MEASURE_FIRST_BYTE, "ttfb", N_("time to first byte"))                                                     \
	X(WS_MEASURE_THINK, "think_time", N_("think time"))                                                            \
	X(WS_MEASURE_TRANSFER, "transfer_time", N_("transfer time"))

enum ws_measure {
#define X(name, word, words) name,
	WS_MEASURES(X)
#undef X
	        WS_MEASURE_COUNT
};
const char *ws_measure_words(enum ws_measure measure);
ws_time ws_exchange_measure(const struct ws_exchange *exchange, enum ws_measure measure);

/* Values of which quantiles are asked for: up to WS_QUANTILE_EXACT of them are kept, and of more it is counted how many
 * are in each range; then a quantile is right within 3 %. The least and the most are always exact. Zeroed memory is a
 * valid start. */
enum { WS_QUANTILE_EXACT = 256, WS_QUANTILE_RANGES = 512 };
struct ws_quantile {
	uint64_t count;
	ws_time least, most;
	union {
		ws_time value[WS_QUANTILE_EXACT];
		uint32_t range[WS_QUANTILE_RANGES];
	};
};
void ws_quantile_add(struct ws_quantile *quantile, ws_time value);
/* The value that `percent` of all do not exceed (nearest rank). -1: there are none. */
ws_time ws_quantile_value(const struct ws_quantile *quantile, unsigned percent);

struct ws_service {
	struct ws_addr address; /* of the server; valid unless `rest` */
	uint16_t port;
	uint8_t ip_version;
	bool rest; /* of all servers' ports for which there was no room */
	uint64_t connections, exchanges, unanswered, interleaved;
	struct ws_quantile measure[WS_MEASURE_COUNT]; /* of those that are answered */
	struct ws_time_shares shares; /* where the time of its connections went, the client as endpoint 0 */
	bool shares_known;
};

struct ws_services; /* opaque */

/* Takes at most about `memory` bytes. NULL: out of memory. */
struct ws_services *ws_services_create(const struct ws_tracker *tracker, uint64_t memory) WS_CHECKED;
void ws_services_free(struct ws_services *services); /* NULL allowed */
/* Adds an exchange of a connection; a connection, and where its time went, without its exchanges; and the exchanges in
 * a connection's history, which is false where that is not kept. */
void ws_services_exchange(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id,
                          const struct ws_exchange *exchange);
void ws_services_connection(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id);
bool ws_services_history(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id);
size_t ws_services_count(const struct ws_services *services);
/* In the order in which they were found. */
const struct ws_service *ws_services_at(const struct ws_services *services, size_t index);
/* Appends "10.0.0.2:80", or "other servers". */
void ws_service_words(struct ws_text *text, const struct ws_service *service);

#endif
