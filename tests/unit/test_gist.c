/* A tracker that takes the gists of packets where there are some comes to the same as one that takes the packets: the same
 * results and events of each packet, and the same of all that is kept besides connections. Checked with history, for
 * every capture there is. And a gist that is made right from a frame is the one of its packet, also of frames with other
 * bytes, cut, or padded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decode/application.h"
#include "decode/plain.h"
#include "random.h"
#include "relinked.h"
#include "same_gist.h"
#include "track/tracker.h"

#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 1 << 20, VARIANTS = 16, VARIED = 2048, HEADERS = 100, PADDED = 64 };

struct pair {
	struct ws_tracker *packets, *gists;
	struct ws_tracker *plain; /* without history, for which blocks of SACK are in the gist */
	size_t taken;             /* gists */
	size_t of_frames, others; /* gists made right from a frame, and those that can only be made of its packet */
	uint64_t random;
};

static struct ws_tracker *new_tracker(void)
{
	const struct ws_tracker_config config = {.history = true, .joins = true, .shares = true, .exchanges = true};
	struct ws_tracker *tracker = ws_tracker_create(&config, NULL);
	assert_non_null(tracker);
	return tracker;
}

static void assert_same_events(const struct ws_track_result *a, const struct ws_track_result *b)
{
	assert_int_equal(a->event_count, b->event_count);
	for (size_t i = 0; i < a->event_count; i++) {
		assert_int_equal(a->events[i].kind, b->events[i].kind);
		assert_int_equal(a->events[i].time, b->events[i].time);
		assert_int_equal(a->events[i].frame, b->events[i].frame);
		assert_int_equal(a->events[i].conn_number, b->events[i].conn_number);
		if (a->events[i].kind == WS_EVENT_TRANSITION)
			assert_memory_equal(&a->events[i].transition, &b->events[i].transition,
			                    sizeof(a->events[i].transition));
	}
}

static void run_timers(struct pair *pair, ws_time time)
{
	struct ws_track_result a, b;
	bool more;
	do {
		more = ws_tracker_advance(pair->packets, time, &a);
		assert_int_equal(ws_tracker_advance(pair->gists, time, &b), more);
		assert_same_events(&a, &b);
	} while (more);
}

/* The long way: by the functions for each header. */
static bool gist_of_packet(const struct ws_tracker *tracker, const struct ws_frame *frame, struct ws_gist *gist)
{
	static struct ws_packet packet;
	ws_decode_headers(frame, &packet);
	packet.may_name = ws_may_state_name(&packet);
	ws_tracker_hash(tracker, &packet);
	return ws_tracker_gist(tracker, &packet, gist);
}

static void compare_gists(struct pair *pair, const struct ws_frame *frame)
{
	const struct ws_tracker *trackers[] = {pair->gists, pair->plain};
	for (size_t i = 0; i < WS_ARRAY_SIZE(trackers); i++) {
		struct ws_gist quick, slow;
		memset(&quick, 0xff, sizeof(quick)); /* most bits are to be 0 */
		memset(&slow, 0xa5, sizeof(slow));
		const bool is_quick = ws_tracker_gist_of_frame(trackers[i], frame, &quick),
		           is_slow = gist_of_packet(trackers[i], frame, &slow);
		pair->of_frames += is_quick;
		pair->others += is_slow && !is_quick;
		if (!is_quick)
			continue;
		assert_true(is_slow);
		if (gist_difference(&quick, &slow))
			fail_msg("frame %llu: %s", (unsigned long long)frame->number, gist_difference(&quick, &slow));
	}
}

/* In memory of exactly its size, so that a sanitizer sees what is read past it. */
static void compare_bytes(struct pair *pair, const struct ws_frame *frame, const uint8_t *bytes, uint32_t captured,
                          uint32_t length)
{
	struct ws_frame copy = *frame;
	uint8_t *data = malloc(captured ? captured : 1);
	assert_non_null(data);
	memcpy(data, bytes, captured);
	copy.data = data;
	copy.captured = captured;
	copy.length = length;
	compare_gists(pair, &copy);
	free(data);
}

