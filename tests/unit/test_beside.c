/* The screens of ARP, UDP and statistics; and any keys at any size on all screens, under the sanitizers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "beside_world.h"

static void arp_tells_neighbours_from_far_hosts(void **state)
{
	struct world *world = *state;
	world->model.net = (struct ws_net){.ip_version = 4, .prefix = 24};
	memcpy(world->model.net.address.byte + 10, (uint8_t[]){0xff, 0xff, 10, 0, 0, 0}, 6);
	arp(world, false, 1, CLIENT, 0x0a0000fe);
	arp(world, true, 0xfe, 0x0a0000fe, CLIENT);
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	arp(world, false, 1, CLIENT, 0x0a000009);
	datagram(world, CLIENT, FAR, 0xfe, 10);
	datagram(world, CLIENT, SERVER, 2, 10);
	act(world, WS_ACT_ARP);
	says(world, "[Questions 3]");
	says(world, "subnet 10.0.0.0/24");
	says(world, "after 1 ms");
	says(world, "no answer");
	says(world, "everybody on this");
	says(world, "who has 10.0.0.254?");
	says(world, "──► ff:ff:ff:ff:ff:ff");
	says(world, "10.0.0.254 is at 02:00:00:00:00:fe");
	says(world, "◄──");
	act(world, WS_ACT_LAST);
	says(world, "Nobody answered");
	says(world, "who has 10.0.0.9?");
	assert_null(strstr(draw(world), "◄──"));
	act(world, WS_ACT_NEXT_PANE);
	says(world, "[Bindings 3]");
	says(world, "02:00:00:00:00:fe");
	act(world, WS_ACT_NEXT_PANE);
	says(world, "[Next hops 3]");
	says(world, "the MAC of 10.0.0.254");
	says(world, "its own MAC");
	says(world, "is in the same subnet, 10.0.0.0/24");
	says(world, "NEIGHBOUR");
	says(world, "──► 02:00:00:00:00:01");
	act(world, WS_ACT_DOWN);
	says(world, "8.8.8.8 is outside 10.0.0.0/24");
	says(world, "HOST                      GATEWAY                      FAR HOST");
	says(world, "10.0.0.1                  10.0.0.254                   8.8.8.8");
	says(world, "──► 02:00:00:00:00:fe ──");
	says(world, "gateway's MAC (10.0.0.254)");
	act(world, WS_ACT_DOWN);
	says(world, "NEIGHBOUR");
	says(world, "──► 02:00:00:00:00:02");
	act(world, WS_ACT_UP);
	act(world, WS_ACT_ENTER);
	says(world, "Frame 6");
	act(world, WS_ACT_NEXT_PACKET);
	says(world, "Frame 7");
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_ARP);
}

static void arp_marks_what_smells(void **state)
{
	struct world *world = *state;
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	arp(world, true, 0x66, SERVER, CLIENT);
	act(world, WS_ACT_ARP);
	says(world, "TWO ANSWERS");
	says(world, "ARP spoofing");
	says(world, "02:00:00:00:00:66");
	says(world, "subnet (a guess) 10.0.0.0/24");
	act(world, WS_ACT_NEXT_PANE);
	act(world, WS_ACT_LAST);
	says(world, "MOVED 1× from 02:00:00:00:00:02");
}

static void udp_leads_to_datagrams_and_packets(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 30);
	datagram(world, SERVER, CLIENT, 1, 20);
	act(world, WS_ACT_UDP);
	says(world, "1 conversation, 3 packets");
	says(world, "10/20/30");
	says(world, "There is no stream");
	act(world, WS_ACT_ENTER);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_DATAGRAMS);
	says(world, "One recv() returns its 10 bytes");
	act(world, WS_ACT_LAST);
	says(world, "One recv() returns its 20 bytes");
	act(world, WS_ACT_ENTER);
	says(world, "Frame 3");
	act(world, WS_ACT_PREVIOUS_PACKET);
	says(world, "Frame 2");
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_BACK);
	act(world, WS_ACT_ARP);
	act(world, WS_ACT_UDP); /* back to the one that is open already */
	act(world, WS_ACT_BACK);
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_LIST);
}

/* The server says that what frame `number` has for it is unreachable. */
static void unreachable(struct world *world, size_t number, uint8_t code)
{
	enum { QUOTED = 28 };
	uint8_t *icmp = begin_ip(world, 2, 1, SERVER, CLIENT, 1, 8 + QUOTED);
	icmp[0] = 3;
	icmp[1] = code;
	memcpy(icmp + 8, world->frames[number - 1] + 14, QUOTED);
	feed(world, 34 + 8 + QUOTED, WS_MILLISECOND);
}

