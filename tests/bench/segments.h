/* TCP segments that a benchmark hands to a tracker without a capture, and the CPU time that it has taken. */
#ifndef TESTS_BENCH_SEGMENTS_H
#define TESTS_BENCH_SEGMENTS_H

#include <wirestate/track.h>

#include <time.h>

/* Seconds. */
static inline double cpu_time(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct bench_ends {
	struct ws_addr address[2]; /* client, server */
	uint16_t port[2];
};

/* An address from its four bytes. */
static inline struct ws_addr bench_address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return (struct ws_addr){{[10] = 0xff, [11] = 0xff, [12] = a, [13] = b, [14] = c, [15] = d}};
}

struct bench_segment {
	bool server; /* the server sends it */
	uint16_t flags;
	uint32_t sequence, acknowledgment, length;
};

/* Frames come 5 microseconds apart. */
static inline void bench_put(struct ws_tracker *tracker, uint64_t frame_number, const struct bench_ends *ends,
                             const struct bench_segment *segment)
{
	const unsigned from = segment->server;
	const struct ws_frame frame = {.time = 1700000000 * WS_SECOND + (ws_time)frame_number * 5000,
	                               .number = frame_number,
	                               .position = frame_number,
	                               .captured = 54,
	                               .length = 54};
	const struct ws_packet packet = {.frame = &frame,
	                                 .vlan = WS_NO_VLAN,
	                                 .ip_version = 4,
	                                 .ip_protocol = 6,
	                                 .identification = (uint16_t)frame_number,
	                                 .source = ends->address[from],
	                                 .destination = ends->address[!from],
	                                 .transport = WS_TRANSPORT_TCP,
	                                 .source_port = ends->port[from],
	                                 .destination_port = ends->port[!from],
	                                 .payload_length = segment->length,
	                                 .checksum = WS_CHECKSUM_GOOD,
	                                 .tcp_complete = true,
	                                 .sequence = segment->sequence,
	                                 .acknowledgment = segment->acknowledgment,
	                                 .flags = segment->flags,
	                                 .window = 60000,
	                                 .tcp = {.window_scale = 7}};
	struct ws_track_result result;
	while (ws_tracker_advance(tracker, frame.time, &result))
		;
	ws_tracker_packet(tracker, &packet, &result);
}

#endif
