/* The overview equals what its filters find among all connections, while packets arrive, in slices, and when connections
 * are evicted or at rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "shots.h"

#include "track/tracker.h"

#include <wirestate/overview.h>

enum { CLIENTS = 30, SERVERS = 14, SCANNER = 3 };

struct side {
	uint32_t next;
};

struct world {
	struct ws_tracker *tracker;
	struct side sides[CLIENTS][SERVERS][2];
	uint64_t random, number;
	uint32_t milliseconds;
	uint16_t scanned;
};

static void give(struct world *world, const struct shot *shot, unsigned server, uint16_t port)
{
	struct ws_track_result result;
	const struct ws_frame frame = {.time = shot_time(shot),
	                               .number = ++world->number,
	                               .position = world->number,
	                               .captured = 54,
	                               .length = 54};
	struct ws_packet packet = shot_packet(shot, &frame);
	struct ws_addr *address = shot->from == CLIENT ? (struct ws_addr *)&packet.destination : &packet.source;
	address->byte[14] = 9;
	address->byte[15] = (uint8_t)server;
	*(shot->from == CLIENT ? &packet.destination_port : &packet.source_port) = port;
	while (ws_tracker_advance(world->tracker, frame.time, &result))
		continue;
	ws_tracker_packet(world->tracker, &packet, &result);
}

/* Conversations between some clients and servers: openings, data, repetitions, closings, resets, and ports that are used
 * again; and now and then one of the clients tries a port that nobody has tried. */
static void give_some(struct world *world)
{
	static const uint16_t flags[] = {S, S | A, A, A, A, A, A, A, A, F, F, R, R | A};
	const unsigned client = below(&world->random, CLIENTS), server = below(&world->random, SERVERS);
	struct shot shot = {.from = below(&world->random, 2),
	                    .flags = flags[below(&world->random, WS_ARRAY_SIZE(flags))],
	                    .milliseconds = world->milliseconds += below(&world->random, 6) * below(&world->random, 6),
	                    .network = (uint8_t)client,
	                    .port = (uint16_t)(40000 + below(&world->random, 3)),
	                    .window = (uint16_t)(1 + below(&world->random, 3) * 500),
	                    .closed = below(&world->random, 30) == 0,
	                    .bad = below(&world->random, 60) == 0};
	struct side *sides = world->sides[client][server];
	if (below(&world->random, 9) == 0) {
		shot.network = SCANNER;
		shot.from = CLIENT;
		shot.flags = S;
		give(world, &shot, 100 + below(&world->random, 3), ++world->scanned);
		return;
	}
	if (shot.flags & WS_TCP_SYN)
		shot.from = !(shot.flags & WS_TCP_ACK) ? CLIENT : SERVER;
	struct side *self = &sides[shot.from], *peer = &sides[!shot.from];
	if (shot.flags & WS_TCP_SYN && below(&world->random, 3))
		self->next = below(&world->random, 1u << 30);
	shot.sequence = self->next;
	shot.acknowledgment = shot.flags & WS_TCP_ACK ? peer->next : 0;
	shot.length = shot.flags == A ? below(&world->random, 3) * 700 : 0;
	if (below(&world->random, 8) == 0)
		shot.sequence -= 700;
	else
		self->next += shot.length + !!(shot.flags & WS_TCP_SYN) + (shot.flags == F);
	give(world, &shot, server, 80);
}

static struct world *world_of(uint64_t memory, bool history, size_t awake)
{
	const struct ws_tracker_config config = {.hash_key = "a key for tests",
	                                         .max_memory = memory,
	                                         .shares = true,
	                                         .history = history,
	                                         .time_wait = WS_SECOND};
	struct ws_error error;
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	world->random = 1;
	world->tracker = ws_tracker_create(&config, &error);
	assert_non_null(world->tracker);
	if (!history)
		world->tracker->table.awake_least = world->tracker->table.awake_most = awake;
	return world;
}

/* What a filter finds, counted one by one. */
struct found {
	uint64_t count, example;
	ws_time first, last;
	struct ws_time_shares shares;
};

static void find(const struct ws_conn_info *infos, size_t count, const char *text, struct found *found)
{
	struct ws_filter_error error;
	struct ws_filter *filter = ws_filter_compile(text, &error);
	if (!filter)
		fail_msg("%s: %s", text, error.text);
	*found = (struct found){.count = 0};
	for (size_t i = 0; i < count; i++) {
		const struct ws_conn_info *info = &infos[i];
		if (!ws_filter_match(filter, info))
			continue;
		found->example = found->count++ ? found->example : info->number;
		found->first = found->count == 1 || info->first_time < found->first ? info->first_time : found->first;
		found->last = found->count == 1 || info->last_time > found->last ? info->last_time : found->last;
		assert_int_equal(info->shares_known, !info->one_direction);
		if (info->shares_known)
			ws_shares_add(&found->shares, &info->shares, (unsigned)info->likely_client);
	}
	ws_filter_free(filter);
}

/* Of a group and of what its filter finds. */
static void assert_same(const struct ws_overview_group *group, const struct ws_time_shares *shares,
                        const struct found *found, const char *filter)
{
	if (group->count != found->count)
		fail_msg("%s: %ju in the group, %ju found", filter, (uintmax_t)group->count, (uintmax_t)found->count);
	assert_int_equal(group->first, found->first);
	assert_int_equal(group->last, found->last);
	assert_int_equal(group->example, found->example);
	if (!shares)
		return;
	assert_memory_equal(shares->time, found->shares.time, sizeof(shares->time));
	assert_int_equal(shares->timeouts, found->shares.timeouts);
}

