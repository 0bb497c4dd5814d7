/* The tracker around the machines: which connection a segment belongs to, timers, duplicates, eviction, replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shots.h"

#include <wirestate/replay.h>

#define OPEN(iss, ms)                                                                                                  \
	{CLIENT, S, iss, 0, 0, ms, .bad = 0}, {SERVER, S | A, iss + 400, iss + 1, 0, ms + 1, .bad = 0},                \
	{                                                                                                              \
		CLIENT, A, iss + 1, iss + 401, 0, ms + 2, .bad = 0                                                     \
	}
#define CLOSE(iss, ms)                                                                                                 \
	{CLIENT, F, iss + 1, iss + 401, 0, ms, .bad = 0}, {SERVER, F, iss + 401, iss + 2, 0, ms + 1, .bad = 0},        \
	{                                                                                                              \
		CLIENT, A, iss + 2, iss + 402, 0, ms + 2, .bad = 0                                                     \
	}

static struct ws_tracker *tracker_of(uint64_t memory, bool history)
{
	const struct ws_tracker_config config = {
	        .hash_key = "a key for tests", .max_memory = memory, .history = history};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	assert_non_null(tracker);
	return tracker;
}

static void assert_states(const struct ws_tracker *tracker, uint64_t number, enum ws_state client, enum ws_state server)
{
	struct ws_conn_info info = conn(tracker, number);
	assert_int_equal(info.client, 0);
	assert_string_equal(ws_state_name(info.endpoint[0].state), ws_state_name(client));
	assert_string_equal(ws_state_name(info.endpoint[1].state), ws_state_name(server));
}

/* ---- Incarnations */

static void the_owner_reuses_its_time_wait(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 0), CLOSE(100, 10), OPEN(9000, 2000)};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 2);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	assert_states(tracker, 2, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).next, 2);
	assert_int_equal(conn(tracker, 2).previous, 1);
	ws_tracker_free(tracker);
}

static void a_challenge_ack_belongs_to_the_old_connection(void **state)
{
	(void)state;
	/* The client's host was restarted: SYN, challenge ACK, RST, and the SYN again. */
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        {CLIENT, S, 9000, 0, 0, 5000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 5001, .bad = 0},
	        {CLIENT, R, 101, 0, 0, 5002, .bad = 0},
	        {CLIENT, S, 9000, 0, 0, 6000, .bad = 0},
	        {SERVER, S | A, 9400, 9001, 0, 6001, .bad = 0},
	        {CLIENT, A, 9001, 9401, 0, 6002, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 2);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	assert_int_equal(conn(tracker, 1).close, WS_CLOSE_RST);
	assert_states(tracker, 2, WS_ESTABLISHED, WS_ESTABLISHED);
	ws_tracker_free(tracker);
}

