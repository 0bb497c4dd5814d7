/* The verdict on a connection with its evidence, and Zeek's conn_state and history. Segments
 * are fed as packets to a real tracker; only the headers' values are made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"
#include "shots.h"

#include <wirestate/language.h>

#include <ctype.h>
#include <stdlib.h>

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
         "refused: RST answered the SYN; nothing listens on port 80, or a firewall rejects it",
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
        {"half-closed by the client, and the end of what the server sent was not captured",
         "CLOSING",
         "closing: the client sent FIN; the capture does not show whether the server has closed, because the end of "
         "what it has sent was not captured; 0 B to the server, 10 B back",
         "S2",
         "ShAdFga",
         {OPENING,
          {SERVER, A, 501, 101, 10, 45, .window = 0},
          {CLIENT, F, 101, 594, 0, 50, .window = 0},
          {SERVER, A, 594, 102, 0, 60, .window = 0}}},
        {"half-closed by the client, and its peer's own ACK is past what was captured of it",
         "CLOSING",
         "closing: the client sent FIN; the capture does not show whether the server has closed",
         "S2",
         "ShAdFa",
         {OPENING,
          {SERVER, A, 501, 101, 10, 45, .window = 0},
          {CLIENT, F, 101, 511, 0, 50, .window = 0},
          {SERVER, A, 594, 102, 0, 60, .window = 0}}},
        {"half-closed by the client, and an ACK was captured before the data it is for",
         "CLOSE_WAIT",
         "half-closed: the client sent FIN, the server's application has not closed yet",
         "S2",
         "ShAFgdta",
         {OPENING,
          {CLIENT, F, 101, 511, 0, 50, .window = 0},
          {SERVER, A, 501, 101, 10, 51, .window = 0},
          {SERVER, A, 511, 102, 0, 60, .window = 0}}},
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
         "reset by the server, as where the server has no socket for the handshake's ACK, ",
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
        {"a forged RST to each side, of which one is disproved",
         "RESET",
         "reset; 0 B to the server, 5 B back; a RST was forged: the server, its apparent sender, went on",
         "RSTR",
         "ShArRd",
         {OPENING,
          {SERVER, R, 501, 0, 0, 50, .window = 0},
          {CLIENT, R, 101, 0, 0, 51, .window = 0},
          {SERVER, A, 501, 101, 5, 150, .window = 0}}},
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
         "stuck: 5 B from the client unacknowledged, sent again 3 times in 1.4 s",
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

/* ---- Verdicts in another language */

enum { MADE = 30000, MOST_NUMBERS = 64, WORDS = 2048 };

struct made_up {
	struct ws_conn_info info;
	struct ws_conn_path path;
	struct ws_frame_process process;
};

static bool rarely(uint64_t *random)
{
	return below(random, 6) == 0;
}

static void make_endpoint(struct made_up *made, unsigned i, uint64_t *random)
{
	struct ws_endpoint_info *e = &made->info.endpoint[i];
	*e = (struct ws_endpoint_info){
	        .port = (uint16_t)(1000 + below(random, 4) / 3 * i),
	        .state = (uint8_t)below(random, WS_STATE_COUNT),
	        .packets = below(random, 4),
	        .bytes = below(random, 3) * 1000,
	        .syns = below(random, 4),
	        .syn_time = below(random, 2) * 3 * WS_SECOND,
	        .closed_since = rarely(random) ? 5 * WS_SECOND : 0,
	        .closed_probes = below(random, 3),
	        .stalled = below(random, 5),
	        .stalled_since = 9 * WS_SECOND + below(random, 2) * 5 * WS_SECOND,
	        .stalled_sent = 7 * WS_SECOND,
	        .stalled_pause = rarely(random) ? 40 * WS_SECOND : 0,
	        .stalled_answers = rarely(random) ? 4 : 0,
	        .stalled_old_stamp = below(random, 2),
	        .unanswered_keep_alives = rarely(random) ? 3 : 0,
	        .unanswered_since = 8 * WS_SECOND,
	        .unacknowledged = below(random, 3),
	        .sent_any = below(random, 2),
	        .end_missed = rarely(random),
	        .process = rarely(random) ? &made->process : NULL,
	};
}

