/* A tracker in which ordinary segments go the short way, see ordinary.c, comes to the same as one in which all go the
 * long one: after each segment the whole connection, the result and the events are compared, for every capture there is
 * and for random connections; and the short way must really be taken. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "same_tracker.h"

#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 1 << 20 };

struct pair {
	struct ws_tracker *shorter, *longer;
	uint64_t segments;
};

static struct pair new_pair(bool history)
{
	const struct ws_tracker_config config = {.history = history, .shares = true, .exchanges = true};
	struct pair pair = {ws_tracker_create(&config, NULL), ws_tracker_create(&config, NULL), 0};
	assert_non_null(pair.shorter);
	assert_non_null(pair.longer);
	assert_true(pair.shorter->predicts);
	pair.longer->predicts = false;
	return pair;
}

/* Returns how many went the short way. */
static uint64_t free_pair(struct pair *pair)
{
	const uint64_t ordinary = pair->shorter->ordinary;
	assert_int_equal(pair->longer->ordinary, 0);
	ws_tracker_free(pair->shorter);
	ws_tracker_free(pair->longer);
	return ordinary;
}

/* In the long way no part may go a short way of its own. */
static void forbid_plain_steps(struct ws_tracker *tracker)
{
	for (ws_conn_id id = 1; id <= tracker->table.place_count; id++) {
		struct ws_conn *conn = ws_table_awake(&tracker->table, id);
		if (conn)
			conn->machine.plain = 0;
	}
}

static void assert_same_result(const struct ws_track_result *a, const struct ws_track_result *b)
{
	if (result_difference(a, b))
		fail_msg("%s", result_difference(a, b));
}

static void run_timers(struct pair *pair, ws_time time)
{
	struct ws_track_result a, b;
	bool more;
	do {
		more = ws_tracker_advance(pair->shorter, time, &a);
		assert_int_equal(ws_tracker_advance(pair->longer, time, &b), more);
		assert_same_result(&a, &b);
	} while (more);
}

static void compare(struct pair *pair, const struct ws_track_result *a, const struct ws_track_result *b)
{
	assert_same_result(a, b);
	assert_memory_equal(&pair->shorter->stats, &pair->longer->stats, sizeof(pair->shorter->stats));
	const char *difference = a->conn ? connection_difference(pair->shorter, pair->longer, a->conn) : NULL;
	if (difference)
		fail_msg("%s", difference);
	pair->segments += a->conn > 0;
}

/* ---- Captures */

static void take(void *context, const struct ws_frame *frame)
{
	struct pair *pair = context;
	struct ws_packet packet;
	struct ws_gist gist;
	struct ws_track_result a, b;
	ws_decode(frame, &packet);
	run_timers(pair, frame->time);
	forbid_plain_steps(pair->longer);
	struct ws_packet other = packet;
	ws_tracker_hash(pair->shorter, &packet);
	if (ws_tracker_gist(pair->shorter, &packet, &gist))
		ws_tracker_take_gist(pair->shorter, &gist, &a);
	else
		ws_tracker_packet(pair->shorter, &packet, &a);
	ws_tracker_packet(pair->longer, &other, &b);
	compare(pair, &a, &b);
}

static uint64_t check_capture(const char *path, bool history)
{
	const struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1 << 20};
	struct pair pair = new_pair(history);
	struct ws_error error = {.status = WS_OK};
	struct ws_capture *capture = ws_capture_open_file(path, &options, &error);
	while (capture && ws_capture_read(capture, 256, take, &pair, &error) == WS_READ_MORE)
		;
	ws_capture_close(capture);
	return free_pair(&pair);
}

