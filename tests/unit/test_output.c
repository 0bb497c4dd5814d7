/* wirestate/output.h: the records, from frames made by hand through the real decoder and tracker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <wirestate/kernel.h>
#include <wirestate/output.h>

#include "json_check.h"
#include "output/columns.h"
#include "output_rig.h"

/* ---- Text */

static void test_text_conversation(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){
	        .format = WS_FORMAT_TEXT, .records = 1u << WS_RECORD_PACKET | 1u << WS_RECORD_TRANSITION});
	put_conversation(rig, 8);
	assert_string_equal(
	        rig_finish(rig),
	        "0.000000 1 > 10.0.0.1:49346 → 10.0.0.2:8000  SYN seq 0 win 64240 mss 1460     client CLOSED→SYN_SENT\n"
	        "0.001000 2 < 10.0.0.2:8000 → 10.0.0.1:49346  SYN, ACK seq 0 ack 1 win 65160 mss 1460 wscale 7 sackOK  "
	        "server LISTEN→SYN_RECEIVED, client SYN_SENT→ESTABLISHED~\n"
	        "0.002000 3 > 10.0.0.1:49346 → 10.0.0.2:8000  ACK seq 1 ack 1 win 502          "
	        "server SYN_RECEIVED→ESTABLISHED~\n"
	        "0.003000 4 > 10.0.0.1:49346 → 10.0.0.2:8000  PSH, ACK seq 1 ack 1 win 502 len 5\n"
	        "0.004000 5 < 10.0.0.2:8000 → 10.0.0.1:49346  ACK seq 1 ack 6 win 500\n"
	        "0.005000 6 > 10.0.0.1:49346 → 10.0.0.2:8000  FIN, ACK seq 6 ack 1 win 502     "
	        "client ESTABLISHED→FIN_WAIT_1, server ESTABLISHED→CLOSE_WAIT~\n"
	        "0.006000 7 < 10.0.0.2:8000 → 10.0.0.1:49346  FIN, ACK seq 1 ack 7 win 500     "
	        "client FIN_WAIT_1→FIN_WAIT_2~, server CLOSE_WAIT→LAST_ACK, client FIN_WAIT_2→TIME_WAIT~\n"
	        "0.007000 8 > 10.0.0.1:49346 → 10.0.0.2:8000  ACK seq 7 ack 2 win 502          "
	        "server LAST_ACK→CLOSED~\n");
	rig_close(rig);
}

static void test_text_timer(void **state)
{
	(void)state;
	struct rig *rig =
	        rig_open((struct ws_output_options){.format = WS_FORMAT_TEXT, .records = 1u << WS_RECORD_TRANSITION});
	struct ws_track_result result;
	put_conversation(rig, 8);
	while (ws_tracker_advance(rig->tracker, START + 100 * WS_SECOND, &result))
		assert_true(ws_output_events(rig->output, &result, rig->tracker));
	assert_true(ws_output_events(rig->output, &result, rig->tracker));
	const char *text = rig_finish(rig);
	assert_non_null(strstr(text, "0.000000 1 #1 10.0.0.1:49346 ↔ 10.0.0.2:8000  client CLOSED→SYN_SENT  "));
	assert_non_null(strstr(text, " - #1 10.0.0.1:49346 ↔ 10.0.0.2:8000  client TIME_WAIT→CLOSED"));
	rig_close(rig);
}

static void test_text_lines(void **state)
{
	(void)state;
	static const char *const expected[] = {
	        "0.000000 1 > 10.0.0.1:5 → 10.0.0.2:6  ACK seq ",
	        "0.001000 2 - 02:00:00:00:00:01 → 02:00:00:00:00:ff  ARP who-has 10.0.0.2 tell 10.0.0.1\n",
	        "0.002000 3 - 10.0.0.2 → 10.0.0.1  ICMP port unreachable: UDP 10.0.0.1:4000 → 10.0.0.2:53",
	        "0.003000 4 - [2001:db8::1]:4096 → [2001:db8::2]:4097  UDP len 3",
	        "0.004000 5 - 02:00:00:00:00:02 → 02:00:00:00:00:01  Ethernet 0x88b5 len 29",
	        "0.005000 6 - 10.0.0.2 → 10.0.0.1  GRE fragment id 0x1234 offset 1480 size 8 more",
	        "0.006000 7 - 02:00:00:00:00:02 → 02:00:00:00:00:01  LLC len 18",
	        "0.007000 8 - 10.0.0.2:5 → 10.0.0.1:6  UDP len 0",
	};
	struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_TEXT, .records = 1});
	struct frame_bytes frame;
	for (unsigned i = 0; i < WS_ARRAY_SIZE(expected); i++) {
		make_frame(&frame, i);
		assert_true(rig_put(rig, &frame));
	}
	const char *text = rig_text(rig);
	for (unsigned i = 0; i < WS_ARRAY_SIZE(expected); i++)
		assert_non_null(strstr(text, expected[i]));
	assert_non_null(strstr(text, " sack "));
	assert_non_null(strstr(text, " vlan 5"));
	rig_close(rig);
}

