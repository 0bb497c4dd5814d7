/* Evidence: the lines that the lab writes into the comments of its packets, and how they are read and shown. */
#include "lab/evidence.h"

#include <wirestate/evidence.h>
#include <wirestate/flights.h>
#include <wirestate/language.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- As the lab writes it */

static void evidence_report(struct lab_evidence *evidence, ws_time time, uint8_t kind, uint32_t call, const char *text)
{
	struct lab_report report = {.time = time, .kind = kind, .call = call};
	snprintf(report.text, sizeof(report.text), "%s", text);
	lab_evidence_report(evidence, LAB_CLIENT, &report);
}

/* A call that begins before a packet arrives, and causes one that leaves after it, is written with the latter. */
static void a_call_is_held_back_until_its_packet_leaves(void **state)
{
	(void)state;
	struct lab_evidence *evidence = calloc(1, sizeof(*evidence));
	assert_non_null(evidence);
	evidence_report(evidence, 1, LAB_CALL_BEGINS, 1, "bind(3)");
	evidence_report(evidence, 2, LAB_CALL_RETURNS, 1, "bind(3) = 0");
	evidence_report(evidence, 3, LAB_CALL_BEGINS, 2, "send(3)");
	lab_evidence_wire(evidence, 4, 7, WS_SAYS_DELIVERED, 0);
	const size_t whole = evidence->length, held = lab_evidence_hold_back(evidence, whole, 4);
	assert_string_equal(evidence->text + held, "wirestate: 0.000000003 client call 2 send(3)\n");
	assert_int_equal(evidence->length, whole);
	lab_evidence_remove(evidence, held);
	assert_int_equal(evidence->line_count, 1);
	/* The same when its packet is written; but not when the call has returned, or has caused one. */
	assert_int_equal(lab_evidence_hold_back(evidence, evidence->length, 4), 0);
	lab_evidence_caused(evidence, LAB_SERVER, 9);
	assert_int_equal(lab_evidence_hold_back(evidence, evidence->length, 4), 0);
	evidence_report(evidence, 5, LAB_CALL_RETURNS, 2, "send(3) = 5");
	assert_int_equal(lab_evidence_hold_back(evidence, evidence->length, 5), evidence->length);
	evidence_report(evidence, 6, LAB_CALL_BEGINS, 3, "close(3)");
	assert_true(lab_evidence_hold_back(evidence, evidence->length, 5) < evidence->length);
	lab_evidence_caused(evidence, LAB_CLIENT, 6);
	assert_int_equal(lab_evidence_hold_back(evidence, evidence->length, 5), evidence->length);
	free(evidence);
}

/* A call that has begun before a packet and returned after it may have caused the next one: both its lines wait for that,
 * and those of a call that has returned before the packet do not. */
static void a_call_that_returns_after_a_packet_is_held_back(void **state)
{
	(void)state;
	struct lab_evidence *evidence = calloc(1, sizeof(*evidence));
	assert_non_null(evidence);
	evidence_report(evidence, 1, LAB_CALL_BEGINS, 1, "send(4)");
	evidence_report(evidence, 2, LAB_CALL_RETURNS, 1, "send(4) = 5");
	evidence_report(evidence, 3, LAB_CALL_BEGINS, 2, "send(3)");
	lab_evidence_wire(evidence, 4, 7, WS_SAYS_DELIVERED, 0);
	evidence_report(evidence, 5, LAB_CALL_RETURNS, 2, "send(3) = 5");
	evidence_report(evidence, 6, LAB_CALL_BEGINS, 3, "recv(3)");
	const size_t held = lab_evidence_hold_back(evidence, evidence->length, 4);
	assert_string_equal(evidence->text + held, "wirestate: 0.000000003 client call 2 send(3)\n"
	                                           "wirestate: 0.000000005 client return 2 send(3) = 5\n");
	lab_evidence_remove(evidence, held);
	/* Its packet has left at 7 and is written: nothing waits any more. */
	lab_evidence_caused(evidence, LAB_CLIENT, 7);
	assert_int_equal(lab_evidence_hold_back(evidence, evidence->length, 7), evidence->length);
	free(evidence);
}

