/* Which segments with wrong checksums count, and what the replay of such a connection shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shots.h"

#include <wirestate/exchange.h>
#include <wirestate/replay.h>
#include <wirestate/spans.h>

static struct ws_tracker *tracker_of(bool ignore)
{
	const struct ws_tracker_config config = {
	        .hash_key = "a key for tests", .history = true, .ignore_checksums = ignore};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	assert_non_null(tracker);
	return tracker;
}

/* The connection as it is, and as its replay leaves it. */
static void assert_states(const struct ws_tracker *tracker, enum ws_state client, enum ws_state server)
{
	struct ws_conn_info info = conn(tracker, 1);
	const enum ws_state wanted[2] = {client, server};
	struct ws_replay *replay = ws_replay_open(tracker, info.id);
	struct ws_step step;
	assert_true(ws_replay_step(replay, ws_replay_count(replay) - 1, &step));
	for (int i = 0; i < 2; i++) {
		assert_string_equal(ws_state_name(info.endpoint[i].state), ws_state_name(wanted[i]));
		assert_string_equal(ws_state_name(step.after[i]), ws_state_name(wanted[i]));
	}
	ws_replay_close(replay);
}

static const struct shot fin_acknowledged[] = {
        OPENING,
        {SERVER, A, 501, 101, 10, 50, .bad = true},
        {SERVER, F, 511, 101, 10, 51, .bad = true},
        {CLIENT, A, 101, 522, 0, 60, .bad = false},
};

static void an_acknowledged_fin_counts(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(false);
	PLAY(tracker, fin_acknowledged);
	assert_states(tracker, WS_CLOSE_WAIT, WS_FIN_WAIT_2);
	assert_int_equal(conn(tracker, 1).bad_checksums, 2);
	assert_int_equal(conn(tracker, 1).checksums_ignored, 2);
	ws_tracker_free(tracker);
}

static void it_is_a_step_of_its_own(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(false);
	PLAY(tracker, fin_acknowledged);
	struct ws_replay *replay = ws_replay_open(tracker, conn(tracker, 1).id);
	struct ws_step step;
	assert_int_equal(ws_replay_count(replay), 7);
	assert_true(ws_replay_step(replay, 4, &step));
	assert_int_equal(step.input.bad_checksum, 1);
	assert_int_equal(step.transition_count, 0);
	assert_true(ws_replay_step(replay, 5, &step));
	assert_int_equal(step.input.kind, WS_INPUT_ACCEPTED);
	assert_int_equal(step.input.frame, 6);
	assert_int_equal(step.relative_sequence, 1);
	assert_int_equal(step.input.length, 20);
	assert_int_equal(step.transition_count, 2);
	assert_int_equal(step.transition[0].to, WS_FIN_WAIT_1);
	ws_replay_close(replay);
	ws_tracker_free(tracker);
}

/* Its sender's next number is past the FIN. */
static void a_fin_that_its_sender_goes_past_counts(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {SERVER, F, 501, 101, 0, 50, .bad = true},
	        {SERVER, A, 502, 101, 0, 60, .bad = false},
	};
	struct ws_tracker *tracker = tracker_of(false);
	PLAY(tracker, shots);
	assert_states(tracker, WS_CLOSE_WAIT, WS_FIN_WAIT_1);
	ws_tracker_free(tracker);
}

static void what_is_sent_again_was_damaged(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {SERVER, F, 501, 101, 0, 50, .bad = true},
	        {SERVER, A, 501, 101, 5, 60, .bad = false}, /* so that FIN was somebody else's */
	        {CLIENT, A, 101, 506, 0, 70, .bad = false},
	};
	struct ws_tracker *tracker = tracker_of(false);
	PLAY(tracker, shots);
	assert_states(tracker, WS_ESTABLISHED, WS_ESTABLISHED);
	assert_int_equal(conn(tracker, 1).checksums_ignored, 0);
	ws_tracker_free(tracker);
}

