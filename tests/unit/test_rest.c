/* Connections at rest: all of a connection comes back, the tracker's answers do not depend on who rests, and more of
 * them have room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "shots.h"

#include "track/rest.h"
#include "track/tracker.h"

#include <wirestate/overview.h>

/* ---- Packing */

/* Zero, small, or any number of up to four bytes. */
static uint32_t some_word(uint64_t *random)
{
	const uint32_t word = below(random, 1u << 16) << 16 | below(random, 1u << 16);
	return below(random, 3) ? word >> 8 * below(random, 4) : 0;
}

static void fill_with_words(uint64_t *random, void *to, size_t size)
{
	for (size_t at = 0; at < size; at += 4) {
		const uint32_t word = some_word(random);
		memcpy((uint8_t *)to + at, &word, 4);
	}
}

/* Not set, the same as another number, eight less, or one more. */
static uint32_t near(uint64_t *random, uint32_t number)
{
	const uint32_t values[] = {0, number, number - 8, number + 1};
	return values[below(random, 4)];
}

/* Numbers that equal others, as most do, and those that are nearly the same. */
static void make_alike(uint64_t *random, struct ws_conn *conn)
{
	for (unsigned i = 0; i < 2; i++) {
		struct ws_endpoint *e = &conn->machine.endpoint[i];
		e->iss = conn->analyser.flow[i].base - below(random, 2);
		e->snd_max = conn->analyser.flow[i].next - below(random, 2);
		e->fin_end = near(random, e->snd_max);
		e->gap_left = near(random, e->rcv_nxt);
		e->gap_right = near(random, e->gap_left);
		conn->analyser.flow[i].last_time = conn->last_time - below(random, 3);
		if (below(random, 4) == 0)
			conn->analyser.flow[i].next_time = 0;
	}
}

static void make_shares_alike(uint64_t *random, struct ws_conn *conn)
{
	struct ws_shares *shares = ws_conn_shares(conn);
	for (unsigned i = 0; i < 2; i++) {
		struct ws_share_side *side = &shares->side[i];
		side->acked_time = near(random, ws_shares_microseconds(shares, side->all_acked));
		shares->older[i][0].right = near(random, side->edge.right);
		shares->older[i][0].time = near(random, side->edge.time);
		side->next_identification = (uint16_t)near(random, conn->traffic[i].identification + 1u);
	}
}

/* With the times of the connection, which are stored in the brief alone, and up to all of the shares. */
static void make_brief(uint64_t *random, const struct ws_conn *conn, struct ws_brief *brief)
{
	*brief = (struct ws_brief){.number = conn->number,
	                           .first = conn->first_time,
	                           .last = conn->last_time,
	                           .shares_known = below(random, 2),
	                           .judgement = (uint8_t)(1 + below(random, 255)),
	                           .likely_client = below(random, 2) & 1,
	                           .self = below(random, 2) & 1};
	const unsigned shares = below(random, 1 + 2 * WS_CAUSE_COUNT);
	for (unsigned i = 0; i < shares; i++)
		brief->shares.time[below(random, WS_CAUSE_COUNT)][below(random, 2)] = (ws_time)some_word(random)
		                                                                      << below(random, 32);
	brief->shares.timeouts = some_word(random);
}

static void assert_same_brief(const struct ws_brief *a, const struct ws_brief *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->last, b->last);
	assert_int_equal(a->shares_known, b->shares_known);
	assert_int_equal(a->judgement, b->judgement);
	assert_int_equal(a->likely_client, b->likely_client);
	assert_int_equal(a->self, b->self);
	assert_memory_equal(a->shares.time, b->shares.time, sizeof(a->shares.time));
	assert_int_equal(a->shares.timeouts, b->shares.timeouts);
}