static void test_text_marks(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_TEXT, .records = 1});
	struct frame_bytes frame;
	put_conversation(rig, 4);
	put_tcp(&frame, &(struct tcp_frame){1, 2, 49346, 8000, PSH | ACK, 502, 1001, 5001, NULL, 0, "hello"});
	rig->time += WS_SECOND;
	assert_true(rig_put(rig, &frame));
	frame.data[50] ^= 0x55;
	assert_true(rig_put(rig, &frame));
	assert_true(rig_frame(rig, frame.data, 40, frame.length, 0));
	frame.data[14] = 0x43;
	assert_true(rig_put(rig, &frame));
	const char *text = rig_text(rig);
	assert_non_null(strstr(text, "len 5 [retransmission]\n"));
	assert_non_null(strstr(text, " [bad TCP checksum]\n"));
	assert_non_null(strstr(text, " [truncated: the capture holds only the first bytes of this header]\n"));
	assert_non_null(strstr(text, " [malformed: header length below the minimum]\n"));
	rig_close(rig);
}

/* Without an ACK it is not known what SACK blocks are relative to. */
static void test_sack_without_ack(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_TEXT, .records = 1});
	struct frame_bytes frame;
	static const char sack[] = "\x01\x01\x05\x0a\0\0\x13\xed\0\0\x14\x51"; /* 5101 to 5201 */
	put_conversation(rig, 3);
	put_tcp(&frame, &(struct tcp_frame){1, 2, 49346, 8000, ACK, 502, 1001, 5001, sack, 12, NULL});
	assert_true(rig_put(rig, &frame));
	assert_non_null(strstr(rig_text(rig), " sack 101–201"));
	put_tcp(&frame, &(struct tcp_frame){1, 2, 49346, 8000, RST, 502, 1001, 5001, sack, 12, NULL});
	assert_true(rig_put(rig, &frame));
	assert_non_null(strstr(rig_text(rig), " sack 5101–5201"));
	rig_close(rig);
}

static void test_text_detail(void **state)
{
	(void)state;
	struct rig *rig = rig_open(
	        (struct ws_output_options){.format = WS_FORMAT_TEXT, .records = 1, .verbose = true, .hex = true});
	put_conversation(rig, 1);
	const char *text = rig_text(rig);
	assert_non_null(strstr(text, "\n  Ethernet, 14 bytes, FCS not captured\n"
	                             "    destination             02:00:00:00:00:02\n"));
	assert_non_null(strstr(text, "\n  TCP, 24 bytes\n    source port             49346\n"));
	assert_non_null(strstr(text, "\n    sequence number         1000\n"));
	assert_non_null(strstr(text, "\n    option                  "));
	assert_non_null(strstr(text, "\n\t0x0000:  0200 0000 0002 0200 0000 0001 0800 4500  ..............E.\n"));
	assert_non_null(strstr(text, "\n\t0x0030:  faf0"));
	rig_close(rig);
}

/* ---- JSON */

