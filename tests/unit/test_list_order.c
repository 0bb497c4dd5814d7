/* suite: 3 s
 *
 * The order of the list for every column and some filters, over connections of all kinds, compared with
 * a plain sort and match of what ws_tracker_conn() says about each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "scene/list/list.h"
#include "scene/ui.h"
#include "segments.h"

enum { PACKETS = 9000, KEYS = 5000 };

struct world {
	struct ws_tracker *tracker;
	struct ws_model model;
	struct ws_ui *ui;
	const char *key_name[WS_ACTION_COUNT];
	ws_time now;
	uint64_t frames, random;
};

static uint64_t draw_lot(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static unsigned below(struct world *world, unsigned limit)
{
	return (unsigned)(draw_lot(&world->random) >> 20) % limit;
}

/* One packet between two of few hosts, so that connections have more than one and some reach their ends. */
static void send_any(struct world *world)
{
	static const uint16_t flags[] = {WS_TCP_SYN,
	                                 WS_TCP_SYN | WS_TCP_ACK,
	                                 WS_TCP_ACK,
	                                 WS_TCP_ACK,
	                                 WS_TCP_ACK | WS_TCP_PSH,
	                                 WS_TCP_FIN | WS_TCP_ACK,
	                                 WS_TCP_RST | WS_TCP_ACK,
	                                 WS_TCP_RST};
	const unsigned client = 1 + below(world, 40), server = 1 + below(world, 3), port = 1000 + below(world, 30);
	const bool back = below(world, 2);
	const struct tcp_frame tcp = {.from = back ? server : client,
	                              .to = back ? client : server,
	                              .source_port = back ? 1001 : port,
	                              .destination_port = back ? port : 1001,
	                              .flags = flags[below(world, WS_ARRAY_SIZE(flags))],
	                              .window = (uint16_t)(below(world, 4) * 100),
	                              .sequence = 100 + below(world, 4),
	                              .acknowledgment = 100 + below(world, 4)};
	struct frame_bytes bytes = {.length = 0};
	struct ws_packet packet;
	struct ws_track_result result;
	put_tcp(&bytes, &tcp);
	world->now += below(world, 5) * 300 * WS_MILLISECOND;
	struct ws_frame frame = frame_of(&bytes, world->now, ++world->frames);
	ws_decode(&frame, &packet);
	packet.payload_length = tcp.flags & WS_TCP_PSH ? below(world, 3) * 700 : 0;
	if (client % 3 == 0) { /* IPv6, that differ high and low */
		packet.ip_version = 6;
		packet.source.byte[0] = packet.source.byte[15] << 5;
		packet.destination.byte[0] = packet.destination.byte[15] << 5;
	}
	while (ws_tracker_advance(world->tracker, world->now, &result))
		;
	ws_tracker_packet(world->tracker, &packet, &result);
	world->model.now = world->now;
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	assert_non_null(world);
	const struct ws_tracker_config config = {.time_wait = 5 * WS_SECOND, .shares = true};
	for (enum ws_action action = 0; action < WS_ACTION_COUNT; action++)
		world->key_name[action] = ws_action_name(action);
	const struct ws_ui_options options = {.screen = WS_SCREEN_LIST, .key_name = world->key_name};
	world->now = 1700000000 * WS_SECOND;
	world->random = 88172645463325252u;
	world->tracker = ws_tracker_create(&config, NULL);
	assert_non_null(world->tracker);
	world->model = (struct ws_model){
	        .tracker = world->tracker, .generation = 1, .source = "hand-made", .time_wait = 5 * WS_SECOND};
	world->ui = ws_ui_create(&options, NULL);
	assert_non_null(world->ui);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	ws_ui_free(world->ui);
	ws_tracker_free(world->tracker);
	free(world);
	return 0;
}

/* ---- The plain order */

struct row {
	struct ws_order_key key;
	size_t rank;
	ws_conn_id id;
};

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	if (a->key.high != b->key.high)
		return a->key.high < b->key.high ? -1 : 1;
	if (a->key.low != b->key.low)
		return a->key.low < b->key.low ? -1 : 1;
	return a->rank < b->rank ? -1 : 1;
}

static struct ws_order_key address_key(const struct ws_conn_info *info, int endpoint)
{
	const struct ws_endpoint_info *at = &info->endpoint[endpoint];
	struct ws_order_key key = {0, 0};
	for (int i = 0; i < 8; i++) {
		key.high = key.high << 8 | at->address.byte[i];
		key.low = key.low << 8 | at->address.byte[8 + i];
	}
	if (info->ip_version == 4)
		key.low = key.low << 16 | at->port;
	return key;
}

