/* Segments that are given to a tracker as packets, with only those header values that it reads. */
#ifndef TEST_SHOTS_H
#define TEST_SHOTS_H

#include <wirestate/track.h>

enum { CLIENT = 0, SERVER = 1 };

struct shot {
	unsigned from;
	uint16_t flags;
	uint32_t sequence, acknowledgment, length;
	uint32_t milliseconds; /* since the first */
	uint16_t window;       /* 0: 1000 */
	bool closed, bad;      /* a window of 0; a bad checksum */
	uint16_t port;         /* the client's; 0: 40001 */
	uint16_t vlan;         /* 0: none */
	uint32_t interface;
	uint16_t identification; /* 0: the frame's number */
	uint32_t tsval;          /* with timestamps when not 0 */
	uint8_t network;         /* the client's address is 10.0.NETWORK.1 */
	uint16_t mss;            /* 0: none */
	bool unnumbered;         /* the identification is 0 */
	bool no_sack;            /* SACK is not permitted */
	bool cut_off;            /* the capture does not have all of its options */
	uint32_t tsecr;
	uint32_t sack_right; /* of the block before it, which is 1 byte long; 0: none */
	uint16_t mtu;        /* not 0: an ICMP error says that this segment, which is sent already, exceeds this MTU */
};

#define S WS_TCP_SYN
#define A WS_TCP_ACK
#define F (WS_TCP_FIN | WS_TCP_ACK)
#define R WS_TCP_RST

static inline ws_time shot_time(const struct shot *shot)
{
	return 1000 * WS_SECOND + shot->milliseconds * WS_MILLISECOND;
}

static inline struct ws_packet shot_packet(const struct shot *shot, const struct ws_frame *frame)
{
	const struct ws_addr addresses[2] = {
	        {{[10] = 0xff, [11] = 0xff, [12] = 10, [14] = shot->network, [15] = 1}},
	        {{[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 2}},
	};
	const uint16_t ports[2] = {shot->port ? shot->port : 40001, 80};
	return (struct ws_packet){
	        .frame = frame,
	        .vlan = shot->vlan ? shot->vlan : WS_NO_VLAN,
	        .interface = shot->interface,
	        .ip_version = 4,
	        .ip_protocol = 6,
	        .identification = shot->unnumbered       ? 0
	                          : shot->identification ? shot->identification
	                                                 : (uint16_t)frame->number,
	        .source = addresses[shot->from],
	        .destination = addresses[1 - shot->from],
	        .transport = WS_TRANSPORT_TCP,
	        .source_port = ports[shot->from],
	        .destination_port = ports[1 - shot->from],
	        .payload_length = shot->length,
	        .checksum = shot->bad ? WS_CHECKSUM_BAD : WS_CHECKSUM_GOOD,
	        .tcp_complete = true,
	        .sequence = shot->sequence,
	        .acknowledgment = shot->acknowledgment,
	        .flags = shot->flags,
	        .window = shot->closed   ? 0
	                  : shot->window ? shot->window
	                                 : 1000,
	        .tcp = {.window_scale = shot->cut_off ? WS_SCALE_CUT_OFF : 255,
	                .sack_permitted = !shot->no_sack,
	                .mss = shot->mss,
	                .timestamps = shot->tsval != 0,
	                .tsval = shot->tsval,
	                .tsecr = shot->tsecr,
	                .sack_count = shot->sack_right != 0,
	                .sack = {{shot->sack_right - 1, shot->sack_right}}},
	};
}

static inline void shot_make_error(struct ws_packet *packet, uint16_t mtu)
{
	packet->quote = (struct ws_quote){.present = true,
	                                  .source = packet->source,
	                                  .destination = packet->destination,
	                                  .source_port = packet->source_port,
	                                  .destination_port = packet->destination_port,
	                                  .ip_protocol = 6,
	                                  .has_sequence = true,
	                                  .sequence = packet->sequence};
	packet->destination = packet->source;
	packet->source = (struct ws_addr){{[10] = 0xff, [11] = 0xff, [12] = 10, [14] = 9, [15] = 1}};
	packet->ip_protocol = 1;
	packet->transport = WS_TRANSPORT_ICMP;
	packet->icmp_type = 3;
	packet->icmp_code = 4;
	packet->icmp_mtu = mtu;
}

/* Timers do not run here; the test must call ws_tracker_advance(). */
static inline void fire(struct ws_tracker *tracker, const struct shot *shot, uint64_t number,
                        struct ws_track_result *result)
{
	struct ws_frame frame = {
	        .time = shot_time(shot), .number = number, .position = number, .captured = 54, .length = 54};
	struct ws_packet packet = shot_packet(shot, &frame);
	if (shot->mtu)
		shot_make_error(&packet, shot->mtu);
	ws_tracker_packet(tracker, &packet, result);
}

#define OPENING                                                                                                        \
	{.from = CLIENT, .flags = S, .sequence = 100}, {SERVER, S | A, 500, 101, 0, 20, .bad = 0},                     \
	{                                                                                                              \
		CLIENT, A, 101, 501, 0, 40, .bad = 0                                                                   \
	}

/* Fires shots one after another, as frames 1, 2, ..., each after the timers that are due before it. */
static inline void play(struct ws_tracker *tracker, const struct shot *shots, size_t count)
{
	struct ws_track_result result;
	for (size_t i = 0; i < count; i++) {
		while (ws_tracker_advance(tracker, shot_time(&shots[i]), &result))
			continue;
		fire(tracker, &shots[i], i + 1, &result);
	}
}
#define PLAY(tracker, shots) play(tracker, shots, WS_ARRAY_SIZE(shots))

static inline struct ws_conn_info conn(const struct ws_tracker *tracker, uint64_t number)
{
	struct ws_conn_info info;
	assert_true(ws_tracker_conn(tracker, ws_tracker_conn_find(tracker, number), &info));
	return info;
}

#endif