static void test_json_packet(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_JSON, .records = 1});
	struct frame_bytes frame;
	put_conversation(rig, 1);
	assert_string_equal(
	        rig_text(rig),
	        "{\"type\":\"packet\",\"time\":1700000000.000000000,\"frame\":1,\"captured\":58,\"length\":58,"
	        "\"layers\":{"
	        "\"ethernet\":{\"destination\":\"02:00:00:00:00:02\",\"source\":\"02:00:00:00:00:01\",\"type\":2048},"
	        "\"ipv4\":{\"header_length\":20,\"dscp\":0,\"ecn\":0,\"total_length\":44,\"identification\":4660,"
	        "\"dont_fragment\":1,\"more_fragments\":0,\"fragment_offset\":0,\"ttl\":64,\"protocol\":6,"
	        "\"checksum\":5270,\"checksum_status\":\"good\",\"source\":\"10.0.0.1\",\"destination\":\"10.0.0.2\","
	        "\"options\":[]},"
	        "\"tcp\":{\"source_port\":49346,\"destination_port\":8000,\"sequence\":1000,\"acknowledgment\":0,"
	        "\"header_length\":24,\"flags\":2,\"window\":64240,\"checksum\":42312,\"checksum_status\":\"good\","
	        "\"urgent_pointer\":0,\"options\":[{\"kind\":2,\"name\":\"mss\",\"length\":4,\"value\":1460}],"
	        "\"payload_length\":0}},\"conn\":1,\"analysis\":[]}\n");
	make_frame(&frame, 0);
	assert_true(rig_put(rig, &frame));
	make_frame(&frame, 2);
	assert_true(rig_put(rig, &frame));
	make_frame(&frame, 3);
	assert_true(rig_put(rig, &frame));
	make_frame(&frame, 1);
	/* The CRC-32 of this frame, least significant byte first as on the wire, is wrong. */
	put_bytes(&frame, "\x01\x02\x03\x04", 4);
	assert_true(rig_frame(rig, frame.data, frame.length, frame.length, 4));
	const char *text = rig_text(rig);
	assert_non_null(strstr(text, "\"vlan\":[{\"priority\":1,\"dei\":0,\"id\":5,\"type\":33024},"
	                             "{\"priority\":0,\"dei\":0,\"id\":7,\"type\":2048}]"));
	assert_non_null(strstr(text, "\"length\":10,\"blocks\":[[16,32]]}"));
	assert_non_null(strstr(text, "{\"kind\":253,"));
	assert_non_null(strstr(text, "\"icmp\":{\"type\":3,\"code\":3,"));
	assert_non_null(strstr(text, "\"quoted\":{\"ipv4\":{\"header_length\":20,"));
	assert_non_null(strstr(text, "\"udp\":{\"source_port\":4000,\"destination_port\":53,\"length\":8,"));
	assert_non_null(strstr(text, "\"extensions\":[{\"protocol\":60,\"next_header\":17,\"length\":0,\"options\":["));
	assert_non_null(strstr(text, "\"fcs_status\":\"bad\""));
	assert_non_null(strstr(text, "\"padding\":{\"length\":18}"));
	rig_close(rig);
}

/* Every frame cut at every length, as the capture's end and as the packet's: each line is JSON, and printable. */
static void test_json_cut(void **state)
{
	(void)state;
	for (unsigned format = WS_FORMAT_TEXT; format <= WS_FORMAT_JSON; format++) {
		struct rig *rig = rig_open(
		        (struct ws_output_options){.format = format, .records = ALL, .verbose = true, .hex = true});
		struct frame_bytes frame;
		unsigned which = 0, lines = 0;
		do {
			unsigned next = make_frame(&frame, which ? which - 1 : 0);
			for (uint32_t cut = 0; cut <= frame.length; cut++) {
				assert_true(rig_frame(rig, frame.data, cut, frame.length, 0));
				assert_true(rig_frame(rig, frame.data, cut, cut, cut % 2 ? 4 : 0));
			}
			which = next;
		} while (which);
		const char *text = rig_finish(rig);
		for (const char *at = text; *at; lines++) {
			size_t length = strcspn(at, "\n");
			if (format == WS_FORMAT_JSON)
				assert_true(json_valid(at, length));
			for (size_t i = 0; i < length;) {
				uint32_t code_point;
				size_t size = ws_utf8_decode(at + i, length - i, &code_point);
				assert_true(size > 0 && (ws_printable(code_point) || (at[i] == '\t' && i == 0)));
				i += size;
			}
			at += length + 1;
		}
		assert_true(lines > rig->frames);
		rig_close(rig);
	}
}

