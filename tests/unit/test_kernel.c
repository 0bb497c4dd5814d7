/* What the own host's kernel says: the table of its sockets, and how it is compared with what is inferred. */
#include <wirestate/kernel.h>

#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shots.h"

#define BEGIN (1000 * WS_SECOND)

static const struct ws_addr client = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1}};
static const struct ws_addr server = {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 2}};

static struct ws_socket socket_of(bool of_server, unsigned state, ws_time asked)
{
	return (struct ws_socket){.local = of_server ? server : client,
	                          .peer = of_server ? client : server,
	                          .local_port = of_server ? 80 : 40001,
	                          .peer_port = of_server ? 40001 : 80,
	                          .ip_version = 4,
	                          .state = (uint8_t)state,
	                          .asked = asked,
	                          .has_owner = state == TCP_ESTABLISHED,
	                          .uid = 7,
	                          .inode = 99};
}

static struct ws_kernel *fresh(void)
{
	struct ws_kernel *kernel = ws_kernel_create(1 << 20);
	assert_non_null(kernel);
	return kernel;
}

static const struct ws_kernel_end *find(const struct ws_kernel *kernel, bool of_server)
{
	return of_server ? ws_kernel_find(kernel, &server, 80, &client, 40001)
	                 : ws_kernel_find(kernel, &client, 40001, &server, 80);
}

static void states_and_their_times(void **state)
{
	struct ws_kernel *kernel = fresh();
	static const struct {
		unsigned number;
		enum ws_state state;
	} path[] = {{TCP_SYN_SENT, WS_SYN_SENT},       {TCP_ESTABLISHED, WS_ESTABLISHED},
	            {TCP_ESTABLISHED, WS_ESTABLISHED}, {TCP_FIN_WAIT1, WS_FIN_WAIT_1},
	            {TCP_TIME_WAIT, WS_TIME_WAIT},     {0, WS_CLOSED}};
	(void)state;
	assert_null(find(kernel, false));
	for (size_t i = 0; i < WS_ARRAY_SIZE(path); i++) {
		const struct ws_socket one = socket_of(false, path[i].number, BEGIN + (ws_time)i);
		ws_kernel_take(kernel, &one, false);
		assert_int_equal(find(kernel, false)->state, path[i].state);
		assert_int_equal(ws_kernel_sockets(kernel), path[i].number != 0);
	}
	assert_null(find(kernel, true));
	const struct ws_kernel_end *end = find(kernel, false);
	assert_int_equal(end->change_count, 5);
	assert_int_equal(end->since, BEGIN + 5);
	assert_int_equal(ws_kernel_state_at(end, BEGIN - 1), WS_STATE_COUNT);
	assert_int_equal(ws_kernel_state_at(end, BEGIN + 2), WS_ESTABLISHED);
	assert_int_equal(ws_kernel_state_at(end, BEGIN + 3), WS_FIN_WAIT_1);
	assert_true(end->socket.has_owner && end->socket.uid == 7); /* TIME_WAIT has none any more */
	for (unsigned i = 0; i < 3 * WS_KERNEL_CHANGES; i++) {
		const struct ws_socket one = socket_of(false, i & 1 ? TCP_CLOSE_WAIT : TCP_CLOSING, BEGIN + 10 + i);
		ws_kernel_take(kernel, &one, false);
	}
	assert_int_equal(end->change_count, WS_KERNEL_CHANGES);
	assert_int_equal(end->state, WS_CLOSE_WAIT);
	ws_kernel_free(kernel);
}

static void a_dying_socket_leaves_its_figures(void **state)
{
	struct ws_kernel *kernel = fresh();
	(void)state;
	struct ws_socket one = socket_of(false, TCP_ESTABLISHED, BEGIN);
	one.send_queue = 5;
	ws_kernel_take(kernel, &one, false);
	struct ws_socket last = socket_of(false, TCP_CLOSE, BEGIN + 1);
	assert_false(ws_kernel_take(kernel, &last, true)); /* it has none */
	last.has_info = true;
	last.rtt = 1234;
	assert_true(ws_kernel_take(kernel, &last, true));
	assert_int_equal(find(kernel, false)->state, WS_ESTABLISHED); /* until it has been asked for */
	one = socket_of(false, TCP_TIME_WAIT, BEGIN + 2);
	ws_kernel_take(kernel, &one, false);
	assert_int_equal(find(kernel, false)->state, WS_TIME_WAIT);
	assert_int_equal(find(kernel, false)->socket.rtt, 1234);
	/* One that was never asked for: its state is not known. */
	last = socket_of(true, TCP_CLOSE, BEGIN);
	last.has_info = true;
	assert_true(ws_kernel_take(kernel, &last, true));
	assert_int_equal(find(kernel, true)->state, WS_STATE_COUNT);
	assert_int_equal(ws_kernel_compare(find(kernel, true), WS_CLOSED, WS_CONFIRMED), WS_AGREEMENT_UNKNOWN);
	ws_kernel_free(kernel);
}

