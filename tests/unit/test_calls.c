/* What stands beside the lifelines: the programs' calls, and for what a side waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene_world.h"

#include <locale.h>

enum { FIN_ACK = WS_TCP_FIN | WS_TCP_ACK };

/* Opens the lifelines of the connection with this number, at its last step. */
static void open_connection(struct world *world, uint64_t number)
{
	const ws_conn_id conn = ws_tracker_conn_find(world->tracker, number);
	assert_true(ws_canvas_resize(&world->canvas, 80, 60));
	ws_ui_select(world->ui, &world->model, conn, 0);
	if (ws_ui_screen(world->ui) == WS_SCREEN_LIST)
		act(world, WS_ACT_ENTER);
}

static void assert_hides(const struct world *world, const char *text)
{
	char *screen = draw((struct world *)world);
	if (strstr(screen, text))
		print_error("%s\n", screen);
	assert_null(strstr(screen, text));
	free(screen);
}

/* A connection that is established, from port 5000. */
static void handshake(struct world *world)
{
	send_segment(world, false, 5000, WS_TCP_SYN, 100, 0, 0, 0);
	send_segment(world, true, 5000, WS_TCP_SYN | WS_TCP_ACK, 700, 101, 0, WS_MILLISECOND);
	send_segment(world, false, 5000, WS_TCP_ACK, 101, 701, 0, WS_MILLISECOND);
}

static void calls_stand_at_their_side(void **state)
{
	struct world *world = *state;
	open_connection(world, 1);
	assert_shows(world, "CLOSED  ~connect() │");
	assert_shows(world, "        ~connect() = 0 │");
	assert_shows(world, "│ ~accept()=fd");
	assert_shows(world, "              ~close() │           FIN,ACK seq 5 ack 1");
	assert_shows(world, "│ ~recv() = 0");
	assert_shows(world, "│ ~close()\n"); /* the server's */
	act(world, WS_ACT_FIRST);
	assert_hides(world, "~accept");
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_find(world->tracker, 2), 0);
	assert_shows(world, "~connect() = -1 │");
}

/* Who still reads has called shutdown(), and its recv() returns 0 at the end. */
static void a_half_close_is_shutdown(void **state)
{
	struct world *world = *state;
	handshake(world);
	send_segment(world, false, 5000, FIN_ACK, 101, 701, 0, WS_MILLISECOND);
	open_connection(world, 4);
	assert_shows(world, "~close() │"); /* nobody can know yet */
	send_segment(world, true, 5000, WS_TCP_ACK, 701, 102, 4, WS_MILLISECOND);
	send_segment(world, false, 5000, WS_TCP_ACK, 102, 705, 0, WS_MILLISECOND);
	send_segment(world, true, 5000, FIN_ACK, 705, 102, 0, WS_MILLISECOND);
	act(world, WS_ACT_LAST);
	assert_shows(world, "~shutdown() │");
	assert_shows(world, "           ~recv() = 0 │           FIN,ACK seq 5 ack 2");
}

/* An aborted connection, and a RST to data after close(), which is the kernel's alone. */
static void a_reset_is_a_call_when_the_program_had_not_closed(void **state)
{
	struct world *world = *state;
	handshake(world);
	send_segment(world, false, 5000, WS_TCP_RST | WS_TCP_ACK, 101, 701, 0, WS_MILLISECOND);
	open_connection(world, 4);
	assert_shows(world, "~close() │");
	assert_shows(world, "│ ~recv() = -1");
	send_segment(world, false, 5001, WS_TCP_SYN, 100, 0, 0, 0);
	send_segment(world, true, 5001, WS_TCP_SYN | WS_TCP_ACK, 700, 101, 0, WS_MILLISECOND);
	send_segment(world, false, 5001, FIN_ACK, 101, 701, 0, WS_MILLISECOND);
	send_segment(world, true, 5001, WS_TCP_ACK, 701, 102, 4, WS_MILLISECOND);
	send_segment(world, false, 5001, WS_TCP_RST, 102, 0, 0, WS_MILLISECOND);
	open_connection(world, 5);
	assert_shows(world, "~close() │           FIN,ACK seq 1 ack 1");
	assert_shows(world, "                       │                RST seq 2");
	assert_hides(world, "~shutdown()");
}

