/* wirestate/text.h: numbers, addresses, cleaning, and what happens at the end of a buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <wirestate/error.h>
#include <wirestate/text.h>

static void check(struct ws_text *text, const char *expected)
{
	assert_string_equal(ws_text_cstr(text), expected);
	text->length = 0;
}

/* A pseudo-random sequence that is the same on every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void test_decimal(void **state)
{
	(void)state;
	char array[64], expected[64];
	struct ws_text text = WS_TEXT_OVER(array);
	static const uint64_t edges[] = {0, 9, 10, 99, 100, 65535, 4294967295u, 9999999999999999999u, UINT64_MAX};
	for (size_t i = 0; i < WS_ARRAY_SIZE(edges); i++) {
		snprintf(expected, sizeof(expected), "%" PRIu64, edges[i]);
		ws_text_u64(&text, edges[i]);
		check(&text, expected);
	}
	uint64_t random = 1, power = 1;
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t value = next_random(&random) >> (next_random(&random) % 64);
		snprintf(expected, sizeof(expected), "%" PRIu64, value);
		ws_text_u64(&text, value);
		check(&text, expected);
	}
	for (unsigned i = 0; i < 20; i++, power *= 10) {
		snprintf(expected, sizeof(expected), "%" PRIu64 "%" PRIu64, power - 1, power);
		ws_text_u64(&text, power - 1);
		ws_text_u64(&text, power);
		check(&text, expected);
	}
}

static void test_hex(void **state)
{
	(void)state;
	char array[64];
	struct ws_text text = WS_TEXT_OVER(array);
	ws_text_hex(&text, 0xbeef, 4);
	ws_text_hex(&text, 0xbeef, 2);
	ws_text_hex(&text, 1, 6);
	ws_text_hex(&text, 5, 0);
	check(&text, "beefef000001");
	ws_text_hex(&text, UINT64_MAX - 1, 99);
	check(&text, "fffffffffffffffe");
	ws_text_bytes(&text, (const uint8_t *)"\x00\xff\x1a", 3, 0);
	ws_text_putc(&text, ' ');
	ws_text_bytes(&text, (const uint8_t *)"\x00\xff\x1a", 3, ':');
	ws_text_bytes(&text, NULL, 0, ':');
	check(&text, "00ff1a 00:ff:1a");
}

static void test_time(void **state)
{
	(void)state;
	char array[64];
	struct ws_text text = WS_TEXT_OVER(array);
	ws_text_time(&text, 1700000000123456789, 9);
	check(&text, "1700000000.123456789");
	ws_text_time(&text, 1700000000999999999, 6);
	check(&text, "1700000000.999999");
	ws_text_time(&text, 5, 9);
	check(&text, "0.000000005");
	ws_text_time(&text, 12 * WS_SECOND, 0);
	check(&text, "12");
	ws_text_time(&text, -1500000000, 3);
	check(&text, "-1.500");
	ws_text_time(&text, -1, 9);
	check(&text, "-0.000000001");
	ws_text_time(&text, INT64_MIN, 9);
	check(&text, "-9223372036.854775808");
}

static void test_addresses(void **state)
{
	(void)state;
	static const char *const v6[] = {
	        "::",
	        "::1",
	        "1::",
	        "fe80::1",
	        "2001:db8::1:0:0:1",
	        "2001:db8:0:1:1:1:1:1",
	        "a:0:0:b::c",
	        "0:1::",
	        "1:2:3:4:5:6:7:0",
	        "ff02::1:ff00:ab",
	        "::ffff:192.0.2.1",
	        "::192.0.2.1",
	        "64:ff9b::c000:201",
	        "::ffff:0:0:1",
	        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	char array[64], expected[64];
	struct ws_text text = WS_TEXT_OVER(array);
	struct ws_addr addr;
	for (size_t i = 0; i < WS_ARRAY_SIZE(v6); i++) {
		assert_int_equal(inet_pton(AF_INET6, v6[i], addr.byte), 1);
		ws_text_addr(&text, &addr, 6);
		check(&text, v6[i]);
	}
	/* Against the C library, with many zero groups. */
	uint64_t random = 7;
	for (unsigned i = 0; i < 50000; i++) {
		for (unsigned k = 0; k < 16; k++)
			addr.byte[k] = next_random(&random) % 3 ? 0 : (uint8_t)(next_random(&random) >> 20);
		assert_non_null(inet_ntop(AF_INET6, addr.byte, expected, sizeof(expected)));
		ws_text_addr(&text, &addr, 6);
		check(&text, expected);
		assert_non_null(inet_ntop(AF_INET, addr.byte + 12, expected, sizeof(expected)));
		ws_text_addr(&text, &addr, 4);
		check(&text, expected);
	}
	assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.200.255", addr.byte), 1);
	ws_text_endpoint(&text, &addr, 4, 65535);
	check(&text, "10.0.200.255:65535");
	ws_text_endpoint(&text, &addr, 6, 0);
	check(&text, "[::ffff:10.0.200.255]:0");
	ws_text_mac(&text, (const uint8_t *)"\x00\x1b\x21\xab\xcd\xef");
	check(&text, "00:1b:21:ab:cd:ef");
}

