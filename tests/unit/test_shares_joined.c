/* Where the time went, as two points tell together: one at the client, one at the server, 30 ms apart, whose clock is 5 s
 * ahead. The request is lost between them; the server takes 50 ms for the answer to its repetition, the client 100 ms for
 * the next request, and the server 20 ms for that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/past_shares.h"
#include "shots.h"

#include <wirestate/exchange.h>
#include <wirestate/points.h>
#include <wirestate/spans.h>

enum { AHEAD = 5000, WAY = 30, SET = 300 };

#define SEGMENT(sender, which, number, ack, size, at)                                                                  \
	{                                                                                                              \
		.from = (sender), .flags = (which), .sequence = (number), .acknowledgment = (ack), .length = (size),   \
		.milliseconds = (at)                                                                                   \
	}

static const struct shot at_client[] = {
        SEGMENT(CLIENT, S, 100, 0, 0, 0),      SEGMENT(SERVER, S | A, 500, 101, 0, 60),
        SEGMENT(CLIENT, A, 101, 501, 0, 60),   SEGMENT(CLIENT, A, 101, 501, 50, 100),
        SEGMENT(CLIENT, A, 101, 501, 50, 400), SEGMENT(SERVER, A, 501, 151, 300, 510),
        SEGMENT(CLIENT, A, 151, 801, 50, 610), SEGMENT(SERVER, A, 801, 201, 300, 690),
        SEGMENT(CLIENT, A, 201, 1101, 0, 690),
};
static const struct shot at_server[] = {
        SEGMENT(CLIENT, S, 100, 0, 0, AHEAD + 30),      SEGMENT(SERVER, S | A, 500, 101, 0, AHEAD + 30),
        SEGMENT(CLIENT, A, 101, 501, 0, AHEAD + 90),    SEGMENT(CLIENT, A, 101, 501, 50, AHEAD + 430),
        SEGMENT(SERVER, A, 501, 151, 300, AHEAD + 480), SEGMENT(CLIENT, A, 151, 801, 50, AHEAD + 640),
        SEGMENT(SERVER, A, 801, 201, 300, AHEAD + 660), SEGMENT(CLIENT, A, 201, 1101, 0, AHEAD + 720),
};

/* X(sender, frame at the client, frame at the server). All but the first request came to the server. */
#define TRANSITS(X)                                                                                                    \
	X(CLIENT, 1, 1)                                                                                                \
	X(CLIENT, 3, 3)                                                                                                \
	X(CLIENT, 4, 0)                                                                                                \
	X(CLIENT, 5, 4)                                                                                                \
	X(CLIENT, 7, 6)                                                                                                \
	X(CLIENT, 9, 8)                                                                                                \
	X(SERVER, 2, 2)                                                                                                \
	X(SERVER, 6, 5)                                                                                                \
	X(SERVER, 8, 7)

/* What is built in, in milliseconds. While the last ACK is under way, nobody waits for anything. */
enum {
	CONNECTING = 60,
	CLIENTS_PROGRAM = 40 + 100,
	TIMEOUT = 300,
	SERVERS_PROGRAM = 50 + 20,
	WAYS = 4 * WAY,
	IDLE = WAY
};

struct pair {
	struct ws_tracker *tracker[2];
	struct ws_clock *clock;
	struct ws_points points;
	struct ws_conn_path path;
	struct ws_path_of of[2][8];
	struct ws_joined_shares shares;
	struct ws_transit transit[16];
	size_t transits;
};

static bool transits(void *context, const struct ws_conn_path *path, struct ws_transit **transit, size_t *count)
{
	const struct pair *pair = context;
	(void)path;
	*count = pair->transits;
	*transit = malloc(sizeof(pair->transit));
	assert_non_null(*transit);
	memcpy(*transit, pair->transit, sizeof(pair->transit));
	return true;
}

/* What each point has from its shot `first` on, up to before `end`, of all or of one sender; `reversed`: the server's point
 * is named first. */
struct made {
	unsigned first[2], end[2];
	enum { ALL, OF_CLIENT, OF_SERVER } of[2];
	bool reversed;
	bool set; /* the server's clock is set forward by SET before its second answer */
};

static bool keeps(const struct made *made, unsigned end, const struct shot *shot)
{
	return made->of[end] == ALL || (made->of[end] == OF_CLIENT) == (shot->from == CLIENT);
}

/* Its number among those that the point has. */
static unsigned frame_at(const struct made *made, unsigned end, unsigned frame)
{
	const struct shot *shots = end ? at_server : at_client;
	unsigned number = 0;
	if (frame <= made->first[end] || frame > made->end[end] || !keeps(made, end, &shots[frame - 1]))
		return 0;
	for (unsigned i = made->first[end]; i < frame; i++)
		number += keeps(made, end, &shots[i]);
	return number;
}