static void a_syn_in_the_window_of_a_half_open_one_ends_it(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        {CLIENT, S, 100, 0, 0, 0, .bad = 0},
	        {SERVER, S | A, 500, 101, 0, 1, .bad = 0},
	        {CLIENT, S, 600, 0, 0, 1000, .bad = 0},
	        {SERVER, R | A, 0, 601, 0, 1001, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	assert_true(conn(tracker, 1).superseded);
	assert_states(tracker, 2, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

static void a_forged_syn_is_disowned(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        {CLIENT, S, 777, 0, 0, 5000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 5001, .bad = 0},
	        {CLIENT, A, 101, 501, 7, 6000, .bad = 0},
	        {SERVER, A, 501, 108, 3, 6001, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_states(tracker, 1, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).endpoint[0].bytes, 7);
	assert_int_equal(conn(tracker, 2).endpoint[0].state, WS_CLOSED);
	ws_tracker_free(tracker);
}

static void many_syns_between_the_segments_of_an_open_connection(void **state)
{
	(void)state;
	/* SYNs and a SYN-ACK in the client's name. The server answers each with its last ACK, and the client goes on;
	 * once with the number that the first of these SYNs announces. */
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        {CLIENT, S, 107, 0, 0, 1000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 1001, .bad = 0},
	        {CLIENT, S, 5107, 0, 0, 2000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 2001, .bad = 0},
	        {CLIENT, S | A, 120, 501, 0, 3000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 3001, .bad = 0},
	        {CLIENT, A, 101, 501, 7, 4000, .bad = 0},
	        {SERVER, A, 501, 108, 3, 4001, .bad = 0},
	        {CLIENT, A, 108, 504, 5, 4002, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 3);
	assert_states(tracker, 1, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).endpoint[0].bytes, 12);
	assert_int_equal(conn(tracker, 1).endpoint[1].bytes, 3);
	assert_int_equal(conn(tracker, 2).endpoint[1].state, WS_LISTEN);
	ws_tracker_free(tracker);
}

static void a_syn_after_a_reset_that_was_not_taken(void **state)
{
	(void)state;
	/* The server has not got the client's data, so the RST past it is inexact, and a challenge ACK answers. Then a
	 * SYN comes, and the server goes on with the old connection. */
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        {CLIENT, A, 101, 501, 7, 10, .bad = 0},
	        {CLIENT, R, 108, 0, 0, 20, .bad = 0},
	        {CLIENT, S, 9000, 0, 0, 1000, .bad = 0},
	        {SERVER, A, 501, 101, 0, 1001, .bad = 0},
	        {SERVER, A, 501, 101, 5, 2000, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_states(tracker, 1, WS_CLOSED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).endpoint[1].bytes, 5);
	assert_states(tracker, 2, WS_SYN_SENT, WS_LISTEN);
	ws_tracker_free(tracker);
}

static void a_syn_ack_while_the_other_side_still_closes(void **state)
{
	(void)state;
	/* The last ACK is lost, so the server is in LAST_ACK, and cannot have sent a SYN that this answers. */
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        {CLIENT, F, 101, 501, 0, 10, .bad = 0},
	        {SERVER, F, 501, 102, 0, 11, .bad = 0},
	        {CLIENT, S | A, 777, 90000, 0, 500, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 1);
	assert_states(tracker, 1, WS_TIME_WAIT, WS_LAST_ACK);
	ws_tracker_free(tracker);
}

static void a_syn_ack_with_the_numbers_of_the_connection_that_ended(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPEN(100, 0),
	        CLOSE(100, 10),
	        {CLIENT, S | A, 777, 502, 0, 500, .bad = 0},
	        {SERVER, R, 502, 0, 0, 501, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 1);
	ws_tracker_free(tracker);
}

static void a_syn_ack_supersedes_what_still_lived(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 0), OPEN(9000, 5000)};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_true(conn(tracker, 1).superseded);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	assert_states(tracker, 2, WS_ESTABLISHED, WS_ESTABLISHED);
	ws_tracker_free(tracker);
}

static void a_refusal_that_was_lost(void **state)
{
	(void)state;
	/* The server's host answers the SYN with RST, which gets lost; then the server opens too. */
	static const struct shot shots[] = {
	        {CLIENT, S, 100, 0, 0, 0, .bad = 0},    {SERVER, R | A, 0, 101, 0, 1, .bad = 0},
	        {SERVER, S, 500, 0, 0, 50, .bad = 0},   {CLIENT, S | A, 100, 501, 0, 51, .bad = 0},
	        {SERVER, A, 501, 101, 0, 52, .bad = 0},
	};
	struct ws_tracker *tracker = tracker_of(0, true);
	PLAY(tracker, shots);
	struct ws_conn_info info = conn(tracker, 2);
	assert_int_equal(info.endpoint[0].port, 80);
	assert_int_equal(info.endpoint[0].state, WS_ESTABLISHED);
	assert_int_equal(info.endpoint[1].state, WS_ESTABLISHED);
	/* Of the client's path nothing is left in the first, all of it is in the second. */
	static const enum ws_state path[] = {WS_SYN_SENT, WS_SYN_RECEIVED, WS_ESTABLISHED};
	struct ws_replay *replay = ws_replay_open(tracker, ws_tracker_conn_find(tracker, 2));
	assert_non_null(replay);
	struct ws_step step;
	size_t reached = 0;
	for (size_t i = 0; i < ws_replay_count(replay); i++) {
		assert_true(ws_replay_step(replay, i, &step));
		for (unsigned t = 0; t < step.transition_count; t++)
			if (step.transition[t].endpoint == 1)
				assert_int_equal(step.transition[t].to, path[reached++]);
	}
	assert_int_equal(reached, WS_ARRAY_SIZE(path));
	assert_int_equal(conn(tracker, 1).endpoint[0].state, WS_CLOSED);
	ws_replay_close(replay);
	ws_tracker_free(tracker);
}

