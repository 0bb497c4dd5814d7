/* Parsing a lesson, and that no bytes break the parser. The errors of wrong lessons are tested by
 * tests/lessons/errors.py, and the look of lessons by tests/screens/list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wirestate/lesson.h>
#include <wirestate/scene.h>

static const char whole[] = "# A comment\n"
                            "title: A lesson\n"
                            "about: for\n"
                            "  the test\n"
                            "capture: some\n"
                            "order: 30\n"
                            "screen: packet\n"
                            "connection: 2\n"
                            "try: Two commands:\n"
                            "  $ one  | two\n"
                            "  $ three\n"
                            "  and a line\n"
                            "\n"
                            "stop: 2\n"
                            "states: client ESTABLISHED~, server SYN_RECEIVED\n"
                            "fields: tcp.flags tcp.sequence,ipv4.ttl\n"
                            "ask: What is {2.tcp.flags}?\n"
                            "\n"
                            "\tA second paragraph\n"
                            "\tgoes on.\n"
                            "answer: That.\n"
                            "sum: {2.tcp.acknowledgment} = {1.tcp.sequence} + 1\n"
                            "sum: 1 + 1 = 2\n"
                            "expect: {2.tcp.acknowledgment} + 1\n"
                            "accept: one | two\n"
                            "hint: Look at {1.tcp.sequence}.\n"
                            "hint: Look again.\n"
                            "wrong: {1.tcp.sequence}: That is: no.\n"
                            "stop: end\n"
                            "screen: lifelines\n"
                            "connection: 3\n"
                            "ask: Why?\n"
                            "answer: Because.\n";

static void test_all_is_read(void **state)
{
	(void)state;
	struct ws_error error = {.status = WS_OK};
	struct ws_lesson *lesson = ws_lesson_parse(whole, sizeof(whole) - 1, "x.lesson", &error);
	assert_non_null(lesson);
	assert_string_equal(lesson->title, "A lesson");
	assert_string_equal(lesson->about, "for the test");
	assert_string_equal(lesson->capture, "some");
	assert_int_equal(lesson->order, 30);
	assert_string_equal(lesson->try_it, "Two commands:\n$ one  | two\n$ three\nand a line");
	assert_int_equal(lesson->stop_count, 2);
	const struct ws_lesson_stop *stop = &lesson->stop[0];
	assert_int_equal(stop->frame, 2);
	assert_int_equal(stop->screen, WS_SCREEN_PACKET);
	assert_int_equal(stop->connection, 2);
	assert_int_equal(stop->line, 14);
	assert_true(stop->claims);
	assert_int_equal(stop->state[0], WS_ESTABLISHED);
	assert_int_equal(stop->mark[0], '~');
	assert_int_equal(stop->state[1], WS_SYN_RECEIVED);
	assert_int_equal(stop->mark[1], ' ');
	assert_int_equal(stop->field_count, 3);
	assert_string_equal(stop->field[2].layer, "ipv4");
	assert_string_equal(stop->field[2].name, "ttl");
	assert_string_equal(stop->ask, "What is {2.tcp.flags}?\nA second paragraph goes on.");
	assert_int_equal(stop->sum_count, 2);
	assert_int_equal(stop->sum[0].value_count, 2);
	assert_int_equal(lesson->value_count, 3);
	assert_int_equal(stop->question.kind, WS_ANSWER_NUMBER);
	assert_string_equal(stop->question.expect, "{2.tcp.acknowledgment} + 1");
	assert_int_equal(stop->question.accept_count, 2);
	assert_string_equal(stop->question.accept[1], "two");
	assert_int_equal(stop->question.hint_count, 2);
	assert_string_equal(stop->question.hint[1], "Look again.");
	assert_int_equal(stop->question.wrong_count, 1);
	assert_string_equal(stop->question.wrong[0].value, "{1.tcp.sequence}");
	assert_string_equal(stop->question.wrong[0].why, "That is: no.");
	assert_int_equal(lesson->stop[1].question.kind, WS_ANSWER_NONE);
	assert_int_equal(lesson->stop[1].frame, 0);
	assert_int_equal(lesson->stop[1].screen, WS_SCREEN_LIFELINES);
	assert_int_equal(lesson->stop[1].connection, 3);
	ws_lesson_free(lesson);
}

/* Every prefix, and every line removed or changed, gives a lesson or an error that names the file. */
static void test_any_bytes(void **state)
{
	(void)state;
	uint32_t random = 1;
	for (int round = 0; round < 20000; round++) {
		const size_t length = round < (int)sizeof(whole) ? (size_t)round : sizeof(whole) - 1;
		char *text =
		        malloc(length ? length : 1); /* of the exact size, so that a sanitizer notices reads past it */
		assert_non_null(text);
		memcpy(text, whole, length);
		for (int i = 0; length && i < round % 7; i++) {
			random = random * 1664525 + 1013904223;
			const size_t place = (random >> 8) % length;
			text[place] = random & 1 ? (char)(random >> 20) : "{}=+-.:#$ \n~?9|"[(random >> 4) % 15];
		}
		struct ws_error error = {.status = WS_OK};
		struct ws_lesson *lesson = ws_lesson_parse(text, length, "x.lesson", &error);
		if (!lesson)
			assert_int_equal(strncmp(error.text, "x.lesson:", 9), 0);
		ws_lesson_free(lesson);
		free(text);
	}
}

