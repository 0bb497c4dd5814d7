/* The exchanges and the time of all connections to each server's port, in bounded memory: a hash table that grows until
 * there is no room, and one more service for all the others. */
#include "base/hash.h"
#include "track/exchange.h"
#include "track/info.h"
#include "track/merged.h"
#include "track/together.h"
#include "track/tracker.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

struct ws_services {
	uint8_t hash_key[16];
	uint32_t *slot; /* open addressing: 1 + the index of a service; 0: empty */
	size_t slots;   /* a power of two; at most half of them are used */
	struct ws_service **service;
	size_t count, capacity, most;
	struct ws_service *rest; /* one of them; NULL: not needed so far */
};

/* ---- Quantiles */

enum { FIRST_OCTAVE = 10, STEPS = 16 }; /* from a microsecond to 36 minutes, 16 ranges for a factor of two */

static unsigned range_of(ws_time value)
{
	const uint64_t ns = value > 0 ? (uint64_t)value : 0;
	if (ns >> FIRST_OCTAVE == 0)
		return 0;
	const unsigned octave = 63 - (unsigned)__builtin_clzll(ns);
	const unsigned index = STEPS * (octave - FIRST_OCTAVE) + (unsigned)(ns >> (octave - 4) & (STEPS - 1));
	return index < WS_QUANTILE_RANGES ? index : WS_QUANTILE_RANGES - 1;
}

static ws_time middle_of(unsigned index)
{
	const uint64_t first = UINT64_C(1) << (FIRST_OCTAVE + index / STEPS);
	return (ws_time)(first + first / STEPS * (index % STEPS) + first / STEPS / 2);
}

void ws_quantile_add(struct ws_quantile *quantile, ws_time value)
{
	quantile->least = quantile->count && quantile->least < value ? quantile->least : value;
	quantile->most = quantile->count && quantile->most > value ? quantile->most : value;
	if (quantile->count < WS_QUANTILE_EXACT) {
		quantile->value[quantile->count++] = value;
		return;
	}
	if (quantile->count == WS_QUANTILE_EXACT) {
		ws_time values[WS_QUANTILE_EXACT];
		memcpy(values, quantile->value, sizeof(values));
		memset(quantile->range, 0, sizeof(quantile->range));
		for (unsigned i = 0; i < WS_QUANTILE_EXACT; i++)
			quantile->range[range_of(values[i])]++;
	}
	quantile->range[range_of(value)]++;
	quantile->count++;
}

static int compare_times(const void *left, const void *right)
{
	const ws_time a = *(const ws_time *)left, b = *(const ws_time *)right;
	return a < b ? -1 : a > b;
}

ws_time ws_quantile_value(const struct ws_quantile *quantile, unsigned percent)
{
	if (!quantile->count)
		return -1;
	uint64_t rank = (quantile->count * percent + 99) / 100, passed = 0;
	rank = rank ? rank : 1;
	if (quantile->count <= WS_QUANTILE_EXACT) {
		ws_time values[WS_QUANTILE_EXACT];
		memcpy(values, quantile->value, sizeof(values));
		qsort(values, quantile->count, sizeof(*values), compare_times);
		return values[rank - 1];
	}
	unsigned index = 0;
	while (index < WS_QUANTILE_RANGES - 1 && (passed += quantile->range[index]) < rank)
		index++;
	const ws_time middle = middle_of(index);
	return middle < quantile->least ? quantile->least : middle > quantile->most ? quantile->most : middle;
}

/* ---- The table */

struct ws_services *ws_services_create(const struct ws_tracker *tracker, uint64_t memory)
{
	struct ws_services *services = calloc(1, sizeof(*services));
	if (!services)
		return NULL;
	memcpy(services->hash_key, ws_tracker_part(tracker, 0)->table.hash_key, sizeof(services->hash_key));
	services->most = memory / sizeof(struct ws_service) + 1;
	return services;
}

void ws_services_free(struct ws_services *services)
{
	if (!services)
		return;
	for (size_t i = 0; i < services->count; i++)
		free(services->service[i]);
	free(services->service);
	free(services->slot);
	free(services);
}

static size_t slot_of(const struct ws_services *services, const struct ws_service *key)
{
	struct ws_siphash_state state = ws_siphash_begin(services->hash_key);
	ws_siphash_word(&state, ws_siphash_load(key->address.byte));
	ws_siphash_word(&state, ws_siphash_load(key->address.byte + 8));
	size_t at = ws_siphash_end(&state, (uint64_t)key->port << 8 | key->ip_version, 16 + sizeof(uint64_t) - 1) &
	            (services->slots - 1);
	for (; services->slot[at]; at = (at + 1) & (services->slots - 1)) {
		const struct ws_service *service = services->service[services->slot[at] - 1];
		if (!service->rest && service->port == key->port && service->ip_version == key->ip_version &&
		    memcmp(&service->address, &key->address, sizeof(key->address)) == 0)
			break;
	}
	return at;
}

