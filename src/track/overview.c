/* The connections of a capture in groups: see wirestate/overview.h.
 *
 * Theory of operation. One walk counts the connections by verdict and server's port, and beside that by verdict and
 * client, and adds up where their time went; of a client it also counts how many servers' ports it was the first to use.
 * A client most of whose connections went to a port of their own, or that went to many ports a few times each, is
 * scattered: groups by server would be nearly as many as its connections. Mostly no one else has used these ports, so
 * that the groups by server without this client are those that are left. Where others have, a second walk counts the
 * servers again without its connections.
 *
 * The tables have a fixed number of slots at most, and what finds no place is counted by verdict alone. A walk costs
 * what it costs to read connections from memory, so it goes on in blocks: their connections are read ahead, then the
 * slots that they belong to. */
#include "track/overview.h"

#include "base/hash.h"
#include "track/ahead.h"
#include "track/info.h"
#include "track/merged.h"
#include "track/rest.h"
#include "track/together.h"

#include <stdlib.h>
#include <string.h>

enum {
	PLACES = 65536, /* of a table */
	FULL = 40000,   /* slots from which on no new ones are taken */
	FIRST_ROOM = 256,
	BLOCK = 1024,  /* connections whose ids are asked for together */
	TOGETHER = 64, /* of them, those that are looked at before their slots are */
};

struct overview_place {
	uint32_t hash; /* the upper bits */
	uint32_t slot; /* its index plus one; 0: empty */
};

/* ---- Tables */

static bool table_init(struct overview_table *table)
{
	table->places = calloc(PLACES, sizeof(*table->places));
	return table->places;
}

static void table_free(struct overview_table *table)
{
	free(table->places);
	free(table->slots);
}

static void table_clear(struct overview_table *table)
{
	memset(table->places, 0, PLACES * sizeof(*table->places));
	table->count = 0;
}

/* The index of an empty slot that becomes the newest; SIZE_MAX: there is no room. */
static size_t table_add(struct overview_table *table, struct overview_place *place, uint64_t hash)
{
	if (table->count == FULL)
		return SIZE_MAX;
	if (table->count == table->room) {
		const size_t room = table->room ? table->room * 2 : FIRST_ROOM;
		struct overview_slot *slots = realloc(table->slots, room * sizeof(*slots));
		if (!slots)
			return SIZE_MAX;
		table->slots = slots;
		table->room = room;
	}
	table->slots[table->count].is.group.count = 0;
	table->slots[table->count].opened = 0;
	*place = (struct overview_place){(uint32_t)(hash >> 32), (uint32_t)table->count + 1};
	return table->count++;
}

static struct overview_place *home_of(const struct overview_table *table, uint64_t hash)
{
	return &table->places[hash & (PLACES - 1)];
}

/* The slot is not read yet, so it may be another one with the same hash. */
static void prefetch_slot(const struct overview_table *table, uint64_t hash)
{
	enum { LINE = 64 };
	const struct overview_place *place = home_of(table, hash);
	if (!place->slot || place->hash != (uint32_t)(hash >> 32))
		return;
	const char *slot = (const char *)&table->slots[place->slot - 1];
	for (size_t at = 0; at < sizeof(struct overview_slot); at += LINE)
		__builtin_prefetch(slot + at, 1);
}

/* ---- An overview */

struct ws_overview *ws_overview_create(const struct ws_tracker *tracker)
{
	struct ws_overview *overview = calloc(1, sizeof(*overview));
	if (!overview)
		return NULL;
	if (!table_init(&overview->server) || !table_init(&overview->client)) {
		ws_overview_free(overview);
		return NULL;
	}
	memcpy(overview->hash_key, ws_tracker_part(tracker, 0)->table.hash_key, sizeof(overview->hash_key));
	return overview;
}

void ws_overview_free(struct ws_overview *overview)
{
	if (!overview)
		return;
	table_free(&overview->server);
	table_free(&overview->client);
	free(overview);
}

static void clear_servers(struct ws_overview *overview)
{
	table_clear(&overview->server);
	for (unsigned code = 0; code < OVERVIEW_CODES; code++)
		overview->other[code].is.group.count = 0;
	overview->rank = 0;
}