static void the_same_addresses_on_two_vlans(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        {CLIENT, S, 100, 0, 0, 0, .vlan = 10},          {SERVER, S | A, 500, 101, 0, 1, .vlan = 10},
	        {CLIENT, A, 101, 501, 0, 2, .vlan = 10},        {CLIENT, S, 7000, 0, 0, 10, .vlan = 20},
	        {SERVER, S | A, 8000, 7001, 0, 11, .vlan = 20}, {CLIENT, A, 7001, 8001, 0, 12, .vlan = 20},
	        {CLIENT, A, 101, 501, 5, 20, .vlan = 10},       {CLIENT, A, 7001, 8001, 9, 21, .vlan = 20},
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 2);
	assert_int_equal(conn(tracker, 1).endpoint[0].bytes, 5);
	assert_int_equal(conn(tracker, 2).endpoint[0].bytes, 9);
	assert_states(tracker, 1, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_states(tracker, 2, WS_ESTABLISHED, WS_ESTABLISHED);
	ws_tracker_free(tracker);
}

static void a_lone_rst_is_no_connection(void **state)
{
	(void)state;
	static const struct shot shots[] = {{SERVER, R | A, 0, 5, 0, 0, .bad = 0}};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 0);
	ws_tracker_free(tracker);
}

/* ---- The same packet twice, and damaged ones */

static void seen_on_two_interfaces(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        {CLIENT, S, 100, 0, 0, 0, .interface = 2, .identification = 7},
	        {CLIENT, S, 100, 0, 0, 1, .interface = 3, .identification = 7},    /* leaves again within 2 ms */
	        {CLIENT, S, 100, 0, 0, 1000, .interface = 2, .identification = 8}, /* sent again */
	};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	struct ws_conn_info info = conn(tracker, 1);
	assert_int_equal(info.duplicates, 1);
	assert_int_equal(info.endpoint[0].packets, 2);
	assert_int_equal(info.endpoint[0].retransmissions, 1);
	ws_tracker_free(tracker);
}

static void a_bad_checksum_changes_nothing(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 0), {CLIENT, R, 101, 0, 0, 10, .bad = true}};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_states(tracker, 1, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).bad_checksums, 1);
	ws_tracker_free(tracker);
}

/* ---- Time */

static void time_wait_runs_out(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 0), CLOSE(100, 10)};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	struct ws_track_result result;
	ws_time end = conn(tracker, 1).endpoint[0].time_wait_end;
	assert_int_equal(end, 1000 * WS_SECOND + 11 * WS_MILLISECOND + 60 * WS_SECOND);
	while (ws_tracker_advance(tracker, end - 1, &result))
		assert_int_equal(result.event_count, 0);
	assert_states(tracker, 1, WS_TIME_WAIT, WS_CLOSED);
	size_t transitions = 0, ends = 0;
	while (ws_tracker_advance(tracker, end + WS_SECOND, &result))
		for (size_t i = 0; i < result.event_count; i++) {
			transitions += result.events[i].kind == WS_EVENT_TRANSITION;
			ends += result.events[i].kind == WS_EVENT_CONNECTION;
			assert_int_equal(result.events[i].time, end);
			assert_int_equal(result.events[i].frame, 0);
		}
	assert_int_equal(transitions, 1);
	assert_int_equal(ends, 1);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

/* States change, and the end is reported, but no transition is, at a packet or by a timer. */
static void transitions_that_nobody_asks_for(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 0), CLOSE(100, 10)};
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .no_transitions = true};
	struct ws_track_result result;
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	assert_non_null(tracker);
	for (size_t i = 0; i < WS_ARRAY_SIZE(shots); i++) {
		fire(tracker, &shots[i], i + 1, &result);
		assert_int_equal(result.event_count, 0);
	}
	assert_states(tracker, 1, WS_TIME_WAIT, WS_CLOSED);
	const ws_time end = conn(tracker, 1).endpoint[0].time_wait_end;
	while (ws_tracker_advance(tracker, end + WS_SECOND, &result)) {
		assert_int_equal(result.event_count, 1);
		assert_int_equal(result.events[0].kind, WS_EVENT_CONNECTION);
	}
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