/* Numbers must come out the same whether or not their fast path has room. */
static void test_cut(void **state)
{
	(void)state;
	char array[64], whole[64];
	struct ws_text long_text = WS_TEXT_OVER(whole);
	struct ws_addr addr = {{0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
	for (size_t capacity = 0; capacity < sizeof(array); capacity++) {
		for (unsigned what = 0; what < 5; what++) {
			struct ws_text text = {.data = array, .capacity = capacity}, *both[] = {&text, &long_text};
			long_text.length = 0;
			memset(array, '#', sizeof(array));
			for (unsigned i = 0; i < 2; i++) {
				if (what == 0)
					ws_text_u64(both[i], UINT64_MAX);
				else if (what == 1)
					ws_text_hex(both[i], 0x123456789abcdef, 16);
				else if (what == 2)
					ws_text_time(both[i], -1700000000123456789, 9);
				else if (what == 3)
					ws_text_addr(both[i], &addr, 6);
				else
					ws_text_printf(both[i], "%s", "twenty bytes of text");
			}
			size_t expected = capacity < long_text.length ? capacity : long_text.length;
			assert_int_equal(text.length, expected);
			assert_memory_equal(array, whole, expected);
			assert_int_equal(text.overflow, capacity < long_text.length);
			assert_int_equal(array[capacity], '#');
		}
	}
}

static void test_cut_keeps_utf8_whole(void **state)
{
	(void)state;
	static const char bytes[] = "a\xc3\xa9\xe2\x86\x92\xf0\x9f\x98\x80z"; /* 1, 2, 3, 4 and 1 bytes */
	static const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
	for (size_t capacity = 0; capacity < WS_ARRAY_SIZE(kept); capacity++) {
		char array[16];
		struct ws_text text = {.data = array, .capacity = capacity};
		ws_text_puts(&text, bytes);
		assert_int_equal(text.length, kept[capacity]);
		assert_int_equal(text.overflow, capacity < 11);
		/* The terminating NUL takes a byte of its own, and cuts in the same way. */
		ws_text_cstr(&text);
		assert_int_equal(text.length, capacity == 0               ? 0
		                              : kept[capacity] < capacity ? kept[capacity]
		                                                          : kept[capacity - 1]);
	}
}

static void test_printf_is_bounded(void **state)
{
	(void)state;
	char array[4096];
	struct ws_text text = WS_TEXT_OVER(array);
	ws_text_printf(&text, "%2000s", "x");
	assert_int_equal(text.length, 1023);
	assert_true(text.overflow);
	struct ws_text other = WS_TEXT_OVER(array);
	ws_text_printf(&other, "%d-%s", 7, "seven");
	check(&other, "7-seven");
}

struct sink {
	char data[4096];
	size_t length, limit;
	unsigned flushes;
};

static bool sink_flush(struct ws_text *text)
{
	struct sink *sink = text->context;
	if (sink->length + text->length > sink->limit)
		return false;
	memcpy(sink->data + sink->length, text->data, text->length);
	sink->length += text->length;
	sink->flushes++;
	text->length = 0;
	return true;
}

static void test_flush(void **state)
{
	(void)state;
	for (size_t capacity = 1; capacity < 50; capacity++) {
		char array[50];
		struct sink sink = {.limit = sizeof(sink.data)};
		struct ws_text text = {.data = array, .capacity = capacity, .flush = sink_flush, .context = &sink};
		for (unsigned i = 0; i < 10; i++) {
			ws_text_puts(&text, "time ");
			ws_text_time(&text, 1700000000123456789, 9);
			ws_text_putc(&text, ' ');
			ws_text_u64(&text, i);
			ws_text_pad(&text, '.', 70);
			ws_text_putc(&text, '\n');
		}
		assert_true(sink_flush(&text));
		assert_false(text.overflow);
		assert_false(text.failed);
		assert_int_equal(sink.length, 10 * (5 + 20 + 1 + 1 + 70 + 1));
		for (unsigned i = 0; i < 10; i++) {
			char line[128];
			int length = snprintf(line, sizeof(line), "time 1700000000.123456789 %u%s\n", i,
			                      "......................................................................");
			assert_memory_equal(sink.data + i * (size_t)length, line, (size_t)length);
		}
	}
}

static void test_failed_flush(void **state)
{
	(void)state;
	char array[8];
	struct sink sink = {.limit = 16};
	struct ws_text text = {.data = array, .capacity = sizeof(array), .flush = sink_flush, .context = &sink};
	ws_text_pad(&text, 'a', 1000);
	assert_true(text.failed);
	assert_int_equal(sink.length, 16);
	size_t length = text.length;
	ws_text_putc(&text, 'b');
	ws_text_u64(&text, 1);
	ws_text_puts(&text, "c");
	assert_int_equal(text.length, length);
	assert_int_equal(sink.flushes, 2);
}

static void test_utf8(void **state)
{
	(void)state;
	uint32_t decoded;
	char bytes[4];
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t size = ws_utf8_encode(c, bytes);
		bool surrogate = c >= 0xd800 && c <= 0xdfff;
		assert_int_equal(ws_utf8_decode(bytes, size, &decoded), surrogate ? 0 : size);
		if (!surrogate)
			assert_int_equal(decoded, c);
		if (size > 1)
			assert_int_equal(ws_utf8_decode(bytes, size - 1, &decoded), 0);
	}
	static const char *const invalid[] = {
	        "\x80",
	        "\xbf",
	        "\xc0\x80",
	        "\xc1\xbf",
	        "\xe0\x80\x80",
	        "\xe0\x9f\xbf",
	        "\xf0\x8f\xbf\xbf",
	        "\xf4\x90\x80\x80",
	        "\xf5\x80\x80\x80",
	        "\xff",
	        "\xc3(",
	        "\xe2\x28\xa1",
	        "\xf0\x9f\x98z",
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(invalid); i++)
		assert_int_equal(ws_utf8_decode(invalid[i], strlen(invalid[i]), &decoded), 0);
	assert_int_equal(ws_utf8_decode("a", 0, &decoded), 0);
}

static void test_printable(void **state)
{
	(void)state;
	static const uint32_t yes[] = {' ',    '~',    0xa0,   0xe9,   0x3b1,   0x416,
	                               0x2192, 0x250c, 0x4e2d, 0xac00, 0x1f600, 0xfffc};
	static const uint32_t no[] = {
	        0,       0x1b,    0x7f,    0x80,    0x9b,    0x9f,    0xad,     0x300,    0x36f,    0x61c,
	        0x115f,  0x1160,  0x180e,  0x200b,  0x200c,  0x200d,  0x200e,   0x200f,   0x2028,   0x2029,
	        0x202a,  0x202e,  0x2060,  0x2066,  0x2069,  0x20d0,  0x3164,   0xd800,   0xdfff,   0xe000,
	        0xf8ff,  0xfdd0,  0xfe00,  0xfe0f,  0xfe20,  0xfeff,  0xffa0,   0xfff9,   0xfffe,   0xffff,
	        0x1fffe, 0xe0001, 0xe0041, 0xe0100, 0xe01ef, 0xf0000, 0x10fffd, 0x10ffff, 0x110000, UINT32_MAX,
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(yes); i++)
		assert_true(ws_printable(yes[i]));
	for (size_t i = 0; i < WS_ARRAY_SIZE(no); i++)
		assert_false(ws_printable(no[i]));
}

static void test_clean(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
		const char *clean, *json;
	} cases[] = {
	        {"plain", 5, "plain", "plain"},
	        {"\x1b[31m", 5, "\\x1b[31m", "\\u001b[31m"},
	        {"a\0b", 3, "a\\x00b", "a\\u0000b"},
	        {"\x7f\t\n\r\b\f", 6, "\\x7f\\x09\\x0a\\x0d\\x08\\x0c", "\\u007f\\t\\n\\r\\b\\f"},
	        {"\"\\/", 3, "\"\\/", "\\\"\\\\/"},
	        {"\xc2\x9b", 2, "\\u{009b}", "\\u009b"},
	        {"\x9b"
	         "2J",
	         3, "\\x9b2J",
	         "\xef\xbf\xbd"
	         "2J"},
	        {"\xc3\xa9\xe2\x86\x92", 5, "\xc3\xa9\xe2\x86\x92", "\xc3\xa9\xe2\x86\x92"},
	        {"x\xe2\x80\xaey", 5, "x\\u{202e}y", "x\\u202ey"},
	        {"\xf3\xa0\x81\x81", 4, "\\u{e0041}", "\\udb40\\udc41"},
	        {"\xf4\x8f\xbf\xbd", 4, "\\u{10fffd}", "\\udbff\\udffd"},
	        {"\xe2\x86", 2, "\\xe2\\x86", "\xef\xbf\xbd\xef\xbf\xbd"},
	        {"\xff", 1, "\\xff", "\xef\xbf\xbd"},
	        {"", 0, "", ""},
	};
	char array[128];
	struct ws_text text = WS_TEXT_OVER(array);
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		ws_text_clean(&text, cases[i].bytes, cases[i].length);
		check(&text, cases[i].clean);
		ws_text_json(&text, cases[i].bytes, cases[i].length);
		check(&text, cases[i].json);
	}
}

