/* The processes that pcapng files name: blocks of Wireshark, comments, and what becomes of them in the tracker. */
#include "pcapng_samples.h"

#include "capture/processes.h"
#include "track/tracker.h"

static struct ws_ng_text name_of(const char *text)
{
	return (struct ws_ng_text){.bytes = (const uint8_t *)text, .length = strlen(text)};
}

static void comments_of_ptcpdump_and_rustnet(void **state)
{
	(void)state;
	static const struct {
		const char *comment;
		bool is_one;
		uint32_t id;
		const char *name;
	} cases[] = {
	        {"PID: 12\nCmd: /usr/bin/curl\nArgs: curl x", true, 12, "curl"},
	        {"a note\nPID: 12\r\nCommand: sshd\nParentPID: 1", true, 12, "sshd"},
	        {"PID: 12\nCmd: /very/long/name...", true, 12, "name"},
	        {"PID:7 Process:node", true, 7, "node"},
	        {"PID:7 Process:Web Content", true, 7, "Web Content"},
	        {"PID:7", true, 7, ""},
	        {"Process:node", true, 0, "node"},
	        {"Process: which one was it?", false, 0, ""},
	        {"Cmd: /bin/true", false, 0, ""},
	        {"PID: many", false, 0, ""},
	        {"PID: 99999999999", false, 0, ""},
	        {"ParentPID: 3\nParentCmd: /bin/sh", false, 0, ""},
	        {"", false, 0, ""},
	};
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		struct ws_ng_text name;
		uint32_t id;
		const bool is_one = ws_process_of_comment(cases[i].comment, strlen(cases[i].comment), &id, &name);
		assert_int_equal(is_one, cases[i].is_one);
		if (!is_one)
			continue;
		assert_int_equal(id, cases[i].id);
		assert_int_equal(name.length, strlen(cases[i].name));
		assert_memory_equal(name.bytes ? name.bytes : (const uint8_t *)"", cases[i].name, name.length);
	}
}

static void an_id_has_the_name_of_its_time(void **state)
{
	(void)state;
	struct ws_processes *processes = ws_processes_new();
	const struct ws_frame_process *early = ws_processes_at(processes, 5, 100);
	assert_null(early->name);
	assert_ptr_equal(ws_processes_at(processes, 5, 200), early);
	ws_processes_add(processes, 5, name_of("first"), 50);
	assert_string_equal(early->name, "first"); /* the block came after the packet */
	ws_processes_add(processes, 5, name_of("second"), 1000);
	ws_processes_add(processes, 5, name_of("second"), 1000);
	assert_string_equal(ws_processes_at(processes, 5, 999)->name, "first");
	assert_string_equal(ws_processes_at(processes, 5, 1000)->name, "second");
	assert_null(ws_processes_at(processes, 5, 49)->name);
	assert_ptr_equal(ws_processes_named(processes, 5, name_of("second")), ws_processes_at(processes, 5, 2000));
	assert_ptr_not_equal(ws_processes_named(processes, 6, name_of("second")), ws_processes_at(processes, 5, 2000));
	char text[600];
	memset(text, 'x', sizeof(text));
	const struct ws_ng_text longest = {.bytes = (const uint8_t *)text, .length = sizeof(text)};
	const struct ws_frame_process *cut = ws_processes_named(processes, 9, longest);
	assert_int_equal(strlen(cut->name), 255);
	assert_ptr_equal(ws_processes_named(processes, 9, longest), cut);
	ws_processes_release(processes);
}

