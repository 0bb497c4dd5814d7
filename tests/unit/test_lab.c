/* The lab: strace's output, the wire, and its commands. */
#include "lab/command.h"
#include "lab/scenario.h"
#include "lab/strace.h"
#include "lab/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenarios.h"

/* ---- strace */

struct trace_case {
	const char *output, *reports; /* of the reports: "b1 TEXT", "r1 TEXT", "e TEXT", one a line */
};

static void trace_all(const char *output, char *out, size_t size)
{
	struct lab_trace *trace = calloc(1, sizeof(*trace));
	struct lab_report reports[LAB_TRACE_REPORTS];
	size_t used = 0;
	assert_non_null(trace);
	for (const char *at = output; *at; at++) {
		const size_t count =
		        *at == '~' ? lab_trace_pause(trace, reports) : lab_trace_byte(trace, *at, 9, reports);
		for (size_t i = 0; i < count; i++)
			used += (size_t)snprintf(out + used, size - used, "%c%u %s\n", "bre"[reports[i].kind],
			                         reports[i].call, reports[i].text);
	}
	const size_t count = lab_trace_pause(trace, reports);
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(out + used, size - used, "%c%u %s\n", "bre"[reports[i].kind], reports[i].call,
		                         reports[i].text);
	free(trace);
}

static void calls_are_read_from_strace(void **state)
{
	(void)state;
	static const struct trace_case cases[] = {
	        {"7 1.000001 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<TCP:[99]>\n",
	         "b1 socket(TCP)\nr1 socket(TCP) = 3\n"},
	        {"7 1.0 read(3</etc/passwd>, \"root\", 4) = 4\n7 1.1 socket(AF_UNIX, SOCK_STREAM, 0) = 4<UNIX:[5]>\n",
	         ""},
	        {"7 1.0 bind(3<TCP:[99]>, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr(\"0.0.0.0\")}, "
	         "16) = -1 "
	         "EADDRINUSE (Address already in use)\n",
	         "b1 bind(3, port 7000)\nr1 bind(3, port 7000) = -1 EADDRINUSE (Address already in use)\n"},
	        {"7 1.0 connect(3<TCP:[99]>, {sa_family=AF_INET, sin_port=htons(80), "
	         "sin_addr=inet_addr(\"10.0.0.2\")}, 16) = 0\n",
	         "b1 connect(3, 10.0.0.2, port 80)\nr1 connect(3, 10.0.0.2, port 80) = 0\n"},
	        {"7 1.0 recvfrom(4<TCP:[10.0.0.2:7000->10.0.0.1:5]>, ~\"a, b) = \\\"x\", 16, 0, NULL, NULL) = 11\n",
	         "b1 recv(4)\nr1 recv(4, 16) = 11\n"},
	        {"7 1.0 accept4(3<TCP:[0.0.0.0:7000]>, ~~{sa_family=AF_INET}, [16], SOCK_CLOEXEC) = 4<TCP:[a->b]>\n",
	         "b1 accept(3)\nr1 accept(3) = 4\n"},
	        {"7 1.0 accept4(3<TCP:[0.0.0.0:7000]>, NULL <unfinished ...>\n8 1.5 close(5<TCP:[a->b]>) = 0\n"
	         "7 2.0 <... accept4 resumed>, NULL, 0) = 4<TCP:[a->b]>\n",
	         "b1 accept(3)\nb2 close(5)\nr2 close(5) = 0\nr1 accept(3) = 4\n"},
	        {"7 1.0 write(6<TCP:[a->b]>, \"hi\\n\", 3 <unfinished ...>\n8 1.5 close(5<TCP:[a->b]>) = 0\n"
	         "7 2.0 <... write resumed>) = 3\n",
	         "b1 write(6, 3 bytes)\nb2 close(5)\nr2 close(5) = 0\nr1 write(6, 3 bytes) = 3\n"},
	        {"7 1.0 write(6<TCP:[a->b]>, \"a\\\\\", 2) = 2\n", /* it ends in a backslash */
	         "b1 write(6, 2 bytes)\nr1 write(6, 2 bytes) = 2\n"},
	        {"7 1.0 setsockopt(3<TCP:[99]>, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n",
	         "b1 setsockopt(3, SO_REUSEADDR, 1)\nr1 setsockopt(3, SO_REUSEADDR, 1) = 0\n"},
	        {"7 1.0 sendto(3<UDP:[a:1]>, \"hi\", 2, 0, {sa_family=AF_INET}, 16) = 2\n",
	         "b1 sendto(3, 2 bytes)\nr1 sendto(3, 2 bytes) = 2\n"},
	        {"7 1.0 +++ exited with 0 +++\n8 1.0 close(5<TCP:[a->b]>) = 0\n8 1.1 +++ killed by SIGKILL +++\n",
	         "b1 close(5)\nr1 close(5) = 0\ne0 is killed by SIGKILL\n"},
	        {"7 1.0 getsockname(3<TCP:[a:1]>, {sa_family=AF_INET}, [16]) = 0\n", ""},
	        {"7 9223372036854775807.0 close(5<TCP:[a->b]>) = 0\n7 9223372035.9 close(6<TCP:[a->b]>) = 0\n",
	         "b1 close(6)\nr1 close(6) = 0\n"}, /* a time that is too late for us */
	        {"nonsense\n\n7\n7 x\n7 1.\n7 1.0\n7 1.0 close(\n7 1.0 <... close resumed>) = 0\n", ""},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		char reports[2000] = "";
		trace_all(cases[i].output, reports, sizeof(reports));
		assert_string_equal(reports, cases[i].reports);
	}
}

