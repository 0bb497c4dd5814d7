/* The screen that says where the time of a connection went, and the keys that go from problem to problem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundled.h"

#include <locale.h>

static struct world *open_capture(struct played *played, struct ws_tracker **own, const char *path)
{
	*played = (struct played){0};
	read_capture(played, path);
	return open_world(played, own);
}

static void test_shares_and_their_steps(void **state)
{
	struct played played;
	struct ws_tracker *own;
	struct world *world = open_capture(&played, &own, "captures/loss-server.pcap");
	(void)state;
	free(draw(world));
	act(world, WS_ACT_TIME);
	assert_shows(world, "Time of connection 1  1.60 s, captured near the server");
	assert_shows(world, "51 %      814 ms");
	act(world, WS_ACT_ENTER);
	assert_shows(world, "of which 814 ms server's program");
	assert_shows(world, "0.614270     706 ms  18–22       the server's program sent nothing");
	act(world, WS_ACT_SORT); /* in the order of time */
	act(world, WS_ACT_DOWN);
	assert_shows(world, "For 706 ms the server's program sent nothing.");
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
	assert_shows(world, "frame 22");
	assert_shows(world, "TIME 1.60 s");
	act(world, WS_ACT_TIME);
	assert_shows(world, "For 706 ms"); /* where it was left */
	act(world, WS_ACT_BACK);
	assert_shows(world, "WHAT IT WENT TO");
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	close_world(world, own, &played);
}

static void test_problems_of_a_connection(void **state)
{
	struct played played;
	struct ws_tracker *own;
	struct world *world = open_capture(&played, &own, "captures/loss-client.pcap");
	(void)state;
	free(draw(world));
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_FIRST);
	act(world, WS_ACT_PREVIOUS_PROBLEM);
	assert_shows(world, "no earlier problem of 3");
	act(world, WS_ACT_NEXT_PROBLEM);
	assert_shows(world, "problem 1 of 3");
	assert_shows(world, "duplicate ACK");
	act(world, WS_ACT_NEXT_PROBLEM);
	assert_shows(world, "problem 2 of 3");
	assert_shows(world, "retransmission");
	act(world, WS_ACT_NEXT_PROBLEM);
	act(world, WS_ACT_NEXT_PROBLEM);
	assert_shows(world, "problem 3 of 3");
	act(world, WS_ACT_PREVIOUS_PROBLEM);
	assert_shows(world, "problem 2 of 3");
	close_world(world, own, &played);
}

static void test_a_connection_without_problems(void **state)
{
	struct played played;
	struct ws_tracker *own;
	struct world *world = open_capture(&played, &own, "captures/close-four-client.pcap");
	(void)state;
	free(draw(world));
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_NEXT_PROBLEM);
	assert_shows(world, "no problem");
	close_world(world, own, &played);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_shares_and_their_steps),
	        cmocka_unit_test(test_problems_of_a_connection),
	        cmocka_unit_test(test_a_connection_without_problems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
