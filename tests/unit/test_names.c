/* The parsers of names. tests/names has whole captures. */
#include "decode/application.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- DNS */

struct answers {
	char text[1024];
};

static void note(void *context, const char *name, const struct ws_addr *address, unsigned ip_version)
{
	struct answers *answers = context;
	char shown[INET6_ADDRSTRLEN];
	inet_ntop(ip_version == 4 ? AF_INET : AF_INET6, address->byte + (ip_version == 4 ? 12 : 0), shown,
	          sizeof(shown));
	const size_t length = strlen(answers->text);
	snprintf(answers->text + length, sizeof(answers->text) - length, "%s=%s ", name, shown);
}

static bool answers_of(const void *bytes, size_t length, struct answers *answers)
{
	*answers = (struct answers){{0}};
	uint8_t *copy = malloc(length); /* so that a sanitizer sees a read past the end */
	assert_non_null(copy);
	memcpy(copy, bytes, length);
	const bool good = ws_dns_answers(copy, length, note, answers);
	free(copy);
	return good;
}

#define HEADER(answers) "\0\7\x81\x80\0\1\0" answers "\0\0\0\0"
#define QUESTION "\1w\4Test\0\0\1\0\1"
#define FIXED(type, length) "\0" type "\0\1\0\0\0\x3c\0" length

static void dns_answers_have_the_name_that_was_asked_for(void **state)
{
	(void)state;
	static const char message[] = HEADER("\4") QUESTION "\xc0\x0c" FIXED(
	        "\5", "\6") "\3cdn\xc0\x0e"
	                    "\3CDN\4test\0" FIXED(
	                            "\1", "\4") "\xc0\0\2\1"
	                                        "\xc0\x24" FIXED("\x1c",
	                                                         "\x10") "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7"
	                                                                 "\1o\4test\0" FIXED("\1", "\4") "\xc0\0\2\2";
	struct answers answers;
	assert_true(answers_of(message, sizeof(message) - 1, &answers));
	assert_string_equal(answers.text, "w.Test=192.0.2.1 w.Test=2001:db8::7 o.test=192.0.2.2 ");
}

static void dns_pointers_name_addresses(void **state)
{
	(void)state;
	static const char v4[] = HEADER("\1") QUESTION "\1"
	                                               "9\1"
	                                               "2\1"
	                                               "0\3"
	                                               "192\7in-addr\4ARPA\0" FIXED("\x0c", "\3") "\1h\0";
	static const char wrong[] = HEADER("\1") QUESTION "\1"
	                                                  "9\3"
	                                                  "256\1"
	                                                  "0\3"
	                                                  "192\7in-addr\4arpa\0" FIXED("\x0c", "\3") "\1h\0";
	struct answers answers;
	assert_true(answers_of(v4, sizeof(v4) - 1, &answers));
	assert_string_equal(answers.text, "h=192.0.2.9 ");
	assert_true(answers_of(wrong, sizeof(wrong) - 1, &answers));
	assert_string_equal(answers.text, "");
}

static void dns_that_is_cut_or_circular_ends(void **state)
{
	(void)state;
	static const char whole[] = HEADER("\1") QUESTION "\xc0\x0c" FIXED("\1", "\4") "\xc0\0\2\1";
	static const char itself[] = HEADER("\1") QUESTION "\xc0\x18" FIXED("\1", "\4") "\xc0\0\2\1";
	static const char query[] = "\0\7\1\0\0\1\0\0\0\0\0\0" QUESTION;
	struct answers answers;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		assert_false(answers_of(whole, length, &answers));
		assert_string_equal(answers.text, "");
	}
	assert_true(answers_of(whole, sizeof(whole) - 1, &answers));
	assert_string_equal(answers.text, "w.Test=192.0.2.1 ");
	assert_false(answers_of(itself, sizeof(itself) - 1, &answers));
	assert_false(answers_of(query, sizeof(query) - 1, &answers));
}

/* ---- Greetings */

static size_t hello(uint8_t *out, const char *name, size_t record)
{
	uint8_t message[600] = {1};
	size_t at = 4 + 2 + 32, length = strlen(name);
	memset(message + 4, 3, 34);
	const uint8_t rest[] = {0, 0, 2, 0x13, 1, 1, 0};
	memcpy(message + at, rest, sizeof(rest));
	at += sizeof(rest);
	const uint8_t extension[] = {0,
	                             (uint8_t)(length + 9 + 9),
	                             0,
	                             0,
	                             0,
	                             (uint8_t)(length + 5),
	                             0,
	                             (uint8_t)(length + 3),
	                             0,
	                             0,
	                             (uint8_t)length};
	memcpy(message + at, extension, sizeof(extension));
	memcpy(message + at + sizeof(extension), name, length);
	at += sizeof(extension) + length;
	const uint8_t alpn[] = {0, 16, 0, 5, 0, 3, 2, 'h', '2'};
	memcpy(message + at, alpn, sizeof(alpn));
	at += sizeof(alpn);
	message[2] = (uint8_t)((at - 4) >> 8);
	message[3] = (uint8_t)(at - 4);
	size_t used = 0;
	for (size_t from = 0; from < at; from += record) {
		const size_t part = at - from < record ? at - from : record;
		const uint8_t head[] = {22, 3, 1, (uint8_t)(part >> 8), (uint8_t)part};
		memcpy(out + used, head, sizeof(head));
		memcpy(out + used + sizeof(head), message + from, part);
		used += sizeof(head) + part;
	}
	return used;
}