/* Returns how many groups are of a client, and the slow ones, and the rests. */
static void check_overview(const struct ws_overview *overview, const struct ws_conn_info *infos, size_t count,
                           bool times, unsigned kinds[3])
{
	uint64_t sum = 0;
	for (size_t i = 0; i < ws_overview_count(overview); i++) {
		const struct ws_overview_group *group = ws_overview_group(overview, i);
		const struct ws_time_shares *shares = ws_overview_shares(overview, i);
		char buffer[512];
		struct ws_text filter = WS_TEXT_OVER(buffer);
		struct found found;
		ws_overview_filter(&filter, overview, group);
		find(infos, count, ws_text_cstr(&filter), &found);
		assert_true((shares != NULL) == (times || group->judgement.slow));
		kinds[0] += group->by_client;
		kinds[1] += group->judgement.slow;
		kinds[2] += group->rest;
		sum += group->count;
		if (group->rest)
			assert_int_equal(group->verdict_count, found.count);
		else
			assert_same(group, shares, &found, ws_text_cstr(&filter));
	}
	assert_int_equal(sum, count);
	assert_int_equal(ws_overview_connections(overview), sum);
}

/* All connections, each of them asked for by itself; its verdict is the one that walks use. */
static struct ws_conn_info *read_all(const struct ws_tracker *tracker, size_t count)
{
	struct ws_conn_info *infos = calloc(count, sizeof(*infos));
	assert_non_null(infos);
	for (size_t i = 0; i < count; i++) {
		const ws_conn_id id = ws_tracker_conn_at(tracker, i);
		struct ws_judgement known;
		ws_tracker_judge(tracker, &id, 1, &known);
		assert_true(ws_tracker_conn(tracker, id, &infos[i]));
		const struct ws_judgement made = ws_conn_judge(&infos[i]);
		assert_int_equal(known.verdict, made.verdict);
		assert_int_equal(known.severity, made.severity);
		assert_int_equal(known.slow, made.slow);
	}
	return infos;
}

static void assert_same_groups(const struct ws_overview *one, const struct ws_overview *other)
{
	assert_int_equal(ws_overview_count(one), ws_overview_count(other));
	for (size_t i = 0; i < ws_overview_count(one); i++) {
		assert_true(ws_overview_same(ws_overview_group(one, i), ws_overview_group(other, i)));
		assert_int_equal(ws_overview_group(one, i)->count, ws_overview_group(other, i)->count);
		assert_int_equal(ws_overview_group(one, i)->example, ws_overview_group(other, i)->example);
	}
}

/* `slice`: connections looked at in one call. */
static void walk(struct ws_overview *overview, const struct ws_tracker *tracker, bool times, size_t slice)
{
	ws_overview_begin(overview, times);
	while (!ws_overview_work(overview, tracker, NULL, slice))
		continue;
}

/* So that no SYN was just sent. */
static void let_a_second_pass(struct world *world)
{
	struct ws_track_result result;
	world->milliseconds += 1000;
	const struct shot shot = {.milliseconds = world->milliseconds};
	while (ws_tracker_advance(world->tracker, shot_time(&shot), &result))
		continue;
}

static void check_world(struct world *world, unsigned packets, unsigned each)
{
	struct ws_overview *kept = ws_overview_create(world->tracker);
	unsigned kinds[3] = {0};
	assert_non_null(kept);
	for (unsigned i = 1; i <= packets; i++) {
		give_some(world);
		if (i % each)
			continue;
		if (i / each % 2)
			let_a_second_pass(world);
		const size_t count = ws_tracker_conn_count(world->tracker);
		struct ws_overview *fresh = ws_overview_create(world->tracker);
		assert_non_null(fresh);
		walk(kept, world->tracker, i / each % 2, 1 + below(&world->random, 200));
		walk(fresh, world->tracker, true, SIZE_MAX);
		struct ws_conn_info *infos = read_all(world->tracker, count);
		check_overview(kept, infos, count, i / each % 2, kinds);
		check_overview(fresh, infos, count, true, kinds);
		assert_same_groups(kept, fresh);
		free(infos);
		ws_overview_free(fresh);
	}
	for (unsigned i = 0; i < WS_ARRAY_SIZE(kinds); i++)
		assert_true(kinds[i]);
	ws_overview_free(kept);
}

static void free_world(struct world *world)
{
	ws_tracker_free(world->tracker);
	free(world);
}

static void of_a_view(void **state)
{
	(void)state;
	struct world *world = world_of(0, true, 0);
	check_world(world, 15000, 3000);
	free_world(world);
}

static void of_connections_at_rest(void **state)
{
	(void)state;
	struct world *world = world_of(0, false, 100);
	check_world(world, 15000, 3000);
	assert_true(world->tracker->table.awake < world->tracker->table.used);
	free_world(world);
}

/* So little memory that half of the connections are evicted, whatever one of them takes. */
static uint64_t scarce_memory(bool history, unsigned packets)
{
	struct ws_tracker_stats stats = {0};
	uint64_t memory = UINT64_C(1) << 24;
	while (!stats.evicted || 2 * stats.evicted < stats.connections) {
		memory -= memory / 8;
		struct world *world = world_of(memory, history, 100);
		for (unsigned i = 0; i < packets; i++)
			give_some(world);
		ws_tracker_stats(world->tracker, &stats);
		free_world(world);
	}
	return memory;
}

static void after_evictions(void **state)
{
	(void)state;
	enum { PACKETS = 16000 };
	struct ws_tracker_stats stats;
	for (unsigned history = 0; history < 2; history++) {
		struct world *world = world_of(scarce_memory(history, PACKETS), history, 100);
		check_world(world, PACKETS, PACKETS / 4);
		ws_tracker_stats(world->tracker, &stats);
		assert_true(stats.evicted > 100);
		free_world(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(of_a_view),
	        cmocka_unit_test(of_connections_at_rest),
	        cmocka_unit_test(after_evictions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
