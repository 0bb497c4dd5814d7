/* Joins what two points have captured of random connections (path_model.h), and compares with what the wire really did:
 * at least 99.9 % of the losses are named at the right packet, none is invented, the true offset of the clocks is
 * inside the proven interval, and nothing arrives before it left. JOIN_CONNECTIONS=3000 makes a long run, JOIN_SEED=2 another one. */
#include "base/hash.h"
#include "path_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#define MS WS_MILLISECOND

static const struct path_setting settings[] = {
        {.name = "plain",
         .loss = 20,
         .delay = {30 * MS, 30 * MS},
         .jitter = 2 * MS,
         .offset = 3700 * MS,
         .drift_ppm = 80},
        {.name = "late",
         .loss = 30,
         .delay = {10 * MS, 50 * MS},
         .jitter = MS,
         .late = {0, 15 * WS_SECOND},
         .offset = -MS},
        {.name = "late client", .loss = 30, .delay = {10 * MS, 5 * MS}, .jitter = MS, .late = {20 * WS_SECOND, 0}},
        {.name = "reordered",
         .loss = 20,
         .reorder = 50,
         .duplicate = 20,
         .delay = {20 * MS, 20 * MS},
         .jitter = 5 * MS,
         .offset = 10 * WS_SECOND,
         .drift_ppm = -200},
        {.name = "translated",
         .loss = 30,
         .delay = {MS / 10, MS / 5},
         .jitter = MS / 20,
         .offset = -10 * WS_SECOND,
         .drift_ppm = 200,
         .translated = true,
         .clamped = true},
        {.name = "renumbered",
         .loss = 30,
         .delay = {8 * MS, 9 * MS},
         .jitter = MS,
         .offset = 77 * MS,
         .renumbered = true},
        {.name = "offloaded",
         .loss = 20,
         .delay = {15 * MS, 15 * MS},
         .jitter = MS / 100,
         .offset = -4 * WS_SECOND,
         .drift_ppm = 30,
         .offload = 6,
         .merge = 8,
         .translated = true},
        {.name = "offloaded without ID",
         .loss = 20,
         .reorder = 10,
         .delay = {15 * MS, 15 * MS},
         .jitter = MS / 100,
         .offset = 5 * WS_SECOND,
         .drift_ppm = -100,
         .offload = 6,
         .merge = 5,
         .no_ids = true},
        {.name = "without ID",
         .loss = 30,
         .reorder = 20,
         .duplicate = 5,
         .delay = {40 * MS, 30 * MS},
         .jitter = 3 * MS,
         .offset = WS_SECOND,
         .drift_ppm = 150,
         .no_ids = true,
         .late = {0, 10 * WS_SECOND}},
        {.name = "without timestamps",
         .loss = 30,
         .reorder = 20,
         .duplicate = 5,
         .delay = {40 * MS, 30 * MS},
         .jitter = 3 * MS,
         .offset = WS_SECOND,
         .drift_ppm = 150,
         .no_timestamps = true},
        {.name = "the clock is set",
         .loss = 20,
         .delay = {30 * MS, 20 * MS},
         .jitter = MS,
         .step = 2 * WS_SECOND,
         .offset = -WS_SECOND,
         .drift_ppm = 50},
        {.name = "the clock is set back",
         .loss = 20,
         .delay = {30 * MS, 20 * MS},
         .jitter = MS,
         .step = -2 * WS_SECOND,
         .offset = -WS_SECOND,
         .drift_ppm = 50},
};

struct tally {
	uint64_t needless, needed; /* sent again; and the first copy had not arrived after all */
	uint64_t losses, named, twins, invented, pairs, wrong_pairs, exchanged, injected, early;
};

static struct ws_join_side side(const struct path_connection *c, unsigned point)
{
	return (struct ws_join_side){.segment = c->segment[point],
	                             .count = c->count[point],
	                             .connection = &c->known[point],
	                             .mss = {c->mss[point][0], c->mss[point][1]}};
}

/* The packet of the wire that a transit is. */
static const struct wire_packet *wire_of(const struct path_connection *c, const struct path_world *w,
                                         const struct ws_transit *t)
{
	const uint32_t shift = t->direction ? w->shift : 0;
	for (size_t i = 0; i < c->wires; i++)
		if (c->wire[i].direction == t->direction && c->wire[i].frame == t->frame[t->direction] &&
		    c->wire[i].sequence + shift == t->sequence)
			return &c->wire[i];
	return NULL;
}

static const struct ws_join_segment *seen_at(const struct path_connection *c, unsigned point, uint64_t frame)
{
	for (size_t i = 0; i < c->count[point]; i++)
		if (c->segment[point][i].frame == frame)
			return &c->segment[point][i];
	return NULL;
}

static const struct ws_join_segment *sent_as(const struct path_connection *c, const struct wire_packet *wire)
{
	return seen_at(c, wire->direction, wire->frame);
}