void ws_overview_begin(struct ws_overview *overview, bool times)
{
	struct overview_found *counting = &overview->counting;
	clear_servers(overview);
	table_clear(&overview->client);
	memset(counting->total, 0, sizeof(counting->total));
	memset(counting->scattered_count, 0, sizeof(counting->scattered_count));
	counting->count = counting->connections = 0;
	overview->again = false;
	overview->times = times;
}

/* ---- Counting */

/* Slow connections have the places of two more verdicts, by their cause. */
uint8_t overview_code(struct ws_judgement judgement, unsigned slow_cause)
{
	_Static_assert(WS_VERDICT_COUNT + (WS_SLOW_COUNT - 1) / 4 < 16 && OVERVIEW_CODES == 4 * 16,
	               "four severities of each verdict");
	if (judgement.slow)
		return (uint8_t)((slow_cause & 3) << 4 | (WS_VERDICT_COUNT + slow_cause / 4));
	return (uint8_t)(judgement.severity << 4 | judgement.verdict);
}

uint8_t overview_code_of(const struct ws_overview_group *group)
{
	return overview_code(group->judgement, group->slow_cause);
}

struct ws_judgement overview_slow(void)
{
	return (struct ws_judgement){.verdict = WS_VERDICT_COUNT, .severity = 1, .slow = true};
}

