/* The replay over two points: one at the client, one at the server, 30 ms apart. A FIN is lost between them and sent
 * again, and an ACK is under way when the captures end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shots.h"

#include <wirestate/filter.h>
#include <wirestate/points.h>
#include <wirestate/replay.h>

/* By milliseconds, as each point captured it. */
static const struct shot at_client[] = {
        {CLIENT, S, 100, 0, 0, 0, .identification = 1},     {SERVER, S | A, 500, 101, 0, 60, .identification = 1},
        {CLIENT, A, 101, 501, 0, 61, .identification = 2},  {CLIENT, F, 101, 501, 0, 100, .identification = 3},
        {CLIENT, F, 101, 501, 0, 300, .identification = 4}, {SERVER, F, 501, 102, 0, 360, .identification = 2},
        {CLIENT, A, 102, 502, 0, 361, .identification = 5},
};
static const struct shot at_server[] = {
        {CLIENT, S, 100, 0, 0, 30, .identification = 1},    {SERVER, S | A, 500, 101, 0, 30, .identification = 1},
        {CLIENT, A, 101, 501, 0, 91, .identification = 2},  {CLIENT, F, 101, 501, 0, 330, .identification = 4},
        {SERVER, F, 501, 102, 0, 330, .identification = 2},
};

/* X(sender, frame at the client, frame at the server, outcome); 0: not captured. */
#define TRANSITS(X)                                                                                                    \
	X(CLIENT, 1, 1, WS_OUTCOME_DELIVERED)                                                                          \
	X(CLIENT, 3, 3, WS_OUTCOME_DELIVERED)                                                                          \
	X(CLIENT, 4, 0, WS_OUTCOME_LOST)                                                                               \
	X(CLIENT, 5, 4, WS_OUTCOME_DELIVERED)                                                                          \
	X(CLIENT, 7, 0, WS_OUTCOME_NOT_CAPTURED)                                                                       \
	X(SERVER, 2, 2, WS_OUTCOME_DELIVERED)                                                                          \
	X(SERVER, 6, 5, WS_OUTCOME_DELIVERED)

static bool transits(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count)
{
	static const struct ws_transit all[] = {
#define X(sender, client, server, what)                                                                                \
	{.direction = sender, .frame = {client, server}, .outcome = what, .last = sender, .next = -1},
	        TRANSITS(X)
#undef X
	};
	(void)context;
	(void)path;
	*transit = malloc(sizeof(all));
	assert_non_null(*transit);
	memcpy(*transit, all, sizeof(all));
	*count = WS_ARRAY_SIZE(all);
	return true;
}

static bool no_transits(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count)
{
	(void)context;
	(void)path;
	*transit = calloc(1, sizeof(**transit));
	*count = 0;
	return *transit;
}

struct pair {
	struct ws_tracker *tracker[2];
	struct ws_points points;
	struct ws_conn_path path;
	struct ws_path_of of[2][8];
};

static int set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	const struct ws_tracker_config config = {.history = true};
	struct ws_error error;
	assert_non_null(pair);
	pair->points = (struct ws_points){.count = 2, .transits = transits};
	pair->path = (struct ws_conn_path){.result = {.path = {0, 1}, .points = 2},
	                                   .point = {0, 1},
	                                   .number = {1, 1},
	                                   .name = {"client", "server"},
	                                   .points = 2,
	                                   .at_host = {true, true}};
	pair->path.result.direction[CLIENT].delay_min = pair->path.result.direction[CLIENT].delay_max =
	        30 * WS_MILLISECOND;
	for (unsigned i = 0; i < 2; i++) {
		pair->tracker[i] = ws_tracker_create(&config, &error);
		assert_non_null(pair->tracker[i]);
		if (i)
			PLAY(pair->tracker[i], at_server);
		else
			PLAY(pair->tracker[i], at_client);
		pair->points.tracker[i] = pair->tracker[i];
		pair->path.id[i] = ws_tracker_conn_find(pair->tracker[i], 1);
		assert_true(pair->path.id[i] && pair->path.id[i] < 8);
		pair->of[i][pair->path.id[i]].path = &pair->path;
	}
	for (unsigned i = 0; i < 2; i++)
		ws_tracker_set_paths(pair->tracker[i], &pair->points, i, pair->of[i], 8, NULL);
	*state = pair;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *pair = *state;
	ws_tracker_free(pair->tracker[0]);
	ws_tracker_free(pair->tracker[1]);
	free(pair);
	return 0;
}