static struct ws_order_key key_of(const struct ws_conn_info *info, enum ws_order order, ws_time now)
{
	const int client = info->likely_client;
	const struct ws_endpoint_info *e = info->endpoint;
	struct ws_order_key key = {0, 0};
	const char *tag;
	int severity;
	bool over;
	switch (order) {
	case WS_ORDER_CLIENT:
		return address_key(info, client);
	case WS_ORDER_SERVER:
		return address_key(info, 1 - client);
	case WS_ORDER_STATES:
		key.high = (uint64_t)e[client].state << 8 | e[1 - client].state;
		break;
	case WS_ORDER_START:
		key.high = (uint64_t)info->first_time;
		break;
	case WS_ORDER_AGE:
		over = (e[0].state == WS_CLOSED || e[0].state == WS_TIME_WAIT) &&
		       (e[1].state == WS_CLOSED || e[1].state == WS_TIME_WAIT);
		key.high = (uint64_t)((info->ended || over || now < info->last_time ? info->last_time : now) -
		                      info->first_time);
		break;
	case WS_ORDER_PACKETS:
		key.high = e[0].packets + e[1].packets;
		break;
	case WS_ORDER_BYTES:
		key.high = e[0].bytes + e[1].bytes;
		break;
	case WS_ORDER_VERDICT:
		ws_conn_verdict(info, NULL, &tag, &severity);
		key.high = (uint64_t)(3 - severity);
		for (int i = 0; i < 8 && tag[i]; i++)
			key.low |= (uint64_t)(uint8_t)tag[i] << (56 - 8 * i);
		break;
	case WS_ORDER_SERVER_TIME:
		key.high = (uint64_t)(INT64_MAX - info->shares.time[WS_CAUSE_PROGRAM][1 - client]);
		break;
	case WS_ORDER_NETWORK_TIME:
		key.high = (uint64_t)(INT64_MAX - info->shares.time[WS_CAUSE_NETWORK][0] -
		                      info->shares.time[WS_CAUSE_NETWORK][1]);
		break;
	case WS_ORDER_LOSS_TIME:
		key.high = (uint64_t)INT64_MAX;
		for (int i = 0; i < 2; i++)
			key.high -= (uint64_t)(info->shares.time[WS_CAUSE_DUPLICATE_ACKS][i] +
			                       info->shares.time[WS_CAUSE_TIMEOUT][i]);
		break;
	case WS_ORDER_NUMBER:
	case WS_ORDER_COUNT:
		break;
	}
	return key;
}

/* A second description of a connection, which is compared with the functions that read only parts of it. */
static void check_ends(const struct ws_conn_info *info)
{
	const struct ws_endpoint_info *e = info->endpoint;
	if (info->client == WS_ROLE_UNKNOWN)
		assert_int_equal(info->likely_client, e[0].port < e[1].port);
	if (e[0].port != e[1].port || memcmp(&e[0].address, &e[1].address, sizeof(e[0].address)) != 0)
		return;
	assert_int_equal(e[0].packets, e[1].packets); /* connected to itself: both ends are the same one */
	assert_int_equal(e[0].state, e[1].state);
}

static void check_order(struct world *world, enum ws_order order, const char *text)
{
	struct list_view *list = &world->ui->list;
	struct prompt_error error;
	struct ws_filter_error refused;
	struct ws_filter *filter = ws_filter_compile(text, &refused);
	assert_non_null(filter);
	const size_t all = ws_tracker_conn_count(world->tracker);
	struct row *rows = calloc(all, sizeof(*rows));
	assert_non_null(rows);
	size_t count = 0;
	for (size_t rank = 0; rank < all; rank++) {
		struct ws_conn_info info;
		const ws_conn_id id = ws_tracker_conn_at(world->tracker, rank);
		assert_true(ws_tracker_conn(world->tracker, id, &info));
		check_ends(&info);
		if (ws_filter_match(filter, &info))
			rows[count++] = (struct row){key_of(&info, order, world->now), rank, id};
	}
	qsort(rows, count, sizeof(*rows), compare_rows);
	list->sort = order;
	assert_true(list_filter_set(world->ui, &world->model, text, &error));
	assert_int_equal(list->survey.phase, LIST_RESTS); /* so few are done at once */
	assert_int_equal(list_count(list, &world->model), count);
	for (size_t place = 0; place < count; place++)
		if (list_at(list, &world->model, place) != rows[place].id)
			fail_msg("sorted by %s, filter '%s': another connection at place %zu", ws_order_name(order),
			         text, place);
	free(rows);
	ws_filter_free(filter);
}