static void compare_variants(struct pair *pair, const struct ws_frame *frame)
{
	uint8_t copy[VARIED + PADDED];
	const uint32_t captured = frame->captured;
	compare_gists(pair, frame);
	if (captured > VARIED || !captured)
		return;
	for (unsigned i = 0; i < VARIANTS; i++) {
		const uint32_t pad = i % 4 == 3 ? below(&pair->random, PADDED) : 0,
		               cut = i % 4 == 2 ? below(&pair->random, captured) : 0;
		memset(copy, 0, sizeof(copy));
		memcpy(copy, frame->data, captured);
		for (unsigned changes = i % 3; changes; changes--)
			copy[below(&pair->random, captured < HEADERS ? captured : HEADERS)] ^=
			        (uint8_t)(1u << below(&pair->random, 8));
		compare_bytes(pair, frame, copy, captured + pad - cut, frame->length + pad);
	}
}

/* The same packet on each other link, whole and cut. */
static void compare_links(struct pair *pair, const struct ws_frame *frame)
{
	uint8_t copy[VARIED + RELINKED_MOST];
	if (frame->captured > VARIED)
		return;
#define X(link_type, tags)                                                                                             \
	{                                                                                                              \
		const uint32_t captured = relinked(frame, link_type, tags, copy);                                      \
		struct ws_frame other = *frame;                                                                        \
		other.link = link_type;                                                                                \
		other.length += captured - frame->captured;                                                            \
		if (captured) {                                                                                        \
			compare_bytes(pair, &other, copy, captured, other.length);                                     \
			compare_bytes(pair, &other, copy, below(&pair->random, captured), other.length);               \
		}                                                                                                      \
	}
	RELINKED_WAYS(X)
#undef X
}

static void take(void *context, const struct ws_frame *frame)
{
	struct pair *pair = context;
	struct ws_packet packet;
	struct ws_gist gist;
	struct ws_track_result a, b;
	compare_variants(pair, frame);
	compare_links(pair, frame);
	ws_decode(frame, &packet);
	run_timers(pair, frame->time);
	ws_tracker_packet(pair->packets, &packet, &a);
	ws_tracker_hash(pair->gists, &packet);
	if (ws_tracker_gist(pair->gists, &packet, &gist)) {
		pair->taken++;
		ws_tracker_take_gist(pair->gists, &gist, &b);
	} else {
		ws_tracker_packet(pair->gists, &packet, &b);
	}
	assert_int_equal(a.conn_number, b.conn_number);
	assert_int_equal(a.direction, b.direction);
	assert_int_equal(a.duplicate, b.duplicate);
	assert_int_equal(a.checksum_ignored, b.checksum_ignored);
	assert_int_equal(a.analysis, b.analysis);
	assert_int_equal(a.relative_sequence, b.relative_sequence);
	assert_int_equal(a.relative_acknowledgment, b.relative_acknowledgment);
	assert_int_equal(a.duplicate_ack_number, b.duplicate_ack_number);
	assert_same_events(&a, &b);
}

static void assert_same_hops(const struct pair *pair)
{
	const size_t count = ws_tracker_hop_count(pair->packets);
	assert_int_equal(ws_tracker_hop_count(pair->gists), count);
	for (size_t i = 0; i < count; i++) {
		struct ws_hop a, b;
		assert_true(ws_tracker_hop(pair->packets, i, &a));
		assert_true(ws_tracker_hop(pair->gists, i, &b));
		assert_memory_equal(&a.address, &b.address, sizeof(a.address));
		assert_memory_equal(a.mac, b.mac, sizeof(a.mac));
		assert_int_equal(a.vlan, b.vlan);
		assert_int_equal(a.frame, b.frame);
		assert_int_equal(a.position, b.position);
	}
}

static void assert_same_datagrams(const struct pair *pair)
{
	const struct ws_log *log = &pair->packets->udp.datagrams;
	assert_int_equal(pair->gists->udp.datagrams.end, log->end);
	for (uint64_t number = ws_log_first(log); number < log->end; number++) {
		struct ws_datagram_info a, b;
		assert_true(ws_tracker_datagram(pair->packets, number, &a));
		assert_true(ws_tracker_datagram(pair->gists, number, &b));
		assert_int_equal(a.time, b.time);
		assert_int_equal(a.frame, b.frame);
		assert_int_equal(a.position, b.position);
		assert_int_equal(a.conversation, b.conversation);
		assert_int_equal(a.length, b.length);
		assert_int_equal(a.direction, b.direction);
		assert_int_equal(a.fragmented, b.fragmented);
		assert_int_equal(a.answer_frame, b.answer_frame);
	}
}