static void make_path(struct made_up *made, uint64_t *random)
{
	made->path = (struct ws_conn_path){.result = {.path = {0, 1}, .points = 2}, .name = {"near", "far"}};
	made->path.client = (int8_t)below(random, 2);
	made->path.answer_time = below(random, 2) ? 3 * WS_MILLISECOND : -1;
	for (unsigned i = 0; i < 2; i++) {
		struct ws_join_direction *direction = &made->path.result.direction[i];
		direction->sent = 20;
		direction->lost_after[0] = direction->lost_after[1] = below(random, 3);
		direction->injected = rarely(random);
		direction->needless = rarely(random) ? below(random, 3) : 0;
		direction->delay_median = 4 * WS_MILLISECOND;
	}
	made->info.path = rarely(random) ? &made->path : NULL;
	made->info.option_change[below(random, 2)] =
	        (struct ws_option_change){.changed = rarely(random),
	                                  .far = 1,
	                                  .before = {.mss = 1460, .scale = 7, .sack = true},
	                                  .after = {.mss = 1380, .scale = 255, .timestamps = true}};
}

static void make_reset(struct ws_conn_info *info, uint64_t *random)
{
	info->reset = (struct ws_reset){.idle = below(random, 2) * 7 * WS_SECOND,
	                                .silent = below(random, 2) * 9 * WS_SECOND,
	                                .kept = rarely(random) ? 12 * WS_SECOND : 0,
	                                .tried = 11 * WS_SECOND,
	                                .bytes = 33,
	                                .times = 1 + below(random, 2),
	                                .identification = 77,
	                                .own_identification = 78,
	                                .ttl = 60,
	                                .own_ttl = 50};
	info->reset.trigger = (uint8_t)below(random, WS_RESET_ACKS_UNHEARD + 1);
	info->reset.rejected = below(random, 2);
	info->reset.look = (uint8_t)below(random, WS_RESET_OTHER_IDENTIFICATION + 1);
}

/* Members in combinations, also in such as no capture has. */
static void make_info(struct made_up *made, uint64_t *random)
{
	struct ws_conn_info *info = &made->info;
	*info = (struct ws_conn_info){
	        .number = 5, .ip_version = 4, .last_time = 20 * WS_SECOND, .previous = 3, .first_byte = -1};
	made->process = (struct ws_frame_process){.id = 812, .name = below(random, 2) ? "nginx" : NULL};
	make_endpoint(made, 0, random);
	make_endpoint(made, 1, random);
	make_path(made, random);
	make_reset(info, random);
	if (rarely(random)) /* only its verdict is quiet */
		info->last_time = WS_SECOND;
	info->likely_client = (int8_t)below(random, 2);
	info->initial_rtt = below(random, 2) ? 30 * WS_MILLISECOND : -1;
	info->handshake = (uint8_t)below(random, WS_HANDSHAKE_COUNT);
	info->close = (uint8_t)below(random, WS_CLOSE_COUNT);
	info->captured = (uint8_t)below(random, WS_CAPTURED_SERVER + 1);
	info->closed_by = (uint8_t)below(random, WS_CLOSED_BY_UNKNOWN + 1);
	info->reset_by = (uint8_t)below(random, WS_CLOSED_BY_ENDPOINT_1 + 1);
	info->completeness = (uint8_t)below(random, 64);
	info->old_answer = (uint8_t)(rarely(random) ? below(random, WS_OLD_ANSWER_TIME_WAIT + 1) : 0);
	info->answered_by = below(random, 2) * 4;
	info->syn_ack_repeats = rarely(random) ? 3 : 0;
	info->twin = rarely(random) * 9;
	info->reused_after = rarely(random) * 20 * WS_SECOND;
	info->mss = below(random, 2) * 1360;
	info->checksums_ignored = rarely(random) * 2;
	info->icmp = (struct ws_icmp_note){
	        .count = rarely(random) + below(random, 2), .mtu = below(random, 2) * 1400, .type = 3};
	info->icmp.code = (uint8_t)below(random, 16);
	info->icmp.ip_version = 4;
#define FLAG(member) info->member = rarely(random);
	FLAG(one_direction)
	FLAG(ended)
	FLAG(refused)
	FLAG(stray_reset)
	FLAG(misanswered)
	FLAG(misanswered_by)
	FLAG(misacked)
	FLAG(disowned)
	FLAG(unreachable)
	FLAG(forged_reset)
	FLAG(server_answers)
	FLAG(host_answers)
	FLAG(odd_syn)
	FLAG(keyed_syn)
	FLAG(old_stamp)
	FLAG(plainer_syn)
	FLAG(lacks_timestamps)
	FLAG(answer_unsigned)
	FLAG(answer_echoes)
	FLAG(just_sent)
	FLAG(renumbered)
	FLAG(superseded)
#undef FLAG
	info->opened = below(random, 2);
}

static int ascending(const void *a, const void *b)
{
	const long x = *(const long *)a, y = *(const long *)b;
	return x < y ? -1 : x > y;
}

static size_t numbers_of(const char *text, long *numbers)
{
	size_t count = 0;
	for (char *end; *text && count < MOST_NUMBERS; text = end) {
		end = (char *)text + 1;
		if (isdigit((unsigned char)*text))
			numbers[count++] = strtol(text, &end, 10);
	}
	qsort(numbers, count, sizeof(*numbers), ascending);
	return count;
}