/* ---- Translations */

static const char translated[] = "title：一课\n"
                                 "about: 给\n"
                                 "  测试\n"
                                 "try: 两条命令：\n"
                                 "  $ one  | two\n"
                                 "  $ three\n"
                                 "\n"
                                 "stop: 2\n"
                                 "ask: {2.tcp.flags} 是\n"
                                 "  什么？\n"
                                 "answer: 那个 SYN\n"
                                 "  和 ACK。\n"
                                 "accept: 两个 ｜ 三个\n"
                                 "hint: 看\n"
                                 "　{1.tcp.sequence}。\n"
                                 "hint: 再看。\n"
                                 "wrong: {1.tcp.sequence}：那是：不对。\n"
                                 "stop: end\n"
                                 "ask: 为什么？\n"
                                 "answer: 因为。\n";

static struct ws_lesson *parse_whole(void)
{
	struct ws_error error = {.status = WS_OK};
	struct ws_lesson *lesson = ws_lesson_parse(whole, sizeof(whole) - 1, "x.lesson", &error);
	assert_non_null(lesson);
	return lesson;
}

/* Between ideographs no line's end becomes a space, and full-width punctuation is that of ASCII. */
static void test_translation(void **state)
{
	(void)state;
	struct ws_error error = {.status = WS_OK};
	struct ws_lesson *lesson = parse_whole();
	if (!ws_lesson_translate(lesson, translated, sizeof(translated) - 1, "x.zh_CN.lesson", &error))
		fail_msg("%s", error.text);
	const struct ws_lesson_stop *stop = &lesson->stop[0];
	assert_string_equal(lesson->name, "x.lesson");
	assert_string_equal(lesson->title, "一课");
	assert_string_equal(lesson->about, "给测试");
	assert_string_equal(lesson->try_it, "两条命令：\n$ one  | two\n$ three");
	assert_string_equal(lesson->capture, "some");
	assert_string_equal(stop->ask, "{2.tcp.flags} 是什么？");
	assert_string_equal(stop->answer, "那个 SYN 和 ACK。");
	assert_string_equal(stop->question.hint[0], "看 {1.tcp.sequence}。");
	assert_string_equal(stop->question.hint[1], "再看。");
	assert_string_equal(stop->question.wrong[0].value, "{1.tcp.sequence}");
	assert_string_equal(stop->question.wrong[0].why, "那是：不对。");
	assert_string_equal(stop->question.expect, "{2.tcp.acknowledgment} + 1");
	assert_int_equal(stop->question.accept_count, 4);
	assert_string_equal(stop->question.accept[0], "one");
	assert_string_equal(stop->question.accept[3], "三个");
	assert_int_equal(stop->sum_count, 2);
	assert_int_equal(stop->state[0], WS_ESTABLISHED);
	assert_string_equal(lesson->stop[1].answer, "因为。");
	ws_lesson_free(lesson);
}