/* Whether every field that is captured of the two is the same. */
static bool are_twins(const struct path_connection *c, const struct wire_packet *one, const struct wire_packet *other)
{
	const struct ws_join_segment *own = one->frame ? sent_as(c, one) : NULL;
	const struct ws_join_segment *s = other->direction == one->direction && other->frame ? sent_as(c, other) : NULL;
	return own && s && s->sequence == own->sequence && s->length == own->length &&
	       s->acknowledgment == own->acknowledgment && s->tsval == own->tsval && s->tsecr == own->tsecr &&
	       s->flags == own->flags && s->window == own->window && s->sack_right == own->sack_right &&
	       s->identification == own->identification;
}

/* Without IP IDs, copies of an ACK that were sent within one tick of the timestamps' clock are the same packet, so that
 * nobody can tell which of them was lost. Returns the one that was. */
static const struct wire_packet *lost_twin(const struct path_connection *c, const struct wire_packet *wire)
{
	for (size_t i = 0; i < c->wires; i++)
		if (c->wire[i].arrived < 0 && are_twins(c, wire, &c->wire[i]))
			return &c->wire[i];
	return NULL;
}

/* Whether nothing shows that an arrival is not this packet's but a twin's, or that twin's second copy: the wire might have
 * delayed this one as much. */
static bool is_exchanged(const struct path_connection *c, const struct path_setting *s, const struct wire_packet *wire,
                         uint64_t arrival)
{
	const unsigned to = !wire->direction;
	const struct ws_join_segment *came = seen_at(c, to, arrival);
	const ws_time least = wire->sent + s->delay[wire->direction];
	const ws_time most = least + s->jitter + (s->reorder ? s->delay[wire->direction] / 4 + 2 * MS : 0) +
	                     (s->duplicate ? 3030000 : 0);
	size_t twins = 0;
	for (size_t i = 0; i < c->wires; i++)
		twins += &c->wire[i] != wire && are_twins(c, wire, &c->wire[i]);
	return twins && came && came->time >= path_clock(s, to, least) && came->time <= path_clock(s, to, most);
}

/* Whether the receiver's point captured long enough before and after, so that the loss can be named. */
static bool can_be_named(const struct path_setting *s, const struct wire_packet *wire)
{
	const ws_time margin = WS_SECOND / 2;
	return wire->frame && path_captures(s, !wire->direction, wire->sent - margin) &&
	       path_captures(s, !wire->direction, wire->sent + margin);
}

/* Whether another copy of the packet arrived before it, or before it left when it did not arrive. */
static bool had_arrived(const struct path_connection *c, const struct wire_packet *wire)
{
	for (size_t i = 0; i < c->wires; i++) {
		const struct wire_packet *other = &c->wire[i];
		if (other != wire && other->direction == wire->direction && other->sequence == wire->sequence &&
		    other->length >= wire->length && other->arrived >= 0 &&
		    other->arrived <= (wire->arrived >= 0 ? wire->arrived : wire->sent))
			return true;
	}
	return false;
}

static void compare(const struct path_world *w, const struct path_connection *c, const struct ws_joiner *joiner,
                    const struct ws_join_result *result, struct tally *tally)
{
	for (size_t i = 0; i < c->wires; i++)
		tally->losses += c->wire[i].arrived < 0 && can_be_named(w->setting, &c->wire[i]);
	for (size_t i = 0; i < result->transits; i++) {
		struct ws_transit t;
		ws_joiner_transit(joiner, i, &t);
		tally->injected += t.outcome == WS_OUTCOME_INJECTED;
		const struct wire_packet *wire = wire_of(c, w, &t);
		if (t.outcome == WS_OUTCOME_LOST) {
			const struct wire_packet *gone = wire && wire->arrived >= 0 ? lost_twin(c, wire) : wire;
			tally->invented += !gone;
			tally->twins += gone != wire;
			tally->named += gone && can_be_named(w->setting, gone);
		}
		tally->needless += t.needless;
		tally->needed += t.needless && wire && !had_arrived(c, wire);
		if (t.outcome != WS_OUTCOME_DELIVERED)
			continue;
		tally->pairs++;
		const bool wrong = !wire || wire->arrival != t.frame[!t.direction];
		tally->wrong_pairs += wrong;
		tally->exchanged += wrong && wire && is_exchanged(c, w->setting, wire, t.frame[!t.direction]);
		tally->early += t.time[!t.direction] < t.time[t.direction];
	}
}

struct run {
	struct path_world world;
	struct path_connection connection; /* the one that was made last */
	size_t count;
	struct path_state *state; /* before each connection */
	struct ws_join_connection *known[2];
	struct ws_joiner *joiner;
	struct ws_clock *clock;
};