/* Two words of small letters, one after the other. */
static bool has_english(const char *text)
{
	unsigned letters = 0, words = 0;
	for (;; text++) {
		if (*text >= 'a' && *text <= 'z') {
			letters++;
			continue;
		}
		words = letters > 1 ? words + 1 : letters || *text != ' ' ? 0 : words;
		letters = 0;
		if (words > 1)
			return true;
		if (*text != ' ')
			words = 0;
		if (!*text)
			return false;
	}
}

static enum ws_verdict say(const struct ws_conn_info *info, bool translated, char words[WORDS])
{
	struct ws_text text = {.data = words, .capacity = WORDS};
	ws_language_set(translated);
	ws_conn_verdict(info, &text, NULL, NULL);
	assert_false(text.overflow);
	ws_text_cstr(&text);
	const struct ws_judgement judgement = ws_conn_judge(info);
	ws_language_set(false);
	return judgement.verdict;
}

static void check_numbers(const char *english, const char *own)
{
	long of_english[MOST_NUMBERS], of_own[MOST_NUMBERS];
	const size_t count = numbers_of(english, of_english);
	if (count != numbers_of(own, of_own) || memcmp(of_english, of_own, count * sizeof(long)))
		fail_msg("other numbers: '%s' is not '%s'", own, english);
}

/* No verdict is left in English, and its numbers are the same. */
static void test_chinese(void **state)
{
	static struct made_up made;
	static char english[WORDS], own[WORDS], again[WORDS];
	(void)state;
	uint64_t random = 22;
	unsigned seen[WS_VERDICT_COUNT] = {0}, remade = 0;
	struct ws_error error;
	char why[256];
	assert_true(ws_language_start("zh_CN", false, why, &error));
	for (unsigned i = 0; i < MADE; i++) {
		make_info(&made, &random);
		const enum ws_verdict verdict = say(&made.info, false, english);
		seen[verdict]++;
		say(&made.info, true, own);
		if (has_english(own))
			fail_msg("English is left: '%s'", own);
		check_numbers(english, own);
		/* As a record it states the English words, which stay the same; where the rules make them again, they are
		 * translated, and all other ones are as they were stated. */
		made.info.stated.sensor = "probe";
		made.info.stated.verdict = english;
		made.info.stated.judgement.verdict = (uint8_t)verdict;
		say(&made.info, false, again);
		assert_string_equal(again, english);
		say(&made.info, true, again);
		if (strcmp(again, english) != 0)
			assert_string_equal(again, own);
		remade += strcmp(again, own) == 0;
	}
	for (unsigned i = 0; i < WS_VERDICT_COUNT; i++)
		if (!seen[i])
			fail_msg("no verdict %s was made", ws_verdict_tag(i));
	assert_in_range(remade, MADE / 2, MADE - 1);
}

/* The name of a process may have any length in a capture file. It is cut between two characters, and says so. */
static void test_long_name(void **state)
{
	(void)state;
	for (size_t before = 0; before < 4; before++) {
		char name[700], expected[100], label[512];
		struct ws_frame_process process = {.id = 812, .name = name};
		const struct ws_endpoint_info endpoint = {.process = &process};
		struct ws_text text = WS_TEXT_OVER(label);
		memset(name, 'x', before);
		for (size_t at = before; at + 3 < sizeof(name); at += 3)
			memcpy(name + at, "\xe7\xbd\x91", 4);
		const size_t kept = before + (40 - before) / 3 * 3;
		snprintf(expected, sizeof(expected), "%.*s…[812]", (int)kept, name);
		assert_true(ws_process_label(&text, &endpoint));
		assert_string_equal(ws_text_cstr(&text), expected);
		name[kept] = '\0';
		text = WS_TEXT_OVER(label);
		assert_true(ws_process_label(&text, &endpoint));
		assert_null(strstr(ws_text_cstr(&text), "…"));
	}
}

int main(void)
{
	struct CMUnitTest tests[WS_ARRAY_SIZE(stories) + 2] = {
	        [WS_ARRAY_SIZE(stories)] = cmocka_unit_test(test_chinese),
	        [WS_ARRAY_SIZE(stories) + 1] = cmocka_unit_test(test_long_name)};
	for (size_t i = 0; i < WS_ARRAY_SIZE(stories); i++)
		tests[i] = (struct CMUnitTest){
		        .name = stories[i].name, .test_func = tell, .initial_state = (void *)&stories[i]};
	return _cmocka_run_group_tests("verdict", tests, WS_ARRAY_SIZE(tests), NULL, NULL);
}
