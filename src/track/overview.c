/* The connections of a capture in groups: see wirestate/overview.h.
 *
 * Theory of operation. A first walk counts the connections by verdict and server's port, and beside that by verdict and
 * client; of a client it also counts how many servers' ports it was the first to use. A client most of whose
 * connections went to a port of their own is scattered: groups by server would be as many as its connections. When
 * there is such a client, a second walk counts the servers again without its connections. A last walk adds up where the
 * time of each group's connections went. The tables have a fixed number of slots, and what finds no place is counted by
 * verdict alone. */
#include <wirestate/overview.h>

#include "base/hash.h"
#include "track/info.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS = 65536,       /* of a table */
	FULL = 40000,        /* used slots from which on no new ones are taken */
	BLOCK = 256,         /* connections looked at together */
	SCATTERED_LEAST = 8, /* connections of a client from which on it may be scattered */
	CLIENTS = 4,         /* scattered clients of one verdict that have a group of their own */
	EACH = 8,            /* groups of one verdict besides the rest */
	CODES = 64,          /* verdicts with their severities, see code_of() */
	GROUPS = CODES * (EACH + 1),
};

/* One group while it is counted. An unused slot has the count 0. */
struct slot {
	struct ws_overview_group group;
	uint32_t opened; /* of a client: how many servers' ports it was the first to use */
	uint8_t code;
};

/* The groups of one verdict while they are chosen. */
struct code_groups {
	struct ws_overview_group shown[EACH];
	unsigned count;
	struct slot rest;
};

struct ws_overview {
	uint8_t hash_key[16];
	struct slot *server, *client; /* SLOTS each */
	size_t servers, clients;      /* that are used */
	struct slot other[CODES];     /* connections whose server found no place */
	uint64_t total[CODES];
	uint8_t scattered_count[CODES];
	struct ws_overview_group scattered[CODES][CLIENTS];
	enum { COUNTS, COUNTS_AGAIN, ADDS } walk;
	size_t rank;
	/* The groups in use, and where their time went; and the ones whose time is being added up. */
	struct ws_overview_group group[GROUPS], next[GROUPS];
	struct ws_time_shares shares[GROUPS], next_shares[GROUPS];
	bool shares_known;
	size_t count, next_count;
	struct code_groups code[CODES];
	uint16_t first_of[CODES]; /* in `next`: a verdict's groups; 1 + the index, 0: none */
	uint64_t connections;
};

struct ws_overview *ws_overview_create(const struct ws_tracker *tracker)
{
	struct ws_overview *overview = calloc(1, sizeof(*overview));
	if (!overview)
		return NULL;
	overview->server = calloc(SLOTS, sizeof(*overview->server));
	overview->client = calloc(SLOTS, sizeof(*overview->client));
	if (!overview->server || !overview->client) {
		ws_overview_free(overview);
		return NULL;
	}
	memcpy(overview->hash_key, tracker->table.hash_key, sizeof(overview->hash_key));
	return overview;
}

void ws_overview_free(struct ws_overview *overview)
{
	if (!overview)
		return;
	free(overview->server);
	free(overview->client);
	free(overview);
}

static void clear_servers(struct ws_overview *overview)
{
	memset(overview->server, 0, SLOTS * sizeof(*overview->server));
	memset(overview->other, 0, sizeof(overview->other));
	overview->servers = overview->rank = 0;
}

void ws_overview_begin(struct ws_overview *overview)
{
	clear_servers(overview);
	memset(overview->client, 0, SLOTS * sizeof(*overview->client));
	memset(overview->total, 0, sizeof(overview->total));
	memset(overview->scattered_count, 0, sizeof(overview->scattered_count));
	overview->clients = 0;
	overview->walk = COUNTS;
}

/* ---- Counting */

/* Slow connections have the places of two more verdicts, by their cause. */
static uint8_t code_of(struct ws_judgement judgement, unsigned slow_cause)
{
	_Static_assert(WS_VERDICT_COUNT + (WS_SLOW_COUNT - 1) / 4 < 16 && CODES == 4 * 16,
	               "four severities of each verdict");
	if (judgement.slow)
		return (uint8_t)((slow_cause & 3) << 4 | (WS_VERDICT_COUNT + slow_cause / 4));
	return (uint8_t)(judgement.severity << 4 | judgement.verdict);
}