static void what_was_not_handed_over_is_gone(void **state)
{
	struct ws_kernel *kernel = fresh();
	(void)state;
	const struct ws_socket old = socket_of(false, TCP_ESTABLISHED, BEGIN),
	                       seen = socket_of(true, TCP_ESTABLISHED, BEGIN + 5);
	ws_kernel_take(kernel, &old, false);
	ws_kernel_take(kernel, &seen, false);
	ws_kernel_swept(kernel, 1, BEGIN + 5, BEGIN + 6); /* another namespace */
	assert_int_equal(find(kernel, false)->state, WS_ESTABLISHED);
	ws_kernel_swept(kernel, 0, BEGIN + 5, BEGIN + 6);
	assert_int_equal(find(kernel, false)->state, WS_CLOSED);
	assert_int_equal(find(kernel, true)->state, WS_ESTABLISHED);
	assert_int_equal(ws_kernel_sockets(kernel), 1);
	ws_kernel_free(kernel);
}

/* However many come, the table is bounded; sockets that exist stay, and entries of those that are gone are evicted. */
static void memory_is_bounded(void **state)
{
	struct ws_kernel *kernel = fresh();
	(void)state;
	size_t most = 0;
	for (unsigned i = 0; i < 50000; i++) {
		struct ws_socket one = socket_of(false, i % 100 == 0 ? TCP_ESTABLISHED : 0, BEGIN + i);
		one.local_port = (uint16_t)i;
		one.peer_port = (uint16_t)(i >> 8);
		ws_kernel_take(kernel, &one, false);
		most = ws_kernel_sockets(kernel) > most ? ws_kernel_sockets(kernel) : most;
	}
	assert_in_range(most, 100, 5000);
	assert_int_equal(ws_kernel_sockets(kernel), most);
	assert_non_null(ws_kernel_find(kernel, &client, 0, &server, 0));
	ws_kernel_free(kernel);
}