static void test_captures(void **state)
{
	(void)state;
	char captures[] = "captures", scenarios[] = "tests/lab/scenarios", corpus[] = "../shared/corpus";
	char *const folders[] = {captures, scenarios, access(corpus, R_OK) == 0 ? corpus : NULL, NULL};
	uint64_t ordinary = 0;
	bool history = false;
	FTS *walk = fts_open(folders, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	for (FTSENT *file; (file = fts_read(walk)); history = !history)
		if (file->fts_info == FTS_F && file->fts_statp->st_size <= LARGEST && strstr(file->fts_name, ".pcap"))
			ordinary += check_capture(file->fts_path, history);
	fts_close(walk);
	assert_true(ordinary > 200);
}

/* ---- Random connections */

enum { ROUNDS = 4000, SEGMENTS = 60 };

struct side {
	uint32_t next, acked; /* its next sequence number, and the acknowledgment number that it has sent */
	uint16_t identification;
};

struct world {
	uint64_t random;
	struct pair pair;
	struct side side[2];
	bool timestamps, scales, ip_version_6;
	ws_time time;
	uint64_t frame;
	uint16_t port;
};

static void send_gist(struct world *w, const struct ws_gist *gist)
{
	struct ws_track_result a, b;
	run_timers(&w->pair, gist->segment.time);
	forbid_plain_steps(w->pair.longer);
	ws_tracker_take_gist(w->pair.shorter, gist, &a);
	ws_tracker_take_gist(w->pair.longer, gist, &b);
	compare(&w->pair, &a, &b);
}

static struct ws_gist make(struct world *w, unsigned from, uint16_t flags, uint32_t length)
{
	struct side *self = &w->side[from], *peer = &w->side[!from];
	struct ws_gist gist = {.segment = {.time = w->time,
	                                   .frame = ++w->frame,
	                                   .position = w->frame * 100,
	                                   .sequence = self->next,
	                                   .acknowledgment = flags & WS_TCP_ACK ? peer->next : 0,
	                                   .length = length,
	                                   .flags = flags,
	                                   .window = (uint16_t)(1000 + below(&w->random, 3)),
	                                   .identification = w->ip_version_6 ? 0 : ++self->identification,
	                                   .vlan = WS_NO_VLAN,
	                                   .window_scale = 255,
	                                   .ttl = from ? 57 : 64,
	                                   .timestamps = w->timestamps},
	                       .checksum = WS_CHECKSUM_GOOD,
	                       .checksum_sent = (uint16_t)below(&w->random, 65536),
	                       .transport = WS_TRANSPORT_TCP,
	                       .ip_version = w->ip_version_6 ? 6 : 4,
	                       .frame_length = 54 + length};
	gist.source.byte[15] = (uint8_t)(1 + from);
	gist.destination.byte[15] = (uint8_t)(2 - from);
	gist.port[from] = w->port;
	gist.port[!from] = 80;
	if (w->timestamps) {
		gist.segment.tsval = (uint32_t)(w->time / WS_MILLISECOND);
		gist.segment.tsecr = gist.segment.tsval - below(&w->random, 3);
	}
	return gist;
}

/* What happens to few segments. */
static void disturb(struct world *w, struct ws_gist *gist)
{
	struct ws_segment *s = &gist->segment;
	uint64_t *random = &w->random;
	switch (below(random, 16)) {
	case 0:
		s->sequence += below(random, 4000) - 2000;
		break;
	case 1:
		s->sequence += below(random, 3) - 1;
		break;
	case 2:
		s->acknowledgment += below(random, 4000) - 2000;
		break;
	case 3:
		s->acknowledgment += below(random, 3) - 1;
		break;
	case 4:
		s->sack = 1;
		s->sack_right = s->acknowledgment + below(random, 100);
		break;
	case 5:
		send_gist(w, gist); /* the packet is captured twice */
		s->interface += below(random, 2);
		break;
	case 6:
		s->bad_checksum = 1;
		gist->checksum = WS_CHECKSUM_BAD;
		break;
	case 7:
		s->window = (uint16_t)below(random, 2);
		break;
	case 8:
		s->tsval -= below(random, 10);
		break;
	case 9:
		w->time += below(random, 3) * WS_SECOND;
		break;
	case 10:
		s->time -= below(random, 3) * WS_SECOND; /* the clock was set back */
		break;
	case 11:
		s->ttl++;
		s->identification = (uint16_t)below(random, 65536);
		break;
	case 12:
		s->length += s->length ? below(random, 1000) : 0;
		break;
	default:
		if (below(random, 10) == 0)
			s->flags = (uint16_t)below(random, 256);
		break;
	}
}

static uint32_t length_of(struct world *w)
{
	static const uint32_t length[] = {0, 0, 1, 100, 1000, 1448, 1448};
	return length[below(&w->random, WS_ARRAY_SIZE(length))];
}

static void open_connection(struct world *w)
{
	static const uint16_t flags[] = {WS_TCP_SYN, WS_TCP_SYN | WS_TCP_ACK, WS_TCP_ACK};
	for (unsigned i = 0; i < WS_ARRAY_SIZE(flags); i++, w->time += 10 * WS_MILLISECOND) {
		struct ws_gist gist = make(w, i % 2, flags[i], 0);
		gist.segment.mss = flags[i] & WS_TCP_SYN ? 1448 : 0;
		gist.segment.window_scale = w->scales && flags[i] & WS_TCP_SYN ? 7 : 255;
		w->side[i % 2].next += !!(flags[i] & WS_TCP_SYN);
		send_gist(w, &gist);
	}
}

static void converse(struct world *w)
{
	const uint32_t trouble = 2 + below(&w->random, 60);
	w->timestamps = below(&w->random, 2);
	w->scales = below(&w->random, 2);
	w->ip_version_6 = below(&w->random, 2);
	w->port = (uint16_t)(1024 + below(&w->random, 2000)); /* some come again */
	for (unsigned i = 0; i < 2; i++)
		w->side[i] = (struct side){.next = below(&w->random, UINT32_MAX)};
	if (below(&w->random, 4))
		open_connection(w);
	for (unsigned i = 0; i < SEGMENTS; i++, w->time += below(&w->random, 20) * WS_MILLISECOND) {
		const unsigned from = below(&w->random, 2);
		const bool last = i + 6 > SEGMENTS && !below(&w->random, 2);
		struct ws_gist gist = make(w, from, last ? WS_TCP_ACK | WS_TCP_FIN : WS_TCP_ACK, length_of(w));
		if (gist.segment.length && below(&w->random, 2))
			gist.segment.flags |= WS_TCP_PSH;
		if (below(&w->random, trouble) == 0)
			disturb(w, &gist);
		const uint32_t end = gist.segment.sequence + gist.segment.length + last;
		w->side[from].next = ws_seq_max(w->side[from].next, end);
		send_gist(w, &gist);
	}
}

static void test_random(void **state)
{
	(void)state;
	struct world w = {.random = 18, .time = 1000 * WS_SECOND};
	uint64_t ordinary = 0, segments = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (i % 50 == 0)
			w.pair = new_pair(i % 100);
		converse(&w);
		if (i % 50 < 49)
			continue;
		segments += w.pair.segments;
		ordinary += free_pair(&w.pair);
	}
	assert_true(segments > ROUNDS * SEGMENTS);
	assert_true(ordinary > segments / 4);
	assert_true(ordinary < segments);
}