static void all_of_a_connection_comes_back(void **state)
{
	(void)state;
	unsigned briefs = 0;
	uint64_t random = 1;
	for (unsigned round = 0; round < 20000; round++) {
		const bool shares = below(&random, 2), rare = below(&random, 2);
		const ws_time epoch = (ws_time)some_word(&random) * WS_SECOND;
		struct ws_conn_copy in, out;
		memset(&in, 0, sizeof(in));
		memset(&out, 0xa5, sizeof(out));
		fill_with_words(&random, &in.slot.conn, sizeof(in.slot.conn));
		fill_with_words(&random, &in.slot.shares, sizeof(in.slot.shares));
		fill_with_words(&random, &in.rare, sizeof(in.rare));
		make_alike(&random, &in.slot.conn);
		make_shares_alike(&random, &in.slot.conn);
		struct ws_conn *conn = &in.slot.conn;
		conn->used = 1;
		for (unsigned i = 0; i < 2; i++) /* what waits for the end of TIME_WAIT is a whole machine */
			conn->machine.endpoint[i].state %= WS_TIME_WAIT;
		conn->ip_version = below(&random, 2) ? 4 : 6;
		if (conn->ip_version == 4)
			for (unsigned i = 0; i < 2; i++)
				memcpy(conn->address[i].byte, (const uint8_t[12]){[10] = 0xff, [11] = 0xff}, 12);
		conn->rare = rare ? &in.rare : NULL;
		const struct ws_table table = {
		        .shares = shares,
		        .slot_size = shares ? sizeof(struct ws_conn_slot) : offsetof(struct ws_conn_slot, shares),
		        .epoch = epoch,
		        .time_wait = 60 * WS_SECOND,
		};
		struct ws_brief brief, read;
		struct ws_conn key;
		make_brief(&random, conn, &brief);
		const bool has_brief = below(&random, 2);
		struct ws_rested *rested = ws_rested_make(&table, conn, has_brief ? &brief : NULL);
		assert_non_null(rested);
		ws_rested_read(&table, rested, &out.slot.conn, &out.rare);
		if (ws_rested_brief(&table, rested, &key, &read)) {
			assert_true(has_brief);
			assert_same_brief(&brief, &read);
			briefs++;
		}
		free(rested);
		conn->hash = conn->id = conn->judgement = conn->recent = 0;
		conn->rare = rare ? &out.rare : NULL;
		out.slot.conn.used = conn->used; /* what is beside it in its byte means nothing */
		memcpy((uint8_t *)conn + offsetof(struct ws_conn, ip_version) + 1,
		       (const uint8_t *)&out.slot.conn + offsetof(struct ws_conn, ip_version) + 1, 1);
		assert_memory_equal(conn, &out.slot.conn, sizeof(*conn));
		if (shares)
			assert_memory_equal(&in.slot.shares, &out.slot.shares, sizeof(in.slot.shares));
		if (rare)
			assert_memory_equal(&in.rare, &out.rare, sizeof(in.rare));
	}
	assert_true(briefs > 5000);
}

/* ---- In a tracker */

static struct ws_tracker *tracker_of(uint64_t memory, size_t awake, bool overview)
{
	const struct ws_tracker_config config = {.hash_key = "a key for tests",
	                                         .max_memory = memory,
	                                         .shares = true,
	                                         .time_wait = WS_SECOND,
	                                         .overview = overview};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	assert_non_null(tracker);
	tracker->table.awake_least = tracker->table.awake_most = awake;
	return tracker;
}

enum { CLIENTS = 40 };

struct side {
	uint32_t next;
};