static void a_line_of_strace_that_is_too_long_is_passed_over(void **state)
{
	(void)state;
	char *output = malloc(2 * LAB_TRACE_LINE), reports[200] = "";
	assert_non_null(output);
	memset(output, 'a', 2 * LAB_TRACE_LINE);
	strcpy(output + 2 * LAB_TRACE_LINE - 50, "\n7 1.0 close(5<TCP:[a->b]>) = 0\n");
	trace_all(output, reports, sizeof(reports));
	assert_string_equal(reports, "b1 close(5)\nr1 close(5) = 0\n");
	free(output);
}

/* ---- The wire */

static size_t make_segment(uint8_t frame[100], unsigned flags, size_t payload)
{
	const size_t total = 40 + payload;
	memset(frame, 0, 100);
	frame[12] = 8;
	frame[14] = 0x45;
	frame[16] = (uint8_t)(total >> 8);
	frame[17] = (uint8_t)total;
	frame[23] = 6;
	frame[14 + 20 + 12] = 0x50;
	frame[14 + 20 + 13] = (uint8_t)flags;
	return 14 + total;
}

/* A wire that delays by 5, and loses nothing by chance. */
static struct lab_wire *wire_open(const char *scenario)
{
	struct lab_wire *wire = calloc(1, sizeof(*wire));
	assert_non_null(wire);
	lab_wire_begin(wire, parsed(scenario), 5, 0, 1);
	return wire;
}

static void wire_close(struct lab_wire *wire)
{
	struct lab_scenario *scenario = (struct lab_scenario *)(uintptr_t)wire->scenario;
	lab_wire_free(wire);
	free(wire);
	lab_scenario_free(scenario);
}

static const struct lab_frame *leave(struct lab_wire *wire, enum lab_side from, unsigned flags, size_t payload,
                                     ws_time time, struct lab_fate *fate)
{
	uint8_t frame[100];
	const size_t length = make_segment(frame, flags, payload);
	return lab_wire_take(wire, from, frame, length, time, fate);
}

static uint64_t arrives(struct lab_wire *wire, ws_time now)
{
	struct lab_frame *frame = lab_wire_due(wire, now);
	const uint64_t number = frame ? frame->number : 0;
	free(frame);
	return number;
}

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static void rules_choose_their_segments(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS "wire: drop client>server ACK 2\n  copy client>server SYN 1 10ms\n"
	                                            "  swap server>client DATA 1\n  delay server>client FIN 1 100ms\n");
	struct lab_fate fate;
	leave(wire, LAB_CLIENT, SYN, 0, 100, &fate);       /* 1, copied */
	leave(wire, LAB_SERVER, SYN | ACK, 0, 101, &fate); /* 2 */
	leave(wire, LAB_CLIENT, ACK, 0, 102, &fate);       /* 3 */
	assert_false(fate.dropped);
	leave(wire, LAB_CLIENT, ACK, 0, 103, &fate); /* 4, dropped */
	assert_true(fate.dropped && fate.rule && fate.rule->act == LAB_DROP);
	leave(wire, LAB_SERVER, ACK, 9, 104, &fate);       /* 5, waits for 6 */
	leave(wire, LAB_SERVER, ACK, 9, 105, &fate);       /* 6 */
	leave(wire, LAB_SERVER, FIN | ACK, 0, 106, &fate); /* 7, later */
	leave(wire, LAB_CLIENT, RST, 0, 107, &fate);       /* 8 */
	assert_int_equal(lab_wire_next(wire), 105);
	assert_int_equal(arrives(wire, 104), 0);
	static const uint64_t order[] = {1, 2, 3, 6, 5, 8};
	for (size_t i = 0; i < WS_ARRAY_SIZE(order); i++)
		assert_int_equal(arrives(wire, 1000), order[i]);
	assert_int_equal(arrives(wire, 1000), 0);
	assert_int_equal(arrives(wire, 11 * WS_MILLISECOND), 1); /* the copy */
	assert_int_equal(arrives(wire, 101 * WS_MILLISECOND), 7);
	assert_int_equal(lab_wire_next(wire), WS_TIME_NEVER);
	wire_close(wire);
}