static void addresses_of_namespaces(void **state)
{
	struct ws_kernel *kernel = fresh();
	static const struct ws_addr loopback = {{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
	(void)state;
	assert_int_equal(ws_kernel_spaces(kernel, &client, 4), 0);
	assert_int_equal(ws_kernel_spaces(kernel, &loopback, 4), 1);
	ws_kernel_address(kernel, 0, &client, 4);
	ws_kernel_address(kernel, 2, &client, 4);
	ws_kernel_address(kernel, 3, &loopback, 4);
	assert_int_equal(ws_kernel_spaces(kernel, &client, 4), 5);
	assert_int_equal(ws_kernel_spaces(kernel, &loopback, 4), 1);
	/* The captured namespace counts where two have the same addresses. */
	struct ws_socket one = socket_of(false, TCP_ESTABLISHED, BEGIN), other = one;
	other.space = 2;
	other.state = TCP_CLOSE_WAIT;
	ws_kernel_take(kernel, &one, false);
	assert_false(ws_kernel_take(kernel, &other, false));
	assert_int_equal(find(kernel, false)->state, WS_ESTABLISHED);
	other.local = other.peer = loopback;
	assert_false(ws_kernel_take(kernel, &other, false));
	ws_kernel_free(kernel);
}

static void ports_that_listen(void **state)
{
	struct ws_kernel *kernel = fresh();
	static const struct ws_addr any4 = {{[10] = 0xff, [11] = 0xff}}, any6 = {{0}};
	(void)state;
	struct ws_socket one = {.local = any4, .peer = any4, .local_port = 80, .ip_version = 4, .state = TCP_LISTEN};
	assert_null(ws_kernel_listener(kernel, &server, 80, 4));
	ws_kernel_take(kernel, &one, false);
	assert_non_null(ws_kernel_listener(kernel, &server, 80, 4));
	assert_null(ws_kernel_listener(kernel, &server, 81, 4));
	one.local = one.peer = any6;
	one.local_port = 81;
	one.ip_version = 6;
	ws_kernel_take(kernel, &one, false);
	assert_non_null(ws_kernel_listener(kernel, &server, 81, 4)); /* :: takes IPv4, too */
	ws_kernel_free(kernel);
}

struct compared {
	unsigned number; /* of the server's kernel */
	uint32_t send_queue, receive_queue, inode;
	enum ws_agreement agreement;
	const char *words; /* a part */
	struct shot shots[6];
};

static const struct compared cases[] = {
        {TCP_ESTABLISHED, 0, 0, 1, WS_AGREEMENT_EQUAL, "", {OPENING}},
        {TCP_SYN_RECV, 0, 0, 1, WS_AGREEMENT_EARLY, "server's kernel is still in SYN_RECEIVED", {OPENING}},
        {0, 0, 0, 0, WS_AGREEMENT_EARLY, "server's kernel has no socket for it", {OPENING}},
        {TCP_ESTABLISHED, 0, 44, 1, WS_AGREEMENT_EQUAL, "44 bytes wait until the server's program reads", {OPENING}},
        {TCP_FIN_WAIT1,
         101,
         0,
         0,
         WS_AGREEMENT_EARLY,
         "the server's program has closed, and 100 bytes have to go before its FIN; no program has the server's socket",
         {OPENING}},
        {TCP_CLOSE_WAIT,
         0,
         1,
         1,
         WS_AGREEMENT_EQUAL,
         "the server's program has not read that the client has closed",
         {OPENING, {CLIENT, F, 101, 501, 0, 50, .window = 0}, {SERVER, A, 501, 102, 0, 60, .window = 0}}},
        {TCP_LAST_ACK,
         1,
         0,
         0,
         WS_AGREEMENT_DIFFERS,
         "the server's program has closed; no program has",
         {OPENING, {CLIENT, F, 101, 501, 0, 50, .window = 0}, {SERVER, A, 501, 102, 0, 60, .window = 0}}},
};

static void both_are_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(cases); i++) {
		const struct compared *c = &cases[i];
		struct ws_error error;
		struct ws_kernel *kernel = fresh();
		struct ws_tracker *tracker =
		        ws_tracker_create(&(struct ws_tracker_config){.max_memory = 8 << 20}, &error);
		assert_non_null(tracker);
		ws_tracker_set_kernel(tracker, kernel);
		size_t count = 0;
		while (count < WS_ARRAY_SIZE(c->shots) && c->shots[count].flags)
			count++;
		play(tracker, c->shots, count);
		struct ws_socket one = socket_of(true, c->number, BEGIN - 1);
		one.send_queue = c->send_queue;
		one.receive_queue = c->receive_queue;
		one.inode = c->inode;
		one.has_owner = c->number && c->number != TCP_SYN_RECV;
		ws_kernel_take(kernel, &one, false);
		struct ws_conn_info info = conn(tracker, 1);
		assert_null(info.endpoint[SERVER].kernel); /* said before this connection began */
		one.asked = BEGIN + 10 * WS_MILLISECOND;
		ws_kernel_take(kernel, &one, false);
		info = conn(tracker, 1);
		assert_int_equal(ws_kernel_agreement(&info, SERVER),
		                 WS_AGREEMENT_UNKNOWN); /* before its latest segment */
		one.asked = BEGIN + WS_SECOND;
		ws_kernel_take(kernel, &one, false);
		info = conn(tracker, 1);
		assert_int_equal(ws_kernel_agreement(&info, SERVER), c->agreement);
		assert_int_equal(ws_kernel_agreement(&info, CLIENT), WS_AGREEMENT_UNKNOWN);
		struct ws_agreements agreements = {0};
		ws_kernel_count(&info, &agreements);
		assert_int_equal(agreements.compared, 1);
		assert_int_equal(agreements.equal, c->agreement == WS_AGREEMENT_EQUAL);
		char buffer[512];
		struct ws_text text = WS_TEXT_OVER(buffer);
		ws_kernel_words(&text, kernel, &info, SERVER);
		if (!strstr(ws_text_cstr(&text), c->words) || (!*c->words && *buffer))
			fail_msg("case %zu: '%s' is not '%s'", i, buffer, c->words);
		ws_tracker_free(tracker);
		ws_kernel_free(kernel);
	}
}