static void an_acknowledgment_of_what_came_otherwise_is_none(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {SERVER, A, 501, 101, 10, 50, .bad = false},
	        {SERVER, F, 501, 101, 20, 51, .bad = true},
	        {CLIENT, A, 101, 511, 0, 60, .bad = false},
	};
	struct ws_tracker *tracker = tracker_of(false);
	PLAY(tracker, shots);
	assert_states(tracker, WS_ESTABLISHED, WS_ESTABLISHED);
	ws_tracker_free(tracker);
}

/* Once a second one was acknowledged, the endpoint's checksums say nothing: a RST counts, too. */
static void the_second_time_is_enough(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {SERVER, A, 501, 101, 10, 50, .bad = true},
	        {CLIENT, A, 101, 511, 0, 60, .bad = false},
	        {SERVER, A, 511, 101, 10, 70, .bad = true},
	        {CLIENT, A, 101, 521, 0, 80, .bad = false},
	        {SERVER, R, 521, 101, 0, 90, .bad = true},
	};
	struct ws_tracker *tracker = tracker_of(false);
	play(tracker, shots, 5);
	play(tracker, &(struct shot){SERVER, R, 511, 101, 0, 65, .bad = true}, 1);
	assert_states(tracker, WS_ESTABLISHED, WS_ESTABLISHED);
	play(tracker, shots + 5, 3);
	assert_states(tracker, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

static void most_are_wrong(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(false);
	static const struct shot shots[] = {OPENING};
	PLAY(tracker, shots);
	for (int i = 0; i < 12; i++)
		play(tracker,
		     &(struct shot){CLIENT, A, 101, 501, 0, 50 + i, .identification = (uint16_t)(i + 10), .bad = true},
		     1);
	assert_int_equal(conn(tracker, 1).checksums_ignored, 4);
	ws_tracker_free(tracker);
}

/* Between hosts that have shown right checksums, a wrong one begins no connection; several do. */
static void a_damaged_syn_begins_nothing(void **state)
{
	(void)state;
	struct ws_tracker *tracker = tracker_of(false);
	struct ws_tracker_stats stats;
	static const struct shot shots[] = {OPENING};
	PLAY(tracker, shots);
	for (int i = 0; i < 3; i++)
		play(tracker,
		     &(struct shot){CLIENT, S, 7000, 0, 0, 100 + i, .port = (uint16_t)(50000 + i), .bad = true}, 1);
	ws_tracker_stats(tracker, &stats);
	assert_int_equal(stats.connections, 1);
	assert_int_equal(stats.damaged, 3);
	play(tracker, &(struct shot){CLIENT, S, 7000, 0, 0, 110, .port = 50003, .bad = true}, 1);
	ws_tracker_stats(tracker, &stats);
	assert_int_equal(stats.connections, 2);
	assert_int_equal(stats.checksums_ignored, 1);
	assert_int_equal(stats.bad_checksums, 4);
	ws_tracker_free(tracker);
}

static void all_can_be_ignored(void **state)
{
	(void)state;
	static const struct shot shots[] = {OPENING, {SERVER, R, 501, 101, 0, 50, .bad = true}};
	struct ws_tracker *tracker = tracker_of(true);
	PLAY(tracker, shots);
	assert_states(tracker, WS_CLOSED, WS_CLOSED);
	ws_tracker_free(tracker);
}

/* ---- Requests, answers and the time, where some of the segments were good after all */

struct exchanges {
	struct ws_exchange exchange[4];
	unsigned count;
};

static bool take_exchange(void *context, const struct ws_exchange *exchange)
{
	struct exchanges *all = context;
	assert_in_range(all->count, 0, WS_ARRAY_SIZE(all->exchange) - 1);
	all->exchange[all->count++] = *exchange;
	return true;
}

static bool add_span(void *context, const struct ws_span *span)
{
	struct ws_time_shares *sum = context;
	sum->time[span->cause][span->side] += span->end - span->start;
	return true;
}

static void assert_same_exchange(const struct ws_exchange *a, const struct ws_exchange *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->request_first, b->request_first);
	assert_int_equal(a->request_last, b->request_last);
	assert_int_equal(a->request_frame, b->request_frame);
	assert_int_equal(a->request_bytes, b->request_bytes);
	assert_int_equal(a->answered, b->answered);
	if (!a->answered)
		return;
	assert_int_equal(a->answer_first, b->answer_first);
	assert_int_equal(a->answer_last, b->answer_last);
	assert_int_equal(a->answer_frame, b->answer_frame);
	assert_int_equal(a->last_frame, b->last_frame);
	assert_int_equal(a->answer_bytes, b->answer_bytes);
}