/* Where one thread reads ahead of another one, a name that comes late is shown when the other one has come so far. */
static void a_late_name_is_held_back(void **state)
{
	(void)state;
	struct ws_processes *processes = ws_processes_new();
	const struct ws_frame_process *five = ws_processes_at(processes, 5, 100),
	                              *six = ws_processes_at(processes, 6, 100);
	ws_processes_hold(processes);
	ws_processes_add(processes, 6, name_of("six"), 50);
	ws_processes_add(processes, 7, name_of("seven"), 60); /* no packet has been of it */
	ws_processes_add(processes, 5, name_of("five"), 70);
	assert_int_equal(ws_processes_renamed(processes), 2);
	assert_null(five->name);
	assert_null(six->name);
	assert_string_equal(ws_processes_at(processes, 7, 100)->name, "seven");
	assert_ptr_equal(ws_processes_at(processes, 6, 100), six); /* the file has told it */
	assert_ptr_not_equal(ws_processes_at(processes, 6, 49), six);
	ws_processes_show(processes, 1);
	assert_string_equal(six->name, "six");
	assert_int_equal(six->start, 50);
	assert_null(five->name);
	ws_processes_show(processes, 9);
	assert_string_equal(five->name, "five");
	ws_processes_release(processes);
}

/* A file with very many processes, or very many names for one, costs bounded memory and bounded searches. */
static void the_table_is_bounded(void **state)
{
	(void)state;
	char text[16];
	struct ws_processes *processes = ws_processes_new();
	for (unsigned i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "n%u", i);
		ws_processes_add(processes, 1, name_of(text), 0);
	}
	assert_string_equal(ws_processes_at(processes, 1, 0)->name, "n255");
	assert_null(ws_processes_named(processes, 1, name_of("another")));
	unsigned kept = 0;
	for (uint32_t id = 2; id < 80000; id++)
		kept += ws_processes_at(processes, id, 0) != NULL;
	assert_int_equal(kept, 65536 - 256);
	ws_processes_release(processes);
}

/* ---- In files */

static void process_block(struct bytes *b, uint32_t pen, uint32_t type, uint32_t stated, uint32_t id, const char *name)
{
	struct bytes body = {.big = b->big}, entry = {.big = false};
	put32(&entry, type);
	put32(&entry, stated ? stated : 8 + ((uint32_t)strlen(name) + 3) / 4 * 4);
	put32(&entry, id);
	option_text(&entry, 2, name);
	put32(&body, pen);
	put(&body, entry.data, entry.length);
	ng_block(b, 0xbad, &body);
}

static void process_packet(struct bytes *b, uint64_t ticks, uint32_t flags, uint32_t id)
{
	struct bytes body = packet_body(b->big, 0, ticks, 20), pair = {.big = b->big};
	option_number(&body, 2, flags, 4);
	put32(&pair, id);
	put32(&pair, id + 1);
	option(&body, 8, pair.data, pair.length);
	ng_block(b, 6, &body);
}

static void blocks_name_the_processes_of_packets(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		struct bytes b = {.big = big};
		ng_section(&b);
		interface(&b, ETHERNET, 0);
		process_block(&b, 32622, 3, 0, 41, "curl");
		process_block(&b, 32622, 4, 0, 42, "another entry");
		process_block(&b, 32473, 3, 0, 43, "another owner");
		process_block(&b, 32622, 3, 1000, 44, "too long");
		for (uint32_t i = 0; i < 4; i++)
			process_packet(&b, 10 + i, i, 41 + i);
		struct seen seen;
		read_every_way(&b, &seen);
		assert_int_equal(seen.count, 4);
		for (unsigned i = 0; i < 4; i++) {
			static const uint8_t ways[] = {WS_WAY_UNKNOWN, WS_WAY_IN, WS_WAY_OUT, WS_WAY_UNKNOWN};
			assert_int_equal(seen.frame[i].way, ways[i]);
			assert_int_equal(seen.process_id[i], 41 + i);
			assert_string_equal(seen.process[i], i ? "" : "curl");
		}
	}
}

/* ---- In the tracker */

static const struct ws_frame_process client = {.id = 7, .name = "curl"}, server = {.id = 8, .name = "nginx"};