/* A kernel sends a bare ACK by itself, while close() has begun: the call is written with the FIN that it causes. */
static void a_bare_ack_takes_no_call(void **state)
{
	(void)state;
	struct lab_evidence *evidence = calloc(1, sizeof(*evidence));
	assert_non_null(evidence);
	lab_evidence_wire(evidence, 1, 7, WS_SAYS_DELIVERED, 0);
	evidence_report(evidence, 3, LAB_CALL_BEGINS, 1, "recv(3)");
	evidence_report(evidence, 4, LAB_CALL_RETURNS, 1, "recv(3) = 0");
	evidence_report(evidence, 5, LAB_CALL_BEGINS, 2, "close(3)");
	const size_t ack = lab_evidence_split(evidence, LAB_CLIENT, false, 2, 6);
	const size_t fin = lab_evidence_split(evidence, LAB_CLIENT, true, 2, 6);
	assert_int_equal(strncmp(evidence->text + ack, "wirestate: 0.000000003 client call 1", 36), 0);
	assert_string_equal(evidence->text + fin, "wirestate: 0.000000005 client call 2 close(3)\n");
	lab_evidence_remove(evidence, lab_evidence_hold_back(evidence, ack, 2));
	lab_evidence_remove(evidence, lab_evidence_hold_back(evidence, evidence->length, 6));
	evidence->text[evidence->length] = '\0';
	assert_string_equal(evidence->text, "wirestate: 0.000000005 client call 2 close(3)\n");
	free(evidence);
}

/* ---- As it is read */

static void evidence_in_words(const char *comment, char *out, size_t size)
{
	struct ws_evidence evidence;
	size_t at = 0;
	struct ws_text text = {.data = out, .capacity = size};
	while (ws_evidence_next(comment, strlen(comment), &at, &evidence)) {
		ws_evidence_words(&text, &evidence);
		ws_text_putc(&text, '\n');
	}
	ws_text_cstr(&text);
}

static void evidence_is_read_from_comments(void **state)
{
	(void)state;
	char words[2000];
	evidence_in_words(
	        "a remark\nwirestate: 17.000000001 client call 12 send(3, 5 bytes)\n"
	        "wirestate: 17.000000002 server kernel FIN_WAIT_1 10.0.0.2:7 10.0.0.1:8 send-queue 6 receive-queue 0\n"
	        "wirestate: 17.000000003 server kernel LISTEN 7000 accept-queue 2 of 8\n"
	        "wirestate: 17.000000003 server kernel CLOSED 7000 accept-queue 0 of 8\n"
	        "wirestate: 17.000000004 client return 12 send(3, 5 bytes) = 5\n"
	        "wirestate: 17.000000005 wire dropped by chance\n"
	        "wirestate: 17.000000006 client program ends with exit status 0",
	        words, sizeof(words));
	assert_string_equal(words, "client calls send(3, 5 bytes)\n"
	                           "server's kernel: FIN_WAIT_1, 10.0.0.2:7, send queue 6\n"
	                           "server's kernel: LISTEN on port 7000, waiting for accept(): 2\n"
	                           "server's kernel: no longer LISTEN on port 7000\n"
	                           "client: send(3, 5 bytes) = 5\n"
	                           "wire: dropped by chance\n"
	                           "client's program ends with exit status 0\n");
}

/* Whatever is said is read as it was written. */
static void sayings_are_read_as_they_are_written(void **state)
{
	(void)state;
	static const struct {
		uint8_t kind;
		const char *words;
	} forms[] = {
#define X(name, kind, words) [name] = {kind, words},
	        WS_SAYINGS(X)
#undef X
	};
	for (uint8_t what = 0; what < WS_SAYING_COUNT; what++) {
		const bool wire = forms[what].kind == WS_EVIDENCE_WIRE;
		const uint64_t number = strstr(forms[what].words, "%t")   ? 50000
		                        : strstr(forms[what].words, "%n") ? 12
		                                                          : 0;
		const struct ws_evidence_said said = {
		        .what = what, .packet = strstr(forms[what].words, "%p") ? 4000000000 : 0, .number = number};
		char comment[300], words[200], again[200];
		struct ws_text text = WS_TEXT_OVER(words), other = WS_TEXT_OVER(again);
		struct ws_evidence evidence;
		size_t at = 0;
		ws_evidence_write(&text, &said, "SIGKILL");
		snprintf(comment, sizeof(comment), "wirestate: 1.000000000 %s %s", wire ? "wire" : "client program",
		         ws_text_cstr(&text));
		assert_true(ws_evidence_next(comment, strlen(comment), &at, &evidence));
		assert_int_equal(evidence.said.what, what);
		assert_int_equal(evidence.said.packet, said.packet);
		assert_int_equal(evidence.said.number, said.number);
		assert_int_equal(ws_evidence_is(&evidence, evidence.said.text, "SIGKILL"),
		                 strstr(forms[what].words, "%s") != NULL);
		assert_int_equal(ws_evidence_flight(&evidence) != WS_FLIGHT_NONE,
		                 strncmp(forms[what].words, "packet", 6) == 0);
		/* In English a line is shown in its own words. */
		ws_evidence_words(&other, &evidence);
		snprintf(comment, sizeof(comment), "%s%s", wire ? "wire: " : "client's program ", words);
		assert_string_equal(ws_text_cstr(&other), comment);
	}
}

