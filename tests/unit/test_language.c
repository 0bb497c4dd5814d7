/* Translations, and lines of text in which characters are two columns wide. */
#include <wirestate/language.h>
#include <wirestate/text.h>

#include <locale.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text in lines of `width` columns, separated by a bar. */
static const char *lines(const char *text, int width)
{
	static char out[512];
	struct ws_text all = WS_TEXT_OVER(out);
	while (*text) {
		const size_t length = ws_text_line(text, width);
		assert_true(length > 0);
		ws_text_append(&all, text, length);
		text += length;
		text += strspn(text, " ");
		if (*text)
			ws_text_putc(&all, '|');
	}
	return ws_text_cstr(&all);
}

static void test_lines_end_where_the_language_allows(void **state)
{
	(void)state;
	assert_string_equal(lines("one two three", 7), "one two|three");
	assert_string_equal(lines("overlong word", 4), "over|long|word");
	assert_string_equal(lines("客户端发送报文段", 8), "客户端发|送报文段");
	/* Half of a character does not fit. */
	assert_string_equal(lines("客户端发送", 5), "客户|端发|送");
	/* No line begins with punctuation that closes. */
	assert_string_equal(lines("客户端发送，服务器接收。", 10), "客户端发|送，服务器|接收。");
	/* No line ends with a bracket that opens. */
	assert_string_equal(lines("三次握手（SYN）", 10), "三次握手|（SYN）");
	/* Words of Latin letters stay whole, and a space at the end of a line is left out. */
	assert_string_equal(lines("进入 TIME_WAIT 状态", 11), "进入|TIME_WAIT|状态");
	assert_string_equal(lines("确认FIN之后", 6), "确认|FIN之|后");
}

static void *translate(void *result)
{
	*(const char **)result = _("English");
	return NULL;
}

static void test_a_thread_reads_english_until_it_asks(void **state)
{
	(void)state;
	struct ws_error error;
	char why[256];
	assert_true(ws_language_start("zh_CN", false, why, &error));
	assert_string_equal(why, "");
	assert_string_equal(ws_language(), "zh_CN");
	assert_string_equal(_("English"), "中文");
	assert_string_equal(_("no such message"), "no such message");
	assert_string_equal(_(""), "");
	pthread_t thread;
	const char *other = NULL;
	assert_int_equal(pthread_create(&thread, NULL, translate, &other), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(other, "English");
	{
		WS_LANGUAGE_ENGLISH;
		assert_string_equal(_("English"), "English");
		assert_string_equal(E_("English"), "中文");
		ws_fail(&error, WS_ERROR_FILE, "%s: cannot be opened: %s", "x", "y");
		assert_string_equal(error.text, "x：打不开：y");
	}
	assert_string_equal(_("English"), "中文");
}

static void test_which_language(void **state)
{
	(void)state;
	struct ws_error error;
	char why[256];
	assert_false(ws_language_start("xx", false, why, &error));
	assert_non_null(strstr(error.text, "zh_CN"));
	assert_true(ws_language_start("zh_CN", true, why, &error));
	assert_non_null(strstr(why, "--ascii"));
	assert_string_equal(ws_language(), "");
	assert_string_equal(_("English"), "English");
	assert_true(ws_language_start("en", false, why, &error));
	assert_string_equal(ws_language(), "");
	assert_string_equal(ws_translate_plural("one", "many", 1), "one");
	assert_string_equal(ws_translate_plural("one", "many", 2), "many");
	assert_string_equal(C_("a context", "word"), "word");
	assert_string_equal(ws_translate_marked(NC_("a context", "word")), "word");
	assert_string_equal(ws_translate_marked("word"), "word");
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_lines_end_where_the_language_allows),
	        cmocka_unit_test(test_a_thread_reads_english_until_it_asks),
	        cmocka_unit_test(test_which_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