/* A translation that any bytes have broken is an error that names its file, and changes nothing. */
static void test_any_bytes_of_a_translation(void **state)
{
	(void)state;
	uint32_t random = 2;
	for (int round = 0; round < 20000; round++) {
		const size_t length = round < (int)sizeof(translated) ? (size_t)round : sizeof(translated) - 1;
		char *text = malloc(length ? length : 1);
		assert_non_null(text);
		memcpy(text, translated, length);
		for (int i = 0; length && i < round % 4; i++) {
			random = random * 1664525 + 1013904223;
			const size_t place = (random >> 8) % length;
			text[place] = random & 1 ? (char)(random >> 20) : "{}=+-.:#$ \n~?9|"[(random >> 4) % 15];
		}
		struct ws_error error = {.status = WS_OK};
		struct ws_lesson *lesson = parse_whole();
		if (!ws_lesson_translate(lesson, text, length, "x.zh_CN.lesson", &error)) {
			assert_int_equal(strncmp(error.text, "x.zh_CN.lesson:", 15), 0);
			assert_string_equal(lesson->title, "A lesson");
			assert_string_equal(lesson->stop[0].question.hint[1], "Look again.");
			assert_string_equal(lesson->stop[1].answer, "Because.");
		}
		ws_lesson_free(lesson);
		free(text);
	}
}

static void test_too_many_values(void **state)
{
	(void)state;
	struct ws_error error = {.status = WS_OK};
	char text[WS_LESSON_BYTES];
	size_t length = 0;
	for (int stop = 0; stop < 20; stop++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, "stop: %d\nask: x\nanswer:", stop + 1);
		for (int i = 0; i < 20; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, " {%d.tcp.window}",
			                           stop * 20 + i + 1);
		text[length++] = '\n';
	}
	assert_null(ws_lesson_parse(text, length, "x.lesson", &error));
	assert_string_equal(error.text, "x.lesson:39: a lesson may speak of 256 different values");
}

/* A lesson of one stop after one packet, which no connection has, with these lines. */
static struct ws_lesson *lesson_with_both(const char *lines, const char *translation)
{
	char text[1024];
	struct ws_error error = {.status = WS_OK};
	snprintf(text, sizeof(text), "title: x\nabout: x\ncapture: x\nstop: end\nask: x\nanswer: x\n%s", lines);
	struct ws_lesson *lesson = ws_lesson_parse(text, strlen(text), "x.lesson", &error);
	assert_non_null(lesson);
	lesson->last_frame = 1;
	if (translation) {
		snprintf(text, sizeof(text), "title: 课\nabout: 课\nstop: end\nask: 问\nanswer: 答\n%s", translation);
		if (!ws_lesson_translate(lesson, text, strlen(text), "x.zh_CN.lesson", &error))
			fail_msg("%s", error.text);
	}
	if (!ws_lesson_resolve(lesson, NULL, &error))
		fail_msg("%s", error.text);
	return lesson;
}

static struct ws_lesson *lesson_with(const char *lines)
{
	return lesson_with_both(lines, NULL);
}