/* Of another version's words, what became of the packet is known nevertheless. */
static void a_flight_is_known_from_its_first_word(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum ws_flight_word flight;
	} cases[] = {
	        {"packet 7 dropped", WS_FLIGHT_DROPPED},
	        {"packet 7 dropped by magic", WS_FLIGHT_DROPPED},
	        {"packet 7 delayed: later", WS_FLIGHT_DELAYED},
	        {"packet 7 helds", WS_FLIGHT_NONE},
	        {"packet 7", WS_FLIGHT_NONE},
	        {"packet 4294967296 held", WS_FLIGHT_NONE},
	        {"refuses packet 7 held", WS_FLIGHT_NONE},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		char comment[100];
		struct ws_evidence evidence;
		size_t at = 0;
		snprintf(comment, sizeof(comment), "wirestate: 1.000000000 wire %s", cases[i].text);
		assert_true(ws_evidence_next(comment, strlen(comment), &at, &evidence));
		assert_int_equal(evidence.said.what, WS_SAYS_OTHER);
		assert_int_equal(ws_evidence_flight(&evidence), cases[i].flight);
		assert_int_equal(evidence.said.packet, cases[i].flight == WS_FLIGHT_NONE ? 0 : 7);
	}
}

/* In Chinese; what is no sentence of the lab stays as it is. */
static void evidence_is_translated(void **state)
{
	(void)state;
	static const char comment[] =
	        "wirestate: 17.000000001 wire packet 2 dropped by hand\n"
	        "wirestate: 17.000000001 wire packet 3 dropped by the rule in line 12\n"
	        "wirestate: 17.000000001 wire packet 4 delayed by 0.5 s by hand\n"
	        "wirestate: 17.000000001 wire packet 5 dropped: No buffer space available\n"
	        "wirestate: 17.000000002 server kernel FIN_WAIT_1 10.0.0.2:7 10.0.0.1:8 send-queue 6 receive-queue 5\n"
	        "wirestate: 17.000000003 server kernel LISTEN 7000 accept-queue 2 of 8\n"
	        "wirestate: 17.000000003 client kernel CLOSED 7000 accept-queue 0 of 8\n"
	        "wirestate: 17.000000004 client return 12 bind(3, 10.0.0.1:7) = -1 EADDRINUSE\n"
	        "wirestate: 17.000000005 wire packet 6 swallowed\n"
	        "wirestate: 17.000000005 client kernel LISTEN\n"
	        "wirestate: 17.000000006 client program ends with exit status 127 (the shell has not found its command)\n"
	        "wirestate: 17.000000006 client program is killed by signal 9";
	static const char expected[] =
	        "线路：数据包 2 被丢弃（手动）\n"
	        "线路：数据包 3 被第 12 行的规则丢弃\n"
	        "线路：数据包 4 被延迟 0.5 秒（手动）\n"
	        "线路：数据包 5 被丢弃：No buffer space available\n"
	        "服务器的内核：FIN_WAIT_1，10.0.0.2:7，发送队列 6，接收队列 5\n"
	        "服务器的内核：端口 7000 处于 LISTEN，等待 accept()：2\n"
	        "客户端的内核：端口 7000 不再处于 LISTEN\n"
	        "客户端：bind(3, 10.0.0.1:7) = -1 EADDRINUSE：另一个套接字占用着这个端口，或者 TIME_WAIT 中的连接还占着它；"
	        "新旧套接字都设置 SO_REUSEADDR 就可以\n"
	        "线路：packet 6 swallowed\n"
	        "客户端的内核：LISTEN\n"
	        "客户端程序结束，退出状态 127（shell 没有找到它的命令）\n"
	        "客户端程序被信号 9 终止\n";
	char words[2000], why[256];
	struct ws_error error;
	assert_true(ws_language_start("zh_CN", false, why, &error));
	evidence_in_words(comment, words, sizeof(words));
	ws_language_set(false);
	assert_string_equal(words, expected);
}