static struct ws_replay *open_pair(const struct pair *pair, unsigned point)
{
	struct ws_replay *replay = ws_replay_open_joined(pair->tracker[point], pair->path.id[point]);
	assert_non_null(replay);
	assert_ptr_equal(ws_replay_path(replay), &pair->path);
	return replay;
}

/* What each step must be: point and frame, way, the other end, and the states after it. */
static const struct wanted {
	unsigned point;
	uint64_t frame;
	enum ws_way way;
	size_t other;
	enum ws_state client, server;
} wanted[] = {
        {0, 1, WS_WAY_DEPARTURE, 1, WS_SYN_SENT, WS_LISTEN},
        {1, 1, WS_WAY_ARRIVAL, 0, WS_SYN_SENT, WS_LISTEN},
        {1, 2, WS_WAY_DEPARTURE, 3, WS_SYN_SENT, WS_SYN_RECEIVED},
        {0, 2, WS_WAY_ARRIVAL, 2, WS_ESTABLISHED, WS_SYN_RECEIVED},
        {0, 3, WS_WAY_DEPARTURE, 5, WS_ESTABLISHED, WS_SYN_RECEIVED},
        {1, 3, WS_WAY_ARRIVAL, 4, WS_ESTABLISHED, WS_ESTABLISHED},
        {0, 4, WS_WAY_DEPARTURE, WS_STEP_NONE, WS_FIN_WAIT_1, WS_ESTABLISHED}, /* lost: the server knows nothing */
        {0, 5, WS_WAY_DEPARTURE, 8, WS_FIN_WAIT_1, WS_ESTABLISHED},
        {1, 4, WS_WAY_ARRIVAL, 7, WS_FIN_WAIT_1, WS_CLOSE_WAIT},
        {1, 5, WS_WAY_DEPARTURE, 10, WS_FIN_WAIT_1, WS_LAST_ACK},
        {0, 6, WS_WAY_ARRIVAL, 9, WS_TIME_WAIT, WS_LAST_ACK},
        {0, 7, WS_WAY_DEPARTURE, WS_STEP_NONE, WS_TIME_WAIT, WS_LAST_ACK}, /* still in the air */
};

static void check_step(struct ws_replay *replay, size_t i)
{
	struct ws_step step, other;
	assert_true(ws_replay_step(replay, i, &step));
	assert_int_equal(step.point, wanted[i].point);
	assert_int_equal(step.input.frame, wanted[i].frame);
	assert_int_equal(step.way, wanted[i].way);
	assert_int_equal(step.other, wanted[i].other);
	assert_int_equal(step.after[CLIENT], wanted[i].client);
	assert_int_equal(step.after[SERVER], wanted[i].server);
	for (unsigned t = 0; t < step.transition_count; t++) {
		assert_int_equal(step.transition[t].endpoint, step.point);
		assert_int_not_equal(step.transition[t].basis, WS_BASIS_PRESUMED);
		assert_int_not_equal(step.transition[t].certainty, WS_PRESUMED);
		assert_int_equal(step.transition[t].basis == WS_BASIS_ARRIVED, step.way == WS_WAY_ARRIVAL);
	}
	if (step.other == WS_STEP_NONE)
		return;
	assert_true(ws_replay_step(replay, step.other, &other));
	assert_int_equal(other.other, i);
	assert_int_equal(step.other_time, other.input.time);
	assert_true(step.way == WS_WAY_DEPARTURE ? step.input.time <= other.input.time
	                                         : step.input.time >= other.input.time);
}

static void every_departure_and_arrival_is_a_step(void **state)
{
	struct ws_replay *replay = open_pair(*state, 0);
	assert_int_equal(ws_replay_count(replay), WS_ARRAY_SIZE(wanted));
	for (size_t i = 0; i < WS_ARRAY_SIZE(wanted); i++)
		check_step(replay, i);
	for (size_t i = WS_ARRAY_SIZE(wanted); i-- > 0;)
		check_step(replay, i * 5 % WS_ARRAY_SIZE(wanted));
	struct ws_step step;
	assert_false(ws_replay_step(replay, WS_ARRAY_SIZE(wanted), &step));
	ws_replay_close(replay);
}