static void make_transits(struct pair *pair, const struct made *made)
{
	static const struct {
		uint8_t sender;
		unsigned frame[2];
	} all[] = {
#define X(sender, client, server) {sender, {client, server}},
	        TRANSITS(X)
#undef X
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(all); i++) {
		struct ws_transit *transit = &pair->transit[pair->transits];
		*transit = (struct ws_transit){.direction = all[i].sender, .outcome = WS_OUTCOME_DELIVERED};
		for (unsigned end = 0; end < 2; end++) {
			const unsigned has = frame_at(made, end, all[i].frame[end]);
			transit->frame[end ^ made->reversed] = has;
			if (has)
				transit->time[end ^ made->reversed] =
				        ws_clock_here(pair->points.clock[end ^ made->reversed],
				                      shot_time(&(end ? at_server : at_client)[all[i].frame[end] - 1]));
			if (!has)
				transit->outcome = all[i].frame[end] ? WS_OUTCOME_NOT_CAPTURED : WS_OUTCOME_LOST;
		}
		pair->path.result.direction[all[i].sender].not_captured += transit->outcome == WS_OUTCOME_NOT_CAPTURED;
		pair->transits += transit->frame[0] || transit->frame[1];
	}
}

static struct pair *make_pair(const struct made *made)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	const struct ws_tracker_config config = {.history = true, .joins = true, .shares = true};
	struct ws_error error;
	assert_non_null(pair);
	pair->clock = ws_clock_create(16);
	assert_non_null(pair->clock);
	ws_clock_fix(pair->clock, (made->reversed ? -AHEAD : AHEAD) * WS_MILLISECOND);
	pair->points =
	        (struct ws_points){.count = 2, .transits = transits, .context = pair, .clock = {NULL, pair->clock}};
	pair->path = (struct ws_conn_path){.result = {.path = {made->reversed, !made->reversed}, .points = 2},
	                                   .point = {0, 1},
	                                   .number = {1, 1},
	                                   .name = {"a", "b"},
	                                   .points = 2};
	for (unsigned end = 0; end < 2; end++) {
		const unsigned i = end ^ made->reversed;
		pair->tracker[i] = ws_tracker_create(&config, &error);
		assert_non_null(pair->tracker[i]);
		struct shot shots[16];
		size_t count = 0;
		for (unsigned at = made->first[end]; at < made->end[end]; at++)
			if (keeps(made, end, &(end ? at_server : at_client)[at])) {
				shots[count] = (end ? at_server : at_client)[at];
				shots[count++].milliseconds += end && at >= 6 && made->set ? SET : 0;
			}
		play(pair->tracker[i], shots, count);
		pair->points.tracker[i] = pair->tracker[i];
		pair->path.id[i] = ws_tracker_conn_find(pair->tracker[i], 1);
		assert_true(pair->path.id[i] && pair->path.id[i] < 8);
		/* The server's point may see the server first. */
		const unsigned client = shots[0].from == CLIENT ? 0 : 1;
		pair->path.swapped[i] = client;
		pair->of[i][pair->path.id[i]] = (struct ws_path_of){&pair->path, client};
		pair->path.result.direction[end].delay_min = WAY * WS_MILLISECOND;
	}
	make_transits(pair, made);
	for (unsigned i = 0; i < 2; i++)
		ws_tracker_set_paths(pair->tracker[i], &pair->points, i, pair->of[i], 8, NULL);
	return pair;
}

static void free_pair(struct pair *pair)
{
	ws_tracker_free(pair->tracker[0]);
	ws_tracker_free(pair->tracker[1]);
	ws_clock_free(pair->clock);
	free(pair);
}

static bool join(struct pair *pair)
{
	if (!ws_points_shares(&pair->points, &pair->path, pair->transit, pair->transits, &pair->shares))
		return false;
	pair->path.shares = &pair->shares;
	return true;
}

static ws_time milliseconds(const struct ws_time_shares *shares, enum ws_cause cause, unsigned side)
{
	return shares->time[cause][side] / WS_MILLISECOND;
}

