/* The display filter: what matches, which texts are errors and where the errors point, and random texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <wirestate/filter.h>
#include <wirestate/packet.h>

static struct ws_addr v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct ws_addr){.byte = {[10] = 0xff, [11] = 0xff, a, b, c, d}};
}

/* 10.1.2.3:40000 is the client, by its SYN, of 192.168.0.1:80; the server closed first and the client has not yet. */
static struct ws_conn_info sample(void)
{
	return (struct ws_conn_info){
	        .number = 7,
	        .ip_version = 4,
	        .vlan = WS_NO_VLAN,
	        .client = 1,
	        .likely_client = 1,
	        .endpoint = {{.address = v4(192, 168, 0, 1),
	                      .port = 80,
	                      .state = WS_FIN_WAIT_2,
	                      .packets = 10,
	                      .bytes = 3 << 20,
	                      .retransmissions = 2,
	                      .sent_any = true},
	                     {.address = v4(10, 1, 2, 3),
	                      .port = 40000,
	                      .state = WS_CLOSE_WAIT,
	                      .packets = 5,
	                      .bytes = 100,
	                      .retransmissions = 1,
	                      .zero_windows = 4,
	                      .sent_any = true}},
	        .first_time = 1000 * WS_SECOND,
	        .last_time = 1003 * WS_SECOND + 500 * WS_MILLISECOND,
	        .initial_rtt = 20 * WS_MILLISECOND,
	        .handshake = WS_HANDSHAKE_COMPLETE,
	        .close = WS_CLOSE_OPEN,
	        .closed_by = WS_CLOSED_BY_ENDPOINT_0,
	        .completeness = 31,
	};
}

static bool fits(const char *text, const struct ws_conn_info *info)
{
	struct ws_filter_error error;
	struct ws_filter *filter = ws_filter_compile(text, &error);
	if (!filter)
		fail_msg("%s: %s", text, error.text);
	bool result = ws_filter_match(filter, info);
	ws_filter_free(filter);
	return result;
}

static const char *const yes[] = {
        "",
        "  ",
        "10.1.2.3",
        "192.168.0.0/16",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "address == 10.1.2.3",
        "client.address == 10.1.2.3",
        "server.address in {1.2.3.4, 192.168.0.0/24}",
        "client.address != 192.168.0.1",
        "80",
        "port == 80",
        "server.port == 80",
        "port in {22 80}",
        "port in 1..100",
        "client.port >= 40000",
        "server.port < 81",
        "port != 81",
        "CLOSE_WAIT",
        "close_w",
        "fin_wait_2",
        "state == CLOSE_WAIT",
        "client.state == CLOSE_WAIT",
        "server.state == FIN_W_2",
        "state != TIME_WAIT",
        "verdict == CLOSE_WAIT",
        "severity == 1",
        "severity < 3",
        "role == seen",
        "handshake == complete",
        "close == open",
        "closed_by == server",
        "packets == 15",
        "client.packets == 5",
        "bytes > 3M",
        "bytes <= 4M",
        "client.bytes < 1K",
        "retransmissions >= 3",
        "server.retransmissions == 2",
        "zero_windows > 3",
        "duration == 3500ms",
        "duration > 3",
        "duration in 3s..4s",
        "duration < 1h",
        "initial_rtt <= 20ms",
        "initial_rtt == 0.02",
        "number == 7",
        "number in {1, 7..9}",
        "vlan != 3",
        "10.1.2.3 and 80",
        "10.1.2.3 && not 81",
        "1.1.1.1 or 80 and 40000",
        "(1.1.1.1 or 80) and 40000",
        "!(81 || 82)",
        "not not 80",
        "81 or 82 or 80",
        "NOT 81 AND 80",
        "client.packets<6&&server.packets>6",
        "not 81 or 81 and 81",
};

static const char *const no[] = {
        "10.1.2.4",
        "11.0.0.0/8",
        "::1",
        "::/0",
        "client.address == 192.168.0.1",
        "81",
        "port > 40000",
        "client.port == 80",
        "port != 80",
        "state == TIME_WAIT",
        "state != CLOSE_WAIT",
        "client.state == FIN_WAIT_2",
        "STUCK",
        "severity > 1",
        "role == guessed",
        "closed_by == client",
        "packets < 15",
        "packets > 15",
        "bytes > 4M",
        "retransmissions < 3",
        "zero_windows == 0",
        "zero_windows < 0",
        "vlan == 3",
        "vlan >= 0",
        "number > 9223372036854775807",
        "initial_rtt > 20ms",
        "duration > 4s",
        "10.1.2.3 and 81",
        "81 or 82",
        "not 80",
        "not (80 or 81)",
        "(1.1.1.1 or 80) and 81",
        "80 and not 40000",
};

static void test_what_fits(void **state)
{
	const struct ws_conn_info info = sample();
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(yes); i++)
		if (!fits(yes[i], &info))
			fail_msg("'%s' should fit", yes[i]);
	for (size_t i = 0; i < WS_ARRAY_SIZE(no); i++)
		if (fits(no[i], &info))
			fail_msg("'%s' should not fit", no[i]);
}

static void test_what_is_absent_fits_no_comparison(void **state)
{
	struct ws_conn_info info = sample();
	(void)state;
	info.initial_rtt = -1;
	info.vlan = 3;
	assert_false(fits("initial_rtt < 1h", &info));
	assert_true(fits("not initial_rtt < 1h", &info));
	assert_true(fits("vlan == 3", &info));
	info.ip_version = 6;
	assert_false(fits("10.1.2.3", &info)); /* a v4-mapped address of IPv6 is another address */
	assert_true(fits("::ffff:10.1.2.3", &info));
	assert_true(fits("::/80", &info));
	assert_false(fits("8000::/1", &info));
}

