/* The clocks of points: offsets, drifts and steps. */
#include "random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <wirestate/join.h>

#include "join/drift.h"
#include "join/samples.h"

#define MS WS_MILLISECOND

/* Samples as a path of 20 and 30 ms with some queueing gives them, with the other clock ahead by `offset`, which
 * drifts.
 */
static void add_samples(struct ws_clock *clock, ws_time from, ws_time to, ws_time every, ws_time offset, double ppm,
                        uint64_t *random)
{
	for (ws_time t = from; t < to; t += every) {
		const ws_time there = offset + (ws_time)((double)t * ppm * 1e-6);
		const ws_time out = 20 * MS + below(random, 5000000), back = 30 * MS + below(random, 5000000);
		ws_clock_add(clock, t, t + out + there, true);
		ws_clock_add(clock, t + back, t + there, false);
	}
}

static void check_offset(const struct ws_clock *clock, ws_time here, ws_time offset)
{
	ws_time low, high;
	assert_true(ws_clock_bounds(clock, here, &low, &high));
	assert_true(low <= offset && offset <= high);
	assert_true(high - low < 65 * MS);
}

static void clock_offset(void **state)
{
	(void)state;
	uint64_t random = 1;
	struct ws_clock *clock = ws_clock_create(4096);
	struct ws_clock_info info;
	assert_non_null(clock);
	assert_false(ws_clock_known(clock));
	add_samples(clock, 0, 5 * WS_SECOND, 10 * MS, 3700 * MS, 0, &random);
	ws_clock_solve(clock);
	assert_true(ws_clock_known(clock));
	ws_clock_info(clock, &info);
	assert_false(info.drift_known);
	assert_int_equal(info.steps, 0);
	assert_in_range(info.offset, 3690 * MS, 3700 * MS);
	assert_in_range(info.bound, 24 * MS, 30 * MS);
	check_offset(clock, 2 * WS_SECOND, 3700 * MS);
	ws_clock_free(clock);
}

static void clock_drift(void **state)
{
	(void)state;
	uint64_t random = 2;
	struct ws_clock *clock = ws_clock_create(1024); /* fewer than samples, so that most are dropped */
	struct ws_clock_info info;
	assert_non_null(clock);
	add_samples(clock, 0, 100 * WS_SECOND, 7 * MS, -9 * WS_SECOND, 80, &random);
	ws_clock_solve(clock);
	ws_clock_info(clock, &info);
	assert_true(info.drift_known);
	assert_true(info.drift_ppm > 75 && info.drift_ppm < 85);
	assert_int_equal(info.steps, 0);
	for (ws_time t = 0; t < 100 * WS_SECOND; t += WS_SECOND)
		check_offset(clock, t, -9 * WS_SECOND + t / 1000000 * 80);
	/* No sample arrives before it left, also those that were dropped. */
	random = 2;
	for (ws_time t = 0; t < 100 * WS_SECOND; t += 7 * MS) {
		const ws_time there = -9 * WS_SECOND + (ws_time)((double)t * 80e-6);
		const ws_time out = 20 * MS + below(&random, 5000000), back = 30 * MS + below(&random, 5000000);
		assert_true(ws_clock_here(clock, t + out + there) >= t - 10);
		assert_true(t + back >= ws_clock_here(clock, t + there) - 10);
		assert_true(llabs(ws_clock_here(clock, ws_clock_there(clock, t)) - t) <= 10);
	}
	ws_clock_free(clock);
}

/* Only one segment of each direction is fast, at nearly the same time, and all others are 5 ms late: many slopes leave as
 * much room. Most of the segments agree on one of them, which is found by whichever point. */