/* A tracker at an earlier time names the programs of its connections, and has no states of now. Of two connections with the
 * same addresses and ports, the earlier one does not get the program of the later one. */
static void earlier_trackers_name_programs(void **state)
{
	static const struct shot opening[] = {OPENING}, again[] = {{.flags = R, .sequence = 101, .milliseconds = 100},
	                                                           {.flags = S, .sequence = 9000, .milliseconds = 2000},
	                                                           {.from = SERVER,
	                                                            .flags = S | A,
	                                                            .sequence = 7000,
	                                                            .acknowledgment = 9001,
	                                                            .milliseconds = 2020}};
	struct ws_error error;
	struct ws_kernel *kernel = fresh();
	struct ws_tracker *latest = ws_tracker_create(&(struct ws_tracker_config){.max_memory = 8 << 20}, &error);
	struct ws_tracker *earlier = ws_tracker_create(&(struct ws_tracker_config){.max_memory = 8 << 20}, &error);
	(void)state;
	assert_true(latest && earlier);
	ws_tracker_set_kernel(latest, kernel);
	ws_tracker_set_latest(earlier, latest);
	play(latest, opening, WS_ARRAY_SIZE(opening));
	play(earlier, opening, 2);
	assert_false(ws_tracker_names_processes(earlier));
	const struct ws_socket one = socket_of(true, TCP_ESTABLISHED, BEGIN + WS_SECOND);
	const struct ws_socket other = socket_of(true, TCP_ESTABLISHED, BEGIN + 3 * WS_SECOND);
	ws_kernel_take(kernel, &one, false);
	ws_kernel_process(kernel, 99, 812, "nginx", 5);
	ws_kernel_user(kernel, 7, "www-data");
	struct ws_conn_info info = conn(earlier, 1);
	assert_int_equal(info.endpoint[SERVER].process->id, 812);
	assert_string_equal(info.endpoint[SERVER].user, "www-data");
	assert_null(info.endpoint[SERVER].kernel);
	assert_non_null(conn(latest, 1).endpoint[SERVER].kernel);
	assert_true(ws_tracker_names_processes(earlier));
	play(latest, again, WS_ARRAY_SIZE(again));
	ws_kernel_take(kernel, &other, false);
	assert_int_equal(ws_tracker_conn_count(latest), 2);
	info = conn(earlier, 1);
	assert_null(info.endpoint[SERVER].process);
	assert_null(conn(latest, 1).endpoint[SERVER].kernel);
	assert_non_null(conn(latest, 2).endpoint[SERVER].kernel);
	ws_tracker_free(earlier);
	ws_tracker_free(latest);
	ws_kernel_free(kernel);
}