static bool same_address(const struct ws_addr *a, const struct ws_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* What a connection adds to its groups. */
struct item {
	struct ws_overview_group group; /* of this connection alone */
	struct ws_time_shares shares;   /* valid when shares_known */
	bool shares_known;
	uint8_t code;
	uint64_t server_hash, client_hash;
};

/* `rest`: the port and the code in 24 bits, and above them of which sensor it is. The last four bytes are all that differs
 * in v4-mapped addresses, so most keys fit one word. */
static uint64_t hash_of(const struct ws_overview *overview, const struct ws_addr *address, unsigned ip_version,
                        uint64_t rest)
{
	enum { REST_BITS = 24 };
	struct ws_siphash_state state = ws_siphash_begin(overview->hash_key);
	const uint64_t high = ws_siphash_load(address->byte + 8);
	if (ip_version == 4 && !(rest >> REST_BITS))
		return ws_siphash_end(&state, high >> 32 << REST_BITS | rest, sizeof(rest) - 1);
	ws_siphash_word(&state, ws_siphash_load(address->byte));
	ws_siphash_word(&state, high);
	return ws_siphash_end(&state, rest, 16 + sizeof(rest) - 1);
}

static void hash_item(const struct ws_overview *overview, struct item *item)
{
	const struct ws_overview_group *group = &item->group;
	const uint64_t sensor = ((uint64_t)(uintptr_t)group->sensor & 0xfffffff0) << 20;
	item->server_hash =
	        hash_of(overview, &group->server, group->ip_version, sensor | (uint64_t)group->port << 8 | item->code);
	item->client_hash = hash_of(overview, &group->client, group->ip_version, item->code);
	__builtin_prefetch(home_of(&overview->server, item->server_hash));
	__builtin_prefetch(home_of(&overview->client, item->client_hash));
}

static bool is_of_server(const struct overview_slot *slot, const struct item *item)
{
	const struct ws_overview_group *group = &item->group, *of = &slot->is.group;
	return slot->code == item->code && of->sensor == group->sensor && of->port == group->port &&
	       of->ip_version == group->ip_version && same_address(&of->server, &group->server);
}

static bool is_of_client(const struct overview_slot *slot, const struct item *item)
{
	const struct ws_overview_group *group = &item->group, *of = &slot->is.group;
	return slot->code == item->code && of->ip_version == group->ip_version &&
	       same_address(&of->client, &group->client);
}

/* Finds the slot of the connection's server and port, or of its client; an empty one where it is the first of them. NULL:
 * there is no room. */
static struct overview_slot *slot_of(struct overview_table *table, const struct item *item, uint64_t hash,
                                     bool (*is_of)(const struct overview_slot *, const struct item *))
{
	struct overview_place *place = home_of(table, hash);
	while (place->slot && (place->hash != (uint32_t)(hash >> 32) || !is_of(&table->slots[place->slot - 1], item)))
		place = &table->places[(size_t)(place - table->places + 1) & (PLACES - 1)];
	const size_t at = place->slot ? place->slot - 1 : table_add(table, place, hash);
	return at == SIZE_MAX ? NULL : &table->slots[at];
}

static void merge_groups(struct ws_overview_group *group, const struct ws_overview_group *added)
{
	const bool same_version = group->ip_version == added->ip_version;
	group->one_client =
	        group->one_client && added->one_client && same_version && same_address(&group->client, &added->client);
	group->one_server =
	        group->one_server && added->one_server && same_version && same_address(&group->server, &added->server);
	group->one_port = group->one_port && added->one_port && group->port == added->port;
	group->first = added->first < group->first ? added->first : group->first;
	group->last = added->last > group->last ? added->last : group->last;
	group->one_sensor = group->one_sensor && added->one_sensor && group->sensor == added->sensor;
	if (added->example < group->example) {
		group->example = added->example;
		group->example_id = added->example_id;
	}
	group->count += added->count;
}

void overview_merge(struct overview_slot *slot, const struct ws_overview_group *added,
                    const struct ws_time_shares *shares, uint8_t code)
{
	if (slot->is.group.count) {
		merge_groups(&slot->is.group, added);
	} else {
		slot->is.group = *added;
		slot->is.shares = (struct ws_time_shares){.timeouts = 0};
		slot->code = code;
	}
	if (shares)
		ws_shares_add(&slot->is.shares, shares, 0);
}

bool overview_is_scattered(const struct overview_found *found, uint8_t code, const struct ws_overview_group *group)
{
	for (unsigned i = 0; i < found->scattered_count[code]; i++) {
		const struct ws_overview_group *client = &found->scattered[code][i].group;
		if (client->ip_version == group->ip_version && same_address(&client->client, &group->client))
			return true;
	}
	return false;
}

static void count_item(struct ws_overview *overview, const struct item *item)
{
	const struct ws_time_shares *shares = item->shares_known ? &item->shares : NULL;
	if (overview->again && overview_is_scattered(&overview->counting, item->code, &item->group))
		return;
	struct overview_slot *slot = slot_of(&overview->server, item, item->server_hash, is_of_server);
	/* So many servers' ports that there is no room are not found again often. */
	const bool opens = !slot || !slot->is.group.count;
	overview_merge(slot ? slot : &overview->other[item->code], &item->group, shares, item->code);
	if (overview->again)
		return;
	overview->counting.total[item->code]++;
	slot = slot_of(&overview->client, item, item->client_hash, is_of_client);
	if (!slot)
		return; /* the first clients are the ones that can be scattered */
	overview_merge(slot, &item->group, shares, item->code);
	slot->opened += opens;
}

static void count_items(struct ws_overview *overview, struct item *item, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hash_item(overview, &item[i]);
	for (size_t i = 0; i < count; i++) {
		prefetch_slot(&overview->server, item[i].server_hash);
		prefetch_slot(&overview->client, item[i].client_hash);
	}
	for (size_t i = 0; i < count; i++)
		count_item(overview, &item[i]);
}

/* ---- What a connection adds */

/* The capture's clock may have been set back between a connection's packets. */
static void order_times(struct ws_overview_group *group)
{
	const ws_time first = group->first;
	if (first <= group->last)
		return;
	group->first = group->last;
	group->last = first;
}

static void judge_item(struct item *item, unsigned client)
{
	struct ws_overview_group *group = &item->group;
	order_times(group);
	struct ws_judgement *judgement = &group->judgement;
	judgement->slow = judgement->slow && !judgement->severity;
	if (judgement->slow && item->shares_known)
		group->slow_cause = (uint8_t)ws_shares_slow_cause(&item->shares, client);
	if (judgement->slow)
		*judgement = overview_slow();
	item->code = overview_code_of(group);
}

/* Turns the shares so that the client is endpoint 0. */
static void turn_shares(struct item *item, unsigned client)
{
	for (enum ws_cause cause = 0; item->shares_known && client && cause < WS_CAUSE_COUNT; cause++) {
		ws_time *time = item->shares.time[cause], first = time[0];
		if (!ws_cause_is_sided(cause))
			continue;
		time[0] = time[1];
		time[1] = first;
	}
}

/* What is the same of a connection that is at rest and of one that is not: in `brief`, `judgement` and `shares` aside, and
 * in the members of `key` that identify it. */
static void fill_item(const struct ws_tracker *shown, ws_conn_id id, const struct ws_conn *key,
                      const struct ws_brief *brief, struct ws_judgement judgement, struct item *item)
{
	const struct ws_clock *clock = shown->merged ? ws_merged_clock(shown->merged, id) : NULL;
	const unsigned client = brief->likely_client, server = brief->self ? client : !client;
	item->group = (struct ws_overview_group){
	        .judgement = judgement,
	        .one_client = true,
	        .one_server = true,
	        .one_port = true,
	        .ip_version = key->ip_version,
	        .client = key->address[client],
	        .server = key->address[server],
	        .port = key->port[server],
	        .count = 1,
	        .first = clock ? ws_clock_here(clock, brief->first) : brief->first,
	        .last = clock ? ws_clock_here(clock, brief->last) : brief->last,
	        .example = brief->number,
	        .example_id = id,
	};
	judge_item(item, client);
	turn_shares(item, client);
}

/* `times`: also where its time went, which is needed of slow ones in any case. */
static void item_of(const struct ws_tracker *shown, ws_conn_id id, const struct ws_conn *conn, bool times,
                    struct item *item)
{
	const struct ws_tracker *tracker = ws_home_of(shown, id).tracker;
	bool summed = (times || !conn->judgement) && ws_conn_shares_sum(tracker, conn, &item->shares, NULL);
	const struct ws_judgement judgement = ws_conn_judgement(tracker, conn, summed ? &item->shares : NULL);
	const bool slow = judgement.slow && !judgement.severity;
	struct ws_brief brief = {.number = conn->number,
	                         .first = conn->first_time,
	                         .last = conn->last_time,
	                         .likely_client = (uint8_t)ws_shown_client(tracker, conn) & 1,
	                         .self = ws_conn_is_self(conn)};
	if (slow && !summed)
		summed = ws_conn_shares_sum(tracker, conn, &item->shares, NULL);
	item->shares_known = summed && (times || slow);
	if (ws_path_find(tracker, conn->id, conn->number)) { /* another point may have begun earlier or ended later */
		struct ws_conn_info info;
		ws_conn_fill(tracker, conn, WS_PART_FIRST | WS_PART_LAST, &info);
		brief.first = info.first_time;
		brief.last = info.last_time;
	}
	fill_item(shown, id, conn, &brief, judgement, item);
}

/* The same of a connection at rest. False: it has no brief that is still right. */
static bool item_of_brief(const struct ws_tracker *shown, ws_conn_id id, bool times, struct item *item)
{
	const struct ws_home home = ws_home_of(shown, id);
	const struct ws_table *table = &home.tracker->table;
	const uintptr_t place = ws_table_place(table, home.id);
	struct ws_brief brief;
	struct ws_conn key;
	if ((place & WS_PLACE_BITS) != WS_PLACE_AT_REST || !ws_rested_brief(table, ws_rested_at(place), &key, &brief))
		return false;
	const struct ws_judgement judgement = ws_judgement_now(home.tracker, brief.judgement, brief.first, brief.last);
	item->shares = brief.shares;
	item->shares_known = brief.shares_known && (times || (judgement.slow && !judgement.severity));
	fill_item(shown, id, &key, &brief, judgement, item);
	return true;
}

/* The same of a connection of records. */
static void item_of_record(const struct ws_conn_info *info, struct item *item)
{
	const unsigned likely_client = (unsigned)info->likely_client & 1;
	const struct ws_endpoint_info *client = &info->endpoint[likely_client],
	                              *server = &info->endpoint[!likely_client];
	item->shares_known = info->shares_known;
	item->shares = info->shares;
	item->group = (struct ws_overview_group){
	        .judgement = info->stated.judgement,
	        .one_client = true,
	        .one_server = true,
	        .one_port = true,
	        .one_sensor = true,
	        .sensor = info->stated.sensor,
	        .ip_version = info->ip_version,
	        .client = client->address,
	        .server = server->address,
	        .port = server->port,
	        .count = 1,
	        .first = info->first_time,
	        .last = info->last_time,
	        .example = info->number,
	        .example_id = info->id,
	};
	item->group.judgement.slow = info->shares_known && ws_shares_slow(&info->shares, likely_client) >= WS_SLOW;
	judge_item(item, likely_client);
	turn_shares(item, likely_client);
}

/* ---- The walk */

/* The connection ids[i] of `count`. False: there is none. */
static bool read_item(const struct ws_overview *overview, const struct ws_tracker *tracker, const ws_conn_id *ids,
                      size_t i, size_t count, struct item *item)
{
	const unsigned parts = WS_PART_OPENING | WS_PART_LAST | WS_PART_FIRST | (overview->times ? WS_PART_SHARES : 0);
	const struct ws_home home = ws_home_of(tracker, ids[i]);
	struct ws_conn_copy copy;
	struct ws_conn_info info;
	if (tracker->stored) {
		if (!ws_stored_conn(tracker->stored, ids[i], &info))
			return false;
		item_of_record(&info, item);
		return true;
	}
	ws_ahead_in_walk(tracker, ids, i, count, ws_lines_of(parts));
	if (item_of_brief(tracker, ids[i], overview->times, item))
		return true;
	const struct ws_conn *conn = ws_table_read(&home.tracker->table, home.id, &copy);
	if (conn)
		item_of(tracker, ids[i], conn, overview->times, item);
	return conn;
}

/* Looks at the connections of these ranks. */
static void count_block(struct ws_overview *overview, const struct ws_tracker *tracker, const struct ws_filter *filter,
                        size_t limit)
{
	ws_conn_id ids[BLOCK];
	struct item item[TOGETHER];
	const size_t count = filter ? ws_filter_pick(filter, tracker, overview->rank, limit, ids)
	                            : ws_tracker_conn_ids(tracker, overview->rank, limit, ids);
	size_t items = 0;
	for (size_t i = 0; i < count; i++) {
		items += read_item(overview, tracker, ids, i, count, &item[items]);
		if (items == TOGETHER || i + 1 == count) {
			count_items(overview, item, items);
			items = 0;
		}
	}
}

/* Every connection has been looked at. True: that was the last walk. */
static bool end_walk(struct ws_overview *overview, const struct ws_tracker *tracker)
{
	if (!overview->again)
		overview_choose_scattered(overview);
	if (!overview->again && !overview_is_counted(overview)) {
		clear_servers(overview);
		overview->again = true;
		return false;
	}
	overview_make_groups(overview);
	overview->counting.shares_known =
	        ws_tracker_part(tracker, 0)->table.shares || ws_tracker_shares_stated(tracker);
	overview->counting.times = overview->times || tracker->stored;
	overview->found = overview->counting;
	return true;
}

bool ws_overview_work(struct ws_overview *overview, const struct ws_tracker *tracker, const struct ws_filter *filter,
                      size_t limit)
{
	const size_t count = ws_tracker_conn_count(tracker);
	for (;;) {
		while (limit && overview->rank < count) {
			size_t block = count - overview->rank < BLOCK ? count - overview->rank : BLOCK;
			block = block < limit ? block : limit;
			count_block(overview, tracker, filter, block);
			overview->rank += block;
			limit -= block;
		}
		if (overview->rank < count)
			return false;
		if (end_walk(overview, tracker))
			return true;
	}
}

bool ws_overview_same(const struct ws_overview_group *a, const struct ws_overview_group *b)
{
	if (overview_code_of(a) != overview_code_of(b) || a->rest != b->rest || a->by_client != b->by_client)
		return false;
	if (a->rest)
		return true;
	if (a->ip_version != b->ip_version)
		return false;
	if (a->by_client)
		return same_address(&a->client, &b->client);
	return a->port == b->port && a->sensor == b->sensor && same_address(&a->server, &b->server);
}

size_t ws_overview_count(const struct ws_overview *overview)
{
	return overview->found.count;
}

const struct ws_overview_group *ws_overview_group(const struct ws_overview *overview, size_t index)
{
	return &overview->found.shown[index].group;
}

const struct ws_time_shares *ws_overview_shares(const struct ws_overview *overview, size_t index)
{
	const struct overview_found *found = &overview->found;
	const struct overview_shown *shown = &found->shown[index];
	return found->shares_known && (found->times || shown->group.judgement.slow) ? &shown->shares : NULL;
}

uint64_t ws_overview_connections(const struct ws_overview *overview)
{
	return overview->found.connections;
}
