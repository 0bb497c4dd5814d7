/* Random connections over three points in a row (path_model.h): the third stands a third of the way from the client to the
 * server, with a clock of its own, and what the wire loses is lost before it or after it. At least 99.9 % of the losses are
 * named between the right two points, none is invented, and both clocks are inside their proven intervals.
 * JOIN_CONNECTIONS=3000 makes a long run. */
#include "path_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MS WS_MILLISECOND
#define MIDDLE_OFFSET (-5 * WS_SECOND)
#define MIDDLE_DRIFT (-40) /* ppm */

enum { CLIENT, SERVER, MIDDLE, POINTS };

static const struct path_setting settings[] = {
        {.name = "plain",
         .loss = 30,
         .delay = {30 * MS, 30 * MS},
         .jitter = 2 * MS,
         .offset = 3700 * MS,
         .drift_ppm = 80},
        {.name = "reordered",
         .loss = 30,
         .reorder = 30,
         .delay = {20 * MS, 40 * MS},
         .jitter = 5 * MS,
         .offset = 10 * WS_SECOND,
         .drift_ppm = -200},
        {.name = "translated",
         .loss = 30,
         .delay = {6 * MS, 5 * MS},
         .jitter = MS,
         .offset = -WS_SECOND,
         .translated = true},
        {.name = "without ID",
         .loss = 30,
         .delay = {40 * MS, 30 * MS},
         .jitter = 3 * MS,
         .drift_ppm = 150,
         .no_ids = true},
        {.name = "without timestamps",
         .loss = 30,
         .delay = {40 * MS, 30 * MS},
         .jitter = 3 * MS,
         .offset = WS_SECOND,
         .no_timestamps = true},
};

struct three {
	struct path_world world;
	struct path_connection connection;
	struct ws_join_segment middle[PATH_PACKETS];
	size_t middles;
	bool before[PATH_PACKETS]; /* by packet of the wire: it was lost before the middle */
};

static ws_time middle_clock(ws_time time)
{
	return time + MIDDLE_OFFSET + (time - WS_SECOND) / 1000000 * MIDDLE_DRIFT;
}

static const struct ws_join_segment *sent_as(const struct path_connection *c, const struct wire_packet *wire)
{
	for (size_t i = 0; i < c->count[wire->direction]; i++)
		if (c->segment[wire->direction][i].frame == wire->frame)
			return &c->segment[wire->direction][i];
	return NULL;
}

static void pass_middle(struct three *t, ws_time time, const struct ws_join_segment *sent)
{
	size_t at = t->middles++;
	const ws_time shown = middle_clock(time);
	for (; at > 0 && t->middle[at - 1].time > shown; at--)
		t->middle[at] = t->middle[at - 1];
	t->middle[at] = *sent;
	t->middle[at].time = shown;
}

/* What the middle has captured of the connection that was made last. */
static void make_middle(struct three *t)
{
	struct path_connection *c = &t->connection;
	t->middles = 0;
	for (size_t i = 0; i < c->wires; i++) {
		const struct wire_packet *wire = &c->wire[i];
		const struct ws_join_segment *sent = sent_as(c, wire);
		const ws_time whole =
		        wire->arrived >= 0 ? wire->arrived - wire->sent : t->world.setting->delay[wire->direction];
		t->before[i] = wire->arrived < 0 && (wire->sequence / 7 + i) % 2;
		if (sent && !t->before[i])
			pass_middle(t, wire->sent + (wire->direction ? 2 * whole / 3 : whole / 3), sent);
	}
	for (size_t i = 0; i < t->middles; i++)
		t->middle[i].frame = i + 1;
}

static struct ws_join_side side(const struct three *t, unsigned point)
{
	const struct path_connection *c = &t->connection;
	const unsigned known = point == MIDDLE ? CLIENT : point;
	return (struct ws_join_side){.segment = point == MIDDLE ? t->middle : c->segment[point],
	                             .count = point == MIDDLE ? t->middles : c->count[point],
	                             .connection = &c->known[known],
	                             .mss = {c->mss[known][0], c->mss[known][1]}};
}

struct tally {
	uint64_t losses, named, invented, misplaced, early;
};

static size_t wire_of(const struct path_connection *c, const struct ws_transit *t)
{
	size_t i = 0;
	while (i < c->wires && (c->wire[i].direction != t->direction || c->wire[i].frame != t->frame[t->direction]))
		i++;
	return i;
}