static void make(struct run *run, size_t i)
{
	const struct path_setting *s = run->world.setting;
	run->world.state = run->state[i];
	path_connect(&run->world, &run->connection, WS_SECOND + s->span / (ws_time)run->count * (ws_time)i,
	             (uint16_t)(1024 + i % 60000));
}

static void begin(struct run *run, const struct path_setting *setting, size_t count)
{
	struct ws_error error;
	run->world.setting = setting;
	run->count = count;
	run->state = calloc(count + 1, sizeof(*run->state));
	run->joiner = ws_joiner_create(1u << 20, 1, &error);
	run->clock = ws_clock_create(1u << 15);
	assert_non_null(run->state);
	assert_non_null(run->joiner);
	assert_non_null(run->clock);
	for (unsigned point = 0; point < 2; point++)
		assert_non_null(run->known[point] = calloc(count, sizeof(**run->known)));
	run->state[0].random = path_seed(42 + (uint64_t)(setting - settings));
}

static void end(struct run *run)
{
	free(run->state);
	free(run->known[0]);
	free(run->known[1]);
	ws_joiner_free(run->joiner);
	ws_clock_free(run->clock);
}

/* What both points know of the connections, and of the clocks. */
static void observe(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		make(run, i);
		run->state[i + 1] = run->world.state;
		const struct ws_join_side a = side(&run->connection, 0), b = side(&run->connection, 1);
		struct ws_join_agreement agreement;
		assert_true(ws_joiner_observe(run->joiner, &a, &b, run->clock, &agreement));
		assert_true(agreement.order >= 0);
		run->known[0][i] = run->connection.known[0];
		run->known[1][i] = run->connection.known[1];
	}
	ws_clock_solve(run->clock);
}

static void check_pairs(const struct run *run)
{
	const struct path_setting *s = run->world.setting;
	struct ws_join_pair *pairs = calloc(run->count, sizeof(*pairs));
	size_t count, expected = 0;
	assert_non_null(pairs);
	assert_true(ws_join_connections(run->known[0], run->count, run->known[1], run->count, pairs, &count));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(pairs[i].a, pairs[i].b);
		assert_false(pairs[i].swapped);
	}
	for (size_t i = 0; i < run->count; i++)
		expected += !s->translated || (run->known[0][i].iss_known[0] && run->known[1][i].iss_known[0]);
	assert_int_equal(count, expected);
	free(pairs);
}

static void check_clock(const struct run *run)
{
	const struct path_setting *s = run->world.setting;
	struct ws_clock_info info;
	ws_clock_info(run->clock, &info);
	assert_int_equal(info.steps, s->step != 0);
	for (ws_time t = s->late[0] + s->late[1] + 2 * WS_SECOND; t < s->span; t += WS_SECOND / 2) {
		ws_time low, high;
		const ws_time true_offset = path_clock(s, 1, t) - t;
		if (s->step && llabs(t - s->span / 2) < WS_SECOND)
			continue;
		assert_true(ws_clock_bounds(run->clock, t, &low, &high));
		assert_true(low <= true_offset && true_offset <= high);
		assert_true(high - low < s->delay[0] + s->delay[1] + 2 * s->jitter + 10 * MS);
	}
	if (info.drift_known && !s->step)
		assert_true(abs((int)info.drift_ppm - s->drift_ppm) < 20);
}

static uint64_t run_setting(const struct path_setting *setting, size_t count)
{
	struct path_setting s = *setting;
	struct run *run = calloc(1, sizeof(*run));
	struct tally tally = {0};
	assert_non_null(run);
	s.span = s.span ? s.span : 60 * WS_SECOND;
	begin(run, setting, count);
	run->world.setting = &s;
	observe(run);
	check_clock(run);
	check_pairs(run);
	struct ws_join_point point[2] = {{.clock = NULL}, {.clock = run->clock}};
	for (unsigned i = 0; i < 2; i++) { /* as the point's own clock shows them */
		const ws_time first = path_clock(&s, i, s.late[i]), last = path_clock(&s, i, path_end(&s) - s.late[i]);
		point[i].period = (struct ws_join_period){.first = i ? ws_clock_here(run->clock, first) : first,
		                                          .last = i ? ws_clock_here(run->clock, last) : last};
	}
	for (size_t i = 0; i < count; i++) {
		struct ws_join_result result;
		make(run, i);
		point[0].side = side(&run->connection, 0);
		point[1].side = side(&run->connection, 1);
		assert_true(ws_joiner_run(run->joiner, point, 2, &result));
		compare(&run->world, &run->connection, run->joiner, &result, &tally);
	}
	print_message(
	        "%-22s %6llu losses, %llu named (%llu by a twin), %llu invented; %llu pairs, %llu wrong (%llu of twins); %llu injected\n",
	        s.name, (unsigned long long)tally.losses, (unsigned long long)tally.named,
	        (unsigned long long)tally.twins, (unsigned long long)tally.invented, (unsigned long long)tally.pairs,
	        (unsigned long long)tally.wrong_pairs, (unsigned long long)tally.exchanged,
	        (unsigned long long)tally.injected);
	/* Without IP ID, twins cannot be told apart where the delays say nothing either. */
	assert_true(tally.losses > 50);
	assert_true(tally.named * 1000 >= tally.losses * 999);
	assert_int_equal(tally.invented, 0);
	assert_int_equal(tally.wrong_pairs, s.no_ids ? tally.exchanged : 0);
	assert_int_equal(tally.injected, 0);
	assert_int_equal(tally.early, 0);
	assert_int_equal(tally.needed, 0);
	end(run);
	free(run);
	return tally.needless;
}