/* A FIN inside data that was sent before counts when it is acknowledged, and nothing past it: then that ACK is not ordinary. */
static void test_fin_inside(void **state)
{
	(void)state;
	struct world w = {.random = 18, .time = 1000 * WS_SECOND, .port = 2000, .pair = new_pair(false)};
	open_connection(&w);
	struct ws_gist gist;
	for (unsigned i = 0; i < 4; i++, w.time += WS_MILLISECOND) {
		gist = make(&w, 0, WS_TCP_ACK, 1000);
		w.side[0].next += 1000;
		send_gist(&w, &gist);
		gist = make(&w, 1, WS_TCP_ACK, i == 0 ? 1000 : 0);
		w.side[1].next += gist.segment.length;
		if (i < 2)
			send_gist(&w, &gist);
	}
	const uint32_t end = w.side[0].next;
	w.side[0].next = end - 1000;
	gist = make(&w, 0, WS_TCP_ACK | WS_TCP_FIN, 0);
	send_gist(&w, &gist);
	w.side[0].next = end - 999;
	w.time += WS_MILLISECOND;
	gist = make(&w, 1, WS_TCP_ACK, 0);
	send_gist(&w, &gist);
	assert_int_equal(ws_table_awake(&w.pair.longer->table, 1)->machine.endpoint[0].state, WS_FIN_WAIT_2);
	free_pair(&w.pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_captures), cmocka_unit_test(test_random),
	                                   cmocka_unit_test(test_fin_inside)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