static void what_did_not_arrive_is_told_apart(void **state)
{
	struct ws_replay *replay = open_pair(*state, 0);
	struct ws_step lost, flying;
	struct ws_transit transit;
	assert_true(ws_replay_step(replay, 6, &lost) && ws_replay_step(replay, 11, &flying));
	assert_int_equal(lost.outcome, WS_OUTCOME_LOST);
	assert_false(lost.in_air);
	assert_true(flying.in_air);
	assert_true(ws_replay_transit(replay, 6, &transit));
	assert_int_equal(transit.frame[0], 4);
	assert_int_equal(ws_replay_find_frame(replay, 4), 6);
	assert_int_equal(ws_replay_find_frame(replay, 6), 10);
	ws_replay_close(replay);
}

static void both_points_show_the_same(void **state)
{
	struct ws_replay *replay = open_pair(*state, 1);
	for (size_t i = 0; i < WS_ARRAY_SIZE(wanted); i++)
		check_step(replay, i);
	assert_int_equal(ws_replay_find_frame(replay, 4), 8); /* the server's fourth */
	ws_replay_close(replay);
}

/* The counts that are shown are those that the list is sorted by, and that the filter compares. */
static void what_one_point_has_missed_counts(void **state)
{
	struct pair *pair = *state;
	const ws_conn_id id = pair->path.id[0];
	struct ws_conn_info before, info;
	struct ws_order_key key;
	struct ws_filter_error error;
	assert_true(ws_tracker_conn(pair->tracker[0], id, &before));
	pair->path.result.direction[SERVER].unseen = 7;
	pair->path.result.direction[SERVER].unseen_bytes = 300;
	pair->path.result.unseen[0].count = 1;
	pair->path.result.unseen[0].first = before.first_time - WS_SECOND;
	pair->path.result.unseen[0].last = before.last_time + 2 * WS_SECOND;
	assert_true(ws_tracker_conn(pair->tracker[0], id, &info));
	const uint64_t packets = info.endpoint[CLIENT].packets + info.endpoint[SERVER].packets;
	assert_int_equal(packets, before.endpoint[CLIENT].packets + before.endpoint[SERVER].packets + 7);
	assert_int_equal(info.endpoint[SERVER].bytes, before.endpoint[SERVER].bytes + 300);
	assert_int_equal(info.first_time, before.first_time - WS_SECOND);
	assert_int_equal(info.last_time, before.last_time + 2 * WS_SECOND);
	ws_tracker_order_keys(pair->tracker[0], WS_ORDER_PACKETS, info.last_time, &id, 1, &key);
	assert_int_equal(key.high, packets);
	ws_tracker_order_keys(pair->tracker[0], WS_ORDER_BYTES, info.last_time, &id, 1, &key);
	assert_int_equal(key.high, info.endpoint[CLIENT].bytes + info.endpoint[SERVER].bytes);
	ws_tracker_order_keys(pair->tracker[0], WS_ORDER_START, info.last_time, &id, 1, &key);
	assert_int_equal(key.high, info.first_time);
	struct ws_filter *filter = ws_filter_compile("bytes >= 300 and duration > 3s", &error);
	ws_conn_id picked;
	assert_non_null(filter);
	assert_int_equal(ws_filter_pick(filter, pair->tracker[0], 0, 1, &picked), 1);
	ws_filter_free(filter);
}

/* The client's point began after its handshake had begun, and ended before its FIN: what the server's point has seen of the
 * client then is in the replay. */
static const struct shot at_client_cut[] = {
        {CLIENT, A, 101, 501, 0, 61, .identification = 2},
};

static void what_one_point_has_missed_is_in_the_replay(void **state)
{
	struct pair *pair = *state;
	const struct ws_tracker_config config = {.history = true};
	struct ws_error error;
	struct ws_tracker *whole = pair->tracker[0];
	pair->points.tracker[0] = pair->tracker[0] = ws_tracker_create(&config, &error);
	assert_non_null(pair->tracker[0]);
	ws_tracker_free(whole);
	PLAY(pair->tracker[0], at_client_cut);
	pair->path.id[0] = ws_tracker_conn_find(pair->tracker[0], 1);
	pair->of[0][pair->path.id[0]].path = &pair->path;
	pair->path.result.direction[CLIENT].late = 2;
	pair->path.result.unseen[0].count = 2;
	ws_tracker_set_paths(pair->tracker[0], &pair->points, 0, pair->of[0], 8, NULL);
	pair->points.transits = no_transits;
	for (unsigned i = 0; i < 2; i++)
		ws_tracker_set_paths(pair->tracker[i], &pair->points, i, pair->of[i], 8, NULL);
	struct ws_replay *replay = open_pair(pair, 0);
	static const struct {
		unsigned point;
		enum ws_state client, server;
	} steps[] = {
	        {1, WS_SYN_SENT, WS_LISTEN},          {1, WS_ESTABLISHED, WS_SYN_RECEIVED},
	        {0, WS_ESTABLISHED, WS_SYN_RECEIVED}, {1, WS_ESTABLISHED, WS_ESTABLISHED},
	        {1, WS_FIN_WAIT_1, WS_CLOSE_WAIT},    {1, WS_TIME_WAIT, WS_LAST_ACK},
	};
	assert_int_equal(ws_replay_count(replay), WS_ARRAY_SIZE(steps));
	for (size_t i = 0; i < WS_ARRAY_SIZE(steps); i++) {
		struct ws_step step;
		assert_true(ws_replay_step(replay, i, &step));
		assert_int_equal(step.point, steps[i].point);
		assert_int_equal(step.after[CLIENT], steps[i].client);
		assert_int_equal(step.after[SERVER], steps[i].server);
		assert_int_not_equal(step.certainty[CLIENT], WS_ASSUMED);
	}
	ws_replay_close(replay);
}