static void check_tally(struct world *world)
{
	const struct list_tally *tally = world->ui->list.survey.tally;
	for (int severity = 3; tally->tag; severity = tally++->severity) {
		uint64_t count = 0;
		for (size_t rank = 0; rank < ws_tracker_conn_count(world->tracker); rank++) {
			struct ws_conn_info info;
			const char *tag;
			const ws_conn_id id = ws_tracker_conn_at(world->tracker, rank);
			assert_true(ws_tracker_conn(world->tracker, id, &info));
			ws_conn_verdict(&info, NULL, &tag, NULL);
			count += strcmp(tag, tally->tag) == 0;
		}
		assert_int_equal(tally->count, count);
		assert_in_range(tally->severity, 0, severity);
	}
}

static const char *const filters[] = {
        "",
        "10.0.0.0/28",
        "client.address == 10.0.0.2 or server.port == 1001",
        "port == 1010",
        "server.state == CLOSED",
        "state in {ESTABLISHED, TIME_WAIT, FIN_WAIT_1}",
        "not verdict in {OPEN, CLOSED}",
        "severity >= 2",
        "role == guessed",
        "handshake != missed",
        "close == rst and closed_by == client",
        "closed_by == both or closed_by == server",
        "packets > 5 and client.bytes < 1K",
        "unacknowledged > 0",
        "retransmissions > 0 or zero_windows > 0 or server.keep_alives > 0",
        "duration > 100",
        "initial_rtt < 1s",
        "vlan == 1",
        "number in 50..900",
};

static void test_every_order(void **state)
{
	struct world *world = *state;
	for (int round = 0; round < 3; round++) { /* what was remembered of the round before does not count */
		for (unsigned i = 0; i < PACKETS; i++)
			send_any(world);
		assert_in_range(ws_tracker_conn_count(world->tracker), 2000, 20000);
		for (enum ws_order order = 0; order < WS_ORDER_COUNT; order++)
			for (size_t i = 0; i < WS_ARRAY_SIZE(filters); i++)
				check_order(world, order, filters[i]);
		check_tally(world);
	}
}

/* ---- The sort itself, which stops anywhere */

/* Keys that differ in all bits of `mask`, the same ones often. */
static void sort_keys(uint64_t random, struct ws_order_key mask, size_t count, size_t limit)
{
	struct ws_order_key *keys = calloc(count + 1, sizeof(*keys));
	struct row *rows = calloc(count + 1, sizeof(*rows));
	struct list_sorting *sorting = calloc(1, sizeof(*sorting));
	assert_true(keys && rows && sorting);
	for (size_t i = 0; i < count; i++) {
		keys[i] = i % 3 ? (struct ws_order_key){draw_lot(&random) & mask.high, draw_lot(&random) & mask.low}
		                : keys[i / 2];
		rows[i] = (struct row){keys[i], i, 0};
		list_sort_note(sorting, &keys[0], &keys[i - (i > 0)], &keys[i]);
	}
	qsort(rows, count, sizeof(*rows), compare_rows);
	bool in_order = true;
	for (size_t i = 0; i < count; i++)
		in_order = in_order && rows[i].rank == i;
	assert_int_equal(sorting->needed, !in_order);
	sorting->items = calloc(count + 1, sizeof(*sorting->items));
	sorting->scratch = calloc(count + 1, sizeof(*sorting->scratch));
	assert_true(sorting->items && sorting->scratch);
	if (sorting->needed) {
		list_sort_begin(sorting, count);
		while (!list_sort_slice(sorting, keys, count, limit))
			;
	}
	for (size_t i = 0; sorting->needed && i < count; i++)
		assert_int_equal(list_sort_at(sorting, i), rows[i].rank);
	free(sorting->items);
	free(sorting->scratch);
	free(sorting);
	free(rows);
	free(keys);
}

static void test_the_sort(void **state)
{
	(void)state;
	static const struct ws_order_key masks[] = {
	        {0, 0},
	        {0, 1},
	        {UINT64_C(1) << 63, 0},
	        {UINT64_C(1) << 63, 1},
	        {0, 0x3ff},
	        {0xffff, UINT64_C(0xffff) << 48},
	        {UINT64_C(0x8421084210842108), UINT64_C(0x1248124812481248)},
	        {UINT64_MAX, UINT64_MAX},
	};
	static const size_t counts[] = {0, 1, 2, 3, 1023, 1024, KEYS}, limits[] = {7, 1000, SIZE_MAX};
	for (size_t m = 0; m < WS_ARRAY_SIZE(masks); m++)
		for (size_t c = 0; c < WS_ARRAY_SIZE(counts); c++)
			for (size_t l = 0; l < WS_ARRAY_SIZE(limits); l++)
				sort_keys(1 + m, masks[m], counts[c], limits[l]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_every_order, set_up, tear_down),
	        cmocka_unit_test(test_the_sort),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
