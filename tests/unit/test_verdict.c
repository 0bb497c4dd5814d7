/* The verdict on a connection with its evidence, and Zeek's conn_state and history. Segments
 * are fed as packets to a real tracker; only the headers' values are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shots.h"

struct chart {
	const char *name;
	const char *tag, *words; /* how the verdict begins */
	const char *state, *history;
	struct shot shots[16];
};

static const struct chart stories[] = {
        {"open", "OPEN", "open: handshake 40.0 ms", "S1", "ShA", {OPENING}},
        {"refused",
         "REFUSED",
         "refused: the server answered the SYN with RST, nothing listens on port 80",
         "REJ",
         "Sr",
         {{CLIENT, S, 100, 0, 0, 0, .window = 0}, {SERVER, R | A, 0, 101, 0, 1, .window = 0}}},
        {"silent",
         "SILENT",
         "silent: 2 SYN sent, no answer",
         "S0",
         "S",
         {{CLIENT, S, 100, 0, 0, 0, .window = 0}, {CLIENT, S, 100, 0, 0, 1000, .window = 0}}},
        {"closed by the client",
         "CLOSED",
         "closed: client first; 5 B to the server, 0 B back",
         "SF",
         "ShADaFf",
         {OPENING,
          {CLIENT, A, 101, 501, 5, 50, .window = 0},
          {SERVER, A, 501, 106, 0, 60, .window = 0},
          {CLIENT, F, 106, 501, 0, 70, .window = 0},
          {SERVER, F, 501, 107, 0, 80, .window = 0},
          {CLIENT, A, 107, 502, 0, 90, .window = 0}}},
        {"closed by both at once",
         "CLOSED",
         "closed: both sides at once",
         "SF",
         "ShAFfa",
         {OPENING,
          {CLIENT, F, 101, 501, 0, 50, .window = 0},
          {SERVER, F, 501, 101, 0, 51, .window = 0},
          {CLIENT, A, 102, 502, 0, 60, .window = 0},
          {SERVER, A, 502, 102, 0, 61, .window = 0}}},
        {"half-closed by the client",
         "CLOSE_WAIT",
         "half-closed: the client sent FIN, the server's application has not closed yet",
         "S2",
         "ShAFa",
         {OPENING, {CLIENT, F, 101, 501, 0, 50, .window = 0}, {SERVER, A, 501, 102, 0, 60, .window = 0}}},
        {"half-closed by the server",
         "CLOSE_WAIT",
         "half-closed: the server sent FIN, the client's application has not closed yet",
         "S3",
         "ShAf",
         {OPENING, {SERVER, F, 501, 101, 0, 50, .window = 0}, {CLIENT, A, 101, 502, 0, 60, .window = 0}}},
        {"reset by the client",
         "RESET",
         "reset by the client; 5 B to the server",
         "RSTO",
         "ShADR",
         {OPENING, {CLIENT, A, 101, 501, 5, 50, .window = 0}, {CLIENT, R | A, 106, 501, 0, 60, .window = 0}}},
        {"reset by the server",
         "RESET",
         "reset by the server; 5 B to the server",
         "RSTR",
         "ShADr",
         {OPENING, {CLIENT, A, 101, 501, 5, 50, .window = 0}, {SERVER, R, 501, 0, 0, 60, .window = 0}}},
        {"a forged RST",
         "OPEN",
         "open: ",
         "RSTO",
         "ShARDd",
         {OPENING,
          {CLIENT, R, 101, 0, 0, 50, .window = 0},
          {CLIENT, A, 101, 501, 5, 60, .window = 0},
          {SERVER, A, 501, 106, 5, 150, .window = 0}}},
        {"a closed window",
         "STUCK",
         "stuck: server's window closed for 7.0 s, 2 probes; the server application is not reading",
         "S1",
         "ShADaw",
         {OPENING,
          {CLIENT, A, 101, 501, 5, 50, .window = 0},
          {SERVER, A, 501, 106, 0, 60, .closed = true},
          {CLIENT, A, 105, 501, 0, 1060, .window = 0},
          {SERVER, A, 501, 106, 0, 1061, .closed = true},
          {CLIENT, A, 105, 501, 0, 7060, .window = 0},
          {SERVER, A, 501, 106, 0, 7061, .closed = true}}},
        {"a window that opens again",
         "OPEN",
         "open: ",
         "S1",
         "ShADaw",
         {OPENING,
          {CLIENT, A, 101, 501, 5, 50, .window = 0},
          {SERVER, A, 501, 106, 0, 60, .closed = true},
          {SERVER, A, 501, 106, 0, 8000, .window = 5000}}},
        {"nothing gets through",
         "STUCK",
         "stuck: 5 B from the client unacknowledged, sent again 3 times in 1.2 s",
         "S1",
         "ShADT",
         {OPENING,
          {CLIENT, A, 101, 501, 5, 50, .window = 0},
          {CLIENT, A, 101, 501, 5, 250, .window = 0},
          {CLIENT, A, 101, 501, 5, 650, .window = 0},
          {CLIENT, A, 101, 501, 5, 1450, .window = 0}}},
        {"picked up in the middle, the server first",
         "OPEN",
         "open: picked up in the middle, 0 B to the server, 9 B back",
         "OTH",
         "^dA",
         {{SERVER, A, 501, 101, 9, 0, .window = 0}, {CLIENT, A, 101, 510, 0, 10, .window = 0}}},
        {"bad checksums at the first and the tenth",
         "OPEN",
         "open: ",
         "S1",
         "ShACC",
         {OPENING,
          {CLIENT, A, 101, 501, 0, 49, .bad = false},
          {CLIENT, A, 101, 501, 0, 50, .bad = true},
          {CLIENT, A, 101, 501, 0, 51, .bad = true},
          {CLIENT, A, 101, 501, 0, 52, .bad = true},
          {CLIENT, A, 101, 501, 0, 53, .bad = true},
          {CLIENT, A, 101, 501, 0, 54, .bad = true},
          {CLIENT, A, 101, 501, 0, 55, .bad = true},
          {CLIENT, A, 101, 501, 0, 56, .bad = true},
          {CLIENT, A, 101, 501, 0, 57, .bad = true},
          {CLIENT, A, 101, 501, 0, 58, .bad = true},
          {CLIENT, A, 101, 501, 0, 59, .bad = true}}},
        {"flags that exclude each other",
         "OPEN",
         "open: ",
         "S1",
         "ShAQ",
         {OPENING, {CLIENT, WS_TCP_SYN | WS_TCP_FIN | A, 101, 501, 0, 50, .window = 0}}},
};