/* Plays the shots: their exchanges as events and the one that is open, which are those of the history; and the time, which the
 * spans of the history add up to. */
static struct exchanges play_exchanges(const struct shot *shots, size_t count, struct ws_time_shares *shares)
{
	const struct ws_tracker_config config = {
	        .hash_key = "a key for tests", .history = true, .exchanges = true, .shares = true};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct exchanges live = {.count = 0}, again = {.count = 0};
	struct ws_time_shares spans = {.timeouts = 0};
	struct ws_track_result result;
	struct ws_exchange open;
	assert_non_null(tracker);
	for (size_t i = 0; i < count; i++) {
		fire(tracker, &shots[i], i + 1, &result);
		for (size_t j = 0; j < result.event_count; j++)
			if (result.events[j].kind == WS_EVENT_EXCHANGE)
				take_exchange(&live, result.events[j].exchange);
	}
	const struct ws_conn_info info = conn(tracker, 1);
	if (ws_tracker_open_exchange(tracker, info.id, &open))
		take_exchange(&live, &open);
	assert_true(ws_tracker_exchanges(tracker, info.id, take_exchange, &again));
	assert_int_equal(live.count, again.count);
	for (unsigned i = 0; i < live.count; i++)
		assert_same_exchange(&live.exchange[i], &again.exchange[i]);
	assert_true(info.shares_known);
	*shares = info.shares;
	assert_true(ws_tracker_spans(tracker, info.id, add_span, &spans));
	assert_memory_equal(spans.time, shares->time, sizeof(spans.time));
	ws_tracker_free(tracker);
	return live;
}

/* The request was sent when it was captured, not when its answer shows that it was good. */
static void a_request_counts_from_when_it_came(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {CLIENT, A, 101, 501, 10, 200, .bad = true},
	        {SERVER, A, 501, 111, 20, 300, .bad = false},
	        {CLIENT, A, 111, 521, 0, 301, .bad = false},
	};
	struct ws_time_shares shares;
	const struct exchanges found = play_exchanges(shots, WS_ARRAY_SIZE(shots), &shares);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.exchange[0].request_frame, 4);
	assert_int_equal(found.exchange[0].request_bytes, 10);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 100 * WS_MILLISECOND);
	assert_int_equal(shares.time[WS_CAUSE_PROGRAM][CLIENT], 160 * WS_MILLISECOND);
	assert_int_equal(shares.time[WS_CAUSE_PROGRAM][SERVER], 80 * WS_MILLISECOND); /* the way takes 20 ms */
}

static void a_request_of_several_segments_begins_with_the_first(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {CLIENT, A, 101, 501, 10, 50, .bad = true},
	        {CLIENT, A, 111, 501, 10, 70, .bad = true},
	        {SERVER, A, 501, 121, 20, 170, .bad = false},
	};
	struct ws_time_shares shares;
	const struct exchanges found = play_exchanges(shots, WS_ARRAY_SIZE(shots), &shares);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.exchange[0].request_frame, 4);
	assert_int_equal(found.exchange[0].request_bytes, 20);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 120 * WS_MILLISECOND);
	assert_int_equal(found.exchange[0].request_last - found.exchange[0].request_first, 20 * WS_MILLISECOND);
}

