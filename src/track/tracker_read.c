/* Reads connections, conversations, bindings and totals from the tracker as plain values. */
#include "base/search.h"
#include "track/info.h"
#include "track/merged.h"
#include "track/together.h"

#include <wirestate/join.h>

void ws_tracker_set_paths(struct ws_tracker *tracker, const struct ws_points *points, unsigned point,
                          const struct ws_path_of *paths, size_t count, const struct ws_udp_paths *udp)
{
	tracker->udp_paths = udp;
	tracker->points = points;
	tracker->point = point;
	tracker->paths = paths;
	tracker->path_count = paths ? count : 0;
	for (size_t i = 0; i < ws_tracker_conn_count(tracker); i++) {
		struct ws_conn *conn = ws_table_awake(&tracker->table, ws_tracker_conn_at(tracker, i));
		if (conn)
			conn->judgement = 0; /* a verdict may become another one by what other points know */
	}
}

const struct ws_points *ws_tracker_points(const struct ws_tracker *tracker)
{
	return tracker->points;
}

bool ws_tracker_conn(const struct ws_tracker *tracker, ws_conn_id id, struct ws_conn_info *info)
{
	if (tracker->stored)
		return ws_stored_conn(tracker->stored, id, info);
	if (tracker->merged)
		return ws_merged_conn(tracker->merged, id, info);
	struct ws_conn_copy copy;
	const struct ws_conn *conn = ws_table_read(&tracker->table, id, &copy);
	if (!conn)
		return false;
	*info = (struct ws_conn_info){.id = 0};
	ws_conn_fill(tracker, conn, WS_PARTS_ALL, info);
	return true;
}

static bool stored_ends(const struct ws_tracker *tracker, ws_conn_id id, struct ws_conn_ends *ends)
{
	struct ws_conn_info info;
	if (!ws_stored_conn(tracker->stored, id, &info))
		return false;
	*ends = (struct ws_conn_ends){.number = info.number,
	                              .address = {info.endpoint[0].address, info.endpoint[1].address},
	                              .port = {info.endpoint[0].port, info.endpoint[1].port},
	                              .ip_version = info.ip_version,
	                              .client = info.client,
	                              .likely_client = info.likely_client,
	                              .sensor = info.stated.sensor};
	return true;
}

bool ws_tracker_conn_ends(const struct ws_tracker *tracker, ws_conn_id id, struct ws_conn_ends *ends)
{
	if (tracker->stored)
		return stored_ends(tracker, id, ends);
	const struct ws_home home = ws_home_of(tracker, id);
	struct ws_conn_copy copy;
	const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
	if (!conn)
		return false;
	const struct ws_path_of *of = ws_path_find(home.tracker, conn->id, conn->number);
	*ends = (struct ws_conn_ends){.number = conn->number,
	                              .address = {conn->address[0], conn->address[1]},
	                              .port = {conn->port[0], conn->port[1]},
	                              .ip_version = conn->ip_version,
	                              .client = ws_together_client(of, conn),
	                              .likely_client = ws_together_likely_client(of, conn)};
	return true;
}

/* ---- The order */

/* Closes the holes in `order` before its entries are counted. `order` is a cache of what the pool contains, so this
 * changes nothing that a caller can see, and the cast is safe. */
static struct ws_table *tidy(const struct ws_tracker *tracker)
{
	struct ws_table *table = (struct ws_table *)&tracker->table;
	if (table->holes)
		ws_table_compact(table);
	return table;
}

size_t ws_tracker_conn_count(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_count(tracker->merged);
	return tracker->stored ? ws_stored_count(tracker->stored) : tidy(tracker)->order_count;
}

ws_conn_id ws_tracker_conn_at(const struct ws_tracker *tracker, size_t rank)
{
	ws_conn_id id;
	return ws_tracker_conn_ids(tracker, rank, 1, &id) ? id : 0;
}