/* What is compared with other points. */
static void assert_same_for_joins(const struct pair *pair)
{
	const struct ws_range range = ws_tracker_datagrams(pair->packets);
	assert_int_equal(ws_tracker_datagrams(pair->gists).end, range.end);
	for (uint64_t number = range.first; number < range.end; number++)
		assert_memory_equal(ws_tracker_join_datagram(pair->gists, number),
		                    ws_tracker_join_datagram(pair->packets, number), sizeof(struct ws_join_datagram));
}

static void assert_same_totals(const struct pair *pair)
{
	struct ws_tracker_stats a, b;
	ws_tracker_stats(pair->packets, &a);
	ws_tracker_stats(pair->gists, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(pair->gists->series.count, pair->packets->series.count);
	assert_memory_equal(pair->gists->series.slot, pair->packets->series.slot,
	                    pair->packets->series.count * sizeof(pair->packets->series.slot[0]));
}

static void check_capture(const char *path, struct pair *sum)
{
	const struct ws_capture_options options = {.fcs_length = -1, .keep_bytes = 1 << 20};
	struct pair pair = {.packets = new_tracker(), .gists = new_tracker(), .random = 7};
	struct ws_error error = {.status = WS_OK};
	pair.plain = ws_tracker_create(&(struct ws_tracker_config){.shares = true}, NULL);
	assert_non_null(pair.plain);
	struct ws_capture *capture = ws_capture_open_file(path, &options, &error);
	while (capture && ws_capture_read(capture, 256, take, &pair, &error) == WS_READ_MORE)
		;
	ws_capture_close(capture);
	assert_same_hops(&pair);
	assert_same_datagrams(&pair);
	assert_same_for_joins(&pair);
	assert_same_totals(&pair);
	ws_tracker_free(pair.packets);
	ws_tracker_free(pair.gists);
	ws_tracker_free(pair.plain);
	sum->taken += pair.taken;
	sum->of_frames += pair.of_frames;
	sum->others += pair.others;
}

static void test_captures(void **state)
{
	(void)state;
	char captures[] = "captures", scenarios[] = "tests/lab/scenarios", corpus[] = "../shared/corpus";
	char *const folders[] = {captures, scenarios, access(corpus, R_OK) == 0 ? corpus : NULL, NULL};
	struct pair sum = {.taken = 0};
	FTS *walk = fts_open(folders, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	assert_non_null(walk);
	for (FTSENT *file; (file = fts_read(walk));)
		if (file->fts_info == FTS_F && file->fts_statp->st_size <= LARGEST && strstr(file->fts_name, ".pcap"))
			check_capture(file->fts_path, &sum);
	fts_close(walk);
	assert_true(sum.taken > 1000);
	assert_true(sum.of_frames > 100000 && sum.of_frames > 4 * sum.others);
}

/* What the tracker has to see itself. */
static void test_no_gist(void **state)
{
	(void)state;
	struct ws_tracker *tracker = new_tracker();
	const struct ws_frame frame = {.time = WS_SECOND, .number = 1, .captured = 60, .length = 60};
	const struct ws_packet segment = {.frame = &frame,
	                                  .ip_version = 4,
	                                  .transport = WS_TRANSPORT_TCP,
	                                  .tcp_complete = true,
	                                  .source_port = 1,
	                                  .destination_port = 2};
	struct ws_gist gist;
	struct ws_packet packet = segment;
	ws_tracker_hash(tracker, &packet);
	assert_true(ws_tracker_gist(tracker, &packet, &gist));
	packet.fragment = true;
	assert_false(ws_tracker_gist(tracker, &packet, &gist));
	packet.fragment = false;
	packet.tcp.sack_count = 1; /* graphs show the blocks */
	assert_false(ws_tracker_gist(tracker, &packet, &gist));
	packet = segment;
	packet.tunnel_count = 1;
	ws_tracker_hash(tracker, &packet);
	assert_false(ws_tracker_gist(tracker, &packet, &gist));
	packet = segment;
	packet.tcp_complete = false;
	ws_tracker_hash(tracker, &packet);
	assert_false(ws_tracker_gist(tracker, &packet, &gist));
	ws_tracker_free(tracker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_captures), cmocka_unit_test(test_no_gist)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