/* Neither chance nor a rule has dropped what finds no room. */
static void a_full_wire_drops_for_room(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS "wire: delay client>server ACK all 1s\n");
	struct lab_fate fate;
	for (unsigned i = 0; i < LAB_FRAMES; i++) {
		leave(wire, LAB_CLIENT, ACK, 0, 100, &fate);
		assert_false(fate.dropped || fate.full);
	}
	leave(wire, LAB_CLIENT, ACK, 0, 100, &fate);
	assert_true(fate.dropped && fate.full);
	assert_int_equal(arrives(wire, 100 + 2 * WS_SECOND), 1);
	leave(wire, LAB_CLIENT, ACK, 0, 100, &fate);
	assert_false(fate.dropped || fate.full);
	wire_close(wire);
}

static void the_same_seed_loses_the_same_packets(void **state)
{
	(void)state;
	struct lab_scenario *scenario = parsed(HEAD ENDS);
	struct lab_wire *wire = calloc(1, sizeof(*wire));
	bool first[1000];
	unsigned lost = 0, differ = 0;
	assert_non_null(wire);
	for (uint64_t run = 0; run < 3; run++) {
		lab_wire_begin(wire, scenario, 5, 0.1, run == 2 ? 8 : 7);
		for (size_t i = 0; i < WS_ARRAY_SIZE(first); i++) {
			struct lab_fate fate;
			leave(wire, LAB_CLIENT, ACK, 0, 100, &fate);
			if (run == 0)
				lost += first[i] = fate.dropped;
			else if (run == 1)
				assert_int_equal(first[i], fate.dropped);
			else
				differ += first[i] != fate.dropped;
		}
		lab_wire_free(wire);
	}
	assert_in_range(lost, 60, 140);
	assert_true(differ > 50);
	free(wire);
	lab_scenario_free(scenario);
}

/* A segment with this sequence number. */
static const struct lab_frame *leave_at(struct lab_wire *wire, uint8_t sequence, unsigned flags, size_t payload,
                                        struct lab_fate *fate)
{
	uint8_t frame[100];
	const size_t length = make_segment(frame, flags, payload);
	frame[14 + 20 + 7] = sequence;
	return lab_wire_take(wire, LAB_CLIENT, frame, length, 100, fate);
}

static void packets_wait_for_commands(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS "wire: swap client>server DATA 1\n"
	                                            "  drop client>server FIN 1\n");
	struct lab_fate fate;
	wire->holding = true;
	leave_at(wire, 0, SYN, 0, &fate);        /* 1 */
	leave_at(wire, 1, ACK, 5, &fate);        /* 2, which the scenario lets 3 overtake */
	leave_at(wire, 6, ACK, 5, &fate);        /* 3 */
	leave_at(wire, 11, ACK | FIN, 0, &fate); /* 4, which the scenario drops */
	assert_true(fate.dropped && fate.rule);
	assert_int_equal(lab_wire_next(wire), WS_TIME_NEVER);
	assert_int_equal(arrives(wire, 1000), 0);
	assert_int_equal(lab_wire_held(wire, 0)->number, 1);
	assert_int_equal(lab_wire_follower(wire, lab_wire_held(wire, 1))->number, 2);
	assert_null(lab_wire_follower(wire, lab_wire_held(wire, 3)));
	assert_true(lab_wire_copy(wire, lab_wire_held(wire, 1), 200));
	assert_int_equal(arrives(wire, 200), 1);
	lab_wire_release(lab_wire_held(wire, 1), 201);
	assert_int_equal(arrives(wire, 200), 0);
	assert_int_equal(arrives(wire, 201), 1);
	assert_int_equal(lab_wire_held(wire, 0)->number, 3); /* not 2 */
	lab_wire_drop(wire, lab_wire_held(wire, 3), 300);
	assert_null(lab_wire_held(wire, 3));
	assert_int_equal(lab_wire_held(wire, 0)->number, 2);
	lab_wire_held(wire, 2)->lets_pass = true;
	leave_at(wire, 12, ACK, 5, &fate); /* 5 */
	assert_int_equal(arrives(wire, 1000), 5);
	leave_at(wire, 17, ACK, 5, &fate); /* 6 waits again */
	assert_int_equal(arrives(wire, 1000), 0);
	assert_non_null(lab_wire_held(wire, 6));
	wire_close(wire);
}