static void check_shares(const struct ws_time_shares *shares, unsigned client)
{
	assert_int_equal(milliseconds(shares, WS_CAUSE_CONNECTING, 0), CONNECTING);
	assert_int_equal(milliseconds(shares, WS_CAUSE_PROGRAM, client), CLIENTS_PROGRAM);
	assert_int_equal(milliseconds(shares, WS_CAUSE_TIMEOUT, client), TIMEOUT);
	assert_int_equal(milliseconds(shares, WS_CAUSE_PROGRAM, !client), SERVERS_PROGRAM);
	assert_int_equal(milliseconds(shares, WS_CAUSE_NETWORK, 0) + milliseconds(shares, WS_CAUSE_NETWORK, 1), WAYS);
	assert_int_equal(milliseconds(shares, WS_CAUSE_IDLE, 0), IDLE);
	assert_int_equal(shares->timeouts, 1);
	assert_string_equal(ws_shares_vantage(shares, client), "both");
}

struct sums {
	struct ws_time_shares shares;
	ws_time at;             /* where the next one has to begin */
	unsigned spans, points; /* points: a bit for each */
};

static bool add_span(void *context, const struct ws_span *span)
{
	struct sums *sums = context;
	assert_true(span->start == sums->at && span->end > span->start);
	sums->at = span->end;
	sums->spans++;
	sums->points |= 1u << span->point;
	sums->shares.time[span->cause][span->side] += span->end - span->start;
	return true;
}

/* Each point's tracker says the same, by its own clock, and the stretches add up to it. */
static void check_trackers(const struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_conn_info info = conn(pair->tracker[i], 1);
		const unsigned client = pair->path.swapped[i];
		struct sums sums = {.at = info.first_time};
		assert_true(info.shares_known);
		check_shares(&info.shares, client);
		assert_int_equal(info.last_time - info.first_time, 720 * WS_MILLISECOND);
		assert_true(info.first_time ==
		            1000 * WS_SECOND + (i ^ (pair->path.result.path[0] == 1) ? AHEAD : 0) * WS_MILLISECOND);
		assert_true(ws_tracker_spans(pair->tracker[i], info.id, add_span, &sums));
		assert_true(sums.at == info.last_time);
		assert_int_equal(sums.points, 3);
		assert_memory_equal(sums.shares.time, info.shares.time, sizeof(sums.shares.time));
	}
}

static void check(const struct made *made)
{
	struct pair *pair = make_pair(made);
	assert_true(join(pair));
	check_shares(&pair->shares.shares, CLIENT);
	check_trackers(pair);
	free_pair(pair);
}

/* Only the client's point knows that the request was lost, and the server's how long its program took. */
static void test_both_points(void **state)
{
	(void)state;
	check(&(struct made){.end = {9, 8}});
}

static void test_the_order_of_the_points_does_not_matter(void **state)
{
	(void)state;
	check(&(struct made){.end = {9, 8}, .reversed = true});
}

/* One of the files begins late, or ends early: what it lacks is taken from the other one. */
static void test_what_one_point_lacks(void **state)
{
	(void)state;
	for (unsigned reversed = 0; reversed < 2; reversed++) {
		check(&(struct made){.first = {0, 4}, .end = {9, 8}, .reversed = reversed});
		check(&(struct made){.first = {0, 6}, .end = {9, 8}, .reversed = reversed});
		check(&(struct made){.first = {0, 0}, .end = {9, 5}, .reversed = reversed});
		check(&(struct made){.first = {0, 0}, .end = {6, 8}, .reversed = reversed});
	}
}

/* Segments in one direction alone do not say how the clocks differ. */
static void test_clock_that_is_not_known(void **state)
{
	struct pair *pair = make_pair(&(struct made){.end = {9, 8}});
	(void)state;
	ws_clock_free(pair->clock);
	pair->clock = ws_clock_create(16);
	assert_non_null(pair->clock);
	pair->points.clock[1] = pair->clock;
	assert_false(join(pair));
	ws_clock_add(pair->clock, 1000 * WS_SECOND, (1000 * 1000 + AHEAD + WAY) * WS_MILLISECOND, true);
	ws_clock_solve(pair->clock);
	assert_true(ws_clock_known(pair->clock) && !ws_clock_bounded(pair->clock));
	assert_false(join(pair));
	const struct ws_conn_info info = conn(pair->tracker[0], 1);
	assert_false(info.shares.both_ends); /* they are its own */
	assert_int_equal(info.last_time - info.first_time, 690 * WS_MILLISECOND);
	free_pair(pair);
}

/* No segment was captured at both points, so nothing tells how long the way takes: what one point lacks counts as if it had
 * passed there when it passed the other one. Nothing else is lost, and nobody's program is named who sent. */