static void a_packet_meets_the_state_of_its_own_time(void **state)
{
	(void)state;
	/* The same ports 61 s later: TIME_WAIT is over by then, though no timer was asked in between. */
	static const struct shot first[] = {OPEN(100, 0), CLOSE(100, 10)};
	static const struct shot later = {CLIENT, S, 9000, 0, 0, 61000, .bad = 0};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, first);
	struct ws_track_result result;
	fire(tracker, &later, 7, &result);
	bool timer = false;
	for (size_t i = 0; i < result.event_count; i++)
		timer |= result.events[i].kind == WS_EVENT_TRANSITION &&
		         result.events[i].transition.basis == WS_BASIS_TIMER && result.events[i].conn_number == 1;
	assert_true(timer);
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	assert_states(tracker, 2, WS_SYN_SENT, WS_LISTEN);
	ws_tracker_free(tracker);
}

static void time_that_runs_backwards(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 900000), CLOSE(100, 10), OPEN(700, 5)};
	struct ws_tracker *tracker = tracker_of(0, false);
	PLAY(tracker, shots);
	assert_int_equal(ws_tracker_conn_count(tracker), 2);
	assert_true(conn(tracker, 1).last_time > conn(tracker, 1).first_time); /* no time is negative */
	ws_tracker_free(tracker);
}

static void a_clock_that_is_set_back_ends_nothing(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPEN(100, 900000), CLOSE(100, 10)};
	static const struct shot calls[] = {{CLIENT, S, 5, 0, 0, 20, .port = 50000}};
	struct ws_tracker *tracker = tracker_of(0, false);
	struct ws_track_result result;
	const ws_time end = 1000 * WS_SECOND + 900002 * WS_MILLISECOND + 60 * WS_SECOND;
	PLAY(tracker, shots);
	assert_int_equal(conn(tracker, 1).endpoint[0].time_wait_end, end);
	PLAY(tracker, calls);
	while (ws_tracker_advance(tracker, end - 1, &result))
		assert_int_equal(result.event_count, 0);
	assert_states(tracker, 1, WS_TIME_WAIT, WS_CLOSED);
	assert_states(tracker, 2, WS_SYN_SENT, WS_LISTEN);
	while (ws_tracker_advance(tracker, end + WS_SECOND, &result))
		;
	assert_states(tracker, 1, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

/* ---- Memory */

/* Connections are allocated 2 MiB at a time. */
static void assert_within(uint64_t taken, uint64_t allowed)
{
	assert_in_range(taken, 1 << 20, allowed + (2 << 20));
}

static void a_flood_of_syns_makes_room_for_itself(void **state)
{
	(void)state;
	static const struct shot real[] = {OPEN(100, 0)};
	struct ws_tracker *tracker = tracker_of(4 << 20, false);
	PLAY(tracker, real);
	struct ws_track_result result;
	uint64_t told = 0;
	for (uint32_t i = 0; i < 200000; i++) {
		struct shot shot = {CLIENT,
		                    S,
		                    i,
		                    0,
		                    0,
		                    10 + i / 100,
		                    .port = (uint16_t)(i % 50000 + 1000),
		                    .network = (uint8_t)(1 + i / 50000)};
		while (ws_tracker_advance(tracker, shot_time(&shot), &result))
			for (size_t e = 0; e < result.event_count; e++) {
				struct ws_conn_info info;
				if (result.events[e].kind != WS_EVENT_EVICTED)
					continue;
				told++;
				/* The connection can still be read when the event is reported. */
				assert_true(ws_tracker_conn(tracker, result.events[e].conn, &info));
				assert_int_equal(info.number, result.events[e].conn_number);
			}
		fire(tracker, &shot, i + 10, &result);
		assert_int_not_equal(result.conn, 0);
	}
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	assert_true(told >= stats.evicted && told - stats.evicted < 100);
	assert_true(stats.evicted > 100000);
	assert_within(stats.memory, 4 << 20);
	assert_int_equal(stats.connections, 200001);
	assert_states(tracker, 1, WS_ESTABLISHED, WS_ESTABLISHED);
	/* Those that are kept are found by their numbers, in order. */
	uint64_t before = 0;
	for (size_t rank = 0; rank < ws_tracker_conn_count(tracker); rank++) {
		struct ws_conn_info info;
		assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, rank), &info));
		assert_true(info.number > before);
		before = info.number;
		assert_int_equal(ws_tracker_conn_find(tracker, info.number), info.id);
	}
	ws_tracker_free(tracker);
}