static void what_is_sent_again_while_it_is_held_is_not_in_the_air_twice(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS);
	struct lab_fate fate;
	wire->holding = true;
	assert_non_null(leave_at(wire, 0, SYN, 0, &fate));  /* 1 */
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate)); /* 2 */
	assert_non_null(leave_at(wire, 11, ACK, 5, &fate)); /* 3 */
	assert_null(leave_at(wire, 0, SYN, 0, &fate));
	assert_int_equal(fate.again, 1);
	assert_non_null(leave_at(wire, 0, SYN | ACK, 0, &fate)); /* 4: of a simultaneous open */
	assert_null(leave_at(wire, 1, ACK, 15, &fate));          /* 2 and 3 in one */
	assert_int_equal(fate.again, 2);
	assert_null(leave_at(wire, 12, ACK, 3, &fate));
	assert_int_equal(fate.again, 3);
	assert_non_null(leave_at(wire, 12, ACK, 5, &fate)); /* 5: a byte more */
	assert_int_equal(fate.again, 0);
	assert_non_null(leave_at(wire, 1, ACK, 0, &fate)); /* 6, 7: ACKs may be the same */
	assert_non_null(leave_at(wire, 1, ACK, 0, &fate));
	assert_non_null(leave_at(wire, 1, RST, 0, &fate)); /* 8 */
	lab_wire_drop(wire, lab_wire_held(wire, 2), 1);
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate)); /* 9: what was dropped comes again */
	assert_int_equal(wire->number, 9);
	wire->holding = false;
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate));
	wire_close(wire);
}

/* A closed window is asked again and again: the probes are one packet while one is held, or its answer. */
static void probes_do_not_pile_up(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS);
	struct lab_fate fate;
	wire->holding = true;
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate)); /* 1: up to 11 */
	lab_wire_drop(wire, lab_wire_held(wire, 1), 1);
	assert_non_null(leave_at(wire, 10, ACK, 0, &fate)); /* 2: a probe */
	assert_null(leave_at(wire, 10, ACK, 0, &fate));
	assert_int_equal(fate.again, 2);
	assert_non_null(leave_at(wire, 11, ACK, 0, &fate)); /* 3, 4: ACKs, which may be the same */
	assert_non_null(leave_at(wire, 11, ACK, 0, &fate));
	lab_wire_drop(wire, lab_wire_held(wire, 2), 1);
	assert_non_null(leave_at(wire, 10, ACK, 0, &fate)); /* 5 */
	wire->holding = false;
	assert_non_null(leave_at(wire, 10, ACK, 0, &fate));
	wire_close(wire);
}

static void what_is_acknowledged_in_the_air_is_not_sent_again(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS);
	struct lab_fate fate;
	uint8_t answer[100];
	wire->holding = true;
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate)); /* 1 */
	lab_wire_release(lab_wire_held(wire, 1), 1);
	assert_int_equal(arrives(wire, 1), 1);
	const size_t length = make_segment(answer, ACK, 0);
	answer[14 + 20 + 11] = 8; /* it acknowledges seven of the ten bytes */
	assert_non_null(lab_wire_take(wire, LAB_SERVER, answer, length, 2, &fate)); /* 2 */
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate));                         /* 3 */
	assert_null(leave_at(wire, 1, ACK, 7, &fate));
	assert_int_equal(fate.awaited, 2);
	assert_int_equal(fate.again, 0);
	lab_wire_drop(wire, lab_wire_held(wire, 3), 3);
	answer[14 + 20 + 11] = 11;
	assert_non_null(lab_wire_take(wire, LAB_SERVER, answer, length, 4, &fate)); /* 4 */
	assert_null(leave_at(wire, 1, ACK, 10, &fate));
	assert_int_equal(fate.awaited, 4);
	lab_wire_drop(wire, lab_wire_held(wire, 4), 5);
	assert_non_null(leave_at(wire, 1, ACK, 10, &fate)); /* the ACK is lost: it is needed */
	wire_close(wire);
}