static void test_each_point_has_one_direction(void **state)
{
	(void)state;
	for (unsigned reversed = 0; reversed < 2; reversed++) {
		struct pair *pair =
		        make_pair(&(struct made){.end = {9, 8}, .of = {OF_CLIENT, OF_SERVER}, .reversed = reversed});
		pair->path.result.direction[0].delay_min = pair->path.result.direction[1].delay_min = -1;
		assert_true(join(pair));
		const struct ws_time_shares *shares = &pair->shares.shares;
		assert_int_equal(milliseconds(shares, WS_CAUSE_TIMEOUT, CLIENT), TIMEOUT);
		assert_int_equal(milliseconds(shares, WS_CAUSE_CONNECTING, 0), CONNECTING);
		assert_in_range(milliseconds(shares, WS_CAUSE_PROGRAM, SERVER), 70, 70 + 2 * WAY);
		free_pair(pair);
	}
}

static void test_one_direction_at_both_points(void **state)
{
	struct pair *pair = make_pair(&(struct made){.end = {9, 8}, .of = {OF_CLIENT, OF_CLIENT}});
	(void)state;
	assert_false(join(pair));
	for (unsigned i = 0; i < 2; i++) {
		struct ws_conn_info info = conn(pair->tracker[i], 1);
		char buffer[256];
		struct ws_text words = WS_TEXT_OVER(buffer);
		struct sums sums = {.at = info.first_time};
		assert_false(info.shares_known);
		assert_true(ws_tracker_spans(pair->tracker[i], info.id, add_span, &sums));
		assert_int_equal(sums.spans, 0);
		ws_conn_spent_words(&info, &words);
		assert_string_equal(ws_text_cstr(&words),
		                    "what it went to is not known, as one direction was captured");
	}
	free_pair(pair);
}

/* The client's point has its segments alone, which do not say how the clocks differ: the server's point has both
 * directions. Its stretches are by the clock of the point that is asked. */
static void test_only_the_other_point_has_both_directions(void **state)
{
	struct pair *pair = make_pair(&(struct made){.end = {9, 8}, .of = {OF_CLIENT, ALL}});
	struct sums sums = {.at = (1000 * 1000 + WAY) * WS_MILLISECOND};
	(void)state;
	const struct ws_conn_info info = conn(pair->tracker[0], 1), there = conn(pair->tracker[1], 1);
	assert_true(info.shares_known && there.shares_known);
	assert_int_equal(info.shares_point, 1);
	assert_int_equal(there.shares_point, 1);
	assert_memory_equal(&info.shares, &there.shares, sizeof(info.shares));
	assert_true(ws_tracker_spans(pair->tracker[0], info.id, add_span, &sums));
	assert_memory_equal(sums.shares.time, info.shares.time, sizeof(sums.shares.time));
	assert_true(sums.at - 1000 * WS_SECOND == 720 * WS_MILLISECOND);
	free_pair(pair);
}

struct found {
	struct ws_exchange exchange[4];
	size_t count;
};

static bool find_exchange(void *context, const struct ws_exchange *exchange)
{
	struct found *found = context;
	assert_true(found->count < WS_ARRAY_SIZE(found->exchange));
	found->exchange[found->count++] = *exchange;
	return true;
}

static void check_exchanges(const struct pair *pair, unsigned i)
{
	struct found found = {.count = 0};
	const struct ws_conn_info info = conn(pair->tracker[i], 1);
	assert_true(ws_tracker_exchanges(pair->tracker[i], info.id, find_exchange, &found));
	const struct ws_exchange *first = &found.exchange[0], *second = &found.exchange[1];
	assert_int_equal(found.count, 2);
	assert_int_equal(first->request_first - info.first_time, 100 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_first_byte(first), 410 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_think(first), 50 * WS_MILLISECOND);
	assert_int_equal(first->again[0] + first->again[1], 1);
	assert_int_equal(ws_exchange_first_byte(second), 80 * WS_MILLISECOND);
	assert_int_equal(ws_exchange_think(second), 20 * WS_MILLISECOND);
	assert_int_equal(second->again[0] + second->again[1], 0);
	for (unsigned k = 0; k < 2; k++) {
		assert_int_equal(found.exchange[k].point, pair->path.result.path[0]);
		assert_string_equal(ws_exchange_vantage(&found.exchange[k]), "both");
	}
}

/* When the client asked and was answered, at its point; how long the server's program took, at the server's, though the
 * first request was lost before it came. */
static void test_exchanges(void **state)
{
	static const struct made all[] = {
	        {.end = {9, 8}},
	        {.end = {9, 8}, .reversed = true},
	        {.first = {0, 4}, .end = {9, 8}},
	        {.end = {9, 5}},
	};
	(void)state;
	for (size_t k = 0; k < WS_ARRAY_SIZE(all); k++) {
		struct pair *pair = make_pair(&all[k]);
		assert_true(join(pair));
		for (unsigned i = 0; i < 2; i++)
			check_exchanges(pair, i);
		free_pair(pair);
	}
}