static void compare(const struct three *t, const struct ws_joiner *joiner, const struct ws_join_result *result,
                    struct tally *tally)
{
	const struct path_connection *c = &t->connection;
	for (size_t i = 0; i < c->wires; i++)
		tally->losses += c->wire[i].arrived < 0;
	for (size_t i = 0; i < result->transits; i++) {
		struct ws_transit transit;
		ws_joiner_transit(joiner, i, &transit);
		const size_t wire = wire_of(c, &transit);
		const unsigned to = !transit.direction;
		if (transit.outcome == WS_OUTCOME_DELIVERED)
			tally->early +=
			        transit.time[to] < transit.time[MIDDLE] || transit.time[MIDDLE] < transit.time[!to];
		if (transit.outcome != WS_OUTCOME_LOST)
			continue;
		if (wire == c->wires || c->wire[wire].arrived >= 0)
			tally->invented++;
		else if (t->before[wire] ? transit.last != transit.direction || transit.next != MIDDLE
		                         : transit.last != MIDDLE || transit.next != (int)to)
			tally->misplaced++;
		else
			tally->named++;
	}
}

static void check_clock(const struct ws_clock *clock, const struct path_setting *s, unsigned point)
{
	for (ws_time time = 2 * WS_SECOND; time < s->span; time += WS_SECOND) {
		ws_time low, high;
		const ws_time shown = point == MIDDLE ? middle_clock(time) : path_clock(s, SERVER, time);
		assert_true(ws_clock_bounds(clock, time, &low, &high));
		assert_true(low <= shown - time && shown - time <= high);
	}
}

static void run_setting(const struct path_setting *setting, size_t count)
{
	struct path_setting s = *setting;
	struct three *t = calloc(1, sizeof(*t));
	struct path_state *state = calloc(count + 1, sizeof(*state));
	struct ws_error error;
	struct ws_joiner *joiner = ws_joiner_create(1u << 20, 1, &error);
	struct ws_clock *clock[POINTS] = {NULL, ws_clock_create(1u << 15), ws_clock_create(1u << 15)};
	struct tally tally = {0};
	assert_true(t && state && joiner && clock[SERVER] && clock[MIDDLE]);
	s.span = 60 * WS_SECOND;
	t->world.setting = &s;
	state[0].random = path_seed(7 + (uint64_t)(setting - settings));
	for (unsigned walk = 0; walk < 2; walk++) {
		for (size_t i = 0; i < count; i++) {
			struct ws_join_agreement agreement;
			struct ws_join_result result;
			struct ws_join_point point[POINTS] = {0};
			t->world.state = state[i];
			path_connect(&t->world, &t->connection, WS_SECOND + s.span / (ws_time)count * (ws_time)i,
			             (uint16_t)(1024 + i % 60000));
			state[i + 1] = t->world.state;
			make_middle(t);
			for (unsigned p = 0; p < POINTS; p++) {
				point[p].side = side(t, p);
				point[p].clock = clock[p];
				point[p].period = (struct ws_join_period){.first = 0, .last = path_end(&s)};
				if (p && !walk)
					assert_true(ws_joiner_observe(joiner, &point[0].side, &point[p].side, clock[p],
					                              &agreement));
			}
			if (!walk)
				continue;
			assert_true(ws_joiner_run(joiner, point, POINTS, &result));
			assert_int_equal(result.path[1], MIDDLE);
			compare(t, joiner, &result, &tally);
		}
		for (unsigned p = SERVER; p < POINTS && !walk; p++) {
			ws_clock_solve(clock[p]);
			check_clock(clock[p], &s, p);
		}
	}
	print_message("%-20s %6llu losses, %llu named, %llu between other points, %llu invented\n", s.name,
	              (unsigned long long)tally.losses, (unsigned long long)tally.named,
	              (unsigned long long)tally.misplaced, (unsigned long long)tally.invented);
	assert_true(tally.losses > 50);
	assert_true(tally.named * 1000 >= tally.losses * 999);
	assert_int_equal(tally.invented, 0);
	assert_int_equal(tally.early, 0);
	ws_joiner_free(joiner);
	ws_clock_free(clock[SERVER]);
	ws_clock_free(clock[MIDDLE]);
	free(state);
	free(t);
}

static void three_in_a_row(void **state)
{
	(void)state;
	const char *text = getenv("JOIN_CONNECTIONS");
	for (size_t i = 0; i < WS_ARRAY_SIZE(settings); i++)
		run_setting(&settings[i], text ? strtoul(text, NULL, 10) : 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(three_in_a_row)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