static void a_datagram_without_a_socket_is_not_received(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 30);
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 20);
	unreachable(world, 2, 3);
	unreachable(world, 3, 1);
	act(world, WS_ACT_UDP);
	act(world, WS_ACT_ENTER);
	says(world, "Frame 1: one datagram. One recv() returns its 30 bytes");
	act(world, WS_ACT_DOWN);
	says(world, "Frame 2: one datagram of 10 bytes, and no recv() returns it. Frame 4 says");
	says(world, "\"port unreachable\": the host has it, but no socket is bound to that port.");
	act(world, WS_ACT_DOWN);
	says(world, "Frame 3: one datagram of 20 bytes, and no recv() returns it. Frame 5 says");
	says(world, "\"host unreachable\": it did not come to the host.");
}

static void a_click_selects_and_opens(void **state)
{
	struct world *world = *state;
	struct ws_key click = {.kind = WS_KEY_CLICK, .row = 3, .column = 5};
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, FAR, SERVER, 2, 30);
	act(world, WS_ACT_UDP);
	says(world, " 1/2 ");
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	says(world, " 2/2 ");
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_DATAGRAMS);
	draw(world);
	click.row = 10;
	assert_false(ws_ui_key(world->ui, &world->model, &click));
}

static void a_click_on_a_question_selects_it_first(void **state)
{
	struct world *world = *state;
	struct ws_key click = {.kind = WS_KEY_CLICK, .row = 4, .column = 5};
	arp(world, false, 1, CLIENT, 0x0a0000fe);
	arp(world, true, 0xfe, 0x0a0000fe, CLIENT);
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	act(world, WS_ACT_ARP);
	draw(world);
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_ARP);
	assert_true(ws_ui_key(world->ui, &world->model, &click));
	assert_int_equal(ws_ui_screen(world->ui), WS_SCREEN_PACKET);
}

/* Where there is no connection, the list names the screens that have what there is. */
static void an_empty_list_names_other_screens(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	says(world, "1 packet so far: 0 TCP, 1 UDP, 0 ICMP, 0 ARP, 0 other");
	says(world, "udp the UDP conversations, and their datagrams");
	says(world, "statistics the protocols");
	says_not(world, "by ARP");
	arp(world, false, 1, CLIENT, SERVER);
	says(world, "arp who asked by ARP for which MAC address");
}

/* Two packets within a millisecond are no rate. */
static void statistics_of_a_moment_are_no_rate(void **state)
{
	struct world *world = *state;
	datagram(world, CLIENT, SERVER, 2, 10);
	datagram(world, CLIENT, SERVER, 2, 10);
	act(world, WS_ACT_STATISTICS);
	says(world, "2 packets, 104 bytes in 1 ms");
	says_not(world, "packets/s");
	world->now += 2 * WS_SECOND;
	datagram(world, CLIENT, SERVER, 2, 10);
	says(world, "packets/s");
	says_not(world, " in 2");
}

static void statistics_count(void **state)
{
	struct world *world = *state;
	handshake(world);
	datagram(world, CLIENT, SERVER, 2, 10);
	arp(world, false, 1, CLIENT, SERVER);
	world->model.capture = (struct ws_capture_stats){.received = 5, .dropped_kernel = 7};
	act(world, WS_ACT_STATISTICS);
	says(world, "5 packets, 256 bytes");
	says(world, "TCP                 3");
	says(world, "UDP                 1");
	says(world, "dropped by the kernel 7");
	says(world, "ESTABLISHED        2");
	says_not(world, "TIME_WAIT");
}

/* Any keys at any size: nothing is drawn outside (the sanitizers would tell), and nothing unsafe gets onto the canvas.
 */
static void any_keys_at_any_size(void **state)
{
	struct world *world = *state;
	uint32_t random = 12345;
	disorder(world);
	arp(world, false, 1, CLIENT, SERVER);
	arp(world, true, 2, SERVER, CLIENT);
	datagram(world, CLIENT, SERVER, 2, 10);
	for (int i = 0; i < 20000; i++) {
		random = random * 1664525 + 1013904223;
		enum ws_action action = (enum ws_action)(random >> 16) % WS_ACTION_COUNT;
		if (i % 50 == 0)
			assert_true(ws_canvas_resize(&world->canvas, 40 + (int)(random >> 8) % 100,
			                             10 + (int)(random >> 12) % 40));
		world->canvas.ascii = i / 1000 % 2;
		if (ws_ui_typing(world->ui))
			type_enter(world);
		act(world, action);
		if (i % 300 == 0)
			act(world, WS_ACT_STREAM + (int)(random >> 20) % 4);
		ws_ui_tick(world->ui, &world->model, i * WS_MILLISECOND);
		for (const char *at = draw(world); *at; at++)
			assert_true((unsigned char)*at >= ' ' || *at == '\n');
	}
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(arp_tells_neighbours_from_far_hosts, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(arp_marks_what_smells, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(udp_leads_to_datagrams_and_packets, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_datagram_without_a_socket_is_not_received, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_click_selects_and_opens, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(a_click_on_a_question_selects_it_first, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(an_empty_list_names_other_screens, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(statistics_of_a_moment_are_no_rate, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(statistics_count, set_up, tear_down),
	        cmocka_unit_test_setup_teardown(any_keys_at_any_size, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