static void what_is_no_evidence_is_passed_over(void **state)
{
	(void)state;
	static const char *const others[] = {
	        "",
	        "\n\n",
	        "wirestate:",
	        "wirestate: 1.5 wire x",
	        "wirestate: 1.0000000000 wire x",
	        "wirestate: 99999999999999999999.000000000 wire x",
	        "wirestate: 1.000000000 wire ",
	        "wirestate: 1.000000000 client wire x",
	        "wirestate: 1.000000000 kernel LISTEN",
	        "wirestate: 1.000000000 client call x y",
	        "wirestate: 1.000000000 client call 99999999999 y",
	        "wirestate: 1.000000000 nobody call 1 y",
	        "wirestate: 1.000000000 client program",
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(others); i++) {
		struct ws_evidence evidence;
		size_t at = 0;
		if (ws_evidence_next(others[i], strlen(others[i]), &at, &evidence))
			fail_msg("'%s' is taken for evidence", others[i]);
	}
}

static void a_comment_names_the_points(void **state)
{
	(void)state;
	enum { MOST = 3 };
	static const struct {
		const char *comment, *names;
	} cases[] = {
	        {"wirestate: points client server", "client,server,"},
	        {"a scenario\nwirestate: points  a b  c \nwirestate: points x y", "a,b,c,"},
	        {"wirestate: points a b c d", ""},
	        {"wirestate: points ", ""},
	        {"wirestate: points\na b", ""},
	        {" wirestate: points a b", ""},
	        {"", ""},
	        {NULL, ""},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const char *name[MOST];
		size_t length[MOST];
		char buffer[100];
		struct ws_text text = WS_TEXT_OVER(buffer);
		const size_t count = ws_evidence_points(cases[i].comment, name, length, MOST);
		for (size_t k = 0; k < count; k++)
			ws_text_printf(&text, "%.*s,", (int)length[k], name[k]);
		assert_string_equal(ws_text_cstr(&text), cases[i].names);
	}
}

/* A rule that copies a packet does not keep it from being held; what becomes of the copy is not the packet's. */
static void a_packet_that_a_rule_copies_may_be_held(void **state)
{
	(void)state;
	const char *leaves = "wirestate: 1.000000000 wire packet 1 left the client\n"
	                     "wirestate: 1.000000001 wire packet 1 copied by the rule in line 12\n"
	                     "wirestate: 1.000000001 wire packet 1 held\n";
	const char *copy = "wirestate: 2.000000000 wire packet 1 copied\n"
	                   "wirestate: 2.000000000 wire packet 1 delivered\n";
	const uint8_t data[64] = {0};
	struct ws_flights *flights = ws_flights_create();
	struct ws_frame frame = {
	        .data = data, .number = 1, .time = WS_SECOND, .comment = leaves, .comment_length = strlen(leaves)};
	assert_non_null(flights);
	ws_flights_take(flights, &frame);
	assert_non_null(ws_flights_held(flights, 0));
	frame = (struct ws_frame){
	        .data = data, .number = 2, .time = 2 * WS_SECOND, .comment = copy, .comment_length = strlen(copy)};
	ws_flights_take(flights, &frame);
	assert_non_null(ws_flights_held(flights, 0));
	ws_flights_free(flights);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_call_is_held_back_until_its_packet_leaves),
	        cmocka_unit_test(a_call_that_returns_after_a_packet_is_held_back),
	        cmocka_unit_test(a_bare_ack_takes_no_call),
	        cmocka_unit_test(evidence_is_read_from_comments),
	        cmocka_unit_test(sayings_are_read_as_they_are_written),
	        cmocka_unit_test(a_flight_is_known_from_its_first_word),
	        cmocka_unit_test(what_is_no_evidence_is_passed_over),
	        cmocka_unit_test(a_comment_names_the_points),
	        cmocka_unit_test(a_packet_that_a_rule_copies_may_be_held),
	        cmocka_unit_test(evidence_is_translated), /* the last one: errors stay Chinese */
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