static bool reserve(struct ws_services *services)
{
	if (services->count == services->capacity) {
		const size_t capacity = services->capacity ? 2 * services->capacity : FIRST_SLOTS / 2;
		struct ws_service **grown = realloc(services->service, capacity * sizeof(struct ws_service *));
		if (!grown)
			return false;
		services->service = grown;
		services->capacity = capacity;
	}
	if (2 * (services->count + 1) <= services->slots)
		return true;
	const size_t slots = services->slots ? 2 * services->slots : FIRST_SLOTS;
	uint32_t *slot = calloc(slots, sizeof(*slot));
	if (!slot)
		return false;
	free(services->slot);
	services->slot = slot;
	services->slots = slots;
	for (size_t i = 0; i < services->count; i++)
		if (!services->service[i]->rest)
			services->slot[slot_of(services, services->service[i])] = (uint32_t)i + 1;
	return true;
}

static struct ws_service *add_service(struct ws_services *services, const struct ws_service *key)
{
	struct ws_service *service = reserve(services) ? calloc(1, sizeof(*service)) : NULL;
	if (!service)
		return NULL;
	service->address = key->address;
	service->port = key->port;
	service->ip_version = key->ip_version;
	service->rest = key->rest;
	services->service[services->count++] = service;
	return service;
}

/* The service of a connection, or the one for the others. NULL: there is no memory for a single one. */
static struct ws_service *service_of(struct ws_services *services, const struct ws_tracker *tracker,
                                     const struct ws_conn *conn)
{
	const unsigned client = (unsigned)ws_shown_client(tracker, conn) & 1,
	               server = ws_conn_is_self(conn) ? client : !client;
	const struct ws_service key = {
	        .address = conn->address[server], .port = conn->port[server], .ip_version = conn->ip_version};
	if (services->slots) {
		const uint32_t index = services->slot[slot_of(services, &key)];
		if (index)
			return services->service[index - 1];
	}
	struct ws_service *service = services->count < services->most ? add_service(services, &key) : NULL;
	if (service) {
		services->slot[slot_of(services, &key)] = (uint32_t)services->count;
		return service;
	}
	if (!services->rest)
		services->rest = add_service(services, &(struct ws_service){.rest = true});
	return services->rest;
}

static void count_exchange(struct ws_services *services, const struct ws_tracker *tracker, const struct ws_conn *conn,
                           const struct ws_exchange *exchange)
{
	struct ws_service *service = service_of(services, tracker, conn);
	if (!service)
		return;
	service->exchanges++;
	service->interleaved += exchange->interleaved;
	if (!exchange->answered) {
		service->unanswered++;
		return;
	}
	for (enum ws_measure measure = 0; measure < WS_MEASURE_COUNT; measure++)
		ws_quantile_add(&service->measure[measure], ws_exchange_measure(exchange, measure));
}

void ws_services_exchange(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id,
                          const struct ws_exchange *exchange)
{
	struct ws_conn_copy copy;
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
	if (conn)
		count_exchange(services, home.tracker, conn, exchange);
}

void ws_services_connection(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id)
{
	struct ws_conn_copy copy;
	const struct ws_home home = ws_home_of(tracker, id);
	const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
	struct ws_service *service = conn ? service_of(services, home.tracker, conn) : NULL;
	struct ws_time_shares of;
	if (!service)
		return;
	service->connections++;
	if (!ws_conn_shares_sum(home.tracker, conn, &of, NULL))
		return;
	service->shares_known = true;
	ws_shares_add(&service->shares, &of, (unsigned)ws_shown_client(home.tracker, conn) & 1);
}

struct adding {
	struct ws_services *services;
	const struct ws_tracker *tracker; /* of the connection */
	const struct ws_conn *conn;
};

static bool add_exchange(void *context, const struct ws_exchange *exchange)
{
	const struct adding *adding = context;
	count_exchange(adding->services, adding->tracker, adding->conn, exchange);
	return true;
}

bool ws_services_history(struct ws_services *services, const struct ws_tracker *tracker, ws_conn_id id)
{
	const struct ws_home home = ws_home_of(tracker, id);
	struct adding adding = {services, home.tracker, ws_table_awake(&home.tracker->table, home.id)};
	return adding.conn && ws_tracker_exchanges(home.tracker, home.id, add_exchange, &adding);
}

size_t ws_services_count(const struct ws_services *services)
{
	return services->count;
}

const struct ws_service *ws_services_at(const struct ws_services *services, size_t index)
{
	return services->service[index];
}

void ws_service_words(struct ws_text *text, const struct ws_service *service)
{
	if (service->rest)
		ws_text_puts(text, _("other servers"));
	else
		ws_text_endpoint(text, &service->address, service->ip_version, service->port);
}
