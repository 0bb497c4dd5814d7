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
			text[place] = random & 1 ? (char)(random >> 20) : "{}=+-.:#$ \n~?9"[(random >> 4) % 14];
		}
		struct ws_error error = {.status = WS_OK};
		struct ws_lesson *lesson = ws_lesson_parse(text, length, "x.lesson", &error);
		if (!lesson)
			assert_int_equal(strncmp(error.text, "x.lesson:", 9), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_all_is_read),
	        cmocka_unit_test(test_any_bytes),
	        cmocka_unit_test(test_too_many_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