static void test_json_records(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){.format = WS_FORMAT_JSON, .records = ALL});
	struct frame_bytes frame;
	put_conversation(rig, 8);
	make_frame(&frame, 3);
	assert_true(rig_put(rig, &frame));
	make_frame(&frame, 1);
	assert_true(rig_put(rig, &frame));
	const char *text = rig_finish(rig);
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		assert_true(json_valid(at, strcspn(at, "\n")));
	assert_non_null(strstr(text, "{\"type\":\"transition\",\"time\":1700000000.000000000,\"frame\":1,\"conn\":1,"
	                             "\"role\":\"client\",\"address\":\"10.0.0.1\",\"port\":49346,"
	                             "\"peer_address\":\"10.0.0.2\",\"peer_port\":8000,\"from\":\"CLOSED\","
	                             "\"to\":\"SYN_SENT\",\"basis\":\"sent\",\"why\":\""));
	assert_non_null(strstr(text, "{\"type\":\"connection\",\"conn\":1,\"client\":{\"address\":\"10.0.0.1\","
	                             "\"port\":49346,\"state\":\"TIME_WAIT\","));
	assert_non_null(strstr(
	        text, "\"handshake\":\"complete\",\"closed_by\":\"client\",\"reset_by\":\"none\",\"close\":\"fin\","));
	assert_non_null(strstr(text, "\"initial_rtt\":0.002000000,"));
	assert_non_null(strstr(text,
	                       "{\"type\":\"udp\",\"udp\":1,\"client\":{\"address\":\"2001:db8::1\",\"port\":4096,"
	                       "\"packets\":1,\"bytes\":3},"));
	assert_non_null(strstr(text, "{\"type\":\"arp\",\"time\":1700000000.009000000,\"frame\":10,\"ip\":\"10.0.0.1\","
	                             "\"mac\":\"02:00:00:00:00:01\",\"previous_mac\":null,\"changed\":false,"));
	assert_non_null(strstr(text, "{\"type\":\"stats\",\"first_time\":1700000000.000000000,"));
	assert_non_null(strstr(text, "\"states\":{\"CLOSED\":1,"));
	assert_int_equal(count_of(text, "\"type\":\"packet\""), 10);
	assert_int_equal(count_of(text, "\"type\":\"transition\""), 10);
	assert_int_equal(count_of(text, "\"type\":\"connection\""), 1);
	rig_close(rig);
}

/* A reset connection has ended; the second RST comes after that. */
static void test_one_connection_record(void **state)
{
	(void)state;
	for (unsigned live = 0; live < 2; live++) {
		struct rig *rig = rig_open((struct ws_output_options){
		        .format = WS_FORMAT_JSON, .records = 1u << WS_RECORD_CONNECTION, .live = live});
		struct frame_bytes frame;
		put_conversation(rig, 3);
		put_tcp(&frame, &(struct tcp_frame){2, 1, 8000, 49346, RST, 0, 5001, 0, NULL, 0, NULL});
		assert_true(rig_put(rig, &frame));
		assert_int_equal(count_of(rig_text(rig), "\"type\":\"connection\""), live);
		rig->time += WS_SECOND; /* soon after, it would be the same packet seen twice */
		assert_true(rig_put(rig, &frame));
		const char *text = rig_finish(rig);
		assert_int_equal(count_of(text, "\"type\":\"connection\""), 1);
		assert_int_equal(count_of(text, "\"close\":\"rst\""), 1);
		assert_int_equal(count_of(text, live ? "\"packets\":2,\"bytes\":0" : "\"packets\":3,\"bytes\":0"),
		                 live ? 2 : 1);
		rig_close(rig);
	}
}

/* A connection whose record was written when it ended is not written again when it is given up. */
static void test_evicted_after_its_record(void **state)
{
	(void)state;
	struct rig *rig = rig_open((struct ws_output_options){
	        .format = WS_FORMAT_JSON, .records = 1u << WS_RECORD_CONNECTION, .live = true});
	struct frame_bytes frame;
	put_conversation(rig, 3);
	const struct ws_event event = {.kind = WS_EVENT_EVICTED,
	                               .time = rig->time,
	                               .conn = ws_tracker_conn_at(rig->tracker, 0),
	                               .conn_number = 1};
	const struct ws_track_result evicted = {.events = &event, .event_count = 1};
	put_tcp(&frame, &(struct tcp_frame){2, 1, 8000, 49346, RST, 0, 5001, 0, NULL, 0, NULL});
	assert_true(rig_put(rig, &frame));
	assert_true(ws_output_events(rig->output, &evicted, rig->tracker));
	assert_int_equal(count_of(rig_text(rig), "\"type\":\"connection\""), 1);
	rig_close(rig);
}