/* Conversations of many clients: openings, data, repetitions, closings, resets, and ports that are used again. */
static struct shot some_shot(uint64_t *random, struct side sides[CLIENTS][2], uint32_t milliseconds)
{
	static const uint16_t flags[] = {S, S | A, A, A, A, A, A, A, A, F, F, R, R | A};
	const unsigned client = below(random, CLIENTS), from = below(random, 2);
	struct side *self = &sides[client][from], *peer = &sides[client][!from];
	struct shot shot = {.from = from,
	                    .flags = flags[below(random, WS_ARRAY_SIZE(flags))],
	                    .milliseconds = milliseconds,
	                    .port = (uint16_t)(40001 + client),
	                    .sequence = self->next,
	                    .acknowledgment = peer->next,
	                    .window = (uint16_t)(1 + below(random, 3) * 500),
	                    .closed = below(random, 30) == 0,
	                    .bad = below(random, 60) == 0};
	if (shot.flags & WS_TCP_SYN) {
		shot.from = !(shot.flags & WS_TCP_ACK) ? CLIENT : SERVER;
		self = &sides[client][shot.from];
		peer = &sides[client][!shot.from];
		if (below(random, 2))
			self->next = some_word(random);
		shot.sequence = self->next;
		shot.acknowledgment = shot.flags & WS_TCP_ACK ? peer->next : 0;
	} else if (shot.flags == A) {
		shot.length = below(random, 3) * 700;
	}
	if (below(random, 8) == 0)
		shot.sequence -= 700;
	else
		self->next += shot.length + !!(shot.flags & WS_TCP_SYN) + (shot.flags == F);
	return shot;
}

static void assert_same_result(const struct ws_track_result *one, const struct ws_track_result *other)
{
	assert_int_equal(one->event_count, other->event_count);
	assert_int_equal(one->conn, other->conn);
	assert_int_equal(one->analysis, other->analysis);
	for (size_t i = 0; i < one->event_count; i++) {
		assert_int_equal(one->events[i].kind, other->events[i].kind);
		assert_int_equal(one->events[i].conn_number, other->events[i].conn_number);
		assert_memory_equal(&one->events[i].transition, &other->events[i].transition,
		                    sizeof(one->events[i].transition));
	}
}

static void assert_same_connections(const struct ws_tracker *one, const struct ws_tracker *other)
{
	struct ws_conn_info first, second;
	const size_t count = ws_tracker_conn_count(one);
	assert_int_equal(count, ws_tracker_conn_count(other));
	for (size_t i = 0; i < count; i++) {
		memset(&first, 0, sizeof(first));
		memset(&second, 0, sizeof(second));
		assert_true(ws_tracker_conn(one, ws_tracker_conn_at(one, i), &first));
		assert_true(ws_tracker_conn(other, ws_tracker_conn_at(other, i), &second));
		assert_memory_equal(&first, &second, sizeof(first));
	}
}

static struct ws_overview *overview_of(const struct ws_tracker *tracker, bool times)
{
	struct ws_overview *overview = ws_overview_create(tracker);
	assert_non_null(overview);
	ws_overview_begin(overview, times);
	while (!ws_overview_work(overview, tracker, NULL, 100))
		;
	return overview;
}

static void assert_same_overview(const struct ws_tracker *one, const struct ws_tracker *other, bool times)
{
	struct ws_overview *a = overview_of(one, times), *b = overview_of(other, times);
	const size_t count = ws_overview_count(a);
	assert_int_equal(count, ws_overview_count(b));
	assert_int_equal(ws_overview_connections(a), ws_overview_connections(b));
	for (size_t i = 0; i < count; i++) {
		const struct ws_overview_group *first = ws_overview_group(a, i), *second = ws_overview_group(b, i);
		const struct ws_time_shares *shares = ws_overview_shares(a, i);
		assert_true(ws_overview_same(first, second));
		assert_int_equal(first->count, second->count);
		assert_int_equal(first->first, second->first);
		assert_int_equal(first->last, second->last);
		assert_int_equal(first->example, second->example);
		assert_int_equal(first->example_id, second->example_id);
		assert_int_equal(!shares, !ws_overview_shares(b, i));
		if (shares)
			assert_memory_equal(shares, ws_overview_shares(b, i), sizeof(*shares));
	}
	ws_overview_free(a);
	ws_overview_free(b);
}