/* For every input, the output is printable UTF-8. */
static void test_clean_random_bytes(void **state)
{
	(void)state;
	uint64_t random = 99;
	for (unsigned i = 0; i < 20000; i++) {
		char bytes[24], array[512];
		for (size_t k = 0; k < sizeof(bytes); k++)
			bytes[k] = (char)(next_random(&random) >> 16);
		for (unsigned json = 0; json < 2; json++) {
			struct ws_text text = {.data = array, .capacity = next_random(&random) % sizeof(array)};
			if (json)
				ws_text_json(&text, bytes, sizeof(bytes));
			else
				ws_text_clean(&text, bytes, sizeof(bytes));
			for (size_t at = 0; at < text.length;) {
				uint32_t code_point;
				size_t size = ws_utf8_decode(array + at, text.length - at, &code_point);
				assert_true(size > 0 && ws_printable(code_point));
				at += size;
			}
		}
	}
}

static void test_error(void **state)
{
	(void)state;
	struct ws_error error = {WS_OK, ""};
	assert_false(ws_fail(&error, WS_ERROR_FILE, "cannot open %s", "a\x1b]0;title\a"));
	assert_int_equal(error.status, WS_ERROR_FILE);
	assert_string_equal(error.text, "cannot open a\\x1b]0;title\\x07");
	assert_int_equal(ws_exit_status(WS_OK), 0);
	assert_int_equal(ws_exit_status(WS_ERROR_OPTION), 1);
	assert_int_equal(ws_exit_status(WS_ERROR_FILE), 2);
	assert_false(ws_fail(NULL, WS_ERROR_FILE, "nobody listens"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_decimal),
	        cmocka_unit_test(test_hex),
	        cmocka_unit_test(test_time),
	        cmocka_unit_test(test_addresses),
	        cmocka_unit_test(test_cut),
	        cmocka_unit_test(test_cut_keeps_utf8_whole),
	        cmocka_unit_test(test_printf_is_bounded),
	        cmocka_unit_test(test_flush),
	        cmocka_unit_test(test_failed_flush),
	        cmocka_unit_test(test_utf8),
	        cmocka_unit_test(test_printable),
	        cmocka_unit_test(test_clean),
	        cmocka_unit_test(test_clean_random_bytes),
	        cmocka_unit_test(test_error),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