/* An answer and a later request may both be shown by one segment, which itself ends an exchange. */
static void one_segment_shows_a_request_and_ends_it(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {CLIENT, A, 101, 501, 10, 50, .bad = false},
	        {SERVER, A, 501, 111, 20, 100, .bad = false},
	        {CLIENT, A, 111, 521, 10, 110, .bad = true},
	        {SERVER, F, 521, 121, 30, 150, .bad = false},
	};
	struct ws_time_shares shares;
	const struct exchanges found = play_exchanges(shots, WS_ARRAY_SIZE(shots), &shares);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.exchange[0].answer_bytes, 20);
	assert_int_equal(found.exchange[1].request_frame, 6);
	assert_int_equal(found.exchange[1].answer_frame, 7);
	assert_int_equal(found.exchange[1].answer_bytes, 30);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[1]), 40 * WS_MILLISECOND);
}

static void a_damaged_request_is_none(void **state)
{
	(void)state;
	static const struct shot shots[] = {
	        OPENING,
	        {CLIENT, A, 101, 501, 10, 50, .bad = true},
	        {CLIENT, A, 101, 501, 10, 250, .bad = false},
	        {SERVER, A, 501, 111, 20, 300, .bad = false},
	};
	struct ws_time_shares shares;
	const struct exchanges found = play_exchanges(shots, WS_ARRAY_SIZE(shots), &shares);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.exchange[0].request_frame, 5);
	assert_int_equal(ws_exchange_first_byte(&found.exchange[0]), 50 * WS_MILLISECOND);
}

static void debugging_says_what_was_applied_late(void **state)
{
	(void)state;
	const struct ws_tracker_config config = {.hash_key = "a key for tests", .debug_connection = 1};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	struct ws_track_result result;
	unsigned said = 0;
	assert_non_null(tracker);
	for (size_t i = 0; i < WS_ARRAY_SIZE(fin_acknowledged); i++) {
		fire(tracker, &fin_acknowledged[i], i + 1, &result);
		for (size_t j = 0; j < result.event_count; j++)
			if (result.events[j].kind == WS_EVENT_INPUT)
				said += strstr(result.events[j].line, "it was good: applied late") != NULL;
	}
	assert_int_equal(said, 1);
	ws_tracker_free(tracker);
}

static void reasons_for_no_connection(void **state)
{
	(void)state;
	static const struct {
		struct ws_tracker_stats stats;
		const char *words;
	} cases[] = {
	        {{0}, "no packet"},
	        {{.packets = 1}, "no TCP segment among 1 packet"},
	        {{.packets = 1200}, "no TCP segment among 1,200 packets"},
	        {{.packets = 2, .tcp = 1, .lone_resets = 1},
	         "1 TCP segment, which is a reset of a connection that is not in the capture"},
	        {{.packets = 9, .tcp = 6, .lone_resets = 3, .headless = 2, .damaged = 1},
	         "6 TCP segments: 3 are resets of connections that are not in the capture, 2 lack a part of their "
	         "headers, 1 "
	         "has a wrong checksum, where others have right ones"},
	        {{.packets = 2, .tcp = 2}, "2 TCP segments for which there was no room in memory"},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		char buffer[256];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_no_connection_words(&text, &cases[i].stats);
		assert_string_equal(ws_text_cstr(&text), cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_acknowledged_fin_counts),
	        cmocka_unit_test(it_is_a_step_of_its_own),
	        cmocka_unit_test(a_fin_that_its_sender_goes_past_counts),
	        cmocka_unit_test(what_is_sent_again_was_damaged),
	        cmocka_unit_test(an_acknowledgment_of_what_came_otherwise_is_none),
	        cmocka_unit_test(the_second_time_is_enough),
	        cmocka_unit_test(most_are_wrong),
	        cmocka_unit_test(a_damaged_syn_begins_nothing),
	        cmocka_unit_test(all_can_be_ignored),
	        cmocka_unit_test(a_request_counts_from_when_it_came),
	        cmocka_unit_test(a_request_of_several_segments_begins_with_the_first),
	        cmocka_unit_test(one_segment_shows_a_request_and_ends_it),
	        cmocka_unit_test(a_damaged_request_is_none),
	        cmocka_unit_test(debugging_says_what_was_applied_late),
	        cmocka_unit_test(reasons_for_no_connection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