static void take(struct ws_conn *conn, unsigned direction, enum ws_frame_way way,
                 const struct ws_frame_process *process)
{
	struct ws_file_notes notes = {.limit = 0};
	const struct ws_frame frame = {.process = process, .way = (uint8_t)way};
	ws_file_notes_take(&notes, conn->rare, direction, &frame);
}

static const struct ws_frame_process *at(const struct ws_conn *conn, unsigned endpoint, bool *guessed)
{
	return ws_conn_process(conn, endpoint, 0, guessed);
}

static void the_way_tells_whose_process_it_is(void **state)
{
	(void)state;
	bool guessed;
	struct ws_rare rare[2] = {{.comments = 0}};
	struct ws_conn conn = {.used = 1, .rare = &rare[0]};
	take(&conn, 0, WS_WAY_IN, &server);
	assert_null(at(&conn, 0, &guessed));
	assert_ptr_equal(at(&conn, 1, &guessed), &server);
	take(&conn, 0, WS_WAY_OUT, &client);
	assert_ptr_equal(at(&conn, 0, &guessed), &client);
	assert_false(guessed);
	struct ws_conn both = {.used = 1, .rare = &rare[1]};
	take(&both, 1, WS_WAY_UNKNOWN, &client); /* the host that captured notes its process at both ways */
	assert_ptr_equal(at(&both, 1, &guessed), &client);
	assert_false(guessed);
	take(&both, 0, WS_WAY_UNKNOWN, &client);
	assert_null(at(&both, 1, &guessed));
	assert_ptr_equal(at(&both, 0, &guessed), &client);
	assert_true(guessed);
}

static void a_connection_is_found_by_a_comment(void **state)
{
	(void)state;
	struct ws_error error;
	struct ws_tracker *tracker = ws_tracker_create(&(struct ws_tracker_config){.max_memory = 1 << 20}, &error);
	const struct ws_addr addresses[2] = {{{1}}, {{2}}};
	struct ws_tuple tuple = {&addresses[0], &addresses[1], 1, 2, 6, 77, 0};
	struct ws_conn *conn = ws_table_add(&tracker->table, &tuple);
	static const char *const comments[] = {"why Twice?", "why Twice?", "the last"};
	for (size_t i = 0; i < WS_ARRAY_SIZE(comments); i++) {
		const struct ws_frame frame = {.comment = comments[i], .comment_length = (uint32_t)strlen(comments[i])};
		ws_file_notes_take(&tracker->file_notes, ws_table_rare(&tracker->table, conn), 0, &frame);
	}
	assert_true(ws_tracker_comment_contains(tracker, conn->id, "twice"));
	assert_true(ws_tracker_comment_contains(tracker, conn->id, "LAST"));
	assert_false(ws_tracker_comment_contains(tracker, conn->id, "first"));
	assert_false(ws_tracker_comment_contains(tracker, conn->id + 1, "last"));
	assert_int_equal(tracker->file_notes.used, 2 * (8 + 1) + strlen(comments[0]) + strlen(comments[2]));
	char text[300];
	for (unsigned i = 0; i < 1000; i++) { /* more than there is room for */
		const int length = snprintf(text, sizeof(text), "%0200u", i);
		const struct ws_frame frame = {.comment = text, .comment_length = (uint32_t)length};
		ws_file_notes_take(&tracker->file_notes, ws_table_rare(&tracker->table, conn), 0, &frame);
	}
	assert_true(tracker->file_notes.used <= (1 << 20) / 64);
	assert_true(ws_tracker_comment_contains(tracker, conn->id, "twice"));
	ws_tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(comments_of_ptcpdump_and_rustnet),
	        cmocka_unit_test(an_id_has_the_name_of_its_time),
	        cmocka_unit_test(a_late_name_is_held_back),
	        cmocka_unit_test(the_table_is_bounded),
	        cmocka_unit_test(blocks_name_the_processes_of_packets),
	        cmocka_unit_test(the_way_tells_whose_process_it_is),
	        cmocka_unit_test(a_connection_is_found_by_a_comment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