static void clock_plateau(void **state)
{
	(void)state;
	static const int drifts[] = {0, 300, -300};
	for (size_t i = 0; i < sizeof(drifts) / sizeof(*drifts); i++) {
		struct ws_clock *clock[2] = {ws_clock_create(65536), ws_clock_create(65536)};
		struct ws_clock_info info[2];
		assert_non_null(clock[0]);
		assert_non_null(clock[1]);
		for (ws_time t = 0; t < 60 * WS_SECOND; t += 50 * MS) {
			const ws_time out = t == 30 * WS_SECOND ? 80 * MS : 85 * MS;
			const ws_time back = out;
			const ws_time left = t + t / 1000000 * drifts[i], came = left + out + out / 1000000 * drifts[i];
			ws_clock_add(clock[0], t, came, true);
			ws_clock_add(clock[1], came, t, false);
			ws_clock_add(clock[0], t + back, left, false);
			ws_clock_add(clock[1], left, t + back, true);
		}
		for (unsigned by = 0; by < 2; by++) {
			ws_clock_solve(clock[by]);
			ws_clock_info(clock[by], &info[by]);
			assert_true(info[by].drift_known);
			assert_int_equal(info[by].steps, 0);
		}
		assert_true(fabs(info[0].drift_ppm + info[1].drift_ppm) < 0.2); /* 1 / (1 + b) is not 1 - b */
		assert_true(fabs(info[0].drift_ppm - drifts[i]) < 0.1);
		for (ws_time t = 0; t < 60 * WS_SECOND; t += 50 * MS) /* the same line, from either side */
			assert_true(llabs(ws_clock_there(clock[0], t) - ws_clock_here(clock[1], t)) < 100);
		ws_clock_free(clock[0]);
		ws_clock_free(clock[1]);
	}
}

static void clock_step(void **state)
{
	(void)state;
	uint64_t random = 3;
	struct ws_clock *clock = ws_clock_create(65536);
	struct ws_clock_info info;
	assert_non_null(clock);
	add_samples(clock, 0, 20 * WS_SECOND, 10 * MS, 0, 0, &random);
	add_samples(clock, 20 * WS_SECOND, 60 * WS_SECOND, 10 * MS, 500 * MS, 0, &random);
	ws_clock_solve(clock);
	ws_clock_info(clock, &info);
	assert_int_equal(info.steps, 1);
	check_offset(clock, 10 * WS_SECOND, 0);
	check_offset(clock, 40 * WS_SECOND, 500 * MS);
	check_offset(clock, 19 * WS_SECOND, 0);
	check_offset(clock, 21 * WS_SECOND, 500 * MS);
	ws_clock_free(clock);
}

/* A segment every 100 us in either direction, so that some 200 of each are on the way at any time. */
enum { CROSSING = 40000 };

struct crossing {
	ws_time true_here, true_there;
	uint64_t frame_here, frame_there;
	bool upper;
};

static int by_here(const void *left, const void *right)
{
	const struct crossing *a = left, *b = right;
	return (a->true_here > b->true_here) - (a->true_here < b->true_here);
}

static int by_there(const void *left, const void *right)
{
	const struct crossing *a = left, *b = right;
	return (a->true_there > b->true_there) - (a->true_there < b->true_there);
}

static void make_crossing(struct crossing *crossing, uint64_t *random)
{
	for (size_t i = 0; i < CROSSING; i++) {
		const ws_time left = (ws_time)i * MS / 20, way = 20 * MS + below(random, 4000000);
		const bool upper = i % 2;
		crossing[i] = (struct crossing){upper ? left : left + way, upper ? left + way : left, .upper = upper};
	}
	qsort(crossing, CROSSING, sizeof(*crossing), by_there);
	for (size_t i = 0; i < CROSSING; i++)
		crossing[i].frame_there = i + 1;
	qsort(crossing, CROSSING, sizeof(*crossing), by_here);
	for (size_t i = 0; i < CROSSING; i++)
		crossing[i].frame_here = i + 1;
}

/* A clock that is set back in the middle of many connections was set once, whichever it is, and however few of the segments
 * there is room for. Numbers of packets that are only out of order are no set clock. */
