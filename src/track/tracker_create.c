/* Makes a tracker, which divides its memory between what it keeps, and frees it. */
#include "track/merged.h"
#include "track/tracker.h"

#include <stdlib.h>

#define DEFAULT_TIME_WAIT (60 * WS_SECOND)
#define DEFAULT_MEMORY (UINT64_C(1) << 30)

struct ws_tracker *ws_tracker_create(const struct ws_tracker_config *config, struct ws_error *error)
{
	struct ws_tracker *tracker = calloc(1, sizeof(*tracker));
	if (!tracker) {
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	tracker->config = *config;
	if (!tracker->config.time_wait)
		tracker->config.time_wait = DEFAULT_TIME_WAIT;
	if (!tracker->config.max_memory)
		tracker->config.max_memory = DEFAULT_MEMORY;
	uint64_t memory = tracker->config.max_memory, connections = config->history ? memory / 2 : memory / 4 * 3;
	tracker->requests.on = config->exchanges;
	if (config->exchanges)
		connections = ws_exchange_pool_rest(connections, config->shares);
	tracker->history.limit = config->history ? memory / 4 : 0;
	if (config->joins) {
		connections = memory / 4;
		tracker->history.limit = memory / 2;
	}
	tracker->now = INT64_MIN;
	tracker->predicts = !config->debug_connection;
	ws_udp_init(&tracker->udp, config->hash_key, memory / 8);
	ws_arp_init(&tracker->arp, config->hash_key);
	ws_fragments_init(&tracker->fragments, config->hash_key, WS_FRAGMENTS_BUDGET);
	ws_details_init(tracker);
	ws_hostnames_init(&tracker->names, config->hash_key, config->names,
	                  config->max_memory ? config->max_memory : UINT64_C(1) << 30);
	ws_file_notes_init(&tracker->file_notes, config->max_memory ? config->max_memory : UINT64_C(1) << 30);
	tracker->tunnels.hash_key = tracker->config.hash_key;
	if (config->debug_connection)
		tracker->debug = ws_debug_create(config->debug_connection);
	if (config->records)
		tracker->stored = ws_stored_new(config->hash_key, memory / 8 * 7);
	if (!ws_table_init(&tracker->table, config->hash_key, connections, config->shares) ||
	    (config->debug_connection && !tracker->debug) || (config->records && !tracker->stored)) {
		ws_tracker_free(tracker);
		ws_fail(error, WS_ERROR_SYSTEM, "out of memory");
		return NULL;
	}
	tracker->table.time_wait = tracker->config.time_wait;
	tracker->table.never_rest = config->history; /* replays need their connections at hand */
	tracker->table.briefs = config->overview ? tracker : NULL;
	return tracker;
}

void ws_tracker_free(struct ws_tracker *tracker)
{
	if (!tracker)
		return;
	for (size_t i = 0; i < tracker->table.order_count; i++) {
		struct ws_conn *conn = ws_table_awake(&tracker->table, tracker->table.order[i].id);
		if (conn)
			ws_history_free(&tracker->history, conn);
	}
	ws_merged_free(tracker->merged);
	ws_stored_free(tracker->stored);
	ws_table_free(&tracker->table);
	ws_udp_free(&tracker->udp);
	ws_arp_free(&tracker->arp);
	ws_fragments_free(&tracker->fragments);
	ws_details_free(tracker);
	ws_hostnames_free(&tracker->names);
	ws_file_notes_free(&tracker->file_notes);
	ws_tunnels_free(&tracker->tunnels);
	ws_exchange_pool_free(&tracker->requests);
	free(tracker->debug);
	free(tracker);
}