/* ---- Replay */

static void a_replay_is_the_past(void **state)
{
	(void)state;
	enum { SEGMENTS = 1000 };
	struct ws_tracker *tracker = tracker_of(0, true);
	static const struct shot opening[] = {OPEN(100, 0)};
	PLAY(tracker, opening);
	struct ws_track_result result;
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		struct shot shot = {i & 1 ? SERVER : CLIENT,
		                    A,
		                    i & 1 ? 501 : 101 + i / 2 * 10,
		                    i & 1 ? 111 + i / 2 * 10 : 501,
		                    i & 1 ? 0 : 10,
		                    10 + i,
		                    .bad = 0};
		fire(tracker, &shot, i + 4, &result);
	}
	struct ws_replay *replay = ws_replay_open(tracker, ws_tracker_conn_at(tracker, 0));
	assert_non_null(replay);
	assert_int_equal(ws_replay_count(replay), SEGMENTS + 3);
	struct ws_step forwards[64], step;
	for (size_t i = 0; i < ws_replay_count(replay); i++) {
		assert_true(ws_replay_step(replay, i, &step));
		assert_int_equal(step.input.frame, i + 1);
		if (i % 16 == 0 && i / 16 < 64)
			forwards[i / 16] = step;
	}
	for (size_t i = 64; i-- > 0;) {
		if (i * 16 >= ws_replay_count(replay))
			continue;
		assert_true(ws_replay_step(replay, i * 16, &step));
		assert_memory_equal(&step, &forwards[i], sizeof(step));
	}
	assert_false(ws_replay_step(replay, SEGMENTS + 3, &step));
	assert_int_equal(ws_replay_find_frame(replay, 500), 499);
	struct ws_conn_info info = conn(tracker, 1);
	assert_true(ws_replay_step(replay, SEGMENTS + 2, &step));
	assert_int_equal(step.after[0], info.endpoint[0].state);
	assert_int_equal(step.after[1], info.endpoint[1].state);
	ws_replay_close(replay);
	ws_tracker_free(tracker);
}

static void history_is_bounded(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(2 << 20, true);
	struct ws_track_result result;
	for (uint32_t i = 0; i < 100000; i++) {
		struct shot shot = {CLIENT, i < 10 ? S : A, 100 + i, 500, 1, i, .port = (uint16_t)(2000 + i % 10)};
		while (ws_tracker_advance(tracker, shot_time(&shot), &result))
			continue;
		fire(tracker, &shot, i + 1, &result);
	}
	struct ws_tracker_stats stats;
	ws_tracker_stats(tracker, &stats);
	assert_true(stats.history_dropped > 50000);
	assert_within(stats.memory, 2 << 20);
	ws_tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_owner_reuses_its_time_wait),
	        cmocka_unit_test(a_challenge_ack_belongs_to_the_old_connection),
	        cmocka_unit_test(a_syn_in_the_window_of_a_half_open_one_ends_it),
	        cmocka_unit_test(a_forged_syn_is_disowned),
	        cmocka_unit_test(many_syns_between_the_segments_of_an_open_connection),
	        cmocka_unit_test(a_syn_after_a_reset_that_was_not_taken),
	        cmocka_unit_test(a_syn_ack_while_the_other_side_still_closes),
	        cmocka_unit_test(a_syn_ack_with_the_numbers_of_the_connection_that_ended),
	        cmocka_unit_test(a_syn_ack_supersedes_what_still_lived),
	        cmocka_unit_test(a_refusal_that_was_lost),
	        cmocka_unit_test(the_same_addresses_on_two_vlans),
	        cmocka_unit_test(a_lone_rst_is_no_connection),
	        cmocka_unit_test(seen_on_two_interfaces),
	        cmocka_unit_test(a_bad_checksum_changes_nothing),
	        cmocka_unit_test(time_wait_runs_out),
	        cmocka_unit_test(transitions_that_nobody_asks_for),
	        cmocka_unit_test(a_packet_meets_the_state_of_its_own_time),
	        cmocka_unit_test(time_that_runs_backwards),
	        cmocka_unit_test(a_clock_that_is_set_back_ends_nothing),
	        cmocka_unit_test(a_flood_of_syns_makes_room_for_itself),
	        cmocka_unit_test(a_replay_is_the_past),
	        cmocka_unit_test(history_is_bounded),
	};
	return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