static uint8_t code_of_group(const struct ws_overview_group *group)
{
	return code_of(group->judgement, group->slow_cause);
}

static bool same_address(const struct ws_addr *a, const struct ws_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* What a connection adds to its groups. */
struct item {
	struct ws_overview_group group; /* of this connection alone */
	uint8_t code;
};

static size_t home(const struct ws_overview *overview, const struct ws_addr *address, uint64_t rest)
{
	struct ws_siphash_state state = ws_siphash_begin(overview->hash_key);
	ws_siphash_word(&state, ws_siphash_load(address->byte));
	ws_siphash_word(&state, ws_siphash_load(address->byte + 8));
	return ws_siphash_end(&state, rest, 16 + sizeof(rest) - 1) & (SLOTS - 1);
}

/* Finds the slot of the connection's server and port, or the empty one where they belong; there is always one. */
static struct slot *server_slot(const struct ws_overview *overview, const struct item *item)
{
	const struct ws_overview_group *group = &item->group;
	const uint64_t rest = (uint64_t)group->port << 16 | (uint64_t)item->code << 8 | group->ip_version |
	                      ((uint64_t)(uintptr_t)group->sensor & 0xfffff0) << 28;
	size_t at = home(overview, &group->server, rest);
	while (overview->server[at].group.count &&
	       (overview->server[at].code != item->code || overview->server[at].group.sensor != group->sensor || overview->server[at].group.port != group->port ||
	        overview->server[at].group.ip_version != group->ip_version ||
	        !same_address(&overview->server[at].group.server, &group->server)))
		at = (at + 1) & (SLOTS - 1);
	return &overview->server[at];
}

static struct slot *client_slot(const struct ws_overview *overview, const struct item *item)
{
	const struct ws_overview_group *group = &item->group;
	size_t at = home(overview, &group->client, (uint64_t)item->code << 8 | group->ip_version);
	while (overview->client[at].group.count &&
	       (overview->client[at].code != item->code || overview->client[at].group.ip_version != group->ip_version ||
	        !same_address(&overview->client[at].group.client, &group->client)))
		at = (at + 1) & (SLOTS - 1);
	return &overview->client[at];
}

static void merge(struct slot *slot, const struct ws_overview_group *added, uint8_t code)
{
	struct ws_overview_group *group = &slot->group;
	if (!group->count) {
		*group = *added;
		slot->code = code;
		return;
	}
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

static bool is_scattered(const struct ws_overview *overview, const struct item *item)
{
	for (unsigned i = 0; i < overview->scattered_count[item->code]; i++) {
		const struct ws_overview_group *client = &overview->scattered[item->code][i];
		if (client->ip_version == item->group.ip_version && same_address(&client->client, &item->group.client))
			return true;
	}
	return false;
}

static void count_server(struct ws_overview *overview, const struct item *item, bool *opened)
{
	struct slot *slot = server_slot(overview, item);
	if (!slot->group.count && overview->servers == FULL) {
		slot = &overview->other[item->code];
		*opened = true; /* so many servers' ports are not found again often */
	} else if (!slot->group.count) {
		overview->servers++;
		*opened = true;
	}
	merge(slot, &item->group, item->code);
}

static void count_client(struct ws_overview *overview, const struct item *item, bool opened)
{
	struct slot *slot = client_slot(overview, item);
	if (!slot->group.count && overview->clients == FULL)
		return; /* the first clients are the ones that can be scattered */
	overview->clients += !slot->group.count;
	merge(slot, &item->group, item->code);
	slot->opened += opened;
}

/* Nothing went wrong with them, whatever their verdict. */
static const struct ws_judgement slow_judgement = {.verdict = WS_VERDICT_COUNT, .severity = 1, .slow = true};

static void judge_item(struct item *item)
{
	struct ws_judgement *judgement = &item->group.judgement;
	judgement->slow = judgement->slow && !judgement->severity;
	if (judgement->slow)
		*judgement = slow_judgement;
	item->code = code_of_group(&item->group);
}

static struct item item_of(const struct ws_tracker *tracker, const struct ws_conn *conn)
{
	const unsigned client = (unsigned)ws_conn_likely_client(conn),
	               server = ws_conn_is_self(conn) ? client : !client;
	struct item item = {.group = {
	                            .judgement = ws_conn_judgement(tracker, conn),
	                            .one_client = true,
	                            .one_server = true,
	                            .one_port = true,
	                            .ip_version = conn->ip_version,
	                            .client = conn->address[client],
	                            .server = conn->address[server],
	                            .port = conn->port[server],
	                            .count = 1,
	                            .first = conn->first_time,
	                            .last = conn->last_time,
	                            .example = conn->number,
	                            .example_id = conn->id,
	                    }};
	judge_item(&item);
	return item;
}

/* The same of a connection of records. */
static struct item item_of_record(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *client = &info->endpoint[info->likely_client & 1],
	                              *server = &info->endpoint[!(info->likely_client & 1)];
	struct item item = {.group = {
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
	                    }};
	item.group.judgement.slow = info->shares_known && ws_shares_slow(&info->shares, info->likely_client & 1) >= WS_SLOW;
	if (item.group.judgement.slow)
		item.group.slow_cause = (uint8_t)ws_shares_slow_cause(&info->shares, info->likely_client & 1);
	judge_item(&item);
	return item;
}

static void count_conn(struct ws_overview *overview, const struct item *item)
{
	bool opened = false;
	if (overview->walk == COUNTS_AGAIN && is_scattered(overview, item))
		return;
	count_server(overview, item, &opened);
	if (overview->walk == COUNTS_AGAIN)
		return;
	overview->total[item->code]++;
	count_client(overview, item, opened);
}

/* ---- Choosing the groups */

/* Keeps the largest clients whose connections nearly all went to servers' ports of their own. */
static void choose_scattered(struct ws_overview *overview)
{
	for (size_t i = 0; i < SLOTS; i++) {
		const struct slot *slot = &overview->client[i];
		if (slot->group.count < SCATTERED_LEAST || 4 * (uint64_t)slot->opened < 3 * slot->group.count)
			continue;
		struct ws_overview_group *kept = overview->scattered[slot->code];
		uint8_t *count = &overview->scattered_count[slot->code];
		unsigned at = *count;
		while (at > 0 && kept[at - 1].count < slot->group.count)
			at--;
		if (at == CLIENTS)
			continue;
		*count += *count < CLIENTS;
		memmove(kept + at + 1, kept + at, (*count - at - 1u) * sizeof(*kept));
		kept[at] = slot->group;
		kept[at].by_client = true;
	}
}

/* Puts a group among those of its verdict that are shown, the largest first; the smallest one goes to the rest. */
static void place(struct ws_overview_group *shown, unsigned *count, const struct ws_overview_group *group,
                  struct slot *rest, uint8_t code)
{
	unsigned at = *count;
	while (at > 0 && (shown[at - 1].count < group->count ||
	                  (shown[at - 1].count == group->count && shown[at - 1].example > group->example)))
		at--;
	if (*count == EACH) {
		merge(rest, at == EACH ? group : &shown[EACH - 1], code);
		if (at == EACH)
			return;
		(*count)--;
	}
	memmove(shown + at + 1, shown + at, (*count - at) * sizeof(*shown));
	shown[at] = *group;
	(*count)++;
}

static int worse_first(const void *left, const void *right)
{
	const struct ws_overview_group *a = left, *b = right;
	if (a->judgement.severity != b->judgement.severity)
		return a->judgement.severity > b->judgement.severity ? -1 : 1;
	if (a->verdict_count != b->verdict_count)
		return a->verdict_count > b->verdict_count ? -1 : 1;
	if (a->judgement.verdict != b->judgement.verdict)
		return a->judgement.verdict < b->judgement.verdict ? -1 : 1;
	if (a->judgement.slow && a->slow_cause != b->slow_cause)
		return a->slow_cause < b->slow_cause ? -1 : 1;
	if (a->rest != b->rest)
		return a->rest ? 1 : -1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->example < b->example ? -1 : a->example > b->example;
}

static void add_group(struct ws_overview *overview, const struct ws_overview_group *group, uint8_t code)
{
	struct ws_overview_group *added = &overview->next[overview->next_count++];
	*added = *group;
	added->verdict_count = overview->total[code];
}

static void make_groups(struct ws_overview *overview)
{
	struct code_groups *codes = overview->code;
	memset(codes, 0, sizeof(overview->code));
	for (uint8_t code = 0; code < CODES; code++) {
		struct code_groups *groups = &codes[code];
		if (overview->other[code].group.count)
			merge(&groups->rest, &overview->other[code].group, code);
		for (unsigned i = 0; i < overview->scattered_count[code]; i++)
			place(groups->shown, &groups->count, &overview->scattered[code][i], &groups->rest, code);
	}
	for (size_t i = 0; i < SLOTS; i++) {
		const struct slot *slot = &overview->server[i];
		if (slot->group.count)
			place(codes[slot->code].shown, &codes[slot->code].count, &slot->group, &codes[slot->code].rest,
			      slot->code);
	}
	overview->next_count = 0;
	for (uint8_t code = 0; code < CODES; code++) {
		struct code_groups *groups = &codes[code];
		for (unsigned i = 0; i < groups->count; i++)
			add_group(overview, &groups->shown[i], code);
		groups->rest.group.rest = true;
		if (groups->rest.group.count)
			add_group(overview, &groups->rest.group, code);
	}
	qsort(overview->next, overview->next_count, sizeof(overview->next[0]), worse_first);
	memset(overview->first_of, 0, sizeof(overview->first_of));
	for (size_t i = overview->next_count; i > 0; i--)
		overview->first_of[code_of_group(&overview->next[i - 1])] = (uint16_t)i;
	memset(overview->next_shares, 0, sizeof(overview->next_shares));
}

/* ---- Where the time of the groups went */

static bool belongs(const struct ws_overview_group *group, const struct ws_overview_group *conn)
{
	if (group->rest)
		return true;
	if (group->ip_version != conn->ip_version)
		return false;
	if (group->by_client)
		return same_address(&group->client, &conn->client);
	return group->port == conn->port && group->sensor == conn->sensor && same_address(&group->server, &conn->server);
}

/* Finds the group of a connection. The groups of a verdict are next to each other, and the rest is the last of them.
 * NULL: its verdict has changed since the groups were made, and there is none. */
static struct ws_time_shares *shares_of(struct ws_overview *overview, const struct item *item)
{
	const bool scattered = is_scattered(overview, item);
	for (size_t i = overview->first_of[item->code]; i > 0 && i <= overview->next_count; i++) {
		const struct ws_overview_group *group = &overview->next[i - 1];
		if (code_of_group(group) != item->code)
			return NULL;
		if (group->rest || (group->by_client == scattered && belongs(group, &item->group)))
			return &overview->next_shares[i - 1];
	}
	return NULL;
}

static void add_shares(struct ws_overview *overview, const struct ws_time_shares *of, int likely_client,
                       const struct item *item)
{
	struct ws_time_shares *sum = shares_of(overview, item);
	if (sum)
		ws_shares_add(sum, of, (unsigned)likely_client & 1);
}

static void look_at_conn(struct ws_overview *overview, const struct ws_tracker *tracker, const struct ws_conn *conn)
{
	struct item item = item_of(tracker, conn);
	const int client = ws_conn_likely_client(conn);
	struct ws_time_shares shares;
	const bool asked = overview->walk == ADDS || item.group.judgement.slow;
	const bool known = asked && ws_conn_shares_sum(tracker, conn, &shares);
	if (known && item.group.judgement.slow) {
		item.group.slow_cause = (uint8_t)ws_shares_slow_cause(&shares, (unsigned)client & 1);
		item.code = code_of_group(&item.group);
	}
	if (overview->walk != ADDS)
		count_conn(overview, &item);
	else if (known)
		add_shares(overview, &shares, client, &item);
}

static void look_at_record(struct ws_overview *overview, const struct ws_conn_info *info)
{
	const struct item item = item_of_record(info);
	if (overview->walk != ADDS)
		count_conn(overview, &item);
	else if (info->shares_known)
		add_shares(overview, &info->shares, info->likely_client, &item);
}

static void use_groups(struct ws_overview *overview, bool shares_known)
{
	memcpy(overview->group, overview->next, overview->next_count * sizeof(overview->group[0]));
	memcpy(overview->shares, overview->next_shares, overview->next_count * sizeof(overview->shares[0]));
	overview->count = overview->next_count;
	overview->shares_known = shares_known;
	overview->connections = 0;
	for (size_t i = 0; i < overview->count; i++)
		overview->connections += overview->group[i].count;
}

/* ---- The walk */

/* Looks at the connections of these ranks. */
static void count_block(struct ws_overview *overview, const struct ws_tracker *tracker, const struct ws_filter *filter,
                        size_t limit)
{
	const unsigned parts = WS_PART_IDENTITY | WS_PART_OPENING | WS_PART_LAST | WS_PART_FIRST;
	ws_conn_id ids[BLOCK];
	struct ws_conn_copy copy;
	const size_t count = filter ? ws_filter_pick(filter, tracker, overview->rank, limit, ids)
	                            : ws_tracker_conn_ids(tracker, overview->rank, limit, ids);
	struct ws_conn_info info;
	for (size_t i = 0; i < count && tracker->stored; i++)
		if (ws_stored_conn(tracker->stored, ids[i], &info))
			look_at_record(overview, &info);
	for (size_t i = 0; i < count && !tracker->stored; i++) {
		if (i + WS_AHEAD < count)
			ws_conn_prefetch(&tracker->table, ids[i + WS_AHEAD], parts);
		const struct ws_conn *conn = ws_table_read(&tracker->table, ids[i], &copy);
		if (conn)
			look_at_conn(overview, tracker, conn);
	}
}

/* Every connection has been looked at. True: that was the last walk. */
static bool end_walk(struct ws_overview *overview, const struct ws_tracker *tracker)
{
	bool scattered = false;
	if (overview->walk == COUNTS) {
		choose_scattered(overview);
		for (unsigned code = 0; code < CODES; code++)
			scattered = scattered || overview->scattered_count[code];
	}
	if (scattered) {
		clear_servers(overview);
		overview->walk = COUNTS_AGAIN;
		return false;
	}
	if (overview->walk != ADDS)
		make_groups(overview);
	if (overview->walk != ADDS && (tracker->table.shares || ws_tracker_shares_stated(tracker))) {
		overview->walk = ADDS;
		overview->rank = 0;
		return false;
	}
	use_groups(overview, overview->walk == ADDS);
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

size_t ws_overview_count(const struct ws_overview *overview)
{
	return overview->count;
}

const struct ws_overview_group *ws_overview_group(const struct ws_overview *overview, size_t index)
{
	return &overview->group[index];
}

const struct ws_time_shares *ws_overview_shares(const struct ws_overview *overview, size_t index)
{
	return overview->shares_known ? &overview->shares[index] : NULL;
}

uint64_t ws_overview_connections(const struct ws_overview *overview)
{
	return overview->connections;
}

/* ---- Words */

static void add_address_test(struct ws_text *text, const char *field, const struct ws_addr *address,
                             unsigned ip_version)
{
	ws_text_puts(text, field);
	ws_text_addr(text, address, ip_version);
}

/* There are connections with the same verdict that are more or less severe. */
static bool several_severities(const struct ws_overview *overview, struct ws_judgement judgement)
{
	unsigned used = 0;
	for (judgement.severity = 0; judgement.severity <= 3 && !judgement.slow; judgement.severity++)
		used += overview->total[code_of(judgement, 0)] > 0;
	return used > 1;
}

void ws_overview_filter(struct ws_text *text, const struct ws_overview *overview, const struct ws_overview_group *group)
{
	const uint8_t code = code_of_group(group);
	bool some_slow = false;
	for (unsigned cause = 0; cause < WS_SLOW_COUNT; cause++)
		some_slow = some_slow || overview->total[code_of(slow_judgement, cause)];
	if (group->judgement.slow)
		ws_text_printf(text, "severity == 0 and slow_time >= 1s and slow_by == %s", ws_slow_word(group->slow_cause));
	else
		ws_text_printf(text, "verdict == %s", ws_overview_tag(group));
	if (!group->judgement.slow && !group->judgement.severity && some_slow)
		ws_text_puts(text, " and not slow_time >= 1s");
	if (several_severities(overview, group->judgement))
		ws_text_printf(text, " and severity == %u", group->judgement.severity);
	if (group->rest)
		return;
	if (group->by_client) {
		add_address_test(text, " and client.address == ", &group->client, group->ip_version);
		return;
	}
	add_address_test(text, " and server.address == ", &group->server, group->ip_version);
	ws_text_printf(text, " and server.port == %u", group->port);
	if (group->sensor && *group->sensor) {
		ws_text_puts(text, " and sensor == \"");
		ws_text_clean(text, group->sensor, strlen(group->sensor));
		ws_text_putc(text, '"');
	}
	for (unsigned i = 0; i < overview->scattered_count[code] && !group->one_client; i++)
		add_address_test(text, " and client.address != ", &overview->scattered[code][i].client,
		                 overview->scattered[code][i].ip_version);
}