/* A segment that tshark calls out of order was sent again where it was captured at its sender's own host. */
static const struct shot at_client_again[] = {
        {CLIENT, S, 100, 0, 0, 0, .identification = 1},       {SERVER, S | A, 500, 101, 0, 60, .identification = 1},
        {CLIENT, A, 101, 501, 0, 61, .identification = 2},    {CLIENT, A, 201, 501, 50, 100, .identification = 3},
        {CLIENT, A, 101, 501, 100, 101, .identification = 4},
};

static uint32_t marks_of_the_last(struct pair *pair)
{
	struct ws_replay *replay = open_pair(pair, 0);
	struct ws_step step;
	uint32_t marks = 0;
	for (size_t i = 0; ws_replay_step(replay, i, &step); i++)
		marks = step.point == CLIENT ? step.analysis : marks;
	ws_replay_close(replay);
	return marks & (1u << WS_ANALYSIS_OUT_OF_ORDER | 1u << WS_ANALYSIS_RETRANSMISSION);
}

static void out_of_order_at_its_sender_was_sent_again(void **state)
{
	struct pair *pair = *state;
	const struct ws_tracker_config config = {.history = true};
	struct ws_error error;
	ws_tracker_free(pair->tracker[0]);
	pair->points.tracker[0] = pair->tracker[0] = ws_tracker_create(&config, &error);
	assert_non_null(pair->tracker[0]);
	PLAY(pair->tracker[0], at_client_again);
	pair->points.transits = no_transits;
	for (unsigned i = 0; i < 2; i++)
		ws_tracker_set_paths(pair->tracker[i], &pair->points, i, pair->of[i], 8, NULL);
	assert_int_equal(marks_of_the_last(pair), 1u << WS_ANALYSIS_RETRANSMISSION);
	pair->path.at_host[CLIENT] = false;
	assert_int_equal(marks_of_the_last(pair), 1u << WS_ANALYSIS_OUT_OF_ORDER);
}

static void a_router_between_makes_it_presumed(void **state)
{
	struct pair *pair = *state;
	pair->path.at_host[SERVER] = false;
	struct ws_replay *replay = open_pair(pair, 0);
	struct ws_step step;
	assert_true(ws_replay_step(replay, 8, &step));
	assert_int_equal(step.transition[0].basis, WS_BASIS_PRESUMED);
	assert_int_equal(step.certainty[SERVER], WS_PRESUMED);
	ws_replay_close(replay);
}

static void each_end_is_what_its_own_point_knows(void **state)
{
	const struct pair *pair = *state;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_conn_info info = conn(pair->tracker[i], 1);
		assert_int_equal(info.endpoint[CLIENT].state, WS_TIME_WAIT);
		assert_int_equal(info.endpoint[CLIENT].packets, 5);
		assert_int_equal(info.endpoint[SERVER].state, WS_LAST_ACK);
		assert_int_equal(info.endpoint[SERVER].certainty, WS_CONFIRMED);
	}
}

/* All points in one list. The server has a connection of its own, which began before the last packets of the other one, by
 * a clock that is 10 s ahead. */