static void clock_set_back(void **state)
{
	(void)state;
	static struct crossing crossing[CROSSING];
	static const ws_time backs[] = {0, 30 * MS, 300 * MS};
	uint64_t random = 6;
	for (size_t i = 0; i < 24; i++) {
		const bool of_here = i % 2, thin = i / 2 % 2, swapped = i / 4 % 2;
		const ws_time back = backs[i / 8];
		struct ws_clock *clock = ws_clock_create(thin ? 4096 : 65536);
		struct ws_clock_info info;
		assert_non_null(clock);
		make_crossing(crossing, &random);
		for (size_t k = 0; k < CROSSING; k++) {
			const struct crossing *c = &crossing[k];
			const ws_time here = c->true_here - (of_here && c->true_here >= WS_SECOND ? back : 0);
			const ws_time there = c->true_there - (!of_here && c->true_there >= WS_SECOND ? back : 0);
			const struct ws_clock_pair pair = {here, there, c->frame_here ^ swapped, c->frame_there,
			                                   c->upper};
			ws_clock_add_pair(clock, &pair);
		}
		ws_clock_solve(clock);
		ws_clock_info(clock, &info);
		assert_int_equal(info.steps, back ? 1 : 0);
		assert_true(llabs(info.offset - (of_here ? back : -back)) < 3 * MS);
		for (size_t k = 0; k < CROSSING && !of_here; k++) {
			const struct crossing *c = &crossing[k];
			const ws_time there = c->true_there - (c->true_there >= WS_SECOND ? back : 0);
			assert_true(llabs(ws_clock_here_of(clock, there, c->frame_there) - c->true_there) < 3 * MS);
		}
		ws_clock_free(clock);
	}
}

/* After the step, segments go in one direction only for two seconds, which does not contradict the old offset. They belong to
 * the new one, which is nearer. */
static void clock_step_late(void **state)
{
	(void)state;
	uint64_t random = 3;
	struct ws_clock *clock = ws_clock_create(65536);
	assert_non_null(clock);
	add_samples(clock, 0, 20 * WS_SECOND, 10 * MS, 0, 0, &random);
	for (ws_time t = 20 * WS_SECOND; t < 22 * WS_SECOND; t += 10 * MS)
		ws_clock_add(clock, t, t + 20 * MS + below(&random, 5000000) + 500 * MS, true);
	add_samples(clock, 22 * WS_SECOND, 60 * WS_SECOND, 10 * MS, 500 * MS, 0, &random);
	ws_clock_solve(clock);
	check_offset(clock, 19 * WS_SECOND, 0);
	check_offset(clock, 21 * WS_SECOND, 500 * MS);
	ws_clock_free(clock);
}

static void clock_wrong_pair(void **state)
{
	(void)state;
	uint64_t random = 4;
	struct ws_clock *clock = ws_clock_create(65536);
	struct ws_clock_info info;
	assert_non_null(clock);
	add_samples(clock, 0, 20 * WS_SECOND, 10 * MS, WS_SECOND, 0, &random);
	ws_clock_add(clock, 7 * WS_SECOND, 7 * WS_SECOND + 600 * MS, true); /* 400 ms before it left */
	ws_clock_solve(clock);
	ws_clock_info(clock, &info);
	assert_int_equal(info.steps, 0);
	check_offset(clock, 10 * WS_SECOND, WS_SECOND);
	ws_clock_free(clock);
}

static void clock_one_direction(void **state)
{
	(void)state;
	struct ws_clock *clock = ws_clock_create(1024);
	struct ws_clock_info info;
	ws_time low, high;
	assert_non_null(clock);
	for (int i = 0; i < 10; i++)
		ws_clock_add(clock, i * WS_SECOND, i * WS_SECOND + 5 * WS_SECOND + i * MS, true);
	ws_clock_solve(clock);
	ws_clock_info(clock, &info);
	assert_int_equal(info.bound, WS_TIME_NEVER);
	assert_false(ws_clock_bounds(clock, 0, &low, &high));
	assert_int_equal(ws_clock_here(clock, 6 * WS_SECOND), WS_SECOND);
	assert_int_equal(ws_clock_there(clock, WS_SECOND), 6 * WS_SECOND);
	ws_clock_fix(clock, 4 * WS_SECOND);
	ws_clock_info(clock, &info);
	assert_true(info.fixed);
	assert_int_equal(ws_clock_here(clock, 6 * WS_SECOND), 2 * WS_SECOND);
	ws_clock_free(clock);
}