struct earlier {
	struct past_shares shares;
	const struct pair *pair;
};

static const struct ws_joined_shares *until_then(void *context, const struct ws_conn_path *path)
{
	struct earlier *earlier = context;
	return past_shares_find(&earlier->shares, &earlier->pair->points, path, 1);
}

/* Up to the first answer's arrival; the path is of the whole capture, and so are its shares. */
static void test_at_an_earlier_time(void **state)
{
	struct pair *whole = make_pair(&(struct made){.end = {9, 8}}), *pair = make_pair(&(struct made){.end = {6, 5}});
	struct earlier *earlier = calloc(1, sizeof(*earlier));
	(void)state;
	assert_non_null(earlier);
	assert_true(join(whole));
	pair->path.shares = &whole->shares;
	earlier->pair = pair;
	pair->points.earlier = until_then;
	pair->points.earlier_context = earlier;
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_conn_info info = conn(pair->tracker[i], 1);
		struct sums sums = {.at = info.first_time};
		assert_true(info.shares_known && info.shares.both_ends);
		assert_int_equal(milliseconds(&info.shares, WS_CAUSE_TIMEOUT, CLIENT), TIMEOUT);
		assert_int_equal(milliseconds(&info.shares, WS_CAUSE_PROGRAM, CLIENT), 40);
		assert_int_equal(milliseconds(&info.shares, WS_CAUSE_PROGRAM, SERVER), 50);
		assert_int_equal(info.last_time - info.first_time, 510 * WS_MILLISECOND);
		assert_true(ws_tracker_spans(pair->tracker[i], info.id, add_span, &sums));
		assert_true(sums.at == info.last_time);
	}
	free(earlier);
	free_pair(pair);
	free_pair(whole);
}

/* What the samples of other connections say: both ways take 30 ms, but after the clock was set, no segment came to the server
 * in less than 100 ms. So its clock is taken to be 35 ms later than it is, and times just before are later than those just after. */
static void set_clock(struct pair *pair)
{
	enum { BEFORE = 645, LATE = 100 - WAY, SAMPLES = 8 };
	const ws_time start = 1000 * WS_SECOND;
	ws_clock_free(pair->clock);
	pair->clock = ws_clock_create(16);
	assert_non_null(pair->clock);
	pair->points.clock[1] = pair->clock;
	for (unsigned set = 0; set < 2; set++)
		for (unsigned i = 0; i < SAMPLES; i++) {
			const int here = set ? BEFORE + 1 + (int)i : BEFORE - 10 * (int)(SAMPLES - i);
			const int offset = AHEAD + (set ? SET : 0);
			ws_clock_add(pair->clock, start + here * WS_MILLISECOND,
			             start + (here + offset + WAY + (set ? LATE : 0)) * WS_MILLISECOND, true);
			ws_clock_add(pair->clock, start + here * WS_MILLISECOND,
			             start + (here + offset - WAY) * WS_MILLISECOND, false);
		}
	ws_clock_solve(pair->clock);
	struct ws_clock_info info;
	ws_clock_info(pair->clock, &info);
	assert_int_equal(info.steps, 1);
}

/* Nothing is left of some stretches then, and none of those is told. */
static void test_clock_that_is_set(void **state)
{
	struct pair *pair = make_pair(&(struct made){.end = {9, 8}, .set = true});
	(void)state;
	set_clock(pair);
	assert_true(join(pair));
	for (unsigned i = 0; i < 2; i++) {
		const struct ws_conn_info info = conn(pair->tracker[i], 1);
		struct sums sums = {.at = info.first_time};
		assert_true(info.shares_known && info.shares.both_ends);
		assert_true(ws_tracker_spans(pair->tracker[i], info.id, add_span, &sums));
		assert_true(sums.at == info.first_time + pair->shares.duration);
		assert_memory_equal(sums.shares.time, info.shares.time, sizeof(sums.shares.time));
	}
	free_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_clock_that_is_set),
	        cmocka_unit_test(test_at_an_earlier_time),
	        cmocka_unit_test(test_exchanges),
	        cmocka_unit_test(test_each_point_has_one_direction),
	        cmocka_unit_test(test_one_direction_at_both_points),
	        cmocka_unit_test(test_only_the_other_point_has_both_directions),
	        cmocka_unit_test(test_both_points),
	        cmocka_unit_test(test_the_order_of_the_points_does_not_matter),
	        cmocka_unit_test(test_what_one_point_lacks),
	        cmocka_unit_test(test_clock_that_is_not_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
