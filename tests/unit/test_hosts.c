/* The table of hosts whose ports are held by TIME_WAIT and CLOSE_WAIT, and ages: what changes while no packet comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "list_world.h"

/* Opened by 10.0.0.`from`, closed first by it, too; the server's program does not close. */
static void half_closed_at(struct world *world, unsigned from, unsigned port, unsigned to_port)
{
	struct tcp_frame out = {.from = from,
	                        .to = 2,
	                        .source_port = port,
	                        .destination_port = to_port,
	                        .flags = WS_TCP_ACK,
	                        .window = 1000,
	                        .sequence = 101,
	                        .acknowledgment = 501};
	struct tcp_frame back = {.from = 2,
	                         .to = from,
	                         .source_port = to_port,
	                         .destination_port = port,
	                         .flags = WS_TCP_SYN | WS_TCP_ACK,
	                         .window = 1000,
	                         .sequence = 500,
	                         .acknowledgment = 101};
	struct tcp_frame first = out;
	first.flags = WS_TCP_SYN;
	first.sequence = 100;
	send_tcp(world, &first);
	send_tcp(world, &back);
	send_tcp(world, &out);
	out.flags |= WS_TCP_FIN;
	send_tcp(world, &out);
	back.flags = WS_TCP_ACK;
	back.sequence = 501;
	back.acknowledgment = 102;
	send_tcp(world, &back);
}

static void half_closed(struct world *world, unsigned from, unsigned port)
{
	half_closed_at(world, from, port, 80);
}

/* The server's FIN, after the client's. */
static void close_from_server(struct world *world, unsigned to, unsigned port)
{
	const struct tcp_frame fin = {.from = 2,
	                              .to = to,
	                              .source_port = 80,
	                              .destination_port = port,
	                              .flags = WS_TCP_ACK | WS_TCP_FIN,
	                              .window = 1000,
	                              .sequence = 501,
	                              .acknowledgment = 102};
	send_tcp(world, &fin);
}

static void test_hosts(void **state)
{
	struct world *world = *state;
	act(world, WS_ACT_HOSTS);
	assert_true(shows(world, "No endpoint is in TIME_WAIT or CLOSE_WAIT now."));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_HOSTS);
	few(world);
	for (unsigned i = 0; i < 3; i++)
		half_closed(world, 5 + i % 2, 6000 + i);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "CLOSE_WAIT 3"));
	assert_true(shows(world, "3 CLOSE_WAIT server 10.0.0.2:80 "));
	assert_true(shows(world, "leaks sockets"));
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
	assert_true(shows(world, "filter: server.address == 10.0.0.2 and server.state == CLOSE_WAIT"));
	assert_true(shows(world, "3 of 9"));
	assert_true(shows(world, " 1/3 "));
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_HOSTS);
}

/* No packet comes any more, and the clock goes on: times count, and a TIME_WAIT that is over is gone. */
static void test_hosts_live(void **state)
{
	struct world *world = *state;
	world->model.live = world->model.running = true;
	half_closed(world, 5, 6000);
	close_from_server(world, 5, 6000);
	half_closed(world, 6, 6001);
	act(world, WS_ACT_HOSTS);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "1 TIME_WAIT  client 10.0.0.5 to port 80          ends in 59 s"));
	act(world, WS_ACT_LAST);
	assert_true(shows(world, "client's port fails for 59 s more"));
	assert_true(ws_ui_next_change(world->ui, &world->model) <= WS_SECOND);
	world->model.now += 30 * WS_SECOND;
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_SECOND);
	assert_true(shows(world, "ends in 29 s"));
	assert_true(shows(world, "idle for 30 s"));
	world->model.now += 30 * WS_SECOND;
	ws_ui_tick(world->ui, &world->model, world->clock += 30 * WS_SECOND);
	assert_false(shows(world, "ends in"));
	assert_true(shows(world, "idle for 60 s"));
	/* On a narrow terminal it is left out, and not cut. */
	ws_canvas_destroy(&world->canvas);
	assert_true(ws_canvas_create(&world->canvas, 66, 24));
	assert_true(shows(world, "1 CLOSE_WAIT"));
	assert_false(shows(world, "idle"));
	assert_false(shows(world, "…"));
	/* Nothing more will end, but the time goes on. */
	const ws_time next = ws_ui_next_change(world->ui, &world->model);
	assert_true(next > 0 && next <= WS_SECOND);
}

/* A row for each of a host's ports. */
static void test_hosts_ports(void **state)
{
	struct world *world = *state;
	half_closed(world, 5, 6000);
	half_closed(world, 5, 6001);
	close_from_server(world, 5, 6001);
	half_closed_at(world, 5, 6002, 7070);
	act(world, WS_ACT_HOSTS);
	ws_ui_tick(world->ui, &world->model, world->clock += WS_SECOND);
	assert_true(shows(world, "1 CLOSE_WAIT server 10.0.0.2:80 "));
	assert_true(shows(world, "1 CLOSE_WAIT server 10.0.0.2:7070"));
	assert_true(shows(world, "1 TIME_WAIT  client 10.0.0.5 to port 80 "));
	assert_true(shows(world, " 1/3 "));
}

/* A connection's age stops with its last packet. It does not fall when TIME_WAIT ends. */
static void test_age(void **state)
{
	struct world *world = *state;
	struct ws_track_result result;
	struct ws_conn_info info;
	half_closed(world, 5, 6000);
	const struct tcp_frame fin = {.from = 2,
	                              .to = 5,
	                              .source_port = 80,
	                              .destination_port = 6000,
	                              .flags = WS_TCP_ACK | WS_TCP_FIN,
	                              .window = 1000,
	                              .sequence = 501,
	                              .acknowledgment = 102};
	const struct tcp_frame last = {.from = 5,
	                               .to = 2,
	                               .source_port = 6000,
	                               .destination_port = 80,
	                               .flags = WS_TCP_ACK,
	                               .window = 1000,
	                               .sequence = 102,
	                               .acknowledgment = 502};
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_int_equal(ws_conn_age(&info, world->now + WS_SECOND), WS_SECOND + 4 * WS_MILLISECOND);
	send_tcp(world, &fin);
	send_tcp(world, &last);
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_int_equal(info.endpoint[0].state, WS_TIME_WAIT);
	assert_false(info.ended);
	assert_int_equal(ws_conn_age(&info, world->now + 57 * WS_SECOND), 6 * WS_MILLISECOND);
	while (ws_tracker_advance(world->tracker, world->now + 61 * WS_SECOND, &result))
		;
	assert_true(ws_tracker_conn(world->tracker, ws_tracker_conn_at(world->tracker, 0), &info));
	assert_true(info.ended);
	assert_int_equal(ws_conn_age(&info, world->now + 61 * WS_SECOND), 6 * WS_MILLISECOND);
}

int main(void)
{
	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
#define HOSTS_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	        HOSTS_TEST(test_hosts),
	        HOSTS_TEST(test_hosts_live),
	        HOSTS_TEST(test_hosts_ports),
	        HOSTS_TEST(test_age),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