static void test_typed_answers(void **state)
{
	static const char number[] = "expect: 1200 + 34\naccept: many\nwrong: 1235: One less.\n";
	static const char choice[] = "expect: the server | the client | nobody\nwrong: nobody: Somebody does.\n";
	static const char word[] = "expect: SYN-ACK\naccept: ACK+SYN\nwrong: SYN: And?\n";
	static const struct {
		const char *lines, *typed;
		enum ws_typed verdict;
		const char *why;
	} cases[] = {
	        {number, "1234", WS_TYPED_RIGHT, NULL},
	        {number, " 1,234 ", WS_TYPED_RIGHT, NULL},
	        {number, "0x4D2", WS_TYPED_RIGHT, NULL},
	        {number, "0001234", WS_TYPED_RIGHT, NULL},
	        {number, "Many!", WS_TYPED_RIGHT, NULL},
	        {number, "1235", WS_TYPED_WRONG, "One less."},
	        {number, "0", WS_TYPED_WRONG, NULL},
	        {number, "", WS_TYPED_UNCLEAR, NULL},
	        {number, "0x", WS_TYPED_UNCLEAR, NULL},
	        {number, "-1234", WS_TYPED_UNCLEAR, NULL},
	        {number, "1234 s", WS_TYPED_RIGHT, NULL},
	        {number, "1234ms", WS_TYPED_RIGHT, NULL},
	        {number, "it is ack 1,234.", WS_TYPED_RIGHT, NULL},
	        {number, "1234 or 1235", WS_TYPED_UNCLEAR, NULL},
	        {number, "1233 + 1", WS_TYPED_UNCLEAR, NULL},
	        {number, "12.34 s", WS_TYPED_UNCLEAR, NULL},
	        {number, "1234.5", WS_TYPED_UNCLEAR, NULL},
	        {number, "1235 bytes", WS_TYPED_WRONG, "One less."},
	        {"expect: 4 = 4\n", "four segments", WS_TYPED_RIGHT, NULL},
	        {"expect: 4 = 4\n", "for", WS_TYPED_UNCLEAR, NULL},
	        {number, "123412341234123412341234123412341234", WS_TYPED_UNCLEAR, NULL},
	        {choice, "The Server", WS_TYPED_RIGHT, NULL},
	        {choice, "the s", WS_TYPED_RIGHT, NULL},
	        {choice, "the", WS_TYPED_UNCLEAR, NULL},
	        {choice, "the client", WS_TYPED_WRONG, NULL},
	        {choice, "n", WS_TYPED_WRONG, "Somebody does."},
	        {choice, "server", WS_TYPED_RIGHT, NULL},
	        {choice, "the server's side", WS_TYPED_RIGHT, NULL},
	        {choice, "it is the server, of course", WS_TYPED_RIGHT, NULL},
	        {choice, "Client!", WS_TYPED_WRONG, NULL},
	        {choice, "client or server", WS_TYPED_UNCLEAR, NULL},
	        {choice, "side", WS_TYPED_UNCLEAR, NULL},
	        {"expect: its program | its kernel | the client's kernel\n", "application", WS_TYPED_RIGHT, NULL},
	        {"expect: its program | its kernel | the client's kernel\n", "the kernel", WS_TYPED_WRONG, NULL},
	        {"expect: 185 | 1480\n", "1480/8", WS_TYPED_UNCLEAR, NULL},
	        {"expect: the first FIN | the last FIN\n", "final fin", WS_TYPED_WRONG, NULL},
	        {"expect: the first FIN | the last FIN\naccept: FIN of the client\n", "fin", WS_TYPED_UNCLEAR, NULL},
	        {"expect: the first FIN | the last FIN\naccept: client's FIN\n", "clients fin", WS_TYPED_RIGHT, NULL},
	        {choice, "", WS_TYPED_UNCLEAR, NULL},
	        {word, "syn, ack", WS_TYPED_RIGHT, NULL},
	        {word, "ACK SYN", WS_TYPED_RIGHT, NULL},
	        {word, "syn", WS_TYPED_WRONG, "And?"},
	        {word, "the SYN flag", WS_TYPED_WRONG, "And?"},
	        {word, "the flags SYN and ACK", WS_TYPED_WRONG, NULL},
	        {word, "its SYN, ACK flag", WS_TYPED_RIGHT, NULL},
	        {word, "?", WS_TYPED_UNCLEAR, NULL},
	        {"expect: address 10.0.0.9\n", "it is the address 10.0.0.9", WS_TYPED_RIGHT, NULL},
	        {"expect: 4294967296 + 1\n", "4294967297", WS_TYPED_RIGHT, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ws_lesson *lesson = lesson_with(cases[i].lines);
		const char *why = "";
		const enum ws_typed verdict = ws_lesson_judge(&lesson->stop[0].question, cases[i].typed, &why);
		if (verdict != cases[i].verdict || (why != NULL) != (cases[i].why != NULL))
			fail_msg("'%s' to %s: %d, %s", cases[i].typed, cases[i].lines, verdict,
			         why ? why : "no reason");
		if (why)
			assert_string_equal(why, cases[i].why);
		ws_lesson_free(lesson);
	}
}

/* Answers in the language of a translation, and those of the lesson's own. */
static void test_translated_answers(void **state)
{
	static const char number[] = "expect: 1200 + 34\nwrong: 1235: One less.\n";
	static const char number_zh[] = "accept: 很多\nwrong: 1235：少一个。\n";
	static const char choice[] =
	        "expect: the server | the client | nobody\naccept: it\nwrong: nobody: Somebody does.\n";
	static const char choice_zh[] =
	        "expect: 服务器 | 客户端 | 谁都不是\naccept: 监听的一方\nwrong: nobody: 有一方。\n";
	static const char yes[] = "expect: no | yes\nwrong: yes: Never.\n";
	static const char yes_zh[] = "expect: 不会 | 会\nwrong: yes: 从来不会。\n";
	static const char whose[] = "expect: the server's kernel | the client's kernel | the server's program\n";
	static const char whose_zh[] = "expect: 服务器的内核 | 客户端的内核 | 服务器程序\n";
	static const char word[] = "expect: RST\naccept: reset\nwrong: FIN: No.\n";
	static const char word_zh[] = "accept: 复位\nwrong: FIN: 不是。\n";
	static const char named[] = "expect: broadcast\n", named_zh[] = "expect: 广播\n";
	static const char four[] = "expect: 4 = 4\nwrong: 3: And?\n", four_zh[] = "wrong: 3: 还有？\n";
	static const struct {
		const char *lines, *translation, *typed;
		enum ws_typed verdict;
		const char *why;
	} cases[] = {
	        {number, number_zh, "1234", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "１２３４", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "1，234。", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "1234个字节", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "第1234个", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "很多！", WS_TYPED_RIGHT, NULL},
	        {number, number_zh, "1235 字节", WS_TYPED_WRONG, "少一个。"},
	        {number, number_zh, "1233 或 1234", WS_TYPED_UNCLEAR, NULL},
	        {number, number_zh, "不知道", WS_TYPED_UNCLEAR, NULL},
	        {four, four_zh, "四", WS_TYPED_RIGHT, NULL},
	        {four, four_zh, "四个报文段", WS_TYPED_RIGHT, NULL},
	        {four, four_zh, "三次", WS_TYPED_WRONG, "还有？"},
	        {four, four_zh, "三或四", WS_TYPED_UNCLEAR, NULL},
	        {"expect: 60\n", "", "六十秒", WS_TYPED_RIGHT, NULL},
	        {"expect: 12\n", "", "十二", WS_TYPED_RIGHT, NULL},
	        {"expect: 225\n", "", "二百二十五", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "服务器", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "服务", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "是服务器。", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "服务器那一端", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "监听的一方", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "The Server", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "server", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "it", WS_TYPED_RIGHT, NULL},
	        {choice, choice_zh, "the client's", WS_TYPED_WRONG, NULL},
	        {choice, choice_zh, "客户端", WS_TYPED_WRONG, NULL},
	        {choice, choice_zh, "谁都不是", WS_TYPED_WRONG, "有一方。"},
	        {choice, choice_zh, "nobody", WS_TYPED_WRONG, "有一方。"},
	        {choice, choice_zh, "客户端或服务器", WS_TYPED_UNCLEAR, NULL},
	        {choice, choice_zh, "不是客户端", WS_TYPED_UNCLEAR, NULL},
	        {choice, choice_zh, "端口", WS_TYPED_UNCLEAR, NULL},
	        {yes, yes_zh, "不会", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "不", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "它不会再发", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "没有", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "否", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "no", WS_TYPED_RIGHT, NULL},
	        {yes, yes_zh, "会", WS_TYPED_WRONG, "从来不会。"},
	        {yes, yes_zh, "是的", WS_TYPED_WRONG, "从来不会。"},
	        {yes, yes_zh, "ｙ", WS_TYPED_WRONG, "从来不会。"},
	        {whose, whose_zh, "服务器内核", WS_TYPED_RIGHT, NULL},
	        {whose, whose_zh, "应该是服务器的内核吧", WS_TYPED_RIGHT, NULL},
	        {whose, whose_zh, "内核", WS_TYPED_UNCLEAR, NULL},
	        {whose, whose_zh, "程序", WS_TYPED_WRONG, NULL},
	        {whose, whose_zh, "the server's kernel", WS_TYPED_RIGHT, NULL},
	        {word, word_zh, "RST", WS_TYPED_RIGHT, NULL},
	        {word, word_zh, "带 RST 标志", WS_TYPED_RIGHT, NULL},
	        {word, word_zh, "复位", WS_TYPED_RIGHT, NULL},
	        {word, word_zh, "reset", WS_TYPED_RIGHT, NULL},
	        {word, word_zh, "FIN标志位", WS_TYPED_WRONG, "不是。"},
	        {named, named_zh, "广播", WS_TYPED_RIGHT, NULL},
	        {named, named_zh, "broadcast", WS_TYPED_RIGHT, NULL},
	        {named, named_zh, "单播", WS_TYPED_WRONG, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ws_lesson *lesson = lesson_with_both(cases[i].lines, cases[i].translation);
		const char *why = "";
		const enum ws_typed verdict = ws_lesson_judge(&lesson->stop[0].question, cases[i].typed, &why);
		if (verdict != cases[i].verdict || (why != NULL) != (cases[i].why != NULL))
			fail_msg("'%s' to %s: %d, %s", cases[i].typed, cases[i].translation, verdict,
			         why ? why : "no reason");
		if (why)
			assert_string_equal(why, cases[i].why);
		ws_lesson_free(lesson);
	}
}

/* Every spelling of a state is one of that state alone. */
static void test_spellings(void **state)
{
	enum ws_state one, other;
	unsigned seen = 0;
	(void)state;
	for (size_t i = 0; ws_lesson_state_spelling(i, &one); i++) {
		seen |= 1u << one;
		for (size_t k = 0; ws_lesson_state_spelling(k, &other); k++)
			if (i != k)
				assert_string_not_equal(ws_lesson_state_spelling(i, &one),
				                        ws_lesson_state_spelling(k, &other));
	}
	assert_int_equal(seen, (1u << WS_STATE_COUNT) - 1);
}

/* The choices are shown in alphabetical order, so that the right one is not always the first. */
static void test_form(void **state)
{
	char words[128];
	struct ws_text text = WS_TEXT_OVER(words);
	struct ws_lesson *lesson = lesson_with("expect: 9 | 10 | 1\n");
	(void)state;
	ws_lesson_form(&lesson->stop[0].question, &text);
	assert_string_equal(ws_text_cstr(&text), "Type one of: 1, 9, 10");
	ws_lesson_free(lesson);
	lesson = lesson_with("expect: SYN,ACK | ACK | SYN\n");
	text.length = 0;
	ws_lesson_form(&lesson->stop[0].question, &text);
	assert_string_equal(ws_text_cstr(&text), "Type one of: ACK; SYN; SYN,ACK");
	ws_lesson_free(lesson);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_all_is_read),
	        cmocka_unit_test(test_any_bytes),
	        cmocka_unit_test(test_too_many_values),
	        cmocka_unit_test(test_typed_answers),
	        cmocka_unit_test(test_spellings),
	        cmocka_unit_test(test_translation),
	        cmocka_unit_test(test_any_bytes_of_a_translation),
	        cmocka_unit_test(test_translated_answers),
	        cmocka_unit_test(test_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
