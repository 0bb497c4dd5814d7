/* Two trackers that take the same frames: one the short ways, with gists and plain steps, the other one whole packets. After each
 * frame both must have come to the same, and at the end they write the same records. */
#ifndef TWO_WAYS_H
#define TWO_WAYS_H

#include "../unit/same_gist.h"
#include "../unit/same_tracker.h"

#include <wirestate/output.h>
#include <wirestate/packet.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct ways {
	struct ws_tracker *shorter, *longer;
	struct ws_output *records[2];
	int fd[2];
	uint64_t named; /* a bit for the hash of each flow in which a name may go on */
};

static inline void fail(const char *what)
{
	fprintf(stderr, "the short way and the long one differ: %s\n", what);
	abort();
}

/* In the long way no part may go a short way of its own. */
static inline void forbid_plain_steps(struct ws_tracker *tracker)
{
	for (ws_conn_id id = 1; id <= tracker->table.place_count; id++) {
		struct ws_conn *conn = ws_table_awake(&tracker->table, id);
		if (conn)
			conn->machine.plain = 0;
	}
}

static inline void compare_results(const struct ws_track_result *a, const struct ws_track_result *b)
{
	const char *difference = result_difference(a, b);
	if (difference)
		fail(difference);
}

static inline void run_timers(struct ways *ways, ws_time time)
{
	struct ws_track_result a, b;
	bool more;
	do {
		more = ws_tracker_advance(ways->shorter, time, &a);
		if (ws_tracker_advance(ways->longer, time, &b) != more)
			fail("timers");
		compare_results(&a, &b);
		(void)!ws_output_events(ways->records[0], &a, ways->shorter);
		(void)!ws_output_events(ways->records[1], &b, ways->longer);
	} while (more);
}

/* As decoder.c does: the gist of the frame, or else that of the packet; but for data of flows in which a name may go on. */
static inline void take_short(struct ways *ways, const struct ws_frame *frame, struct ws_packet *packet,
                              struct ws_track_result *result)
{
	struct ws_gist gist, other;
	ws_tracker_hash(ways->shorter, packet);
	const bool quick = ws_tracker_gist_of_frame(ways->shorter, frame, &gist);
	const bool slow = ws_tracker_gist(ways->shorter, packet, &other);
	if (quick && (!slow || gist_difference(&gist, &other)))
		fail(slow ? gist_difference(&gist, &other) : "a gist that the packet has not");
	const uint64_t flow = UINT64_C(1) << packet->flow % 64;
	if (packet->name_goes_on)
		ways->named |= flow;
	if ((quick || slow) && !(packet->payload_length && ways->named & flow)) {
		ws_tracker_take_gist(ways->shorter, quick ? &gist : &other, result);
		return;
	}
	ws_tracker_expect_name(ways->shorter, packet);
	ws_tracker_packet(ways->shorter, packet, result);
}

static inline void take(struct ways *ways, const struct ws_frame *frame)
{
	struct ws_packet packet;
	struct ws_track_result a, b;
	ws_decode(frame, &packet);
	struct ws_packet other = packet;
	run_timers(ways, frame->time);
	forbid_plain_steps(ways->longer);
	take_short(ways, frame, &packet, &a);
	ws_tracker_packet(ways->longer, &other, &b);
	compare_results(&a, &b);
	if (memcmp(&ways->shorter->stats, &ways->longer->stats, sizeof(ways->shorter->stats)) != 0)
		fail("stats");
	const char *difference = a.conn ? connection_difference(ways->shorter, ways->longer, a.conn) : NULL;
	if (difference)
		fail(difference);
	(void)!ws_output_packet(ways->records[0], &packet, &a, ways->shorter);
	(void)!ws_output_packet(ways->records[1], &other, &b, ways->longer);
}

static inline bool open_ways(struct ways *ways, bool history)
{
	const struct ws_tracker_config config = {
	        .max_memory = 1 << 25, .history = history, .names = true, .shares = true, .exchanges = true};
	const struct ws_output_options options = {.format = WS_FORMAT_JSON, .records = (1u << WS_RECORD_COUNT) - 1};
	ways->shorter = ws_tracker_create(&config, NULL);
	ways->longer = ws_tracker_create(&config, NULL);
	for (unsigned i = 0; i < 2; i++) {
		ways->fd[i] = memfd_create("records", 0);
		ways->records[i] = ways->fd[i] >= 0 ? ws_output_create(ways->fd[i], &options, NULL) : NULL;
	}
	if (!ways->shorter || !ways->longer || !ways->records[0] || !ways->records[1])
		return false;
	ways->longer->predicts = false;
	return true;
}

static inline void compare_records(struct ways *ways)
{
	const struct ws_capture_stats stats = {0};
	(void)!ws_output_finish(ways->records[0], ways->shorter, &stats);
	(void)!ws_output_finish(ways->records[1], ways->longer, &stats);
	const off_t size = lseek(ways->fd[0], 0, SEEK_END), other = lseek(ways->fd[1], 0, SEEK_END);
	if (size != other)
		fail("the length of the records");
	if (size <= 0)
		return;
	char *a = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, ways->fd[0], 0);
	char *b = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, ways->fd[1], 0);
	if (a != MAP_FAILED && b != MAP_FAILED && memcmp(a, b, (size_t)size) != 0)
		fail("the records");
	if (a != MAP_FAILED)
		munmap(a, (size_t)size);
	if (b != MAP_FAILED)
		munmap(b, (size_t)size);
}

static inline void close_ways(struct ways *ways)
{
	ws_tracker_free(ways->shorter);
	ws_tracker_free(ways->longer);
	for (unsigned i = 0; i < 2; i++) {
		ws_output_free(ways->records[i]);
		if (ways->fd[i] >= 0)
			close(ways->fd[i]);
	}
}

#endif