/* What a kernel has said before the latest segment may no longer be true. */
static void test_kernel_state_of_its_time(void **state)
{
	(void)state;
	const struct ws_kernel_end end = {.state = WS_ESTABLISHED, .socket.asked = START};
	struct ws_conn_info conn = {.last_time = START, .endpoint[0].kernel = &end};
	const struct subject subject = {.conn = &conn};
	struct value value;
	kernel_state(&subject, 0, &value);
	assert_int_not_equal(value.kind, VALUE_ABSENT);
	conn.last_time++;
	kernel_state(&subject, 0, &value);
	assert_int_equal(value.kind, VALUE_ABSENT);
}

/* What nothing is known of is null: here the server has sent nothing, and there is no duration to divide by. */
static void test_unanswered(void **state)
{
	(void)state;
	struct rig *rig =
	        rig_open((struct ws_output_options){.format = WS_FORMAT_JSON, .records = 1u << WS_RECORD_CONNECTION});
	put_conversation(rig, 1);
	const char *text = rig_finish(rig);
	const char *server = strstr(text, "\"server\":{");
	assert_non_null(server);
	assert_int_equal(count_of(text, "\"retransmitted\":0.000000000"), 1);
	assert_int_equal(count_of(server, "\"retransmitted\":null"), 1);
	assert_int_equal(count_of(text, "\"throughput\":null"), 2);
	rig_close(rig);
}

/* ---- Writing */

/* Written at once or through the buffer, the bytes are the same; 500 packets pass its end several times. */
static void test_buffer_boundaries(void **state)
{
	(void)state;
	for (unsigned format = WS_FORMAT_TEXT; format <= WS_FORMAT_JSON; format++) {
		struct rig *rigs[2];
		for (unsigned i = 0; i < 2; i++) {
			rigs[i] = rig_open((struct ws_output_options){
			        .format = format, .records = ALL, .verbose = true, .line_buffered = i});
			struct frame_bytes frame;
			for (unsigned k = 0; k < 500; k++) {
				make_frame(&frame, k % 8);
				assert_true(rig_put(rigs[i], &frame));
			}
			rig_finish(rigs[i]);
		}
		assert_true(rigs[0]->length > 3 * 65536);
		assert_int_equal(rigs[0]->length, rigs[1]->length);
		assert_memory_equal(rigs[0]->text, rigs[1]->text, rigs[0]->length);
		rig_close(rigs[0]);
		rig_close(rigs[1]);
	}
}

static void test_options(void **state)
{
	(void)state;
	struct ws_error error;
	uint32_t records = 0;
	assert_true(ws_records_parse("packet", &records, &error));
	assert_int_equal(records, 1u << WS_RECORD_PACKET);
	assert_true(ws_records_parse("stats,packet,stats", &records, &error));
	assert_int_equal(records, 1u << WS_RECORD_PACKET | 1u << WS_RECORD_STATS);
	static const char *const wrong[] = {"", "packets", "packet,", ",packet", "packet,,udp", "pack", "udp x"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(wrong); i++)
		assert_false(ws_records_parse(wrong[i], &records, &error));
	assert_int_equal(error.status, WS_ERROR_OPTION);
	assert_non_null(strstr(error.text, "'udp x'"));
	assert_non_null(strstr(error.text, "packet, transition, connection, arp, udp, transit, clock, stats"));
	const struct ws_output_options two = {.format = WS_FORMAT_CSV, .records = 3};
	assert_null(ws_output_create(1, &two, &error));
	assert_int_equal(error.status, WS_ERROR_OPTION);
	assert_non_null(strstr(error.text, "--only"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_text_conversation),
	        cmocka_unit_test(test_text_timer),
	        cmocka_unit_test(test_text_lines),
	        cmocka_unit_test(test_text_marks),
	        cmocka_unit_test(test_sack_without_ack),
	        cmocka_unit_test(test_text_detail),
	        cmocka_unit_test(test_json_packet),
	        cmocka_unit_test(test_json_cut),
	        cmocka_unit_test(test_json_records),
	        cmocka_unit_test(test_one_connection_record),
	        cmocka_unit_test(test_evicted_after_its_record),
	        cmocka_unit_test(test_kernel_state_of_its_time),
	        cmocka_unit_test(test_unanswered),
	        cmocka_unit_test(test_buffer_boundaries),
	        cmocka_unit_test(test_options),
	};
	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