/* Connections at rest with a brief that is right. */
static size_t briefs_of(const struct ws_table *table)
{
	size_t count = 0;
	for (size_t i = 0; i < table->place_count; i++) {
		struct ws_conn key;
		struct ws_brief brief;
		count += (table->places[i] & WS_PLACE_BITS) == WS_PLACE_AT_REST &&
		         ws_rested_brief(table, ws_rested_at(table->places[i]), &key, &brief);
	}
	return count;
}

/* `overview`: those at rest have a brief. */
static void compare_resting(bool overview)
{
	struct ws_tracker *busy = tracker_of(0, 4096, false), *resting = tracker_of(0, 0, overview);
	struct side sides[CLIENTS][2] = {{{0}}};
	struct ws_track_result one, other;
	uint64_t random = 7;
	uint32_t milliseconds = 0;
	size_t at_rest = 0;
	for (uint64_t number = 1; number <= 30000; number++) {
		milliseconds += below(&random, 20) * below(&random, 20);
		const struct shot shot = some_shot(&random, sides, milliseconds);
		bool more;
		do {
			more = ws_tracker_advance(busy, shot_time(&shot), &one);
			assert_int_equal(more, ws_tracker_advance(resting, shot_time(&shot), &other));
			assert_same_result(&one, &other);
		} while (more);
		fire(busy, &shot, number, &one);
		fire(resting, &shot, number, &other);
		assert_same_result(&one, &other);
		at_rest += resting->table.used - resting->table.awake;
		if (number % 1000 == 0) {
			assert_same_connections(busy, resting);
			assert_same_overview(busy, resting, number % 2000 == 0);
		}
	}
	assert_true(overview ? briefs_of(&resting->table) > 500 : !briefs_of(&resting->table));
	assert_int_equal(busy->table.used, busy->table.awake);
	assert_true(at_rest / 30000 > CLIENTS / 2);
	assert_true(ws_tracker_conn_count(busy) > 1000);
	ws_tracker_free(busy);
	ws_tracker_free(resting);
}

static void answers_do_not_depend_on_rest(void **state)
{
	(void)state;
	compare_resting(false);
}

static void nor_on_what_an_overview_needs(void **state)
{
	(void)state;
	compare_resting(true);
}

/* Connections whose TIME_WAIT has ended while they were at rest. */
static size_t ended_at_rest(const struct ws_table *table)
{
	size_t count = 0;
	for (size_t i = 0; i < table->place_count; i++)
		count += (table->places[i] & WS_PLACE_BITS) == WS_PLACE_AT_REST &&
		         ws_rested_at(table->places[i])->expired;
	return count;
}

/* Connections are closed one after another, are not woken up for the end of TIME_WAIT, and some get a late segment. */
static void time_wait_ends_at_rest(void **state)
{
	enum { MANY = 400, APART = 10, LATE = 3 };
	struct ws_tracker *busy = tracker_of(0, 4096, false), *resting = tracker_of(0, 0, true);
	struct ws_track_result one, other;
	uint64_t frame = 0;
	size_t ended = 0;
	(void)state;
	for (uint32_t i = 0; i < 2 * MANY; i++) {
		const uint32_t number = i % MANY, time = i * APART + (i / MANY) * 2000;
		const struct shot shots[] = {
		        {CLIENT, S, 100, 0, 0, time, .bad = 0},   {SERVER, S | A, 500, 101, 0, time, .bad = 0},
		        {CLIENT, A, 101, 501, 0, time, .bad = 0}, {CLIENT, F, 101, 501, 0, time, .bad = 0},
		        {SERVER, F, 501, 102, 0, time, .bad = 0}, {CLIENT, A, 102, 502, 0, time, .bad = 0},
		};
		for (size_t k = i < MANY ? 0 : 5; k < WS_ARRAY_SIZE(shots) && (i < MANY || number % LATE == 0); k++) {
			struct shot shot = shots[k];
			bool more;
			shot.port = (uint16_t)(1024 + number);
			do {
				more = ws_tracker_advance(busy, shot_time(&shot), &one);
				assert_int_equal(more, ws_tracker_advance(resting, shot_time(&shot), &other));
				assert_same_result(&one, &other);
			} while (more);
			ended = i == MANY ? ended_at_rest(&resting->table) : ended;
			fire(busy, &shot, ++frame, &one);
			fire(resting, &shot, frame, &other);
			assert_same_result(&one, &other);
			assert_memory_equal(busy->stats.state, resting->stats.state, sizeof(busy->stats.state));
		}
		if (i % 50 == 49) {
			assert_same_connections(busy, resting);
			assert_same_overview(busy, resting, i % 100 == 99);
		}
	}
	assert_int_equal(briefs_of(&resting->table), resting->table.used - resting->table.awake);
	assert_true(ended > MANY / 2);
	assert_true(ended_at_rest(&resting->table) < ended);
	ws_tracker_free(busy);
	ws_tracker_free(resting);
}