/* Where an error points, and a word of its text. */
static void test_what_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t start, length;
		const char *says;
	} cases[] = {
	        {"prt == 80", 0, 3, "did you mean port"},
	        {"80 and client.prot == 80", 14, 4, "did you mean port"},
	        {"foo == 1", 0, 3, "is not a field, such as address"},
	        {"state == ESTABLISHD", 9, 10, "did you mean ESTABLISHED"},
	        {"state < CLOSED", 6, 1, "has no order"},
	        {"port = 80", 5, 1, "=="},
	        {"port", 0, 4, "operator"},
	        {"port 80", 5, 2, "operator"},
	        {"port ==", 7, 0, "missing"},
	        {"port == 65536", 8, 5, "65535"},
	        {"port in {80", 11, 0, "}"},
	        {"port in {}", 9, 1, "65535"},
	        {"port in {80 x}", 12, 1, "65535"},
	        {"bytes > 1..2", 8, 4, "range"},
	        {"bytes == 2..1", 9, 4, "range"},
	        {"bytes == 1KB", 9, 3, "10K"},
	        {"duration > 1.5.5", 11, 5, "200ms"},
	        {"address == 10.0.0.0/33", 11, 11, "net"},
	        {"address == 10.0.0", 11, 6, "net"},
	        {"(80", 3, 0, ")"},
	        {"80)", 2, 1, "has no ("},
	        {"80 443", 3, 3, "is missing before"},
	        {"80 and", 6, 0, "missing"},
	        {"and 80", 0, 3, "is not possible here"},
	        {"80 & 443", 3, 1, "twice"},
	        {"client == 10.0.0.1", 0, 6, "client.address"},
	        {"client.verdict == OPEN", 0, 14, "write verdict"},
	        {"STUK", 0, 4, "did you mean STUCK"},
	        {"\x1b[31m", 0, 5, "\\x1b"},
	};
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct ws_filter_error error;
		assert_null(ws_filter_compile(cases[i].text, &error));
		if (error.start != cases[i].start || error.length != cases[i].length ||
		    !strstr(error.text, cases[i].says))
			fail_msg("'%s' points at %zu+%zu and says: %s", cases[i].text, error.start, error.length,
			         error.text);
	}
}

static void test_bounds(void **state)
{
	struct ws_filter_error error;
	char text[8192];
	(void)state;
	memset(text, '(', 5000);
	text[5000] = '\0';
	assert_null(ws_filter_compile(text, &error));
	assert_non_null(strstr(error.text, "too deep"));
	for (size_t at = 0; at < 8000; at += 6)
		memcpy(text + at, "80 or ", 7);
	assert_null(ws_filter_compile(text, &error));
	assert_non_null(strstr(error.text, "too long"));
	size_t at = (size_t)(stpcpy(text, "port in {") - text);
	for (; at < 8000; at += 2)
		memcpy(text + at, "1 ", 3);
	assert_null(ws_filter_compile(text, &error));
	assert_non_null(strstr(error.text, "too long"));
}

/* Every text is either a filter that can be run, or an error that points into the text. */
static void test_any_text(void **state)
{
	static const char *const pieces[] = {"port",
	                                     "client.",
	                                     "state",
	                                     "==",
	                                     "!=",
	                                     "<",
	                                     ">=",
	                                     " in ",
	                                     "{",
	                                     "}",
	                                     "(",
	                                     ")",
	                                     " and ",
	                                     " or ",
	                                     "not ",
	                                     "!",
	                                     "80",
	                                     "10.0.0.0/8",
	                                     "::1",
	                                     "CLOSED",
	                                     "1..5",
	                                     ",",
	                                     "=",
	                                     "&",
	                                     "\xff",
	                                     "duration",
	                                     "1.5ms",
	                                     "STUCK",
	                                     " ",
	                                     "address",
	                                     "99999999999999999999"};
	const struct ws_conn_info info = sample();
	uint32_t random = 4711;
	size_t good = 0;
	(void)state;
	for (int round = 0; round < 40000; round++) {
		char text[256];
		size_t length = 0;
		for (unsigned count = (random >> 20) % 9; count; count--) {
			random = random * 1103515245 + 12345;
			const char *piece = pieces[(random >> 16) % WS_ARRAY_SIZE(pieces)];
			memcpy(text + length, piece, strlen(piece));
			length += strlen(piece);
		}
		random = random * 1103515245 + 12345;
		text[length] = '\0';
		struct ws_filter_error error;
		struct ws_filter *filter = ws_filter_compile(text, &error);
		if (filter) {
			good++;
			(void)!ws_filter_match(filter, &info);
		} else if (error.start + error.length > length || !error.text[0]) {
			fail_msg("'%s': an error outside: %zu+%zu '%s'", text, error.start, error.length, error.text);
		}
		ws_filter_free(filter);
	}
	assert_true(good > 1000);
}

static void test_every_field_is_described(void **state)
{
	struct ws_filter_field field;
	size_t count = 0;
	(void)state;
	while (ws_filter_field(count, &field)) {
		assert_true(*field.name && *field.meaning && *field.takes);
		count++;
	}
	assert_true(count > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_what_fits),       cmocka_unit_test(test_what_is_absent_fits_no_comparison),
	        cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_bounds),
	        cmocka_unit_test(test_any_text),        cmocka_unit_test(test_every_field_is_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