/* What is written of a capture's connections is read back as it was; what is of no connection is not written. */
static void notes_are_read_back(void **state)
{
	struct ws_kernel *kernel = fresh(), *other = fresh();
	struct ws_kernel_owner owner;
	char buffer[4096];
	struct ws_text text = WS_TEXT_OVER(buffer);
	(void)state;
	struct ws_socket one = socket_of(false, TCP_ESTABLISHED, BEGIN + 7),
	                 stranger = socket_of(true, TCP_LISTEN, BEGIN);
	one.cgroup = 55;
	one.has_info = true;
	one.rtt = 1234567;
	one.window_limited = 5 * WS_SECOND;
	one.send_queue = 17;
	stranger.peer_port = 0;
	ws_kernel_take(kernel, &one, false);
	ws_kernel_take(kernel, &stranger, false);
	ws_kernel_process(kernel, 99, 812, "nginx", 5);
	ws_kernel_group(kernel, 55, "nginx.service", "0123456789ab");
	ws_kernel_user(kernel, 7, "www-data");
	ws_kernel_tell(kernel, &text);
	assert_int_equal(text.length, 0);
	ws_kernel_captured(kernel, &client, 40001, &server, 80);
	ws_kernel_tell(kernel, &text);
	one.state = TCP_FIN_WAIT1;
	one.timer = WS_TIMER_PROBE;
	one.expires = 250;
	one.asked += WS_SECOND;
	ws_kernel_take(kernel, &one, false);
	ws_kernel_tell(kernel, &text);
	const size_t told = text.length;
	ws_kernel_tell(kernel, &text);
	assert_int_equal(text.length, told); /* once */
	assert_null(strstr(ws_text_cstr(&text), "LISTEN"));
	assert_int_equal(ws_kernel_read(other, buffer, text.length), 2);
	const struct ws_kernel_end *end = find(other, false);
	assert_int_equal(end->state, WS_FIN_WAIT_1);
	assert_int_equal(end->change_count, 2);
	assert_int_equal(ws_kernel_state_at(end, BEGIN + 8), WS_ESTABLISHED);
	/* In two parts, without the padding between them. */
	const struct ws_socket *socket = &find(kernel, false)->socket;
	assert_memory_equal(&end->socket, socket, offsetof(struct ws_socket, has_owner) + 1);
	assert_memory_equal(&end->socket.expires, &socket->expires,
	                    sizeof(*socket) - offsetof(struct ws_socket, expires));
	ws_kernel_owner_of(other, end, &owner);
	assert_int_equal(owner.process->id, 812);
	assert_string_equal(owner.process->name, "nginx");
	assert_string_equal(owner.service, "nginx.service");
	assert_string_equal(owner.container, "0123456789ab");
	assert_string_equal(owner.user, "www-data");
	/* At the end all of it is said once more. */
	text.length = 0;
	ws_kernel_tell_again(kernel);
	ws_kernel_tell(kernel, &text);
	assert_int_equal(ws_kernel_read(other, buffer, text.length), 1);
	ws_kernel_free(other);
	ws_kernel_free(kernel);
}

static void other_comments_are_passed_over(void **state)
{
	static const char *const lines[] = {
	        "",
	        "\n",
	        "wirestate: ",
	        "wirestate: 1.000000000 host kernel",
	        "wirestate: 1.000000000 host kernel ESTABLISHED",
	        "wirestate: 1.0 host kernel ESTABLISHED 10.0.0.1:1 10.0.0.2:2",
	        "wirestate: 1.000000000 host kernel BUSY 10.0.0.1:1 10.0.0.2:2",
	        "wirestate: 1.000000000 host kernel ESTABLISHED 10.0.0.1:1 [::1]:2",
	        "wirestate: 1.000000000 host kernel ESTABLISHED 10.0.0.1:65536 10.0.0.2:2",
	        "wirestate: 1.000000000 host kernel ESTABLISHED ]:1 [:2",
	        "wirestate: 1.000000000 host kernel ESTABLISHED :1 :2",
	        "wirestate: 99999999999999999999.000000000 host kernel ESTABLISHED 10.0.0.1:1 10.0.0.2:2",
	        "wirestate: 1.000000000 client kernel ESTABLISHED 10.0.0.1:1 10.0.0.2:2 send-queue 0 receive-queue 0",
	};
	struct ws_kernel *kernel = fresh();
	(void)state;
	for (size_t i = 0; i < WS_ARRAY_SIZE(lines); i++)
		assert_int_equal(ws_kernel_read(kernel, lines[i], strlen(lines[i])), 0);
	assert_int_equal(ws_kernel_sockets(kernel), 0);
	static const char good[] =
	        "x\nwirestate: 1.000000000 host kernel CLOSE_WAIT [2001:db8::1]:80 [2001:db8::2]:9 uid "
	        "nobody send-queue 99999999999999999999 what is this\ny";
	assert_int_equal(ws_kernel_read(kernel, good, sizeof(good) - 1), 1);
	assert_int_equal(ws_kernel_sockets(kernel), 1);
	ws_kernel_free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(states_and_their_times),
	        cmocka_unit_test(a_dying_socket_leaves_its_figures),
	        cmocka_unit_test(what_was_not_handed_over_is_gone),
	        cmocka_unit_test(memory_is_bounded),
	        cmocka_unit_test(addresses_of_namespaces),
	        cmocka_unit_test(ports_that_listen),
	        cmocka_unit_test(both_are_compared),
	        cmocka_unit_test(earlier_trackers_name_programs),
	        cmocka_unit_test(notes_are_read_back),
	        cmocka_unit_test(other_comments_are_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