static void tell(void **state)
{
	const struct chart *chart = *state;
	const struct ws_tracker_config config = {.hash_key = "a key for tests"};
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&config, &error);
	assert_non_null(tracker);
	for (unsigned i = 0; i < 16 && chart->shots[i].flags; i++) {
		struct ws_track_result result;
		while (ws_tracker_advance(tracker, shot_time(&chart->shots[i]), &result))
			continue;
		fire(tracker, &chart->shots[i], i + 1, &result);
	}
	struct ws_conn_info info;
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_at(tracker, 0), &info));
	char words[512];
	struct ws_text text = WS_TEXT_OVER(words);
	const char *tag;
	ws_conn_verdict(&info, &text, &tag, NULL);
	ws_text_cstr(&text);
	assert_string_equal(tag, chart->tag);
	if (strncmp(words, chart->words, strlen(chart->words)))
		fail_msg("%s: '%s' does not begin with '%s'", chart->name, words, chart->words);
	assert_string_equal(info.conn_state, chart->state);
	assert_string_equal(info.history, chart->history);
	ws_tracker_free(tracker);
}

int main(void)
{
	struct CMUnitTest tests[WS_ARRAY_SIZE(stories)];
	for (size_t i = 0; i < WS_ARRAY_SIZE(stories); i++)
		tests[i] = (struct CMUnitTest){
		        .name = stories[i].name, .test_func = tell, .initial_state = (void *)&stories[i]};
	return _cmocka_run_group_tests("verdict", tests, WS_ARRAY_SIZE(tests), NULL, NULL);
}
