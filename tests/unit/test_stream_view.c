/* The screen of a stream: gaps and retransmissions, what the cursor is on, saving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "beside_world.h"

static void stream_shows_borders_and_disorder(void **state)
{
	struct world *world = *state;
	disorder(world);
	says(world, "client 9 bytes");
	says(world, "server 9 bytes");
	says(world, "frame 4  3 bytes  seq 1–3  PSH");
	says(world, "gap: 3 bytes missing, seq 4–6");
	says(world, "late: fills a gap");
	says(world, "sent again");
	says(world, "FIN: no more bytes");
	says(world, "Ja\\r\\n");
	says(world, ".]0;."); /* nothing of it reaches the terminal as it is */
	says_not(world, "\033");
	act(world, WS_ACT_HEX);
	says(world, "61 62 63");
	says(world, "4a 61 0d 0a 1b");
}

static void stream_explains_what_the_cursor_is_on(void **state)
{
	struct world *world = *state;
	static const char *const notes[] = {
	        "takes sequence number 0", "takes sequence number 0", "not one send()", "the last of them in frame 7",
	        "not one send()",          "overtaken on the way",    "reads them once"};
	disorder(world);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		says(world, notes[i]);
		act(world, WS_ACT_NEXT_PACKET);
	}
	act(world, WS_ACT_LAST);
	says(world, "recv() returns 0");
	act(world, WS_ACT_ENTER);
	says(world, "Frame 10");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_FIRST);
	says(world, "segment 1/");
}

static void stream_shows_one_direction(void **state)
{
	struct world *world = *state;
	disorder(world);
	act(world, WS_ACT_DIRECTION);
	says(world, "abc");
	says_not(world, "Ja");
	act(world, WS_ACT_DIRECTION);
	says(world, "Ja");
	says_not(world, "abc");
	act(world, WS_ACT_DIRECTION);
	says(world, "Ja");
	says(world, "abc");
}

static void stream_shows_nagle(void **state)
{
	struct world *world = *state;
	handshake(world);
	segment(world, false, ACK | PSH, 1001, 5001, "one", WS_MILLISECOND);
	segment(world, true, ACK, 5001, 1004, "", 20 * WS_MILLISECOND);
	segment(world, false, ACK | PSH, 1004, 5001, "twothree", 30000);
	segment(world, true, ACK | PSH, 5001, 1012, "answer", 20 * WS_MILLISECOND);
	segment(world, false, ACK | PSH, 1012, 5007, "next", 30000); /* answers: not held back */
	draw(world);
	act(world, WS_ACT_STREAM);
	says(world, "frame 6  8 bytes  seq 4–11  PSH  waited for an ACK");
	assert_null(strstr(strstr(draw(world), "waited") + 1, "waited"));
	for (int i = 0; i < 3; i++)
		act(world, WS_ACT_NEXT_PACKET);
	says(world, "the moment frame 5 acknowledged");
	says(world, "Nagle's");
}

static bool take_bytes(void *context, const void *bytes, size_t length)
{
	struct world *world = context;
	if (world->saved_length + length > sizeof(world->saved))
		return false;
	memcpy(world->saved + world->saved_length, bytes, length);
	world->saved_length += length;
	return true;
}

static bool refuse_bytes(void *context, const void *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
	return false;
}

static void stream_is_saved_in_order_and_once(void **state)
{
	struct world *world = *state;
	const struct ws_sink sink = {.write = take_bytes, .context = world}, broken = {.write = refuse_bytes};
	disorder(world);
	struct ws_file_request request;
	struct ws_stream_written written;
	assert_false(ws_ui_file_request(world->ui, &request));
	act(world, WS_ACT_DIRECTION); /* the client's alone */
	act(world, WS_ACT_SAVE);
	says(world, "save to: connection-1");
	assert_false(ws_ui_file_request(world->ui, &request));
	type_enter(world);
	assert_true(ws_ui_file_request(world->ui, &request));
	assert_int_equal(request.content, WS_FILE_STREAM);
	assert_string_equal(request.name, "connection-1-client.bin");
	assert_false(ws_ui_file_request(world->ui, &request));
	assert_true(ws_ui_write_stream(world->ui, &world->model, &sink, &written));
	assert_int_equal(world->saved_length, 9);
	assert_memory_equal(world->saved, "abcdefghi", 9);
	assert_int_equal(written.bytes, 9);
	assert_int_equal(written.missing, 0);
	assert_false(ws_ui_write_stream(world->ui, &world->model, &broken, &written));
	ws_ui_tell(world->ui, "cannot save: there is no space left for a message of more than one line", false);
	says(world, "cannot save: there is no space left for a message of more than one line");
	const struct ws_key key = {.kind = WS_KEY_ACTION, .action = WS_ACT_DOWN};
	ws_ui_key(world->ui, &world->model, &key);
	says_not(world, "cannot save");
}

static void stream_with_a_hole_says_what_is_missing(void **state)
{
	struct world *world = *state;
	const struct ws_sink sink = {.write = take_bytes, .context = world};
	handshake(world);
	segment(world, false, ACK, 1001, 5001, "abc", WS_MILLISECOND);
	segment(world, false, ACK, 1007, 5001, "ghi", WS_MILLISECOND);
	segment(world, true, ACK, 5001, 1010, "", WS_MILLISECOND); /* it had arrived */
	draw(world);
	act(world, WS_ACT_STREAM);
	for (int i = 0; i < 3; i++) {
		draw(world);
		act(world, WS_ACT_NEXT_PACKET);
	}
	says(world, "only the capture missed");
	struct ws_stream_written written;
	assert_true(ws_ui_write_stream(world->ui, &world->model, &sink, &written));
	assert_memory_equal(world->saved, "abcghi", 6);
	assert_int_equal(written.missing, 3);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(stream_shows_borders_and_disorder, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_explains_what_the_cursor_is_on, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_shows_one_direction, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_shows_nagle, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_is_saved_in_order_and_once, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(stream_with_a_hole_says_what_is_missing, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