static void who_waits_says_for_what(void **state)
{
	struct world *world = *state;
	world->model.running = true;
	handshake(world);
	send_segment(world, false, 5000, FIN_ACK, 101, 701, 0, WS_MILLISECOND);
	open_connection(world, 4);
	act(world, WS_ACT_FOLLOW);
	ws_ui_tick(world->ui, &world->model, WS_SECOND);
	ws_ui_tick(world->ui, &world->model, 3 * WS_SECOND);
	assert_hides(world, "ACK of its FIN\n");
	world->model.now += 7 * WS_SECOND;
	assert_shows(world, "┓ FIN_WAIT_1 7 s: no ACK  ┏"); /* it is not acknowledged, so nothing is said of close() */
	assert_shows(world, "┃ of its FIN              ┃");
	send_segment(world, true, 5000, WS_TCP_ACK, 701, 102, 0, 7 * WS_SECOND);
	act(world, WS_ACT_LAST);
	world->model.now += 23 * WS_SECOND + 400 * WS_MILLISECOND;
	assert_shows(world, "┓    CLOSE_WAIT 30 s: the ┏"); /* since the FIN arrived */
	assert_shows(world, "┃    server's program has ┃");
	assert_shows(world, "┛      not called close() ┗");
	/* The screen changes with the next whole second. */
	assert_int_equal(ws_ui_next_change(world->ui, &world->model), 600 * WS_MILLISECOND);
	send_segment(world, true, 5000, FIN_ACK, 701, 102, 0, 23 * WS_SECOND);
	act(world, WS_ACT_LAST);
	assert_hides(world, "CLOSE_WAIT 30 s");
	assert_shows(world, "23 s: no close() by the server");
}

/* In CLOSE_WAIT a pause is the program's only where nothing is under way: its FIN may have to wait for its data, or the
 * peer's FIN may not have come. */
static void a_pause_is_no_missing_close_while_something_is_under_way(void **state)
{
	struct world *world = *state;
	handshake(world);
	send_segment(world, false, 5000, FIN_ACK, 101, 701, 0, WS_MILLISECOND);
	send_segment(world, true, 5000, WS_TCP_ACK, 701, 102, 0, 600 * WS_MILLISECOND);
	send_segment(world, true, 5000, WS_TCP_ACK, 701, 102, 4, WS_MILLISECOND);
	send_segment(world, false, 5000, WS_TCP_ACK, 102, 705, 0, 700 * WS_MILLISECOND);
	open_connection(world, 4);
	act(world, WS_ACT_LAST);
	assert_shows(world, "600 ms idle");
	assert_shows(world, "700 ms idle");
	assert_hides(world, "no close() by the server");
	send_segment(world, true, 5000, FIN_ACK, 705, 102, 0, 800 * WS_MILLISECOND);
	act(world, WS_ACT_LAST);
	assert_shows(world, "800 ms: no close() by the server");
}

static void repeated_segments_are_counted(void **state)
{
	struct world *world = *state;
	send_segment(world, false, 5000, WS_TCP_SYN, 100, 0, 0, 0);
	send_segment(world, false, 5000, WS_TCP_SYN, 100, 0, 0, WS_SECOND);
	send_segment(world, false, 5000, WS_TCP_SYN, 100, 0, 0, 2 * WS_SECOND);
	open_connection(world, 4);
	assert_shows(world, "┓ SYN_SENT 3 s: no answer ┏");
	assert_shows(world, "┃ to its SYN, sent 3      ┃");
	assert_shows(world, "2 s without an answer");
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(calls_stand_at_their_side, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_half_close_is_shutdown, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_reset_is_a_call_when_the_program_had_not_closed, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(who_waits_says_for_what, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_pause_is_no_missing_close_while_something_is_under_way, set_up,
	                                        tear_down),
	        cmocka_unit_test_setup_teardown(repeated_segments_are_counted, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