size_t ws_tracker_conn_ids(const struct ws_tracker *tracker, size_t rank, size_t count, ws_conn_id *ids)
{
	if (tracker->stored)
		return ws_stored_ids(tracker->stored, rank, count, ids);
	if (tracker->merged)
		return ws_merged_ids(tracker->merged, rank, count, ids);
	const struct ws_table *table = tidy(tracker);
	const size_t left = rank < table->order_count ? table->order_count - rank : 0;
	count = count < left ? count : left;
	for (size_t i = 0; i < count; i++)
		ids[i] = table->order[rank + i].id;
	return count;
}

ws_conn_id ws_tracker_conn_find(const struct ws_tracker *tracker, uint64_t number)
{
	if (tracker->stored)
		return ws_stored_find(tracker->stored, number);
	if (tracker->merged)
		return ws_merged_find(tracker->merged, number);
	if (number >> WS_CONN_KEY_SHIFT && number >> WS_CONN_KEY_SHIFT != tracker->point)
		return 0;
	number = ws_conn_key_number(number);
	const struct ws_table *table = tidy(tracker);
	size_t rank = ws_table_rank(table, number);
	return rank < table->order_count && table->order[rank].number == number ? table->order[rank].id : 0;
}

size_t ws_tracker_udp_count(const struct ws_tracker *tracker)
{
	if (tracker->merged)
		return ws_merged_udp_count(tracker->merged);
	return tracker->stored ? ws_stored_udp_count(tracker->stored) : ws_udp_count(&tracker->udp);
}

static void fill_udp_path(const struct ws_udp_paths *paths, struct ws_udp_info *info)
{
	const size_t low = SEARCH_FIRST(paths ? paths->count : 0, i, paths->path[i].number < info->number);
	if (!paths || low == paths->count || paths->path[low].number != info->number)
		return;
	info->path = paths->path[low].of.path;
	info->path_swapped = paths->path[low].of.swapped;
}

bool ws_tracker_udp(const struct ws_tracker *tracker, size_t index, struct ws_udp_info *info)
{
	uint16_t tunnel;
	if (tracker->stored)
		return ws_stored_udp(tracker->stored, index, info);
	if (tracker->merged)
		return ws_merged_udp(tracker->merged, index, info);
	if (!ws_udp_at(&tracker->udp, index, info, &tunnel))
		return false;
	fill_udp_path(tracker->udp_paths, info);
	info->point = (uint8_t)tracker->point;
	info->tunnel = ws_tunnels_path(&tracker->tunnels, tunnel);
	return true;
}

size_t ws_tracker_arp_count(const struct ws_tracker *tracker)
{
	return tracker->stored ? ws_stored_arp_count(tracker->stored) : ws_arp_count(&tracker->arp);
}

bool ws_tracker_arp(const struct ws_tracker *tracker, size_t index, struct ws_arp_binding *binding)
{
	return tracker->stored ? ws_stored_arp(tracker->stored, index, binding)
	                       : ws_arp_at(&tracker->arp, index, binding);
}

bool ws_tracker_out_of_memory(const struct ws_tracker *tracker)
{
	return tracker->table.out_of_memory;
}

void ws_tracker_stats(const struct ws_tracker *tracker, struct ws_tracker_stats *stats)
{
	if (tracker->stored) {
		ws_stored_stats(tracker->stored, stats);
		return;
	}
	if (tracker->merged) {
		ws_merged_stats(tracker->merged, stats);
		return;
	}
	*stats = tracker->stats;
	stats->inputs = stats->packets;
	stats->udp_conversations = tracker->udp.seen;
	stats->udp_evicted = tracker->udp.conversations.evicted;
	stats->fragments_evicted = tracker->fragments.stats.evicted;
	stats->history_dropped = tracker->history.dropped;
	stats->memory = ws_table_memory(&tracker->table) + tracker->history.used + ws_udp_memory(&tracker->udp) +
	                ws_details_memory(tracker) + tracker->file_notes.capacity +
	                ws_tunnels_memory(&tracker->tunnels) + ws_exchange_pool_memory(&tracker->requests);
}