/* Of a segment from port 50000 with these bytes. */
static bool goes_on(const uint8_t *bytes, size_t length, uint16_t port)
{
	const struct ws_frame frame = {.data = bytes};
	const struct ws_packet packet = {.frame = &frame,
	                                 .transport = WS_TRANSPORT_TCP,
	                                 .source_port = port,
	                                 .payload_length = (uint32_t)length,
	                                 .payload_captured = (uint32_t)length};
	return ws_may_state_name(&packet) && ws_name_goes_on(&packet);
}

/* The decoder hands over the bytes of later segments only where a name may go on in them. */
static void a_greeting_that_is_cut_goes_on(void **state)
{
	(void)state;
	static const char request[] = "POST /a HTTP/1.1\r\nHost: h.example\r\n\r\n";
	uint8_t bytes[8192];
	for (size_t record = 1; record < 200; record++) {
		const size_t length = hello(bytes, "api.example.com", record);
		for (size_t cut = 4; cut < length; cut++)
			assert_true(goes_on(bytes, cut, 50000));
	}
	const size_t length = hello(bytes, "api.example.com", sizeof(bytes));
	assert_false(goes_on(bytes, length, 50000));
	assert_true(goes_on(bytes, length, 53)); /* messages of DNS follow each other */
	bytes[5] = 2;                            /* a ServerHello */
	assert_false(goes_on(bytes, length - 1, 50000));
	memcpy(bytes, request, sizeof(request));
	for (size_t cut = 4; cut < sizeof(request) - 1; cut++)
		assert_true(goes_on(bytes, cut, 50000));
	assert_false(goes_on(bytes, sizeof(request) - 1, 50000));
	assert_false(goes_on((const uint8_t *)"HTTP/1.1 200 OK\r\n", 17, 50000));
}

static void tls_is_read_whatever_its_records(void **state)
{
	(void)state;
	uint8_t bytes[8192];
	struct ws_greeting greeting;
	for (size_t record = 1; record < 200; record++) {
		const size_t length = hello(bytes, "api.example.com", record);
		for (size_t cut = 1; cut < length; cut += 7)
			assert_int_equal(ws_greeting_parse(bytes, cut, &greeting), WS_GREETING_MORE);
		assert_int_equal(ws_greeting_parse(bytes, length, &greeting), WS_GREETING_DONE);
		assert_string_equal(greeting.server_name, "api.example.com");
		assert_string_equal(greeting.alpn, "h2");
		assert_true(greeting.tls);
	}
	bytes[5] = 2; /* a ServerHello */
	assert_int_equal(ws_greeting_parse(bytes, 200, &greeting), WS_GREETING_NONE);
}

static enum ws_greeting_result http(const char *text, struct ws_greeting *greeting)
{
	return ws_greeting_parse((const uint8_t *)text, strlen(text), greeting);
}

static void http_has_its_host(void **state)
{
	(void)state;
	struct ws_greeting greeting;
	assert_int_equal(http("GET / HTTP/1.1\r\nA: b\r\nHOST: \t h.example:8080 \r\nHost: x\r\n\r\n", &greeting),
	                 WS_GREETING_DONE);
	assert_string_equal(greeting.server_name, "h.example:8080");
	assert_false(greeting.tls);
	assert_int_equal(http("GET / HTTP/1.0\n\nHost: no", &greeting), WS_GREETING_DONE);
	assert_string_equal(greeting.server_name, "");
	assert_int_equal(http("GE", &greeting), WS_GREETING_MORE);
	assert_int_equal(http("GET / HTTP/1.1\r\nHost: cut", &greeting), WS_GREETING_MORE);
	assert_int_equal(http("GET what you want\r\nHost: no\r\n\r\n", &greeting), WS_GREETING_NONE);
	assert_int_equal(http("HELP me\r\n", &greeting), WS_GREETING_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(dns_answers_have_the_name_that_was_asked_for),
	        cmocka_unit_test(dns_pointers_name_addresses),
	        cmocka_unit_test(dns_that_is_cut_or_circular_ends),
	        cmocka_unit_test(tls_is_read_whatever_its_records),
	        cmocka_unit_test(a_greeting_that_is_cut_goes_on),
	        cmocka_unit_test(http_has_its_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