/* Opens and closes connections one after another. */
static size_t kept_of(uint32_t connections, size_t awake)
{
	struct ws_tracker *tracker = tracker_of(1 << 20, awake, false);
	struct ws_track_result result;
	uint64_t frame = 0;
	for (uint32_t i = 0; i < connections; i++) {
		const struct shot shots[] = {
		        {CLIENT, S, 100, 0, 0, i, .bad = 0},   {SERVER, S | A, 500, 101, 0, i, .bad = 0},
		        {CLIENT, A, 101, 501, 0, i, .bad = 0}, {CLIENT, F, 101, 501, 0, i, .bad = 0},
		        {SERVER, F, 501, 102, 0, i, .bad = 0}, {CLIENT, A, 102, 502, 0, i, .bad = 0},
		};
		for (size_t k = 0; k < WS_ARRAY_SIZE(shots); k++) {
			struct shot shot = shots[k];
			shot.port = (uint16_t)(1024 + i % 60000);
			while (ws_tracker_advance(tracker, shot_time(&shot), &result))
				continue;
			fire(tracker, &shot, ++frame, &result);
		}
		assert_true(ws_table_memory(&tracker->table) < (1 << 20) + 2 * WS_CHUNK_BYTES);
	}
	const size_t kept = ws_tracker_conn_count(tracker);
	struct ws_conn_info info;
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, kept - 1), &info));
	assert_int_equal(info.number, tracker->stats.connections); /* the newest */
	assert_int_equal(tracker->stats.evicted, tracker->stats.connections - kept);
	ws_tracker_free(tracker);
	return kept;
}

static void more_have_room_at_rest(void **state)
{
	(void)state;
	enum { MANY = 5000 };
	const size_t awake = kept_of(MANY, SIZE_MAX / 2);
	for (size_t most = 16; most <= 112; most += 8)
		assert_true(kept_of(MANY, most) > 2 * awake);
}

/* Packing what is evicted soon afterwards would only make a flood more expensive. */
static void attempts_of_a_flood_stay_awake(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(1 << 20, 8, true);
	struct ws_track_result result;
	for (uint32_t i = 0; i < 5000; i++) {
		const struct shot shot = {
		        .flags = S, .sequence = i, .milliseconds = i / 10, .port = (uint16_t)(1024 + i)};
		while (ws_tracker_advance(tracker, shot_time(&shot), &result))
			continue;
		fire(tracker, &shot, i + 1, &result);
		assert_true(tracker->table.used - tracker->table.awake <= tracker->table.limit / 8);
	}
	assert_true(tracker->table.half_open > tracker->table.limit / 8);
	assert_int_equal(tracker->stats.connections, 5000);
	ws_tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_of_a_connection_comes_back), cmocka_unit_test(answers_do_not_depend_on_rest),
	        cmocka_unit_test(nor_on_what_an_overview_needs),  cmocka_unit_test(time_wait_ends_at_rest),
	        cmocka_unit_test(more_have_room_at_rest),         cmocka_unit_test(attempts_of_a_flood_stay_awake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