static void commands_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		struct lab_command wanted;
	} good[] = {
	        {"deliver", {LAB_COMMAND_DELIVER, 0, WS_SECOND}},
	        {"drop 12", {LAB_COMMAND_DROP, 12, WS_SECOND}},
	        {"  copy   3 ", {LAB_COMMAND_COPY, 3, WS_SECOND}},
	        {"delay 4 300ms", {LAB_COMMAND_DELAY, 4, 300 * WS_MILLISECOND}},
	        {"delay 2s", {LAB_COMMAND_DELAY, 0, 2 * WS_SECOND}},
	        {"delay", {LAB_COMMAND_DELAY, 0, WS_SECOND}},
	        {"pass 1", {LAB_COMMAND_PASS, 1, WS_SECOND}},
	        {"all", {LAB_COMMAND_ALL, 0, WS_SECOND}},
	        {"auto", {LAB_COMMAND_AUTO, 0, WS_SECOND}},
	        {"hold", {LAB_COMMAND_HOLD, 0, WS_SECOND}},
	};
	static const struct {
		const char *line, *said;
	} bad[] = {
	        {"", "no command is called ''; there are: deliver, drop,"},
	        {"Drop 1", "no command is called 'Drop'"},
	        {"drop x", "drop: 'x' is not the number of a packet"},
	        {"drop 0", "'0' is not the number"},
	        {"drop 99999999999999999999", "is not the number"},
	        {"drop 1 2", "drop takes 1 values at most"},
	        {"delay 1 soon", "'soon' is not the number of a packet, or a time"},
	        {"all 1", "all takes 0 values"},
	        {"drop\t1", "words of letters and digits"},
	};
	struct lab_command command;
	struct ws_error error;
	for (size_t i = 0; i < WS_ARRAY_SIZE(good); i++) {
		assert_true(lab_command_parse(good[i].line, strlen(good[i].line), &command, &error));
		assert_int_equal(command.verb, good[i].wanted.verb);
		assert_int_equal(command.number, good[i].wanted.number);
		assert_int_equal(command.time, good[i].wanted.time);
	}
	for (size_t i = 0; i < WS_ARRAY_SIZE(bad); i++) {
		assert_false(lab_command_parse(bad[i].line, strlen(bad[i].line), &command, &error));
		assert_non_null(strstr(error.text, bad[i].said));
	}
}

static void a_command_that_is_too_long_is_passed_over(void **state)
{
	(void)state;
	struct lab_command_lines lines = {.used = 0};
	struct lab_command command;
	struct ws_error error;
	size_t length;
	for (int i = 0; i < 1000; i++)
		assert_false(lab_command_byte(&lines, 'x', &length));
	assert_true(lab_command_byte(&lines, '\n', &length));
	assert_false(lab_command_parse(lines.line, length, &command, &error));
	assert_non_null(strstr(error.text, "at most 63 bytes"));
	for (const char *at = "all"; *at; at++)
		assert_false(lab_command_byte(&lines, *at, &length));
	assert_true(lab_command_byte(&lines, '\n', &length));
	assert_true(lab_command_parse(lines.line, length, &command, &error));
	assert_int_equal(command.verb, LAB_COMMAND_ALL);
}

static void what_is_not_ipv4_is_not_carried(void **state)
{
	(void)state;
	struct lab_wire *wire = wire_open(HEAD ENDS);
	struct lab_fate fate;
	uint8_t frame[100];
	const size_t length = make_segment(frame, ACK, 0);
	for (size_t cut = 0; cut < length; cut++)
		assert_null(lab_wire_take(wire, LAB_CLIENT, frame, cut, 1, &fate));
	frame[12] = 0x86;
	frame[13] = 0xdd;
	assert_null(lab_wire_take(wire, LAB_CLIENT, frame, length, 1, &fate));
	wire_close(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(calls_are_read_from_strace),
	        cmocka_unit_test(a_line_of_strace_that_is_too_long_is_passed_over),
	        cmocka_unit_test(rules_choose_their_segments),
	        cmocka_unit_test(a_full_wire_drops_for_room),
	        cmocka_unit_test(the_same_seed_loses_the_same_packets),
	        cmocka_unit_test(what_is_not_ipv4_is_not_carried),
	        cmocka_unit_test(packets_wait_for_commands),
	        cmocka_unit_test(what_is_sent_again_while_it_is_held_is_not_in_the_air_twice),
	        cmocka_unit_test(probes_do_not_pile_up),
	        cmocka_unit_test(what_is_acknowledged_in_the_air_is_not_sent_again),
	        cmocka_unit_test(commands_are_read),
	        cmocka_unit_test(a_command_that_is_too_long_is_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