static void both_are_one_list(void **state)
{
	static const struct shot own[] = {{CLIENT, S, 700, 0, 0, 10100, .port = 40002}};
	struct pair *pair = *state;
	struct ws_clock *clock = ws_clock_create(16);
	struct ws_track_result result;
	struct ws_conn_info info;
	struct ws_tracker_stats stats;
	struct ws_error error;
	ws_conn_id ids[4];
	struct ws_order_key keys[2];
	struct ws_judgement judged[2];
	struct ws_tracker *all = ws_tracker_merged(&error);
	assert_true(clock && all);
	ws_clock_fix(clock, 10 * WS_SECOND);
	fire(pair->tracker[1], &own[0], 6, &result);

	/* What has not been compared is withheld while it is young. */
	pair->points.compared[0] = pair->points.compared[1] = 1;
	assert_true(ws_tracker_merge_due(all, &pair->points, WS_TIME_NEVER));
	assert_true(ws_tracker_merge(all, &pair->points, WS_TIME_NEVER, SIZE_MAX));
	assert_int_equal(ws_tracker_conn_count(all), 1);
	assert_false(ws_tracker_merge_due(all, &pair->points, WS_TIME_NEVER));
	assert_true(ws_tracker_merge_due(all, &pair->points, 0)); /* it may be shown now */

	/* The other one is there once, as its first point has it. In slices, the order before stays until the end. */
	pair->points.compared[1] = 2;
	pair->points.clock[1] = clock;
	assert_false(ws_tracker_merge(all, &pair->points, 0, 1));
	assert_int_equal(ws_tracker_conn_count(all), 1);
	while (!ws_tracker_merge(all, &pair->points, 0, 1))
		;
	assert_int_equal(ws_tracker_conn_ids(all, 0, 4, ids), 2);
	assert_int_equal(ids[0], pair->path.id[0]);
	assert_int_equal(ws_merged_point(ids[1]), 1);
	assert_true(ws_tracker_conn(all, ids[1], &info));
	assert_int_equal(info.id, ids[1]);
	assert_int_equal(info.point, 1);
	assert_int_equal(info.number, 2);
	assert_null(info.path);
	assert_int_equal(info.first_time, 1000 * WS_SECOND + 100 * WS_MILLISECOND); /* by the first point's clock */
	assert_int_equal(ws_tracker_conn_find(all, ws_conn_key(&info)), ids[1]);
	assert_int_equal(ws_tracker_conn_find(all, 2), 0); /* the client has one only */

	/* Keys, verdicts, counts and filters are of the same connections. */
	ws_tracker_order_keys(all, WS_ORDER_START, info.last_time, ids, 2, keys);
	assert_true(keys[0].high < keys[1].high && keys[1].high == (uint64_t)info.first_time);
	ws_tracker_judge(all, ids, 2, judged);
	assert_int_equal(judged[1].verdict, ws_conn_judge(&info).verdict);
	ws_tracker_stats(all, &stats);
	assert_int_equal(stats.connections, 2);
	assert_int_equal(stats.packets, WS_ARRAY_SIZE(at_client) + WS_ARRAY_SIZE(at_server) + 1);
	assert_int_equal(stats.state[WS_SYN_SENT], 1);
	struct ws_filter_error refused;
	struct ws_filter *filter = ws_filter_compile("points < 2", &refused);
	assert_non_null(filter);
	assert_int_equal(ws_filter_pick(filter, all, 0, 4, ids), 1);
	assert_int_equal(ws_merged_point(ids[0]), 1);

	/* Its replay has the points and the times of the list. */
	struct ws_replay *replay = ws_replay_open_joined(all, ids[0]);
	struct ws_step step;
	assert_true(replay && ws_replay_step(replay, 0, &step));
	assert_int_equal(step.point, 1);
	assert_int_equal(step.input.time, info.first_time);
	ws_replay_close(replay);
	replay = ws_replay_open_joined(all, pair->path.id[0]);
	assert_non_null(replay);
	assert_ptr_equal(ws_replay_path(replay), &pair->path);
	assert_int_equal(ws_replay_find_frame_at(replay, 1, 4), 8);
	assert_int_equal(ws_replay_find_frame_at(replay, 0, 4), 6);
	ws_replay_close(replay);
	ws_filter_free(filter);
	ws_tracker_free(all);
	ws_clock_free(clock);
}

int main(void)
{
#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        WITH_PAIR(both_are_one_list),
	        WITH_PAIR(every_departure_and_arrival_is_a_step),
	        WITH_PAIR(what_did_not_arrive_is_told_apart),
	        WITH_PAIR(both_points_show_the_same),
	        WITH_PAIR(a_router_between_makes_it_presumed),
	        WITH_PAIR(each_end_is_what_its_own_point_knows),
	        WITH_PAIR(what_one_point_has_missed_counts),
	        WITH_PAIR(out_of_order_at_its_sender_was_sent_again),
	        WITH_PAIR(what_one_point_has_missed_is_in_the_replay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