/* Runs of many lengths, also of one, with equal samples that differ in their direction. */
/* The fastest packets of both directions, in windows of two seconds; every second one is late by `uneven`. */
static void make_windows(struct join_window window[JOIN_WINDOWS], double slope, double uneven)
{
	for (int i = 0; i < JOIN_WINDOWS; i++) {
		const double time = 2e9 * i, late = i % 2 ? uneven : -uneven;
		window[i] = (struct join_window){.has = {false}};
		join_window_add(&window[i], time, slope * time + 20e6 + late, true);
		join_window_add(&window[i], time, slope * time - 30e6 + late, false);
	}
}

/* A drift is corrected only where another one leaves the fastest packets much less uneven. */
static void drift_correction(void **state)
{
	static const struct {
		double uneven; /* the wrong drift makes it about 400 us */
		bool corrected;
	} cases[] = {{1e3, true}, {20e3, true}, {80e3, true}, {150e3, false}, {300e3, false}};
	struct join_window window[JOIN_WINDOWS];
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		double slope = 0;
		make_windows(window, 50e-6, cases[i].uneven);
		assert_int_equal(join_drift_correct(window, 100e3, &slope), cases[i].corrected);
		assert_true(fabs(slope - (cases[i].corrected ? 50e-6 : 0)) < 3e-6);
	}
	double slope = 0;
	make_windows(window, 50e-6, 1e3);
	assert_false(join_drift_correct(window, 1e6, &slope)); /* all of it may be noise */
	for (int i = 7; i < JOIN_WINDOWS; i++)
		window[i].has[0] = false;
	assert_false(join_drift_correct(window, 100e3, &slope)); /* too few of one direction */
}

/* As many decimals as the bound leaves sense, and no sign where all that are shown are zero. */
static void offset_words(void **state)
{
	static const struct {
		ws_time offset, bound;
		const char *words;
	} cases[] = {
	        {-400000, 2 * MS, "+0.000 s \u00b12.0 ms"},    {-600000, 2 * MS, "-0.001 s \u00b12.0 ms"},
	        {400000, 2 * MS, "+0.000 s \u00b12.0 ms"},     {3700 * MS, 30 * MS, "+3.700 s \u00b130 ms"},
	        {-400, 20000, "+0.000000 s \u00b120 \u00b5s"}, {-600, 20000, "-0.000001 s \u00b120 \u00b5s"},
	        {-600, WS_TIME_NEVER, "-0.000001 s"},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const struct ws_clock_info info = {.offset = cases[i].offset, .bound = cases[i].bound, .samples = 9};
		char words[64];
		struct ws_text text = WS_TEXT_OVER(words);
		ws_clock_offset_number(&text, &info, true);
		assert_string_equal(ws_text_cstr(&text), cases[i].words);
	}
}

static void sort_samples(void **state)
{
	(void)state;
	enum { MOST = 300 };
	static struct join_sample sample[MOST], sorted[MOST];
	uint64_t random = 5;
	for (size_t count = 0; count < MOST; count++) {
		ws_time time = 0;
		const int64_t longest = below(&random, 20);
		for (size_t i = 0; i < count; i++) {
			time = below(&random, longest + 1) ? time + below(&random, 3) : below(&random, 50);
			sample[i] = (struct join_sample){
			        .here = time, .difference = below(&random, 3), .upper = below(&random, 2)};
			size_t at = i; /* by insertion */
			for (; at && (sorted[at - 1].here > sample[i].here ||
			              (sorted[at - 1].here == sample[i].here &&
			               sorted[at - 1].difference > sample[i].difference));
			     at--)
				sorted[at] = sorted[at - 1];
			sorted[at] = sample[i];
		}
		join_samples_sort(sample, count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(sample[i].here, sorted[i].here);
			assert_int_equal(sample[i].difference, sorted[i].difference);
			assert_int_equal(sample[i].upper, sorted[i].upper);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(clock_offset),     cmocka_unit_test(clock_drift),
	        cmocka_unit_test(clock_plateau),    cmocka_unit_test(clock_step),
	        cmocka_unit_test(clock_set_back),   cmocka_unit_test(clock_step_late),
	        cmocka_unit_test(clock_wrong_pair), cmocka_unit_test(clock_one_direction),
	        cmocka_unit_test(drift_correction), cmocka_unit_test(offset_words),
	        cmocka_unit_test(sort_samples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
