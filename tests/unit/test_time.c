/* The screens that say where the time of a connection went, and how fast servers answer; and the keys that go from problem to problem. */
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
	assert_shows(world, "The network could not have made it faster.");
	act(world, WS_ACT_DOWN);
	assert_shows(world, "client's program");
	assert_shows(world, "counts the packets of a connection"); /* the capture is at the other end */
	act(world, WS_ACT_UP);
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

static void test_requests_and_answers(void **state)
{
	struct played played;
	struct ws_tracker *own;
	struct world *world = open_capture(&played, &own, "captures/loss-client.pcap");
	(void)state;
	free(draw(world));
	act(world, WS_ACT_EXCHANGES);
	assert_shows(world, "10.0.0.2:8000                           2   190 ms   190 ms   780 ms   780 ms");
	act(world, WS_ACT_NEXT_PANE);
	assert_shows(world, "think time");
	act(world, WS_ACT_ENTER);
	assert_shows(world, "780 ms     707 ms       0 µs           7          18");
	assert_shows(world, "TTFB↓ ");
	act(world, WS_ACT_NEXT_PANE); /* sorted by the next time, and after the last one by the first again */
	assert_shows(world, " THINK↓");
	act(world, WS_ACT_NEXT_PANE);
	act(world, WS_ACT_NEXT_PANE);
	assert_shows(world, "TTFB↓ ");
	act(world, WS_ACT_REVERSE); /* the fastest first */
	assert_shows(world, "Request 1 of connection 1: packet 4, 42 bytes.");
	assert_shows(world, "1 segment was sent again");
	act(world, WS_ACT_REVERSE);
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIFELINES);
	assert_shows(world, "frame 19");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	assert_shows(world, "by server's port");
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

/* The client sends its first segment again so soon that tshark takes it for overtaken. Between the ends that may be; at the
 * client's end it was lost. */
static void sends_again(struct world *world, ws_time to_client)
{
	const ws_time ms = WS_MILLISECOND, to_server = 100 * ms;
	enum { PORT = 4010 };
	send_segment(world, false, PORT, WS_TCP_SYN, 100, 0, 0, WS_SECOND);
	send_segment(world, true, PORT, WS_TCP_SYN | WS_TCP_ACK, 500, 101, 0, to_server);
	send_segment(world, false, PORT, WS_TCP_ACK, 101, 501, 0, to_client);
	send_segment(world, false, PORT, WS_TCP_ACK, 101, 501, 4, ms);
	send_segment(world, false, PORT, WS_TCP_ACK, 105, 501, 4, ms);
	send_segment(world, false, PORT, WS_TCP_ACK, 101, 501, 4, 20 * ms);
	send_segment(world, true, PORT, WS_TCP_ACK, 501, 109, 0, to_server);
	ws_ui_select(world->ui, &world->model, ws_tracker_conn_find(world->tracker, 4), 0);
	act(world, WS_ACT_LAST);
	act(world, WS_ACT_ENTER);
	act(world, WS_ACT_NEXT_PROBLEM);
	act(world, WS_ACT_PREVIOUS_PROBLEM);
}

static void test_at_the_senders_end(void **state)
{
	struct world *world = *state;
	sends_again(world, WS_MILLISECOND / 10);
	assert_shows(world, "retransmission");
	char *screen = draw(world);
	assert_null(strstr(screen, "out of order"));
	free(screen);
}

static void test_between_the_ends(void **state)
{
	struct world *world = *state;
	sends_again(world, 60 * WS_MILLISECOND);
	assert_shows(world, "out of order");
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_shares_and_their_steps),
	        cmocka_unit_test(test_requests_and_answers),
	        cmocka_unit_test(test_problems_of_a_connection),
	        cmocka_unit_test(test_a_connection_without_problems),
	        SCENE_TEST(test_at_the_senders_end),
	        SCENE_TEST(test_between_the_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