static void random_paths(void **state)
{
	(void)state;
	const char *text = getenv("JOIN_CONNECTIONS");
	const size_t count = text ? strtoul(text, NULL, 10) : 300;
	uint64_t needless = 0;
	for (size_t i = 0; i < WS_ARRAY_SIZE(settings); i++)
		needless += run_setting(&settings[i], count);
	assert_true(needless > 50);
}

/* The same addresses and ports at other times are other connections. */
static void unrelated(void **state)
{
	(void)state;
	enum { COUNT = 200 };
	struct run *run = calloc(2, sizeof(*run));
	struct ws_join_pair pairs[COUNT];
	size_t count;
	assert_non_null(run);
	for (unsigned i = 0; i < 2; i++) {
		struct path_setting s = settings[0];
		s.span = 60 * WS_SECOND;
		begin(&run[i], &settings[i], COUNT);
		run[i].world.setting = &s;
		observe(&run[i]);
	}
	assert_true(ws_join_connections(run[0].known[0], COUNT, run[1].known[1], COUNT, pairs, &count));
	assert_int_equal(count, 0);
	end(&run[0]);
	end(&run[1]);
	free(run);
}

/* ---- Segments that were made to be slow */

static uint64_t shifted_back(uint64_t hash)
{
	return hash ^ hash >> 29 ^ hash >> 58;
}

/* What ws_hash_mix() was given besides `value`, when it returned `hash`. */
static uint64_t unmixed(uint64_t hash, uint64_t value)
{
	uint64_t inverse = 1;
	for (unsigned i = 0; i < 6; i++)
		inverse *= 2 - UINT64_C(0x9e3779b97f4a7c15) * inverse;
	return shifted_back(hash) * inverse ^ value;
}

/* Pure ACKs without IP IDs, whose keys (see key_of() in match.c) end in 32 zeros. */
static void make_collisions(struct ws_join_segment *segment, size_t count)
{
	enum { WITHOUT_ID = 2, WINDOW = 1000 };
	for (size_t i = 0; i < count; i++) {
		const uint64_t others = (uint64_t)WS_TCP_ACK << 16 | WINDOW;
		const uint64_t numbers = unmixed(unmixed(unmixed((uint64_t)(i + 1) << 32, 0), others), WITHOUT_ID);
		assert_int_equal(ws_hash_mix(ws_hash_mix(ws_hash_mix(WITHOUT_ID, numbers), others), 0),
		                 (uint64_t)(i + 1) << 32);
		segment[i] = (struct ws_join_segment){.time = (ws_time)i * MS,
		                                      .sequence = (uint32_t)(numbers >> 32),
		                                      .acknowledgment = (uint32_t)numbers,
		                                      .flags = WS_TCP_ACK,
		                                      .window = WINDOW};
	}
}

/* Whoever writes a capture cannot make the comparison take time with the square of the segments' number. */
static void hostile_segments(void **state)
{
	enum { COUNT = 60000 };
	(void)state;
	struct ws_error error;
	struct ws_joiner *joiner = ws_joiner_create(2 * COUNT, UINT64_C(0x5851f42d4c957f2d), &error);
	struct ws_join_segment *segment = calloc(COUNT, sizeof(*segment));
	const struct ws_join_connection connection = {.kind = WS_JOIN_TCP};
	struct ws_join_result result;
	assert_true(joiner && segment);
	make_collisions(segment, COUNT);
	const struct ws_join_side side = {.segment = segment, .count = COUNT, .connection = &connection};
	const struct ws_join_point point[2] = {{.side = side}, {.side = side}};
	const clock_t begun = clock();
	assert_true(ws_joiner_run(joiner, point, 2, &result));
	assert_true(clock() - begun <
	            2 * CLOCKS_PER_SEC); /* it takes a thirtieth of that, and would take ten times as long */
	assert_int_equal(result.direction[0].delivered, COUNT);
	ws_joiner_free(joiner);
	free(segment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_paths), cmocka_unit_test(unrelated),
	                                   cmocka_unit_test(hostile_segments)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
